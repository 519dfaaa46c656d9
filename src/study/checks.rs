//! Refuses settings that do not fit each other.

use plenary_chat::ChatOptions;
use plenary_corpus::findings::Stance;
use plenary_corpus::{OnlyWhere, OptionError};
use plenary_measure::NeitherRule;
use plenary_measure::dictionaries::categories;

use super::{CoderOptions, Study, StudyError};
use crate::variables;

impl Study {
    pub(super) fn check_variables(&self, text: &str, path: &str) -> Result<(), StudyError> {
        let line_of_by = |at: usize| {
            let is_by = |line: &&str| line.split_whitespace().collect::<String>().starts_with("[[estimates.by]]");
            text.lines().zip(1..).filter(|(line, _)| is_by(line)).nth(at).map(|(_, line)| line)
        };
        let checked = variables::check(self, line_of_by);
        checked.map_err(|problem| StudyError::Variables { path: path.into(), problem })
    }

    pub(super) fn check_categories(&self, path: &str) -> Result<(), StudyError> {
        let checked = categories(&self.dictionaries);
        checked.map(drop).map_err(|problem| StudyError::Value { path: path.into(), problem })
    }

    pub(super) fn check(&self, path: &str) -> Result<(), StudyError> {
        let wrong = |place: String, found: String, expected: &str| {
            Err(StudyError::Value { path: path.into(), problem: OptionError::new(place, found, expected) })
        };
        let language = &self.study.language;
        if language != "auto" && isolang::Language::from_639_1(language).is_none() {
            return wrong(
                "[study] language".into(),
                format!("\"{language}\""),
                "\"auto\" or a two-letter code (ISO 639-1), such as \"en\"",
            );
        }
        let wrong = |problem| StudyError::Value { path: path.into(), problem };
        self.transcript.check().map_err(wrong)?;
        self.models.check().map_err(wrong)?;
        self.stance.check().map_err(wrong)?;
        self.themes.check().map_err(wrong)?;
        if let Some(options) = &self.theme_labels {
            options.check_labels("[theme_labels]").map_err(wrong)?;
        }
        self.estimates.check().map_err(wrong)?;
        self.keyness.check().map_err(wrong)?;
        for dictionary in &self.dictionaries {
            dictionary.check_source().map_err(wrong)?;
        }
        self.check_coders(path)?;
        self.check_targets(path)?;
        self.check_codes(path)?;
        self.check_thresholds().map_err(wrong)
    }

    /// Refuses thresholds without effect, and coders that are asked after one whose labels are decided last.
    fn check_thresholds(&self) -> Result<(), OptionError> {
        if !self.fits_thresholds() {
            return Ok(());
        }
        let of_target = self.targets.iter().find(|target| target.neither_share.is_some());
        let place = match of_target {
            Some(target) => format!("target `{}`: neither_share", target.id),
            None if self.stance.neither_share.is_some() => "[stance] neither_share".to_owned(),
            None => "[stance] coded".to_owned(),
        };
        let wrong = |found: &str, expected: &str| Err(OptionError::new(place.clone(), found, expected));
        if self.targets.is_empty() {
            return wrong("it without a target", "a study with [[targets]]");
        }
        if self.stance.neither == NeitherRule::Relevance {
            return wrong("it beside neither = \"relevance\"", "neither = \"model\", whose threshold it changes");
        }
        if self.stance.neither_share.is_some() && !self.stance.coded.is_empty() {
            return wrong("it beside `coded`", "one source of thresholds: a share, or codes of people");
        }
        if !self.coders.is_empty() && self.coders.iter().all(CoderOptions::is_learned_or_chat) {
            return wrong("it without an inference model", "a coder of kind \"inference\", whose threshold it changes");
        }
        if self.coders.iter().any(|coder| coder.only_where().is_some()) {
            let expected = "coders without `only_where`: the labels are decided when all segments are known";
            return wrong("it beside coders that are asked after others", expected);
        }
        Ok(())
    }

    fn check_coders(&self, path: &str) -> Result<(), StudyError> {
        for (at, coder) in self.coders.iter().enumerate() {
            if matches!(coder, CoderOptions::Learned { folder, .. } if folder.is_empty()) {
                let expected = "the folder that `plenary learn` wrote";
                let problem = OptionError::new(format!("coder {}, folder", at + 1), "\"\"", expected);
                return Err(StudyError::Value { path: path.into(), problem });
            }
        }
        let mut ids = std::collections::HashSet::new();
        let id = |coder: &CoderOptions| match coder {
            CoderOptions::Inference { id, .. } if id.is_empty() => self.models.stance.clone(),
            other => other.id().to_owned(),
        };
        for coder in &self.coders {
            let CoderOptions::Chat(options) = coder else { continue };
            let checked = options.check().and_then(|()| check_sides(options));
            checked.map_err(|problem| StudyError::Value { path: path.into(), problem })?;
        }
        if let Some(id) = self.coders.iter().map(id).find(|id| !ids.insert(id.clone())) {
            return Err(StudyError::DoubledCoder { path: path.into(), id });
        }
        let ids: Vec<String> = self.coders.iter().map(id).collect();
        for (at, coder) in self.coders.iter().enumerate() {
            let Some(only_where) = coder.only_where() else { continue };
            let checked = check_order(only_where, &ids, at);
            checked.map_err(|problem| StudyError::Value { path: path.into(), problem })?;
        }
        Ok(())
    }

    fn check_codes(&self, path: &str) -> Result<(), StudyError> {
        let mut ids = std::collections::HashSet::new();
        for (code, number) in self.codes.iter().zip(1..) {
            code.check(number).map_err(|problem| StudyError::Value { path: path.into(), problem })?;
            if !ids.insert(code.id.as_str()) {
                return Err(StudyError::DoubledCode { path: path.into(), id: code.id.clone() });
            }
        }
        // The tables name a learned coder without its variable.
        let mut ids = std::collections::HashSet::new();
        let is_learned = |coder: &&CoderOptions| matches!(coder, CoderOptions::Learned { .. });
        match self.all_coders().filter(is_learned).find(|coder| !ids.insert(coder.id())) {
            Some(coder) => Err(StudyError::DoubledCoder { path: path.into(), id: coder.id().to_owned() }),
            None => Ok(()),
        }
    }

    fn check_targets(&self, path: &str) -> Result<(), StudyError> {
        let mut ids = std::collections::HashSet::new();
        for (i, target) in self.targets.iter().enumerate() {
            let place =
                if target.id.is_empty() { format!("target {}", i + 1) } else { format!("target `{}`", target.id) };
            target.check(&place).map_err(|problem| StudyError::Value { path: path.into(), problem })?;
            if !ids.insert(target.id.as_str()) {
                return Err(StudyError::DoubledTarget { path: path.into(), id: target.id.clone() });
            }
        }
        Ok(())
    }
}

/// Whether a coder, at position `at` of those with these ids, is asked after one that comes before it.
fn check_order(only_where: &OnlyWhere, ids: &[String], at: usize) -> Result<(), OptionError> {
    let place = format!("coder `{}`", ids[at]);
    only_where.check(&place)?;
    let list = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let place = format!("{place}: only_where");
    if at == 0 {
        let expected = "a coder that is asked for all units; name the coder that it follows before it";
        return Err(OptionError::new(place, "it on the first of [[coders]]", expected));
    }
    let place = format!("{place}, coder");
    match ids.iter().position(|id| *id == only_where.coder) {
        Some(earlier) if earlier < at => Ok(()),
        Some(_) => {
            let found = format!("`{}`, which does not come before it", only_where.coder);
            Err(OptionError::new(place, found, format!("one of the coders before it: {}", list(&ids[..at]))))
        }
        None => {
            let found = if only_where.coder.is_empty() { "no id".into() } else { format!("`{}`", only_where.coder) };
            Err(OptionError::new(place, found, format!("the id of a coder before it: {}", list(&ids[..at]))))
        }
    }
}

/// Whether the codes of a language model are the sides of stance, in the order in which the tables have them.
fn check_sides(options: &ChatOptions) -> Result<(), OptionError> {
    let found = options.codebook.codes.iter().map(|code| code.id.as_str());
    if found.clone().eq(Stance::ALL.iter().map(|side| side.as_str())) {
        return Ok(());
    }
    let place = format!("coder `{}`: codebook codes", options.name());
    let found = found.collect::<Vec<_>>().join(", ");
    Err(OptionError::new(place, found, "the three codes favor, against and neither, in this order"))
}

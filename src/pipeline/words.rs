//! Words of the corpus: counts of the study's dictionaries, and the words that groups use more than others.
//!
//! **Input:** the texts of all segments, which are read again, the ledger, and the themes. **Output:** the counts of each category, the words
//! that patterns matched, the terms of each segment, and the rows of `keyness`. Terms are kept as numbers of four bytes. **Left to others:**
//! counting and comparing (plenary-measure), columns (plenary-tables).

use std::collections::{BTreeMap, HashMap};

use plenary_corpus::findings::{KeyGroups, Themes};
use plenary_corpus::progress::Progress;
use plenary_measure::dictionaries::{Category, Counter, Found};
use plenary_measure::keyness::{Keyness, keyness, strongest, terms};
use plenary_tables::{Closed, DictionaryColumn, DictionaryTerm, Issue, KeyTerm};
use rayon::prelude::*;

use super::RunError;
use super::ledger::Ledger;
use super::trends::Periods;
use crate::study::Study;
use crate::variables;

/// Patterns that an issue names.
const MOST_PATTERNS: usize = 10;

/// The column of each category.
pub(super) fn columns(study: &Study) -> Vec<DictionaryColumn> {
    let column = |category: &Category| DictionaryColumn {
        name: category.column(),
        description: format!(
            "How often the category `{}` of the study's dictionary `{}` occurs: {} patterns{}. The words that they matched are in \
             `dictionary_terms`.",
            category.name,
            category.dictionary,
            category.patterns.len(),
            if category.case_sensitive { ", whose case matters" } else { "" }
        ),
    };
    study.categories().iter().map(column).collect()
}

/// What was counted in the texts of all segments.
#[derive(Debug, Default)]
pub(super) struct CountedWords {
    /// The columns of the categories.
    pub(super) columns: Vec<DictionaryColumn>,
    /// For each of them the counts of all segments.
    pub(super) counts: Vec<Vec<u32>>,
    /// The words that patterns matched.
    pub(super) found: Vec<DictionaryTerm>,
    /// Patterns that match nothing.
    pub(super) issues: Vec<Issue>,
    /// The terms of all segments; empty if the study asks for no keyness.
    terms: Terms,
}

/// The terms of segments.
#[derive(Debug, Default)]
struct Terms {
    /// By number.
    names: Vec<String>,
    /// The terms of one segment after the other.
    all: Vec<u32>,
    /// Where the terms of each segment end.
    ends: Vec<usize>,
}

impl Terms {
    fn of(&self, segment: usize) -> &[u32] {
        let start = segment.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[segment]]
    }
}

impl CountedWords {
    /// How often a category occurs in a segment.
    pub(super) fn of_category(&self, category: usize, segment: usize) -> u32 {
        self.counts[category][segment]
    }

    /// Counts words in the texts of all segments.
    pub(super) fn count(closed: &Closed, study: &Study, progress: &dyn Progress) -> Result<Self, RunError> {
        let categories = study.categories();
        let with_terms = !study.keyness.by.is_empty();
        if categories.is_empty() && !with_terms {
            return Ok(Self::default());
        }
        let mut counter = Counter::new(&categories);
        let mut counts: Vec<Vec<u32>> = vec![Vec::new(); categories.len()];
        let mut known = Terms::default();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        closed.texts(|texts| {
            progress.check_stop()?;
            if !categories.is_empty() {
                for text in texts {
                    for (counts, n) in counts.iter_mut().zip(counter.count(text)) {
                        counts.push(n);
                    }
                }
            }
            if with_terms {
                let of_texts: Vec<Vec<String>> = texts.par_iter().map(|text| terms(text)).collect();
                for of_text in of_texts {
                    for term in of_text {
                        let number = numbers.get(&term).copied().unwrap_or_else(|| {
                            let next = known.names.len() as u32;
                            known.names.push(term.clone());
                            numbers.insert(term, next);
                            next
                        });
                        known.all.push(number);
                    }
                    known.ends.push(known.all.len());
                }
            }
            Ok::<_, RunError>(())
        })?;
        let term = |Found { category, pattern, form, n }: Found| {
            let Category { dictionary, name, .. } = &categories[category];
            DictionaryTerm { dictionary: dictionary.clone(), category: name.clone(), pattern, form, n }
        };
        Ok(Self {
            columns: columns(study),
            found: counter.found().into_iter().map(term).collect(),
            issues: without_match(&categories, &counter, study),
            counts,
            terms: known,
        })
    }

    /// Passes on the rows of `keyness`, group by group.
    pub(super) fn keyness(
        &self,
        study: &Study,
        ledger: &Ledger,
        themes: &Themes,
        periods: &Periods,
        mut take: impl FnMut(&[KeyTerm]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        if study.keyness.by.is_empty() {
            return Ok(());
        }
        let by_language = ledger.segments_by_language();
        let compared: Vec<(Option<&str>, Vec<usize>, Language)> = by_language
            .into_iter()
            .map(|(language, segments)| {
                let terms = Language::new(&self.terms, &segments, study);
                (language, segments, terms)
            })
            .collect();
        for by in &study.keyness.by {
            let groups = Groups::of(by, study, ledger, themes, periods);
            for (language, segments, terms) in &compared {
                for of_group in terms.groups(&groups, segments, study) {
                    let (group_id, name) = &groups.names[of_group.group];
                    let row = |own: &Keyness| KeyTerm {
                        by,
                        group_id,
                        group: name,
                        language: *language,
                        term: terms.name(own.term),
                        n: [own.n, own.n_elsewhere],
                        n_words: of_group.n_words,
                        log_odds: own.log_odds,
                        interval: own.interval(study.estimates.confidence_level),
                        z: own.z,
                        q_value: own.q_value,
                    };
                    take(&of_group.terms.iter().map(row).collect::<Vec<_>>())?;
                }
            }
        }
        Ok(())
    }
}

/// One issue per category with patterns that match nothing.
fn without_match(categories: &[Category], counter: &Counter, study: &Study) -> Vec<Issue> {
    let issue = |(category, patterns): (&Category, Vec<&str>)| {
        let shown =
            patterns.iter().take(MOST_PATTERNS).map(|pattern| format!("`{pattern}`")).collect::<Vec<_>>().join(", ");
        let more = patterns.len().saturating_sub(MOST_PATTERNS);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let file = study.dictionaries.iter().find(|dictionary| dictionary.name == category.dictionary);
        Issue {
            kind: "pattern_without_match",
            variable: Some(category.column()),
            file: file.map(|dictionary| dictionary.file.clone()).filter(|file| !file.is_empty()),
            message: format!(
                "Dictionary `{}`, category `{}`: {} of {} patterns match nothing: {shown}{more}.",
                category.dictionary,
                category.name,
                patterns.len(),
                category.patterns.len()
            ),
            ..Issue::default()
        }
    };
    let unmatched = categories.iter().zip(counter.without_match());
    unmatched.filter(|(_, patterns)| !patterns.is_empty()).map(issue).collect()
}

/// The groups of one name in `[keyness] by`.
struct Groups {
    /// Id and name of each group.
    names: Vec<(String, String)>,
    /// The group of each segment.
    of_segment: Vec<Option<u32>>,
}

impl Groups {
    fn of(by: &str, study: &Study, ledger: &Ledger, themes: &Themes, periods: &Periods) -> Self {
        match KeyGroups::from_name(by) {
            Some(KeyGroups::Theme) => {
                let names = themes.themes.iter().map(|theme| (theme.theme_id.clone(), theme.title().to_owned()));
                let theme = |at: usize| Some(themes.assignments.get(at)?.theme? as u32);
                Self { names: names.collect(), of_segment: (0..ledger.n_segments()).map(theme).collect() }
            }
            Some(KeyGroups::Period) => {
                let names = periods.all.iter().map(|period| (period.name.clone(), period.name.clone()));
                let period = |(document, _): (usize, Option<usize>)| Some(periods.of_document[document]? as u32);
                Self { names: names.collect(), of_segment: ledger.places().map(period).collect() }
            }
            Some(KeyGroups::Speaker) => Self::by_value(ledger, |document, speaker| {
                let speaker = ledger.documents[document].summary.speakers.get(speaker?)?;
                Some((speaker.person_id.clone(), speaker.name.clone()))
            }),
            None => {
                let column = variables::column(study, by);
                Self::by_value(ledger, |document, speaker| {
                    let summary = &ledger.documents[document].summary;
                    let value = column.as_ref()?.value(summary, speaker.and_then(|at| summary.speakers.get(at)))?;
                    Some((value.clone(), value))
                })
            }
        }
    }

    /// Groups by id, from the id and name for a speaker of a document. A group has the name that it has first.
    fn by_value(ledger: &Ledger, value: impl Fn(usize, Option<usize>) -> Option<(String, String)>) -> Self {
        let mut of_place: HashMap<(usize, Option<usize>), Option<u32>> = HashMap::new();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut names: Vec<(String, String)> = Vec::new();
        let of_segment: Vec<Option<u32>> = ledger
            .places()
            .map(|(document, speaker)| {
                *of_place.entry((document, speaker)).or_insert_with(|| {
                    let (id, name) = value(document, speaker)?;
                    let next = names.len() as u32;
                    Some(*numbers.entry(id.clone()).or_insert_with(|| {
                        names.push((id, name));
                        next
                    }))
                })
            })
            .collect();
        // Groups are numbered by their sorted ids.
        let sorted: BTreeMap<(String, String), u32> = names.into_iter().zip(0..).collect();
        let mut place = vec![0; sorted.len()];
        for (new, old) in sorted.values().enumerate() {
            place[*old as usize] = new as u32;
        }
        let of_segment = of_segment.into_iter().map(|group| group.map(|old| place[old as usize])).collect();
        Self { names: sorted.into_keys().collect(), of_segment }
    }
}

/// The terms of a group.
struct OfGroup {
    group: usize,
    /// Occurrences of all terms in the group, and elsewhere.
    n_words: [u64; 2],
    terms: Vec<Keyness>,
}

/// The terms of one language that are compared.
struct Language<'t> {
    terms: &'t Terms,
    /// The compared terms, by their spelling.
    compared: Vec<u32>,
    /// The place of each term among them.
    place: Vec<Option<u32>>,
    /// Occurrences of each compared term.
    all: Vec<u64>,
    priors: Vec<f64>,
}

impl<'t> Language<'t> {
    fn new(terms: &'t Terms, segments: &[usize], study: &Study) -> Self {
        let mut totals = vec![0_u64; terms.names.len()];
        for term in segments.iter().flat_map(|at| terms.of(*at)) {
            totals[*term as usize] += 1;
        }
        let is_frequent = |term: &u32| totals[*term as usize] >= study.keyness.min_count;
        let mut compared: Vec<u32> = (0..terms.names.len() as u32).filter(is_frequent).collect();
        compared.sort_by(|a, b| terms.names[*a as usize].cmp(&terms.names[*b as usize]));
        let mut place = vec![None; terms.names.len()];
        for (at, term) in compared.iter().zip(0..) {
            place[*at as usize] = Some(term);
        }
        let all: Vec<u64> = compared.iter().map(|term| totals[*term as usize]).collect();
        let priors = study.keyness.priors(&all);
        Self { terms, compared, place, all, priors }
    }

    /// The terms of each group that has enough words.
    fn groups(&self, groups: &Groups, segments: &[usize], study: &Study) -> Vec<OfGroup> {
        let mut of_groups: Vec<Vec<usize>> = vec![Vec::new(); groups.names.len()];
        for at in segments {
            if let Some(group) = groups.of_segment[*at] {
                of_groups[group as usize].push(*at);
            }
        }
        let n_all: u64 = self.all.iter().sum();
        let compare = |(group, segments): (usize, &Vec<usize>)| {
            let words = segments.iter().flat_map(|at| self.terms.of(*at)).filter_map(|term| self.place[*term as usize]);
            let n = words.clone().count() as u64;
            if n < study.keyness.min_words {
                return None;
            }
            let mut own = vec![0_u64; self.all.len()];
            for term in words {
                own[term as usize] += 1;
            }
            let terms = keyness(&own, &self.all, &self.priors);
            let terms = strongest(terms, study.keyness.top, |term| self.name(term).to_owned());
            Some(OfGroup { group, n_words: [n, n_all - n], terms })
        };
        of_groups.par_iter().enumerate().filter_map(compare).collect()
    }

    fn name(&self, term: usize) -> &'t str {
        &self.terms.names[self.compared[term] as usize]
    }
}

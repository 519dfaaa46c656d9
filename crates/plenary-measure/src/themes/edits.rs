//! What researchers decide about the themes of a registry: names, merges and splits.
//!
//! **Input:** a [`Registry`] and [`ThemeEdits`]. **Output:** the registry with these decisions; a proposal how a theme could be split. The
//! same decisions on the same registry give the same bytes, and decisions that a registry already has are passed over. **Refused:** themes
//! that do not exist or occur twice, and splits that name texts of other themes. **Left to others:** files, and runs that continue the themes.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{ArrayView2, Axis, s};
use plenary_corpus::findings::{AssignmentReason, PROCEDURE};
use plenary_corpus::progress::{Progress, Silent};
use serde::{Deserialize, Serialize};

use super::assign::{self, Membership};
use super::fit::Search;
use super::registry::{Key, KnownTheme, Place, Registry};
use super::split::{Split, SplitPart, SplitProblem, shown};
use super::{ThemeError, arrange, neighbours};

/// Number of texts that stand for a part that was found.
const SEEDS: usize = 20;

/// What a researcher decided about themes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeEdits {
    /// sha256 of the registry about whose themes they are; `None` if it is not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// Names and descriptions.
    #[serde(rename = "theme")]
    pub themes: Vec<NamedTheme>,
    /// Themes that become several; they come before names and merges.
    pub split: Vec<Split>,
    /// Themes that are one.
    pub merge: Vec<Merge>,
}

/// The name of a theme.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedTheme {
    /// The theme.
    pub id: String,
    /// Its name; empty for none.
    #[serde(default)]
    pub name: String,
    /// What it is about; empty for no description.
    #[serde(default)]
    pub description: String,
}

/// Themes that are one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The theme that remains.
    pub into: String,
    /// The themes whose texts it receives.
    pub themes: Vec<String>,
}

/// Why edits of themes cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A name or description cannot be shown.
    #[error("the {what} of the theme `{id}` has the control character {character:?}; expected text without it")]
    Control {
        /// `name` or `description`.
        what: &'static str,
        /// The theme.
        id: String,
        /// The character.
        character: char,
    },
    /// There is no such theme.
    #[error("there is no theme `{id}`; the themes are {known}")]
    Unknown {
        /// The id.
        id: String,
        /// The ids that exist.
        known: String,
    },
    /// An earlier merge removed the theme.
    #[error("the theme `{id}` was merged into `{into}` and exists no longer; decide about a theme that exists")]
    Merged {
        /// The theme.
        id: String,
        /// The theme that received its texts.
        into: String,
    },
    /// The theme of procedure cannot be given away.
    #[error(
        "the theme `{PROCEDURE}` is reserved and cannot be merged into another one; other themes can be merged into it"
    )]
    Reserved,
    /// A theme cannot be split in this way.
    #[error("the theme `{id}` cannot be split: {problem}")]
    Split {
        /// The theme.
        id: String,
        /// What is wrong.
        problem: SplitProblem,
    },
    /// A theme is named twice, or is to be merged twice.
    #[error("the theme `{id}` occurs twice; expected once in the names, and once in the merges")]
    Twice {
        /// The id.
        id: String,
    },
}

impl Registry {
    /// The registry with a researcher's decisions: split, named, described and merged themes, in this order. Texts of a split theme whose
    /// probability is below `confidence_floor` have the reason `low_confidence`. Whether the registry [`continues`](Self::continues) the one
    /// that the decisions name is left to the caller.
    ///
    /// # Errors
    /// [`EditError`] if a theme does not exist or occurs twice, or cannot be split, or a name has control characters.
    pub fn edited(mut self, edits: &ThemeEdits, confidence_floor: f32) -> Result<Self, EditError> {
        if *edits == ThemeEdits::default() {
            return Ok(self);
        }
        let before = self.sha256();
        for split in &edits.split {
            // A split that was made in an earlier run is known, and its parts are themes.
            if !self.content.splits.contains(split) {
                self.split(split, confidence_floor)?;
            }
        }
        let known: Vec<String> = self.content.themes.iter().map(|theme| theme.theme_id.clone()).collect();
        // A theme that was merged in an earlier run is known, and already has its place.
        let gone: BTreeMap<String, String> = self.content.merged.iter().cloned().collect();
        let at = |id: &str| {
            let position = known.iter().position(|known| known == id);
            position.ok_or_else(|| EditError::Unknown { id: id.to_owned(), known: known.join(", ") })
        };
        let mut seen = BTreeSet::new();
        for NamedTheme { id, name, description } in &edits.themes {
            if !seen.insert(id) {
                return Err(EditError::Twice { id: id.clone() });
            }
            if gone.contains_key(id) {
                continue;
            }
            check_text("name", id, name, char::is_control)?;
            check_text("description", id, description, |c| c.is_control() && !matches!(c, '\n' | '\t'))?;
            let theme = &mut self.content.themes[at(id)?];
            theme.name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
            theme.description = Some(description.trim().to_owned()).filter(|text| !text.is_empty());
        }
        let mut target: Vec<usize> = (0..known.len()).collect();
        let mut seen = BTreeSet::new();
        for merge in &edits.merge {
            for id in &merge.themes {
                if !seen.insert(id) || *id == merge.into {
                    return Err(EditError::Twice { id: id.clone() });
                }
                if id == PROCEDURE {
                    return Err(EditError::Reserved);
                }
                if gone.contains_key(id) {
                    continue;
                }
                let (from, into) = (at(id)?, at(&merge.into)?);
                // Follow themes that are merged themselves.
                for place in &mut target {
                    if *place == from {
                        *place = into;
                    }
                }
                self.content.merged.push((id.clone(), merge.into.clone()));
            }
        }
        self.renumber(&target);
        if self.sha256() != before {
            self.content.ancestors.push(before);
        }
        Ok(self)
    }

    /// Checks that a new decision is not about a theme that an earlier merge removed. Decisions that were made before that merge remain valid
    /// in [`edited`](Self::edited), which has nothing to do for them.
    ///
    /// # Errors
    /// [`EditError::Merged`].
    pub fn check_not_merged(&self, id: &str) -> Result<(), EditError> {
        match self.content.merged.iter().find(|(merged, _)| merged == id) {
            Some((_, into)) => Err(EditError::Merged { id: id.to_owned(), into: into.clone() }),
            None => Ok(()),
        }
    }

    /// Makes a theme several. The new ones have the next numbers, in the order of the parts, and the group of the theme. Texts that were not
    /// fitted have no vectors here: the next run places them by the vote of their neighbours.
    fn split(&mut self, split: &Split, confidence_floor: f32) -> Result<(), EditError> {
        let at = self.position(&split.theme)?;
        let rows = self.rows_of(at);
        let vectors = self.vectors().select(Axis(0), &rows);
        let keys: Vec<Key> = rows.iter().map(|&row| self.content.fitted[row].0).collect();
        let parts = split
            .parts_of(&keys, vectors.view())
            .map_err(|problem| EditError::Split { id: split.theme.clone(), problem })?;
        let n_parts = split.parts.len() + 1;
        let first = self.content.themes.len();
        let theme_of = |part: usize| if part == 0 { at } else { first + part - 1 };
        for (&row, part) in rows.iter().zip(&parts) {
            self.content.fitted[row].1.theme = theme_of(*part) as u32;
        }
        let content = &mut self.content;
        let leaving = content.others.extract_if(.., |(_, place)| place.theme as usize == at);
        content.unplaced.extend(leaving.map(|(key, _)| key));
        content.unplaced.sort_unstable();
        let means = assign::mean_vectors(vectors.view(), parts.iter().map(|part| Some(*part)), n_parts);
        for part in 0..n_parts {
            let cosines: Vec<f64> = (0..rows.len())
                .filter(|&row| parts[row] == part)
                .map(|row| assign::cosine(vectors.view(), row, &means, part))
                .collect();
            let cohesion = (cosines.iter().sum::<f64>() / cosines.len().max(1) as f64) as f32;
            let centroid = means.row(part).iter().map(|&value| value as f32).collect();
            if part == 0 {
                (self.content.themes[at].cohesion, self.content.themes[at].centroid) = (cohesion, centroid);
                continue;
            }
            // Its label and terms are those of the run that continues it.
            self.content.themes.push(KnownTheme {
                theme_id: format!("t{:02}", self.content.next_number),
                group: self.content.themes[at].group,
                label: String::new(),
                name: None,
                description: None,
                terms: Vec::new(),
                term_weights: Vec::new(),
                centroid,
                cohesion,
                stability: None,
            });
            self.content.next_number += 1;
        }
        self.place_again(&rows, vectors.view(), confidence_floor);
        self.content.splits.push(split.clone());
        Ok(())
    }

    /// Computes the probabilities of fitted texts, in these rows, for the themes that they have now.
    fn place_again(&mut self, rows: &[usize], vectors: ArrayView2<f32>, confidence_floor: f32) {
        let member =
            |place: &Place| Membership { theme: place.theme as usize, core: place.reason == AssignmentReason::Core };
        let members: Vec<Membership> = self.content.fitted.iter().map(|(_, place)| member(place)).collect();
        let block = |start: usize, end: usize| vectors.slice(s![start..end, ..]).to_owned();
        let near = neighbours::of_queries(rows.len(), block, self.vectors(), assign::VOTERS + 1, &Silent);
        let n_themes = self.content.themes.len();
        // The search ends early only if it is asked to stop.
        for (&row, mut near) in rows.iter().zip(near.unwrap_or_default()) {
            near.retain(|near| near.node != row);
            near.truncate(assign::VOTERS);
            let Membership { theme, core } = members[row];
            let place = &mut self.content.fitted[row].1;
            place.probability = assign::probability(theme, &near, &members, n_themes);
            place.reason = assign::reason(core, place.probability, confidence_floor);
        }
    }

    /// Gives every text of theme `t` to theme `target[t]`, and removes themes without texts that gave theirs away.
    fn renumber(&mut self, target: &[usize]) {
        let kept: Vec<usize> = (0..target.len()).filter(|&at| target[at] == at).collect();
        let place = |at: usize| kept.binary_search(&at).unwrap_or(0) as u32;
        let content = &mut self.content;
        for (_, of_text) in content.fitted.iter_mut().chain(&mut content.others) {
            of_text.theme = place(target[of_text.theme as usize]);
        }
        content.themes = kept.iter().map(|&at| content.themes[at].clone()).collect();
    }

    /// Position of a theme.
    fn position(&self, id: &str) -> Result<usize, EditError> {
        let themes = &self.content.themes;
        themes.iter().position(|theme| theme.theme_id == id).ok_or_else(|| {
            let known: Vec<&str> = themes.iter().map(|theme| theme.theme_id.as_str()).collect();
            EditError::Unknown { id: id.to_owned(), known: known.join(", ") }
        })
    }

    /// The rows of the fitted texts of the theme at this position.
    fn rows_of(&self, theme: usize) -> Vec<usize> {
        let fitted = &self.content.fitted;
        (0..fitted.len()).filter(|&row| fitted[row].1.theme as usize == theme).collect()
    }

    /// A split of a theme into at most `n` parts that its texts fall into: communities of its texts alone, merged to `n`. The largest
    /// part stays. Up to 20 texts nearest to the mean vector of each part stand for it.
    ///
    /// # Errors
    /// [`ThemeError::Edit`] if there is no such theme or it does not fall into parts, [`ThemeError::Stopped`] if `progress` asks to stop.
    pub fn propose_split(
        &self,
        theme: &str,
        n: usize,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Split, ThemeError> {
        let wrong = |problem| Err(EditError::Split { id: theme.to_owned(), problem }.into());
        if theme == PROCEDURE {
            return wrong(SplitProblem::Reserved);
        }
        let rows = self.rows_of(self.position(theme)?);
        let vectors = self.vectors().select(Axis(0), &rows);
        let part_of = arrange::communities_of(vectors.view(), n, Search { seed, cache: None, progress })?;
        let n_parts = part_of.iter().map(|part| part + 1).max().unwrap_or(0);
        if n_parts < 2 {
            return wrong(SplitProblem::OneCommunity);
        }
        let means = assign::mean_vectors(vectors.view(), part_of.iter().map(|part| Some(*part)), n_parts);
        let mut parts: Vec<Vec<usize>> = vec![Vec::new(); n_parts];
        for (row, part) in part_of.iter().enumerate() {
            parts[*part].push(row);
        }
        // Communities are numbered by their first text; the sort keeps that order among equal sizes.
        let mut order: Vec<usize> = (0..n_parts).collect();
        order.sort_by_key(|part| std::cmp::Reverse(parts[*part].len()));
        let mut seeds = order.into_iter().map(|part| {
            let mut near = std::mem::take(&mut parts[part]);
            let cosine = |row: usize| assign::cosine(vectors.view(), row, &means, part);
            near.sort_by(|a, b| cosine(*b).total_cmp(&cosine(*a)).then(a.cmp(b)));
            near.iter().take(SEEDS).map(|&row| shown(&self.fitted()[rows[row]].0)).collect::<Vec<_>>()
        });
        let stays = seeds.next().unwrap_or_default();
        Ok(Split { theme: theme.to_owned(), stays, parts: seeds.map(|seeds| SplitPart { seeds }).collect() })
    }

    /// Ids of the fitted texts of a theme that are nearest to its mean vector, the nearest first.
    ///
    /// # Errors
    /// [`EditError::Unknown`] if there is no such theme.
    pub fn typical(&self, theme: &str, n: usize) -> Result<Vec<String>, EditError> {
        let rows = self.rows_of(self.position(theme)?);
        let vectors = self.vectors().select(Axis(0), &rows);
        let means = assign::mean_vectors(vectors.view(), rows.iter().map(|_| Some(0)), 1);
        let mut near: Vec<usize> = (0..rows.len()).collect();
        let cosine = |row: usize| assign::cosine(vectors.view(), row, &means, 0);
        near.sort_by(|a, b| cosine(*b).total_cmp(&cosine(*a)).then(a.cmp(b)));
        Ok(near.into_iter().take(n).map(|row| shown(&self.fitted()[rows[row]].0)).collect())
    }
}

/// Refuses characters that a terminal would act on.
fn check_text(what: &'static str, id: &str, text: &str, is_refused: impl Fn(char) -> bool) -> Result<(), EditError> {
    match text.chars().find(|character| is_refused(*character)) {
        Some(character) => Err(EditError::Control { what, id: id.to_owned(), character }),
        None => Ok(()),
    }
}

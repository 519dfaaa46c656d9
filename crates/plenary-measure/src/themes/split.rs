//! Splits of themes by hand: a theme becomes several, around texts that the researcher names.
//!
//! **Input:** a [`Split`], which names a theme and seeds, and the vectors of the theme's texts. **Output:** the part of each text, by
//! seeded clustering: every text joins the part with the nearest mean vector, in which the seeds stay (Basu, Banerjee & Mooney 2002,
//! "Semi-supervised clustering by seeding", constrained k-means, with cosines). **Refused:** seeds that the theme does not have, or that
//! are in two parts. **Left to others:** ids of the new themes, and where decisions are kept.
//!
//! The result depends on the registry and the seeds alone, so that the same decision always gives the same parts.

use std::collections::HashMap;

use ndarray::ArrayView2;
use plenary_corpus::findings::PROCEDURE;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::assign;

/// Maximum number of rounds of the clustering; it ends earlier if no text changes its part.
const ROUNDS: usize = 100;

/// The first half of the sha256 of a text.
type Key = [u8; 16];

/// A theme that becomes several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The theme, which keeps its id and what is nearest to it.
    pub theme: String,
    /// Texts that stay in it, as [`text_id`]s; none if all its other texts stand for it at first.
    #[serde(default)]
    pub stays: Vec<String>,
    /// The themes that it gives texts to.
    pub parts: Vec<SplitPart>,
}

/// A theme that is split off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitPart {
    /// Texts that belong to it, as [`text_id`]s.
    pub seeds: Vec<String>,
}

/// Why a theme cannot be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitProblem {
    /// The theme of procedure has no vectors.
    #[error("it is reserved")]
    Reserved,
    /// There is no part, or a part has no seed.
    #[error("a part has no texts; expected at least one text for each part")]
    NoSeeds,
    /// A seed is not an id of a text.
    #[error("\"{seed}\" is not the id of a text; expected 32 hex digits, the first half of the sha256 of the text")]
    NotAnId {
        /// What was found.
        seed: String,
    },
    /// A seed is not a text to which the theme was fitted.
    #[error(
        "the text {seed} is not among those to which it was fitted; expected a segment of this theme that is neither a fragment nor procedural"
    )]
    Elsewhere {
        /// The id of the text.
        seed: String,
    },
    /// A seed is named twice.
    #[error("the text {seed} is named twice; expected once, in one part")]
    Twice {
        /// The id of the text.
        seed: String,
    },
    /// All its texts are seeds of parts.
    #[error("none of its texts is left; name fewer texts")]
    NothingStays,
    /// It does not fall into parts.
    #[error("its texts are one community; name texts of the parts instead")]
    OneCommunity,
}

/// The id of a text: 32 hex digits, the first half of its sha256.
pub fn text_id(text: &str) -> String {
    Sha256::digest(text)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id of the text with this key.
pub(super) fn shown(key: &Key) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parsed(seed: &str) -> Option<Key> {
    if seed.len() != 32 || !seed.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; 16];
    for (byte, at) in key.iter_mut().zip((0..32).step_by(2)) {
        *byte = u8::from_str_radix(&seed[at..at + 2], 16).ok()?;
    }
    Some(key)
}

/// The part of each row: that of its seed, or the one with the nearest mean vector; ties go to the first. Part 0 begins with the mean of its
/// seeds or, without any, of all rows that are not seeds.
fn seeded(vectors: ArrayView2<f32>, seeds: &[Option<usize>], n_parts: usize) -> Vec<usize> {
    let has_first = seeds.contains(&Some(0));
    let first = seeds.iter().map(|seed| seed.or((!has_first).then_some(0)));
    let mut means = assign::mean_vectors(vectors, first, n_parts);
    let mut parts: Vec<usize> = Vec::new();
    for _ in 0..ROUNDS {
        let nearest = |row: usize| {
            let cosine = |part: usize| assign::cosine(vectors, row, &means, part);
            (1..n_parts).fold(0, |best, part| if cosine(part) > cosine(best) { part } else { best })
        };
        let next: Vec<usize> = (0..vectors.nrows()).map(|row| seeds[row].unwrap_or_else(|| nearest(row))).collect();
        if next == parts {
            break;
        }
        parts = next;
        means = assign::mean_vectors(vectors, parts.iter().map(|part| Some(*part)), n_parts);
    }
    parts
}

impl Split {
    /// The part of each of the theme's fitted texts, whose keys are given, with their vectors; part 0 stays.
    pub(super) fn parts_of(&self, keys: &[Key], vectors: ArrayView2<f32>) -> Result<Vec<usize>, SplitProblem> {
        if self.theme == PROCEDURE {
            return Err(SplitProblem::Reserved);
        }
        if self.parts.is_empty() || self.parts.iter().any(|part| part.seeds.is_empty()) {
            return Err(SplitProblem::NoSeeds);
        }
        let rows: HashMap<&Key, usize> = keys.iter().enumerate().map(|(row, key)| (key, row)).collect();
        let mut seeds: Vec<Option<usize>> = vec![None; keys.len()];
        let groups = std::iter::once(&self.stays).chain(self.parts.iter().map(|part| &part.seeds));
        for (part, seed) in groups.enumerate().flat_map(|(part, group)| group.iter().map(move |seed| (part, seed))) {
            let seed = || seed.clone();
            let key = parsed(&seed()).ok_or_else(|| SplitProblem::NotAnId { seed: seed() })?;
            let row = *rows.get(&key).ok_or_else(|| SplitProblem::Elsewhere { seed: seed() })?;
            if seeds[row].replace(part).is_some() {
                return Err(SplitProblem::Twice { seed: seed() });
            }
        }
        let parts = seeded(vectors, &seeds, self.parts.len() + 1);
        match parts.contains(&0) {
            true => Ok(parts),
            false => Err(SplitProblem::NothingStays),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn ids_of_texts_are_half_a_sha256() {
        assert_eq!(text_id("abc"), "ba7816bf8f01cfea414140de5dae2223");
        assert_eq!(parsed(&text_id("abc")).map(|key| shown(&key)), Some(text_id("abc")));
        for wrong in ["", "ba78", "ba7816bf8f01cfea414140de5dae222g", "ba7816bf8f01cfea414140de5dae222é"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_join_the_part_with_the_nearest_mean_and_seeds_stay() {
        let vectors = array![[1.0, 0.0], [0.96, 0.28], [0.0, 1.0], [0.28, 0.96], [0.6, 0.8]];
        assert_eq!(seeded(vectors.view(), &[None, None, Some(1), None, None], 2), [0, 0, 1, 1, 1]);
        assert_eq!(seeded(vectors.view(), &[Some(0), None, Some(1), None, Some(0)], 2), [0, 0, 1, 1, 0]);
        assert_eq!(seeded(vectors.view(), &[Some(1), None, Some(1), None, None], 2)[0], 1);
    }

    #[test]
    fn what_cannot_be_split_is_named() {
        let keys: Vec<Key> = ["a", "b"].iter().map(|text| parsed(&text_id(text)).unwrap()).collect();
        let vectors = array![[1.0, 0.0], [0.0, 1.0]];
        let split = |theme: &str, parts: &[&[&str]]| Split {
            theme: theme.into(),
            stays: Vec::new(),
            parts: parts
                .iter()
                .map(|seeds| SplitPart { seeds: seeds.iter().map(|s| (*s).to_owned()).collect() })
                .collect(),
        };
        let problem = |split: Split| split.parts_of(&keys, vectors.view()).unwrap_err();
        let (a, b) = (text_id("a"), text_id("b"));
        assert_eq!(problem(split(PROCEDURE, &[&[&a]])), SplitProblem::Reserved);
        assert_eq!(problem(split("t01", &[])), SplitProblem::NoSeeds);
        assert_eq!(problem(split("t01", &[&[]])), SplitProblem::NoSeeds);
        assert_eq!(problem(split("t01", &[&["x"]])), SplitProblem::NotAnId { seed: "x".into() });
        assert_eq!(problem(split("t01", &[&[&text_id("c")]])), SplitProblem::Elsewhere { seed: text_id("c") });
        assert_eq!(problem(split("t01", &[&[&a], &[&a]])), SplitProblem::Twice { seed: a.clone() });
        assert_eq!(problem(split("t01", &[&[&a, &b]])), SplitProblem::NothingStays);
        assert_eq!(split("t01", &[&[&b]]).parts_of(&keys, vectors.view()), Ok(vec![0, 1]));
    }
}

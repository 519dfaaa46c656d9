//! The themes of a run in a form that later runs continue from.
//!
//! **Input:** themes that were found, with the theme of every distinct text. **Output:** one file without the texts: their
//! hashes, the vectors of the fitted ones, and what describes the themes. **Refused:** bytes that are not such a file, and options that
//! cannot be met. **Left to others:** decisions of researchers (`edits`), and giving texts of another run their themes.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayView2;
use plenary_corpus::OptionError;
use plenary_corpus::findings::{Assignment, AssignmentReason, PROCEDURE};
use plenary_corpus::hash::sha256;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::split::Split;
use super::{RegistryMode, ThemeOptions};

/// The file begins with it.
const MAGIC: &[u8] = b"plenary themes\n";
/// Increases when the file format changes.
const VERSION: u32 = 5;
/// Bytes of the sha256 at the end of the file.
const SEAL: usize = 32;

/// The first half of the sha256 of a text.
pub(super) type Key = [u8; 16];

/// The key of a text.
pub(super) fn key_of(text: &str) -> Key {
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::digest(text)[..16]);
    key
}

/// What describes a group of themes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownGroup {
    /// Its id, which stays with it.
    pub group_id: String,
    /// The first terms when it was found.
    pub label: String,
    /// Terms in the last run in which it had texts.
    pub terms: Vec<String>,
    /// Weights of the terms.
    pub term_weights: Vec<f32>,
}

/// What describes a theme, apart from its texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownTheme {
    /// Its id, which stays with it.
    pub theme_id: String,
    /// Position of its group; `None` for the theme of procedure.
    pub group: Option<u32>,
    /// The first terms when it was found.
    pub label: String,
    /// Name that the researcher gave it.
    pub name: Option<String>,
    /// Description that the researcher gave it.
    pub description: Option<String>,
    /// Terms in the last run in which it had texts.
    pub terms: Vec<String>,
    /// Weights of the terms.
    pub term_weights: Vec<f32>,
    /// As in [`Theme`](plenary_corpus::findings::Theme).
    pub centroid: Vec<f32>,
    /// As in [`Theme`](plenary_corpus::findings::Theme).
    pub cohesion: f32,
    /// As in [`Theme`](plenary_corpus::findings::Theme).
    pub stability: Option<f32>,
}

/// The theme of a text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    pub theme: u32,
    pub probability: f32,
    pub reason: AssignmentReason,
}

impl Place {
    pub(super) fn assignment(self) -> Assignment {
        Assignment { theme: Some(self.theme as usize), probability: self.probability, reason: self.reason }
    }
}

/// The content of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Content {
    /// sha256 of the weights of the embedding model.
    pub embedding: String,
    pub themes: Vec<KnownTheme>,
    pub groups: Vec<KnownGroup>,
    /// Number of the next theme that is found.
    pub next_number: u32,
    /// Number of the next group that is found.
    pub next_group: u32,
    /// Mean cosine to the nearest fitted texts below which a text resembles none of them.
    pub fit_floor: f32,
    pub n_dimensions: usize,
    /// Sorted by key.
    pub fitted: Vec<(Key, Place)>,
    /// Unit vectors of the fitted texts, one after the other.
    pub vectors: Vec<f32>,
    /// Texts that were assigned but not fitted, sorted by key.
    pub others: Vec<(Key, Place)>,
    /// Themes that the researcher merged: id, and the theme that has its texts since.
    pub merged: Vec<(String, String)>,
    /// Texts of themes that were split, whose vectors are not here, sorted: the next run that has one gives it a theme by vote, also if it
    /// resembles none.
    pub unplaced: Vec<Key>,
    /// Splits that the researcher made.
    pub splits: Vec<Split>,
    /// Texts that are fragments and not procedural, sorted. They have no theme of their own.
    pub fragments: Vec<Key>,
    /// sha256 of the registries that it continues, the earliest first: of each one as it was read, and with the decisions that were applied.
    pub ancestors: Vec<String>,
}

/// What researchers decided about the themes of a registry and of those that it continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DecidedThemes {
    /// Themes that have a name.
    pub n_named: usize,
    /// Themes that were merged into others.
    pub n_merged: usize,
    /// Splits.
    pub n_split: usize,
}

/// The themes of earlier results.
#[derive(Debug, Clone, PartialEq)]
pub struct Registry {
    pub(super) content: Content,
}

/// Why a registry cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The bytes are not a registry.
    #[error("it is not a registry of themes; expected the file themes.registry of results")]
    Foreign,
    /// Another version of plenary wrote it in a form that this one does not read.
    #[error("it has the version {found}; this version of plenary reads version {VERSION}. Make it again with a run")]
    Version {
        /// The version of the file.
        found: u32,
    },
    /// The file was cut off or changed.
    #[error("it is damaged: {0}; copy it again, or make it again with a run")]
    Damaged(String),
    /// It was made with another embedding model.
    #[error(
        "its themes were found with the embedding model {found}; this run uses {expected}. Vectors of two models cannot be compared: use the same model, or find the themes anew without a registry"
    )]
    Model {
        /// sha256 of the registry's model, its first digits.
        found: String,
        /// sha256 of this run's model, its first digits.
        expected: String,
    },
}

/// What [`Registry::new`] is made of.
#[derive(Debug)]
pub(super) struct Parts<'p> {
    pub embedding: &'p str,
    pub themes: Vec<KnownTheme>,
    pub groups: Vec<KnownGroup>,
    pub next_number: u32,
    pub next_group: u32,
    pub fit_floor: f32,
    pub fitted: BTreeMap<Key, (Place, &'p [f32])>,
    pub others: BTreeMap<Key, Place>,
    pub merged: Vec<(String, String)>,
    pub unplaced: &'p [Key],
    pub splits: Vec<Split>,
    pub fragments: BTreeSet<Key>,
    pub ancestors: Vec<String>,
}

impl Registry {
    pub(super) fn new(parts: Parts<'_>) -> Self {
        let Parts {
            embedding,
            themes,
            groups,
            next_number,
            next_group,
            fit_floor,
            fitted,
            others,
            merged,
            unplaced,
            splits,
            fragments,
            ancestors,
        } = parts;
        let n_dimensions = fitted.values().next().map_or(0, |(_, vector)| vector.len());
        let vectors: Vec<f32> = fitted.values().flat_map(|(_, vector)| vector.iter().copied()).collect();
        let mut unplaced: Vec<Key> = unplaced.to_vec();
        unplaced.retain(|key| !fitted.contains_key(key) && !others.contains_key(key));
        let others = others.into_iter().filter(|(key, _)| !fitted.contains_key(key)).collect();
        let fitted = fitted.into_iter().map(|(key, (place, _))| (key, place)).collect();
        let embedding = embedding.to_owned();
        let content = Content {
            embedding,
            themes,
            groups,
            next_number,
            next_group,
            fit_floor,
            n_dimensions,
            fitted,
            vectors,
            others,
            merged,
            unplaced,
            splits,
            fragments: fragments.into_iter().collect(),
            ancestors,
        };
        Self { content }
    }

    /// The bytes of the file `themes.registry`.
    pub fn to_bytes(&self) -> Vec<u8> {
        sealed(&self.content)
    }

    /// Reads the bytes of a file `themes.registry`.
    ///
    /// # Errors
    /// [`RegistryError`] if they are not a registry of this version, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RegistryError> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else { return Err(RegistryError::Foreign) };
        let damaged = |what: &str| RegistryError::Damaged(what.to_owned());
        let Some((version, rest)) = rest.split_first_chunk::<4>() else { return Err(damaged("it ends early")) };
        let found = u32::from_le_bytes(*version);
        if found != VERSION {
            return Err(RegistryError::Version { found });
        }
        let Some((payload, seal)) = rest.split_last_chunk::<SEAL>() else { return Err(damaged("it ends early")) };
        if Sha256::digest(&bytes[..bytes.len() - SEAL])[..] != seal[..] {
            return Err(damaged("its content does not have the sha256 at its end"));
        }
        let content: Content = postcard::from_bytes(payload).map_err(|error| damaged(&error.to_string()))?;
        let places = content.fitted.iter().chain(&content.others);
        let fits = content.vectors.len() == content.fitted.len() * content.n_dimensions
            && content.vectors.iter().all(|value| value.is_finite())
            && places.clone().all(|(_, place)| (place.theme as usize) < content.themes.len())
            && content.fragments.is_sorted()
            && content.unplaced.is_sorted()
            && content
                .themes
                .iter()
                .filter_map(|theme| theme.group)
                .all(|group| (group as usize) < content.groups.len());
        if !fits {
            return Err(damaged("its themes, texts and vectors do not fit together"));
        }
        Ok(Self { content })
    }

    /// sha256 of the file, 64 hex digits.
    pub fn sha256(&self) -> String {
        sha256(&self.to_bytes())
    }

    /// Whether it is the registry with this sha256 or continues it, so that a theme has the same id in both.
    pub fn continues(&self, sha256: &str) -> bool {
        self.content.ancestors.iter().any(|ancestor| ancestor == sha256) || self.sha256() == sha256
    }

    /// sha256 of the registries that one which continues this one continues.
    pub(super) fn lineage(&self) -> Vec<String> {
        let mut lineage = self.content.ancestors.clone();
        lineage.push(self.sha256());
        lineage
    }

    /// What researchers decided about its themes.
    pub fn decided(&self) -> DecidedThemes {
        DecidedThemes {
            n_named: self.content.themes.iter().filter(|theme| theme.name.is_some()).count(),
            n_merged: self.content.merged.len(),
            n_split: self.content.splits.len(),
        }
    }

    /// Checks that the vectors are of this embedding model, by the sha256 of its weights.
    ///
    /// # Errors
    /// [`RegistryError::Model`] if they are not.
    pub fn check_embedding(&self, sha256: &str) -> Result<(), RegistryError> {
        let short = |digits: &str| digits.get(..12).unwrap_or(digits).to_owned();
        if self.content.embedding == sha256 {
            return Ok(());
        }
        Err(RegistryError::Model { found: short(&self.content.embedding), expected: short(sha256) })
    }

    /// Checks that options can be met where the themes are continued.
    ///
    /// # Errors
    /// [`OptionError`] if they ask for a number of themes, but earlier themes are kept as they are.
    pub fn check_options(&self, options: &ThemeOptions) -> Result<(), OptionError> {
        match options.n_themes.number().filter(|_| self.is_continued(options)) {
            None => Ok(()),
            Some(n) => {
                let expected =
                    "\"auto\", because the number follows from the earlier themes; in the mode \"refit\" it can be set";
                Err(OptionError::new("[themes] n_themes", n, expected))
            }
        }
    }

    /// The themes, from the largest to the smallest in the run that wrote the registry.
    pub fn themes(&self) -> &[KnownTheme] {
        &self.content.themes
    }

    /// The groups of the themes.
    pub fn groups(&self) -> &[KnownGroup] {
        &self.content.groups
    }

    /// Number of dimensions of the vectors; 0 without fitted texts.
    pub fn n_dimensions(&self) -> usize {
        self.content.n_dimensions
    }

    /// Number of distinct texts of each theme.
    pub fn n_texts(&self) -> Vec<usize> {
        let mut n = vec![0; self.content.themes.len()];
        for (_, place) in self.content.fitted.iter().chain(&self.content.others) {
            n[place.theme as usize] += 1;
        }
        n
    }

    /// Whether texts keep the themes that they have here. If there are none that can be extended, themes are found anew.
    pub(super) fn is_continued(&self, options: &ThemeOptions) -> bool {
        match options.mode {
            RegistryMode::Freeze => true,
            RegistryMode::Extend => self.content.themes.iter().any(|theme| theme.theme_id != PROCEDURE),
            RegistryMode::Refit => false,
        }
    }

    /// Position of the theme of procedure among the themes.
    pub(super) fn procedure(&self) -> Option<usize> {
        self.content.themes.iter().position(|theme| theme.theme_id == PROCEDURE)
    }

    /// The texts that the researcher gave to the theme of procedure, by merging their theme with it.
    pub(super) fn given_to_procedure(&self) -> impl Iterator<Item = &(Key, Place)> {
        let procedure = self.procedure();
        let texts = self.content.fitted.iter().chain(&self.content.others);
        texts.filter(move |(_, place)| {
            Some(place.theme as usize) == procedure && place.reason != AssignmentReason::Procedural
        })
    }

    /// The place of a text, if the registry has it.
    pub(super) fn place(&self, key: &Key) -> Option<Place> {
        let of = |list: &[(Key, Place)]| list.binary_search_by_key(key, |(key, _)| *key).ok().map(|at| list[at].1);
        of(&self.content.fitted).or_else(|| of(&self.content.others))
    }

    /// The fitted texts.
    pub(super) fn fitted(&self) -> &[(Key, Place)] {
        &self.content.fitted
    }

    /// Texts that were not fitted.
    pub(super) fn others(&self) -> &[(Key, Place)] {
        &self.content.others
    }

    /// The unit vectors of the fitted texts, shape `[texts, dimensions]`.
    pub(super) fn vectors(&self) -> ArrayView2<'_, f32> {
        let shape = (self.content.fitted.len(), self.content.n_dimensions);
        // The number of values was checked when the registry was made or read.
        ArrayView2::from_shape(shape, &self.content.vectors).unwrap_or_else(|_| ArrayView2::from(&[] as &[[f32; 0]]))
    }

    pub(super) fn next_number(&self) -> u32 {
        self.content.next_number
    }

    pub(super) fn next_group(&self) -> u32 {
        self.content.next_group
    }

    pub(super) fn fit_floor(&self) -> f32 {
        self.content.fit_floor
    }

    pub(super) fn merged(&self) -> &[(String, String)] {
        &self.content.merged
    }

    /// Texts that a split left without a theme, sorted.
    pub(super) fn unplaced(&self) -> &[Key] {
        &self.content.unplaced
    }

    /// The splits that the researcher made.
    pub(super) fn splits(&self) -> &[Split] {
        &self.content.splits
    }

    /// Texts that are fragments and not procedural, sorted.
    pub(super) fn fragments(&self) -> &[Key] {
        &self.content.fragments
    }

    /// Whether the registry knows what becomes of a text: it has a theme, or is a fragment without one of its own.
    pub(super) fn knows(&self, key: &Key) -> bool {
        self.place(key).is_some() || self.content.fragments.binary_search(key).is_ok()
    }
}

fn sealed(content: &Content) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    // Plain data, which postcard always serialises into memory.
    bytes.extend(postcard::to_allocvec(content).unwrap_or_default());
    let seal = Sha256::digest(&bytes);
    bytes.extend(seal);
    bytes
}

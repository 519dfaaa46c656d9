//! Vectors to themes: communities of segments, their labels, and the probability of each assignment.
//!
//! **Input:** one vector, one text, a [`SegmentKind`] and optionally a speaker per segment. **Output:** the themes and the theme of every
//! segment; segments that conduct the meeting have a reserved theme. [`find`] does it in one call; a corpus larger than memory is read twice, some segments at a time: into a
//! [`Sample`], whose fit ([`Fitted`]) then assigns every segment. Samples of parts of a corpus are merged. The result
//! depends only on the set of segments, the options and the seed: not on the order of the segments, on how they are cut
//! into parts, or on the number of threads. With the [`Registry`] of earlier results their themes are continued. **Refused:**
//! vectors that are not finite and options outside their range.
//! The method and its limits are described in `docs/explanation/themes.md`.

mod arrange;
mod assign;
pub mod codes;
mod describe;
mod edits;
mod fit;
mod fitted;
mod hierarchy;
mod history;
mod kind;
mod names;
mod neighbours;
mod registry;
mod sample;
mod split;
mod stored;

use std::collections::BTreeSet;
use std::str::FromStr;

use ndarray::ArrayView2;
use plenary_corpus::OptionError;
use plenary_corpus::findings::Themes;
use plenary_corpus::progress::{Progress, Stopped};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use codes::ThemeCode;
pub use edits::{EditError, Merge, NamedTheme, ThemeEdits};
pub use fitted::Fitted;
pub use kind::SegmentKind;
pub use registry::{DecidedThemes, KnownGroup, KnownTheme, Registry, RegistryError};
pub use sample::{Sample, SampleError};
pub use split::{Split, SplitPart, SplitProblem, text_id};
pub use stored::{FittedError, Placement};

/// Maximum number of distinct texts that themes are fitted to; the others are assigned by the vote of their neighbours.
pub const FITTED_AT_MOST: usize = 50_000;
/// Maximum number of neighbours that a study can ask for; the size of the graph is proportional to it.
pub const NEIGHBOURS_AT_MOST: usize = 500;

/// Maximum number of themes that a study can ask for: themes are compared in pairs.
pub const THEMES_AT_MOST: usize = 1_000;

/// How the themes of earlier results are continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistryMode {
    /// Only the earlier themes; texts that resemble none of theirs are unassigned.
    Freeze,
    /// The earlier themes with all their texts, and new themes of texts that do not fit them.
    #[default]
    Extend,
    /// Themes are found anew, beginning from the earlier ones; a theme that has most of the texts of an earlier one keeps its id.
    Refit,
}

/// There is no mode with this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no mode `{word}`; expected extend, freeze or refit")]
pub struct UnknownMode {
    /// What was found.
    pub word: String,
}

impl FromStr for RegistryMode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, UnknownMode> {
        match word {
            "extend" => Ok(RegistryMode::Extend),
            "freeze" => Ok(RegistryMode::Freeze),
            "refit" => Ok(RegistryMode::Refit),
            other => Err(UnknownMode { word: other.to_owned() }),
        }
    }
}

/// How many themes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberOfThemes {
    /// As many as the communities of the graph at the resolution.
    #[default]
    Auto,
    /// This number, or fewer if fewer communities have the minimum size.
    Exactly(usize),
}

impl NumberOfThemes {
    /// The number; `None` for as many as there are.
    pub fn number(self) -> Option<usize> {
        match self {
            NumberOfThemes::Auto => None,
            NumberOfThemes::Exactly(n) => Some(n),
        }
    }
}

impl Serialize for NumberOfThemes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.number().serialize(serializer);
        }
        match self {
            NumberOfThemes::Auto => serializer.serialize_str(AUTO),
            NumberOfThemes::Exactly(n) => n.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for NumberOfThemes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(AutoOrNumber)
        } else {
            let number = Option::<usize>::deserialize(deserializer)?;
            Ok(number.map_or(NumberOfThemes::Auto, NumberOfThemes::Exactly))
        }
    }
}

/// What a study writes for as many themes as there are.
const AUTO: &str = "auto";

struct AutoOrNumber;

impl serde::de::Visitor<'_> for AutoOrNumber {
    type Value = NumberOfThemes;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "\"{AUTO}\" or a number from 1 to {THEMES_AT_MOST}")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<NumberOfThemes, E> {
        if text == AUTO {
            Ok(NumberOfThemes::Auto)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<NumberOfThemes, E> {
        let number = usize::try_from(n).map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(n), &self))?;
        Ok(NumberOfThemes::Exactly(number))
    }

    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<NumberOfThemes, E> {
        let number = usize::try_from(n).map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(n), &self))?;
        Ok(NumberOfThemes::Exactly(number))
    }
}

/// How themes are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeOptions {
    /// Resolution of the community search: a higher value gives more and smaller themes.
    pub resolution: f64,
    /// Neighbours per segment in the graph; 0 derives it from the number of segments.
    pub neighbours: usize,
    /// Minimum number of segments of a community; a smaller one joins its nearest neighbour. 0 derives it from the
    /// number of segments.
    pub min_segments: usize,
    /// Number of themes.
    pub n_themes: NumberOfThemes,
    /// A segment with a lower probability is assigned with the reason `low_confidence`.
    pub confidence_floor: f32,
    /// Whether segments that conduct the meeting are kept apart, in the reserved theme `procedure`.
    pub procedure: bool,
    /// Segments with fewer words have the theme of their turn; 0 for none.
    pub fragment_words: usize,
    /// Results, or their file `themes.registry`, whose themes are continued; empty to find the themes anew.
    pub registry: String,
    /// How they are continued.
    pub mode: RegistryMode,
    /// In the mode `refit`: minimum Jaccard overlap with an earlier theme, among the texts that both runs have, for its id.
    pub keep_above: f64,
    /// A segment with a lower probability has none of the codes.
    pub code_floor: f32,
    /// A file of coded texts from which the codes are learned, relative to the folder of the study; empty for none.
    pub coded: String,
    /// The researcher's codes; empty for none.
    pub codes: Vec<ThemeCode>,
}

impl Default for ThemeOptions {
    fn default() -> Self {
        Self {
            resolution: 1.0,
            neighbours: 0,
            min_segments: 0,
            n_themes: NumberOfThemes::Auto,
            confidence_floor: 0.3,
            procedure: true,
            fragment_words: 3,
            registry: String::new(),
            mode: RegistryMode::Extend,
            keep_above: 0.5,
            code_floor: 0.3,
            coded: String::new(),
            codes: Vec::new(),
        }
    }
}

impl ThemeOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// [`OptionError`] names the first option that is out of range.
    pub fn check(&self) -> Result<(), OptionError> {
        if !(self.resolution.is_finite() && self.resolution > 0.0) {
            return Err(OptionError::new(
                "[themes] resolution",
                self.resolution,
                "a number above 0, usually from 0.5 to 2",
            ));
        }
        if self.neighbours > NEIGHBOURS_AT_MOST {
            let expected = format!("0 (chosen by the number of segments) or a number up to {NEIGHBOURS_AT_MOST}");
            return Err(OptionError::new("[themes] neighbours", self.neighbours, expected));
        }
        if let Some(n) = self.n_themes.number()
            && !(1..=THEMES_AT_MOST).contains(&n)
        {
            let expected = format!("\"auto\" or a number from 1 to {THEMES_AT_MOST}");
            return Err(OptionError::new("[themes] n_themes", n, expected));
        }
        if !(0.0..=1.0).contains(&self.confidence_floor) {
            return Err(OptionError::new("[themes] confidence_floor", self.confidence_floor, "a number from 0 to 1"));
        }
        if !(0.0..=1.0).contains(&self.keep_above) {
            return Err(OptionError::new("[themes] keep_above", self.keep_above, "a number from 0 to 1"));
        }
        if !(0.0..=1.0).contains(&self.code_floor) {
            return Err(OptionError::new("[themes] code_floor", self.code_floor, "a number from 0 to 1"));
        }
        if self.codes.is_empty() && !self.coded.is_empty() {
            let expected = "codes of the same study, [[themes.codes]], of which the file has texts";
            return Err(OptionError::new("[themes] coded", format!("\"{}\" without codes", self.coded), expected));
        }
        codes::check(&self.codes)
    }
}

/// Why themes could not be found.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// The inputs do not fit together.
    #[error("themes: {vectors} vectors, {texts} texts and {speakers} speakers; expected one of each per segment")]
    Mismatch {
        /// Rows of vectors.
        vectors: usize,
        /// Number of texts.
        texts: usize,
        /// Number of speakers, known or not.
        speakers: usize,
    },
    /// A vector is not finite.
    #[error("themes: the vector of segment {row} holds a value that is not finite; embed the segments again")]
    NotFinite {
        /// Position of the segment, from 0.
        row: usize,
    },
    /// An option is out of range.
    #[error("study, {0}")]
    Option(#[from] OptionError),
    /// The community search failed.
    #[error("themes: the community search failed; this is a defect of plenary, please report it")]
    Search(#[from] leiden_rs::LeidenError),
    /// A decision does not fit the themes.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The earlier themes cannot be continued.
    #[error("themes.registry: {0}")]
    Registry(#[from] RegistryError),
    /// The user stopped the work.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// What the words of themes depend on, in addition to the texts.
#[derive(Clone, Copy, Default)]
pub struct Wording<'w> {
    /// ISO 639-1 code of the language whose stop words are left out, and by whose rules words are stemmed; English if `None`.
    pub language: Option<&'w str>,
    /// Names of people, in lower case, word by word. A word among them that is mostly written with a capital letter is not a term.
    pub names: Option<&'w BTreeSet<String>>,
    /// Names of places that people are called by, such as constituencies: "Central Okanagan". Where such a name of several words occurs,
    /// its words are not terms.
    pub seats: Option<&'w BTreeSet<String>>,
    /// Whether a word, in lower case and without a full stop, is said before the name of a person: "mr". A word with a capital letter that
    /// mostly follows one is not a term.
    pub is_form_of_address: Option<&'w (dyn Fn(&str) -> bool + Sync)>,
}

impl std::fmt::Debug for Wording<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { language, names, seats, .. } = self;
        f.debug_struct("Wording")
            .field("language", language)
            .field("names", names)
            .field("seats", seats)
            .finish_non_exhaustive()
    }
}

/// Finds the themes of segments.
///
/// `vectors` has shape `[segments, dimensions]` and any length per row (rows are scaled to length 1); `texts` and
/// `speakers` (any key that distinguishes speakers) have one entry per segment; `language` is an ISO 639-1 code for
/// procedure and for the stop words of the labels, which are English if it is `None`. The assignments are in the order of the segments.
/// Segments with the same text should have the same vector: only one of them is used. Every segment is a turn of its own, so that
/// fragments have no theme.
///
/// # Errors
/// [`ThemeError`] if the inputs do not fit together, a vector is not finite, an option is out of range, or
/// `progress` asks to stop.
pub fn find(
    vectors: ArrayView2<f32>,
    texts: &[&str],
    speakers: &[Option<&str>],
    language: Option<&str>,
    options: &ThemeOptions,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Themes, ThemeError> {
    if speakers.len() != texts.len() {
        return Err(ThemeError::Mismatch { vectors: vectors.nrows(), texts: texts.len(), speakers: speakers.len() });
    }
    let mut sample = Sample::new(options, seed)?;
    // Every text is a document of its own; documents matter only where themes are continued.
    let documents: Vec<String> = (0..texts.len()).map(|row| row.to_string()).collect();
    let kinds: Vec<SegmentKind> = texts.iter().map(|text| SegmentKind::of_text(text, language, options)).collect();
    sample.add(vectors, texts, &documents.iter().map(String::as_str).collect::<Vec<_>>(), &kinds)?;
    let mut fitted = sample.fit(Wording { language, ..Wording::default() }, None, progress)?;
    fitted.assign(vectors, texts, speakers, &kinds, progress)?;
    Ok(fitted.finish("").0)
}

#[cfg(test)]
mod procedure_tests;
#[cfg(test)]
mod rerun_tests;
#[cfg(test)]
mod tests;

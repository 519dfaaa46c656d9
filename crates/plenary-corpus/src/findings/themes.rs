//! Themes, their history, and codes of segments.

use super::AbstentionReason;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Id and label of the theme of segments that conduct the meeting; see [`ThemeKind::Procedure`].
pub const PROCEDURE: &str = "procedure";

named! {
    /// Where a theme comes from.
    ThemeKind {
        /// It is a community of segments on the same subject.
        Found = "found",
        /// It is reserved for segments that conduct the meeting, such as thanks and calls of speakers.
        Procedure = "procedure",
    }
}

/// A theme: a community of segments on the same subject, or the reserved theme of procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// `t01`, `t02`, ...: from the largest theme to the smallest when they are found; it stays with the theme in later runs
    /// that know it. [`PROCEDURE`] for the theme of procedure.
    pub theme_id: String,
    /// Three terms when the theme was found, for people; the theme's id if its texts have no words. No two themes that are found
    /// together begin with the same term.
    pub label: String,
    /// Name that the researcher gave the theme.
    pub name: Option<String>,
    /// Description that the researcher gave the theme.
    pub description: Option<String>,
    /// At most ten terms, sorted by decreasing class-based TF-IDF weight; no two of them share a word.
    pub terms: Vec<String>,
    /// Weight of each term; the largest is the most distinctive.
    pub term_weights: Vec<f32>,
    /// Number of segments of the theme, including copies of a text and uncertain assignments.
    pub n_segments: usize,
    /// Number of distinct speakers of these segments; segments without a speaker are not counted.
    pub n_speakers: usize,
    /// Rows of at most three segments with different texts, closest to the theme's mean vector first; for copies of a
    /// text, the first row.
    pub exemplars: Vec<usize>,
    /// The texts of these segments, in the same order.
    pub exemplar_texts: Vec<String>,
    /// What a language model calls the theme; `None` if none was asked. It decides nothing about the theme.
    pub endpoint_label: Option<EndpointLabel>,
    /// Mean cosine between the theme's fitted distinct texts and its mean vector, in [-1, 1].
    pub cohesion: f32,
    /// Cohesion minus the mean cosine between the same texts and the mean vector of the nearest other theme (the theme
    /// with the most similar mean vector), in [-2, 2]; `None` with a single theme.
    pub separation: Option<f32>,
    /// Share of cases in which two texts of this theme were in one community, over all pairs of its fitted distinct
    /// texts and the ten starts before the consensus, in [0, 1]; `None` for a theme that was not searched for: that of
    /// procedure, and one that was split off by hand.
    pub stability: Option<f32>,
    /// Mean of the unit vectors of the theme's fitted texts, scaled to length 1.
    pub centroid: Vec<f32>,
    /// Position of its group among the groups; `None` for the theme of procedure.
    pub group: Option<usize>,
}

/// What a language model behind an endpoint calls a theme, and where this comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointLabel {
    /// The label, or why there is none.
    pub label: Result<String, AbstentionReason>,
    /// Name of the model, as the study has it.
    pub model: String,
    /// Key of the answer in the folder of answers, 64 hex digits.
    pub answer: String,
}

/// Themes that are close to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeGroup {
    /// `g01`, `g02`, ...: from the largest group to the smallest when they are found; it stays with the group in later runs that know it.
    pub group_id: String,
    /// The first three terms when the group was found.
    pub label: String,
    /// At most ten terms, sorted by decreasing class-based TF-IDF weight among the groups.
    pub terms: Vec<String>,
    /// Weight of each term.
    pub term_weights: Vec<f32>,
    /// Number of its themes.
    pub n_themes: usize,
    /// Number of segments of its themes.
    pub n_segments: usize,
    /// Number of distinct speakers of these segments.
    pub n_speakers: usize,
}

impl Theme {
    /// Where the theme comes from.
    pub fn kind(&self) -> ThemeKind {
        if self.theme_id == PROCEDURE { ThemeKind::Procedure } else { ThemeKind::Found }
    }

    /// What people call the theme: its name, or its label if it has none.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.label)
    }
}

named! {
    /// What became of a theme since the results whose themes were continued.
    ThemeChangeKind {
        /// The theme has the same id, and no text that is new.
        Kept = "kept",
        /// The theme has the same id, and further texts.
        Grown = "grown",
        /// The theme exists, but no segment of this run is in it.
        Absent = "absent",
        /// The theme was found in this run.
        New = "new",
        /// Some of an earlier theme's texts are in another theme now.
        Split = "split",
        /// Most of the texts of an earlier theme, which no longer exists, are in another theme now.
        Merged = "merged",
        /// The earlier theme no longer exists, and none of the themes has most of its texts.
        Ended = "ended",
    }
}

/// A theme of earlier results beside a theme of this run. Numbers of texts count distinct texts.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeChange {
    /// The theme of this run; `None` if the earlier theme ended.
    pub theme_id: Option<String>,
    /// The earlier theme; `None` if the theme is new.
    pub previous_theme_id: Option<String>,
    /// What became of it.
    pub change: ThemeChangeKind,
    /// Texts of the earlier theme.
    pub n_before: usize,
    /// Texts of the earlier theme that are in this run.
    pub n_again: usize,
    /// Those of them that are in the theme now.
    pub n_shared: usize,
    /// Texts of the theme in this run that the earlier results did not have.
    pub n_new: usize,
    /// `n_shared / n_again`, in [0, 1]; `None` if no earlier text is in this run.
    pub share: Option<f64>,
    /// Texts in both themes over texts in either, among the texts that both runs have, in [0, 1]; `None` as for `share`.
    pub jaccard: Option<f64>,
    /// Cosine of the mean vectors of the two themes, in [-1, 1].
    pub centroid_cosine: Option<f64>,
    /// Share of the earlier theme's terms that are terms of the theme, in [0, 1].
    pub terms_kept: Option<f64>,
}

/// The code of the study's codebook to which a segment is nearest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentCode {
    /// Position of the code among those of the study.
    pub nearest: usize,
    /// Probability that it is the code of the segment, if it is one of the study's; the probabilities of all codes sum to one.
    pub probability: f32,
    /// Cosine of the vectors of the segment and of the code, in [-1, 1].
    pub similarity: f32,
    /// Whether the segment has the code: the probability reaches the study's threshold.
    pub is_given: bool,
}

/// The codes of a study's codebook of themes, and that of each segment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SegmentCodes {
    /// Ids of the codes, in the order of the study.
    pub ids: Vec<String>,
    /// One per segment.
    pub of_segments: Vec<SegmentCode>,
}

/// The documents of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThemeDocuments {
    /// Number of documents with segments of the theme.
    pub n_documents: usize,
    /// First and last date of those that have one.
    pub dates: Option<(Date, Date)>,
}

named! {
    /// How a segment came to its theme.
    AssignmentReason {
        /// It was in the community that became the theme.
        Core = "core",
        /// It joined the nearest theme: its own community was too small, or it was not among the texts that were fitted.
        Nearest = "nearest",
        /// The probability is below the study's threshold.
        LowConfidence = "low_confidence",
        /// It has no theme: it resembles none of the texts of the earlier themes, and no new ones are looked for.
        Unassigned = "unassigned",
        /// It conducts the meeting; it is in the theme of procedure.
        Procedural = "procedural",
        /// It has too few words for a theme of its own. It has the theme of the rest of its turn, if that has one.
        Fragment = "fragment",
    }
}

/// The theme of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Index into the themes; `None` if the segment is unassigned.
    pub theme: Option<usize>,
    /// Probability that the segment belongs to the theme, in [0, 1].
    pub probability: f32,
    /// How the segment was assigned.
    pub reason: AssignmentReason,
}

/// All themes and the theme of every segment, in the order of the segments.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Themes {
    /// From the largest to the smallest, the theme of procedure last.
    pub themes: Vec<Theme>,
    /// The groups of the themes, from the largest to the smallest.
    pub groups: Vec<ThemeGroup>,
    /// One per segment, in the order of the segments.
    pub assignments: Vec<Assignment>,
    /// What became of the themes of earlier results; empty if there are none.
    pub history: Vec<ThemeChange>,
}

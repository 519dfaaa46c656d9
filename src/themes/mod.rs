//! Vectors to themes: communities of segments, their labels, and how surely each segment belongs.

/// A theme: a community of segments that speak of the same thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// `t01`, `t02`, ... from the largest theme to the smallest.
    pub theme_id: String,
    /// The first few terms, for people.
    pub label: String,
    /// Terms by falling class-based TF-IDF weight.
    pub terms: Vec<String>,
    /// Weight of each term; the largest is the most telling.
    pub term_weights: Vec<f32>,
    pub n_segments: usize,
    pub n_speakers: usize,
    /// Rows of the segments nearest to the theme's mean vector, nearest first.
    pub exemplars: Vec<usize>,
    /// Mean cosine of the theme's segments to its mean vector, in [-1, 1].
    pub cohesion: f32,
    /// Cohesion minus the cosine to the nearest other theme's mean vector; `None` with a single theme.
    pub separation: Option<f32>,
    /// Share of repeated starts' pairs that agree with this theme, in [0, 1].
    pub stability: f32,
}

/// How a segment came to its theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It was in the community that became the theme.
    Core,
    /// Its own community was too small; it joined the nearest theme.
    Nearest,
    /// The probability is under the study's floor.
    LowConfidence,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Core => "core",
            Reason::Nearest => "nearest",
            Reason::LowConfidence => "low_confidence",
        }
    }
}

/// The theme of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Index into the themes.
    pub theme: usize,
    /// In [0, 1].
    pub probability: f32,
    pub reason: Reason,
}

/// All themes and the theme of every segment, in the order of the segments.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Themes {
    pub themes: Vec<Theme>,
    pub assignments: Vec<Assignment>,
}

//! Means of measures over segments.
//!
//! **Input:** segments, one by one. **Output:** the number of segments, the mean sentiment, and for each target the mean stance over the
//! segments that have a label, as in `estimates`. Nothing is refused.

use crate::meetings::{Segment, Turn};

/// The means of a group of segments.
#[derive(Debug, Clone)]
pub(crate) struct Means {
    pub(crate) n_segments: usize,
    pub(crate) sentiment: Mean,
    /// One for each target of the study, in their order.
    pub(crate) stances: Vec<Mean>,
}

/// A mean under construction.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mean {
    sum: f64,
    /// Number of values.
    pub(crate) n: usize,
}

impl Mean {
    fn add(&mut self, value: f32) {
        self.sum += f64::from(value);
        self.n += 1;
    }

    fn join(&mut self, other: Self) {
        self.sum += other.sum;
        self.n += other.n;
    }

    /// `None` without values.
    pub(crate) fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / self.n as f64)
    }
}

impl Means {
    pub(crate) fn new(n_targets: usize) -> Self {
        Self { n_segments: 0, sentiment: Mean::default(), stances: vec![Mean::default(); n_targets] }
    }

    /// The means of the segments of a turn.
    pub(crate) fn of_turn(turn: &Turn, n_targets: usize) -> Self {
        let mut means = Self::new(n_targets);
        turn.segments.iter().for_each(|segment| means.add(segment));
        means
    }

    /// Adds the segments of another group.
    pub(crate) fn join(&mut self, other: &Self) {
        self.n_segments += other.n_segments;
        self.sentiment.join(other.sentiment);
        for (mean, other) in self.stances.iter_mut().zip(&other.stances) {
            mean.join(*other);
        }
    }

    pub(crate) fn add(&mut self, segment: &Segment) {
        self.n_segments += 1;
        if let Some((score, _)) = segment.sentiment {
            self.sentiment.add(score);
        }
        for (mean, stance) in self.stances.iter_mut().zip(&segment.stances) {
            if let (Some(_), Some(score)) = (&stance.label, stance.score) {
                mean.add(score);
            }
        }
    }
}

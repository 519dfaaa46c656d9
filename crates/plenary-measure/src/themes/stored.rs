//! Fitted themes and the placements of segments as bytes, so that segments are placed on other machines.
//!
//! **Input:** a [`Fitted`] before segments are entered. **Output:** bytes, and the same [`Fitted`] from them; a [`Placement`] per segment.
//! **Refused:** bytes of another version, and bytes whose parts do not fit together. **Left to others:** files, and their sha256.

use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Write};
use std::sync::Arc;

use ndarray::Array2;
use plenary_corpus::findings::{Assignment, AssignmentReason};
use serde::{Deserialize, Serialize};

use super::ThemeOptions;
use super::arrange::{Arrangement, Origin};
use super::assign::Membership;
use super::describe::Description;
use super::fit::Node;
use super::fitted::{Draft, Fitted};
use super::registry::{Key, Registry};

/// Increases when the file format changes.
const STORED_VERSION: u32 = 2;

/// What is known of a segment's theme without the other segments: [`Fitted::place`] makes it, [`Fitted::enter`] takes it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Placement {
    /// Its text is in the sample, at this position.
    Sample(u32),
    /// Its text is in the registry, or is procedural.
    Known {
        /// First half of the sha256 of the text.
        key: [u8; 16],
        /// Its theme.
        assignment: StoredAssignment,
        /// Position among the texts that describe procedure.
        described: Option<u32>,
    },
    /// It has too few words.
    Fragment {
        /// First half of the sha256 of the text.
        key: [u8; 16],
    },
    /// Its neighbours voted.
    Voted {
        /// First half of the sha256 of the text.
        key: [u8; 16],
        /// Its theme.
        assignment: StoredAssignment,
    },
}

/// An [`Assignment`] as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StoredAssignment {
    theme: Option<u32>,
    probability: f32,
    reason: AssignmentReason,
}

impl From<Assignment> for StoredAssignment {
    fn from(Assignment { theme, probability, reason }: Assignment) -> Self {
        Self { theme: theme.map(|theme| theme as u32), probability, reason }
    }
}

impl From<StoredAssignment> for Assignment {
    fn from(StoredAssignment { theme, probability, reason }: StoredAssignment) -> Self {
        Self { theme: theme.map(|theme| theme as usize), probability, reason }
    }
}

/// Why fitted themes cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FittedError {
    /// The bytes are not fitted themes of this version.
    #[error("the fitted themes are damaged: {0}")]
    Damaged(String),
    /// They cannot be written.
    #[error("the fitted themes cannot be written: {0}")]
    Write(String),
}

/// The file format of fitted themes.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    options: ThemeOptions,
    seed: u64,
    nodes: Vec<Box<str>>,
    described: Vec<Box<str>>,
    keys: Vec<Key>,
    themes: Vec<Origin>,
    origins_of_groups: Vec<Origin>,
    group_of: Vec<Option<usize>>,
    stability: Vec<Option<f32>>,
    placed: Vec<StoredAssignment>,
    /// Number of columns of `base`.
    width: usize,
    base: Vec<f32>,
    members: Vec<Membership>,
    own: Vec<usize>,
    fit_floor: f32,
    leaves_unassigned: bool,
    drafts: Vec<Draft>,
    groups: Vec<Description>,
    procedure: Option<usize>,
    /// Sorted by key.
    reserved: Vec<(Key, StoredAssignment)>,
    /// The bytes of the registry.
    prior: Option<Vec<u8>>,
}

impl Fitted {
    /// Writes the themes, before any segment is entered; the same themes give the same bytes.
    ///
    /// # Errors
    /// If `to` cannot be written.
    pub fn write(self, to: impl Write) -> Result<(), FittedError> {
        let Self {
            options, seed, nodes, described, keys, arrangement, drafts, groups, procedure, reserved, prior, ..
        } = self;
        let Arrangement {
            themes,
            groups: origins_of_groups,
            group_of,
            stability,
            placed,
            base,
            members,
            own,
            fit_floor,
            leaves_unassigned,
        } = arrangement;
        let texts = |nodes: Vec<Node>| nodes.into_iter().map(|node| node.text).collect();
        let mut reserved: Vec<(Key, StoredAssignment)> =
            reserved.into_iter().map(|(key, assignment)| (key, assignment.into())).collect();
        reserved.sort_by_key(|(key, _)| *key);
        let stored = Stored {
            version: STORED_VERSION,
            options,
            seed,
            nodes: texts(nodes),
            described: texts(described),
            keys,
            themes,
            origins_of_groups,
            group_of,
            stability,
            placed: placed.into_iter().map(StoredAssignment::from).collect(),
            width: base.ncols(),
            base: base.iter().copied().collect(),
            members,
            own,
            fit_floor,
            leaves_unassigned,
            drafts,
            groups,
            procedure,
            reserved,
            prior: prior.map(|prior| prior.to_bytes()),
        };
        postcard::to_io(&stored, to).map(drop).map_err(|error| FittedError::Write(error.to_string()))
    }

    /// Reads what [`Fitted::write`] wrote.
    ///
    /// # Errors
    /// [`FittedError::Damaged`] if the bytes are not fitted themes of this version.
    pub fn read(mut from: impl Read) -> Result<Self, FittedError> {
        let damaged = |problem: &dyn std::fmt::Display| FittedError::Damaged(problem.to_string());
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map_err(|error| damaged(&error))?;
        let (stored, rest): (Stored, &[u8]) = postcard::take_from_bytes(&bytes).map_err(|error| damaged(&error))?;
        if !rest.is_empty() || stored.version != STORED_VERSION {
            return Err(damaged(&"they have another version, or more bytes than expected"));
        }
        stored.check()?;
        let rows = stored.members.len();
        let base = Array2::from_shape_vec((rows, stored.width), stored.base).map_err(|error| damaged(&error))?;
        let prior = stored
            .prior
            .map(|bytes| Registry::from_bytes(&bytes).map(Arc::new))
            .transpose()
            .map_err(|error| damaged(&error))?;
        let seed = stored.seed;
        let continued = prior.as_ref().filter(|prior| prior.is_continued(&stored.options));
        let fragments = continued.map_or_else(BTreeSet::new, |prior| prior.fragments().iter().copied().collect());
        let nodes = |texts: Vec<Box<str>>| texts.iter().map(|text| Node::of(text, seed)).collect::<Vec<_>>();
        let (nodes, described) = (nodes(stored.nodes), nodes(stored.described));
        Ok(Self {
            options: stored.options,
            seed,
            first_rows: vec![None; nodes.len() + described.len()],
            nodes,
            described,
            keys: stored.keys,
            arrangement: Arrangement {
                themes: stored.themes,
                groups: stored.origins_of_groups,
                group_of: stored.group_of,
                stability: stored.stability,
                placed: stored.placed.into_iter().map(Assignment::from).collect(),
                base,
                members: stored.members,
                own: stored.own,
                fit_floor: stored.fit_floor,
                leaves_unassigned: stored.leaves_unassigned,
            },
            drafts: stored.drafts,
            groups: stored.groups,
            procedure: stored.procedure,
            reserved: stored.reserved.into_iter().map(|(key, assignment)| (key, assignment.into())).collect(),
            prior,
            seen: HashMap::new(),
            fragments,
            assignments: Vec::new(),
        })
    }
}

impl Stored {
    /// Checks that all parts have the number of entries that the others imply.
    fn check(&self) -> Result<(), FittedError> {
        let n_themes = self.themes.len();
        let is_theme = |assignment: &StoredAssignment| assignment.theme.is_none_or(|theme| (theme as usize) < n_themes);
        let fits = self.keys.len() == self.nodes.len()
            && self.placed.len() == self.nodes.len()
            && self.base.len() == self.members.len() * self.width
            && self.own.iter().all(|node| *node < self.nodes.len())
            && self.members.iter().all(|member| member.theme < n_themes)
            && self.drafts.len() == n_themes
            && self.group_of.len() == n_themes
            && self.stability.len() == n_themes
            && self.groups.len() == self.origins_of_groups.len()
            && self.group_of.iter().flatten().all(|group| *group < self.groups.len())
            && self.procedure.is_none_or(|theme| theme < n_themes)
            && self.placed.iter().chain(self.reserved.iter().map(|(_, assignment)| assignment)).all(is_theme);
        if fits { Ok(()) } else { Err(FittedError::Damaged("its counts do not fit together".into())) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sample, SegmentKind, Wording};
    use super::*;
    use plenary_corpus::progress::Silent;

    #[test]
    fn themes_that_were_written_and_read_give_the_same_result() {
        let texts: Vec<String> =
            (0..120).map(|n| format!("We talk about {} number {n} today.", ["ships", "schools"][n % 2])).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = Array2::from_shape_fn((texts.len(), 4), |(row, column)| {
            f32::from(u8::from(column == row % 2)) + 0.001 * (row * 7 % 13) as f32
        });
        let options = ThemeOptions::default();
        let kinds: Vec<SegmentKind> =
            texts.iter().map(|text| SegmentKind::of_text(text, Some("en"), &options)).collect();
        let speakers = vec![Some("ann"); texts.len()];
        let fit = |n: usize| {
            let mut sample = Sample::new(&options, 7).unwrap();
            sample.add(vectors.slice(ndarray::s![..n, ..]), &texts[..n], &texts[..n], &kinds[..n]).unwrap();
            sample.fit(Wording::default(), None, &Silent).unwrap()
        };
        let mut whole = fit(100);
        whole.assign(vectors.view(), &texts, &speakers, &kinds, &Silent).unwrap();

        let mut bytes = Vec::new();
        fit(100).write(&mut bytes).unwrap();
        let mut apart = Fitted::read(bytes.as_slice()).unwrap();
        // The second half is placed before the first.
        let place = |fitted: &Fitted, rows: std::ops::Range<usize>| {
            let vectors = vectors.slice(ndarray::s![rows.clone(), ..]);
            fitted.place(vectors, &texts[rows.clone()], &kinds[rows], &Silent).unwrap()
        };
        let (second, first) = (place(&apart, 60..120), place(&apart, 0..60));
        apart.enter(first, &speakers[..60]).unwrap();
        apart.enter(second, &speakers[60..]).unwrap();
        assert!(apart.enter(vec![Placement::Sample(1000)], &[None]).is_err(), "a text that is not in the sample");
        assert_eq!(apart.finish("x"), whole.finish("x"));

        assert!(Fitted::read(&bytes[..bytes.len() / 2]).is_err());
        bytes.push(0);
        assert!(Fitted::read(bytes.as_slice()).is_err());
    }
}

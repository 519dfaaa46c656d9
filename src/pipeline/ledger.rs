//! What is remembered of every segment when its text has gone to the tables.
//!
//! In: measured lots, in their order. Out: what themes and estimates need of the corpus as a whole. A segment takes some
//! tens of bytes here, an utterance its id, a document its [`Summary`].

use std::collections::BTreeMap;
use std::ops::Range;

use super::StanceCounts;
use super::measuring::Lot;
use crate::study::Study;
use plenary_corpus::Summary;
use plenary_corpus::findings::{Stance, Themes, Verdict};
use plenary_measure::estimate::ScoredSegment;

#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub documents: Vec<Summary>,
    /// For each document the place of its first utterance among all utterances.
    first_utterance: Vec<usize>,
    utterance_ids: Vec<Box<str>>,
    segments: Vec<Entry>,
    /// Stance of each segment by target; `None` where the model abstains.
    stance: Vec<Vec<Option<f32>>>,
    counts: Vec<StanceCounts>,
    n_split: usize,
}

#[derive(Debug)]
struct Entry {
    document: u32,
    /// Among all utterances.
    utterance: u32,
    /// Among the speakers of the document.
    speaker: Option<u32>,
    /// `None` where the study leaves sentiment out.
    sentiment: Option<f32>,
}

/// Positions as the ledger holds them: more than four thousand million of anything does not fit into memory.
fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Ledger {
    pub fn new(study: &Study) -> Self {
        let n = study.targets.len();
        Self { stance: vec![Vec::new(); n], counts: vec![StanceCounts::default(); n], ..Self::default() }
    }

    /// Takes note of a lot.
    pub fn enter(&mut self, lot: &Lot) {
        let first_begun = self.documents.len();
        for transcript in lot.begun() {
            self.first_utterance.push(self.utterance_ids.len());
            self.utterance_ids.extend(transcript.utterances.iter().map(|u| u.utterance_id.as_str().into()));
            self.documents.push(transcript.summary());
        }
        for (at, (place, transcript, segment)) in lot.segments().enumerate() {
            // Documents come in their order: one that began earlier is the last before those that begin here.
            let document = first_begun.saturating_add_signed(place);
            self.segments.push(Entry {
                document: small(document),
                utterance: small(self.first_utterance[document] + segment.utterance),
                speaker: transcript.utterances[segment.utterance].speaker.map(small),
                sentiment: lot.sentiment.as_ref().map(|sentiment| sentiment.scores[at].score()),
            });
        }
        let mut split: Vec<bool> = lot.embeddings.n_windows.iter().map(|n| *n > 1).collect();
        for (n, split) in lot.sentiment.iter().flat_map(|sentiment| &sentiment.n_windows).zip(&mut split) {
            *split |= *n > 1;
        }
        for (target, of_target) in lot.codings.iter().flat_map(|codings| codings.of_target.iter().enumerate()) {
            let counts = &mut self.counts[target];
            for (coding, split) in of_target.iter().zip(&mut split) {
                *split |= coding.n_windows > 1;
                *match coding.verdict {
                    Verdict::Labelled(Stance::Favor) => &mut counts.favor,
                    Verdict::Labelled(Stance::Against) => &mut counts.against,
                    Verdict::Labelled(Stance::Neither) => &mut counts.neither,
                    Verdict::Abstained(_) => &mut counts.none,
                } += 1;
                self.stance[target].push(coding.labelled_score());
            }
        }
        self.n_split += split.into_iter().filter(|split| *split).count();
    }

    pub fn n_segments(&self) -> usize {
        self.segments.len()
    }

    /// Segments that some model read in several windows.
    pub fn n_split(&self) -> usize {
        self.n_split
    }

    pub fn stance_counts(&self) -> Vec<StanceCounts> {
        self.counts.clone()
    }

    /// The person who speaks each of these segments, where known.
    pub fn persons(&self, segments: Range<usize>) -> Vec<Option<&str>> {
        let person = |entry: &Entry| {
            let speakers = &self.documents[entry.document as usize].speakers;
            entry.speaker.and_then(|at| speakers.get(at as usize)).map(|speaker| speaker.person_id.as_str())
        };
        self.segments[segments].iter().map(person).collect()
    }

    /// What the themes' stop words follow: the language of most segments.
    pub fn common_language(&self) -> Option<&str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for document in &self.documents {
            if let Some(language) = &document.language {
                *counts.entry(language).or_default() += document.n_segments;
            }
        }
        counts.into_iter().max_by_key(|(language, n)| (*n, std::cmp::Reverse(*language))).map(|(language, _)| language)
    }

    /// Every segment as the estimates see it.
    pub fn scored<'a>(&'a self, themes: &'a Themes) -> Vec<ScoredSegment<'a>> {
        let row = |(at, entry): (usize, &'a Entry)| {
            let document = &self.documents[entry.document as usize];
            let theme = themes.assignments.get(at).map(|assignment| &themes.themes[assignment.theme]);
            ScoredSegment {
                document_id: &document.document_id,
                speaker_id: entry.speaker.map(|at| document.speakers[at as usize].speaker_id.as_str()),
                utterance_id: &self.utterance_ids[entry.utterance as usize],
                theme_id: theme.map(|theme| theme.theme_id.as_str()),
                sentiment: entry.sentiment.map(f64::from),
                stance: self
                    .stance
                    .iter()
                    .map(|of_target| of_target.get(at).copied().flatten().map(f64::from))
                    .collect(),
            }
        };
        self.segments.iter().enumerate().map(row).collect()
    }
}

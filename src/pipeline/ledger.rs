//! What is kept of every segment after its text is written to the tables.
//!
//! **Input:** measured lots, in the order of their documents. **Output:** what themes and estimates need to know of the
//! whole corpus. A segment takes a few dozen bytes; an utterance is kept as its id, a document as its [`Summary`]. The
//! ledgers of parts are merged into that of the whole, and a ledger can be written to a file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Read, Write};
use std::ops::Range;

use plenary_corpus::findings::InputDrift;
use plenary_corpus::findings::{CoderAgreement, Coding, Codings, GroupStance, Level, Shown, Stance, Themes};
use plenary_corpus::{Summary, Utterance};
use plenary_measure::drift::{InputFeatures, InputReference, InputSums};
use plenary_measure::estimate::ScoredSegment;
use plenary_measure::procedure::is_procedural;
use plenary_measure::themes::SegmentKind;
use plenary_measure::trends::Counts;
use plenary_tables::schema::{CodingRow, StanceRow};
use plenary_tables::{DocumentRun, PlacedExchange};
use serde::{Deserialize, Serialize};

use super::measuring::MeasuredLot;

#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Ledger {
    pub(crate) documents: Vec<Document>,
    /// Position of the first utterance of each document among all utterances.
    first_utterance: Vec<usize>,
    utterance_ids: Vec<Box<str>>,
    /// How long each utterance is.
    lengths: Vec<Length>,
    segments: Vec<Entry>,
    /// Stance of each segment by target, of the coding that is shown; `None` if its coder abstains.
    stance: Vec<Vec<Option<Scored>>>,
    /// Position of the label of each segment, by variable of the study's own; `None` if its coder gives none.
    codes: Vec<Vec<Option<u8>>>,
    /// The coders of the study, in its order.
    coders: Vec<CoderMark>,
    /// For each pair of coders and then each target, how often they give which labels; see [`CoderAgreement::counts`].
    pairs: Vec<[[u64; 4]; 4]>,
    /// What the learned coders of the study keep of the texts from which they were learned, with their ids.
    learned: Vec<(String, InputReference)>,
    /// Sums of the features of each document's texts, for [`Ledger::drifts`]; of nothing where no learned coder keeps any.
    inputs: Vec<InputSums>,
    /// The exchanges of each document.
    exchanges: Vec<Vec<PlacedExchange>>,
}

/// A label with its score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Scored {
    label: Stance,
    score: f32,
}

/// A coder of the study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct CoderMark {
    id: String,
    /// Whether it is asked for some units only.
    is_selective: bool,
}

/// What is kept of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) summary: Summary,
    pub(crate) n_blocks: usize,
    /// Position among the documents of its input.
    pub(crate) place: u32,
}

/// How long an utterance is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Length {
    n_words: u32,
    /// `None` if the source has no times.
    seconds: Option<f32>,
}

impl Length {
    fn of(utterance: &Utterance) -> Self {
        let times = utterance.time_start_s.zip(utterance.time_end_s);
        let seconds = times.map(|(start, end)| (end - start) as f32);
        let seconds = seconds.filter(|seconds| *seconds >= 0.0 && seconds.is_finite());
        Self { n_words: small(utterance.n_words), seconds }
    }
}

/// The place of a segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SegmentPlace {
    /// Position of its document.
    pub(crate) document: usize,
    /// Position of its turn in the document, from 0.
    pub(crate) turn: u32,
    /// Position in the turn, from 1.
    pub(crate) position: u32,
    /// Position of its speaker among those of the document.
    pub(crate) speaker: Option<u32>,
}

/// A turn of the corpus, for estimates.
#[derive(Debug, Clone)]
pub(crate) struct LedgerTurn {
    /// Position of its document.
    pub(crate) document: u32,
    /// Position of its speaker among those of the document.
    pub(crate) speaker: Option<u32>,
    /// Its segments, by their positions.
    pub(crate) segments: Range<usize>,
    pub(crate) n_words: f64,
    /// Its duration; `None` if the source has no times.
    pub(crate) seconds: Option<f64>,
}

/// What is kept of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Entry {
    /// Position of its document in the ledger.
    document: u32,
    /// Position of its utterance among all utterances.
    utterance: u32,
    /// Position of its speaker among those of the document.
    speaker: Option<u32>,
    /// `None` if the study leaves sentiment out.
    sentiment: Option<f32>,
    /// What it is for themes: probability to be procedural, and whether it has too few words.
    procedural: Option<f32>,
    is_fragment: bool,
    n_words: u32,
}

impl Entry {
    fn counts(&self) -> Counts {
        Counts { n_segments: 1, n_words: u64::from(self.n_words) }
    }
}

/// Why ledgers cannot be merged, or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LedgerError {
    #[error("{path} (document {document_id}) is in the parts at positions {first} and {second}")]
    SameDocument { path: String, document_id: String, first: usize, second: usize },
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    #[error("the ledger cannot be written: {0}")]
    Write(String),
}

/// Increases when the file format changes.
const STORED_VERSION: u32 = 7;

/// The file format of a ledger. Documents are stored as JSON, because their types support it.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    documents: String,
    utterance_ids: Vec<Box<str>>,
    lengths: Vec<Length>,
    segments: Vec<Entry>,
    stance: Vec<Vec<Option<Scored>>>,
    codes: Vec<Vec<Option<u8>>>,
    coders: Vec<CoderMark>,
    pairs: Vec<[[u64; 4]; 4]>,
    learned: Vec<(String, InputReference)>,
    inputs: Vec<InputSums>,
    exchanges: Vec<Vec<PlacedExchange>>,
}

/// Positions as the ledger stores them; more than 4,294,967,295 items do not fit into memory.
fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Ledger {
    /// The ledger of a study with this number of targets and of variables of its own.
    pub(crate) fn new(n_targets: usize, n_codes: usize) -> Self {
        Self { stance: vec![Vec::new(); n_targets], codes: vec![Vec::new(); n_codes], ..Self::default() }
    }

    /// The ledger of a study with learned coders, each with what it keeps of the texts from which it was learned.
    pub(crate) fn with_learned(self, learned: Vec<(String, InputReference)>) -> Self {
        Self { learned, ..self }
    }

    /// Whether a learned coder keeps something of the texts from which it was learned.
    pub(crate) fn notes_inputs(&self) -> bool {
        !self.learned.is_empty()
    }

    /// Adds a lot. `features` are those of the texts, if they are noted.
    pub(crate) fn enter(&mut self, lot: &MeasuredLot, features: Option<&InputFeatures>) {
        let first_of_lot = self.documents.len();
        self.exchanges.extend_from_slice(&lot.exchanges);
        for transcript in lot.begun() {
            self.first_utterance.push(self.utterance_ids.len());
            self.utterance_ids.extend(transcript.utterances.iter().map(|u| u.utterance_id.as_str().into()));
            self.lengths.extend(transcript.utterances.iter().map(Length::of));
            let n_blocks = transcript.blocks.len();
            self.documents.push(Document { summary: transcript.summary(), n_blocks, place: 0 });
            self.inputs.push(InputSums::default());
        }
        for (at, (offset, transcript, segment)) in lot.segments().enumerate() {
            // Documents are in order: one that began in an earlier lot is the last one before this lot.
            let document = first_of_lot.saturating_add_signed(offset);
            self.segments.push(Entry {
                document: small(document),
                utterance: small(self.first_utterance[document] + segment.utterance),
                speaker: transcript.utterances[segment.utterance].speaker.map(small),
                sentiment: lot.sentiment.as_ref().map(|sentiment| sentiment.scores[at].score()),
                procedural: lot.kinds[at].procedural,
                is_fragment: lot.kinds[at].is_fragment,
                n_words: small(segment.n_words),
            });
            if let Some(features) = features
                && let Some(vector) = lot.embeddings.vectors.row(at).to_slice()
            {
                features.add(vector, &mut self.inputs[document]);
            }
        }
        for (labels, codings) in self.codes.iter_mut().zip(&lot.variable_codes) {
            // A variable has a few labels.
            labels.extend(codings.of_texts.iter().map(|coding| u8::try_from(coding.label.ok()?).ok()));
        }
        let shown = Shown::of(&lot.codings);
        for (target, scores) in self.stance.iter_mut().enumerate() {
            let scored = |unit| {
                let (_, coding) = shown.coding(target, unit)?;
                Some(Scored { label: coding.verdict.label()?, score: coding.labelled_score()? })
            };
            scores.extend((0..lot.n_segments()).map(scored));
        }
        self.compare(&lot.codings);
    }

    /// Notes the positions of documents among those of their input, by document id; others are the first.
    pub(crate) fn note_places(&mut self, places: &HashMap<String, u32>) {
        for document in &mut self.documents {
            document.place = places.get(&document.summary.document_id).copied().unwrap_or(0);
        }
    }

    /// Counts the labels that pairs of coders give to the same segments.
    fn compare(&mut self, codings: &[Codings]) {
        let mark = |of: &Codings| CoderMark { id: of.coder.id.clone(), is_selective: of.follows.is_some() };
        self.coders = codings.iter().map(mark).collect();
        let n_targets = self.stance.len();
        let pairs = pairs(codings.len());
        self.pairs.resize(pairs.len() * n_targets, [[0; 4]; 4]);
        let place = |coding: &Coding| coding.verdict.label().map_or(3, |label| label as usize);
        for (pair, (a, b)) in pairs.into_iter().enumerate() {
            for target in 0..n_targets {
                let counts = &mut self.pairs[pair * n_targets + target];
                for (a, b) in codings[a].of_target[target].iter().zip(&codings[b].of_target[target]) {
                    counts[place(a)][place(b)] += 1;
                }
            }
        }
    }

    /// Forgets the labels of all segments, which are then noted again: [`Ledger::note_shown`] and [`Ledger::note_codings`].
    pub(crate) fn forget_labels(&mut self) {
        for labels in &mut self.stance {
            labels.clear();
        }
        for counts in &mut self.pairs {
            *counts = [[0; 4]; 4];
        }
    }

    /// Notes the rows of `stance` of the next segments.
    pub(crate) fn note_shown(&mut self, rows: &[StanceRow]) {
        let n_targets = self.stance.len().max(1);
        for (at, row) in rows.iter().enumerate() {
            let label = row.label.and_then(Stance::from_name);
            let scored = label.zip(row.score).map(|(label, score)| Scored { label, score });
            if let Some(labels) = self.stance.get_mut(at % n_targets) {
                labels.push(scored);
            }
        }
    }

    /// Notes the rows of `codings` of some segments for the agreement of coders.
    pub(crate) fn note_codings(&mut self, rows: &[CodingRow]) {
        let (n_targets, n_coders) = (self.stance.len(), self.coders.len());
        let place = |row: &CodingRow| row.label.and_then(Stance::from_name).map_or(3, |label| label as usize);
        let pairs = pairs(n_coders);
        for of_segment in rows.chunks_exact((n_targets * n_coders).max(1)) {
            for (pair, (a, b)) in pairs.iter().enumerate() {
                for target in 0..n_targets {
                    let at = |coder: usize| place(&of_segment[coder * n_targets + target]);
                    self.pairs[pair * n_targets + target][at(*a)][at(*b)] += 1;
                }
            }
        }
    }

    /// How far the texts of new documents are from those from which the learned coders were learned, with the ids of the coders.
    pub(crate) fn drifts(&self) -> Vec<(String, InputDrift)> {
        let documents = || {
            let ids = self.documents.iter().map(|document| document.summary.document_id.as_str());
            ids.zip(&self.inputs)
        };
        self.learned.iter().map(|(id, reference)| (id.clone(), reference.drift(documents()))).collect()
    }

    /// How far each pair of coders agrees, pair by pair, and for each pair target by target.
    pub(crate) fn agreement(&self, targets: &[&str]) -> Vec<CoderAgreement> {
        let mut rows = Vec::new();
        for (pair, (a, b)) in pairs(self.coders.len()).into_iter().enumerate() {
            let of_pair = self.pairs.iter().skip(pair * targets.len());
            rows.extend(targets.iter().zip(of_pair).map(|(target, counts)| CoderAgreement {
                target_id: (*target).to_owned(),
                coders: [a, b].map(|at| self.coders[at].id.clone()),
                is_selective: self.coders[a].is_selective || self.coders[b].is_selective,
                counts: *counts,
            }));
        }
        rows
    }

    /// Merges the ledgers of parts. Documents are in the order in which one run over everything reads them: by the path
    /// of their file, and within a file in the order of the file. Also returns this order, as runs of documents of one
    /// part.
    pub(crate) fn merge(parts: Vec<Ledger>) -> Result<(Ledger, Vec<DocumentRun>), LedgerError> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (at, part) in parts.iter().enumerate() {
            for Document { summary, .. } in &part.documents {
                if let Some(first) = known.insert(&summary.document_id, at) {
                    let (path, document_id) = (summary.path.clone(), summary.document_id.clone());
                    return Err(LedgerError::SameDocument { path, document_id, first, second: at });
                }
            }
        }
        if parts.len() == 1 {
            let only = parts.into_iter().next().unwrap_or_default();
            let runs = only.documents.iter().map(|document| only_run(document, 0)).reduce(DocumentRun::then);
            return Ok((only, runs.into_iter().collect()));
        }
        let n_targets = parts.iter().map(|part| part.stance.len()).max().unwrap_or(0);
        let n_codes = parts.iter().map(|part| part.codes.len()).max().unwrap_or(0);
        let mut order: Vec<(usize, usize)> = parts
            .iter()
            .enumerate()
            .flat_map(|(part, ledger)| (0..ledger.documents.len()).map(move |at| (part, at)))
            .collect();
        let key = |(part, at): (usize, usize)| {
            let document = &parts[part].documents[at];
            (&document.summary.source, document.place)
        };
        order.sort_by(|a, b| key(*a).cmp(&key(*b)));

        let mut merged = Ledger::new(n_targets, n_codes);
        for part in &parts {
            // The parts are of one study.
            if merged.coders.is_empty() {
                merged.coders.clone_from(&part.coders);
                merged.pairs.resize(part.pairs.len(), [[0; 4]; 4]);
                merged.learned.clone_from(&part.learned);
            }
            for (all, own) in merged.pairs.iter_mut().flatten().flatten().zip(part.pairs.iter().flatten().flatten()) {
                *all += own;
            }
        }
        let mut runs: Vec<DocumentRun> = Vec::new();
        // How far each part has been read: utterances and segments.
        let mut read = vec![(0, 0); parts.len()];
        for (part, at) in order {
            let ledger = &parts[part];
            let document = &ledger.documents[at];
            let (utterances, segments) = read[part];
            let (n_utterances, n_segments) = (document.summary.n_utterances, document.summary.n_segments);
            read[part] = (utterances + n_utterances, segments + n_segments);
            let first_utterance = merged.utterance_ids.len();
            merged.utterance_ids.extend_from_slice(&ledger.utterance_ids[utterances..utterances + n_utterances]);
            merged.lengths.extend_from_slice(&ledger.lengths[utterances..utterances + n_utterances]);
            merged.segments.extend(ledger.segments[segments..segments + n_segments].iter().map(|entry| Entry {
                document: small(merged.documents.len()),
                utterance: small(entry.utterance as usize - utterances + first_utterance),
                ..*entry
            }));
            for (all, own) in merged.stance.iter_mut().zip(&ledger.stance) {
                all.extend_from_slice(&own[segments..segments + n_segments]);
            }
            for (all, own) in merged.codes.iter_mut().zip(&ledger.codes) {
                all.extend_from_slice(&own[segments..segments + n_segments]);
            }
            merged.first_utterance.push(first_utterance);
            merged.documents.push(document.clone());
            merged.inputs.push(ledger.inputs[at].clone());
            merged.exchanges.push(ledger.exchanges[at].clone());
            let run = only_run(document, part);
            match runs.last_mut() {
                Some(last) if last.part == part => *last = last.then(run),
                _ => runs.push(run),
            }
        }
        Ok((merged, runs))
    }

    /// Writes the ledger; the same ledger gives the same bytes.
    pub(crate) fn write(&self, to: impl Write) -> Result<(), LedgerError> {
        let failed = |error: &dyn std::fmt::Display| LedgerError::Write(error.to_string());
        let stored = Stored {
            version: STORED_VERSION,
            documents: serde_json::to_string(&self.documents).map_err(|error| failed(&error))?,
            utterance_ids: self.utterance_ids.clone(),
            lengths: self.lengths.clone(),
            segments: self.segments.clone(),
            stance: self.stance.clone(),
            codes: self.codes.clone(),
            coders: self.coders.clone(),
            pairs: self.pairs.clone(),
            learned: self.learned.clone(),
            inputs: self.inputs.clone(),
            exchanges: self.exchanges.clone(),
        };
        postcard::to_io(&stored, to).map(drop).map_err(|error| failed(&error))
    }

    /// Reads what [`Ledger::write`] wrote.
    pub(crate) fn read(mut from: impl Read) -> Result<Self, LedgerError> {
        let failed = |error: &dyn std::fmt::Display| LedgerError::Damaged(error.to_string());
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
        let (stored, rest): (Stored, &[u8]) = postcard::take_from_bytes(&bytes).map_err(|error| failed(&error))?;
        if !rest.is_empty() || stored.version != STORED_VERSION {
            return Err(LedgerError::Damaged("it has another version, or more bytes than a ledger".into()));
        }
        let documents: Vec<Document> = serde_json::from_str(&stored.documents).map_err(|error| failed(&error))?;
        let Stored {
            utterance_ids, lengths, segments, stance, codes, coders, pairs, learned, inputs, exchanges, ..
        } = stored;
        let first_utterance = documents
            .iter()
            .scan(0, |next, document| Some(std::mem::replace(next, *next + document.summary.n_utterances)))
            .collect();
        let ledger = Self {
            documents,
            first_utterance,
            utterance_ids,
            lengths,
            segments,
            stance,
            codes,
            coders,
            pairs,
            learned,
            inputs,
            exchanges,
        };
        ledger.check()?;
        Ok(ledger)
    }

    /// Checks that every position is valid, and that every document has as many utterances and segments as it states.
    fn check(&self) -> Result<(), LedgerError> {
        let of_documents =
            |count: fn(&Summary) -> usize| self.documents.iter().map(|d| count(&d.summary)).sum::<usize>();
        let mut first = 0;
        let mut first_utterance = 0;
        let mut fits = self.utterance_ids.len() == of_documents(|d| d.n_utterances)
            && self.lengths.len() == self.utterance_ids.len()
            && self.inputs.len() == self.documents.len()
            && self.exchanges.len() == self.documents.len()
            && self.segments.len() == of_documents(|d| d.n_segments)
            && self.stance.iter().all(|of_target| of_target.len() == self.segments.len())
            && self.codes.iter().all(|of_code| of_code.len() == self.segments.len())
            && self.pairs.len() == pairs(self.coders.len()).len() * self.stance.len();
        for (at, Document { summary, .. }) in self.documents.iter().enumerate() {
            let Some(segments) = self.segments.get(first..first + summary.n_segments) else { break };
            fits &= segments.iter().all(|entry| {
                let utterance = (entry.utterance as usize).checked_sub(first_utterance);
                entry.document as usize == at
                    && utterance.is_some_and(|utterance| utterance < summary.n_utterances)
                    && entry.speaker.is_none_or(|speaker| (speaker as usize) < summary.speakers.len())
            });
            first += summary.n_segments;
            first_utterance += summary.n_utterances;
        }
        if fits { Ok(()) } else { Err(LedgerError::Damaged("its counts do not fit together".into())) }
    }

    pub(crate) fn n_segments(&self) -> usize {
        self.segments.len()
    }

    pub(crate) fn summaries(&self) -> Vec<Summary> {
        self.documents.iter().map(|document| document.summary.clone()).collect()
    }

    /// The document of each segment, and the place of its speaker among those of the document.
    pub(crate) fn places(&self) -> impl Iterator<Item = (usize, Option<usize>)> + '_ {
        self.segments.iter().map(|entry| (entry.document as usize, entry.speaker.map(|at| at as usize)))
    }

    /// The place of each segment: its document, the positions of its turn there, from 0, and of the segment in the turn, from 1, and the position of
    /// its speaker.
    pub(crate) fn segment_places(&self) -> impl Iterator<Item = SegmentPlace> + '_ {
        let mut position = 0;
        let mut before = None;
        self.segments.iter().map(move |entry| {
            position = if before == Some(entry.utterance) { position + 1 } else { 1 };
            before = Some(entry.utterance);
            let turn = entry.utterance as usize - self.first_utterance[entry.document as usize];
            SegmentPlace { document: entry.document as usize, turn: small(turn), position, speaker: entry.speaker }
        })
    }

    /// Adds exchanges to those of documents, by the positions of the documents. Those of a document stay in the order of their turns.
    pub(crate) fn add_exchanges(&mut self, found: impl Iterator<Item = (usize, PlacedExchange)>) {
        let mut with_more: Vec<usize> = Vec::new();
        for (document, exchange) in found {
            self.exchanges[document].push(exchange);
            if with_more.last() != Some(&document) {
                with_more.push(document);
            }
        }
        for document in with_more {
            self.exchanges[document].sort_by_key(|exchange| exchange.turn);
        }
    }

    /// Calls `take` with each document, the ids of its utterances, and its exchanges.
    pub(crate) fn exchanges<E>(
        &self,
        mut take: impl FnMut(&Summary, &[&str], &[PlacedExchange]) -> Result<(), E>,
    ) -> Result<(), E> {
        for (at, (Document { summary, .. }, exchanges)) in self.documents.iter().zip(&self.exchanges).enumerate() {
            let first = self.first_utterance[at];
            let ids = &self.utterance_ids[first..first + summary.n_utterances];
            take(summary, &ids.iter().map(AsRef::as_ref).collect::<Vec<_>>(), exchanges)?;
        }
        Ok(())
    }

    /// The segments of the documents of each language.
    pub(crate) fn segments_by_language(&self) -> BTreeMap<Option<&str>, Vec<usize>> {
        let mut languages: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (at, (document, _)) in self.places().enumerate() {
            languages.entry(self.documents[document].summary.language.as_deref()).or_default().push(at);
        }
        languages
    }

    /// The person who speaks each of these segments, if known.
    pub(crate) fn persons(&self, segments: Range<usize>) -> Vec<Option<&str>> {
        let person = |entry: &Entry| {
            let speakers = &self.documents[entry.document as usize].summary.speakers;
            entry.speaker.and_then(|at| speakers.get(at as usize)).map(|speaker| speaker.person_id.as_str())
        };
        self.segments[segments].iter().map(person).collect()
    }

    /// The turns that have segments, in the order of the documents.
    pub(crate) fn turns(&self, mut take: impl FnMut(LedgerTurn)) {
        let mut first = 0;
        for of_turn in self.segments.chunk_by(|a, b| a.utterance == b.utterance) {
            let (segments, entry) = (first..first + of_turn.len(), of_turn[0]); // chunks are not empty
            first = segments.end;
            let length = self.lengths[entry.utterance as usize];
            take(LedgerTurn {
                document: entry.document,
                speaker: entry.speaker,
                segments,
                n_words: f64::from(length.n_words),
                seconds: length.seconds.map(f64::from),
            });
        }
    }

    /// The segments of each document.
    pub(crate) fn document_counts(&self) -> Vec<Counts> {
        let mut counts = vec![Counts::default(); self.documents.len()];
        for entry in &self.segments {
            counts[entry.document as usize].add(entry.counts());
        }
        counts
    }

    /// For each theme the documents in which it occurs, by their positions, with the segments of the theme.
    pub(crate) fn theme_counts(&self, themes: &Themes) -> Vec<Vec<(u32, Counts)>> {
        let mut of_themes: Vec<Vec<(u32, Counts)>> = vec![Vec::new(); themes.themes.len()];
        for (entry, assignment) in self.segments.iter().zip(&themes.assignments) {
            let Some(theme) = assignment.theme else { continue };
            match of_themes[theme].last_mut() {
                Some((document, counts)) if *document == entry.document => counts.add(entry.counts()),
                _ => of_themes[theme].push((entry.document, entry.counts())),
            }
        }
        of_themes
    }

    /// Whether any utterance has times.
    pub(crate) fn has_times(&self) -> bool {
        self.lengths.iter().any(|length| length.seconds.is_some())
    }

    /// Sentiment of a segment, if it is scored.
    pub(crate) fn sentiment(&self, segment: usize) -> Option<f64> {
        self.segments[segment].sentiment.map(f64::from)
    }

    /// What each of these segments is for themes.
    pub(crate) fn kinds(&self, segments: Range<usize>) -> Vec<SegmentKind> {
        let kind = |entry: &Entry| SegmentKind { procedural: entry.procedural, is_fragment: entry.is_fragment };
        self.segments[segments].iter().map(kind).collect()
    }

    /// Probability of each segment to be procedural; `None` where it is not known.
    pub(crate) fn procedural(&self) -> Vec<Option<f32>> {
        self.segments.iter().map(|entry| entry.procedural).collect()
    }

    /// 1 if a segment is procedural, 0 if it is not; `None` if that is not known.
    pub(crate) fn is_procedural(&self, segment: usize) -> Option<f64> {
        self.segments[segment].procedural.map(procedure_mark)
    }

    /// The segments of each turn, with its speaker's person.
    pub(crate) fn turns_of_persons(&self) -> Vec<(Range<usize>, Option<&str>)> {
        let mut turns = Vec::new();
        self.turns(|turn| {
            let person = self.persons(turn.segments.start..turn.segments.start + 1).into_iter().flatten().next();
            turns.push((turn.segments, person));
        });
        turns
    }

    /// The languages of documents with segments of which none has a probability to be procedural, with the number of these documents.
    pub(crate) fn without_procedure(&self) -> BTreeMap<Option<&str>, usize> {
        let mut counts = BTreeMap::new();
        let mut first = 0;
        for Document { summary, .. } in &self.documents {
            let segments = &self.segments[first..first + summary.n_segments];
            first += summary.n_segments;
            if !segments.is_empty() && segments.iter().all(|entry| entry.procedural.is_none()) {
                *counts.entry(summary.language.as_deref()).or_default() += 1;
            }
        }
        counts
    }

    /// Stance of a segment towards a target; `None` if the coder abstains.
    pub(crate) fn stance(&self, target: usize, segment: usize) -> Option<f64> {
        self.stance.get(target)?.get(segment).copied().flatten().map(|scored| f64::from(scored.score))
    }

    /// 1 if a segment has this label of a variable of the study's own, 0 if it has another one; `None` if it has none.
    pub(crate) fn has_label(&self, code: usize, label: usize, segment: usize) -> Option<f64> {
        let found = self.codes.get(code)?.get(segment).copied().flatten()?;
        Some(f64::from(u8::from(usize::from(found) == label)))
    }

    /// A number for the person of each speaker of each document, in the order of their first document.
    pub(crate) fn person_numbers(&self) -> Vec<Vec<u32>> {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut number = |id| {
            let next = small(numbers.len());
            *numbers.entry(id).or_insert(next)
        };
        let of_document = |document: &'_ Document| -> Vec<u32> { Vec::with_capacity(document.summary.speakers.len()) };
        let mut all: Vec<Vec<u32>> = self.documents.iter().map(of_document).collect();
        for (document, own) in self.documents.iter().zip(&mut all) {
            own.extend(document.summary.speakers.iter().map(|speaker| number(speaker.person_id.as_str())));
        }
        all
    }

    /// The languages of documents, with the number of segments of each document.
    pub(crate) fn languages(&self) -> impl Iterator<Item = (&str, usize)> {
        self.documents
            .iter()
            .filter_map(|Document { summary, .. }| Some((summary.language.as_deref()?, summary.n_segments)))
    }

    /// The names of all speakers, word by word and in lower case.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let speakers = self.documents.iter().flat_map(|document| &document.summary.speakers);
        let words = speakers.flat_map(|speaker| speaker.name.split(|c: char| !c.is_alphanumeric()));
        words.filter(|word| word.chars().count() > 1).map(str::to_lowercase).collect()
    }

    /// The constituencies of all speakers.
    pub(crate) fn seats(&self) -> BTreeSet<String> {
        let speakers = self.documents.iter().flat_map(|document| &document.summary.speakers);
        speakers.filter_map(|speaker| speaker.details.constituency.clone()).collect()
    }

    /// Calls `take` with the labels of the turns and then of the speakers of each document, in their order, target by target.
    pub(crate) fn group_stance<E>(
        &self,
        targets: &[&str],
        mut take: impl FnMut(Vec<GroupStance>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut first = 0;
        for Document { summary, .. } in &self.documents {
            let segments = first..first + summary.n_segments;
            first = segments.end;
            // The utterances of a document are in its order; its speakers are ordered by their first segment.
            let mut groups: Vec<(Level, Option<u32>, Option<u32>)> = Vec::new();
            let mut places: HashMap<(Level, Option<u32>, Option<u32>), usize> = HashMap::new();
            for level in [Level::UtteranceTarget, Level::SpeakerTarget] {
                for entry in &self.segments[segments.clone()] {
                    let Some(key) = group_of(level, entry) else { continue };
                    places.entry(key).or_insert_with(|| {
                        groups.push(key);
                        groups.len() - 1
                    });
                }
            }
            let row = |(level, utterance, speaker): &(Level, Option<u32>, Option<u32>), target: &str| GroupStance {
                level: *level,
                document_id: summary.document_id.clone(),
                speaker_id: speaker.map(|at| summary.speakers[at as usize].speaker_id.clone()),
                utterance_id: utterance.map(|at| self.utterance_ids[at as usize].to_string()),
                target_id: target.to_owned(),
                counts: [0; 3],
                n_unlabelled: 0,
                sum_of_sides: 0.0,
            };
            let mut rows: Vec<GroupStance> = groups
                .iter()
                .flat_map(|group| targets.iter().map(move |target| (group, *target)))
                .map(|(group, target)| row(group, target))
                .collect();
            for at in segments {
                for level in [Level::UtteranceTarget, Level::SpeakerTarget] {
                    let place = group_of(level, &self.segments[at]).and_then(|key| places.get(&key));
                    let Some(place) = place else { continue };
                    for (target, of_target) in self.stance.iter().enumerate() {
                        let row = &mut rows[place * targets.len() + target];
                        match of_target[at] {
                            None => row.n_unlabelled += 1,
                            Some(Scored { label, score }) => {
                                row.counts[label as usize] += 1;
                                if label != Stance::Neither {
                                    row.sum_of_sides += f64::from(score);
                                }
                            }
                        }
                    }
                }
            }
            take(rows)?;
        }
        Ok(())
    }

    /// Every segment in the form that the estimates need.
    pub(crate) fn scored<'a>(&'a self, themes: &'a Themes) -> Vec<ScoredSegment<'a>> {
        let row = |(at, entry): (usize, &'a Entry)| {
            let document = &self.documents[entry.document as usize].summary;
            let theme =
                themes.assignments.get(at).and_then(|assignment| assignment.theme).map(|theme| &themes.themes[theme]);
            ScoredSegment {
                document_id: &document.document_id,
                speaker_id: entry.speaker.map(|at| document.speakers[at as usize].speaker_id.as_str()),
                utterance_id: &self.utterance_ids[entry.utterance as usize],
                theme_id: theme.map(|theme| theme.theme_id.as_str()),
                sentiment: entry.sentiment.map(f64::from),
                procedural: entry.procedural.map(procedure_mark),
                stance: self
                    .stance
                    .iter()
                    .map(|of_target| of_target.get(at).copied().flatten().map(|scored| f64::from(scored.score)))
                    .collect(),
            }
        };
        self.segments.iter().enumerate().map(row).collect()
    }
}

/// The group of a segment: level, utterance and speaker. `None` for the speaker of a segment without one.
fn group_of(level: Level, entry: &Entry) -> Option<(Level, Option<u32>, Option<u32>)> {
    match level {
        Level::SpeakerTarget => entry.speaker.map(|speaker| (level, None, Some(speaker))),
        _ => Some((level, Some(entry.utterance), entry.speaker)),
    }
}

/// The value of a segment with this probability in the share of procedure.
fn procedure_mark(probability: f32) -> f64 {
    f64::from(u8::from(is_procedural(probability)))
}

/// The pairs of `n` coders, in their order.
fn pairs(n: usize) -> Vec<(usize, usize)> {
    (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect()
}

/// A document as a separate run of documents.
fn only_run(document: &Document, part: usize) -> DocumentRun {
    let Document { summary, n_blocks, .. } = document;
    DocumentRun { part, n_blocks: *n_blocks, n_utterances: summary.n_utterances, n_segments: summary.n_segments }
}

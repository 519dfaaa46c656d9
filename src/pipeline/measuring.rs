//! Transcripts to measured segments, one lot at a time.
//!
//! **Input:** transcripts in their order. **Output:** [`MeasuredLot`]s of at most [`SEGMENTS`] segments with their
//! vectors, sentiment and codings. The numbers do not depend on where a lot begins and ends. **Left to others:** what
//! is done with the lots.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{Array2, ArrayView2};

use super::coders::{Coders, coders};
use crate::study::Study;
use plenary_chat::Summary as ChatSummary;
use plenary_corpus::findings::{Codings, Embeddings, Sentiment};
use plenary_corpus::progress::{Progress, Silent};
use plenary_corpus::{Context, Segment, Transcript};
use plenary_engine::cache::Cache;
use plenary_engine::{EngineError, Model, Work};
use plenary_measure::coder::{CodeError, Units};
use plenary_measure::context::context;
use plenary_measure::head::unit::turn_means;
use plenary_measure::{embedding, sentiment, stance};
use plenary_models::Models;
use plenary_tables::Measured;

/// Maximum number of segments that are measured together.
const SEGMENTS: usize = 4096;

/// Documents that were read together, and the number of bytes that were read for them.
pub(super) struct Batch {
    pub(super) transcripts: Vec<Transcript>,
    pub(super) n_bytes: u64,
}

/// Segments that are measured together.
pub(super) struct Lot {
    transcripts: Arc<Vec<Transcript>>,
    /// The documents whose first segment is in this lot, and documents between them that have no segments.
    begun: Range<usize>,
    /// For each segment, the position of its document and its position in the document.
    segments: Vec<(usize, usize)>,
    n_bytes: u64,
}

/// Segments with their measurements.
pub(super) struct MeasuredLot {
    lot: Lot,
    pub(super) embeddings: Embeddings,
    pub(super) sentiment: Option<Sentiment>,
    /// One per coder, the primary coder first.
    pub(super) codings: Vec<Codings>,
    /// What coders saw before each segment; empty if nothing was coded.
    contexts: Vec<Option<String>>,
}

impl Lot {
    fn pairs(&self) -> impl Iterator<Item = (&Transcript, &Segment)> {
        let of = |&(document, segment): &(usize, usize)| {
            let transcript = &self.transcripts[document];
            (transcript, &transcript.segments[segment])
        };
        self.segments.iter().map(of)
    }
}

impl MeasuredLot {
    /// The documents that begin in this lot.
    pub(super) fn begun(&self) -> &[Transcript] {
        &self.lot.transcripts[self.lot.begun.clone()]
    }

    /// For each segment, the position of its document, counted from the first document that begins in this lot;
    /// negative for a document that began in an earlier lot.
    pub(super) fn segments(&self) -> impl Iterator<Item = (isize, &Transcript, &Segment)> {
        let first = self.lot.begun.start as isize;
        let places = self.lot.segments.iter().map(move |(document, _)| *document as isize - first);
        places.zip(self.lot.pairs()).map(|(place, (transcript, segment))| (place, transcript, segment))
    }

    pub(super) fn with_measured<T>(&self, take: impl FnOnce(&Measured) -> T) -> T {
        let segments: Vec<(&Transcript, &Segment)> = self.lot.pairs().collect();
        take(&Measured {
            segments: &segments,
            embeddings: &self.embeddings,
            sentiment: self.sentiment.as_ref(),
            codings: &self.codings,
            contexts: &self.contexts,
        })
    }
}

/// Cuts documents into lots.
pub(super) fn lots(batch: Batch) -> Vec<Lot> {
    let transcripts = Arc::new(batch.transcripts);
    let n_segments = transcripts.iter().map(|transcript| transcript.segments.len()).sum::<usize>().max(1) as u64;
    let lot = |begun: Range<usize>, segments: Vec<(usize, usize)>| Lot {
        transcripts: Arc::clone(&transcripts),
        begun,
        n_bytes: batch.n_bytes * segments.len().max(1) as u64 / n_segments,
        segments,
    };
    let mut lots = Vec::new();
    let mut segments = Vec::new();
    let mut first_begun = 0;
    for (document, transcript) in transcripts.iter().enumerate() {
        for segment in 0..transcript.segments.len() {
            if segments.len() == SEGMENTS {
                let begins_here = segment == 0;
                let end = if begins_here { document } else { document + 1 };
                lots.push(lot(first_begun..end, std::mem::take(&mut segments)));
                first_begun = end;
            }
            segments.push((document, segment));
        }
    }
    lots.push(lot(first_begun..transcripts.len(), segments));
    lots
}

/// The models of a run, and the propositions of its study.
pub(super) struct Measurer<'r> {
    embedder: &'r Model,
    /// `None` if the study leaves sentiment out.
    tone: Option<&'r Model>,
    /// The coders of stance.
    coders: Coders<'r>,
    /// The vectors of the propositions, one row per target.
    propositions: Array2<f32>,
    study: &'r Study,
    threads: usize,
    cache: Option<&'r Cache>,
    n_inputs: AtomicU64,
}

impl<'r> Measurer<'r> {
    /// From the models of the run.
    pub(super) fn new(
        models: &'r Models,
        study: &'r Study,
        threads: usize,
        cache: Option<&'r Cache>,
        max_cost: Option<f64>,
    ) -> Result<Self, CodeError> {
        let Models { embedding: embedder, sentiment: tone, .. } = models;
        let tone = tone.as_ref();
        let propositions: Vec<&str> = study.targets.iter().map(|target| target.proposition.as_str()).collect();
        // There are only a few sentences, so no progress is reported.
        let work = Work { threads, progress: &Silent, cache };
        let propositions = embedding::embed(embedder, &propositions, work)?.vectors;
        let n_inputs = AtomicU64::new(propositions.nrows() as u64);
        Ok(Self {
            embedder,
            tone,
            coders: coders(models, study, max_cost)?,
            propositions,
            study,
            threads,
            cache,
            n_inputs,
        })
    }

    pub(super) fn vector_width(&self) -> usize {
        self.embedder.dimensions
    }

    /// Number of rows that came from the cache, and number of rows that were computed.
    pub(super) fn counts(&self) -> (u64, u64) {
        self.cache.map_or_else(|| (0, self.n_inputs.load(Ordering::Relaxed)), Cache::counts)
    }

    /// What language models were asked and answered.
    pub(super) fn chats(&self) -> Vec<(String, ChatSummary)> {
        let chats = self.coders.chats.iter();
        chats.map(|chat| (chat.options().name().to_owned(), chat.summary())).collect()
    }

    pub(super) fn measure(&self, lot: Lot, progress: &dyn Progress) -> Result<MeasuredLot, CodeError> {
        let texts: Vec<&str> = lot.pairs().map(|(_, segment)| segment.text.as_str()).collect();
        let targets = &self.study.targets;
        let of_coders: usize = self.coders.all.iter().map(|coder| coder.n_passes(texts.len(), targets)).sum();
        let n_passes = (texts.len() * (1 + usize::from(self.tone.is_some())) + of_coders) as u64;
        self.n_inputs.fetch_add(n_passes, Ordering::Relaxed);
        let share = Share::new(progress, lot.n_bytes, n_passes);
        let work = Work { threads: self.threads, progress: &share, cache: self.cache };
        let embeddings = embedding::embed(self.embedder, &texts, work)?;
        let sentiment = self.tone.map(|tone| sentiment::score(tone, &texts, work)).transpose()?;
        let (codings, contexts) = if self.coders.all.is_empty() {
            (Vec::new(), Vec::new())
        } else {
            self.code(&lot, &texts, &embeddings, sentiment.as_ref(), work)?
        };
        if texts.is_empty() {
            progress.advance(lot.n_bytes);
        }
        Ok(MeasuredLot { lot, embeddings, sentiment, codings, contexts })
    }

    /// The codings of every coder, and what they saw before each segment.
    fn code(
        &self,
        lot: &Lot,
        texts: &[&str],
        embeddings: &Embeddings,
        sentiment: Option<&Sentiment>,
        work: Work,
    ) -> Result<(Vec<Codings>, Vec<Option<String>>), CodeError> {
        let contexts: Vec<Context> =
            lot.segments.iter().map(|&(document, segment)| context(&lot.transcripts[document], segment)).collect();
        let ids: Vec<&str> = lot.pairs().map(|(_, segment)| segment.segment_id.as_str()).collect();
        let relevance = stance::relevance(self.propositions.view(), embeddings.vectors.view())?;
        let context_relevance = self.context_relevance(lot, &contexts, relevance.view(), work)?;
        let again = Work { progress: &Silent, ..work };
        let turns =
            turns(lot, embeddings.vectors.view(), |texts| Ok(embedding::embed(self.embedder, texts, again)?.vectors))?;
        let mut codings: Vec<Codings> = Vec::with_capacity(self.coders.all.len());
        for coder in &self.coders.all {
            let units = Units {
                ids: &ids,
                texts,
                contexts: &contexts,
                relevance: relevance.view(),
                context_relevance: context_relevance.view(),
                vectors: embeddings.vectors.view(),
                turns: &turns,
                sentiment,
                earlier: &codings,
            };
            let of_coder = coder.code(units, &self.study.targets, work)?;
            codings.push(of_coder);
        }
        let are_read = self.coders.all.iter().any(|coder| coder.reads_context());
        let seen = |context: &Context| if are_read { context.lines() } else { None };
        Ok((codings, contexts.iter().map(seen).collect()))
    }

    /// The largest relevance of the sentences of each context; shape `[targets, texts]`. Sentences that are in an earlier lot
    /// are embedded again.
    fn context_relevance(
        &self,
        lot: &Lot,
        contexts: &[Context],
        relevance: ArrayView2<f32>,
        work: Work,
    ) -> Result<Array2<f32>, EngineError> {
        let places = lot.segments.iter().enumerate();
        let mut column: HashMap<(usize, usize), usize> = places.map(|(at, &place)| (place, at)).collect();
        let mut elsewhere: Vec<&str> = Vec::new();
        for (&(document, _), context) in lot.segments.iter().zip(contexts) {
            for said in &context.before {
                column.entry((document, said.segment)).or_insert_with(|| {
                    elsewhere.push(said.text);
                    lot.segments.len() + elsewhere.len() - 1
                });
            }
        }
        let of_elsewhere = embedding::embed(self.embedder, &elsewhere, Work { progress: &Silent, ..work })?;
        let of_elsewhere = stance::relevance(self.propositions.view(), of_elsewhere.vectors.view())?;
        let n = lot.segments.len();
        let at = |target: usize, column: usize| match column.checked_sub(n) {
            None => relevance[(target, column)],
            Some(beyond) => of_elsewhere[(target, beyond)],
        };
        let mut largest = Array2::zeros(relevance.dim());
        for (text, (&(document, _), context)) in lot.segments.iter().zip(contexts).enumerate() {
            for said in &context.before {
                let Some(&column) = column.get(&(document, said.segment)) else { continue };
                for target in 0..largest.nrows() {
                    largest[(target, text)] = at(target, column).max(largest[(target, text)]);
                }
            }
        }
        Ok(largest)
    }
}

/// For each segment the mean vector of the rest of its turn. Segments of the turn that are in another lot go
/// through `embed`.
fn turns(
    lot: &Lot,
    vectors: ArrayView2<f32>,
    embed: impl FnOnce(&[&str]) -> Result<Array2<f32>, EngineError>,
) -> Result<Vec<Option<Vec<f64>>>, EngineError> {
    let mut rows: HashMap<(usize, usize), usize> = HashMap::new();
    let mut of_turn: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (row, &(document, segment)) in lot.segments.iter().enumerate() {
        rows.insert((document, segment), row);
        of_turn.entry((document, lot.transcripts[document].segments[segment].utterance)).or_default();
    }
    let mut elsewhere: Vec<&str> = Vec::new();
    let documents: BTreeSet<usize> = lot.segments.iter().map(|(document, _)| *document).collect();
    for document in documents {
        for (at, segment) in lot.transcripts[document].segments.iter().enumerate() {
            let Some(members) = of_turn.get_mut(&(document, segment.utterance)) else { continue };
            let row = rows.entry((document, at)).or_insert_with(|| {
                elsewhere.push(&segment.text);
                lot.segments.len() + elsewhere.len() - 1
            });
            members.push(*row);
        }
    }
    let of_elsewhere = embed(&elsewhere)?;
    let n = lot.segments.len();
    let vector = |row: usize| match row.checked_sub(n) {
        None => vectors.row(row).to_slice().unwrap_or_default(),
        Some(beyond) => of_elsewhere.row(beyond).to_slice().unwrap_or_default(),
    };
    let mut turns = vec![None; n];
    for members in of_turn.values() {
        // In the order of the turn, so that the sums do not depend on where the lot begins.
        let means = turn_means(members.iter().map(|row| vector(*row)));
        for (row, mean) in members.iter().zip(means).filter(|(row, _)| **row < n) {
            turns[*row] = mean;
        }
    }
    Ok(turns)
}

/// The progress of a lot, converted from passes to its share of the bytes of all inputs.
struct Share<'p> {
    all: &'p dyn Progress,
    n_bytes: u64,
    n_passes: u64,
    done: AtomicU64,
    reported: AtomicU64,
}

impl<'p> Share<'p> {
    fn new(all: &'p dyn Progress, n_bytes: u64, n_passes: u64) -> Self {
        Self { all, n_bytes, n_passes, done: AtomicU64::new(0), reported: AtomicU64::new(0) }
    }
}

impl Progress for Share<'_> {
    fn begin(&self, _stage: &str, _total: u64) {}

    fn advance(&self, n: u64) {
        let done = self.done.fetch_add(n, Ordering::Relaxed) + n;
        let bytes = u128::from(self.n_bytes) * u128::from(done) / u128::from(self.n_passes.max(1));
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let reported = self.reported.fetch_max(bytes, Ordering::Relaxed);
        self.all.advance(bytes.saturating_sub(reported));
        self.all.passes(n);
    }

    fn stop_requested(&self) -> bool {
        self.all.stop_requested()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_attribute::attribute;
    use plenary_read::read;

    fn transcript(n_sentences: usize) -> Transcript {
        let text = format!("**Ann Lee**\n\n{}\n", "We agree on this point. ".repeat(n_sentences));
        attribute(read("a.md", text.as_bytes()).unwrap(), &plenary_attribute::Options::default())
    }

    #[test]
    fn every_document_begins_once_and_every_segment_is_in_one_part() {
        let sizes = [3, SEGMENTS, 2 * SEGMENTS - 3, 5];
        let batch = Batch { transcripts: sizes.map(transcript).into(), n_bytes: 1000 };
        let lots = lots(batch);
        let begun: Vec<Range<usize>> = lots.iter().map(|lot| lot.begun.clone()).collect();
        assert_eq!(begun, [0..2, 2..3, 3..3, 3..4]);
        let all: Vec<(usize, usize)> = lots.iter().flat_map(|lot| lot.segments.clone()).collect();
        let expected: Vec<(usize, usize)> = sizes
            .iter()
            .enumerate()
            .flat_map(|(document, n)| (0..*n).map(move |segment| (document, segment)))
            .collect();
        assert_eq!(all, expected);
        assert!(lots.iter().all(|lot| lot.segments.len() <= SEGMENTS));
    }

    #[test]
    fn documents_without_a_segment_begin_too() {
        let mut silent = transcript(1);
        silent.segments.clear();
        let lots = lots(Batch { transcripts: vec![silent], n_bytes: 10 });
        assert_eq!((lots.len(), lots[0].begun.clone(), lots[0].segments.len()), (1, 0..1, 0));
    }

    #[test]
    fn the_rest_of_a_turn_does_not_depend_on_where_the_lot_ends() {
        let sentences: String = (0..SEGMENTS + 3).map(|n| format!("This is number {n}. ")).collect();
        let text = format!("**Ann Lee**\n\nWell.\n\n**Bo Hill**\n\n{sentences}\n");
        let talk = attribute(read("a.md", text.as_bytes()).unwrap(), &plenary_attribute::Options::default());
        let n = talk.segments.len();
        let last = talk.segments[n - 1].text.clone();
        let vector = |text: &str| text.len() as f32 + f32::from(u8::from(text == last));
        let embed = |texts: &[&str]| {
            let numbers = texts.iter().map(|text| vector(text)).collect();
            Ok(Array2::from_shape_vec((texts.len(), 1), numbers).unwrap())
        };
        let of_lots: Vec<Option<Vec<f64>>> = lots(Batch { transcripts: vec![talk.clone()], n_bytes: 1 })
            .iter()
            .flat_map(|lot| {
                let texts: Vec<&str> = lot.pairs().map(|(_, segment)| segment.text.as_str()).collect();
                turns(lot, embed(&texts).unwrap().view(), embed).unwrap()
            })
            .collect();
        assert_eq!(of_lots.len(), n);
        assert_eq!(of_lots[0], None, "a turn of one segment");
        let sum: f64 = talk.segments[1..].iter().map(|segment| f64::from(vector(&segment.text))).sum();
        for (segment, mean) in talk.segments.iter().zip(&of_lots).skip(1) {
            let expected = (sum - f64::from(vector(&segment.text))) / (n - 2) as f64;
            assert_eq!(mean.as_deref(), Some([expected].as_slice()), "{}", segment.text);
        }
    }
}

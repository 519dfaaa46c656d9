//! Transcripts to measured segments, a lot at a time.
//!
//! In: transcripts in their order. Out: [`Lot`]s of at most [`SEGMENTS`] segments with their vectors, sentiment and stance.
//! Where a lot begins and ends changes no number. What becomes of them is the pipeline's.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;

use crate::study::Study;
use plenary_corpus::findings::{Codings, Embeddings, Sentiment};
use plenary_corpus::progress::{Progress, Silent};
use plenary_corpus::{Segment, Transcript};
use plenary_engine::cache::Cache;
use plenary_engine::{EngineError, Model, Work};
use plenary_measure::coder::{Coder, Units};
use plenary_measure::stance::InferenceCoder;
use plenary_measure::{embedding, sentiment, stance};
use plenary_models::Models;
use plenary_tables::Measured;

/// Segments that are measured together.
const SEGMENTS: usize = 4096;

/// Documents that were read together, and the bytes that this took.
pub(super) struct Batch {
    pub transcripts: Vec<Transcript>,
    pub n_bytes: u64,
}

/// Some segments that are to be measured.
pub(super) struct Part {
    transcripts: Arc<Vec<Transcript>>,
    /// Those of them that have their first segments here, or none at all.
    begun: Range<usize>,
    /// Each segment as its document and its place there.
    segments: Vec<(usize, usize)>,
    n_bytes: u64,
}

/// Some segments with what was measured of them.
pub(super) struct Lot {
    part: Part,
    pub embeddings: Embeddings,
    pub sentiment: Option<Sentiment>,
    pub codings: Option<Codings>,
}

impl Part {
    fn pairs(&self) -> impl Iterator<Item = (&Transcript, &Segment)> {
        let of = |&(document, segment): &(usize, usize)| {
            let transcript = &self.transcripts[document];
            (transcript, &transcript.segments[segment])
        };
        self.segments.iter().map(of)
    }
}

impl Lot {
    /// The documents that begin in this lot.
    pub fn begun(&self) -> &[Transcript] {
        &self.part.transcripts[self.part.begun.clone()]
    }

    /// Each segment with the place of its document, counted from the first document of the lot's batch that begins in it:
    /// negative for one that began in an earlier lot.
    pub fn segments(&self) -> impl Iterator<Item = (isize, &Transcript, &Segment)> {
        let first = self.part.begun.start as isize;
        let places = self.part.segments.iter().map(move |(document, _)| *document as isize - first);
        places.zip(self.part.pairs()).map(|(place, (transcript, segment))| (place, transcript, segment))
    }

    pub fn with_measured<T>(&self, take: impl FnOnce(&Measured) -> T) -> T {
        let segments: Vec<(&Transcript, &Segment)> = self.part.pairs().collect();
        take(&Measured {
            segments: &segments,
            embeddings: &self.embeddings,
            sentiment: self.sentiment.as_ref(),
            codings: self.codings.as_ref(),
        })
    }
}

/// Cuts documents into parts.
pub(super) fn parts(batch: Batch) -> Vec<Part> {
    let transcripts = Arc::new(batch.transcripts);
    let n_segments = transcripts.iter().map(|transcript| transcript.segments.len()).sum::<usize>().max(1) as u64;
    let part = |begun: Range<usize>, segments: Vec<(usize, usize)>| Part {
        transcripts: Arc::clone(&transcripts),
        begun,
        n_bytes: batch.n_bytes * segments.len().max(1) as u64 / n_segments,
        segments,
    };
    let mut parts = Vec::new();
    let mut segments = Vec::new();
    let mut first_begun = 0;
    for (document, transcript) in transcripts.iter().enumerate() {
        for segment in 0..transcript.segments.len() {
            if segments.len() == SEGMENTS {
                let begins_here = segment == 0;
                let end = if begins_here { document } else { document + 1 };
                parts.push(part(first_begun..end, std::mem::take(&mut segments)));
                first_begun = end;
            }
            segments.push((document, segment));
        }
    }
    parts.push(part(first_begun..transcripts.len(), segments));
    parts
}

/// The models of a run, and the propositions of its study.
pub(super) struct Measurer<'r> {
    embedder: &'r Model,
    /// `None` where the study leaves sentiment out.
    tone: Option<&'r Model>,
    /// The coder of stance and the vectors of the propositions.
    coder: Option<(InferenceCoder<'r>, Array2<f32>)>,
    study: &'r Study,
    threads: usize,
    cache: Option<&'r Cache>,
    n_inputs: AtomicU64,
}

impl<'r> Measurer<'r> {
    /// From the models of the run.
    pub fn new(
        models: &'r Models,
        study: &'r Study,
        threads: usize,
        cache: Option<&'r Cache>,
    ) -> Result<Self, EngineError> {
        let Models { embedding: embedder, sentiment: tone, stance, .. } = models;
        let tone = tone.as_ref();
        let coder = match stance {
            None => None,
            Some(model) => {
                let propositions: Vec<&str> = study.targets.iter().map(|target| target.proposition.as_str()).collect();
                // A handful of sentences: no stage of its own to show.
                let work = Work { threads, progress: &Silent, cache };
                let coder = InferenceCoder::new(model, &study.stance)?;
                Some((coder, embedding::embed(embedder, &propositions, work)?.vectors))
            }
        };
        let n_inputs = AtomicU64::new(if coder.is_some() { study.targets.len() as u64 } else { 0 });
        Ok(Self { embedder, tone, coder, study, threads, cache, n_inputs })
    }

    pub fn vector_width(&self) -> usize {
        self.embedder.dimensions
    }

    /// Rows that came from the cache, and rows that were computed.
    pub fn counts(&self) -> (u64, u64) {
        self.cache.map_or_else(|| (0, self.n_inputs.load(Ordering::Relaxed)), Cache::counts)
    }

    pub fn measure(&self, part: Part, progress: &dyn Progress) -> Result<Lot, EngineError> {
        let texts: Vec<&str> = part.pairs().map(|(_, segment)| segment.text.as_str()).collect();
        let n_pairs: usize = match &self.coder {
            None => 0,
            Some(_) => self.study.targets.iter().map(|target| 1 + usize::from(target.negation.is_some())).sum(),
        };
        let n_passes = (texts.len() * (1 + usize::from(self.tone.is_some()) + n_pairs)) as u64;
        self.n_inputs.fetch_add(n_passes, Ordering::Relaxed);
        let share = Share::new(progress, part.n_bytes, n_passes);
        let work = Work { threads: self.threads, progress: &share, cache: self.cache };
        let embeddings = embedding::embed(self.embedder, &texts, work)?;
        let sentiment = self.tone.map(|tone| sentiment::score(tone, &texts, work)).transpose()?;
        let codings = match &self.coder {
            None => None,
            Some((coder, propositions)) => {
                let relevance = stance::relevance(propositions.view(), embeddings.vectors.view())?;
                let units = Units { texts: &texts, relevance: relevance.view() };
                Some(coder.code(units, &self.study.targets, work)?)
            }
        };
        if texts.is_empty() {
            progress.advance(part.n_bytes);
        }
        Ok(Lot { part, embeddings, sentiment, codings })
    }
}

/// The progress of a part: its passes are its share of the bytes of all inputs.
struct Share<'p> {
    all: &'p dyn Progress,
    n_bytes: u64,
    n_passes: u64,
    done: AtomicU64,
    told: AtomicU64,
}

impl<'p> Share<'p> {
    fn new(all: &'p dyn Progress, n_bytes: u64, n_passes: u64) -> Self {
        Self { all, n_bytes, n_passes, done: AtomicU64::new(0), told: AtomicU64::new(0) }
    }
}

impl Progress for Share<'_> {
    fn begin(&self, _stage: &str, _total: u64) {}

    fn advance(&self, n: u64) {
        let done = self.done.fetch_add(n, Ordering::Relaxed) + n;
        let bytes = u128::from(self.n_bytes) * u128::from(done) / u128::from(self.n_passes.max(1));
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let told = self.told.fetch_max(bytes, Ordering::Relaxed);
        self.all.advance(bytes.saturating_sub(told));
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
        let parts = parts(batch);
        let begun: Vec<Range<usize>> = parts.iter().map(|part| part.begun.clone()).collect();
        assert_eq!(begun, [0..2, 2..3, 3..3, 3..4]);
        let all: Vec<(usize, usize)> = parts.iter().flat_map(|part| part.segments.clone()).collect();
        let expected: Vec<(usize, usize)> = sizes
            .iter()
            .enumerate()
            .flat_map(|(document, n)| (0..*n).map(move |segment| (document, segment)))
            .collect();
        assert_eq!(all, expected);
        assert!(parts.iter().all(|part| part.segments.len() <= SEGMENTS));
    }

    #[test]
    fn documents_without_a_segment_begin_too() {
        let mut silent = transcript(1);
        silent.segments.clear();
        let parts = parts(Batch { transcripts: vec![silent], n_bytes: 10 });
        assert_eq!((parts.len(), parts[0].begun.clone(), parts[0].segments.len()), (1, 0..1, 0));
    }
}

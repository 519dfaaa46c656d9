//! Transcripts to measured segments, one lot at a time.
//!
//! **Input:** transcripts in their order. **Output:** [`MeasuredLot`]s of at most [`SEGMENTS`] segments with their
//! vectors, sentiment and codings. The numbers do not depend on where a lot begins and ends. **Left to others:** what
//! is done with the lots.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::{Array2, ArrayView2, s};
use rayon::ThreadPool;
use rayon::prelude::*;

use super::cascade;
use super::coders::{Coders, StudyCoder, coders};
use super::codes::CodeCoder;
use crate::study::{Study, Unit};
use plenary_chat::Summary as ChatSummary;
use plenary_corpus::findings::{Codings, Embeddings, SegmentCodes, Sentiment, VariableCodings};
use plenary_corpus::progress::{Progress, Silent};
use plenary_corpus::{Context, Role, Segment, Transcript};
use plenary_engine::cache::Cache;
use plenary_engine::{EngineError, Model, Work};
use plenary_measure::coder::{CodeError, Units};
use plenary_measure::context::context;
use plenary_measure::drift::InputReference;
use plenary_measure::exchanges::exchanges;
use plenary_measure::head::unit::turn_means;
use plenary_measure::procedure::{self, Setting};
use plenary_measure::themes::SegmentKind;
use plenary_measure::themes::codes::{CodeModel, CodeVectors};
use plenary_measure::{embedding, sentiment, stance};
use plenary_models::Models;
use plenary_names::lexicon::Lexicon;
use plenary_tables::{Measured, PlacedExchange};

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
    /// What each segment is for themes.
    pub(super) kinds: Vec<SegmentKind>,
    /// The exchanges of each document that begins in this lot.
    pub(super) exchanges: Vec<Vec<PlacedExchange>>,
    /// One per coder, the primary coder first.
    pub(super) codings: Vec<Codings>,
    /// What coders saw before each segment; empty if nothing was coded.
    contexts: Vec<Option<String>>,
    /// The codes for themes; `None` if the study has none.
    theme_codes: Option<SegmentCodes>,
    /// The codings of the study's own variables, in its order.
    pub(super) variable_codes: Vec<VariableCodings>,
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

    pub(super) fn n_segments(&self) -> usize {
        self.lot.segments.len()
    }

    pub(super) fn with_measured<T>(&self, take: impl FnOnce(&Measured) -> T) -> T {
        let segments: Vec<(&Transcript, &Segment)> = self.lot.pairs().collect();
        take(&Measured {
            segments: &segments,
            embeddings: &self.embeddings,
            sentiment: self.sentiment.as_ref(),
            codings: &self.codings,
            contexts: &self.contexts,
            theme_codes: self.theme_codes.as_ref(),
            variable_codes: &self.variable_codes,
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
    /// The coders of stance and of the study's own variables.
    coders: Coders<'r>,
    /// The vectors of the propositions, one row per target.
    propositions: Array2<f32>,
    /// What gives segments the study's codes for themes; `None` if it has none.
    theme_codes: Option<CodeModel>,
    study: &'r Study,
    pool: &'r ThreadPool,
    cache: Option<&'r Cache>,
    n_inputs: AtomicU64,
}

impl<'r> Measurer<'r> {
    /// From the models of the run.
    pub(super) fn new(
        models: &'r Models,
        study: &'r Study,
        pool: &'r ThreadPool,
        cache: Option<&'r Cache>,
        max_cost: Option<f64>,
    ) -> Result<Self, CodeError> {
        let Models { embedding: embedder, sentiment: tone, .. } = models;
        let tone = tone.as_ref();
        let propositions: Vec<&str> = study.targets.iter().map(|target| target.proposition.as_str()).collect();
        // There are only a few sentences, so no progress is reported.
        let work = Work { threads: pool.current_num_threads(), progress: &Silent, cache };
        let propositions = embedding::embed(embedder, &propositions, work)?.vectors;
        let (theme_codes, n_of_codes) = theme_codes(embedder, study, work)?;
        let n_inputs = AtomicU64::new(propositions.nrows() as u64 + n_of_codes);
        Ok(Self {
            embedder,
            tone,
            coders: coders(models, study, max_cost)?,
            propositions,
            theme_codes,
            study,
            pool,
            cache,
            n_inputs,
        })
    }

    pub(super) fn vector_width(&self) -> usize {
        self.embedder.dimensions
    }

    /// What learned coders keep of the texts from which they were learned, with their ids.
    pub(super) fn references(&self) -> Vec<(String, InputReference)> {
        self.coders.references.clone()
    }

    /// Number of rows that came from the cache, and number of rows that were computed.
    pub(super) fn counts(&self) -> (u64, u64) {
        self.cache.map_or_else(|| (0, self.n_inputs.load(Ordering::Relaxed)), Cache::counts)
    }

    /// What language models were asked and answered.
    pub(super) fn chats(&self) -> Vec<(String, ChatSummary)> {
        self.coders.chats.iter().map(|(name, chat)| (name.clone(), chat.summary())).collect()
    }

    /// Logs what language models were asked and what it cost.
    pub(super) fn log_chats(&self) {
        for (coder, asked) in self.chats() {
            let ChatSummary { n_units, n_asked, n_kept, usage, cost, .. } = asked;
            let (sent, received) = (usage.prompt_tokens, usage.completion_tokens);
            tracing::info!(
                "coder {coder}: {n_units} units, {n_asked} calls, {n_kept} kept answers, {sent} tokens sent, {received} received, cost {cost:.4}"
            );
        }
    }

    pub(super) fn measure(&self, lot: Lot, progress: &dyn Progress) -> Result<MeasuredLot, CodeError> {
        let texts: Vec<&str> = lot.pairs().map(|(_, segment)| segment.text.as_str()).collect();
        let targets = &self.study.targets;
        let of_stance: usize = self.coders.all.iter().map(|of| of.coder.n_passes(texts.len(), targets)).sum();
        let of_codes: usize = self.coders.of_codes.iter().map(|coder| coder.n_passes(texts.len())).sum();
        let of_coders = of_stance + of_codes;
        let n_passes = (texts.len() * (1 + usize::from(self.tone.is_some())) + of_coders) as u64;
        let share = Share::new(progress, lot.n_bytes, n_passes);
        let work = Work { threads: self.pool.current_num_threads(), progress: &share, cache: self.cache };
        let embeddings = embedding::embed(self.embedder, &texts, work)?;
        let sentiment = self.tone.map(|tone| sentiment::score(tone, &texts, work)).transpose()?;
        let Coded { codings, variable_codes, contexts } =
            if self.coders.all.is_empty() && self.coders.of_codes.is_empty() {
                Coded::default()
            } else {
                self.code(&lot, &texts, &embeddings, sentiment.as_ref(), work)?
            };
        self.n_inputs.fetch_add(share.finish(), Ordering::Relaxed);
        let kinds = self.kinds(&lot);
        let is_form_of_address = |word: &str| self.study.lexicon.is_form_of_address(word);
        let of_document =
            |transcript: &Transcript| PlacedExchange::of(transcript, exchanges(transcript, is_form_of_address));
        let begun = &lot.transcripts[lot.begun.clone()];
        let exchanges = self.pool.install(|| begun.par_iter().map(of_document).collect());
        let theme_codes = self.theme_codes.as_ref().map(|model| SegmentCodes {
            ids: self.study.themes.codes.iter().map(|code| code.id.clone()).collect(),
            of_segments: model.assign(embeddings.vectors.view(), self.study.themes.code_floor),
        });
        Ok(MeasuredLot { lot, embeddings, sentiment, kinds, exchanges, codings, contexts, theme_codes, variable_codes })
    }

    /// What each segment of a lot is for themes.
    fn kinds(&self, lot: &Lot) -> Vec<SegmentKind> {
        let options = &self.study.themes;
        let kind = |&(document, segment): &(usize, usize)| {
            let transcript = &lot.transcripts[document];
            let own = &transcript.segments[segment];
            let procedural = if options.procedure {
                procedure::probability(&own.text, &Setting::of(transcript, segment), transcript.language.as_deref())
            } else {
                None
            };
            SegmentKind::of(own.n_words, procedural, options)
        };
        self.pool.install(|| lot.segments.par_iter().map(kind).collect())
    }

    /// The codings of every coder.
    fn code(
        &self,
        lot: &Lot,
        texts: &[&str],
        embeddings: &Embeddings,
        sentiment: Option<&Sentiment>,
        work: Work,
    ) -> Result<Coded, CodeError> {
        let n = texts.len();
        let (of_stance, of_codes) = (&self.coders.all, &self.coders.of_codes);
        let reads_context =
            of_stance.iter().any(|of| of.coder.reads_context()) || of_codes.iter().any(CodeCoder::reads_context);
        let reads_turns =
            of_stance.iter().any(|of| of.coder.reads_turns()) || of_codes.iter().any(CodeCoder::reads_turns);
        let contexts: Vec<Context> = if reads_context {
            let of = |&(document, segment): &(usize, usize)| context(&lot.transcripts[document], segment);
            self.pool.install(|| lot.segments.par_iter().map(of).collect())
        } else {
            vec![Context::default(); n]
        };
        let ids: Vec<&str> = lot.pairs().map(|(_, segment)| segment.segment_id.as_str()).collect();
        let turns = if reads_turns { turns_of(lot) } else { Vec::new() };
        let said = lot
            .segments
            .iter()
            .zip(&contexts)
            .flat_map(|(&(document, _), context)| context.before.iter().map(move |said| (document, said.segment)));
        let again = Work { progress: &Silent, ..work };
        let around =
            Around::new(lot, embeddings.vectors.view(), said.chain(turns.iter().flatten().copied()), |texts| {
                Ok(embedding::embed(self.embedder, texts, again)?.vectors)
            })?;
        let all = stance::relevance(self.propositions.view(), around.vectors.view())?;
        let (relevance, context_relevance) = (all.slice(s![.., ..n]), context_relevance(lot, &contexts, &around, &all));
        let turns = around.means(&turns, n);
        let questions: Vec<bool> =
            lot.pairs().map(|(transcript, segment)| is_open_question(transcript, segment, self.study)).collect();
        let units = Units {
            ids: &ids,
            texts,
            contexts: &contexts,
            relevance,
            context_relevance: context_relevance.view(),
            vectors: embeddings.vectors.view(),
            turns: &turns,
            sentiment,
            earlier: &[],
            questions: &questions,
            asked: None,
        };
        let mut codings: Vec<Codings> = Vec::with_capacity(of_stance.len());
        for StudyCoder { coder, only_where } in of_stance {
            let asked = only_where.as_ref().map(|only_where| {
                let seed = self.study.study.seed;
                cascade::asked(only_where, &codings, &ids, &self.study.targets, seed)
            });
            let units = Units { earlier: &codings, asked: asked.as_deref(), ..units };
            let of_coder = coder.code(units, &self.study.targets, work)?;
            let follows = only_where.as_ref().map(|only_where| only_where.coder.clone());
            codings.push(Codings { follows, ..of_coder });
        }
        let variable_codes = of_codes.iter().map(|coder| coder.code(units, work)).collect::<Result<_, _>>()?;
        Ok(Coded { codings, variable_codes, contexts: contexts.iter().map(Context::lines).collect() })
    }
}

/// What the coders say of the segments of a lot, and what they saw before each; empty if there are none.
#[derive(Default)]
struct Coded {
    codings: Vec<Codings>,
    variable_codes: Vec<VariableCodings>,
    contexts: Vec<Option<String>>,
}

/// What gives segments the study's codes for themes, and the number of texts that were embedded for it.
fn theme_codes(embedder: &Model, study: &Study, work: Work) -> Result<(Option<CodeModel>, u64), EngineError> {
    let codes = &study.themes.codes;
    if codes.is_empty() {
        return Ok((None, 0));
    }
    // Sorted, so that neither the order of the examples nor that of the rows of a file matters.
    let examples: Vec<BTreeSet<&str>> = codes
        .iter()
        .map(|code| {
            let coded = study.coded_texts.iter().flat_map(|coded| coded.of_code(&code.id));
            code.examples.iter().map(|example| example.trim()).chain(coded).collect()
        })
        .collect();
    let texts: Vec<&str> =
        codes.iter().map(|code| code.description.trim()).chain(examples.iter().flatten().copied()).collect();
    let vectors = embedding::embed(embedder, &texts, work)?.vectors;
    let row = |at: usize| vectors.row(at).to_vec();
    let mut next = codes.len();
    let of_code = |(at, examples): (usize, &BTreeSet<&str>)| {
        let own = next..next + examples.len();
        next = own.end;
        CodeVectors { description: row(at), examples: own.map(row).collect() }
    };
    let of_codes: Vec<CodeVectors> = examples.iter().enumerate().map(of_code).collect();
    let model = CodeModel::fit(&of_codes);
    let n_examples = texts.len() - codes.len();
    let learned = if model.is_learned() { "learned from" } else { "described, with" };
    tracing::info!("{} codes for themes, {learned} {n_examples} examples", codes.len());
    Ok((Some(model), texts.len() as u64))
}

/// Whether a segment is a question without a negation by somebody who conducts the meeting or asks the questions. False for units other
/// than sentences, which can have several of them.
pub fn is_open_question(transcript: &Transcript, segment: &Segment, study: &Study) -> bool {
    let role = transcript.speaker_of(segment).map(|speaker| speaker.role);
    let language = transcript.language.as_deref().unwrap_or_default();
    asks_openly(role, (language, &segment.text), study.segments.unit, &study.lexicon)
}

/// As [`is_open_question`], of a unit by a person in this role, with its language and its text.
pub(crate) fn asks_openly(role: Option<Role>, (language, text): (&str, &str), unit: Unit, lexicon: &Lexicon) -> bool {
    let asks = matches!(role, Some(Role::Chair | Role::Questioner));
    asks && unit == Unit::Sentence && lexicon.is_plain_question(language, text)
}

/// The turns of the segments of a lot: the places (document and segment) of each, in the order of the turn.
fn turns_of(lot: &Lot) -> Vec<Vec<(usize, usize)>> {
    let turn =
        |&(document, segment): &(usize, usize)| (document, lot.transcripts[document].segments[segment].utterance);
    let mut turns: Vec<(usize, usize)> = lot.segments.iter().map(turn).collect();
    turns.dedup();
    let members = |(document, utterance): (usize, usize)| {
        let segments = &lot.transcripts[document].segments;
        let first = segments.partition_point(|segment| segment.utterance < utterance);
        let end = segments.partition_point(|segment| segment.utterance <= utterance);
        (first..end).map(|segment| (document, segment)).collect()
    };
    turns.into_iter().map(members).collect()
}

/// The largest relevance of the sentences of each context, 0 without a context; shape `[targets, texts]`.
fn context_relevance(lot: &Lot, contexts: &[Context], around: &Around, relevance: &Array2<f32>) -> Array2<f32> {
    let mut largest = Array2::zeros((relevance.nrows(), contexts.len()));
    for (text, (&(document, _), context)) in lot.segments.iter().zip(contexts).enumerate() {
        for said in &context.before {
            let Some(&row) = around.row.get(&(document, said.segment)) else { continue };
            let of_sentence = relevance.column(row);
            largest
                .column_mut(text)
                .zip_mut_with(&of_sentence, |largest: &mut f32, other| *largest = largest.max(*other));
        }
    }
    largest
}

/// The vectors of the segments of a lot, and of segments around them that may be in other lots.
struct Around {
    /// Row of the vector of a segment, by document and segment.
    row: HashMap<(usize, usize), usize>,
    /// The vectors of the lot first.
    vectors: Array2<f32>,
}

impl Around {
    /// `own` are the vectors of the lot. Vectors of `wanted` segments outside the lot come from `embed`.
    fn new(
        lot: &Lot,
        own: ArrayView2<f32>,
        wanted: impl Iterator<Item = (usize, usize)>,
        embed: impl FnOnce(&[&str]) -> Result<Array2<f32>, EngineError>,
    ) -> Result<Self, EngineError> {
        let mut row: HashMap<(usize, usize), usize> =
            lot.segments.iter().enumerate().map(|(row, &place)| (place, row)).collect();
        let mut elsewhere: Vec<&str> = Vec::new();
        for (document, segment) in wanted {
            row.entry((document, segment)).or_insert_with(|| {
                elsewhere.push(&lot.transcripts[document].segments[segment].text);
                lot.segments.len() + elsewhere.len() - 1
            });
        }
        let mut vectors = own.to_owned();
        for vector in embed(&elsewhere)?.rows() {
            vectors.push_row(vector).map_err(|_| EngineError::Shape {
                what: "the width of vectors",
                expected: own.ncols().to_string(),
                found: vector.len().to_string(),
            })?;
        }
        Ok(Self { row, vectors })
    }

    /// For each of the first `n` segments the mean vector of the rest of its turn; `None` for one that is alone or is in none of
    /// `turns`. Sums are in the order of the turn, so that they do not depend on where the lot begins.
    fn means(&self, turns: &[Vec<(usize, usize)>], n: usize) -> Vec<Option<Vec<f64>>> {
        let mut out = vec![None; n];
        for turn in turns {
            let rows = turn.iter().filter_map(|place| self.row.get(place).copied());
            let means = turn_means(rows.clone().map(|row| self.vectors.row(row).to_slice().unwrap_or_default()));
            for (row, mean) in rows.zip(means).filter(|(row, _)| *row < n) {
                out[row] = mean;
            }
        }
        out
    }
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

    /// Reports the bytes that are left, because coders do not read all texts. Returns the number of passes.
    fn finish(&self) -> u64 {
        let reported = self.reported.fetch_max(self.n_bytes, Ordering::Relaxed);
        self.all.advance(self.n_bytes.saturating_sub(reported));
        self.done.load(Ordering::Relaxed)
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
                let turns = turns_of(lot);
                let own = embed(&texts).unwrap();
                let around = Around::new(lot, own.view(), turns.iter().flatten().copied(), embed).unwrap();
                around.means(&turns, texts.len())
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

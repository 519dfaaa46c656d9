//! The texts that a report embeds: sentences behind numbers, and transcripts.
//!
//! **Input:** the drawn segments, and the documents whose transcripts are embedded. **Output:** their sentences with places, sorted as in the
//! tables, the sets with positions in this list, and transcripts. The texts of all segments pass by once, some thousand at a time; only those
//! that are embedded are kept. **Left to others:** how they are shown.

use plenary_tables::schema::SegmentRow;
use plenary_tables::{Results, column};
use rustc_hash::FxHashMap;

use super::Corpus;
use super::counts::{Counted, Counts, NO_THEME, NO_TONE, NONE};
use super::sets::{Drawn, Set, hash};
use super::study::StudyFacts;
use crate::ReportError;
use crate::place::{Place, places};

/// Longest text of a sentence outside a transcript, in characters; the rest is left out.
const MOST_CHARACTERS: usize = 600;
/// Bytes that a word takes in an embedded transcript, about, with what is said about its sentence.
const BYTES_OF_WORD: usize = 9;

/// A sentence.
pub(crate) struct Sentence {
    pub(crate) text: String,
    pub(crate) document: u32,
    /// Number of the speaker.
    pub(crate) speaker: Option<u32>,
    pub(crate) place: Option<Place>,
    pub(crate) theme: Option<u16>,
    /// Score of the tone in hundredths.
    pub(crate) tone: Option<i8>,
    /// For each target a letter: `f`, `a`, `n`, or `-` without a label.
    pub(crate) stance: String,
}

/// An embedded transcript.
pub(crate) struct Transcript {
    pub(crate) document: u32,
    /// Whether the whole document is embedded.
    pub(crate) complete: bool,
    pub(crate) turns: Vec<Turn>,
}

/// A turn of an embedded transcript.
pub(crate) struct Turn {
    pub(crate) speaker: Option<u32>,
    pub(crate) doubtful: bool,
    pub(crate) confidence: f32,
    /// Why the turn begins here, if it is doubtful.
    pub(crate) evidence: String,
    /// Position of its first sentence, and number of sentences.
    pub(crate) first: usize,
    pub(crate) n: usize,
}

/// How many segments of each document are embedded as a transcript.
pub(super) struct Shown(Vec<u32>);

impl Shown {
    pub(super) fn has(&self, document: u32) -> bool {
        self.0.get(document as usize).is_some_and(|n| *n > 0)
    }
}

/// Chooses documents until about `bytes` are used: whole ones, in the order of the sha256 of their ids; if not even one fits, the beginning of the
/// first.
pub(super) fn choose_transcripts(corpus: &Corpus, bytes: usize) -> Shown {
    let mut order: Vec<usize> = (0..corpus.documents.len()).collect();
    order.sort_by_cached_key(|at| hash(&corpus.documents[*at].id));
    let mut shown = vec![0; corpus.documents.len()];
    let mut left = bytes;
    for at in &order {
        let document = &corpus.documents[*at];
        let size = (document.n_words as usize + 4 * document.n_segments as usize) * BYTES_OF_WORD;
        if size <= left {
            left -= size;
            shown[*at] = document.n_segments;
        }
    }
    if let Some(first) = order.first().filter(|_| left == bytes && shown.iter().all(|n| *n == 0)) {
        let document = &corpus.documents[*first];
        let of_segment = (document.n_words as usize * BYTES_OF_WORD / (document.n_segments as usize).max(1)).max(1);
        shown[*first] = ((bytes / of_segment) as u32).min(document.n_segments);
    }
    Shown(shown)
}

/// The result of the second reading.
pub(super) struct Texts {
    pub(super) counts: Counts,
    pub(super) sets: Vec<(Set, Drawn)>,
    pub(super) sentences: Vec<Sentence>,
    pub(super) transcripts: Vec<Transcript>,
}

pub(super) fn texts(
    results: &Results,
    corpus: &Corpus,
    study: &StudyFacts,
    shown: &Shown,
    counted: Counted,
) -> Result<Texts, ReportError> {
    let Counted { counts, mut sets, turns, segments, mut evidence, .. } = counted;
    let mut transcripts = transcripts(corpus, shown, &turns, &mut evidence);
    let whole: Vec<(usize, usize)> = rows_of(&transcripts);
    let mut wanted: Vec<u32> = sets.iter().flat_map(|(_, drawn)| drawn.rows.iter().copied()).collect();
    wanted.extend(whole.iter().flat_map(|(first, n)| (*first..first + n).map(|row| row as u32)));
    wanted.sort_unstable();
    wanted.dedup();

    let mut sentences: Vec<Sentence> = Vec::with_capacity(wanted.len());
    let mut starts: Vec<i64> = Vec::with_capacity(wanted.len());
    let mut is_whole = whole.iter().copied().peekable();
    let mut row: usize = 0;
    for group in results.groups(SegmentRow::TABLE, Some(&["text", "start"]))? {
        let frame = group?;
        let texts = column::<&str>(&frame, "text")?;
        for (text, start) in texts.into_iter().zip(column::<i64>(&frame, "start")?) {
            let text = text.unwrap_or_default();
            let Some(&turn) = segments.turn.get(row) else {
                let problem = format!("`segments` has more rows than `analysis` ({})", segments.turn.len());
                return Err(ReportError::Misfit { problem });
            };
            if wanted.get(sentences.len()) == Some(&(row as u32)) {
                while is_whole.peek().is_some_and(|(first, n)| first + n <= row) {
                    is_whole.next();
                }
                let in_transcript = is_whole.peek().is_some_and(|(first, _)| *first <= row);
                let turn = &turns[turn as usize];
                let n_targets = study.targets.len();
                let labels = segments.stance.get(row * n_targets..(row + 1) * n_targets).unwrap_or_default();
                starts.push(start.unwrap_or_default());
                sentences.push(Sentence {
                    text: if in_transcript { text.to_owned() } else { shortened(text) },
                    document: turn.document,
                    speaker: (turn.speaker != NONE).then_some(turn.speaker),
                    place: None,
                    theme: Some(segments.theme[row]).filter(|theme| *theme != NO_THEME),
                    tone: Some(segments.tone[row]).filter(|tone| *tone != NO_TONE),
                    stance: labels.iter().map(|label| ['f', 'a', 'n', '-'][usize::from(*label).min(3)]).collect(),
                });
            }
            row += 1;
        }
    }
    if row != segments.turn.len() {
        let problem = format!("`segments` has {row} rows, `analysis` {}", segments.turn.len());
        return Err(ReportError::Misfit { problem });
    }
    let positions: Vec<(&str, i64)> = sentences
        .iter()
        .zip(&starts)
        .map(|(sentence, start)| (corpus.documents[sentence.document as usize].id.as_str(), *start))
        .collect();
    for (sentence, place) in places(results, &positions)?.into_iter().enumerate() {
        sentences[sentence].place = place;
    }
    let position = |row: u32| wanted.binary_search(&row).unwrap_or_default();
    for (_, drawn) in &mut sets {
        drawn.rows = drawn.rows.iter().map(|row| position(*row) as u32).collect();
    }
    for turn in transcripts.iter_mut().flat_map(|transcript| &mut transcript.turns) {
        turn.first = position(turn.first as u32);
    }
    Ok(Texts { counts, sets, sentences, transcripts })
}

/// The transcripts with rows of the tables for the positions of sentences.
fn transcripts(
    corpus: &Corpus,
    shown: &Shown,
    turns: &[super::counts::TurnRow],
    evidence: &mut FxHashMap<u32, String>,
) -> Vec<Transcript> {
    let mut left = shown.0.clone();
    let mut transcripts: Vec<Transcript> = Vec::new();
    for (at, turn) in turns.iter().enumerate() {
        let left = &mut left[turn.document as usize];
        if *left == 0 || turn.n_rows == 0 {
            continue;
        }
        if transcripts.last().is_none_or(|last| last.document != turn.document) {
            let document = &corpus.documents[turn.document as usize];
            let complete = shown.0[turn.document as usize] >= document.n_segments;
            transcripts.push(Transcript { document: turn.document, complete, turns: Vec::new() });
        }
        let n = turn.n_rows.min(*left);
        *left -= n;
        if let Some(transcript) = transcripts.last_mut() {
            transcript.turns.push(Turn {
                speaker: (turn.speaker != NONE).then_some(turn.speaker),
                doubtful: turn.doubtful,
                confidence: turn.confidence,
                evidence: evidence.remove(&(at as u32)).unwrap_or_default(),
                first: turn.first_row as usize,
                n: n as usize,
            });
        }
    }
    transcripts
}

/// First row and number of rows of every embedded turn, sorted.
fn rows_of(transcripts: &[Transcript]) -> Vec<(usize, usize)> {
    let turns = transcripts.iter().flat_map(|transcript| &transcript.turns);
    let mut rows: Vec<(usize, usize)> = turns.map(|turn| (turn.first, turn.n)).collect();
    rows.sort_unstable();
    rows
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

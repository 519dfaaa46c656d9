//! Reviews of turns by people: sheets to fill in, corrections from the answers, and an audit of a random sample.
//!
//! **Input**: transcripts, or a sheet with answers. **Output**: a [`Sheet`] as CSV or HTML, [`Corrections`](plenary_attribute::Corrections), or an [`Audit`].
//! **Refused**: sheets without the expected columns, unknown or incomplete answers, a sample with turns that have no answer, with the
//! line. Applying corrections to documents is left to `plenary-attribute`.

mod audit;
mod html;
mod sheet;

use plenary_attribute::{Anchor, Answer, Correction, anchor_words, file_name};
use plenary_corpus::{Transcript, Utterance};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

pub use audit::{Audit, audit};
pub use sheet::{Sheet, SheetError, SheetRow};

/// The answer of a person who cannot tell.
pub const UNSURE: &str = "unsure";

/// The turns that need review, in the order of the documents.
pub fn doubtful(transcripts: &[Transcript]) -> Sheet {
    let turns = transcripts.iter().flat_map(|transcript| {
        let positions = 0..transcript.utterances.len();
        positions.filter(|at| transcript.utterances[*at].needs_review).map(move |at| row(transcript, at, 0))
    });
    Sheet { rows: turns.collect() }
}

/// A random sample of all turns, in the order of the documents. Turns are drawn `n` times with replacement, with probabilities
/// proportional to their numbers of words; `n_draws` says how often a turn was drawn. The sample depends only on the transcripts and
/// the seed.
pub fn sample(transcripts: &[Transcript], n: usize, seed: u64) -> Sheet {
    let places: Vec<(usize, usize)> = transcripts
        .iter()
        .enumerate()
        .flat_map(|(document, transcript)| (0..transcript.utterances.len()).map(move |turn| (document, turn)))
        .collect();
    let mut n_words = 0;
    let ends: Vec<usize> = places
        .iter()
        .map(|(document, turn)| {
            n_words += transcripts[*document].utterances[*turn].n_words;
            n_words
        })
        .collect();
    if n_words == 0 {
        return Sheet::default();
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut n_draws = vec![0; places.len()];
    for _ in 0..n {
        let word = random.random_range(0..n_words as u64) as usize;
        n_draws[ends.partition_point(|end| *end <= word)] += 1;
    }
    let drawn = places.iter().zip(n_draws).filter(|(_, n)| *n > 0);
    Sheet { rows: drawn.map(|((document, turn), n)| row(&transcripts[*document], *turn, n)).collect() }
}

/// The row of a sheet for a turn.
fn row(transcript: &Transcript, at: usize, n_draws: usize) -> SheetRow {
    let utterance = &transcript.utterances[at];
    let before = at.checked_sub(1).map(|before| &transcript.utterances[before]);
    let blocks = || transcript.blocks.iter().filter(|block| block.utterance == Some(at));
    let line_start = blocks().map(|block| block.line_start).min().unwrap_or_default();
    let line_end = blocks().map(|block| block.line_end).max().unwrap_or_default();
    let mut why = utterance.explanation.review.join("; ");
    if why.is_empty() {
        why.clone_from(&utterance.evidence);
    }
    SheetRow {
        document: file_name(&transcript.document.path).into(),
        lines: if line_start == line_end { line_start.to_string() } else { format!("{line_start}-{line_end}") },
        speaker: speaker(transcript, utterance),
        confidence: format!("{:.2}", utterance.boundary_confidence),
        why,
        speaker_before: before.map(|before| speaker(transcript, before)).unwrap_or_default(),
        before: before.map(|before| last_words(&before.text)).unwrap_or_default(),
        text: utterance.text.clone(),
        n_words: utterance.n_words,
        n_draws,
        anchor: Anchor::at(&transcript.document.text, utterance.span.start),
        ..SheetRow::default()
    }
}

/// The name of a turn's speaker; empty if it is not known.
fn speaker(transcript: &Transcript, utterance: &Utterance) -> String {
    utterance.speaker.map(|at| transcript.speakers[at].name.clone()).unwrap_or_default()
}

/// The last words of the turn before, so that a reader sees the context.
fn last_words(text: &str) -> String {
    const SHOWN: usize = 25;
    let words: Vec<&str> = text.split_whitespace().collect();
    let from = words.len().saturating_sub(SHOWN);
    format!("{}{}", if from > 0 { "... " } else { "" }, words[from..].join(" "))
}

/// The corrections from the answers of a sheet. Rows without an answer, and rows whose answer is [`UNSURE`], are left out.
///
/// # Errors
/// [`SheetError`] names the line, what was found and what was expected.
pub fn corrections(sheet: &Sheet) -> Result<Vec<Correction>, SheetError> {
    let answered = sheet.rows.iter().filter(|row| !row.answer.is_empty() && row.answer != UNSURE);
    answered
        .map(|row| {
            Ok(Correction {
                document: row.document.clone(),
                answer: row.checked_answer()?,
                anchor: row.anchor.clone(),
                note: row.note.clone(),
                line: 0,
            })
        })
        .collect()
}

impl SheetRow {
    /// The answer, if it is complete and fits the turn.
    fn checked_answer(&self) -> Result<Answer, SheetError> {
        let wrong = |problem: String| SheetError::Row { path: self.path.clone(), line: self.line, problem };
        let answer = Answer::of(&self.answer, &self.correct_speaker, &self.from_words).map_err(|problem| {
            let unknown = !Answer::NAMES.contains(&self.answer.as_str());
            wrong(if unknown { format!("{problem}, or {UNSURE}") } else { problem })
        })?;
        if let Answer::Split { from_words, .. } = &answer
            && self.n_words_from(from_words).is_none()
        {
            return Err(wrong(format!(
                "the text of the turn has no words \"{from_words}\"; copy them from the column `text`, without the first words \
                 of the turn"
            )));
        }
        Ok(answer)
    }

    /// Number of words of the turn from some words on, and of the whole turn. The words cannot be the first ones.
    fn n_words_from(&self, words: &str) -> Option<(usize, usize)> {
        let (all, wanted) = (anchor_words(&self.text), anchor_words(words));
        let at = all.windows(wanted.len().max(1)).position(|window| window == wanted)?;
        (at > 0).then_some((all.len() - at, all.len()))
    }
}

#[cfg(test)]
mod tests;

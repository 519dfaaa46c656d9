//! Corrections by people, applied to a document.
//!
//! **Input**: the answers of a study about turns of the document, and the bylines that were found, or the turns that the format declares.
//! **Output**: changed bylines or turns, claims on lines that are not speech, the places that a person has checked, and a warning for
//! each answer that could not be applied. A place is found again by the words before and after it, so that it survives changes elsewhere
//! in the document. Nothing is refused.

use std::collections::HashMap;

use plenary_corpus::{BlockKind, Declared, Document, Line, Pass, Reason, Span, Turn, Utterance};
use plenary_names::bylines;
use plenary_names::labels::LabelKind;
use plenary_names::lexicon::Lexicon;
use unicode_segmentation::UnicodeSegmentation;

use crate::candidate::{Candidate, Found, Origin, Place};
use crate::options::Options;
use crate::options::corrections::{Answer, Correction, anchor_words};
use crate::page::{Page, Settled};
use crate::weights::Weights;

/// Number of equal words around a place, and from the place on, that identify it although other words have changed.
const ENOUGH: usize = 8;
const ENOUGH_AFTER: usize = 3;

/// The words of a text, to find places again.
pub(crate) struct Words {
    /// Offset and word, in lower case.
    words: Vec<(usize, String)>,
    /// Positions of each word.
    places: HashMap<String, Vec<usize>>,
}

/// Why a place was not found.
enum NotFound {
    Nowhere,
    Ambiguous(usize),
}

impl Words {
    fn of(text: &str) -> Self {
        let words: Vec<(usize, String)> =
            text.unicode_word_indices().map(|(at, word)| (at, word.to_lowercase())).collect();
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, (_, word)) in words.iter().enumerate() {
            places.entry(word.clone()).or_default().push(position);
        }
        Self { words, places }
    }

    /// Position of the word at which a correction applies.
    fn find(&self, correction: &Correction) -> Result<usize, NotFound> {
        let after: Vec<&str> = correction.anchor.words.split(' ').filter(|word| !word.is_empty()).collect();
        let before: Vec<&str> = correction.anchor.before.split(' ').filter(|word| !word.is_empty()).collect();
        let Some(starts) = after.first().and_then(|first| self.places.get(*first)) else {
            return Err(NotFound::Nowhere);
        };
        let (mut best, mut n_best, mut place) = (0, 0, 0);
        for start in starts.iter().copied() {
            let n_after =
                after.iter().zip(&self.words[start..]).take_while(|(word, (_, found))| *word == found).count();
            let n_before = before
                .iter()
                .rev()
                .zip(self.words[..start].iter().rev())
                .take_while(|(w, (_, found))| *w == found)
                .count();
            let score = n_after + n_before;
            let is_place = n_after >= ENOUGH_AFTER.min(after.len()) && score >= ENOUGH.min(after.len() + before.len());
            if !is_place || score < best {
                continue;
            }
            n_best = if score > best { 1 } else { n_best + 1 };
            (best, place) = (score, start);
        }
        match n_best {
            0 => Err(NotFound::Nowhere),
            1 => Ok(place),
            n => Err(NotFound::Ambiguous(n)),
        }
    }

    /// The first position at or after `from` at which these words follow each other.
    fn find_words(&self, from: usize, wanted: &[String]) -> Option<usize> {
        let starts = self.places.get(wanted.first()?)?;
        let fits = |start: &&usize| {
            let there = self.words.get(**start..**start + wanted.len());
            **start >= from && there.is_some_and(|there| there.iter().zip(wanted).all(|((_, word), want)| word == want))
        };
        starts.iter().find(fits).copied()
    }

    fn offset(&self, position: usize) -> usize {
        self.words.get(position).map_or(usize::MAX, |(at, _)| *at)
    }

    /// Offset of the first word at or after an offset.
    fn first_from(&self, offset: usize) -> usize {
        self.offset(self.words.partition_point(|(at, _)| *at < offset))
    }
}

/// What was corrected.
#[derive(Default)]
pub(crate) struct Corrected {
    /// Words of the document; `None` if it has no corrections.
    words: Option<Words>,
    /// For each place that a person checked, the offset of its first word and the source of the answer.
    checked: HashMap<usize, String>,
    /// Number of answers that were applied.
    pub(crate) n_applied: usize,
    /// Answers that could not be applied, in full sentences.
    pub(crate) warnings: Vec<String>,
}

impl Corrected {
    /// Marks the utterances that a person checked: nothing about them is in doubt any more.
    pub(crate) fn mark(&self, utterances: &mut [Utterance]) {
        let Some(words) = &self.words else { return };
        for utterance in utterances {
            let Some(source) = self.checked.get(&words.first_from(utterance.span.start)) else { continue };
            utterance.explanation.review.clear();
            utterance.explanation.weights = std::mem::take(&mut utterance.explanation.weights)
                .into_iter()
                .chain(Weights::start(Reason::Corrected, 1.0).steps())
                .collect();
            utterance.boundary_confidence = 1.0;
            utterance.needs_review = utterance.speaker.is_none();
            utterance.evidence = format!("checked by a person ({source})");
        }
    }

    fn check(&mut self, offset: usize, source: &str) {
        self.checked.insert(offset, source.to_string());
        self.n_applied += 1;
    }

    fn fail(&mut self, source: &str, correction: &Correction, problem: &str) {
        let words: Vec<&str> = correction.anchor.words.split(' ').take(6).collect();
        self.warnings.push(format!(
            "{source}: the answer `{}` about \"{} ...\" was not applied: {problem}",
            correction.answer.name(),
            words.join(" ")
        ));
    }
}

/// Applies the corrections of a document in which bylines were searched. Returns the claims on lines that are not speech.
pub(crate) fn in_text(
    page: &Page<'_>,
    document: &Document,
    options: &Options,
    settled: &Settled,
    found: &mut Found,
) -> (Corrected, Settled) {
    let mut claims = Settled::nothing(page);
    let mut done = Corrected::default();
    each(&document.path, &document.text, options, &mut done, |words, done, source, correction, position| {
        let offset = words.offset(position);
        let opened_by = found.bylines.iter().rposition(|byline| byline.speech <= offset).filter(|at| {
            let mut line = page.line_of(words.first_from(found.bylines[*at].speech));
            // Lines between the byline and the speech that are not speech do not matter.
            while line < page.line_of(offset) && (page.lines[line].is_empty() || !settled.is_open(line)) {
                line += 1;
            }
            words.first_from(page.lines[line].span.start.max(found.bylines[*at].speech)) == offset
        });
        match &correction.answer {
            Answer::Right => done.check(offset, source),
            Answer::Speaker(speaker) => {
                match opened_by {
                    Some(at) => rename(page.lexicon, &mut found.bylines[at], speaker),
                    None => found.insert(vec![opening(page, found, speaker, offset)]),
                }
                done.check(offset, source);
            }
            Answer::Join => {
                if let Some(at) = opened_by {
                    found.bylines.remove(at);
                }
                done.n_applied += 1;
            }
            Answer::NotSpeech => {
                let byline_line = opened_by.map(|at| found.bylines.remove(at).line);
                let first = byline_line.unwrap_or_else(|| page.line_of(offset));
                let next = found.bylines.iter().map(|byline| byline.line).find(|line| *line > first);
                claims.claim(first..next.unwrap_or(page.lines.len()), BlockKind::StageNote, Pass::Correction);
                done.n_applied += 1;
            }
            Answer::Split { from_words, speaker } => {
                let end = found.bylines.iter().map(|b| b.byline.start).find(|start| *start > offset);
                let inside = |at: &usize| end.is_none_or(|end| words.offset(*at) < end);
                match words.find_words(position + 1, &anchor_words(from_words)).filter(inside) {
                    Some(at) => {
                        found.insert(vec![opening(page, found, speaker, words.offset(at))]);
                        done.checked.entry(offset).or_insert_with(|| source.to_string());
                        done.check(words.offset(at), source);
                    }
                    None => done.fail(source, correction, &format!("the turn has no words \"{from_words}\"")),
                }
            }
        }
    });
    (done, claims)
}

/// Applies the corrections of a document whose format declares the turns.
pub(crate) fn in_declared(document: &mut Document, options: &Options) -> Corrected {
    let mut done = Corrected::default();
    each(&document.path, &document.text, options, &mut done, |words, done, source, correction, position| {
        let offset = words.offset(position);
        let line = line_at(&document.lines, offset);
        let Some(turn) = document.lines.get(line).and_then(|line| line.turn) else {
            return done.fail(source, correction, "the words are outside the turns of the file");
        };
        match &correction.answer {
            Answer::Right => done.check(offset, source),
            Answer::Speaker(speaker) => {
                document.turns[turn].speaker = Some(declared(&document.turns, speaker));
                done.check(offset, source);
            }
            Answer::Join => {
                let first = document.lines.iter().position(|line| line.turn == Some(turn)).unwrap_or_default();
                match document.lines[..first].iter().rev().find_map(|line| line.turn) {
                    Some(before) => {
                        move_turn(&mut document.lines, turn, 0, Some(before));
                        done.n_applied += 1;
                    }
                    None => done.fail(source, correction, "there is no turn before it"),
                }
            }
            Answer::NotSpeech => {
                move_turn(&mut document.lines, turn, 0, None);
                done.n_applied += 1;
            }
            Answer::Split { from_words, speaker } => {
                let Some(at) = words.find_words(position + 1, &anchor_words(from_words)).map(|at| words.offset(at))
                else {
                    return done.fail(source, correction, &format!("the turn has no words \"{from_words}\""));
                };
                let from = line_at(&document.lines, at);
                let begins = |line: &Line| words.first_from(line.span.start) == at && line.turn == Some(turn);
                if !document.lines.get(from).is_some_and(begins) {
                    let problem = "a turn of this format can only be split at the start of one of its lines";
                    return done.fail(source, correction, problem);
                }
                let new = Turn { speaker: Some(declared(&document.turns, speaker)), ..Turn::default() };
                document.turns.push(new);
                let new = document.turns.len() - 1;
                move_turn(&mut document.lines, turn, from, Some(new));
                done.checked.entry(offset).or_insert_with(|| source.to_string());
                done.check(at, source);
            }
        }
    });
    done
}

/// Index of the line at an offset of the text.
fn line_at(lines: &[Line], offset: usize) -> usize {
    lines.partition_point(|line| line.span.end <= offset)
}

/// Gives the lines of a turn from a line on to another turn, or to none.
fn move_turn(lines: &mut [Line], turn: usize, from: usize, to: Option<usize>) {
    for line in lines[from..].iter_mut().filter(|line| line.turn == Some(turn)) {
        line.turn = to;
    }
}

/// The person as the file declares them elsewhere, or a new one.
fn declared(turns: &[Turn], speaker: &str) -> Declared {
    let known = turns.iter().filter_map(|turn| turn.speaker.as_ref());
    let same = |declared: &&Declared| declared.label == speaker || declared.name.as_deref() == Some(speaker);
    known.into_iter().find(same).cloned().unwrap_or_else(|| Declared { label: speaker.into(), ..Declared::default() })
}

/// Calls `apply` with each correction of a document whose place is found, with the position of its first word.
fn each(
    path: &str,
    text: &str,
    options: &Options,
    done: &mut Corrected,
    mut apply: impl FnMut(&Words, &mut Corrected, &str, &Correction, usize),
) {
    let Some(corrections) = &options.corrections else { return };
    let own = corrections.of_document(path);
    if own.is_empty() {
        return;
    }
    let words = Words::of(text);
    for correction in own {
        let source =
            format!("{}, line {}", crate::options::corrections::file_name(corrections.path()), correction.line);
        match words.find(correction) {
            Ok(position) => apply(&words, done, &source, correction, position),
            Err(NotFound::Nowhere) => done.fail(&source, correction, "the document has no such words"),
            Err(NotFound::Ambiguous(n)) => {
                done.fail(&source, correction, &format!("{n} places of the document fit equally well"));
            }
        }
    }
    done.words = Some(words);
}

/// Gives a byline another speaker.
fn rename(lexicon: &Lexicon, byline: &mut Candidate, speaker: &str) {
    let printed = byline.parts.printed.clone();
    byline.parts = bylines::Byline { printed, ..bylines::split(lexicon, speaker) };
    byline.label.clone_from(&byline.parts.label);
    byline.kind = LabelKind::Person;
    byline.set_confidence(1.0, Reason::Corrected);
}

/// A turn that begins at an offset because a person says so.
fn opening(page: &Page<'_>, found: &Found, speaker: &str, offset: usize) -> Candidate {
    let line = page.line_of(offset);
    let place = Place { line, byline: Span::new(offset, offset), speech_line: line, speech: offset };
    let style = found.style.unwrap_or(plenary_corpus::Style::Declared);
    let parts = bylines::split(page.lexicon, speaker);
    let weights = Weights::start(Reason::Corrected, 1.0);
    Candidate::implied(style, Origin::Corrected, parts, LabelKind::Person, place, weights)
}

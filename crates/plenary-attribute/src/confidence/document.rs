//! The terms of a document.
//!
//! **Input**: the sources, the facts gathered from them, and the terms of the turns. **Output**: the values of the terms of the
//! document.

use std::collections::{HashMap, HashSet};

use super::sources::{LabelFacts, LineCounts, Lines, Sources, ends_sentence, n_words};
use super::terms::{TermKind as T, Values};
use super::texts::{has_no_capitals, median_words};
use super::turns::mean;
use plenary_corpus::{BlockKind, Style};
use plenary_names::addresses::addresses;
use plenary_names::lexicon::Lexicon;

/// The terms of the document. Terms of turns are zero.
pub(crate) fn document(
    sources: &Sources<'_>,
    labels: &HashMap<&str, LabelFacts>,
    lines: &Lines,
    turns: &[Values],
) -> Values {
    let mut values = Values::default();
    values.mark(T::Declared, sources.is_declared);
    values.mark(T::Captions, sources.is_captions);
    set_sizes(&mut values, sources, labels);
    set_styles(&mut values, sources);
    set_outside(&mut values, sources);
    set_shapes(&mut values, lines, turns.len());
    values.mark(T::Caseless, is_caseless(sources));
    for (of_document, of_turns) in [
        (T::ManyOnce, &[T::SeenOnce][..]),
        (T::ManyWords, &[T::FormWord]),
        (T::ManyUnknown, &[T::FormNone]),
        (T::ManyAnonymous, &[T::FormAnonymous]),
        (T::ManyCommon, &[T::LabelCommon]),
        (T::ManyFaults, &[T::LabelDigit, T::LabelFunctionWord, T::LabelSign, T::LabelLow]),
        (T::ManyFirstLines, &[T::FirstLineName]),
        (T::ManyInside, &[T::InsideParagraph]),
        (T::ManyRivals, &[T::Rival]),
        (T::ManyOdd, &[T::OddShape]),
        (T::ManyRepeats, &[T::SameAsBefore]),
        (T::ManyMisread, &[T::Misread]),
        (T::ManyHeadings, &[T::InsideHeadings]),
        (T::ManyNotes, &[T::OddLast]),
        (T::ManyReports, &[T::NoteReports, T::NoteNamed]),
        (T::ManyOpenNotes, &[T::NoteOpen]),
        (T::ManyNumbers, &[T::NoteNumbers]),
        (T::ManySigns, &[T::NoteSign]),
        (T::ManyQuestions, &[T::InsideQuestion]),
        (T::ManyCopies, &[T::InsideCopies]),
        (T::ManyIntroduced, &[T::InsideIntroduced]),
        (T::ManyStartNamed, &[T::StartsNamed]),
        (T::ManyTimes, &[T::InsideTimes]),
        (T::ManyAskThemselves, &[T::AsksItself]),
        (T::ManyShortLabels, &[T::LabelShort]),
        (T::ManyNameThemselves, &[T::NamesItself]),
        (T::ManyUnnamed, &[T::NoSpeaker]),
        (T::MeanScore, &[T::Score]),
    ] {
        values.set(of_document, of_turns.iter().map(|term| mean(turns, *term)).sum());
    }
    let n = turns.len().max(1) as f32;
    let lexicon = sources.page.lexicon;
    let impersonal = sources.utterances.iter().filter(|utterance| !speaks(lexicon, &utterance.text)).count();
    values.set(T::Impersonal, impersonal as f32 / n);
    let open = sources.utterances.iter().filter(|utterance| !ends_sentence(&utterance.text)).count();
    values.set(T::ManyOpen, open as f32 / n);
    if !has_no_capitals(sources.utterances) {
        let low = sources.utterances.iter().filter(|utterance| utterance.text.starts_with(char::is_lowercase)).count();
        values.set(T::ManyLow, low as f32 / n);
    }
    values
}

/// Numbers of turns and speakers, and the lengths of turns.
fn set_sizes(values: &mut Values, sources: &Sources<'_>, labels: &HashMap<&str, LabelFacts>) {
    const FEW: usize = 5;
    const SHORT: usize = 3;
    const LONG: f32 = 100.0;
    let utterances = sources.utterances;
    let n = utterances.len();
    values.set(T::FewTurns, FEW.saturating_sub(n) as f32 / FEW as f32);
    values.set(T::ManyTurns, (n.max(1) as f32).log2() / 10.0);
    let speakers: HashSet<_> = utterances.iter().map(|utterance| utterance.speaker).collect();
    values.mark(T::OneSpeaker, speakers.len() == 1 && n > 1);
    let median = median_words(utterances);
    values.mark(T::ShortMedian, median <= SHORT);
    let total: usize = utterances.iter().map(|utterance| utterance.n_words).sum();
    values.set(T::LongTurns, (total as f32 / n.max(1) as f32 / LONG).log2() / 4.0);
    let longest = utterances.iter().map(|utterance| utterance.n_words).max().unwrap_or(0);
    if n > 2 {
        values.set(T::GiantTurn, (longest as f32 / total.max(1) as f32 - 0.3) / 0.7);
        values.set(T::UnevenTurns, (longest as f32 / median.max(1) as f32 / 16.0).log2() / 5.0);
    }
    values.mark(T::NoneRecurs, n >= FEW - 1 && labels.values().all(|label| label.n == 1));
}

/// The styles and their scores.
fn set_styles(values: &mut Values, sources: &Sources<'_>) {
    let found = sources.found;
    if sources.is_declared {
        return;
    }
    values.set(T::StyleDoubt, 1.0 - found.confidence);
    let best = |is_taken: bool| {
        found.scores.iter().filter(|score| score.is_taken == is_taken).map(|score| score.score).fold(0.0, f32::max)
    };
    values.set(T::RivalStyle, best(false) / best(true).max(f32::EPSILON));
    let styles: HashSet<Style> = found.bylines.iter().map(|byline| byline.style).collect();
    values.mark(T::SeveralStyles, styles.len() > 1);
    let last = sources.bylines.iter().flatten().max();
    values.mark(T::LastSilent, last.is_some_and(|last| last + 1 < found.bylines.len()));
    let n_times = found.bylines.iter().filter(|byline| byline.time_start_s.is_some()).count();
    values.set(T::WithTimes, n_times as f32 / found.bylines.len().max(1) as f32);
}

/// The words outside turns.
fn set_outside(values: &mut Values, sources: &Sources<'_>) {
    const PROSE: usize = 12;
    let spoken: usize = sources.utterances.iter().map(|utterance| utterance.n_words).sum();
    let first = sources.utterances.first().map_or(usize::MAX, |utterance| utterance.span.start);
    let (mut before, mut outside, mut prose) = (0, 0, 0);
    for block in sources.blocks.iter().filter(|block| !block.kind.is_spoken() && block.kind != BlockKind::Byline) {
        let text = block.span.of(sources.page.source);
        let n = n_words(text);
        outside += n;
        before += if block.span.end <= first { n } else { 0 };
        prose += if n >= PROSE && ends_sentence(text) { n } else { 0 };
    }
    let above = sources.blocks.iter().take_while(|block| block.span.end <= first && block.kind != BlockKind::Byline);
    let text = above.map(|block| block.span.of(sources.page.source).trim()).filter(|text| !text.is_empty()).last();
    let has_sentence =
        text.is_some_and(|text| text.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟']) && n_words(text) > 2);
    values.mark(T::SentenceAbove, has_sentence);
    values.mark(T::NameBelow, has_sentence && values.get(T::LastSilent) > 0.0);
    let total = (spoken + outside).max(1) as f32;
    values.set(T::WordsBefore, before as f32 / total);
    values.set(T::WordsOutside, outside as f32 / total);
    values.set(T::ProseOutside, prose as f32 / total);
}

/// The lines that begin like bylines, compared with the number of turns.
fn set_shapes(values: &mut Values, lines: &Lines, n_turns: usize) {
    let mut inside = LineCounts::default();
    lines.inside.iter().for_each(|counts| inside.add(counts));
    let share = |n: usize| n as f32 / (n + n_turns).max(1) as f32;
    values.set(T::ShapesRecurring, share(inside.recurring));
    values.set(T::ShapesLone, share(inside.lone));
    values.set(T::ShapesKnown, share(inside.known));
    values.set(T::OutsideRecurring, share(lines.outside.recurring));
    values.set(T::OutsideLone, share(lines.outside.lone));
}

/// Whether a text asks or has a word of the first or second person.
fn speaks(lexicon: &Lexicon, text: &str) -> bool {
    text.contains(['?', '？', '؟']) || addresses(lexicon, text)
}

/// Whether most letters at the beginning of the speech have no case.
fn is_caseless(sources: &Sources<'_>) -> bool {
    const ENOUGH: usize = 2_000;
    let letters = || {
        let texts = sources.utterances.iter().flat_map(|utterance| utterance.text.chars());
        texts.take(ENOUGH).filter(|c| c.is_alphabetic())
    };
    letters().filter(|c| !c.is_lowercase() && !c.is_uppercase()).count() * 2 > letters().count()
}

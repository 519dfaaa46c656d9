//! Checks that nothing is lost: what must be true of every transcript, whatever it was read from.

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use plenary::corpus::text::is_blankless;
use plenary::corpus::{BlockKind, Document, Layout, Line, Span, Transcript};

/// Checks that the lines of a document partition its text, that runs lie in their lines, and that turns exist.
pub(crate) fn check_lines(document: &Document) -> Result<(), TestCaseError> {
    let mut end = 0;
    for line in &document.lines {
        prop_assert_eq!(line.span.start, end, "lines leave a gap or overlap");
        end = line.span.end;
        let mut from = line.span.start;
        for run in &line.runs {
            prop_assert!(run.span.start >= from && run.span.end <= line.span.end, "{:?} in {:?}", run, line);
            prop_assert!(
                document.text.is_char_boundary(run.span.start) && document.text.is_char_boundary(run.span.end)
            );
            from = run.span.end;
        }
        prop_assert!(line.turn.is_none_or(|turn| turn < document.turns.len()), "{:?} is of no turn", line);
    }
    prop_assert_eq!(end, document.text.len(), "lines end before the text");
    Ok(())
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Letters that must be read in some spans of the source: those of the lines' runs, without marks and links.
fn letters_shown(transcript: &Transcript, stretches: &[Span]) -> String {
    let mut out = String::new();
    for run in transcript.document.lines.iter().flat_map(|line| &line.runs) {
        for stretch in stretches {
            let (start, end) = (run.span.start.max(stretch.start), run.span.end.min(stretch.end));
            if start < end {
                out.push_str(&letters(&transcript.document.text[start..end]));
            }
        }
    }
    out
}

fn spoken_blocks(transcript: &Transcript, utterance: usize) -> Vec<Span> {
    let blocks = transcript.blocks.iter();
    blocks
        .filter(|block| block.kind.is_spoken() && block.utterance == Some(utterance))
        .map(|block| block.span)
        .collect()
}

/// Checks that blocks, utterances and segments contain the text of the document.
pub(crate) fn check(transcript: &Transcript) -> Result<(), TestCaseError> {
    let text = transcript.document.text.as_str();
    let mut end = 0;
    for block in &transcript.blocks {
        prop_assert_eq!(block.span.start, end, "blocks leave a gap or overlap");
        prop_assert!(text.is_char_boundary(block.span.end));
        end = block.span.end;
        prop_assert!(!block.kind.is_spoken() || block.utterance.is_some(), "{:?} is nobody's", block);
    }
    prop_assert_eq!(end, text.len(), "blocks end before the text");
    let lies_in_text =
        |span: Span| span.start <= span.end && text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
    for (at, utterance) in transcript.utterances.iter().enumerate() {
        prop_assert!(lies_in_text(utterance.span));
        let spoken = letters_shown(transcript, &spoken_blocks(transcript, at));
        prop_assert_eq!(letters(&utterance.text), spoken, "utterance {}", utterance.position);
    }
    let mut spoken = vec![String::new(); transcript.utterances.len()];
    for segment in &transcript.segments {
        prop_assert!(lies_in_text(segment.span));
        let utterance = &transcript.utterances[segment.utterance];
        prop_assert!(utterance.span.contains(segment.span), "{:?} is not in {:?}", segment, utterance);
        spoken[segment.utterance].push_str(&letters(&segment.text));
        let blocks: Vec<Span> = spoken_blocks(transcript, segment.utterance)
            .into_iter()
            .filter_map(|block| {
                let (start, end) = (block.start.max(segment.span.start), block.end.min(segment.span.end));
                (start < end).then(|| Span::new(start, end))
            })
            .collect();
        prop_assert_eq!(letters(&segment.text), letters_shown(transcript, &blocks), "{}", &segment.segment_id);
    }
    for (utterance, spoken) in transcript.utterances.iter().zip(spoken) {
        prop_assert_eq!(letters(&utterance.text), spoken, "segments of utterance {}", utterance.position);
    }
    check_words(transcript)
}

/// Visible words of a stretch of the source: those of the lines' runs. Blank lines and ornaments have none.
fn words_shown(document: &Document, stretch: Span) -> usize {
    let mut text = String::new();
    for line in document.lines.iter().filter(|line| line.layout != Layout::Ornament) {
        for run in &line.runs {
            let (start, end) = (run.span.start.max(stretch.start), run.span.end.min(stretch.end));
            text.push_str(document.text.get(start..end.max(start)).unwrap_or_default());
        }
        text.push('\n');
    }
    text.unicode_words().count()
}

/// Checks that the words of the turns and the words of each other kind of block are all words of the document. Words that
/// are divided at the end of a line are one word in a turn; documents with such lines are checked less strictly.
fn check_words(transcript: &Transcript) -> Result<(), TestCaseError> {
    let document = &transcript.document;
    let counted = transcript.words;
    prop_assert_eq!(counted.spoken, transcript.n_words());
    let divides = |line: &Line| line.span.of(&document.text).trim_end().ends_with(['-', '\u{AD}', '‐']);
    // In scripts without blanks between words a dictionary finds the words, in the context of the whole turn.
    if document.lines.iter().any(divides) || document.text.contains(is_blankless) {
        prop_assert_eq!(counted.total() > 0, words_shown(document, Span::new(0, document.text.len())) > 0);
        return Ok(());
    }
    let mut all = 0;
    for kind in BlockKind::ALL.into_iter().filter(|kind| !kind.is_spoken()) {
        let blocks = transcript.blocks.iter().filter(|block| block.kind == kind);
        let n: usize = blocks.map(|block| words_shown(document, block.span)).sum();
        prop_assert_eq!(counted.of(kind), n, "words in blocks of kind {}", kind.as_str());
        all += n;
    }
    let spoken = transcript.blocks.iter().filter(|block| block.kind.is_spoken());
    all += spoken.map(|block| words_shown(document, block.span)).sum::<usize>();
    prop_assert_eq!(counted.total(), all, "words of the document");
    Ok(())
}

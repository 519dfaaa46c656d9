//! Lines and bylines to blocks and utterances.
//!
//! **Input**: the page, the claims on it, the asides, the bylines and their people. **Output**: blocks that partition
//! the text, and utterances that contain the speech between one byline and the next. Explanations are left to
//! `explain`, segments to `sentences`.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::count::n_words;
use crate::candidate::{Candidate, Found, Origin};
use crate::link::people::Owner;
use crate::page::{MappedText, Page, PageLine, Settled, append};
use crate::settle::asides::Aside;
use plenary_corpus::text::{ends_sentence, ends_with_sign, is_blankless};
use plenary_corpus::{Block, BlockKind, Layout, Pass, Reason, Span, Utterance, ids};

/// Blocks and utterances of a document.
pub(crate) struct Assembled<'d> {
    /// The blocks; they partition the text.
    pub(crate) blocks: Vec<Block>,
    /// The turns that have words.
    pub(crate) utterances: Vec<Utterance>,
    /// For each utterance the map from its text to the source.
    pub(crate) mapped: Vec<MappedText<'d>>,
    /// For each utterance the index of the byline that opens it.
    pub(crate) bylines: Vec<Option<usize>>,
}

/// A place where a block may begin.
pub(crate) struct Mark {
    /// Offset in the source.
    pub(crate) start: usize,
    /// The kind of the text from that position on.
    pub(crate) kind: BlockKind,
    /// The pass that claimed it; `None` for speech and bylines.
    pub(crate) pass: Option<Pass>,
    /// The turn to which it belongs.
    pub(crate) turn: Option<usize>,
    /// Number of the paragraph.
    pub(crate) paragraph: usize,
}

/// A turn while its text is collected.
struct Turn<'d, 'f> {
    byline: Option<&'f Candidate>,
    /// Index of the byline.
    at: Option<usize>,
    person: Option<usize>,
    mapped: MappedText<'d>,
    last_line: Option<usize>,
}

/// Builds blocks and utterances. `owners` are the people of the bylines; `leads` is whether the open text before the
/// first byline is speech of an unknown person.
pub(crate) fn assemble<'d>(
    page: &Page<'d>,
    (settled, asides): (&Settled, &[Aside]),
    document_id: &str,
    found: &Found,
    owners: &[Option<Owner>],
    leads: bool,
) -> Assembled<'d> {
    let words = Vocabulary::of(page);
    let mut turns: Vec<Turn<'_, '_>> = Vec::new();
    if leads || found.bylines.is_empty() {
        turns.push(Turn { byline: None, at: None, person: None, mapped: MappedText::default(), last_line: None });
    }
    let mut writer = Writer { page, settled, asides, words, turns, marks: Vec::new(), next_aside: 0 };
    let mut bylines = found.bylines.iter().zip(owners).enumerate().peekable();
    for (i, line) in page.lines.iter().enumerate() {
        let mut from = line.span.start;
        while let Some((at, (byline, owner))) =
            bylines.next_if(|(_, (byline, _))| byline.byline.start < line.span.end && byline.line <= i)
        {
            writer.write(i, from, byline.byline.start);
            from = writer.open(i, from, byline, (at, owner.as_ref().map(|owner| owner.person)));
        }
        if line.is_empty() {
            let draws = line.layout == Layout::Ornament && !line.span.of(page.source).trim().is_empty();
            if draws || writer.marks.is_empty() {
                writer.mark(line.span.start, (BlockKind::Furniture, Some(Pass::Layout)), None, 0);
            }
            continue;
        }
        writer.write(i, from, line.span.end);
    }
    let Writer { turns, marks, .. } = writer;
    finish(page, document_id, found, turns, &marks)
}

/// Blocks and turns while the lines are processed.
struct Writer<'w, 'd, 'f> {
    page: &'w Page<'d>,
    settled: &'w Settled,
    asides: &'w [Aside],
    words: Vocabulary,
    turns: Vec<Turn<'d, 'f>>,
    marks: Vec<Mark>,
    next_aside: usize,
}

impl<'f> Writer<'_, '_, 'f> {
    /// Marks the start of a block.
    fn mark(&mut self, start: usize, claim: (BlockKind, Option<Pass>), turn: Option<usize>, paragraph: usize) {
        let (kind, pass) = claim;
        self.marks.push(Mark { start, kind, pass, turn, paragraph });
    }

    /// Opens the turn of a byline on a line that has been processed up to `from`; returns the offset up to which it has
    /// now been processed.
    fn open(&mut self, i: usize, from: usize, byline: &'f Candidate, (at, person): (usize, Option<usize>)) -> usize {
        let line = &self.page.lines[i];
        self.turns.push(Turn {
            byline: Some(byline),
            at: Some(at),
            person,
            mapped: MappedText::default(),
            last_line: None,
        });
        if byline.byline.is_empty() {
            return from;
        }
        let before = &line.text()[..text_offset(&line.mapped, byline.byline.start)];
        let leads = from == line.span.start && before.trim().is_empty();
        let start = if leads && matches!(byline.origin, Origin::Printed | Origin::Unnamed) {
            from
        } else {
            byline.byline.start
        };
        match byline.origin {
            Origin::Resumed => self.mark(start, (BlockKind::StageNote, Some(Pass::Asides)), None, line.paragraph),
            _ => self.mark(start, (BlockKind::Byline, None), Some(self.turns.len() - 1), line.paragraph),
        }
        byline.byline.end.clamp(from, line.span.end)
    }

    /// Adds the visible text of a line between two offsets of the source to the open turn, without asides.
    fn write(&mut self, i: usize, from: usize, to: usize) {
        let line = &self.page.lines[i];
        let opens = self.turns.last().and_then(|turn| turn.byline).map_or(0, |byline| byline.speech);
        let (kind, pass) = match (self.settled.kind(i), line.layout) {
            (Some(kind), _) => (kind, self.settled.pass(i)),
            (None, _) if self.turns.is_empty() => (BlockKind::EditorialNote, Some(Pass::Assembly)),
            (None, Layout::ListItem) => (BlockKind::ListItem, None),
            (None, _) => (BlockKind::Speech, None),
        };
        if !kind.is_spoken() {
            if from == line.span.start && to == line.span.end {
                // A signature is the byline of the turn above it.
                let signs = self.turns.len().checked_sub(1).filter(|_| kind == BlockKind::Byline);
                let pass = pass.filter(|_| signs.is_none());
                self.mark(from, (kind, pass), signs, line.paragraph);
            }
            return;
        }
        let mut at = from.max(opens);
        while at < to {
            while self.asides.get(self.next_aside).is_some_and(|aside| aside.span.end <= at) {
                self.next_aside += 1;
            }
            let aside = self.asides.get(self.next_aside).filter(|aside| aside.span.start < to);
            let end = aside.map_or(to, |aside| aside.span.start.max(at));
            let closes_line =
                aside.is_some_and(|aside| aside.span.end >= line.mapped.source_end(line.text().trim_end().len()));
            self.say(i, at, end, kind, closes_line);
            let Some(aside) = aside else { break };
            let (aside_kind, span) = (aside.kind, aside.span);
            let start = if end <= line.mapped.source_start(0) && end >= line.span.start {
                line.span.start.max(from)
            } else {
                end
            };
            self.mark(start, (aside_kind, Some(Pass::Asides)), None, line.paragraph);
            at = span.end.min(to);
            if at < span.end {
                break;
            }
        }
    }

    /// Adds a stretch of a line to the open turn. White space before an aside at the end of the line is dropped.
    fn say(&mut self, i: usize, from: usize, to: usize, kind: BlockKind, closes_line: bool) {
        let line = &self.page.lines[i];
        let (start, mut end) = (text_offset(&line.mapped, from), text_offset(&line.mapped, to));
        let text = &line.text()[start..end];
        if text.trim().is_empty() {
            return;
        }
        if closes_line {
            end = start + text.trim_end().len();
        }
        let place = if start == 0 { line.span.start } else { line.mapped.source_start(start) };
        let Some(turn) = self.turns.last_mut() else { return };
        if turn.last_line != Some(i) {
            join(&mut turn.mapped, self.page, turn.last_line, i, start, &self.words);
        } else if separates_words(&turn.mapped.text, text) {
            turn.mapped.glue(" ");
        }
        append(&mut turn.mapped, self.page.source, &line.mapped, start..end);
        turn.last_line = Some(i);
        let turn = Some(self.turns.len() - 1);
        self.mark(place, (kind, None), turn, line.paragraph);
    }
}

/// Whether a note that is taken out between two texts of a line separates words without blanks beside it: "well\[laughs\]yes".
fn separates_words(text: &str, next: &str) -> bool {
    let ends_word =
        text.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | ';' | ':' | '?' | '!' | '…'));
    ends_word && next.starts_with(|c: char| c.is_alphanumeric() && !is_blankless(c))
}

/// The offset in the visible text of a line that corresponds to an offset in the source.
fn text_offset(mapped: &MappedText<'_>, source: usize) -> usize {
    let mut offset = 0;
    for span in mapped.spans() {
        if source < span.end {
            return offset + source.saturating_sub(span.start);
        }
        offset += span.len();
    }
    offset
}

/// Appends what separates two lines of a turn: a space within a paragraph, line breaks between paragraphs, and nothing in scripts
/// without blanks or if a word is divided. The text continues at byte `from` of the lower line.
pub(crate) fn join(
    mapped: &mut MappedText<'_>,
    page: &Page<'_>,
    last: Option<usize>,
    line: usize,
    from: usize,
    words: &Vocabulary,
) {
    let Some(last) = last else { return };
    let (above, below) = (&page.lines[last], &page.lines[line]);
    let next = below.text()[from..].trim_start();
    let interrupted = page.lines[last + 1..line].iter().any(|line| !line.is_empty());
    let ends_sentence = ends_sentence(&mapped.text) || ends_with_sign(&mapped.text, &[':', ';', '：', '；']);
    let continues = (line == last + 1 || interrupted) && words.divided(&mapped.text, next)
        || (above.paragraph == below.paragraph && !interrupted)
        || (interrupted && !ends_sentence && below.layout == Layout::Text && above.layout != Layout::ListItem);
    if continues {
        let is_blankless = mapped.text.ends_with(is_blankless) && next.starts_with(is_blankless);
        if words.divided(&mapped.text, next) {
            mapped.drop_hyphen();
        } else if !(is_blankless
            || mapped.text.ends_with('-')
                && next.starts_with(char::is_lowercase)
                && words.hyphenated(&mapped.text, next))
        {
            mapped.glue(" ");
        }
    } else if line - last > 1 {
        mapped.glue("\n\n");
    } else {
        mapped.glue("\n");
    }
}

/// The words of the page, to distinguish words divided at the end of a line from hyphenated words. Empty if no line ends with a
/// hyphen. Only the hashes of the words in lower case are kept.
pub(crate) struct Vocabulary(HashSet<u64, BuildHasherDefault<AsIs>>);

impl Vocabulary {
    /// The words of a page.
    pub(crate) fn of(page: &Page<'_>) -> Self {
        let mut words = HashSet::default();
        let ends_with_hyphen = |line: &PageLine<'_>| line.text().trim_end().ends_with('-');
        if !page.lines.iter().any(ends_with_hyphen) {
            return Self(words);
        }
        for line in page.lines.iter().map(PageLine::text) {
            if line.is_ascii() {
                hash_words(line.as_bytes(), &mut |hash| _ = words.insert(hash));
            } else {
                hash_words_of_any(line, &mut |hash| _ = words.insert(hash));
            }
        }
        Self(words)
    }

    /// Whether a word occurs on the page, in any case.
    fn knows(&self, word: &str) -> bool {
        let mut known = false;
        hash_words_of_any(word, &mut |hash| known |= self.0.contains(&hash));
        known
    }

    /// The parts of a word that a hyphen divides between `text` and `next`.
    fn halves<'t>(text: &'t str, next: &'t str) -> Option<(&'t str, &'t str)> {
        let text = text.strip_suffix(['-', '\u{AD}', '‐'])?;
        let head = text.rsplit(|c: char| !c.is_alphanumeric() && c != '-').next().unwrap_or("");
        let tail = next.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        let splits = head.chars().next_back().is_some_and(char::is_alphabetic) && tail.starts_with(char::is_lowercase);
        splits.then_some((head, tail))
    }

    /// Whether the hyphen at the end of `text` only divides a word that continues in `next`.
    fn divided(&self, text: &str, next: &str) -> bool {
        Self::halves(text, next)
            .is_some_and(|(head, tail)| !self.knows(&format!("{head}-{tail}")) || self.knows(&format!("{head}{tail}")))
    }

    /// Whether the word occurs on the page with its hyphen.
    fn hyphenated(&self, text: &str, next: &str) -> bool {
        Self::halves(text, next).is_some_and(|(head, tail)| self.knows(&format!("{head}-{tail}")))
    }
}

/// Calls `take` with the hash of each word of an ASCII text that has more than three letters, in lower case and without
/// hyphens at both ends.
fn hash_words(text: &[u8], take: &mut impl FnMut(u64)) {
    let mut word = WordHash::default();
    for byte in text {
        if byte.is_ascii_alphanumeric() || *byte == b'-' {
            word.push(byte.to_ascii_lowercase());
        } else if word.n > 0 {
            word.end(take);
        }
    }
    word.end(take);
}

/// The same for any text.
fn hash_words_of_any(text: &str, take: &mut impl FnMut(u64)) {
    for part in text.split(|c: char| !c.is_alphanumeric() && c != '-') {
        let mut word = WordHash::default();
        if part.is_ascii() {
            part.bytes().for_each(|byte| word.push(byte.to_ascii_lowercase()));
        } else {
            part.to_lowercase().bytes().for_each(|byte| word.push(byte));
        }
        word.end(take);
    }
}

/// The hash of a word while its bytes are added (FNV-1a, 64 bit).
struct WordHash {
    hash: u64,
    /// The hash without the hyphens at the end.
    to_last_letter: u64,
    n: usize,
}

impl Default for WordHash {
    fn default() -> Self {
        const START: u64 = 0xcbf2_9ce4_8422_2325;
        Self { hash: START, to_last_letter: START, n: 0 }
    }
}

impl WordHash {
    fn push(&mut self, byte: u8) {
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        if byte == b'-' && self.n == 0 {
            return;
        }
        self.n += 1;
        self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(PRIME);
        if byte != b'-' {
            self.to_last_letter = self.hash;
        }
    }

    fn end(&mut self, take: &mut impl FnMut(u64)) {
        if self.n > 3 {
            take(self.to_last_letter);
        }
        *self = Self::default();
    }
}

/// Uses numbers that are already hashes without hashing them again.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0 << 8 ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// Numbers the turns that have words, and builds the blocks.
fn finish<'d>(
    page: &Page<'d>,
    document_id: &str,
    found: &Found,
    turns: Vec<Turn<'d, '_>>,
    marks: &[Mark],
) -> Assembled<'d> {
    let mut utterances: Vec<Utterance> = Vec::new();
    let (mut texts, mut bylines) = (Vec::new(), Vec::new());
    let mut place: Vec<Option<usize>> = Vec::with_capacity(turns.len());
    for mut turn in turns {
        turn.mapped.trim_end();
        let text = turn.mapped.take_text();
        if text.is_empty() {
            place.push(None);
            continue;
        }
        place.push(Some(utterances.len()));
        let position = utterances.len() + 1;
        let (confidence, evidence) = match turn.byline {
            Some(byline) => (0.75 * byline.confidence() + 0.25 * found.confidence, evidence(byline)),
            None => (0.0, "no byline".to_string()),
        };
        utterances.push(Utterance {
            utterance_id: ids::utterance(document_id, position),
            position,
            speaker: turn.person,
            label: turn.byline.map(|byline| byline.label.clone()).filter(|label| !label.is_empty()),
            span: turn.mapped.source_span(0, text.len()),
            n_words: n_words(&text),
            text,
            time_start_s: turn.byline.and_then(|byline| byline.time_start_s),
            time_end_s: turn.byline.and_then(|byline| byline.time_end_s),
            boundary_confidence: confidence,
            // A sign without a name tells of itself that nobody is named: what the turn contains is judged like that of others.
            needs_review: turn.person.is_none() && turn.byline.is_none_or(|byline| byline.origin != Origin::Unnamed),
            evidence,
            ..Utterance::default()
        });
        texts.push(turn.mapped);
        bylines.push(turn.at);
    }
    Assembled { blocks: blocks(page, document_id, marks, &place), utterances, mapped: texts, bylines }
}

/// Whether a sign is the evidence of a turn, not a typeface.
fn has_sign(byline: &Candidate) -> bool {
    byline.weights.as_slice().first().is_some_and(|step| step.reason == Reason::Sign)
}

/// The rule that opened a turn and the printed evidence, for readers.
fn evidence(byline: &Candidate) -> String {
    let printed = &byline.parts.printed;
    match byline.origin {
        Origin::Printed => {
            let inside = if byline.inside { " inside a paragraph" } else { "" };
            format!("{} byline \"{printed}\"{inside}", byline.style.as_str())
        }
        Origin::Interjection => format!("interjection of \"{printed}\" in brackets"),
        Origin::Resumed => format!("\"{printed}\" continues after an interjection in brackets"),
        Origin::Asked if has_sign(byline) => "question before an answer that a sign marks, no byline".to_string(),
        Origin::Answered if has_sign(byline) => "answer that a sign marks, no byline".to_string(),
        Origin::Asked => "question in a different typeface, no byline".to_string(),
        Origin::Answered => format!("answer to a question in a different typeface; the head names \"{printed}\""),
        Origin::Corrected => format!("a person says that \"{printed}\" speaks from here on"),
        Origin::Titled => format!("the title names \"{printed}\" as the only speaker"),
        Origin::Unnamed => "a sign of a new speaker, without a name".to_string(),
        Origin::Signed => format!("\"{printed}\" signs the text"),
    }
}

/// The blocks between marks. Marks that continue the block before them open none; `place` gives the utterance of each turn.
pub(crate) fn blocks(page: &Page<'_>, document_id: &str, marks: &[Mark], place: &[Option<usize>]) -> Vec<Block> {
    let mut starts: Vec<&Mark> = Vec::new();
    let mut passes: Vec<Vec<Pass>> = Vec::new();
    for mark in marks {
        let continues = starts.last().is_some_and(|last| {
            (last.kind, last.turn) == (mark.kind, mark.turn)
                && (last.paragraph == mark.paragraph || mark.kind == BlockKind::Furniture)
        });
        if !continues {
            starts.push(mark);
            passes.push(Vec::new());
        }
        if let (Some(claimed_by), Some(pass)) = (passes.last_mut(), mark.pass)
            && claimed_by.last() != Some(&pass)
        {
            claimed_by.push(pass);
        }
    }
    let has_pages = page.source.contains('\u{0C}');
    let mut pages = 1;
    let mut at = 0;
    starts
        .iter()
        .zip(passes)
        .enumerate()
        .map(|(i, (mark, mut claimed_by))| {
            let start = if i == 0 { 0 } else { mark.start };
            let end = starts.get(i + 1).map_or(page.source.len(), |next| next.start);
            let span = Span::new(start, end.max(start));
            pages += u32::try_from(page.source[at..start].matches('\u{0C}').count()).unwrap_or(u32::MAX);
            at = start;
            let utterance = mark.turn.and_then(|turn| place[turn]);
            let is_silent = mark.kind == BlockKind::Byline && utterance.is_none();
            if is_silent {
                claimed_by.push(Pass::Assembly);
            }
            Block {
                block_id: ids::block(document_id, i + 1),
                position: i + 1,
                kind: if is_silent { BlockKind::Heading } else { mark.kind },
                span,
                line_start: page.line_of(span.start) + 1,
                line_end: page.line_of(last_visible(page.source, span)) + 1,
                page: has_pages.then_some(pages),
                utterance,
                claimed_by,
            }
        })
        .collect()
}

/// Offset of the last character of a block that is not white space.
fn last_visible(source: &str, span: Span) -> usize {
    let text = span.of(source).trim_end();
    span.start + text.char_indices().next_back().map_or(0, |(at, _)| at)
}

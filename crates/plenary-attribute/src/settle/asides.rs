//! Brackets inside a turn that are not speech of its speaker.
//!
//! **Input**: the page, the claims on it, and the bylines. **Output**: the places of stage directions, interpreters'
//! marks and clock times, and bylines for interjections with a name ("(An hon. Member: Shame!)"). Brackets are speech
//! unless their words show otherwise: a direction begins with a word for what is heard or seen, an interjection has the
//! form of a byline with a sentence. Building blocks and utterances is left to `build`.

use std::ops::Range;

use crate::candidate::{Candidate, Found, Origin, Place};
use crate::page::{MappedText, Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{BlockKind, Reason, Role, Span, Style};
use plenary_names::bylines::{self, Byline};
use plenary_names::colon::colon_label;
use plenary_names::directions::{CLOCK, LONGEST_BRACKET, is_direction};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;

/// A bracket that is not speech.
#[derive(Debug, Clone)]
pub(crate) struct Aside {
    /// Where it is in the source, including the spaces that are dropped with it.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: BlockKind,
}

/// A bracket as byte ranges of the text of a paragraph: with its signs, and between them.
struct Bracket {
    outer: Range<usize>,
    inner: Range<usize>,
}

/// Confidence of an interjection in brackets.
const INTERJECTION_CONFIDENCE: f32 = 0.8;

/// Signs around a quotation.
const QUOTES: [char; 6] = ['"', '“', '”', '„', '«', '»'];

/// An interjection: the words of another person in brackets.
struct Interjection {
    parts: Byline,
    kind: LabelKind,
    /// Offset of the spoken words in the bracket.
    speech: usize,
}

/// Whether the text of a bracket is an interjection.
pub(crate) fn is_interjection(lexicon: &Lexicon, inner: &str) -> bool {
    interjection(lexicon, inner).is_some()
}

fn interjection(lexicon: &Lexicon, inner: &str) -> Option<Interjection> {
    let (printed, speech) = colon_label(lexicon, inner)?;
    let words = inner[speech..].trim();
    let is_sentence = words.ends_with(['.', '!', '?', '…', '—', '–', '"', '”', '“', '»']);
    // "[Ann Lee/neighbour: "It was open."]"
    let is_quoted = words.starts_with(QUOTES) && words.ends_with(QUOTES);
    let name = printed.split_once('/').filter(|_| is_quoted).map_or(printed.as_str(), |(name, _)| name.trim());
    let parts = bylines::split(lexicon, name);
    let judgement = labels::judge(lexicon, &parts.label).filter(|judgement| judgement.quality >= 0.5)?;
    (is_sentence && !is_direction(lexicon, &printed)).then_some(Interjection { parts, kind: judgement.kind, speech })
}

/// The sign that closes a bracket.
fn closing(opening: char) -> Option<char> {
    match opening {
        '(' => Some(')'),
        '[' => Some(']'),
        '（' => Some('）'),
        '〔' => Some('〕'),
        '［' => Some('］'),
        _ => None,
    }
}

/// Pairs of brackets in a text that are not inside another pair.
fn brackets(text: &str) -> Vec<Bracket> {
    let mut out = Vec::new();
    let mut open: Option<(usize, char)> = None;
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match (c, open) {
            (c, None) if closing(c).is_some() => (open, depth) = (Some((at, c)), 1),
            (c, Some((from, opening))) => {
                let closing = closing(opening).unwrap_or(opening);
                depth += usize::from(c == opening);
                depth -= usize::from(c == closing);
                if depth == 0 {
                    open = None;
                    out.push(Bracket { outer: from..at + c.len_utf8(), inner: from + opening.len_utf8()..at });
                } else if at - from > LONGEST_BRACKET {
                    // A bracket that is not closed within this distance does not hide a later pair.
                    open = None;
                }
            }
            _ => {}
        }
    }
    out
}

/// A part of a bracket.
enum Part {
    Direction,
    Interjection(Box<Interjection>),
}

/// The parts of a bracket with their byte ranges in `inner`; `None` if the bracket is speech. Several directions and interjections
/// are separated by dashes: "(Beifall bei der SPD – Fritz Kern \[FDP\]: Unsinn!)".
fn parts(lexicon: &Lexicon, inner: &str) -> Option<Vec<(Range<usize>, Part)>> {
    if let Some(found) = interjection(lexicon, inner) {
        return Some(vec![(0..inner.len(), Part::Interjection(Box::new(found)))]);
    }
    let mut out = Vec::new();
    let mut from = 0;
    let mut cuts: Vec<usize> =
        [" – ", " — ", " - "].iter().flat_map(|dash| inner.match_indices(dash)).map(|(at, _)| at).collect();
    cuts.sort_unstable();
    cuts.push(inner.len());
    for cut in cuts {
        let part = inner[from..cut].trim_start_matches([' ', '–', '—', '-']);
        let start = cut - part.len();
        let found = match interjection(lexicon, part) {
            Some(found) => Part::Interjection(Box::new(found)),
            None if is_direction(lexicon, part) || CLOCK.is_match(part.trim()) || !out.is_empty() => Part::Direction,
            None => return None,
        };
        out.push((start..cut, found));
        from = cut;
    }
    Some(out)
}

/// The asides of all turns.
#[derive(Debug, Default)]
pub(crate) struct Asides {
    /// Brackets inside turns that are not speech, in the order of the text.
    pub(crate) brackets: Vec<Aside>,
    /// Bylines of the interjections, and of the turns that continue after them.
    pub(crate) bylines: Vec<Candidate>,
}

impl Asides {
    /// Adds places that are neither speech nor directions: time marks, bylines repeated within a turn.
    pub(crate) fn leave_out(&mut self, places: impl Iterator<Item = Span>) {
        let n = self.brackets.len();
        self.brackets.extend(places.map(|span| Aside { span, kind: BlockKind::Furniture }));
        if self.brackets.len() > n {
            self.brackets.sort_by_key(|aside| (aside.span.start, aside.span.end));
            self.brackets.dedup_by(|later, earlier| later.span.start < earlier.span.end);
        }
    }
}

/// Finds the asides of all turns. `leads` is whether the text above the first byline is speech of an unknown person.
pub(crate) fn find(page: &Page<'_>, settled: &Settled, found: &Found, leads: bool) -> Asides {
    let lexicon = page.lexicon;
    let mut asides = Vec::new();
    let mut bylines: Vec<Candidate> = Vec::new();
    let first = found.bylines.first().map_or(0, |byline| if leads { 0 } else { byline.line });
    for lines in settled.open_paragraphs(page) {
        let has_bracket = |line: usize| page.lines[line].text().contains(|c| closing(c).is_some());
        if lines.end <= first || !lines.clone().any(has_bracket) {
            continue;
        }
        let mapped = page.join(lines.clone());
        let text = &*mapped.text;
        for bracket in brackets(text) {
            let inner = &text[bracket.inner.clone()];
            let source = mapped.source_span(bracket.outer.start, bracket.outer.end);
            let byline = match surroundings(found, source) {
                Surroundings::Byline => continue,
                Surroundings::Turn(byline) => Some(byline),
                Surroundings::Start => None,
            };
            let is_clock = CLOCK.is_match(inner.trim())
                && (text[bracket.outer.clone()].starts_with('[') || inner.matches(':').count() == 2);
            let found_parts =
                if is_clock { Some(vec![(0..inner.len(), Part::Direction)]) } else { parts(lexicon, inner) };
            let Some(parts) = found_parts.or_else(|| {
                is_own_line(page, &mapped, &lines, &bracket).then(|| vec![(0..inner.len(), Part::Direction)])
            }) else {
                continue;
            };
            let kind = if is_clock { BlockKind::Furniture } else { BlockKind::StageNote };
            let mut from = bracket.outer.start;
            let mut has_interjection = false;
            for (range, part) in parts {
                let at = bracket.inner.start + range.start;
                let end = bracket.inner.start + range.end;
                if let (Part::Interjection(call), Some(byline)) = (part, byline) {
                    if from < at && from > bracket.outer.start {
                        asides.push(Aside { span: mapped.source_span(from, at), kind });
                        from = at;
                    }
                    let speech = mapped.source_start(at + call.speech);
                    let place = Span::new(mapped.source_start(from), speech);
                    bylines.push(candidate(page, place, call.parts, call.kind, Origin::Interjection, byline));
                    has_interjection = true;
                    from = end;
                }
            }
            let end = with_white_space(text, &bracket.outer);
            if has_interjection {
                if let Some(byline) = byline {
                    let close = mapped.source_span(from, end.end);
                    bylines.push(candidate(page, close, byline.parts.clone(), byline.kind, Origin::Resumed, byline));
                }
            } else {
                asides.push(Aside { span: mapped.source_span(end.start, end.end), kind });
            }
        }
    }
    Asides { brackets: asides, bylines }
}

/// The context of a position in the text.
enum Surroundings<'f> {
    /// The position is inside a byline.
    Byline,
    /// The position is inside the turn of a byline.
    Turn(&'f Candidate),
    /// There is no byline before the position.
    Start,
}

/// The context of a position in the text.
fn surroundings(found: &Found, place: Span) -> Surroundings<'_> {
    let at = found.bylines.partition_point(|byline| byline.byline.start <= place.start);
    let Some(byline) = at.checked_sub(1).map(|at| &found.bylines[at]) else { return Surroundings::Start };
    let end = byline.speech.min(byline.byline.end.max(byline.byline.start));
    if place.start < end { Surroundings::Byline } else { Surroundings::Turn(byline) }
}

/// Whether the bracket fills whole lines below the end of a sentence: it is then a note, whatever its words are.
fn is_own_line(page: &Page<'_>, mapped: &MappedText, lines: &Range<usize>, bracket: &Bracket) -> bool {
    let text = &*mapped.text;
    let (before, after) = (text[..bracket.outer.start].trim_end(), &text[bracket.outer.end..]);
    let span = mapped.source_span(bracket.outer.start, bracket.outer.end);
    let (first, last) = (page.line_of(span.start), page.line_of(span.end.saturating_sub(1)));
    lines.len() > 1
        && before.ends_with(['.', '!', '?', '"', '”', '…'])
        && page.lines[first].mapped.source_start(0) >= span.start
        && page.lines[last].mapped.source_end(page.lines[last].text().trim_end().len()) <= span.end
        && (after.trim().is_empty() || first > lines.start)
}

/// A bracket with the white space after it, or before it if nothing follows.
fn with_white_space(text: &str, outer: &Range<usize>) -> Range<usize> {
    // A full stop after a direction belongs to it: "(Aplausos)."
    let dot = usize::from(
        text[outer.end..].starts_with('.')
            && text[..outer.start].trim_end().ends_with(['.', '!', '?', ':', '»', '”', '"', '…']),
    );
    let end = outer.end + dot;
    let after = text[end..].len() - text[end..].trim_start().len();
    if text[end..].trim_start().is_empty() {
        return text[..outer.start].trim_end().len()..end + after;
    }
    let spaced = text[..outer.start].ends_with(char::is_whitespace) || outer.start == 0;
    outer.start..if spaced { end + after } else { end }
}

/// The byline of an interjection, or of the turn that continues after it.
fn candidate(
    page: &Page<'_>,
    byline: Span,
    parts: Byline,
    kind: LabelKind,
    origin: Origin,
    within: &Candidate,
) -> Candidate {
    let (weights, role) = match origin {
        Origin::Interjection => {
            (Weights::start(Reason::Interjection, INTERJECTION_CONFIDENCE), Some(Role::Interjector))
        }
        _ => (Weights::start(Reason::Continues, within.confidence()), parts.role),
    };
    let place =
        Place { line: page.line_of(byline.start), byline, speech_line: page.line_of(byline.end), speech: byline.end };
    let parts = Byline { role, ..parts };
    Candidate { inside: true, ..Candidate::implied(Style::Colon, origin, parts, kind, place, weights) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_differ_from_speech_in_brackets() {
        for text in [
            "Applause",
            "Laughter.",
            "laughs",
            "Prolonged applause from the gallery",
            "long pause",
            "Phone rings",
            "Witness weeps.",
            "spoke in French",
            "spoke in Arabic; English text provided by the delegation",
            "English",
            "through an interpreter",
            "Beifall bei der CDU/CSU sowie bei Abgeordneten der SPD",
            "Applaudissements sur les bancs du groupe SOC.",
            "Rumores",
            "By Ms. Renner",
            "voice-over",
            "general laughter",
            "Interruption",
            "Hear, hear",
        ] {
            assert!(is_direction(Lexicon::builtin(), text), "{text}");
        }
        for text in [
            "I am glad to say",
            "members who grow it will know",
            "that's longer than she has served",
            "twice",
            "under your shoe, for instance",
            "laughter is the best medicine",
            "see page 12",
            "Norlandia",
            "section 4",
            "inaudible",
            "he speaks French",
            "Le chiffre est de l'an dernier.",
            "er ist leider nicht da",
        ] {
            assert!(!is_direction(Lexicon::builtin(), text), "{text}");
        }
    }

    #[test]
    fn an_interjection_has_a_name_and_a_sentence() {
        assert!(is_interjection(Lexicon::builtin(), "An hon. Member: Shame!"));
        assert!(is_interjection(Lexicon::builtin(), "Dr. Jens Uhl [FDP]: Unglaublich!"));
        assert!(!is_interjection(Lexicon::builtin(), "Note: it was late."));
        assert!(!is_interjection(Lexicon::builtin(), "Moderator: Ann Lee"));
        assert!(!is_interjection(Lexicon::builtin(), "John 3:16"));
    }
}

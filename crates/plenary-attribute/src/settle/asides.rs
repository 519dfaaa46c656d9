//! What stands in brackets inside somebody's turn and is not theirs: stage directions, marks of interpreters and
//! clocks, and calls of others with their names ("(An hon. Member: Shame!)").
//!
//! Brackets are speech unless their words say otherwise: a direction begins with a word for what is heard or seen in
//! the room, a call has the form of a byline with a sentence.

use std::ops::Range;

use crate::candidate::{Candidate, Found, Origin};
use crate::page::{MappedText, Page, Settled};
use crate::weights::Weights;
use plenary_corpus::Style;
use plenary_corpus::{BlockKind, Reason, Role, Span};
use plenary_names::bylines::{self, Byline};
use plenary_names::colon::colon_label;
use plenary_names::directions::{CLOCK, LONGEST_BRACKET, is_direction};
use plenary_names::labels::{self, LabelKind};

/// One of them: where it stands, with the blanks that go with it.
#[derive(Debug, Clone)]
pub struct Aside {
    pub span: Span,
    pub kind: BlockKind,
}

/// A bracket of a paragraph: byte ranges of its text, with the brackets and between them.
struct Bracket {
    outer: Range<usize>,
    inner: Range<usize>,
}

/// Somebody else's words in brackets.
struct Call {
    parts: Byline,
    kind: LabelKind,
    /// Offset of the words in the bracket.
    speech: usize,
}

/// Whether a bracketed paragraph holds somebody else's words.
pub fn is_call(inner: &str) -> bool {
    call(inner).is_some()
}

fn call(inner: &str) -> Option<Call> {
    let (printed, speech) = colon_label(inner)?;
    let said = inner[speech..].trim();
    let is_said = said.ends_with(['.', '!', '?', '…', '—', '–', '"', '”', '“', '»']);
    let parts = bylines::split(&printed);
    let judgement = labels::judge(&parts.label).filter(|judgement| judgement.quality >= 0.5)?;
    (is_said && !is_direction(&printed)).then_some(Call { parts, kind: judgement.kind, speech })
}

/// Pairs of brackets of a text that stand in no other.
fn brackets(text: &str) -> Vec<Bracket> {
    let mut out = Vec::new();
    let mut open: Option<(usize, char)> = None;
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match (c, open) {
            ('(' | '[', None) => (open, depth) = (Some((at, c)), 1),
            (c, Some((from, opening))) => {
                let closing = if opening == '(' { ')' } else { ']' };
                depth += usize::from(c == opening);
                depth -= usize::from(c == closing);
                if depth == 0 {
                    open = None;
                    out.push(Bracket { outer: from..at + c.len_utf8(), inner: from + opening.len_utf8()..at });
                } else if at - from > LONGEST_BRACKET {
                    // An opening that nothing closes near by hides no later one.
                    open = None;
                }
            }
            _ => {}
        }
    }
    out
}

/// What a bracket holds, from its start on: directions and calls.
enum Part {
    Direction,
    Call(Box<Call>),
}

/// The parts of a bracket, each with its byte range in `inner`; nothing where the bracket is speech. Directions and
/// calls stand side by side between dashes: "(Beifall bei der SPD – Fritz Kern \[FDP\]: Unsinn!)".
fn parts(inner: &str) -> Option<Vec<(Range<usize>, Part)>> {
    if let Some(call) = call(inner) {
        return Some(vec![(0..inner.len(), Part::Call(Box::new(call)))]);
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
        let found = match call(part) {
            Some(call) => Part::Call(Box::new(call)),
            None if is_direction(part) || CLOCK.is_match(part.trim()) || !out.is_empty() => Part::Direction,
            None => return None,
        };
        out.push((start..cut, found));
        from = cut;
    }
    Some(out)
}

/// The asides of all turns, and the bylines of calls and of the turns that continue after them.
#[derive(Debug, Default)]
pub(crate) struct Asides {
    /// Brackets inside turns that are not speech, in the order of the text.
    pub(crate) brackets: Vec<Aside>,
    /// A byline for each call and for the continuation of the turn after it.
    pub(crate) calls: Vec<Candidate>,
}

/// Finds the asides of all turns. `leads`: the text above the first byline is speech of somebody unknown.
pub(crate) fn find(page: &Page<'_>, settled: &Settled, found: &Found, leads: bool) -> Asides {
    let mut asides = Vec::new();
    let mut calls: Vec<Candidate> = Vec::new();
    let first = found.bylines.first().map_or(0, |byline| if leads { 0 } else { byline.line });
    for lines in settled.open_paragraphs(page) {
        let has_bracket = |line: usize| page.lines[line].text().contains('(') || page.lines[line].text().contains('[');
        if lines.end <= first || !lines.clone().any(has_bracket) {
            continue;
        }
        let mapped = page.join(lines.clone());
        let text = &*mapped.text;
        for bracket in brackets(text) {
            let inner = &text[bracket.inner.clone()];
            let source = mapped.source_span(bracket.outer.start, bracket.outer.end);
            let Some(byline) = speaker_at(found, source) else { continue };
            let is_clock = CLOCK.is_match(inner.trim())
                && (text[bracket.outer.clone()].starts_with('[') || inner.matches(':').count() == 2);
            let found_parts = if is_clock { Some(vec![(0..inner.len(), Part::Direction)]) } else { parts(inner) };
            let Some(parts) = found_parts.or_else(|| {
                is_own_line(page, &mapped, &lines, &bracket).then(|| vec![(0..inner.len(), Part::Direction)])
            }) else {
                continue;
            };
            let kind = if is_clock { BlockKind::Furniture } else { BlockKind::StageNote };
            let mut from = bracket.outer.start;
            let mut called = false;
            for (range, part) in parts {
                let at = bracket.inner.start + range.start;
                let end = bracket.inner.start + range.end;
                if let (Part::Call(call), Some(byline)) = (part, byline) {
                    if from < at && from > bracket.outer.start {
                        asides.push(Aside { span: mapped.source_span(from, at), kind });
                        from = at;
                    }
                    let speech = mapped.source_start(at + call.speech);
                    let place = Span::new(mapped.source_start(from), speech);
                    calls.push(candidate(page, place, call.parts, call.kind, Origin::Call, byline));
                    called = true;
                    from = end;
                }
            }
            let end = with_blanks(text, &bracket.outer);
            if called {
                if let Some(byline) = byline {
                    let close = mapped.source_span(from, end.end);
                    calls.push(candidate(page, close, byline.parts.clone(), byline.kind, Origin::Resumed, byline));
                }
            } else {
                asides.push(Aside { span: mapped.source_span(end.start, end.end), kind });
            }
        }
    }
    Asides { brackets: asides, calls }
}

/// Who speaks at a place; `None` where a byline stands there, `Some(None)` where nobody is named.
fn speaker_at(found: &Found, place: Span) -> Option<Option<&Candidate>> {
    let at = found.bylines.partition_point(|byline| byline.byline.start <= place.start);
    let byline = at.checked_sub(1).map(|at| &found.bylines[at]);
    let in_byline =
        byline.is_some_and(|byline| place.start < byline.speech.min(byline.byline.end.max(byline.byline.start)));
    (!in_byline).then_some(byline)
}

/// The bracket fills lines of its own below a sentence: a note, whatever it says.
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

/// A bracket with the blanks behind it, or before it where nothing follows.
fn with_blanks(text: &str, outer: &Range<usize>) -> Range<usize> {
    // A full stop behind a direction belongs to it: "(Aplausos)."
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

fn candidate(
    page: &Page<'_>,
    byline: Span,
    parts: Byline,
    kind: LabelKind,
    origin: Origin,
    within: &Candidate,
) -> Candidate {
    let line = page.line_of(byline.start);
    let speech_line = page.line_of(byline.end);
    let confidence = if origin == Origin::Call { 0.8 } else { within.confidence };
    let role = if origin == Origin::Call { Some(Role::Interjector) } else { parts.role };
    let parts = Byline { role, ..parts };
    Candidate {
        style: Style::Colon,
        origin,
        line,
        label: parts.label.clone(),
        marked: false,
        parts,
        kind,
        byline,
        speech_line,
        speech: byline.end,
        time_start_s: None,
        inside: true,
        n_mentions: 1,
        confidence,
        weights: Weights::start(
            if origin == Origin::Call { Reason::Interjection } else { Reason::Continues },
            confidence,
        ),
        rival: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_told_from_what_people_say_in_brackets() {
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
            assert!(is_direction(text), "{text}");
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
            assert!(!is_direction(text), "{text}");
        }
    }

    #[test]
    fn a_call_has_a_name_and_a_sentence() {
        assert!(is_call("An hon. Member: Shame!"));
        assert!(is_call("Dr. Jens Uhl [FDP]: Unglaublich!"));
        assert!(!is_call("Note: it was late."));
        assert!(!is_call("Moderator: Ann Lee"));
        assert!(!is_call("John 3:16"));
    }
}

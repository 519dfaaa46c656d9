//! Paragraphs without a byline that are not speech because of where they stand: below the end of the record, and between or below the turns
//! of documents whose turns are one paragraph each.
//!
//! **Input**: the page, the claims on it, and the bylines. **Output**: claims on paragraphs. Paragraphs that show by themselves that they are
//! not speech were claimed by `body` before.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::Found;
use crate::page::{Page, Settled};
use crate::settle::body::is_alone;
use plenary_corpus::{BlockKind, Layout, Pass};
use plenary_names::addresses::addresses;
use plenary_names::bylines::split;
use plenary_names::text::constant_regex;

/// A time of day.
static CLOCK: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\b\d{1,2}\s?[:.hH]\s?\d{2}\b"));

/// Claims what stands behind the last turn, and headings between turns of one paragraph.
pub(crate) fn ending(page: &Page<'_>, settled: &Settled, found: &Found) -> Settled {
    let mut claims = Settled::nothing(page);
    let Some(last) = found.bylines.last().map(|byline| byline.speech_line) else { return claims };
    if let Some(end) = (last + 1..page.lines.len()).find(|line| ends_record(page, settled, *line)) {
        if settled.is_open(end) {
            claims.claim(end..end + 1, BlockKind::StageNote, Pass::Body);
        }
        for line in (end + 1..page.lines.len()).filter(|line| settled.is_open(*line)) {
            claims.claim(line..line + 1, BlockKind::EditorialNote, Pass::Body);
        }
    }
    list_of_speakers(page, settled, found, &mut claims);
    around_single_paragraphs(page, settled, found, &mut claims);
    notes_behind_dashes(page, settled, found, &mut claims);
    claims
}

/// Claims a list of those who spoke below the last turn, with its heading, and what is below it.
fn list_of_speakers(page: &Page<'_>, settled: &Settled, found: &Found, claims: &mut Settled) {
    const SHORTEST: usize = 3;
    let Some(last) = found.bylines.last() else { return };
    let labels: HashSet<&str> = found.bylines.iter().map(|byline| byline.label.as_str()).collect();
    let below: Vec<Range<usize>> =
        settled.with(claims).open_paragraphs(page).into_iter().filter(|lines| lines.start > last.speech_line).collect();
    let is_name = |lines: &Range<usize>| {
        let text = page.lines[lines.start].text();
        lines.len() == 1 && labels.contains(split(page.lexicon, text).label.as_str())
    };
    let Some(first) =
        (0..below.len()).find(|at| below[*at..].iter().take_while(|lines| is_name(lines)).count() >= SHORTEST)
    else {
        return;
    };
    let n = below[first..].iter().take_while(|lines| is_name(lines)).count();
    let is_heading = |at: &usize| page.lines[below[*at].end - 1].text().trim_end().ends_with(':');
    let heading = first.checked_sub(1).filter(is_heading);
    // Without a heading of its own the list may be part of the last speech.
    if heading.is_none()
        && below[first + n..].iter().any(|lines| addresses(page.lexicon, &page.join(lines.clone()).text))
    {
        return;
    }
    if let Some(heading) = heading {
        claims.claim(below[heading].clone(), BlockKind::Heading, Pass::Body);
    }
    for (at, lines) in below.into_iter().enumerate().skip(first) {
        let kind = if at < first + n { BlockKind::NameList } else { BlockKind::EditorialNote };
        claims.claim(lines, kind, Pass::Body);
    }
}

/// Claims notes that begin with a dash: "—The motion is put and carried." At least two turns end with one, a short sentence alone behind a
/// dash without a blank.
fn notes_behind_dashes(page: &Page<'_>, settled: &Settled, found: &Found, claims: &mut Settled) {
    const FEWEST: usize = 2;
    const LONGEST: usize = 60;
    let Some(first) = found.bylines.first().map(|byline| byline.line) else { return };
    let starts: HashSet<usize> = found.bylines.iter().map(|byline| byline.line).collect();
    let speech: HashSet<usize> = found.bylines.iter().map(|byline| byline.speech_line).collect();
    let paragraphs = settled.with(claims).open_paragraphs(page);
    let text = |at: usize| page.join(paragraphs[at].clone()).text.trim().to_string();
    let is_note = |at: usize| {
        let text = text(at);
        let behind = text.strip_prefix(['—', '–']).map(|behind| behind.trim_start_matches('('));
        paragraphs[at].start > first
            && !paragraphs[at].clone().any(|line| starts.contains(&line) || speech.contains(&line))
            && behind.is_some_and(|behind| behind.starts_with(char::is_uppercase))
            && text.ends_with(['.', ')'])
            && text.split_whitespace().count() <= LONGEST
    };
    let closes = |at: usize| paragraphs.get(at + 1).is_none_or(|below| starts.contains(&below.start));
    let is_single = |at: usize| {
        let above = at.checked_sub(1).map(text).unwrap_or_default();
        !above.starts_with(['—', '–']) && !above.ends_with([':', ';'])
    };
    let notes: Vec<usize> = (0..paragraphs.len()).filter(|at| closes(*at) && is_note(*at) && is_single(*at)).collect();
    if notes.len() >= FEWEST {
        for at in notes {
            claims.claim(paragraphs[at].clone(), BlockKind::StageNote, Pass::Body);
        }
    }
}

/// Whether a line below the last byline says that the record ends: "END OF INTERVIEW (33 min)". A note with the time of day says so if
/// nobody speaks below it.
fn ends_record(page: &Page<'_>, settled: &Settled, line: usize) -> bool {
    const LONGEST: usize = 60;
    let text = page.lines[line].text().trim();
    if text.is_empty() || !is_alone(page, &(line..line + 1)) {
        return false;
    }
    let letters = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let is_sign = |c: char| matches!(c, ':' | '：' | '(' | '[') || c.is_numeric();
    let (opening, rest) = letters.split_at(letters.find(is_sign).unwrap_or(letters.len()));
    let phrase = opening.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    let n_others = rest.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).count();
    let says_end = text.len() <= LONGEST && n_others <= 1 && page.lexicon.is_end_of_record(&phrase);
    let is_enclosed = text.starts_with(['(', '[']) && text.ends_with([')', ']']);
    let is_of_record = is_enclosed || text.starts_with('—') || settled.kind(line) == Some(BlockKind::StageNote);
    let is_note = is_of_record
        && CLOCK.is_match(text)
        && letters.split_whitespace().nth(1).is_some()
        && !addresses(page.lexicon, text);
    says_end || is_note && !speaks_below(page, settled, line)
}

/// Whether somebody may speak below a line: a text there addresses somebody, or there is much text.
fn speaks_below(page: &Page<'_>, settled: &Settled, line: usize) -> bool {
    const MOST_WORDS: usize = 80;
    let below =
        || (line + 1..page.lines.len()).filter(|line| settled.is_open(*line)).map(|line| page.lines[line].text());
    below().any(|text| addresses(page.lexicon, text))
        || below().flat_map(str::split_whitespace).nth(MOST_WORDS).is_some()
}

/// Claims the paragraphs without a byline of a document whose turns are one paragraph each: headings between turns, if there is nothing
/// else, and notes below the last turn.
fn around_single_paragraphs(page: &Page<'_>, settled: &Settled, found: &Found, claims: &mut Settled) {
    const FEWEST_TURNS: usize = 12;
    const FEWEST_TURNS_OF_PART: usize = 4;
    let bylines = &found.bylines;
    let (Some(first), Some(last)) = (bylines.first(), bylines.last()) else { return };
    let of_bylines: HashSet<usize> = bylines.iter().flat_map(|byline| byline.line..=byline.speech_line).collect();
    let is_labelled = |lines: &Range<usize>| lines.clone().any(|line| of_bylines.contains(&line));
    let is_apart = |lines: &Range<usize>| lines.start == 0 || page.lines[lines.start - 1].is_empty();
    let others: Vec<Range<usize>> = settled
        .with(claims)
        .open_paragraphs(page)
        .into_iter()
        .filter(|lines| lines.start > first.line && !is_labelled(lines) && is_apart(lines))
        .collect();
    let (between, below) = others.split_at(others.partition_point(|lines| lines.start <= last.speech_line));
    let n_longer = between.iter().filter(|lines| !is_heading(page, lines)).count();
    if bylines.len() < FEWEST_TURNS || n_longer * FEWEST_TURNS > bylines.len() {
        return;
    }
    if n_longer == 0 && between.len() * FEWEST_TURNS_OF_PART <= bylines.len() {
        for lines in between {
            claims.claim(lines.clone(), BlockKind::Heading, Pass::Body);
        }
    }
    if are_notes(page, found, below) {
        for lines in below {
            claims.claim(lines.clone(), BlockKind::EditorialNote, Pass::Body);
        }
    }
}

/// Whether a paragraph has the form of a heading: a few words on one line that are no sentence and address nobody.
fn is_heading(page: &Page<'_>, lines: &Range<usize>) -> bool {
    const LONGEST: usize = 10;
    let text = page.join(lines.clone()).text;
    let text = text.trim();
    lines.len() == 1
        && is_alone(page, lines)
        && page.lines[lines.start].layout == Layout::Text
        && text.split_whitespace().count() <= LONGEST
        && text.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
        && text.ends_with(|c: char| c.is_alphanumeric() || c == ')')
        && !text.contains(['。', '、', '，'])
        && !addresses(page.lexicon, text)
}

/// Whether the paragraphs below the last turn are notes: none is long or addresses somebody, and the first has the form of a heading or of a
/// field, a number, or the full name of somebody who speaks elsewhere.
fn are_notes(page: &Page<'_>, found: &Found, below: &[Range<usize>]) -> bool {
    const LONGEST: usize = 60;
    const FIELD: usize = 40;
    let Some(first) = below.first() else { return false };
    let is_note = |lines: &Range<usize>| {
        let text = page.join(lines.clone()).text;
        text.split_whitespace().count() <= LONGEST && !addresses(page.lexicon, &text)
    };
    let text = page.join(first.clone()).text;
    let is_field = text.trim_start().chars().take(FIELD).any(|c| matches!(c, ':' | '：'));
    let names = found.bylines.iter().map(|byline| byline.parts.name.as_str());
    let is_named = names.filter(|name| name.contains(' ')).any(|name| text.contains(name));
    let has_sign = is_heading(page, first) || is_field || is_named || text.contains(|c: char| c.is_ascii_digit());
    has_sign && below.iter().all(is_note)
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    /// An interview of turns of one paragraph, with further paragraphs before and after the last two.
    fn interview(between: &str, last: &str, below: &str) -> Vec<(String, String)> {
        let talk = "Lark: Who keeps the key?\n\nHill: I keep it at night.\n\n".repeat(6);
        turns(&format!("{talk}{between}Lark: And by day?\n\nHill: {last}\n\n{below}"))
    }

    fn last(turns: &[(String, String)]) -> &str {
        turns.last().map_or("", |(_, text)| text.as_str())
    }

    #[test]
    fn notes_below_the_end_are_not_speech() {
        for below in [
            "END OF INTERVIEW   [00:33:42]\n\nShe walked me round the field. It took an hour, and I was cold.\n",
            "[ENDS]\n\nMedia contact: the press office\n",
            "(The briefing ended at 1:52 p.m.)\n\nThe officer met the crew one by one.\n",
            "About the guest\n\nAnn Hill, born in 1984, keeps the key of the mill. She has two brothers.\n",
        ] {
            assert_eq!(last(&interview("", "Nobody does.", below)), "Nobody does.", "{below}");
        }
    }

    #[test]
    fn notes_behind_dashes_at_the_end_of_turns_are_not_speech() {
        let text = "Mr HILL (Chair).- The motion is read.\n\n—Is put and carried.\n\nMr DALE.- I thank you.\n\n—The bell rings.\n\n\
                    Mr HILL (Chair).- We vote. I see three ways:\n\n—By hand.\n\nWe take the first. Agreed.\n\nMr DALE.- Yes.\n\n—Rose at 18:02.\n\nThe clerk\n";
        let texts: Vec<String> = turns(text).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts.len(), 4, "{texts:?}");
        assert_eq!(
            (texts[0].as_str(), texts[1].as_str(), texts[3].as_str()),
            ("The motion is read.", "I thank you.", "Yes.")
        );
        assert!(texts[2].contains("By hand."));
        let list = "Mr Hill: I want:\n\n—A bridge.\n\n—A road.\n\nMr Dale: I want:\n\n—A school.\n\nMr Hill: Good.\n\nMr Dale: Yes.\n";
        assert!(turns(list)[0].1.ends_with("—A road."), "{:?}", turns(list));
    }

    #[test]
    fn a_last_turn_of_two_paragraphs_stays() {
        let turns = interview("", "Nobody does.", "I told my brother so, and you can ask him yourself.\n");
        assert!(last(&turns).ends_with("yourself."), "{turns:?}");
        for below in [
            "[00:12:30] In 1990 the river rose, and I saw the wheel break.\n\nWe all left that summer.\n",
            "(Recess from 12:30 to 13:15)\n\nI come from Reeds, and I shall tell you all.\n",
            "– 10:15 I hear the bell.\n\n– 10:40 I see the smoke.\n",
            "The mill closed, and nobody bought it. The wheel rotted.\n\nI was sad.\n",
            "In 1990 the mill closed, and the wheel rotted.\n\nI'd rather not say.\n",
            "The mill closed, and nobody bought it. The wheel rotted.\n",
            "There was no\nend. 20 miles on there was the sea.\n",
        ] {
            let turns = interview("", "Nobody does.", below);
            let words = below.trim_end().rsplit('\n').next().unwrap_or("");
            assert!(last(&turns).ends_with(words), "{below}: {turns:?}");
        }
        // Here other turns have two paragraphs as well.
        let longer =
            "Lark: Who keeps the key?\n\nHill: The miller.\n\nThe mill is closed at night, as the law says.\n\n";
        let turns = turns_of(longer, "The miller.\n\nThe mill is open by day.\n");
        assert!(last(&turns).ends_with("open by day."), "{turns:?}");
    }

    fn turns_of(part: &str, last: &str) -> Vec<(String, String)> {
        turns(&format!("{}Lark: And by day?\n\nHill: {last}", part.repeat(6)))
    }

    #[test]
    fn short_paragraphs_between_turns_of_one_paragraph_are_headings() {
        let turns = interview("Advertisement\n\nThe key of the mill\n\n", "Nobody does.", "");
        let texts: Vec<&str> = turns.iter().map(|(_, text)| text.as_str()).collect();
        assert!(!texts.iter().any(|text| text.contains("Advertisement") || text.contains("of the mill")), "{texts:?}");
        assert_eq!(texts.len(), 14);
        for said in ["That is all.", "Every single night!", "And who else would do it?"] {
            let goes_on = interview(&format!("{said}\n\n"), "Nobody does.", "");
            assert!(goes_on.iter().any(|(_, text)| text.ends_with(said)), "{goes_on:?}");
        }
    }
}

//! Paragraphs without a byline that are not speech because of where they stand: below the end of the record, and between or below the turns
//! of documents whose turns are one paragraph each.
//!
//! **Input**: the page, the claims on it, and the bylines. **Output**: claims on paragraphs. What a paragraph itself shows to be no speech
//! was claimed by `body` before.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::Found;
use crate::page::{Page, PageLine, Settled};
use plenary_corpus::{BlockKind, Layout, Pass};
use plenary_names::bylines::split;
use plenary_names::labels;
use plenary_names::text::constant_regex;

/// A time of day.
static CLOCK: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\b\d{1,2}\s?[:.hH]\s?\d{2}\b"));

/// Claims what stands behind the last turn, and headings between turns of one paragraph.
pub(crate) fn ending(page: &Page<'_>, settled: &Settled, found: &Found) -> Settled {
    let mut claims = Settled::nothing(page);
    let Some(last) = found.bylines.last().map(|byline| byline.speech_line) else { return claims };
    if let Some(end) = (last + 1..page.lines.len()).find(|line| ends_record(page, settled, &claims, *line)) {
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
    if heading.is_none() && below[first + n..].iter().any(|lines| speaks(page, &page.join(lines.clone()).text)) {
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

/// Claims the notes of records in which they begin with a dash, "—The motion is put and carried.": at the end of at least two turns a single
/// short sentence that begins with a dash without a blank and a capital.
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
fn ends_record(page: &Page<'_>, settled: &Settled, claims: &Settled, line: usize) -> bool {
    const LONGEST: usize = 60;
    let text = page.lines[line].text().trim();
    if text.is_empty() || !is_apart(page, line) || !is_alone(page, line) {
        return false;
    }
    let letters = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let opening = letters.split([':', '：', '(', '[', '0', '1', '2']).next().unwrap_or("");
    let words = opening.trim_matches(|c: char| !c.is_alphabetic());
    let rest = letters.get(opening.len()..).unwrap_or("");
    let n_others = rest.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).count();
    let says_end = text.len() <= LONGEST && n_others <= 1 && page.lexicon.is_end_of_record(&words.to_lowercase());
    let is_enclosed = text.starts_with(['(', '[']) && text.ends_with([')', ']']);
    let is_note = || {
        let is_of_record = is_enclosed || settled.kind(line) == Some(BlockKind::StageNote) || text.starts_with('—');
        is_of_record && CLOCK.is_match(text) && letters.split_whitespace().nth(1).is_some() && !speaks(page, text)
    };
    says_end || is_note() && !speaks_below(page, &settled.with(claims), line)
}

/// Whether a text has a word for who speaks or is spoken to.
fn speaks(page: &Page<'_>, text: &str) -> bool {
    labels::words(text).iter().any(|word| page.lexicon.is_first_or_second_person(word))
}

/// Whether somebody may speak below a line: there is such a word, or much text.
fn speaks_below(page: &Page<'_>, settled: &Settled, line: usize) -> bool {
    const MOST_WORDS: usize = 80;
    let below =
        || (line + 1..page.lines.len()).filter(|line| settled.is_open(*line)).map(|line| page.lines[line].text());
    below().any(|text| speaks(page, text)) || below().flat_map(str::split_whitespace).nth(MOST_WORDS).is_some()
}

/// Whether there is a blank line or another paragraph below a line.
fn is_alone(page: &Page<'_>, line: usize) -> bool {
    let below = page.lines.get(line + 1);
    below.is_none_or(|below| below.is_empty() || below.paragraph != page.lines[line].paragraph)
}

/// Claims the paragraphs without a byline of a document whose turns are one paragraph each: what is below the last turn, and short
/// paragraphs between turns if there are only short ones.
fn around_single_paragraphs(page: &Page<'_>, settled: &Settled, found: &Found, claims: &mut Settled) {
    const FEWEST_TURNS: usize = 12;
    const FEWEST_TURNS_OF_PART: usize = 4;
    const LONGEST_HEADING: usize = 10;
    const LONGEST_NOTE: usize = 60;
    const FIELD: usize = 40;
    let bylines = &found.bylines;
    let (Some(first), Some(last)) = (bylines.first(), bylines.last()) else { return };
    let of_bylines: HashSet<usize> = bylines.iter().flat_map(|byline| byline.line..=byline.speech_line).collect();
    let open = settled.with(claims);
    let is_labelled = |lines: &Range<usize>| lines.clone().any(|line| of_bylines.contains(&line));
    let others: Vec<Range<usize>> = open
        .open_paragraphs(page)
        .into_iter()
        .filter(|lines| lines.start > first.line && !is_labelled(lines) && is_apart(page, lines.start))
        .collect();
    let n_below = others.iter().filter(|lines| lines.start > last.speech_line).count();
    let (between, below) = others.split_at(others.len() - n_below);
    let text = |lines: &Range<usize>| page.join(lines.clone()).text.trim().to_string();
    let n_words = |text: &str| text.split_whitespace().count();
    let is_heading = |lines: &Range<usize>| {
        let text = text(lines);
        lines.len() == 1
            && page.lines.get(lines.end).is_none_or(PageLine::is_empty)
            && page.lines[lines.start].layout == Layout::Text
            && n_words(&text) <= LONGEST_HEADING
            && text.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
            && text.ends_with(|c: char| c.is_alphanumeric() || c == ')')
            && !text.contains(['。', '、', '，'])
            && !speaks(page, &text)
    };
    let n_longer = between.iter().filter(|lines| !is_heading(lines)).count();
    if bylines.len() < FEWEST_TURNS || n_longer * FEWEST_TURNS > bylines.len() {
        return;
    }
    if n_longer == 0 && between.len() * FEWEST_TURNS_OF_PART <= bylines.len() {
        for lines in between {
            claims.claim(lines.clone(), BlockKind::Heading, Pass::Body);
        }
    }
    let is_note = |lines: &Range<usize>| n_words(&text(lines)) <= LONGEST_NOTE && !speaks(page, &text(lines));
    // A heading, a field, a number, or somebody who is named and does not speak.
    let names: HashSet<&str> = bylines.iter().map(|byline| byline.parts.name.as_str()).collect();
    let is_marked = |lines: &Range<usize>| {
        let text = text(lines);
        let is_field = text.chars().take(FIELD).any(|c| matches!(c, ':' | '：'));
        let is_named = names.iter().any(|name| name.contains(' ') && text.contains(name));
        is_heading(lines) || is_field || is_named || text.contains(|c: char| c.is_ascii_digit())
    };
    if below.first().is_some_and(is_marked) && below.iter().all(is_note) {
        for lines in below {
            claims.claim(lines.clone(), BlockKind::EditorialNote, Pass::Body);
        }
    }
}

/// Whether there is a blank line above a line.
fn is_apart(page: &Page<'_>, line: usize) -> bool {
    line.checked_sub(1).is_none_or(|above| page.lines[above].is_empty())
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

//! The head of a document: title, event, panel, session, date and time, and who conducts the meeting.
//!
//! **Input**: the page, the claims on it, and the first byline. **Output**: claims on lines, the front matter, and the
//! people that the head names as chairs or as present. Only printed information is used; a date without a year takes
//! the year of the event's name.

use std::sync::LazyLock;

use regex::Regex;

use super::dates::{date_in, times_in};
use super::lists;
use crate::page::{Page, Settled};
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{BlockKind, DateOrder, FrontMatter, Layout, Pass};
use plenary_names::bylines::{self, Byline};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Number of lines that are searched for a date and a session.
const HEAD_LINES: usize = 60;

/// The people named by a line such as "Chair: Ann Lee, Director; Co-chair: ..."; `None` for other lines.
pub(crate) fn chair_line(lexicon: &Lexicon, text: &str) -> Option<Vec<Byline>> {
    let text = text.trim().trim_start_matches(['•', '-', '–', '*', ' ']);
    if !lexicon.patterns().chair_line.is_match(text) || text.len() > 400 || is_sentence(lexicon, text) {
        return None;
    }
    let mut people = Vec::new();
    for part in text.split(';') {
        let part = part.trim();
        let named = lexicon.patterns().chair_line.find(part).map_or(part, |label| &part[label.end()..]);
        let byline = bylines::split(lexicon, named.trim_end_matches('.'));
        let judgement = labels::judge(lexicon, &byline.label)?;
        let names_somebody = judgement.kind == LabelKind::Person
            || (judgement.kind == LabelKind::Word && byline.label.chars().count() >= 3);
        if !names_somebody {
            return None;
        }
        people.push(byline);
    }
    (!people.is_empty()).then_some(people)
}

/// The person named by a line such as "Présidence de Mme Ann Lee", which has no colon.
fn presidency(lexicon: &Lexicon, text: &str) -> Option<Vec<Byline>> {
    let text = text.trim();
    let named = &text[lexicon.patterns().presidency.find(text)?.end()..];
    let byline = bylines::split(lexicon, named);
    let judgement = labels::judge(lexicon, &byline.label)?;
    (text.len() <= 80 && matches!(judgement.kind, LabelKind::Person | LabelKind::Word)).then(|| vec![byline])
}

/// Whether a line that begins like a chair line is a turn: it ends like a sentence, or a piece after a comma begins with a word of
/// address, as in "Chair: Mr. Lee, you have the floor."
fn is_sentence(lexicon: &Lexicon, text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or("");
    let closes = text.ends_with(['?', '!'])
        || (text.ends_with('.')
            && last.trim_end_matches('.').chars().count() > 3
            && !labels::is_post_nominal(lexicon, last));
    let addresses = |part: &str| labels::words(part).first().is_some_and(|word| lexicon.is_word_of_chair(word));
    closes || text.split(',').skip(1).any(addresses)
}

/// The lines that name the chair, and the people on them.
pub(crate) fn chairs(page: &Page<'_>, settled: &Settled) -> (Settled, Vec<Byline>) {
    let lexicon = page.lexicon;
    let mut claims = Settled::nothing(page);
    let mut chairs = Vec::new();
    for lines in settled.open_paragraphs(page) {
        if lines.len() > 6 {
            continue;
        }
        let mapped = page.join(lines.clone());
        let people = chair_line(lexicon, &mapped.text)
            .or_else(|| presidency(lexicon, &mapped.text))
            .map(|people| (people, lines.clone()));
        // The name may be on the line below its label.
        let below = lines.start..lines.end + 1;
        let people = people.or_else(|| {
            let labels_next =
                lexicon.patterns().chair_line.find(&mapped.text).is_some_and(|label| label.end() == mapped.text.len());
            let next = page
                .lines
                .get(lines.end)
                .filter(|line| labels_next && !line.is_empty() && settled.is_open(lines.end))?;
            chair_line(lexicon, &format!("{} {}", mapped.text, next.text())).map(|people| (people, below))
        });
        if let Some((people, lines)) = people {
            chairs.extend(people.into_iter().map(|chair| Byline { line: Some(lines.start), ..chair }));
            claims.claim(lines, BlockKind::Chair, Pass::Chairs);
        }
    }
    (claims, chairs)
}

/// The open lines above `first_byline`: the title, headings, and prose that introduces the speech.
pub(crate) fn head(page: &Page<'_>, settled: &Settled, first_byline: usize) -> Settled {
    let mut claims = Settled::nothing(page);
    let mut has_title = (0..page.lines.len()).any(|line| settled.kind(line) == Some(BlockKind::Title));
    for lines in settled.open_paragraphs(page) {
        if lines.start >= first_byline {
            break;
        }
        let text = page.join(lines.clone()).text;
        let text = text.trim();
        let is_heading = matches!(page.lines[lines.start].layout, Layout::Heading(_));
        let is_prose = text.split_whitespace().count() > 14 && text.ends_with(['.', '!', '?', ':', '"', '”', ')', '*']);
        let has_letters = text.chars().any(char::is_alphabetic);
        let label_alone = lists::listed(page.lexicon, page.lines[lines.start].text()).is_some_and(str::is_empty);
        let kind = if label_alone && lines.len() > 2 {
            BlockKind::NameList
        } else if !has_title && has_letters && (is_heading || !is_prose) {
            has_title = true;
            BlockKind::Title
        } else if is_heading || !is_prose && !page.is_italic(lines.clone()) {
            BlockKind::Heading
        } else {
            BlockKind::EditorialNote
        };
        claims.claim(lines.start..lines.end.min(first_byline), kind, Pass::Head);
    }
    claims
}

/// The people in lists of those present, with their offices: "Present: Cllr. A. Lee (Chair), Ms. B. Hill, Clerk".
pub(crate) fn present(page: &Page<'_>) -> Vec<Byline> {
    let lexicon = page.lexicon;
    let mut people = Vec::new();
    let mut i = 0;
    while i < page.lines.len() {
        let Some(label) = lexicon.patterns().present.find(page.lines[i].text().trim()) else {
            i += 1;
            continue;
        };
        let first = i;
        let mut text = page.lines[i].text().trim()[label.end()..].to_string();
        i += 1;
        // Indented lines below belong to the list.
        while let Some(line) = page.lines.get(i)
            && !line.is_empty()
            && line.span.of(page.source).starts_with([' ', '\t'])
        {
            text.push(' ');
            text.push_str(line.text().trim());
            i += 1;
        }
        let sentence = lexicon.patterns().apologies.find(&text).map_or(text.len(), |found| found.start());
        people.extend(
            entries(lexicon, &text[..sentence])
                .iter()
                .map(|entry| Byline { line: Some(first), ..without_initials(bylines::split(lexicon, entry)) })
                .filter(|byline| !byline.name.is_empty()),
        );
    }
    people
}

/// A person without an affiliation that is only their initials: "Ann Dale (AD)".
fn without_initials(mut person: Byline) -> Byline {
    let initials: String = person.name.split([' ', '-']).filter_map(|word| word.chars().next()).collect();
    person.details.affiliation = person.details.affiliation.filter(|affiliation| *affiliation != initials);
    person
}

/// The entries of a list of people: between semicolons, or between commas if the next word is an honorific or if the list
/// has only names.
fn entries(lexicon: &Lexicon, list: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for part in list.split(';') {
        let mut starts = true;
        // After a comma there is another person, unless the part has positions and bodies outside brackets.
        let outside = lists::outside_brackets(part).unwrap_or_else(|| part.to_string());
        let has_office = labels::words(&outside).iter().any(|word| {
            lexicon.is_position(word) || lexicon.is_body(word) || lexicon.is_office(word) || lexicon.is_chair(word)
        });
        let are_people = !has_office && lists::are_names(lexicon, &outside);
        let mut depth = 0_i32;
        let is_between = |c: char| {
            depth += i32::from(matches!(c, '(' | '[' | '（')) - i32::from(matches!(c, ')' | ']' | '）'));
            c == ',' && (depth <= 0 || !are_people)
        };
        for piece in part.split(is_between) {
            let begins_person =
                are_people || piece.split_whitespace().next().is_some_and(|word| labels::is_honorific(lexicon, word));
            match out.last_mut() {
                Some(last) if !starts && !begins_person => {
                    last.push(',');
                    last.push_str(piece);
                }
                _ => out.push(piece.trim().to_string()),
            }
            starts = false;
        }
    }
    out.iter().map(|entry| entry.trim().trim_end_matches('.').to_string()).filter(|entry| !entry.is_empty()).collect()
}

static YEAR: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\b(?:1[6-9]|20)\d{2}\b"));
/// What the head of the document says about the event.
pub(crate) fn front_matter(page: &Page<'_>, settled: &Settled, first_byline: usize, order: DateOrder) -> FrontMatter {
    let lexicon = page.lexicon;
    let mut front = FrontMatter::default();
    let mut headings: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut last = None;
    for (i, line) in page.lines.iter().enumerate().take(first_byline.min(HEAD_LINES)) {
        let text_of_line = collapse_white_space(line.text());
        if text_of_line.is_empty() || matches!(settled.kind(i), Some(BlockKind::Furniture | BlockKind::Chair)) {
            continue;
        }
        text.push_str(&text_of_line);
        text.push('\n');
        match settled.kind(i) {
            Some(BlockKind::Title) if last == Some((BlockKind::Title, line.paragraph)) => {
                front.title = front.title.map(|title| format!("{title} {text_of_line}"));
            }
            Some(BlockKind::Title) if front.title.is_none() => front.title = Some(text_of_line),
            Some(BlockKind::Heading) => headings.push(text_of_line),
            _ => {}
        }
        last = settled.kind(i).map(|kind| (kind, line.paragraph));
    }
    front.event = front.title.as_deref().and_then(|title| event_of(lexicon, title));
    let year = front
        .event
        .as_deref()
        .or(front.title.as_deref())
        .and_then(|event| YEAR.find(event))
        .and_then(|year| year.as_str().parse().ok());
    front.date = date_in(lexicon, &text, year, order);
    (front.time_start, front.time_end) = times_in(lexicon, &text);
    let title_panel = front.title.as_deref().and_then(|title| {
        let rest = front.event.as_deref().and_then(|event| title.strip_prefix(event))?;
        lexicon.patterns().panel.is_match(rest).then(|| rest.trim_matches(|c: char| !c.is_alphanumeric()).to_string())
    });
    front.panel = title_panel;
    for heading in headings {
        let is_record = date_in(lexicon, &heading, year, order)
            .is_some_and(|_| heading.split_whitespace().count() <= 8)
            || times_in(lexicon, &heading).0.is_some();
        if lexicon.patterns().session.is_match(&heading)
            && front.session.is_none()
            && heading.split_whitespace().count() <= 12
        {
            front.session = Some(heading);
        } else if front.panel.is_none()
            && !is_record
            && heading.chars().any(char::is_alphabetic)
            && !labels::is_not_speaker(lexicon, heading.split(':').next().unwrap_or(""))
        {
            front.panel = Some(heading);
        }
    }
    front
}

/// The event in a title, whose name ends in a year: "Harbour Dialogue 2019" in "Harbour Dialogue 2019 - Selected Remarks".
fn event_of(lexicon: &Lexicon, title: &str) -> Option<String> {
    let year = YEAR.find(title)?;
    let name = title[..year.end()].trim_matches(|c: char| matches!(c, '#' | '-' | '–' | ' ' | ':' | ','));
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_date =
        words.len() >= 2 && words[..words.len() - 1].iter().any(|word| lexicon.month_of_short_date(word).is_some());
    (words.len() >= 2 && !is_date).then(|| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chair_line_names_people_and_a_turn_of_the_chair_does_not() {
        let chairs =
            chair_line(Lexicon::builtin(), "Chair : ShenYi, Director of Research,  Associate Professor").unwrap();
        assert_eq!(chairs[0].name, "ShenYi");
        assert_eq!(
            chair_line(Lexicon::builtin(), "Chair : Ann Lee, Fellow; Co-chair : Bo Hill, Professor").unwrap().len(),
            2
        );
        assert!(chair_line(Lexicon::builtin(), "Chair: We start with a provocation.").is_none());
        assert!(chair_line(Lexicon::builtin(), "The Chair: Removed by whom?").is_none());
        assert!(chair_line(Lexicon::builtin(), "Moderator: Thank you").is_none());
    }

    #[test]
    fn the_event_is_the_title_up_to_its_year() {
        assert_eq!(
            event_of(Lexicon::builtin(), "Harbour Dialogue 2019 - Selected Remarks").as_deref(),
            Some("Harbour Dialogue 2019")
        );
        assert_eq!(event_of(Lexicon::builtin(), "Minutes of 5 April 2016"), None);
    }
}

//! A printed byline to its parts: honorific, name, title, affiliation, constituency and party.
//!
//! What the byline does not say stays `None`. A piece with a word for a position ("Director", "Senior Fellow") is a
//! title, whatever its place; the other pieces are the affiliation.

use std::collections::HashMap;

use super::directions;
use super::labels::{self, Judgement, LabelKind};
use super::offices::{
    is_party, is_session_chair, is_title, leads, names_position, office_among, split_office, split_title,
    starts_with_article, without_article, without_the,
};
use crate::lexicon::Lexicon;
use crate::text::collapse_blanks;
use plenary_corpus::{Details, Role};

/// The parts of a byline.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Byline {
    /// As printed, on one line.
    pub printed: String,
    /// The label without brackets, title and affiliation: "Dr. Ann Smith", "The Acting Chair".
    pub label: String,
    /// The name without honorific; for an office, the person in brackets if there is one, else the office.
    pub name: String,
    /// What is printed with the name; the country may be a constituency.
    pub details: Details,
    /// Words in brackets behind the name, in full.
    pub brackets: Option<String>,
    /// The part in the proceedings, where something else than the words says it: the format, or the study.
    pub role: Option<Role>,
    /// The line it stands on, where it announces no turn: the chair's, or one of those present.
    pub line: Option<usize>,
}

impl Byline {
    /// The chair of this meeting, not of some other body: "(Chair)", "Moderator", "Chair of the Assembly".
    pub fn presides(&self) -> bool {
        self.role == Some(Role::Chair)
            || labels::is_chair_label(&self.label)
            || self.brackets.as_deref().is_some_and(labels::is_chair_label)
            || self
                .details
                .title
                .as_deref()
                .is_some_and(|title| is_session_chair(title) && (leads(title) || !self.belongs_elsewhere()))
    }

    /// "Chairman, Union of Bakers": what somebody chairs is named beside the title, and is not this meeting.
    fn belongs_elsewhere(&self) -> bool {
        let lexicon = Lexicon::builtin();
        let body = |text: &String| {
            let words = labels::words(text);
            words.iter().any(|word| lexicon.is_body(word)) && !words.iter().any(|word| lexicon.is_session_body(word))
        };
        self.details.affiliation.as_ref().is_some_and(body)
    }
}

/// Whether a text speaks to somebody by name rather than names who speaks: "Mr. President, there are two".
pub fn addresses(text: &str) -> bool {
    let lexicon = Lexicon::builtin();
    let mut pieces = text.splitn(2, ',');
    let (Some(head), Some(rest)) = (pieces.next(), pieces.next()) else { return false };
    if labels::words(rest).first().is_some_and(|word| lexicon.is_clause_opener(word)) {
        return true;
    }
    let names = || labels::judge(rest).is_some_and(|judgement| judgement.quality >= 0.5);
    labels::is_chair_label(head) && !is_title(rest) && !names()
}

/// Splits and judges what is printed; the same print is read once, for transcripts repeat their labels.
#[derive(Default)]
pub struct Reader {
    read: HashMap<String, (Byline, Option<Judgement>)>,
}

impl Reader {
    pub fn read(&mut self, printed: &str) -> (Byline, Option<Judgement>) {
        if let Some(known) = self.read.get(printed) {
            return known.clone();
        }
        let byline = split(printed);
        let judgement = if addresses(printed) { None } else { labels::judge(&byline.label) };
        self.read.insert(printed.to_string(), (byline.clone(), judgement));
        (byline, judgement)
    }
}

/// How much a text looks like the label of a speaker, in [0, 1]; from 0.5 on it stands on its own. For formats that
/// print names in front of their lines.
pub fn label_quality(label: &str) -> f32 {
    labels::judge(&split(label).label).map_or(0.0, |judgement| judgement.quality)
}

/// Splits a byline. `text` is the label with everything printed beside it, without the text that follows.
pub fn split(text: &str) -> Byline {
    let printed = tidy(text);
    let (outside, mut brackets) = take_brackets(&printed);
    let last = brackets.pop();
    let mut pieces = pieces(&outside);
    let mut head = if pieces.is_empty() { outside.clone() } else { pieces.remove(0) };
    while pieces.first().is_some_and(|piece| labels::is_post_nominal(piece)) {
        head = format!("{head}, {}", pieces.remove(0));
    }
    let mut byline = Byline { printed, label: head.clone(), ..Byline::default() };
    let (honorific, name) = split_honorific(&head);
    byline.details.honorific = honorific;
    byline.name = name;
    let judgement = labels::judge(&head);
    let is_office = judgement.is_some_and(|judgement| judgement.kind == LabelKind::Office);
    place(&mut byline, &pieces);
    if let Some(inside) = last {
        let (inner, mut deeper) = take_brackets(&inside);
        let deeper = deeper.pop();
        let named = labels::judge(inner.split(',').next().unwrap_or(""))
            .is_some_and(|judgement| judgement.kind == LabelKind::Person && judgement.quality >= 0.5);
        // "The Bishop of Tarnley (Rt Revd Hugh Amber)": an office that is no part in these proceedings.
        let is_office = is_office || starts_with_article(&head) && is_title(&head);
        if is_office && named {
            let mut inner_pieces = self::pieces(&inner);
            let person = if inner_pieces.is_empty() { inner } else { inner_pieces.remove(0) };
            let (honorific, name) = split_honorific(&person);
            byline.details.title = byline.details.title.or_else(|| Some(without_article(&head)));
            (byline.details.honorific, byline.name) = (honorific, name);
            place(&mut byline, &deeper.map(|text| self::pieces(&text)).unwrap_or(inner_pieces));
        } else {
            // "(North Wexley) (Lab)": a seat and a party may stand in brackets of their own.
            let inner: Vec<String> = brackets.iter().chain([&inside]).flat_map(|text| self::pieces(text)).collect();
            place(&mut byline, &inner);
        }
        byline.brackets = Some(inside);
    }
    split_title(&mut byline);
    let is_chair = labels::is_chair_label(&head);
    if byline.details.title.is_none() && !is_chair {
        (byline.details.title, byline.name) = split_office(&byline.name);
    }
    if byline.details.title.is_none()
        && (is_chair || is_office && byline.details.honorific.is_none() && names_position(&head))
    {
        byline.details.title = Some(without_article(&head));
    }
    byline.details.title = byline.details.title.or_else(|| byline.details.honorific.as_deref().and_then(office_among));
    byline
}

/// One line, single blanks, without the signs that close a byline.
pub fn tidy(text: &str) -> String {
    collapse_blanks(text)
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '|' | '–' | '—' | '-' | ',' | '*'))
        .to_string()
}

/// The text without its brackets, and what stood in them. Brackets that are followed by more name ("Justice (ret.)
/// Ann Smith") are left out, and so are those that say when or in which language somebody speaks.
fn take_brackets(text: &str) -> (String, Vec<String>) {
    let mut outside = String::new();
    let mut inside: Vec<String> = Vec::new();
    let (mut depth, mut from) = (0usize, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' => {
                if depth == 0 {
                    from = at + c.len_utf8();
                }
                depth += 1;
            }
            ')' | ']' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    inside.push(text[from..at].trim().to_string());
                }
            }
            _ if depth == 0 => {
                if c.is_alphanumeric() {
                    inside.clear();
                }
                outside.push(c);
            }
            _ => {}
        }
    }
    if depth > 0 {
        inside.push(text[from..].trim().to_string());
    }
    inside.retain(|text| !text.is_empty() && !directions::is_direction(text) && !directions::is_clock(text));
    (collapse_blanks(&outside), inside)
}

/// The parts between commas, bars, tabs and spaced dashes.
pub fn pieces(text: &str) -> Vec<String> {
    text.split([',', '|', '\t', ';', '，', '—'])
        .flat_map(|piece| piece.split(" - "))
        .flat_map(|piece| piece.split(" – "))
        .map(|piece| {
            piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '.' | '-' | '–' | '—')).to_string()
        })
        .filter(|piece| !piece.is_empty())
        .collect()
}

pub fn split_honorific(name: &str) -> (Option<String>, String) {
    let tokens: Vec<&str> = name.split_whitespace().collect();
    let n = labels::leading_honorifics(&tokens);
    let honorific = (n > 0).then(|| tokens[..n].join(" "));
    (honorific, tokens[n..].join(" "))
}

/// Puts the pieces behind a name where they belong.
pub fn place(byline: &mut Byline, pieces: &[String]) {
    if let [place, party] = pieces
        && is_party(party)
        && !is_title(place)
    {
        byline.details.country = Some(place.clone());
        byline.details.party = Some(party.trim_end_matches('.').to_string());
        return;
    }
    let (titles, bodies): (Vec<&String>, Vec<&String>) = pieces.iter().partition(|piece| is_title(piece));
    let join = |parts: Vec<&String>| {
        (!parts.is_empty()).then(|| parts.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", "))
    };
    // A party alone in brackets, in capitals as groups of a parliament are printed.
    if let ([], [only]) = (titles.as_slice(), bodies.as_slice())
        && is_party(only)
        && byline.details.affiliation.is_none()
        && only.chars().filter(|c| c.is_uppercase()).count() >= 2
        && byline.details.party.is_none()
        && pieces.len() == 1
        && byline.details.title.is_none()
        && only.contains(['/', '-'])
    {
        byline.details.party = Some((*only).clone());
        return;
    }
    byline.details.title = byline.details.title.take().or_else(|| join(titles)).map(|title| without_the(&title));
    byline.details.affiliation = byline.details.affiliation.take().or_else(|| join(bodies));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<String>, String, Option<String>, Option<String>) {
        let byline = split(text);
        (byline.details.honorific, byline.name, byline.details.title, byline.details.affiliation)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_string())
    }

    #[test]
    fn title_and_affiliation_in_either_order() {
        assert_eq!(
            parts("Ann Lee,\nInformation\nDirector,\nACME"),
            (None, "Ann Lee".into(), some("Information Director"), some("ACME"))
        );
        assert_eq!(
            parts("Ann Lee, Center for Crisis Societies Studies, Program Director"),
            (None, "Ann Lee".into(), some("Program Director"), some("Center for Crisis Societies Studies"))
        );
        assert_eq!(
            parts("Ann Lee, Senior Fellow, Department of Security and Management, Acme"),
            (None, "Ann Lee".into(), some("Senior Fellow"), some("Department of Security and Management, Acme"))
        );
        assert_eq!(
            parts("Ann Lee - Deputy Minister of Transport, Chile"),
            (None, "Ann Lee".into(), some("Deputy Minister of Transport"), some("Chile"))
        );
        assert_eq!(
            parts("Dr. Ann Lee\t|\tKeeper of Ethnography, Royal Museum"),
            (some("Dr."), "Ann Lee".into(), some("Keeper of Ethnography"), some("Royal Museum"))
        );
    }

    #[test]
    fn brackets_hold_an_office_a_person_or_a_seat() {
        let byline = split("Leo Kane (Chair)");
        assert!(byline.presides());
        assert_eq!((byline.name.as_str(), byline.details.title.as_deref()), ("Leo Kane", Some("Chair")));

        let byline = split("The Acting Chair (Mr. Bruce Hill (Simcoe, CPC))");
        assert_eq!(
            (byline.label.as_str(), byline.name.as_str(), byline.details.title.as_deref()),
            ("The Acting Chair", "Bruce Hill", Some("Acting Chair"))
        );
        assert_eq!((byline.details.country.as_deref(), byline.details.party.as_deref()), (Some("Simcoe"), Some("CPC")));

        let byline = split("Mr. Paul Hill (Burnaby South, NDP)");
        assert_eq!(
            (byline.details.country.as_deref(), byline.details.party.as_deref(), byline.details.affiliation),
            (Some("Burnaby South"), Some("NDP"), None)
        );

        let byline = split("Justice (ret.) Ellen Hill (Chair)");
        assert_eq!((byline.details.honorific.as_deref(), byline.name.as_str()), (Some("Justice"), "Ellen Hill"));
    }

    #[test]
    fn letters_behind_a_name_stay_with_it() {
        assert_eq!(split("Priya Hill, LL.M. | Partner, Hill LLP").name, "Priya Hill, LL.M");
        assert_eq!(split("Priya Hill, LL.M. | Partner, Hill LLP").details.title.as_deref(), Some("Partner"));
    }

    #[test]
    fn the_chair_of_another_body_does_not_preside_here() {
        assert!(!split("Roman Hill, Chair of the Board, Centre for Initiatives").presides());
        assert!(split("Helena Hill, Chair of the Assembly").presides());
    }
}

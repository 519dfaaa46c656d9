//! Splitting a printed byline.
//!
//! **Input**: a byline as printed, and the lexicon. **Output**: honorific, name, title, affiliation, constituency and
//! party; what the byline does not say is `None`. A piece with a word for a position ("Director", "Senior Fellow") is a
//! title, wherever it is; the other pieces are the affiliation. Nothing is refused. Identifying the person is left to
//! attribution.

use std::collections::HashMap;

use super::directions;
use super::labels::{self, Judgement, LabelKind};
use super::offices::{
    is_party, is_session_chair, is_title, leads, names_position, office_among, split_office, split_title,
    starts_with_article, without_article, without_the,
};
use crate::lexicon::Lexicon;
use plenary_corpus::text::collapse_white_space;
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
    /// The text in brackets after the name, in full.
    pub brackets: Option<String>,
    /// The role in the proceedings, if it is not taken from the words of the byline but from the format or the study.
    pub role: Option<Role>,
    /// The line of the byline, if it is a chair line or in a list of those present and so does not announce a turn.
    pub line: Option<usize>,
}

impl Byline {
    /// Whether the person is the chair of this meeting, not of another body: "(Chair)", "Moderator", "Chair of the
    /// Assembly".
    pub fn presides(&self, lexicon: &Lexicon) -> bool {
        self.role == Some(Role::Chair)
            || labels::is_chair_label(lexicon, &self.label)
            || self.brackets.as_deref().is_some_and(|brackets| labels::is_chair_label(lexicon, brackets))
            || self.details.title.as_deref().is_some_and(|title| {
                is_session_chair(lexicon, title) && (leads(lexicon, title) || !self.belongs_elsewhere(lexicon))
            })
    }

    /// "Chairman, Union of Bakers": whether the affiliation names the body that the person chairs, which is not this
    /// meeting.
    fn belongs_elsewhere(&self, lexicon: &Lexicon) -> bool {
        let body = |text: &String| {
            let words = labels::words(text);
            words.iter().any(|word| lexicon.is_body(word)) && !words.iter().any(|word| lexicon.is_session_body(word))
        };
        self.details.affiliation.as_ref().is_some_and(body)
    }
}

/// Whether a text addresses a person instead of naming a speaker: "Mr. President, there are two".
pub fn addresses(lexicon: &Lexicon, text: &str) -> bool {
    let mut pieces = text.splitn(2, ',');
    let (Some(head), Some(rest)) = (pieces.next(), pieces.next()) else { return false };
    if labels::words(rest).first().is_some_and(|word| lexicon.is_clause_opener(word)) {
        return true;
    }
    let names = || labels::judge(lexicon, rest).is_some_and(|judgement| judgement.quality >= 0.5);
    labels::is_chair_label(lexicon, head) && !is_title(lexicon, rest) && !names()
}

/// Splits and judges bylines. Each text is processed only once, because transcripts repeat their labels.
pub struct Reader<'l> {
    /// The lexicon that is used.
    pub lexicon: &'l Lexicon,
    read: HashMap<String, (Byline, Option<Judgement>)>,
}

impl<'l> Reader<'l> {
    /// A reader that has not read any byline yet.
    pub fn new(lexicon: &'l Lexicon) -> Self {
        Self { lexicon, read: HashMap::new() }
    }

    /// The parts of a byline, and the judgement of its label; no judgement if the text addresses a person.
    pub fn read(&mut self, printed: &str) -> (Byline, Option<Judgement>) {
        let lexicon = self.lexicon;
        if let Some(known) = self.read.get(printed) {
            return known.clone();
        }
        let byline = split(lexicon, printed);
        let judgement = if addresses(lexicon, printed) { None } else { labels::judge(lexicon, &byline.label) };
        self.read.insert(printed.to_string(), (byline.clone(), judgement));
        (byline, judgement)
    }
}

/// How much a text looks like the label of a speaker, in [0, 1]; from 0.5 on no other evidence is needed. For formats
/// that print names before their lines.
pub fn label_quality(lexicon: &Lexicon, label: &str) -> f32 {
    labels::judge(lexicon, &split(lexicon, label).label).map_or(0.0, |judgement| judgement.quality)
}

/// Splits a byline. `text` is the label with everything printed beside it, without the speech that follows.
pub fn split(lexicon: &Lexicon, text: &str) -> Byline {
    let printed = tidy(text);
    let (outside, mut brackets) = take_brackets(lexicon, &printed);
    let last = brackets.pop();
    let mut pieces = pieces(&outside);
    let mut head = if pieces.is_empty() { outside.clone() } else { pieces.remove(0) };
    while pieces.first().is_some_and(|piece| labels::is_post_nominal(lexicon, piece)) {
        head = format!("{head}, {}", pieces.remove(0));
    }
    let mut byline = Byline { printed, label: head.clone(), ..Byline::default() };
    let (honorific, name) = split_honorific(lexicon, &head);
    byline.details.honorific = honorific;
    byline.name = name;
    let judgement = labels::judge(lexicon, &head);
    let is_office = judgement.is_some_and(|judgement| judgement.kind == LabelKind::Office);
    place(lexicon, &mut byline, &pieces);
    if let Some(inside) = last {
        let (inner, mut deeper) = take_brackets(lexicon, &inside);
        let deeper = deeper.pop();
        let named = labels::judge(lexicon, inner.split(',').next().unwrap_or(""))
            .is_some_and(|judgement| judgement.kind == LabelKind::Person && judgement.quality >= 0.5);
        // "The Bishop of Tarnley (Rt Revd Hugh Amber)": an office that is not a role in these proceedings.
        let is_office = is_office || starts_with_article(lexicon, &head) && is_title(lexicon, &head);
        if is_office && named {
            let mut inner_pieces = self::pieces(&inner);
            let person = if inner_pieces.is_empty() { inner } else { inner_pieces.remove(0) };
            let (honorific, name) = split_honorific(lexicon, &person);
            byline.details.title = byline.details.title.or_else(|| Some(without_article(lexicon, &head)));
            (byline.details.honorific, byline.name) = (honorific, name);
            place(lexicon, &mut byline, &deeper.map(|text| self::pieces(&text)).unwrap_or(inner_pieces));
        } else {
            // "(North Wexley) (Lab)": a constituency and a party may be in separate brackets.
            let inner: Vec<String> = brackets.iter().chain([&inside]).flat_map(|text| self::pieces(text)).collect();
            place(lexicon, &mut byline, &inner);
        }
        byline.brackets = Some(inside);
    }
    split_title(lexicon, &mut byline);
    let is_chair = labels::is_chair_label(lexicon, &head);
    if byline.details.title.is_none() && !is_chair {
        (byline.details.title, byline.name) = split_office(lexicon, &byline.name);
    }
    if byline.details.title.is_none()
        && (is_chair || is_office && byline.details.honorific.is_none() && names_position(lexicon, &head))
    {
        byline.details.title = Some(without_article(lexicon, &head));
    }
    byline.details.title = byline
        .details
        .title
        .or_else(|| byline.details.honorific.as_deref().and_then(|honorific| office_among(lexicon, honorific)));
    byline
}

/// The text on one line, with single spaces and without the signs at the end of a byline.
pub fn tidy(text: &str) -> String {
    collapse_white_space(text)
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '|' | '–' | '—' | '-' | ',' | '*'))
        .to_string()
}

/// The text without its brackets, and their contents. Brackets before more of the name ("Justice (ret.) Ann Smith") are
/// left out, and so are brackets with a time or the language of the speech.
fn take_brackets(lexicon: &Lexicon, text: &str) -> (String, Vec<String>) {
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
    inside.retain(|text| !text.is_empty() && !directions::is_direction(lexicon, text) && !directions::is_clock(text));
    (collapse_white_space(&outside), inside)
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

/// The honorifics before a name, and the name without them.
pub fn split_honorific(lexicon: &Lexicon, name: &str) -> (Option<String>, String) {
    let tokens: Vec<&str> = name.split_whitespace().collect();
    let n = labels::leading_honorifics(lexicon, &tokens);
    let honorific = (n > 0).then(|| tokens[..n].join(" "));
    (honorific, tokens[n..].join(" "))
}

/// Sorts the pieces after a name into title, affiliation, constituency and party.
pub fn place(lexicon: &Lexicon, byline: &mut Byline, pieces: &[String]) {
    if let [place, party] = pieces
        && is_party(party)
        && !is_title(lexicon, place)
    {
        byline.details.country = Some(place.clone());
        byline.details.party = Some(party.trim_end_matches('.').to_string());
        return;
    }
    let (titles, bodies): (Vec<&String>, Vec<&String>) = pieces.iter().partition(|piece| is_title(lexicon, piece));
    let join = |parts: Vec<&String>| {
        (!parts.is_empty()).then(|| parts.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", "))
    };
    // A party alone in brackets, in capitals as parliamentary groups are printed.
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
    byline.details.title =
        byline.details.title.take().or_else(|| join(titles)).map(|title| without_the(lexicon, &title));
    byline.details.affiliation = byline.details.affiliation.take().or_else(|| join(bodies));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<String>, String, Option<String>, Option<String>) {
        let byline = split(Lexicon::builtin(), text);
        (byline.details.honorific, byline.name, byline.details.title, byline.details.affiliation)
    }

    #[expect(clippy::unnecessary_wraps, reason = "an expected value, as the fields have it")]
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
        let byline = split(Lexicon::builtin(), "Leo Kane (Chair)");
        assert!(byline.presides(Lexicon::builtin()));
        assert_eq!((byline.name.as_str(), byline.details.title.as_deref()), ("Leo Kane", Some("Chair")));

        let byline = split(Lexicon::builtin(), "The Acting Chair (Mr. Bruce Hill (Simcoe, CPC))");
        assert_eq!(
            (byline.label.as_str(), byline.name.as_str(), byline.details.title.as_deref()),
            ("The Acting Chair", "Bruce Hill", Some("Acting Chair"))
        );
        assert_eq!((byline.details.country.as_deref(), byline.details.party.as_deref()), (Some("Simcoe"), Some("CPC")));

        let byline = split(Lexicon::builtin(), "Mr. Paul Hill (Burnaby South, NDP)");
        assert_eq!(
            (byline.details.country.as_deref(), byline.details.party.as_deref(), byline.details.affiliation),
            (Some("Burnaby South"), Some("NDP"), None)
        );

        let byline = split(Lexicon::builtin(), "Justice (ret.) Ellen Hill (Chair)");
        assert_eq!((byline.details.honorific.as_deref(), byline.name.as_str()), (Some("Justice"), "Ellen Hill"));
    }

    #[test]
    fn letters_behind_a_name_stay_with_it() {
        assert_eq!(split(Lexicon::builtin(), "Priya Hill, LL.M. | Partner, Hill LLP").name, "Priya Hill, LL.M");
        assert_eq!(
            split(Lexicon::builtin(), "Priya Hill, LL.M. | Partner, Hill LLP").details.title.as_deref(),
            Some("Partner")
        );
    }

    #[test]
    fn the_chair_of_another_body_does_not_preside_here() {
        assert!(
            !split(Lexicon::builtin(), "Roman Hill, Chair of the Board, Centre for Initiatives")
                .presides(Lexicon::builtin())
        );
        assert!(split(Lexicon::builtin(), "Helena Hill, Chair of the Assembly").presides(Lexicon::builtin()));
    }
}

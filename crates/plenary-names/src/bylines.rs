//! Splitting a printed byline.
//!
//! **Input**: a byline as printed, and the lexicon. **Output**: honorific, name, title, affiliation, constituency and
//! party; what the byline does not say is `None`. A piece with a word for a position ("Director", "Senior Fellow") is a
//! title, wherever it is; the other pieces are the affiliation. Nothing is refused. Identifying the person is left to
//! attribution.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::directions;
use super::labels::{self, Judgement, LabelKind};
use super::offices::{
    is_party, is_session_chair, is_telling, is_title, leads, names_position, office_among, split_office, split_title,
    starts_with_article, without_article, without_leading_articles, without_the,
};
use crate::lexicon::Lexicon;
use crate::surname_first::surname_first;
use crate::text::{constant_regex, folded};
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
    /// What is printed with the name.
    pub details: Details,
    /// The text in brackets after the name, in full.
    pub brackets: Option<String>,
    /// The role in the proceedings, if it is not taken from the words of the byline but from the format or the study.
    pub role: Option<Role>,
    /// The line that names the person, if the byline is a chair line or in a list of those present, and so does not
    /// announce a turn, or if its label is a part in an examination: "Q".
    pub line: Option<usize>,
}

impl Byline {
    /// Whether nothing names the speaker.
    pub fn is_empty(&self) -> bool {
        self.label.is_empty() && self.name.is_empty()
    }

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
    // "Mr. Speaker, the keeper of the old mill": an office behind an office begins with a capital.
    let is_prose = || without_leading_articles(lexicon, rest.trim_start()).starts_with(char::is_lowercase);
    if labels::is_chair_label(lexicon, head) && is_prose() {
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
        let is_none = addresses(lexicon, printed) || labels::has_unmatched_bracket(&without_note_marks(printed));
        let judgement = if is_none { None } else { labels::judge(lexicon, &byline.label) };
        self.read.insert(printed.to_string(), (byline.clone(), judgement));
        (byline, judgement)
    }
}

/// How much a text looks like the label of a speaker, in [0, 1]; from 0.5 on no other evidence is needed. For formats
/// that print names before their lines.
pub fn label_quality(lexicon: &Lexicon, label: &str) -> f32 {
    if labels::has_unmatched_bracket(label) {
        return 0.0;
    }
    let by_form = |label: &str| labels::judge(lexicon, label).map_or(0.0, |judgement| judgement.quality);
    let inverted = surname_first(lexicon, label).map(|(first, surname)| by_form(&format!("{first} {surname}")));
    by_form(&split(lexicon, label).label).max(inverted.unwrap_or(0.0))
}

/// Splits a byline. `text` is the label with everything printed beside it, without the speech that follows.
pub fn split(lexicon: &Lexicon, text: &str) -> Byline {
    let printed = tidy(text);
    let (outside, brackets) = take_brackets(lexicon, &without_note_marks(&printed));
    let mut pieces = pieces(&outside);
    pieces.retain(|piece| !directions::is_manner(lexicon, piece));
    let mut head = if pieces.is_empty() { outside.clone() } else { pieces.remove(0) };
    while pieces.first().is_some_and(|piece| labels::is_post_nominal(lexicon, piece)) {
        head = format!("{head}, {}", pieces.remove(0));
    }
    let beside = split_small_words(lexicon, &head).or_else(|| split_glued(lexicon, &head));
    if let Some((name, _)) = &beside {
        head.clone_from(name);
    }
    let mut byline = Byline { printed, label: head.clone(), ..Byline::default() };
    match beside {
        Some((_, Beside::Party(party))) => byline.details.party = Some(party),
        Some((_, Beside::Title(title))) => byline.details.title = Some(title),
        None => {}
    }
    let (honorific, name) = split_honorific(lexicon, &head);
    byline.details.honorific = honorific;
    byline.name = name;
    let judgement = labels::judge(lexicon, &head);
    let is_office = judgement.is_some_and(|judgement| judgement.kind == LabelKind::Office);
    let chair = pieces.first().filter(|piece| presides_as(lexicon, &head, piece)).cloned();
    if chair.is_some() {
        pieces.remove(0);
    }
    place(lexicon, &mut byline, &pieces);
    // "The Bishop of Tarnley (Rt Revd Hugh Amber)": an office that is not a role in these proceedings.
    let is_caseless_office = labels::is_caseless(&head) && lexicon.closes_with_position(&head);
    // "Sr. Secretario": an office behind a form of address.
    let is_addressed_office = || {
        let is_address = |word: &String| lexicon.is_plain_honorific(&labels::words(word).concat());
        byline.details.honorific.as_ref().is_some_and(is_address)
            && labels::words(&byline.name).iter().all(|word| lexicon.is_position(word))
    };
    // "１２番（佐藤花子君）": the number of a seat.
    let is_seat = labels::is_caseless(&head) && head.starts_with(char::is_numeric);
    let names_office = is_office
        || is_caseless_office
        || is_seat
        || is_addressed_office()
        || starts_with_article(lexicon, &head) && is_title(lexicon, &head)
        || judgement.is_none_or(|judgement| judgement.quality < 0.95)
            && brackets.last().is_some_and(|text| names_addressed_person(lexicon, text));
    let holds = |text: &String| {
        const SHORTEST: usize = 3;
        names_person(lexicon, text) && (!is_caseless_office || is_office || text.chars().count() >= SHORTEST)
            || is_surname_of_holder(lexicon, &head, text)
    };
    let person = if names_office { brackets.iter().position(holds) } else { None };
    if let Some(holder) = person.map(|at| &brackets[at]).or(chair.as_ref()) {
        set_holder(lexicon, &mut byline, &head, holder);
    }
    // "(North Wexley) (Lab)": a constituency and a party may be in separate brackets.
    let others: Vec<String> = brackets
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at) != person)
        .flat_map(|(_, text)| self::pieces(text))
        .collect();
    place_brackets(lexicon, &mut byline, others);
    byline.brackets = brackets.last().cloned();
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

/// What words directly behind a name are.
enum Beside {
    Party(String),
    Title(String),
}

/// A name with words in small letters behind it, without a comma: the abbreviation of a party, "Ann Lee kok", or what somebody is
/// behind a name in capitals, "ANN LEE belügyminiszteri államtitkár".
fn split_small_words(lexicon: &Lexicon, head: &str) -> Option<(String, Beside)> {
    const LONGEST_TITLE: usize = 6;
    let tokens: Vec<&str> = head.split_whitespace().collect();
    let at = tokens.iter().position(|token| token.starts_with(char::is_lowercase))?;
    let (names, rest) = tokens.split_at(at);
    let honorifics = labels::leading_honorifics(lexicon, names);
    let is_name = |token: &&str| token.chars().filter(|c| c.is_alphabetic()).count() >= 2;
    if names.len() < honorifics + 2 || !names[honorifics..].iter().all(is_name) {
        return None;
    }
    let name = names.join(" ");
    if let [party] = rest
        && lexicon.is_party_name(party)
        && !lexicon.is_function_word(party)
        && !lexicon.is_position(party)
    {
        return Some((name, Beside::Party((*party).to_string())));
    }
    let in_capitals = !name.contains(char::is_lowercase);
    let are_small = rest.len() <= LONGEST_TITLE && rest.iter().all(|token| token.starts_with(char::is_lowercase));
    let title = rest.join(" ");
    let is_position = rest.iter().any(|token| lexicon.is_position(token) || lexicon.is_office(token));
    (in_capitals && are_small && is_position).then_some((name, Beside::Title(title)))
}

/// A name with a party or an office glued to it, as pages lose the blank between two parts of a line: `MüllerSPD`, `Ann LeeGreen Party`,
/// `SMITHChair`. A party that no list contains is an abbreviation behind five letters or more: `FitzROY` is one name.
fn split_glued(lexicon: &Lexicon, head: &str) -> Option<(String, Beside)> {
    const SHORTEST: usize = 3;
    const SHORTEST_BEFORE_UNKNOWN: usize = 5;
    let chars: Vec<(usize, char)> = head.char_indices().collect();
    chars.iter().enumerate().skip(SHORTEST).find_map(|(k, (at, c))| {
        let before = chars[k - 1].1;
        let next = chars.get(k + 1).map_or(' ', |(_, next)| *next);
        let is_edge = c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && next.is_lowercase());
        let n_letters = chars[..k].iter().rev().take_while(|(_, c)| c.is_alphabetic()).count();
        if !is_edge || n_letters < SHORTEST {
            return None;
        }
        let (name, rest) = head.split_at(*at);
        let is_unknown_party = before.is_lowercase() && n_letters >= SHORTEST_BEFORE_UNKNOWN && is_abbreviation(rest);
        if lexicon.is_party_name(rest) || is_unknown_party {
            return Some((name.to_string(), Beside::Party(rest.to_string())));
        }
        is_title(lexicon, rest).then(|| (name.to_string(), Beside::Title(rest.to_string())))
    })
}

/// Whether the text in brackets names a person, possibly with details: "Mr. Bruce Hill (Simcoe, CPC)".
fn names_person(lexicon: &Lexicon, inside: &str) -> bool {
    let (inner, _) = take_brackets(lexicon, inside);
    let inner = with_comma(lexicon, &inner);
    let name = inner.split([',', '，']).next().unwrap_or("");
    let is_person = labels::judge(lexicon, name)
        .is_some_and(|judgement| judgement.kind == LabelKind::Person && judgement.quality >= 0.5);
    is_person && !lexicon.is_country(name) && !lexicon.is_party_name(name)
}

/// A text with a comma instead of the full stop between a name and a party: "Ann Lee. NDP - Simcoe".
fn with_comma(lexicon: &Lexicon, text: &str) -> String {
    const SHORTEST: usize = 3;
    let ends_name = |at: usize| {
        let word = text[..at].rsplit(' ').next().unwrap_or("");
        word.chars().count() >= SHORTEST && word.contains(char::is_lowercase) && !labels::is_honorific(lexicon, word)
    };
    let mut stops = text.match_indices(". ").filter(|(at, _)| ends_name(*at));
    stops.next().map_or_else(|| text.to_string(), |(at, _)| format!("{},{}", &text[..at], &text[at + 1..]))
}

/// Whether the text in the brackets of an office is the surname of its holder: "Presiding Officer (Baxter)". The office
/// conducts the meeting or follows a form of address; the text is one word, with particles before it at most, that names
/// no country, party, body, place or direction.
fn is_surname_of_holder(lexicon: &Lexicon, head: &str, inside: &str) -> bool {
    const SHORTEST: usize = 3;
    const SHORTEST_IN_CAPITALS: usize = 5;
    let is_addressed = || {
        let (honorific, _) = split_honorific(lexicon, head);
        honorific.is_some_and(|word| lexicon.is_plain_honorific(&labels::words(&word).concat()))
    };
    let tokens: Vec<&str> = inside.split_whitespace().collect();
    let Some((surname, particles)) = tokens.split_last() else { return false };
    let is_word = surname.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'));
    let n_letters = surname.chars().filter(|c| c.is_alphabetic()).count();
    let is_loud = |text: &str| !text.contains(char::is_lowercase);
    // "The Chair (UNDP)"
    let is_acronym = is_loud(surname)
        && (n_letters < SHORTEST_IN_CAPITALS || !head.split_whitespace().next_back().is_some_and(is_loud));
    let has_form = is_word
        && n_letters >= SHORTEST
        && surname.starts_with(char::is_uppercase)
        && !is_acronym
        && particles.iter().all(|token| lexicon.is_particle(&folded(token)) && !lexicon.is_of_body(&folded(token)));
    let means_other = |word: &String| {
        lexicon.is_body(word)
            || lexicon.is_session_body(word)
            || lexicon.is_session(word)
            || lexicon.is_position(word)
            || lexicon.is_office(word)
            || lexicon.is_chair(word)
            || lexicon.is_rank(word)
            || lexicon.is_beside_office(word)
            || lexicon.is_language(word)
            || lexicon.is_function_word(word)
            || lexicon.is_not_speaker(word)
            || lexicon.is_honorific(word)
            || lexicon.is_anonymous(word)
            || lexicon.month(word).is_some()
    };
    has_form
        && (labels::is_chair_label(lexicon, head) || is_addressed())
        && !lexicon.is_country(inside)
        && !lexicon.is_party_name(inside)
        && !labels::words(surname).iter().any(means_other)
        && !directions::is_manner(lexicon, inside)
}

/// Whether the piece behind an office that conducts the meeting names its holder: "Chairman, Cllr. Webb". Without a form of
/// address only words for chairs are followed by a person: "President, Delta Grain" is a company.
fn presides_as(lexicon: &Lexicon, head: &str, piece: &str) -> bool {
    let is_chair = || labels::words(head).iter().any(|word| lexicon.is_chair(word));
    labels::is_chair_label(lexicon, head)
        && names_person(lexicon, piece)
        && !is_telling(lexicon, piece)
        && (split_honorific(lexicon, piece).0.is_some() || is_chair())
}

/// Whether the text in brackets is a person with a form of address: "North Party (Dr. Ann Lee)" is Ann Lee, whatever is
/// before the brackets.
fn names_addressed_person(lexicon: &Lexicon, inside: &str) -> bool {
    split_honorific(lexicon, inside).0.is_some_and(|honorific| honorific.contains('.')) && names_person(lexicon, inside)
}

/// Makes the person in the brackets of an office the person of the byline, and the office the title.
fn set_holder(lexicon: &Lexicon, byline: &mut Byline, head: &str, inside: &str) {
    let (inner, deeper) = take_brackets(lexicon, inside);
    let mut pieces = pieces(&with_comma(lexicon, &inner));
    let person = if pieces.is_empty() { inner } else { pieces.remove(0) };
    let (honorific, name) = split_honorific(lexicon, &person);
    byline.details.title = byline.details.title.take().or_else(|| Some(without_article(lexicon, head)));
    // "Sra. Presidenta (Ibáñez)"
    let address =
        byline.details.honorific.take().filter(|word| lexicon.is_plain_honorific(&labels::words(word).concat()));
    (byline.details.honorific, byline.name) = (honorific.or(address), name);
    let details = if deeper.is_empty() { pieces } else { deeper.iter().flat_map(|text| self::pieces(text)).collect() };
    place_brackets(lexicon, byline, details);
}

/// The mark of a footnote behind a name: "Ann Lee*) (Greens)".
static NOTE_MARK: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"(?<letter>[\p{L}.])(?:\*{1,3}|[†‡⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\)?(?<after>\s|$)"));

fn without_note_marks(text: &str) -> Cow<'_, str> {
    const MARKS: [char; 13] = ['*', '†', '‡', '⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if text.contains(MARKS) { NOTE_MARK.replace_all(text, "$letter$after") } else { text.into() }
}

/// The text on one line, with single spaces and without the signs at the end of a byline.
pub fn tidy(text: &str) -> String {
    collapse_white_space(text)
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '|' | '–' | '—' | '-' | ',' | '*'))
        .to_string()
}

/// The text without its brackets, and their contents. Brackets before more of the name ("Justice (ret.) Ann Smith") are
/// left out, and so are brackets with a time, the language or the manner of the speech. Brackets with a small number
/// remain in the text: "iPhone (2)" is not "iPhone".
pub(crate) fn take_brackets(lexicon: &Lexicon, text: &str) -> (String, Vec<String>) {
    let mut outside = String::new();
    let mut inside: Vec<String> = Vec::new();
    // The number behind "Mr. Hill" is that of a footnote.
    let is_addressed = |outside: &str| split_honorific(lexicon, outside.trim()).0.is_some();
    let (mut depth, mut opened, mut from) = (0usize, 0usize, 0usize);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '（' | '［' => {
                if depth == 0 {
                    (opened, from) = (at, at + c.len_utf8());
                }
                depth += 1;
            }
            ')' | ']' | '）' | '］' if depth > 0 => {
                depth -= 1;
                let inner = text[from..at].trim();
                if depth == 0 && labels::is_small_number(inner) && !is_addressed(&outside) {
                    outside.push_str(&text[opened..at + c.len_utf8()]);
                } else if depth == 0 {
                    inside.push(inner.to_string());
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
    // "(Marsh End) (Lab)": before a party there is a seat, even if its words are those of a direction.
    let is_seat = |at: usize, all: &[String]| all.get(at + 1).is_some_and(|next| lexicon.is_party_name(next));
    let is_said = |at: usize, all: &[String]| {
        let text = all[at].as_str();
        let is_note = || {
            let is_direction = directions::is_direction(lexicon, text) || directions::is_manner(lexicon, text);
            is_direction && !is_seat(at, all)
        };
        let is_number = labels::is_small_number(text);
        !text.is_empty() && !is_number && !is_note() && !directions::is_clock(text)
    };
    let inside = (0..inside.len()).filter(|at| is_said(*at, &inside)).map(|at| inside[at].clone()).collect();
    (collapse_white_space(&outside), inside)
}

/// The parts between commas, bars, tabs and spaced dashes.
pub fn pieces(text: &str) -> Vec<String> {
    text.split([',', '|', '\t', ';', '，', '—'])
        .flat_map(|piece| piece.split(" -- "))
        .flat_map(|piece| piece.split(" - "))
        .flat_map(|piece| piece.split(" – "))
        .map(|piece| {
            piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '.' | '-' | '–' | '—')).to_string()
        })
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// The honorifics before a name, or the one glued to its end, and the name without them.
pub fn split_honorific(lexicon: &Lexicon, name: &str) -> (Option<String>, String) {
    let tokens: Vec<&str> = name.split_whitespace().collect();
    if let [only] = tokens.as_slice()
        && labels::is_caseless(only)
        && let Some((name, honorific)) = lexicon.honorific_behind(only)
    {
        return (Some(honorific.to_string()), name.to_string());
    }
    let n = labels::leading_honorifics(lexicon, &tokens);
    let honorific = (n > 0).then(|| tokens[..n].join(" "));
    (honorific, tokens[n..].join(" "))
}

/// Sorts the pieces after a name into title, affiliation, constituency and party.
pub fn place(lexicon: &Lexicon, byline: &mut Byline, pieces: &[String]) {
    if let [place, party] = pieces
        && is_party(party)
        && !lexicon.is_legal_form(&labels::words(party).concat())
        && !is_title(lexicon, place)
    {
        byline.details.constituency = Some(place.clone());
        byline.details.party = Some(party.trim_end_matches('.').to_string());
        return;
    }
    place_offices(lexicon, byline, pieces);
}

/// Sorts the pieces in the brackets after a name: pronouns are left out; a party, a seat and a country are recognised,
/// and the rest is title and affiliation.
pub(crate) fn place_brackets(lexicon: &Lexicon, byline: &mut Byline, mut pieces: Vec<String>) {
    pieces.retain(|piece| !are_pronouns(lexicon, piece) && !directions::is_manner(lexicon, piece));
    // "(PSL - CE)": the abbreviations of a party and of a state.
    if let [.., party, state] = pieces.as_slice()
        && byline.details.party.is_none()
        && state.chars().count() == 2
        && is_abbreviation(party)
        && is_abbreviation(state)
        && !lexicon.is_party_name(state)
    {
        (byline.details.constituency, byline.details.party) = (pieces.pop(), pieces.pop());
    }
    let known = |piece: &String| lexicon.is_party_name(piece) || party_and_seat(lexicon, piece).is_some();
    let by_form = |pieces: &[String]| {
        let last = pieces.last().filter(|last| is_party(last))?;
        // "(Burnaby South, NDP)", "(CDU/CSU)": after a place, or in capitals as parliamentary groups are printed.
        let is_group = last.contains(['/', '-']) && last.chars().filter(|c| c.is_uppercase()).count() >= 2;
        (pieces.len() >= 2 || is_group).then(|| pieces.len() - 1)
    };
    let titles = pieces.iter().any(|piece| is_title(lexicon, piece));
    let at = pieces.iter().rposition(known).or_else(|| if titles { None } else { by_form(&pieces) });
    if let Some(at) = at.filter(|_| byline.details.party.is_none()) {
        let piece = pieces.remove(at);
        let (party, seat) = party_and_seat(lexicon, &piece).map_or((piece, None), |(party, seat)| (party, Some(seat)));
        byline.details.party = Some(party.trim_end_matches('.').to_string());
        byline.details.constituency = seat;
        // The text beside a party is the seat, unless it is an office or a body.
        let are_seats = pieces.iter().all(|piece| !is_telling(lexicon, piece)) && !titles;
        if are_seats && byline.details.constituency.is_none() && !pieces.is_empty() {
            byline.details.constituency = Some(pieces.join(", "));
            return;
        }
    }
    if let [only] = pieces.as_slice()
        && lexicon.is_country(only)
        && byline.details.country.is_none()
    {
        byline.details.country = Some(only.clone());
        return;
    }
    place_offices(lexicon, byline, &pieces);
}

/// The party and the seat of "D-NY", "R-Texas", "D-NY-14".
fn party_and_seat(lexicon: &Lexicon, piece: &str) -> Option<(String, String)> {
    let (party, seat) = piece.split_once(['-', '–'])?;
    let is_seat = seat.starts_with(char::is_uppercase)
        && seat.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | ' '))
        && (seat.chars().take_while(|c| c.is_uppercase()).count() == 2 || seat.contains(char::is_lowercase));
    let is_party = party.chars().count() <= 3 && lexicon.is_party_name(party) && !lexicon.is_party_name(piece);
    (is_party && is_seat).then(|| (party.to_string(), seat.to_string()))
}

fn is_abbreviation(text: &str) -> bool {
    const LONGEST: usize = 8;
    (2..=LONGEST).contains(&text.chars().count()) && text.chars().all(char::is_uppercase)
}

/// "she/her", "they, them": pronouns that a person gives.
fn are_pronouns(lexicon: &Lexicon, piece: &str) -> bool {
    let mut words = piece.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(|word| lexicon.is_pronoun(&folded(word)))
}

/// Sorts pieces into title and affiliation.
fn place_offices(lexicon: &Lexicon, byline: &mut Byline, pieces: &[String]) {
    let (titles, bodies): (Vec<&String>, Vec<&String>) = pieces.iter().partition(|piece| is_title(lexicon, piece));
    let join = |parts: Vec<&String>| {
        (!parts.is_empty()).then(|| parts.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(", "))
    };
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
    fn marks_of_notes_are_not_part_of_a_name() {
        for text in ["Dr. Ann Lee*) (Greens)", "Dr. Ann Lee* (Greens)", "Dr. Ann Lee¹ (Greens)"] {
            assert_eq!(split(Lexicon::builtin(), text).label, "Dr. Ann Lee", "{text}");
        }
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
        assert_eq!(
            (byline.details.constituency.as_deref(), byline.details.party.as_deref()),
            (Some("Simcoe"), Some("CPC"))
        );

        let byline = split(Lexicon::builtin(), "Mr. Paul Hill (Burnaby South, NDP)");
        assert_eq!(
            (byline.details.constituency.as_deref(), byline.details.party.as_deref(), byline.details.affiliation),
            (Some("Burnaby South"), Some("NDP"), None)
        );

        let byline = split(Lexicon::builtin(), "Justice (ret.) Ellen Hill (Chair)");
        assert_eq!((byline.details.honorific.as_deref(), byline.name.as_str()), (Some("Justice"), "Ellen Hill"));
    }

    fn details(text: &str) -> [Option<String>; 4] {
        let Details { affiliation, country, constituency, party, .. } = split(Lexicon::builtin(), text).details;
        [affiliation, country, constituency, party]
    }

    #[test]
    fn party_seat_country_and_affiliation_have_their_own_columns() {
        let expected = |parts: [&str; 4]| parts.map(|part| (!part.is_empty()).then(|| part.to_string()));
        for (text, parts) in [
            ("Baroness Scott of Byfield (Con)", ["", "", "", "Con"]),
            ("The Earl of Errol (CB)", ["", "", "", "CB"]),
            ("Ann Lark (Millbank, West Oakton) (Lab/Co-op)", ["", "", "Millbank, West Oakton", "Lab/Co-op"]),
            ("Una Wells (Marsh End) (LD)", ["", "", "Marsh End", "LD"]),
            ("Hon. Bo Hill (Nipissing, Lib.)", ["", "", "Nipissing", "Lib"]),
            ("Ute Kern (CDU/CSU)", ["", "", "", "CDU/CSU"]),
            ("Ute Kern (BÜNDNIS 90/DIE GRÜNEN)", ["", "", "", "BÜNDNIS 90/DIE GRÜNEN"]),
            ("Sen. Bo Hill [D-NY]", ["", "", "NY", "D"]),
            ("Rep. Ann Lee (R-Texas)", ["", "", "Texas", "R"]),
            ("Rep. Ann Lee (D-NY-14)", ["", "", "NY-14", "D"]),
            ("H.E. Mr. Jean-Luc D'Arcy (France)", ["", "France", "", ""]),
            ("Dana Kim (she/her)", ["", "", "", ""]),
            ("Dana Kim (External)", ["External", "", "", ""]),
            ("Dana Kim (Harbour Board)", ["Harbour Board", "", "", ""]),
            (
                "The Minister of State, Department for Ports (Baroness Scott of Byfield) (Con)",
                ["Department for Ports", "", "", "Con"],
            ),
            ("Camilla Ek (S)", ["", "", "", "S"]),
        ] {
            assert_eq!(details(text), expected(parts), "{text}");
        }
        let minister = "The Minister of State, Department for Ports (Baroness Scott of Byfield) (Con)";
        assert_eq!(split(Lexicon::builtin(), minister).name, "Scott of Byfield");
    }

    #[test]
    fn parties_and_offices_glued_to_a_name() {
        for (text, name, party) in [
            ("MüllerSPD", "Müller", "SPD"),
            ("Aoife BradyGreen Party", "Aoife Brady", "Green Party"),
            ("SMITHLab", "SMITH", "Lab"),
            ("Karl SchmidtXYZ", "Karl Schmidt", "XYZ"),
        ] {
            let byline = split(Lexicon::builtin(), text);
            assert_eq!((byline.name.as_str(), byline.details.party.as_deref()), (name, Some(party)), "{text}");
        }
        assert_eq!(
            split(Lexicon::builtin(), "Ann LeeMinister of Roads").details.title.as_deref(),
            Some("Minister of Roads")
        );
        for name in ["Bo MacDonald", "Ann McKAY", "Ann DeVries", "Bo FitzROY", "ANN LEE", "Ann MacKenzie-Lee"] {
            assert_eq!(split(Lexicon::builtin(), name).name, name);
        }
    }

    #[test]
    fn a_seat_with_its_holder() {
        let byline = split(Lexicon::builtin(), "１２番（佐藤すみ江君）");
        assert_eq!((byline.label.as_str(), byline.name.as_str()), ("１２番", "佐藤すみ江"));
    }

    #[test]
    fn forms_of_address_behind_a_name() {
        let parts = |text: &str| split_honorific(Lexicon::builtin(), text);
        assert_eq!(parts("佐藤花子君"), (some("君"), "佐藤花子".into()));
        assert_eq!(parts("佐藤さん"), (some("さん"), "佐藤".into()));
        assert_eq!(parts("김도윤님"), (some("님"), "김도윤".into()));
        for name in ["李小君", "이장님", "皆さん", "委員長"] {
            assert_eq!(parts(name), (None, name.into()));
        }
    }

    #[test]
    fn an_address_is_not_a_byline() {
        for text in [
            "Mr. Speaker, the keeper of the old mill has left us",
            "Madam Chair, you said",
            "Mr President, dear friends",
        ] {
            assert!(addresses(Lexicon::builtin(), text), "{text}");
        }
        for text in ["The Chair, Ann Lee", "President of the Court, Bo Hill", "Ann Lee, Minister of Roads"] {
            assert!(!addresses(Lexicon::builtin(), text), "{text}");
        }
    }

    #[test]
    fn full_width_brackets_are_brackets() {
        let byline = split(Lexicon::builtin(), "李华（规划局局长）");
        assert_eq!((byline.name.as_str(), byline.details.title.as_deref()), ("李华", Some("规划局局长")));
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

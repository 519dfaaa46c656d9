//! Hansard of the parliament of Australia in XML, of both forms that it has had.
//!
//! **Input:** the tree of a `hansard`. **Output:** a turn for each speech, question, answer, interjection and continuation. In
//! the older form each has its paragraphs; in the newer one the links at the start of the paragraphs of a speech say who
//! speaks. Divisions and interjections without words are not speech. **Refused:** files in which nobody speaks.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::tree::{Node, Part, Said};
use super::{Act, Record, dated, day, label, text_of, time};
use crate::error::ReadErrorKind;
use crate::parts::Parts;
use plenary_corpus::{Declared, Details};
use plenary_names::bylines::split_honorific;
use plenary_names::labels::is_post_nominal;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

pub(crate) const NOUN: &str = "an Australian Hansard file";

/// State and time in brackets, and the dash between a name and its speech.
static BEFORE_SPEECH: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:(?:\([^()]{1,60}\)\s*)*[\x{2014}\x{2013}]+\s*|\s+)"));

/// Longest text between the name of a speaker and the colon after it, in bytes.
const LONGEST_BYLINE: usize = 300;

/// Reads a sitting.
pub(crate) fn read(root: &Node, lexicon: &Lexicon) -> Result<Parts, ReadErrorKind> {
    let mut hansard = Hansard { record: Record::new(lexicon), talkers: HashMap::new() };
    let header = root.find("session.header");
    let date = header.and_then(|header| day(&text_of(header, "date")?));
    hansard.record.parts.front = dated(date);
    hansard.record.parts.front.session = header.and_then(|header| text_of(header, "session.no"));
    root.each(&mut |node| {
        if node.name() == "talker"
            && let Some(talker) = talker(lexicon, node)
            && let Some(id) = talker.id.clone()
        {
            // Only the first talker of a person may have all details.
            let known = hansard.talkers.entry(id).or_insert_with(|| talker.clone());
            known.details.fill_from(&talker.details);
            known.name = known.name.take().or(talker.name);
        }
    });
    for child in root.children().filter(|child| child.name() != "session.header") {
        hansard.section(child, 0);
    }
    hansard.record.finish(NOUN, "`speech`, `question` or `answer` with a `talker`")
}

struct Hansard<'l> {
    record: Record<'l>,
    /// What is known of each person, by id.
    talkers: HashMap<String, Declared>,
}

impl Hansard<'_> {
    fn section(&mut self, node: &Node, level: usize) {
        if let Some(act) = act_of(node) {
            self.talk(node, act);
        } else if node.name() == "title" {
            self.record.heading(level.saturating_sub(1), &node.text());
        } else if holds_sections(node) {
            for child in node.children().filter(|child| !is_metadata(child.name())) {
                let deeper = usize::from(node.name().contains("debate") && child.name().ends_with("info"));
                let deeper =
                    deeper.max(usize::from(child.name().contains("debate") && !child.name().ends_with("info")));
                self.section(child, level + deeper);
            }
        } else if !is_metadata(node.name()) {
            let said = node.said(&part_of);
            self.record.notes(said);
        }
    }

    /// Reads a speech with the interjections and continuations in it.
    fn talk(&mut self, node: &Node, act: Act) {
        let start = node.children().find(|child| child.name() == "talk.start");
        let talker_node = start.and_then(|start| start.find("talker")).or_else(|| node.find("talker"));
        let speaker = talker_node.and_then(|node| talker(self.record.lexicon, node)).map(|talker| self.known(talker));
        let stamp = talker_node.and_then(|node| Some((time(&text_of(node, "time.stamp")?)?, node.line)));
        if let Some(body) = node.children().find(|child| child.name() == "talk.text") {
            self.marked_text(body, speaker, act, stamp);
            // The interjections after it only repeat who speaks in the text.
            return;
        }
        let paragraphs = start.into_iter().flat_map(Node::children).filter(|child| child.name() != "talker");
        let rest = node.children().filter(|child| !matches!(child.name(), "talk.start" | "talker"));
        let content: Vec<&Node> = paragraphs.chain(rest).collect();
        if content.is_empty() {
            return;
        }
        let turn = self.record.turn(speaker, act, stamp);
        for child in content {
            if let Some(act) = act_of(child) {
                self.talk(child, act);
            } else if is_metadata(child.name()) {
            } else if child.name().starts_with("division") {
                let said = child.said(&part_of);
                self.record.notes(said);
            } else {
                for said in of_one(child) {
                    match said {
                        Said::Words(text) => {
                            let n = BEFORE_SPEECH.find(&text).map_or(0, |before| before.end());
                            let words = &text[n..];
                            if n > 0 && !words.is_empty() {
                                self.record.parts.margin(text[..n].trim());
                            }
                            self.record.say(turn, words);
                        }
                        Said::Note(text) => self.record.note(&text),
                    }
                }
            }
        }
    }

    /// Reads text in which links mark where speakers begin.
    fn marked_text(
        &mut self,
        body: &Node,
        speaker: Option<Declared>,
        act: Act,
        stamp: Option<(jiff::civil::Time, usize)>,
    ) {
        let mut paragraphs = Vec::new();
        paragraphs_in(body, &mut paragraphs);
        let mut turn = None;
        let mut first = Some((speaker, act, stamp));
        for paragraph in paragraphs {
            let text = paragraph.text();
            let link = paragraph.find("a").filter(|link| link.get("type").is_some());
            let mark = link.map(|link| (link, link.text())).filter(|(_, name)| text.starts_with(name.as_str()));
            if link.is_none() && is_general_interjection(paragraph) {
                self.record.note(&text);
                continue;
            }
            let Some((link, name)) = mark.filter(|(_, name)| !name.is_empty()) else {
                let at = *turn.get_or_insert_with(|| {
                    let (speaker, act, stamp) = first.take().unwrap_or((None, act, None));
                    self.record.turn(speaker, act, stamp)
                });
                self.record.say(at, &text);
                continue;
            };
            let (byline, words) = byline(&text, name.len());
            if words.is_empty() {
                self.record.note(&text);
                continue;
            }
            let kind = link.get("type").unwrap_or_default();
            let own_act = if kind.ends_with("Interjecting") { Act::Interjects } else { act };
            let declared = Declared { label: label(&name), id: link.get("href").map(person_id), ..Declared::default() };
            let (speaker, stamp) = match first.take() {
                Some((Some(speaker), _, stamp)) if own_act != Act::Interjects => {
                    (Declared { label: label(&name), ..speaker }, stamp)
                }
                _ => (self.known(declared), None),
            };
            let at = self.record.turn(Some(speaker), own_act, stamp);
            turn = Some(at);
            self.record.parts.margin(byline);
            self.record.say(at, words);
        }
    }

    /// What the file says of a person elsewhere, with the label of this place.
    fn known(&self, talker: Declared) -> Declared {
        match talker.id.as_ref().and_then(|id| self.talkers.get(id)) {
            Some(known) => Declared {
                label: talker.label,
                id: talker.id,
                name: talker.name.or_else(|| known.name.clone()),
                details: known.details.clone(),
                role: talker.role,
                variables: known.variables.clone(),
            },
            None => talker,
        }
    }
}

/// Whether a paragraph only says that members interject, without naming one.
fn is_general_interjection(paragraph: &Node) -> bool {
    let class = paragraph.find("span").and_then(|first| first.find("span").or(Some(first))?.get("class"));
    class.is_some_and(|class| class.contains("General") && class.contains("nterjecting"))
}

/// An id without the address that it may be part of.
fn person_id(href: &str) -> String {
    href.rsplit(['/', '#']).next().unwrap_or(href).to_string()
}

/// The byline at the start of a paragraph, and the words after it: `Mr HILL (Otley) (12:31): I rise`.
fn byline(text: &str, n_name: usize) -> (&str, &str) {
    let rest = &text[n_name..];
    let after = rest.trim_start();
    let begins = |c: char| after.starts_with(c);
    let end = if text[..n_name].ends_with(':') {
        n_name
    } else if begins(':') || begins('(') {
        let colon = rest
            .char_indices()
            .take_while(|(at, _)| *at < LONGEST_BYLINE)
            .find(|(at, c)| *c == ':' && rest[..*at].matches('(').count() == rest[..*at].matches(')').count());
        n_name + colon.map_or(0, |(at, _)| at + 1)
    } else {
        n_name
    };
    let words = text[end..].trim_start_matches(['\u{2014}', '\u{2013}']).trim();
    (&text[..end], words)
}

/// The speaker that a `talker` names.
fn talker(lexicon: &Lexicon, node: &Node) -> Option<Declared> {
    let named = |role: &str| {
        let mut names = node.children().filter(|child| child.name() == "name" && child.get("role") == Some(role));
        names.next().map(Node::text).filter(|text| !text.is_empty())
    };
    let any = || text_of(node, "name");
    let known = |name: &str| text_of(node, name).filter(|text| !matches!(text.as_str(), "N/A" | "UNKNOWN"));
    let metadata = named("metadata");
    let printed = named("display").or_else(|| metadata.clone()).or_else(any)?;
    Some(Declared {
        label: label(&printed),
        name: metadata.and_then(|text| usual_order(lexicon, &text)),
        id: known("name.id"),
        details: Details {
            title: known("role"),
            constituency: known("electorate"),
            party: known("party"),
            ..Details::default()
        },
        ..Declared::default()
    })
}

/// `O'Brian, Kerry, MP` and `Hill, Sen Bo` in the usual order, without honorifics; `None` for a label without a comma.
fn usual_order(lexicon: &Lexicon, text: &str) -> Option<String> {
    let mut pieces =
        text.split(',').map(str::trim).filter(|piece| !piece.is_empty() && !is_post_nominal(lexicon, piece));
    let (surname, given) = (pieces.next()?, pieces.next()?);
    let (_, given) = split_honorific(lexicon, given);
    Some(format!("{given} {surname}").trim().to_string())
}

fn act_of(node: &Node) -> Option<Act> {
    match node.name() {
        "question" => Some(Act::Asks),
        "speech" | "answer" | "continue" | "interrupt" | "talk" => Some(Act::Speaks),
        "interjection" => Some(Act::Interjects),
        _ => None,
    }
}

fn holds_sections(node: &Node) -> bool {
    node.children().any(|child| act_of(child).is_some() || child.name() == "title" || holds_sections(child))
}

/// The paragraphs of an element that may itself be one.
fn of_one(node: &Node) -> Vec<Said> {
    if part_of(node) == Part::Note { vec![Said::Note(node.text())] } else { node.said(&part_of) }
}

/// The paragraphs `p` inside an element, in order.
fn paragraphs_in<'n>(node: &'n Node, out: &mut Vec<&'n Node>) {
    for child in node.children() {
        match child.name() {
            "p" | "para" | "tr" | "li" => out.push(child),
            _ => paragraphs_in(child, out),
        }
    }
}

/// Elements that describe the record and are not text of it.
fn is_metadata(name: &str) -> bool {
    matches!(
        name,
        "page.no"
            | "time.stamp"
            | "type"
            | "id.no"
            | "cognate"
            | "day.start"
            | "talker"
            | "in.gov"
            | "first.speech"
            | "name.id"
    )
}

fn part_of(node: &Node) -> Part {
    match node.name() {
        name if is_metadata(name) || name == "graphic" => Part::Skip,
        "entry" | "td" | "th" => Part::Cell,
        "para" | "p" | "list" | "item" | "quote" | "motion" | "amendment" | "amendments" | "tr" | "row" | "table"
        | "ul" | "ol" | "li" | "names" | "name" | "ayes" | "noes" | "pairs" | "division.header" | "division.data"
        | "division.result" | "division" | "body" | "business.start" | "petition" | "title" | "talk.start"
        | "talk.text" => Part::Block,
        _ => Part::Inline,
    }
}

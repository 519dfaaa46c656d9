//! Turns that begin with a sign and without a name: `>> text` in captions, `— text` in dialogues.
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: bylines without a label, whose
//! speaker is unknown. Left alone are quoted mail, prompts of programs, paths (`Home >> News`) and lists in a speech: dashes
//! count only where they begin most of the text, end like sentences, and ask and answer. That such a byline belongs to nobody
//! is left to `link`.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Found, Origin, Place};
use crate::page::{Page, PageLine, Settled};
use crate::weights::Weights;
use plenary_corpus::text::ends_sentence;
use plenary_corpus::{BlockKind, Layout, Reason, Span, Style};
use plenary_names::bylines::{Byline, Reader};
use plenary_names::colon::colon_label;
use plenary_names::labels::LabelKind;
use plenary_names::text::constant_regex;

/// Confidence of a turn without a name.
const CONFIDENCE: f32 = 0.75;

/// Minimum number of chevrons at the beginning of lines.
const FEWEST_CHEVRONS: usize = 3;

/// A sign of captions for another speaker, or for another story.
static CHEVRONS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"(?:^|\s)(?P<mark>>>>?)(?:\s+|\b|$)"));

/// A chevron on a line.
struct Chevron {
    line: usize,
    /// Offset of the sign in the visible text of the line.
    at: usize,
    /// Offset of what follows it.
    speech: usize,
}

/// Adds the turns that begin with `>>` or `>>>` and are not bylines already.
pub(crate) fn add_marked(page: &Page<'_>, settled: &Settled, found: &mut Found) {
    let all = chevrons(page, settled);
    if all.is_empty() {
        return;
    }
    let is_named = |line: usize| found.bylines.iter().any(|byline| byline.line == line);
    let n_named = all.iter().filter(|chevron| is_named(chevron.line)).count();
    let n_others = found.bylines.len().saturating_sub(n_named);
    if n_named == 0 && n_others <= all.len() {
        // Labels elsewhere in captions without names: headings, titles.
        *found = Found::default();
    }
    let first_line = all[0].line;
    let mut reader = Reader::new(page.lexicon);
    let mut added: Vec<Candidate> = Vec::new();
    for chevron in all {
        let line = &page.lines[chevron.line];
        let offset = line.mapped.source_start(chevron.at);
        let taken = |byline: &Candidate| byline.byline.start <= offset && offset < byline.speech.max(byline.byline.end);
        if found.bylines.iter().any(taken) {
            continue;
        }
        let named = (chevron.at > 0).then(|| named(page, &chevron, &mut reader)).flatten();
        added.push(named.unwrap_or_else(|| unnamed(page, chevron.line, chevron.at, chevron.speech)));
    }
    if found.bylines.iter().chain(&added).all(|byline| byline.line >= first_line)
        && let Some(line) = opening(page, settled, first_line)
    {
        added.push(unnamed(page, line, 0, 0));
    }
    if found.bylines.is_empty() && !added.is_empty() {
        (found.style, found.confidence) = (Some(Style::Unnamed), CONFIDENCE);
    }
    found.insert(added);
}

/// The chevrons of a page, if they are those of captions.
fn chevrons(page: &Page<'_>, settled: &Settled) -> Vec<Chevron> {
    let (mut out, mut n_at_start, mut n_single) = (Vec::new(), 0, 0);
    for (i, line) in page.lines.iter().enumerate().filter(|(i, line)| settled.is_open(*i) && !line.is_empty()) {
        let text = line.text();
        if !text.contains('>') || text.contains("<<") {
            continue;
        }
        let lead = text.len() - text.trim_start().len();
        n_single += usize::from(text[lead..].starts_with('>') && !text[lead..].starts_with(">>"));
        for found in CHEVRONS.captures_iter(text) {
            let (Some(mark), Some(whole)) = (found.name("mark"), found.get(0)) else { continue };
            let speech = &text[whole.end()..];
            let begins = mark.start() == lead;
            // Inside a line the sign follows the end of a sentence: "Home >> News" is a path.
            let fits = begins || closes(&text[..mark.start()]);
            if fits && speech.chars().any(char::is_alphanumeric) {
                n_at_start += usize::from(begins && mark.as_str() == ">>");
                out.push(Chevron { line: i, at: mark.start(), speech: whole.end() });
            }
        }
    }
    // Quoted mail has lines with one sign, a session of an interpreter only three.
    let n_lines = page.lines.iter().filter(|line| !line.is_empty()).count();
    let is_quoted = n_single > 0 || is_quoted_throughout(page, &out);
    let many = n_at_start >= FEWEST_CHEVRONS || out.len() >= FEWEST_CHEVRONS && out.len() * 4 >= n_lines;
    if many && !is_quoted { out } else { Vec::new() }
}

/// Whether lines with chevrons break sentences, as lines of quoted mail do: a turn begins where another sentence ends.
fn is_quoted_throughout(page: &Page<'_>, chevrons: &[Chevron]) -> bool {
    const FEWEST: usize = 3;
    let lines: Vec<usize> = chevrons.iter().filter(|chevron| chevron.at == 0).map(|chevron| chevron.line).collect();
    let goes_on = |line: &&usize| {
        let text = page.lines[**line].text();
        lines.binary_search(&(**line + 1)).is_ok() && text.ends_with(|c: char| c.is_lowercase() || c == ',')
    };
    let n = lines.iter().filter(goes_on).count();
    n >= FEWEST && n * 3 >= lines.len()
}

/// Whether a turn can end with this text.
fn closes(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '…', '"', '”', ')', ']', '♪', '-', '—', '–', '。', '？', '！'])
}

/// A byline with a name behind a chevron inside a line: "Thank you. >> ANN LEE: Good evening."
fn named(page: &Page<'_>, chevron: &Chevron, reader: &mut Reader<'_>) -> Option<Candidate> {
    const CLEAR: f32 = 0.5;
    let line = &page.lines[chevron.line];
    let rest = &line.text()[chevron.speech..];
    let (printed, speech) = colon_label(page.lexicon, rest)?;
    let (parts, judgement) = reader.read(&printed);
    let judgement = judgement.filter(|judgement| judgement.quality >= CLEAR)?;
    let place = place(page, chevron.line, chevron.at, chevron.speech + speech);
    let weights = Weights::of_form(judgement.kind, judgement.quality);
    let named = Candidate::printed(Style::Colon, parts, judgement.kind, place, weights);
    Some(Candidate { inside: true, n_mentions: 1, ..named })
}

/// A turn of an unknown person.
pub(super) fn unnamed(page: &Page<'_>, line: usize, at: usize, speech: usize) -> Candidate {
    let place = place(page, line, at, speech);
    let printed = page.source.get(place.byline.start..place.byline.end).unwrap_or("").trim().to_string();
    let parts = Byline { printed, ..Byline::default() };
    let weights = Weights::start(Reason::Sign, CONFIDENCE);
    Candidate::implied(Style::Unnamed, Origin::Unnamed, parts, LabelKind::Anonymous, place, weights)
}

fn place(page: &Page<'_>, line: usize, at: usize, speech: usize) -> Place {
    let mapped = &page.lines[line].mapped;
    let byline = Span::new(mapped.source_start(at), mapped.source_end(speech).max(mapped.source_start(at)));
    Place { line, byline, speech_line: line, speech: mapped.source_start(speech) }
}

/// The line at which the speech before the first chevron begins: the text directly above it, without a blank line, if it ends
/// like a sentence.
fn opening(page: &Page<'_>, settled: &Settled, first: usize) -> Option<usize> {
    const SHORTEST: usize = 3;
    let is_text = |line: &usize| !page.lines[*line].is_empty() && settled.is_open(*line);
    let above: Vec<usize> = (0..first).rev().take_while(is_text).collect();
    let last = above.first().map(|line| page.lines[*line].text().trim_end())?;
    let n_words: usize = above.iter().map(|line| page.lines[*line].text().split_whitespace().count()).sum();
    above.last().copied().filter(|_| ends_sentence(last) && n_words >= SHORTEST)
}

/// Signs of dialogues.
const DASHES: [char; 4] = ['-', '–', '—', '―'];

/// A line that begins with a dash, and the text up to the next one.
struct Entry {
    line: usize,
    dash: char,
    /// Offset of the speech in the visible text of the line.
    speech: usize,
    text: String,
    /// Whether the text above ends with a colon, as above a list.
    is_listed: bool,
    /// The line with that text.
    above: Option<usize>,
}

/// The turns of a page on which dashes begin the speech of alternating people without names, if they explain more of it than
/// the bylines `found`.
pub(crate) fn dashes(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    const FEWEST: usize = 5;
    let mut entries = entries(page, settled);
    let dash = DASHES.into_iter().max_by_key(|dash| entries.iter().filter(|entry| entry.dash == *dash).count())?;
    entries.retain(|entry| entry.dash == dash);
    let n = entries.len();
    let first = entries.first().filter(|_| n >= FEWEST)?.line;
    let has = |fits: fn(&Entry) -> bool| entries.iter().filter(|entry| fits(entry)).count();
    let n_sentences = has(|entry| ends_like_speech(&entry.text) && begins_like_speech(&entry.text));
    let n_questions = has(|entry| asks(&entry.text));
    let n_listed = has(|entry| entry.is_listed);
    let is_dialogue =
        n_sentences * 10 >= n * 8 && n_questions.min(n - n_questions) * 6 >= n && n_listed * 5 <= n && n_questions >= 2;
    let is_entry = |line: usize| entries.binary_search_by_key(&line, |entry| entry.line).is_ok();
    let n_named = found.bylines.iter().filter(|byline| byline.line >= first).count();
    let n_named_entries = found.bylines.iter().filter(|byline| is_entry(byline.line)).count();
    if !is_dialogue || n_named * 4 > n || n_named_entries * 4 > n || !covers(page, settled, &entries) {
        return None;
    }
    let bylines = entries.iter().map(|entry| {
        let lead = page.lines[entry.line].text().len() - page.lines[entry.line].text().trim_start().len();
        unnamed(page, entry.line, lead, entry.speech)
    });
    let around = headings(page, settled, &entries).into_iter().map(|line| (line..line + 1, BlockKind::Heading));
    Some(Found {
        bylines: bylines.collect(),
        style: Some(Style::Unnamed),
        confidence: CONFIDENCE,
        around: around.collect(),
        ..Found::default()
    })
}

/// Adds the turns of questions and answers behind dashes inside a document with bylines, as records of courts print examinations: below
/// a line that ends with a colon, a question and its answer alternate. A label that is seen once behind such a dash is part of the answer.
pub(crate) fn add_dialogues(page: &Page<'_>, settled: &Settled, found: &mut Found) {
    const FEWEST: usize = 4;
    const FEWEST_QUESTIONS: usize = 2;
    if found.bylines.is_empty() {
        return;
    }
    let entries = entries(page, settled);
    let is_entry = |line: usize| entries.binary_search_by_key(&line, |entry| entry.line).is_ok();
    let is_chance = |byline: &Candidate| byline.n_mentions < 2 && is_entry(byline.line);
    let firm: BTreeSet<usize> =
        found.bylines.iter().filter(|byline| !is_chance(byline)).map(|byline| byline.line).collect();
    let mut runs: Vec<Vec<&Entry>> = Vec::new();
    for entry in &entries {
        let is_between = |last: &&Entry| firm.range(last.line + 1..entry.line).next().is_some();
        match runs.last_mut() {
            Some(run) if !entry.is_listed && !run.last().is_some_and(is_between) => run.push(entry),
            _ => runs.push(vec![entry]),
        }
    }
    let alternates = |run: &[&Entry]| {
        let n = run.iter().enumerate().filter(|(at, entry)| asks(&entry.text) == (at % 2 == 0)).count();
        let n_questions = run.iter().filter(|entry| asks(&entry.text)).count();
        // "Ann Lee: I have two questions:" is followed by a list of the person's own.
        let is_introduced = run[0].is_listed && run[0].above.is_none_or(|line| !firm.contains(&line));
        run.len() >= FEWEST
            && n_questions >= FEWEST_QUESTIONS
            && is_introduced
            && asks(&run[0].text)
            && !asks(&run[1].text)
            && n * 5 >= run.len() * 4
    };
    runs.retain(|run| alternates(run));
    let lines: HashSet<usize> = runs.iter().flatten().map(|entry| entry.line).collect();
    if lines.is_empty() {
        return;
    }
    found.bylines.retain(|byline| !(lines.contains(&byline.line) && byline.n_mentions < 2));
    let named: HashSet<usize> = found.bylines.iter().map(|byline| byline.line).collect();
    let added = runs.into_iter().flatten().filter(|entry| !named.contains(&entry.line)).map(|entry| {
        let text = page.lines[entry.line].text();
        unnamed(page, entry.line, text.len() - text.trim_start().len(), entry.speech)
    });
    let added = added.collect();
    found.insert(added);
}

fn entries(page: &Page<'_>, settled: &Settled) -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::new();
    let mut above = "";
    let mut line_above = None;
    let mut is_open = false;
    for (i, line) in page.lines.iter().enumerate() {
        if line.is_empty() || !settled.is_open(i) || matches!(line.layout, Layout::Heading(_)) {
            is_open = false;
            continue;
        }
        let text = line.text().trim();
        if let Some((dash, speech)) = dash(line.text()) {
            let is_listed = above.ends_with([':', '：']);
            let own = line.text()[speech..].trim_end().to_string();
            out.push(Entry { line: i, dash, speech, text: own, is_listed, above: line_above });
            is_open = true;
        } else if let Some(last) = out.last_mut().filter(|_| is_open) {
            last.text.push(' ');
            last.text.push_str(text);
        }
        above = text;
        line_above = Some(i);
    }
    out
}

/// The dash that a line begins with, and the offset of the text behind it. A hyphen needs a blank or a capital behind it.
fn dash(text: &str) -> Option<(char, usize)> {
    let lead = text.len() - text.trim_start().len();
    let dash = text[lead..].chars().next().filter(|c| DASHES.contains(c))?;
    let behind = &text[lead + dash.len_utf8()..];
    let speech = behind.trim_start();
    let is_spaced = speech.len() < behind.len();
    let begins =
        speech.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '¿' | '¡' | '«' | '"' | '“' | '…' | '(' | '.'));
    let fits = is_spaced || dash != '-' || speech.starts_with(|c: char| c.is_uppercase() || matches!(c, '¿' | '¡'));
    (begins && fits).then_some((dash, text.len() - speech.len()))
}

fn begins_like_speech(text: &str) -> bool {
    text.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| !c.is_lowercase())
}

fn ends_like_speech(text: &str) -> bool {
    let text = text.trim_end_matches([')', ']', '»', '"', '”', '’', ' ']);
    text.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '-', '—']) || asks(text)
}

/// Whether a text ends with a question. The Greek question mark is a semicolon.
pub(super) fn asks(text: &str) -> bool {
    let is_greek = |c: char| ('\u{370}'..'\u{400}').contains(&c);
    let text = text.trim_end_matches([')', ']', '»', '"', '”', ' ']);
    text.ends_with(['?', '？', '؟', '\u{37E}']) || text.ends_with(';') && text.chars().any(is_greek)
}

/// Whether the entries hold most words from the first one on.
fn covers(page: &Page<'_>, settled: &Settled, entries: &[Entry]) -> bool {
    let n_words = |text: &str| text.split_whitespace().count();
    let own: usize = entries.iter().map(|entry| n_words(&entry.text)).sum();
    let from = entries.first().map_or(0, |entry| entry.line);
    let all: usize = (from..page.lines.len())
        .filter(|line| settled.is_open(*line))
        .map(|line| n_words(page.lines[line].text()))
        .sum();
    own * 10 >= all * 7
}

/// Short lines between blank lines above an entry, without a dash: headings of scenes.
fn headings(page: &Page<'_>, settled: &Settled, entries: &[Entry]) -> Vec<usize> {
    const LONGEST: usize = 8;
    let from = entries.first().map_or(0, |entry| entry.line);
    let is_blank = |line: usize| page.lines.get(line).is_none_or(PageLine::is_empty);
    let next = |line: usize| (line + 1..page.lines.len()).find(|next| !page.lines[*next].is_empty());
    let is_entry = |line: usize| entries.binary_search_by_key(&line, |entry| entry.line).is_ok();
    let is_heading = |line: &usize| {
        let n_words = page.lines[*line].text().split_whitespace().count();
        settled.is_open(*line)
            && (1..=LONGEST).contains(&n_words)
            && !is_entry(*line)
            && is_blank(*line + 1)
            && is_blank(line.saturating_sub(1))
            && next(*line).is_some_and(is_entry)
    };
    (from..page.lines.len()).filter(is_heading).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::transcript;

    fn turns(text: &str) -> Vec<(Option<String>, String)> {
        let found = transcript(text);
        let speaker = |at: Option<usize>| at.map(|at| found.speakers[at].name.clone());
        found.utterances.iter().map(|turn| (speaker(turn.speaker), turn.text.clone())).collect()
    }

    #[test]
    fn chevrons_without_a_name_begin_turns_of_nobody() {
        let text = ">> ANN LEE: Good evening from the pier.\n>> It was dry last week.\n>> ANN LEE: And now?\n\
                    >> Now it is wet. >> Very wet. >> BO HILL: I agree.\n>>> A goose in Harlan.\n";
        let of = |name: Option<&str>, text: &str| (name.map(str::to_string), text.to_string());
        assert_eq!(
            turns(text),
            [
                of(Some("Ann Lee"), "Good evening from the pier."),
                of(None, "It was dry last week."),
                of(Some("Ann Lee"), "And now?"),
                of(None, "Now it is wet."),
                of(None, "Very wet."),
                of(Some("Bo Hill"), "I agree."),
                of(None, "A goose in Harlan."),
            ]
        );
    }

    #[test]
    fn quoted_mail_and_paths_have_no_turns() {
        let mail = "Ann wrote:\n\n>> Will you come to the fair\n>> on Sunday, or not at all?\n> I do not know yet.\n\nI will.\n";
        assert_eq!(turns(mail).len(), 1);
        let path =
            "Home >> News\n\nNews >> Sport\n\nNews >> Weather\n\nThe harbour is closed today. Nobody knows why.\n";
        assert!(turns(path).iter().all(|(_, text)| text.contains(">>") || !text.contains("News")));
    }

    #[test]
    fn dashes_begin_turns_where_they_begin_most_of_the_text() {
        let text = "On the pier\n\n— Is it open?\n— Not before noon.\n— Why?\n— The man has the key.\n— And the man?\n— Asleep.\n";
        let found = turns(text);
        assert_eq!(found.len(), 6, "{found:?}");
        assert!(found.iter().all(|(speaker, text)| speaker.is_none() && !text.starts_with('—')));
    }

    #[test]
    fn a_question_and_a_remark_below_a_colon_belong_to_the_person() {
        let text = "Ann Lee: I have two points:\n- Who pays for the bridge?\n- The minutes are wrong.\nBo Hill: Noted.\n\
                    Ann Lee: And four more:\n- Who pays?\n- Nobody does.\n- Who knows?\n- Nobody does.\nBo Hill: Thank you.\n";
        let speakers: Vec<_> = turns(text).into_iter().map(|(speaker, _)| speaker.unwrap_or_default()).collect();
        assert_eq!(speakers, ["Ann Lee", "Bo Hill", "Ann Lee", "Bo Hill"]);
    }

    #[test]
    fn a_list_in_a_speech_is_not_a_dialogue() {
        let text = "Ann Lee: I have asked three things:\n\n- a winch;\n- a hut;\n- a lamp on every gate.\n\n\
                    Bo Hill: I say to you:\n\n- You had the money.\n- You had the time.\n- Where is my lamp?\n\nAnn Lee: Thank you.\n";
        let speakers: Vec<_> = turns(text).into_iter().map(|(speaker, _)| speaker.unwrap_or_default()).collect();
        assert_eq!(speakers, ["Ann Lee", "Bo Hill", "Ann Lee"]);
    }
}

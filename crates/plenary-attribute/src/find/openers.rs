//! Questions behind one sign and answers behind another or behind a name, as newspapers print interviews: "* Why?" and "- Because.",
//! "――Why?" and "Lee　Because."
//!
//! **Input**: the page, the claims on it, and the bylines. **Output**: a turn of nobody for each question, and for an answer behind a
//! sign one of the person who answered last. Left alone are items of lists: a sign counts only where what it begins and the answers
//! alternate throughout.

use std::collections::HashMap;

use super::unnamed::{asks, unnamed};
use crate::candidate::{Candidate, Found, Origin, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Layout, Reason, Style};

/// Signs before questions and answers.
const SIGNS: &[char] = &['*', '-', '–', '—', '―', '•', '■', '●', '◆', '▼', '▶'];

/// Confidence of an answer behind a sign.
const ANSWERED: f32 = 0.6;

/// A paragraph that a sign may begin.
struct Paragraph {
    line: usize,
    sign: Option<Sign>,
    /// The byline with which it begins.
    byline: Option<usize>,
    /// The text above ends with a colon, as above a list.
    is_listed: bool,
    asks: bool,
}

#[derive(Clone, Copy)]
struct Sign {
    mark: char,
    /// A long dash, which does not begin items of lists.
    is_long: bool,
    /// Offsets of the sign and of what follows it.
    at: usize,
    speech: usize,
}

/// Adds the questions and answers behind signs.
pub(super) fn add(page: &Page<'_>, settled: &Settled, found: &mut Found) {
    let paragraphs = paragraphs(page, settled, found);
    let Some(asked) = SIGNS.iter().find_map(|sign| questions(&paragraphs, *sign)) else { return };
    let mut added = Vec::new();
    let mut last: Option<&Candidate> = None;
    let mut next = asked.iter().copied().peekable();
    let mut follows_question = false;
    for (at, paragraph) in paragraphs.iter().enumerate() {
        if let Some(byline) = paragraph.byline {
            last = Some(&found.bylines[byline]);
        }
        let is_question = next.next_if_eq(&at).is_some();
        let answers = follows_question && paragraph.byline.is_none() && !is_question;
        if let Some(sign) = paragraph.sign.filter(|_| is_question || answers) {
            let nobody = unnamed(page, paragraph.line, sign.at, sign.speech);
            added.push(match last.filter(|_| answers) {
                Some(last) => answer(last, &nobody),
                None => nobody,
            });
        }
        follows_question = is_question;
    }
    if found.bylines.is_empty() {
        (found.style, found.confidence) = (Some(Style::Unnamed), ANSWERED);
    }
    found.insert(added);
}

/// The answer behind a sign, of the person who answered before.
fn answer(last: &Candidate, place: &Candidate) -> Candidate {
    let Candidate { line, byline, speech_line, speech, .. } = *place;
    let place = Place { line, byline, speech_line, speech };
    let weights = Weights::start(Reason::Sign, ANSWERED);
    Candidate::implied(Style::Questions, Origin::Answered, last.parts.clone(), last.kind, place, weights)
}

/// The paragraphs that a sign begins, if they are questions: nearly each is followed by an answer, and none is an item of a list. A sign
/// that lists also have begins sentences of which most ask.
fn questions(paragraphs: &[Paragraph], sign: char) -> Option<Vec<usize>> {
    const FEWEST: usize = 4;
    let is_question =
        |paragraph: &Paragraph| paragraph.byline.is_none() && paragraph.sign.is_some_and(|own| own.mark == sign);
    let all: Vec<usize> = (0..paragraphs.len()).filter(|at| is_question(&paragraphs[*at])).collect();
    let is_answered = |at: &&usize| {
        paragraphs
            .get(**at + 1)
            .is_some_and(|next| next.byline.is_some() || next.sign.is_some_and(|own| own.mark != sign) && !next.asks)
    };
    let n = all.len();
    let n_answered = all.iter().filter(is_answered).count();
    let n_listed = all.iter().filter(|at| paragraphs[**at].is_listed).count();
    let n_asking = all.iter().filter(|at| paragraphs[**at].asks).count();
    let n_long = all.iter().filter(|at| paragraphs[**at].sign.is_some_and(|own| own.is_long)).count();
    let first = all.first().copied()?;
    let n_bylines = paragraphs[first..].iter().filter(|paragraph| paragraph.byline.is_some()).count();
    // In a debate with bylines everywhere, a few paragraphs behind signs are quotations or items.
    let is_frequent = n * 3 >= n_bylines;
    let are_questions = n_asking * 2 >= n || n_long == n && n_bylines >= FEWEST;
    (n >= FEWEST && n_answered * 5 >= n * 4 && n_listed == 0 && are_questions && is_frequent).then_some(all)
}

fn paragraphs(page: &Page<'_>, settled: &Settled, found: &Found) -> Vec<Paragraph> {
    /// A question is shorter than this number of bytes.
    const LONGEST: usize = 2_000;
    let at_line: HashMap<usize, usize> =
        found.bylines.iter().enumerate().map(|(at, byline)| (byline.line, at)).collect();
    let mut above_ends_open = false;
    let mut out = Vec::new();
    for lines in settled.open_paragraphs(page) {
        let line = &page.lines[lines.start];
        let is_heading = matches!(line.layout, Layout::Heading(_));
        let sign = if is_heading { None } else { sign(line.text()) };
        let byline = at_line.get(&lines.start).copied();
        let is_listed = above_ends_open;
        let last = page.lines[lines.end - 1].text().trim_end();
        above_ends_open = last.ends_with([':', '：']);
        if sign.is_some() || byline.is_some() || !is_heading {
            let asks = sign.is_some() && asks(&page.join_at_most(lines.clone(), LONGEST).text);
            out.push(Paragraph { line: lines.start, sign, byline, is_listed, asks });
        }
    }
    out
}

/// The sign that a text begins with: one, or the same dash several times.
fn sign(text: &str) -> Option<Sign> {
    const LONG_DASH: char = '―';
    let at = text.len() - text.trim_start().len();
    let sign = text[at..].chars().next().filter(|c| SIGNS.contains(c))?;
    let n = text[at..].chars().take_while(|c| *c == sign).count();
    let behind = &text[at + n * sign.len_utf8()..];
    let speech = behind.trim_start();
    let is_dash = matches!(sign, '-' | '–' | '—' | LONG_DASH);
    let is_long = sign == LONG_DASH || is_dash && n > 1;
    let is_spaced = speech.len() < behind.len();
    let begins = speech.starts_with(|c: char| {
        c.is_alphanumeric() && !c.is_lowercase()
            || matches!(c, '¿' | '¡' | '«' | '"' | '“' | '「' | '『' | '(' | '（' | '…')
    });
    let fits = begins && (n == 1 || n == 2 && is_dash) && (is_spaced || is_dash && sign != '-');
    fits.then_some(Sign { mark: sign, is_long, at, speech: text.len() - speech.len() })
}

#[cfg(test)]
mod tests {
    use crate::testing::transcript;

    fn turns(text: &str) -> Vec<(String, String)> {
        let found = transcript(text);
        let speaker = |at: Option<usize>| at.map_or("-".to_string(), |at| found.speakers[at].name.clone());
        found.utterances.iter().map(|turn| (speaker(turn.speaker), turn.text.clone())).collect()
    }

    #[test]
    fn questions_behind_one_sign_and_answers_behind_another_are_turns() {
        let text = "* Mr. Lee, is the pier open?\n\n- Mr. Ann Lee: Not before noon.\n\n* And why is that?\n\n\
                    - We do three things:\n\n- We sweep.\n\n- We paint.\n\n* Who pays for it?\n\n- Nobody does.\n\n\
                    - Ms. Bo Hill: I do.\n\n* Is that true?\n\n- It is.\n\n* Thank you both.\n";
        let speakers: Vec<String> = turns(text).into_iter().map(|(speaker, _)| speaker).collect();
        assert_eq!(speakers, ["-", "Ann Lee", "-", "Ann Lee", "-", "Ann Lee", "Bo Hill", "-", "Bo Hill", "-"]);
    }

    #[test]
    fn lists_in_a_hearing_are_not_questions() {
        let text = "Ann Lee: Three things:\n\n- Who pays?\n\nBo Hill: I do.\n\nAnn Lee: And then:\n\n- Who sweeps?\n\n\
                    Bo Hill: I do.\n\nAnn Lee: At last:\n\n- Who paints?\n\nBo Hill: I do.\n\nAnn Lee: So:\n\n- Who rests?\n\nBo Hill: You.\n";
        assert!(turns(text).iter().all(|(speaker, _)| speaker != "-"), "{:?}", turns(text));
    }

    #[test]
    fn bullets_in_prose_and_mail_are_not_questions() {
        for text in [
            "We met on the pier.\n\n* The winch is old.\n\n* The hut is new.\n\n* The lamp is lost.\n\n* The man is ill.\n\nGoodbye.\n",
            "Ann,\n\n* Is the winch old?\n\nIt is.\n\n* Is the hut new?\n\nNo.\n\n* Is the lamp lost?\n\nYes.\n\n* Is Bo ill?\n\nNo.\n",
        ] {
            assert!(turns(text).len() <= 1, "{:?}", turns(text));
        }
    }
}

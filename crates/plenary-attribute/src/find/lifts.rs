//! Candidates that the rest of the page speaks for.
//!
//! **Input**: all candidates of a page, after those that are none were removed by `company`. **Output**: the same, with the confidence of
//! some raised: people who speak once among people who recur, names in a list of the page, labels that begin most paragraphs.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::company::{is_own_line, says_sentence};
use super::inline::ends_with_name;
use crate::candidate::{ACCEPT, Candidate, in_capitals};
use crate::page::{Page, Settled};
use plenary_corpus::{Reason, Style};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::offices;
use plenary_names::text::folded;

/// Number of accepted bylines of one form that support a label of that form which occurs only once.
pub(crate) const CARRIERS: usize = 3;

/// Raises the labels of people who speak once: they do not recur, but look like labels that do.
pub(crate) fn speaking_once(page: &Page<'_>, all: &mut [Candidate]) {
    const LIFTED: f32 = 0.55;
    let lexicon = page.lexicon;
    let is_word = |candidate: &Candidate| matches!(candidate.kind, LabelKind::Word | LabelKind::Anonymous);
    let mut marked: HashMap<(Style, bool), usize> = HashMap::new();
    let mut words: HashMap<Style, HashSet<&str>> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.confidence() >= ACCEPT && !candidate.inside) {
        if candidate.marked {
            *marked.entry((candidate.style, false)).or_default() += 1;
            *marked.entry((candidate.style, true)).or_default() += usize::from(in_capitals(&candidate.label));
        } else if candidate.kind == LabelKind::Word {
            words.entry(candidate.style).or_default().insert(candidate.label.as_str());
        }
    }
    let carried = |candidate: &Candidate| {
        candidate.marked && marked.get(&(candidate.style, is_word(candidate))).is_some_and(|n| *n >= CARRIERS)
    };
    let first_names: HashSet<Style> =
        words.into_iter().filter(|(_, labels)| labels.len() >= 2).map(|(style, _)| style).collect();
    // Lines in capitals and short separate lines are mostly headings.
    let lone = |candidate: &Candidate| {
        candidate.confidence() < ACCEPT
            && !candidate.inside
            && !matches!(candidate.style, Style::Capitals | Style::NameLine | Style::Heading)
    };
    let in_doubt = |candidate: &Candidate| {
        lone(candidate)
            && !carried(candidate)
            && candidate.kind == LabelKind::Word
            && first_names.contains(&candidate.style)
    };
    let doubtful: HashSet<String> =
        all.iter().filter(|candidate| in_doubt(candidate)).map(|candidate| candidate.label.to_lowercase()).collect();
    // A word that also occurs in lower case is not a name.
    let common = page.in_small_letters(&doubtful);
    let mut accepted: HashMap<Style, usize> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.confidence() >= ACCEPT && !candidate.inside) {
        *accepted.entry(candidate.style).or_default() += 1;
    }
    // "Bank of Norland: We lend to both.": an organisation followed by a sentence, among people in the same style.
    let body = |candidate: &Candidate| {
        lone(candidate)
            && is_body(lexicon, candidate)
            && accepted.get(&candidate.style).is_some_and(|n| *n >= CARRIERS)
            && says_sentence(page, candidate)
    };
    // "**Q:** Why?" once among names in bold: somebody in the room asks.
    let asks = |candidate: &Candidate| {
        candidate.style == Style::BoldInline
            && lone(candidate)
            && candidate.kind == LabelKind::Anonymous
            && lexicon.is_question_label(&folded(&candidate.label))
            && accepted.get(&candidate.style).is_some_and(|n| *n >= CARRIERS)
    };
    let others: HashSet<usize> = all
        .iter()
        .filter(|candidate| body(candidate) || asks(candidate))
        .map(|candidate| candidate.byline.start)
        .collect();
    for candidate in all.iter_mut() {
        if lone(candidate) && (carried(candidate) || others.contains(&candidate.byline.start))
            || in_doubt(candidate) && !common.contains(&candidate.label.to_lowercase())
        {
            candidate.raise(LIFTED, Reason::LooksLikeOthers);
        }
    }
}

/// Accepts the full names of people who speak once, if names recur on such lines. A heading has words that the page also has in small
/// letters, or stands where the names do not. Names that are not mentioned anywhere else are marked, since they may be headings.
pub(crate) fn on_named_lines(page: &Page<'_>, all: &mut [Candidate]) {
    const LIFTED: f32 = 0.55;
    const SHORTEST: usize = 3;
    let is_line = |candidate: &Candidate| candidate.style == Style::NameLine && !candidate.inside;
    let place = |candidate: &Candidate| {
        let is_apart = candidate.line.checked_sub(1).is_none_or(|above| page.lines[above].is_empty());
        (is_apart, candidate.speech_line - candidate.line)
    };
    let mut places: HashMap<(bool, usize), usize> = HashMap::new();
    for candidate in all.iter().filter(|candidate| is_line(candidate) && candidate.confidence() >= ACCEPT) {
        *places.entry(place(candidate)).or_default() += 1;
    }
    let n_accepted: usize = places.values().sum();
    // "Unknown speaker": whatever is below, a heading has other words.
    let is_unknown = |candidate: &Candidate| {
        candidate.kind == LabelKind::Anonymous && labels::is_unknown_label(page.lexicon, &candidate.label)
    };
    let lone = |candidate: &Candidate| {
        is_line(candidate)
            && candidate.confidence() < ACCEPT
            && candidate.label.contains(' ')
            && places.contains_key(&place(candidate))
            && (is_unknown(candidate) || candidate.kind == LabelKind::Person && says_sentence(page, candidate))
    };
    let words = |candidate: &Candidate| -> Vec<String> {
        let words = candidate.label.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
        words.filter(|word| word.chars().count() >= SHORTEST && !page.lexicon.is_particle(word)).collect()
    };
    let all_words: HashSet<String> = all.iter().filter(|candidate| lone(candidate)).flat_map(words).collect();
    if all_words.is_empty() || n_accepted < CARRIERS {
        return;
    }
    let common = page.in_small_letters(&all_words);
    let is_name = |candidate: &Candidate| {
        lone(candidate) && (is_unknown(candidate) || !words(candidate).iter().any(|word| common.contains(word)))
    };
    if all.iter().filter(|candidate| is_name(candidate)).count() > n_accepted {
        return;
    }
    let behind_first = |candidate: &Candidate| words(candidate).into_iter().skip(1);
    let lines: HashSet<usize> =
        all.iter().filter(|candidate| is_name(candidate)).map(|candidate| candidate.line).collect();
    let surnames: HashSet<String> = all.iter().filter(|candidate| is_name(candidate)).flat_map(behind_first).collect();
    let others = page.lines.iter().enumerate().filter(|(line, _)| !lines.contains(line));
    let mentioned: HashSet<String> = others
        .flat_map(|(_, line)| line.text().split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.starts_with(char::is_uppercase))
        .map(str::to_lowercase)
        .filter(|word| surnames.contains(word))
        .collect();
    for candidate in all.iter_mut().filter(|candidate| is_name(candidate)) {
        let is_mentioned = is_unknown(candidate) || behind_first(candidate).any(|word| mentioned.contains(&word));
        candidate.raise(LIFTED, if is_mentioned { Reason::LooksLikeOthers } else { Reason::MayBeHeading });
    }
}

/// Accepts labels before a spaced dash in records that write a person differently each time, "Cllr. Ann Lee – Who pays?" and "Cllr. A.
/// Lee – I see.": no label recurs, but surnames do, in many paragraphs that begin with a sentence of somebody with an office or a title.
pub(crate) fn returning(page: &Page<'_>, settled: &Settled, all: &mut [Candidate]) {
    const LIFTED: f32 = 0.6;
    const FEWEST: usize = 5;
    const FEWEST_PEOPLE: usize = 3;
    let begins_sentence = |candidate: &Candidate| {
        let text = page.source.get(candidate.speech..).unwrap_or("").trim_start_matches(['"', '“', '„', '«', ' ']);
        text.starts_with(char::is_uppercase)
    };
    let fits = |candidate: &Candidate| {
        candidate.style == Style::Dash
            && !candidate.inside
            && candidate.marked
            && candidate.confidence() > 0.0
            && matches!(candidate.kind, LabelKind::Person | LabelKind::Office)
            && begins_sentence(candidate)
    };
    let surname =
        |candidate: &Candidate| candidate.label.split_whitespace().next_back().map(folded).unwrap_or_default();
    let mut people: HashMap<String, usize> = HashMap::new();
    let mut lines: Vec<usize> = Vec::new();
    for candidate in all.iter().filter(|candidate| fits(candidate)) {
        *people.entry(surname(candidate)).or_default() += 1;
        lines.push(candidate.line);
    }
    let (Some(first), Some(last)) = (lines.iter().min(), lines.iter().max()) else { return };
    let n_between =
        settled.open_paragraphs(page).iter().filter(|lines| (*first..=*last).contains(&lines.start)).count();
    let n_returning: usize = people.values().filter(|n| **n >= 2).sum();
    let is_record = lines.len() >= FEWEST
        && people.len() >= FEWEST_PEOPLE
        && n_returning * 3 >= lines.len()
        && lines.len() * 3 >= n_between;
    for candidate in all.iter_mut().filter(|candidate| is_record && fits(candidate)) {
        candidate.raise(LIFTED, Reason::LooksLikeOthers);
    }
}

/// Accepts names with something in brackets before a full stop, "I.Berg (JL). Dear colleagues!", if several people have such labels and
/// most of them say a sentence. Brackets with a number are those of a reference.
pub(crate) fn bracketed(page: &Page<'_>, all: &mut [Candidate]) {
    const LIFTED: f32 = 0.6;
    const FEWEST: usize = 3;
    const FEWEST_PEOPLE: usize = 2;
    let fits = |candidate: &Candidate| {
        let is_plain = |brackets: &str| !brackets.contains(|c: char| c.is_ascii_digit());
        candidate.style == Style::Period
            && !candidate.inside
            && candidate.confidence() > 0.0
            && candidate.kind == LabelKind::Person
            && candidate.parts.brackets.as_deref().is_some_and(is_plain)
    };
    let found: Vec<&Candidate> = all.iter().filter(|candidate| fits(candidate)).collect();
    let n_people = found.iter().map(|candidate| candidate.label.as_str()).collect::<HashSet<_>>().len();
    let n_sentences = found.iter().filter(|candidate| says_sentence(page, candidate)).count();
    if found.len() < FEWEST || n_people < FEWEST_PEOPLE || n_sentences * 2 < found.len() {
        return;
    }
    for candidate in all.iter_mut().filter(|candidate| fits(candidate)) {
        candidate.raise(LIFTED, Reason::LooksLikeOthers);
    }
}

/// Whether a label names an organisation: "Bank of Norland", "Farmers' Union".
fn is_body(lexicon: &Lexicon, candidate: &Candidate) -> bool {
    candidate.kind == LabelKind::Person
        && matches!(candidate.style, Style::Colon | Style::BoldInline)
        && (offices::is_telling(lexicon, &candidate.label) || names_body_inside(lexicon, &candidate.label))
}

/// "Farmers of Norland": a word of the names of bodies between two other words.
fn names_body_inside(lexicon: &Lexicon, label: &str) -> bool {
    let words: Vec<&str> = label.split(' ').collect();
    words.len() > 2 && words[1..words.len() - 1].iter().any(|word| lexicon.is_of_body(word))
}

fn begins_with_number(page: &Page<'_>, candidate: &Candidate) -> bool {
    page.source.get(candidate.speech..).is_some_and(|text| text.trim_start().starts_with(|c: char| c.is_ascii_digit()))
}

/// Accepts single words as uncertain labels if at least seven paragraphs in ten begin with a label of the style, or eight in ten between
/// labels that recur.
pub(crate) fn throughout(page: &Page<'_>, settled: &Settled, all: &mut [Candidate]) {
    const DOUBTFUL: f32 = ACCEPT;
    let lexicon = page.lexicon;
    let paragraphs: Vec<usize> = settled.open_paragraphs(page).into_iter().map(|lines| lines.start).collect();
    let mut starts: HashMap<Style, Vec<usize>> = HashMap::new();
    let mut reach: HashMap<Style, Range<usize>> = HashMap::new();
    for candidate in all.iter().filter(|candidate| !candidate.inside) {
        starts.entry(candidate.style).or_default().push(candidate.line);
        if candidate.n_mentions >= 2 {
            let lines = reach.entry(candidate.style).or_insert(candidate.line..candidate.line + 1);
            *lines = lines.start.min(candidate.line)..lines.end.max(candidate.line + 1);
        }
    }
    let n_within = |all: &[usize], lines: &Range<usize>| all.iter().filter(|line| lines.contains(line)).count();
    let opens_most_within: HashSet<Style> = reach
        .iter()
        .filter(|(style, lines)| n_within(&starts[style], lines) * 10 >= n_within(&paragraphs, lines) * 8)
        .map(|(style, _)| *style)
        .collect();
    // Most paragraphs of the document begin with a label of the style, or those between the first and the last label that recurs.
    let opens_most = |candidate: &Candidate| {
        let style = candidate.style;
        let is_within = || opens_most_within.contains(&style) && reach[&style].contains(&candidate.line);
        matches!(style, Style::Colon | Style::BoldInline | Style::Dash | Style::Period)
            && starts
                .get(&style)
                .is_some_and(|all| all.len() >= 2 && all.len() * 10 >= paragraphs.len() * 7 || is_within())
    };
    let lone = |candidate: &Candidate| {
        candidate.confidence() < ACCEPT
            && !candidate.inside
            && opens_most(candidate)
            && match candidate.style {
                // "Dr. A. King (Leeds). I congratulate the authors.": an honorific distinguishes a label from a sentence.
                Style::Period => candidate.parts.details.honorific.is_some() && says_sentence(page, candidate),
                Style::Dash if candidate.kind == LabelKind::Person => says_sentence(page, candidate),
                // "Present – 11 members": a number of people.
                Style::Dash if begins_with_number(page, candidate) => false,
                _ => {
                    let ends_with_name = || ends_with_name(lexicon, &candidate.label);
                    candidate.kind == LabelKind::Word
                        || (is_body(lexicon, candidate) || ends_with_name()) && says_sentence(page, candidate)
                }
            }
    };
    let words: HashSet<String> =
        all.iter().filter(|candidate| lone(candidate)).map(|candidate| candidate.label.to_lowercase()).collect();
    if words.is_empty() {
        return;
    }
    let common = page.in_small_letters(&words);
    for candidate in all.iter_mut() {
        if lone(candidate) && !common.contains(&candidate.label.to_lowercase()) {
            candidate.set_confidence(DOUBTFUL, Reason::Throughout);
        }
    }
}

/// Confidence of a name on a separate line that is also in a list on the page.
const LISTED: f32 = 0.7;

/// Raises names on separate lines that are also in a list on the page.
pub(crate) fn listed(rosters: &HashSet<String>, all: &mut [Candidate]) {
    for candidate in all.iter_mut().filter(|candidate| is_own_line(candidate) && rosters.contains(&candidate.label)) {
        candidate.raise(LISTED, Reason::Listed);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    fn labels(text: &str) -> Vec<String> {
        turns(text).into_iter().map(|(label, _)| label).filter(|label| !label.is_empty()).collect()
    }

    #[test]
    fn people_who_speak_once_under_their_names_are_told_from_headings() {
        let talk = |last: &str| {
            format!(
                "The President\n\nGood morning. The sitting begins with a question.\n\nJoseph Ferris\n\nPresident, there is a \
                 light and a car. When will it be green?\n\nThe President\n\nThank you. You have the floor again.\n\n\
                 Joseph Ferris\n\nMay I tell him myself? He asks about the safety of the road.\n\n{last}\n\nThank you. Our \
                 motion has only one point: the tomato is rubbed, not cut.\n"
            )
        };
        assert_eq!(
            labels(&talk("Alba Gable")),
            ["The President", "Joseph Ferris", "The President", "Joseph Ferris", "Alba Gable"]
        );
        assert_eq!(labels(&talk("Road Safety")), ["The President", "Joseph Ferris", "The President", "Joseph Ferris"]);
    }

    #[test]
    fn names_with_brackets_before_a_full_stop_are_labels() {
        let text = "The chair. Good morning. We begin with the bridge.\n\n\
                    I.Berg (JL). Dear colleagues! I have seen the bridge, and it is old.\n\nThe chair. Thank you. Mr Stone.\n\n\
                    A.Stone (ZVP). I live near the road. It is full of dust.\n\nMy wife sees it every day.\n\n\
                    The chair. The minister has the floor.\n\n\
                    R.Moor (Minister of Roads). I have only one sentence to say.\n";
        assert_eq!(labels(text), ["The chair", "I.Berg", "The chair", "A.Stone", "The chair", "R.Moor"]);
        let loud = "CHAIRMAN. Good morning. Who has a question?\nR. BERG (LŽP). Where do the people go when the bridge is closed?\n\
                    CHAIRMAN. Thank you. The next question, please.\nJUST. STONE (TŪF). How much money does the ministry have left?\n\
                    R. BERG (LŽP). Eight hundred thousand. That is all we have.\nCHAIRMAN. We vote.\n";
        assert_eq!(labels(loud), ["CHAIRMAN", "R. BERG", "CHAIRMAN", "JUST. STONE", "R. BERG", "CHAIRMAN"]);
        let references = "Ann Hill: I have read three books.\n\nA. Berg (1994). The bridges of the north. Reeds.\n\n\
                          B. Stone (1999). The roads of the south. Reeds.\n\nC. Moor (2001). The mills of the east. Reeds.\n\n\
                          Bo Dale: Which one is the best?\n";
        assert_eq!(labels(references), ["Ann Hill", "Bo Dale"]);
    }

    #[test]
    fn names_that_come_back_in_other_forms_before_dashes_are_labels() {
        let text = "Cllr. Ann Lee – Who pays for the bridge – the old one?\n\nMayor Bo Hill – The county does.\n\n\
                    Cllr. A. Lee – Since when?\n\nCllr. Cy Dale – Since May.\n\nMayor B. Hill – It was in the paper.\n\n\
                    Cllr. C. Dale – I read it.\n\nFor – 12, against – 0.\n";
        assert_eq!(
            labels(text),
            ["Cllr. Ann Lee", "Mayor Bo Hill", "Cllr. A. Lee", "Cllr. Cy Dale", "Mayor B. Hill", "Cllr. C. Dale"]
        );
    }

    #[test]
    fn lists_of_people_and_prose_with_dashes_are_not_turns() {
        for text in [
            "Mayor Ann Lee – for.\n\nCllr. Bo Hill – against.\n\nCllr. Cy Dale – for.\n\nCllr. B. Hill – absent.\n\nMayor A. Lee – for.\n",
            "Dr. Ann Lee – She built the bridge in 1990.\n\nDr. Bo Hill – He closed it.\n\nMs. Cy Dale – She painted it.\n\n\
             Mr. Ed Nash – He sold it.\n\nMs. Flo Orr – She bought it.\n",
        ] {
            // The first line of prose may name who wrote it.
            assert!(labels(text).len() <= 1, "{:?}", labels(text));
        }
    }

    #[test]
    fn a_label_that_is_seen_once_among_labels_on_all_lines_is_accepted_below_a_long_head() {
        let head = "Oral history of the mills\n\nPlace: the old mill\n\nThe river was high on that day.\n\nNobody had slept.\n\n";
        let talk = "Lark: Who keeps the key?\n\nHill: I keep it at night.\n\n".repeat(3);
        let text = format!("{head}{talk}Brook: It is Monday.\n\n{talk}");
        assert_eq!(labels(&text).iter().filter(|label| *label == "Brook").count(), 1);
        assert!(!labels(&text).contains(&"Place".to_string()));
    }

    #[test]
    fn a_voice_without_a_name_on_a_line_of_its_own_speaks() {
        let text = "Ann Lee -- Chair\n\nGood morning. Who has a question for us?\n\nBo Hill -- Reed Bank -- Analyst\n\n\
                    I have one. How much is the fish?\n\nAnn Lee -- Chair\n\nIt is two crowns.\n\nUnknown speaker\n\n[Inaudible] in May.\n\n\
                    Bo Hill -- Reed Bank -- Analyst\n\nThank you. That is a lot.\n";
        assert_eq!(labels(text), ["Ann Lee", "Bo Hill", "Ann Lee", "Unknown speaker", "Bo Hill"]);
    }
}

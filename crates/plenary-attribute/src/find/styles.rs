//! The style in which a document prints its speakers.
//!
//! **Input**: the page and the claims on it. **Output**: the bylines of the style that explains the document best and
//! of styles that can be used beside it, with a confidence. Every place that looks like a byline in some style is a
//! candidate; labels that recur count more than labels that do not, and so do styles.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::announced;
use super::company;
use super::heads;
use super::initials;
use super::inline::leading;
use super::letters;
use super::lifts;
use super::misprinted;
use super::own_line::{accounts, alone, by_account, heading};
use super::prints;
use super::template;
use crate::candidate::{ACCEPT, Candidate, Found};
use crate::options::people_list::PeopleList;
use crate::page::{Page, Settled};
use plenary_corpus::{Layout, Reason, Rival, Style, StyleScore};
use plenary_names::bylines::Reader;
use plenary_names::labels::LabelKind;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// Another style is used beside the main one if its score is at least this share of the score of the main style.
const COMPANION: f32 = 0.25;
/// The same for names on separate lines beside labels on the line of the speech.
const OWN_LINE_COMPANION: f32 = 0.6;

/// The bylines of a page, in the style that the study asks for or in the one that fits the page.
pub(crate) fn find(
    page: &Page<'_>,
    settled: &Settled,
    name_levels: &HashSet<u8>,
    pinned: Option<Style>,
    list: Option<&PeopleList>,
) -> Found {
    let mut reader = Reader::new(page.lexicon);
    let account_lines = accounts(page);
    let mut all = candidates(page, settled, name_levels, &account_lines, &mut reader);
    let learned = if pinned.is_none_or(|style| style == Style::Template) {
        template::add(page, settled, &account_lines, &mut reader, &mut all)
    } else {
        None
    };
    if let Some(style) = pinned {
        all.retain(|candidate| candidate.style == style);
    }
    company::name_last(page.lexicon, &mut all);
    prints::read_surnames_first(page, &mut all);
    prints::correct_labels(page, list, &mut all);
    all.retain(|candidate| candidate.confidence() > 0.0);
    let legend = if pinned.is_none() { heads::drop_fields(page, &mut all) } else { Vec::new() };
    if pinned.is_none() {
        heads::drop_named_fields(page, &mut all);
    }
    let mut rosters = company::drop_rosters(page, &mut all);
    rosters.extend(heads::listed(page, page.lines.len()).into_iter().map(|byline| byline.label));
    rosters.extend(prints::holders(page, &all));
    company::drop_letters(page, &mut all);
    if pinned.is_none_or(|style| style == Style::Period) {
        letters::add(page, settled, &mut all);
        misprinted::add_unstopped(page, settled, &mut all);
    }
    if pinned.is_none_or(|style| style == Style::Colon) {
        letters::add_closed(page, settled, &mut all);
        misprinted::add_semicolons(page, settled, &mut all);
        misprinted::add_without_colon(page, settled, &mut all);
        initials::add(page, settled, &mut all);
        announced::add(page, settled, &mut all);
    }
    treat_lines_as_turns(&mut all);
    let mut counts: HashMap<(Style, &str), usize> = HashMap::new();
    for candidate in all.iter().filter(|candidate| !candidate.inside) {
        *counts.entry((candidate.style, candidate.label.as_str())).or_default() += 1;
    }
    let mentions: Vec<usize> = all
        .iter()
        .map(|candidate| counts.get(&(candidate.style, candidate.label.as_str())).copied().unwrap_or(0))
        .collect();
    for (candidate, n) in all.iter_mut().zip(mentions) {
        candidate.n_mentions = n;
        weigh(candidate, pinned.is_some());
    }
    lifts::listed(&rosters, &mut all);
    company::pair_questions(page.lexicon, &mut all);
    if pinned.is_none() {
        company::drop_lists(&mut all);
    }
    company::settle_numbered(page.lexicon, &mut all);
    lifts::returning(page, settled, &mut all);
    lifts::bracketed(page, &mut all);
    lifts::speaking_once(page, &mut all);
    lifts::on_named_lines(page, &mut all);
    lifts::throughout(page, settled, &mut all);
    company::drop_clauses(page, &mut all);
    company::drop_head(page, &mut all);
    let mut scores: BTreeMap<Style, f32> = BTreeMap::new();
    for candidate in all.iter().filter(|candidate| candidate.confidence() >= ACCEPT && !candidate.inside) {
        *scores.entry(candidate.style).or_default() += candidate.confidence();
    }
    // Ties go to the first style of the enumeration, whose markup is clearer.
    let Some((main, best)) = scores.iter().map(|(style, score)| (*style, *score)).fold(
        None,
        |best: Option<(Style, f32)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        },
    ) else {
        return Found::default();
    };
    let shares_labels = |style: Style| style != Style::Template || shares_labels(&all, main, style);
    let companions: Vec<Style> = scores
        .iter()
        .filter(|(style, _)| goes_with(main, **style) && shares_labels(**style))
        .filter(|(style, score)| {
            **score >= share_needed(main, **style) * best || only_asks(page.lexicon, &all, **style)
        })
        .map(|(style, _)| *style)
        .collect();
    let known: HashSet<String> = all
        .iter()
        .filter(|candidate| {
            (candidate.style == main || companions.contains(&candidate.style))
                && candidate.confidence() >= ACCEPT
                && !candidate.inside
        })
        .map(|candidate| candidate.label.clone())
        .collect();
    // "Ann Lee: Yes." once beside "**Ann Lee:** No."
    let of_main: HashSet<String> = all
        .iter()
        .filter(|candidate| candidate.style == main && candidate.confidence() >= ACCEPT && candidate.n_mentions >= 2)
        .map(|candidate| candidate.label.clone())
        .collect();
    // If the main style marks its labels, styles beside it must do so too.
    let (n_main, n_marked) = all
        .iter()
        .filter(|candidate| candidate.style == main && candidate.confidence() >= ACCEPT)
        .fold((0, 0), |(n, marked), candidate| (n + 1, marked + usize::from(candidate.marked)));
    let marks = n_marked >= lifts::CARRIERS && n_marked * 10 >= n_main * 8;
    let rivals: f32 =
        scores.iter().filter(|(style, _)| **style != main && !companions.contains(style)).map(|(_, score)| score).sum();
    let of_style = |candidate: &Candidate| {
        candidate.style == main
            || in_line(main) && in_line(candidate.style) && !candidate.inside && of_main.contains(&candidate.label)
            || companions.contains(&candidate.style)
                && (candidate.marked || !marks || candidate.kind == LabelKind::Anonymous)
    };
    let is_supported =
        |candidate: &Candidate| !candidate.inside || known.contains(&candidate.label) || candidate.confidence() >= 0.9;
    let (mut bylines, mut others): (Vec<Candidate>, Vec<Candidate>) = all
        .into_iter()
        .partition(|candidate| of_style(candidate) && candidate.confidence() >= ACCEPT && is_supported(candidate));
    // A line directly above a byline of the main style is a heading, not a byline without speech.
    let of_main_at: HashSet<usize> = bylines
        .iter()
        .filter(|byline| byline.style == main && in_line(main))
        .map(|byline| byline.byline.start)
        .collect();
    bylines.retain(|byline| {
        !matches!(byline.style, Style::Capitals | Style::NameLine) || !of_main_at.contains(&byline.speech)
    });
    bylines.sort_by(|a, b| {
        let key = |candidate: &Candidate| (candidate.byline.start, candidate.style != main, candidate.style);
        key(a).cmp(&key(b)).then(b.confidence().total_cmp(&a.confidence()))
    });
    bylines.dedup_by(|later, earlier| {
        let overlaps = later.byline.start < earlier.speech.max(earlier.byline.end).max(earlier.byline.start + 1);
        if overlaps {
            others.push(later.clone());
        }
        overlaps
    });
    let why_not = |rival: &Candidate| match rival {
        rival if rival.confidence() < ACCEPT => "its confidence is too low",
        rival if !of_style(rival) => "its style explains less of the document",
        rival if !is_supported(rival) => "it is inside a paragraph, and its label does not occur elsewhere",
        _ => "it overlaps with a reading that begins earlier or is in the main style of the document",
    };
    let repeated = template::drop_repeated(page, &mut bylines);
    note_rivals(&mut bylines, &others, why_not);
    let mean = bylines.iter().map(Candidate::confidence).sum::<f32>() / bylines.len().max(1) as f32;
    let explained: f32 =
        scores.iter().filter(|(style, _)| **style == main || companions.contains(style)).map(|(_, score)| score).sum();
    let is_taken = |style: Style| style == main || companions.contains(&style);
    let mut style_scores: Vec<StyleScore> = scores
        .iter()
        .map(|(style, score)| StyleScore { style: *style, score: *score, is_taken: is_taken(*style) })
        .collect();
    style_scores.sort_by(|a, b| b.score.total_cmp(&a.score));
    Found {
        style: Some(main),
        confidence: mean * explained / (explained + rivals).max(f32::EPSILON),
        scores: style_scores,
        bylines,
        legend,
        template: learned,
        repeated,
        around: Vec::new(),
    }
}

/// If most bylines of a style are at the start of lines inside paragraphs and recur, each line is a turn, and the paragraphs only
/// result from missing blank lines.
fn treat_lines_as_turns(all: &mut [Candidate]) {
    let mut mentions: HashMap<(Style, &str), usize> = HashMap::new();
    for candidate in all.iter() {
        *mentions.entry((candidate.style, candidate.label.as_str())).or_default() += 1;
    }
    let mut places: HashMap<Style, (usize, usize)> = HashMap::new();
    for candidate in all.iter() {
        let recurs = mentions.get(&(candidate.style, candidate.label.as_str())).is_some_and(|n| *n >= 2);
        let (inside, outside) = places.entry(candidate.style).or_default();
        *inside += usize::from(candidate.inside && recurs);
        *outside += usize::from(!candidate.inside && (recurs || candidate.confidence() >= ACCEPT));
    }
    for candidate in all.iter_mut().filter(|candidate| candidate.inside) {
        let (inside, outside) = places.get(&candidate.style).copied().unwrap_or_default();
        candidate.inside = inside <= outside;
    }
}

/// The share of the main style's score that another style needs. Names on separate lines beside labels on the line of the speech are
/// mostly headings.
fn share_needed(main: Style, other: Style) -> f32 {
    if (in_line(main) || main == Style::Template) && matches!(other, Style::Capitals | Style::NameLine) {
        OWN_LINE_COMPANION
    } else {
        COMPANION
    }
}

/// Whether a style has the speech on the line of the byline.
fn in_line(style: Style) -> bool {
    matches!(style, Style::Colon | Style::Period | Style::Dash | Style::BoldInline)
}

/// Whether most labels of a style are also labels of the main one.
fn shares_labels(all: &[Candidate], main: Style, other: Style) -> bool {
    let of =
        |style: Style| all.iter().filter(move |candidate| candidate.style == style && candidate.confidence() >= ACCEPT);
    let known: HashSet<&str> = of(main).map(|candidate| candidate.label.as_str()).collect();
    let n_shared = of(other).filter(|candidate| known.contains(candidate.label.as_str())).count();
    n_shared * 2 >= of(other).count()
}

/// Whether the bylines of a style are questions of people without a name, at least two: "Q  Why?" beside "MR. HILL: Because."
fn only_asks(lexicon: &Lexicon, all: &[Candidate], style: Style) -> bool {
    const FEWEST: usize = 2;
    let accepted = || {
        all.iter().filter(|candidate| candidate.style == style && candidate.confidence() >= ACCEPT && !candidate.inside)
    };
    in_line(style)
        && accepted().count() >= FEWEST
        && accepted().all(|candidate| {
            candidate.kind == LabelKind::Anonymous && lexicon.is_question_label(&folded(&candidate.label))
        })
}

/// Whether two styles can be used in one conversation: a bold question and a plain answer, bold and plain colons.
fn goes_with(main: Style, other: Style) -> bool {
    main != other
        && other != Style::Heading
        && !matches!((main, other), (Style::Bold | Style::Capitals, Style::NameLine) | (Style::NameLine, Style::Bold))
}

/// Adjusts the confidence of a candidate to how often its label recurs in the style.
fn weigh(candidate: &mut Candidate, is_pinned: bool) {
    let n = candidate.n_mentions;
    if n >= 2 {
        let recurring = match candidate.kind {
            LabelKind::Word | LabelKind::Anonymous => candidate.confidence().max(0.7),
            LabelKind::Person | LabelKind::Office => (candidate.confidence().max(0.8) + 0.1).min(1.0),
        };
        candidate.set_confidence(recurring, Reason::Recurs(u32::try_from(n).unwrap_or(u32::MAX)));
    }
    if candidate.style == Style::NameLine && n < 2 {
        candidate.set_confidence((candidate.confidence() - 0.1).max(0.0), Reason::LonePlainLine);
    }
    if is_pinned {
        candidate.set_confidence((candidate.confidence() + 0.3).min(1.0), Reason::Pinned);
    }
}

/// Records for each byline the best of the rejected readings at its place.
fn note_rivals(bylines: &mut [Candidate], others: &[Candidate], why_not: impl Fn(&Candidate) -> &'static str) {
    let mut others: Vec<&Candidate> = others.iter().collect();
    others.sort_by_key(|other| other.byline.start);
    for byline in bylines {
        let reach = byline.speech.max(byline.byline.end).max(byline.byline.start + 1);
        let from = others.partition_point(|other| other.byline.start < byline.byline.start);
        let there = others[from..].iter().take_while(|other| other.byline.start < reach);
        let best =
            there.filter(|other| other.confidence() > 0.0).fold(None, |best: Option<&Candidate>, other| match best {
                Some(best) if best.confidence() >= other.confidence() => Some(best),
                _ => Some(other),
            });
        byline.rival = best.map(|rival| {
            Box::new(Rival {
                style: rival.style,
                byline: rival.parts.printed.clone(),
                confidence: rival.confidence(),
                reason: why_not(rival),
            })
        });
    }
}

/// Whether a line ends with a function word, so that its sentence continues on the next line.
fn ends_open(lexicon: &Lexicon, text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or("");
    last.starts_with(char::is_lowercase)
        && (lexicon.is_function_word(last) || lexicon.is_article(last) || lexicon.is_particle(last))
}

/// Every place of the page that looks like a byline in some style, with the confidence of its form alone.
fn candidates(
    page: &Page<'_>,
    settled: &Settled,
    name_levels: &HashSet<u8>,
    account_lines: &HashSet<usize>,
    reader: &mut Reader<'_>,
) -> Vec<Candidate> {
    let lexicon = page.lexicon;
    let mut out = Vec::new();
    for lines in settled.open_paragraphs(page) {
        match page.lines[lines.start].layout {
            Layout::Heading(level) if name_levels.contains(&level) => {
                out.extend(heading(page, settled, &lines, reader));
                continue;
            }
            Layout::Heading(_) | Layout::Quote => {
                out.extend(alone(page, settled, &lines, reader));
                continue;
            }
            _ => {}
        }
        if account_lines.contains(&lines.start) {
            out.extend(by_account(page, settled, lines.start, reader));
            continue;
        }
        let own = alone(page, settled, &lines, reader);
        // "may it please the / Court: Milk is" is a continued sentence, not a label.
        let continues = lines.start > 0 && ends_open(lexicon, page.lines[lines.start - 1].text());
        // A name in bold with its office beside or below it is not a label of the text after it on the line.
        if own.as_ref().is_none_or(|own| own.style != Style::Bold || own.confidence() == 0.0) {
            let found = leading(page, lines.clone(), false, reader);
            out.extend(found.into_iter().filter(|candidate| !continues || candidate.label.contains(' ')));
        }
        out.extend(own);
        for line in lines.clone().skip(1) {
            let above = page.lines[line - 1].text().trim_end();
            if above.ends_with(['.', '?', '!', ':', '"', '”', ')', ']', '…', '—', '–', '-', '’', '。', '？', '！'])
            {
                out.extend(leading(page, line..lines.end, true, reader));
            }
        }
    }
    out
}

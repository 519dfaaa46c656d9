//! How much a template explains of a page, and whether it prints speakers.
//!
//! **Input**: the readings of many lines, grouped by their template. **Output**: the templates with their [`Evidence`], those that
//! cannot be bylines left out. The measure is a description length: what is saved by writing the signs once and each name once,
//! less what it costs to say which lines they begin and which name each has. Making bylines is left to `mod`.

use std::collections::{BTreeMap, HashMap, HashSet};

use plenary_names::bylines::Reader;
use plenary_names::directions::is_direction;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;

use crate::find::company::name_first;

use super::shape::{Part, Template, is_dash};

/// What supports a template.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    pub(super) template: Template,
    /// The label of each match, without brackets and titles.
    pub(super) labels: Vec<String>,
    /// Bits saved.
    pub(super) gain: f64,
    /// How much each label looks like that of a speaker, in [0, 1].
    pub(super) likeness: HashMap<String, f64>,
    /// Mean of the likeness over all matches.
    pub(super) mean_likeness: f64,
    /// Bits of the signs of one byline: how rare they are elsewhere.
    pub(super) rarity: f64,
}

/// Counts of signs on the page, against which a template's signs are rare or common.
pub(super) struct Background {
    counts: HashMap<char, usize>,
    n_lines: usize,
}

impl Background {
    /// The counts of some lines.
    pub(super) fn of<'t>(lines: impl Iterator<Item = &'t str>) -> Self {
        let mut counts: HashMap<char, usize> = HashMap::new();
        let mut n_lines = 0;
        for text in lines {
            n_lines += 1;
            let mut gap = false;
            for c in text.chars() {
                if !c.is_alphanumeric() && c != ' ' {
                    *counts.entry(c).or_default() += 1;
                }
                if c == ' ' && gap {
                    *counts.entry(' ').or_default() += 1;
                }
                gap = c == ' ';
            }
        }
        Self { counts, n_lines }
    }

    /// Bits of a part at the beginning of a line: many if it hardly occurs outside `n` bylines.
    fn bits(&self, part: Part, n: usize) -> f64 {
        const MOST: f64 = 10.0;
        let sign = match part {
            Part::Sign(sign) => sign,
            Part::Gap => ' ',
            Part::Time => return 6.0,
            Part::Bold => return 4.0,
            Part::Group(_) => return 3.0,
            Part::Number | Part::LineEnd => return 1.0,
            Part::Blank => return 0.0,
        };
        let elsewhere = self.counts.get(&sign).copied().unwrap_or(0).saturating_sub(n);
        ((self.n_lines + 1) as f64 / (elsewhere + 1) as f64).log2().clamp(0.0, MOST)
    }

    fn bits_of(&self, template: &Template, n: usize) -> f64 {
        // A sign that a template has twice occurs twice in each byline.
        let mut times: BTreeMap<Part, usize> = BTreeMap::new();
        for part in template.parts() {
            *times.entry(part).or_default() += 1;
        }
        times.iter().map(|(part, k)| self.bits(*part, n * k) * *k as f64).sum()
    }
}

/// Whether a template could print speakers in principle. Names on separate lines without any sign, labels before a full
/// stop, and items of a list are left to the styles, which look at more than the shape.
pub(super) fn is_possible(template: &Template) -> bool {
    let is_sign = |part: &Part| matches!(part, Part::Sign(_) | Part::Time | Part::Group(_) | Part::Gap | Part::Bold);
    let bullet = |part: &Part| matches!(part, Part::Sign('•' | '*' | '·' | '▪') | Part::Blank | Part::Number);
    let dash_or_number =
        |part: &Part| bullet(part) || matches!(part, Part::Sign(sign) if is_dash(*sign) || matches!(sign, '.' | ')'));
    // "Lee, A. (2004) The river" is an entry of a bibliography.
    if template.after.contains(&Part::Number) {
        return false;
    }
    match template.after.as_slice() {
        [Part::LineEnd] | [Part::Bold, Part::LineEnd] => {
            template.before.iter().all(|part| *part == Part::Bold) || !template.before.iter().all(dash_or_number)
        }
        [Part::Sign('.')] | [Part::Sign('.'), Part::LineEnd] => {
            template.before.iter().any(is_sign) && !template.before.iter().all(dash_or_number)
        }
        _ => true,
    }
}

/// The evidence for a template; `None` if its matches are not bylines. `n_lines` is the number of lines that it may match.
pub(super) fn evidence(
    background: &Background,
    reader: &mut Reader<'_>,
    template: Template,
    names: &[&str],
    n_lines: usize,
) -> Option<Evidence> {
    const BITS_OF_LETTER: f64 = 3.0;
    const BITS_OF_PART: f64 = 8.0;
    const LIKELY: f64 = 0.6;
    const LIKE_NICKNAME: f64 = 0.8;
    let n = names.len();
    let labels: Vec<String> = names.iter().map(|name| label(reader, name)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in &labels {
        *counts.entry(label.as_str()).or_default() += 1;
    }
    let distinct = counts.len();
    if distinct < 2 || n < 3 {
        return None;
    }
    if is_enumeration(&labels) {
        return None;
    }
    let rarity = background.bits_of(&template, n);
    let mut likeness = likeness(reader, &counts);
    if is_chat(&template, rarity, &counts) {
        for of_label in likeness.values_mut().filter(|of_label| **of_label == 0.0) {
            *of_label = LIKE_NICKNAME;
        }
    }
    let mean_likeness = labels.iter().map(|label| likeness[label]).sum::<f64>() / n as f64;
    if mean_likeness < LIKELY {
        return None;
    }
    let letters = |text: &str| text.chars().count() as f64;
    let all: f64 = labels.iter().map(|label| letters(label)).sum();
    let once: f64 = counts.keys().map(|label| letters(label)).sum();
    let share = n as f64 / n_lines.max(n) as f64;
    let places = n_lines.max(n) as f64 * entropy(share);
    // A name that recurs is written once and then referred to; a name that occurs once is written in any case.
    let (n_recurring, names) = counts.values().filter(|k| **k > 1).fold((0, 0u32), |(n, names), k| (n + k, names + 1));
    let gain = n as f64 * rarity + (all - once) * BITS_OF_LETTER
        - n_recurring as f64 * f64::from(names.max(1)).log2()
        - n as f64 / 2.0
        - places
        - BITS_OF_PART * template.parts().count() as f64;
    let recurs = n - distinct;
    let is_recurrent = recurs >= 2 && recurs * 4 >= n;
    let is_throughout = n >= 5 && share >= 0.85 && mean_likeness >= 0.8;
    let is_rare = rarity >= 6.0 && mean_likeness >= 0.9 && n >= 4 && share >= 0.5;
    if gain <= 0.0 || !(is_recurrent || is_rare || is_throughout) {
        return None;
    }
    Some(Evidence { template, labels, gain, likeness, mean_likeness, rarity })
}

/// Whether a template is that of a chat: each line has its time, rare signs enclose one word, and the words recur. Then a word in
/// small letters is a nickname: `[12:01] <ann> I see`.
fn is_chat(template: &Template, rarity: f64, counts: &BTreeMap<&str, usize>) -> bool {
    const RARE: f64 = 12.0;
    let n: usize = counts.values().sum();
    template.parts().any(|part| part == Part::Time)
        && template.before.iter().any(|part| matches!(part, Part::Sign('<' | '[' | '(' | '@')))
        && rarity >= RARE
        && counts.keys().all(|label| labels::is_user_name(label.trim_start_matches('@')))
        && counts.len() * 2 <= n + 1
}

/// Whether labels count: "Step 1", "Step 2", "Step 3", possibly again from the first number.
fn is_enumeration(labels: &[String]) -> bool {
    const SHORTEST_RUN: usize = 3;
    let numbered: Vec<(String, u32)> = labels
        .iter()
        .filter_map(|label| {
            let digits = label.len() - label.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            Some((stem(label)?, label[label.len() - digits..].parse().ok()?))
        })
        .collect();
    if numbered.len() * 10 < labels.len() * 6 || numbered.len() < SHORTEST_RUN {
        return false;
    }
    let first = numbered.iter().map(|(_, number)| *number).min().unwrap_or(0);
    let counts_on = |pair: &[(String, u32)]| pair[1].1 == pair[0].1.saturating_add(1) && pair[1].0 == pair[0].0;
    let restarts = |pair: &[(String, u32)]| pair[1].1 == first || pair[1].0 != pair[0].0;
    let n_runs = 1 + numbered.windows(2).filter(|pair| !counts_on(pair)).count();
    numbered.windows(2).all(|pair| counts_on(pair) || restarts(pair)) && numbered.len() >= n_runs * SHORTEST_RUN
}

impl Evidence {
    /// By how much one template is better than another.
    pub(super) fn value(&self) -> f64 {
        self.gain * self.mean_likeness
    }
}

fn entropy(p: f64) -> f64 {
    let term = |p: f64| if p <= 0.0 { 0.0 } else { -p * p.log2() };
    term(p) + term(1.0 - p)
}

/// The label of a name with what is printed beside it.
pub(super) fn label(reader: &mut Reader<'_>, name: &str) -> String {
    let turned = name_first(reader.lexicon, name);
    let (byline, _) = reader.read(turned.as_deref().unwrap_or(name));
    if byline.label.trim().is_empty() { name.to_string() } else { byline.label }
}

/// How much each label looks like that of a speaker.
fn likeness(reader: &Reader<'_>, counts: &BTreeMap<&str, usize>) -> HashMap<String, f64> {
    let lexicon = reader.lexicon;
    let families = families(counts.keys().copied());
    counts.iter().map(|(label, n)| ((*label).to_string(), like(lexicon, label, *n, &families))).collect()
}

/// The words of labels that differ in their number alone: "P1", "P2"; "speaker 0", "speaker 1".
pub(super) fn families<'l>(of: impl Iterator<Item = &'l str>) -> HashSet<String> {
    let mut seen: HashMap<String, HashSet<&str>> = HashMap::new();
    let (mut n, mut n_user_names) = (0usize, 0usize);
    for label in of {
        n += 1;
        let is_mixed = label.contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | '.'));
        n_user_names += usize::from(is_mixed && label.starts_with(char::is_lowercase) && labels::is_user_name(label));
        if let Some(stem) = stem(label) {
            seen.entry(stem).or_default().insert(label);
        }
    }
    let mut families: HashSet<String> =
        seen.into_iter().filter(|(_, members)| members.len() >= 2).map(|(stem, _)| stem).collect();
    if n_user_names >= 2 && n_user_names * 2 >= n {
        families.insert(USER_NAMES.to_string());
    }
    families
}

/// The name of the family of user names, `ann_lee`, `bohill77`, which have no stem in common.
const USER_NAMES: &str = "@";

/// A label without the number or letter at its end, in lower case.
pub(super) fn stem(label: &str) -> Option<String> {
    // "speaker ?" beside "speaker 0"
    let rest = label.strip_suffix(" ?").unwrap_or_else(|| label.trim_end_matches(|c: char| c.is_ascii_digit()));
    let rest = if rest.len() < label.len() {
        rest
    } else {
        // "Speaker A", "Stimme B": one capital after a word.
        let (word, letter) = label.rsplit_once(' ')?;
        (letter.chars().count() == 1 && letter.starts_with(char::is_uppercase)).then_some(word)?
    };
    let stem = rest.trim_end_matches([' ', '_', '-', '#', '.']).to_lowercase();
    (stem.chars().any(char::is_alphabetic) && stem.chars().count() <= 24).then_some(stem)
}

/// How much a label that occurs `n` times looks like that of a speaker, in [0, 1].
pub(super) fn like(lexicon: &Lexicon, label: &str, n: usize, families: &HashSet<String>) -> f64 {
    let letters = label.chars().filter(|c| c.is_alphabetic()).count();
    let digits = label.chars().filter(char::is_ascii_digit).count();
    if letters == 0 {
        return if digits >= 4 && label.starts_with('+') { 0.6 } else { 0.0 };
    }
    let words: Vec<&str> = label.split_whitespace().collect();
    // "Ruth Bell": a surname that is also something heard.
    let is_name = words.len() >= 2
        && words.iter().all(|word| word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase))
        && !is_direction(lexicon, words[0]);
    if label.ends_with(" ?") && stem(label).is_some_and(|stem| families.contains(&stem)) {
        return 1.0;
    }
    let is_address = labels::words(label).iter().all(|word| lexicon.is_plain_honorific(word));
    if is_address || is_direction(lexicon, label) && !is_name || labels::is_not_speaker(lexicon, label) {
        return 0.0;
    }
    let is_clause = words.len() > 1
        && words.iter().any(|word| {
            word.starts_with(char::is_lowercase) && lexicon.is_function_word(word) && !lexicon.is_particle(word)
        });
    match labels::judge(lexicon, label) {
        Some(judgement) if judgement.quality >= 0.5 => return 1.0,
        Some(judgement) if judgement.quality > 0.0 && judgement.kind != LabelKind::Word => {
            return if n >= 2 { 1.0 } else { 0.6 };
        }
        Some(_) => return if n >= 2 { 0.9 } else { 0.5 },
        None => {}
    }
    if is_clause || letters == 1 && label.starts_with(char::is_lowercase) {
        return 0.0;
    }
    if stem(label).is_some_and(|stem| families.contains(&stem)) {
        return 1.0;
    }
    let identifies = digits > 0 || label.contains(['_', '@']) || families.contains(USER_NAMES);
    if words.len() == 1 && identifies && labels::is_user_name(label) {
        return 0.8;
    }
    let names_part = || {
        labels::words(label)
            .iter()
            .any(|word| lexicon.is_anonymous(word) || lexicon.is_office(word) || lexicon.is_chair(word))
    };
    if label.starts_with(char::is_lowercase) {
        return if names_part() { 0.8 } else { 0.0 };
    }
    if n >= 2 && words.len() <= 5 { 0.6 } else { 0.2 }
}

//! Labels that every cue of a file has in the same form.
//!
//! **Input:** the first words of each cue. **Output:** which form of a label the file itself establishes: brackets before
//! the words (`[SPEAKER_00]: text`, `(speaker 0) text`), or text before a colon (`Room 204: text`). A label of such a family
//! is accepted whatever its words. Nothing is refused.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use plenary_names::bylines::label_quality;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

static BRACKETS_AND_COLON: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:\[\s*([^\[\]]{1,60}?)\s*\]|\(\s*([^()]{1,60}?)\s*\))\s*[:：]\s*"));
static BRACKETS: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:\[\s*([^\[\]]{1,60}?)\s*\]|\(\s*([^()]{1,60}?)\s*\))\s*"));
static COLON: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^([^:：]{1,60}?)\s*(?::\s+|：\s*|:$)"));

/// The forms of labels of a file.
#[derive(Debug, Default)]
pub(super) struct Family {
    /// Labels in brackets before a colon.
    brackets_and_colon: bool,
    /// Labels in brackets that are known, because they recur.
    bracketed: HashSet<String>,
    /// Text before a colon: those that are accepted. All of them if every cue has one.
    before_colon: Option<HashSet<String>>,
}

impl Family {
    /// The family of the first words of the cues of a file.
    pub(super) fn of<'t>(lexicon: &Lexicon, leads: impl Iterator<Item = &'t str> + Clone) -> Self {
        const FEWEST: usize = 4;
        let n_leads = leads.clone().count();
        let count = |pattern: &Regex| {
            let mut counts: HashMap<String, usize> = HashMap::new();
            for found in leads.clone().filter_map(|lead| label(pattern, lead)) {
                *counts.entry(found.0).or_default() += 1;
            }
            counts
        };
        let colon_after_brackets = count(&BRACKETS_AND_COLON);
        let bracketed = count(&BRACKETS);
        let n_bracketed: usize = bracketed.values().sum();
        let is_sound = |label: &str| lexicon.patterns().sound.is_match(label);
        let are_labels = n_bracketed * 10 >= n_leads * 6
            && n_bracketed >= FEWEST
            && bracketed.len() * 2 <= n_bracketed
            && !bracketed.keys().any(|label| is_sound(label));
        Self {
            brackets_and_colon: colon_after_brackets.values().any(|n| *n > 1),
            bracketed: if are_labels { bracketed.into_keys().collect() } else { HashSet::new() },
            before_colon: before_colon(lexicon, count(&COLON), n_leads),
        }
    }

    /// The label at the start of a text and where the speech begins.
    pub(super) fn label(&self, text: &str) -> Option<(String, usize)> {
        if self.brackets_and_colon
            && let Some(found) = label(&BRACKETS_AND_COLON, text)
        {
            return Some(found);
        }
        if !self.bracketed.is_empty()
            && let Some(found) = label(&BRACKETS, text).filter(|(name, _)| self.bracketed.contains(name))
        {
            return Some(found);
        }
        let accepted = self.before_colon.as_ref()?;
        label(&COLON, text).filter(|(name, _)| accepted.contains(name))
    }

    /// Whether each cue begins with a name, so that none stands inside a cue.
    pub(super) fn begins_each_cue(&self) -> bool {
        self.before_colon.is_some()
    }
}

/// The labels before colons if nearly every cue has one: at least half of the cues have one that recurs or has the form of a
/// name. If some cues have none, a label must recur or have the form of a name.
fn before_colon(lexicon: &Lexicon, counts: HashMap<String, usize>, n_leads: usize) -> Option<HashSet<String>> {
    const FEWEST: usize = 4;
    let n_labelled: usize = counts.values().sum();
    if n_labelled < FEWEST || n_labelled * 10 < n_leads * 9 {
        return None;
    }
    let is_sure = |(label, n): &(&String, &usize)| **n > 1 || label_quality(lexicon, label) >= 0.6;
    let n_sure: usize = counts.iter().filter(is_sure).map(|(_, n)| n).sum();
    if n_sure * 2 < n_labelled {
        return None;
    }
    let all = n_labelled == n_leads;
    Some(counts.iter().filter(|entry| all || is_sure(entry)).map(|(label, _)| label.clone()).collect())
}

/// The label of a pattern at the start of a text, with balanced brackets, and where the speech begins.
fn label(pattern: &Regex, text: &str) -> Option<(String, usize)> {
    let found = pattern.captures(text)?;
    let name = found.get(1).or_else(|| found.get(2))?.as_str().trim();
    let is_time = name.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ',' | ' ' | '-'));
    (!name.is_empty() && !is_time && is_balanced(name)).then(|| (name.to_string(), found[0].len()))
}

/// Whether each bracket of a text has its partner.
pub(super) fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '（' => open.push('）'),
            ')' | ']' | '）' if open.pop() != Some(c) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

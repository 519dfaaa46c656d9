//! Identifiers of `WebVTT` cues that are names of speakers.
//!
//! **Input:** cues with the lines above their times. **Output:** the speaker of each cue, if the identifiers are names: nearly
//! all cues have one, and they recur, or each has the form of a name. Identifiers that only count or distinguish the cues are
//! not names. Nothing is refused.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::cues::Cue;
use plenary_names::bylines::label_quality;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// `12 "Ann Lee" (3163921408)`: number, name and id of the speaker, as Webex writes them.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| constant_regex(r#"^\d+\s+"([^"]+)"(?:\s+\(\d+\))?$"#));

/// A counter after a name: `Ann Lee-12`.
static COUNTER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"[\s_#.:-]+\d+$"));

/// A counter before a name: `12 - Ann Lee`, `12: Ann Lee`.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\d+\s*[-–:.)]\s*"));

/// Names the speakers of cues by their identifiers; `false` if those are not names.
pub(super) fn name_speakers(lexicon: &Lexicon, cues: &mut [Cue]) -> bool {
    let n_cues = cues.len();
    let raw: Vec<Option<&str>> = cues.iter().map(|cue| cue.identifier.as_deref()).collect();
    let quoted: Vec<Option<String>> =
        raw.iter().map(|id| QUOTED.captures((*id)?).map(|found| found[1].trim().to_string())).collect();
    if quoted.iter().flatten().count() * 10 >= n_cues * 9 && n_cues > 0 {
        set(cues, quoted);
        return true;
    }
    let cleared = |pattern: &Regex| -> Vec<Option<String>> {
        raw.iter().map(|id| Some(pattern.replace((*id)?, "").trim().to_string())).collect()
    };
    let plain: Vec<Option<String>> = raw.iter().map(|id| id.map(str::to_string)).collect();
    for (names, fewest) in [(plain, 1), (cleared(&COUNTED), 2), (cleared(&COUNTER), 2)] {
        // What is left of "Part 1" and "Part 2" is no name.
        let n_distinct = names.iter().flatten().collect::<HashSet<_>>().len();
        if n_distinct >= fewest && are_names(lexicon, &names) {
            set(cues, names);
            return true;
        }
    }
    false
}

fn set(cues: &mut [Cue], names: Vec<Option<String>>) {
    for (cue, name) in cues.iter_mut().zip(names) {
        cue.speaker = name.filter(|name| !name.is_empty());
    }
}

/// Whether nearly all cues have an identifier with letters, and either most recur or all have the form of a name.
fn are_names(lexicon: &Lexicon, names: &[Option<String>]) -> bool {
    const LONGEST: usize = 60;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for name in names.iter().flatten() {
        *counts.entry(name).or_default() += 1;
    }
    let is_label =
        |name: &&str| name.chars().any(char::is_alphabetic) && name.chars().count() <= LONGEST && !name.contains("-->");
    let n_named: usize = counts.values().sum();
    if n_named < 2 || n_named * 10 < names.len() * 8 || !counts.keys().all(is_label) {
        return false;
    }
    let n_recurring: usize = counts.values().filter(|n| **n > 1).sum();
    let recur = n_recurring * 2 >= n_named && counts.len() < n_named;
    let distinct: HashSet<&&str> = counts.keys().collect();
    recur || distinct.iter().all(|name| label_quality(lexicon, name) >= 0.7)
}

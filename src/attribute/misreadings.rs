//! Misread prints of a label: scans and bad copies print one label in several ways, and the frequent one is right.

use std::collections::HashMap;

/// Letters that recognition mistakes for one another become one; blanks, punctuation and doubled letters go.
pub fn skeleton(text: &str) -> String {
    let mut out = String::new();
    let lower = text.to_lowercase().replace("rn", "m");
    for c in lower.chars().filter(|c| c.is_alphanumeric()) {
        let c = match c {
            '1' | 'i' | '|' => 'l',
            '0' => 'o',
            '5' => 's',
            'c' => 'e',
            'u' => 'n',
            'h' => 'b',
            't' => 'f',
            'a' => 'o',
            other => other,
        };
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// Labels that are misread prints of another, with that label: a more frequent one that differs only as a misreading
/// does. `labels` are all prints, each with whether its form is that of a label; one that is not never stands for others.
pub fn canonical_labels<'l>(labels: impl Iterator<Item = (&'l str, bool)>) -> HashMap<String, String> {
    let mut counts: HashMap<(&str, bool), usize> = HashMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    let mut order: Vec<((&str, bool), usize)> = counts.into_iter().collect();
    order.sort_by(|(a, n), (b, m)| {
        b.1.cmp(&a.1).then(m.cmp(n)).then_with(|| looks(a.0).cmp(&looks(b.0))).then_with(|| a.0.cmp(b.0))
    });
    let mut centres: Vec<Centre<'_>> = Vec::new();
    let mut by_skeleton: HashMap<String, usize> = HashMap::new();
    let mut canonical: HashMap<&str, &str> = HashMap::new();
    for ((label, is_label), n) in order {
        let key = skeleton(label);
        let needed = if is_label { 4 * n } else { 2.max(2 * n) };
        let near = || {
            let letters = letters_of(&key);
            let frequent = centres.iter().take_while(|centre| centre.n >= needed);
            if key.len() < 6 { None } else { frequent.clone().position(|centre| close(&key, letters, centre)) }
        };
        match by_skeleton.get(&key).copied().or_else(near) {
            Some(at) => {
                canonical.insert(label, centres[at].label);
            }
            None => {
                if is_label {
                    by_skeleton.insert(key.clone(), centres.len());
                    centres.push(Centre { label, n, letters: letters_of(&key), skeleton: key });
                }
                canonical.entry(label).or_insert(label);
            }
        }
    }
    let differs = canonical.into_iter().filter(|(print, label)| print != label);
    differs.map(|(print, label)| (print.to_string(), label.to_string())).collect()
}

/// A label that others may be misread prints of.
struct Centre<'l> {
    label: &'l str,
    n: usize,
    skeleton: String,
    letters: u64,
}

/// The set of letters of a skeleton, one bit for each of 64 classes of letters: a quick bound on how alike two are.
fn letters_of(skeleton: &str) -> u64 {
    skeleton.chars().fold(0, |letters, c| letters | 1 << (u32::from(c) % 64))
}

/// Of two prints the one with fewer digits and signs looks more like a name.
fn looks(label: &str) -> usize {
    label.chars().filter(|c| !c.is_alphabetic() && !c.is_whitespace()).count()
}

/// At most one letter in eight differs.
fn close(a: &str, letters: u64, centre: &Centre<'_>) -> bool {
    let b = centre.skeleton.as_str();
    let allowed = (a.len().max(b.len()) / 8).max(1);
    // One changed letter takes at most one class out of the set and puts at most one in.
    if a.len().abs_diff(b.len()) > 3 || (letters ^ centre.letters).count_ones() as usize > 2 * allowed {
        return false;
    }
    let longest = a.chars().count().max(b.chars().count());
    strsim::levenshtein(a, b) <= (longest / 8).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misread_prints_are_one_label() {
        let labels = [
            "Kirsty Williams",
            "Kirsty Wi1liams",
            "Kirsty Williams",
            "Kirsty WiIliams",
            "Kirsty Williams",
            "Kirsty Wiliams",
            "Huw Morris",
        ];
        let canonical = canonical_labels(labels.iter().map(|label| (*label, true)));
        assert_eq!(canonical.len(), 3, "{canonical:?}");
        assert!(canonical.values().all(|label| label == "Kirsty Williams"), "{canonical:?}");
    }
}

//! Misread labels: in scans and bad copies, one label is printed in several ways. The most frequent one is taken as
//! correct.
//!
//! **Input**: the labels of a document, one for each occurrence. **Output**: for each misread label the correct one.
//! Nothing is refused. What a label means is left to `labels`.

use std::collections::HashMap;

/// A label reduced to what misreading does not change: letters that are mistaken for one another become one letter;
/// spaces, punctuation and doubled letters are dropped.
pub fn skeleton(text: &str) -> String {
    let mut out = String::new();
    let lower = text.to_lowercase().replace("rn", "m");
    for c in lower.chars().filter(|c| c.is_alphanumeric()) {
        let c = mistaken(c);
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

fn mistaken(c: char) -> char {
    match c {
        '1' | 'i' | '|' => 'l',
        '0' | 'a' => 'o',
        '5' => 's',
        'c' => 'e',
        'u' => 'n',
        'h' => 'b',
        't' => 'f',
        other => other,
    }
}

/// The number or letter that distinguishes people: the 2 of "Speaker 2" and "P2", the B of "Witness B".
#[derive(Debug, PartialEq, Eq)]
enum Mark {
    /// A number, letter or Roman numeral as the last word.
    Word {
        mark: String,
        /// Skeleton of the words before it.
        stem: String,
    },
    /// Digits at the end of the last word, which may also be a misread letter: "Hil1".
    Tail(String),
    None,
}

impl Mark {
    fn of(label: &str) -> Mark {
        let label = label.to_lowercase();
        let mut words = label.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        let Some(last) = words.next_back().filter(|last| !last.is_empty()) else { return Mark::None };
        let folded = |text: &str| text.chars().map(mistaken).collect::<String>();
        let marks = last.chars().all(|c| c.is_ascii_digit())
            || last.chars().count() == 1
            || last.len() <= 4 && last.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
        let letters = last.trim_end_matches(|c: char| c.is_ascii_digit());
        match &last[letters.len()..] {
            _ if marks && words.next().is_some() => {
                let stem = label.trim_end().rsplit_once(char::is_whitespace).map_or("", |(stem, _)| stem);
                Mark::Word { mark: folded(last), stem: skeleton(stem) }
            }
            "" => Mark::None,
            tail => Mark::Tail(folded(tail)),
        }
    }

    /// Whether two labels with these marks can be variants of one label; `skeletons` are the skeletons of the two
    /// labels. "Speaker" and "Speaker 2" are different labels, but "Ann Hill A" may be a misread "Ann Hill AM".
    fn agrees(&self, other: &Mark, skeletons: [&str; 2]) -> bool {
        match (self, other) {
            (Mark::Word { mark: a, .. } | Mark::Tail(a), Mark::Word { mark: b, .. } | Mark::Tail(b)) => a == b,
            (Mark::Word { stem, .. }, Mark::None) => stem != skeletons[1],
            (Mark::None, Mark::Word { stem, .. }) => stem != skeletons[0],
            _ => true,
        }
    }
}

/// Misread labels, each with the correct label: a more frequent one that differs only as misread letters do. `labels`
/// are all printed labels, each with whether it has the form of a label; one without that form is never the correct
/// label of others.
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
    let mut by_skeleton: HashMap<String, Vec<usize>> = HashMap::new();
    let mut canonical: HashMap<&str, &str> = HashMap::new();
    for ((label, is_label), n) in order {
        let (key, mark) = (skeleton(label), Mark::of(label));
        let needed = if is_label { 4 * n } else { 2.max(2 * n) };
        let near = || {
            let letters = letters_of(&key);
            let frequent = centres.iter().take_while(|centre| centre.n >= needed);
            let fits = |centre: &Centre<'_>| {
                mark.agrees(&centre.mark, [&key, &centre.skeleton]) && close(&key, letters, centre)
            };
            if key.len() < 6 { None } else { frequent.clone().position(fits) }
        };
        let mut alike = by_skeleton.get(&key).into_iter().flatten().copied();
        let alike = alike.find(|at| mark.agrees(&centres[*at].mark, [&key, &key]));
        match alike.or_else(near) {
            Some(at) => {
                canonical.insert(label, centres[at].label);
            }
            None => {
                if is_label {
                    by_skeleton.entry(key.clone()).or_default().push(centres.len());
                    centres.push(Centre { label, n, letters: letters_of(&key), skeleton: key, mark });
                }
                canonical.entry(label).or_insert(label);
            }
        }
    }
    let differs = canonical.into_iter().filter(|(print, label)| print != label);
    differs.map(|(print, label)| (print.to_string(), label.to_string())).collect()
}

/// A label of which others may be misread variants.
struct Centre<'l> {
    label: &'l str,
    n: usize,
    skeleton: String,
    letters: u64,
    mark: Mark,
}

/// The set of letters of a skeleton, as one bit for each of 64 classes of letters: a quick bound on the similarity of
/// two skeletons.
fn letters_of(skeleton: &str) -> u64 {
    skeleton.chars().fold(0, |letters, c| letters | 1 << (u32::from(c) % 64))
}

/// Number of digits and signs in a label. Of two variants, the one with fewer of them looks more like a name.
fn looks(label: &str) -> usize {
    label.chars().filter(|c| !c.is_alphabetic() && !c.is_whitespace()).count()
}

/// Whether at most one letter in eight differs.
fn close(a: &str, letters: u64, centre: &Centre<'_>) -> bool {
    let b = centre.skeleton.as_str();
    let allowed = (a.len().max(b.len()) / 8).max(1);
    // One changed letter removes at most one class from the set and adds at most one.
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

    #[test]
    fn the_numbers_and_letters_of_people_are_no_misreadings() {
        let few = [
            "Mary Stone A",
            "MaryStone A",
            "Speaker 2",
            "Speaker 11",
            "Witness B",
            "Speaker",
            "Part II",
            "P12",
            "Speaker l",
        ];
        let many = ["Mary Stone AM", "Speaker 1", "Witness A", "Part I", "P1", "P11"];
        let labels = few.into_iter().chain(many.into_iter().flat_map(|label| [label; 9]));
        let canonical = canonical_labels(labels.map(|label| (label, true)));
        let expected =
            [("Mary Stone A", "Mary Stone AM"), ("MaryStone A", "Mary Stone AM"), ("Speaker l", "Speaker 1")];
        assert_eq!(canonical, HashMap::from(expected.map(|(print, label)| (print.to_string(), label.to_string()))));
    }
}

//! The lists of a Word document.
//!
//! **Input:** the part that declares lists. **Output:** the marker of each item; a list counts up each time a marker is
//! requested.

use std::collections::{BTreeMap, HashMap};

use crate::xml::{Seen, each};

/// One level of a list: the form of its numbers, the text around them, the first number.
#[derive(Debug, Clone)]
struct Level {
    format: String,
    text: String,
    start: u32,
}

impl Default for Level {
    fn default() -> Self {
        Self { format: "decimal".into(), text: String::new(), start: 1 }
    }
}

/// The lists of a document, with the current number of each level.
#[derive(Debug, Default, Clone)]
pub(crate) struct Lists {
    /// Levels of each abstract list.
    levels: HashMap<String, BTreeMap<usize, Level>>,
    /// The abstract list of each list.
    of: HashMap<String, String>,
    counts: HashMap<String, [Option<u32>; 9]>,
}

/// Reads the part that declares the lists.
pub(crate) fn read(xml: &str) -> Result<Lists, String> {
    let mut out = Lists::default();
    let (mut list, mut number, mut at) = (None, None, None);
    each(xml, |seen| match seen {
        Seen::Start(element) => {
            let value = element.attribute("val").unwrap_or("").to_string();
            match (element.name.as_str(), &list, at) {
                ("abstractNum", ..) => list = element.attribute("abstractNumId").map(str::to_string),
                ("num", ..) => number = element.attribute("numId").map(str::to_string),
                ("abstractNumId", ..) => out.of.extend(number.clone().map(|number| (number, value))),
                ("lvl", Some(_), _) => at = element.attribute("ilvl").and_then(|level| level.parse().ok()),
                (name @ ("numFmt" | "lvlText" | "start"), Some(list), Some(at)) => {
                    let level = out.levels.entry(list.clone()).or_default().entry(at).or_default();
                    match name {
                        "numFmt" => level.format = value,
                        "lvlText" => level.text = value,
                        _ => level.start = value.parse().unwrap_or(1),
                    }
                }
                _ => {}
            }
        }
        Seen::End(name) => match name.as_str() {
            "abstractNum" => list = None,
            "num" => number = None,
            "lvl" => at = None,
            _ => {}
        },
        Seen::Text(_) => {}
    })?;
    Ok(out)
}

impl Lists {
    /// The next marker of a list, as printed: "- ", "3. ", "2.1 ". `None` for a list without markers.
    pub(crate) fn next(&mut self, list: &str, at: usize) -> Option<String> {
        if list == "0" {
            return None;
        }
        let Some(of) = self.of.get(list) else { return Some("- ".into()) };
        let levels = self.levels.get(of).cloned().unwrap_or_default();
        let level = levels.get(&at).cloned().unwrap_or_default();
        let counts = self.counts.entry(of.clone()).or_default();
        let count = counts.get_mut(at)?;
        *count = Some(count.map_or(level.start, |n| n.saturating_add(1)));
        counts[at + 1..].fill(None);
        match level.format.as_str() {
            "none" => return None,
            "bullet" => return Some("- ".into()),
            _ => {}
        }
        let mut marker = if level.text.is_empty() { format!("%{}.", at + 1) } else { level.text };
        for (i, count) in counts.iter().enumerate() {
            let place = format!("%{}", i + 1);
            if marker.contains(&place) {
                let (format, start) =
                    levels.get(&i).map_or(("decimal", 1), |level| (level.format.as_str(), level.start));
                marker = marker.replace(&place, &written(count.unwrap_or(start), format));
            }
        }
        let marker = marker.trim();
        (!marker.is_empty()).then(|| format!("{marker} "))
    }
}

/// A number as a list writes it.
fn written(n: u32, format: &str) -> String {
    let letter = |n: u32| {
        let c = char::from(b'a' + u8::try_from(n.saturating_sub(1) % 26).unwrap_or(0));
        c.to_string().repeat((n.saturating_sub(1) / 26 + 1).min(9) as usize)
    };
    match format {
        "lowerLetter" => letter(n),
        "upperLetter" => letter(n).to_uppercase(),
        "lowerRoman" => roman(n),
        "upperRoman" => roman(n).to_uppercase(),
        "decimalZero" => format!("{n:02}"),
        _ => n.to_string(),
    }
}

fn roman(n: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if n > 3999 {
        return n.to_string();
    }
    let mut n = n;
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while n >= value {
            out.push_str(sign);
            n -= value;
        }
    }
    out
}

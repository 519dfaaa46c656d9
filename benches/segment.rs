//! Speed of reading and attribution, from text to speakers, utterances and sentences: one thread, no model.
//!
//!     cargo bench --bench segment
//!
//! The transcripts are generated: 50 MB in each of the usual layouts, and 10 MB on a single line. The goal is at least
//! 20 MB per second for each.

use std::fmt::Write;

use divan::Bencher;
use divan::counter::BytesCount;

use plenary::attribute::attribute;
use plenary::read::read;

const MB: usize = 1_000_000;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn name_and_colon(bencher: Bencher<'_, '_>) {
    segment(bencher, "talk.txt", &by_colon(50 * MB));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn printed_pages(bencher: Bencher<'_, '_>) {
    segment(bencher, "talk.txt", &printed(50 * MB));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn markdown(bencher: Bencher<'_, '_>) {
    segment(bencher, "talk.md", &in_bold(50 * MB));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn one_line(bencher: Bencher<'_, '_>) {
    segment(bencher, "talk.txt", &on_one_line(10 * MB));
}

fn segment(bencher: Bencher<'_, '_>, name: &str, text: &str) {
    let study = plenary::attribute::Options::default();
    bencher
        .counter(BytesCount::of_str(text))
        .bench_local(|| attribute(read(name, text.as_bytes()).expect("the text is one that is read"), &study));
}

/// Turns of one line each: `Name: text`.
pub fn by_colon(n_bytes: usize) -> String {
    let mut voice = Voice::new();
    let mut out = String::from("Hearing on the Harbour\n\n");
    while out.len() < n_bytes {
        let (name, speech) = (voice.name(), voice.paragraph());
        let _ = write!(out, "{name}: {speech}\n\n");
    }
    out
}

/// Pages of short lines with a running header, a page number and words divided at line ends.
pub fn printed(n_bytes: usize) -> String {
    const WIDTH: usize = 72;
    const LINES: usize = 48;
    let mut voice = Voice::new();
    let mut out = String::from("HEARING ON THE HARBOUR\n\n");
    let (mut page, mut n_lines) = (1, 0);
    while out.len() < n_bytes {
        let turn = format!("{}: {}", voice.name(), voice.paragraph());
        for line in wrapped(&turn, WIDTH) {
            let _ = writeln!(out, "{line}");
            n_lines += 1;
            if n_lines == LINES {
                (page, n_lines) = (page + 1, 0);
                let _ = write!(out, "\n{page}\n\u{0C}HEARING ON THE HARBOUR        {page}\n\n");
            }
        }
        out.push('\n');
    }
    out
}

/// Bold bylines with an office, and the speech in paragraphs below.
pub fn in_bold(n_bytes: usize) -> String {
    let mut voice = Voice::new();
    let mut out = String::from("# Hearing on the Harbour\n\n");
    while out.len() < n_bytes {
        let (name, first, second) = (voice.name(), voice.paragraph(), voice.paragraph());
        let _ = write!(out, "**{name}**\n\n{first}\n\n{second}\n\n");
    }
    out
}

/// A turn without line breaks.
pub fn on_one_line(n_bytes: usize) -> String {
    let mut voice = Voice::new();
    let mut out = String::from("Ann Lee: ");
    while out.len() < n_bytes {
        out.push_str(&voice.paragraph());
        out.push(' ');
    }
    out
}

/// Breaks a text into lines; occasionally a long word at the end of a line is divided.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let n_lines = lines.len();
        let line = &mut lines[n_lines - 1];
        let left = width.saturating_sub(line.len() + 1);
        if word.len() <= left {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else if word.is_ascii() && word.len() > 8 && left > 5 && n_lines.is_multiple_of(3) {
            let (head, tail) = word.split_at(4);
            let _ = write!(line, " {head}-");
            lines.push(tail.to_string());
        } else {
            lines.push(word.to_string());
        }
    }
    lines
}

/// Generates meaningless sentences of ordinary shape, always the same ones.
struct Voice(u64);

impl Voice {
    fn new() -> Self {
        Self(1)
    }

    /// A linear congruential generator (Knuth's MMIX).
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }

    fn name(&mut self) -> &'static str {
        self.pick(&[
            "Ann Lee",
            "Mr. Stone",
            "The Chair",
            "Dr. Rosa Díaz",
            "Leo Kane (North, Lib.)",
            "Hon. Mary Hill",
            "Cllr Adeyemi",
            "Madam Speaker",
            "Viktor Brandt",
            "Ms. Okafor",
            "A Member",
            "Jean-Luc Perrin",
        ])
    }

    fn paragraph(&mut self) -> String {
        let n = 2 + self.below(9);
        let sentences: Vec<String> = (0..n).map(|_| self.sentence()).collect();
        sentences.join(" ")
    }

    fn sentence(&mut self) -> String {
        const WORDS: [&str; 60] = [
            "the",
            "of",
            "and",
            "to",
            "a",
            "in",
            "that",
            "we",
            "is",
            "it",
            "for",
            "this",
            "on",
            "have",
            "be",
            "with",
            "I",
            "not",
            "are",
            "our",
            "harbour",
            "committee",
            "government",
            "minister",
            "people",
            "question",
            "members",
            "report",
            "budget",
            "families",
            "fisheries",
            "infrastructure",
            "responsibility",
            "year",
            "money",
            "service",
            "policy",
            "amendment",
            "community",
            "water",
            "think",
            "said",
            "know",
            "going",
            "would",
            "should",
            "there",
            "their",
            "about",
            "because",
            "which",
            "what",
            "first",
            "years",
            "more",
            "well-being",
            "don't",
            "café",
            "time",
            "other",
        ];
        let n = 5 + self.below(24);
        let mut out = String::new();
        for i in 0..n {
            let word = match self.below(60) {
                0 => "Mr. Stone",
                1 => "10:30",
                2 => "$4,500.50",
                3 => "the U.S.",
                _ => self.pick(&WORDS),
            };
            if i == 0 {
                out.extend(word.chars().next().into_iter().flat_map(char::to_uppercase));
                out.extend(word.chars().skip(1));
            } else {
                out.push_str(if self.below(11) == 0 { ", " } else { " " });
                out.push_str(word);
            }
        }
        out.push_str(self.pick(&[".", ".", ".", ".", ".", ".", "?", "!", " – quite so.", " (applause)."]));
        out
    }
}

//! Cues to what was said and by whom.
//!
//! **Input:** cues. **Output:** lines and turns; speakers from voice tags, `NAME:`, `[Name]`, `>>` and dashes; sounds and
//! music as lines of no turn; lines that roll up are read once. A name before a colon is a speaker only if it has the form of
//! a name and the rest of the file supports it: it recurs, other names are written so too, or `>>` precedes it. If the file
//! gives each cue a label in one form (`family`), any label of that form counts. `>>` or a dash without a name starts a turn of
//! an unknown speaker.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::cues::Cue;
use super::family::{Family, is_balanced};
use crate::parts::{Parts, Piece};
use plenary_corpus::text::{collapse_white_space, ends_sentence, ends_with_sign};
use plenary_corpus::{CueTime, Declared, Layout, Turn};
use plenary_names::bylines::label_quality;
use plenary_names::colon::speaker_before_colon;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// A tag of `WebVTT` or of HTML in `SubRip`, a time inside a cue, or a code of `SubStation`.
static TAG: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"<(/?)([A-Za-z]+)((?:[.\s/][^<>]*)?)>|<[\d:.,]+>|\{\\[^{}]*\}"));
static CHEVRONS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"(?:^|\s)>{2,3}(?:\s*>{2,3})*\s*"));
static IN_BRACKETS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\[[^\[\]]*\]|\([^()]*\)"));
static TIME_IN_BRACKETS: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^[\[(<]?\s*(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?\s*[\])>]$"));
static BRACKETED_NAME: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\[\s*([^\[\]]{2,80}?)\s*\]\s*:?\s*"));

/// The voice tag around a piece of text.
#[derive(Debug, Clone, PartialEq)]
enum Voice {
    Outside,
    Inside(Option<String>),
}

/// The mark before a piece of text.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mark {
    None,
    Chevrons,
    Dash,
}

/// A piece of one line of a cue.
#[derive(Debug, Clone)]
struct Bit {
    voice: Voice,
    mark: Mark,
    text: String,
    is_note: bool,
    /// First words of the cue.
    leads: bool,
}

/// Joins cues to lines and turns. If `has_voices`, the file names its speakers in voice tags, and text outside them has
/// no speaker.
pub(super) fn speech(cues: &[Cue], has_voices: bool, lexicon: &Lexicon) -> Parts {
    let mut shown: Vec<Vec<(Voice, String)>> = cues.iter().map(without_tags).collect();
    unroll(cues, &mut shown);
    let mut bits: Vec<Vec<Bit>> = shown.into_iter().map(|lines| bits(lexicon, lines)).collect();
    for (_, bits) in cues.iter().zip(&mut bits).filter(|(cue, _)| cue.is_note) {
        for bit in bits {
            bit.is_note = true;
        }
    }
    let labels = Labels::of(lexicon, &bits);
    let mut builder = Builder::new(lexicon);
    for (cue, bits) in cues.iter().zip(&bits) {
        let times = (cue.start_ms as f64 / 1000.0, cue.end_ms as f64 / 1000.0);
        for bit in bits {
            builder.take(bit, times, &labels, has_voices);
        }
    }
    builder.parts
}

/// The lines of a cue without tags, split where the voice changes.
fn without_tags(cue: &Cue) -> Vec<(Voice, String)> {
    let mut voice = cue.speaker.clone().map_or(Voice::Outside, |name| Voice::Inside(Some(name)));
    let mut out = Vec::new();
    for line in &cue.lines {
        let mut text = String::new();
        let mut from = 0;
        for found in TAG.captures_iter(line) {
            let Some(tag) = found.get(0) else { continue };
            text.push_str(&line[from..tag.start()]);
            from = tag.end();
            if found.get(2).is_none_or(|name| name.as_str() != "v") {
                continue;
            }
            close(&mut out, &voice, &mut text);
            let closes = found.get(1).is_some_and(|slash| !slash.as_str().is_empty());
            voice = if closes { Voice::Outside } else { Voice::Inside(voice_name(&found[3])) };
        }
        text.push_str(&line[from..]);
        close(&mut out, &voice, &mut text);
    }
    out
}

fn close(out: &mut Vec<(Voice, String)>, voice: &Voice, text: &mut String) {
    let decoded = tidy(&std::mem::take(text));
    if !decoded.is_empty() {
        out.push((voice.clone(), decoded));
    }
}

/// The name in a voice tag, after its classes: ".loud Ann Lee" is "Ann Lee".
fn voice_name(annotation: &str) -> Option<String> {
    let (_, name) = annotation.split_once(char::is_whitespace)?;
    Some(tidy(name)).filter(|name| !name.is_empty())
}

/// Character references resolved, white space collapsed.
fn tidy(text: &str) -> String {
    let decoded = html_escape::decode_html_entities(text);
    let kept = decoded.replace(['\u{200B}', '\u{200E}', '\u{200F}', '\u{FEFF}', '\u{AD}'], "");
    collapse_white_space(&kept)
}

/// Removes the lines that a cue repeats from the cue above, where lines roll up throughout the file.
fn unroll(cues: &[Cue], shown: &mut [Vec<(Voice, String)>]) {
    const LONGEST_GAP_MS: u64 = 500;
    let overlap = |above: &[(Voice, String)], below: &[(Voice, String)]| {
        (1..=above.len().min(below.len())).rev().find(|n| above[above.len() - n..] == below[..*n]).unwrap_or(0)
    };
    let follows = |i: usize| cues[i].start_ms <= cues[i - 1].end_ms.saturating_add(LONGEST_GAP_MS);
    let overlaps: Vec<usize> =
        (0..shown.len()).map(|i| if i > 0 && follows(i) { overlap(&shown[i - 1], &shown[i]) } else { 0 }).collect();
    let is_long = |line: &(Voice, String)| line.1.split(' ').count() >= 3;
    let rolled = (0..shown.len())
        .filter(|i| overlaps[*i] > 0 && shown[*i].len() > overlaps[*i] && shown[*i][..overlaps[*i]].iter().any(is_long))
        .count();
    let may_roll = (1..shown.len()).filter(|i| shown[*i].len() > 1).count();
    if rolled == 0 || rolled * 2 < may_roll {
        return;
    }
    for (lines, n) in shown.iter_mut().zip(overlaps) {
        lines.drain(..n);
    }
}

/// Splits the lines of a cue where `>>` or a dash announces another speaker, and marks sounds.
fn bits(lexicon: &Lexicon, lines: Vec<(Voice, String)>) -> Vec<Bit> {
    let mut out: Vec<Bit> = Vec::new();
    let mut in_music = false;
    for (voice, line) in lines {
        let notes = line.matches(['♪', '♫', '♬']).count();
        let hashes = line.len() > 2 && line.starts_with("# ") && line.ends_with(" #");
        if notes > 0 || hashes || in_music {
            in_music ^= notes % 2 == 1;
            out.push(Bit { voice, mark: Mark::None, text: line, is_note: true, leads: false });
            continue;
        }
        let marks = voice == Voice::Outside;
        let mut from = 0;
        let mut mark = Mark::None;
        for found in CHEVRONS.find_iter(&line).filter(|_| marks) {
            push(&mut out, &voice, mark, &line[from..found.start()]);
            (mark, from) = (Mark::Chevrons, found.end());
        }
        let rest = &line[from..];
        match dash(rest) {
            Some(skip) if marks && mark == Mark::None && from == 0 => push(&mut out, &voice, Mark::Dash, &rest[skip..]),
            _ => push(&mut out, &voice, mark, rest),
        }
    }
    rejoin(lexicon, &mut out);
    let mut leads = true;
    for bit in &mut out {
        bit.is_note |= is_sound(&bit.text);
        bit.leads = leads && !bit.is_note;
        leads &= bit.is_note;
    }
    out
}

fn push(out: &mut Vec<Bit>, voice: &Voice, mark: Mark, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        out.push(Bit { voice: voice.clone(), mark, text: text.to_string(), is_note: false, leads: false });
    }
}

/// Bytes of a dash at the start of a line that announces a speaker: not "--", not a negative number.
fn dash(line: &str) -> Option<usize> {
    let rest = line.strip_prefix(['-', '–', '—', '‐'])?;
    let spoken = rest.trim_start();
    let is_number = spoken.len() == rest.len() && rest.starts_with(|c: char| c.is_ascii_digit());
    (!is_number && !spoken.is_empty() && !spoken.starts_with(['-', '–', '—'])).then(|| line.len() - spoken.len())
}

/// Joins a name, or a sound in brackets, that a line break divides.
fn rejoin(lexicon: &Lexicon, bits: &mut Vec<Bit>) {
    let mut i = 0;
    while i + 1 < bits.len() {
        let (above, below) = (&bits[i], &bits[i + 1]);
        let may_join = !above.is_note && !below.is_note && below.mark == Mark::None && above.voice == below.voice;
        let joined = format!("{} {}", above.text, below.text);
        let opens = |open: char, close: char| {
            above.text.starts_with(open) && !above.text.contains(close) && below.text.contains(close)
        };
        let divides_name = (i == 0 || above.mark != Mark::None)
            && above.voice == Voice::Outside
            && speaker_before_colon(lexicon, &above.text).is_none()
            && speaker_before_colon(lexicon, &joined)
                .is_some_and(|(label, _)| label.len() > above.text.len() && label_quality(lexicon, &label) >= 0.6);
        if may_join && (opens('[', ']') || opens('(', ')') || divides_name) {
            bits[i].text = joined;
            bits.remove(i + 1);
        } else {
            i += 1;
        }
    }
}

/// Whether a text is one pair of brackets.
fn is_sound(text: &str) -> bool {
    let inner = text.strip_prefix(['[', '(']).and_then(|rest| rest.strip_suffix([']', ')']));
    inner.is_some_and(|inner| !inner.contains(['[', ']', '(', ')']) && inner.len() <= 120)
}

/// Which names before a text are speakers in this file.
struct Labels<'l> {
    lexicon: &'l Lexicon,
    counts: HashMap<String, usize>,
    /// The name that the first words of the file follow.
    opens_with_name: Option<String>,
    /// The form of label that the file gives each cue.
    family: Family,
    /// Number of different names with the form of a name.
    n_good: usize,
    /// Speakers change only after the end of a sentence, as far as the file names them: a name inside one is not a speaker.
    is_punctuated: bool,
}

impl<'l> Labels<'l> {
    fn of(lexicon: &'l Lexicon, bits: &[Vec<Bit>]) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let spoken = || bits.iter().flatten().filter(|bit| !bit.is_note && bit.voice == Voice::Outside);
        for (label, _) in
            spoken().filter(|bit| bit.leads || bit.mark != Mark::None).filter_map(|bit| prefix(lexicon, &bit.text))
        {
            *counts.entry(label).or_default() += 1;
        }
        let opens_with_name = spoken()
            .next()
            .and_then(|bit| prefix(lexicon, &bit.text))
            .map(|(label, _)| label)
            .filter(|label| label_quality(lexicon, label) > 0.0 || is_name_in_lower_case(lexicon, label));
        let good: HashSet<&String> = counts.keys().filter(|label| label_quality(lexicon, label) >= 0.6).collect();
        let n_good = good.len();
        let named = |bit: &Bit| bit.leads && prefix(lexicon, &bit.text).is_some_and(|(label, _)| good.contains(&label));
        let above: Vec<&Bit> = spoken().collect();
        let changes: Vec<bool> =
            above.windows(2).filter(|pair| named(pair[1])).map(|pair| may_end_turn(&pair[0].text)).collect();
        let leads: Vec<&str> = spoken().filter(|bit| bit.leads).map(|bit| bit.text.as_str()).collect();
        let family = Family::of(lexicon, leads.iter().copied());
        let is_punctuated = changes.iter().filter(|ends| **ends).count() * 10 >= changes.len() * 8;
        Self { lexicon, counts, opens_with_name, family, n_good, is_punctuated }
    }

    /// The speaker named at the start of a bit, and where the speech begins. `above` is what was said before it.
    fn speaker<'b>(&self, bit: &'b Bit, above: &str) -> Option<(String, &'b str)> {
        let lexicon = self.lexicon;
        if bit.leads
            && let Some((label, from)) = self.family.label(&bit.text)
        {
            return Some((label, &bit.text[from..]));
        }
        if !bit.leads && bit.mark == Mark::None && self.family.begins_each_cue() {
            return None;
        }
        let (label, from) = prefix(lexicon, &bit.text)?;
        let rest = &bit.text[from..];
        let quality = label_quality(lexicon, &label);
        let n = self.counts.get(&label).copied().unwrap_or(0);
        let opens = self.opens_with_name.is_some();
        let after_sentence = may_end_turn(above);
        let inside = !bit.leads && bit.mark == Mark::None;
        let breaks_in = self.is_punctuated && !after_sentence && bit.mark == Mark::None;
        let continues = rest.starts_with(char::is_lowercase);
        if breaks_in && ((n <= 1 && (continues || quality < 0.7)) || (continues && !label.contains(' '))) {
            return None;
        }
        if inside && n == 0 && !after_sentence && quality < 0.9 {
            return None;
        }
        let in_capitals = label.chars().any(char::is_uppercase) && !label.chars().any(char::is_lowercase);
        let is_speaker = match (bit.mark, quality) {
            (Mark::Chevrons, q) => q > 0.0 || (in_capitals && label.split(' ').count() <= 6) || n > 1,
            (_, q) if q >= 0.9 => true,
            (mark, q) if q >= 0.5 => n >= 2 || opens || self.n_good >= 2 || mark == Mark::Dash,
            (_, q) if q > 0.0 => {
                n >= 2 || in_capitals || (opens && after_sentence && !rest.starts_with(char::is_lowercase))
            }
            _ => is_name_in_lower_case(lexicon, &label) && (n >= 2 || self.opens_with_name.as_ref() == Some(&label)),
        };
        is_speaker.then_some((label, rest))
    }
}

/// `Name: text`, `[Name] text` at the start of a text: the name, and where the text begins.
fn prefix(lexicon: &Lexicon, text: &str) -> Option<(String, usize)> {
    if let Some(found) = BRACKETED_NAME.captures(text)
        && found[0].len() < text.len()
        && !lexicon.patterns().sound.is_match(&found[1])
        && label_quality(lexicon, &found[1]) >= 0.5
    {
        return Some((found[1].to_string(), found[0].len()));
    }
    let found = speaker_before_colon(lexicon, text).map(|(label, from)| (label.trim().to_string(), from));
    found.filter(|(label, _)| is_balanced(label))
}

/// A text without the name of its voice, which some programs print again before the words.
fn without_name<'t>(text: &'t str, name: &str) -> &'t str {
    let behind = text.strip_prefix(name).map(str::trim_start);
    behind.and_then(|rest| rest.strip_prefix([':', '：'])).map_or(text, str::trim_start)
}

/// "jan de wit": a name in a file that writes no capitals.
fn is_name_in_lower_case(lexicon: &Lexicon, label: &str) -> bool {
    let in_capitals: Vec<String> = label
        .split(' ')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
        })
        .collect();
    !label.chars().any(|c| c.is_uppercase() || c.is_ascii_digit())
        && in_capitals.len() <= 4
        && label_quality(lexicon, &in_capitals.join(" ")) > 0.0
}

/// Whether another speaker may follow a text: it ends a sentence, breaks off with a dash, is music, or is empty.
fn may_end_turn(text: &str) -> bool {
    let is_blank = !text.contains(|c: char| !matches!(c, '"' | '”' | '’' | '»' | ')' | ']' | '\''));
    is_blank || ends_sentence(text) || ends_with_sign(text, &['-', '–', '—', '♪'])
}

/// Builds lines and turns.
struct Builder<'l> {
    lexicon: &'l Lexicon,
    parts: Parts,
    current: Option<usize>,
    /// The current turn holds text outside every voice tag of a file that has some.
    is_outside: bool,
    above: String,
    interrupted: bool,
}

impl<'l> Builder<'l> {
    fn new(lexicon: &'l Lexicon) -> Self {
        Self {
            lexicon,
            parts: Parts::default(),
            current: None,
            is_outside: false,
            above: String::new(),
            interrupted: false,
        }
    }

    fn take(&mut self, bit: &Bit, times: (f64, f64), labels: &Labels<'_>, has_voices: bool) {
        if TIME_IN_BRACKETS.is_match(&bit.text) {
            return;
        }
        if bit.is_note {
            self.note(&bit.text);
            return;
        }
        let mut text = bit.text.as_str();
        let mut is_outside = false;
        match &bit.voice {
            Voice::Inside(name) => {
                self.open(name.as_deref(), name.is_none() && self.is_named());
                text = name.as_deref().map_or(text, |name| without_name(text, name));
            }
            Voice::Outside => {
                let continues =
                    bit.mark == Mark::Dash && !may_end_turn(&self.above) && bit.text.starts_with(char::is_lowercase);
                if let Some((label, rest)) = labels.speaker(bit, &self.above) {
                    self.open(Some(&label), false);
                    text = rest;
                } else if bit.mark != Mark::None && !continues {
                    self.open(None, true);
                } else if has_voices {
                    is_outside = true;
                    self.open(None, !self.is_outside);
                }
            }
        }
        self.is_outside = is_outside;
        self.say(text, times);
    }

    fn is_named(&self) -> bool {
        self.current.is_some_and(|turn| self.parts.turns[turn].speaker.is_some())
    }

    /// Begins a turn, unless the current one is the same speaker's and `is_new` is false.
    fn open(&mut self, label: Option<&str>, is_new: bool) {
        let known = self.current.map(|turn| &self.parts.turns[turn]);
        let label_of = |turn: &Turn| turn.speaker.as_ref().map(|speaker| speaker.label.clone());
        if !is_new && known.is_some_and(|turn| label_of(turn).as_deref() == label) {
            return;
        }
        let speaker = label.map(|label| Declared { label: label.to_string(), ..Declared::default() });
        self.current = Some(self.parts.turns.len());
        self.parts.new_paragraph();
        self.parts.turns.push(Turn { speaker, ..Turn::default() });
    }

    fn say(&mut self, text: &str, times: (f64, f64)) {
        let mut from = 0;
        for found in
            IN_BRACKETS.find_iter(text).filter(|found| sets_apart(self.lexicon, text, found.start(), found.end()))
        {
            self.line(&text[from..found.start()], times);
            self.note(found.as_str());
            from = found.end();
        }
        self.line(&text[from..], times);
    }

    fn line(&mut self, text: &str, times: (f64, f64)) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if self.current.is_none() {
            self.open(None, true);
        }
        let Some(turn) = self.current else { return };
        if std::mem::take(&mut self.interrupted) {
            self.parts.new_paragraph();
        }
        let declared = &mut self.parts.turns[turn];
        declared.time_start_s = declared.time_start_s.or(Some(times.0));
        declared.time_end_s = Some(declared.time_end_s.map_or(times.1, |end| end.max(times.1)));
        let cue = CueTime { start: self.parts.text.len(), time_start_s: times.0, time_end_s: times.1 };
        // The lines of one cue belong together.
        if self.parts.cues.last().is_none_or(|last| CueTime { start: cue.start, ..*last } != cue) {
            self.parts.cues.push(cue);
        }
        self.parts.line(Layout::Text, Some(turn), &[Piece::plain(text)]);
        self.above = text.to_string();
    }

    fn note(&mut self, text: &str) {
        self.parts.new_paragraph();
        self.parts.line(Layout::Text, None, &[Piece::plain(text)]);
        self.interrupted = true;
    }
}

/// Whether brackets inside a text hold a sound and not words of it.
fn sets_apart(lexicon: &Lexicon, text: &str, start: usize, end: usize) -> bool {
    const LONGEST: usize = 60;
    let inner = &text[start..end];
    let is_square = inner.starts_with('[');
    let n_words = inner.split_whitespace().count();
    let between_sentences =
        may_end_turn(text[..start].trim_end()) && !text[end..].trim_start().starts_with(char::is_lowercase);
    inner.len() <= LONGEST
        && ((lexicon.patterns().sound.is_match(inner) && n_words <= 4) || (is_square && between_sentences))
}

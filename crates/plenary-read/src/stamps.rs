//! Times that exports print on the page.
//!
//! **Input:** a text with its lines, of a format that marks no turns. **Output:** the times as turns, and lines without them, so
//! that they are not read as speech. Where the times also show the pattern of the page - a line with a time, then a line with a
//! label, then the words - the turns have speakers. Nothing is refused; what does not form a pattern stays as it is.
//! **Left to others:** times before a label or behind it on one line, to `plenary-attribute`.
//!
//! Three kinds of marks are read: `#00:00:12-3#` anywhere in a line, as f4 and its relatives write it; lines that hold only a
//! time, in digits or in words ("1 minute 20 seconds", possibly behind the name of the line above), or a start and an end; and a time behind a label in bold, or behind a label whose words follow in the same paragraph, as
//! Teams writes it in Word.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use plenary_corpus::{Declared, Layout, Line, Span, TextRun, Turn, clock};
use plenary_names::bylines::label_quality;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// `#00:00:12-3#`: hours, minutes, seconds and tenths.
static HASHED: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"\s*#(\d{1,2}):(\d{2}):(\d{2})(?:[-.,:](\d{1,3}))?#"));

/// A line that holds a start and an end.
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^[\[(]?(\d{1,2}:\d{1,2}:\d{1,2}(?:[.,:;]\d{1,3})?|\d{1,2}:\d{2}[.,]\d{1,3})\s*(?:-+>|[-–—→])\s*(\d{1,2}:\d{1,2}:\d{1,2}(?:[.,:;]\d{1,3})?|\d{1,2}:\d{2}[.,]\d{1,3})[\])]?$",
    )
});

/// A line that holds one time.
static SINGLE: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^[\[(]?((?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[\])]?$"));

/// A time at the end of a line, behind a label.
static BEHIND_LABEL: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(.{2,60}?)(\s+)[\[(]?((?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[\])]?\s*$"));

/// Reads the times of a text whose format marks no turns.
pub(crate) fn read(text: &str, lines: &mut [Line], turns: &mut Vec<Turn>, lexicon: &Lexicon) {
    if !turns.is_empty() {
        return;
    }
    let has_colon = text.contains(':');
    if has_colon && behind_labels(text, lines, turns, lexicon) || on_own_lines(text, lines, turns, lexicon) {
        return;
    }
    if has_colon {
        hashed(text, lines, turns);
    }
}

/// What is read of a line.
fn shown(text: &str, line: &Line) -> String {
    line.runs.iter().map(|run| run.span.of(text)).collect()
}

/// Takes everything of a line out of what is read.
fn hide(line: &mut Line) {
    line.runs.clear();
    line.layout = Layout::Ornament;
}

/// Whether times hardly ever run backwards.
fn are_in_order(times: &[f64]) -> bool {
    let n_back = times.windows(2).filter(|pair| pair[1] < pair[0]).count();
    n_back * 10 < times.len()
}

/// `#00:00:12-3#`. The mark ends the words before it if most marks are at the ends of lines, and begins those behind it
/// otherwise.
fn hashed(text: &str, lines: &mut [Line], turns: &mut Vec<Turn>) {
    let seconds = |found: &regex::Captures<'_>| -> Option<f64> {
        let number = |at: usize| found.get(at).map_or(Some(0.0), |part| part.as_str().parse::<f64>().ok());
        let fraction = found.get(4).map_or(0.0, |part| number(4).unwrap_or(0.0) / 10f64.powi(part.len() as i32));
        Some(clock::hms(number(1)?, number(2)?, number(3)?) + fraction)
    };
    let mut marks: Vec<(usize, f64)> = Vec::new();
    let (mut n_ends, mut n_starts) = (0, 0);
    for (at, line) in lines.iter_mut().enumerate().filter(|(_, line)| !line.runs.is_empty()) {
        let told = shown(text, line);
        if !told.contains('#') {
            continue;
        }
        let found: Vec<_> = HASHED.captures_iter(&told).collect();
        for mark in &found {
            let Some(whole) = mark.get(0) else { continue };
            n_starts += usize::from(told[..whole.start()].trim().is_empty());
            n_ends += usize::from(told[whole.end()..].trim().is_empty());
            marks.extend(seconds(mark).map(|seconds| (at, seconds)));
        }
        if !found.is_empty() {
            cut(text, line);
        }
    }
    if marks.is_empty() {
        return;
    }
    let end_marks = n_ends > n_starts;
    marks.dedup_by_key(|(line, _)| *line);
    let (mut from, mut before) = (0, None);
    for (at, (line, seconds)) in marks.iter().enumerate() {
        let (first, last, start, end) = if end_marks {
            (from, *line + 1, before, Some(*seconds))
        } else {
            (*line, marks.get(at + 1).map_or(lines.len(), |(next, _)| *next), Some(*seconds), None)
        };
        turns.push(Turn { time_start_s: start, time_end_s: end, ..Turn::default() });
        lines[first..last].iter_mut().for_each(|line| line.turn = Some(turns.len() - 1));
        (from, before) = (*line + 1, Some(*seconds));
    }
}

/// Takes the marks of a line out of its runs.
fn cut(text: &str, line: &mut Line) {
    let mut kept: Vec<TextRun> = Vec::new();
    for run in &line.runs {
        let mut from = run.span.start;
        for found in HASHED.find_iter(run.span.of(text)) {
            let span = Span::new(from, run.span.start + found.start());
            kept.push(TextRun { span, ..*run });
            from = run.span.start + found.end();
        }
        kept.push(TextRun { span: Span::new(from, run.span.end), ..*run });
    }
    // What follows a mark at the start of the line begins the line.
    if let Some(first) = kept.iter_mut().find(|run| !run.span.of(text).trim().is_empty()) {
        first.span.start += first.span.of(text).len() - first.span.of(text).trim_start().len();
    }
    let first = kept.iter().position(|run| !run.span.of(text).trim().is_empty()).unwrap_or(kept.len());
    line.runs = kept.split_off(first);
    line.runs.retain(|run| !run.span.is_empty());
    if line.runs.is_empty() {
        line.layout = Layout::Ornament;
    }
}

/// A time on a line of its own.
struct Mark {
    line: usize,
    start_s: f64,
    end_s: Option<f64>,
    /// The time is in words.
    in_words: bool,
}

/// Lines that hold only times. If each is beside a line with a label, the labels are the speakers.
fn on_own_lines(text: &str, lines: &mut [Line], turns: &mut Vec<Turn>, lexicon: &Lexicon) -> bool {
    const FEWEST: usize = 2;
    let mut marks = own_line_marks(text, lines, lexicon);
    let repeated = drop_repeated(&mut marks);
    let starts: Vec<f64> = marks.iter().map(|mark| mark.start_s).collect();
    if marks.len() < FEWEST || !are_in_order(&starts) {
        return false;
    }
    for line in repeated {
        hide(&mut lines[line]);
    }
    let filled = |range: std::ops::Range<usize>| range.filter(|at| !lines[*at].runs.is_empty()).collect::<Vec<usize>>();
    let below: Vec<Vec<usize>> = marks
        .iter()
        .enumerate()
        .map(|(at, mark)| filled(mark.line + 1..marks.get(at + 1).map_or(lines.len(), |next| next.line)))
        .collect();
    let label =
        |at: Option<usize>| at.map(|at| shown(text, &lines[at]).trim().to_string()).filter(|told| is_label(told));
    let after: Vec<Option<String>> =
        below.iter().map(|block| label(block.first().copied().filter(|_| block.len() > 1))).collect();
    let before: Vec<Option<String>> = marks
        .iter()
        .map(|mark| label(mark.line.checked_sub(1).filter(|above| !lines[*above].runs.is_empty())))
        .collect();
    let (are_after, are_before) = (are_labels(&after, lexicon), are_labels(&before, lexicon));
    let mut hidden: Vec<usize> = marks.iter().map(|mark| mark.line).collect();
    let initials: HashSet<usize> =
        if are_before && !are_after { initials(text, lines, &marks, &before) } else { HashSet::new() };
    hidden.extend(initials.iter().copied());
    for (at, mark) in marks.iter().enumerate() {
        let name = if are_after { &after[at] } else { &before[at] };
        let name = name.as_ref().filter(|_| are_after || are_before);
        let speaker = name.map(|name| Declared {
            label: name.trim_end_matches([':', '：']).trim().to_string(),
            ..Declared::default()
        });
        turns.push(Turn { speaker, time_start_s: Some(mark.start_s), time_end_s: mark.end_s, ..Turn::default() });
        let turn = Some(turns.len() - 1);
        let mut block = below[at].clone();
        block.retain(|line| !initials.contains(line));
        if are_after && after[at].is_some() {
            hidden.push(block.remove(0));
        }
        if !are_after && are_before {
            // The last line of a block is the label of the next one.
            let next = marks.get(at + 1).filter(|_| before.get(at + 1).is_some_and(Option::is_some));
            block.retain(|line| next.is_none_or(|next| line + 1 != next.line));
            hidden.extend(before[at].as_ref().map(|_| mark.line - 1));
        }
        for line in block {
            lines[line].turn = turn;
        }
    }
    for line in hidden {
        hide(&mut lines[line]);
    }
    true
}

/// Takes out times that repeat in digits what the line above says in words. Returns their lines.
fn drop_repeated(marks: &mut Vec<Mark>) -> Vec<usize> {
    let worded: HashSet<usize> = marks.iter().filter(|mark| mark.in_words).map(|mark| mark.line).collect();
    let repeats = |mark: &Mark| !mark.in_words && mark.line.checked_sub(1).is_some_and(|above| worded.contains(&above));
    let repeated = marks.iter().filter(|mark| repeats(mark)).map(|mark| mark.line).collect();
    marks.retain(|mark| !repeats(mark));
    repeated
}

/// Lines with the initials of a label, above it.
fn initials(text: &str, lines: &[Line], marks: &[Mark], labels: &[Option<String>]) -> HashSet<usize> {
    let above = |(mark, label): (&Mark, &Option<String>)| {
        let of_label: String = label.as_ref()?.split_whitespace().filter_map(|word| word.chars().next()).collect();
        let line = mark.line.checked_sub(2)?;
        let told = shown(text, &lines[line]);
        (told.trim().chars().count() >= 2 && of_label == told.trim()).then_some(line)
    };
    marks.iter().zip(labels).filter_map(above).collect()
}

/// The seconds of a line that holds a time in words: "1 minute 20 seconds", "Ann Lee 1 minute 20 seconds" below "Ann Lee".
fn in_words(text: &str, lines: &[Line], at: usize, told: &str, lexicon: &Lexicon) -> Option<f64> {
    const LONGEST: usize = 120;
    let may_be = told.len() <= LONGEST
        && told.ends_with(char::is_alphabetic)
        && told.contains(|c: char| c.is_ascii_digit())
        && told.split_whitespace().nth(1).is_some();
    if !may_be {
        return None;
    }
    let above = at.checked_sub(1).map_or_else(String::new, |above| shown(text, &lines[above]));
    let above = above.trim();
    let rest = if above.is_empty() { told } else { told.strip_prefix(above).unwrap_or(told) };
    lexicon.length_in_words(rest.trim_start())
}

/// Lines with a start and an end, or else lines with one time. Times without hours must not look like times of the day, which
/// are whole five minutes.
fn own_line_marks(text: &str, lines: &[Line], lexicon: &Lexicon) -> Vec<Mark> {
    const LONGEST: usize = 40;
    /// Longest line, with its indent, in bytes.
    const LONGEST_LINE: usize = 200;
    let mut ranges = Vec::new();
    let mut singles: Vec<(Mark, bool)> = Vec::new();
    let is_short = |line: &Line| !line.runs.is_empty() && line.span.len() <= LONGEST_LINE;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| is_short(line)) {
        let told = shown(text, line);
        let told = told.trim();
        if let Some(start_s) = in_words(text, lines, at, told, lexicon) {
            singles.push((Mark { line: at, start_s, end_s: None, in_words: true }, true));
            continue;
        }
        if told.len() > LONGEST || !told.contains(':') {
            continue;
        }
        if let Some(found) = RANGE.captures(told)
            && let (Some(start_s), Some(end_s)) = (with_frames(&found[1]), with_frames(&found[2]))
        {
            ranges.push(Mark { line: at, start_s, end_s: Some(end_s).filter(|end| *end >= start_s), in_words: false });
        } else if let Some(found) = SINGLE.captures(told)
            && let Some(start_s) = clock::seconds(&found[1])
        {
            let is_sure = found[1].matches(':').count() == 2 || start_s % 5.0 != 0.0;
            singles.push((Mark { line: at, start_s, end_s: None, in_words: false }, is_sure));
        }
    }
    if !ranges.is_empty() {
        return ranges;
    }
    let is_recording = singles.len() > 2 && singles.iter().any(|(_, is_sure)| *is_sure);
    if is_recording { singles.into_iter().map(|(mark, _)| mark).collect() } else { Vec::new() }
}

/// Seconds of a time whose fourth part, behind a colon, counts frames.
fn with_frames(time: &str) -> Option<f64> {
    /// Frames of a second, where the file does not say.
    const FRAMES: f64 = 25.0;
    let parts: Vec<&str> = time.split([':', ';']).collect();
    match parts[..] {
        [hours, minutes, seconds, frames] => {
            let whole = clock::seconds(&format!("{hours}:{minutes}:{seconds}"))?;
            Some(whole + (frames.parse::<f64>().ok()? / FRAMES).min(0.999))
        }
        _ => clock::seconds(time),
    }
}

/// Whether a line may be a label: it is short, has letters and does not end like a sentence.
fn is_label(told: &str) -> bool {
    const LONGEST: usize = 60;
    told.chars().count() <= LONGEST
        && told.contains(char::is_alphabetic)
        && !told.ends_with(['.', '!', '?', ',', ';', '…', '。', '！', '？', '"', '”'])
}

/// Whether lines beside times are labels: nearly all times have one, and half of them recur or most have the form of a name.
fn are_labels(labels: &[Option<String>], lexicon: &Lexicon) -> bool {
    const GOOD: f32 = 0.6;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for label in labels.iter().flatten() {
        *counts.entry(label.as_str()).or_default() += 1;
    }
    let n_labelled: usize = counts.values().sum();
    let n_recurring: usize = counts.values().filter(|n| **n > 1).sum();
    let are_names = || {
        let good = counts.iter().filter(|(label, _)| label_quality(lexicon, label) >= GOOD);
        good.map(|(_, n)| n).sum::<usize>() * 10 >= n_labelled * 8
    };
    n_labelled * 10 >= labels.len() * 9 && (n_recurring * 2 >= n_labelled || are_names())
}

/// A label with a time behind it, in bold or above its words in one paragraph. Lines that begin with a known label in bold and
/// have no time are not speech.
fn behind_labels(text: &str, lines: &mut [Line], turns: &mut Vec<Turn>, lexicon: &Lexicon) -> bool {
    const FEWEST: usize = 2;
    let heads: Vec<(usize, String, f64)> = (0..lines.len()).filter_map(|at| head(text, lines, at)).collect();
    let starts: Vec<f64> = heads.iter().map(|(.., start)| *start).collect();
    let labels: Vec<Option<String>> = heads.iter().map(|(_, label, _)| Some(label.clone())).collect();
    if heads.len() < FEWEST || !are_in_order(&starts) || !are_labels(&labels, lexicon) {
        return false;
    }
    let known: HashSet<&str> = heads.iter().map(|(_, label, _)| label.as_str()).collect();
    let mut next = heads.iter().peekable();
    let mut turn = None;
    for (at, line) in lines.iter_mut().enumerate() {
        if let Some((_, label, start)) = next.next_if(|(head, ..)| *head == at) {
            let speaker = Some(Declared { label: label.clone(), ..Declared::default() });
            turns.push(Turn { speaker, time_start_s: Some(*start), ..Turn::default() });
            turn = Some(turns.len() - 1);
            hide(line);
            continue;
        }
        if known.contains(bold_start(text, line).as_str()) {
            turn = None;
        }
        if !line.runs.is_empty() {
            line.turn = turn;
        }
    }
    true
}

/// The label and the time of a line, if it holds nothing else.
fn head(text: &str, lines: &[Line], at: usize) -> Option<(usize, String, f64)> {
    let line = &lines[at];
    if line.runs.is_empty() || !line.span.of(text).contains(':') {
        return None;
    }
    let told = shown(text, line);
    let found = BEHIND_LABEL.captures(&told)?;
    let label = found[1].trim().trim_end_matches([':', ',']).to_string();
    let is_bold = bold_start(text, line) == label;
    let is_set_off = found[2].chars().count() > 1 || found[2].contains('\t');
    let continues = lines.get(at + 1).is_some_and(|below| below.paragraph == line.paragraph && !below.runs.is_empty());
    let is_head = is_label(&label) && (is_bold || (is_set_off && continues));
    is_head.then(|| clock::seconds(&found[3])).flatten().map(|seconds| (at, label, seconds))
}

/// The text in bold at the start of a line.
fn bold_start(text: &str, line: &Line) -> String {
    let bold: String = line.runs.iter().take_while(|run| run.bold).map(|run| run.span.of(text)).collect();
    bold.trim().trim_end_matches([':', ',']).to_string()
}

#[cfg(test)]
mod tests {
    use crate::read;
    use plenary_corpus::Document;

    /// Speaker, start, end and words.
    type Told<'d> = (Option<&'d str>, Option<f64>, Option<f64>, String);

    /// The turns with the words of their lines.
    fn turns(document: &Document) -> Vec<Told<'_>> {
        let said = |at: usize| {
            let lines = document.lines.iter().filter(|line| line.turn == Some(at));
            let words = lines.map(|line| super::shown(&document.text, line)).filter(|told| !told.is_empty());
            words.collect::<Vec<_>>().join(" / ")
        };
        let name = |at: usize| document.turns[at].speaker.as_ref().map(|speaker| speaker.label.as_str());
        let all = document.turns.iter().enumerate();
        all.map(|(at, turn)| (name(at), turn.time_start_s, turn.time_end_s, said(at))).collect()
    }

    #[test]
    fn times_in_words_are_times() {
        let expected = [
            (Some("Ann Lee"), Some(4.0), None, "Good day.".to_string()),
            (Some("Bo Hill"), Some(62.0), None, "Yes. / Quite.".to_string()),
            (Some("Ann Lee"), Some(3_601.0), None, "So.".to_string()),
        ];
        let twice = "Ann Lee\n0 minutes 4 seconds\n0:04\nGood day.\n\nBo Hill\n1 minute 2 seconds\n1:02\nYes.\nQuite.\n\n\
                     Ann Lee\n1 hour 1 second\n1:00:01\nSo.\n";
        assert_eq!(turns(&read("a.txt", twice.as_bytes()).unwrap()), expected);
        let repeated = "AL\nAnn Lee\nAnn Lee 0 minutes 4 seconds\nGood day.\nBH\nBo Hill\nBo Hill 1 minute 2 seconds\nYes.\n\
                        Quite.\nAL\nAnn Lee\nAnn Lee 1 hour 1 second\nSo.\n";
        assert_eq!(turns(&read("a.txt", repeated.as_bytes()).unwrap()), expected);
        let said = "ANN LEE: I waited\n\n12 minutes\n\nBO HILL: Twelve?\n";
        assert!(read("a.txt", said.as_bytes()).unwrap().turns.is_empty());
    }

    #[test]
    fn marks_between_number_signs_end_or_begin_the_words() {
        let document =
            read("a.txt", "I: Wie? #00:00:12-3#\n\nB: Vater. #00:01:19-8# Auch Du. #00:01:20-8#\n".as_bytes()).unwrap();
        assert_eq!(
            turns(&document),
            [(None, None, Some(12.3), "I: Wie?".into()), (None, Some(12.3), Some(79.8), "B: Vater. Auch Du.".into())]
        );
        let document = read("a.txt", "#00:00:01-0# I: Wie?\n\n#00:00:05-25# B: So.\n".as_bytes()).unwrap();
        assert_eq!(
            turns(&document),
            [(None, Some(1.0), None, "I: Wie?".into()), (None, Some(5.25), None, "B: So.".into())]
        );
    }

    #[test]
    fn labels_beside_lines_with_times_are_speakers() {
        let text = "00:00:12:05 - 00:00:14:20\nDana Kim\nGood morning.\nAll of you.\n\n00:01:12:00 - 00:01:14:00\nBo Hill\nI begin.\n\n\
            00:02:12:00 - 00:02:14:00\nDana Kim\nDo.\n\n00:03:12:00 - 00:03:14:00\nBo Hill\nSo.\n";
        let document = read("a.txt", text.as_bytes()).unwrap();
        let turns = turns(&document);
        assert_eq!(turns[0], (Some("Dana Kim"), Some(12.2), Some(14.8), "Good morning. / All of you.".into()));
        assert_eq!(turns[3].0, Some("Bo Hill"));
        let text = "Dana Kim\n00:12\nGood morning.\n\nBo Hill\n00:31\nI begin.\n\nDana Kim\n01:02\nDo.\n\nBo Hill\n01:05\nSo.\n";
        let document = read("a.txt", text.as_bytes()).unwrap();
        let named: Vec<_> =
            self::turns(&document).into_iter().map(|(name, start, _, words)| (name, start, words)).collect();
        assert_eq!(named[1], (Some("Bo Hill"), Some(31.0), "I begin.".into()));
    }

    #[test]
    fn times_of_the_day_are_not_times_of_a_recording() {
        let text = "Programme\n\n09:00\nWelcome\n\n09:30\nThe sea\n\n10:15\nThe end\n";
        assert!(read("a.txt", text.as_bytes()).unwrap().turns.is_empty());
        assert!(read("a.txt", b"We met at 10:30.\nANN: Yes.\n").unwrap().turns.is_empty());
    }

    #[test]
    fn chapters_are_not_speakers() {
        let text = "**The harbour in winter** 0:03\n\nIt is cold.\n\n**What the fish eat** 0:21\n\nNobody knows.\n";
        assert!(read("a.md", text.as_bytes()).unwrap().turns.is_empty());
    }

    #[test]
    fn times_behind_labels_in_bold_name_the_speakers() {
        let text = "# Meeting\n\n**Ann Lee** started\n\n**Ann Lee** 0:03  \nGood day.\n\n**Bo Hill** 0:21  \nYes.\n\nSo.\n\n**Ann Lee** stopped\n";
        let document = read("a.md", text.as_bytes()).unwrap();
        let named: Vec<_> = turns(&document).into_iter().map(|(name, start, _, words)| (name, start, words)).collect();
        assert_eq!(
            named,
            [(Some("Ann Lee"), Some(3.0), "Good day.".into()), (Some("Bo Hill"), Some(21.0), "Yes. / So.".into())]
        );
    }
}

//! TTML captions (DFXP, IMSC, EBU-TT) to cues.
//!
//! **Input:** decoded XML. **Output:** a cue for each paragraph with its times, lines and speaker (`ttm:agent`, of the
//! paragraph or of a span or element around it); the title and the language of the file. Prefixes such as `NAME:` are read as in
//! the other captions. **Refused**, with the line: broken XML, times that are not times, a file without paragraphs. **Warned
//! about:** a reference to an agent that the file does not list, and cues that end before they start. Styles and regions are
//! ignored.

use std::collections::HashMap;

use super::cues::{Cue, Warnings};
use super::speech;
use crate::error::{Place, Problem, ReadErrorKind};
use crate::parts::Parts;
use crate::spoken;
use crate::xml_tree::{Child, Node, parse};
use plenary_corpus::FrontMatter;
use plenary_corpus::clock;
use plenary_corpus::text::collapse_white_space;
use plenary_names::lexicon::Lexicon;

/// Frames of a second where the file does not say.
const FRAME_RATE: f64 = 30.0;

const WRITE_TIMES: &str = "write times as 00:01:02.345 or 62.345s and run again";

/// Reads TTML.
///
/// # Errors
/// [`ReadErrorKind::Xml`] and [`ReadErrorKind::Malformed`] with the line.
pub(crate) fn read(text: &str, lexicon: &Lexicon) -> Result<Parts, Problem> {
    let root = parse(text)?;
    let mut warnings = Warnings::default();
    let mut reader =
        Reader { rates: Rates::of(&root), agents: agents(&root), cues: Vec::new(), warnings: &mut warnings };
    if let Some(body) = root.first("body") {
        reader.element(body, &Context::default())?;
    }
    let mut cues = reader.cues;
    if cues.is_empty() {
        let problem = "the file has no captions: no `p` in its `body` has text and a time".to_string();
        let hint = "check the export that made the file, or take it out of the folder";
        return Err(ReadErrorKind::Malformed { problem, hint }.at(Place::Line(root.line)));
    }
    if cues.windows(2).any(|pair| pair[0].start_ms > pair[1].start_ms) {
        let text = "cues start before the ones above them; cues are read in the order of their times".to_string();
        warnings.add("a cue starts before the one above it", text);
        cues.sort_by_key(|cue| cue.start_ms);
    }
    let has_voices = cues.iter().any(|cue| cue.speaker.is_some());
    let mut parts = speech::speech(&cues, has_voices, lexicon);
    let title = root.descendants("title").first().map(|title| collapse_white_space(&title.text()));
    parts.front = FrontMatter {
        title: title.filter(|title| !title.is_empty()),
        language: root.get("lang").and_then(spoken::language_code),
        ..FrontMatter::default()
    };
    parts.warnings = warnings.into_texts();
    Ok(parts)
}

/// Frames and ticks of a second.
struct Rates {
    frames: f64,
    ticks: f64,
}

impl Rates {
    fn of(root: &Node) -> Self {
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| *number > 0.0 && number.is_finite());
        let rate = root.get("frameRate").and_then(number);
        let multiplier = root.get("frameRateMultiplier").and_then(|text| {
            let (above, below) = text.split_once([' ', ':'])?;
            Some(number(above)? / number(below)?)
        });
        let frames = rate.unwrap_or(FRAME_RATE) * multiplier.unwrap_or(1.0);
        let ticks = root.get("tickRate").and_then(number).or(rate).unwrap_or(1.0);
        Self { frames, ticks }
    }

    /// Seconds of a time: `00:01:02.5`, `00:01:02:12` (frames), `62.5s`, `1.5m`, `1h`, `1500ms`, `45f`, `90t`, `62`.
    fn seconds(&self, text: &str) -> Option<f64> {
        if text.contains(':') {
            if let [hours, minutes, seconds, frames] = text.split([':', ';']).collect::<Vec<_>>()[..] {
                let whole = clock::seconds(&format!("{hours}:{minutes}:{seconds}"))?;
                return Some(whole + frames.parse::<u32>().ok().map(f64::from)? / self.frames);
            }
            return clock::seconds(text);
        }
        let digits = text.trim_end_matches(char::is_alphabetic);
        let value: f64 = digits.parse().ok()?;
        let seconds = match &text[digits.len()..] {
            "h" => clock::hms(value, 0.0, 0.0),
            "m" => clock::hms(0.0, value, 0.0),
            "s" | "" => value,
            "ms" => value / 1000.0,
            "f" => value / self.frames,
            "t" => value / self.ticks,
            _ => return None,
        };
        (seconds.is_finite() && seconds >= 0.0).then_some(seconds)
    }
}

/// Names of the agents by their ids: `ttm:name`, best the full one.
fn agents(root: &Node) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for agent in root.descendants("agent") {
        let listed: Vec<&Node> = agent.all("name").collect();
        let full = listed.iter().find(|name| name.get("type") == Some("full"));
        let by_type = |kind: &str| listed.iter().find(|name| name.get("type") == Some(kind)).map(|name| name.text());
        let joined = || Some(format!("{} {}", by_type("given")?.trim(), by_type("family")?.trim()));
        let name = full.map(|name| name.text()).or_else(joined).or_else(|| listed.first().map(|name| name.text()));
        if let (Some(id), Some(name)) = (agent.get("id"), name.map(|name| collapse_white_space(&name)))
            && !name.is_empty()
        {
            names.insert(id.to_string(), name);
        }
    }
    names
}

/// What an element passes on to those inside it.
#[derive(Debug, Clone, Default)]
struct Context {
    /// Start of the element around, from which times count.
    origin_s: f64,
    end_s: Option<f64>,
    speaker: Option<String>,
    /// Whether a time was given by this element or one around it.
    is_timed: bool,
    /// Whether the paragraph has a time, so that those of single words in it are not read.
    is_timed_paragraph: bool,
}

struct Reader<'r> {
    rates: Rates,
    agents: HashMap<String, String>,
    cues: Vec<Cue>,
    warnings: &'r mut Warnings,
}

impl Reader<'_> {
    /// Reads the paragraphs of an element. The depth is bounded by the parser.
    fn element(&mut self, node: &Node, around: &Context) -> Result<(), Problem> {
        let context = self.context(node, around)?;
        if node.name == "p" {
            return self.paragraph(node, &context);
        }
        let inside: Vec<&Node> =
            node.elements().filter(|inner| !matches!(inner.name.as_str(), "metadata" | "set")).collect();
        let is_sequence = node.get("timeContainer") == Some("seq");
        let mut context = context;
        for inner in inside {
            self.element(inner, &context)?;
            if is_sequence && let Some(last) = self.cues.last() {
                context.origin_s = last.end_ms as f64 / 1000.0;
            }
        }
        Ok(())
    }

    fn context(&mut self, node: &Node, around: &Context) -> Result<Context, Problem> {
        let time = |name: &str| -> Result<Option<f64>, Problem> {
            let Some(text) = node.get(name).filter(|_| !around.is_timed_paragraph) else { return Ok(None) };
            self.rates.seconds(text).map(Some).ok_or_else(|| {
                let problem =
                    format!("the {name} of a caption, {:?}, is not a time", text.chars().take(40).collect::<String>());
                ReadErrorKind::Malformed { problem, hint: WRITE_TIMES }.at(Place::Line(node.line))
            })
        };
        let (begin, end, length) = (time("begin")?, time("end")?, time("dur")?);
        let origin_s = around.origin_s + begin.unwrap_or(0.0);
        let end_s = end.map(|end| around.origin_s + end).or(length.map(|length| origin_s + length)).or(around.end_s);
        let named = node.get("agent").and_then(|ids| ids.split_whitespace().next()).map(|id| {
            self.agents.get(id).cloned().unwrap_or_else(|| {
                let text = format!("line {}: the file lists no agent `{id}`; its id is taken for the name", node.line);
                self.warnings.add("an agent that is not listed", text);
                id.to_string()
            })
        });
        Ok(Context {
            origin_s,
            end_s,
            speaker: named.or_else(|| around.speaker.clone()),
            is_timed: around.is_timed || begin.is_some() || end.is_some(),
            is_timed_paragraph: around.is_timed_paragraph || (node.name == "p" && begin.is_some()),
        })
    }

    /// The cues of a paragraph: one, or one for each stretch of another speaker or time in it.
    fn paragraph(&mut self, node: &Node, context: &Context) -> Result<(), Problem> {
        let keeps_space = node.get("space") == Some("preserve");
        let mut stretches: Vec<(Context, String)> = Vec::new();
        self.collect(node, context, &mut stretches)?;
        for (context, text) in stretches {
            let lines: Vec<String> = text
                .split('\n')
                .map(|line| if keeps_space { line.trim_end().to_string() } else { collapse_white_space(line) })
                .filter(|line| !line.trim().is_empty())
                .map(|line| html_escape::encode_text(&line).into_owned())
                .collect();
            if lines.is_empty() || !context.is_timed {
                let n = text.split_whitespace().count();
                if n > 0 {
                    let text = format!("line {}: a caption without a time is not read", node.line);
                    self.warnings.add("a caption without a time", text);
                }
                continue;
            }
            let milliseconds = |seconds: f64| (seconds * 1000.0).round() as u64;
            let start_ms = milliseconds(context.origin_s);
            let mut end_ms = context.end_s.map_or(start_ms, milliseconds);
            if end_ms < start_ms {
                let text = format!("line {}: the caption ends before it starts; its end was not read", node.line);
                self.warnings.add("a caption ends before it starts", text);
                end_ms = start_ms;
            }
            self.cues.push(Cue { start_ms, end_ms, lines, identifier: None, speaker: context.speaker, is_note: false });
        }
        Ok(())
    }

    /// Collects the text of a paragraph, with a line break for each `br`. Text whose speaker or time differs is a stretch
    /// of its own.
    fn collect(&mut self, node: &Node, context: &Context, out: &mut Vec<(Context, String)>) -> Result<(), Problem> {
        for child in &node.children {
            match child {
                Child::Text(text) => push(out, context, &text.replace(['\n', '\r'], " ")),
                Child::Element(inner) if inner.name == "br" => push(out, context, "\n"),
                Child::Element(inner) if matches!(inner.name.as_str(), "metadata" | "set") => {}
                Child::Element(inner) => {
                    let context = self.context(inner, context)?;
                    self.collect(inner, &context, out)?;
                }
            }
        }
        Ok(())
    }
}

/// Adds text to the last stretch, or to a new one if its speaker or start differs.
fn push(out: &mut Vec<(Context, String)>, context: &Context, text: &str) {
    match out.last_mut() {
        Some((known, told))
            if known.speaker == context.speaker && known.origin_s.total_cmp(&context.origin_s).is_eq() =>
        {
            told.push_str(text);
        }
        _ if text.trim().is_empty() => {}
        _ => out.push((context.clone(), text.to_string())),
    }
}

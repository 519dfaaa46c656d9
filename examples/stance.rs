//! Codes labelled sentences as a run would, for `evaluation/stance.py` and `evaluation/coders.py`.
//!
//!     stance MODELS ROWS [--model ID] [--threads N] [--neither RULE] [--off-topic] [--features] [--sentences]
//!
//! ROWS is JSONL: `proposition`, `negation` and either `text` (nothing precedes it), or `turns` (`speaker` and `text` each) and
//! `probe` (`turn`, from 0, and `sentence`). The turns are read as a table and cut into sentences as in a run; the segment that shares
//! the most words with the sentence is coded in its context. Prints one JSON line per row: `label` (null where the coder abstains),
//! `reason`, the probabilities, the number of words, and the relevance. With `--off-topic` texts off the topic have probabilities too.
//! With `--features` the line has what a learned coder reads: the vectors of the text, of the rest of its turn and of the proposition, the
//! tone, and the inferences. With `--sentences` a `text` is read as one turn, and the line is the list of its segments, each in its context.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use ndarray::Axis;
use plenary::attribute::{Options, attribute};
use plenary::corpus::findings::{Evidence, Inference, Target};
use plenary::corpus::progress::Silent;
use plenary::corpus::{self, Segment, Transcript};
use plenary::engine::{EngineChoice, Work};
use plenary::measure::coder::{Coder, Units};
use plenary::measure::context::context;
use plenary::measure::stance::InferenceCoder;
use plenary::measure::{embedding, sentiment, stance};
use plenary::models::{find, load, places};
use plenary::pipeline::is_open_question;
use plenary::study::{NeitherRule, StanceOptions, Study};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Row {
    proposition: String,
    negation: Option<String>,
    text: Option<String>,
    #[serde(default)]
    turns: Vec<Turn>,
    probe: Option<Probe>,
}

#[derive(Deserialize)]
struct Turn {
    speaker: String,
    text: String,
}

#[derive(Deserialize)]
struct Probe {
    turn: usize,
    sentence: String,
}

fn main() -> Result<()> {
    let (mut model, mut threads, mut files) = ("nli-minilm-l6".to_owned(), 2, Vec::new());
    let mut options = StanceOptions::default();
    let (mut by_sentence, mut with_features) = (false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--model" => model = arguments.next().context("which model?")?,
            "--neither" => options.neither = serde_json::from_value(json!(arguments.next().context("which rule?")?))?,
            "--sentences" => by_sentence = true,
            "--off-topic" => options.infer_off_topic = true,
            "--features" => with_features = true,
            "--threads" => threads = arguments.next().context("how many threads?")?.parse()?,
            _ => files.push(PathBuf::from(argument)),
        }
    }
    let [models, rows] = files.as_slice() else { bail!("expected MODELS ROWS") };
    if options.neither == NeitherRule::Relevance {
        options.relevance_floor = 0.25;
    }
    let places = places(Some(models));
    let load = |id: &str| anyhow::Ok(load(&find(&places, id)?, EngineChoice::Auto)?);
    let (embedder, model, tone) = (load("all-minilm-l6-v2")?, load(&model)?, load("sentiment-minilm-l6")?);
    let study = Study::default();
    let work = Work { threads, progress: &Silent, cache: None };
    let coder = InferenceCoder::new(None, &model, &options)?;

    let text = fs::read_to_string(rows)?;
    let rows: Vec<Row> = text.lines().map(serde_json::from_str).collect::<serde_json::Result<_>>()?;
    let placed: Vec<(Transcript, Vec<usize>)> =
        rows.iter().map(|row| place(row, by_sentence)).collect::<Result<_>>()?;
    /// A proposition and its negation.
    type Pair<'p> = (&'p str, Option<&'p str>);
    let mut by_proposition: BTreeMap<Pair, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let units = by_proposition.entry((&row.proposition, row.negation.as_deref())).or_default();
        units.extend(placed[at].1.iter().map(|segment| (at, *segment)));
    }
    let mut found: Vec<Vec<Value>> = vec![Vec::new(); rows.len()];
    for ((proposition, negation), at) in by_proposition {
        let targets = [Target {
            id: "t".into(),
            proposition: proposition.to_owned(),
            negation: negation.map(str::to_owned),
            ..Target::default()
        }];
        let contexts: Vec<corpus::Context> = at.iter().map(|&(at, segment)| context(&placed[at].0, segment)).collect();
        let segments: Vec<&Segment> = at.iter().map(|&(at, segment)| &placed[at].0.segments[segment]).collect();
        let texts: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
        let of_proposition = embedding::embed(&embedder, &[proposition], work)?.vectors;
        let vectors = embedding::embed(&embedder, &texts, work)?.vectors;
        let relevance = stance::relevance(of_proposition.view(), vectors.view())?;
        let mut of_contexts = relevance.mapv(|_| 0.0);
        for (column, context) in contexts.iter().enumerate() {
            let before: Vec<&str> = context.before.iter().map(|said| said.text).collect();
            let vectors = embedding::embed(&embedder, &before, work)?.vectors;
            let cosines = stance::relevance(of_proposition.view(), vectors.view())?;
            of_contexts[(0, column)] = cosines.iter().copied().fold(0.0, f32::max);
        }
        let is_question = |&(at, segment): &(usize, usize)| {
            let (transcript, _) = &placed[at];
            is_open_question(transcript, &transcript.segments[segment], &study)
        };
        let questions: Vec<bool> = at.iter().map(is_question).collect();
        let ids: Vec<&str> = segments.iter().map(|segment| segment.segment_id.as_str()).collect();
        let units = Units {
            ids: &ids,
            texts: &texts,
            contexts: &contexts,
            relevance: relevance.view(),
            context_relevance: of_contexts.view(),
            vectors: vectors.view(),
            turns: &vec![None; texts.len()],
            sentiment: None,
            earlier: &[],
            questions: &questions,
            asked: None,
        };
        let codings = coder.code(units, &targets, work)?;
        let tones = if with_features { sentiment::score(&tone, &texts, work)?.scores } else { Vec::new() };
        for (row, ((&(at, _), segment), coding)) in at.iter().zip(&segments).zip(&codings.of_target[0]).enumerate() {
            let sides =
                coding.probabilities.map(|p| json!({"favor": p.favor, "against": p.against, "neither": p.neither}));
            let (label, reason) = (coding.verdict.label(), coding.verdict.reason());
            let mut of_row = json!({
                "label": label, "reason": reason, "probabilities": sides, "n_words": segment.n_words,
                "relevance": coding.relevance, "context_relevance": coding.context_relevance, "rule": coding.rule,
            });
            if with_features {
                let transcript = &placed[at].0;
                let others = transcript.segments.iter().filter(|other| other.utterance == segment.utterance);
                let others: Vec<&str> = others
                    .filter(|other| other.segment_id != segment.segment_id)
                    .map(|other| other.text.as_str())
                    .collect();
                let turn = embedding::embed(&embedder, &others, work)?.vectors.mean_axis(Axis(0));
                let inferred = |of: &Inference| [of.entailment, of.neutral, of.contradiction];
                let inferences = match &coding.evidence {
                    Evidence::Inference { proposition, negation } => {
                        json!([inferred(proposition), negation.as_ref().map(inferred)])
                    }
                    _ => Value::Null,
                };
                let tone = [tones[row].negative, tones[row].neutral, tones[row].positive];
                of_row["features"] = json!({
                    "vector": vectors.row(row).to_vec(), "turn": turn.map(|mean| mean.to_vec()), "tone": tone,
                    "inferences": inferences, "proposition": of_proposition.row(0).to_vec(),
                });
            }
            found[at].push(of_row);
        }
    }
    for mut segments in found {
        println!("{}", if by_sentence { json!(segments) } else { segments.pop().unwrap_or_default() });
    }
    Ok(())
}

/// The transcript of a row, and the segments that are coded.
fn place(row: &Row, by_sentence: bool) -> Result<(Transcript, Vec<usize>)> {
    let (turns, turn, sentence) = match (&row.text, &row.probe) {
        (Some(text), _) => (vec![("Speaker", text.as_str())], 0, None),
        (None, Some(probe)) => {
            let turns = row.turns.iter().map(|turn| (turn.speaker.as_str(), turn.text.as_str())).collect();
            (turns, probe.turn, Some(probe.sentence.as_str()))
        }
        (None, None) => bail!("a row has neither `text` nor `probe`"),
    };
    let lines: Vec<String> =
        turns.iter().map(|(speaker, text)| json!({"speaker": speaker, "text": text}).to_string()).collect();
    let document = plenary::read::read("turns.jsonl", lines.join("\n").as_bytes())?;
    let mut options = Options::default();
    if sentence.is_none() && !by_sentence {
        // A row without context is one text, also if it has several sentences.
        options.segments.unit = plenary::study::Unit::Utterance;
    }
    let transcript = attribute(document, &options);
    if sentence.is_none() {
        let all = (0..transcript.segments.len()).collect();
        return Ok((transcript, all));
    }
    let words: HashSet<&str> = sentence.unwrap_or_default().split_whitespace().collect();
    let shared = |text: &str| text.split_whitespace().filter(|word| words.contains(word)).count();
    let of_turn = transcript.segments.iter().enumerate();
    let of_turn = of_turn.filter(|(_, segment)| segment.utterance == turn);
    let segment = of_turn.max_by_key(|(at, segment)| (shared(&segment.text), std::cmp::Reverse(*at)));
    let segment = segment.with_context(|| format!("turn {turn} has no segment: {lines:?}"))?.0;
    Ok((transcript, vec![segment]))
}

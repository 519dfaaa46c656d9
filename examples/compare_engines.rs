//! Speed of the engines on the same texts: `compare_engines MODELS TEXTS [THREADS]`, TEXTS with one text per line.
//!
//! The engines take turns, five rounds each after one to warm up; medians are printed, of the wall clock and (on Linux)
//! of the processor time, which is more reliable while other programs run.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use plenary::corpus::progress::Silent;
use plenary::engine::{EngineChoice, EngineError, Input, Model, Work, rows};
use plenary::measure::{embedding, sentiment};
use plenary::models::{Place, find, load};

const ROUNDS: usize = 5;

type Job = fn(&Model, &[&str], Work) -> Result<(), EngineError>;

const JOBS: [(&str, &str, Job); 3] = [
    ("embedding", "all-minilm-l6-v2", |model, texts, work| embedding::embed(model, texts, work).map(drop)),
    ("sentiment", "sentiment-minilm-l6", |model, texts, work| sentiment::score(model, texts, work).map(drop)),
    ("stance, a pair a text", "nli-minilm-l6", |model, texts, work| {
        let pairs: Vec<Input> =
            texts.iter().map(|&text| (text, Some("The government should do more about this."))).collect();
        rows("inferring stance", model, &pairs, work).map(drop)
    }),
];

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let models = arguments.next().context("which folder of models?")?;
    let texts = std::fs::read_to_string(arguments.next().context("which file of texts?")?)?;
    let threads = arguments.next().map_or(Ok(1), |n| n.parse())?;
    let mut texts: Vec<&str> = texts.lines().filter(|line| !line.trim().is_empty()).collect();
    texts.sort_unstable();
    texts.dedup();
    for (what, id, job) in JOBS {
        let folder = find(&[Place::new(Path::new(&models), "argument")], id)?;
        let engines = [EngineChoice::Rten, EngineChoice::Encoder].map(|choice| load(&folder, choice));
        let engines: Vec<Model> = engines.into_iter().collect::<Result<_, _>>()?;
        let tokens: usize =
            texts.iter().map(|text| Ok(engines[0].tokenizer().text(text)?.n_tokens)).sum::<Result<_>>()?;
        println!(
            "{what}: {} texts of {:.1} tokens, {threads} threads",
            texts.len(),
            tokens as f64 / texts.len() as f64
        );
        let mut seconds = [const { (Vec::new(), Vec::new()) }; 2];
        for round in 0..=ROUNDS {
            for (model, (wall, processor)) in engines.iter().zip(&mut seconds) {
                let (start, used) = (Instant::now(), processor_seconds());
                job(model, &texts, Work { threads, progress: &Silent, cache: None })?;
                if round > 0 {
                    wall.push(start.elapsed().as_secs_f64());
                    processor.push(processor_seconds() - used);
                }
            }
        }
        let per_second = seconds.map(|(wall, processor)| [wall, processor].map(|s| texts.len() as f64 / median(s)));
        for (model, [wall, processor]) in engines.iter().zip(per_second) {
            println!("  {:8} {wall:7.1} texts a second, {processor:7.1} a second of a processor", model.engine_name());
        }
        let [wall, processor] = [0, 1].map(|kind| per_second[1][kind] / per_second[0][kind]);
        println!("  the encoder is {wall:.2} times as fast by the clock, {processor:.2} times by the processor");
    }
    Ok(())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Processor time of this program so far, in steps of a hundredth of a second; NaN if the system does not report it.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets, the 12th and 13th fields are the hundredths of seconds in the program and in the
    // system.
    let fields: Vec<f64> = stat
        .rsplit_once(')')
        .map_or_else(Vec::new, |(_, rest)| rest.split_whitespace().skip(11).take(2).flat_map(str::parse).collect());
    if fields.len() == 2 { (fields[0] + fields[1]) / 100.0 } else { f64::NAN }
}

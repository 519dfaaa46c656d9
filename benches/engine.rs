//! Speed of tokenising, embedding and classifying a sentence, and of finding a vector in the cache.
//!
//!     cargo bench --bench engine
//!
//! Generated sentences of 6 to 30 words, one thread, the shipped models.

use std::path::Path;

use divan::Bencher;
use divan::counter::ItemsCount;

use plenary::corpus::progress::Silent;
use plenary::engine::cache::Cache;
use plenary::engine::{EngineChoice, Input, Model, Work, rows};
use plenary::measure::{embedding, sentiment};
use plenary::models::{find, load, places};

fn main() {
    divan::main();
}

const ENGINES: [EngineChoice; 2] = [EngineChoice::Encoder, EngineChoice::Rten];

fn model(id: &str, choice: EngineChoice) -> Model {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let folder = find(&places(Some(&models)), id).expect("the models ship with the benchmark");
    load(&folder, choice).expect("the models that ship are whole")
}

/// Number of different sentences.
fn sentences(n: usize) -> Vec<String> {
    const WORDS: [&str; 12] = [
        "harbour", "budget", "teachers", "the", "of", "a", "minister", "believes", "opposed", "network", "rivers",
        "every",
    ];
    let words = |i: usize| (0..6 + i % 25).map(move |place| WORDS[(i * 7 + place * 5) % WORDS.len()]);
    (0..n).map(|i| format!("Motion {i}: {}.", words(i).collect::<Vec<_>>().join(" "))).collect()
}

fn work(cache: Option<&Cache>) -> Work<'_> {
    Work { threads: 1, progress: &Silent, cache }
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn tokenise(bencher: Bencher<'_, '_>) {
    let (model, texts) = (model("all-minilm-l6-v2", EngineChoice::Auto), sentences(2000));
    bencher.counter(ItemsCount::new(texts.len())).bench_local(|| {
        texts.iter().map(|text| model.tokenizer().text(text).map_or(0, |windows| windows.n_tokens)).sum::<usize>()
    });
}

#[divan::bench(args = ENGINES, sample_count = 5, sample_size = 1)]
fn embed(bencher: Bencher<'_, '_>, choice: EngineChoice) {
    let (model, texts) = (model("all-minilm-l6-v2", choice), sentences(200));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| embedding::embed(&model, &texts, work(None)).expect("sentences can be embedded"));
}

#[divan::bench(args = ENGINES, sample_count = 5, sample_size = 1)]
fn classify(bencher: Bencher<'_, '_>, choice: EngineChoice) {
    let (model, texts) = (model("sentiment-minilm-l6", choice), sentences(200));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| sentiment::score(&model, &texts, work(None)).expect("sentences have a tone"));
}

#[divan::bench(args = ENGINES, sample_count = 5, sample_size = 1)]
fn infer(bencher: Bencher<'_, '_>, choice: EngineChoice) {
    let (model, texts) = (model("nli-minilm-l6", choice), sentences(200));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let pairs: Vec<Input> = texts.iter().map(|&text| (text, Some("The budget should be larger."))).collect();
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| rows("inferring stance", &model, &pairs, work(None)).expect("pairs can be inferred"));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn cache_hit(bencher: Bencher<'_, '_>) {
    let (model, texts) = (model("all-minilm-l6-v2", EngineChoice::Auto), sentences(2000));
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let cache = Cache::open(folder.path()).expect("a new cache can be opened");
    embedding::embed(&model, &texts, work(Some(&cache))).expect("sentences can be embedded");
    bencher
        .counter(ItemsCount::new(texts.len()))
        .bench_local(|| embedding::embed(&model, &texts, work(Some(&cache))).expect("sentences can be embedded"));
}

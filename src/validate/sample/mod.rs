//! Samples to code by hand.
//!
//! **Input:** opened results and a [`Design`]. **Output:** a [`Sample`], whose units have known inclusion probabilities, and a folder to
//! code in: `sample.toml`, the codebook, and for each coder a table as CSV and XLSX and a page for a browser. Nothing in it shows what a
//! model says of a unit. **Refused:** designs that the results cannot fill, results that are not those of a sample, and a folder that
//! is not empty, because it may hold codes. **Left to others:** the draw itself (`plenary_validate::sampling`), reading codes.

mod codebook;
mod error;
mod page;
mod population;
mod record;
mod sheet;
mod workbook;

use std::collections::BTreeMap;

use plenary_tables::Results;
use plenary_validate::sampling::{self, RELEVANCE_BANDS};
use serde::{Deserialize, Serialize};

use crate::learn::Variable;
pub use codebook::{Question, Questions, own_codebook};
pub use error::SampleError;
use population::Population;
pub use record::{Identity, SAMPLE_FILE, check_place};
pub use sheet::{CANNOT_TELL, COLUMNS};

/// How a sample is divided among the strata of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allocation {
    /// In proportion to their numbers of segments.
    #[default]
    Proportional,
    /// The same number for each, so that they can be compared.
    Equal,
}

/// Rows of `analysis` with one of some values in a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Column of `analysis`.
    pub column: String,
    /// Its values, as text; an empty text is a missing value.
    pub values: Vec<String>,
}

/// What is drawn, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// What is coded.
    pub variable: Variable,
    /// Number of segments to code, for each target.
    pub size: usize,
    /// Seed of the draw.
    pub seed: u64,
    /// Columns of `analysis` whose values are strata; none for a simple random sample.
    pub by: Vec<String>,
    /// How the sample is divided among the values of `by`.
    pub allocation: Allocation,
    /// Minimum of each stratum; a smaller stratum is drawn whole. At least 1.
    pub at_least: usize,
    /// Whether segments that are relevant for a target are drawn more often ([`RELEVANCE_BANDS`]), apart for each target.
    pub relevance: bool,
    /// Only these segments are the population.
    pub only: Vec<Condition>,
    /// These segments are not part of the population.
    pub without: Vec<Condition>,
    /// Share of the segments that every coder codes, in [0, 1].
    pub twice: f64,
    /// The coders, at least one.
    pub coders: Vec<String>,
}

/// A part of the population with one inclusion probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// Its id in the tables, which says nothing about its meaning.
    pub id: String,
    /// The target whose units it holds; empty if it holds those of all targets, or if the variable has none.
    pub target: String,
    /// What its units have in common.
    pub meaning: String,
    /// Segments of the population.
    pub n_population: usize,
    /// Segments of the sample.
    pub n_sample: usize,
    /// `n_sample / n_population`.
    pub inclusion_probability: f64,
}

/// A unit of the population or of the sample: a segment and, for stance, a target.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleUnit {
    /// The segment.
    pub segment_id: String,
    /// Position of its question in [`Questions::all`], which names the target.
    pub question: usize,
    /// Position of its stratum in [`Sample::strata`], which has its inclusion probability.
    pub stratum: usize,
}

/// A sample: how it was drawn, from which results, and what is asked. The units follow from these and the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The first 12 hex digits of the sha256 of `sample.toml`; the column `sample` of coded files.
    pub id: String,
    /// What was drawn, and how.
    pub design: Design,
    /// The results from which it was drawn.
    pub results: Identity,
    /// What is asked, and by which rules it is answered.
    pub questions: Questions,
    /// The strata, by id.
    pub strata: Vec<Stratum>,
}

/// A sample with its units.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The sample.
    pub sample: Sample,
    /// Its units, in the order in which they are coded: segments in random order, targets in the order of the study.
    pub units: Vec<SampleUnit>,
    /// For each unit the positions of its coders in [`Design::coders`].
    pub coders: Vec<Vec<usize>>,
}

/// Draws a sample from results.
///
/// # Errors
/// [`SampleError`] if the design does not fit the results.
pub fn draw(results: &Results, design: Design, questions: Questions) -> Result<Drawn, SampleError> {
    check(&design, &questions)?;
    let population = Population::read(results, &design, &questions)?;
    let strata = strata_of(&population, &design, &questions)?;
    let identity = Identity::of(results, population.segments_sha256.clone());
    let described: Vec<Stratum> = strata.iter().map(|stratum| stratum.record.clone()).collect();
    let sample = record::sample(design, identity, questions, described)?;
    Ok(units_of(&population, sample, &strata))
}

impl Sample {
    /// Checks that results are those from which the sample was drawn: the same segments with the same texts, and the same
    /// propositions. The study may have changed otherwise, for example by another coder.
    ///
    /// # Errors
    /// [`SampleError::Changed`] says what is different.
    pub fn belongs_to(&self, results: &Results) -> Result<(), SampleError> {
        let changed = |what: String| Err(SampleError::Changed { results: error::shown(results), what });
        let targets = &results.study().targets;
        for question in &self.questions.all {
            let Some(id) = &question.target else { continue };
            match targets.iter().find(|target| target.id == *id) {
                None => return changed(format!("their study has no target `{id}`")),
                Some(target) if target.proposition != question.title => {
                    return changed(format!(
                        "the proposition of the target `{id}` is \"{}\"; coded was \"{}\"",
                        target.proposition, question.title
                    ));
                }
                Some(_) => {}
            }
        }
        let n_segments = results.run().n_segments as usize;
        if n_segments != self.results.n_segments {
            return changed(format!("they have {n_segments} segments, not {}", self.results.n_segments));
        }
        if population::segments_sha256(results)? != self.results.segments_sha256 {
            return changed("the ids or texts of their segments are others".into());
        }
        Ok(())
    }

    /// Draws the units again from the results, with their coders.
    ///
    /// # Errors
    /// As [`Sample::belongs_to`], and if the columns that define the strata have changed.
    pub fn units(&self, results: &Results) -> Result<Drawn, SampleError> {
        let (population, strata) = self.population_of(results)?;
        Ok(units_of(&population, self.clone(), &strata))
    }

    /// All units of the population, drawn or not, by segment in the order of the tables and by target.
    ///
    /// # Errors
    /// As [`Sample::units`].
    pub fn population(&self, results: &Results) -> Result<Vec<SampleUnit>, SampleError> {
        let (population, strata) = self.population_of(results)?;
        let n_questions = self.questions.all.len();
        let mut of_unit = vec![usize::MAX; population.ids.len() * n_questions];
        for (stratum, Members { questions, segments, .. }) in strata.iter().enumerate() {
            for segment in segments {
                for question in questions.clone() {
                    of_unit[segment * n_questions + question] = stratum;
                }
            }
        }
        let unit = |(at, stratum): (usize, usize)| SampleUnit {
            segment_id: population.ids[at / n_questions].clone(),
            question: at % n_questions,
            stratum,
        };
        Ok(of_unit.into_iter().enumerate().map(unit).collect())
    }

    fn population_of(&self, results: &Results) -> Result<(Population, Vec<Members>), SampleError> {
        self.belongs_to(results)?;
        let population = Population::read(results, &self.design, &self.questions)?;
        let strata = strata_of(&population, &self.design, &self.questions)?;
        if strata.iter().map(|stratum| &stratum.record).ne(&self.strata) {
            let columns =
                if self.design.by.is_empty() { String::new() } else { format!(" ({})", self.design.by.join(", ")) };
            let what = format!("the columns or the relevance that divide them into strata{columns} have other values");
            return Err(SampleError::Changed { results: error::shown(results), what });
        }
        Ok((population, strata))
    }
}

/// A stratum with its segments.
struct Members {
    record: Stratum,
    /// The questions that are asked of its segments.
    questions: std::ops::Range<usize>,
    /// Positions in the population.
    segments: Vec<usize>,
}

fn check(design: &Design, questions: &Questions) -> Result<(), SampleError> {
    let wrong = |problem: &str, found: String| Err(SampleError::Design { problem: problem.to_owned(), found });
    if questions.all.is_empty() {
        return Err(SampleError::NoQuestions);
    }
    if design.relevance && design.variable != Variable::Stance {
        return wrong("relevance belongs to a target; leave it out for this variable", design.variable.to_string());
    }
    if design.at_least == 0 {
        return wrong(
            "the minimum of a stratum is at least 1, because nothing follows for units that cannot be drawn",
            "0".into(),
        );
    }
    if !(0.0..=1.0).contains(&design.twice) {
        return wrong("the share that every coder codes is a number from 0 to 1", design.twice.to_string());
    }
    if design.coders.is_empty() {
        return wrong("a sample needs at least one coder", "none".into());
    }
    for (at, name) in design.coders.iter().enumerate() {
        let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if name.is_empty() || name.chars().count() > 40 || !is_plain {
            let problem = "names of coders are parts of file names: letters, digits, - and _, at most 40";
            return wrong(problem, format!("\"{}\"", name.escape_debug()));
        }
        if design.coders[..at].iter().any(|other| other.to_lowercase() == name.to_lowercase()) {
            return wrong("each coder needs a name of their own", format!("\"{name}\" twice"));
        }
    }
    Ok(())
}

/// The strata with the numbers that are drawn in each.
fn strata_of(population: &Population, design: &Design, questions: &Questions) -> Result<Vec<Members>, SampleError> {
    let mut all = Vec::new();
    if design.relevance {
        for (question, relevance) in population.relevance.iter().enumerate() {
            let target = questions.all[question].target.clone().unwrap_or_default();
            all.extend(strata_of_draw(population, design, question..question + 1, target, Some(relevance))?);
        }
    } else {
        all.extend(strata_of_draw(population, design, 0..questions.all.len(), String::new(), None)?);
    }
    // Ids in an order that says nothing about the strata: coders see them.
    let keys: Vec<String> = all.iter().map(|stratum| key_of(&stratum.record)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let width = all.len().to_string().len();
    for (number, at) in sampling::shuffle("ids of strata", &keys, design.seed).into_iter().enumerate() {
        all[at].record.id = format!("s{:0width$}", number + 1);
    }
    all.sort_by(|a, b| a.record.id.cmp(&b.record.id));
    Ok(all)
}

/// The strata of units that are drawn together: those of all targets, or those of one target.
fn strata_of_draw(
    population: &Population,
    design: &Design,
    questions: std::ops::Range<usize>,
    target: String,
    relevance: Option<&Vec<f64>>,
) -> Result<Vec<Members>, SampleError> {
    let mut by_group: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, group) in population.groups.iter().enumerate() {
        by_group.entry(group).or_default().push(at);
    }
    let n_groups = by_group.len();
    // Meaning, share of the sample, members.
    let mut parts: BTreeMap<(String, usize), (f64, Vec<usize>)> = BTreeMap::new();
    for (group, members) in by_group {
        let share = match design.allocation {
            Allocation::Proportional => members.len() as f64 / population.ids.len() as f64,
            Allocation::Equal => 1.0 / n_groups as f64,
        };
        let Some(relevance) = relevance else {
            parts.insert((group.to_owned(), 0), (share, members));
            continue;
        };
        let ids: Vec<&str> = members.iter().map(|at| population.ids[*at].as_str()).collect();
        let values: Vec<f64> = members.iter().map(|at| relevance[*at]).collect();
        for (member, band) in members.iter().zip(sampling::bands(&ids, &values, &RELEVANCE_BANDS)) {
            let part =
                parts.entry((group.to_owned(), band)).or_insert((share * RELEVANCE_BANDS[band].share, Vec::new()));
            part.1.push(*member);
        }
    }
    let sizes: Vec<usize> = parts.values().map(|(_, members)| members.len()).collect();
    let shares: Vec<f64> = parts.values().map(|(share, _)| *share).collect();
    let n_of = sampling::allocate(&sizes, &shares, design.size, design.at_least)
        .map_err(|problem| SampleError::Draw { problem, strata: design.by.join(", ") })?;
    let described = parts.into_iter().zip(n_of).map(|(((group, band), (_, segments)), n_sample)| {
        let band = relevance.map(|_| band_name(band));
        let meaning = match (group.is_empty(), band) {
            (true, None) => "all segments".to_owned(),
            (true, Some(band)) => band,
            (false, None) => group,
            (false, Some(band)) => format!("{group}; {band}"),
        };
        let record = Stratum {
            id: String::new(),
            target: target.clone(),
            meaning,
            n_population: segments.len(),
            n_sample,
            inclusion_probability: n_sample as f64 / segments.len() as f64,
        };
        Members { record, questions: questions.clone(), segments }
    });
    Ok(described.collect())
}

fn band_name(band: usize) -> String {
    let percent = |band: usize| (RELEVANCE_BANDS[band].up_to * 100.0).round();
    match band.checked_sub(1) {
        None => format!("relevance: top {} %", percent(band)),
        Some(above) => format!("relevance: top {} to {} %", percent(above), percent(band)),
    }
}

/// Names a stratum for its random numbers.
fn key_of(stratum: &Stratum) -> String {
    format!("{}\n{}", stratum.target, stratum.meaning)
}

fn units_of(population: &Population, sample: Sample, strata: &[Members]) -> Drawn {
    let seed = sample.design.seed;
    let ids_of = |segments: &[usize]| -> Vec<&str> { segments.iter().map(|at| population.ids[*at].as_str()).collect() };
    // Segments that were drawn, with question range and stratum.
    let mut drawn: Vec<(usize, std::ops::Range<usize>, usize)> = Vec::new();
    for (position, Members { record, questions, segments }) in strata.iter().enumerate() {
        let picked = sampling::draw(&key_of(record), &ids_of(segments), record.n_sample, seed);
        drawn.extend(picked.into_iter().map(|at| (segments[at], questions.clone(), position)));
    }
    // Coders are assigned within each draw, so that every target has its share of units that all coders code.
    let mut coders_of = vec![Vec::new(); drawn.len()];
    let mut starts: Vec<usize> = drawn.iter().map(|(_, questions, _)| questions.start).collect();
    starts.sort_unstable();
    starts.dedup();
    for start in starts {
        let of_draw: Vec<usize> = (0..drawn.len()).filter(|at| drawn[*at].1.start == start).collect();
        let ids: Vec<&str> = of_draw.iter().map(|at| population.ids[drawn[*at].0].as_str()).collect();
        let name = sample.questions.all[start].target.as_deref().unwrap_or_default();
        let assigned = sampling::assign(name, &ids, sample.design.coders.len(), sample.design.twice, seed);
        for (at, coders) in of_draw.into_iter().zip(assigned) {
            coders_of[at] = coders;
        }
    }
    let mut segments: Vec<usize> = drawn.iter().map(|(segment, ..)| *segment).collect();
    segments.sort_unstable();
    segments.dedup();
    let order = sampling::shuffle("order", &ids_of(&segments), seed);
    let rank: BTreeMap<usize, usize> = order.into_iter().enumerate().map(|(rank, at)| (segments[at], rank)).collect();
    let mut units: Vec<(usize, SampleUnit, Vec<usize>)> = Vec::new();
    for ((segment, questions, stratum), coders) in drawn.into_iter().zip(coders_of) {
        for question in questions {
            let unit = SampleUnit { segment_id: population.ids[segment].clone(), question, stratum };
            units.push((rank[&segment], unit, coders.clone()));
        }
    }
    units.sort_by_key(|(rank, unit, _)| (*rank, unit.question));
    let (units, coders) = units.into_iter().map(|(_, unit, coders)| (unit, coders)).unzip();
    Drawn { sample, units, coders }
}

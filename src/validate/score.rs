//! How good the labels of coders are, compared with hand codes.
//!
//! **Input:** opened results, a file of hand codes, and options. **Output:** for each target and coder [`Scored`] figures, errors by group, and
//! baselines; the tables of a validation folder, and the reliability diagram as SVG. **Refused:** codes of other results. **Left to
//! others:** the formulas (`plenary_validate::scores`), printing.

use std::collections::{BTreeMap, HashMap};

use plenary_corpus::findings::Target;
use plenary_tables::Results;
use plenary_tables::export::{Cells, Export};
use plenary_validate::scores::baselines::{bag_of_words, by_group, majority};
use plenary_validate::scores::{Score, ScoreError, ScoreOptions, Scored, Scores, score};
use unicode_segmentation::UnicodeSegmentation;

use super::coded::{CodedError, CodedFile, Variable};
use super::drawn::DrawnError;
use super::estimate::{Clusters, EstimateError, check_segments, hand_codes, highest, of_population};
use super::hand::{HandCodes, Several};
use super::sample::Sample;
use super::segments::{Measure, Prediction, Segment, SegmentsError, coders, predictions, segments};

/// What is scored, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ValidateOptions {
    /// The measures; none for what the sample was drawn for, or else the stance towards every target, and every variable of the study's own,
    /// that has codes in the file.
    pub measures: Vec<Measure>,
    /// Columns by whose values errors are counted. The first one, usually the party, is a baseline as well.
    pub by: Vec<String>,
    /// What is done with several codes of a segment. Averaged means that each counts in part.
    pub several: Several,
    /// Whether the rows are a simple random sample of all segments.
    pub simple_random: bool,
    /// The sample from which the codes are, if its folder is there.
    pub sample: Option<Sample>,
    /// Intervals.
    pub scores: ScoreOptions,
}

/// The figures of a coder for a measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Validated {
    /// The measure.
    pub measure: Measure,
    /// The coder.
    pub coder: String,
    /// Names of the classes, from the lowest to the highest; for a variable of the study's own in its order.
    pub classes: Vec<String>,
    /// What is drawn by the bootstrap.
    pub clusters: Clusters,
    /// Number of these that are turns without a known person, if persons are drawn.
    pub n_turns_without_person: usize,
    /// Number of coded segments.
    pub n_coded: usize,
    /// Number of coded segments on which the coder abstained. They count as the middle class; for a variable of the study's own they are
    /// left out.
    pub n_abstained: usize,
    /// The coder's figures.
    pub scores: Scores,
    /// Figures of labels that need no coder: name and figures.
    pub baselines: Vec<(String, Scores)>,
    /// Share of right labels by group.
    pub by: Vec<ByGroup>,
}

/// The share of right labels in a group.
#[derive(Debug, Clone, PartialEq)]
pub struct ByGroup {
    /// The column, or `words` for thirds by length.
    pub column: String,
    /// Its value.
    pub value: String,
    /// Number of codes.
    pub n: usize,
    /// Weighted share of right labels.
    pub accuracy: Score,
}

/// Why nothing is scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ValidateError {
    /// The results or codes cannot be used.
    #[error(transparent)]
    Estimate(#[from] EstimateError),
    /// The figures cannot be computed.
    #[error("{path}: {source}")]
    Score {
        /// The file of codes.
        path: String,
        /// Why.
        source: ScoreError,
    },
}

impl From<SegmentsError> for ValidateError {
    fn from(error: SegmentsError) -> Self {
        EstimateError::from(error).into()
    }
}

impl From<DrawnError> for ValidateError {
    fn from(error: DrawnError) -> Self {
        EstimateError::from(error).into()
    }
}

impl From<CodedError> for ValidateError {
    fn from(error: CodedError) -> Self {
        EstimateError::from(error).into()
    }
}

/// A hand code that is compared, with its segment.
struct Compared<'s> {
    segment: &'s Segment,
    code: Scored,
}

/// Scores every coder of the results on the hand codes.
///
/// # Errors
/// [`ValidateError`].
pub fn validate(
    results: &Results,
    files: &[CodedFile],
    options: &ValidateOptions,
) -> Result<Vec<Validated>, ValidateError> {
    let all = segments(results, &options.by)?;
    let mut validated = Vec::new();
    for measure in measures(results, files, options)? {
        let mut segments = all.clone();
        let mut hand = hand_codes(results, files, &measure, &options.several, options.simple_random, segments.len())?;
        of_population(results, options.sample.as_ref(), &mut hand, &measure, &mut segments)?;
        check_segments(results, &hand, &segments)?;
        let (clusters, _) = highest(&segments, &vec![0; segments.len()], 1, &hand, 1);
        for coder in coders(results, &measure)? {
            let (coder, predictions) = predictions(results, &measure, Some(&coder))?;
            let scale = measure.scale(results.study());
            let classes = scale.into_iter().map(|(name, _)| name).collect();
            let of_coder = Labels { coder, classes, predictions: &predictions };
            validated.push(validate_coder(&measure, of_coder, &segments, &hand, clusters, options)?);
        }
    }
    if validated.is_empty() {
        let path = files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join(", ");
        return Err(ValidateError::Score { path, source: ScoreError::Nothing });
    }
    Ok(validated)
}

/// The measures that were asked for, or what the sample was drawn for, or the stance towards every target, and the variables of the study's
/// own, that have codes.
fn measures(results: &Results, files: &[CodedFile], options: &ValidateOptions) -> Result<Vec<Measure>, SegmentsError> {
    if !options.measures.is_empty() {
        return Ok(options.measures.clone());
    }
    let names_codes = files.iter().flat_map(|file| &file.rows).any(|row| !row.code.is_empty());
    match options.sample.as_ref().map(|sample| &sample.design.variable).filter(|_| !names_codes) {
        Some(Variable::Code(id)) => return Ok(vec![Measure::of(results, Some(&format!("code:{id}")))?]),
        Some(Variable::Sentiment) => return Ok(vec![Measure::of(results, Some("sentiment"))?]),
        Some(Variable::Stance) | None => {}
    }
    let targets = &results.study().targets;
    let is_of = |measure: &Measure| {
        let id = measure.code().map_or("", |(id, _)| id);
        files.iter().flat_map(|file| &file.rows).any(|row| !row.label.is_empty() && row.code == id)
    };
    let mut of_codes = Measure::of_codes(results.study());
    // The codes of a file without targets and names of variables are those of the only variable.
    if !(targets.is_empty() && of_codes.len() == 1) {
        of_codes.retain(is_of);
    }
    let has_codes = |target: &&Target| {
        files.iter().flat_map(|file| &file.rows).any(|row| {
            !row.label.is_empty() && row.code.is_empty() && (row.target == target.id || row.target.is_empty())
        })
    };
    // An unknown target is found when the codes are read, which needs at least one measure.
    let known: Vec<Measure> =
        targets.iter().filter(has_codes).map(|target| Measure::Stance(target.id.clone())).collect();
    Ok(if !of_codes.is_empty() {
        known.into_iter().chain(of_codes).collect()
    } else if known.is_empty() {
        targets.iter().take(1).map(|target| Measure::Stance(target.id.clone())).collect()
    } else {
        known
    })
}

/// The labels of a coder.
struct Labels<'l> {
    coder: String,
    classes: Vec<String>,
    predictions: &'l HashMap<String, Prediction>,
}

fn validate_coder(
    measure: &Measure,
    Labels { coder, classes, predictions }: Labels,
    segments: &[Segment],
    hand: &HandCodes,
    clusters: Clusters,
    options: &ValidateOptions,
) -> Result<Validated, ValidateError> {
    let position = |label: &str| classes.iter().position(|class| class == label);
    let middle = classes.len() / 2;
    let mut cluster_of: HashMap<String, usize> = HashMap::new();
    let mut compared: Vec<Compared> = Vec::new();
    let (mut n_abstained, mut n_coded) = (0, 0);
    for segment in segments {
        let Some(codes) = hand.of_segment.get(&segment.segment_id) else { continue };
        let Some(prediction) = predictions.get(&segment.segment_id) else { continue };
        n_coded += 1;
        n_abstained += usize::from(prediction.label.is_none());
        // Labels of a variable of the study's own have no middle.
        if prediction.label.is_none() && measure.code().is_some() {
            continue;
        }
        let n_clusters = cluster_of.len();
        let cluster = *cluster_of.entry(clusters.of(segment)).or_insert(n_clusters);
        for (_, label) in &codes.labels {
            let code = Scored {
                truth: position(label).unwrap_or(middle),
                label: prediction.label.as_deref().and_then(position).unwrap_or(middle),
                probabilities: prediction
                    .probabilities
                    .as_ref()
                    .map(|of| of.iter().map(|p| p.clamp(0.0, 1.0)).collect()),
                weight: 1.0 / codes.probability / codes.labels.len() as f64,
                cluster,
            };
            compared.push(Compared { segment, code });
        }
    }
    let failed = |source| ValidateError::Score { path: hand.shown(), source };
    let item = format!("{} {coder}", name_of(measure));
    let codes: Vec<Scored> = compared.iter().map(|one| one.code.clone()).collect();
    let k = classes.len();
    let scores = score(&codes, k, &options.scores, &item).map_err(failed)?;
    let with = |labels: Vec<usize>, name: &str| -> Result<(String, Scores), ValidateError> {
        let of = codes.iter().zip(labels).map(|(code, label)| Scored { label, probabilities: None, ..code.clone() });
        let codes: Vec<Scored> = of.collect();
        Ok((name.to_owned(), score(&codes, k, &options.scores, &format!("{item} {name}")).map_err(failed)?))
    };
    let seed = options.scores.seed;
    let mut baselines = vec![with(vec![majority(&codes, k); codes.len()], "commonest class")?];
    if let Some(column) = options.by.first() {
        let groups: Vec<String> = compared.iter().map(|one| one.segment.values[0].clone()).collect();
        if groups.iter().any(|group| !group.is_empty()) {
            baselines.push(with(by_group(&codes, &groups, k, seed), &format!("commonest class of each {column}"))?);
        }
    }
    let words: Vec<Vec<String>> =
        compared.iter().map(|one| one.segment.text.unicode_words().map(str::to_lowercase).collect()).collect();
    baselines.push(with(bag_of_words(&codes, &words, k, seed), "bag of words")?);
    let by = errors_by_group(&compared, options, k, &item).map_err(failed)?;
    Ok(Validated {
        measure: measure.clone(),
        coder,
        classes,
        clusters,
        n_turns_without_person: clusters.n_turns_without_person(compared.iter().map(|one| one.segment)),
        n_coded,
        n_abstained,
        scores,
        baselines,
        by,
    })
}

fn errors_by_group(
    compared: &[Compared],
    options: &ValidateOptions,
    n_classes: usize,
    item: &str,
) -> Result<Vec<ByGroup>, ScoreError> {
    let mut lengths: Vec<usize> = compared.iter().map(|one| n_words(one.segment)).collect();
    lengths.sort_unstable();
    let third = |share: usize| lengths.get(lengths.len() * share / 3).copied().unwrap_or_default();
    let (short, long) = (third(1), third(2));
    let of_length = |segment: &Segment| match n_words(segment) {
        n if n < short => format!("fewer than {short}"),
        n if n < long => format!("{short} to {}", long - 1),
        _ => format!("{long} or more"),
    };
    let mut groups: BTreeMap<(usize, String), Vec<Scored>> = BTreeMap::new();
    for one in compared {
        for (at, value) in one.segment.values.iter().enumerate() {
            groups.entry((at, value.clone())).or_default().push(one.code.clone());
        }
        groups.entry((options.by.len(), of_length(one.segment))).or_default().push(one.code.clone());
    }
    let mut found = Vec::new();
    for ((at, value), codes) in groups {
        let column = options.by.get(at).cloned().unwrap_or_else(|| "words".into());
        let name = format!("{item} {column} {value}");
        let scores = score(&codes, n_classes, &options.scores, &name)?;
        found.push(ByGroup { column, value, n: codes.len(), accuracy: scores.accuracy });
    }
    Ok(found)
}

/// The target or variable.
fn name_of(measure: &Measure) -> &str {
    measure.target().or(measure.code().map(|(id, _)| id)).unwrap_or("sentiment")
}

fn n_words(segment: &Segment) -> usize {
    segment.text.unicode_words().count()
}

/// Columns of a table that grows row by row.
#[derive(Default)]
struct Rows {
    names: Vec<&'static str>,
    text: BTreeMap<&'static str, Vec<Option<String>>>,
    number: BTreeMap<&'static str, Vec<Option<f64>>>,
    count: BTreeMap<&'static str, Vec<Option<u64>>>,
}

impl Rows {
    fn text(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.name(name);
        self.text.entry(name).or_default().push(Some(value.to_owned()).filter(|value| !value.is_empty()));
        self
    }

    fn number(&mut self, name: &'static str, value: Option<f64>) -> &mut Self {
        self.name(name);
        self.number.entry(name).or_default().push(value);
        self
    }

    fn count(&mut self, name: &'static str, value: usize) -> &mut Self {
        self.name(name);
        self.count.entry(name).or_default().push(Some(value as u64));
        self
    }

    fn score(&mut self, value: &'static str, score: &Score) -> &mut Self {
        self.number(value, score.value)
            .number("ci_low", score.interval.map(|(low, _)| low))
            .number("ci_high", score.interval.map(|(_, high)| high))
    }

    fn name(&mut self, name: &'static str) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
    }

    fn head(&mut self, of: &Validated) -> &mut Self {
        self.text("measure", of.measure.kind()).text("target_id", of.measure.target().unwrap_or_default());
        self.text("code_id", of.measure.code().map_or("", |(id, _)| id))
    }

    fn finish(mut self, name: &'static str) -> Export {
        let column = |column: &'static str| {
            let cells = if let Some(cells) = self.text.remove(column) {
                Cells::Text(cells)
            } else if let Some(cells) = self.number.remove(column) {
                Cells::Number(cells)
            } else {
                Cells::Count(self.count.remove(column).unwrap_or_default())
            };
            (column.to_owned(), cells)
        };
        Export { name, columns: self.names.clone().into_iter().map(column).collect() }
    }
}

/// The tables of a validation folder: `scores`, `confusion`, `calibration`, `floors` and `errors_by_group`.
pub fn tables(validated: &[Validated]) -> Vec<Export> {
    let [mut scores, mut confusion, mut calibration, mut floors, mut errors] = std::array::from_fn(|_| Rows::default());
    for of in validated {
        let named = std::iter::once(("coder", of.coder.as_str(), &of.scores))
            .chain(of.baselines.iter().map(|(name, scores)| ("baseline", name.as_str(), scores)));
        for (kind, name, figures) in named {
            let mut push = |class: &str, figure: &str, score: &Score, n: usize| {
                scores.head(of).text("kind", kind).text("coder_id", name).text("class", class).text("figure", figure);
                scores.score("value", score).count("n_codes", n).text("clusters", of.clusters.as_str());
            };
            push("", "accuracy", &figures.accuracy, figures.n);
            push("", "macro_f1", &figures.macro_f1, figures.n);
            for (class, of_class) in of.classes.iter().zip(&figures.classes) {
                push(class, "precision", &of_class.precision, of_class.n);
                push(class, "recall", &of_class.recall, of_class.n);
                push(class, "f1", &of_class.f1, of_class.n);
            }
        }
        for (truth, row) in of.classes.iter().zip(&of.scores.confusion) {
            for (label, n) in of.classes.iter().zip(row) {
                confusion.head(of).text("coder_id", &of.coder).text("by_hand", truth).text("label", label);
                confusion.count("n_codes", *n);
            }
        }
        for bin in of.scores.calibration.iter().flat_map(|found| &found.bins) {
            calibration.head(of).text("coder_id", &of.coder).number("confidence_from", Some(bin.low));
            calibration.count("n_codes", bin.n).number("mean_confidence", Some(bin.confidence));
            calibration.number("accuracy", Some(bin.accuracy));
        }
        for floor in of.scores.calibration.iter().flat_map(|found| &found.floors) {
            floors.head(of).text("coder_id", &of.coder).number("floor", Some(floor.floor));
            floors.number("coverage", Some(floor.coverage)).score("precision", &floor.precision);
        }
        for group in &of.by {
            errors.head(of).text("coder_id", &of.coder).text("column", &group.column).text("value", &group.value);
            errors.count("n_codes", group.n).score("accuracy", &group.accuracy);
        }
    }
    vec![
        scores.finish("scores"),
        confusion.finish("confusion"),
        calibration.finish("calibration"),
        floors.finish("floors"),
        errors.finish("errors_by_group"),
    ]
}

/// The reliability diagrams of all coders as SVG: for each bin of the confidence the share of right labels. The area of a point is
/// proportional to its number of codes. `None` if no coder gives probabilities.
pub fn reliability_svg(validated: &[Validated]) -> Option<String> {
    const SIDE: f64 = 220.0;
    const LEFT: f64 = 45.0;
    const TOP: f64 = 45.0;
    let panels: Vec<&Validated> = validated.iter().filter(|of| of.scores.calibration.is_some()).collect();
    if panels.is_empty() {
        return None;
    }
    let width = LEFT + panels.len() as f64 * (SIDE + LEFT);
    let height = TOP + SIDE + 45.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (at, of) in panels.into_iter().enumerate() {
        let Some(calibration) = &of.scores.calibration else { continue };
        let left = LEFT + at as f64 * (SIDE + LEFT);
        let place = |x: f64, y: f64| (left + x * SIDE, TOP + (1.0 - y) * SIDE);
        let title = html_escape::encode_text(name_of(&of.measure)).into_owned();
        let coder = html_escape::encode_text(&of.coder).into_owned();
        svg.push_str(&format!("<text x=\"{left}\" y=\"18\">{title}</text>\n<text x=\"{left}\" y=\"34\" fill=\"#555\">{coder}, error {:.2}</text>\n", calibration.error));
        svg.push_str(&format!(
            "<rect x=\"{left}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#888\"/>\n"
        ));
        let ((x1, y1), (x2, y2)) = (place(0.0, 0.0), place(1.0, 1.0));
        svg.push_str(&format!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"#bbb\" stroke-dasharray=\"4 3\"/>\n"
        ));
        for tick in [0.0, 0.5, 1.0] {
            let (x, _) = place(tick, 0.0);
            let (_, y) = place(0.0, tick);
            svg.push_str(&format!(
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{tick}</text>\n",
                TOP + SIDE + 15.0
            ));
            svg.push_str(&format!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{tick}</text>\n", left - 5.0, y + 4.0));
        }
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">confidence</text>\n",
            left + SIDE / 2.0,
            TOP + SIDE + 32.0
        ));
        for bin in &calibration.bins {
            let (x, y) = place(bin.confidence, bin.accuracy);
            let radius = 2.0 + 14.0 * (bin.n as f64 / of.scores.n as f64).sqrt();
            svg.push_str(&format!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"#2f6f9f\" fill-opacity=\"0.6\"/>\n"
            ));
        }
    }
    Some(svg + "</svg>\n")
}

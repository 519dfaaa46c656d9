//! The hand codes of one variable: for each segment its codes, and the probability with which it was drawn and coded.
//!
//! **Input:** [`CodedFile`]s and the variable. **Output:** [`HandCodes`]. **Refused:** a unit that a coder coded twice, unknown labels
//! and targets, rows of several samples, segments without a probability or with several, with the line. **Left to others:** which
//! segments exist.

use std::collections::{BTreeMap, BTreeSet};

use plenary_corpus::findings::Target;

use super::coded::{CodedError, CodedFile, CodedRow, Variable, class_of, target_of};

/// Which codes of files are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The variable.
    pub variable: &'w Variable,
    /// The target; `None` if the variable has none.
    pub target: Option<&'w str>,
    /// All targets of the study.
    pub targets: &'w [Target],
    /// The labels; `None` for any.
    pub classes: Option<&'w [String]>,
}

/// What is done with several codes of a segment.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Several {
    /// Their mean.
    #[default]
    Averaged,
    /// The code of one coder, where there is one, or else the mean of the others.
    Adjudicated(String),
}

/// Where inclusion probabilities come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probabilities {
    /// The column `inclusion_probability`.
    OfFile,
    /// The rows are a simple random sample of this number of segments.
    SimpleRandom(usize),
}

/// The codes of a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct OfSegment {
    /// The labels that count, with the coders.
    pub labels: Vec<(String, String)>,
    /// Probability with which the segment was drawn and coded.
    pub probability: f64,
    /// File and line, from 1, of the first row of the segment.
    pub first: Place,
}

/// A row: position of its file, and its line, from 1.
pub type Place = (usize, u64);

impl OfSegment {
    /// Mean of a number over the labels.
    pub fn mean(&self, number: impl Fn(&str) -> f64) -> f64 {
        self.labels.iter().map(|(_, label)| number(label)).sum::<f64>() / self.labels.len().max(1) as f64
    }
}

/// The codes of a variable, by segment.
#[derive(Debug, Clone, PartialEq)]
pub struct HandCodes {
    /// Paths of the files, for messages.
    pub paths: Vec<String>,
    /// The coded segments.
    pub of_segment: BTreeMap<String, OfSegment>,
    /// Number of segments that were drawn.
    pub n_drawn: usize,
    /// Number of segments with codes of several coders.
    pub n_several: usize,
    /// Names of the coders.
    pub coders: Vec<String>,
    /// Id of the sample; empty if the file does not say it.
    pub sample: String,
    /// Sum over the drawn segments of 1 divided by the probability: the number of segments from which they were drawn, with the standard
    /// error that it has if segments were drawn independently of each other.
    pub population: (f64, f64),
}

/// A drawn segment.
struct Drawn<'f> {
    labels: BTreeMap<&'f str, (String, Place)>,
    probability: Option<f64>,
    stratum: &'f str,
    first: Place,
}

impl HandCodes {
    /// The codes of a variable, and for stance of one target, in some files. Rows of other variables are left out: those that name another
    /// one, for stance and tone those that name any, and for a variable of the study's own in a file that names variables those that name a
    /// target instead. Rows without a label were drawn but are not coded yet. If these are not all coded, the coded ones of a stratum are
    /// taken for a random part of it, and their probabilities are multiplied by their share.
    ///
    /// # Errors
    /// [`CodedError`] names the line, what was found and what was expected.
    pub fn of(
        files: &[CodedFile],
        wanted: Wanted,
        several: &Several,
        probabilities: Probabilities,
    ) -> Result<Self, CodedError> {
        let Wanted { variable, target, targets, classes } = wanted;
        for file in files {
            let path = || file.path.clone();
            if *variable == Variable::Stance && targets.len() > 1 && file.target().is_none() {
                return Err(CodedError::NoColumn { path: path(), missing: "target" });
            }
            if probabilities == Probabilities::OfFile && file.position("inclusion_probability").is_none() {
                return Err(CodedError::NoProbabilities { path: path() });
            }
        }
        let names_codes: Vec<bool> =
            files.iter().map(|file| file.rows.iter().any(|row| !row.code.is_empty())).collect();
        let is_other = |at: usize, row: &CodedRow| match variable {
            Variable::Code(_) if row.code.is_empty() => names_codes[at] && !row.target.is_empty(),
            Variable::Code(name) => row.code != *name,
            Variable::Stance | Variable::Sentiment => !row.code.is_empty(),
        };
        let mut drawn: BTreeMap<&str, Drawn> = BTreeMap::new();
        let mut sample: Option<(&str, Place)> = None;
        let rows = files.iter().enumerate().flat_map(|(at, file)| file.rows.iter().map(move |row| (at, file, row)));
        for (at, file, row) in rows {
            let here = (at, row.line);
            let wrong = |problem: String| file.row_error(row.line, problem);
            let place = |(other, line): Place| {
                if other == at { format!("line {line}") } else { format!("{}, line {line}", files[other].path) }
            };
            if is_other(at, row) || target_of(variable, targets, &row.target).map_err(wrong)?.as_deref() != target {
                continue;
            }
            match sample {
                Some((id, first)) if id != row.sample => {
                    return Err(wrong(format!(
                        "the sample is `{}` here and `{id}` in {}; estimates need the codes of one sample",
                        row.sample,
                        place(first)
                    )));
                }
                Some(_) => {}
                None => sample = Some((&row.sample, here)),
            }
            let probability = match probabilities {
                Probabilities::OfFile => row.inclusion_probability,
                Probabilities::SimpleRandom(_) => None,
            };
            let unit = drawn.entry(&row.segment_id).or_insert_with(|| Drawn {
                labels: BTreeMap::new(),
                probability,
                stratum: &row.stratum,
                first: here,
            });
            if unit.probability != probability || unit.stratum != row.stratum {
                return Err(wrong(format!(
                    "segment `{}` has another inclusion_probability or stratum here than in {}; correct one of the rows",
                    row.segment_id,
                    place(unit.first)
                )));
            }
            if probability.is_none() && probabilities == Probabilities::OfFile {
                return Err(wrong(format!(
                    "segment `{}` has no inclusion_probability; expected the probability with which it was drawn",
                    row.segment_id
                )));
            }
            if row.label.is_empty() {
                continue;
            }
            let label = class_of(classes, &row.label).map_err(wrong)?;
            if let Some((_, first)) = unit.labels.insert(&row.coder, (label, here)) {
                let by = if row.coder.is_empty() { String::new() } else { format!(" by `{}`", row.coder) };
                return Err(wrong(format!(
                    "segment `{}` is coded{by} in {} already; remove one of the rows, or name different coders in the column `coder`",
                    row.segment_id,
                    place(first)
                )));
            }
        }
        if let Some((stratum, unit)) = open_stratum(&drawn) {
            let (file, line) = unit.first;
            let problem = format!(
                "nothing of the stratum `{stratum}` is coded, so that nothing is known of its segments; code some of those that were drawn"
            );
            return Err(files[file].row_error(line, problem));
        }
        let coders: BTreeSet<&str> = drawn.values().flat_map(|unit| unit.labels.keys().copied()).collect();
        if let (Several::Adjudicated(name), Some(file)) = (several, files.first())
            && !coders.contains(name.as_str())
        {
            let found = coders.iter().copied().collect::<Vec<_>>().join(", ");
            return Err(file.row_error(1, format!("no code is by `{name}`; the column `coder` has {found}")));
        }
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Ok(Self::from_drawn(paths, &drawn, several, probabilities, sample.map_or("", |(id, _)| id), &coders))
    }

    fn from_drawn(
        paths: Vec<String>,
        drawn: &BTreeMap<&str, Drawn>,
        several: &Several,
        probabilities: Probabilities,
        sample: &str,
        coders: &BTreeSet<&str>,
    ) -> Self {
        let n_drawn = drawn.len();
        let probability = |unit: &Drawn| match probabilities {
            Probabilities::OfFile => unit.probability.unwrap_or(1.0),
            Probabilities::SimpleRandom(n) => (n_drawn as f64 / n.max(1) as f64).min(1.0),
        };
        let mut strata: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for unit in drawn.values() {
            let stratum = strata.entry(unit.stratum).or_default();
            stratum.0 += 1.0;
            stratum.1 += f64::from(u8::from(!unit.labels.is_empty()));
        }
        let (mut population, mut variance, mut n_several) = (0.0, 0.0, 0);
        let mut of_segment = BTreeMap::new();
        for (id, unit) in drawn {
            let p = probability(unit);
            population += 1.0 / p;
            variance += (1.0 - p) / (p * p);
            if unit.labels.is_empty() {
                continue;
            }
            n_several += usize::from(unit.labels.len() > 1);
            let decided = match several {
                Several::Adjudicated(name) => unit.labels.get(name.as_str()).map(|label| (name.as_str(), label)),
                Several::Averaged => None,
            };
            let count: Vec<(&str, &(String, Place))> = match decided {
                Some(one) => vec![one],
                None => unit.labels.iter().map(|(coder, label)| (*coder, label)).collect(),
            };
            let labels = count.into_iter().map(|(coder, (label, _))| (coder.to_owned(), label.clone())).collect();
            let (n, n_coded) = strata[unit.stratum];
            of_segment.insert((*id).to_owned(), OfSegment { labels, probability: p * n_coded / n, first: unit.first });
        }
        Self {
            paths,
            of_segment,
            n_drawn,
            n_several,
            coders: coders.iter().map(|coder| (*coder).to_owned()).collect(),
            sample: sample.to_owned(),
            population: (population, variance.sqrt()),
        }
    }

    /// The first coded segment, by file and line, that is not known, its place, and the number of such segments.
    pub fn unknown(&self, is_known: impl Fn(&str) -> bool) -> Option<(&str, Place, usize)> {
        let unknown: Vec<(&String, &OfSegment)> = self.of_segment.iter().filter(|(id, _)| !is_known(id)).collect();
        let (id, first) = unknown.iter().min_by_key(|(_, unit)| unit.first)?;
        Some((id.as_str(), first.first, unknown.len()))
    }

    /// The files, for messages.
    pub fn shown(&self) -> String {
        self.paths.join(", ")
    }
}

/// The first stratum without a code, with its first segment; `None` if there are no codes at all, which is refused later.
fn open_stratum<'d>(drawn: &'d BTreeMap<&str, Drawn<'d>>) -> Option<(&'d str, &'d Drawn<'d>)> {
    let is_coded = |unit: &&Drawn| !unit.labels.is_empty();
    let coded: BTreeSet<&str> = drawn.values().filter(is_coded).map(|unit| unit.stratum).collect();
    let open = drawn.values().filter(|unit| !coded.is_empty() && !coded.contains(unit.stratum));
    open.min_by_key(|unit| unit.first).map(|unit| (unit.stratum, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, several: &Several, probabilities: Probabilities) -> Result<HandCodes, String> {
        let file = CodedFile::parse(text.as_bytes(), "c.csv").map_err(|error| error.to_string())?;
        let classes = Variable::Sentiment.known_classes();
        let wanted = Wanted { variable: &Variable::Sentiment, target: None, targets: &[], classes: classes.as_deref() };
        HandCodes::of(&[file], wanted, several, probabilities).map_err(|error| error.to_string())
    }

    const HEADER: &str = "segment_id,label,coder,inclusion_probability,stratum,sample\n";

    #[test]
    fn open_rows_lower_the_probability_of_their_stratum() {
        let text = format!(
            "{HEADER}a,positive,x,0.5,s1,id\nb,,x,0.5,s1,id\nc,negative,x,0.1,s2,id\nd,neutral,x,0.1,s2,id\na,neutral,y,0.5,s1,id\n"
        );
        let found = codes(&text, &Several::Averaged, Probabilities::OfFile).expect("the codes are valid");
        assert_eq!((found.n_drawn, found.n_several, found.sample.as_str()), (4, 1, "id"));
        let probabilities: Vec<f64> = found.of_segment.values().map(|unit| unit.probability).collect();
        assert_eq!(probabilities, [0.25, 0.1, 0.1]);
        assert!((found.population.0 - 24.0).abs() < 1e-9);
        let number = |label: &str| if label == "positive" { 1.0 } else { 0.0 };
        assert_eq!(found.of_segment["a"].mean(number), 0.5);
        let decided = codes(&text, &Several::Adjudicated("y".into()), Probabilities::OfFile).expect("y coded");
        assert_eq!(decided.of_segment["a"].mean(number), 0.0);
        assert_eq!(decided.of_segment["c"].labels, [("x".to_owned(), "negative".to_owned())]);
        let random = codes(&text, &Several::Averaged, Probabilities::SimpleRandom(40)).expect("the codes are valid");
        assert!((random.of_segment["c"].probability - 0.1).abs() < 1e-12);
        assert_eq!(random.unknown(|id| id == "a"), Some(("c", (0, 4), 2)));
    }

    #[test]
    fn codes_of_stance_and_of_own_variables_are_told_apart_in_one_file() {
        let text = "segment_id,target,code,label\ns1,tax,,favor\ns1,,credit,yes\ns2,toll,,against\ns2,,credit,no\ns1,,blame,no\n";
        let file = CodedFile::parse(text.as_bytes(), "c.csv").expect("the file is valid");
        let targets = ["tax", "toll"].map(|id| Target { id: id.into(), ..Target::default() });
        let labels = |variable: Variable, target: Option<&str>| {
            let classes = variable.known_classes();
            let wanted = Wanted { variable: &variable, target, targets: &targets, classes: classes.as_deref() };
            let random = Probabilities::SimpleRandom(2);
            let found = HandCodes::of(std::slice::from_ref(&file), wanted, &Several::Averaged, random);
            let of_segment = found.map(|found| found.of_segment).map_err(|error| error.to_string());
            of_segment.map(|all| all.into_iter().map(|(id, of)| format!("{id} {}", of.labels[0].1)).collect::<Vec<_>>())
        };
        let found = |variable, target, expected: &[&str]| {
            assert_eq!(
                labels(variable, target).as_deref(),
                Ok(expected.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice())
            );
        };
        found(Variable::Stance, Some("tax"), &["s1 favor"]);
        found(Variable::Stance, Some("toll"), &["s2 against"]);
        found(Variable::Code("credit".into()), None, &["s1 yes", "s2 no"]);
        found(Variable::Code("blame".into()), None, &["s1 no"]);
    }

    #[test]
    fn contradictions_are_refused_with_their_lines() {
        let refused = |rows: &str, part: &str| {
            let found =
                codes(&format!("{HEADER}{rows}"), &Several::Averaged, Probabilities::OfFile).expect_err("refused");
            assert!(found.contains(part), "{found}");
        };
        refused("a,positive,x,0.5,,\na,positive,x,0.5,,\n", "line 3: segment `a` is coded by `x` in line 2 already");
        refused("a,positive,x,0.5,,\na,positive,y,0.4,,\n", "line 3: segment `a` has another inclusion_probability");
        refused("a,positive,x,,,\n", "line 2: segment `a` has no inclusion_probability");
        refused("a,positive,x,0,,\n", "line 2: the inclusion probability `0`");
        refused("a,good,x,0.5,,\n", "line 2: unknown label `good`; expected");
        refused(
            "a,positive,x,0.5,,one\nb,positive,x,0.5,,two\n",
            "line 3: the sample is `two` here and `one` in line 2",
        );
        refused("a,positive,x,0.5,s1,\nb,,x,0.5,s2,\n", "line 3: nothing of the stratum `s2` is coded");
        let text = format!("{HEADER}a,positive,x,0.5,,\n");
        let found = codes(&text, &Several::Adjudicated("z".into()), Probabilities::OfFile).expect_err("refused");
        assert!(found.contains("no code is by `z`; the column `coder` has x"), "{found}");
        let found =
            codes("segment_id,label\na,positive\n", &Several::Averaged, Probabilities::OfFile).expect_err("refused");
        assert!(found.contains("no column `inclusion_probability`"), "{found}");
    }
}

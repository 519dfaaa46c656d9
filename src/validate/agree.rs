//! How far the coders of files of hand codes agree.
//!
//! **Input:** files of hand codes, one per coder or with a column `coder`. **Output:** for each target or variable the coefficients of
//! [`plenary_validate::agreement`], and the units with unequal codes. **Refused:** a unit that a coder coded twice, unknown labels,
//! files without codes in common, with the file and line. **Left to others:** printing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plenary_corpus::OptionError;
use plenary_tables::export::{Cells, Export};
use plenary_validate::agreement::{
    Agreement, AgreementError, AgreementOptions, Coefficient, Scale, UnitCodes, agreement,
};

use super::coded::{CodedError, CodedFile, CodedRow, Variable, class_of};

/// How codes are compared.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CompareOptions {
    /// What was coded; `None` if the labels show it.
    pub variable: Option<Variable>,
    /// The labels of a variable of one's own from the lowest to the highest; empty if they have no order.
    pub order: Vec<String>,
    /// Bootstrap.
    pub bootstrap: AgreementOptions,
}

/// The agreement on a target or variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The target or variable; empty if the files do not name it.
    pub item: String,
    /// What was coded.
    pub variable: Variable,
    /// Names of the coders.
    pub coders: Vec<String>,
    /// The labels, in their order.
    pub labels: Vec<String>,
    /// How labels differ.
    pub scale: Scale,
    /// The coefficients, or why there are none.
    pub agreement: Result<Agreement, AgreementError>,
    /// The units with unequal codes, in the order of the files.
    pub disagreements: Vec<Disagreement>,
}

/// A unit with unequal codes.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The segment.
    pub segment_id: String,
    /// The label of each coder; `None` where the coder did not code it.
    pub labels: Vec<Option<String>>,
}

/// Why files cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// A file cannot be read, or a row cannot be used.
    #[error(transparent)]
    File(#[from] CodedError),
    /// An option is out of range.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// No file has codes.
    #[error("{paths}: no row has a label; code some segments in the column `label`")]
    Nothing {
        /// The files.
        paths: String,
    },
    /// There is one coder.
    #[error(
        "{paths}: all codes are by one coder, `{coder}`; name a file of another coder, or fill in the column `coder`"
    )]
    OneCoder {
        /// The files.
        paths: String,
        /// The coder.
        coder: String,
    },
}

/// A code of a coder.
struct Given {
    label: String,
    file: usize,
    line: u64,
}

/// The codes of a target or variable: for each unit those of the coders.
#[derive(Default)]
struct Item {
    /// Segments in the order of the files.
    order: Vec<String>,
    codes: BTreeMap<String, BTreeMap<String, Given>>,
}

/// Compares the coders of some files.
///
/// A row belongs to the coder in its column `coder`, or else to the name of its file. Labels of stance and tone are recognised; other
/// labels are a variable of one's own, whose labels are ordered if `options` say so or if all are numbers.
///
/// # Errors
/// [`CompareError`].
pub fn compare(files: &[CodedFile], options: &CompareOptions) -> Result<Vec<Compared>, CompareError> {
    options.bootstrap.check()?;
    let paths = || files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join(", ");
    let coded =
        || files.iter().flat_map(|file| file.rows.iter().filter(|row| is_coded(row)).map(move |row| (file, row)));
    if coded().next().is_none() {
        return Err(CompareError::Nothing { paths: paths() });
    }
    let variable = match &options.variable {
        Some(variable) => variable.clone(),
        None if options.order.is_empty() => recognise(coded().map(|(_, row)| row)),
        None => Variable::Code(String::new()),
    };
    let mut known = variable.scale().map(|scale| scale.map(|(name, _)| name.to_owned()).to_vec());
    if known.is_none() && !options.order.is_empty() {
        known = Some(options.order.clone());
    }
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    let mut coders: BTreeSet<String> = BTreeSet::new();
    for (at, file) in files.iter().enumerate() {
        for row in file.rows.iter().filter(|row| is_coded(row)) {
            if matches!(&variable, Variable::Code(name) if !name.is_empty() && !row.code.is_empty() && row.code != *name)
            {
                continue;
            }
            let label = class_of(known.as_deref(), &row.label).map_err(|problem| file.row_error(row.line, problem))?;
            let coder = if row.coder.is_empty() { name_of(&file.path) } else { row.coder.clone() };
            let name = if row.code.is_empty() { row.target.clone() } else { row.code.clone() };
            let item = items.entry(name).or_default();
            if !item.codes.contains_key(&row.segment_id) {
                item.order.push(row.segment_id.clone());
            }
            let of_unit = item.codes.entry(row.segment_id.clone()).or_default();
            if let Some(before) = of_unit.get(&coder) {
                let place = if before.file == at {
                    format!("line {}", before.line)
                } else {
                    format!("{}, line {}", files[before.file].path, before.line)
                };
                let problem = format!(
                    "`{coder}` coded segment `{}` in {place} already; remove one of the rows, or give coders different names in the column `coder`",
                    row.segment_id
                );
                return Err(file.row_error(row.line, problem).into());
            }
            of_unit.insert(coder.clone(), Given { label, file: at, line: row.line });
            coders.insert(coder);
        }
    }
    let coders: Vec<String> = coders.into_iter().collect();
    match coders.as_slice() {
        [] => Err(CompareError::Nothing { paths: paths() }),
        [coder] => Err(CompareError::OneCoder { paths: paths(), coder: coder.clone() }),
        _ => Ok(items
            .into_iter()
            .map(|(name, item)| item.compare(name, &variable, known.as_ref(), &coders, options))
            .collect()),
    }
}

impl Item {
    fn compare(
        self,
        name: String,
        variable: &Variable,
        known: Option<&Vec<String>>,
        coders: &[String],
        options: &CompareOptions,
    ) -> Compared {
        // Only coders who coded something of this item.
        let coders: Vec<String> =
            coders.iter().filter(|coder| self.codes.values().any(|of| of.contains_key(*coder))).cloned().collect();
        let (labels, scale) = match (known, variable.scale()) {
            (Some(known), Some(scale)) => {
                (known.clone(), Scale::Interval(scale.iter().map(|(_, number)| *number).collect()))
            }
            (Some(known), None) => (known.clone(), Scale::Ordinal),
            (None, _) => self.labels(),
        };
        let position = |label: &str| labels.iter().position(|one| one == label);
        let (mut units, mut disagreements) = (Vec::new(), Vec::new());
        for segment_id in &self.order {
            let of_unit = &self.codes[segment_id];
            let labels: Vec<Option<String>> =
                coders.iter().map(|coder| of_unit.get(coder).map(|given| given.label.clone())).collect();
            let codes: UnitCodes = labels.iter().map(|label| label.as_deref().and_then(position)).collect();
            let mut given = codes.iter().flatten();
            let first = given.next();
            if given.any(|code| Some(code) != first) {
                disagreements.push(Disagreement { segment_id: segment_id.clone(), labels });
            }
            units.push(codes);
        }
        let agreement = agreement(&units, labels.len(), &scale, &options.bootstrap, &name);
        Compared { item: name, variable: variable.clone(), coders, labels, scale, agreement, disagreements }
    }

    /// The labels of a variable of one's own: numbers in their order, other labels in alphabetical order without a scale.
    fn labels(&self) -> (Vec<String>, Scale) {
        let labels: BTreeSet<&str> =
            self.codes.values().flat_map(|of| of.values().map(|given| given.label.as_str())).collect();
        let numbers: Option<Vec<(f64, &str)>> = labels
            .iter()
            .map(|label| label.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| (number, *label)))
            .collect();
        match numbers {
            Some(mut numbers) => {
                numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
                let scale = Scale::Interval(numbers.iter().map(|(number, _)| *number).collect());
                (numbers.into_iter().map(|(_, label)| label.to_owned()).collect(), scale)
            }
            None => (labels.into_iter().map(str::to_owned).collect(), Scale::Nominal),
        }
    }
}

fn is_coded(row: &CodedRow) -> bool {
    !row.label.is_empty()
}

/// The coefficients and the units with unequal codes as tables: `coefficients` has a row per coefficient, with the reason where there
/// is none; `disagreements` has a row per unit and coder.
pub fn tables(compared: &[Compared]) -> [Export; 2] {
    let mut rows: Vec<CoefficientCells> = Vec::new();
    for of in compared {
        let agreement = match &of.agreement {
            Ok(agreement) => agreement,
            Err(error) => {
                rows.push(CoefficientCells { problem: Some(error.to_string()), ..CoefficientCells::of(of) });
                continue;
            }
        };
        let of_all = [
            ("percent", Some(&agreement.percent)),
            ("fleiss_kappa", Some(&agreement.fleiss)),
            ("krippendorff_nominal", Some(&agreement.alpha_nominal)),
            ("krippendorff_ordinal", agreement.alpha_ordinal.as_ref()),
            ("krippendorff_interval", agreement.alpha_interval.as_ref()),
        ];
        let of_all = of_all.into_iter().filter_map(|(name, found)| Some((name, found?)));
        rows.extend(of_all.map(|(name, found)| CoefficientCells::of(of).with(name, found, agreement.n_pairable)));
        for pair in &agreement.pairs {
            let [first, second] = [pair.coders.0, pair.coders.1].map(|at| of.coders.get(at).cloned());
            for (name, found) in [("percent", &pair.percent), ("cohen_kappa", &pair.cohen)] {
                let cells = CoefficientCells::of(of).with(name, found, pair.n_units);
                rows.push(CoefficientCells { coder_1: first.clone(), coder_2: second.clone(), ..cells });
            }
        }
    }
    let text = |of: fn(&CoefficientCells) -> Option<String>| Cells::Text(rows.iter().map(of).collect());
    let number = |of: fn(&CoefficientCells) -> Option<f64>| Cells::Number(rows.iter().map(of).collect());
    let coefficients = vec![
        ("item".into(), text(|row| Some(row.item.clone()))),
        ("variable".into(), text(|row| Some(row.variable.clone()))),
        ("coefficient".into(), text(|row| row.coefficient.map(str::to_owned))),
        ("coder_1".into(), text(|row| row.coder_1.clone())),
        ("coder_2".into(), text(|row| row.coder_2.clone())),
        ("value".into(), number(|row| row.found.and_then(|found| found.value))),
        ("ci_low".into(), number(|row| row.found.and_then(|found| Some(found.interval?.0)))),
        ("ci_high".into(), number(|row| row.found.and_then(|found| Some(found.interval?.1)))),
        ("n_units".into(), Cells::Count(rows.iter().map(|row| row.n_units.map(|n| n as u64)).collect())),
        ("problem".into(), text(|row| row.problem.clone())),
    ];
    let unequal: Vec<(&Disagreement, &Compared, &String, &Option<String>)> = compared
        .iter()
        .flat_map(|of| of.disagreements.iter().map(move |unit| (unit, of)))
        .flat_map(|(unit, of)| of.coders.iter().zip(&unit.labels).map(move |(coder, label)| (unit, of, coder, label)))
        .collect();
    let disagreements = vec![
        ("segment_id".into(), Cells::from(unequal.iter().map(|row| row.0.segment_id.clone()).collect::<Vec<_>>())),
        ("item".into(), Cells::from(unequal.iter().map(|row| row.1.item.clone()).collect::<Vec<_>>())),
        ("coder".into(), Cells::from(unequal.iter().map(|row| row.2.clone()).collect::<Vec<_>>())),
        ("label".into(), Cells::Text(unequal.iter().map(|row| row.3.clone()).collect())),
    ];
    [Export { name: "coefficients", columns: coefficients }, Export { name: "disagreements", columns: disagreements }]
}

/// A row of the table of coefficients.
#[derive(Debug, Default)]
struct CoefficientCells {
    item: String,
    variable: String,
    coefficient: Option<&'static str>,
    coder_1: Option<String>,
    coder_2: Option<String>,
    found: Option<Coefficient>,
    n_units: Option<usize>,
    problem: Option<String>,
}

impl CoefficientCells {
    fn of(compared: &Compared) -> Self {
        let variable = match &compared.variable {
            Variable::Code(_) => "code".to_owned(),
            known => known.to_string(),
        };
        Self { item: compared.item.clone(), variable, ..Self::default() }
    }

    fn with(self, coefficient: &'static str, found: &Coefficient, n_units: usize) -> Self {
        Self { coefficient: Some(coefficient), found: Some(*found), n_units: Some(n_units), ..self }
    }
}

/// Stance or tone, if most labels are of one of them; otherwise a variable of one's own.
fn recognise<'r>(rows: impl Iterator<Item = &'r CodedRow> + Clone) -> Variable {
    let n = rows.clone().count();
    for variable in [Variable::Stance, Variable::Sentiment] {
        let known = variable.known_classes().unwrap_or_default();
        let n_known =
            rows.clone().filter(|row| known.iter().any(|class| class.eq_ignore_ascii_case(&row.label))).count();
        if 2 * n_known > n {
            return variable;
        }
    }
    Variable::Code(String::new())
}

/// The name of a file without its extension.
fn name_of(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Vec<CodedFile> {
        texts.iter().map(|(path, text)| CodedFile::parse(text.as_bytes(), path).expect("the file is valid")).collect()
    }

    fn refused(texts: &[(&str, &str)], options: &CompareOptions) -> String {
        compare(&files(texts), options).expect_err("the files cannot be compared").to_string()
    }

    const ANN: &str =
        "segment_id,target,label\na,t,favor\nb,t,against\nc,t,neither\nd,t,favor\ne,t,\na,u,favor\nb,u,favor\n";
    const BO: &str =
        "segment_id,target,label\nd,t,neither\na,t,FAVOR\nb,t,against\nc,t,neither\na,u,favor\nb,u,neither\n";

    #[test]
    fn labels_have_the_order_of_the_codebook() {
        let compared =
            compare(&files(&[("ann.csv", ANN), ("x/bo.csv", BO)]), &CompareOptions::default()).expect("two coders");
        let [t, u] = &compared[..] else { panic!("two targets") };
        assert_eq!((t.item.as_str(), u.item.as_str()), ("t", "u"));
        assert_eq!(t.labels, ["against", "neither", "favor"]);
        assert_eq!(t.coders, ["ann", "bo"]);
        let agreement = t.agreement.as_ref().expect("codes in common");
        assert_eq!((agreement.n_units, agreement.percent.value), (4, Some(0.75)));
        assert_eq!(agreement.pairs[0].confusion, [[1, 0, 0], [0, 1, 0], [0, 1, 1]]);
        let labels = vec![Some("favor".to_owned()), Some("neither".to_owned())];
        assert_eq!(t.disagreements, [Disagreement { segment_id: "d".into(), labels }]);
        // Disagreement between neighbours counts less than between opposites.
        let opposite = BO.replace("d,t,neither", "d,t,against");
        let far = compare(&files(&[("ann.csv", ANN), ("bo.csv", &opposite)]), &CompareOptions::default())
            .expect("two coders");
        let ordinal = |compared: &Compared| {
            compared.agreement.as_ref().expect("codes").alpha_ordinal.and_then(|alpha| alpha.value).expect("defined")
        };
        assert!(ordinal(&far[0]) < ordinal(t) - 0.1);
    }

    #[test]
    fn tables_have_a_row_for_each_coefficient_and_each_unequal_code() {
        let compared =
            compare(&files(&[("ann.csv", ANN), ("bo.csv", BO)]), &CompareOptions::default()).expect("two coders");
        let [coefficients, disagreements] = tables(&compared);
        let texts = |table: &Export, column: &str| -> Vec<String> {
            let (_, cells) = table.columns.iter().find(|(name, _)| name == column).expect("a column");
            let Cells::Text(cells) = cells else { panic!("{column} holds texts") };
            cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect()
        };
        let of_t = texts(&coefficients, "item").iter().filter(|item| *item == "t").count();
        assert_eq!(texts(&coefficients, "coefficient")[of_t - 1], "cohen_kappa");
        assert_eq!(texts(&coefficients, "coder_2")[of_t - 1], "bo");
        assert_eq!(texts(&disagreements, "segment_id"), ["d", "d", "b", "b"]);
        assert_eq!(texts(&disagreements, "label"), ["favor", "neither", "favor", "neither"]);
        for table in [coefficients, disagreements] {
            assert!(table.frame().is_ok(), "columns have one length");
        }
        let apart = files(&[("ann.csv", ANN), ("bo.csv", "segment_id,target,label\nz,t,favor\n")]);
        let [coefficients, _] = tables(&compare(&apart, &CompareOptions::default()).expect("two coders"));
        assert!(!texts(&coefficients, "problem")[0].is_empty());
    }

    #[test]
    fn one_file_may_hold_several_coders() {
        let text = "segment_id,label,coder\na,3,ann\na,3,bo\nb,10,ann\nb,2,bo\nc,2,ann\n";
        let compared = compare(&files(&[("both.csv", text)]), &CompareOptions::default()).expect("two coders");
        assert_eq!(compared[0].variable, Variable::Code(String::new()));
        assert_eq!(
            (compared[0].labels.join(" "), &compared[0].scale),
            ("2 3 10".into(), &Scale::Interval(vec![2.0, 3.0, 10.0]))
        );
        let text = text.replace("10", "much");
        let compared = compare(&files(&[("both.csv", &text)]), &CompareOptions::default()).expect("two coders");
        assert_eq!(compared[0].scale, Scale::Nominal);
        let order = ["2", "3", "much"].map(str::to_owned).to_vec();
        let ordered = CompareOptions { order, ..CompareOptions::default() };
        let compared = compare(&files(&[("both.csv", &text)]), &ordered).expect("two coders");
        assert_eq!((compared[0].labels.join(" "), &compared[0].scale), ("2 3 much".into(), &Scale::Ordinal));
    }

    #[test]
    fn repeated_units_and_unknown_codes_are_refused_with_their_lines() {
        let options = CompareOptions::default();
        let repeated = format!("{BO}c,t,neither\n");
        let found = refused(&[("ann.csv", ANN), ("bo.csv", &repeated)], &options);
        assert!(found.starts_with("bo.csv, line 8: `bo` coded segment `c` in line 5 already"), "{found}");
        let named = "segment_id,target,label,coder\na,t,favor,ann\n";
        let found = refused(&[("ann.csv", ANN), ("other.csv", named)], &options);
        assert!(found.starts_with("other.csv, line 2: `ann` coded segment `a` in ann.csv, line 2 already"), "{found}");
        let unknown = BO.replace("against", "agianst");
        let found = refused(&[("ann.csv", ANN), ("bo.csv", &unknown)], &options);
        assert!(
            found.starts_with(
                "bo.csv, line 4: unknown label `agianst` (did you mean `against`?); expected against, neither, favor"
            ),
            "{found}"
        );
        assert!(refused(&[("ann.csv", ANN)], &options).contains("all codes are by one coder, `ann`"));
        assert!(refused(&[("ann.csv", "segment_id,label\na,\n")], &options).contains("no row has a label"));
        let apart = compare(&files(&[("ann.csv", ANN), ("bo.csv", "segment_id,target,label\nz,t,favor\n")]), &options);
        assert_eq!(apart.expect("two coders")[0].agreement, Err(AgreementError::NothingInCommon));
    }
}

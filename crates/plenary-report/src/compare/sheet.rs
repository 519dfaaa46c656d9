//! A comparison as tables of texts, for CSV, pages and terminals.

use super::{Change, Comparison, EstimateChange, Measure, Pair, ThemePair, Value};

/// A table of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Name of its file, without an extension.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Names of its columns; `true` for numbers.
    pub columns: Vec<(&'static str, bool)>,
    /// Its rows.
    pub rows: Vec<Vec<SheetCell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum SheetCell {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A number.
    Number(f64),
    /// Nothing.
    Empty,
}

impl SheetCell {
    /// The cell in full, for files.
    pub fn in_full(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Empty => String::new(),
        }
    }
}

fn text(text: impl Into<String>) -> SheetCell {
    SheetCell::Text(text.into())
}

fn optional(of: Option<&String>) -> SheetCell {
    of.map_or(SheetCell::Empty, |of| text(of.as_str()))
}

fn number(of: Option<f64>) -> SheetCell {
    of.map_or(SheetCell::Empty, SheetCell::Number)
}

/// The tables `settings`, `columns`, `documents`, `people`, `labels`, `examples`, `themes` and `estimates`.
pub fn sheets(of: &Comparison) -> Vec<Sheet> {
    vec![settings(of), columns(of), documents(of), people(of), labels(of), examples(of), themes(of), estimates(of)]
}

impl Sheet {
    /// The table as CSV. Cells are written as they are, also those that a spreadsheet program would compute.
    ///
    /// # Errors
    /// What the writer of CSV returns; memory has no other errors.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|(name, _)| name))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(SheetCell::in_full))?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}

fn settings(of: &Comparison) -> Sheet {
    let row = |kind: &str, change: &super::SettingChange| {
        vec![text(kind), text(&change.key), optional(change.old.as_ref()), optional(change.new.as_ref())]
    };
    let facts = [
        ("plenary", &of.old.plenary_version, &of.new.plenary_version),
        ("engine", &of.old.engine, &of.new.engine),
        ("study, sha256", &of.old.study_sha256, &of.new.study_sha256),
    ];
    let facts = facts.into_iter().filter(|(_, old, new)| old != new);
    let mut rows: Vec<Vec<SheetCell>> =
        facts.map(|(key, old, new)| vec![text("run"), text(key), text(old), text(new)]).collect();
    rows.extend(of.models.iter().map(|change| row("model", change)));
    rows.extend(of.settings.iter().map(|change| row("study", change)));
    let columns = vec![("kind", false), ("key", false), ("old", false), ("new", false)];
    Sheet { name: "settings", title: "Settings, models and versions that differ", columns, rows }
}

fn columns(of: &Comparison) -> Sheet {
    let row = |missing: &super::MissingColumn| {
        vec![text(&missing.table), text(&missing.column), text(missing.missing_in.as_str())]
    };
    Sheet {
        name: "columns",
        title: "Columns that only one of the two has, and that are not compared",
        columns: vec![("table", false), ("column", false), ("missing_in", false)],
        rows: of.missing.iter().map(row).collect(),
    }
}

/// A fact of both sides.
fn both<T>(pair: &Pair<T>, cell: impl Fn(&T) -> SheetCell) -> [SheetCell; 2] {
    [&pair.old, &pair.new].map(|side| side.as_ref().map_or(SheetCell::Empty, &cell))
}

/// The pairs that are not the same, then the same ones.
fn changed_first<T>(pairs: &[Pair<T>]) -> impl Iterator<Item = &Pair<T>> {
    let is_same = |pair: &&Pair<T>| pair.change == Change::Same;
    pairs.iter().filter(move |pair| !is_same(pair)).chain(pairs.iter().filter(is_same))
}

fn documents(of: &Comparison) -> Sheet {
    let row = |pair: &Pair<super::DocumentFacts>| {
        let mut row = vec![text(pair.change.as_str())];
        row.extend(both(pair, |document| text(&document.path)));
        row.extend(both(pair, |document| text(&document.document_id)));
        row.extend(both(pair, |document| SheetCell::Whole(document.n_words.into())));
        row.extend(both(pair, |document| SheetCell::Whole(document.n_segments.into())));
        row
    };
    Sheet {
        name: "documents",
        title: "Documents",
        columns: vec![
            ("change", false),
            ("path_old", false),
            ("path_new", false),
            ("document_id_old", false),
            ("document_id_new", false),
            ("n_words_old", true),
            ("n_words_new", true),
            ("n_segments_old", true),
            ("n_segments_new", true),
        ],
        rows: changed_first(&of.documents).map(row).collect(),
    }
}

fn people(of: &Comparison) -> Sheet {
    let row = |pair: &Pair<super::PersonFacts>| {
        let mut row = vec![text(pair.change.as_str()), text(pair.shown().map_or("", |person| person.name.as_str()))];
        row.extend(both(pair, |person| optional(person.party.as_ref())));
        row.extend(both(pair, |person| SheetCell::Whole(person.n_documents.into())));
        row.extend(both(pair, |person| SheetCell::Whole(person.n_words.into())));
        row
    };
    Sheet {
        name: "people",
        title: "People",
        columns: vec![
            ("change", false),
            ("name", false),
            ("party_old", false),
            ("party_new", false),
            ("n_documents_old", true),
            ("n_documents_new", true),
            ("n_words_old", true),
            ("n_words_new", true),
        ],
        rows: changed_first(&of.people).map(row).collect(),
    }
}

impl Comparison {
    /// The label of one side of a change, in words: themes with their names.
    fn label(&self, measure: &Measure, label: Option<&String>, side: super::Which) -> String {
        let Some(label) = label else { return "(none)".to_owned() };
        if *measure != Measure::Theme {
            return label.clone();
        }
        let theme = |pair: &&ThemePair| match side {
            super::Which::Old => pair.old.as_ref().is_some_and(|theme| theme.id == *label),
            super::Which::New => pair.new.as_ref().is_some_and(|theme| theme.id == *label),
        };
        let pair = self.themes.iter().find(theme);
        let theme = pair.and_then(|pair| match side {
            super::Which::Old => pair.old.as_ref(),
            super::Which::New => pair.new.as_ref(),
        });
        theme.map_or_else(|| label.clone(), |theme| format!("{label} {}", theme.label))
    }
}

fn labels(of: &Comparison) -> Sheet {
    let mut rows = Vec::new();
    for labels in &of.labels {
        for transition in &labels.transitions {
            rows.push(vec![
                text(labels.measure.in_words()),
                text(of.label(&labels.measure, transition.from.as_ref(), super::Which::Old)),
                text(of.label(&labels.measure, transition.to.as_ref(), super::Which::New)),
                SheetCell::Whole(transition.n as u64),
                SheetCell::Whole(labels.n_compared as u64),
            ]);
        }
    }
    Sheet {
        name: "labels",
        title: "Segments whose label changed",
        columns: vec![("measure", false), ("from", false), ("to", false), ("n_segments", true), ("n_compared", true)],
        rows,
    }
}

fn examples(of: &Comparison) -> Sheet {
    let mut rows = Vec::new();
    for labels in &of.labels {
        for transition in &labels.transitions {
            for example in &transition.examples {
                rows.push(vec![
                    text(labels.measure.in_words()),
                    text(of.label(&labels.measure, transition.from.as_ref(), super::Which::Old)),
                    text(of.label(&labels.measure, transition.to.as_ref(), super::Which::New)),
                    text(&example.segment_id),
                    optional(example.speaker.as_ref()),
                    text(&example.document),
                    text(&example.text),
                ]);
            }
        }
    }
    Sheet {
        name: "examples",
        title: "Some of these segments",
        columns: vec![
            ("measure", false),
            ("from", false),
            ("to", false),
            ("segment_id", false),
            ("speaker", false),
            ("document", false),
            ("text", false),
        ],
        rows,
    }
}

fn themes(of: &Comparison) -> Sheet {
    let row = |pair: &ThemePair| {
        let sides = [&pair.old, &pair.new];
        let mut row = Vec::new();
        row.extend(sides.map(|side| side.as_ref().map_or(SheetCell::Empty, |theme| text(&theme.id))));
        row.extend(sides.map(|side| side.as_ref().map_or(SheetCell::Empty, |theme| text(&theme.label))));
        row.extend(
            sides.map(|side| side.as_ref().map_or(SheetCell::Empty, |theme| SheetCell::Whole(theme.n_segments.into()))),
        );
        row.extend([SheetCell::Whole(pair.n_shared as u64), number(pair.jaccard), optional(pair.history.as_ref())]);
        row
    };
    Sheet {
        name: "themes",
        title: "Themes",
        columns: vec![
            ("theme_old", false),
            ("theme_new", false),
            ("label_old", false),
            ("label_new", false),
            ("n_segments_old", true),
            ("n_segments_new", true),
            ("n_shared", true),
            ("jaccard", true),
            ("history", false),
        ],
        rows: of.themes.iter().map(row).collect(),
    }
}

fn estimates(of: &Comparison) -> Sheet {
    let row = |estimate: &EstimateChange| {
        let sides = [estimate.old, estimate.new];
        let bound = |side: Option<Value>, high: bool| {
            number(side.and_then(|side| side.interval).map(|(low, end)| if high { end } else { low }))
        };
        let mut row = vec![
            text(&estimate.level),
            text(&estimate.group),
            text(&estimate.measure),
            optional(estimate.target.as_ref()),
            optional(estimate.category.as_ref()),
            optional(estimate.code.as_ref()),
            optional(estimate.label.as_ref()),
            optional(estimate.weight.as_ref()),
        ];
        for side in sides {
            row.extend([number(side.and_then(|side| side.value)), bound(side, false), bound(side, true)]);
        }
        row.push(number(estimate.difference));
        row.push(estimate.overlap.map_or(SheetCell::Empty, |overlap| text(if overlap { "yes" } else { "no" })));
        row.extend(sides.map(|side| side.map_or(SheetCell::Empty, |side| SheetCell::Whole(side.n_segments.into()))));
        row
    };
    Sheet {
        name: "estimates",
        title: "Estimates",
        columns: vec![
            ("level", false),
            ("group", false),
            ("measure", false),
            ("target", false),
            ("category", false),
            ("code", false),
            ("label", false),
            ("weight", false),
            ("old", true),
            ("old_low", true),
            ("old_high", true),
            ("new", true),
            ("new_low", true),
            ("new_high", true),
            ("difference", true),
            ("intervals_overlap", false),
            ("n_segments_old", true),
            ("n_segments_new", true),
        ],
        rows: of.estimates.iter().map(row).collect(),
    }
}

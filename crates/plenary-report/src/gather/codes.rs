//! The labels of the study's own variables.
//!
//! **Input:** the columns `code_<id>` of `analysis`, some thousand rows at a time, and the groups of speakers and documents. **Output:** for each
//! variable how many segments have which label, in all and by group, and some of them. **Left to others:** HTML.

use plenary_corpus::findings::CodedVariable;
use plenary_tables::schema::{AnalysisRow, VariableCodeRow, code_column};
use plenary_tables::{Results, column};

use super::Corpus;
use super::sets::{Set, Sets};
use crate::ReportError;

/// A variable of the study's own with its labels.
pub(crate) struct CodeCounts {
    pub(crate) variable: CodedVariable,
    /// Who assigned the labels.
    pub(crate) coder: String,
    /// Whether the coder was compared with hand codes when it was made.
    pub(crate) validation: String,
    pub(crate) all: LabelCounts,
    /// By group of the corpus.
    pub(crate) groups: Vec<LabelCounts>,
}

/// Numbers of segments.
#[derive(Clone)]
pub(crate) struct LabelCounts {
    /// With each label, in the order of the study.
    pub(crate) labels: Vec<u32>,
    pub(crate) unlabelled: u32,
}

impl LabelCounts {
    fn of(variable: &CodedVariable) -> Self {
        Self { labels: vec![0; variable.labels.len()], unlabelled: 0 }
    }

    fn add(&mut self, label: Option<usize>) {
        match label.and_then(|label| self.labels.get_mut(label)) {
            Some(n) => *n += 1,
            None => self.unlabelled += 1,
        }
    }
}

/// Counts labels. `hashes` are those of all segments, in the order of the tables.
pub(super) fn codes(
    results: &Results,
    corpus: &Corpus,
    hashes: &[u64],
    sets: &mut Sets,
) -> Result<Vec<CodeCounts>, ReportError> {
    let variables = &results.study().codes;
    if variables.is_empty() {
        return Ok(Vec::new());
    }
    let n_groups = corpus.grouping.as_ref().map_or(0, |grouping| grouping.values.len());
    // The rows of a segment are adjacent: one per variable.
    let first = results.head(VariableCodeRow::TABLE, None, variables.len())?;
    let first = VariableCodeRow::rows(&first)?;
    let counts = |variable: &CodedVariable| {
        let of = first.iter().find(|row| row.code_id == variable.id);
        CodeCounts {
            variable: variable.clone(),
            coder: of.map_or_else(String::new, |row| row.coder_id.to_owned()),
            validation: of.map_or_else(String::new, |row| row.validation.to_owned()),
            all: LabelCounts::of(variable),
            groups: vec![LabelCounts::of(variable); n_groups],
        }
    };
    let mut all: Vec<CodeCounts> = variables.iter().map(counts).collect();
    let names: Vec<String> = variables.iter().map(|variable| code_column(&variable.id)).collect();
    let columns: Vec<&str> =
        ["document_id", "speaker_id"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let mut first_row = 0;
    for group in results.groups(AnalysisRow::TABLE, Some(&columns))? {
        let frame = group?;
        let documents = column::<&str>(&frame, "document_id")?;
        let speakers = column::<&str>(&frame, "speaker_id")?;
        let mut groups = Vec::with_capacity(documents.len());
        for (document, speaker) in documents.into_iter().zip(speakers) {
            let speaker = speaker.map(|id| corpus.speaker(id)).transpose()?;
            let of_speaker = speaker.and_then(|at| corpus.speakers[at as usize].group);
            let document = corpus.document(document.unwrap_or_default())?;
            groups.push(of_speaker.or(corpus.documents[document as usize].group));
        }
        for ((counts, name), variable) in all.iter_mut().zip(&names).zip(0..) {
            let labels = column::<&str>(&frame, name)?.into_iter();
            for ((label, group), (row, hash)) in labels.zip(&groups).zip((0..).zip(hashes).skip(first_row)) {
                let label = label.and_then(|label| counts.variable.position(label));
                let position = label.map(|label| label as u32);
                counts.all.add(label);
                sets.add(Set::Code(variable, position), *hash, row);
                if let Some(group) = *group {
                    counts.groups[group as usize].add(label);
                    sets.add(Set::CodeGroup(variable, position, group), *hash, row);
                    if position.is_some() {
                        sets.add(Set::CodedGroup(variable, group), *hash, row);
                    }
                }
            }
        }
        first_row += groups.len();
    }
    Ok(all)
}

//! The tables of a run as files, some rows at a time: Parquet, the codebook, `run.json`, and CSV if requested.
//!
//! **Input:** transcripts with their measurements, some at a time, then what is known only of the whole corpus.
//! **Output:** the [`Results`], in a folder or in memory; the same rows give the same bytes in either. While a folder
//! is written, only some row groups are in memory: the second half reads what it needs of the first half back from its
//! files. **Refused:** a row that has no place. **Left to others:** the content of the tables (`rows`, `schema`),
//! replacing a set of files as a whole (`folder`).

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::ArrayView2;
use polars_core::prelude::*;

use super::TableError;
use super::cells::column;
use super::codebook::{self, codebook_md};
use super::declare::Table;
use super::folder::{MARKER, OutputFolder};
use super::part::PartTables;
use super::record::{self, WrittenFile};
use super::results::Results;
use super::rows::{
    self, Closing, Coefficients, DictionaryTerm, DocumentsOfThemes, KeyTerm, Measured, PeriodOfTime, PlacedExchange,
    ProcedureMark, ThemePeriod,
};
use super::schema::{
    AddedColumns, AgreementRow, AnalysisRow, BlockRow, CODE_KIND, CodebookRow, CoderInputsRow, CodingRow,
    DICTIONARY_KIND, DictionaryTermRow, DocumentRow, EmbeddingRow, EstimateRow, ExchangeRow, FailureRow,
    GroupEstimateRow, GroupStanceRow, IssueRow, KeynessRow, NeitherThresholdRow, PersonRow, RunRow, STANCE_KIND,
    SegmentRow, SegmentThemeRow, SentimentRow, SpeakerRow, StanceRow, TABLES, ThemeCodeRow, ThemeGroupRow,
    ThemeHistoryRow, ThemePeriodRow, ThemeRow, UtteranceRow, Variable, VariableCodeRow, code_column, stance_column,
};
use super::sheet::{Csv, GROUP, Sheet};
use super::sink::Sink;
use super::source::Source;
use crate::StudyInfo;
use plenary_corpus::findings::{CoderAgreement, Estimate, GroupStance, InputDrift, NeitherThreshold, Themes};
use plenary_corpus::{Summary, Transcript, Variables};

const CODEBOOK: &str = "codebook.md";
/// The file from which later runs continue the themes.
pub const THEME_REGISTRY: &str = "themes.registry";
/// `analysis` without its themes, which are known only when all segments are.
pub(super) const DRAFT: &str = "analysis-draft";
/// The tables that are complete when all segments of a part are measured, in the order in which they are completed.
pub(super) const OF_PART: [Table; 9] = [
    BlockRow::TABLE,
    UtteranceRow::TABLE,
    SegmentRow::TABLE,
    EmbeddingRow::TABLE,
    SentimentRow::TABLE,
    CodingRow::TABLE,
    StanceRow::TABLE,
    VariableCodeRow::TABLE,
    ThemeCodeRow::TABLE,
];

impl OutputFolder {
    /// Locks a folder for the results of a run, with or without CSV: creates it if it is missing, and completes or
    /// removes what a killed run left unfinished. Call it before anything is computed.
    ///
    /// # Errors
    /// If the path is a file, the folder has files that plenary did not write, another run uses it, or it cannot be
    /// written. Nothing in it is changed then.
    pub fn prepare(path: &Path, csv: bool) -> Result<Self, TableError> {
        let extensions: &[&str] = if csv { &["parquet", "csv"] } else { &["parquet"] };
        let of_tables = TABLES.iter().flat_map(|table| extensions.iter().map(move |e| format!("{}.{e}", table.name)));
        let names: Vec<String> = of_tables.chain([CODEBOOK, THEME_REGISTRY].map(str::to_owned)).collect();
        Self::take(path, MARKER, &names)
    }
}

/// The tables of the documents of a run, or of a part of it, while they are written. Dropped before
/// [`Closed::publish`], they are removed, and earlier results are unchanged.
pub struct Writer<'r> {
    sink: Sink<'r>,
    study: StudyInfo,
    vector_width: usize,
    sheets: Sheets,
    draft: Sheet,
}

/// The tables that are open, by name.
struct Sheets(BTreeMap<&'static str, Sheet>);

impl Sheets {
    fn begin(sink: &Sink, tables: &[Table], study: &StudyInfo, vector_width: usize) -> Result<Self, TableError> {
        let begin = |table: &Table| {
            let schema = schema_of(table, study, vector_width);
            let sheet = Sheet::begin(sink, table.name, schema, Csv::of(study))?;
            Ok((table.name, sheet))
        };
        tables.iter().map(begin).collect::<Result<_, _>>().map(Sheets)
    }

    /// Completes all tables.
    fn finish(self, sink: &mut Sink) -> Result<Vec<WrittenFile>, TableError> {
        let mut files = Vec::new();
        for (_, sheet) in self.0 {
            files.extend(sheet.finish(sink)?);
        }
        Ok(files)
    }

    /// Adds rows to a table.
    fn add(&mut self, table: Table, frame: PolarsResult<DataFrame>) -> Result<(), TableError> {
        let frame = frame.map_err(|source| store_error(table.name, source))?;
        let sheet = self.0.get_mut(table.name).ok_or_else(|| {
            let problem = format!("{} more rows: it is complete", frame.height());
            TableError::NoPlace { table: table.name, problem }
        })?;
        sheet.add(frame)
    }
}

impl<'r> Writer<'r> {
    /// Starts the tables of a run in a folder, with CSV if the study requests it; `vector_width` is the number of dimensions
    /// of the embedding.
    pub fn begin(folder: &'r OutputFolder, study: &StudyInfo, vector_width: usize) -> Result<Self, TableError> {
        Self::begin_in(Sink::folder(folder)?, study, vector_width)
    }

    /// Starts the tables of a run in memory.
    pub fn in_memory(study: &StudyInfo, vector_width: usize) -> Result<Self, TableError> {
        Self::begin_in(Sink::memory(), study, vector_width)
    }

    fn begin_in(sink: Sink<'r>, study: &StudyInfo, vector_width: usize) -> Result<Self, TableError> {
        let sheets = Sheets::begin(&sink, &OF_PART, study, vector_width)?;
        let draft = Sheet::begin(&sink, DRAFT, schema_of(&AnalysisRow::TABLE, study, vector_width), None)?;
        Ok(Self { sink, study: study.clone(), vector_width, sheets, draft })
    }

    /// Adds the blocks and utterances of a document.
    pub fn transcript(&mut self, transcript: &Transcript) -> Result<(), TableError> {
        self.sheets.add(BlockRow::TABLE, BlockRow::frame(&rows::blocks(transcript)))?;
        self.sheets.add(UtteranceRow::TABLE, UtteranceRow::frame(&rows::utterances(transcript)))
    }

    /// Adds segments with everything that was measured of them.
    pub fn segments(&mut self, part: &Measured) -> Result<(), TableError> {
        part.check(&self.study)?;
        let sheets = &mut self.sheets;
        sheets.add(SegmentRow::TABLE, SegmentRow::frame(&rows::segments(part)))?;
        sheets.add(EmbeddingRow::TABLE, EmbeddingRow::frame(&rows::embeddings(part)))?;
        sheets.add(SentimentRow::TABLE, SentimentRow::frame(&rows::sentiment(part)))?;
        sheets.add(ThemeCodeRow::TABLE, ThemeCodeRow::frame(&rows::theme_codes(part)))?;
        let variables = rows::variable_codes(part, &self.study);
        sheets.add(VariableCodeRow::TABLE, VariableCodeRow::frame(&variables))?;
        let codings = rows::codings(part, &self.study);
        sheets.add(CodingRow::TABLE, CodingRow::frame(&codings))?;
        let draft = rows::analysis(part);
        let ids: Vec<&str> = draft.iter().map(|row| row.segment_id).collect();
        let stance = rows::stance_view(&rows::shown(part, &codings), &ids, &self.study)?;
        sheets.add(StanceRow::TABLE, StanceRow::frame(&stance.rows))?;
        let frame = AnalysisRow::frame(&draft).and_then(|mut frame| {
            for column in stance.columns.into_iter().chain(rows::code_columns(part, &self.study)) {
                frame.with_column(column)?;
            }
            Ok(frame)
        });
        self.draft.add(frame.map_err(|source| store_error(AnalysisRow::TABLE.name, source))?)
    }

    /// Completes the tables of the documents, so that they can be read again.
    pub fn finish(self) -> Result<PartTables<'r>, TableError> {
        let Self { mut sink, study, vector_width, sheets, draft } = self;
        let mut files = sheets.finish(&mut sink)?;
        files.extend(draft.finish(&mut sink)?);
        let source = sink.source();
        Ok(PartTables { sink: Some(sink), source, study, vector_width, files })
    }
}

/// The tables of the documents of a run. The tables of the corpus as a whole are open.
pub struct Closed<'r> {
    pub(super) sink: Sink<'r>,
    pub(super) study: StudyInfo,
    pub(super) vector_width: usize,
    sheets: Sheets,
    pub(super) done: Vec<WrittenFile>,
    pub(super) n_segments: usize,
}

impl<'r> Closed<'r> {
    /// Starts the tables of the corpus as a whole beside those of its documents, `done`, which are in `sink`.
    pub(super) fn begin(
        sink: Sink<'r>,
        study: StudyInfo,
        vector_width: usize,
        mut done: Vec<WrittenFile>,
        added: &AddedColumns,
    ) -> Result<Self, TableError> {
        let AddedColumns { variables, dictionaries } = added.clone();
        let study = StudyInfo { variables, dictionaries, ..study };
        let of_corpus: Vec<Table> = TABLES.iter().copied().filter(|table| !OF_PART.contains(table)).collect();
        let sheets = Sheets::begin(&sink, &of_corpus, &study, vector_width)?;
        let draft = format!("{DRAFT}.parquet");
        let n_segments = done.iter().find(|file| file.name == draft).and_then(|file| file.rows).unwrap_or(0);
        done.retain(|file| file.name != draft);
        Ok(Self { sink, study, vector_width, sheets, done, n_segments })
    }
}

impl Closed<'_> {
    /// Reads vectors (`[segments, dimensions]`) and texts of all segments again, some at a time and in their order.
    ///
    /// # Errors
    /// The errors of `take`, and [`TableError`] if the files cannot be read.
    pub fn again<E: From<TableError>>(
        &self,
        take: impl FnMut(ArrayView2<f32>, &[&str]) -> Result<(), E>,
    ) -> Result<(), E> {
        read_again(&self.sink.source(), self.n_segments, self.vector_width, take)
    }

    /// Reads the texts of all segments again, some at a time and in their order.
    ///
    /// # Errors
    /// As [`Closed::again`].
    pub fn texts<E: From<TableError>>(&self, mut take: impl FnMut(&[&str]) -> Result<(), E>) -> Result<(), E> {
        for first in (0..self.n_segments).step_by(GROUP) {
            let frame = read(&self.sink.source(), DRAFT, Some("text"), first, GROUP)?;
            let texts = column::<&str>(&frame, "text").map_err(TableError::from)?;
            let texts: Vec<&str> = texts.into_iter().map(Option::unwrap_or_default).collect();
            take(&texts)?;
        }
        Ok(())
    }

    /// Adds the themes with their documents: their table, and the theme of every segment in `segment_themes` and `analysis`, which also
    /// gets the persons and the study's variables from `documents`, and the counts of dictionaries, `counts`, one row per segment for each of
    /// their columns. `procedure` has one entry per segment, or none at all.
    pub fn themes(
        &mut self,
        themes: &Themes,
        documents_of: &DocumentsOfThemes,
        procedure: &[Option<ProcedureMark>],
        documents: &[Summary],
        counts: &[Vec<u32>],
    ) -> Result<(), TableError> {
        let known = rows::Known::of(documents);
        rows::check_themes(themes, documents_of, procedure, self.n_segments)?;
        rows::check_counts(counts, &self.study.dictionaries, self.n_segments)?;
        let mut exemplars: BTreeMap<usize, String> =
            themes.themes.iter().flat_map(|theme| &theme.exemplars).map(|&row| (row, String::new())).collect();
        for first in (0..self.n_segments).step_by(GROUP) {
            let mut part = read(&self.sink.source(), DRAFT, None, first, GROUP)?;
            let n = part.height();
            let assigned = themes.assignments.get(first..first + n).unwrap_or_default();
            let fail = |source| store_error(AnalysisRow::TABLE.name, source);
            let ids = part.column("segment_id").and_then(|c| Ok(c.str()?.rechunk().into_owned())).map_err(fail)?;
            let ids: Vec<&str> = ids.iter().map(Option::unwrap_or_default).collect();
            for (row, id) in exemplars.range_mut(first..first + n) {
                ids[row - first].clone_into(id);
            }
            let marks = procedure.get(first..first + n).unwrap_or_default();
            let places = rows::segment_themes(themes, &ids, assigned, marks);
            self.sheets.add(SegmentThemeRow::TABLE, SegmentThemeRow::frame(&places))?;
            for column in rows::theme_columns(themes, assigned, marks, n) {
                part.with_column(column).map_err(fail)?;
            }
            for column in rows::dictionary_columns(&self.study.dictionaries, counts, first..first + n) {
                part.with_column(column).map_err(fail)?;
            }
            for column in rows::known_columns(&part, &known, &self.study.variables).map_err(fail)? {
                part.with_column(column).map_err(fail)?;
            }
            self.sheets.add(AnalysisRow::TABLE, Ok(part))?;
        }
        self.sheets.add(ThemeHistoryRow::TABLE, ThemeHistoryRow::frame(&rows::theme_history(themes)))?;
        let groups = rows::theme_groups(themes, &documents_of.of_groups);
        self.sheets.add(ThemeGroupRow::TABLE, ThemeGroupRow::frame(&groups))?;
        let rows = rows::themes(themes, &documents_of.of_themes, &exemplars);
        self.sheets.add(ThemeRow::TABLE, ThemeRow::frame(&rows))
    }

    /// Adds a theme in each of the periods.
    pub fn theme_periods(
        &mut self,
        theme_id: &str,
        periods: &[PeriodOfTime],
        of_theme: &[ThemePeriod],
    ) -> Result<(), TableError> {
        let rows = rows::theme_periods(theme_id, periods, of_theme);
        self.sheets.add(ThemePeriodRow::TABLE, ThemePeriodRow::frame(&rows))
    }

    /// Adds estimates.
    pub fn estimates(&mut self, estimates: &[Estimate]) -> Result<(), TableError> {
        let rows: Vec<EstimateRow> = estimates.iter().map(rows::estimate).collect();
        self.sheets.add(EstimateRow::TABLE, EstimateRow::frame(&rows))
    }

    /// Adds the estimates of one grouping.
    pub fn group_estimates(&mut self, groups: &rows::Groups) -> Result<(), TableError> {
        self.sheets.add(GroupEstimateRow::TABLE, GroupEstimateRow::frame(&rows::group_estimates(groups)))
    }

    /// Adds the exchanges of a document, whose utterances have these ids.
    pub fn exchanges(
        &mut self,
        document: &Summary,
        utterance_ids: &[&str],
        exchanges: &[PlacedExchange],
    ) -> Result<(), TableError> {
        let rows = rows::exchanges(document, utterance_ids, exchanges)?;
        self.sheets.add(ExchangeRow::TABLE, ExchangeRow::frame(&rows))
    }

    /// Adds the words that patterns of dictionaries matched.
    pub fn dictionary_terms(&mut self, terms: &[DictionaryTerm]) -> Result<(), TableError> {
        let rows: Vec<DictionaryTermRow> = terms.iter().map(rows::dictionary_term).collect();
        self.sheets.add(DictionaryTermRow::TABLE, DictionaryTermRow::frame(&rows))
    }

    /// Adds terms of groups.
    pub fn keyness(&mut self, terms: &[KeyTerm]) -> Result<(), TableError> {
        let rows: Vec<KeynessRow> = terms.iter().map(rows::key_term).collect();
        self.sheets.add(KeynessRow::TABLE, KeynessRow::frame(&rows))
    }

    /// Adds labels of turns and speakers.
    pub fn group_stance(&mut self, groups: &[GroupStance]) -> Result<(), TableError> {
        let rows: Vec<GroupStanceRow> = groups.iter().map(rows::group_stance).collect();
        self.sheets.add(GroupStanceRow::TABLE, GroupStanceRow::frame(&rows))
    }

    /// Adds how far the texts of new documents are from those of learned coders, each with the id of the coder.
    pub fn coder_inputs(&mut self, drifts: &[(String, InputDrift)]) -> Result<(), TableError> {
        let rows: Vec<CoderInputsRow> = drifts.iter().map(rows::coder_inputs).collect();
        self.sheets.add(CoderInputsRow::TABLE, CoderInputsRow::frame(&rows))
    }

    /// Adds from which evidence on units take a side.
    pub fn neither_thresholds(&mut self, thresholds: &[NeitherThreshold]) -> Result<(), TableError> {
        let rows: Vec<NeitherThresholdRow> = thresholds.iter().map(rows::neither_threshold).collect();
        self.sheets.add(NeitherThresholdRow::TABLE, NeitherThresholdRow::frame(&rows))
    }

    /// Adds how far coders agree.
    pub fn agreement(&mut self, pairs: &[(CoderAgreement, Coefficients)]) -> Result<(), TableError> {
        let rows: Vec<AgreementRow> = pairs.iter().map(rows::agreement).collect();
        self.sheets.add(AgreementRow::TABLE, AgreementRow::frame(&rows))
    }

    /// Adds what is known of the run as a whole, completes all tables and, in a folder, replaces earlier results.
    ///
    /// # Errors
    /// If a file cannot be written: earlier results are then unchanged, except after [`TableError::Install`], which the
    /// next run repairs.
    pub fn publish(self, closing: &Closing) -> Result<Results, TableError> {
        closing.check()?;
        let Self { mut sink, study, mut sheets, done: mut files, .. } = self;
        let documents = DocumentRow::frame(&rows::documents(closing.documents, closing.other_paths));
        let of_documents = closing.documents.iter().map(|document| &document.front.variables);
        sheets
            .add(DocumentRow::TABLE, with_variables(documents, DocumentRow::TABLE, &study.variables, of_documents))?;
        let speakers = SpeakerRow::frame(&rows::speakers(closing.documents));
        let of_speakers = closing.documents.iter().flat_map(|document| &document.speakers).map(|s| &s.variables);
        sheets.add(SpeakerRow::TABLE, with_variables(speakers, SpeakerRow::TABLE, &study.variables, of_speakers))?;
        let people = PersonRow::frame(&rows::people(closing));
        let of_people = closing.people.iter().map(|person| &person.variables);
        sheets.add(PersonRow::TABLE, with_variables(people, PersonRow::TABLE, &study.variables, of_people))?;
        sheets.add(IssueRow::TABLE, IssueRow::frame(&rows::issues(closing)))?;
        sheets.add(FailureRow::TABLE, FailureRow::frame(&rows::failures(closing.failures)))?;
        sheets.add(CodebookRow::TABLE, CodebookRow::frame(&codebook::rows(&study)))?;
        let of_part = |table: Table| {
            let name = format!("{}.parquet", table.name);
            files.iter().find(|file| file.name == name).and_then(|file| file.rows)
        };
        let n_rows = |table: Table| of_part(table).or_else(|| sheets.0.get(table.name).map(Sheet::n_rows)).unwrap_or(0);
        let run = rows::run(closing, &study, n_rows);
        sheets.add(RunRow::TABLE, RunRow::frame(std::slice::from_ref(&run)))?;

        files.extend(sheets.finish(&mut sink)?);
        sink.remove(&format!("{DRAFT}.parquet"))?;
        if !closing.registry.is_empty() {
            files.push(sink.write(THEME_REGISTRY, closing.registry)?);
        }
        files.push(sink.write(CODEBOOK, codebook_md(&study, study.csv).as_bytes())?);
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let record = record::write(&run, &study, &closing.record.origin, &files)
            .map_err(|source| TableError::Record { source })?;
        sink.write(MARKER, record.as_bytes())?;
        Ok(Results::written(sink.publish()?, record.as_bytes())?)
    }
}

/// Vectors and texts of all segments, some at a time and in their order.
pub(super) fn read_again<E: From<TableError>>(
    source: &Source,
    n_segments: usize,
    vector_width: usize,
    mut take: impl FnMut(ArrayView2<f32>, &[&str]) -> Result<(), E>,
) -> Result<(), E> {
    for first in (0..n_segments).step_by(GROUP) {
        let vectors = read(source, EmbeddingRow::TABLE.name, Some("vector"), first, GROUP)?;
        let texts = read(source, DRAFT, Some("text"), first, GROUP)?;
        let fail = |source| store_error(DRAFT, source);
        let lists = vectors.column("vector").and_then(|c| Ok(c.array()?.rechunk().get_inner())).map_err(fail)?;
        let numbers = lists.f32().map_err(fail)?.rechunk();
        let numbers = numbers.cont_slice().map_err(fail)?;
        let texts = texts.column("text").and_then(|c| Ok(c.str()?.rechunk().into_owned())).map_err(fail)?;
        let texts: Vec<&str> = texts.iter().map(Option::unwrap_or_default).collect();
        let vectors = ArrayView2::from_shape((texts.len(), vector_width), numbers).map_err(|_| {
            let (found, expected) = (numbers.len(), texts.len() * vector_width);
            TableError::Misfit { what: "numbers of vectors read again".into(), found, expected }
        })?;
        take(vectors, &texts)?;
    }
    Ok(())
}

/// The rows `first..first + n` of a table, of one column or of all.
pub(super) fn read(
    source: &Source,
    name: &str,
    column: Option<&str>,
    first: usize,
    n: usize,
) -> Result<DataFrame, TableError> {
    let columns = column.map(|column| vec![column.to_owned()]);
    let read = source.rows(&format!("{name}.parquet"), columns.as_deref(), first, n);
    read.map_err(|source| store_error(name, source))
}

/// A frame with the columns of the study's variables.
pub(super) fn with_variables<'v>(
    frame: PolarsResult<DataFrame>,
    table: Table,
    variables: &[Variable],
    values: impl Iterator<Item = &'v Variables> + Clone,
) -> PolarsResult<DataFrame> {
    let mut frame = frame?;
    for variable in variables.iter().filter(|variable| variable.is_in(&table)) {
        let cells = values.clone().map(|values| values.get(&variable.name).map(String::as_str));
        frame.with_column(variable.column(cells)?)?;
    }
    Ok(frame)
}

/// The columns of a table, including those that the study adds.
pub(super) fn schema_of(table: &Table, study: &StudyInfo, vector_width: usize) -> Schema {
    let fixed = table.columns.iter().map(|column| Field::new(column.name.into(), column.kind.dtype(vector_width)));
    let of_targets = study.targets.iter().filter(|_| *table == AnalysisRow::TABLE);
    let of_targets = of_targets.map(|target| Field::new(stance_column(target).into(), STANCE_KIND.dtype(vector_width)));
    let codes = study.codes.iter().filter(|_| *table == AnalysisRow::TABLE);
    let codes = codes.map(|variable| Field::new(code_column(&variable.id).into(), CODE_KIND.dtype(vector_width)));
    let counts = study.dictionaries.iter().filter(|_| *table == AnalysisRow::TABLE);
    let counts = counts.map(|column| Field::new(column.name.as_str().into(), DICTIONARY_KIND.dtype(vector_width)));
    let variables = study.variables.iter().filter(|variable| variable.is_in(table));
    let variables =
        variables.map(|variable| Field::new(variable.name.as_str().into(), variable.r#type.kind().dtype(vector_width)));
    fixed.chain(of_targets).chain(codes).chain(counts).chain(variables).collect()
}

pub(super) fn store_error(table: &str, source: PolarsError) -> TableError {
    TableError::Store { table: table.to_owned(), source }
}

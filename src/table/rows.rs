//! What a run computed to the rows of its tables.
//!
//! In: a [`Run`], everything the stages returned. Out: [`Rows`]. Refuses a run whose parts do not fit each other
//! (more scores than segments, say). What a column is called and means is `schema`'s, how it is stored `writer`'s.
//! Rows come in the order of the transcripts and, within one, of the text; nothing is sorted or dropped here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Time;

use super::TableError;
use super::codebook;
use super::schema::*;
use crate::corpus::{Segment, Transcript};
use crate::estimate::Estimate;
use crate::measure::{Embeddings, Sentiment, Stance, StanceScore};
use crate::study::{Study, Target};
use crate::themes::Themes;

/// A model that a run used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRecord {
    pub id: String,
    /// sha256 of the model's file, 64 hex digits.
    pub sha256: String,
}

/// What a run was. Name of the study and seed come from the study, the counts from the tables, the version from the
/// program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    pub run_id: String,
    /// sha256 of the study as it was read, 64 hex digits.
    pub study_sha256: String,
    pub engine: String,
    pub models: Vec<ModelRecord>,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
}

/// An input that could not be used, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The path as the user gave it.
    pub path: String,
    /// Where it failed: `read`, `attribute`, ...
    pub stage: String,
    pub error: String,
    /// What the user can do about it.
    pub hint: String,
}

/// Everything a run computed. "Every segment" is the segments of the first transcript, then those of the second,
/// and so on: the scores below have one row per segment in this order.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    pub record: &'a RunRecord,
    pub study: &'a Study,
    /// One per document, sorted by path, so that the tables do not depend on the order of the inputs.
    pub transcripts: &'a [Transcript],
    /// Other inputs with the same bytes, by `document_id`. Documents without any need no entry.
    pub other_paths: &'a BTreeMap<String, Vec<String>>,
    pub embeddings: &'a Embeddings,
    pub sentiment: &'a Sentiment,
    /// `None` where the study has no target.
    pub stance: Option<&'a Stance>,
    /// Without themes and assignments where none were found.
    pub themes: &'a Themes,
    pub estimates: &'a [Estimate],
    pub failures: &'a [Failure],
}

impl Run<'_> {
    /// Whether some model did not see the end of a segment. A pair is cut sooner than a text alone.
    fn was_cut(&self, row: usize) -> bool {
        self.embeddings.truncated[row]
            || self.sentiment.truncated[row]
            || self.stance.is_some_and(|stance| stance.scores.iter().any(|of_target| of_target[row].truncated))
    }
}

/// The rows of all tables of a run.
///
/// # Errors
/// [`TableError::Misfit`] where two parts of the run do not fit each other.
pub fn rows<'a>(run: &Run<'a>) -> Result<Rows<'a>, TableError> {
    check(run)?;
    let segments: Vec<(&Transcript, &Segment)> = run
        .transcripts
        .iter()
        .flat_map(|transcript| transcript.segments.iter().map(move |s| (transcript, s)))
        .collect();

    let mut rows = Rows {
        documents: run.transcripts.iter().map(|transcript| document(run, transcript)).collect(),
        speakers: run.transcripts.iter().flat_map(speakers).collect(),
        blocks: run.transcripts.iter().flat_map(blocks).collect(),
        utterances: run.transcripts.iter().flat_map(utterances).collect(),
        segments: segments.iter().enumerate().map(|(row, &(t, s))| segment(run, t, s, row)).collect(),
        embeddings: segments.iter().zip(vectors(run.embeddings)).map(|(&(_, s), v)| embedding(run, s, v)).collect(),
        sentiment: segments.iter().enumerate().map(|(row, &(_, s))| sentiment(run, s, row)).collect(),
        stance: stance(run, &segments),
        themes: themes(run.themes, &segments),
        segment_themes: segment_themes(run.themes, &segments),
        estimates: run.estimates.iter().map(estimate).collect(),
        analysis: segments.iter().enumerate().map(|(row, &(t, s))| analysis(run, t, s, row)).collect(),
        failures: run.failures.iter().map(failure).collect(),
        codebook: codebook::rows(run.study),
        stance_columns: stance_columns(run, segments.len()),
        runs: Vec::new(),
    };
    let run_row = run_row(run, &rows);
    rows.runs.push(run_row);
    Ok(rows)
}

/// The parts that are parallel to each other are of one length, and what points into another part hits it.
fn check(run: &Run) -> Result<(), TableError> {
    let n_segments: usize = run.transcripts.iter().map(|transcript| transcript.segments.len()).sum();
    let fits = |what: &str, found: usize, expected: usize| {
        if found == expected { Ok(()) } else { Err(TableError::Misfit { what: what.to_owned(), found, expected }) }
    };
    let within = |what: &str, found: usize, bound: usize| {
        if found < bound { Ok(()) } else { Err(TableError::Misfit { what: what.to_owned(), found, expected: bound }) }
    };
    fits("rows of vectors", run.embeddings.vectors.nrows(), n_segments)?;
    fits("token counts", run.embeddings.n_tokens.len(), n_segments)?;
    fits("marks of cut texts", run.embeddings.truncated.len(), n_segments)?;
    fits("marks of cut texts for sentiment", run.sentiment.truncated.len(), n_segments)?;
    fits("sentiment scores", run.sentiment.scores.len(), n_segments)?;
    if !run.themes.themes.is_empty() || !run.themes.assignments.is_empty() {
        fits("themes of segments", run.themes.assignments.len(), n_segments)?;
    }
    for assignment in &run.themes.assignments {
        within("theme of a segment", assignment.theme, run.themes.themes.len())?;
    }
    for &exemplar in run.themes.themes.iter().flat_map(|theme| &theme.exemplars) {
        within("exemplar of a theme", exemplar, n_segments)?;
    }
    if let Some(stance) = run.stance {
        fits("targets with stance", stance.scores.len(), run.study.targets.len())?;
        for (target, scores) in run.study.targets.iter().zip(&stance.scores) {
            fits(&format!("stance scores towards `{}`", target.id), scores.len(), n_segments)?;
        }
    }
    Ok(())
}

/// The vectors as slices; they are stored by row, or else not at all.
fn vectors(embeddings: &Embeddings) -> impl Iterator<Item = &[f32]> {
    embeddings.vectors.rows().into_iter().map(|row| row.to_slice().unwrap_or_default())
}

fn run_row<'a>(run: &Run<'a>, rows: &Rows<'a>) -> RunRow<'a> {
    let record = run.record;
    RunRow {
        run_id: &record.run_id,
        plenary_version: super::VERSION,
        study_name: &run.study.study.name,
        study_sha256: &record.study_sha256,
        engine: &record.engine,
        models: record.models.iter().map(|model| format!("{} {}", model.id, model.sha256)).collect(),
        seed: run.study.study.seed,
        n_documents: count(rows.documents.len()),
        n_speakers: count(rows.speakers.len()),
        n_utterances: count(rows.utterances.len()),
        n_segments: count(rows.segments.len()),
        n_themes: count(rows.themes.len()),
        n_failures: count(rows.failures.len()),
        started_at: record.started_at,
        finished_at: record.finished_at,
    }
}

fn document<'a>(run: &Run<'a>, transcript: &'a Transcript) -> DocumentRow<'a> {
    let (document, front) = (&transcript.document, &transcript.front);
    DocumentRow {
        document_id: &document.document_id,
        path: &document.path,
        other_paths: run.other_paths.get(&document.document_id).cloned().unwrap_or_default(),
        format: document.format.as_str(),
        encoding: &document.encoding,
        sha256: &document.sha256,
        bytes: i64::try_from(document.n_bytes).unwrap_or(i64::MAX),
        title: front.title.as_deref(),
        event: front.event.as_deref(),
        panel: front.panel.as_deref(),
        session: front.session.as_deref(),
        date: front.date,
        time_start: front.time_start.map(hours_and_minutes),
        time_end: front.time_end.map(hours_and_minutes),
        language: transcript.language.as_deref(),
        style: &transcript.style,
        style_confidence: transcript.style_confidence,
        n_speakers: count(transcript.speakers.len()),
        n_utterances: count(transcript.utterances.len()),
        n_segments: count(transcript.segments.len()),
        n_words: count(transcript.n_words()),
        needs_review: transcript.needs_review,
        warnings: transcript.warnings.clone(),
    }
}

fn speakers(transcript: &Transcript) -> impl Iterator<Item = SpeakerRow<'_>> {
    transcript.speakers.iter().map(|speaker| SpeakerRow {
        speaker_id: &speaker.speaker_id,
        document_id: &transcript.document.document_id,
        person_id: &speaker.person_id,
        name_as_printed: &speaker.name_as_printed,
        honorific: speaker.honorific.as_deref(),
        name: &speaker.name,
        title: speaker.title.as_deref(),
        affiliation: speaker.affiliation.as_deref(),
        country: speaker.country.as_deref(),
        party: speaker.party.as_deref(),
        role: speaker.role.as_str(),
        n_utterances: count(speaker.n_utterances),
        n_words: count(speaker.n_words),
        confidence: speaker.confidence,
    })
}

fn blocks(transcript: &Transcript) -> impl Iterator<Item = BlockRow<'_>> {
    transcript.blocks.iter().map(|block| BlockRow {
        block_id: &block.block_id,
        document_id: &transcript.document.document_id,
        position: count(block.position),
        kind: block.kind.as_str(),
        start: offset(block.span.start),
        end: offset(block.span.end),
        line_start: count(block.line_start),
        line_end: count(block.line_end),
        page: block.page,
        utterance_id: block.utterance.map(|u| transcript.utterances[u].utterance_id.as_str()),
    })
}

fn utterances(transcript: &Transcript) -> impl Iterator<Item = UtteranceRow<'_>> {
    transcript.utterances.iter().map(|utterance| UtteranceRow {
        utterance_id: &utterance.utterance_id,
        document_id: &transcript.document.document_id,
        speaker_id: utterance.speaker.map(|s| transcript.speakers[s].speaker_id.as_str()),
        position: count(utterance.position),
        text: &utterance.text,
        start: offset(utterance.span.start),
        end: offset(utterance.span.end),
        time_start_s: utterance.time_start_s,
        time_end_s: utterance.time_end_s,
        carried: transcript.turn_of(utterance).and_then(|turn| turn.carried.as_deref()),
        n_words: count(utterance.n_words),
        boundary_confidence: utterance.boundary_confidence,
        needs_review: utterance.needs_review,
        evidence: &utterance.evidence,
    })
}

fn segment<'a>(run: &Run<'a>, transcript: &'a Transcript, segment: &'a Segment, row: usize) -> SegmentRow<'a> {
    SegmentRow {
        segment_id: &segment.segment_id,
        utterance_id: &transcript.utterances[segment.utterance].utterance_id,
        document_id: &transcript.document.document_id,
        speaker_id: transcript.speaker_of(segment).map(|speaker| speaker.speaker_id.as_str()),
        position: count(segment.position),
        text: &segment.text,
        start: offset(segment.span.start),
        end: offset(segment.span.end),
        n_words: count(segment.n_words),
        n_tokens: run.embeddings.n_tokens[row],
        truncated: run.was_cut(row),
    }
}

fn embedding<'a>(run: &Run<'a>, segment: &'a Segment, vector: &'a [f32]) -> EmbeddingRow<'a> {
    EmbeddingRow { segment_id: &segment.segment_id, model_id: &run.embeddings.model_id, vector }
}

fn sentiment<'a>(run: &Run<'a>, segment: &'a Segment, row: usize) -> SentimentRow<'a> {
    let score = run.sentiment.scores[row];
    SentimentRow {
        segment_id: &segment.segment_id,
        model_id: &run.sentiment.model_id,
        negative: score.negative,
        neutral: score.neutral,
        positive: score.positive,
        score: score.score(),
        label: score.label(),
    }
}

/// All segments of the first target, then of the second: a target's rows lie together.
fn stance<'a>(run: &Run<'a>, segments: &[(&'a Transcript, &'a Segment)]) -> Vec<StanceRow<'a>> {
    let Some(stance) = run.stance else { return Vec::new() };
    let mut rows = Vec::with_capacity(stance.scores.len() * segments.len());
    for (target, scores) in run.study.targets.iter().zip(&stance.scores) {
        rows.extend(segments.iter().zip(scores).map(|((_, segment), score)| StanceRow {
            segment_id: &segment.segment_id,
            target_id: &target.id,
            model_id: &stance.model_id,
            relevance: score.relevance,
            favor: score.favor,
            against: score.against,
            neither: score.neither,
            score: score.score(),
            label: score.label,
            reason: score.reason,
            proposition_entailment: score.proposition.entailment,
            proposition_neutral: score.proposition.neutral,
            proposition_contradiction: score.proposition.contradiction,
            negation_entailment: score.negation.map(|negation| negation.entailment),
            negation_neutral: score.negation.map(|negation| negation.neutral),
            negation_contradiction: score.negation.map(|negation| negation.contradiction),
        }));
    }
    rows
}

/// One column per target of the study, all null where no stance was scored.
fn stance_columns<'a>(run: &Run<'a>, n_segments: usize) -> Vec<(&'a Target, Vec<Option<f32>>)> {
    let targets = run.study.targets.iter().enumerate();
    targets
        .map(|(position, target)| {
            let scores = run.stance.map(|stance| &stance.scores[position]);
            let labelled = |score: &StanceScore| score.label.map(|_| score.score());
            (target, scores.map_or_else(|| vec![None; n_segments], |scores| scores.iter().map(labelled).collect()))
        })
        .collect()
}

fn themes<'a>(themes: &'a Themes, segments: &[(&'a Transcript, &'a Segment)]) -> Vec<ThemeRow<'a>> {
    let theme_rows = themes.themes.iter().map(|theme| ThemeRow {
        theme_id: &theme.theme_id,
        label: &theme.label,
        terms: theme.terms.clone(),
        term_weights: theme.term_weights.clone(),
        n_segments: count(theme.n_segments),
        n_speakers: count(theme.n_speakers),
        exemplars: theme.exemplars.iter().map(|&row| segments[row].1.segment_id.clone()).collect(),
        cohesion: theme.cohesion,
        separation: theme.separation,
        stability: theme.stability,
    });
    theme_rows.collect()
}

fn segment_themes<'a>(themes: &'a Themes, segments: &[(&'a Transcript, &'a Segment)]) -> Vec<SegmentThemeRow<'a>> {
    let rows = segments.iter().zip(&themes.assignments).map(|((_, segment), assignment)| SegmentThemeRow {
        segment_id: &segment.segment_id,
        theme_id: &themes.themes[assignment.theme].theme_id,
        probability: assignment.probability,
        reason: assignment.reason.as_str(),
    });
    rows.collect()
}

fn estimate(estimate: &Estimate) -> EstimateRow<'_> {
    EstimateRow {
        level: estimate.level,
        document_id: estimate.document_id.as_deref(),
        speaker_id: estimate.speaker_id.as_deref(),
        utterance_id: estimate.utterance_id.as_deref(),
        theme_id: estimate.theme_id.as_deref(),
        target_id: estimate.target_id.as_deref(),
        measure: estimate.measure,
        mean: estimate.mean,
        ci_low: estimate.ci_low,
        ci_high: estimate.ci_high,
        resampled: estimate.resampled,
        n_segments: count(estimate.n_segments),
        n_utterances: count(estimate.n_utterances),
        share_abstained: estimate.share_abstained,
    }
}

fn analysis<'a>(run: &Run<'a>, transcript: &'a Transcript, segment: &'a Segment, row: usize) -> AnalysisRow<'a> {
    let document = &transcript.document;
    let speaker = transcript.speaker_of(segment);
    let sentiment = run.sentiment.scores[row];
    let assignment = run.themes.assignments.get(row);
    let theme = assignment.map(|assignment| &run.themes.themes[assignment.theme]);
    AnalysisRow {
        segment_id: &segment.segment_id,
        utterance_id: &transcript.utterances[segment.utterance].utterance_id,
        document_id: &document.document_id,
        speaker_id: speaker.map(|speaker| speaker.speaker_id.as_str()),
        text: &segment.text,
        document: transcript.front.title.as_deref().unwrap_or_else(|| file_stem(&document.path)),
        date: transcript.front.date,
        speaker: speaker.map(|speaker| speaker.label.as_str()),
        name: speaker.map(|speaker| speaker.name.as_str()),
        role: speaker.map(|speaker| speaker.role.as_str()),
        title: speaker.and_then(|speaker| speaker.title.as_deref()),
        affiliation: speaker.and_then(|speaker| speaker.affiliation.as_deref()),
        theme_id: theme.map(|theme| theme.theme_id.as_str()),
        theme: theme.map(|theme| format!("{} {}", theme.theme_id, theme.label)),
        theme_label: theme.map(|theme| theme.label.as_str()),
        theme_probability: assignment.map(|assignment| assignment.probability),
        sentiment_score: sentiment.score(),
        sentiment_label: sentiment.label(),
    }
}

fn failure(failure: &Failure) -> FailureRow<'_> {
    FailureRow { path: &failure.path, stage: &failure.stage, error: &failure.error, hint: &failure.hint }
}

/// The file's name without its folders and its extension.
fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

fn hours_and_minutes(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Counts and positions as the tables hold them. More than four thousand million of anything does not fit into
/// memory, so the limit is never met.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A byte offset as the tables hold it; texts are never longer than `i64::MAX`.
fn offset(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

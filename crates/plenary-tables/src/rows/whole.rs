//! Rows of the whole run: documents, people, themes, estimates.

use super::{
    Closing, Coefficients, DictionaryTerm, GroupRow, Groups, Issue, KeyTerm, Other, PeriodOfTime, Person,
    PlacedExchange, ProcedureMark, ThemePeriod, count, hours_and_minutes,
};
use crate::StudyInfo;
use crate::TableError;
use crate::cells::read;
use crate::record::ModelRecord;
use crate::schema::{
    AgreementRow, CoderInputsRow, DictionaryColumn, DictionaryTermRow, DocumentRow, EstimateRow, ExchangeRow,
    FailureRow, GroupEstimateRow, GroupStanceRow, IssueRow, KeynessRow, NeitherThresholdRow, PersonRow, RunRow,
    SegmentRow, SegmentThemeRow, SpeakerRow, ThemeGroupRow, ThemeHistoryRow, ThemePeriodRow, ThemeRow, UtteranceRow,
    Variable, VariableOf, analysis_persons, analysis_themes,
};
use plenary_corpus::findings::{
    self, Assignment, CoderAgreement, Estimate, GroupStance, InputDrift, NeitherThreshold, Resampled, ThemeDocuments,
    ThemeKind, Themes,
};
use plenary_corpus::{Failure, PersonRule, Speaker, Summary, Variables, ids, style_name};
use polars_core::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PolarsResult, Series};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// The row of `runs`; `n_rows` returns the number of rows of a table.
pub(crate) fn run<'a>(
    closing: &Closing<'a>,
    study: &'a StudyInfo,
    n_rows: impl Fn(crate::Table) -> usize,
) -> RunRow<'a> {
    let record = closing.record;
    RunRow {
        run_id: &record.run_id,
        plenary_version: crate::VERSION,
        study_name: &study.name,
        study_sha256: &record.study_sha256,
        people_sha256: study.people_sha256.as_deref(),
        engine: &record.engine,
        models: record.models.iter().map(ModelRecord::joined).collect(),
        seed: study.seed,
        n_documents: count(n_rows(DocumentRow::TABLE)),
        n_speakers: count(n_rows(SpeakerRow::TABLE)),
        n_utterances: count(n_rows(UtteranceRow::TABLE)),
        n_segments: count(n_rows(SegmentRow::TABLE)),
        n_themes: count(n_rows(ThemeRow::TABLE)),
        n_failures: count(n_rows(FailureRow::TABLE)),
        started_at: record.started_at,
        finished_at: record.finished_at,
    }
}

pub(crate) fn documents<'a>(
    documents: &'a [Summary],
    other_paths: &BTreeMap<String, Vec<String>>,
) -> Vec<DocumentRow<'a>> {
    let row = |document: &'a Summary| {
        let front = &document.front;
        DocumentRow {
            document_id: &document.document_id,
            path: &document.path,
            other_paths: other_paths.get(&document.document_id).cloned().unwrap_or_default(),
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
            language: document.language.as_deref(),
            style: style_name(document.style),
            style_confidence: document.style_confidence,
            n_speakers: count(document.speakers.len()),
            n_utterances: count(document.n_utterances),
            n_segments: count(document.n_segments),
            n_words: count(document.n_words),
            n_words_unspoken: count(document.words.unspoken()),
            n_words_title: count(document.words.title),
            n_words_heading: count(document.words.heading),
            n_words_furniture: count(document.words.furniture),
            n_words_chair: count(document.words.chair),
            n_words_byline: count(document.words.byline),
            n_words_name_list: count(document.words.name_list),
            n_words_stage_note: count(document.words.stage_note),
            n_words_minutes: count(document.words.minutes),
            n_words_editorial_note: count(document.words.editorial_note),
            n_corrections: count(document.n_corrections),
            needs_review: document.needs_review,
            warnings: document.warnings.clone(),
        }
    };
    documents.iter().map(row).collect()
}

pub(crate) fn speakers(documents: &[Summary]) -> Vec<SpeakerRow<'_>> {
    let speakers = documents.iter().flat_map(|document| document.speakers.iter().map(move |s| (document, s)));
    let rows = speakers.map(|(document, speaker)| SpeakerRow {
        speaker_id: &speaker.speaker_id,
        document_id: &document.document_id,
        person_id: &speaker.person_id,
        person_rule: speaker.person_rule.map(PersonRule::as_str),
        person_confidence: speaker.person_rule.map(PersonRule::confidence),
        name_as_printed: &speaker.name_as_printed,
        honorific: speaker.details.honorific.as_deref(),
        name: &speaker.name,
        title: speaker.details.title.as_deref(),
        affiliation: speaker.details.affiliation.as_deref(),
        country: speaker.details.country.as_deref(),
        constituency: speaker.details.constituency.as_deref(),
        party: speaker.details.party.as_deref(),
        sex: speaker.details.sex.as_deref(),
        role: speaker.role.as_str(),
        n_utterances: count(speaker.n_utterances),
        n_words: count(speaker.n_words),
        confidence: speaker.confidence,
        link_rule: speaker.link_rule.as_str(),
        link_confidence: speaker.link_confidence,
        evidence_block_ids: speaker.evidence_block_ids.clone(),
    });
    rows.collect()
}

/// The rows of `themes`, whose documents are `documents`; `exemplars` maps the row of each exemplar to its segment id.
pub(crate) fn themes<'a>(
    themes: &'a Themes,
    documents: &[ThemeDocuments],
    exemplars: &BTreeMap<usize, String>,
) -> Vec<ThemeRow<'a>> {
    let theme_rows = themes.themes.iter().zip(documents).map(|(theme, documents)| ThemeRow {
        theme_id: &theme.theme_id,
        kind: theme.kind().as_str(),
        label: &theme.label,
        name: theme.name.as_deref(),
        description: theme.description.as_deref(),
        endpoint_label: theme.endpoint_label.as_ref().and_then(|asked| asked.label.as_deref().ok()),
        endpoint_label_reason: theme
            .endpoint_label
            .as_ref()
            .and_then(|asked| Some(asked.label.as_ref().err()?.as_str())),
        endpoint_label_model: theme.endpoint_label.as_ref().map(|asked| asked.model.as_str()),
        endpoint_label_answer: theme.endpoint_label.as_ref().map(|asked| asked.answer.as_str()),
        terms: theme.terms.clone(),
        term_weights: theme.term_weights.clone(),
        n_segments: count(theme.n_segments),
        n_speakers: count(theme.n_speakers),
        n_documents: count(documents.n_documents),
        first_date: documents.dates.map(|(first, _)| first),
        last_date: documents.dates.map(|(_, last)| last),
        exemplars: theme.exemplars.iter().filter_map(|row| exemplars.get(row).cloned()).collect(),
        cohesion: theme.cohesion,
        separation: theme.separation,
        stability: theme.stability,
        centroid: &theme.centroid,
        group_id: theme.group.and_then(|group| Some(themes.groups.get(group)?.group_id.as_str())),
    });
    theme_rows.collect()
}

/// The rows of `theme_groups`, whose documents are `documents`.
pub(crate) fn theme_groups<'a>(themes: &'a Themes, documents: &[ThemeDocuments]) -> Vec<ThemeGroupRow<'a>> {
    let rows = themes.groups.iter().zip(documents).map(|(group, documents)| ThemeGroupRow {
        group_id: &group.group_id,
        label: &group.label,
        terms: group.terms.clone(),
        term_weights: group.term_weights.clone(),
        n_themes: count(group.n_themes),
        n_segments: count(group.n_segments),
        n_speakers: count(group.n_speakers),
        n_documents: count(documents.n_documents),
        first_date: documents.dates.map(|(first, _)| first),
        last_date: documents.dates.map(|(_, last)| last),
    });
    rows.collect()
}

/// The rows of `theme_history`.
pub(crate) fn theme_history(themes: &Themes) -> Vec<ThemeHistoryRow<'_>> {
    let rows = themes.history.iter().map(|change| ThemeHistoryRow {
        theme_id: change.theme_id.as_deref(),
        previous_theme_id: change.previous_theme_id.as_deref(),
        change: change.change.as_str(),
        n_before: count(change.n_before),
        n_again: count(change.n_again),
        n_shared: count(change.n_shared),
        n_new: count(change.n_new),
        share: change.share,
        jaccard: change.jaccard,
        centroid_cosine: change.centroid_cosine,
        terms_kept: change.terms_kept,
    });
    rows.collect()
}

/// The rows of `themes_over_time` of one theme, one per period.
pub(crate) fn theme_periods<'a>(
    theme_id: &'a str,
    periods: &'a [PeriodOfTime],
    of_theme: &[ThemePeriod],
) -> Vec<ThemePeriodRow<'a>> {
    let rows = periods.iter().zip(of_theme).map(|(period, own)| ThemePeriodRow {
        theme_id,
        period: &period.name,
        period_start: period.start,
        n_documents: count(period.n_documents),
        n_segments: period.n_segments,
        n_words: period.n_words,
        n_theme_segments: own.n_segments,
        n_theme_words: own.n_words,
        share_of_segments: own.share_of_segments,
        segments_ci_low: own.segments_interval.map(|(low, _)| low),
        segments_ci_high: own.segments_interval.map(|(_, high)| high),
        share_of_words: own.share_of_words,
        words_ci_low: own.words_interval.map(|(low, _)| low),
        words_ci_high: own.words_interval.map(|(_, high)| high),
        is_burst: own.is_burst,
        burst_weight: own.burst_weight,
    });
    rows.collect()
}

pub(crate) fn segment_themes<'a>(
    themes: &'a Themes,
    segment_ids: &[&'a str],
    assigned: &[Assignment],
    procedure: &[Option<ProcedureMark>],
) -> Vec<SegmentThemeRow<'a>> {
    let rows = segment_ids.iter().zip(assigned).enumerate().map(|(row, (segment_id, assignment))| SegmentThemeRow {
        segment_id,
        theme_id: assignment.theme.map(|theme| themes.themes[theme].theme_id.as_str()),
        probability: assignment.probability,
        reason: assignment.reason.as_str(),
        procedural: mark_of(procedure, row).map(|mark| mark.is_procedural),
        p_procedural: mark_of(procedure, row).map(|mark| mark.probability),
    });
    rows.collect()
}

pub(crate) fn estimate(estimate: &Estimate) -> EstimateRow<'_> {
    EstimateRow {
        level: estimate.level.as_str(),
        document_id: estimate.document_id.as_deref(),
        speaker_id: estimate.speaker_id.as_deref(),
        utterance_id: estimate.utterance_id.as_deref(),
        theme_id: estimate.theme_id.as_deref(),
        target_id: estimate.target_id.as_deref(),
        measure: estimate.measure.as_str(),
        mean: estimate.mean,
        ci_low: estimate.ci_low,
        ci_high: estimate.ci_high,
        resampled: estimate.resampled.map(Resampled::as_str),
        n_segments: count(estimate.n_segments),
        n_utterances: count(estimate.n_utterances),
        share_abstained: estimate.share_abstained,
    }
}

pub(crate) fn group_stance(group: &GroupStance) -> GroupStanceRow<'_> {
    let [n_favor, n_against, n_neither] = group.counts.map(count);
    GroupStanceRow {
        level: group.level.as_str(),
        document_id: &group.document_id,
        speaker_id: group.speaker_id.as_deref(),
        utterance_id: group.utterance_id.as_deref(),
        target_id: &group.target_id,
        n_favor,
        n_against,
        n_neither,
        n_unlabelled: count(group.n_unlabelled),
        label: group.label().map(findings::Stance::as_str),
    }
}

/// The rows of `coder_inputs`; each comes with the id of its coder.
pub(crate) fn coder_inputs((coder_id, drift): &(String, InputDrift)) -> CoderInputsRow<'_> {
    CoderInputsRow {
        coder_id,
        n_documents: count(drift.n_documents),
        n_segments: drift.n_texts as u64,
        mmd2: drift.mmd2,
        drift: drift.drift,
        threshold: drift.threshold,
        false_alarm_rate: drift.false_alarm_rate,
        is_unusual: drift.is_unusual(),
    }
}

/// The rows of `neither_thresholds`.
pub(crate) fn neither_threshold(threshold: &NeitherThreshold) -> NeitherThresholdRow<'_> {
    let quality = threshold.quality;
    NeitherThresholdRow {
        coder_id: &threshold.coder_id,
        target_id: &threshold.target_id,
        source: threshold.source.as_str(),
        threshold: threshold.threshold,
        stated_share: threshold.stated_share,
        n_codes: quality.map(|quality| count(quality.n_codes)),
        accuracy: quality.map(|quality| quality.accuracy),
        macro_f1: quality.map(|quality| quality.macro_f1),
        accuracy_of_default: quality.map(|quality| quality.accuracy_of_default),
        macro_f1_of_default: quality.map(|quality| quality.macro_f1_of_default),
    }
}

/// The rows of `agreement`; each comes with its coefficients.
pub(crate) fn agreement((agreement, coefficients): &(CoderAgreement, Coefficients)) -> AgreementRow<'_> {
    let counts = &agreement.counts;
    let [coder_a, coder_b] = &agreement.coders;
    AgreementRow {
        target_id: &agreement.target_id,
        coder_a,
        coder_b,
        n_segments: counts[..3].iter().map(|row| row[..3].iter().sum::<u64>()).sum(),
        n_only_a: counts[..3].iter().map(|row| row[3]).sum(),
        n_only_b: counts[3][..3].iter().sum(),
        is_selective: agreement.is_selective,
        share_equal: coefficients.share_equal,
        kappa: coefficients.kappa,
        alpha: coefficients.alpha,
    }
}

/// The theme columns of `analysis` for `n` segments; null if there are no themes.
pub(crate) fn theme_columns(
    themes: &Themes,
    assigned: &[Assignment],
    procedure: &[Option<ProcedureMark>],
    n: usize,
) -> Vec<Column> {
    let of = |row: usize| {
        let assignment = assigned.get(row)?;
        Some((&themes.themes[assignment.theme?], assignment))
    };
    let title = |theme: &findings::Theme| match theme.kind() {
        ThemeKind::Found => format!("{} {}", theme.theme_id, theme.title()),
        ThemeKind::Procedure => theme.title().to_owned(),
    };
    analysis_themes(
        (0..n).map(|row| of(row).map(|(theme, _)| theme.theme_id.clone())).collect(),
        (0..n).map(|row| of(row).map(|(theme, _)| title(theme))).collect(),
        (0..n).map(|row| of(row).map(|(theme, _)| theme.title().to_owned())).collect(),
        (0..n).map(|row| of(row).map(|(_, assignment)| assignment.probability)).collect(),
        (0..n).map(|row| mark_of(procedure, row).map(|mark| mark.is_procedural)).collect(),
    )
}

/// The columns of `analysis` with the counts of dictionaries, for some segments.
pub(crate) fn dictionary_columns(
    columns: &[DictionaryColumn],
    counts: &[Vec<u32>],
    segments: Range<usize>,
) -> Vec<Column> {
    let column = |(column, counts): (&DictionaryColumn, &Vec<u32>)| {
        Series::new(column.name.as_str().into(), &counts[segments.clone()]).into_column()
    };
    columns.iter().zip(counts).map(column).collect()
}

/// The rows of `exchanges` of a document.
///
/// # Errors
/// [`TableError::Misfit`] for a position that is out of bounds.
pub(crate) fn exchanges<'a>(
    document: &'a Summary,
    utterance_ids: &[&'a str],
    exchanges: &'a [PlacedExchange],
) -> Result<Vec<ExchangeRow<'a>>, TableError> {
    let misfit = |what: &str, found: u32, expected: usize| TableError::Misfit {
        what: format!("{what} of an exchange"),
        found: found as usize,
        expected,
    };
    let speaker =
        |at: u32| document.speakers.get(at as usize).ok_or_else(|| misfit("speaker", at, document.speakers.len()));
    let turn = |at: u32| utterance_ids.get(at as usize).copied().ok_or_else(|| misfit("turn", at, utterance_ids.len()));
    let mut rows = Vec::with_capacity(exchanges.len());
    for exchange in exchanges {
        let from = exchange.from.map(speaker).transpose()?;
        let (to_speaker, to_person) = match &exchange.to {
            Other::Speaker(to) => speaker(*to).map(|to| (Some(to.speaker_id.as_str()), to.person_id.as_str()))?,
            Other::Elsewhere(person) => (None, &**person),
        };
        if from.is_some_and(|from| from.person_id == to_person) {
            continue;
        }
        rows.push(ExchangeRow {
            document_id: &document.document_id,
            utterance_id: turn(exchange.turn)?,
            kind: exchange.kind.as_str(),
            from_speaker_id: from.map(|from| from.speaker_id.as_str()),
            to_speaker_id: to_speaker,
            from_person_id: from.map(|from| from.person_id.as_str()),
            to_person_id: to_person,
            rule: exchange.rule.as_str(),
            confidence: exchange.rule.confidence(),
            segment_id: ids::segment(turn(exchange.evidence_turn)?, exchange.evidence_position as usize),
            words: exchange.words.as_deref(),
        });
    }
    Ok(rows)
}

pub(crate) fn dictionary_term(term: &DictionaryTerm) -> DictionaryTermRow<'_> {
    let DictionaryTerm { dictionary, category, pattern, form, n } = term;
    DictionaryTermRow { dictionary, category, pattern, form, n: *n }
}

pub(crate) fn key_term<'a>(term: &KeyTerm<'a>) -> KeynessRow<'a> {
    KeynessRow {
        by: term.by,
        group_id: term.group_id,
        group: term.group,
        language: term.language,
        term: term.term,
        n: term.n[0],
        n_elsewhere: term.n[1],
        n_words: term.n_words[0],
        n_words_elsewhere: term.n_words[1],
        log_odds: term.log_odds,
        ci_low: term.interval.0,
        ci_high: term.interval.1,
        z: term.z,
        q_value: term.q_value,
    }
}

/// The mark of a segment; `None` if there is none.
fn mark_of(procedure: &[Option<ProcedureMark>], row: usize) -> Option<ProcedureMark> {
    procedure.get(row).copied().flatten()
}

/// The speakers and documents of a corpus by their ids.
pub(crate) struct Known<'a> {
    speakers: HashMap<&'a str, &'a Speaker>,
    documents: HashMap<&'a str, &'a Variables>,
}

impl<'a> Known<'a> {
    pub(crate) fn of(documents: &'a [Summary]) -> Self {
        let speakers = documents.iter().flat_map(|document| &document.speakers);
        Self {
            speakers: speakers.map(|speaker| (speaker.speaker_id.as_str(), speaker)).collect(),
            documents: documents.iter().map(|d| (d.document_id.as_str(), &d.front.variables)).collect(),
        }
    }
}

/// The columns of `analysis` that are known only when all documents are: the person, and the study's variables.
pub(crate) fn known_columns(part: &DataFrame, known: &Known, variables: &[Variable]) -> PolarsResult<Vec<Column>> {
    let speakers = read::<&str>(part, "speaker_id")?;
    let documents = read::<&str>(part, "document_id")?;
    let speakers: Vec<Option<&Speaker>> = speakers.into_iter().map(|id| known.speakers.get(id?).copied()).collect();
    let documents: Vec<Option<&Variables>> =
        documents.into_iter().map(|id| known.documents.get(id?).copied()).collect();
    let persons = speakers.iter().map(|speaker| speaker.map(|speaker| speaker.person_id.as_str()));
    let mut columns = vec![analysis_persons(persons.collect())];
    for variable in variables {
        let value = |values: &'_ Variables| values.get(&variable.name).cloned();
        let cells: Vec<Option<String>> = match variable.of {
            VariableOf::Person => {
                speakers.iter().map(|speaker| speaker.and_then(|speaker| value(&speaker.variables))).collect()
            }
            VariableOf::Document => documents.iter().map(|document| document.and_then(value)).collect(),
        };
        columns.push(variable.column(cells.iter().map(Option::as_deref))?);
    }
    Ok(columns)
}

pub(crate) fn people<'a>(closing: &Closing<'a>) -> Vec<PersonRow<'a>> {
    let row = |person: &'a Person| PersonRow {
        person_id: &person.person_id,
        name: &person.name,
        listed: person.listed,
        n_documents: count(person.n_documents),
        n_utterances: count(person.n_utterances),
        n_words: count(person.n_words),
        party: person.party.as_deref(),
        country: person.country.as_deref(),
        sex: person.sex.as_deref(),
        first_date: person.first_date,
        last_date: person.last_date,
    };
    closing.people.iter().map(row).collect()
}

pub(crate) fn issues<'a>(closing: &Closing<'a>) -> Vec<IssueRow<'a>> {
    let row = |issue: &'a Issue| IssueRow {
        kind: issue.kind,
        person_id: issue.person_id.as_deref(),
        name: issue.name.as_deref(),
        document_id: issue.document_id.as_deref(),
        variable: issue.variable.as_deref(),
        used: issue.used.as_deref(),
        other: issue.other.as_deref(),
        file: issue.file.as_deref(),
        line: issue.line.map(|line| u32::try_from(line).unwrap_or(u32::MAX)),
        message: issue.message.clone(),
    };
    closing.issues.iter().map(row).collect()
}

pub(crate) fn group_estimates<'a>(groups: &'a Groups<'a>) -> Vec<GroupEstimateRow<'a>> {
    let value = |group: Option<usize>, at: usize| groups.values.get(group?)?.get(at).map(String::as_str);
    let row = |row: &'a GroupRow<'a>| {
        let estimate = &row.estimate;
        let group = Some(estimate.group);
        GroupEstimateRow {
            by: groups.by.join(", "),
            value_1: value(group, 0).unwrap_or_default(),
            value_2: value(group, 1),
            value_3: value(group, 2),
            minus_1: value(estimate.other, 0),
            minus_2: value(estimate.other, 1),
            minus_3: value(estimate.other, 2),
            measure: row.measure.as_str(),
            target_id: row.target_id,
            theme_id: row.theme_id,
            category: row.category,
            code_id: row.code.map(|(id, _)| id),
            label: row.code.map(|(_, label)| label),
            weight: row.weight.map(findings::Weight::as_str),
            estimate: estimate.estimate,
            ci_low: estimate.ci_low,
            ci_high: estimate.ci_high,
            resampled: estimate.level.map(findings::ClusterLevel::as_str),
            n_clusters: estimate.level.map(|_| count(estimate.n_clusters)),
            n_segments: count(estimate.n_segments),
            n_turns: count(estimate.n_turns),
            n_persons: count(estimate.n_persons),
            n_documents: count(estimate.n_documents),
            share_abstained: estimate.share_abstained,
        }
    };
    groups.rows.iter().map(row).collect()
}

pub(crate) fn failures<'a>(failures: &'a [Failure]) -> Vec<FailureRow<'a>> {
    let row = |failure: &'a Failure| FailureRow {
        path: &failure.path,
        stage: failure.stage.as_str(),
        error: &failure.error,
        hint: &failure.hint,
    };
    failures.iter().map(row).collect()
}

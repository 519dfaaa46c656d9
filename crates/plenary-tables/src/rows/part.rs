//! Rows of some segments: text, measurements, labels.

use super::{Measured, count, file_stem, offset};
use crate::StudyInfo;
use crate::TableError;
use crate::schema::{
    AnalysisRow, BlockRow, CodingRow, EmbeddingRow, SegmentRow, SentimentRow, StanceRow, ThemeCodeRow, UtteranceRow,
    VariableCodeRow, code_column, stance_column,
};
use plenary_corpus::findings::{self, AbstentionReason, CodedVariable, Evidence, Shown, Target};
use plenary_corpus::{Segment, Transcript};
use polars_core::prelude::{Column, IntoColumn, NamedFrom, Series};

pub(crate) fn blocks(transcript: &Transcript) -> Vec<BlockRow<'_>> {
    let rows = transcript.blocks.iter().map(|block| BlockRow {
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
    });
    rows.collect()
}

pub(crate) fn utterances(transcript: &Transcript) -> Vec<UtteranceRow<'_>> {
    let rows = transcript.utterances.iter().map(|utterance| UtteranceRow {
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
        byline_block_id: utterance.byline.map(|at| transcript.blocks[at].block_id.as_str()),
        link_rule: utterance.explanation.link.as_ref().map(|link| link.rule.as_str()),
        link_confidence: utterance.explanation.link.as_ref().map(|link| link.confidence),
    });
    rows.collect()
}

pub(crate) fn segments<'a>(part: &Measured<'a>) -> Vec<SegmentRow<'a>> {
    let rows = part.segments.iter().enumerate().map(|(row, &(transcript, segment))| SegmentRow {
        n_tokens: part.embeddings.n_tokens[row],
        n_windows: part.n_windows(row),
        context: part.contexts.get(row).and_then(Option::as_deref),
        ..unmeasured_segment(transcript, segment)
    });
    rows.collect()
}

/// The row of a segment without what is measured of it: counts of tokens and windows are zero, and there is no context.
pub(crate) fn unmeasured_segment<'a>(transcript: &'a Transcript, segment: &'a Segment) -> SegmentRow<'a> {
    SegmentRow {
        segment_id: &segment.segment_id,
        utterance_id: &transcript.utterances[segment.utterance].utterance_id,
        document_id: &transcript.document.document_id,
        speaker_id: transcript.speaker_of(segment).map(|speaker| speaker.speaker_id.as_str()),
        position: count(segment.position),
        text: &segment.text,
        start: offset(segment.span.start),
        end: offset(segment.span.end),
        ends: segment.ends.as_str(),
        n_words: count(segment.n_words),
        n_tokens: 0,
        n_windows: 0,
        context: None,
    }
}

pub(crate) fn embeddings<'a>(part: &Measured<'a>) -> Vec<EmbeddingRow<'a>> {
    // Rows of an array in standard layout are slices; in another layout the vectors are empty, which `cells` refuses.
    let vectors = part.embeddings.vectors.outer_iter().map(|row| row.to_slice().unwrap_or_default());
    let rows = part.segments.iter().zip(vectors).map(|((_, segment), vector)| EmbeddingRow {
        segment_id: &segment.segment_id,
        model_id: &part.embeddings.model_id,
        vector,
    });
    rows.collect()
}

pub(crate) fn sentiment<'a>(part: &Measured<'a>) -> Vec<SentimentRow<'a>> {
    let Some(sentiment) = part.sentiment else { return Vec::new() };
    let rows = part.segments.iter().zip(&sentiment.scores).map(|((_, segment), score)| SentimentRow {
        segment_id: &segment.segment_id,
        model_id: &sentiment.model_id,
        negative: score.negative,
        neutral: score.neutral,
        positive: score.positive,
        score: score.score(),
        label: score.label().as_str(),
    });
    rows.collect()
}

pub(crate) fn theme_codes<'a>(part: &Measured<'a>) -> Vec<ThemeCodeRow<'a>> {
    let Some(codes) = part.theme_codes else { return Vec::new() };
    let rows = part.segments.iter().zip(&codes.of_segments).map(|((_, segment), code)| {
        let nearest = codes.ids[code.nearest].as_str();
        ThemeCodeRow {
            segment_id: &segment.segment_id,
            code_id: code.is_given.then_some(nearest),
            nearest_code_id: nearest,
            probability: code.probability,
            similarity: code.similarity,
        }
    });
    rows.collect()
}

/// The rows of `variable_codes`: those of the first segment, then those of the second, and so on.
pub(crate) fn variable_codes<'a>(part: &Measured<'a>, study: &'a StudyInfo) -> Vec<VariableCodeRow<'a>> {
    let mut rows = Vec::with_capacity(study.codes.len() * part.segments.len());
    for (row, (_, segment)) in part.segments.iter().enumerate() {
        rows.extend(study.codes.iter().zip(part.variable_codes).map(|(variable, codings)| {
            let coding = &codings.of_texts[row];
            let label = coding.label.ok();
            let probabilities = coding.probabilities.as_ref();
            VariableCodeRow {
                segment_id: &segment.segment_id,
                code_id: &variable.id,
                coder_id: &codings.coder.id,
                coder_kind: codings.coder.kind.as_str(),
                label: label.map(|at| variable.labels[at].as_str()),
                probability: label.and_then(|at| probabilities?.get(at).copied()),
                probabilities: probabilities.cloned(),
                rule: coding.rule.map(findings::Rule::as_str),
                reason: coding.label.err().map(AbstentionReason::as_str),
                validation: codings.coder.kind.validation(),
                answer: coding.answer.as_deref(),
            }
        }));
    }
    rows
}

/// The columns of `analysis` with the labels of the study's own variables.
pub(crate) fn code_columns(part: &Measured, study: &StudyInfo) -> Vec<Column> {
    let column = |(variable, codings): (&CodedVariable, &findings::VariableCodings)| {
        let labels = codings.of_texts.iter().map(|coding| coding.label.ok().map(|at| variable.labels[at].as_str()));
        Series::new(code_column(&variable.id).into(), labels.collect::<Vec<Option<&str>>>()).into_column()
    };
    study.codes.iter().zip(part.variable_codes).map(column).collect()
}

/// The rows of `codings`: those of the first segment, then those of the second, and so on.
pub(crate) fn codings<'a>(part: &Measured<'a>, study: &'a StudyInfo) -> Vec<CodingRow<'a>> {
    let mut rows = Vec::with_capacity(part.codings.len() * study.targets.len() * part.segments.len());
    let by_coder = || {
        part.codings
            .iter()
            .flat_map(|codings| study.targets.iter().zip(&codings.of_target).map(move |of| (codings, of)))
    };
    for (row, (_, segment)) in part.segments.iter().enumerate() {
        rows.extend(by_coder().map(|(codings, (target, units))| {
            let coding = &units[row];
            let probabilities = coding.probabilities;
            let (proposition, negation, answer) = match &coding.evidence {
                Evidence::Inference { proposition, negation } => (Some(*proposition), *negation, None),
                Evidence::Answer { key } => (None, None, Some(key.as_str())),
                _ => (None, None, None),
            };
            CodingRow {
                segment_id: &segment.segment_id,
                target_id: &target.id,
                coder_id: &codings.coder.id,
                coder_kind: codings.coder.kind.as_str(),
                relevance: Some(coding.relevance),
                context_relevance: coding.context_relevance,
                favor: probabilities.map(|sides| sides.favor),
                against: probabilities.map(|sides| sides.against),
                neither: probabilities.map(|sides| sides.neither),
                rule: coding.rule.map(findings::Rule::as_str),
                score: coding.score(),
                label: coding.verdict.label().map(findings::Stance::as_str),
                reason: coding.verdict.reason().map(AbstentionReason::as_str),
                proposition_entailment: proposition.map(|inference| inference.entailment),
                proposition_neutral: proposition.map(|inference| inference.neutral),
                proposition_contradiction: proposition.map(|inference| inference.contradiction),
                negation_entailment: negation.map(|inference| inference.entailment),
                negation_neutral: negation.map(|inference| inference.neutral),
                negation_contradiction: negation.map(|inference| inference.contradiction),
                validation: codings.coder.kind.validation(),
                answer,
            }
        }));
    }
    rows
}

/// The rows of `codings` that `stance` and `analysis` show, in the order of segments and targets.
pub(crate) fn shown<'r, 'a>(part: &Measured, codings: &'r [CodingRow<'a>]) -> Vec<&'r CodingRow<'a>> {
    let n_targets = part.codings.first().map_or(0, |codings| codings.of_target.len());
    let shown = Shown::of(part.codings);
    let place = |(row, target): (usize, usize)| {
        let (coder, _) = shown.coding(target, row)?;
        codings.get((row * part.codings.len() + coder) * n_targets + target)
    };
    (0..part.segments.len()).flat_map(|row| (0..n_targets).map(move |target| (row, target))).filter_map(place).collect()
}

/// One coding per segment and target, in the form of `stance` and `analysis`.
pub(crate) struct StanceView<'a> {
    /// The rows of `stance`.
    pub(crate) rows: Vec<StanceRow<'a>>,
    /// The columns of `analysis`, one per target of the study: the score of segments with a label, all null if nothing
    /// was coded.
    pub(crate) columns: Vec<Column>,
}

/// `stance` and the stance columns of `analysis`. `segments` are the ids of the rows of `analysis`; the codings are in the order of
/// `segments`.
///
/// # Errors
/// [`TableError::NoPlace`] for a coding of an unknown segment or target, or a second one of the same segment and target.
pub(crate) fn stance_view<'a>(
    codings: &[&CodingRow<'a>],
    segments: &[&str],
    study: &StudyInfo,
) -> Result<StanceView<'a>, TableError> {
    let no_place = |coding: &CodingRow, problem: &str| TableError::NoPlace {
        table: StanceRow::TABLE.name,
        problem: format!("the coding of `{}` for `{}`: {problem}", coding.segment_id, coding.target_id),
    };
    let mut rows = Vec::with_capacity(codings.len());
    let mut scores = vec![vec![None; segments.len()]; study.targets.len()];
    let mut coded = vec![vec![false; segments.len()]; study.targets.len()];
    let mut at = 0;
    for &coding in codings {
        let target = study.targets.iter().position(|target| target.id == coding.target_id);
        let target = target.ok_or_else(|| no_place(coding, "the study has no such target"))?;
        let ahead = segments[at..].iter().position(|id| *id == coding.segment_id);
        at += ahead.ok_or_else(|| no_place(coding, "there is no such segment, or it is out of order"))?;
        if std::mem::replace(&mut coded[target][at], true) {
            return Err(no_place(coding, "there is another one"));
        }
        scores[target][at] = coding.label.and(coding.score);
        rows.push(stance(coding));
    }
    let columns = study.targets.iter().zip(scores);
    let columns = columns.map(|(target, scores)| Series::new(stance_column(target).into(), scores).into_column());
    Ok(StanceView { rows, columns: columns.collect() })
}

/// The stance columns of `n_segments` rows of `analysis`, from the rows of `stance` of the same segments: one per target, or none at all.
pub(crate) fn stance_columns(
    rows: &[StanceRow],
    targets: &[Target],
    n_segments: usize,
) -> Result<Vec<Column>, TableError> {
    if rows.len() != n_segments * targets.len() {
        let (found, expected) = (rows.len(), n_segments * targets.len());
        return Err(TableError::Misfit { what: "rows of `stance`".into(), found, expected });
    }
    let of_target = |(at, target): (usize, &Target)| {
        let scores = rows.iter().skip(at).step_by(targets.len()).map(|row| row.label.and(row.score));
        Series::new(stance_column(target).into(), scores.collect::<Vec<Option<f32>>>()).into_column()
    };
    Ok(targets.iter().enumerate().map(of_target).collect())
}

fn stance<'a>(coding: &CodingRow<'a>) -> StanceRow<'a> {
    StanceRow {
        segment_id: coding.segment_id,
        target_id: coding.target_id,
        model_id: coding.coder_id,
        relevance: coding.relevance,
        favor: coding.favor,
        against: coding.against,
        neither: coding.neither,
        rule: coding.rule,
        score: coding.score,
        label: coding.label,
        reason: coding.reason,
        validation: coding.validation,
        proposition_entailment: coding.proposition_entailment,
        proposition_neutral: coding.proposition_neutral,
        proposition_contradiction: coding.proposition_contradiction,
        negation_entailment: coding.negation_entailment,
        negation_neutral: coding.negation_neutral,
        negation_contradiction: coding.negation_contradiction,
    }
}

/// The rows of `analysis` without their themes.
pub(crate) fn analysis<'a>(part: &Measured<'a>) -> Vec<AnalysisRow<'a>> {
    let rows = part.segments.iter().enumerate().map(|(row, &(transcript, segment))| {
        let sentiment = part.sentiment.map(|sentiment| sentiment.scores[row]);
        let document = &transcript.document;
        let speaker = transcript.speaker_of(segment);
        AnalysisRow {
            segment_id: &segment.segment_id,
            utterance_id: &transcript.utterances[segment.utterance].utterance_id,
            document_id: &document.document_id,
            speaker_id: speaker.map(|speaker| speaker.speaker_id.as_str()),
            person_id: speaker.map(|speaker| speaker.person_id.as_str()),
            text: &segment.text,
            n_words: count(segment.n_words),
            document: transcript.front.title.as_deref().unwrap_or_else(|| file_stem(&document.path)),
            date: transcript.front.date,
            speaker: speaker.map(|speaker| speaker.label.as_str()),
            name: speaker.map(|speaker| speaker.name.as_str()),
            role: speaker.map(|speaker| speaker.role.as_str()),
            title: speaker.and_then(|speaker| speaker.details.title.as_deref()),
            affiliation: speaker.and_then(|speaker| speaker.details.affiliation.as_deref()),
            party: speaker.and_then(|speaker| speaker.details.party.as_deref()),
            country: speaker.and_then(|speaker| speaker.details.country.as_deref()),
            theme_id: None,
            theme: None,
            theme_label: None,
            theme_probability: None,
            procedural: None,
            sentiment_score: sentiment.map(|sentiment| sentiment.score()),
            sentiment_label: sentiment.map(|sentiment| sentiment.label().as_str()),
        }
    });
    rows.collect()
}

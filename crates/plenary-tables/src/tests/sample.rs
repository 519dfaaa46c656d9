//! A run made by hand: two documents, three speakers, four segments, one target, one theme.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array2;

use crate::StudyInfo;
use crate::*;
use plenary_corpus::findings::{Estimate, *};
use plenary_corpus::*;

/// All data from which the tables are written.
pub(super) struct Sample {
    pub(super) record: RunRecord,
    pub(super) study: StudyInfo,
    pub(super) transcripts: Vec<Transcript>,
    pub(super) other_paths: BTreeMap<String, Vec<String>>,
    pub(super) embeddings: Embeddings,
    pub(super) sentiment: Sentiment,
    pub(super) codings: Vec<Codings>,
    contexts: Vec<Option<String>>,
    pub(super) theme_codes: SegmentCodes,
    pub(super) variable_codes: Vec<VariableCodings>,
    pub(super) themes: Themes,
    pub(super) estimates: Vec<Estimate>,
    pub(super) failures: Vec<Failure>,
    /// The columns that the study adds, and the counts of those of dictionaries.
    pub(super) added: AddedColumns,
    pub(super) counts: Vec<Vec<u32>>,
}

impl Sample {
    /// Writes everything into a folder in the order of a run: document by document, then the corpus as a whole.
    pub(super) fn write(&self, folder: &Path) -> Result<Results, TableError> {
        let out = OutputFolder::prepare(folder, self.study.csv)?;
        self.finish(Writer::begin(&out, &self.study, self.embeddings.vectors.ncols())?)
    }

    /// The same in memory.
    pub(super) fn in_memory(&self) -> Result<Results, TableError> {
        self.finish(Writer::in_memory(&self.study, self.embeddings.vectors.ncols())?)
    }

    fn finish(&self, mut writer: Writer) -> Result<Results, TableError> {
        for transcript in &self.transcripts {
            writer.transcript(transcript)?;
        }
        let segments: Vec<_> = self.transcripts.iter().flat_map(|t| t.segments.iter().map(move |s| (t, s))).collect();
        writer.segments(&Measured {
            segments: &segments,
            embeddings: &self.embeddings,
            sentiment: Some(&self.sentiment),
            codings: &self.codings,
            contexts: &self.contexts,
            theme_codes: Some(&self.theme_codes),
            variable_codes: &self.variable_codes,
        })?;
        let documents: Vec<Summary> = self.transcripts.iter().map(Transcript::summary).collect();
        let mut closed = writer.finish()?.close(&self.added)?;
        let own = ThemeDocuments { n_documents: 2, dates: None };
        let of = DocumentsOfThemes {
            of_themes: vec![own; self.themes.themes.len()],
            of_groups: vec![own; self.themes.groups.len()],
        };
        closed.themes(&self.themes, &of, &[], &documents, &self.counts)?;
        closed.estimates(&self.estimates)?;
        closed.publish(&Closing {
            record: &self.record,
            documents: &documents,
            other_paths: &self.other_paths,
            people: &[],
            issues: &[],
            failures: &self.failures,
            registry: b"themes",
        })
    }
}

/// A document of bylines and speeches; every sentence is a segment. A speech without a name has an unknown speaker.
pub(super) fn transcript(document_id: &str, path: &str, turns: &[(&str, &[&str])]) -> Transcript {
    let mut text = String::new();
    let (mut blocks, mut utterances, mut segments) = (Vec::new(), Vec::new(), Vec::new());
    let mut speakers: Vec<Speaker> = Vec::new();
    let mut block = |text: &str, start: usize, kind, utterance| {
        let position = blocks.len() + 1;
        blocks.push(Block {
            block_id: ids::block(document_id, position),
            position,
            kind,
            span: Span::new(start, text.len()),
            line_start: position,
            line_end: position,
            page: None,
            utterance,
            claimed_by: Vec::new(),
        });
    };
    for (turn, (name, sentences)) in turns.iter().enumerate() {
        let speaker = (!name.is_empty()).then(|| {
            let start = text.len();
            text.push_str(name);
            text.push_str(":\n");
            block(&text, start, BlockKind::Byline, Some(turn));
            speakers.iter().position(|speaker| speaker.name == *name).unwrap_or_else(|| {
                speakers.push(speaker_called(document_id, speakers.len() + 1, name));
                speakers.len() - 1
            })
        });
        let start = text.len();
        let utterance_id = ids::utterance(document_id, turn + 1);
        for (place, sentence) in sentences.iter().enumerate() {
            let begin = text.len();
            text.push_str(sentence);
            segments.push(Segment {
                segment_id: ids::segment(&utterance_id, place + 1),
                utterance: turn,
                position: place + 1,
                text: sentence.to_string(),
                span: Span::new(begin, text.len()),
                ends: SegmentEnd::Sentence,
                n_words: sentence.split(' ').count(),
            });
            text.push(' ');
        }
        let said = Span::new(start, text.len() - 1);
        text.push('\n');
        block(&text, start, BlockKind::Speech, Some(turn));
        let n_words = sentences.iter().map(|sentence| sentence.split(' ').count()).sum();
        if let Some(speaker) = speaker {
            speakers[speaker].n_utterances += 1;
            speakers[speaker].n_words += n_words;
        }
        utterances.push(Utterance {
            utterance_id,
            position: turn + 1,
            speaker,
            label: None,
            text: sentences.join(" "),
            span: said,
            time_start_s: None,
            time_end_s: None,
            n_words,
            boundary_confidence: 0.9,
            needs_review: false,
            evidence: format!("byline: {name}"),
            ..Utterance::default()
        });
    }
    let mut words =
        WordCounts { spoken: utterances.iter().map(|utterance| utterance.n_words).sum(), ..Default::default() };
    words.add(BlockKind::Byline, turns.iter().filter(|(name, _)| !name.is_empty()).count());
    Transcript {
        document: Document {
            document_id: document_id.into(),
            path: path.into(),
            source: path.into(),
            format: Format::Markdown,
            encoding: "UTF-8".into(),
            sha256: document_id.repeat(6)[..64].into(),
            n_bytes: text.len() as u64,
            text,
            lines: Vec::new(),
            turns: Vec::new(),
            cues: Vec::new(),
            reactions: Vec::new(),
            front: FrontMatter::default(),
            warnings: Vec::new(),
        },
        front: FrontMatter {
            date: Some(jiff::civil::date(1969, 12, 30)),
            time_start: Some(jiff::civil::time(9, 5, 0, 0)),
            ..FrontMatter::default()
        },
        language: Some("en".into()),
        style: Some(Style::Colon),
        style_confidence: 1.0,
        styles: Vec::new(),
        template: None,
        blocks,
        speakers,
        utterances,
        segments,
        words,
        n_corrections: 0,
        estimate: plenary_corpus::Estimate::default(),
        needs_review: false,
        warnings: vec!["The page gives no title.".into()],
    }
}

fn speaker_called(document_id: &str, position: usize, name: &str) -> Speaker {
    let speaker_id = ids::speaker(document_id, position);
    Speaker {
        person_id: speaker_id.clone(),
        person_rule: None,
        speaker_id,
        name_as_printed: format!("{name}:"),
        label: name.into(),
        name: name.into(),
        details: Details { affiliation: Some("Harbour Board, \"Pier 3\"".into()), ..Details::default() },
        role: Role::Speaker,
        n_utterances: 0,
        n_words: 0,
        confidence: 0.8,
        link_rule: LinkRule::FirstMention,
        link_confidence: 1.0,
        evidence_block_ids: vec![ids::block(document_id, 1)],
        variables: Variables::new(),
        list_line: None,
        doubts: Vec::new(),
    }
}

/// Two documents, three speakers and an unknown one, four segments, one target, one theme.
pub(super) fn sample() -> Sample {
    let ports = transcript(
        "0123456789ab",
        "talks/ports.md",
        &[("Ada", &["Ports bring trade.", "We should build one."]), ("Bo", &["It harms the bay."])],
    );
    let tides = transcript("abcdefabcdef", "talks/tides.md", &[("Cy", &["Tides rise; \"fast\"."])]);
    let mut study = StudyInfo {
        name: "unnamed study".into(),
        targets: vec![Target {
            id: "port".into(),
            proposition: "The port should be built.".into(),
            negation: Some("The port should not be built.".into()),
            note: Some("Said | at the first reading.".into()),
            ..Target::default()
        }],
        codes: vec![CodedVariable {
            id: "names_place".into(),
            definition: "The speaker names a place.".into(),
            labels: vec!["yes".into(), "no".into()],
        }],
        ..StudyInfo::default()
    };
    study.json = serde_json::json!({ "targets": study.targets });
    let tone = |negative, positive| SentimentScore { negative, neutral: 1.0 - negative - positive, positive };
    Sample {
        record: RunRecord {
            run_id: "r1".into(),
            study_sha256: "5".repeat(64),
            engine: "none".into(),
            models: vec![ModelRecord { id: "m".into(), sha256: "6".repeat(64) }],
            started_at: "2024-05-01T08:00:00Z".parse().unwrap(),
            finished_at: "2024-05-01T08:00:02.5Z".parse().unwrap(),
            origin: Origin::default(),
        },
        study,
        other_paths: BTreeMap::from([("0123456789ab".into(), vec!["copies/a.md".into(), "copies/b.md".into()])]),
        embeddings: Embeddings {
            model_id: "m".into(),
            vectors: Array2::from_shape_vec((4, 2), vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8, 0.8, 0.6]).unwrap(),
            n_tokens: vec![5, 6, 6, 7],
            n_windows: vec![1, 1, 1, 2],
        },
        sentiment: Sentiment {
            model_id: "m".into(),
            scores: vec![tone(0.1, 0.7), tone(0.2, 0.3), tone(0.9, 0.0), tone(0.4, 0.1)],
            n_windows: vec![1; 4],
        },
        theme_codes: SegmentCodes {
            ids: vec!["trade".into(), "nature".into()],
            of_segments: [(0, 0.9, true), (0, 0.5, true), (1, 0.8, true), (1, 0.2, false)]
                .map(|(nearest, probability, is_given)| SegmentCode { nearest, probability, similarity: 0.5, is_given })
                .to_vec(),
        },
        variable_codes: vec![VariableCodings {
            coder: CoderId { id: "llm".into(), kind: CoderKind::Chat },
            of_texts: [Ok(0), Ok(1), Ok(1), Err(AbstentionReason::NoAnswer)]
                .map(|label| VariableCoding {
                    label,
                    probabilities: label.is_ok().then(|| vec![0.75, 0.25]),
                    rule: None,
                    answer: Some("ab".repeat(32)),
                })
                .to_vec(),
        }],
        contexts: vec![None, Some("Ann Lee: The port.".into()), None, None],
        codings: vec![Codings {
            coder: CoderId { id: "m".into(), kind: CoderKind::Inference },
            follows: None,
            of_target: vec![vec![
                coding(0.5, 0.6, 0.1, None),
                coding(0.9, 0.8, 0.1, None),
                coding(0.7, 0.1, 0.7, None),
                coding(0.1, 0.2, 0.2, Some(AbstentionReason::OffTopic)),
            ]],
        }],
        themes: Themes {
            themes: vec![Theme {
                theme_id: "t01".into(),
                label: "port, bay".into(),
                terms: vec!["port".into(), "bay".into()],
                term_weights: vec![0.5, 0.25],
                n_segments: 4,
                n_speakers: 3,
                exemplars: vec![2, 0],
                exemplar_texts: vec!["Third.".into(), "First.".into()],
                endpoint_label: Some(EndpointLabel {
                    label: Ok("Ports and bays".into()),
                    model: "small".into(),
                    answer: "ab".repeat(32),
                }),
                cohesion: 0.7,
                separation: None,
                stability: Some(1.0),
                name: None,
                description: None,
                centroid: vec![1.0, 0.0],
                group: Some(0),
            }],
            groups: vec![ThemeGroup {
                group_id: "g01".into(),
                label: "port".into(),
                terms: vec!["port".into()],
                term_weights: vec![0.5],
                n_themes: 1,
                n_segments: 4,
                n_speakers: 3,
            }],
            history: Vec::new(),
            assignments: vec![Assignment { theme: Some(0), probability: 0.9, reason: AssignmentReason::Core }; 4],
        },
        estimates: vec![
            estimate(Level::Speaker, Some(&ports.speakers[0].speaker_id), Measure::Sentiment, Some((0.35, 0.1, 0.6))),
            estimate(Level::CorpusTarget, None, Measure::Stance, None),
        ],
        failures: vec![Failure {
            path: "talks/noise.bin".into(),
            stage: Stage::Read,
            error: "not a text".into(),
            hint: "leave it out".into(),
        }],
        transcripts: vec![ports, tides],
        added: AddedColumns::default(),
        counts: Vec::new(),
    }
}

fn coding(relevance: f32, favor: f32, against: f32, reason: Option<AbstentionReason>) -> Coding {
    let label = if favor > against { Stance::Favor } else { Stance::Against };
    let inference = Inference { entailment: favor, neutral: 1.0 - favor - against, contradiction: against };
    Coding {
        verdict: reason.map_or(Verdict::Labelled(label), Verdict::Abstained),
        relevance,
        context_relevance: None,
        probabilities: Some(StanceProbabilities { favor, against, neither: 1.0 - favor - against }),
        rule: None,
        evidence: Evidence::Inference {
            proposition: inference,
            negation: Some(Inference { entailment: against, contradiction: favor, ..inference }),
        },
        n_windows: 1,
    }
}

fn estimate(level: Level, speaker_id: Option<&String>, measure: Measure, mean: Option<(f64, f64, f64)>) -> Estimate {
    Estimate {
        level,
        document_id: None,
        speaker_id: speaker_id.cloned(),
        utterance_id: None,
        theme_id: None,
        target_id: (measure == Measure::Stance).then(|| "port".into()),
        measure,
        mean: mean.map(|(mean, _, _)| mean),
        ci_low: mean.map(|(_, low, _)| low),
        ci_high: mean.map(|(_, _, high)| high),
        resampled: mean.map(|_| Resampled::Utterances),
        n_segments: 2,
        n_utterances: 2,
        share_abstained: 0.0,
    }
}

//! Results made by hand, for tests and measurements.
//!
//! **Input:** documents with turns, one after the other. **Output:** a results folder as a run writes it; labels, tones and themes are functions of
//! the number of the sentence.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use ndarray::Array2;
use plenary_corpus::findings::{
    AbstentionReason, Assignment, AssignmentReason, CoderId, CoderKind, Coding, Codings, Embeddings, Estimate,
    Evidence, Inference, Level, Measure, Resampled, Sentiment, SentimentScore, Stance, StanceProbabilities, Target,
    Theme, ThemeDocuments, Themes, Verdict,
};
use plenary_corpus::{
    Block, BlockKind, Details, Document, Format, FrontMatter, LinkRule, Role, Segment, SegmentEnd, Span, Speaker,
    Style, Transcript, Utterance, Variables, WordCounts, hash, ids,
};
use plenary_tables::{
    AddedColumns, Check, Closing, DocumentsOfThemes, KeyTerm, Measured, ModelRecord, Origin, OutputFolder, Person,
    PlacedExchange, Results, RunRecord, StudyInfo, TableError, Writer,
};

/// A document.
#[derive(Clone, Default)]
pub(crate) struct Talk {
    /// Path.
    pub(crate) path: String,
    /// Title.
    pub(crate) title: Option<String>,
    /// Date.
    pub(crate) date: Option<Date>,
    /// The turns.
    pub(crate) turns: Vec<Turn>,
}

/// A turn.
#[derive(Clone, Default)]
pub(crate) struct Turn {
    /// Name of the speaker; empty for an unknown one.
    pub(crate) speaker: String,
    /// Party of the speaker.
    pub(crate) party: Option<String>,
    /// Whether a person should check the turn.
    pub(crate) doubtful: bool,
    /// Its sentences.
    pub(crate) sentences: Vec<String>,
}

/// A turn of a speaker.
pub(crate) fn turn(speaker: &str, party: &str, sentences: &[&str]) -> Turn {
    Turn {
        speaker: speaker.into(),
        party: Some(party.to_owned()).filter(|party| !party.is_empty()),
        doubtful: false,
        sentences: sentences.iter().map(|text| (*text).to_owned()).collect(),
    }
}

/// A study with this many targets.
pub(crate) fn study(name: &str, n_targets: usize) -> StudyInfo {
    let target = |at: usize| Target {
        id: format!("target_{at}"),
        proposition: format!("Proposition <{at}> should \"hold\"."),
        ..Target::default()
    };
    let targets: Vec<Target> = (0..n_targets).map(target).collect();
    StudyInfo { name: name.into(), json: serde_json::json!({ "targets": targets }), targets, ..StudyInfo::default() }
}

/// Writes results into a folder and opens them.
pub(crate) fn write(
    folder: &Path,
    study: &StudyInfo,
    n_themes: usize,
    talks: impl Iterator<Item = Talk>,
) -> Result<Results, TableError> {
    let out = OutputFolder::prepare(folder, false)?;
    let mut writer = Writer::begin(&out, study, 2)?;
    let mut documents = Vec::new();
    let mut exchanges = Vec::new();
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    let mut words = Words::new();
    let mut n = 0;
    for talk in talks {
        count_words(&talk, n, n_themes, &mut words);
        let transcript = transcript(&talk);
        writer.transcript(&transcript)?;
        let segments: Vec<_> = transcript.segments.iter().map(|segment| (&transcript, segment)).collect();
        let numbers = n..n + segments.len();
        writer.segments(&Measured {
            segments: &segments,
            embeddings: &Embeddings {
                model_id: "vectors".into(),
                vectors: Array2::from_elem((segments.len(), 2), 0.5),
                n_tokens: vec![5; segments.len()],
                n_windows: vec![1; segments.len()],
            },
            sentiment: Some(&Sentiment {
                model_id: "tones".into(),
                scores: numbers.clone().map(tone).collect(),
                n_windows: vec![1; segments.len()],
            }),
            codings: &codings(study, numbers),
            contexts: &vec![None; segments.len()],
            theme_codes: None,
            variable_codes: &[],
        })?;
        n += segments.len();
        for speaker in &transcript.speakers {
            let person = people.entry(speaker.person_id.clone()).or_default();
            person.person_id.clone_from(&speaker.person_id);
            person.name.clone_from(&speaker.name);
            person.n_documents += 1;
            person.n_utterances += speaker.n_utterances;
            person.n_words += speaker.n_words;
        }
        documents.push(transcript.summary());
        let ids: Vec<String> = transcript.utterances.iter().map(|turn| turn.utterance_id.clone()).collect();
        let found = plenary_measure::exchanges::exchanges(&transcript, |word| word == "mr");
        exchanges.push((ids, PlacedExchange::of(&transcript, found)));
    }
    let mut closed = writer.finish()?.close(&AddedColumns::default())?;
    let themes = themes(n_themes, n);
    let of_themes =
        DocumentsOfThemes { of_themes: vec![ThemeDocuments::default(); themes.themes.len()], of_groups: Vec::new() };
    closed.themes(&themes, &of_themes, &vec![None; n], &documents, &[])?;
    closed.keyness(&key_terms(&words))?;
    for (document, (ids, exchanges)) in documents.iter().zip(&exchanges) {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        closed.exchanges(document, &ids, exchanges)?;
    }
    closed.estimates(&estimates(study))?;
    let people: Vec<Person> = people.into_values().collect();
    closed.publish(&Closing {
        record: &RunRecord {
            run_id: "made-by-hand".into(),
            study_sha256: "5".repeat(64),
            engine: "none".into(),
            models: vec![ModelRecord { id: "tones".into(), sha256: "6".repeat(64) }],
            started_at: "2024-05-01T08:00:00Z".parse().unwrap_or_default(),
            finished_at: "2024-05-01T08:00:02Z".parse().unwrap_or_default(),
            origin: Origin::default(),
        },
        documents: &documents,
        other_paths: &BTreeMap::new(),
        people: &people,
        issues: &[],
        failures: &[],
        registry: b"themes",
    })?;
    Ok(Results::open(folder, Check::Quick)?)
}

/// How often each word occurs, by the kind of a group and its id.
type Words = BTreeMap<(&'static str, String), BTreeMap<String, u64>>;

/// Counts the words of a document whose first sentence has a number.
fn count_words(talk: &Talk, first: usize, n_themes: usize, words: &mut Words) {
    let year = talk.date.map(|date| date.year().to_string());
    let turns = talk.turns.iter().flat_map(|turn| turn.sentences.iter().map(move |sentence| (turn, sentence)));
    for (number, (turn, sentence)) in (first..).zip(turns) {
        let speaker = (!turn.speaker.is_empty()).then(|| format!("person-{}", turn.speaker));
        let theme = (n_themes > 0).then(|| format!("t{:02}", number % n_themes.max(1) + 1));
        let groups = [("party", turn.party.clone()), ("speaker", speaker), ("period", year.clone()), ("theme", theme)];
        for (by, id) in groups.into_iter().filter_map(|(by, id)| Some((by, id?))) {
            let of_group = words.entry((by, id)).or_default();
            for term in plenary_measure::keyness::terms(sentence) {
                *of_group.entry(term).or_default() += 1;
            }
        }
        // All sentences, also those of no group.
        let all = words.entry(("all", String::new())).or_default();
        for term in plenary_measure::keyness::terms(sentence) {
            *all.entry(term).or_default() += 1;
        }
    }
}

/// Words of two parties, and the most frequent ones of all other groups.
fn key_terms(words: &Words) -> Vec<KeyTerm<'_>> {
    let parties = [("Lake", "harbour", 4.4), ("Lake", "<b>&", 2.0), ("Lake", "taxes", -3.0), ("Hill", "taxes", 3.0)];
    let mut rows: Vec<KeyTerm<'_>> =
        parties.into_iter().filter_map(|(group, term, z)| key_term(words, ("party", group), term, z)).collect();
    for ((by, group), of_group) in words.iter().filter(|((by, _), _)| !["all", "party"].contains(by)) {
        let mut sorted: Vec<(&String, &u64)> = of_group.iter().collect();
        sorted.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        let most = sorted.into_iter().zip(1..=8_u8);
        rows.extend(most.filter_map(|((term, _), rank)| key_term(words, (*by, group), term, f64::from(9 - rank))));
    }
    rows
}

fn key_term<'w>(words: &'w Words, (by, group): (&'static str, &str), term: &'w str, z: f64) -> Option<KeyTerm<'w>> {
    let n_in = |of_group: &BTreeMap<String, u64>| of_group.get(term).copied().unwrap_or_default();
    let ((_, group), of_group) = words.get_key_value(&(by, group.to_owned()))?;
    let n = n_in(of_group);
    let n_elsewhere = words.get(&("all", String::new())).map_or(0, n_in) - n;
    Some(KeyTerm {
        by,
        group_id: group,
        group,
        language: Some("en"),
        term,
        n: [n, n_elsewhere],
        n_words: [if group == "Lake" { 700 } else { 900 }, 2000],
        log_odds: z / 4.0,
        interval: (z / 4.0 - 0.5, z / 4.0 + 0.5),
        z,
        q_value: 0.01,
    })
}

fn tone(number: usize) -> SentimentScore {
    let positive = (number % 10) as f32 / 10.0;
    SentimentScore { negative: 1.0 - positive, neutral: 0.0, positive }
}

fn codings(study: &StudyInfo, numbers: std::ops::Range<usize>) -> Vec<Codings> {
    if study.targets.is_empty() {
        return Vec::new();
    }
    let of_target = |at: usize| numbers.clone().map(|number| coding(number + at)).collect();
    vec![Codings {
        coder: CoderId { id: "coder".into(), kind: CoderKind::Inference },
        follows: None,
        of_target: (0..study.targets.len()).map(of_target).collect(),
    }]
}

fn coding(number: usize) -> Coding {
    let (favor, against, neither) = [(0.8, 0.1, 0.1), (0.2, 0.7, 0.1), (0.1, 0.1, 0.8), (0.3, 0.3, 0.4)][number % 4];
    let verdict = match number % 4 {
        0 => Verdict::Labelled(Stance::Favor),
        1 => Verdict::Labelled(Stance::Against),
        2 => Verdict::Labelled(Stance::Neither),
        _ => Verdict::Abstained(AbstentionReason::OffTopic),
    };
    let inference = Inference { entailment: favor, neutral: neither, contradiction: against };
    Coding {
        verdict,
        relevance: 0.5,
        context_relevance: None,
        probabilities: Some(StanceProbabilities { favor, against, neither }),
        rule: None,
        evidence: Evidence::Inference { proposition: inference, negation: None },
        n_windows: 1,
    }
}

fn themes(n_themes: usize, n: usize) -> Themes {
    let theme = |at: usize| Theme {
        theme_id: format!("t{:02}", at + 1),
        label: format!("word{at} · term{at}"),
        terms: vec![format!("word{at}"), format!("term{at}")],
        term_weights: vec![0.5, 0.25],
        n_segments: (0..n).skip(at).step_by(n_themes).count(),
        n_speakers: 1,
        exemplars: (0..n).skip(at).step_by(n_themes).take(3).collect(),
        exemplar_texts: Vec::new(),
        endpoint_label: None,
        cohesion: 0.7,
        separation: Some(0.1),
        stability: Some(1.0),
        name: None,
        description: None,
        centroid: vec![(at as f32).cos(), (at as f32).sin()],
        group: None,
    };
    let assignment =
        |row: usize| Assignment { theme: Some(row % n_themes), probability: 0.9, reason: AssignmentReason::Core };
    Themes {
        themes: (0..n_themes.min(n)).map(theme).collect(),
        groups: Vec::new(),
        history: Vec::new(),
        assignments: if n_themes == 0 { Vec::new() } else { (0..n).map(assignment).collect() },
    }
}

fn estimates(study: &StudyInfo) -> Vec<Estimate> {
    let of = |level: Level, target_id: Option<String>, measure: Measure| Estimate {
        level,
        document_id: None,
        speaker_id: None,
        utterance_id: None,
        theme_id: None,
        target_id,
        measure,
        mean: Some(0.25),
        ci_low: Some(0.125),
        ci_high: Some(0.375),
        resampled: Some(Resampled::Utterances),
        n_segments: 4,
        n_utterances: 2,
        share_abstained: 0.0,
    };
    let targets = study.targets.iter().map(|target| of(Level::CorpusTarget, Some(target.id.clone()), Measure::Stance));
    let procedure = Estimate {
        mean: Some(0.75),
        ci_low: Some(0.625),
        ci_high: Some(0.875),
        ..of(Level::Corpus, None, Measure::Procedure)
    };
    std::iter::once(of(Level::Corpus, None, Measure::Sentiment)).chain(targets).chain([procedure]).collect()
}

fn transcript(talk: &Talk) -> Transcript {
    let document_id = hash::sha256(talk.path.as_bytes())[..12].to_owned();
    let mut text = String::new();
    let (mut blocks, mut utterances, mut segments) = (Vec::new(), Vec::new(), Vec::new());
    let mut speakers: Vec<Speaker> = Vec::new();
    for (at, turn) in talk.turns.iter().enumerate() {
        let speaker = (!turn.speaker.is_empty()).then(|| {
            speakers.iter().position(|known| known.name == turn.speaker).unwrap_or_else(|| {
                speakers.push(speaker(&document_id, speakers.len() + 1, turn));
                speakers.len() - 1
            })
        });
        let start = text.len();
        let utterance_id = ids::utterance(&document_id, at + 1);
        for (place, sentence) in turn.sentences.iter().enumerate() {
            let begin = text.len();
            text.push_str(sentence);
            segments.push(Segment {
                segment_id: ids::segment(&utterance_id, place + 1),
                utterance: at,
                position: place + 1,
                text: sentence.clone(),
                span: Span::new(begin, text.len()),
                ends: SegmentEnd::Sentence,
                n_words: sentence.split(' ').count(),
            });
            text.push(' ');
        }
        let n_words = turn.sentences.iter().map(|sentence| sentence.split(' ').count()).sum();
        if let Some(speaker) = speaker {
            speakers[speaker].n_utterances += 1;
            speakers[speaker].n_words += n_words;
        }
        blocks.push(Block {
            block_id: ids::block(&document_id, at + 1),
            position: at + 1,
            kind: BlockKind::Speech,
            span: Span::new(start, text.len()),
            line_start: 10 * at + 1,
            line_end: 10 * at + 3,
            page: Some(at as u32 / 10 + 1),
            utterance: Some(at),
            claimed_by: Vec::new(),
        });
        utterances.push(Utterance {
            utterance_id,
            position: at + 1,
            speaker,
            text: turn.sentences.join(" "),
            span: Span::new(start, text.len()),
            n_words,
            boundary_confidence: if turn.doubtful { 0.4 } else { 0.98 },
            needs_review: turn.doubtful,
            evidence: "byline <b>".into(),
            ..Utterance::default()
        });
    }
    let spoken = utterances.iter().map(|utterance| utterance.n_words).sum();
    Transcript {
        document: Document {
            document_id: document_id.clone(),
            path: talk.path.clone(),
            source: talk.path.clone(),
            format: Format::Markdown,
            encoding: "UTF-8".into(),
            sha256: hash::sha256(talk.path.as_bytes()),
            n_bytes: text.len() as u64,
            text,
            lines: Vec::new(),
            turns: Vec::new(),
            cues: Vec::new(),
            reactions: Vec::new(),
            front: FrontMatter::default(),
            warnings: Vec::new(),
        },
        front: FrontMatter { title: talk.title.clone(), date: talk.date, ..FrontMatter::default() },
        language: Some("en".into()),
        style: Some(Style::Colon),
        style_confidence: 1.0,
        styles: Vec::new(),
        template: None,
        blocks,
        speakers,
        utterances,
        segments,
        words: WordCounts { spoken, ..Default::default() },
        n_corrections: 0,
        estimate: plenary_corpus::Estimate::default(),
        needs_review: talk.turns.iter().any(|turn| turn.doubtful),
        warnings: Vec::new(),
    }
}

fn speaker(document_id: &str, position: usize, turn: &Turn) -> Speaker {
    Speaker {
        speaker_id: ids::speaker(document_id, position),
        person_id: format!("person-{}", turn.speaker),
        person_rule: None,
        name_as_printed: format!("{}:", turn.speaker),
        label: turn.speaker.clone(),
        name: turn.speaker.clone(),
        details: Details { party: turn.party.clone(), ..Details::default() },
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

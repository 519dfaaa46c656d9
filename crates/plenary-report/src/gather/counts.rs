//! Turns and segments, counted once.
//!
//! **Input:** the tables `utterances`, `analysis` and `stance`, some thousand rows at a time. **Output:** [`Counts`], the sums of each turn for
//! estimates, and the segments that are drawn for each number; of every segment a few bytes are kept, and no text. **Refused:** tables that do not
//! fit each other. **Left to others:** texts, estimates.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use plenary_corpus::findings::{AbstentionReason, ExchangeKind, Stance, Tone};
use plenary_tables::schema::{AnalysisRow, StanceRow, UtteranceRow};
use plenary_tables::{Results, column};
use rustc_hash::{FxHashMap, FxHasher};

use super::codes::{self, CodeCounts};
use super::keyness::{self, KeyGroups};
use super::sets::{self, Set, Sets};
use super::study::StudyFacts;
use super::texts::Shown;
use super::themes::Theme;
use super::{Corpus, Document, MOST_ROWS, MOST_THEMES};
use super::{agreement, exchanges, firsts};
use crate::ReportError;

/// No theme, speaker or turn.
pub(super) const NONE: u32 = u32::MAX;
/// No theme.
pub(super) const NO_THEME: u16 = u16::MAX;
/// No tone.
pub(super) const NO_TONE: i8 = i8::MIN;
/// People of whom the labels are counted.
const MOST_PEOPLE_WITH_LABELS: u32 = 30;
/// Periods of one length; with more, longer ones are used.
const MOST_PERIODS: usize = 40;

/// What was counted.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) n_segments: usize,
    pub(crate) n_words: u64,
    pub(crate) n_turns: usize,
    pub(crate) n_doubtful_turns: usize,
    /// Turns without a known speaker.
    pub(crate) n_unknown_turns: usize,
    /// Days, months or years with documents, in their order.
    pub(crate) periods: Vec<Period>,
    /// Segments by tone, in the order of [`Tone::ALL`].
    pub(crate) tones: [u32; 3],
    /// Segments of each group.
    pub(crate) groups: Vec<u32>,
    /// Segments of each theme that is compared, and group.
    pub(crate) theme_groups: Vec<Vec<u32>>,
    /// Segments of each theme that is compared, and period.
    pub(crate) theme_periods: Vec<Vec<u32>>,
    /// Segments of no theme.
    pub(crate) n_without_theme: u32,
    /// Segments of each target and label, in the order of [`Stance::ALL`].
    pub(crate) labels: Vec<[u32; 3]>,
    /// The same by group.
    pub(crate) label_groups: Vec<Vec<[u32; 3]>>,
    /// The same by person, of those with the most words.
    pub(crate) label_people: Vec<Vec<[u32; 3]>>,
    /// Segments without a label of each target, by reason.
    pub(crate) reasons: Vec<BTreeMap<AbstentionReason, u32>>,
    /// The labels of the study's own variables.
    pub(crate) codes: Vec<CodeCounts>,
    /// Pairs of people of whom one speaks directly after the other, by decreasing number.
    pub(crate) exchanges: Vec<Pair>,
    /// Pairs of people of whom one names the other, by decreasing number.
    pub(crate) names: Vec<Pair>,
    /// Sentences that name people who speak in no document, so that nothing else is known of them.
    pub(crate) n_names_of_others: usize,
    /// People of the most frequent pairs, and how often each (row) is followed by each (column).
    pub(crate) followers: (Vec<u32>, Vec<Vec<usize>>),
    /// Whose turns meet with interruptions, calls, applause and laughter, the most of them first.
    pub(crate) received: Vec<Received>,
    /// All of these pairs, and all changes of the speaker.
    pub(crate) n_pairs: usize,
    pub(crate) n_changes: usize,
}

/// A day, month or year.
pub(crate) struct Period {
    pub(crate) name: String,
    pub(crate) n_words: u64,
    pub(crate) n_segments: u32,
}

/// What one person does with regard to another, and how often.
pub(crate) struct Pair {
    /// Number of the person.
    pub(crate) from: u32,
    /// Number of the other person.
    pub(crate) to: u32,
    /// How often, in the order of [`ExchangeKind::ALL`].
    pub(crate) n: [usize; ExchangeKind::ALL.len()],
}

/// How often others do something during the turns of a person.
pub(crate) struct Received {
    /// Number of the person.
    pub(crate) to: u32,
    /// How often, in the order of [`RECEIVED`](super::RECEIVED).
    pub(crate) n: [usize; 4],
}

impl Pair {
    pub(crate) fn n(&self, kind: ExchangeKind) -> usize {
        self.n[kind as usize]
    }
}

/// A turn.
#[derive(Clone, Copy)]
pub(super) struct TurnRow {
    pub(super) document: u32,
    /// Number of the speaker, or [`NONE`].
    pub(super) speaker: u32,
    pub(super) first_row: u32,
    pub(super) n_rows: u32,
    pub(super) confidence: f32,
    pub(super) doubtful: bool,
}

impl TurnRow {
    /// The number of the person who speaks.
    pub(super) fn person(&self, corpus: &Corpus) -> Option<u32> {
        (self.speaker != NONE).then(|| corpus.speakers[self.speaker as usize].person)
    }
}

/// A sum of values and their number, for each turn.
pub(super) type TurnValues = Vec<(f64, u32)>;

/// What is kept of each segment.
#[derive(Default)]
pub(super) struct Segments {
    pub(super) turn: Vec<u32>,
    pub(super) theme: Vec<u16>,
    /// Score of the tone in hundredths.
    pub(super) tone: Vec<i8>,
    /// For each segment and target: a label as its position in [`Stance::ALL`], or 3.
    pub(super) stance: Vec<u8>,
    pub(super) hash: Vec<u64>,
}

/// The result of the first reading.
pub(super) struct Counted {
    pub(super) counts: Counts,
    pub(super) sets: Vec<(Set, sets::Drawn)>,
    pub(super) turns: Vec<TurnRow>,
    pub(super) segments: Segments,
    pub(super) tone: TurnValues,
    /// For each target.
    pub(super) stance: Vec<TurnValues>,
    /// Why a doubtful turn begins where it does, for turns of embedded transcripts.
    pub(super) evidence: FxHashMap<u32, String>,
}

pub(super) fn count(
    results: &Results,
    corpus: &mut Corpus,
    (themes, keyness): (&[Theme], &[KeyGroups]),
    study: &StudyFacts,
    shown: &Shown,
    sentences: usize,
) -> Result<Counted, ReportError> {
    let mut counts =
        Counts { n_words: corpus.documents.iter().map(|d| u64::from(d.n_words)).sum(), ..Counts::default() };
    let (mut turns, keys, evidence) = read_turns(results, corpus, shown, &mut counts)?;
    let period_of = periods(&corpus.documents, &mut counts);
    let mut sets = Sets::default();
    let mut segments = Segments::default();
    let tone =
        read_segments(results, corpus, themes, (&mut turns, &keys), &period_of, &mut counts, &mut segments, &mut sets)?;
    exchanges::read(results, corpus, (&turns, &keys), &segments, &mut counts, &mut sets)?;
    drop(keys);
    let stance = read_stance(results, corpus, study, &turns, &mut counts, &mut segments, &mut sets)?;
    agreement::draw(results, study, &segments.hash, &mut sets)?;
    counts.codes = codes::codes(results, corpus, &segments.hash, &mut sets)?;
    firsts::firsts(corpus, &turns, &segments, &mut sets);
    keyness::draw(results, corpus, (themes, keyness), (&turns, &segments), &mut sets)?;
    Ok(Counted { counts, sets: sets.finish(sentences), turns, segments, tone, stance, evidence })
}

/// A short key of an id.
pub(super) fn key(id: &str) -> u64 {
    let mut hasher = FxHasher::default();
    id.hash(&mut hasher);
    hasher.finish()
}

type Turns = (Vec<TurnRow>, Vec<u64>, FxHashMap<u32, String>);

fn read_turns(
    results: &Results,
    corpus: &mut Corpus,
    shown: &Shown,
    counts: &mut Counts,
) -> Result<Turns, ReportError> {
    let columns = [
        "utterance_id",
        "document_id",
        "speaker_id",
        "time_start_s",
        "time_end_s",
        "boundary_confidence",
        "needs_review",
        "evidence",
    ];
    let (mut turns, mut keys, mut evidence) = (Vec::new(), Vec::new(), FxHashMap::default());
    for group in results.groups(UtteranceRow::TABLE, Some(&columns))? {
        let frame = group?;
        let text = |name: &str| column::<&str>(&frame, name);
        let (ids, documents, speakers) = (text("utterance_id")?, text("document_id")?, text("speaker_id")?);
        let reasons = text("evidence")?;
        let (starts, ends) = (column::<f64>(&frame, "time_start_s")?, column::<f64>(&frame, "time_end_s")?);
        let confidences = column::<f32>(&frame, "boundary_confidence")?;
        let doubts = column::<bool>(&frame, "needs_review")?;
        for row in 0..ids.len() {
            let document = corpus.document(documents[row].unwrap_or_default())?;
            let speaker = speakers[row].map(|id| corpus.speaker(id)).transpose()?;
            let doubtful = doubts[row].unwrap_or_default();
            if doubtful && shown.has(document) {
                evidence.insert(turns.len() as u32, reasons[row].unwrap_or_default().to_owned());
            }
            if let (Some(speaker), Some(start), Some(end)) = (speaker, starts[row], ends[row]) {
                let person = corpus.speakers[speaker as usize].person as usize;
                *corpus.people[person].seconds.get_or_insert(0.0) += (end - start).max(0.0);
            }
            counts.n_doubtful_turns += usize::from(doubtful);
            counts.n_unknown_turns += usize::from(speaker.is_none());
            turns.push(TurnRow {
                document,
                speaker: speaker.unwrap_or(NONE),
                first_row: 0,
                n_rows: 0,
                confidence: confidences[row].unwrap_or_default(),
                doubtful,
            });
            keys.push(key(ids[row].unwrap_or_default()));
        }
    }
    counts.n_turns = turns.len();
    Ok((turns, keys, evidence))
}

/// The periods with documents, and the period of each document.
fn periods(documents: &[Document], counts: &mut Counts) -> Vec<Option<u32>> {
    let named = |digits: usize| documents.iter().map(move |d| d.date.map(|date| date.to_string()[..digits].to_owned()));
    let digits =
        [10, 7].into_iter().find(|digits| named(*digits).flatten().collect::<BTreeSet<String>>().len() <= MOST_PERIODS);
    let names: Vec<Option<String>> = named(digits.unwrap_or(4)).collect();
    let distinct: BTreeSet<&String> = names.iter().flatten().collect();
    counts.periods = distinct.iter().map(|name| Period { name: (*name).clone(), n_words: 0, n_segments: 0 }).collect();
    let numbers: BTreeMap<&String, u32> = distinct.into_iter().zip(0..).collect();
    let of_documents: Vec<Option<u32>> = names.iter().map(|name| name.as_ref().map(|name| numbers[name])).collect();
    for (document, period) in documents.iter().zip(&of_documents) {
        if let Some(period) = period {
            let period = &mut counts.periods[*period as usize];
            period.n_words += u64::from(document.n_words);
            period.n_segments += document.n_segments;
        }
    }
    of_documents
}

/// The person and the group of a turn.
fn whose(corpus: &Corpus, turn: &TurnRow) -> (Option<u32>, Option<u32>) {
    let speaker = (turn.speaker != NONE).then(|| &corpus.speakers[turn.speaker as usize]);
    let group = speaker.and_then(|speaker| speaker.group).or(corpus.documents[turn.document as usize].group);
    (speaker.map(|speaker| speaker.person), group)
}

#[expect(clippy::too_many_arguments, reason = "one pass fills counts, sets and what is kept of segments")]
fn read_segments(
    results: &Results,
    corpus: &Corpus,
    themes: &[Theme],
    (turns, keys): (&mut [TurnRow], &[u64]),
    period_of: &[Option<u32>],
    counts: &mut Counts,
    segments: &mut Segments,
    sets: &mut Sets,
) -> Result<TurnValues, ReportError> {
    let n_groups = corpus.grouping.as_ref().map_or(0, |grouping| grouping.values.len());
    counts.groups = vec![0; n_groups];
    counts.theme_groups = vec![vec![0; n_groups]; themes.len()];
    counts.theme_periods = vec![vec![0; counts.periods.len()]; themes.len()];
    let theme_numbers: FxHashMap<&str, u16> = themes.iter().map(|theme| theme.id.as_str()).zip(0..NO_THEME).collect();
    let exemplars: FxHashMap<&str, (u32, u64)> = themes
        .iter()
        .zip(0..)
        .flat_map(|(theme, number)| {
            theme.exemplars.iter().zip(0..).map(move |(id, rank)| (id.as_str(), (number, rank)))
        })
        .collect();
    let mut tone: TurnValues = vec![(0.0, 0); turns.len()];
    let columns = ["segment_id", "utterance_id", "theme_id", "sentiment_score", "sentiment_label"];
    let mut turn = 0;
    let mut row: u32 = 0;
    for group in results.groups(AnalysisRow::TABLE, Some(&columns))? {
        let frame = group?;
        let text = |name: &str| column::<&str>(&frame, name);
        let (ids, utterances) = (text("segment_id")?, text("utterance_id")?);
        let (theme_ids, labels) = (text("theme_id")?, text("sentiment_label")?);
        let scores = column::<f32>(&frame, "sentiment_score")?;
        let mut last: Option<&str> = None;
        for at in 0..ids.len() {
            let id = ids[at].unwrap_or_default();
            if utterances[at] != last {
                last = utterances[at];
                let wanted = key(last.unwrap_or_default());
                // Segments are in the order of their turns.
                while keys.get(turn).is_some_and(|key| *key != wanted) {
                    turn += 1;
                }
            }
            let Some(of_turn) = turns.get_mut(turn) else {
                let problem = format!("`utterances` has no turn for segment `{id}` of `analysis`");
                return Err(ReportError::Misfit { problem });
            };
            if of_turn.n_rows == 0 {
                of_turn.first_row = row;
            }
            of_turn.n_rows += 1;
            let hash = sets::hash(id);
            sets.add(Set::All, hash, row);
            let (person, group) = whose(corpus, of_turn);
            let theme = theme_ids[at].and_then(|id| theme_numbers.get(id).copied());
            if corpus.documents[of_turn.document as usize].is_listed {
                sets.add(Set::Document(of_turn.document), hash, row);
            }
            if let Some(person) = person.filter(|person| *person < MOST_ROWS as u32) {
                sets.add(Set::Person(person), hash, row);
            }
            if let Some(group) = group {
                counts.groups[group as usize] += 1;
                sets.add(Set::Group(group), hash, row);
            }
            let period = period_of[of_turn.document as usize];
            if let Some(period) = period {
                sets.add(Set::Period(period), hash, row);
            }
            match theme {
                None => {
                    counts.n_without_theme += 1;
                    sets.add(Set::WithoutTheme, hash, row);
                }
                Some(theme) => {
                    let number = u32::from(theme);
                    sets.add(Set::Theme(number), hash, row);
                    let is_compared = usize::from(theme) < MOST_THEMES;
                    if let Some(group) = group.filter(|_| is_compared) {
                        counts.theme_groups[theme as usize][group as usize] += 1;
                        sets.add(Set::ThemeGroup(number, group), hash, row);
                    }
                    if let Some(period) = period.filter(|_| is_compared) {
                        counts.theme_periods[theme as usize][period as usize] += 1;
                        sets.add(Set::ThemePeriod(number, period), hash, row);
                    }
                }
            }
            if let Some((theme, rank)) = exemplars.get(id) {
                sets.add_with_key(Set::Exemplars(*theme), *rank, hash, row);
                if *rank == 0 {
                    sets.add(Set::Themes, hash, row);
                }
            }
            if let Some(label) = labels[at].and_then(Tone::from_name) {
                counts.tones[label as usize] += 1;
                sets.add(Set::Tone(label), hash, row);
            }
            if let Some(score) = scores[at] {
                tone[turn].0 += f64::from(score);
                tone[turn].1 += 1;
            }
            segments.turn.push(turn as u32);
            segments.theme.push(theme.unwrap_or(NO_THEME));
            segments.tone.push(scores[at].map_or(NO_TONE, |score| (score * 100.0).round() as i8));
            segments.hash.push(hash);
            row += 1;
        }
    }
    counts.n_segments = row as usize;
    Ok(tone)
}

fn read_stance(
    results: &Results,
    corpus: &Corpus,
    study: &StudyFacts,
    turns: &[TurnRow],
    counts: &mut Counts,
    segments: &mut Segments,
    sets: &mut Sets,
) -> Result<Vec<TurnValues>, ReportError> {
    let n = study.targets.len();
    let n_people = (corpus.people.len() as u32).min(MOST_PEOPLE_WITH_LABELS);
    counts.labels = vec![[0; 3]; n];
    counts.reasons = vec![BTreeMap::new(); n];
    counts.label_groups = vec![vec![[0; 3]; counts.groups.len()]; n];
    counts.label_people = vec![vec![[0; 3]; n_people as usize]; n];
    let mut values: Vec<TurnValues> = vec![vec![(0.0, 0); turns.len()]; n];
    let n_rows = results.n_rows(StanceRow::TABLE)?;
    if n == 0 || n_rows != counts.n_segments * n {
        let expected = counts.n_segments * n;
        return if n_rows == expected {
            Ok(values)
        } else {
            Err(ReportError::Misfit { problem: format!("`stance` has {n_rows} rows, expected {expected}") })
        };
    }
    segments.stance = vec![Stance::ALL.len() as u8; n_rows];
    let numbers: FxHashMap<&str, usize> = study.targets.iter().map(|target| target.id.as_str()).zip(0..).collect();
    let mut row = 0;
    for group in results
        .groups(StanceRow::TABLE, Some(&["target_id", "favor", "against", "neither", "score", "label", "reason"]))?
    {
        let frame = group?;
        let text = |name: &str| column::<&str>(&frame, name);
        let (ids, labels, reasons) = (text("target_id")?, text("label")?, text("reason")?);
        let number = |name: &str| column::<f32>(&frame, name);
        let (favor, against, neither, scores) =
            (number("favor")?, number("against")?, number("neither")?, number("score")?);
        for at in 0..ids.len() {
            let Some(&target) = ids[at].and_then(|id| numbers.get(id)) else {
                let problem =
                    format!("`stance` has the target `{}`, which is not one of the study", ids[at].unwrap_or_default());
                return Err(ReportError::Misfit { problem });
            };
            // The rows of a segment are adjacent.
            let segment = row / n;
            row += 1;
            let (turn, hash) = (segments.turn[segment] as usize, segments.hash[segment]);
            let (segment_row, number) = (segment as u32, target as u32);
            let (person, group) = whose(corpus, &turns[turn]);
            let Some(label) = labels[at].and_then(Stance::from_name) else {
                if let Some(reason) = reasons[at].and_then(AbstentionReason::from_name) {
                    *counts.reasons[target].entry(reason).or_default() += 1;
                    sets.add(Set::Reason(number, reason), hash, segment_row);
                    sets.add(Set::Unlabelled(number), hash, segment_row);
                }
                continue;
            };
            let place = label as usize;
            segments.stance[segment * n + target] = place as u8;
            counts.labels[target][place] += 1;
            sets.add(Set::Label(number, label), hash, segment_row);
            if let Some(group) = group {
                counts.label_groups[target][group as usize][place] += 1;
                sets.add(Set::LabelGroup(number, label, group), hash, segment_row);
            }
            if let Some(person) = person.filter(|person| *person < n_people) {
                counts.label_people[target][person as usize][place] += 1;
                sets.add(Set::LabelPerson(number, label, person), hash, segment_row);
            }
            if let Some(score) = scores[at] {
                values[target][turn].0 += f64::from(score);
                values[target][turn].1 += 1;
            }
            let probability = match label {
                Stance::Favor => favor[at],
                Stance::Against => against[at],
                Stance::Neither => neither[at],
            };
            if let Some(probability) = probability {
                // In billionths, so that the order of near ties does not depend on rounding of floats.
                let doubt = ((1.0 - f64::from(probability)).clamp(0.0, 1.0) * 1e9).round() as u64;
                sets.add_with_key(Set::Certain(number, label), doubt, hash, segment_row);
            }
        }
    }
    Ok(values)
}

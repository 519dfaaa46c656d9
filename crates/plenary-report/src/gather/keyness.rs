//! The words of groups.
//!
//! **Input:** the table `keyness`, some thousand rows at a time. **Output:** for each kind of group and language the groups with the most words,
//! each with the words that it uses more often than the others, and the segments with these words in the group and elsewhere. A word has
//! segments only if their words are as many as the table says, so that a number never opens others than those that it counts. **Left to
//! others:** HTML.

use std::collections::BTreeMap;

use jiff::civil::Date;
use plenary_corpus::findings::KeyGroups as Groups;
use plenary_measure::keyness::terms;
use plenary_tables::schema::{DocumentRow, KeynessRow, SegmentRow, SpeakerRow};
use plenary_tables::{OpenError, Results, column};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Corpus;
use super::corpus::{Source, source_of, values};
use super::counts::{NO_THEME, NONE, Segments, TurnRow};
use super::sets::{Bottom, MOST, Set, Sets, Where};
use super::themes::Theme;
use crate::ReportError;

/// Groups that are shown of a kind and language.
const MOST_GROUPS: usize = 8;
/// Words that are shown of a group.
const MOST_WORDS: usize = 8;

/// Groups of one kind in one language.
pub(crate) struct KeyGroups {
    /// What forms the groups.
    pub(crate) by: String,
    pub(crate) language: Option<String>,
    /// Those with the most words, the largest first.
    pub(crate) groups: Vec<KeyGroup>,
    /// Number of all groups.
    pub(crate) n_groups: usize,
}

/// A group with its words.
pub(crate) struct KeyGroup {
    id: String,
    pub(crate) name: String,
    pub(crate) n_words: u64,
    /// Words that it uses more often, with the largest z first.
    pub(crate) words: Vec<KeyWord>,
}

/// A word of a group.
pub(crate) struct KeyWord {
    pub(crate) term: String,
    pub(crate) n: u64,
    pub(crate) n_elsewhere: u64,
    pub(crate) log_odds: f64,
    pub(crate) interval: (f64, f64),
    pub(crate) z: f64,
    pub(crate) q_value: f64,
}

pub(super) fn keyness(results: &Results) -> Result<Vec<KeyGroups>, ReportError> {
    let mut all: Vec<KeyGroups> = Vec::new();
    // The rows of a group are adjacent and begin with the largest z; a group may be cut by the end of a frame.
    for frame in results.groups(KeynessRow::TABLE, None)? {
        let frame = frame?;
        for row in KeynessRow::rows(&frame)? {
            let is_kind = |known: &KeyGroups| known.by == row.by && known.language.as_deref() == row.language;
            let place = all.iter().position(is_kind).unwrap_or_else(|| {
                let (by, language) = (row.by.to_owned(), row.language.map(str::to_owned));
                all.push(KeyGroups { by, language, groups: Vec::new(), n_groups: 0 });
                all.len() - 1
            });
            let kind = &mut all[place];
            if kind.groups.last().is_none_or(|group| group.id != row.group_id) {
                kind.n_groups += 1;
                let (id, name) = (row.group_id.to_owned(), row.group.to_owned());
                kind.groups.push(KeyGroup { id, name, n_words: row.n_words, words: Vec::new() });
            }
            let Some(group) = kind.groups.last_mut() else { continue };
            if row.z > 0.0 && group.words.len() < MOST_WORDS {
                group.words.push(KeyWord {
                    term: row.term.to_owned(),
                    n: row.n,
                    n_elsewhere: row.n_elsewhere,
                    log_odds: row.log_odds,
                    interval: (row.ci_low, row.ci_high),
                    z: row.z,
                    q_value: row.q_value,
                });
            }
        }
    }
    for kind in &mut all {
        kind.groups.sort_by_key(|group| std::cmp::Reverse(group.n_words));
        kind.groups.truncate(MOST_GROUPS);
    }
    Ok(all)
}

/// The segments of a word, in the group or elsewhere.
#[derive(Default)]
struct Found {
    n_occurrences: u64,
    segments: Bottom,
}

/// Where a term is counted: a kind of groups, a group, and the place of the word among all.
struct Counted {
    kind: usize,
    group: u32,
    at: usize,
}

/// Draws segments with the words, in their group and elsewhere.
pub(super) fn draw(
    results: &Results,
    corpus: &Corpus,
    (themes, keyness): (&[Theme], &[KeyGroups]),
    (turns, segments): (&[TurnRow], &Segments),
    sets: &mut Sets,
) -> Result<(), ReportError> {
    let mut of_terms: BTreeMap<&str, Vec<Counted>> = BTreeMap::new();
    let mut words: Vec<(Set, Set, [u64; 2])> = Vec::new();
    for (kind_at, kind) in keyness.iter().enumerate() {
        for (group, of_group) in (0..).zip(&kind.groups) {
            for (word_at, word) in (0..).zip(&of_group.words) {
                let counted = Counted { kind: kind_at, group, at: words.len() };
                of_terms.entry(&word.term).or_default().push(counted);
                let set = |place| Set::Word(kind_at as u32, group, word_at, place);
                words.push((set(Where::InGroup), set(Where::Elsewhere), [word.n, word.n_elsewhere]));
            }
        }
    }
    if words.is_empty() {
        return Ok(());
    }
    let numbers: FxHashMap<&str, usize> = of_terms.keys().copied().zip(0..).collect();
    let of_terms: Vec<&Vec<Counted>> = of_terms.values().collect();
    let memberships = keyness.iter().map(|kind| Membership::of(results, corpus, themes, kind));
    let memberships: Vec<Membership> = memberships.collect::<Result<_, _>>()?;
    let of_frame = |at: usize| -> Result<Vec<[Found; 2]>, OpenError> {
        let (first, frame) = results.groups(SegmentRow::TABLE, Some(&["text"]))?.group(at)?;
        let mut found: Vec<[Found; 2]> = Vec::new();
        found.resize_with(words.len(), Default::default);
        let mut here: Vec<(bool, Option<u32>)> = Vec::with_capacity(keyness.len());
        for (row, text) in (first..segments.turn.len()).zip(column::<&str>(&frame, "text")?) {
            let known = |term: String| numbers.get(term.as_str()).copied();
            let mut in_text: Vec<usize> = terms(text.unwrap_or_default()).into_iter().filter_map(known).collect();
            in_text.sort_unstable();
            if in_text.is_empty() {
                continue;
            }
            let turn = &turns[segments.turn[row] as usize];
            let language = corpus.documents[turn.document as usize].language.as_deref();
            // Per kind, whether it is in the language of the text, and the group of the text.
            here.clear();
            here.extend(keyness.iter().zip(&memberships).map(|(kind, membership)| {
                (kind.language.as_deref() == language, membership.group(turn, segments.theme[row]))
            }));
            for same in in_text.chunk_by(|a, b| a == b) {
                for word in of_terms[same[0]] {
                    let (is_compared, group) = here[word.kind];
                    if !is_compared {
                        continue;
                    }
                    let is_in_group = group == Some(word.group);
                    let found = &mut found[word.at][usize::from(!is_in_group)];
                    found.n_occurrences += same.len() as u64;
                    found.segments.add((0, segments.hash[row], row as u32), MOST);
                }
            }
        }
        Ok(found)
    };
    let merged = |mut all: Vec<[Found; 2]>, more: Vec<[Found; 2]>| {
        if all.is_empty() {
            return Ok(more);
        }
        for (all, more) in all.iter_mut().flatten().zip(more.into_iter().flatten()) {
            all.n_occurrences += more.n_occurrences;
            all.segments.merge(more.segments, MOST);
        }
        Ok(all)
    };
    let n_frames = results.groups(SegmentRow::TABLE, Some(&["text"]))?.n_groups();
    let found = (0..n_frames).into_par_iter().map(of_frame).try_reduce(Vec::new, merged)?;
    for ((in_group, elsewhere, n), found) in words.into_iter().zip(found) {
        for ((set, n), found) in [in_group, elsewhere].into_iter().zip(n).zip(found) {
            if found.n_occurrences == n {
                sets.put(set, found.segments);
            }
        }
    }
    Ok(())
}

/// The group of a kind to which a turn or a theme belongs, by number.
enum Membership {
    Themes(Vec<Option<u32>>),
    Speakers(Vec<Option<u32>>),
    Documents(Vec<Option<u32>>),
}

impl Membership {
    fn of(results: &Results, corpus: &Corpus, themes: &[Theme], kind: &KeyGroups) -> Result<Self, ReportError> {
        let ids = kind.groups.iter().map(|group| group.id.as_str());
        let numbers: FxHashMap<&str, u32> = ids.zip(0..).collect();
        let number = |id: &str| numbers.get(id).copied();
        Ok(match (Groups::from_name(&kind.by), source_of(results, &kind.by)) {
            (Some(Groups::Theme), _) => Self::Themes(themes.iter().map(|theme| number(&theme.id)).collect()),
            (Some(Groups::Speaker), _) => {
                let people: FxHashMap<u32, u32> =
                    numbers.iter().filter_map(|(id, group)| Some((corpus.person(id)?, *group))).collect();
                Self::Speakers(corpus.speakers.iter().map(|speaker| people.get(&speaker.person).copied()).collect())
            }
            (None, Some(Source::Speakers)) => {
                let frame = results.frame(SpeakerRow::TABLE)?;
                Self::Speakers(values(&frame, &kind.by)?.iter().map(|value| number(value)).collect())
            }
            (None, Some(Source::Documents)) => {
                let frame = results.frame(DocumentRow::TABLE)?;
                Self::Documents(values(&frame, &kind.by)?.iter().map(|value| number(value)).collect())
            }
            // Periods, years and months, of which a table has only the dates.
            (Some(Groups::Period), _) | (None, None) => {
                let period = |document: &super::Document| {
                    let of_date = document.date.map(periods).into_iter().flatten();
                    number(&document.id).or_else(|| of_date.into_iter().find_map(|name| number(&name)))
                };
                Self::Documents(corpus.documents.iter().map(period).collect())
            }
        })
    }

    fn group(&self, turn: &TurnRow, theme: u16) -> Option<u32> {
        match self {
            Self::Themes(groups) => groups[usize::from(Some(theme).filter(|theme| *theme != NO_THEME)?)],
            Self::Speakers(groups) => groups[Some(turn.speaker).filter(|speaker| *speaker != NONE)? as usize],
            Self::Documents(groups) => groups[turn.document as usize],
        }
    }
}

/// The names of the periods of a date: its day, month, quarter and year. All groups of a run have periods of one length, so that one name fits
/// at most.
fn periods(date: Date) -> [String; 4] {
    let (year, month) = (date.year(), date.month());
    [
        date.to_string(),
        format!("{year:04}-{month:02}"),
        format!("{year:04}-Q{}", (month - 1) / 3 + 1),
        format!("{year:04}"),
    ]
}

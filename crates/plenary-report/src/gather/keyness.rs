//! The words of groups.
//!
//! **Input:** the table `keyness`, some thousand rows at a time. **Output:** for each kind of group and language the groups with the most words,
//! each with the words that it uses more often than the others. **Left to others:** HTML.

use plenary_tables::Results;
use plenary_tables::schema::KeynessRow;

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

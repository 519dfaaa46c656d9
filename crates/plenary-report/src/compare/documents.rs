//! Documents and people of two runs.

use std::collections::BTreeMap;

use plenary_tables::schema::{DocumentRow, PersonRow};
use serde::Serialize;

use super::Change;
use super::read::{Reader, cells};
use crate::ReportError;

/// A document or person in two runs, of which one may lack it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair<T> {
    /// What became of it.
    pub change: Change,
    /// In the earlier run.
    pub old: Option<T>,
    /// In the later run.
    pub new: Option<T>,
}

impl<T> Pair<T> {
    /// That of the later run, or else of the earlier one.
    pub fn shown(&self) -> Option<&T> {
        self.new.as_ref().or(self.old.as_ref())
    }
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DocumentFacts {
    /// Its id, which is that of its content.
    pub document_id: String,
    /// Its path.
    pub path: String,
    /// Words in its utterances.
    pub n_words: u32,
    /// Its segments.
    pub n_segments: u32,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PersonFacts {
    /// Id of the person.
    pub person_id: String,
    /// Name of the person.
    pub name: String,
    /// Party, if there is one.
    pub party: Option<String>,
    /// Documents in which the person speaks.
    pub n_documents: u32,
    /// Words of the person.
    pub n_words: u32,
}

/// The documents of both runs: those of the earlier run in its order, then those that only the later run has.
pub(super) fn documents(old: &mut Reader, new: &mut Reader) -> Result<Vec<Pair<DocumentFacts>>, ReportError> {
    let read = |reader: &mut Reader| -> Result<Vec<DocumentFacts>, ReportError> {
        let mut all = Vec::new();
        let columns = ["document_id", "path", "n_words", "n_segments"];
        reader.each(DocumentRow::TABLE, &columns, |frame| {
            let (ids, paths) = (cells::<String>(frame, "document_id")?, cells::<String>(frame, "path")?);
            let (words, segments) = (cells::<u32>(frame, "n_words")?, cells::<u32>(frame, "n_segments")?);
            for (((id, path), n_words), n_segments) in ids.into_iter().zip(paths).zip(words).zip(segments) {
                all.push(DocumentFacts {
                    document_id: id.unwrap_or_default(),
                    path: path.unwrap_or_default(),
                    n_words: n_words.unwrap_or_default(),
                    n_segments: n_segments.unwrap_or_default(),
                });
            }
            Ok(())
        })?;
        Ok(all)
    };
    let (old, new) = (read(old)?, read(new)?);
    let by: [Key<DocumentFacts>; 3] = [
        &|document| Some(document.document_id.clone()),
        &|document| Some(document.path.clone()),
        // A folder may have another name or place.
        &|document| document.path.rsplit('/').next().map(str::to_owned),
    ];
    let change =
        |old: &DocumentFacts, new: &DocumentFacts| match (old.document_id == new.document_id, old.path == new.path) {
            (true, true) => Change::Same,
            (true, false) => Change::Moved,
            (false, _) => Change::Changed,
        };
    Ok(paired(old, new, &by, change))
}

/// The people of both runs.
pub(super) fn people(old: &mut Reader, new: &mut Reader) -> Result<Vec<Pair<PersonFacts>>, ReportError> {
    let read = |reader: &mut Reader| -> Result<Vec<PersonFacts>, ReportError> {
        let mut all = Vec::new();
        let columns = ["person_id", "name", "party", "n_documents", "n_words"];
        reader.each(PersonRow::TABLE, &columns, |frame| {
            let (ids, names) = (cells::<String>(frame, "person_id")?, cells::<String>(frame, "name")?);
            let (parties, documents) = (cells::<String>(frame, "party")?, cells::<u32>(frame, "n_documents")?);
            let rows = ids.into_iter().zip(names).zip(parties).zip(documents).zip(cells::<u32>(frame, "n_words")?);
            all.extend(rows.map(|((((id, name), party), n_documents), n_words)| PersonFacts {
                person_id: id.unwrap_or_default(),
                name: name.unwrap_or_default(),
                party,
                n_documents: n_documents.unwrap_or_default(),
                n_words: n_words.unwrap_or_default(),
            }));
            Ok(())
        })?;
        Ok(all)
    };
    let (old, new) = (read(old)?, read(new)?);
    let by: [Key<PersonFacts>; 2] =
        [&|person| Some(person.person_id.clone()), &|person| Some(person.name.to_lowercase())];
    let facts = |person: &PersonFacts| (person.name.clone(), person.party.clone(), person.n_documents, person.n_words);
    let change =
        |old: &PersonFacts, new: &PersonFacts| if facts(old) == facts(new) { Change::Same } else { Change::Changed };
    Ok(paired(old, new, &by, change))
}

/// What tells documents or people apart.
type Key<'k, T> = &'k dyn Fn(&T) -> Option<String>;

/// Pairs by the first of the keys that is the same in both and unique among those that are left.
fn paired<T>(old: Vec<T>, new: Vec<T>, keys: &[Key<T>], change: impl Fn(&T, &T) -> Change) -> Vec<Pair<T>> {
    let mut partner: Vec<Option<usize>> = vec![None; old.len()];
    let mut taken = vec![false; new.len()];
    for key in keys {
        let mut of_new: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, one) in new.iter().enumerate().filter(|(at, _)| !taken[*at]) {
            if let Some(key) = key(one) {
                of_new.entry(key).or_default().push(at);
            }
        }
        let mut of_old: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, one) in old.iter().enumerate().filter(|(at, _)| partner[*at].is_none()) {
            if let Some(key) = key(one) {
                of_old.entry(key).or_default().push(at);
            }
        }
        for (key, olds) in of_old {
            if let ([one], Some([other])) = (olds.as_slice(), of_new.get(&key).map(Vec::as_slice)) {
                partner[*one] = Some(*other);
                taken[*other] = true;
            }
        }
    }
    let mut new: Vec<Option<T>> = new.into_iter().map(Some).collect();
    let mut pairs: Vec<Pair<T>> = Vec::new();
    for (one, partner) in old.into_iter().zip(partner) {
        let other = partner.and_then(|at| new[at].take());
        let change = other.as_ref().map_or(Change::Removed, |other| change(&one, other));
        pairs.push(Pair { change, old: Some(one), new: other });
    }
    pairs.extend(new.into_iter().flatten().map(|one| Pair { change: Change::Added, old: None, new: Some(one) }));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_that_is_unique_pairs() {
        let by: [Key<(u8, &str)>; 2] = [&|one| Some(one.0.to_string()), &|one| Some(one.1.to_owned())];
        let change = |a: &(u8, &str), b: &(u8, &str)| if a == b { Change::Same } else { Change::Changed };
        let pairs =
            paired(vec![(1, "a"), (2, "b"), (3, "c"), (4, "c")], vec![(5, "b"), (1, "z"), (6, "c")], &by, change);
        let found: Vec<_> = pairs.iter().map(|pair| (pair.change, pair.old, pair.new)).collect();
        assert_eq!(
            found,
            [
                (Change::Changed, Some((1, "a")), Some((1, "z"))),
                (Change::Changed, Some((2, "b")), Some((5, "b"))),
                (Change::Removed, Some((3, "c")), None),
                (Change::Removed, Some((4, "c")), None),
                (Change::Added, None, Some((6, "c"))),
            ]
        );
    }
}

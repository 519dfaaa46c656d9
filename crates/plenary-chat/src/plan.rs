//! Units to calls.
//!
//! **Input**: units in the order of the study. **Output**: calls, each with its key. Neighbours of one group and one proposition
//! share a call, up to the number that the options allow. Calls with the same request are made once, for all units that they
//! concern. **Left to others**: making the calls.

use std::collections::HashMap;

use crate::options::ChatOptions;
use crate::prompt::Unit;
use crate::request::{Request, key};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The key of its answer.
    pub(crate) key: String,
    /// Number of the repetition, from 0.
    pub(crate) repetition: u64,
    /// Rows of the units, in the order in which the call names them; several lists if other units have the same texts.
    pub(crate) rows: Vec<Vec<usize>>,
}

impl Call {
    /// The request of the call.
    pub(crate) fn request(&self, units: &[Unit], options: &ChatOptions) -> Request {
        let asked: Vec<&Unit> = self.rows[0].iter().map(|&row| &units[row]).collect();
        Request::new(&asked, options, self.repetition)
    }
}

/// The calls for some units, in the order of the units.
pub(crate) fn calls(units: &[Unit], options: &ChatOptions) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let rows: Vec<usize> = (0..units.len()).collect();
    let share_a_call = |&a: &usize, &b: &usize| {
        let (a, b) = (&units[a], &units[b]);
        a.group == b.group && a.proposition == b.proposition && a.negation == b.negation
    };
    for neighbours in rows.chunk_by(share_a_call) {
        for together in neighbours.chunks(options.units_per_call) {
            for repetition in 0..options.repeat {
                let mut call = Call { key: String::new(), repetition, rows: vec![together.to_vec()] };
                call.key = key(&call.request(units, options).text());
                match known.get(&call.key) {
                    Some(&at) => calls[at].rows.append(&mut call.rows),
                    None => {
                        known.insert(call.key.clone(), calls.len());
                        calls.push(call);
                    }
                }
            }
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(group: &str, text: &str, proposition: &str) -> Unit {
        Unit {
            id: text.into(),
            group: group.into(),
            text: text.into(),
            before: vec![],
            proposition: Some(proposition.into()),
            negation: None,
        }
    }

    fn rows(units: &[Unit], units_per_call: usize, repeat: u64) -> Vec<Vec<Vec<usize>>> {
        let options = ChatOptions { units_per_call, repeat, ..ChatOptions::default() };
        calls(units, &options).into_iter().map(|call| call.rows).collect()
    }

    #[test]
    fn neighbours_of_a_group_and_a_proposition_share_calls() {
        let units = ["a", "b", "c", "d"].map(|text| unit("one", text, "P"));
        let mut units = units.to_vec();
        units.push(unit("two", "e", "P"));
        units.push(unit("two", "f", "Q"));
        let expected: &[&[&[usize]]] = &[&[&[0, 1, 2]], &[&[3]], &[&[4]], &[&[5]]];
        assert_eq!(rows(&units, 3, 1), expected);
    }

    #[test]
    fn equal_requests_are_made_once() {
        let units = [unit("one", "Yes.", "P"), unit("one", "No.", "P"), unit("two", "Yes.", "P")];
        let expected: &[&[&[usize]]] = &[&[&[0], &[2]], &[&[1]]];
        assert_eq!(rows(&units, 1, 1), expected);
        assert_eq!(rows(&units, 1, 3).len(), 6);
    }
}

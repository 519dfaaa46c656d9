//! What the tests of this crate share: the turns of a plain text.

use crate::{Options, attribute};
use plenary_corpus::Transcript;
use plenary_read::read;

/// The transcript of a plain text, with the usual options.
pub(crate) fn transcript(text: &str) -> Transcript {
    attribute(read("a.txt", text.as_bytes()).expect("the text can be read"), &Options::default())
}

/// The printed label and the text of each turn; an empty label if there is none.
pub(crate) fn turns(text: &str) -> Vec<(String, String)> {
    transcript(text).utterances.into_iter().map(|turn| (turn.label.unwrap_or_default(), turn.text)).collect()
}

/// The name of the speaker and the text of each turn; an empty name if there is none.
pub(crate) fn named_turns(text: &str) -> Vec<(String, String)> {
    let found = transcript(text);
    let name = |at: Option<usize>| at.map(|at| found.speakers[at].name.clone()).unwrap_or_default();
    found.utterances.iter().map(|turn| (name(turn.speaker), turn.text.clone())).collect()
}

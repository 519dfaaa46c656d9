//! What the words of themes depend on, in addition to the texts.
//!
//! **Input:** the ledgers of all parts, and the sample of the whole corpus. **Output:** the fitted themes. Nothing is kept of a ledger but
//! the names and places of its speakers, and how many segments are in which language.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use plenary_corpus::progress::Progress;
use plenary_engine::cache::Cache;
use plenary_measure::themes::{Fitted, Sample, ThemeError, Wording};
use plenary_names::lexicon::Lexicon;

use super::ledger::Ledger;

#[derive(Debug, Default)]
pub(super) struct ThemeWords {
    /// Names of all speakers, word by word and in lower case.
    names: BTreeSet<String>,
    /// Constituencies of all speakers.
    seats: BTreeSet<String>,
    /// Number of segments by language.
    languages: BTreeMap<String, usize>,
}

impl ThemeWords {
    pub(super) fn add(&mut self, ledger: &Ledger) {
        self.names.extend(ledger.names());
        self.seats.extend(ledger.seats());
        for (language, n_segments) in ledger.languages() {
            *self.languages.entry(language.to_owned()).or_default() += n_segments;
        }
    }

    /// The language of most segments, for the stop words of themes.
    fn common_language(&self) -> Option<&str> {
        let most = self.languages.iter().max_by_key(|(language, n)| (**n, Reverse(*language)));
        most.map(|(language, _)| language.as_str())
    }

    /// The themes of a sample, on the threads of the current pool.
    pub(super) fn fit(
        &self,
        sample: Sample,
        lexicon: &Lexicon,
        cache: Option<&Cache>,
        progress: &dyn Progress,
    ) -> Result<Fitted, ThemeError> {
        let is_form_of_address = |word: &str| lexicon.is_form_of_address(word);
        let wording = Wording {
            language: self.common_language(),
            names: Some(&self.names),
            seats: Some(&self.seats),
            is_form_of_address: Some(&is_form_of_address),
        };
        sample.fit(wording, cache, progress)
    }
}

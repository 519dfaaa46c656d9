//! What a report shows, read from the tables.
//!
//! **Input:** opened results and options. **Output:** [`Gathered`]: people, documents, counts, estimates, and the sentences that stand behind
//! the numbers. Segments are read twice, some thousand at a time: first to count and to draw sentences, then for the texts of those. Where there is
//! keyness, texts are read once more before that, to find its words. **Refused:** tables that do not fit each other. **Left to others:** HTML (`draw`).

mod agreement;
mod codes;
mod corpus;
mod counts;
mod estimates;
mod exchanges;
mod firsts;
mod keyness;
mod map;
mod sets;
mod study;
mod texts;
mod themes;

pub(crate) use codes::{CodeCounts, LabelCounts};
pub(crate) use corpus::{Corpus, Document, Person, by_length};
pub(crate) use counts::Counts;
pub(crate) use estimates::{Mean, Means};
pub(crate) use keyness::{KeyGroups, KeyWord};
pub(crate) use sets::{Drawn, Set, Where};
pub(crate) use study::StudyFacts;
pub(crate) use texts::{Sentence, Transcript};
pub(crate) use themes::{Theme, ThemeChange};

use plenary_corpus::findings::ExchangeKind;
use plenary_tables::Results;

use crate::{ReportError, ReportOptions};

/// Rows of tables of documents and people that a report shows; the tables of the run hold all.
pub(crate) const MOST_ROWS: usize = 200;
/// Documents in the chart of words by document, which is shown if there are no dates.
pub(crate) const MOST_BARS: usize = 15;
/// Groups that are compared.
pub(crate) const MOST_GROUPS: usize = 12;
/// Themes that are compared by group and over time.
pub(crate) const MOST_THEMES: usize = 15;
/// Pairs of speakers of which exchanges are shown.
pub(crate) const MOST_PAIRS: usize = 40;

/// People in the matrix of who follows whom.
pub(crate) const MOST_FOLLOWERS: usize = 12;

/// What others do during the turns of a person.
pub(crate) const RECEIVED: [ExchangeKind; 4] =
    [ExchangeKind::Interrupts, ExchangeKind::Calls, ExchangeKind::Applauds, ExchangeKind::Laughs];

/// Everything that a report shows.
pub(crate) struct Gathered {
    pub(crate) study: StudyFacts,
    pub(crate) corpus: Corpus,
    pub(crate) themes: Vec<Theme>,
    /// What became of the themes of earlier results; empty if none were continued.
    pub(crate) changes: Vec<ThemeChange>,
    pub(crate) counts: Counts,
    /// The words of groups, in the order of the study.
    pub(crate) keyness: Vec<KeyGroups>,
    pub(crate) means: Means,
    /// The sentences that stand behind each number.
    pub(crate) sets: Vec<(Set, Drawn)>,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) transcripts: Vec<Transcript>,
    /// Whether all transcripts are embedded as a whole.
    pub(crate) all_transcripts: bool,
}

impl Gathered {
    /// The number of a set in the data of the page, if any of its sentences is embedded.
    pub(crate) fn set(&self, set: Set) -> Option<usize> {
        self.sets.binary_search_by(|(known, _)| known.cmp(&set)).ok()
    }
}

pub(crate) fn gather(results: &Results, options: &ReportOptions) -> Result<Gathered, ReportError> {
    let study = study::study(results)?;
    let mut corpus = corpus::corpus(results, options.by.as_deref())?;
    let themes = themes::themes(results)?;
    let keyness = keyness::keyness(results)?;
    let shown = texts::choose_transcripts(&corpus, options.transcript_bytes);
    let counted = counts::count(results, &mut corpus, (&themes, &keyness), &study, &shown, options.sentences)?;
    let means = estimates::means(results, &corpus, &counted, &study)?;
    let texts = texts::texts(results, &corpus, &study, &shown, counted)?;
    Ok(Gathered {
        changes: themes::changes(results)?,
        counts: texts.counts,
        sets: texts.sets,
        sentences: texts.sentences,
        all_transcripts: texts.transcripts.len() == corpus.documents.len()
            && texts.transcripts.iter().all(|transcript| transcript.complete),
        transcripts: texts.transcripts,
        study,
        corpus,
        themes,
        keyness,
        means,
    })
}

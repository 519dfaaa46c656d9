//! Names of people in a text.
//!
//! **Input:** names, and a text. **Output:** whom the text names, by which rule, with the words. A name that is only part of one needs a form of
//! address or a place where a capital letter means something. Nothing is refused.

use std::collections::HashMap;

use plenary_corpus::findings::ExchangeRule;
use unicode_segmentation::UnicodeSegmentation;

/// The names of the speakers of a transcript, by their words in lower case.
#[derive(Debug, Clone)]
pub struct Named {
    names: Vec<Vec<String>>,
    /// The speakers whose name begins with a word.
    by_first: HashMap<String, Vec<usize>>,
    /// The speaker whose name ends with a word; `None` if there are several.
    by_last: HashMap<String, Option<usize>>,
    /// The speaker whose name begins or ends with a word; `None` if there are several.
    by_either: HashMap<String, Option<usize>>,
}

impl Named {
    /// The names of speakers, in their order.
    pub fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let names: Vec<Vec<String>> = names.map(words_of_name).collect();
        let mut by_first: HashMap<String, Vec<usize>> = HashMap::new();
        let (mut by_last, mut by_either) = (HashMap::new(), HashMap::new());
        let note = |map: &mut HashMap<String, Option<usize>>, word: &String, speaker: usize| {
            map.entry(word.clone())
                .and_modify(|known| *known = known.filter(|of| *of == speaker))
                .or_insert(Some(speaker));
        };
        for (speaker, name) in names.iter().enumerate() {
            let (Some(first), Some(last)) = (name.first(), name.last()) else { continue };
            note(&mut by_last, last, speaker);
            note(&mut by_either, first, speaker);
            note(&mut by_either, last, speaker);
            if name.len() > 1 {
                by_first.entry(first.clone()).or_default().push(speaker);
            }
        }
        Self { names, by_first, by_last, by_either }
    }

    /// The speakers whom a text names, each once, by the most certain rule, with the words.
    pub(super) fn in_text(
        &self,
        text: &str,
        is_form_of_address: &impl Fn(&str) -> bool,
    ) -> Vec<(usize, ExchangeRule, String)> {
        let words = Words::of(text);
        let mut found: Vec<(usize, ExchangeRule, String)> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let Some((speaker, rule, n)) = self.at(at, &words, is_form_of_address) else {
                at += 1;
                continue;
            };
            let named = words.between(at, n).to_owned();
            match found.iter_mut().find(|(known, ..)| *known == speaker) {
                Some(known) if known.1 > rule => (known.1, known.2) = (rule, named),
                Some(_) => {}
                None => found.push((speaker, rule, named)),
            }
            at += n;
        }
        found
    }

    /// The speaker whom the words from `at` name, the rule, and the number of these words.
    pub(super) fn at(
        &self,
        at: usize,
        words: &Words<'_>,
        is_form_of_address: &impl Fn(&str) -> bool,
    ) -> Option<(usize, ExchangeRule, usize)> {
        if words.is_capital(at)
            && let Some(speakers) = self.by_first.get(&words.folded[at])
        {
            let whole = speakers.iter().filter(|speaker| words.folded[at..].starts_with(&self.names[**speaker]));
            if let Some(speaker) = whole.max_by_key(|speaker| self.names[**speaker].len()) {
                return Some((*speaker, ExchangeRule::FullName, self.names[*speaker].len()));
            }
        }
        if words.is_capital(at + 1) && is_form_of_address(&words.folded[at]) {
            let speaker = self.by_last.get(&words.folded[at + 1]).copied().flatten();
            return speaker.map(|speaker| (speaker, ExchangeRule::FormOfAddress, 2));
        }
        // A capital at the beginning of a sentence says nothing, unless the name is called out: "Ann, do you agree?". Beside another word
        // with a capital it may be part of the name of somebody else.
        let is_part = words.is_beside_capital(at, at + 1) || (at > 1 && words.is_beside_capital(at, at - 1));
        let is_name = words.is_capital(at) && !is_part && (at > 0 || words.after(at).starts_with(','));
        let speaker = self.by_either.get(&words.folded[at]).copied().flatten().filter(|_| is_name)?;
        Some((speaker, ExchangeRule::SingleName, 1))
    }

    /// Whether a speaker's name ends with a word.
    pub(super) fn has_last(&self, word: &str) -> bool {
        self.by_last.contains_key(word)
    }
}

/// The words of a text with their places.
#[derive(Debug)]
pub(super) struct Words<'t> {
    text: &'t str,
    placed: Vec<(usize, &'t str)>,
    /// In lower case, without a possessive.
    pub(super) folded: Vec<String>,
}

impl<'t> Words<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let placed: Vec<(usize, &str)> = text.unicode_word_indices().collect();
        let folded = placed.iter().map(|(_, word)| without_possessive(word)).collect();
        Self { text, placed, folded }
    }

    pub(super) fn len(&self) -> usize {
        self.placed.len()
    }

    /// Whether there is a word that begins with a capital letter.
    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.placed.get(at).is_some_and(|(_, word)| word.starts_with(char::is_uppercase))
    }

    /// Whether a word is in capitals: letters after a name.
    pub(super) fn is_upper(&self, at: usize) -> bool {
        self.placed.get(at).is_some_and(|(_, word)| is_upper(word))
    }

    /// Whether a neighbour begins with a capital letter and only white space is between.
    pub(super) fn is_beside_capital(&self, at: usize, neighbour: usize) -> bool {
        let (from, to) = (neighbour.min(at), neighbour.max(at));
        let between =
            self.placed.get(to).map(|(to, _)| &self.text[self.placed[from].0 + self.placed[from].1.len()..*to]);
        between.is_some_and(|between| between.trim().is_empty()) && self.is_capital(neighbour)
    }

    /// What follows a word.
    fn after(&self, at: usize) -> &'t str {
        let (start, word) = self.placed[at];
        &self.text[start + word.len()..]
    }

    /// The text of `n` words from `at`.
    pub(super) fn between(&self, at: usize, n: usize) -> &'t str {
        let (last, word) = self.placed[at + n - 1];
        &self.text[self.placed[at].0..last + word.len()]
    }
}

/// The words of a name in lower case, without letters after it: "Ann Lee MP".
pub(super) fn words_of_name(name: &str) -> Vec<String> {
    let mut words: Vec<&str> = name.unicode_words().collect();
    if words.first().is_some_and(|first| !is_upper(first)) {
        while words.len() > 1 && words.last().is_some_and(|last| is_upper(last)) {
            words.pop();
        }
    }
    words.into_iter().map(str::to_lowercase).collect()
}

/// Whether a word has several letters and none in lower case.
fn is_upper(word: &str) -> bool {
    word.chars().count() > 1 && !word.contains(char::is_lowercase)
}

/// A word in lower case, without a possessive.
pub(super) fn without_possessive(word: &str) -> String {
    let folded = word.to_lowercase().replace('\u{2019}', "'");
    folded.strip_suffix("'s").map_or(folded.clone(), str::to_owned)
}

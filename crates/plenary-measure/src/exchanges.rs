//! Exchanges: who follows, answers, interrupts and names whom.
//!
//! **Input:** a transcript, and which words are forms of address. **Output:** its [`Exchange`]s in the order of the turns, each with the segment that
//! is its evidence. **Refused:** nothing. **Left to others:** who is one person over several documents, tables.
//!
//! Only known speakers take part, and nobody has an exchange with themselves. The rules are conventions; their confidence orders them and is not a
//! measured probability.

use std::collections::HashMap;

use plenary_corpus::findings::{Exchange, ExchangeKind, ExchangeRule};
use plenary_corpus::{Role, Segment, Transcript};
use unicode_segmentation::UnicodeSegmentation;

/// Signs that end a question, in several scripts.
const QUESTION_MARKS: [char; 6] = ['?', '？', '؟', '՞', '⁇', '⸮'];
/// Signs after which a turn that ends with them was cut off.
const CUT_OFF: [&str; 6] = ["—", "–", "--", "…", "...", " -"];
/// Quotation marks and brackets that may follow the last sign of a sentence.
const CLOSING: [char; 10] = ['"', '\'', '”', '’', '»', '«', ')', ']', '*', ' '];

/// The exchanges of a transcript. `is_form_of_address` knows words such as "Ms", in any case and without a full stop.
pub fn exchanges(transcript: &Transcript, is_form_of_address: impl Fn(&str) -> bool) -> Vec<Exchange> {
    let people = Named::new(transcript);
    let mut found = Vec::new();
    let of_turns = segments_of_turns(transcript);
    for (turn, own) in of_turns.iter().enumerate() {
        let Some(speaker) = transcript.utterances[turn].speaker else { continue };
        let before = turn.checked_sub(1).and_then(|before| Some((before, transcript.utterances[before].speaker?)));
        if let Some((before, other)) = before.filter(|(_, other)| *other != speaker) {
            let exchange =
                |kind, rule, segment| Exchange { turn, from: speaker, to: other, kind, rule, segment, words: None };
            let (first, last) =
                (own.start, of_turns[before].end.checked_sub(1).filter(|last| *last >= of_turns[before].start));
            if !own.is_empty() {
                found.push(exchange(ExchangeKind::Follows, ExchangeRule::NextTurn, first));
            }
            if let Some(last) = last {
                let text = transcript.segments[last].text.trim_end_matches(CLOSING);
                if text.ends_with(QUESTION_MARKS) {
                    found.push(exchange(ExchangeKind::Answers, ExchangeRule::AfterQuestion, last));
                }
                let resumes = transcript.utterances.get(turn + 1).is_some_and(|next| next.speaker == Some(other));
                if resumes && CUT_OFF.iter().any(|sign| text.ends_with(sign)) {
                    found.push(exchange(ExchangeKind::Interrupts, ExchangeRule::CutOffAndResumed, last));
                } else if resumes && transcript.speakers.get(speaker).is_some_and(|of| of.role == Role::Interjector) {
                    found.push(exchange(ExchangeKind::Interrupts, ExchangeRule::Interjection, last));
                }
            }
        }
        for at in own.clone() {
            for (to, rule, words) in people.in_text(&transcript.segments[at].text, &is_form_of_address) {
                if to != speaker {
                    let kind = ExchangeKind::Names;
                    found.push(Exchange { turn, from: speaker, to, kind, rule, segment: at, words: Some(words) });
                }
            }
        }
    }
    found
}

/// The segments of each turn; they are in the order of the turns.
fn segments_of_turns(transcript: &Transcript) -> Vec<std::ops::Range<usize>> {
    let segments: &[Segment] = &transcript.segments;
    let mut next = 0;
    let of_turn = |turn: usize| {
        let start = next;
        next += segments[start..].iter().take_while(|segment| segment.utterance == turn).count();
        start..next
    };
    (0..transcript.utterances.len()).map(of_turn).collect()
}

/// The names of the speakers of a transcript, by their words in lower case.
struct Named {
    names: Vec<Vec<String>>,
    /// The speakers whose name begins with a word.
    by_first: HashMap<String, Vec<usize>>,
    /// The speaker whose name ends with a word; `None` if there are several.
    by_last: HashMap<String, Option<usize>>,
    /// The speaker whose name begins or ends with a word; `None` if there are several.
    by_either: HashMap<String, Option<usize>>,
}

impl Named {
    fn new(transcript: &Transcript) -> Self {
        let names: Vec<Vec<String>> = transcript.speakers.iter().map(|speaker| words_of_name(&speaker.name)).collect();
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
    fn in_text(&self, text: &str, is_form_of_address: &impl Fn(&str) -> bool) -> Vec<(usize, ExchangeRule, String)> {
        let words: Vec<(usize, &str)> = text.unicode_word_indices().collect();
        let folded: Vec<String> = words.iter().map(|(_, word)| without_possessive(word)).collect();
        let mut found: Vec<(usize, ExchangeRule, String)> = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let Some((speaker, rule, n)) = self.at(at, text, (&words, &folded), is_form_of_address) else {
                at += 1;
                continue;
            };
            let (last, word) = words[at + n - 1];
            let named = text[words[at].0..last + word.len()].to_owned();
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
    fn at(
        &self,
        at: usize,
        text: &str,
        (words, folded): (&[(usize, &str)], &[String]),
        is_form_of_address: &impl Fn(&str) -> bool,
    ) -> Option<(usize, ExchangeRule, usize)> {
        let is_capital = |at: usize| words[at].1.starts_with(char::is_uppercase);
        if is_capital(at)
            && let Some(speakers) = self.by_first.get(&folded[at])
        {
            let whole = speakers.iter().filter(|speaker| folded[at..].starts_with(&self.names[**speaker]));
            if let Some(speaker) = whole.max_by_key(|speaker| self.names[**speaker].len()) {
                return Some((*speaker, ExchangeRule::FullName, self.names[*speaker].len()));
            }
        }
        if at + 1 < words.len() && is_capital(at + 1) && is_form_of_address(&folded[at]) {
            let speaker = self.by_last.get(&folded[at + 1]).copied().flatten();
            return speaker.map(|speaker| (speaker, ExchangeRule::FormOfAddress, 2));
        }
        // A capital at the beginning of a sentence says nothing, unless the name is called out: "Ann, do you agree?". Beside another word
        // with a capital it may be part of the name of somebody else.
        let (start, word) = words[at];
        let after = &text[start + word.len()..];
        let is_beside = |other: usize| {
            let (from, to) = (other.min(at), other.max(at));
            let between = words.get(to).map(|(to, _)| &text[words[from].0 + words[from].1.len()..*to]);
            between.is_some_and(|between| between.trim().is_empty()) && is_capital(other)
        };
        let is_part = is_beside(at + 1) || (at > 1 && is_beside(at - 1));
        let is_name = is_capital(at) && !is_part && (at > 0 || after.starts_with(','));
        let speaker = self.by_either.get(&folded[at]).copied().flatten().filter(|_| is_name)?;
        Some((speaker, ExchangeRule::SingleName, 1))
    }
}

/// The words of a name in lower case, without letters after it: "Ann Lee MP".
fn words_of_name(name: &str) -> Vec<String> {
    let mut words: Vec<&str> = name.unicode_words().collect();
    let is_upper = |word: &str| word.chars().count() > 1 && !word.contains(char::is_lowercase);
    if words.first().is_some_and(|first| !is_upper(first)) {
        while words.len() > 1 && words.last().is_some_and(|last| is_upper(last)) {
            words.pop();
        }
    }
    words.into_iter().map(str::to_lowercase).collect()
}

/// A word in lower case, without a possessive.
fn without_possessive(word: &str) -> String {
    let folded = word.to_lowercase().replace('\u{2019}', "'");
    folded.strip_suffix("'s").map_or(folded.clone(), str::to_owned)
}

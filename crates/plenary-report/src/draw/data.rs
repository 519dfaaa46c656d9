//! The data of the page: sentences, sets and transcripts.
//!
//! **Input:** what was gathered. **Output:** JSON of arrays without names, which `page.js` reads in the same order.

use serde_json::{Value, json};

use plenary_corpus::findings::ExchangeKind;

use crate::gather::{Gathered, Sentence, Set, Transcript, Where};

pub(super) fn data(of: &Gathered) -> Value {
    let corpus = &of.corpus;
    // Only documents and speakers that a sentence names are embedded, under new numbers.
    let mut documents = Numbers::default();
    let mut speakers = Numbers::default();
    let sentences: Vec<Value> =
        of.sentences.iter().map(|sentence| sentence_data(sentence, &mut documents, &mut speakers)).collect();
    let transcripts: Vec<Value> =
        of.transcripts.iter().map(|transcript| transcript_data(transcript, &mut documents, &mut speakers)).collect();
    let document = |at: &u32| {
        let document = &corpus.documents[*at as usize];
        json!([document.name, document.path, document.date.map(|date| date.to_string())])
    };
    let speaker = |at: &u32| {
        let speaker = &corpus.speakers[*at as usize];
        json!([speaker.name, speaker.about])
    };
    json!({
        "documents": documents.used.iter().map(document).collect::<Vec<_>>(),
        "speakers": speakers.used.iter().map(speaker).collect::<Vec<_>>(),
        "themes": of.themes.iter().map(|theme| format!("{} {}", theme.id, theme.name)).collect::<Vec<_>>(),
        "targets": of.study.targets.iter().map(|target| [&target.id, &target.proposition]).collect::<Vec<_>>(),
        "tone": of.study.scores_sentiment,
        "sentences": sentences,
        "sets": of.sets.iter().map(|(set, drawn)| json!([title(of, *set), drawn.n, drawn.rows])).collect::<Vec<_>>(),
        "transcripts": transcripts,
    })
}

/// New numbers, in the order of first use.
#[derive(Default)]
struct Numbers {
    used: Vec<u32>,
    new: rustc_hash::FxHashMap<u32, usize>,
}

impl Numbers {
    fn of(&mut self, number: u32) -> usize {
        let next = self.used.len();
        *self.new.entry(number).or_insert_with(|| {
            self.used.push(number);
            next
        })
    }
}

fn sentence_data(sentence: &Sentence, documents: &mut Numbers, speakers: &mut Numbers) -> Value {
    let place = sentence.place.as_ref();
    json!([
        sentence.text,
        documents.of(sentence.document),
        sentence.speaker.map(|speaker| speakers.of(speaker)),
        place.and_then(|place| place.page),
        place.map(|place| place.line_start),
        place.map(|place| place.line_end),
        sentence.theme,
        sentence.tone,
        sentence.stance,
    ])
}

fn transcript_data(transcript: &Transcript, documents: &mut Numbers, speakers: &mut Numbers) -> Value {
    let turns: Vec<Value> = transcript
        .turns
        .iter()
        .map(|turn| {
            let mut data =
                vec![json!(turn.speaker.map(|speaker| speakers.of(speaker))), json!(turn.first), json!(turn.n)];
            if turn.doubtful {
                data.extend([json!((turn.confidence * 100.0).round()), json!(turn.evidence)]);
            }
            Value::Array(data)
        })
        .collect();
    json!([documents.of(transcript.document), transcript.complete, turns])
}

/// What the sentences of a set have in common, in words.
fn title(of: &Gathered, set: Set) -> String {
    let theme = |at: u32| {
        let theme = &of.themes[at as usize];
        format!("theme {} ({})", theme.id, theme.name)
    };
    let group = |at: u32| {
        let grouping = of.corpus.grouping.as_ref();
        grouping.map_or(String::new(), |grouping| format!("{} {}", grouping.column, grouping.values[at as usize]))
    };
    let target = |at: u32| of.study.targets[at as usize].proposition.clone();
    let document = |at: u32| of.corpus.documents[at as usize].name.clone();
    let person = |at: u32| of.corpus.people[at as usize].name.clone();
    let code = |at: u32, label: Option<u32>| {
        let variable = &of.counts.codes[at as usize].variable;
        match label {
            Some(label) => format!("Label {}: {}", variable.labels[label as usize], variable.definition),
            None => format!("No label: {}", variable.definition),
        }
    };
    match set {
        Set::All => "All sentences".to_owned(),
        Set::Turns => "First sentences of all turns".to_owned(),
        Set::UnknownTurns => "First sentences of turns without a known speaker".to_owned(),
        Set::Documents => "First sentences of all documents".to_owned(),
        Set::DocumentsToCheck => "First sentences of documents that a person should check".to_owned(),
        Set::DocumentsWithoutDate => "First sentences of documents without a date".to_owned(),
        Set::People => "First sentences of all speakers".to_owned(),
        Set::Themes => "The most typical sentence of each theme".to_owned(),
        Set::Document(at) => format!("Sentences of {}", document(at)),
        Set::DocumentTurns(at) => format!("First sentences of turns of {}", document(at)),
        Set::Person(at) => format!("Sentences of {}", person(at)),
        Set::PersonTurns(at) => format!("First sentences of turns of {}", person(at)),
        Set::PersonDocuments(at) => format!("First sentences of {} in each document", person(at)),
        Set::Group(at) => format!("Sentences of {}", group(at)),
        Set::Period(at) => format!("Sentences of {}", of.counts.periods[at as usize].name),
        Set::Doubtful => "First sentences of turns that a person should check".to_owned(),
        Set::Tone(tone) => format!("Sentences with {tone} tone"),
        Set::Theme(at) => format!("Sentences of {}", theme(at)),
        Set::ThemePeople(at) => format!("First sentences of each speaker of {}", theme(at)),
        Set::WithoutTheme => "Sentences in no theme".to_owned(),
        Set::ThemeGroup(at, of_group) => format!("Sentences of {}, {}", theme(at), group(of_group)),
        Set::ThemePeriod(at, period) => {
            format!("Sentences of {}, {}", theme(at), of.counts.periods[period as usize].name)
        }
        Set::Exemplars(at) => format!("Typical sentences of {}", theme(at)),
        Set::Label(at, label) => format!("Label {label}: {}", target(at)),
        Set::LabelGroup(at, label, of_group) => format!("Label {label}, {}: {}", group(of_group), target(at)),
        Set::LabelPerson(at, label, of_person) => format!("Label {label}, {}: {}", person(of_person), target(at)),
        Set::Reason(at, reason) => format!("No label ({}): {}", reason.as_str().replace('_', " "), target(at)),
        Set::BothLabelled(at) => {
            let pair = &of.study.agreement[at as usize];
            format!("Sentences that {} and {} labelled: {}", pair.coder_a, pair.coder_b, pair.target_id)
        }
        Set::Unlabelled(at) => format!("No label: {}", target(at)),
        Set::Code(at, label) => code(at, label),
        Set::CodeGroup(at, label, of_group) => format!("{}; {}", code(at, label), group(of_group)),
        Set::CodedGroup(at, of_group) => {
            format!("With a label: {}; {}", of.counts.codes[at as usize].variable.definition, group(of_group))
        }
        Set::Certain(at, label) => format!("Most certain of label {label}: {}", target(at)),
        Set::Exchange(ExchangeKind::Follows, from, to) => {
            format!("First sentences of {} directly after {}", person(from), person(to))
        }
        Set::Exchange(ExchangeKind::Answers, from, to) => {
            format!("First sentences of {} after a question of {}", person(from), person(to))
        }
        Set::Exchange(ExchangeKind::Interrupts, from, to) => {
            format!("First sentences of {} who interrupts {}", person(from), person(to))
        }
        Set::Exchange(ExchangeKind::Names, from, to) => {
            format!("Sentences of {} that name {}", person(from), person(to))
        }
        Set::Exchange(kind, from, to) => format!("{} {kind} during turns of {}", person(from), person(to)),
        Set::Received(ExchangeKind::Interrupts, to) => format!("{} is interrupted", person(to)),
        Set::Received(kind, to) => format!("Somebody {kind} during turns of {}", person(to)),
        Set::Changes => "First sentences of turns of one known speaker directly after another".to_owned(),
        Set::NamesOfOthers => "Sentences that name people who speak in no document".to_owned(),
        Set::Word(kind, group, word, place) => {
            let kind = &of.keyness[kind as usize];
            let group = &kind.groups[group as usize];
            let (by, name, term) = (&kind.by, &group.name, &group.words[word as usize].term);
            match place {
                Where::InGroup => format!("Sentences of {by} {name} with the word {term}"),
                Where::Elsewhere => format!("Sentences of others than {by} {name} with the word {term}"),
            }
        }
    }
}

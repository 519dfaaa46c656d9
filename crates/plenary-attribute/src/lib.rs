//! [`Document`] to [`Transcript`]: who speaks, what each person says, and what is not speech.
//!
//! Comes in: a document with its lines and the study's choices. Goes out: a transcript whose blocks partition the
//! text, with speakers, utterances and segments. Never fails: a document in which no speaker is found becomes one
//! utterance without a speaker, marked for review. Sees no model.

mod build;
mod candidate;
mod find;
mod link;
mod options;
mod page;
mod settle;
mod weights;

use std::collections::HashSet;

use plenary_corpus::{
    BlockKind, Details, Document, FrontMatter, LinkRule, PersonRule, Role, Segment, Speaker, Style, Transcript,
    Utterance, ids,
};

pub use link::across::link_documents;
pub use options::own_pattern::{GROUPS, Pattern, PatternError};
pub use options::people_list::{ListedPerson, PeopleError, PeopleList};
pub use options::{LinkPeople, Options, SegmentOptions, TranscriptOptions, Unit};

use plenary_names::{bylines, labels};

use build::{assemble, declared, explain, sentences};
use candidate::Found;
use find::{heads, own_line, pattern, questions, styles, titled};
use link::across;
use link::people::{self, Person};
use page::Page;
use settle::{asides, body, front, furniture};

/// Under this confidence an utterance, or a document's style, is for a person to look at.
pub const REVIEW_BELOW: f32 = 0.6;

/// Attributes the speech of one document.
pub fn attribute(document: Document, options: &Options) -> Transcript {
    if document.format.is_captions() || document.turns.iter().any(|turn| turn.speaker.is_some()) {
        return declared::attribute(document, options);
    }
    let mut page = Page::of(&document);
    page.name_levels = own_line::name_levels(&page);
    furniture::settle_headers(&mut page);
    let kinds: Vec<Option<BlockKind>> = page.lines.iter().map(|line| line.kind).collect();
    let pinned = options.transcript.pattern.as_ref().map(|own| pattern::find(&page, own));
    furniture::settle_notes(&mut page);
    let present = front::present(&page);
    let mut chairs = front::settle_chairs(&mut page);
    if let Some(found) = &pinned {
        pattern::reopen(&mut page, found, &kinds);
        chairs.retain(|chair| chair.line.is_none_or(|line| page.lines[line].kind == Some(BlockKind::Chair)));
    }
    chairs.extend(present.iter().filter(|byline| byline.presides()).cloned());
    let mut found = pinned.unwrap_or_else(|| found_in(&page, options.transcript.style()));
    let first_byline = found.bylines.first().map_or(page.lines.len(), |byline| byline.line);
    let unattributed = body::speech_before(&page, first_byline, &found);
    let head_end = if unattributed.is_some() || found.bylines.is_empty() {
        body::head_end(&page, first_byline)
    } else {
        first_byline
    };
    front::settle_head(&mut page, head_end);
    let front = front::front_matter(&page, first_byline);
    body::settle_body(&mut page, &found);
    asides::settle(&mut page, &mut found, unattributed.is_some());

    let canonical: Vec<bylines::Byline> =
        found.bylines.iter().map(|byline| mend(byline.parts.clone(), &byline.label)).collect();
    let mut linked = people::link(&chairs, &canonical, options.people.as_ref());
    people::enrich_from(&mut linked.people, &present);
    people::enrich_from(&mut linked.people, &heads::listed(&page, first_byline));
    people::settle_parts(&mut linked, &found);
    let mut assembled = assemble::assemble(&page, &document.document_id, &found, &linked.bonds, unattributed.is_some());
    explain::explain(&page, &found, &linked, &mut assembled);
    set_times(&document, &mut assembled);
    let (language, segments) = cut(&mut assembled, options, &document.front);
    let places = explain::Places { page: &page, bylines: &found.bylines, blocks: &assembled.blocks };
    let first_told = |person: &Person| places.block_of(person.told);
    let speakers =
        speakers(&document.document_id, &linked.people, chairs.len(), options, &mut assembled.utterances, first_told);
    let mut warnings = warnings(&found, &assembled.utterances, options.transcript.style());
    let doubtful = assembled.utterances.iter().filter(|utterance| utterance.needs_review).count();
    let needs_review =
        found.bylines.is_empty() || found.confidence < REVIEW_BELOW || doubtful * 5 > assembled.utterances.len();
    drop(page);
    warnings.splice(0..0, document.warnings.iter().cloned());
    Transcript {
        front: told(&document.front, front),
        language,
        style: found.style,
        style_confidence: found.confidence,
        styles: found.scores,
        blocks: assembled.blocks,
        speakers,
        utterances: assembled.utterances,
        segments,
        needs_review,
        warnings,
        document,
    }
}

/// The bylines of a page or, where none are printed, the turns that its typefaces or its title tell.
fn found_in(page: &Page<'_>, pinned: Option<Style>) -> Found {
    let mut printed = match pinned {
        Some(Style::Questions | Style::Titled) => Found::default(),
        _ => styles::find(page, pinned),
    };
    let questions = || questions::find(page, &printed).filter(|_| pinned.is_none_or(|style| style == Style::Questions));
    let titled = || titled::find(page).filter(|_| pinned.is_none_or(|style| style == Style::Titled));
    match questions() {
        Some(found) => found,
        None if printed.bylines.is_empty() => titled().unwrap_or(printed),
        None => {
            heads::introduce(page, &mut printed);
            printed
        }
    }
}

/// Language of a document (the study's word counts most, then the format's) and its utterances cut into segments.
fn cut(
    assembled: &mut assemble::Assembled<'_>,
    options: &Options,
    header: &FrontMatter,
) -> (Option<String>, Vec<Segment>) {
    let declared = header.language.clone().filter(|_| options.language == "auto");
    let language = declared.or_else(|| language_of(&options.language, &assembled.utterances));
    let code = language.as_deref().unwrap_or("en");
    let cutter = sentences::Cutter::new(options.segments.unit, code);
    let mut segments = Vec::new();
    for (index, shown) in std::mem::take(&mut assembled.shown).into_iter().enumerate() {
        cutter.cut(&assembled.utterances[index], index, &shown, &mut segments);
    }
    (language, segments)
}

/// Times of the cues that an utterance's lines belong to, where the format has them.
fn set_times(document: &Document, assembled: &mut assemble::Assembled<'_>) {
    if document.turns.is_empty() {
        return;
    }
    for utterance in &mut assembled.utterances {
        let from = document.lines.partition_point(|line| line.span.end <= utterance.span.start);
        let spoken = document.lines[from..].iter().take_while(|line| line.span.start < utterance.span.end);
        for turn in spoken.filter_map(|line| line.turn).map(|turn| &document.turns[turn]) {
            utterance.time_start_s = utterance.time_start_s.or(turn.time_start_s);
            utterance.time_end_s = turn.time_end_s.or(utterance.time_end_s);
        }
    }
}

/// What the format's header says, and for the rest what the text says.
fn told(header: &FrontMatter, text: FrontMatter) -> FrontMatter {
    FrontMatter {
        title: header.title.clone().or(text.title),
        event: header.event.clone().or(text.event),
        panel: header.panel.clone().or(text.panel),
        session: header.session.clone().or(text.session),
        date: header.date.or(text.date),
        time_start: header.time_start.or(text.time_start),
        time_end: header.time_end.or(text.time_end),
        language: header.language.clone(),
    }
}

/// The byline with its label as it is printed elsewhere, when this print is misread.
fn mend(byline: bylines::Byline, label: &str) -> bylines::Byline {
    if byline.label == label {
        return byline;
    }
    let mended = bylines::split(label);
    let details = Details { honorific: mended.details.honorific, ..byline.details };
    bylines::Byline { label: mended.label, name: mended.name, details, ..byline }
}

/// People who speak, and people of the chair line who do not, numbered in this order. `told` finds the block that first
/// tells of a person.
fn speakers(
    document_id: &str,
    people: &[Person],
    n_chairs: usize,
    options: &Options,
    utterances: &mut [Utterance],
    told: impl Fn(&Person) -> Option<usize>,
) -> Vec<Speaker> {
    let mut place: Vec<Option<usize>> = vec![None; people.len()];
    let mut out: Vec<Speaker> = Vec::new();
    let mut spoken_by: Vec<Vec<&Utterance>> = vec![Vec::new(); people.len()];
    for utterance in utterances.iter() {
        if let Some(spoken) = utterance.speaker.and_then(|at| spoken_by.get_mut(at)) {
            spoken.push(utterance);
        }
    }
    for (at, (person, spoken)) in people.iter().zip(&spoken_by).enumerate() {
        if spoken.is_empty() && at >= n_chairs && !person.presides {
            continue;
        }
        place[at] = Some(out.len());
        let byline = &person.byline;
        let speaker_id = ids::speaker(document_id, out.len() + 1);
        let certainty = spoken.iter().map(|utterance| utterance.boundary_confidence).fold(0.0f32, f32::max);
        let (link_rule, link_confidence) = weakest_link(spoken).unwrap_or((LinkRule::FirstMention, person.confidence));
        let evidence = if spoken.is_empty() { told(person).into_iter().collect() } else { evidence(spoken) };
        let known = known_elsewhere(person, options);
        out.push(Speaker {
            person_rule: known.is_some().then_some(PersonRule::PeopleList),
            person_id: known.unwrap_or_else(|| speaker_id.clone()),
            speaker_id,
            name_as_printed: byline.printed.clone(),
            label: byline.label.clone(),
            name: readable_name(&byline.name),
            details: byline.details.clone(),
            role: role(person),
            n_utterances: spoken.len(),
            n_words: spoken.iter().map(|utterance| utterance.n_words).sum(),
            confidence: if spoken.is_empty() { person.confidence } else { certainty * person.confidence },
            link_rule,
            link_confidence,
            evidence_block_ids: evidence.into_iter().map(|at| ids::block(document_id, at + 1)).collect(),
        });
    }
    for utterance in utterances {
        utterance.speaker = utterance.speaker.and_then(|at| place[at]);
    }
    out
}

/// Rule and confidence of the link that is least sure; of equals that of the first turn.
fn weakest_link(spoken: &[&Utterance]) -> Option<(LinkRule, f32)> {
    let links = spoken.iter().filter_map(|utterance| utterance.explanation.link.as_ref());
    links
        .map(|link| (link.rule, link.confidence))
        .reduce(|weakest, next| if next.1 < weakest.1 { next } else { weakest })
}

/// The blocks that a person's links rest on, by their indices: for each print and rule those of its first turn.
fn evidence(spoken: &[&Utterance]) -> Vec<usize> {
    let mut seen = HashSet::new();
    let mut blocks: Vec<usize> = spoken
        .iter()
        .filter_map(|utterance| Some((utterance.label.as_deref(), utterance.explanation.link.as_ref()?)))
        .filter(|(label, link)| seen.insert((*label, link.rule)))
        .flat_map(|(_, link)| link.blocks.iter().copied())
        .collect();
    blocks.sort_unstable();
    blocks.dedup();
    blocks
}

/// The person_id that the study's list gives, itself or, where people are followed across documents, by the name.
fn known_elsewhere(person: &Person, options: &Options) -> Option<String> {
    let listed = options.people.as_ref()?.people().get(person.listed?)?;
    let by_name =
        || (options.transcript.link_people == LinkPeople::Corpus).then(|| across::person_id(&listed.name, &[]));
    listed.person_id.clone().or_else(by_name)
}

fn role(person: &Person) -> Role {
    let label = &person.byline.label;
    if let Some(role) = person.byline.role {
        role
    } else if person.presides {
        Role::Chair
    } else if labels::is_unknown_label(label) {
        Role::Unknown
    } else if labels::is_questioner_label(label) {
        Role::Questioner
    } else if labels::is_interjector_label(label) {
        Role::Interjector
    } else {
        Role::Speaker
    }
}

/// A name printed in capitals in the usual spelling; what is printed stays in `name_as_printed`.
fn readable_name(name: &str) -> String {
    let has_lower = name.chars().any(char::is_lowercase);
    if has_lower || name.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return name.to_string();
    }
    let mut out = String::with_capacity(name.len());
    let mut starts = true;
    for c in name.chars() {
        if starts {
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
        starts = !c.is_alphanumeric();
    }
    out
}

/// The study's language, or the one that the speech is in; `None` where that cannot be told.
fn language_of(chosen: &str, utterances: &[Utterance]) -> Option<String> {
    if chosen != "auto" {
        return Some(chosen.to_string());
    }
    const ENOUGH: usize = 6_000;
    let mut sample = String::new();
    for utterance in utterances {
        if sample.len() >= ENOUGH {
            break;
        }
        sample.push_str(&utterance.text[..utterance.text.floor_char_boundary(ENOUGH)]);
        sample.push(' ');
    }
    let info = whatlang::detect(&sample)?;
    let language = isolang::Language::from_639_3(info.lang().code())?;
    // whatlang writes Mandarin as cmn, which has no two-letter code of its own.
    let two_letters = if info.lang() == whatlang::Lang::Cmn { Some("zh") } else { language.to_639_1() };
    (info.is_reliable() || info.confidence() > 0.5).then_some(two_letters)?.map(str::to_string)
}

fn warnings(found: &Found, utterances: &[Utterance], pinned: Option<Style>) -> Vec<String> {
    let mut out = Vec::new();
    if found.bylines.is_empty() && pinned == Some(Style::Pattern) {
        out.push(
            "no line begins with what `pattern` under [transcript] of the study matches. The whole text is one utterance \
             without a speaker. The pattern is tried on each line as it is read, without marks such as ** and without \
             white space at its ends"
                .to_string(),
        );
    } else if found.bylines.is_empty() {
        let tried = pinned.map_or_else(|| Style::ALL.map(Style::as_str).join(", "), |style| style.as_str().to_string());
        out.push(format!(
            "no speaker was found; styles tried: {tried}. The whole text is one utterance without a speaker. If the speakers are \
             printed in one of these styles, set `style` under [transcript] in the study"
        ));
    }
    let doubtful = utterances.iter().filter(|utterance| utterance.needs_review && utterance.speaker.is_some()).count();
    if doubtful > 0 {
        out.push(format!("{doubtful} of {} utterances are doubtful (needs_review)", utterances.len()));
    }
    if utterances.iter().any(|utterance| utterance.speaker.is_none()) && !found.bylines.is_empty() {
        out.push("the text before the first byline is an utterance without a speaker".to_string());
    }
    out
}

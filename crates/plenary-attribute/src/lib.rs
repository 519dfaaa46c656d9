//! Attribution: who speaks in a document, what each person says, and what is not speech.
//!
//! **Input**: a [`Document`] and the [`Options`] of the study. **Output**: a [`Transcript`] whose blocks partition the text, with speakers,
//! utterances and segments. Nothing is refused: a document without a recognisable speaker becomes one utterance without a speaker that
//! needs review. Reading files and measuring are left to other crates.
//!
//! The modules depend on each other in one direction: `page` holds the lines; the passes of `settle` claim lines that are not speech;
//! `find` finds the bylines; `link` assigns them to people; `build` makes the transcript; `confidence` estimates how likely its
//! turns are right.

mod build;
mod candidate;
mod confidence;
mod correct;
mod find;
mod link;
mod options;
mod page;
mod settle;
#[cfg(test)]
mod testing;
mod weights;

use plenary_corpus::{BlockKind, Document, Format, Transcript};
use plenary_names::bylines::Byline;

pub use build::language::detect as detect_language;
pub use link::across::{link_documents, listed_person_id};
pub use options::corrections::{
    ANCHOR_WORDS, Anchor, Answer, Correction, Corrections, CorrectionsError, anchor_words, file_name,
};
pub use options::documents::{
    DocumentMatch, DocumentOptions, DocumentsError, DocumentsTable, NamePattern, NamePatternError,
};
pub use options::own_pattern::{GROUPS, Pattern, PatternError};
pub use options::people_list::{ListConflict, Listed, ListedPerson, ListedRow, PeopleError, PeopleList};
pub use options::{LinkPeople, Options, SegmentOptions, TranscriptOptions, Unit};

use build::language::cut;
use build::speakers::speakers;
use build::times::set_times;
use build::warnings::{is_doubtful, outside_turns, warnings};
use build::{accounting, assemble, declared, explain};
use confidence::Sources;
use find::{asked_by, heads, marks, own_line, pattern};
use link::examination;
use link::people::{self, Person};
use page::{Page, Settled};
use settle::{asides, body, columns, ending, front, furniture, lists, running};

/// Attributes the speech of one document.
pub fn attribute(mut document: Document, options: &Options) -> Transcript {
    let lexicon = &options.lexicon;
    options::documents::apply(&mut document, &options.documents, options.documents_table.as_ref());
    if document.format == Format::Mail && options.transcript.style().is_some() {
        read_as_text(&mut document);
    }
    if document.format.is_captions() || document.turns.iter().any(|turn| turn.speaker.is_some()) {
        return declared::attribute(document, options);
    }
    let page = Page::of(&document, lexicon);
    let by_layout = Settled::by_layout(&page);
    let name_levels = own_line::name_levels(&page, &by_layout);
    let numbers = by_layout.with(&furniture::numbers(&page));
    let lists = lists::lists(&page, &numbers);
    let settled = numbers.with(&running::running(&page, &numbers.with(&lists), &name_levels));
    let pinned = options.transcript.pattern.as_ref().map(|own| pattern::find(&page, &settled, own));
    let lists = lists.with(&columns::columns(&page, &settled.with(&lists)));
    let notes = lists.with(&furniture::notes(&page, &settled.with(&lists)));
    let (chair_lines, mut chairs) = front::chairs(&page, &settled.with(&notes));
    let mut claims = notes.with(&chair_lines);
    if let Some(found) = &pinned {
        claims = claims.without(&page, &pattern::paragraphs(&page, found));
        chairs.retain(|chair| chair.line.is_none_or(|line| claims.kind(line) == Some(BlockKind::Chair)));
    }
    let settled = settled.with(&claims);
    let present = front::present(&page);
    chairs.extend(present.iter().filter(|byline| byline.presides(lexicon)).cloned());
    let mut found = pinned.unwrap_or_else(|| {
        find::turns(&page, &settled, &name_levels, options.transcript.style(), options.people.as_ref())
    });
    let settled = settled.with(&Settled::around(&page, &found.around));
    let first_byline = found.bylines.first().map_or(page.lines.len(), |byline| byline.line);
    let unattributed = body::speech_before(&page, &settled, first_byline, &found);
    let head_end = if unattributed.is_some() || found.bylines.is_empty() {
        body::head_end(&page, &settled, first_byline)
    } else {
        first_byline
    };
    let settled = settled.with(&front::head(&page, &settled, head_end));
    let mut front = document.front.clone();
    front.fill_from(front::front_matter(&page, &settled, first_byline, options.transcript.date_order));
    let settled = settled.with(&body::body(&page, &settled, &found, &name_levels));
    let settled = settled.with(&ending::ending(&page, &settled, &found));
    let mut asides = asides::find(&page, &settled, &found, unattributed.is_some());
    asked_by::name(&page, &mut found);
    let marks = marks::take(&page, &settled, &mut found);
    asides.leave_out(marks.into_iter().chain(found.repeated.iter().copied()));
    found.insert(asides.bylines);
    examination::introduce(&page, &mut found);
    let (corrected, claims) = correct::in_text(&page, &document, options, &settled, &mut found);
    let settled = settled.with(&claims);

    let labels: Vec<Byline> = found.bylines.iter().map(|candidate| candidate.corrected_parts(lexicon)).collect();
    let mut linked = people::link(lexicon, &chairs, &labels, options.people.as_ref(), front.date);
    people::enrich_from(lexicon, &mut linked.people, &present);
    people::enrich_from(lexicon, &mut linked.people, &heads::listed(&page, first_byline));
    people::correct_roles(lexicon, &mut linked, &found);
    people::identify_anybody(lexicon, &mut linked, &found);
    let mut assembled = assemble::assemble(
        &page,
        (&settled, &asides.brackets),
        &document.document_id,
        &found,
        &linked.owners,
        unattributed.is_some(),
    );
    explain::explain(&page, &found, &linked, &mut assembled);
    let mut assessment = confidence::assess(&Sources {
        page: &page,
        found: &found,
        blocks: &assembled.blocks,
        utterances: &assembled.utterances,
        bylines: &assembled.bylines,
        is_declared: false,
        is_captions: false,
    });
    assessment.apply(&mut assembled.utterances);
    corrected.mark(&mut assembled.utterances);
    set_times(&document, &mut assembled);
    let (language, segments) = cut(&mut assembled, options, &document);
    let places = explain::Places { page: &page, bylines: &found.bylines, blocks: &assembled.blocks };
    let first_block = |person: &Person| places.block_of(person.first_mention);
    let speakers = speakers(&document, &linked.people, chairs.len(), options, &mut assembled.utterances, first_block);
    let mut warnings = warnings(&found, &assembled.utterances, options.transcript.style());
    let (words, outside) = accounting::account(&page, &assembled.blocks, &assembled.utterances);
    warnings.extend(outside_turns(&words, &outside));
    let n_doubtful = assembled.utterances.iter().filter(|utterance| utterance.needs_review).count();
    let needs_review = found.bylines.is_empty()
        || assessment.needs_review
        || n_doubtful * 5 > assembled.utterances.len()
        || is_doubtful(&words, &outside);
    drop(page);
    warnings.splice(0..0, document.warnings.iter().cloned());
    warnings.extend(corrected.warnings);
    Transcript {
        front,
        language,
        style: found.style,
        style_confidence: found.confidence,
        styles: found.scores,
        template: found.template,
        blocks: assembled.blocks,
        speakers,
        utterances: assembled.utterances,
        segments,
        words,
        n_corrections: corrected.n_applied,
        estimate: assessment.into_estimate(),
        needs_review,
        warnings,
        document,
    }
}

/// Takes the turns of messages out, where the study says how speakers are printed: a transcript with headers of mail.
fn read_as_text(document: &mut Document) {
    document.turns.clear();
    for line in &mut document.lines {
        line.turn = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::named_turns as turns;
    use plenary_corpus::{Pass, Role};
    use plenary_read::read;

    #[test]
    fn text_outside_turns_names_the_pass_that_claimed_it() {
        let text = "# Harbour Forum 2019\n\nChair: Ann Lee, Dean\n\nAnn Lee: Welcome.\n\n(Applause)\n\n\
                    Bo Hill: Thank you (laughs) all.\n\n# Closing\n\nAnn Lee: Goodbye.\n\n- 7 -\n";
        let transcript =
            attribute(read("talk.md", text.as_bytes()).expect("the text can be read"), &Options::default());
        let claimed: Vec<(BlockKind, &[Pass])> = transcript
            .blocks
            .iter()
            .filter(|block| !block.claimed_by.is_empty())
            .map(|block| (block.kind, block.claimed_by.as_slice()))
            .collect();
        assert_eq!(
            claimed,
            [
                (BlockKind::Title, &[Pass::Head][..]),
                (BlockKind::Chair, &[Pass::Chairs]),
                (BlockKind::StageNote, &[Pass::Notes]),
                (BlockKind::StageNote, &[Pass::Asides]),
                (BlockKind::Heading, &[Pass::Body]),
                (BlockKind::Furniture, &[Pass::Headers]),
            ]
        );
        let is_of_turn = |kind: BlockKind| kind.is_spoken() || kind == BlockKind::Byline;
        assert!(transcript.blocks.iter().all(|block| block.claimed_by.is_empty() == is_of_turn(block.kind)));
    }

    #[test]
    fn a_style_of_the_study_holds_for_mail_too() {
        let message = |name: &str, text: &str| {
            format!(
                "From: {name} <{}@mill.example>\nDate: Tue, 4 Mar 2031 09:14:52 +0000\n\n{text}\n",
                name.to_lowercase()
            )
        };
        let text = format!(
            "{}\n------------------------------\n\n{}",
            message("Ann", "Ann Lee: Who has the key?\n\nBo Hill: I have it."),
            message("Bo", "Ann Lee: Since when?\n\nBo Hill: Since May.")
        );
        let labels = |style: &str| -> Vec<String> {
            let mut options = Options::default();
            options.transcript.style = style.to_string();
            let found = attribute(read("a.mbox", text.as_bytes()).expect("the text can be read"), &options);
            found.utterances.into_iter().filter_map(|turn| turn.label).collect()
        };
        assert_eq!(labels("auto"), ["Ann", "Bo"]);
        let pinned = labels("colon");
        assert_eq!(
            pinned.iter().filter(|label| ["Ann Lee", "Bo Hill"].contains(&label.as_str())).count(),
            4,
            "{pinned:?}"
        );
    }

    #[test]
    fn headings_and_closing_lines_leave_the_turn_above_them() {
        let turn = |name: &str, n: usize| format!("{name}: This is what I have to say, number {n}.\n\n");
        let text = format!(
            "{}{}{}{}{}State of the coastal road\n\n{}Transcript by Lakeside Sports\n",
            turn("Ann Lee", 1),
            turn("Bo Hill", 2),
            turn("Ann Lee", 3),
            turn("Bo Hill", 4),
            turn("Ann Lee", 5),
            turn("Bo Hill", 6)
        );
        assert!(turns(&text).iter().all(|(_, text)| text.ends_with('.')), "{:?}", turns(&text));
        // Where turns do not end like sentences, such a line is speech.
        let chat = text.replace(".\n", "\n");
        assert!(turns(&chat).iter().any(|(_, text)| text.contains("coastal road")));
    }

    #[test]
    fn short_labels_belong_to_the_only_person_whom_they_fit() {
        let text = "Herr Schnatterer: The well is dry.\n\nFrau Oberndorfer: It runs inwards.\n\n\
                    Hr. Schnatt.: Into my cellar.\n\nFr. Obernd.: Then we have two.\n\nHr. Schnatt.: It is not funny.\n";
        let speakers: Vec<String> = turns(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(speakers, ["Schnatterer", "Oberndorfer", "Schnatterer", "Oberndorfer", "Schnatterer"]);
    }

    #[test]
    fn speaker_without_an_article_is_nobody_in_particular_in_captions() {
        let role = |text: &str| {
            let found = attribute(read("a.txt", text.as_bytes()).expect("the text can be read"), &Options::default());
            found
                .speakers
                .iter()
                .find(|speaker| speaker.label.to_lowercase().contains("speaker"))
                .map(|found| found.role)
        };
        let hearing = ">> CHAIRWOMAN HILL: Next, please.\n\n>> SPEAKER: I live by the creek.\n\n>> CHAIRWOMAN HILL: Thank you.\n\n\
                       >> SPEAKER: It is brown.\n\n>> It is red.\n";
        assert_eq!(role(hearing), Some(Role::Unknown));
        let house =
            "SPEAKER: Order.\n\nMr HILL: I rise to speak.\n\nSPEAKER: The member may go on.\n\nMr HILL: I thank you.\n";
        assert_eq!(role(house), Some(Role::Chair));
    }

    #[test]
    fn abbreviated_names_before_full_stops_are_labels() {
        let text = "A dialogue\n\nPhilo. Whence do you come?\n\nCle. From the harbour, where we argued.\n\nPhil. And what did you find?\n\n\
                    Cle. We found a majority.\n\nPhil. Is that a measure?\n\nCle. So it seems to me.\n";
        let speakers: Vec<String> = turns(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(speakers, ["Philo", "Cle", "Philo", "Cle", "Philo", "Cle"]);
    }

    #[test]
    fn an_unknown_office_before_a_name_is_a_label_where_all_paragraphs_have_one() {
        let text = "Ann Lee: I open the sitting.\n\nBo Hill: Thank you for that.\n\nAnn Lee: Who answers?\n\n\
                    Zastupujici pecovatel pramenu Ivo Lack: I do, and gladly.\n\nBo Hill: Then I ask nothing.\n";
        assert_eq!(turns(text).len(), 5);
    }

    #[test]
    fn conversations_that_a_speaker_tells_are_the_speakers() {
        let told = "Ann Lee: I met a man at the gate, and we talked.\n\nMan: Is it open?\n\nMe: It was, yesterday.\n\n\
                    Man: And today?\n\nMe: Today it is a wall.\n\nBo Hill: What did he do?\n\nAnn Lee: He went home.\n\n\
                    Bo Hill: And the gate?\n\nAnn Lee: I kept it.\n";
        let speakers: Vec<String> = turns(told).into_iter().map(|(name, _)| name).collect();
        assert_eq!(speakers, ["Ann Lee", "Bo Hill", "Ann Lee", "Bo Hill", "Ann Lee"]);
        assert!(turns(told)[0].1.ends_with("Today it is a wall."));
        let own = "Ann Lee: You came early.\n\nMe: I did not sleep.\n\nAnn Lee: Why not?\n\nMe: The gate was loud.\n";
        assert_eq!(turns(own).len(), 4);
    }

    #[test]
    fn a_word_divided_between_paragraphs_is_joined() {
        let text = "Ann Lee: I give the floor to the frac-\ntion.\n\nBo Hill: Thank you.\n\nAnn Lee: We are done.\n";
        assert_eq!(turns(text)[0].1, "I give the floor to the fraction.");
    }

    #[test]
    fn the_half_of_the_day_belongs_to_the_time() {
        let text = "[이장님] [오전 7:02] 오늘 열 시에 방파제 청소합니다.\n[김도윤] [오전 7:10] 저는 열 시 반에 도착합니다.\n\
                    [이장님] [오전 7:15] 늦어도 괜찮습니다.\n[김도윤] [오후 8:41] 네, 알겠습니다.\n";
        let speakers: Vec<String> = turns(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(speakers, ["이장님", "김도윤", "이장님", "김도윤"]);
    }
}

//! Who the people are and how certain that is: the study's own pattern, its list of people, links across documents, and
//! the explanation of each boundary.

use crate::common::Place;
use plenary::attribute::attribute;
use plenary::corpus::{LinkRule, PersonRule, Role, Speaker, Style, Transcript, TurnRule};
use plenary::pipeline::transcribe_corpus;
use plenary::read::read;
use plenary::study::{PeopleList, Study};

/// A study with some lines under [transcript], and a list of people, or "" for none.
fn study(transcript: &str, people: &str) -> Study {
    let mut study = Study::parse(&format!("[transcript]\n{transcript}\n"), "study.toml").unwrap();
    if !people.is_empty() {
        study.people_list = Some(PeopleList::parse(people.as_bytes(), "people.csv", &study.lexicon).unwrap());
    }
    study
}

fn transcript(text: &str, study: &Study) -> Transcript {
    attribute(read("talk.txt", text.as_bytes()).unwrap(), &study.attribution())
}

fn turns(transcript: &Transcript) -> Vec<(&str, String)> {
    let shown = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    transcript.utterances.iter().map(|u| (u.label.as_deref().unwrap_or("-"), shown(&u.text))).collect()
}

/// Several documents and the speakers of all of them, by the first word of their document and their label.
fn corpus(texts: &[(&str, &str)], study: &Study) -> Vec<(String, Speaker)> {
    let documents = texts.iter().map(|(path, text)| read(path, text.as_bytes()).unwrap()).collect();
    let transcripts = transcribe_corpus(documents, study);
    let named = |t: &Transcript, s: &Speaker| (format!("{} {}", t.document.path, s.name), s.clone());
    transcripts.iter().flat_map(|t| t.speakers.iter().map(move |s| named(t, s))).collect()
}

fn person<'s>(speakers: &'s [(String, Speaker)], which: &str) -> &'s Speaker {
    let found = speakers.iter().find(|(name, _)| name == which);
    &found.unwrap_or_else(|| panic!("{which} is not among {:?}", speakers.iter().map(|s| &s.0).collect::<Vec<_>>())).1
}

// The study's own pattern

#[test]
fn a_pattern_of_ones_own_opens_turns_and_nothing_else_does() {
    let own = study(
        r"pattern = '''^<(?P<name>[^,>]+)(?:, (?P<title>[^;>]+))?(?:; (?P<party>\w+))?>(?: at (?P<time>[\d:]+))?\s*'''",
        "",
    );
    let text = "\
Proceedings of the harbour board

<Dr. ANN LEE, Dean; NDP> at 1:05 We begin.
Note: this is speech, and so is

Bo Hill: this line.

[<Cy Wood>]

<Cy Wood>
The ships are late.

<Ann Lee> They are not.
";
    let found = transcript(text, &own);
    assert_eq!(
        turns(&found),
        [
            ("Dr. ANN LEE", "We begin. Note: this is speech, and so is Bo Hill: this line.".to_string()),
            ("Cy Wood", "The ships are late.".to_string()),
            ("Ann Lee", "They are not.".to_string()),
        ]
    );
    assert_eq!((found.style, found.style_confidence), (Some(Style::Pattern), 1.0));
    let ann = &found.speakers[0];
    assert_eq!(
        (ann.details.honorific.as_deref(), ann.details.title.as_deref(), ann.details.party.as_deref()),
        (Some("Dr."), Some("Dean"), Some("NDP"))
    );
    assert_eq!((ann.name.as_str(), ann.n_utterances), ("Ann Lee", 2));
    assert_eq!(found.utterances[0].time_start_s, Some(65.0));
    assert!(found.utterances.iter().all(|u| u.boundary_confidence > 0.7 && !u.needs_review));
    assert_eq!(found.utterances[0].explanation.rule, TurnRule::Style(Style::Pattern));
}

#[test]
fn a_pattern_that_matches_nothing_is_said() {
    let found = transcript("Ann: Yes.\n\nBo: No.\n", &study("pattern = '<(?P<name>.+)>'", ""));
    assert_eq!((found.style, found.speakers.len(), found.utterances.len()), (None, 0, 1));
    assert!(found.warnings[0].contains("`pattern` under [transcript]"), "{:?}", found.warnings);
}

#[test]
fn a_wrong_pattern_is_refused_with_file_key_and_groups() {
    let place = Place::with(&[("talk.txt", "Ann: Yes.\n")]);
    for (transcript, expected) in [
        ("pattern = '^(?P<name>['", vec!["study.toml, line 2", "[transcript] pattern", "unclosed character class"]),
        (
            "pattern = '^([A-Z]+):'",
            vec![
                "line 2",
                "no group `name`",
                "honorific, title, role, affiliation, country, constituency, party, time, speech",
            ],
        ),
        ("pattern = '(?P<name>a)(?P<parti>b)'", vec!["line 2", "the group `parti`", "party"]),
        ("style = 'pattern'", vec!["[transcript] style", "\"pattern\" without `pattern`"]),
        (
            "style = 'bold'\npattern = '(?P<name>a)'",
            vec!["[transcript] style", "\"bold\" and a `pattern`", "only one of them"],
        ),
    ] {
        place.write("study.toml", format!("[transcript]\n{transcript}\n"));
        place.run(&["segment", "talk.txt", "--study", "study.toml"]).says(2, &expected);
    }
    place.write("study.toml", "[transcript]\nstyle = 'pattern'\npattern = '(?P<name>Ann): '\n");
    place.run_well(&["segment", "talk.txt", "--study", "study.toml"]);
}

// The list of people

#[test]
fn a_list_of_people_wins_over_the_page_and_leaves_others_as_they_are() {
    let people = "name,aliases,role,title,affiliation,party,country,person_id\n\
                  Ann Lee,The Provost; A. L.,chair,Dean,,Reform,Chile,ann\n\
                  Bo Hill,,,,Harbour Board,,,\n";
    let text = "The Provost: We begin.\n\nMR. HILL (Docks Ltd): Late, as ever.\n\nANN LEE (Acme, Professor): Not at all.\n\n\
                Cy Wood (Acme): Quite.\n\nMr. Hill: I see.\n\nThe Provost: Good.\n\nCy Wood: Yes.\n";
    let found = transcript(text, &study("", people));
    let told: Vec<_> = found
        .speakers
        .iter()
        .map(|s| {
            let (title, affiliation, party) =
                (s.details.title.as_deref(), s.details.affiliation.as_deref(), s.details.party.as_deref());
            (s.name.as_str(), s.label.as_str(), title, affiliation, party, s.role, s.n_utterances)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Ann Lee", "The Provost", Some("Dean"), Some("Acme"), Some("Reform"), Role::Chair, 3),
            ("Bo Hill", "MR. HILL", None, Some("Harbour Board"), None, Role::Speaker, 2),
            ("Cy Wood", "Cy Wood", None, Some("Acme"), None, Role::Speaker, 2),
        ]
    );
    assert_eq!(
        (found.speakers[0].person_id.as_str(), found.speakers[0].person_rule),
        ("ann", Some(PersonRule::PeopleList))
    );
    assert_eq!((&found.speakers[1].person_id, found.speakers[1].person_rule), (&found.speakers[1].speaker_id, None));
    let hill = found.utterances[1].explanation.link.as_ref().unwrap();
    assert_eq!(hill.rule, LinkRule::PeopleListSurname);
    assert_eq!((found.speakers[1].link_rule, found.speakers[1].link_confidence), (LinkRule::PeopleListSurname, 0.85));
}

#[test]
fn a_list_of_people_counts_for_tables_too() {
    let people = "name,aliases,party\nAnn Lee,A. Lee,Reform\n";
    let table = "speaker,text\nA. Lee,We begin.\nBo Hill,Late.\nANN LEE,Not at all.\n";
    let found = attribute(read("turns.csv", table.as_bytes()).unwrap(), &study("", people).attribution());
    assert_eq!(found.speakers.len(), 2, "alias and name are one person");
    assert_eq!(
        (found.speakers[0].name.as_str(), found.speakers[0].details.party.as_deref()),
        ("Ann Lee", Some("Reform"))
    );
    assert_eq!(found.speakers[0].link_rule, LinkRule::PeopleList);
    assert_eq!(found.speakers[1].link_rule, LinkRule::Declared);
}

#[test]
fn the_list_is_found_beside_the_study_and_is_part_of_its_hash() {
    let place = Place::with(&[
        ("talk.txt", "Lee: Yes.\n\nHill: No.\n\nLee: Yes.\n\nHill: No.\n"),
        ("studies/study.toml", "[transcript]\npeople = \"lists/people.csv\"\n"),
        ("studies/lists/people.csv", "name,party\nAnn Lee,Reform\n"),
    ]);
    let load = || Study::load(&place.path("studies/study.toml")).unwrap();
    let first = load();
    let told = place.run_well(&["segment", "talk.txt", "--study", "studies/study.toml", "--format", "jsonl"]).out;
    assert!(told.lines().next().unwrap().contains("\"name\":\"Ann Lee\""), "{told}");
    place.write("studies/lists/people.csv", "name,party\nAnn Lee,Labour\n");
    assert_ne!(load().sha256, first.sha256);
    assert_ne!(load().people_list.unwrap().sha256, first.people_list.unwrap().sha256);
}

#[test]
fn what_is_wrong_with_a_list_is_said_with_file_and_line() {
    let place = Place::with(&[("talk.txt", "Ann: Yes.\n"), ("study.toml", "[transcript]\npeople = \"people.csv\"\n")]);
    let run = || place.run(&["segment", "talk.txt", "--study", "study.toml"]);
    run().says(2, &["study.toml: [transcript] people: ", "people.csv: there is no such file"]);
    place.write("people.csv", "nom,parti\nAnn,x\n");
    run().says(2, &["people.csv: there is no column `name`; found `nom`, `parti`", "aliases, role"]);
    place.write("people.csv", "name,aliases\nAnn Lee,Lee\nBo Lee,MS LEE\n");
    run().says(2, &["people.csv, line 3: \"MS LEE\" already stands for the person of line 2"]);
    place.write("people.csv", b"name\nJos\xE9 Lee\n");
    run().says(2, &["people.csv, line 2: not UTF-8"]);
}

// Across documents

const SPRING: &str = "Ann Lee (Acme Institute): One.\n\nThe Chair: Two.\n\nMs Lee: Three.\n\nBo Hill: Four.\n";
const AUTUMN: &str =
    "Ann Lee (Acme): Five.\n\nThe Chair: Six.\n\nMr. Hill: Seven.\n\nThe Chair: Eight.\n\nMr. Hill: Nine.\n";

#[test]
fn documents_share_nobody_unless_asked() {
    let speakers = corpus(&[("a.txt", SPRING), ("b.txt", AUTUMN)], &Study::default());
    assert!(speakers.iter().all(|(_, s)| s.person_id == s.speaker_id && s.person_rule.is_none()));
}

#[test]
fn a_full_name_links_documents_and_surnames_and_offices_do_not() {
    let study = study("link_people = 'corpus'", "");
    let speakers = corpus(&[("a.txt", SPRING), ("b.txt", AUTUMN)], &study);
    let (one, other) = (person(&speakers, "a.txt Ann Lee"), person(&speakers, "b.txt Ann Lee"));
    assert_eq!(one.person_id, other.person_id);
    assert_eq!(
        (one.person_rule, other.person_rule),
        (Some(PersonRule::SameNameAndDetail), Some(PersonRule::SameNameAndDetail))
    );
    assert_ne!(person(&speakers, "a.txt The Chair").person_id, person(&speakers, "b.txt The Chair").person_id);
    assert_ne!(person(&speakers, "a.txt Bo Hill").person_id, person(&speakers, "b.txt Hill").person_id);
    let turned = corpus(&[("b.txt", AUTUMN), ("a.txt", SPRING)], &study);
    assert_eq!(person(&turned, "a.txt Ann Lee"), one, "the order does not matter");
    let alone = corpus(&[("a.txt", SPRING)], &study);
    assert_eq!(person(&alone, "a.txt Ann Lee").person_id, one.person_id, "nor what else is in the run");
    assert_eq!(person(&alone, "a.txt Ann Lee").person_rule, None);
}

#[test]
fn two_people_of_one_name_stay_two_and_who_could_be_either_stays_apart() {
    let talk = |of: &str| format!("Ann Lee{of}: Yes.\n\nBo Hill: No.\n\nAnn Lee{of}: Yes.\n\nBo Hill: No.\n");
    let (acme, acme_too, docks, bare) = (talk(" (Acme)"), talk(" (Acme Institute)"), talk(" (Docks Ltd)"), talk(""));
    let study = study("link_people = 'corpus'", "");
    let speakers = corpus(&[("a.txt", &acme), ("b.txt", &docks), ("c.txt", &bare), ("d.txt", &acme_too)], &study);
    let id = |document: &str| person(&speakers, &format!("{document}.txt Ann Lee")).person_id.clone();
    assert_eq!(id("a"), id("d"));
    assert_ne!(id("a"), id("b"));
    assert!(id("c") != id("a") && id("c") != id("b"));
    let rule = |document: &str| person(&speakers, &format!("{document}.txt Ann Lee")).person_rule;
    assert_eq!(rule("a"), Some(PersonRule::SameNameAndDetail));
    assert_eq!((rule("b"), rule("c")), (Some(PersonRule::KeptApart), Some(PersonRule::KeptApart)));
    assert_eq!(person(&speakers, "a.txt Bo Hill").person_rule, Some(PersonRule::SameName));
    let without_docks = corpus(&[("a.txt", &acme), ("c.txt", &bare)], &study);
    assert_eq!(
        person(&without_docks, "a.txt Ann Lee").person_id,
        person(&without_docks, "c.txt Ann Lee").person_id,
        "where nothing contradicts, the name is enough"
    );
}

#[test]
fn people_whom_one_document_tells_apart_are_not_made_one() {
    let table = "speaker,speaker_id,text\nAnn Lee,1,Yes.\nAnn Lee,2,No.\n";
    let study = study("link_people = 'corpus'", "");
    let speakers = corpus(&[("a.csv", table), ("b.txt", SPRING)], &study);
    let ids: std::collections::HashSet<&str> =
        speakers.iter().filter(|(_, s)| s.name == "Ann Lee").map(|(_, s)| s.person_id.as_str()).collect();
    assert_eq!(ids.len(), 3, "nobody can tell which of the two speaks in the other document");
}

#[test]
fn a_list_of_people_links_documents_by_its_ids_or_names() {
    let people = "name,aliases,person_id\nAnn Lee,The Chair,ann\nBo Hill,,\n";
    for (asked, hill_is_shared) in [("", false), ("link_people = 'corpus'", true)] {
        let speakers = corpus(&[("a.txt", SPRING), ("b.txt", AUTUMN)], &study(asked, people));
        assert_eq!(person(&speakers, "a.txt Ann Lee").person_id, "ann");
        assert_eq!(person(&speakers, "b.txt Ann Lee").person_id, "ann");
        let hills = (person(&speakers, "a.txt Bo Hill"), person(&speakers, "b.txt Bo Hill"));
        assert_eq!(hills.0.person_id == hills.1.person_id, hill_is_shared);
    }
}

// The explanation of a boundary

const HEARING: &str = "\
Chair: Ann Lee, Dean, Acme

The Chair: We will come to order.

Bo Hill (Docks Ltd): Thank you.

Joan Hill: I would like to add one thing.

Mr. Bo Hill: Please do.

Hill: Both of us are glad to be here.

The Chair: We stand in recess.
";

#[test]
fn each_turn_is_told_with_the_terms_that_made_its_confidence() {
    for text in [
        HEARING,
        SPRING,
        AUTUMN,
        "Q. Why?\nA. Because.\nQ. Why not?\nA. Just so.\n",
        crate::common::TALK,
        crate::common::OTHER_TALK,
    ] {
        for asked in ["", "style = 'colon'"] {
            let found = attribute(read("talk.md", text.as_bytes()).unwrap(), &study(asked, "").attribution());
            for utterance in found.utterances.iter().filter(|u| u.speaker.is_some()) {
                let explanation = &utterance.explanation;
                let weights = &explanation.weights;
                let sum: f32 = weights.iter().map(|weight| weight.change).sum();
                assert!((sum - weights.last().unwrap().confidence).abs() < 1e-5, "{weights:#?}");
                let confidence = utterance.boundary_confidence;
                assert!((0.0..=1.0).contains(&confidence));
                let of_document: f32 = found.estimate.turn_terms.iter().map(|term| term.log_odds).sum();
                assert!((of_document - explanation.document_log_odds).abs() < 1e-4);
                let log_odds = of_document + explanation.terms.iter().map(|term| term.log_odds).sum::<f32>();
                assert!((1.0 / (1.0 + (-log_odds).exp()) - confidence).abs() < 1e-5, "{:#?}", explanation.terms);
            }
        }
    }
}

#[test]
fn links_name_their_rule_and_the_blocks_they_rest_on() {
    let found = transcript(HEARING, &Study::default());
    let block = |id: &str| found.blocks.iter().find(|block| block.block_id == id).unwrap();
    let links: Vec<(LinkRule, Vec<usize>)> = found
        .utterances
        .iter()
        .map(|utterance| {
            let link = utterance.explanation.link.as_ref().unwrap();
            (link.rule, link.blocks.iter().map(|at| found.blocks[*at].line_start).collect())
        })
        .collect();
    use LinkRule::{AmbiguousSurname, FirstMention, OfficeInChairLine, SameFullName};
    assert_eq!(
        links,
        [
            (OfficeInChairLine, vec![1, 3]),
            (FirstMention, vec![5]),
            (FirstMention, vec![7]),
            (SameFullName, vec![5, 9]),
            (AmbiguousSurname, vec![11]),
            (OfficeInChairLine, vec![1, 13]),
        ]
    );
    let doubtful = &found.utterances[4];
    assert!(doubtful.needs_review);
    assert_eq!(doubtful.explanation.review.last().unwrap(), "\"Hill\" may stand for Bo Hill or Joan Hill");
    assert_eq!(found.blocks[doubtful.byline.unwrap()].line_start, 11);
    let ann = &found.speakers[0];
    assert_eq!((ann.link_rule, ann.link_confidence), (OfficeInChairLine, 0.9));
    assert_eq!(ann.evidence_block_ids.iter().map(|id| block(id).line_start).collect::<Vec<_>>(), [1, 3]);
}

/// An explanation without what changes if the models are fitted again: probabilities and the terms of the log-odds.
fn without_fitted_numbers(told: &str) -> String {
    let is_fitted = |line: &&str| {
        let field = line.trim_start();
        let is_term = field.starts_with(['+', '-']) && !field.contains(" -> ");
        is_term
            || ["odds ", "turns ", "estimate ", "0.00  ", "review   the probability"]
                .iter()
                .any(|start| field.starts_with(start))
    };
    let lines = told.lines().filter(|line| !is_fitted(line));
    let masked = lines.map(|line| match line.split_once(", confidence ") {
        Some((before, after)) => format!("{before}, confidence _{}", &after[4..]),
        None => line.to_string(),
    });
    masked.collect::<Vec<_>>().join("\n")
}

#[test]
fn segment_explains_each_turn() {
    let place = Place::with(&[("hearing.txt", HEARING)]);
    let told = place.run_well(&["segment", "hearing.txt", "--explain"]).out;
    assert!(told.contains("  the document as a whole") && told.contains("  odds "), "{told}");
    insta::assert_snapshot!(without_fitted_numbers(&told), @r#"
    hearing.txt
      style    colon (confidence 0.85)
      counts   4 speakers, 6 turns, 6 segments, 28 words
      spoken   59.6 % of 47 words; not spoken: byline 14, chair 5
      warning  1 of 6 utterances need review (needs_review)
      styles   colon: score 5.10
      template NAME: text: 6 lines

      line 1: chair, 9a987da71667-b00001
        words    Chair: Ann Lee, Dean, Acme
        pass     lines that name the chair

      line 3: The Chair, confidence _, 9a987da71667-u0001
        words    We will come to order.
        rule     colon, line 3; form of the label: office; seen 2 times
        byline   "The Chair"
        score    +0.95 -> 0.95  the label names an office
                 +0.05 -> 1.00  the label occurs 2 times in this style
                 -0.04 -> 0.96  the confidence of the document's style, 0.85, has a weight of one quarter
        person   Ann Lee: office_in_chair_line (0.90), based on 9a987da71667-b00001 (line 1) and 9a987da71667-b00002 (line 3)

      line 5: Bo Hill, confidence _, 9a987da71667-u0002
        words    Thank you.
        rule     colon, line 5; form of the label: person; seen once
        byline   "Bo Hill (Docks Ltd)"
        score    +0.80 -> 0.80  the label has the form of a person's name
                 +0.01 -> 0.81  the confidence of the document's style, 0.85, has a weight of one quarter
        person   Bo Hill: first_mention (1.00), based on 9a987da71667-b00004 (line 5)

      line 7: Joan Hill, confidence _, 9a987da71667-u0003
        words    I would like to add one thing.
        rule     colon, line 7; form of the label: person; seen once
        byline   "Joan Hill"
        score    +0.80 -> 0.80  the label has the form of a person's name
                 +0.01 -> 0.81  the confidence of the document's style, 0.85, has a weight of one quarter
        person   Joan Hill: first_mention (1.00), based on 9a987da71667-b00006 (line 7)

      line 9: Mr. Bo Hill, confidence _, 9a987da71667-u0004
        words    Please do.
        rule     colon, line 9; form of the label: person; seen once
        byline   "Mr. Bo Hill"
        score    +0.95 -> 0.95  the label has the form of a person's name
                 -0.03 -> 0.92  the confidence of the document's style, 0.85, has a weight of one quarter
        person   Bo Hill: same_full_name (0.95), based on 9a987da71667-b00004 (line 5) and 9a987da71667-b00008 (line 9)

    ? line 11: Hill, confidence _, 9a987da71667-u0005
        words    Both of us are glad to be here.
        rule     colon, line 11; form of the label: word; seen once
        byline   "Hill"
        score    +0.35 -> 0.35  the label is a word that may be a name
                 +0.20 -> 0.55  the line begins in the same way as 1 bylines of the document
                 +0.07 -> 0.62  the confidence of the document's style, 0.85, has a weight of one quarter
        person   Hill: ambiguous_surname (0.40), based on 9a987da71667-b00010 (line 11)
        review   "Hill" may stand for Bo Hill or Joan Hill

      line 13: The Chair, confidence _, 9a987da71667-u0006
        words    We stand in recess.
        rule     colon, line 13; form of the label: office; seen 2 times
        byline   "The Chair"
        score    +0.95 -> 0.95  the label names an office
                 +0.05 -> 1.00  the label occurs 2 times in this style
                 -0.04 -> 0.96  the confidence of the document's style, 0.85, has a weight of one quarter
        person   Ann Lee: office_in_chair_line (0.90), based on 9a987da71667-b00001 (line 1) and 9a987da71667-b00012 (line 13)
    "#);
    let doubtful = place.run_well(&["segment", "hearing.txt", "--doubtful"]).out;
    assert!(doubtful.contains("Both of us") && !doubtful.contains("Please do"), "{doubtful}");
    let lines = place.run_well(&["segment", "hearing.txt", "--doubtful", "--explain", "--format", "jsonl"]).out;
    let turn: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(turn["explanation"]["link"]["rule"], "ambiguous_surname");
    assert_eq!(turn["explanation"]["link"]["others"][1], "Joan Hill");
    let plain = place.run_well(&["segment", "hearing.txt", "--format", "jsonl"]).out;
    assert!(!plain.contains("explanation"));
}

#[test]
fn the_nearest_other_reading_of_a_place_is_told() {
    let text = "Mr. STONE. I rise to speak.\n\nMr. HILL. Mr. President, today I yield\n\nThe question is put.\n\n\
                Mr. STONE. I object.\n\nMr. HILL. So do I.\n";
    let found = transcript(text, &Study::default());
    let rival = found.utterances[1].explanation.rival.as_ref().unwrap();
    assert_eq!((rival.style, rival.byline.as_str()), (Style::NameLine, "Mr. HILL. Mr. President, today I yield"));
    assert_eq!(rival.reason, "its style explains less of the document");
    assert!(found.styles.iter().any(|style| style.style == Style::Period && style.is_taken));
    assert!(found.styles.iter().any(|style| style.style == Style::NameLine && !style.is_taken));
}

#[test]
fn a_run_follows_people_and_records_the_list() {
    let place = Place::with(&[
        ("a.txt", SPRING),
        ("b.txt", AUTUMN),
        ("study.toml", "[transcript]\npeople = 'people.csv'\nlink_people = 'corpus'\n"),
        ("people.csv", "name,person_id\nBo Hill,bo\n"),
    ]);
    place.run_well(&["run", "a.txt", "b.txt", "--study", "study.toml", "--out", "results"]);
    let column = |name: &str| place.texts("results/speakers.parquet", name);
    let people: Vec<(String, String)> = column("name").into_iter().zip(column("person_id")).collect();
    let of =
        |name: &str| people.iter().filter(|(known, _)| known == name).map(|(_, id)| id.as_str()).collect::<Vec<_>>();
    assert_eq!(of("Bo Hill"), ["bo", "bo"]);
    assert!(of("Ann Lee")[0].starts_with("person-") && of("Ann Lee")[0] == of("Ann Lee")[1], "{people:?}");
    assert_ne!(of("The Chair")[0], of("The Chair")[1]);
    assert_eq!(place.texts("results/runs.parquet", "people_sha256")[0].len(), 64);
    let rules = place.texts("results/utterances.parquet", "link_rule");
    assert!(rules.contains(&"people_list_surname".to_string()) && rules.contains(&"unique_surname".to_string()));
}

// For any text

proptest::proptest! {
    #[test]
    fn no_text_upsets_a_pattern(text in "([a-zA-Z<>:\\[\\]() .*#\\n\u{e9}\u{c}\u{738b}]{0,120})") {
        let own = study(r"pattern = '<?(?P<name>\w*)(?P<title> \(\w+\))?>?:(?P<speech>.*)'", "");
        let Ok(document) = read("talk.md", text.as_bytes()) else { return Ok(()) };
        let found = attribute(document, &own.attribution());
        let mut end = 0;
        for block in &found.blocks {
            proptest::prop_assert_eq!(block.span.start, end);
            end = block.span.end;
        }
        proptest::prop_assert_eq!(end, found.document.text.len());
        for utterance in &found.utterances {
            proptest::prop_assert!(found.document.text.get(utterance.span.start..utterance.span.end).is_some());
        }
    }
}

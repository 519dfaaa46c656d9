//! What coders see before a segment.

use plenary::corpus::Transcript;
use plenary::measure::context::{WORDS, context};

use crate::common::Place;

fn transcript(text: &str) -> Transcript {
    let document = plenary::read::read("talk.txt", text.as_bytes()).unwrap();
    plenary::attribute::attribute(document, &plenary::attribute::Options::default())
}

fn lines(transcript: &Transcript, text: &str) -> Option<String> {
    let at = transcript.segments.iter().position(|segment| segment.text == text);
    context(transcript, at.unwrap_or_else(|| panic!("no segment {text}"))).lines()
}

const TALK: &str = "\
ANN LEE: The harbour is small. It should be twice as large.

BO HILL: The fish would leave. I am a fisherman. My father was one. We know these waters well.

CY DAHL: Who pays for the crane? Who pays for the road?

DI ROSS: I agree with Ann Lee.

ANN LEE: Thank you.
";

#[test]
fn the_nearest_sentences_before_it_the_oldest_first() {
    let talk = transcript(TALK);
    insta::assert_snapshot!(lines(&talk, "Thank you.").unwrap(), @r"
    Bo Hill: The fish would leave. I am a fisherman. My father was one. We know these waters well.
    Cy Dahl: Who pays for the crane? Who pays for the road?
    Di Ross: I agree with Ann Lee.
    ");
    assert_eq!(lines(&talk, "The harbour is small."), None);
}

#[test]
fn at_most_the_three_turns_before_and_sixty_words() {
    let talk =
        transcript("ANN LEE: One.\n\nBO HILL: Two.\n\nANN LEE: Three.\n\nBO HILL: Four.\n\nANN LEE: Five. Six.\n");
    assert_eq!(lines(&talk, "Six.").unwrap(), "Bo Hill: Two.\nAnn Lee: Three.\nBo Hill: Four.\nAnn Lee: Five.");
    let long = format!("It is {}long.", "very ".repeat(WORDS - 5));
    let talk =
        transcript(&format!("ANN LEE: We met. {long}\n\nBO HILL: Yes. No.\n\nANN LEE: Well.\n\nBO HILL: Good.\n"));
    assert_eq!(lines(&talk, "Well.").unwrap(), format!("Ann Lee: {long}\nBo Hill: Yes. No."));
    let longer = format!("It is {}long.", "very ".repeat(WORDS));
    let talk = transcript(&format!("ANN LEE: We met. {longer}\n\nBO HILL: Yes. No.\n"));
    assert_eq!(lines(&talk, "Yes.").unwrap(), format!("Ann Lee: {}long.", "very ".repeat(WORDS - 1)));
}

/// The program on a debate whose chair asks what the proposition says.
const DEBATE: &str = "\
**The Chair:** Good evening. Should the new harbour be built?

**Ann Lee:** The new harbour should be built. Should the new harbour be built? Of course it should.

**The Chair:** Should the new harbour not be built?
";

const HARBOUR: &str = "\
[[targets]]
id = \"harbour\"
proposition = \"The new harbour should be built.\"
negation = \"The new harbour should not be built.\"
";

#[test]
fn a_question_of_the_chair_takes_no_side() {
    let place = Place::with(&[("talk.md", DEBATE), ("study.toml", HARBOUR)]);
    let run = |study: &str, out: &str| {
        place.run_well(&["run", "talk.md", "--study", study, "--out", out, "--no-cache", "--quiet"]);
        ["label", "rule", "neither", "favor", "against"]
            .map(|column| place.texts(&format!("{out}/stance.parquet"), column))
    };
    let texts = |out: &str| place.texts(&format!("{out}/segments.parquet"), "text");
    let [labels, rules, neither, ..] = run("study.toml", "ruled");
    let questions: Vec<usize> = (0..rules.len()).filter(|at| rules[*at] == "question").collect();
    let texts = texts("ruled");
    assert_eq!(questions.len(), 1, "{texts:?} {rules:?}");
    assert_eq!((texts[questions[0]].as_str(), questions[0]), ("Should the new harbour be built?", 1));
    assert_eq!(labels[1], "neither");
    assert!(neither[1].parse::<f64>().unwrap() >= 0.97 - 1e-6, "{neither:?}");
    place.write("model.toml", format!("{HARBOUR}[stance]\nneutral_questions = false\n"));
    let [_, rules, _, favor, against] = run("model.toml", "model");
    assert!(rules.iter().all(|rule| rule == "-"));
    let ratio = |favor: &str, against: &str| favor.parse::<f64>().unwrap() / against.parse::<f64>().unwrap();
    let [_, _, _, ruled_favor, ruled_against] = run("study.toml", "again");
    let (expected, found) = (ratio(&favor[1], &against[1]), ratio(&ruled_favor[1], &ruled_against[1]));
    assert!((found / expected - 1.0).abs() < 1e-3, "{found} {expected}");
}

#[test]
fn turns_and_speakers_have_the_side_of_most_of_their_segments() {
    let place = Place::with(&[("talk.md", crate::common::TALK), ("study.toml", crate::common::STUDY)]);
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "out", "--no-cache", "--quiet"]);
    let of = |table: &str, column: &str| place.texts(&format!("out/{table}.parquet"), column);
    let (labels, turns) = (of("stance", "label"), of("segments", "utterance_id"));
    let groups = of("group_stance", "level");
    assert_eq!(groups, ["utterance_target", "utterance_target", "speaker_target", "speaker_target"]);
    let counts = ["n_favor", "n_against", "n_neither", "n_unlabelled"].map(|column| of("group_stance", column));
    for (row, turn) in of("group_stance", "utterance_id").iter().enumerate().take(2) {
        for (name, counts) in ["favor", "against", "neither", "-"].iter().zip(&counts) {
            let n = labels.iter().zip(&turns).filter(|(label, of)| label == name && *of == turn).count();
            assert_eq!(counts[row], n.to_string(), "{name} in {turn}");
            // Each of the two speaks once.
            assert_eq!(counts[row + 2], n.to_string());
        }
    }
    assert_eq!(of("group_stance", "label"), ["favor", "against", "favor", "against"]);
    assert_eq!(place.table("out/agreement.parquet").height(), 0);
}

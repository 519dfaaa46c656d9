//! Documents with templates that no style has, and documents without a template.

use super::time_at;
use crate::{Options, attribute};
use plenary_corpus::Transcript;
use plenary_read::read;
use proptest::prelude::*;

const NAMES: [&str; 8] =
    ["Ann Lee", "Bo Hill", "Cy Dale", "Dee Moss", "Dr. Ute Kern", "María Núñez", "Mr. Ed Nash", "Flo Orr"];

const SENTENCES: [&str; 8] = [
    "The bridge has been closed since May.",
    "Nobody knows who painted it, and nobody asks.",
    "When will it be open again?",
    "I have said so in the committee, in the paper and at the river.",
    "It is always late, and we know why.",
    "We went home, because it was late and the rain had begun.",
    "That is what they told us last year!",
    "The river is high in the spring.",
];

/// Signs before and after a name, and behind the signs the speech. None is a style that plenary has a rule for.
const SIGNS: [(&str, &str); 14] = [
    ("[", "]: "),
    ("[", "] "),
    ("【", "】"),
    ("■ ", ": "),
    ("", "—"),
    ("", " ~ "),
    ("", " | "),
    ("{", "} "),
    ("<< speaker >> ", " "),
    ("@", ": "),
    ("◇", "\u{3000}"),
    ("", " [00:0T:12] "),
    ("00:0T:12 | ", " | "),
    ("=== ", " ===\n"),
];

fn transcript(text: &str) -> Transcript {
    attribute(read("talk.txt", text.as_bytes()).expect("the text can be read"), &Options::default())
}

/// The label and the words of each turn.
fn turns(transcript: &Transcript) -> Vec<(String, String)> {
    let turn =
        |utterance: &plenary_corpus::Utterance| (utterance.label.clone().unwrap_or_default(), utterance.text.clone());
    transcript.utterances.iter().map(turn).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_template_over_any_names_is_found(
        signs in 0..SIGNS.len(),
        first in 0..NAMES.len(),
        said in prop::collection::vec((0..3usize, 0..SENTENCES.len()), 6..14),
        blank_line in any::<bool>(),
    ) {
        let (before, after) = SIGNS[signs];
        // "<< speaker >> Name" is on a separate line.
        let after = if after == " " { "\n" } else { after };
        let speakers = [0, 1, 2].map(|k| NAMES[(first + k) % NAMES.len()]);
        let mut expected: Vec<(String, String)> = Vec::new();
        let mut text = String::new();
        for (k, (_, sentence)) in said.iter().enumerate() {
            let minute = (k % 10).to_string();
            let name = speakers[k % 3];
            let (before, after) = (before.replace('T', &minute), after.replace('T', &minute));
            let sentence = SENTENCES[*sentence];
            text.push_str(&format!("{before}{name}{after}{sentence}\n"));
            if blank_line || after == "\n" {
                text.push('\n');
            }
            expected.push((name.to_string(), sentence.to_string()));
        }
        let found = transcript(&text);
        prop_assert_eq!(turns(&found), expected, "{}", text);
        prop_assert!(found.template.is_some());
    }

    #[test]
    fn prose_without_speakers_stays_without(
        paragraphs in prop::collection::vec(prop::collection::vec(0..SENTENCES.len(), 2..5), 3..12),
        dash in any::<bool>(),
    ) {
        let paragraph = |sentences: &Vec<usize>| {
            let text: Vec<&str> = sentences.iter().map(|at| SENTENCES[*at]).collect();
            let text = text.join(" ");
            if dash { text.replacen(", and", "—and", 1).replacen(" has been", "—an old one—has been", 1) } else { text }
        };
        let text: Vec<String> = paragraphs.iter().map(paragraph).collect();
        let found = transcript(&text.join("\n\n"));
        prop_assert!(found.utterances.iter().all(|utterance| utterance.label.is_none()), "{:?}", turns(&found));
    }
}

#[test]
fn a_template_is_readable() {
    for (text, shape) in [
        ("[A B]: Yes.\n[C D]: No.\n[A B]: Why?\n[C D]: So.\n", "[NAME]: text"),
        (
            "Ann Lee [00:00:12] Yes.\nBo Hill [00:01:12] No.\nAnn Lee [00:02:12] Why?\nBo Hill [00:03:12] So.\n",
            "NAME [TIME] text",
        ),
        ("Mr. LEE—Yes.\n\nMr. HILL (Oakton)—No.\n\nMr. LEE—Why?\n\nMr. HILL—So.\n", "NAME—text"),
    ] {
        let found = transcript(text).template.map(|template| (template.shape, template.n_lines));
        assert_eq!(found, Some((shape.to_string(), 4)), "{text}");
    }
}

#[test]
fn lists_that_count_and_bibliographies_are_not_bylines() {
    for text in [
        "Step 1: Wash the apples.\nStep 2: Boil the water.\nStep 3: Wait.\nStep 1: Roll the dough.\nStep 2: Bake it.\n\
         Step 3: Eat it.\n",
        "Lee, A. (2004) The river. Oakton: Mill.\nHill, B. (2011) Ferries. Oakton: Mill.\n\
         Lee, A. (2009) Paint. Oakton: Mill.\nHill, B. (2016) More ferries. Oakton: Mill.\n",
        "[Bridge] A way over a river.\n\n[Ferry] A boat that goes to and fro.\n\n[Mill] A house with a wheel.\n",
    ] {
        let found = transcript(text);
        assert!(found.utterances.iter().all(|turn| turn.label.is_none()), "{:?}", turns(&found));
    }
}

#[test]
fn times_are_read_in_the_forms_of_recorders() {
    for (text, expected) in [
        ("00:00:12", Some((8, Some(12.0)))),
        ("1:02 text", Some((4, Some(62.0)))),
        ("#00:00:12-3#", Some((12, Some(12.3)))),
        ("00:01:12:05 - 00:01:14:22", Some((25, Some(72.0)))),
        ("00;00;31;00", Some((11, Some(31.0)))),
        ("2.05 pm)", Some((7, None))),
        ("12/05/2027 10:15:", Some((16, None))),
        ("12/05/2027 10:15 text", Some((16, None))),
        ("2.05", None),
        ("#12", None),
        ("3 May", None),
    ] {
        assert_eq!(time_at(text), expected, "{text}");
    }
}

#[test]
fn an_office_that_nobody_knows_speaks_where_all_lines_of_its_shape_do() {
    let turn = |label: &str| format!("{label}:\nI have said so in the committee and at the river.\n\n");
    let known = ["Poseł Ann Lee (NK)", "Poseł Bo Hill (PL)"].map(turn).concat();
    let text = format!("{}{}{}", known.repeat(3), turn("Keeper of the Office of Mills Dee Moss"), known);
    let labels: Vec<String> = transcript(&text)
        .utterances
        .iter()
        .filter_map(|turn| turn.label.clone())
        .filter(|label| label.contains("Moss"))
        .collect();
    assert_eq!(labels, ["Keeper of the Office of Mills Dee Moss"]);
}

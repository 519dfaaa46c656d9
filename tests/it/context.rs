//! What coders see before a segment.

use plenary::corpus::Transcript;
use plenary::measure::context::{WORDS, context};

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

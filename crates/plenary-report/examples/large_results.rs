//! Writes large results that no model computed, to measure `plenary report`, `plenary find` and `plenary compare`:
//!
//!     cargo run --release -p plenary-report --example large_results -- FOLDER [SEGMENTS [later]]
//!
//! A thousand sentences per document, in turns of eight, by two hundred speakers of five parties, over twenty years. With `later` every tenth
//! sentence is another one, and the first tenth of the documents is not there, so that tones, labels and themes of the others differ as well.

#[path = "../tests/made/mod.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod made;

use made::{Talk, Turn};

const THINGS: [&str; 12] = [
    "harbour", "budget", "teachers", "minister", "river", "network", "school", "rail", "clinic", "farm", "border",
    "treaty",
];
const PARTIES: [&str; 5] = ["Lake", "River", "Hill", "Plain", "Shore"];
const OF_DOCUMENT: usize = 1000;
const OF_TURN: usize = 8;

fn sentence(number: usize, is_later: bool) -> String {
    let number = if is_later && number % 10 == 3 { number + 1_000_000_000 } else { number };
    let thing = |factor: usize| THINGS[number * factor / 7 % THINGS.len()];
    format!(
        "As I said in the debate of last year, the {} plan number {number} needs a {}, a {} and the support of all who care about the {}.",
        thing(1),
        thing(5),
        thing(11),
        thing(13)
    )
}

fn talk(number: usize, is_later: bool) -> Talk {
    let turn = |at: usize| {
        let first = number * OF_DOCUMENT + at * OF_TURN;
        let speaker = (number * 7 + at * at) % 200;
        Turn {
            speaker: format!("Member {speaker}"),
            party: Some(PARTIES[speaker % PARTIES.len()].into()),
            doubtful: at % 50 == 7,
            sentences: (first..first + OF_TURN).map(|number| sentence(number, is_later)).collect(),
        }
    };
    Talk {
        path: format!("sittings/s{number:05}.md"),
        title: Some(format!("Sitting {number}")),
        date: Some(jiff::civil::date(2000 + (number % 20) as i16, (number % 12) as i8 + 1, 5)),
        turns: (0..OF_DOCUMENT / OF_TURN).map(turn).collect(),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder")?;
    let n: usize = arguments.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let is_later = match arguments.next().as_deref() {
        None => false,
        Some("later") => true,
        Some(other) => return Err(format!("expected `later` or nothing; found `{other}`").into()),
    };
    let study = made::study("Large results", 2);
    let first = if is_later { n / OF_DOCUMENT / 10 } else { 0 };
    let talks = (first..n / OF_DOCUMENT).map(|number| talk(number, is_later));
    let results = made::write(folder.as_ref(), &study, 30, talks)?;
    println!("{} segments", results.run().n_segments);
    Ok(())
}

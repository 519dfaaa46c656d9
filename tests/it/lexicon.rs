//! The user's own lexicon: named in the study, added to the built-in words, refused with the line of the problem.

use std::fs;
use std::path::Path;

use plenary::attribute::attribute;
use plenary::corpus::{Role, Transcript};
use plenary::read::{read, read_all};
use plenary::study::Study;

/// A study with a lexicon, in a separate folder.
fn study(folder: &Path, words: &[u8]) -> Result<Study, String> {
    fs::write(folder.join("words.toml"), words).unwrap();
    fs::write(folder.join("study.toml"), "[transcript]\nlexicon = \"words.toml\"\n").unwrap();
    Study::load(&folder.join("study.toml")).map_err(|error| error.to_string())
}

fn error(words: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let error = study(folder.path(), words).unwrap_err();
    error.replace(&folder.path().display().to_string(), "FOLDER").replace('\\', "/")
}

fn transcript(text: &str, study: &Study) -> Transcript {
    attribute(read("talk.txt", text.as_bytes()).unwrap(), &study.attribution())
}

const COUNCIL: &str = "De Vörsittersche: Good evening.\n\nAnn Lee: I have a question.\n\n\
    De Vörsittersche: Go on.\n\nAnn Lee: Who pays for the harbour?\n\nDe Vörsittersche: We all do.\n";

#[test]
fn a_word_of_the_study_makes_a_label_the_chair() {
    let folder = tempfile::tempdir().unwrap();
    let own = study(folder.path(), "[chairs]\nwords = [\"Vörsittersche\"]\n[offices]\nbeside = [\"de\"]\n".as_bytes())
        .unwrap();
    let roles = |study: &Study| -> Vec<(String, Role)> {
        let speakers = transcript(COUNCIL, study).speakers;
        speakers.into_iter().map(|speaker| (speaker.label, speaker.role)).collect()
    };
    let chair = |role| ("De Vörsittersche".to_string(), role);
    assert!(roles(&Study::default()).contains(&chair(Role::Speaker)), "{:?}", roles(&Study::default()));
    assert!(roles(&own).contains(&chair(Role::Chair)), "{:?}", roles(&own));
    assert!(roles(&Study::default()).contains(&chair(Role::Speaker)), "two studies in one program differ");
}

#[test]
fn phrases_of_the_study_are_searched_for_in_captions_and_tables() {
    let folder = tempfile::tempdir().unwrap();
    let own =
        study(folder.path(), "[directions]\nsounds = [\"klöön*\"]\n[roles]\nchair = [\"Baas\"]\n".as_bytes()).unwrap();
    let table = "speaker,role,text\nAnn Lee,Baas,Good day to all of you.\nBo Hill,,Good day.\n";
    let role = |study: &Study| {
        let reading = read_all("talk.csv", table.as_bytes(), &study.reading()).unwrap();
        reading.documents[0].turns[0].speaker.as_ref().unwrap().role
    };
    assert_eq!((role(&own), role(&Study::default())), (Some(Role::Chair), None));
    let captions = "WEBVTT\n\n00:01.000 --> 00:04.000\nWe met (Klöönsnack achtern) and left.\n";
    let notes = |study: &Study| {
        let reading = read_all("talk.vtt", captions.as_bytes(), &study.reading()).unwrap();
        let document = &reading.documents[0];
        document
            .lines
            .iter()
            .filter(|line| line.turn.is_none())
            .map(|line| line.span.of(&document.text))
            .any(|line| line.contains("Klöön"))
    };
    assert!(notes(&own) && !notes(&Study::default()));
}

#[test]
fn the_study_is_known_by_its_lexicon_too() {
    let folder = tempfile::tempdir().unwrap();
    let first = study(folder.path(), b"[chairs]\nwords = [\"baas\"]\n").unwrap();
    let second = study(folder.path(), b"[chairs]\nwords = [\"boss\"]\n").unwrap();
    assert_ne!(first.sha256, second.sha256);
    assert_ne!(first.attribution(), second.attribution());
    assert_eq!(first, study(folder.path(), b"[chairs]\nwords = [\"baas\"]\n").unwrap());
    assert_eq!(first.info().json["lexicon"]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(Study::default().info().json.get("lexicon"), None);
}

#[test]
fn a_lexicon_that_is_wrong_is_refused_with_its_line() {
    insta::assert_snapshot!(error(b"[chairs]\nwrods = [\"baas\"]\n"), @"FOLDER/study.toml: [transcript] lexicon: FOLDER/words.toml, line 2: unknown key `wrods` (did you mean `words`?); known here: words, closing, of_bodies, presiding, anybody, presiding_words, presiding_endings, of_sessions, sessions, session_bodies, ranks");
    insta::assert_snapshot!(error(b"[honorific]\nwords = [\"baas\"]\n"), @"FOLDER/study.toml: [transcript] lexicon: FOLDER/words.toml, line 1: unknown key `honorific` (did you mean `honorifics`?); known here: names, honorifics, chairs, chair_lines, offices, positions, roles, bodies, parties, places, nameless, questions, not_speakers, directions, present, head, dates, sentences, pages, persons, editorial, record, examination, interviews, speeches, occasions, letters, chats");
    insta::assert_snapshot!(error(b"[chairs]\nwords = [\n  \"baas\",\n  \"\",\n]\n"), @r#"FOLDER/study.toml: [transcript] lexicon: FOLDER/words.toml, line 4: found "" in a list of words; expected a word"#);
    insta::assert_snapshot!(error(b"[dates]\nmonths = [[\"januar\"]]\n"), @r#"FOLDER/study.toml: [transcript] lexicon: FOLDER/words.toml, line 2: found 1 months; expected 12 entries, from January to December, each a list of forms such as ["march"]"#);
    assert!(error(b"chairs: baas\n").contains("words.toml, line 1: "), "{}", error(b"chairs: baas\n"));
    insta::assert_snapshot!(error(b"# words\n[chairs]\nwords = [\"pr\xE9sident\"]\n"), @"FOLDER/study.toml: [transcript] lexicon: FOLDER/words.toml, line 3: this is not UTF-8; save the lexicon as TOML in UTF-8");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("study.toml"), "[transcript]\nlexicon = \"none.toml\"\n").unwrap();
    let missing = Study::load(&folder.path().join("study.toml")).unwrap_err().to_string();
    assert!(
        missing.contains("[transcript] lexicon: ") && missing.contains("none.toml: there is no such file"),
        "{missing}"
    );
    fs::create_dir(folder.path().join("none.toml")).unwrap();
    let unreadable = Study::load(&folder.path().join("study.toml")).unwrap_err().to_string();
    assert!(unreadable.contains("none.toml: cannot be read"), "{unreadable}");
}

#[test]
fn the_example_of_the_documentation_is_a_lexicon() {
    let page = fs::read_to_string("docs/development/adding-a-language.md").unwrap();
    let example = page.split("```toml\n").find(|block| block.starts_with("# my-words.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let own = study(folder.path(), example.split("```").next().unwrap().as_bytes()).unwrap();
    assert!(own.lexicon.is_chair("vörsitter") && own.lexicon.month("märz") == Some(3));
    let groups: toml::Table = include_str!("../../crates/plenary-names/lexicon/en.toml").parse().unwrap();
    for group in groups.keys() {
        assert!(page.contains(&format!("`{group}`")), "{group} is not explained");
    }
}

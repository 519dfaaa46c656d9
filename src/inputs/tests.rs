//! Paths to documents.

use super::*;

#[test]
fn a_folder_gives_each_transcript_once_and_lists_what_it_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
    write("b.md", b"**Ann Lee**\n\nHello.\n");
    write("a.txt", b"**Ann Lee**\n\nHello.\n");
    write("table.csv", b"a,b\n");
    write("picture.png", b"\x89PNG....");
    write(".hidden.txt", b"hidden\n");
    write("empty.txt", b"");
    let inputs = gather(&[folder.path().to_path_buf()], &Options::default(), None);
    assert_eq!(inputs.documents.len(), 1);
    assert!(inputs.documents[0].path.ends_with("a.txt"));
    assert_eq!(inputs.skipped.other_paths.values().next().unwrap().len(), 1);
    assert_eq!(inputs.skipped.ignored.len(), 2, "{:?}", inputs.skipped.ignored);
    assert_eq!(inputs.skipped.failures.len(), 1, "{:?}", inputs.skipped.failures);
}

#[test]
fn a_corpus_folder_is_one_input_and_the_same_bytes_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("inner/corpus");
    std::fs::create_dir_all(&corpus).unwrap();
    let utterance = "{\"id\":\"1\",\"conversation_id\":\"c\",\"text\":\"Hi.\",\"speaker\":\"s\"}\n";
    std::fs::write(corpus.join("utterances.jsonl"), utterance).unwrap();
    std::fs::write(corpus.join("speakers.json"), "{\"s\":{\"meta\":{}}}").unwrap();
    let table = "debate,speaker,text\nD1,A,One.\nD2,A,Two.\n";
    std::fs::write(folder.path().join("a.csv"), table).unwrap();
    std::fs::write(folder.path().join("b.csv"), table).unwrap();
    let inputs = gather(&[folder.path().to_path_buf()], &Options::default(), None);
    assert!(inputs.skipped.failures.is_empty() && inputs.skipped.ignored.is_empty(), "{:?}", inputs.skipped.failures);
    let ends: Vec<bool> = ["a.csv/D1", "a.csv/D2", "inner/corpus/c"]
        .iter()
        .zip(&inputs.documents)
        .map(|(end, document)| document.path.ends_with(end))
        .collect();
    assert_eq!(ends, [true; 3]);
    assert_eq!(inputs.skipped.other_paths.len(), 2);
    std::fs::write(corpus.join("notes.txt"), "**Ann Lee**\n\nHello.\n").unwrap();
    std::fs::write(corpus.join("vectors.bin"), b"\x00\x01").unwrap();
    let named = gather(std::slice::from_ref(&corpus), &Options::default(), None);
    assert_eq!(
        (named.documents.len(), named.skipped.ignored.len()),
        (2, 1),
        "other files in the folder are read or listed"
    );
    std::fs::remove_file(corpus.join("notes.txt")).unwrap();
    let named = gather(&[corpus], &Options::default(), None);
    assert_eq!(named.documents.len(), 1);
}

#[test]
fn files_are_completed_by_those_beside_and_above_them() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir_all(folder.path().join("2031")).unwrap();
    write("X_1.txt", "X_1.u1\tOrder!\nX_1.u2\tYes.\n");
    write("X_1-meta.tsv", "ID\tSpeaker_name\nX_1.u1\tAnn Lee\nX_1.u2\tBo Hill\n");
    write("C-listPerson.xml", "<listPerson><person xml:id=\"a\"><persName>Cy Dahl</persName></person></listPerson>");
    write("2031/C_2.xml", "<TEI><text><body><u who=\"#a\">We begin.</u></body></text></TEI>");
    let inputs = gather(&[folder.path().to_path_buf()], &Options::default(), None);
    assert!(inputs.skipped.failures.is_empty(), "{:?}", inputs.skipped.failures);
    let names = |inputs: &Inputs| -> Vec<String> {
        let turns = inputs.documents.iter().flat_map(|document| &document.turns);
        turns.flat_map(|turn| &turn.speaker).map(|speaker| speaker.label.clone()).collect()
    };
    assert_eq!(names(&inputs), ["Cy Dahl", "Ann Lee", "Bo Hill"]);
    let ignored: Vec<&str> = inputs.skipped.ignored.iter().map(|ignored| ignored.error.as_str()).collect();
    assert_eq!(ignored.len(), 2, "{ignored:?}");
    assert!(ignored.iter().any(|error| error.contains("completes `X_1.txt`")), "{ignored:?}");
    let named = gather(&[folder.path().join("X_1.txt")], &Options::default(), None);
    assert_eq!(names(&named), ["Ann Lee", "Bo Hill"]);
    let outside = gather(&[folder.path().join("2031")], &Options::default(), None);
    assert_eq!(names(&outside), ["a"], "nothing outside a named folder is read");
}

#[test]
fn contents_in_memory_are_read_like_files_and_documents_are_given_again() {
    let bytes = |text: &str| Arc::from(text.as_bytes());
    let talk = Input::Bytes { name: "talk.md".into(), bytes: bytes("**Ann Lee**\n\nHello.\n") };
    let other = Input::Bytes { name: "talk.md".into(), bytes: bytes("**Bo Hill**\n\nHello.\n") };
    let empty = Input::Bytes { name: "empty.md".into(), bytes: bytes("") };
    let inputs = gather([talk.clone(), talk, other, empty], &Options::default(), None);
    assert_eq!(inputs.documents.iter().map(|document| &document.path).collect::<Vec<_>>(), ["talk.md"; 2]);
    assert_eq!((inputs.skipped.failures.len(), inputs.skipped.repeated.len()), (1, 1));
    let again = Sources::read_before(inputs.documents.clone(), inputs.skipped.clone());
    let again = again.read_all(&Options::default(), &Silent).unwrap();
    let ids = |inputs: &Inputs| inputs.documents.iter().map(|d| d.document_id.clone()).collect::<Vec<_>>();
    assert_eq!((ids(&again), &again.skipped), (ids(&inputs), &inputs.skipped));
}

#[test]
fn a_missing_file_is_a_failure() {
    let inputs = gather(&[PathBuf::from("no/such/file.md")], &Options::default(), None);
    assert!(inputs.skipped.failures[0].error.contains("no such file"));
}

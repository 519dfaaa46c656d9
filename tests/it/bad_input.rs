//! Bad input gives an error that says which file, where in it, what was found or expected, and what to do; unusual
//! input is read correctly.

use std::io::Write;

use crate::fuzz::samples::{gzip, pdf, samples, zip};
use plenary::attribute::attribute;
use plenary::corpus::Transcript;
use plenary::read::{Options, ReadError, read, read_all};
use plenary::study::{Columns, TimeUnit};

/// The error of a file, which must name the file and contain all of `parts`; its hint must contain `way_out`.
#[track_caller]
fn refused(path: &str, bytes: &[u8], parts: &[&str], way_out: &str) -> ReadError {
    refused_with(path, bytes, &Options::default(), parts, way_out)
}

#[track_caller]
fn refused_with(path: &str, bytes: &[u8], options: &Options, parts: &[&str], way_out: &str) -> ReadError {
    let error = match read_all(path, bytes, options) {
        Err(error) => error,
        Ok(mut reading) if !reading.refused.is_empty() => reading.refused.remove(0).1,
        Ok(reading) => panic!("{path} is read: {:?}", reading.documents[0].text),
    };
    let told = error.to_string();
    assert!(told.starts_with(path), "the file is not named: {told}");
    for part in parts {
        assert!(told.contains(part), "`{part}` is not said: {told}");
    }
    assert!(error.hint().contains(way_out), "no `{way_out}` in the way out: {}", error.hint());
    error
}

#[track_caller]
fn transcript(path: &str, bytes: &[u8]) -> Transcript {
    attribute(read(path, bytes).unwrap_or_else(|error| panic!("{error}")), &plenary::attribute::Options::default())
}

/// Label and text of each turn.
fn said(transcript: &Transcript) -> Vec<(Option<&str>, &str)> {
    transcript.utterances.iter().map(|turn| (turn.label.as_deref(), turn.text.as_str())).collect()
}

/// The bytes of the sample with this name.
fn sample(name: &str) -> Vec<u8> {
    samples().into_iter().find(|sample| sample.name == name).unwrap().packed()
}

#[test]
fn malformed_captions_name_the_line_of_the_cue() {
    let srt = |times: &str| format!("1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n{times}\nTwo.\n");
    let bad_time = srt("00:00:0x,000 --> 00:00:04,000");
    refused("a.srt", bad_time.as_bytes(), &["line 6", "\"00:00:0x,000\", is not a time"], "00:");
    let backwards = srt("00:00:08,000 --> 00:00:05,000");
    refused(
        "a.srt",
        backwards.as_bytes(),
        &["line 6", "ends (5.000 s) before it starts (8.000 s)"],
        "correct the times",
    );
    let no_header = srt("00:00:03,000 --> 00:00:05,000");
    refused("a.vtt", no_header.as_bytes(), &["line 1", "WEBVTT"], "put a line WEBVTT");
    refused("a.vtt", b"WEBVTT\n\nNOTE x\n", &["line 1", "no cues"], "check the export");
    let silent = transcript("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nOne.\n");
    assert!(silent.warnings.iter().any(|warning| warning.starts_with("line 2: ")), "{:?}", silent.warnings);
}

#[test]
fn broken_and_foreign_xml_names_line_and_column() {
    let broken = b"<?xml version=\"1.0\"?>\n<TEI><text><body>\n<u who=\"#a\">Yes.</seg></u></body></text></TEI>";
    refused("a.xml", broken, &["line 3, column 17", "seg"], "correct the XML");
    refused("a.xml", b"<TEI><text>\n<body>", &["ends inside `body`", "line 2"], "correct the XML");
    refused("a.xml", b"<html5/>", &["root element is `html5`", "expected `TEI`"], "convert it");
    refused("a.xml", b"<TEI><teiHeader/></TEI>", &["no text"], "name those");
    refused(
        "a.xml",
        b"<akomaNtoso><act><p>Be it</p></act></akomaNtoso>",
        &["nobody speaks", "`speech`"],
        "record of debates",
    );
    refused(
        "a.xml",
        b"<publicwhip>\n<speech speakername='A'><p>Yes.</speech>",
        &["line 2, column 32"],
        "correct the XML",
    );
    refused(
        "a.xml",
        b"<dbtplenarprotokoll><sitzungsverlauf><p>Beginn</p></sitzungsverlauf></dbtplenarprotokoll>",
        &["nobody speaks", "`redner`"],
        "record of debates",
    );
    refused("a.txt", b"X_1.u1\tYes.\nX_1.u2\tNo.\n", &["`a-meta.tsv`"], "into one folder");
}

#[test]
fn xml_entities_are_never_resolved() {
    let external = b"<?xml version=\"1.0\"?>\n<!DOCTYPE TEI [<!ENTITY host SYSTEM \"file:///etc/hostname\">]>\n\
                     <TEI><text><body><u>&host;</u></body></text></TEI>";
    refused("a.xml", external, &["line 2", "entities of its own"], "write the characters");
    let laughs =
        b"<!DOCTYPE TEI [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><TEI><text><body><u>&b;</u></body></text></TEI>";
    refused("a.xml", laughs, &["line 1", "never expanded"], "write the characters");
    let document = "<!DOCTYPE d [<!ENTITY f SYSTEM \"file:///etc/hostname\">]><w:document xmlns:w=\"w\"><w:body><w:p><w:r>\
                    <w:t>ANN: x&f;y</w:t></w:r></w:p></w:body></w:document>";
    let members = [("[Content_Types].xml", b"<Types/>".to_vec()), ("word/document.xml", document.into())];
    assert!(read("a.docx", &zip(0, &members)).unwrap().text.contains("x\u{FFFD}y"));
}

#[test]
fn files_that_were_cut_off_say_so() {
    for (name, keep, part) in [
        ("a.docx", 40, "cut off"),
        ("a.odt", 40, "cut off"),
        ("a.xlsx", 40, "damaged"),
        ("a.parquet", 300, "damaged"),
        ("a.zip", 10, "damaged"),
        ("a.csv.gz", 10, "ends early"),
        ("a.pdf", 900, "cut off"),
    ] {
        let whole = sample(name);
        refused(name, &whole[..whole.len() - keep], &[part], "get the file again");
    }
}

#[test]
fn files_with_a_password_are_told_from_damaged_ones() {
    let mut word = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    word.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    refused("a.docx", &word, &["asks for a password"], "without the password");
    let key = "00".repeat(32);
    let lock = format!(
        "/ID [<00><00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -1 /O <{key}> /U <{key}> >> /Size"
    );
    let locked = String::from_utf8(pdf("", b"BT ET")).unwrap().replace("/Size", &lock);
    refused("a.pdf", locked.as_bytes(), &["asks for a password"], "without the password");
}

#[test]
fn a_scan_without_text_says_what_is_missing() {
    refused("a.pdf", &pdf("", b"q 0 0 100 100 re f Q"), &["no text layer", "1 pages"], "OCR");
}

#[test]
fn what_unfolds_without_measure_is_refused_before_it_does() {
    let blanks = vec![b' '; 300 << 20];
    refused("a.txt.gz", &gzip(&blanks[..48 << 20]), &["too large", "32 MiB"], "unpack it yourself");
    let bomb = zip(0, &[("a.txt", blanks[..48 << 20].to_vec())]);
    refused("a.zip", &bomb, &["too large", "32 MiB"], "unpack it yourself");
    let types = ("[Content_Types].xml", b"<Types/>".to_vec());
    let word = zip(0, &[types, ("word/document.xml", blanks.clone())]);
    refused("a.docx", &word, &["too large", "word/document.xml"], "split it");
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&blanks).unwrap();
    let page = pdf("/Filter /FlateDecode", &encoder.finish().unwrap());
    assert!(page.len() < 4 << 20);
    refused("a.pdf", &page, &["too large", "256 MiB"], "split it");
}

#[test]
fn a_table_without_its_columns_says_which_there_are() {
    refused("a.csv", b"who,when\nAnn,now\n", &["no column with the text", "`who`", "`when`"], "name the column");
    let columns = Columns { text: "remarks".into(), ..Columns::default() };
    let options = Options { columns, ..Options::default() };
    refused_with("a.csv", b"who,text\nAnn,Hi\n", &options, &["`remarks`", "`who`", "`text`"], "correct the name");
}

#[test]
fn bad_rows_name_their_line() {
    refused("a.csv", b"who,text\nAnn,Hi.\nBo,Yes, no, so.\n", &["line 3", "4 cells", "2 columns"], "correct the row");
    refused("a.csv", b"who,text\nAnn,Hi.\nBo,\"Yes.\nCy,No.\n", &["line 3", "quotation mark"], "correct the row");
    refused("a.jsonl", b"{\"text\":\"a\"}\n{\"text\":}\n", &["line 2", "column 9"], "correct the row");
}

#[test]
fn ten_megabytes_on_one_line_are_read() {
    let text = format!("ANN LEE: {}", "We met at 10:30, and Mr. Stone said so. ".repeat(250_000));
    let transcript = transcript("a.txt", text.as_bytes());
    assert_eq!((transcript.utterances.len(), transcript.segments.len()), (1, 250_000));
    assert_eq!(transcript.utterances[0].text.len(), text.trim_end().len() - "ANN LEE: ".len());
}

#[test]
fn names_from_right_to_left_and_in_chinese_are_speakers() {
    let text = "محمد علي: صباح الخير للجميع.\n\nפרופ' משה כהן: תודה רבה לכם.\n\n\u{200F}محمد علي: شكرا لكم جميعا.\n\n\
                פרופ' משה כהן: נמשיך.\n";
    let right_to_left = transcript("a.txt", text.as_bytes());
    let labels: Vec<_> = right_to_left.utterances.iter().map(|turn| turn.label.as_deref().unwrap_or("-")).collect();
    assert_eq!(labels, ["محمد علي", "פרופ' משה כהן", "محمد علي", "פרופ' משה כהן"]);
    let chinese = transcript("a.txt", "王小明：水很重要。我们都知道。\n\n李华：是的。\n\n王小明：谢谢。\n".as_bytes());
    assert_eq!(
        said(&chinese),
        [(Some("王小明"), "水很重要。我们都知道。"), (Some("李华"), "是的。"), (Some("王小明"), "谢谢。")]
    );
}

#[test]
fn a_null_byte_is_kept_and_many_are_no_text() {
    let text = format!("ANN LEE: Good\0 day. {}\n", "We go on. ".repeat(20));
    assert!(transcript("a.txt", text.as_bytes()).utterances[0].text.starts_with("Good\0 day."));
    refused("a.txt", b"ANN\0\0\0\0: hi\n", &["not text", "byte 3 is 0x00"], "plain text");
}

#[test]
fn empty_and_unknown_files_are_named() {
    refused("a.txt", b"", &["empty"], "check the export");
    refused("a.txt", b"\xEF\xBB\xBF \n\t\n", &["empty"], "check the export");
    refused("a.txt", b"\x89PNG\r\n\x1A\n", &["a PNG picture"], "save it");
    refused(
        "a.zip",
        &zip(0, &[("b.png", b"\x89PNG\r\n\x1A\n".to_vec())]),
        &["a.zip/b.png", "a PNG picture"],
        "save it",
    );
}

#[test]
fn json_that_is_damaged_or_no_transcript_says_so() {
    let whole = r#"{"segments": [{"start": 0.5, "end": 2.0, "speaker": "A", "text": "Good day."}]}"#;
    refused(
        "a.json",
        &whole.as_bytes()[..60],
        &["line 1, column ", "not JSON", "ends inside a value"],
        "get the file again",
    );
    refused("a.json", b"{\n \"segments\": [,]}", &["line 2", "not JSON"], "correct the JSON");
    refused("a.json", br#"{"name": "plenary", "files": []}"#, &["`files`, `name`", "expected"], "JSON lines");
    refused("a.json", "[".repeat(100_000).as_bytes(), &["not JSON", "recursion limit"], "correct the JSON");
    refused("a.otr", br#"{"media": "a.mp3"}"#, &["without `text`"], "export");
    let latin = b"{\"segments\": [{\"start\": 0.5, \"speaker\": \"A\", \"text\": \"Sch\xF6n, sagte er, und ging.\"}]}";
    assert_eq!(transcript("a.json", latin).utterances[0].text, "Schön, sagte er, und ging.");
    let backwards = br#"[{"start": 9, "end": 2, "speaker": "A", "text": "Late."}, {"start": 1, "end": 2, "speaker": "B", "text": "Early."}]"#;
    let backwards = transcript("a.json", backwards);
    assert_eq!(said(&backwards), [(Some("B"), "Early."), (Some("A"), "Late.")]);
    assert!(
        backwards.warnings.iter().any(|warning| warning.contains("ends before it starts")),
        "{:?}",
        backwards.warnings
    );
}

#[test]
fn transcription_tools_in_xml_name_the_place_of_what_is_wrong() {
    for (name, whole) in [("a.ttml", "a.ttml"), ("a.eaf", "a.eaf"), ("a.exb", "a.exb")] {
        let whole = sample(whole);
        refused(name, &whole[..whole.len() - 30], &["line 1"], "correct the XML");
        let root = std::str::from_utf8(&whole).unwrap().split('>').nth(1).unwrap().trim_start_matches('<').to_string();
        let root = root.split(' ').next().unwrap().to_string();
        refused(name, format!("<{root}>{}", "<a>".repeat(3000)).as_bytes(), &["line 1", "250 deep"], "correct the XML");
        refused(name, format!("<{root}/>").as_bytes(), &["line 1: "], "");
    }
    let time = b"<tt><body>\n<p begin=\"noon\" end=\"2s\">Yes.</p></body></tt>";
    refused("a.ttml", time, &["line 2", "the begin of a caption, \"noon\", is not a time"], "write times as");
    let backwards =
        transcript("a.ttml", b"<tt><body><p begin=\"9s\" end=\"2s\">ANN LEE: Yes, so it is.</p></body></tt>");
    assert!(
        backwards.warnings.iter().any(|warning| warning.contains("ends before it starts")),
        "{:?}",
        backwards.warnings
    );
    let nowhere = transcript("a.ttml", b"<tt><body><p begin=\"1s\" agent=\"x\">Yes.</p></body></tt>");
    assert!(nowhere.warnings.iter().any(|warning| warning.contains("lists no agent `x`")), "{:?}", nowhere.warnings);
}

#[test]
fn damaged_chat_and_rich_text_say_what_is_wrong() {
    refused("a.cha", b"@Begin\n*INT:\tyes .\n", &["line 1", "@Participants"], "CHAT transcript");
    refused("a.cha", b"@Begin\n@Participants:\tINT Ann Investigator\n@End\n", &["line 3", "no speaker line"], "CHAT");
    let cut = transcript("a.cha", b"@Begin\n@Participants:\tINT Ann Investigator\n*INT:\tyes . \x15900_100\x15\n");
    for part in ["may be cut off", "line 3: it ends before it starts"] {
        assert!(cut.warnings.iter().any(|warning| warning.contains(part)), "{part}: {:?}", cut.warnings);
    }
    let whole = sample("a.rtf");
    refused("a.rtf", &whole[..whole.len() - 20], &["damaged", "cut off"], "get the file again");
    refused(
        "a.rtf",
        format!("{{\\rtf1 {}", "{".repeat(100_000)).as_bytes(),
        &["nested more than 500"],
        "get the file again",
    );
    refused("a.rtf", b"{\\rtf1\\ansi \\par}", &["empty"], "check the export");
}

#[test]
fn files_without_words_and_captions_of_other_kinds_are_refused() {
    let rttm = b"SPEAKER sea 1 0.297 0.696 <NA> <NA> SPEAKER_04 <NA> <NA>\nSPEAKER sea 1 1.297 2.696 <NA> <NA> SPEAKER_01 <NA> <NA>\n";
    refused("a.rttm", rttm, &["RTTM", "no words"], "name the transcript");
    refused("a.txt", rttm, &["RTTM"], "name the transcript");
    refused("a.smi", b"\xEF\xBB\xBF<SAMI>\n<BODY>\n", &["SAMI"], "save it");
    let event =
        |times: &str| format!("[Script Info]\nTitle: x\n\n[Events]\nDialogue: 0,{times},Default,Ann,0,0,0,,Yes.\n");
    refused("a.ass", b"\xEF\xBB\xBF[Script Info]\nTitle: x\n", &["no captions"], "check the export");
    refused("a.ssa", event("0:00:0x.00,0:00:02.00").as_bytes(), &["line 5", "0:00:0x.00"], "write times");
    refused("a.TextGrid", b"File type = \"ooTextFile\"\n", &["a Praat file"], "save it");
    let mut table = "orth\tAnn\t0\t4800\t4800\tso how?\n".repeat(40);
    table.push_str("orth\tAnn\t0\n");
    refused("a.txt", table.as_bytes(), &["line 41", "3 cells", "6"], "correct the row");
    let headless =
        transcript("a.vtt", b"00:00:01.000 --> 00:00:02.000\n\nGood day.\n\n00:00:03.000 --> 00:00:04.000\n\nYes.\n");
    assert_eq!(said(&headless), [(None, "Good day. Yes.")]);
    assert!(headless.warnings.iter().any(|warning| warning.starts_with("line 1: ")), "{:?}", headless.warnings);
}

#[test]
fn times_of_tables_are_milliseconds_where_the_study_or_the_values_say_so() {
    let times = |table: &str, unit: TimeUnit| {
        let columns = Columns { time_unit: unit, ..Columns::default() };
        let options = Options { columns, ..Options::default() };
        let document = read_all("a.tsv", table.as_bytes(), &options).unwrap().documents.remove(0);
        let turn = &document.turns[1];
        (turn.time_start_s.unwrap(), turn.time_end_s.unwrap(), document.warnings.len())
    };
    let table = "start\tend\ttext\n0\t4800\tSo how did you come?\n4800\t7150\tBy ship.\n";
    assert_eq!(times(table, TimeUnit::Auto), (4.8, 7.15, 1));
    assert_eq!(times(table, TimeUnit::Seconds), (4800.0, 7150.0, 0));
    let table = "start\tend\ttext\n0\t4\tSo how did you come?\n4\t7\tBy ship.\n";
    assert_eq!(times(table, TimeUnit::Auto), (4.0, 7.0, 0));
    assert_eq!(times(table, TimeUnit::Milliseconds), (0.004, 0.007, 0));
}

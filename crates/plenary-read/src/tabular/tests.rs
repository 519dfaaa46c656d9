//! Tables in all formats, with and without the study's column names.

use std::io::{Cursor, Write};

use polars_core::prelude::{IntoColumn, NamedFrom, Series};
use polars_io::prelude::ParquetWriter;

use crate::Columns;
use crate::{Options, ReadError, ReadErrorKind, read, read_all};
use plenary_attribute::attribute;
use plenary_corpus::{Document, Format, Role, Transcript};

fn documents(path: &str, bytes: &[u8], columns: Columns) -> Vec<Document> {
    read_all(path, bytes, &Options { columns, ..Options::default() }).unwrap().documents
}

fn one(path: &str, bytes: &[u8]) -> Transcript {
    attribute(read(path, bytes).unwrap(), &plenary_attribute::Options::default())
}

fn said(transcript: &Transcript) -> Vec<(Option<&str>, &str)> {
    transcript.utterances.iter().map(|u| (u.label.as_deref(), u.text.as_str())).collect()
}

#[test]
fn delimiter_quotes_and_names_are_found() {
    let expected =
        [(Some("Ann Lee"), "Good, day; all\tof you."), (Some("Bo \"B\" Hill"), "One.\nTwo."), (None, "Who?")];
    let csv = "\u{FEFF}Speaker,Text,Party\nAnn Lee,\"Good, day; all\tof you.\",Green\n\"Bo \"\"B\"\" Hill\",\"One.\nTwo.\",\n,Who?,\n";
    let transcript = one("a.csv", csv.as_bytes());
    assert_eq!(said(&transcript), expected);
    assert_eq!(transcript.speakers[0].details.party.as_deref(), Some("Green"));
    assert_eq!(transcript.document.format, Format::Csv);
    let semicolon = "A list of speeches\n\nname;speech\nAnn Lee;\"Good, day; all\tof you.\"\n\"Bo \"\"B\"\" Hill\";\"One.\nTwo.\"\n;Who?\n";
    assert_eq!(said(&one("b.csv", semicolon.as_bytes())), expected);
    let tabs = "who\tutterance\r\nAnn Lee\tGood day.\r\nBo Hill\tYes, no, well.\r\n";
    let expected = [(Some("Ann Lee"), "Good day."), (Some("Bo Hill"), "Yes, no, well.")];
    assert_eq!(said(&one("c.tsv", tabs.as_bytes())), expected);
    assert_eq!(said(&one("c.csv", tabs.as_bytes())), expected);
    let latin = one("d.csv", b"speaker,text\nRen\xe9,Voil\xe0 la v\xe9rit\xe9.\n");
    assert_eq!(said(&latin), [(Some("René"), "Voilà la vérité.")]);
}

#[test]
fn columns_are_known_in_several_languages() {
    let expected = [(Some("Ann Lee"), "Good day."), (Some("Bo Hill"), "Yes, well.")];
    let rows = "Ann Lee;Good day.\nBo Hill;Yes, well.\n";
    for names in ["Redner*in;Beitrag", "Mówca;Treść wypowiedzi", "発言者;発言内容", "Speaker;Text of the speech"]
    {
        assert_eq!(said(&one("a.csv", format!("{names}\n{rows}").as_bytes())), expected, "{names}");
    }
    for names in ["Speaker;Text no.", "Speaker;Speech speaker"] {
        assert!(read("a.csv", format!("{names}\n{rows}").as_bytes()).is_err(), "{names}");
    }
}

#[test]
fn a_table_without_text_lists_its_columns() {
    let message = read("a.csv", b"id,words\n1,hello\n").unwrap_err().to_string();
    assert_eq!(message, "a.csv: no column with the text of the turns was found; its columns are `id`, `words`");
    let columns = Columns { text: "speeches".into(), ..Columns::default() };
    let error = read_all("a.csv", b"id,text\n1,hello\n", &Options { columns, ..Options::default() }).unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::NoTextColumn { .. } | ReadErrorKind::NoColumn { .. }), "{error}");
    assert!(error.to_string().contains("`id`, `text`"), "{error}");
    let columns = Columns { party: "fraction".into(), ..Columns::default() };
    let error =
        read_all("a.csv", b"id,text\n1,hello\n", &Options { columns, ..Options::default() }).unwrap_err().to_string();
    assert!(error.contains("`fraction` as `party`"), "{error}");
}

#[test]
fn the_columns_of_a_message_are_those_below_rows_of_metadata() {
    let columns = "its columns are `id`, `who`, `words`, `note`";
    for above in ["", "Debates of 2020\n", "Title,Budget debate,,\nDate,2020-01-02,,\n\n", "Title,Budget debate\n"] {
        let csv = format!("{above}id,who,words,note\n1,Ann,hello,\n2,Bo,\"yes, no\",x\n");
        let message = read("a.csv", csv.as_bytes()).unwrap_err().to_string();
        assert!(message.ends_with(columns), "{above:?}: {message}");
    }
    let unnamed = read("a.csv", b",who,words\n1,Ann,hello\n").unwrap_err().to_string();
    assert!(unnamed.ends_with("its columns are ``, `who`, `words`"), "{unnamed}");
}

#[test]
fn broken_rows_are_refused_with_their_line() {
    let message = read("a.csv", b"speaker,text\nA,one\nB,two, three\n").unwrap_err().to_string();
    assert!(message.starts_with("a.csv, line 3: found 3 cells"), "{message}");
    let message = read("a.csv", b"speaker,text\nA,one\nB,\"two\nC,three\n").unwrap_err().to_string();
    assert!(message.starts_with("a.csv, line 3: a quotation mark"), "{message}");
    let message = read("a.jsonl", b"{\"text\":\"one\"}\n{\"text\":\n").unwrap_err().to_string();
    assert!(message.starts_with("a.jsonl, line 2: expected one JSON object"), "{message}");
    assert!(matches!(read("a.csv", b"text\n\n \n"), Err(ReadError { kind: ReadErrorKind::Empty, .. })));
    let zeros: Vec<u8> = "a,text\n".bytes().chain([0; 300]).collect();
    assert!(matches!(read("a.csv", &zeros), Err(ReadError { kind: ReadErrorKind::Binary { .. }, .. })));
}

#[test]
fn a_column_of_documents_makes_documents_that_keep_their_ids() {
    let csv =
        b"debate,date,speaker,text,votes\nD1,2001-02-03,A,One.,5\nD2,2002-02-03,B,Two.,\nD1,2001-02-03,B,Three.,7\n";
    let columns = Columns { carry: vec!["Votes".into()], ..Columns::default() };
    let found = documents("t.csv", csv, columns.clone());
    let shown: Vec<_> = found.iter().map(|d| (d.path.as_str(), d.text.as_str(), d.front.date)).collect();
    let day = jiff::civil::date;
    assert_eq!(
        shown,
        [("t.csv/D1", "One.\nThree.\n", Some(day(2001, 2, 3))), ("t.csv/D2", "Two.\n", Some(day(2002, 2, 3)))]
    );
    assert_eq!(found[0].document_id.len(), 21);
    assert_eq!(found[0].document_id, documents("other.csv", csv, columns)[0].document_id);
    let transcript = attribute(found[0].clone(), &plenary_attribute::Options::default());
    let carried: Vec<_> =
        transcript.utterances.iter().map(|u| transcript.turn_of(u).unwrap().carried.clone()).collect();
    assert_eq!(carried, [Some("{\"votes\":\"5\"}".to_string()), Some("{\"votes\":\"7\"}".to_string())]);
}

#[test]
fn columns_by_the_studys_names_times_and_roles() {
    let csv = b"Redner;Rede;Amt;von;bis;rest\nAnn Lee;Guten Tag.;chair;0:01:15,5;80;x\nBo Hill;Ja.;;soon;;y\n";
    let columns = Columns {
        text: "rede".into(),
        speaker: "Redner".into(),
        role: "Amt".into(),
        time_start: "von".into(),
        time_end: "bis".into(),
        ..Columns::default()
    };
    let found = documents("a.csv", csv, columns).remove(0);
    assert_eq!((found.turns[0].time_start_s, found.turns[0].time_end_s), (Some(75.5), Some(80.0)));
    assert_eq!(found.turns[0].speaker.as_ref().unwrap().role, Some(Role::Chair));
    assert!(found.warnings.iter().any(|warning| warning.contains("rest")), "{:?}", found.warnings);
    assert!(found.warnings.iter().any(|warning| warning.starts_with("1 times")), "{:?}", found.warnings);
}

#[test]
fn json_lines_are_recognised_by_their_content() {
    let text = "{\"speaker\":\"A\",\"text\":\"One.\",\"meta\":{\"party\":\"X\",\"n\":[1]}}\n\n{\"text\":\"Two.\",\"speaker\":\"B\"}\n";
    let columns = Columns { party: "meta.party".into(), carry: vec!["meta.n".into()], ..Columns::default() };
    let found = documents("a.log", text.as_bytes(), columns).remove(0);
    assert_eq!((found.format, found.text.as_str()), (Format::Jsonl, "One.\nTwo.\n"));
    assert_eq!(found.turns[0].speaker.as_ref().unwrap().details.party.as_deref(), Some("X"));
    assert_eq!(found.turns[0].carried.as_deref(), Some("{\"meta.n\":\"[1]\"}"));
    assert_eq!(found.turns[1].carried.as_deref(), Some("{\"meta.n\":null}"));
}

#[test]
fn a_table_without_speakers_is_searched_for_bylines() {
    let csv = "text\n\"ANN LEE: Good morning to all of you.\n\nBO HILL: And to you.\n\nANN LEE: We begin now.\"\n";
    let transcript = one("a.csv", csv.as_bytes());
    assert_eq!(transcript.utterances.len(), 3, "{:?}", said(&transcript));
}

#[test]
fn parquet_is_read_through_its_columns() {
    let mut frame = polars_core::prelude::DataFrame::new(
        3,
        vec![
            Series::new("speaker".into(), [Some("A"), Some("B"), None]).into_column(),
            Series::new("text".into(), [Some("One."), Some("Two."), None]).into_column(),
            Series::new("start".into(), [0.5f64, 1.5, 2.5]).into_column(),
        ],
    )
    .unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    let transcript = one("a.parquet", &bytes);
    assert_eq!(said(&transcript), [(Some("A"), "One."), (Some("B"), "Two.")]);
    assert_eq!(transcript.utterances[1].time_start_s, Some(1.5));
    assert!(matches!(
        read("a.parquet", &bytes[..bytes.len() / 2]),
        Err(ReadError { kind: ReadErrorKind::Damaged { .. }, .. })
    ));
}

/// A file written by pyarrow, with one column of each type; `make_parquet.py` beside it creates it.
const TYPES: &[u8] = include_bytes!("../../testdata/types.parquet");

/// The first cell of a column, read through the study's `carry`; the second row of each column is null.
fn cell_of(column: &str) -> serde_json::Value {
    let columns = Columns { carry: vec![column.into()], ..Columns::default() };
    let found = documents("a.parquet", TYPES, columns).remove(0);
    let cells: Vec<serde_json::Value> = found
        .turns
        .iter()
        .map(|turn| {
            serde_json::from_str::<serde_json::Value>(turn.carried.as_deref().unwrap()).unwrap()[column].clone()
        })
        .collect();
    assert_eq!(cells.len(), 2);
    assert!(cells[1].is_null(), "{column}: {:?}", cells[1]);
    cells[0].clone()
}

#[test]
fn parquet_columns_of_every_type_become_text() {
    for (column, expected) in [
        ("view", "a"),
        ("int8", "-8"),
        ("int16", "-16"),
        ("int32", "-32"),
        ("int64", "-64"),
        ("uint8", "200"),
        ("uint16", "60000"),
        ("uint32", "4000000000"),
        ("uint64", "9223372036854775808"),
        ("float32", "0.5"),
        ("float64", "0.25"),
        ("bool", "true"),
        ("date", "2020-01-02"),
        ("datetime", "2020-01-02 12:30:00"),
        ("datetime_ns", "2020-01-02 12:30:00"),
        ("utc", "2020-01-02 12:30:00"),
        ("time32", "00:01:02"),
        ("time64", "01:02:03.5"),
        ("duration", "62.5"),
        ("decimal", "-1.50"),
        ("list", "[\"a\", \"b\"]"),
        ("list_int8", "[1, 2]"),
        ("fixed_list", "[0.5, 1.5]"),
    ] {
        assert_eq!(cell_of(column), expected, "{column}");
    }
    assert!(cell_of("null").is_null());
}

#[test]
fn parquet_columns_that_are_not_read_are_named_and_the_rest_is_read() {
    let transcript = one("a.parquet", TYPES);
    assert_eq!(said(&transcript), [(Some("Ann Lee"), "One."), (Some("Bo Hill"), "Two.")]);
    let warning =
        transcript.document.warnings.iter().find(|warning| warning.contains("because of their type")).unwrap();
    for column in ["`zone` (times in a time zone other than UTC)", "`struct` (structures)", "`map` (", "`float16` ("] {
        assert!(warning.contains(column), "{column}: {warning}");
    }
    let columns = Columns { date: "zone".into(), ..Columns::default() };
    let error = read_all("a.parquet", TYPES, &Options { columns, ..Options::default() }).unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::NoColumn { .. }), "{error}");
    assert!(error.to_string().contains("not read because of their type: `zone`"), "{error}");
}

#[test]
fn parquet_files_of_every_compression_are_read() {
    use polars_io::prelude::ParquetCompression;
    let text = Series::new("text".into(), ["One.", "Two."]).into_column();
    let mut frame = polars_core::prelude::DataFrame::new(2, vec![text]).unwrap();
    for compression in [
        ParquetCompression::Uncompressed,
        ParquetCompression::Snappy,
        ParquetCompression::Gzip(None),
        ParquetCompression::Brotli(None),
        ParquetCompression::Lz4Raw,
        ParquetCompression::Zstd(None),
    ] {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).with_compression(compression).finish(&mut frame).unwrap();
        assert_eq!(read("a.parquet", &bytes).unwrap().text, "One.\nTwo.\n", "{compression:?}");
    }
}

/// A workbook with one sheet of the given rows, written as XLSX asks for it.
pub(crate) fn workbook(rows: &str) -> Vec<u8> {
    const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Speeches" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const BOOK_RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    );
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
        ("xl/worksheets/sheet1.xml", sheet.as_str()),
    ] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn row(number: usize, cells: [&str; 2]) -> String {
    let cells = ["A", "B"]
        .iter()
        .zip(cells)
        .map(|(column, text)| format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"));
    format!("<row r=\"{number}\">{}</row>", cells.collect::<String>())
}

#[test]
fn a_workbook_is_a_table_and_not_an_archive() {
    let rows =
        [row(1, ["Speaker", "Text"]), row(2, ["Ann Lee", "Good day."]), row(1_048_576, ["Bo Hill", "Far below."])];
    let transcript = one("a.xlsx", &workbook(&rows.concat()));
    assert_eq!(said(&transcript), [(Some("Ann Lee"), "Good day."), (Some("Bo Hill"), "Far below.")]);
    let message = read("a.xlsx", &workbook(&row(1, ["one", "two"]))).unwrap_err().to_string();
    assert!(message.contains("sheet `Speeches` has the columns `one`, `two`"), "{message}");
}

#[test]
fn what_programs_write_for_missing_values_is_missing() {
    let csv = b"\"\",\"doc_id\",\"text\",\"speaker\",\"party\"\n\"1\",\"d1\",\"Good morning.\",\"Ann Lee\",NA\n\
        \"2\",\"d1\",NA,\"Bo Hill\",\"Con\"\n\"3\",\"d1\",\"Thank you.\",nan,\"None\"\n\"4\",\"d1\",\"Yes, NA.\",\"Na Li\",\"-\"\n";
    let found = documents("a.csv", csv, Columns::default()).remove(0);
    let speakers: Vec<_> = found.turns.iter().map(|turn| turn.speaker.as_ref().map(|s| s.label.as_str())).collect();
    assert_eq!(speakers, [Some("Ann Lee"), None, Some("Na Li")]);
    assert_eq!(found.text, "Good morning.\nThank you.\nYes, NA.\n");
    assert!(found.turns.iter().flat_map(|turn| &turn.speaker).all(|speaker| speaker.details.party.is_none()));
    assert!(found.warnings.iter().any(|warning| warning.contains("`NA` (2)")), "{:?}", found.warnings);
    let columns = Columns { missing: vec!["x".into()], ..Columns::default() };
    let kept = documents("a.csv", b"speaker,text,party\nA,None,x\n", columns).remove(0);
    assert_eq!((kept.text.as_str(), &kept.turns[0].speaker.as_ref().unwrap().details.party), ("None\n", &None));
    let json = b"{\"text\":\"NaN, she said.\",\"speaker\":\"A\",\"score\":NaN}\n{\"text\":\"Yes.\",\"speaker\":null}\n";
    assert_eq!(documents("a.jsonl", json, Columns::default())[0].text, "NaN, she said.\nYes.\n");
}

#[test]
fn quotes_after_a_backslash_are_read() {
    let csv = b"speaker,text,n\nAnn,\"I said \\\"no\\\"; and, I mean it.\n\nNo, \\\"no\\\"\",1\nBo,\"A path C:\\x.\",2\nCy,\"It ends so \\\\\",3\n";
    assert_eq!(
        said(&one("a.csv", csv)),
        [
            (Some("Ann"), "I said \"no\"; and, I mean it.\n\nNo, \"no\""),
            (Some("Bo"), "A path C:\\x."),
            (Some("Cy"), "It ends so \\\\")
        ]
    );
    let standard = b"speaker,text\nAnn,\"A path C:\\\"\nBo,\"She said \"\"no\"\".\"\n";
    assert_eq!(said(&one("a.csv", standard)), [(Some("Ann"), "A path C:\\"), (Some("Bo"), "She said \"no\".")]);
    let loose = read("a.csv", b"speaker,text\nAnn,\"She said \"no\" twice.\"\n").unwrap();
    assert!(loose.warnings.iter().any(|warning| warning.starts_with("line 2")), "{:?}", loose.warnings);
}

#[test]
fn the_column_of_text_has_text() {
    let csv =
        b"speaker,title,body,text\nAnn Lee,On ports,The port is closed.,\nBo Hill,Re: ports,It will open again.,\n";
    let found = read("a.csv", csv).unwrap();
    assert_eq!(found.text, "The port is closed.\nIt will open again.\n");
    assert!(
        found.warnings.iter().any(|warning| warning.contains("`text` is empty in every row; the texts")),
        "{:?}",
        found.warnings
    );
    let empty = read("a.csv", b"speaker,text,words\nAnn,,Hello.\nBo,,Hello.\n").unwrap_err().to_string();
    assert!(empty.contains("`text` is empty in every row") && empty.contains("`words`"), "{empty}");
    let metadata =
        read("a.tsv", b"ID\tBody\tSpeaker\n1\tLower house\tA\n2\tLower house\tB\n3\tLower house\tA\n").unwrap_err();
    assert!(metadata.to_string().contains("`Body` is the same in every row"), "{metadata}");
}

#[test]
fn merged_metadata_of_parlamint() {
    let tsv = "Text_ID\tID\tTitle\tBody\tSession\tSpeaker_role\tSpeaker_party\tSpeaker_ID\tSpeaker_name\tText\n\
        P-XX_1\tP-XX_1.u1\tMinutes\tLower house\t-\tChairperson\tLAB\tAnnLee\tLee, Ann Harriet\tOrder!\n\
        P-XX_1\tP-XX_1.u2\tMinutes\tLower house\t-\tRegular\t-\tCyDahl\tvan der Dahl, Cy\tSo do I.\n";
    let found = documents("a.tsv", tsv.as_bytes(), Columns::default()).remove(0);
    assert_eq!(found.path, "a.tsv/P-XX_1");
    let transcript = attribute(found, &plenary_attribute::Options::default());
    let people: Vec<_> =
        transcript.speakers.iter().map(|s| (s.name.as_str(), s.role, s.details.party.as_deref())).collect();
    assert_eq!(people, [("Ann Harriet Lee", Role::Chair, Some("LAB")), ("Cy van der Dahl", Role::Speaker, None)]);
    assert!(transcript.speakers.iter().all(|speaker| speaker.details.affiliation.is_none()));
    let offices = b"speaker,text\n\"Hill, Director\",One.\n\"Moss, Chair\",Two.\nAnn Lee,Three.\n";
    let labels: Vec<String> =
        read("a.csv", offices).unwrap().turns.into_iter().map(|turn| turn.speaker.unwrap().label).collect();
    assert_eq!(labels, ["Hill, Director", "Moss, Chair", "Ann Lee"]);
}

#[test]
fn dates_show_their_order_or_are_not_read() {
    let date = |rows: &str| read("a.csv", format!("date,speaker,text\n{rows}").as_bytes()).unwrap().front.date;
    let day = jiff::civil::date;
    assert_eq!(date("03/04/2031,A,One.\n13/04/2031,A,Two.\n"), Some(day(2031, 4, 3)));
    assert_eq!(date("03/04/2031,A,One.\n04/13/2031,A,Two.\n"), Some(day(2031, 3, 4)));
    assert_eq!(date("13.4.2031 10:00,A,One.\n"), Some(day(2031, 4, 13)));
    assert_eq!(date("03/04/2031,A,One.\n"), None);
    assert_eq!(date("13/04/2031,A,One.\n04/13/2031,A,Two.\n"), None, "the dates contradict each other");
    assert_eq!(date("2031-04-03,A,One.\n"), Some(day(2031, 4, 3)));
}

#[test]
fn dates_whose_day_comes_first_are_read_where_their_order_is_known() {
    use plenary_corpus::DateOrder;
    let date = |csv: &str, date_order| {
        let options = crate::Options { date_order, ..crate::Options::default() };
        let document = crate::read_all("a.csv", csv.as_bytes(), &options).unwrap().documents.remove(0);
        (document.front.date.map(|date| date.to_string()), document.warnings)
    };
    let shown = "speaker,date,text\nAnn,03/04/2025,Good day.\nBo,13/04/2025,Yes.\n";
    assert_eq!(date(shown, DateOrder::Auto).0.as_deref(), Some("2025-04-03"));
    let hidden = "speaker,date,text\nAnn,03/04/2025,Good day.\nBo,03/04/2025,Yes.\n";
    let (unread, warnings) = date(hidden, DateOrder::Auto);
    assert!(unread.is_none() && warnings.iter().any(|warning| warning.contains("`date_order`")), "{warnings:?}");
    assert_eq!(date(hidden, DateOrder::DayFirst).0.as_deref(), Some("2025-04-03"));
    assert_eq!(date(hidden, DateOrder::MonthFirst).0.as_deref(), Some("2025-03-04"));
}

#[test]
fn columns_that_the_study_names_describe_speakers_and_documents() {
    let csv = b"debate,speaker,text,age,chamber\nD1,A,One.,41,upper\nD1,B,Two.,,upper\nD1,A,Three.,42,lower\nD2,A,Four.,41,\n";
    let columns = Columns {
        speaker_variables: vec!["age".into()],
        document_variables: vec!["Chamber".into()],
        ..Columns::default()
    };
    let found = documents("t.csv", csv, columns);
    assert_eq!(found[0].front.variables, [("Chamber".to_string(), "upper".to_string())].into());
    assert!(found[1].front.variables.is_empty());
    assert!(found[0].warnings.join("\n").contains("the document has: Chamber"), "{:?}", found[0].warnings);
    let transcript = attribute(found[0].clone(), &plenary_attribute::Options::default());
    assert_eq!(transcript.speakers[0].variables["age"], "41");
    let doubt = &transcript.speakers[0].doubts[0];
    assert_eq!((doubt.used.as_deref(), doubt.other.as_deref()), (Some("41"), Some("42")));
    assert!(transcript.speakers[1].variables.is_empty());
    let missing = Columns { speaker_variables: vec!["weight".into()], ..Columns::default() };
    let options = Options { columns: missing, ..Options::default() };
    let error = read_all("t.csv", csv, &options).err().unwrap().to_string();
    assert!(error.contains("speaker_variables") && error.contains("weight"), "{error}");
}

#[test]
fn a_report_of_questions_and_answers_has_two_turns_in_a_row() {
    let csv = "Q&A Report\nTopic,Date\nThe harbour,2031-03-04\n#,Question,Asker Name,Answer,Answer Name\n\
               1,Is it open?,Ann Lee,\"Yes, since March.\",Bo Hill\n,,,And on Sundays.,Cy Wood\n2,Why?,Ann Lee,,\n";
    let expected = [
        (Some("Ann Lee"), "Is it open?"),
        (Some("Bo Hill"), "Yes, since March."),
        (Some("Cy Wood"), "And on Sundays."),
        (Some("Ann Lee"), "Why?"),
    ];
    let transcript = one("a.csv", csv.as_bytes());
    assert_eq!(said(&transcript), expected);
    assert!(
        transcript.warnings.iter().any(|warning| warning.contains("read as two turns")),
        "{:?}",
        transcript.warnings
    );
    // A column of text is taken before questions, and so is the study's.
    let other = "text,speaker,question,asker,answer,answerer\nWe begin.,Ann,Why?,Bo,Because.,Cy\n";
    assert_eq!(said(&one("a.csv", other.as_bytes())), [(Some("Ann"), "We begin.")]);
    let columns = Columns { text: "Answer".into(), speaker: "Answer Name".into(), ..Columns::default() };
    let documents = documents("a.csv", csv.as_bytes(), columns);
    assert_eq!(documents[0].turns.len(), 2);
}

#[test]
fn what_describes_the_asker_is_not_said_of_the_answerer() {
    let csv = "Party,Question,Asker Name,Answer,Answer Name,Region,Day\n\
               Left,Is it open?,Ann Lee,Yes.,Bo Hill,North,2031-03-04\nRight,Why?,Cy Wood,Live answered,Bo Hill,South,2031-03-04\n";
    let columns = Columns { speaker_variables: vec!["Region".into()], ..Columns::default() };
    let document = documents("a.csv", csv.as_bytes(), columns).remove(0);
    let of = |turn: &plenary_corpus::Turn| {
        let speaker = turn.speaker.clone().unwrap();
        (speaker.label, speaker.details.party, speaker.variables.get("Region").cloned())
    };
    let own =
        |name: &str, party: &str, region: &str| (name.to_string(), Some(party.to_string()), Some(region.to_string()));
    assert_eq!(
        document.turns.iter().map(of).collect::<Vec<_>>(),
        [own("Ann Lee", "Left", "North"), ("Bo Hill".to_string(), None, None), own("Cy Wood", "Right", "South")]
    );
    let is_named = |warning: &String| warning.ends_with("about the person who asks: Party, Region");
    assert!(document.warnings.iter().any(is_named), "{:?}", document.warnings);
}

#[test]
fn rows_without_a_number_and_a_speaker_continue_the_numbered_turn_above() {
    let csv = "Turn,Start,Who,Text\n1,0:01,T,Why does it float?\n2,0:04,Ann,Because of the air.\n3,0:09,T,Who agrees?\n,0:12,,\"Eleven, twelve.\"\n\
               4,0:15,Bo,I do.\n,,,n = 4\n";
    let transcript = one("a.csv", csv.as_bytes());
    let found = said(&transcript);
    assert_eq!(found[2..5], [(Some("T"), "Who agrees?"), (Some("T"), "Eleven, twelve."), (Some("Bo"), "I do.")]);
    assert_eq!(found[5].0, None, "{found:?}");
    assert!(transcript.warnings.iter().any(|warning| warning.starts_with("1 rows")), "{:?}", transcript.warnings);
    // The row ends before the column of speakers.
    let short = one("a.csv", b"nr,text,who\n1,Why?,Ann\n2,So.,Bo\n3,How?,Ann\n4,Thus.,Bo\n,And more.\n");
    let last = said(&short).last().copied();
    assert!(last.is_some_and(|(label, text)| label == Some("Bo") && text.ends_with("And more.")), "{last:?}");
    // Without numbers, a row without a speaker is nobody's.
    let plain = csv.replace("Turn,", "Note,").replace("\n1,", "\n,").replace("\n2,", "\nx,").replace("\n3,", "\n,");
    assert!(
        said(&one("a.csv", plain.as_bytes())).iter().any(|(label, text)| label.is_none() && *text == "Eleven, twelve.")
    );
}

#[test]
fn usual_names_of_other_languages_are_known() {
    for (speaker, text, party, date) in [
        ("talare", "anforandetext", "parti", "dok_datum"),
        ("Taler", "Taletekst", "Parti", "Dato"),
        ("Redner", "Redetext", "Fraktion", "Datum"),
        ("orateur", "intervention", "groupe", "date"),
        ("orador", "discurso", "partido", "fecha"),
        ("Oratore", "Intervento", "Gruppo", "Data"),
        ("spreker", "tekst", "fractie", "datum"),
    ] {
        let csv = format!(
            "{date},{speaker},{party},{text}\n2021-03-04,Ida Holm,Green,Good day to all.\n2021-03-04,Per Vik,Red,And to you.\n"
        );
        let transcript = one("a.csv", csv.as_bytes());
        let expected = [(Some("Ida Holm"), "Good day to all."), (Some("Per Vik"), "And to you.")];
        assert_eq!(said(&transcript), expected, "{text}");
        assert_eq!(transcript.speakers[0].details.party.as_deref(), Some("Green"), "{party}");
        assert_eq!(
            transcript.document.front.date.map(|date| date.to_string()).as_deref(),
            Some("2021-03-04"),
            "{date}"
        );
    }
}

#[test]
fn markup_of_web_pages_in_texts_is_removed() {
    let csv = "talare,anforandetext\n\
        Ida Holm,\"<p> STYLEREF Rubrik \\* MERGEFORMAT Om broar</p><p>Fru talman! Bron &amp; v&#228;gen.</p>\n<P class=\"\"x\"\">Den <b>ligger</b><br />kvar.</P>\"\n\
        Per Vik,Is 3 < 4 or <unclear> here?\n\
        Per Vik,<p> </p>\n";
    let transcript = one("a.csv", csv.as_bytes());
    let expected = [
        (Some("Ida Holm"), "Fru talman! Bron & vägen.\n\nDen ligger\nkvar."),
        (Some("Per Vik"), "Is 3 < 4 or <unclear> here?"),
    ];
    assert_eq!(said(&transcript), expected);
    let warnings = transcript.document.warnings.join("\n");
    assert!(
        warnings.contains("1 headings that Word repeats") && warnings.contains("1 of 3 rows have no text"),
        "{warnings}"
    );
}

/// A list of two records of which the lists `UTTERANCES` and `SPEAKERS` belong together.
const RECORDS: &str = r#"[
  {"id": "K-7", "date": "2019-03-02", "programme": "Noon", "utterances": ["Good day.", "Rain, they say.", "It is."],
   "speakers": ["IDA HOLM, HOST", null, "PER VIK"], "start": [0, 2.5, 4], "topics": ["weather"]},
  {"id": "K-8", "date": "2019-03-03", "programme": "Noon", "utterances": ["Welcome back."], "speakers": ["PER VIK"]}
]"#;

#[test]
fn records_with_parallel_lists_are_documents() {
    let expected: [&[_]; 2] = [
        &[(Some("IDA HOLM, HOST"), "Good day."), (None, "Rain, they say."), (Some("PER VIK"), "It is.")],
        &[(Some("PER VIK"), "Welcome back.")],
    ];
    let values: Vec<serde_json::Value> = serde_json::from_str(RECORDS).unwrap();
    let lines: String = values.iter().map(|record| format!("{record}\n")).collect();
    for (path, text) in [("a.json", RECORDS), ("a.jsonl", &lines)] {
        let documents = documents(path, text.as_bytes(), Columns::default());
        assert_eq!(documents.len(), 2, "{path}");
        for (document, expected) in documents.into_iter().zip(expected) {
            let labels: Vec<Option<String>> =
                document.turns.iter().map(|turn| turn.speaker.as_ref().map(|speaker| speaker.label.clone())).collect();
            let expected_labels: Vec<Option<String>> =
                expected.iter().map(|(label, _)| label.map(String::from)).collect();
            assert_eq!(labels, expected_labels, "{path}");
            let texts: Vec<&str> = expected.iter().map(|(_, text)| *text).collect();
            assert_eq!(document.text.trim_end(), texts.join("\n"), "{path}");
        }
    }
    let first = &documents("a.json", RECORDS.as_bytes(), Columns::default())[0];
    assert_eq!(first.turns[1].time_start_s, Some(2.5));
    let names_id = |warning: &String| warning.split([' ', ',', ';']).any(|word| word == "id");
    assert!(!first.warnings.iter().any(names_id), "the id is that of the document: {:?}", first.warnings);
    assert_eq!(first.front.date.map(|date| date.to_string()).as_deref(), Some("2019-03-02"));
}

#[test]
fn parallel_lists_of_different_lengths_are_refused() {
    let text = RECORDS.replace("[\"PER VIK\"]}", "[\"PER VIK\", \"IDA HOLM\"]}");
    let message = read("a.json", text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        message,
        "a.json, row 2: the list `utterances` has 1 items and the list `speakers` has 2; expected a speaker, or null, for each text"
    );
}

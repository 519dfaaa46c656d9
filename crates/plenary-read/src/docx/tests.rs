use std::fmt::Write as _;
use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::{ReadError, ReadErrorKind, read};
use plenary_corpus::{Format, Layout};

/// A Word document of a body and further parts.
fn docx(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    add("[Content_Types].xml", "<Types/>");
    add("word/document.xml", &format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>"));
    for (name, text) in parts {
        add(name, text);
    }
    zip.finish().unwrap().into_inner()
}

/// Layout and text of each line, bold text between stars.
fn lines_of(bytes: &[u8]) -> Vec<(Layout, String)> {
    let document = read("talk.docx", bytes).unwrap();
    assert_eq!(document.format, Format::Docx);
    let text = &document.text;
    let run = |run: &plenary_corpus::TextRun| {
        if run.bold { format!("*{}*", run.span.of(text)) } else { run.span.of(text).to_string() }
    };
    document.lines.iter().map(|line| (line.layout, line.runs.iter().map(run).collect())).collect()
}

fn texts(bytes: &[u8]) -> Vec<String> {
    lines_of(bytes).into_iter().map(|(_, text)| text).collect()
}

const STYLES: &str = r#"<w:styles xmlns:w="w">
    <w:style w:styleId="berschrift1"><w:name w:val="heading 1"/><w:rPr><w:b/></w:rPr></w:style>
    <w:style w:styleId="Name"><w:name w:val="Speaker"/><w:basedOn w:val="Strong"/></w:style>
    <w:style w:styleId="Strong"><w:rPr><w:b/></w:rPr></w:style>
  </w:styles>"#;

#[test]
fn paragraphs_whose_end_is_deleted_are_one() {
    let body = "<w:p><w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr><w:r><w:t xml:space=\"preserve\">It goes </w:t></w:r></w:p>\
                <w:p><w:r><w:t>on.</w:t></w:r></w:p><w:p><w:r><w:t>Next.</w:t></w:r></w:p>";
    assert_eq!(texts(&docx(body, &[])), ["It goes on.", "Next."]);
}

#[test]
fn headings_and_bold_come_from_styles_and_runs() {
    let body = r#"<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Morning</w:t></w:r></w:p>
      <w:p><w:r><w:rPr><w:rStyle w:val="Name"/></w:rPr><w:t>Ann Lee:</w:t></w:r><w:r><w:t xml:space="preserve"> Fish &amp; &#x201C;chips</w:t><w:br/><w:t>twice</w:t></w:r></w:p>
      <w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Bo</w:t></w:r><w:r><w:rPr><w:b w:val="0"/></w:rPr><w:tab/><w:t>Good.</w:t></w:r></w:p>"#;
    assert_eq!(
        lines_of(&docx(body, &[("word/styles.xml", STYLES)])),
        [
            (Layout::Heading(1), "*Morning*".to_string()),
            (Layout::Text, "*Ann Lee:* Fish & \u{201C}chips".to_string()),
            (Layout::Text, "twice".to_string()),
            (Layout::Text, "*Bo*\tGood.".to_string()),
        ]
    );
}

#[test]
fn changes_are_accepted_and_alternatives_read_once() {
    let body = r#"<w:p><w:r><w:t xml:space="preserve">We </w:t></w:r><w:del><w:r><w:delText>never </w:delText></w:r></w:del><w:ins><w:r><w:t>always </w:t></w:r></w:ins><w:r><w:t>go.</w:t></w:r></w:p>
      <w:p><w:r><w:t>Anchor.</w:t><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In the box.</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t xml:space="preserve"> Goes on.</w:t></w:r></w:p>"#;
    assert_eq!(texts(&docx(body, &[])), ["We always go.", "Anchor. Goes on.", "In the box."]);
}

#[test]
fn lists_show_their_markers() {
    let numbering = r#"<w:numbering xmlns:w="w"><w:abstractNum w:abstractNumId="7">
        <w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
        <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>
      <w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
      <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>"#;
    let item = |list: u32, level: u32, text: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let body = [item(1, 0, "one"), item(1, 1, "under"), item(1, 0, "two"), item(2, 0, "dot")].concat();
    let shown = lines_of(&docx(&body, &[("word/numbering.xml", numbering)]));
    assert!(shown.iter().all(|(layout, _)| *layout == Layout::ListItem));
    let texts: Vec<&str> = shown.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["3. one", "(a) under", "4. two", "- dot"]);
}

#[test]
fn tables_are_read_row_by_row_and_further_paragraphs_of_a_cell_follow() {
    let p = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let body = format!(
        "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr><w:tr><w:tc>{}</w:tc><w:tc>{}{}</w:tc></w:tr></w:tbl>",
        p("Ann"),
        p("Aye."),
        p("Bo:"),
        p("First."),
        p("Second.")
    );
    assert_eq!(texts(&docx(&body, &[])), ["Ann\tAye.", "Bo:\tFirst.", "Second."]);
}

#[test]
fn notes_are_at_the_end_and_headers_and_comments_are_warned_about() {
    let body = r#"<w:p><w:r><w:t>Spoken</w:t><w:footnoteReference w:id="2"/><w:commentReference w:id="0"/><w:t>.</w:t></w:r></w:p>"#;
    let notes = r#"<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>Not spoken.</w:t></w:r></w:p></w:footnote></w:footnotes>"#;
    let header = r#"<w:hdr xmlns:w="w"><w:p><w:r><w:t>Town Hall</w:t></w:r></w:p></w:hdr>"#;
    let bytes = docx(body, &[("word/footnotes.xml", notes), ("word/header1.xml", header)]);
    assert_eq!(texts(&bytes), ["Spoken.", "", "", "[1] Not spoken."]);
    let document = read("talk.docx", &bytes).unwrap();
    assert!(document.text.contains("____"));
    assert!(document.warnings[0].contains("Town Hall"), "{:?}", document.warnings);
    assert!(document.warnings[1].contains("1 comments"), "{:?}", document.warnings);
    let transcript = plenary_attribute::attribute(document, &plenary_attribute::Options::default());
    assert!(transcript.utterances.iter().all(|utterance| !utterance.text.contains("Not spoken")));
}

#[test]
fn faults_say_what_is_wrong() {
    let whole = docx("<w:p><w:r><w:t>Good.</w:t></w:r></w:p>", &[]);
    let error = read("talk.docx", &whole[..whole.len() - 40]).unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::Damaged { .. }) && error.to_string().contains("cut off"), "{error}");
    let error = read("talk.docx", &docx("<w:p><w:r>", &[])).unwrap_err();
    assert!(error.to_string().contains("word/document.xml"), "{error}");
    assert!(matches!(read("talk.docx", &docx("<w:p/>", &[])), Err(ReadError { kind: ReadErrorKind::Empty, .. })));

    let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(matches!(read("talk.docx", &locked), Err(ReadError { kind: ReadErrorKind::Encrypted { .. }, .. })));
}

#[test]
fn entities_are_not_expanded() {
    let part = r#"<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY f SYSTEM "file:///etc/hostname">]>
      <w:document xmlns:w="w"><w:body><w:p><w:r><w:t>x&a;&f;y</w:t></w:r></w:p></w:body></w:document>"#;
    let bytes = docx(
        "",
        &[
            ("word/main.xml", part),
            (
                "_rels/.rels",
                r#"<Relationships><Relationship Type="http://x/officeDocument" Target="/word/main.xml"/></Relationships>"#,
            ),
        ],
    );
    assert_eq!(texts(&bytes), ["x\u{FFFD}\u{FFFD}y"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn broken_files_never_panic(at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        let mut bytes = docx("<w:p><w:r><w:t>Ann: Good.</w:t></w:r></w:p>", &[("word/styles.xml", STYLES)]);
        let (at, cut) = (at % bytes.len(), cut % bytes.len());
        bytes[at] = byte;
        let _ = read("talk.docx", &bytes);
        bytes.truncate(cut.max(4));
        let _ = read("talk.docx", &bytes);
    }

    #[test]
    fn any_order_of_elements_is_read_and_lines_partition_the_text(
        tags in proptest::collection::vec((0usize..9, any::<bool>()), 0..40)
    ) {
        const NAMES: [&str; 9] = ["p", "r", "t", "tbl", "tr", "tc", "txbxContent", "pPr", "del"];
        let (mut body, mut open) = (String::new(), Vec::new());
        for (tag, up) in tags {
            if up {
                write!(body, "<w:{}>word", NAMES[tag]).unwrap();
                open.push(NAMES[tag]);
            } else if let Some(name) = open.pop() {
                write!(body, "</w:{name}>").unwrap();
            }
        }
        while let Some(name) = open.pop() {
            write!(body, "</w:{name}>").unwrap();
        }
        if let Ok(document) = read("talk.docx", &docx(&body, &[])) {
            let mut end = 0;
            for line in &document.lines {
                prop_assert_eq!(line.span.start, end);
                end = line.span.end;
            }
            prop_assert_eq!(end, document.text.len());
        }
    }
}

#[test]
fn a_table_of_turns_is_read_by_its_columns() {
    let cell = |text: &str| {
        let paragraphs = text.split('|').map(|text| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"));
        format!("<w:tc>{}</w:tc>", paragraphs.collect::<String>())
    };
    let row = |cells: [&str; 3]| format!("<w:tr>{}</w:tr>", cells.map(cell).concat());
    let rows = [
        row(["Timespan", "Content", "Speaker"]),
        row(["0:00.0 - 0:07.2", "How did you come?|Tell us.", "Interviewer"]),
        row(["0:07.2 - 0:09.0", "By ship.", "Lena"]),
        row(["0:09.0 - 0:10.0", "And then?", ""]),
        row(["0:10.0 - 0:11.0", "", "Lena"]),
    ];
    let body = format!("<w:p><w:r><w:t>Interview 7</w:t></w:r></w:p><w:tbl>{}</w:tbl>", rows.concat());
    let document = read("a.docx", &docx(&body, &[])).unwrap();
    let shown: Vec<_> = document
        .turns
        .iter()
        .map(|turn| (turn.speaker.as_ref().map(|s| s.label.as_str()), turn.time_start_s, turn.time_end_s))
        .collect();
    assert_eq!(
        shown,
        [
            (Some("Interviewer"), Some(0.0), Some(7.2)),
            (Some("Lena"), Some(7.2), Some(9.0)),
            (None, Some(9.0), Some(10.0))
        ]
    );
    assert_eq!(
        texts(&docx(&body, &[])),
        ["Interview 7", "", "How did you come?", "Tell us.", "By ship.", "And then?", "0:10.0 - 0:11.0\tLena"],
        "the names of the columns are not visible text"
    );
    let prose = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>{body}", "Here is much more to read. ".repeat(20));
    assert!(read("a.docx", &docx(&prose, &[])).unwrap().turns.is_empty(), "the table is a small part of the document");
}

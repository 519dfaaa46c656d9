use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{ReadError, ReadErrorKind, read};
use plenary_corpus::{Format, Layout};

fn odt(styles: &str, body: &str, manifest: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let content = format!(
        "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles>\
         <office:body><office:text>{body}</office:text></office:body></office:document-content>"
    );
    for (name, text) in [
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content.as_str()),
    ] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Layout and text of each line, bold text between stars.
fn lines_of(bytes: &[u8]) -> Vec<(Layout, String)> {
    let document = read("talk.odt", bytes).unwrap();
    assert_eq!(document.format, Format::Odt);
    let text = &document.text;
    let run = |run: &plenary_corpus::TextRun| {
        if run.bold { format!("*{}*", run.span.of(text)) } else { run.span.of(text).to_string() }
    };
    document.lines.iter().map(|line| (line.layout, line.runs.iter().map(run).collect())).collect()
}

const STYLES: &str = r#"<style:style style:name="T1"><style:text-properties fo:font-weight="bold"/></style:style>
  <text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-suffix=")" style:num-format="1"/></text:list-style>"#;

#[test]
fn headings_spans_lists_tables_and_notes_are_read() {
    let body = r#"<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>
      <text:h text:outline-level="2">Morning</text:h>
      <text:p><text:span text:style-name="T1">Ann:</text:span> Good<text:s text:c="2"/>morning<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Not spoken.</text:p></text:note-body></text:note>.<text:line-break/>Bye.</text:p>
      <text:list text:style-name="L1"><text:list-item><text:p>one</text:p></text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>
      <text:list><text:list-item><text:p>dot</text:p></text:list-item></text:list>
      <table:table><table:table-row><table:table-cell><text:p>Bo</text:p></table:table-cell><table:table-cell><text:p>Aye</text:p></table:table-cell></table:table-row></table:table>"#;
    let expected = [
        (Layout::Heading(2), "Morning"),
        (Layout::Text, "*Ann:* Good  morning."),
        (Layout::Text, "Bye."),
        (Layout::ListItem, "1) one"),
        (Layout::ListItem, "2) two"),
        (Layout::ListItem, "- dot"),
        (Layout::Text, "Bo\tAye"),
        (Layout::Ornament, ""),
        (Layout::Ornament, ""),
        (Layout::Text, "[1] Not spoken."),
    ];
    let expected: Vec<_> = expected.iter().map(|(layout, text)| (*layout, text.to_string())).collect();
    assert_eq!(lines_of(&odt(STYLES, body, "<m/>")), expected);
}

#[test]
fn faults_say_what_is_wrong() {
    let whole = odt("", "<text:p>Good.</text:p>", "<m/>");
    let error = read("talk.odt", &whole[..whole.len() - 30]).unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::Damaged { .. }), "{error}");
    let locked = odt("", "<text:p>x</text:p>", "<manifest:encryption-data/>");
    assert!(matches!(read("talk.odt", &locked), Err(ReadError { kind: ReadErrorKind::Encrypted { .. }, .. })));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn broken_files_never_panic(at in 0usize..2000, byte in 0u8..) {
        let mut bytes = odt(STYLES, "<text:p>Ann: Good.</text:p>", "<m/>");
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = read("talk.odt", &bytes);
        bytes.truncate(at);
        let _ = read("talk.odt", &bytes);
    }
}

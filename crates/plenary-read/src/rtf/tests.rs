use crate::read;
use plenary_corpus::Document;

fn document(body: &str) -> Document {
    let text = format!(
        "{{\\rtf1\\ansi\\ansicpg1252\\deff0{{\\fonttbl{{\\f0 Arial;}}{{\\f1\\fcharset204 Arial Cyr;}}}}\n{body}}}"
    );
    read("a.rtf", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn paragraphs_typefaces_and_escapes_are_read() {
    let read = document(
        "{\\info{\\title The harbour}{\\author Nobody}}\\pard\\plain\\f0\\b Ann:\\b0  M\\'fcller\\line wrote {\\i it}.\\par\nBo: \\u8222?So\\u8220? \\endash  \\u-10179?\\u-8704?.\\par",
    );
    assert_eq!(read.format.as_str(), "rtf");
    assert_eq!(read.text, "Ann: Müller\nwrote it.\nBo: „So“ – 😀.\n");
    assert_eq!(read.front.title.as_deref(), Some("The harbour"));
    let typefaces: Vec<_> = read.lines[..2]
        .iter()
        .flat_map(|line| &line.runs)
        .map(|run| (run.span.of(&read.text), run.bold, run.italic))
        .collect();
    assert_eq!(
        typefaces,
        [
            ("Ann:", true, false),
            (" Müller", false, false),
            ("wrote ", false, false),
            ("it", false, true),
            (".", false, false)
        ]
    );
    assert_eq!(read.lines[0].paragraph, read.lines[1].paragraph);
}

#[test]
fn fonts_have_their_own_code_pages_and_destinations_are_skipped() {
    let read = document(
        "{\\header Page head\\par}{\\*\\unknown gone}{\\f1 \\'c4\\'e0}{\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt link}} {\\v hidden}\\'93q\\'94{\\footnote a note} end.\\par {\\pict\\bin4 }}}}gone}",
    );
    assert!(read.text.starts_with("Даlink “q” end.\n"), "{}", read.text);
    assert!(read.text.contains("[1] a note") && !read.text.contains("gone"), "{}", read.text);
    assert_eq!(read.warnings, ["headers and footers were not read: Page head"]);
}

#[test]
fn rows_of_tables_are_lines() {
    let row = |cells: &str| format!("\\trowd\\cellx2000\\cellx9000\\pard\\intbl {cells}\\row\n");
    let read =
        document(&format!("{}{}\\pard After.\\par", row("Ann:\\cell Good day.\\cell"), row("Bo:\\cell Yes.\\cell")));
    assert_eq!(read.text, "Ann:\tGood day.\nBo:\tYes.\nAfter.\n");
}

#[test]
fn damaged_files_are_refused() {
    let error = |text: &str| read("a.rtf", text.as_bytes()).unwrap_err().to_string();
    assert!(error("{\\rtf1 Ann: Good day.\\par {\\b Bo").contains("cut off"));
    assert!(error(&format!("{{\\rtf1 {}", "{".repeat(600))).contains("nested more than 500"));
    assert!(error("{\\rtf1\\ansi \\par }").contains("empty"));
}

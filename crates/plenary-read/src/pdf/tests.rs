use proptest::prelude::*;
use std::fmt::Write as _;

use crate::{ReadErrorKind, read};
use plenary_corpus::{Document, Format, Layout};

/// Pages of lines, each line with its place (from the left and from below), whether it is bold, and its text.
type Printed<'t> = (f32, f32, bool, &'t str);

/// A PDF with one object per page and two of the standard fonts.
fn pdf(pages: &[&[Printed<'_>]]) -> Vec<u8> {
    let mut objects: Vec<String> = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        String::new(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>".into(),
    ];
    let mut kids = Vec::new();
    for page in pages {
        let mut content = String::from("BT ");
        for (x, y, bold, text) in *page {
            let text = text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
            let font = if *bold { "F2" } else { "F1" };
            write!(content, "/{font} 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ").unwrap();
        }
        content.push_str("ET");
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
        let stream = objects.len();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {stream} 0 R \
             /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        ));
        kids.push(format!("{} 0 R", objects.len()));
    }
    objects[1] = format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" "));
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        write!(out, "{} 0 obj\n{object}\nendobj\n", i + 1).unwrap();
    }
    let table = out.len();
    write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for place in places {
        writeln!(out, "{place:010} 00000 n ").unwrap();
    }
    write!(out, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1).unwrap();
    out.into_bytes()
}

/// Layout, paragraph and text of each line, bold text between stars.
fn lines(document: &Document) -> Vec<(Layout, usize, String)> {
    document
        .lines
        .iter()
        .map(|line| {
            let shown = line.runs.iter().map(|run| {
                let text = run.span.of(&document.text);
                if run.bold { format!("*{text}*") } else { text.to_string() }
            });
            (line.layout, line.paragraph, shown.collect())
        })
        .collect()
}

const SPEECH: &[Printed<'_>] = &[
    (50.0, 700.0, true, "Ann Lee:"),
    (100.0, 700.0, false, "Good morning. The sea is colder than it was last year, and so"),
    (50.0, 688.0, false, "are we. We go out anyway, because there is no other work to be had here."),
    (50.0, 676.0, false, "Thank you."),
    (50.0, 652.0, true, "Bo Hill:"),
    (100.0, 652.0, false, "I thank the speaker and yield the floor to nobody at all, at last."),
];

#[test]
fn lines_paragraphs_and_bold_names_are_found_by_position_and_weight() {
    let document = read("talk.pdf", &pdf(&[SPEECH])).unwrap();
    assert_eq!(document.format, Format::Pdf);
    let lines = lines(&document);
    assert_eq!(lines[0].2, "*Ann Lee: *Good morning. The sea is colder than it was last year, and so");
    assert_eq!(lines[1].1, lines[0].1);
    let second = lines.iter().find(|(_, _, text)| text.starts_with("*Bo Hill: *")).unwrap();
    assert!(second.1 > lines[0].1);
}

#[test]
fn a_form_feed_separates_pages_and_running_headers_are_found() {
    let header = |y| (250.0, y, true, "COUNCIL OF THE TOWN");
    let page = |text| [header(760.0), (50.0, 700.0, false, text)];
    let pages =
        ["One day we went out", "Two days later we came back", "Three days on we slept", "Four days went by"].map(page);
    let pages: Vec<&[Printed<'_>]> = pages.iter().map(<[Printed<'_>; 2]>::as_slice).collect();
    let document = read("talk.pdf", &pdf(&pages)).unwrap();
    assert_eq!(document.text.matches('\u{0C}').count(), 3);
    let running = lines(&document).into_iter().filter(|(layout, ..)| *layout == Layout::Running).count();
    assert_eq!(running, 3, "the first page keeps its own");
}

#[test]
fn columns_are_read_one_after_the_other_and_tables_row_by_row() {
    let left = "The left column of a page says this much in a row";
    let right = "and the right column of the page says as much again";
    let rows: Vec<Printed<'_>> = (0..8)
        .flat_map(|row| {
            let y = 700.0 - 12.0 * row as f32;
            [(50.0, y, false, left), (320.0, y, false, right)]
        })
        .collect();
    let document = read("columns.pdf", &pdf(&[&rows])).unwrap();
    let first_right = document.text.find("and the right").unwrap();
    assert_eq!(document.text[..first_right].matches("The left").count(), 8, "{}", document.text);

    let rows: Vec<Printed<'_>> = (0..8)
        .flat_map(|row| {
            let y = 700.0 - 12.0 * row as f32;
            [(50.0, y, false, "Lee, A."), (320.0, y, false, "aye")]
        })
        .collect();
    let document = read("table.pdf", &pdf(&[&rows])).unwrap();
    assert_eq!(document.text.matches("Lee, A.   aye\n").count(), 8, "{}", document.text);
}

#[test]
fn a_file_without_text_says_what_to_do() {
    let error = read("scan.pdf", &pdf(&[&[], &[]])).unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::NoTextLayer { n_pages: 2, .. }), "{error}");
    assert!(error.hint().contains("OCR"));
}

#[test]
fn a_page_without_text_among_others_is_said() {
    let document = read("talk.pdf", &pdf(&[SPEECH, &[]])).unwrap();
    assert!(document.warnings[0].contains("1 of 2 pages hold no text (2)"), "{:?}", document.warnings);
}

#[test]
fn a_file_that_is_cut_off_says_so() {
    let whole = pdf(&[SPEECH]);
    let error = read("talk.pdf", &whole[..100]).unwrap_err();
    assert!(error.to_string().contains("cut off"), "{error}");
}

#[test]
fn an_encrypted_file_says_so() {
    let whole = String::from_utf8(pdf(&[SPEECH])).unwrap();
    let key = "00".repeat(32);
    let encrypt = format!(
        "/ID [<00><00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -1 /O <{key}> /U <{key}> >> /Size"
    );
    let error = read("talk.pdf", whole.replace("/Size", &encrypt).as_bytes()).unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::Encrypted { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn broken_files_never_panic_and_lines_partition_the_text(at in 0usize..1500, byte in any::<u8>(), cut in 0usize..3000) {
        let mut bytes = pdf(&[SPEECH]);
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(cut.max(10));
        if let Ok(document) = read("talk.pdf", &bytes) {
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
fn numbers_in_the_margin_are_no_words() {
    let page: Vec<(f32, f32, bool, String)> = (1..=10u8)
        .flat_map(|n| {
            let y = 760.0 - 20.0 * f32::from(n);
            let said = if n % 5 == 1 {
                "MR. LEE: We go on and on as the page is wide,"
            } else {
                "and so on as far as it will go for us all."
            };
            [(40.0, y, false, n.to_string()), (80.0, y, false, said.to_string())]
        })
        .collect();
    let page: Vec<Printed<'_>> = page.iter().map(|(x, y, bold, text)| (*x, *y, *bold, text.as_str())).collect();
    let document = read("talk.pdf", &pdf(&[&page])).unwrap();
    assert!(document.text.starts_with("1 MR. LEE: We go on"), "{}", document.text);
    assert!(lines(&document)[0].2.starts_with("MR. LEE:"), "{:?}", lines(&document)[0]);
    let transcript = plenary_attribute::attribute(document, &plenary_attribute::Options::default());
    assert_eq!(transcript.utterances.len(), 2);
}

/// Words that fill rows of a column, one row after the other, and the number of the last one.
fn prose(n_rows: usize, first: usize) -> Vec<String> {
    // Without their numbers the rows differ by two letters.
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    let row = |n: usize| format!("row {n} {}{} of the long speech goes on here and on and", letter(n / 26), letter(n));
    (first..first + n_rows).map(row).collect()
}

/// Rows of columns at 50 and 320, of so many rows each, from the top of the page.
fn in_columns(texts: &[String], n_left: usize) -> Vec<Printed<'_>> {
    let mut out: Vec<Printed<'_>> = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let (x, row) = if i < n_left { (50.0, i) } else { (320.0, i - n_left) };
        out.push((x, 700.0 - 12.0 * row as f32, false, text.as_str()));
    }
    out
}

/// The numbers of the rows of `prose` in the order of the text, and the number of paragraphs that they are in.
fn order(document: &Document) -> (Vec<usize>, usize) {
    let spoken: Vec<(usize, String)> =
        lines(document).into_iter().filter(|line| line.2.starts_with("row ")).map(|line| (line.1, line.2)).collect();
    let mut paragraphs: Vec<usize> = spoken.iter().map(|line| line.0).collect();
    paragraphs.dedup();
    (spoken.iter().map(|line| line.1[4..].split(' ').next().unwrap().parse().unwrap()).collect(), paragraphs.len())
}

#[test]
fn a_last_page_has_the_columns_of_the_pages_before_it() {
    for (n_left, n_right) in [(12, 0), (12, 1), (3, 0), (12, 4), (6, 3)] {
        let (first, last) = (prose(40, 0), prose(n_left + n_right, 40));
        let document = read("talk.pdf", &pdf(&[&in_columns(&first, 20), &in_columns(&last, n_left)])).unwrap();
        let (order, n_paragraphs) = order(&document);
        assert_eq!(order, (0..40 + n_left + n_right).collect::<Vec<_>>(), "{n_left} and {n_right}");
        assert_eq!(n_paragraphs, 1, "{n_left} and {n_right}: {}", document.text);
    }
}

#[test]
fn a_short_right_column_of_the_only_page_follows_the_left_one() {
    let text = prose(17, 0);
    let document = read("talk.pdf", &pdf(&[&in_columns(&text, 14)])).unwrap();
    assert_eq!(order(&document), ((0..17).collect(), 1), "{}", document.text);
}

#[test]
fn three_columns_are_read_from_left_to_right() {
    let texts: Vec<String> = (0..33).map(|n| format!("row {n} of a narrow column goes on a")).collect();
    let rows: Vec<Printed<'_>> = texts
        .iter()
        .enumerate()
        .map(|(n, text)| (40.0 + 180.0 * (n / 11) as f32, 700.0 - 12.0 * (n % 11) as f32, false, text.as_str()))
        .collect();
    let document = read("talk.pdf", &pdf(&[&rows])).unwrap();
    assert_eq!(order(&document).0, (0..33).collect::<Vec<_>>(), "{}", document.text);
}

#[test]
fn a_footer_of_many_lines_inside_one_column_is_running() {
    let texts: Vec<Vec<String>> = (0..4).map(|page| prose(20, 20 * page)).collect();
    let footer = ["Delta Reporting", "12 Quay Street", "Delta Town", "Telephone 555", "All rights kept", "Page 1"];
    let pages: Vec<Vec<Printed<'_>>> = texts
        .iter()
        .map(|texts| {
            let below = footer.iter().enumerate().map(|(i, text)| (50.0, 120.0 - 12.0 * i as f32, false, *text));
            in_columns(texts, 10).into_iter().chain(below).collect()
        })
        .collect();
    let pages: Vec<&[Printed<'_>]> = pages.iter().map(Vec::as_slice).collect();
    let document = read("talk.pdf", &pdf(&pages)).unwrap();
    let running = lines(&document).into_iter().filter(|(layout, ..)| *layout == Layout::Running).count();
    assert_eq!(running, 4 * footer.len(), "{}", document.text);
    assert_eq!(order(&document).0, (0..80).collect::<Vec<_>>());
}

#[test]
fn a_table_below_columns_is_read_row_by_row() {
    let text = prose(24, 0);
    let mut rows = in_columns(&text, 12);
    for i in 0..4 {
        let y = 400.0 - 14.0 * i as f32;
        rows.extend([(50.0, y, false, "Lee, A."), (250.0, y, false, "aye"), (420.0, y, false, "Ward 1")]);
    }
    let document = read("talk.pdf", &pdf(&[&rows])).unwrap();
    assert_eq!(order(&document), ((0..24).collect(), 1), "{}", document.text);
    assert_eq!(document.text.matches("Lee, A.   aye   Ward 1\n").count(), 4, "{}", document.text);
}

#[test]
fn a_number_at_the_start_of_a_wrapped_line_is_no_item() {
    let page: &[Printed<'_>] = &[
        (50.0, 700.0, false, "Ann Lee: We have read the whole of the report and of its section"),
        (50.0, 688.0, false, "12. The rest of it was not sent to us, which is why we are here and"),
        (50.0, 676.0, false, "why we ask."),
    ];
    let document = read("talk.pdf", &pdf(&[page])).unwrap();
    let lines = lines(&document);
    assert!(lines.iter().all(|line| line.0 == Layout::Text && line.1 == lines[0].1), "{lines:?}");
}

use proptest::prelude::*;

use super::Layout;
use crate::{self as read, ReadErrorKind};

/// Layout and visible text of the lines that have some, bold runs between asterisks.
fn lines_of(page: &str) -> Vec<(Layout, String)> {
    let parts = super::read(page);
    let run = |run: &plenary_corpus::TextRun| {
        let text = run.span.of(&parts.text);
        if run.bold { format!("*{text}*") } else { text.to_string() }
    };
    parts.lines.iter().filter(|l| !l.runs.is_empty()).map(|l| (l.layout, l.runs.iter().map(run).collect())).collect()
}

fn texts(page: &str) -> Vec<String> {
    lines_of(page).into_iter().map(|(_, text)| text).collect()
}

/// Paragraphs with their lines joined.
fn paragraphs(page: &str) -> Vec<String> {
    let parts = super::read(page);
    let mut out: Vec<(usize, String)> = Vec::new();
    for line in parts.lines.iter().filter(|line| !line.runs.is_empty()) {
        let text: String = line.runs.iter().map(|run| run.span.of(&parts.text)).collect();
        match out.last_mut() {
            Some((paragraph, joined)) if *paragraph == line.paragraph => *joined = format!("{joined} {text}"),
            _ => out.push((line.paragraph, text)),
        }
    }
    out.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn blocks_are_lines_with_layout_and_typeface() {
    let page = "<html><head><title>x</title><style>.n{font:bold 12px serif}</style></head><body>\
                <h2>Session&nbsp;&nbsp;one</h2><p><b>Ann Lee:</b> We &amp; you<br>agree.\
                <p class=n>Leo: <span style='font-weight:normal'>No.</span><ul><li>first<li>second</ul>\
                <blockquote>quoted</blockquote><table><tr><td>a<td>b</table><hr></body></html>";
    let expected = [
        (Layout::Heading(2), "Session one"),
        (Layout::Text, "*Ann Lee:* We & you"),
        (Layout::Text, "agree."),
        (Layout::Text, "*Leo: *No."),
        (Layout::ListItem, "first"),
        (Layout::ListItem, "second"),
        (Layout::Text, "a\tb"),
    ];
    let shown: Vec<_> = lines_of(page).into_iter().filter(|(_, text)| text != "quoted").collect();
    assert_eq!(shown, expected.map(|(layout, text)| (layout, text.to_string())));
}

#[test]
fn cells_are_on_one_line_where_they_label_the_last_one() {
    let page = "<table><tr><td><b>Ann Lee</b></td><td><p>One.</p><p>Two.</p></td></tr><tr><th>Bo</th><td></td></tr>\
                <tr><td><p>a</p><p>b</p></td><td>c</td></tr><tr><td>THE COUNCIL</td><td>3</td></tr></table>";
    assert_eq!(texts(page), ["*Ann Lee*\tOne.", "Two.", "Bo", "a", "b", "c", "THE COUNCIL", "3"]);
}

#[test]
fn marks_are_read_only_before_their_notes() {
    let page = "<p>Ann: The sea<a href='#ftn1'><sup>1</sup></a> is cold, as section <a href='#s3'>3</a> says.</p>\
                <p><a href='#ref1' name='ftn1'><sup>1</sup></a> A note.</p>";
    assert_eq!(texts(page), ["Ann: The sea is cold, as section 3 says.", "[1] A note."]);
}

#[test]
fn furniture_is_omitted_with_a_warning_and_speech_in_unusual_places_stays() {
    let links = "<a href=x>link</a> ".repeat(20);
    let speech = "We did what we could and it was not enough. ".repeat(20);
    let page = format!(
        "<html><body><nav>{links}</nav><form id=aspnet><div class=sidebar-wrapper><p>Ann: {speech}</p></div></form>\
         <script>var x = 'no';</script><div style='display:none'>hidden</div><footer>Printed here</footer></body></html>"
    );
    assert_eq!(texts(&page), [format!("Ann: {}", speech.trim())]);
    let warning = super::read(&page).warnings.join("");
    assert!(warning.contains("nav (20 words)") && warning.contains("footer (2 words)"), "{warning}");
}

#[test]
fn preformatted_text_has_its_paragraphs() {
    let page = "<html><body><pre>\n                 A TITLE\n\n  Mr. HILL. We did what we could for the harbour of the town and\nit was not enough.\n  The next paragraph begins with an indent and goes on to fill the\nline.\n</pre></body></html>";
    assert_eq!(
        paragraphs(page),
        [
            "A TITLE",
            "Mr. HILL. We did what we could for the harbour of the town and it was not enough.",
            "The next paragraph begins with an indent and goes on to fill the line."
        ]
    );
}

#[test]
fn pages_of_visual_lines_are_joined_to_paragraphs() {
    let line = |text: &str| format!("<div style='position:absolute'>{text}</div>");
    let speech = [
        "Ann Lee: We did what we could for the harbour and",
        "it was not enough for the town that built it with",
        "its own hands and its own money over many years of",
        "work, which nobody has paid for.",
        "Leo Kane: The council has heard this every year and",
        "every year it has found that there is no money for",
        "the harbour, and so it is this year too, as all of",
        "you know.",
        "Ann Lee: Then the council should say so in writing",
        "and let the people of the town see what it thinks.",
    ];
    let page = format!("<html><body>{}</body></html>", speech.map(line).concat());
    let found = paragraphs(&page);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[1].ends_with("as all of you know."));
}

#[test]
fn the_declared_encoding_counts_unless_the_bytes_contradict_it() {
    let latin =
        b"<html><head><meta http-equiv=Content-Type content='text/html; charset=iso-8859-2'></head><p>\xb1</html>";
    let document = read::read("a.htm", latin).unwrap();
    assert_eq!((document.text.trim(), document.encoding.as_str()), ("ą", "ISO-8859-2"));
    let utf8 = "<html><head><meta charset=iso-8859-1></head><p>né</html>".as_bytes();
    assert_eq!(read::read("a.htm", utf8).unwrap().text.trim(), "né");
}

#[test]
fn a_page_without_words_is_empty() {
    let error = read::read("a.html", b"<html><script>x()</script></html>").unwrap_err();
    assert!(matches!(error.kind, ReadErrorKind::Empty));
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let page = format!("<html>{}x", "<div>".repeat(3_000));
    assert_eq!(texts(&page), ["x"]);
}

proptest! {
    #[test]
    fn no_text_panics_and_lines_partition_what_is_read(
        text in "(<(/?(p|b|br|div|table|tr|td|li|pre|h1|blockquote|nav|style|span)|!--)>?|[a-z .&;\u{e9}\u{a0}\n]{0,6}){0,60}",
    ) {
        let parts = super::read(&format!("<html>{text}"));
        let mut end = 0;
        for line in &parts.lines {
            prop_assert_eq!(line.span.start, end);
            end = line.span.end;
            let mut from = line.span.start;
            for run in &line.runs {
                prop_assert!(run.span.start >= from && run.span.end <= line.span.end);
                from = run.span.end;
            }
        }
        prop_assert_eq!(end, parts.text.len());
    }
}

#[test]
fn a_table_of_turns_is_read_by_its_columns() {
    let row = |cells: [&str; 3]| format!("<tr><td>{}</td></tr>", cells.join("</td><td>"));
    let turns = [
        row(["0:00 - 0:05", "<p>How did you come?</p><p>Tell us.</p>", "Interviewer"]),
        row(["0:05 - 0:09", "By ship.", "Lena"]),
        row(["0:09 - 0:10", "And then?", ""]),
    ];
    let page = format!(
        "<html><body><h1>Interview</h1><table><tr><th>Timespan</th><th>Content</th><th>Speaker</th></tr>{}</table></body></html>",
        turns.concat()
    );
    let document = read::read("a.html", page.as_bytes()).unwrap();
    let shown: Vec<_> = document
        .turns
        .iter()
        .map(|turn| (turn.speaker.as_ref().map(|s| s.label.as_str()), turn.time_start_s, turn.time_end_s))
        .collect();
    assert_eq!(
        shown,
        [
            (Some("Interviewer"), Some(0.0), Some(5.0)),
            (Some("Lena"), Some(5.0), Some(9.0)),
            (None, Some(9.0), Some(10.0))
        ]
    );
    let said: Vec<_> = document
        .lines
        .iter()
        .filter_map(|line| {
            Some((line.turn?, line.runs.iter().map(|run| run.span.of(&document.text)).collect::<String>()))
        })
        .collect();
    assert_eq!(
        said,
        [
            (0, "How did you come?".to_string()),
            (0, "Tell us.".to_string()),
            (1, "By ship.".to_string()),
            (2, "And then?".to_string())
        ]
    );
    assert!(document.text.contains("0:05 - 0:09\tLena By ship."), "{}", document.text);
}

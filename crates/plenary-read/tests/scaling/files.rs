//! Files that are hard to read: deep nesting, many tiny parts, long lines, many columns.
//!
//! **Input:** a number. **Output:** a file whose size grows with it.

use std::io::{Cursor, Write};

use polars_core::prelude::{Column, DataFrame, IntoColumn, NamedFrom, Series};
use polars_io::prelude::ParquetWriter;

/// A kind of file.
pub(crate) struct Hostile {
    /// The name of the file, which decides how it is read.
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) make: fn(usize) -> Vec<u8>,
    /// Whether such files are refused.
    pub(crate) refused: bool,
}

const fn read(name: &'static str, what: &'static str, make: fn(usize) -> Vec<u8>) -> Hostile {
    Hostile { name, what, make, refused: false }
}

const fn refused(name: &'static str, what: &'static str, make: fn(usize) -> Vec<u8>) -> Hostile {
    Hostile { name, what, make, refused: true }
}

pub(crate) const HOSTILE: &[Hostile] = &[
    read("a.txt", "one word per line", |n| "word\n".repeat(n * 100).into()),
    read("a.txt", "one capitalised word per line", |n| lines(n * 40, |i| format!("W{}", word(i)))),
    read("a.txt", "one word in capitals per line", |n| lines(n * 40, |i| word(i).to_uppercase())),
    read("a.txt", "one name per line", |n| lines(n * 20, |i| format!("Ann W{}", word(i)))),
    read("a.txt", "one word per paragraph", |n| "Word\n\n".repeat(n * 40).into()),
    read("a.txt", "one long line", |n| "word ".repeat(n * 200).into()),
    read("a.txt", "one long word", |n| "w".repeat(n * 1000).into()),
    read("a.txt", "many short sentences", |n| "Yes. ".repeat(n * 100).into()),
    read("a.txt", "many labels on one line", |n| "Ann: yes ".repeat(n * 40).into()),
    read("a.txt", "a speaker per line", |n| lines(n * 10, |i| format!("Ann W{}: yes", word(i)))),
    read("a.txt", "a speaker with a title per line", |n| {
        lines(n * 10, |i| format!("Mr. {}. Yes.", word(i).to_uppercase()))
    }),
    read("a.txt", "questions and answers", |n| "Q. What?\nA. That.\n".repeat(n * 20).into()),
    read("a.txt", "times", |n| lines(n * 20, |i| format!("[00:{:02}:{:02}] so it is", i / 60 % 60, i % 60))),
    read("a.txt", "numbered lines", |n| lines(n * 20, |i| format!("{i:5} word"))),
    read("a.txt", "opening brackets", |n| "( [ ".repeat(n * 100).into()),
    read("a.txt", "bracketed words", |n| "(word) ".repeat(n * 40).into()),
    read("a.txt", "pages with a running head", |n| lines(n * 5, |i| format!("Hearing {i}\nword\n\u{0C}"))),
    read("a.txt", "a list of names on one line", |n| join(n * 20, ", ", |i| format!("Ann W{}", word(i)))),
    read("a.txt", "full stops", |n| ".".repeat(n * 1000).into()),
    read("a.md", "headings", |n| "# H\n\nx\n\n".repeat(n * 20).into()),
    read("a.md", "bold names", |n| join(n * 10, "\n\n", |i| format!("**Ann W{}**\n\nYes.", word(i)))),
    read("a.md", "emphasis that is not closed", |n| "**a _b ".repeat(n * 40).into()),
    read("a.md", "links that are not closed", |n| "[a](".repeat(n * 40).into()),
    read("a.md", "backticks of many lengths", |n| join(n * 4, " ", |i| "`".repeat(i % 50 + 1))),
    read("a.md", "nested quotations", |n| join(n * 4, "\n", |i| format!("{} a", ">".repeat(i % 100)))),
    read("a.md", "nested lists", |n| join(n * 4, "\n", |i| format!("{}- a", " ".repeat(i % 40)))),
    read("a.vtt", "cues", |n| format!("WEBVTT\n\n{}", "00:01.000 --> 00:02.000\nword\n\n".repeat(n * 20)).into()),
    read("a.vtt", "a cue with many lines", |n| {
        format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}", "Ann: yes\n".repeat(n * 20)).into()
    }),
    read("a.vtt", "tags in a cue", |n| {
        format!("WEBVTT\n\n00:01.000 --> 00:02.000\n{}word", "<v Ann>x</v> <i>".repeat(n * 20)).into()
    }),
    read("a.srt", "cues", |n| join(n * 20, "\n\n", |i| format!("{}\n00:00:01,000 --> 00:00:02,000\nANN: word", i + 1))),
    read("a.sbv", "cues", |n| join(n * 20, "\n\n", |_| "0:00:01.000,0:00:02.000\nAnn: word".into())),
    read("a.ass", "events", |n| {
        let event = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\i1}word{\\i0}\\Nword\n";
        format!("[Script Info]\n\n[Events]\n{}", event.repeat(n * 20)).into()
    }),
    read("a.csv", "rows", |n| format!("speaker,text\n{}", "Ann,yes\n".repeat(n * 20)).into()),
    read("a.csv", "columns", |n| format!("text,{}\nyes,{}\n", columns(n * 20), "x,".repeat(n * 20 - 1)).into()),
    read("a.csv", "documents", |n| {
        format!("speaker,document,text\n{}", text(lines(n * 4, |i| format!("Ann,d{i},yes")))).into()
    }),
    read("a.csv", "a cell of quotes", |n| format!("speaker,text\nAnn,\"yes{}\"\n", "\"\"".repeat(n * 100)).into()),
    read("a.csv", "a cell of lines", |n| format!("speaker,text\nAnn,\"{}\"\n", "yes\n".repeat(n * 40)).into()),
    read("a.jsonl", "rows", |n| "{\"speaker\":\"Ann\",\"text\":\"yes\"}\n".repeat(n * 20).into()),
    read("a.jsonl", "keys", |n| {
        format!("{{{},\"text\":\"yes\"}}\n{{\"text\":\"no\"}}\n", text(join(n * 10, ",", |i| format!("\"k{i}\":1"))))
            .into()
    }),
    refused("a.jsonl", "nested arrays", |n| {
        format!("{{\"text\":\"yes\",\"a\":{}1{}}}\n{{\"text\":\"no\"}}\n", "[".repeat(n * 10), "]".repeat(n * 10))
            .into()
    }),
    read("a.html", "paragraphs", |n| format!("<html><body>{}", "<p>Ann: yes</p>".repeat(n * 20)).into()),
    read("a.html", "nested blocks", |n| {
        format!("<html><body>{}Ann: yes{}", "<div>".repeat(n * 20), "</div>".repeat(n * 20)).into()
    }),
    read("a.html", "nested blocks with text", |n| format!("<html><body>{}", "<div>x ".repeat(n * 20)).into()),
    read("a.html", "nested lists", |n| format!("<html><body>{}", "<ul><li>x ".repeat(n * 10)).into()),
    read("a.html", "nested headers", |n| format!("<html><body><p>word</p>{}", "<header>x ".repeat(n * 10)).into()),
    read("a.html", "tables in tables", |n| format!("<html><body>{}", "<table><tr><td>x ".repeat(n * 10)).into()),
    read("a.html", "bold that is not closed", |n| format!("<html><body>{}", "<b><p>x ".repeat(n * 10)).into()),
    read("a.html", "cells", |n| format!("<html><body><table><tr>{}", "<td>x</td>".repeat(n * 20)).into()),
    read("a.html", "notes", |n| {
        format!("<html><body><p>word{}", "<a href=\"#fn\"><sup>1</sup></a>".repeat(n * 10)).into()
    }),
    read("a.html", "rules of style", |n| {
        format!(
            "<html><style>{}</style><body><p class=\"a0\">word",
            text(join(n * 10, "", |i| format!(".a{i} {{font-weight: bold}}")))
        )
        .into()
    }),
    read("a.html", "lines of pre", |n| format!("<html><body><pre>{}</pre>", "ANN: word\n".repeat(n * 20)).into()),
    read("a.xml", "turns", |n| tei(&"<u who=\"#a\"><seg>yes</seg></u>".repeat(n * 10))),
    read("a.xml", "a turn of words", |n| tei(&format!("<u who=\"#a\">{}</u>", "<w>yes</w>".repeat(n * 20)))),
    read("a.xml", "notes", |n| tei(&format!("<u who=\"#a\">yes</u>{}", "<note>bell</note>".repeat(n * 20)))),
    read("a.xml", "points of time", |n| {
        tei(&format!(
            "<timeline>{}</timeline><u who=\"#a\" start=\"#T9\">yes</u>",
            text(join(n * 10, "", |i| format!("<when xml:id=\"T{}\" interval=\"1\" since=\"#T{i}\"/>", i + 1)))
        ))
    }),
    refused("a.xml", "nested divisions", |n| {
        tei(&format!("{}<u who=\"#a\">yes</u>{}", "<div>".repeat(n * 10), "</div>".repeat(n * 10)))
    }),
    read("a.rtf", "paragraphs", |n| rtf(&"Ann: yes\\par\n".repeat(n * 20))),
    read("a.rtf", "groups", |n| rtf(&"{\\b yes} ".repeat(n * 20))),
    read("a.rtf", "escapes", |n| rtf(&"\\'e9\\u233?".repeat(n * 20))),
    read("a.rtf", "cells", |n| rtf(&format!("\\trowd {}\\row", "yes\\cell ".repeat(n * 10)))),
    refused("a.rtf", "nested groups", |n| rtf(&format!("{}yes{}", "{".repeat(n * 20), "}".repeat(n * 20)))),
    read("a.json", "segments", |n| {
        segments(n * 5, |i| format!("{{\"start\": {i}, \"end\": {i}, \"text\": \"yes\", \"speaker\": \"S{}\"}}", i % 7))
    }),
    read("a.json", "words of a segment", |n| {
        segments(1, |_| {
            let words = text(join(n * 10, ",", |i| {
                format!("{{\"word\": \"yes\", \"start\": {i}, \"end\": {i}, \"speaker\": \"S{}\"}}", i % 2)
            }));
            format!("{{\"start\": 0, \"end\": 9999, \"text\": \"yes\", \"words\": [{words}]}}")
        })
    }),
    read("a.json", "speakers", |n| {
        segments(n * 5, |i| format!("{{\"start\": {i}, \"end\": {i}, \"text\": \"yes\", \"speaker\": \"S{i}\"}}"))
    }),
    read("a.otr", "marks of time", |n| {
        format!(
            "{{\"text\":\"<p>Ann: {}</p>\",\"media\":\"a\"}}",
            "<span class=\\\"timestamp\\\" data-timestamp=\\\"70\\\">01:10</span> yes ".repeat(n * 10)
        )
        .into()
    }),
    read("a.ttml", "cues", |n| ttml(&"<p begin=\"1s\" end=\"2s\">Ann: yes</p>".repeat(n * 10))),
    read("a.ttml", "spans of a cue", |n| {
        ttml(&format!("<p begin=\"1s\" end=\"2s\">{}</p>", "<span>yes</span><br/>".repeat(n * 10)))
    }),
    read("a.cha", "utterances", |n| {
        format!("@UTF8\n@Begin\n@Participants:\tANN Ann Participant\n{}@End\n", "*ANN:\tyes .\n".repeat(n * 20)).into()
    }),
    read("a.cha", "lines of an utterance", |n| {
        format!(
            "@UTF8\n@Begin\n@Participants:\tANN Ann Participant\n*ANN:\tyes\n{}@End\n",
            "\tyes [/] <no\n".repeat(n * 20)
        )
        .into()
    }),
    read("a.eaf", "annotations", |n| elan(n * 5, 1)),
    read("a.eaf", "tiers", |n| elan(1, n * 2)),
    read("a.exb", "events", |n| exmaralda(n * 5, 1)),
    read("a.exb", "tiers", |n| exmaralda(1, n * 2)),
    read("akn.xml", "speeches", |n| debate(&"<speech by=\"#a\"><from>Ann:</from><p>yes</p></speech>".repeat(n * 5))),
    read("uk.xml", "speeches", |n| {
        format!(
            "<?xml version=\"1.0\"?><publicwhip>{}</publicwhip>",
            "<speech id=\"uk.org.publicwhip/debate/1\" speakername=\"Ann\"><p>yes</p></speech>".repeat(n * 5)
        )
        .into()
    }),
    read("bundestag.xml", "speeches", |n| {
        format!(
            "<?xml version=\"1.0\"?><dbtplenarprotokoll><sitzungsverlauf>{}</sitzungsverlauf></dbtplenarprotokoll>",
            "<rede><name>Ann Lee:</name><p>yes</p><kommentar>(Bo Hill [SPD]: no)</kommentar></rede>".repeat(n * 5)
        )
        .into()
    }),
    refused("akn.xml", "nested sections", |n| {
        debate(&format!(
            "{}<speech by=\"#a\"><p>yes</p></speech>{}",
            "<debateSection>".repeat(n * 10),
            "</debateSection>".repeat(n * 10)
        ))
    }),
    read("a.docx", "paragraphs", |n| docx(&"<w:p><w:r><w:t>Ann: yes</w:t></w:r></w:p>".repeat(n * 20))),
    read("a.docx", "runs", |n| docx(&format!("<w:p>{}</w:p>", "<w:r><w:t>yes </w:t></w:r>".repeat(n * 20)))),
    read("a.docx", "lines", |n| docx(&format!("<w:p><w:r>{}</w:r></w:p>", "<w:t>yes</w:t><w:br/>".repeat(n * 20)))),
    read("a.docx", "cells", |n| {
        docx(&format!(
            "<w:tbl><w:tr>{}</w:tr></w:tbl>",
            "<w:tc><w:p><w:r><w:t>yes</w:t></w:r></w:p></w:tc>".repeat(n * 10)
        ))
    }),
    read("a.docx", "rows", |n| {
        docx(&format!("<w:tbl>{}</w:tbl>", "<w:tr><w:tc><w:p><w:r><w:t>Ann:</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>yes</w:t></w:r></w:p></w:tc></w:tr>".repeat(n * 5)))
    }),
    read("a.docx", "text boxes", |n| {
        docx(
            &"<w:p><w:r><w:t>a</w:t><w:txbxContent><w:p><w:r><w:t>b</w:t></w:r></w:p></w:txbxContent></w:r></w:p>"
                .repeat(n * 5),
        )
    }),
    refused("a.docx", "nested tables", |n| {
        docx(&format!(
            "{}<w:p><w:r><w:t>yes</w:t></w:r></w:p>{}",
            "<w:tbl><w:tr><w:tc>".repeat(n * 10),
            "</w:tc></w:tr></w:tbl>".repeat(n * 10)
        ))
    }),
    read("a.odt", "paragraphs", |n| odt(&"<text:p>Ann: yes</text:p>".repeat(n * 20))),
    read("a.odt", "spans", |n| odt(&format!("<text:p>{}</text:p>", "<text:span>yes </text:span>".repeat(n * 20)))),
    read("a.odt", "blanks", |n| odt(&format!("<text:p>yes{}</text:p>", "<text:s text:c=\"9\"/>x".repeat(n * 10)))),
    refused("a.odt", "nested spans", |n| {
        odt(&format!("<text:p>{}yes{}</text:p>", "<text:span>".repeat(n * 20), "</text:span>".repeat(n * 20)))
    }),
    read("a.xlsx", "rows", |n| {
        xlsx(&text(join(n * 5, "", |i| {
            format!("<row r=\"{}\"><c t=\"inlineStr\"><is><t>yes</t></is></c></row>", i + 2)
        })))
    }),
    read("a.xlsx", "cells of a row", |n| {
        xlsx(&format!("<row r=\"2\">{}</row>", "<c t=\"inlineStr\"><is><t>yes</t></is></c>".repeat(n * 10)))
    }),
    read("a.parquet", "rows", |n| parquet(&[Series::new("text".into(), vec!["yes"; n * 20]).into_column()])),
    read("a.parquet", "columns", |n| {
        parquet(
            &(0..n)
                .map(|i| {
                    Series::new(if i == 0 { "text".into() } else { format!("c{i}").into() }, ["yes"]).into_column()
                })
                .collect::<Vec<_>>(),
        )
    }),
    read("a.pdf", "lines on a page", |n| pdf(1, n * 2)),
    read("a.pdf", "pages", |n| pdf(n, 1)),
    read("a.zip", "members", |n| {
        zip(&(0..n).map(|i| (format!("{i}.txt"), format!("ANN: yes {i}\n").into_bytes())).collect::<Vec<_>>())
    }),
    read("a.csv.gz", "rows", |n| gzip(format!("speaker,text\n{}", "Ann,yes\n".repeat(n * 20)).as_bytes())),
];

/// A word of letters for a number.
fn word(mut i: usize) -> String {
    // All are different up to this number.
    i = i * 7919 % 100_003;
    let mut word = String::new();
    for _ in 0..4 {
        word.push(char::from(b"abcdefghijklmnopqrstuvwxyz"[i % 26]));
        i /= 26;
    }
    word
}

fn join(n: usize, between: &str, part: impl Fn(usize) -> String) -> Vec<u8> {
    (0..n).map(part).collect::<Vec<_>>().join(between).into_bytes()
}

fn lines(n: usize, line: impl Fn(usize) -> String) -> Vec<u8> {
    join(n, "\n", line)
}

fn columns(n: usize) -> String {
    (0..n).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn rtf(body: &str) -> Vec<u8> {
    format!("{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}\n{body}\\par}}").into()
}

fn segments(n: usize, segment: impl Fn(usize) -> String) -> Vec<u8> {
    format!("{{\"segments\": [{}]}}", text(join(n, ",", segment))).into()
}

fn ttml(body: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>{body}</div></body></tt>").into()
}

fn debate(body: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><akomaNtoso><debate><debateBody>{body}</debateBody></debate></akomaNtoso>").into()
}

/// An ELAN file with this many annotations on each of its tiers.
fn elan(n: usize, n_tiers: usize) -> Vec<u8> {
    let slots = text(join(n + 1, "", |i| format!("<TIME_SLOT TIME_SLOT_ID=\"t{i}\" TIME_VALUE=\"{i}\"/>")));
    let tier = |k: usize| {
        let annotations = text(join(n, "", |i| {
            format!(
                "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a{k}-{i}\" TIME_SLOT_REF1=\"t{i}\" TIME_SLOT_REF2=\"t{}\">\
                 <ANNOTATION_VALUE>yes</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>",
                i + 1
            )
        }));
        format!("<TIER TIER_ID=\"s{k}\" PARTICIPANT=\"Ann {k}\" LINGUISTIC_TYPE_REF=\"t\">{annotations}</TIER>")
    };
    let tiers = text(join(n_tiers, "", tier));
    format!("<?xml version=\"1.0\"?><ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER>{tiers}</ANNOTATION_DOCUMENT>")
        .into()
}

/// An `EXMARaLDA` file with this many events on each of its tiers.
fn exmaralda(n: usize, n_tiers: usize) -> Vec<u8> {
    let points = text(join(n + 1, "", |i| format!("<tli id=\"T{i}\" time=\"{i}\"/>")));
    let speakers =
        text(join(n_tiers, "", |k| format!("<speaker id=\"S{k}\"><abbreviation>A{k}</abbreviation></speaker>")));
    let tier = |k: usize| {
        let events = text(join(n, "", |i| format!("<event start=\"T{i}\" end=\"T{}\">yes. </event>", i + 1)));
        format!("<tier speaker=\"S{k}\" type=\"t\">{events}</tier>")
    };
    let tiers = text(join(n_tiers, "", tier));
    format!(
        "<?xml version=\"1.0\"?><basic-transcription><head><speakertable>{speakers}</speakertable></head><basic-body><common-timeline>{points}\
         </common-timeline>{tiers}</basic-body></basic-transcription>"
    )
    .into()
}

fn tei(body: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><TEI><teiHeader/><text><body><div>{body}</div></body></text></TEI>").into()
}

fn zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn packed(members: &[(&str, &str)]) -> Vec<u8> {
    zip(&members.iter().map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).collect::<Vec<_>>())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn docx(body: &str) -> Vec<u8> {
    let body = format!("<w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
    packed(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", &body)])
}

fn odt(body: &str) -> Vec<u8> {
    let body = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\"><office:body><office:text>{body}</office:text>\
         </office:body></office:document-content>"
    );
    packed(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &body)])
}

fn xlsx(rows: &str) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const SHEET: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    packed(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &relation("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{SHEET}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        ("xl/_rels/workbook.xml.rels", &relation("worksheet", "worksheets/sheet1.xml")),
        (
            "xl/worksheets/sheet1.xml",
            &format!(
                "<worksheet xmlns=\"{SHEET}\"><sheetData><row r=\"1\"><c t=\"inlineStr\"><is><t>text</t></is></c></row>{rows}</sheetData></worksheet>"
            ),
        ),
    ])
}

fn parquet(columns: &[Column]) -> Vec<u8> {
    let mut frame = DataFrame::new(columns[0].len(), columns.to_vec()).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

/// A PDF file of pages that all draw the same lines.
fn pdf(n_pages: usize, n_lines: usize) -> Vec<u8> {
    let lines: String = (0..n_lines)
        .map(|i| format!("BT /F1 10 Tf 1 0 0 1 50 {} Tm (Ann: We go out anyway.) Tj ET\n", 700 - i))
        .collect();
    let kids: String = (0..n_pages).map(|i| format!("{} 0 R ", i + 5)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_string(),
        format!("<< /Type /Pages /Count {n_pages} /Kids [{kids}] >>"),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_string(),
        format!("<< /Length {} >>\nstream\n{lines}\nendstream", lines.len()),
    ];
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>";
    objects.extend(std::iter::repeat_n(page.to_string(), n_pages));
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = String::new();
    for (at, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", at + 1).bytes());
    }
    let (table, size) = (out.len(), objects.len() + 1);
    out.extend(
        format!(
            "xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
        )
        .bytes(),
    );
    out
}

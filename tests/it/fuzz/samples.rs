//! Small valid files of every format, each with the parts from which it is packed, so that the parts can be damaged
//! too. In all of them Ann Lee and Bo Hill talk about the sea.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use polars_core::prelude::{DataFrame, Series};
use polars_core::prelude::{IntoColumn, NamedFrom};
use polars_io::prelude::ParquetWriter;
use proptest::sample::Index;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A file and how it is packed.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    /// A file that is not packed.
    Plain(Vec<u8>),
    Gzip(Vec<u8>),
    /// Members by name; the first ones are stored, the others compressed.
    Zip {
        stored: usize,
        members: Vec<(&'static str, Vec<u8>)>,
    },
    /// The drawing commands of a page, compressed.
    Pdf(Vec<u8>),
}

impl Sample {
    /// The file.
    pub(crate) fn packed(&self) -> Vec<u8> {
        match &self.shape {
            Shape::Plain(bytes) => bytes.clone(),
            Shape::Gzip(bytes) => gzip(bytes),
            Shape::Zip { stored, members } => zip(*stored, members),
            Shape::Pdf(content) => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(content).unwrap();
                pdf("/Filter /FlateDecode", &encoder.finish().unwrap())
            }
        }
    }

    /// The parts from which the file is packed; none if it is not packed.
    pub(crate) fn parts(&mut self) -> Vec<&mut Vec<u8>> {
        match &mut self.shape {
            Shape::Plain(_) => Vec::new(),
            Shape::Gzip(bytes) | Shape::Pdf(bytes) => vec![bytes],
            Shape::Zip { members, .. } => members.iter_mut().map(|(_, bytes)| bytes).collect(),
        }
    }

    /// A part from which the file is packed; `None` if it is not packed.
    pub(crate) fn part(&mut self, which: Index) -> Option<&mut Vec<u8>> {
        let mut parts = self.parts();
        if parts.is_empty() {
            return None;
        }
        let at = which.index(parts.len());
        Some(parts.swap_remove(at))
    }
}

/// One file of each format, and some in other encodings and layouts.
pub(crate) fn samples() -> Vec<Sample> {
    let plain = |name, bytes: &[u8]| Sample { name, shape: Shape::Plain(bytes.to_vec()) };
    let utf16 = |text: &str| -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    vec![
        plain("a.txt", TALK.as_bytes()),
        plain("utf16.txt", &utf16(TALK)),
        plain(
            "windows.txt",
            &TALK.replace('é', "\u{1}").bytes().map(|b| if b == 1 { 0xE9 } else { b }).collect::<Vec<_>>(),
        ),
        plain("pages.txt", PAGES.as_bytes()),
        plain("a.md", MARKDOWN.as_bytes()),
        plain("a.html", HTML.as_bytes()),
        plain("pre.htm", PRE.as_bytes()),
        plain("a.vtt", VTT.as_bytes()),
        plain("a.srt", SRT.as_bytes()),
        plain("a.sbv", SBV.as_bytes()),
        plain("a.ass", ASS.as_bytes()),
        plain("amazon.json", AMAZON.as_bytes()),
        plain("elan.txt", ELAN_TAB.as_bytes()),
        plain("f4.txt", F4.as_bytes()),
        plain("panel.txt", PANEL.as_bytes()),
        plain("a.xml", TEI.as_bytes()),
        plain("debate.xml", AKOMA_NTOSO.as_bytes()),
        plain("uk.xml", PARLPARSE.as_bytes()),
        plain("canada.xml", CANADA.as_bytes()),
        plain("australia.xml", AUSTRALIA.as_bytes()),
        plain("piece.html", PIECE.as_bytes()),
        archive("parlamint.zip", 0, &[("P_1.txt", PARLAMINT), ("P_1-meta.tsv", PARLAMINT_META)]),
        plain("a.rtf", RTF.as_bytes()),
        plain("a.json", RECOGNISER.as_bytes()),
        plain("a.otr", OTRANSCRIBE.as_bytes()),
        plain("a.ttml", TTML.as_bytes()),
        plain("a.cha", CHAT.as_bytes()),
        plain("a.eaf", ELAN.as_bytes()),
        plain("a.exb", EXMARALDA.as_bytes()),
        plain("a.csv", CSV.as_bytes()),
        plain("a.tsv", CSV.replace(", ", " - ").replace(',', "\t").as_bytes()),
        plain("a.jsonl", JSONL.as_bytes()),
        plain("a.parquet", &parquet()),
        plain("a.pdf", &pdf("", PRINTED.as_bytes())),
        Sample { name: "packed.pdf", shape: Shape::Pdf(PRINTED.into()) },
        Sample { name: "a.csv.gz", shape: Shape::Gzip(CSV.into()) },
        archive("a.zip", 0, &[("a.md", MARKDOWN), ("b/b.csv", CSV)]),
        archive(
            "corpus.zip",
            0,
            &[("c/utterances.jsonl", UTTERANCES), ("c/speakers.json", SPEAKERS), ("c/conversations.json", "{}")],
        ),
        archive(
            "a.docx",
            0,
            &[
                ("[Content_Types].xml", "<Types/>"),
                ("word/document.xml", DOCX),
                ("word/styles.xml", DOCX_STYLES),
                ("word/numbering.xml", DOCX_LISTS),
                ("word/footnotes.xml", DOCX_NOTES),
                ("word/header1.xml", DOCX_HEADER),
            ],
        ),
        archive(
            "a.odt",
            1,
            &[
                ("mimetype", "application/vnd.oasis.opendocument.text"),
                ("META-INF/manifest.xml", "<manifest/>"),
                ("content.xml", ODT),
            ],
        ),
        archive(
            "a.xlsx",
            0,
            &[
                ("[Content_Types].xml", "<Types/>"),
                ("_rels/.rels", XLSX_RELS),
                ("xl/workbook.xml", XLSX_BOOK),
                ("xl/_rels/workbook.xml.rels", XLSX_BOOK_RELS),
                ("xl/sharedStrings.xml", XLSX_TEXTS),
                ("xl/worksheets/sheet1.xml", XLSX_SHEET),
            ],
        ),
    ]
}

fn archive(name: &'static str, stored: usize, members: &[(&'static str, &str)]) -> Sample {
    let members = members.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect();
    Sample { name, shape: Shape::Zip { stored, members } }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zip(stored: usize, members: &[(&'static str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, bytes)) in members.iter().enumerate() {
        let method = if at < stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn parquet() -> Vec<u8> {
    let columns = [
        Series::new("speaker".into(), ["Ann Lee", "Bo Hill", "Ann Lee"]).into_column(),
        Series::new("text".into(), ["The sea is cold.", "We go out.", "So we do."]).into_column(),
        Series::new("start".into(), [1.5, 2.0, 3.25]).into_column(),
    ];
    let mut frame = DataFrame::new(3, columns.to_vec()).unwrap();
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).unwrap();
    bytes
}

/// A PDF of one page with two of the standard fonts.
pub(crate) fn pdf(filter: &str, content: &[u8]) -> Vec<u8> {
    let objects: [Vec<u8>; 6] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Count 1 /Kids [6 0 R] >>".to_vec(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Bold /Encoding /WinAnsiEncoding >>".to_vec(),
        [format!("<< /Length {} {filter} >>\nstream\n", content.len()).as_bytes(), content, b"\nendstream"].concat(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 5 0 R \
          /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
            .to_vec(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = String::new();
    for (at, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend([format!("{} 0 obj\n", at + 1).as_bytes(), object.as_slice(), b"\nendobj\n"].concat());
    }
    let table = out.len();
    let end = format!(
        "xref\n0 7\n0000000000 65535 f \n{places}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    );
    out.extend(end.as_bytes());
    out
}

const TALK: &str = "Hearing on the sea, 5 April 2016\n\nANN LEE: Good day. The sea is cold, at the café too (10:30).\n\n\
    BO HILL: Is it? \"I say: yes.\"\n\n(Applause.)\n\nANN LEE: We go out anyway:\n\n1. the river,\n2. the rent.\n\nBO HILL: Yes.\n";

const PAGES: &str = "HEARING ON THE SEA        1\n\n  1  Mr. LEE. Good morning. Before we hear the witnesses I remind mem-\n\
      2  bers that questions on the sea should be short and that answers\n  3  should be so too. [[Page S695]] The time is short.\n\
      4\n  5  Mr. HILL. I thank the chair and I yield the floor to nobody at all,\n  6  and at last I have nothing more to say.\n\
    \x0CHEARING ON THE SEA        2\n\n  7  Mr. LEE. Thank you.\n  8  Mr. HILL. Not at all.\n____\n";

const MARKDOWN: &str = "# On the sea\n\n**Ann Lee**\n*Director, Acme*\n\nThe *sea* is cold. [We](http://x) go out.[^1]\n\n\
    ![a](b.png)\n\n**Bo Hill**, Fisher\n\n> Quoted.\n\n- one\n- two\n\n<b>And</b> so on.\n\n---\n\n**Ann Lee**\n\nYes.\n\n[^1]: A note.\n";

const HTML: &str = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>x</title><style>.n {font-weight: bold}</style></head>\
    <body><nav><a href=\"/\">Home</a></nav><h1>On the sea</h1><p><b>Ann Lee:</b> The sea is cold &amp; wide.<br>We go out.</p>\
    <p class=\"n\">Bo Hill: Yes.</p><table><tr><td>Ann Lee:</td><td>So.</td></tr></table><ul><li>one</li></ul>\
    <script>x</script><p><b>Bo Hill:</b> No.</p></body></html>";

const PRE: &str = "<html>\n<body><pre>\n[Congressional]\n\n  Mr. LEE. Mr. President, the sea is cold and we\ngo out on it every day that there is.\n\n  \
    Mr. HILL. I thank the Senator.\n\n                          ____\n\n  Mr. LEE. I yield.\n</pre></body></html>\n";

const VTT: &str = "WEBVTT - on the sea\n\nNOTE by hand\n\n1\n00:01.000 --> 00:04.200 align:start\n<v.loud Ann Lee>The <i>sea</i> is cold\n&amp; wide.</v>\n\n\
    00:00:05.000 --> 00:00:06.500\n<v Bo Hill>Yes.\n<v Ann Lee>No.\n\n00:07.000 --> 00:08.000\n[APPLAUSE]\n";

const SRT: &str = "1\n00:00:01,000 --> 00:00:02,000\nANN LEE: The sea is cold.\n\n2\n00:00:02,000 --> 00:00:03,500\n>> BO HILL: It is: yes. (laughs)\n\n\
    3\n00:00:03,500 --> 00:00:05,000\n- ANN LEE: Twice.\n- BO HILL: No.\n";

const ASS: &str = "[Script Info]\nTitle: A hearing\n\n[V4+ Styles]\nStyle: Default,Arial\n\n[Events]\n\
    Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
    Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ann,0,0,0,,{\\i1}The sea{\\i0} is cold,\\Neverybody.\n\
    Dialogue: 0,0:00:03.00,0:00:04.00,Default,Leo,0,0,0,,Yes.\nDialogue: 1,0:00:03.00,0:00:04.00,Sign,,0,0,0,,Closed\n\
    Comment: 0,0:00:05.00,0:00:06.00,Default,Ann,0,0,0,,unclear\n";
const SBV: &str =
    "0:00:01.000,0:00:02.000\nAnn Lee: The sea is cold.\n\n0:00:02.000,0:00:03.000\nBo Hill: Yes.[br]So it is.\n";

const TEI: &str = "<?xml version=\"1.0\"?><TEI xml:id=\"a\" xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader><fileDesc><titleStmt><title>On the sea</title>\
    </titleStmt></fileDesc><profileDesc><particDesc><listPerson><person xml:id=\"AL\"><persName><forename>Ann</forename><surname>Lee</surname></persName>\
    </person><person xml:id=\"BH\"><persName>Bo Hill</persName></person></listPerson></particDesc></profileDesc></teiHeader><text><body><div><head>H</head>\
    <timeline unit=\"s\"><when xml:id=\"T0\"/><when xml:id=\"T1\" interval=\"1.5\" since=\"#T0\"/></timeline>\
    <note type=\"speaker\">Ann:</note><u who=\"#AL\" ana=\"#chair\" start=\"#T0\" end=\"#T1\"><seg>The <w>sea</w><note>(a bell)</note> is, &amp; <w>so</w><pc>.</pc></seg></u>\
    <u who=\"#BH\"><seg>Yes<lb break=\"no\"/>.</seg><pb/></u></div></body></text></TEI>";

const CSV: &str = "speaker,text,start,date,extra\nAnn Lee,\"The sea, \"\"cold\"\".\nWe go.\",1:02,2016-04-05,x\nBo Hill,Yes.,1:05,,\nAnn Lee,So.,,,\n";

const JSONL: &str = "{\"speaker\":\"Ann Lee\",\"text\":\"The sea\\n\\nis cold.\",\"meta\":{\"a\":[1,null,true]},\"start\":1.5}\n\
    {\"text\":\"Yes.\",\"speaker\":\"Bo Hill\"}\n\n{\"text\":\"\\u00e9\\ud83d\\ude00\",\"speaker\":\"Ann Lee\"}\n";

const UTTERANCES: &str = "{\"id\":\"u1\",\"conversation_id\":\"c1\",\"text\":\"The sea.\",\"speaker\":\"s1\",\"reply-to\":null,\"timestamp\":1495929660,\"meta\":{\"score\":3}}\n\
    {\"id\":\"u2\",\"conversation_id\":\"c1\",\"text\":\"Yes.\",\"speaker\":\"s2\",\"reply-to\":\"u1\",\"timestamp\":1495929670}\n";

const SPEAKERS: &str =
    "{\"s1\":{\"meta\":{\"name\":\"Ann Lee\",\"party\":\"Green\"},\"vectors\":[]},\"s2\":{\"meta\":{}}}";

const DOCX: &str = "<w:document xmlns:w=\"w\"><w:body><w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>On the sea</w:t></w:r></w:p>\
    <w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Ann Lee:</w:t></w:r><w:r><w:t xml:space=\"preserve\"> It is cold.</w:t><w:footnoteReference w:id=\"2\"/></w:r></w:p>\
    <w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>one</w:t><w:br/><w:tab/><w:t>two</w:t></w:r></w:p>\
    <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Bo Hill:</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Yes.</w:t></w:r></w:p><w:p/></w:tc></w:tr></w:tbl>\
    <w:p><w:del><w:r><w:delText>no</w:delText></w:r></w:del><w:ins><w:r><w:t>Bo Hill: So.</w:t></w:r></w:ins></w:p>\
    <w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Ann Lee:</w:t></w:r><w:r><w:t> Box.</w:t><w:pict><w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>\
    </w:body></w:document>";
const DOCX_STYLES: &str = "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"H\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"H\"/></w:style></w:styles>";
const DOCX_LISTS: &str = "<w:numbering xmlns:w=\"w\"><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"3\"/><w:numFmt w:val=\"upperRoman\"/>\
    <w:lvlText w:val=\"%1.\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>";
const DOCX_NOTES: &str = "<w:footnotes xmlns:w=\"w\"><w:footnote w:id=\"2\"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>";
const DOCX_HEADER: &str = "<w:hdr xmlns:w=\"w\"><w:p><w:r><w:t>Running head</w:t></w:r></w:p></w:hdr>";

const ODT: &str = "<office:document-content xmlns:office=\"o\" xmlns:text=\"t\" xmlns:style=\"s\" xmlns:table=\"b\"><office:automatic-styles>\
    <style:style style:name=\"B\" style:parent-style-name=\"B\"><style:text-properties fo:font-weight=\"bold\"/></style:style>\
    <text:list-style style:name=\"L\"><text:list-level-style-number text:level=\"1\" style:num-format=\"1\"/></text:list-style></office:automatic-styles>\
    <office:body><office:text><text:h text:outline-level=\"1\">On the sea</text:h><text:p><text:span text:style-name=\"B\">Ann Lee:</text:span> It is<text:s text:c=\"2\"/>cold.\
    <text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body></text:note></text:p>\
    <text:list text:style-name=\"L\"><text:list-item><text:p>one</text:p></text:list-item></text:list>\
    <table:table><table:table-row><table:table-cell><text:p>Bo Hill:</text:p></table:table-cell><table:table-cell><text:p>Yes.</text:p></table:table-cell></table:table-row></table:table>\
    <text:p>Bo Hill: So.<text:line-break/>Next.</text:p><text:p><text:span text:style-name=\"B\">Ann Lee:</text:span> End.</text:p></office:text></office:body></office:document-content>";

const XLSX_RELS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
const XLSX_BOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
const XLSX_BOOK_RELS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" \
    Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>";
const XLSX_TEXTS: &str = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si><t>speaker</t></si><si><t>text</t></si>\
    <si><r><t>The sea </t></r><r><t>is cold.</t></r></si></sst>";
const XLSX_SHEET: &str = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><dimension ref=\"A1:B3\"/><sheetData>\
    <row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>\
    <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>Ann Lee</t></is></c><c r=\"B2\" t=\"s\"><v>2</v></c></row>\
    <row r=\"3\"><c r=\"A3\" t=\"str\"><f>B1</f><v>Bo Hill</v></c><c r=\"B3\"><v>3.5</v></c></row></sheetData></worksheet>";

const PRINTED: &str = "BT /F2 10 Tf 1 0 0 1 50 700 Tm (Ann Lee: ) Tj /F1 10 Tf (The sea is colder than it was, and so are we. ) Tj ET\n\
    BT /F1 10 Tf 1 0 0 1 50 688 Tm [(We) -300 (go out an) 20 (yway.)] TJ ET\n\
    BT /F2 10 Tf 1 0 0 1 50 660 Tm (Bo Hill: ) Tj /F1 10 Tf (I thank the speaker \\(and the sea\\).) Tj ET\n\
    q 1 0 0 1 0 0 cm 0 0 100 100 re f Q\n\
    BT /F2 10 Tf 1 0 0 1 50 632 Tm (Ann Lee: ) Tj /F1 10 Tf (Not at all.) Tj T* (So it is.) ' ET\n";

const AKOMA_NTOSO: &str = "<?xml version=\"1.0\"?><akomaNtoso><debate><meta><references>\
    <TLCPerson eId=\"lee\" showAs=\"Ann Lee\"/><TLCRole eId=\"chair\" showAs=\"Chairperson\"/></references></meta><debateBody>\
    <debateSection><heading>The coast</heading><speech by=\"#lee\" as=\"#chair\" startTime=\"10:00:00\"><from>THE CHAIR:</from>\
    <p>The sea <remark>(bell)</remark> rises.</p></speech><scene>Applause</scene><question by=\"#hill\"><from>Bo Hill:</from>\
    <blockList><item><num>(a)</num><p>Does it?</p></item></blockList></question></debateSection></debateBody></debate></akomaNtoso>";

const PARLPARSE: &str = "<?xml version=\"1.0\"?><!DOCTYPE publicwhip [<!ENTITY mdash \"&#8212;\">]><publicwhip>\
    <major-heading id=\"a/2031-03-04a.1\">The coast</major-heading><speech speakername=\"Ann Lee\" person_id=\"1\" time=\"10:00:00\">\
    <p>The sea rises&mdash;fast.</p><p class=\"italic\">Laughter.</p></speech><speech nospeaker=\"true\"><p>Members rose.</p></speech>\
    <ques speakername=\"Bo Hill\" time=\"9:59\"><p>Does it?</p></ques><division divdate=\"2031-03-04\"><mpname>C</mpname></division>\
    </publicwhip>";

const CANADA: &str = "<Hansard xml:lang=\"EN\"><ExtractedInformation><ExtractedItem Name=\"Date\">Tuesday, March 4, 2031</ExtractedItem>\
    </ExtractedInformation><HansardBody><OrderOfBusiness><OrderOfBusinessTitle>The coast</OrderOfBusinessTitle><Timestamp Hr=\"10\" Mn=\"5\"/>\
    <Intervention><PersonSpeaking><Affiliation DbId=\"1\">Hon. Ann Lee (Otley, NDP)</Affiliation></PersonSpeaking><Content><ParaText>\
    The sea <I>rises</I>.</ParaText></Content></Intervention><ProceduralText>Bells.</ProceduralText><Intervention><PersonSpeaking>\
    <Affiliation DbId=\"2\">Mr. Bo Hill</Affiliation></PersonSpeaking><Content><ParaText>Does it?</ParaText></Content></Intervention>\
    </OrderOfBusiness></HansardBody></Hansard>";

const AUSTRALIA: &str = "<hansard><session.header><date>2031-03-04</date></session.header><chamber.xscript><debate><debateinfo>\
    <title>The coast</title></debateinfo><speech><talk.start><talker><time.stamp>10:00:00</time.stamp><name role=\"metadata\">Lee, Ann</name>\
    <name.id>1</name.id></talker><para>The sea rises.</para></talk.start><interjection><talk.start><talker><name role=\"display\">Mr HILL\
    </name><name.id>2</name.id></talker><para>Does it?</para></talk.start></interjection></speech><speech><talk.start><talker><name.id>1\
    </name.id><name>Ms LEE</name></talker></talk.start><talk.text><body><p><a href=\"1\" type=\"MemberSpeech\">Ms LEE</a> (x): It does.</p>\
    </body></talk.text></speech></debate></chamber.xscript></hansard>";

const PIECE: &str = "<div><h2>The coast</h2><table><tr><th>Time</th><th>Text</th><th>Speaker</th></tr><tr><td>0:01</td><td>The sea rises.\
    </td><td>Ann Lee</td></tr><tr><td>0:05</td><td>Does it?</td><td>Bo Hill</td></tr></table></div>";

const PARLAMINT: &str = "P_1.u1\tThe sea rises.\nP_1.u2\tDoes it?\n";

const PARLAMINT_META: &str =
    "Text_ID\tID\tSpeaker_name\tSpeaker_party\nP_1\tP_1.u1\tLee, Ann\tA\nP_1\tP_1.u2\tHill, Bo\t-\n";

const RECOGNISER: &str = "{\"segments\": [{\"start\": 0.5, \"end\": 3.5, \"text\": \" The sea is cold.\", \"words\": [{\"word\": \"The\", \"start\": 0.5, \
    \"end\": 0.6, \"speaker\": \"Ann Lee\"}, {\"word\": \"sea\", \"speaker\": \"Bo Hill\"}]}, {\"start\": 4, \"end\": 6, \"speaker\": {\"name\": \"Bo Hill\"}, \
    \"text\": \"Yes.\"}], \"language\": \"en\"}";

const AMAZON: &str = "{\"results\": {\"transcripts\": [{\"transcript\": \"sea. Yes.\"}], \"speaker_labels\": {\"segments\": [{\"items\": [{\"start_time\": \"0.5\", \
    \"speaker_label\": \"spk_0\"}]}]}, \"items\": [{\"start_time\": \"0.5\", \"end_time\": \"0.9\", \"type\": \"pronunciation\", \"alternatives\": [{\"content\": \
    \"sea\"}]}, {\"type\": \"punctuation\", \"alternatives\": [{\"content\": \".\"}]}, {\"start_time\": \"2.0\", \"type\": \"pronunciation\", \"speaker_label\": \
    \"spk_1\", \"alternatives\": [{\"content\": \"Yes\"}]}]}}";

const OTRANSCRIBE: &str = "{\"text\": \"<p><span class=\\\"timestamp\\\" data-timestamp=\\\"3.25\\\">00:03</span>&nbsp;<b>Ann Lee:</b> The sea is cold.<br>So. \
    <span class='timestamp'>00:07</span></p><p>Bo Hill: Yes.</p>\", \"media\": \"a.mp3\", \"media-time\": 8.5}";

const TTML: &str = "<?xml version=\"1.0\"?><tt xmlns=\"t\" xmlns:ttm=\"m\" xmlns:ttp=\"p\" ttp:frameRate=\"25\" xml:lang=\"en\"><head><metadata><ttm:title>On the sea</ttm:title>\
    <ttm:agent xml:id=\"a\"><ttm:name type=\"given\">Ann</ttm:name><ttm:name type=\"family\">Lee</ttm:name></ttm:agent></metadata></head><body><div begin=\"1s\">\
    <p begin=\"00:00:01.000\" end=\"00:00:02:12\" ttm:agent=\"a\">The sea<br/>is cold.</p><p begin=\"90f\" dur=\"1500ms\"><span ttm:agent=\"b\">Yes.</span></p>\
    </div></body></tt>";

const ELAN: &str = "<?xml version=\"1.0\"?><ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID=\"t1\" TIME_VALUE=\"0\"/><TIME_SLOT TIME_SLOT_ID=\"t2\" TIME_VALUE=\"900\"/>\
    <TIME_SLOT TIME_SLOT_ID=\"t3\"/></TIME_ORDER><TIER TIER_ID=\"ref\" PARTICIPANT=\"Ann Lee\" LINGUISTIC_TYPE_REF=\"r\"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a1\" \
    TIME_SLOT_REF1=\"t1\" TIME_SLOT_REF2=\"t2\"><ANNOTATION_VALUE>s.001</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER><TIER TIER_ID=\"tx\" PARENT_REF=\"ref\">\
    <ANNOTATION><REF_ANNOTATION ANNOTATION_ID=\"a2\" ANNOTATION_REF=\"a1\"><ANNOTATION_VALUE>The sea is cold.</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION></TIER>\
    <TIER TIER_ID=\"Bo Hill\" PARTICIPANT=\"Bo Hill\" LINGUISTIC_TYPE_REF=\"r\"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a3\" TIME_SLOT_REF1=\"t2\" TIME_SLOT_REF2=\"t3\">\
    <ANNOTATION_VALUE>Yes.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>";

const ELAN_TAB: &str = "orth\tAnn Lee\t0\t4800\t4800\tThe sea is cold.\northo\tBo Hill\t4500\t7150\t2650\tYes.\n";

const EXMARALDA: &str = "<?xml version=\"1.0\"?><basic-transcription><head><speakertable><speaker id=\"S0\"><abbreviation>Ann Lee</abbreviation></speaker></speakertable></head>\
    <basic-body><common-timeline><tli id=\"T0\" time=\"0.0\"/><tli id=\"T1\"/><tli id=\"T2\" time=\"4.5\"/></common-timeline><tier speaker=\"S0\" type=\"t\"><event start=\"T0\" \
    end=\"T1\">The sea is co</event><event start=\"T1\" end=\"T2\">ld ((coughs)) • so. </event></tier><tier speaker=\"S1\" type=\"t\"><event start=\"T1\" end=\"T2\">Yes.</event></tier>\
    <tier type=\"d\"><event start=\"T1\" end=\"T2\">a bell</event></tier></basic-body></basic-transcription>";

const CHAT: &str = "@UTF8\n@Begin\n@Languages:\teng\n@Participants:\tANN Ann_Lee Investigator, BOH Participant\n@Date:\t05-APR-2016\n*ANN:\tthe sea [/] the <sea is> [//] sea is\n\
    \tcold (.) &=laughs ! \u{15}0_900\u{15}\n%mor:\tdet|the\n@Comment:\ta bell\n*BOH:\t&-um it (i)s@s:deu +/. \u{15}900_1800\u{15}\n@End\n";

const RTF: &str = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 Arial Cyr;}}{\\info{\\title On the sea}}{\\header Running head\\par}\\pard\\plain\\f0\n\
    {\\b Ann Lee:} The sea is c\\'f6ld \\u8222?so\\u-10179?\\u-8704? {\\f1\\'c4\\'e0}{\\footnote a note}.\\line Next.\\par\n\\trowd\\cellx100\\pard\\intbl Bo Hill:\\cell Yes.\\cell\\row\n\
    \\pard{\\*\\unknown gone}{\\field{\\*\\fldinst x}{\\fldrslt link}} {\\pict\\bin3 }}}}\\~end\\par}";

const F4: &str = "I: How cold is the sea? #00:00:12-3#\n\nB: Very cold. #00:00:15-0# We go out. #00:00:19-8#\n\nI: So. #00:00:22-0#\n";

const PANEL: &str = "00:00:12:05 - 00:00:14:22\nAnn Lee\nThe sea is cold.\n\n00:01:12:05 - 00:01:14:22\nBo Hill\nYes.\n\n00:02:12:05 - 00:02:14:22\nAnn Lee\nSo.\n";

//! Bytes to documents.
//!
//! **Input:** path and bytes of one file, and the names of the columns of a table. **Output:** [`Document`]s: the
//! decoded or extracted text, its encoding, its lines, which partition the text, and what the format itself says about
//! speakers, times and the event. A table or an archive may contain several documents. **Refused:** empty files, binary
//! data, damaged files and formats that are not read; see [`ReadErrorKind`]. **Left to others:** who speaks and what is
//! page furniture, to `plenary-attribute`.
//!
//! All formats are listed in one registry, [`formats::FORMATS`].

mod archive;
mod captions;
mod chat;
pub mod convokit;
mod debates;
mod decode;
mod detect;
mod docx;
mod elan;
mod error;
mod events;
mod exmaralda;
mod file;
mod flow;
pub mod formats;
mod html;
mod mail;
mod margins;
mod markdown;
mod odt;
mod otranscribe;
mod packed;
mod parlamint;
mod parts;
mod pdf;
mod plain;
mod recogniser;
mod rtf;
mod source;
mod spoken;
mod stamps;
mod tabular;
mod tei;
mod turn_table;
mod xml;
mod xml_text;
mod xml_tree;

use std::sync::Arc;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use debates::tree::Node;
use decode::Decoded;
use error::Problem;
pub use error::{Place, ReadError, ReadErrorKind};
pub use tabular::{SheetRow, sheet_rows};

/// The variables of speakers that TEI gives without being asked, with what they are.
pub const TEI_VARIABLES: [(&str, &str); 5] = tei::VARIABLES;
use file::File;
use formats::{Content, FormatEntry, Reader};
use parts::Parts;
use plenary_corpus::{DateOrder, Document, Format, FormatFamily};
use plenary_names::lexicon::Lexicon;
use source::Source;

/// Size in bytes of the stack on which a file is read. Readers of nested formats call themselves for each level; with this
/// size some hundred thousand levels are possible. The memory is only used where the stack grows.
pub const STACK_BYTES: usize = 64 << 20;

/// Encoding of text that a reader extracts from a binary format: it is already Unicode.
const EXTRACTED: &str = "UTF-8";

/// Which columns of a table mean what, by their names; upper and lower case are the same. Where a name is empty, the
/// column is found by its usual names, which the page about formats lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// What is said.
    pub text: String,
    /// Name or label of the speaker.
    pub speaker: String,
    /// What distinguishes speakers with the same name.
    pub speaker_id: String,
    /// Which document a row belongs to. The rows of a document need not be adjacent.
    pub document: String,
    /// Day of the event.
    pub date: String,
    /// When the turn starts: seconds from the start of the recording, or `h:mm:ss`.
    pub time_start: String,
    /// When the turn ends, in the same forms.
    pub time_end: String,
    /// Part in the proceedings, e.g. `chair`.
    pub role: String,
    /// Office or position of the speaker.
    pub position: String,
    /// Organisation of the speaker.
    pub affiliation: String,
    /// Party of the speaker.
    pub party: String,
    /// Country of the speaker.
    pub country: String,
    /// Sex or gender of the speaker.
    pub sex: String,
    /// What is written in cells of which the value is not known. Only cells that hold nothing else are meant, in this case.
    pub missing: Vec<String>,
    /// Unit of times that are numbers.
    pub time_unit: TimeUnit,
    /// Further columns to keep with each utterance.
    pub carry: Vec<String>,
    /// Further columns that describe the speaker. In `ConvoKit` corpora these are also values that `speakers.json` has of the speaker.
    pub speaker_variables: Vec<String>,
    /// Further columns that describe the document. In `ConvoKit` corpora these are also values that `conversations.json` has of the
    /// conversation.
    pub document_variables: Vec<String>,
}

/// The unit of times that are written as numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeUnit {
    /// Seconds, or milliseconds if all are whole numbers that are too large for seconds.
    #[default]
    Auto,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// What programs write for a value that is not known: R, pandas, databases.
const MISSING: [&str; 9] = ["NA", "N/A", "<NA>", "nan", "NaN", "NaT", "None", "NULL", "null"];

impl Default for Columns {
    fn default() -> Self {
        Self {
            text: String::new(),
            speaker: String::new(),
            speaker_id: String::new(),
            document: String::new(),
            date: String::new(),
            time_start: String::new(),
            time_end: String::new(),
            role: String::new(),
            position: String::new(),
            affiliation: String::new(),
            party: String::new(),
            country: String::new(),
            sex: String::new(),
            missing: MISSING.map(str::to_string).to_vec(),
            time_unit: TimeUnit::Auto,
            carry: Vec::new(),
            speaker_variables: Vec::new(),
            document_variables: Vec::new(),
        }
    }
}

/// Options of reading.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which columns of a table mean what.
    pub columns: Columns,
    /// Which number of a date such as `03/04/2025` is the day.
    pub date_order: DateOrder,
    /// The words by which names and roles are recognised.
    pub lexicon: Lexicon,
    /// Files beside the one that is read, which complete it.
    pub companions: Vec<Companion>,
}

/// A file that completes another one, such as the metadata of a file of texts.
#[derive(Debug, Clone)]
pub struct Companion {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// Names of the files that complete a file, if they are beside it; those that begin with `../` in the folder above. Only the
/// name of the file is looked at, so that most of them do not exist.
pub fn companions(path: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, extension)) = name.rsplit_once('.') else { return Vec::new() };
    match extension.to_ascii_lowercase().as_str() {
        "txt" => parlamint::METADATA.iter().map(|end| format!("{stem}{end}")).collect(),
        "xml" => tei::companions(stem),
        _ => Vec::new(),
    }
}

/// The name of the file that a file of this name completes, if that other file is beside it.
pub fn completes(path: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    parlamint::METADATA.iter().find_map(|end| name.strip_suffix(end)).map(|stem| format!("{stem}.txt"))
}

/// The content of one file.
#[derive(Debug, Default)]
pub struct Reading {
    /// One document, or those of a table, a corpus or an archive in their order.
    pub documents: Vec<Document>,
    /// Paths of members of an archive that could not be read, with the reason.
    pub refused: Vec<(String, ReadError)>,
}

/// First 12 hex digits of the sha256 of a file's bytes, and all 64.
pub fn content_id(bytes: &[u8]) -> (String, String) {
    let sha256 = format!("{:x}", Sha256::digest(bytes));
    (sha256[..12].to_string(), sha256)
}

/// Reads a file that contains one document, with default options. `path` is used in errors, and its extension is used
/// to recognise the format.
///
/// # Errors
/// As [`read_all`], and [`ReadErrorKind::Several`] if the file holds more than one document.
pub fn read(path: &str, bytes: &[u8]) -> Result<Document, ReadError> {
    let Reading { mut documents, mut refused } = read_all(path, bytes, &Options::default())?;
    match (documents.len(), refused.len()) {
        (1, _) => Ok(documents.swap_remove(0)),
        (0, 1..) => Err(refused.swap_remove(0).1),
        (n, _) => Err(ReadError::new(path, ReadErrorKind::Several { n })),
    }
}

/// Reads all documents of one file: one for most formats, several for a table with a column of documents, a TEI corpus
/// or an archive. The file is read on a thread with a stack of [`STACK_BYTES`].
///
/// # Errors
/// [`ReadError`] if the bytes are empty, are not text, are damaged, or belong to a format that is not read. A member
/// of an archive that cannot be read is listed in [`Reading::refused`].
pub fn read_all(path: &str, bytes: &[u8], options: &Options) -> Result<Reading, ReadError> {
    on_large_stack(|| Recognised::of(path, bytes)?.read(options))
}

/// A file whose format is known and whose documents have not been read yet.
pub struct Recognised<'a> {
    file: File<'a>,
    /// The entry of the registry.
    pub entry: &'static FormatEntry,
}

impl<'a> Recognised<'a> {
    /// Recognises the format of a file.
    ///
    /// # Errors
    /// [`ReadError`] if the file is empty or belongs to a format that is not read.
    pub fn of(path: &'a str, bytes: &'a [u8]) -> Result<Self, ReadError> {
        let file = File::new(path, bytes);
        let entry = recognise(&file)?;
        Ok(Self { file, entry })
    }

    /// Reads all documents of the file, as [`read_all`], on the thread of the caller.
    ///
    /// # Errors
    /// As [`read_all`].
    pub fn read(self, options: &Options) -> Result<Reading, ReadError> {
        match &self.entry.content {
            Content::Archive(read) => read(&self.file, options),
            Content::Documents(format, reader) => read_documents(self.file, *format, reader, options)
                .map(|documents| Reading { documents, refused: Vec::new() }),
        }
    }
}

/// Does some work on a new thread with a stack of [`STACK_BYTES`], and waits for it. If the system starts no thread, the
/// work is done on the thread of the caller.
pub fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    // The work is taken by whichever thread does it.
    let work = Mutex::new(Some(work));
    let take = || work.lock().unwrap_or_else(PoisonError::into_inner).take();
    let done = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("reader".into()).stack_size(STACK_BYTES);
        let started = thread.spawn_scoped(scope, || take().map(|work| work())).ok()?;
        started.join().unwrap_or_else(|panic| resume_unwind(panic))
    });
    // The work is still there if no thread took it.
    done.unwrap_or_else(|| take().map(|work| work()).expect("no thread was started, so the work was not taken"))
}

/// The entry of the registry for a file.
fn recognise(file: &File<'_>) -> Result<&'static FormatEntry, ReadError> {
    catch_panics(file.path, || formats::recognise(file).map_err(|kind| ReadError::new(file.path, kind)))
}

/// Reads the documents of a file that is not an archive.
fn read_documents(
    file: File<'_>,
    format: Format,
    reader: &Reader,
    options: &Options,
) -> Result<Vec<Document>, ReadError> {
    let path = file.path;
    catch_panics(path, || {
        read_by_format(file, format, reader, options).map_err(|problem| ReadError::new(path, problem))
    })
}

/// The crates that read PDF, Excel and Parquet may panic on damaged files. Then only that file fails, not the run.
fn catch_panics<T>(path: &str, read: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|cause| {
        let message = cause.downcast_ref::<String>().cloned();
        let message = message.or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
        let problem = message.unwrap_or_else(|| "no reason was given".into());
        Err(ReadError::new(path, ReadErrorKind::Failed { problem }))
    })
}

fn read_by_format(
    file: File<'_>,
    format: Format,
    reader: &Reader,
    options: &Options,
) -> Result<Vec<Document>, Problem> {
    let (path, bytes) = (file.path, file.bytes);
    let with_times = |mut parts: Parts| {
        if format.family() == FormatFamily::Prose {
            stamps::read(&parts.text, &mut parts.lines, &mut parts.turns, &options.lexicon);
        }
        let warning = tabular::surname_last_in_turns(&mut parts.turns, &options.lexicon);
        parts.warnings.extend(warning);
        parts
    };
    let document = |encoding: &str, parts: Parts| {
        if parts.text.trim().is_empty() {
            return Err(Problem::from(ReadErrorKind::Empty));
        }
        let parts = with_times(parts);
        Ok(vec![Source::new(path, bytes, format, encoding).document(None, parts)])
    };
    match reader {
        Reader::Bytes(read) => {
            let parts = with_times(read(bytes)?);
            Ok(vec![Source::new(path, bytes, format, EXTRACTED).document(None, parts)])
        }
        Reader::Lines(read) => {
            let Decoded { text, encoding } = file.into_decoded();
            detect::check_text(&text, bytes)?;
            let lines = read(&text);
            document(encoding, Parts { text, lines, ..Parts::default() })
        }
        Reader::Captions(read) => {
            let decoded = file.into_decoded();
            detect::check_text(&decoded.text, bytes)?;
            document(decoded.encoding, read(&decoded.text, format, &options.lexicon)?)
        }
        Reader::DeclaredText(decode, read) => {
            detect::check_text(file.text(), bytes)?;
            let decoded = decode(bytes);
            document(decoded.encoding, read(&decoded.text))
        }
        Reader::Text(decode, read) => {
            let decoded = decode(bytes);
            detect::check_text(&decoded.text, bytes)?;
            document(decoded.encoding, read(&decoded.text, &options.lexicon)?)
        }
        Reader::Table(read) => {
            let table = read(&file, &options.columns)?;
            tabular::documents(&Source::new(path, bytes, format, table.encoding), table, options)
        }
        Reader::Joined(read) => {
            let table = read(&file, options)?;
            parlamint::documents(&Source::new(path, bytes, format, table.encoding), table, options)
        }
        Reader::Several(read) => read(&file, options),
        Reader::Debate(read) => {
            let Decoded { text, encoding } = decode::decode_xml(bytes);
            detect::check_text(&text, bytes)?;
            document(encoding, read(&Node::read(&text)?, &options.lexicon)?)
        }
        Reader::Folder => Err(ReadErrorKind::Unsupported { found: formats::entry(format).noun }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(path: &str, bytes: &[u8]) -> ReadErrorKind {
        read(path, bytes).unwrap_err().kind
    }

    #[test]
    fn an_empty_file_is_refused() {
        for bytes in [b"".as_slice(), b" \n\n \t\n", b"\xEF\xBB\xBF \n"] {
            assert!(matches!(kind("a.txt", bytes), ReadErrorKind::Empty));
        }
    }

    #[test]
    fn formats_that_are_not_read_yet_are_named() {
        let error = read("talk.md", b"%PDF-1.7 ...").unwrap_err();
        assert!(error.to_string().contains("PDF"), "{error}");
    }

    #[test]
    fn binary_junk_is_refused() {
        let junk: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(matches!(kind("a.txt", &junk), ReadErrorKind::Binary { .. }));
    }

    #[test]
    fn encodings_are_decoded_and_recorded() {
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("ANNA: Wörter\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let document = read("a.txt", &utf16).unwrap();
        assert_eq!((document.text.as_str(), document.encoding.as_str()), ("ANNA: Wörter\n", "UTF-16LE"));

        let document = read("a.txt", b"ANNA: na\xefve caf\xe9 \x96 said the r\xe9sum\xe9.\n").unwrap();
        assert_eq!(document.text, "ANNA: naïve café – said the résumé.\n");
        assert_eq!(document.encoding, "windows-1252");

        let document = read("a.txt", b"\xEF\xBB\xBFANNA: hello\n").unwrap();
        assert_eq!((document.text.as_str(), document.encoding.as_str()), ("ANNA: hello\n", "UTF-8"));
    }

    /// Lines follow each other from the first byte of the text to the last, and runs lie in their lines.
    fn check_partition(document: &Document) {
        let mut end = 0;
        for line in &document.lines {
            assert_eq!(line.span.start, end);
            end = line.span.end;
            let mut from = line.span.start;
            for run in &line.runs {
                assert!(run.span.start >= from && run.span.end <= line.span.end);
                assert!(document.text.is_char_boundary(run.span.start));
                from = run.span.end;
            }
            assert!(line.turn.is_none_or(|turn| turn < document.turns.len()));
        }
        assert_eq!(end, document.text.len());
    }

    fn debates(xml: &str) -> Vec<u8> {
        format!("<?xml version='1.0'?>{xml}").into_bytes()
    }

    /// Small valid files of the formats that are not plain text.
    fn samples() -> Vec<(&'static str, Vec<u8>)> {
        let tei = b"<?xml version=\"1.0\"?><TEI xml:id=\"a\"><teiHeader><fileDesc/></teiHeader><text><body><div><head>H</head>\
            <note type=\"speaker\">Ann:</note><u who=\"#Ann\"><seg>Good <note>(a bell)</note> day, &amp; <w>so</w><pc>.</pc></seg></u>\
            </div></body></text></TEI>";
        let csv = b"speaker,text,start\nAnn,\"Good, day.\nYou.\",1:02\nBo,Yes.,\n";
        let json = b"{\"speaker\":\"Ann\",\"text\":\"Good\\n\\nday.\",\"meta\":{\"a\":[1]}}\n{\"text\":\"Yes.\"}\n";
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gz, csv).unwrap();
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, csv).unwrap();
        vec![
            ("a.xml", tei.to_vec()),
            (
                "a.json",
                b"{\"segments\": [{\"start\": 0.5, \"end\": 3, \"speaker\": \"A\", \"text\": \" Good day.\", \"words\": [{\"word\": \"Good\", \"start\": 0.5}]}]}"
                    .to_vec(),
            ),
            (
                "aws.json",
                b"{\"results\": {\"transcripts\": [{\"transcript\": \"Good.\"}], \"items\": [{\"start_time\": \"0.5\", \"type\": \"pronunciation\", \
                  \"alternatives\": [{\"content\": \"Good\"}], \"speaker_label\": \"spk_0\"}, {\"type\": \"punctuation\", \"alternatives\": [{\"content\": \".\"}]}]}}"
                    .to_vec(),
            ),
            (
                "a.otr",
                b"{\"text\": \"<p><span class='timestamp' data-timestamp='1.5'>00:01</span> Ann: Good <b>day</b>.<br>So.</p>\", \"media\": \"a.mp3\"}".to_vec(),
            ),
            (
                "ohms.xml",
                b"<a><title>Ann</title><b>Ann: Good day &amp; two.\n\nBo: Three.[[footnote]]1[[/footnote]]\nFour.\n\nAnn: Five.</b></a>".to_vec(),
            ),
            (
                "a.ttml",
                b"<tt><head><metadata><agent xml:id='a'><name type='full'>Ann</name></agent></metadata></head><body><div>\
                  <p begin='1s' end='00:00:02.5' agent='a'>Good<br/>day &amp; <span begin='1s'>night</span></p></div></body></tt>"
                    .to_vec(),
            ),
            (
                "a.eaf",
                b"<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID='t1' TIME_VALUE='0'/><TIME_SLOT TIME_SLOT_ID='t2' TIME_VALUE='900'/>\
                  </TIME_ORDER><TIER TIER_ID='x' PARTICIPANT='Ann'><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID='a1' TIME_SLOT_REF1='t1' \
                  TIME_SLOT_REF2='t2'><ANNOTATION_VALUE>Good day.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>\
                  <TIER TIER_ID='y' PARENT_REF='x'><ANNOTATION><REF_ANNOTATION ANNOTATION_ID='a2' ANNOTATION_REF='a1'><ANNOTATION_VALUE>g</ANNOTATION_VALUE>\
                  </REF_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>"
                    .to_vec(),
            ),
            ("elan.txt", b"x\tAnn\t0\t4800\t4800\tGood day.\ny\tBo\t4500\t7150\t2650\tYes.\n".to_vec()),
            (
                "a.exb",
                b"<basic-transcription><head><speakertable><speaker id='S'><abbreviation>Ann</abbreviation></speaker></speakertable></head><basic-body>\
                  <common-timeline><tli id='T0' time='0.0'/><tli id='T1' time='1.5'/></common-timeline><tier speaker='S' type='t'>\
                  <event start='T0' end='T1'>Good ((coughs)) day.</event></tier></basic-body></basic-transcription>"
                    .to_vec(),
            ),
            (
                "a.cha",
                b"@UTF8\n@Begin\n@Participants:\tINT Ann Investigator\n*INT:\tGood <day> [/] &=laughs (be)fore ? \x150_900\x15\n%mor:\tx\n@End\n".to_vec(),
            ),
            (
                "a.rtf",
                b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset204 A;}}{\\b Ann:} Good d\\'e4y \\u8222?{\\footnote n}\\line so.\\par\\trowd\\intbl a\\cell b\\cell\\row\\pard end\\par}".to_vec(),
            ),
            ("f4.txt", b"I: Good day. #00:00:12-3#\n\nB: Yes. #00:00:15-0#\n".to_vec()),
            (
                "panel.txt",
                b"00:00:12:05 - 00:00:14:22\nAnn\nGood day.\n\n00:01:12:05 - 00:01:14:22\nBo\nYes.\n\n00:02:12:05 - 00:02:14:22\nAnn\nSo.\n".to_vec(),
            ),
            (
                "akn.xml",
                debates(
                    "<akomaNtoso><debate><meta><references><TLCPerson id='a' showAs='Ann'/></references></meta><debateBody>\
                 <debateSection><heading>H</heading><speech by='#a' startTime='10:00:00'><from>Ann:</from><p>Good <remark>(bell)</remark> day.\
                 </p></speech><scene>S</scene></debateSection></debateBody></debate></akomaNtoso>",
                ),
            ),
            (
                "uk.xml",
                debates(
                    "<publicwhip><major-heading id='x/2031-03-04a'>H</major-heading><speech speakername='Ann' time='09:00:00'><p>Good day.</p>\
                 <p class='italic'>S</p></speech><division divdate='2031-03-04'><mpname>Bo</mpname></division></publicwhip>",
                ),
            ),
            (
                "bundestag.xml",
                debates(
                    "<dbtplenarprotokoll sitzung-datum='14.02.2019'><sitzungsverlauf><rede><p klasse='redner'><redner id='1'><name>\
                 <vorname>Ann</vorname><nachname>Lee</nachname><fraktion>FDP</fraktion></name></redner>Ann Lee (FDP):</p><p klasse='J'>Good \
                 day.</p><kommentar>(Beifall – Bo Hill [SPD]: Nein!)</kommentar><name>Präsident Cy Dahl:</name><p>Danke.</p></rede>\
                 </sitzungsverlauf></dbtplenarprotokoll>",
                ),
            ),
            (
                "canada.xml",
                debates(
                    "<Hansard><OrderOfBusinessTitle>H</OrderOfBusinessTitle><Timestamp Hr='10' Mn='05'/><Intervention><PersonSpeaking>\
                 <Affiliation DbId='1'>Ann (Otley, NDP)</Affiliation></PersonSpeaking><Content><ParaText>Good day.</ParaText></Content>\
                 </Intervention></Hansard>",
                ),
            ),
            (
                "australia.xml",
                debates(
                    "<hansard><debate><debateinfo><title>H</title></debateinfo><speech><talk.start><talker><name role='metadata'>Lee, Ann\
                 </name><name.id>1</name.id></talker><para>-Good day.</para></talk.start></speech><question><talk.start><talker>\
                 <name.id>1</name.id></talker></talk.start><talk.text><body><p><a href='1' type='MemberSpeech'>Ann</a> (x): Why?</p></body>\
                 </talk.text></question></debate></hansard>",
                ),
            ),
            ("a.csv", csv.to_vec()),
            ("a.jsonl", json.to_vec()),
            ("a.csv.gz", gz.finish().unwrap()),
            ("a.zip", zip.finish().unwrap().into_inner()),
            (
                "a.xlsx",
                tabular::tests::workbook(
                    "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>text</t></is></c></row>\
                <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>Good day.</t></is></c></row>",
                ),
            ),
        ]
    }

    #[test]
    fn the_samples_are_good() {
        for (path, bytes) in samples() {
            let document = read(path, &bytes).unwrap_or_else(|error| panic!("{error}"));
            assert!(document.text.contains("Good"), "{path}");
            check_partition(&document);
        }
    }

    proptest! {
        #[test]
        fn lines_partition_any_text(text in "\\PC{0,20}|([a-zA-Z*_#>:. \\-\\n\\t\u{e9}]{0,200})") {
            for path in ["a.md", "a.txt"] {
                if let Ok(document) = read(path, text.as_bytes()) {
                    check_partition(&document);
                }
            }
            let cells = serde_json::json!({ "text": text, "speaker": "A" }).to_string();
            if let Ok(document) = read("a.jsonl", cells.as_bytes()) {
                check_partition(&document);
            }
        }

        #[test]
        fn nothing_panics_on_arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for path in ["a.md", "a.txt", "a.csv", "a.tsv", "a.jsonl", "a.xml", "a.json", "a.otr", "a.cha"] {
                let _ = read(path, &bytes);
            }
            for signature in [b"\x1F\x8B".as_slice(), file::ZIP, b"<?xml version=\"1.0\"?><TEI>", b"{\\rtf1 ", b"@UTF8\n@Begin\n@Participants:"] {
                let _ = read("a", &[signature, &bytes].concat());
            }
        }

        #[test]
        fn nothing_panics_on_changed_files(which in any::<proptest::sample::Index>(), at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
            let mut all = samples();
            let (path, mut bytes) = all.swap_remove(which.index(all.len()));
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if cut {
                bytes.truncate(at);
            }
            if let Ok(reading) = read_all(path, &bytes, &Options::default()) {
                reading.documents.iter().for_each(check_partition);
            }
        }
    }
}

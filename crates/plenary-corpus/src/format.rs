//! The formats of documents: their names in the tables, and what kind of source each is.
//!
//! How a format is recognised and read is left to `plenary-read`, whose registry has an entry for each of these.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a format holds speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FormatFamily {
    /// A page or a text: the speakers are printed in it.
    Prose,
    /// Cues with times. They mark where turns begin even if they do not name the speaker.
    Captions,
    /// Turns marked with their speakers.
    Markup,
    /// Rows, each one turn, with named columns.
    Table,
}

/// Declares each format once: documentation, variant, name in the tables, family.
macro_rules! formats {
    ($($(#[$doc:meta])* $variant:ident = $name:literal in $family:ident;)*) => {
        /// The format that a document was read from.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Format {
            $($(#[$doc])* $variant,)*
        }

        impl Format {
            /// All formats, in the order in which lists show them.
            pub const ALL: &[Format] = &[$(Format::$variant),*];

            /// The name in the tables: `documents.format`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Format::$variant => $name,)*
                }
            }

            /// How the format holds speech.
            pub fn family(self) -> FormatFamily {
                match self {
                    $(Format::$variant => FormatFamily::$family,)*
                }
            }
        }
    };
}

formats! {
    /// Word document.
    Docx = "docx" in Prose;
    /// Markdown.
    Markdown = "markdown" in Prose;
    /// `OpenDocument` text.
    Odt = "odt" in Prose;
    /// PDF with a text layer.
    Pdf = "pdf" in Prose;
    /// Plain text.
    PlainText = "plain_text" in Prose;
    /// HTML page.
    Html = "html" in Prose;
    /// Rich text.
    Rtf = "rtf" in Prose;
    /// Text of oTranscribe, with times.
    OTranscribe = "otranscribe" in Prose;
    /// XML in which one element has the transcript as text.
    XmlText = "xml_text" in Prose;
    /// `WebVTT` captions.
    WebVtt = "web_vtt" in Captions;
    /// `SubRip` captions.
    SubRip = "sub_rip" in Captions;
    /// SBV captions, as `YouTube` exports them.
    Sbv = "sbv" in Captions;
    /// `SubStation` captions.
    SubStation = "sub_station" in Captions;
    /// TTML captions.
    Ttml = "ttml" in Captions;
    /// JSON of a speech recogniser.
    Recogniser = "recogniser" in Captions;
    /// CHAT transcript of `TalkBank` and CHILDES.
    Chat = "chat" in Captions;
    /// ELAN annotations.
    Elan = "elan" in Captions;
    /// Table exported by ELAN.
    ElanTab = "elan_tab" in Captions;
    /// `EXMARaLDA` transcription.
    Exmaralda = "exmaralda" in Captions;
    /// TEI XML, for instance `ParlaMint`.
    Tei = "tei" in Markup;
    /// Debate in Akoma Ntoso.
    AkomaNtoso = "akoma_ntoso" in Markup;
    /// Debates of the parliaments of the United Kingdom, as `parlparse` writes them.
    Parlparse = "parlparse" in Markup;
    /// Hansard of the parliament of Canada in XML.
    HansardCanada = "hansard_canada" in Markup;
    /// Hansard of the parliament of Australia in XML.
    HansardAustralia = "hansard_australia" in Markup;
    /// Minutes of the German Bundestag in XML.
    Bundestag = "bundestag" in Markup;
    /// Messages of a mailing list.
    Mail = "mail" in Markup;
    /// Delimited text.
    Csv = "csv" in Table;
    /// Delimited text with tabs.
    Tsv = "tsv" in Table;
    /// Texts of `ParlaMint`, joined with their metadata.
    ParlaMint = "parlamint" in Table;
    /// One JSON object per line.
    Jsonl = "jsonl" in Table;
    /// Excel workbook.
    Xlsx = "xlsx" in Table;
    /// Parquet file.
    Parquet = "parquet" in Table;
    /// Folder of a `ConvoKit` corpus.
    ConvoKit = "convokit" in Table;
}

impl Format {
    /// Whether the format marks where turns begin, even if it does not name the speakers.
    pub fn is_captions(self) -> bool {
        self.family() == FormatFamily::Captions
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Format::ALL.iter().copied().find(|format| format.as_str() == name);
        known.ok_or_else(|| serde::de::Error::custom(format!("`{name}` is not a format")))
    }
}

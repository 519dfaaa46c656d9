//! The tables and their columns: the only place that names a column.
//!
//! One declaration makes everything: the row struct that `rows` fills (a column without a value, or
//! with one of another type, does not compile), the Parquet schema, and the text of the codebook. The doc comment of
//! a column is its description; `unit` is what it is measured in; a column is nullable exactly when it says what
//! `null` means. Columns whose number depends on the study are called [`stance_column`].

use jiff::Timestamp;
use jiff::civil::Date;
use polars_core::prelude::{Column, IntoColumn, NamedFrom, Series};

use super::cells::Kind;
use super::declare::{Table, cell, field, filled, optional, tables};
use plenary_corpus::findings::Target;

tables! {
    /// run of the program
    runs: RunRow<'a> {
        /// Id of the run.
        run_id: &'a str;
        /// Version of plenary that computed the tables.
        plenary_version: &'a str;
        /// Name of the study, from its file.
        study_name: &'a str;
        /// sha256 of the study's file, with that of its people list behind it where it names one, 64 hex digits; the
        /// study itself stands in `run.json`.
        study_sha256: &'a str;
        /// sha256 of the study's people list, 64 hex digits.
        people_sha256: &'a str, null "the study names no people list";
        /// Engines that ran the models: one name, or several with commas between them.
        engine: &'a str;
        /// The models used, each as its id, a space and the sha256 of its file.
        models: Vec<String>;
        /// Seed of everything that draws at random (themes, bootstrap).
        seed: u64;
        /// Documents read.
        n_documents: u32, unit "documents";
        /// Rows of `speakers`.
        n_speakers: u32, unit "speakers";
        /// Rows of `utterances`.
        n_utterances: u32, unit "utterances";
        /// Rows of `segments`.
        n_segments: u32, unit "segments";
        /// Rows of `themes`.
        n_themes: u32, unit "themes";
        /// Rows of `failures`.
        n_failures: u32, unit "failures";
        /// When the run began.
        started_at: Timestamp;
        /// When everything was computed and the tables were about to be written.
        finished_at: Timestamp;
    }

    /// input document
    documents: DocumentRow<'a> {
        /// First 12 hex digits of `sha256`: the same file has the same id in every run. Documents of a table or corpus
        /// file have `-` and 8 hex digits of their name's sha256 behind it.
        document_id: &'a str;
        /// Path as given on the command line, with `/` between its parts; behind an archive, table or corpus file the
        /// name of the member or document in it.
        path: &'a str;
        /// Other inputs with the same bytes; they are read once, under `path`.
        other_paths: Vec<String>;
        /// Format the file was read in: `docx`, `markdown`, `odt`, `pdf`, `plain_text`, `html`, `web_vtt`, `sub_rip`,
        /// `sbv`, `tei`, `csv`, `tsv`, `jsonl`, `xlsx`, `parquet` or `convokit`.
        format: &'a str;
        /// Encoding the bytes were decoded from (WHATWG name). For `UTF-8`, offsets count the bytes of the file
        /// after a byte order mark, if it has one.
        encoding: &'a str;
        /// sha256 of the file's bytes, 64 hex digits.
        sha256: &'a str;
        /// Length of the file.
        bytes: i64, unit "bytes";
        /// Title of the document.
        title: &'a str, null "the page gives none";
        /// Event at which people spoke.
        event: &'a str, null "the page gives none";
        /// Panel, committee or body.
        panel: &'a str, null "the page gives none";
        /// Session or sitting.
        session: &'a str, null "the page gives none";
        /// Day of the event.
        date: Date, null "the page gives none, or none that can be read without guessing";
        /// Printed time at which it begins, `HH:MM`, local to the event.
        time_start: String, null "the page gives none";
        /// Printed time at which it ends, `HH:MM`, local to the event.
        time_end: String, null "the page gives none";
        /// Language (ISO 639-1).
        language: &'a str, null "it could not be told";
        /// How speakers are printed: name of the style the document was read in, `none` where no speaker was found.
        style: &'a str;
        /// How consistent the document is with that style.
        style_confidence: f32, unit "share, 0 to 1";
        /// Speakers found.
        n_speakers: u32, unit "speakers";
        /// Utterances found.
        n_utterances: u32, unit "utterances";
        /// Segments made of them.
        n_segments: u32, unit "segments";
        /// Words of all utterances together.
        n_words: u32, unit "words";
        /// Whether a person should look at how the document was read; `warnings` says why.
        needs_review: bool;
        /// What a person should know about the reading, in plain sentences.
        warnings: Vec<String>;
    }

    /// person in a document
    speakers: SpeakerRow<'a> {
        /// Id of the speaker in this document.
        speaker_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Id of the person. Documents share one only where the study links people across documents, or its people list
        /// gives ids.
        person_id: &'a str;
        /// Why the person is known in several documents: `people_list`, `same_name_and_detail` (the same full name, and an
        /// affiliation, party or country that agrees) or `same_name`; `kept_apart` where another document has the
        /// name and it is, or may be, somebody else's.
        person_rule: &'a str, null "no other document came into it";
        /// How sure that is. A convention that orders the rules, not a measured probability.
        person_confidence: f32, unit "share, 0 to 1", null "no other document came into it";
        /// The first byline of the person, line breaks and marks of emphasis removed.
        name_as_printed: &'a str;
        /// Mr, Ms, Dr, Professor, ...
        honorific: &'a str, null "the page gives none";
        /// Name without honorific, title and affiliation; the printed role where the page gives no name.
        name: &'a str;
        /// Office or position.
        title: &'a str, null "the page gives none";
        /// Organisation.
        affiliation: &'a str, null "the page gives none";
        /// Country the person speaks for, as printed.
        country: &'a str, null "the page gives none";
        /// Party or group.
        party: &'a str, null "the page gives none";
        /// Part in the proceedings: `chair`, `speaker`, `questioner`, `interjector` or `unknown`.
        role: &'a str;
        /// Turns at speech.
        n_utterances: u32, unit "utterances";
        /// Words in all of them.
        n_words: u32, unit "words";
        /// How sure the attribution is that this is a speaker.
        confidence: f32, unit "share, 0 to 1";
        /// The weakest of the links that hold the person's turns together; the rules are those of
        /// `utterances.link_rule`.
        link_rule: &'a str;
        /// How sure that link is. A convention that orders the rules, not a measured probability.
        link_confidence: f32, unit "share, 0 to 1";
        /// Blocks that the links rest on (`blocks`): where the person is named, and for each print and rule the first
        /// byline.
        evidence_block_ids: Vec<String>;
    }

    /// stretch of source text
    blocks: BlockRow<'a> {
        /// Id of the block.
        block_id: &'a str;
        /// Document (`documents`). Its blocks, in order, are its whole text: nothing is left out.
        document_id: &'a str;
        /// Place in the document, from 1.
        position: u32;
        /// What it is: `title`, `heading`, `furniture` (page numbers, running heads, rules), `chair`, `byline`,
        /// `speech`, `list_item` (spoken), `stage_note` or `editorial_note`.
        kind: &'a str;
        /// Where it begins in the decoded text.
        start: i64, unit "bytes";
        /// Where it ends, exclusive.
        end: i64, unit "bytes";
        /// First line, from 1.
        line_start: u32, unit "lines";
        /// Line of the last character that is not white space.
        line_end: u32, unit "lines";
        /// Page, from 1.
        page: u32, null "the source has no pages";
        /// Utterance it is part of, or that it announces (`utterances`).
        utterance_id: &'a str, null "it is not part of anybody's speech";
    }

    /// turn at speech
    utterances: UtteranceRow<'a> {
        /// Id of the utterance.
        utterance_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Who speaks (`speakers`).
        speaker_id: &'a str, null "the page does not say who speaks";
        /// Place in the document, from 1.
        position: u32;
        /// What was said: wrapped lines joined, divided words rejoined, marks of emphasis and blocks of other kinds
        /// left out.
        text: &'a str;
        /// Where it begins in the decoded text.
        start: i64, unit "bytes";
        /// Where it ends, exclusive.
        end: i64, unit "bytes";
        /// When it begins, from the start of the recording.
        time_start_s: f64, unit "seconds", null "the source has no times";
        /// When it ends, from the start of the recording.
        time_end_s: f64, unit "seconds", null "the source has no times";
        /// What else the source says of the turn, as a JSON object: columns that the study names under `carry`.
        carried: &'a str, null "nothing was carried along";
        /// Words.
        n_words: u32, unit "words";
        /// How sure the attribution is that a turn begins here and whose it is.
        boundary_confidence: f32, unit "share, 0 to 1";
        /// Whether a person should look at it.
        needs_review: bool;
        /// Why a turn begins here: the rule and the printed evidence.
        evidence: &'a str;
        /// Byline that opens it (`blocks`).
        byline_block_id: &'a str, null "no byline opens it, or the format itself says who speaks";
        /// Why it is this speaker's: `first_mention` (the byline they are known by), `same_label`, `ocr_variant`,
        /// `same_full_name`, `unique_surname`, `office_in_chair_line`, `office_beside_name`, `people_list`,
        /// `people_list_surname`, `declared` (by the format); in doubt `unnamed_office`, `anonymous_label`,
        /// `ambiguous_surname`, `ambiguous_office`.
        link_rule: &'a str, null "the page does not say who speaks";
        /// How sure that link is. A convention that orders the rules, not a measured probability.
        link_confidence: f32, unit "share, 0 to 1", null "the page does not say who speaks";
    }

    /// unit of analysis (a sentence, unless the study says otherwise)
    segments: SegmentRow<'a> {
        /// Id of the segment.
        segment_id: &'a str;
        /// Utterance it is part of (`utterances`).
        utterance_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Who speaks (`speakers`).
        speaker_id: &'a str, null "the page does not say who speaks";
        /// Place in the utterance, from 1.
        position: u32;
        /// The text that is measured.
        text: &'a str;
        /// Where it begins in the decoded text.
        start: i64, unit "bytes";
        /// Where it ends, exclusive.
        end: i64, unit "bytes";
        /// Words.
        n_words: u32, unit "words";
        /// Tokens for the embedding model, its special tokens included.
        n_tokens: u32, unit "tokens";
        /// The most windows in which a model read it: 1 where it fits; more where it is longer than a model takes and was
        /// split at words (a pair of segment and proposition is split sooner than a segment alone). The numbers are then
        /// means over the windows, weighted by their tokens.
        n_windows: u32, unit "windows";
    }

    /// segment and embedding model
    embeddings: EmbeddingRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Model; its sha256 is in `runs`.
        model_id: &'a str;
        /// Mean of the model's last hidden states over the text's tokens, scaled to length 1: the product of two is
        /// their cosine. Not in the CSV.
        vector: &'a [f32];
    }

    /// segment and sentiment model; none where the study leaves sentiment out
    sentiment: SentimentRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Model; its sha256 is in `runs`.
        model_id: &'a str;
        /// Probability that the tone is negative. The three sum to one.
        negative: f32, unit "probability";
        /// Probability that the tone is neutral.
        neutral: f32, unit "probability";
        /// Probability that the tone is positive.
        positive: f32, unit "probability";
        /// `positive - negative`.
        score: f32, unit "score, -1 to 1";
        /// The most probable: `negative`, `neutral` or `positive`.
        label: &'a str;
    }

    /// segment, target of the study and coder
    codings: CodingRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Target of the study; the codebook has its proposition with column `stance_<target_id>` of `analysis`.
        target_id: &'a str;
        /// Who assigned the label: for a model its id; its sha256 is in `runs`.
        coder_id: &'a str;
        /// What kind of coder it is: `inference` (a model for natural language inference).
        coder_kind: &'a str;
        /// Cosine of the vectors of segment and proposition, negative values set to 0.
        relevance: f32, unit "cosine, 0 to 1", null "the coder does not measure it";
        /// Probability that the segment is for the proposition. The three sum to one. For inference: the mean of
        /// `proposition_entailment` and `negation_contradiction`, the former alone without a negation.
        favor: f32, unit "probability", null "the coder gives no probabilities";
        /// Probability that it is against. For inference: the mean of `proposition_contradiction` and `negation_entailment`.
        against: f32, unit "probability", null "the coder gives no probabilities";
        /// Probability that it is neither. For inference: the mean of the two `neutral`.
        neither: f32, unit "probability", null "the coder gives no probabilities";
        /// `favor - against`, whether or not there is a label.
        score: f32, unit "score, -1 to 1", null "the coder gives no probabilities";
        /// The label: `favor`, `against` or `neither`.
        label: &'a str, null "the coder abstains; `reason` says why";
        /// Why there is no label: `off_topic` (relevance under the study's floor) or `low_confidence` (no probability
        /// reaches the study's floor).
        reason: &'a str, null "there is a label";
        /// Natural language inference, segment as premise and proposition as hypothesis: it follows.
        proposition_entailment: f32, unit "probability", null "the coder is not an inference model";
        /// Neither follows nor is contradicted.
        proposition_neutral: f32, unit "probability", null "the coder is not an inference model";
        /// Is contradicted.
        proposition_contradiction: f32, unit "probability", null "the coder is not an inference model";
        /// The same with the negation as hypothesis: it follows.
        negation_entailment: f32, unit "probability", null "the study gives no negation, or the coder is not an inference model";
        /// Neither follows nor is contradicted.
        negation_neutral: f32, unit "probability", null "the study gives no negation, or the coder is not an inference model";
        /// Is contradicted.
        negation_contradiction: f32, unit "probability", null "the study gives no negation, or the coder is not an inference model";
    }


    /// segment and target of the study: what the primary coder of `codings` says
    stance: StanceRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Target of the study; the codebook has its proposition with column `stance_<target_id>` of `analysis`.
        target_id: &'a str;
        /// The primary coder, for a model its id; its sha256 is in `runs`.
        model_id: &'a str;
        /// Cosine of the vectors of segment and proposition, negative values set to 0.
        relevance: f32, unit "cosine, 0 to 1", null "the coder does not measure it";
        /// Probability that the segment is for the proposition: the mean of `proposition_entailment` and
        /// `negation_contradiction`, the former alone without a negation. The three sum to one.
        favor: f32, unit "probability", null "the coder gives no probabilities";
        /// Probability that it is against: the mean of `proposition_contradiction` and `negation_entailment`.
        against: f32, unit "probability", null "the coder gives no probabilities";
        /// Probability that it is neither: the mean of the two `neutral`.
        neither: f32, unit "probability", null "the coder gives no probabilities";
        /// `favor - against`, whether or not there is a label.
        score: f32, unit "score, -1 to 1", null "the coder gives no probabilities";
        /// The most probable: `favor`, `against` or `neither`.
        label: &'a str, null "the coder abstains; `reason` says why";
        /// Why there is no label: `off_topic` (relevance under the study's floor) or `low_confidence` (no probability
        /// reaches the study's floor).
        reason: &'a str, null "there is a label";
        /// Natural language inference, segment as premise and proposition as hypothesis: it follows.
        proposition_entailment: f32, unit "probability", null "the coder is not an inference model";
        /// Neither follows nor is contradicted.
        proposition_neutral: f32, unit "probability", null "the coder is not an inference model";
        /// Is contradicted.
        proposition_contradiction: f32, unit "probability", null "the coder is not an inference model";
        /// The same with the negation as hypothesis: it follows.
        negation_entailment: f32, unit "probability", null "the study gives no negation, or the coder is not an inference model";
        /// Neither follows nor is contradicted.
        negation_neutral: f32, unit "probability", null "the study gives no negation, or the coder is not an inference model";
        /// Is contradicted.
        negation_contradiction: f32, unit "probability", null "the study gives no negation, or the coder is not an inference model";
    }

    /// theme
    themes: ThemeRow<'a> {
        /// Id of the theme: `t01`, `t02`, ... from the largest to the smallest.
        theme_id: &'a str;
        /// The first few terms, for people.
        label: &'a str;
        /// Terms by falling weight.
        terms: Vec<String>;
        /// Class-based TF-IDF weight of each term (Grootendorst 2022), in the order of `terms`.
        term_weights: Vec<f32>;
        /// Segments of the theme.
        n_segments: u32, unit "segments";
        /// Known speakers of these segments.
        n_speakers: u32, unit "speakers";
        /// `segment_id` of the segments nearest to the theme's mean vector, nearest first: what to read.
        exemplars: Vec<String>;
        /// Mean cosine of the theme's segments to its mean vector.
        cohesion: f32, unit "cosine, -1 to 1";
        /// `cohesion` minus the cosine to the nearest other theme's mean vector.
        separation: f32, unit "cosine difference", null "there is no other theme";
        /// Share of pairs of segments that repeated starts of the search put together as this theme does.
        stability: f32, unit "share, 0 to 1";
    }

    /// segment
    segment_themes: SegmentThemeRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Theme (`themes`).
        theme_id: &'a str;
        /// How surely the segment belongs to the theme rather than to another.
        probability: f32, unit "probability";
        /// How it came to the theme: `core` (member of the community that became the theme), `nearest` (its own
        /// community was too small) or `low_confidence` (`probability` under the study's floor).
        reason: &'a str;
    }

    /// group of segments and measure
    estimates: EstimateRow<'a> {
        /// What the group is: `corpus`, `document`, `speaker`, `theme` or `utterance`, with `_target` added where the
        /// measure is of one target.
        level: &'a str;
        /// Document (`documents`).
        document_id: &'a str, null "the group is not of one document";
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the group is not of one speaker";
        /// Utterance (`utterances`).
        utterance_id: &'a str, null "the group is not one utterance";
        /// Theme (`themes`).
        theme_id: &'a str, null "the group is not of one theme";
        /// Target of the study.
        target_id: &'a str, null "the measure has no target";
        /// What is averaged: `sentiment_score` or `stance_score`.
        measure: &'a str;
        /// Mean over the segments that have a label.
        mean: f64, unit "score, -1 to 1", null "every segment of the group abstains";
        /// Lower end of the interval: percentile bootstrap that draws whole utterances.
        ci_low: f64, unit "score, -1 to 1", null "a single labelled segment, or no draws asked for";
        /// Upper end of the interval.
        ci_high: f64, unit "score, -1 to 1", null "a single labelled segment, or no draws asked for";
        /// What was drawn for the interval: `utterances`, or, where the group has only one, its `segments`. The latter
        /// says how steady the mean is within that turn, not how the speaker would do in another one.
        resampled: &'a str, null "there is no interval";
        /// Segments with a label, which the mean is over.
        n_segments: u32, unit "segments";
        /// Utterances that these segments come from.
        n_utterances: u32, unit "utterances";
        /// Share of the group's segments that have no label.
        share_abstained: f64, unit "share, 0 to 1";
    }

    /// segment, with what most questions need
    analysis: AnalysisRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Utterance (`utterances`).
        utterance_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the page does not say who speaks";
        /// Text of the segment.
        text: &'a str;
        /// Title of the document, or its file's name where it has none.
        document: &'a str;
        /// Day of the event.
        date: Date, null "the page gives none";
        /// Speaker as printed.
        speaker: &'a str, null "the page does not say who speaks";
        /// Speaker's name.
        name: &'a str, null "the page does not say who speaks";
        /// Speaker's part in the proceedings, as in `speakers`.
        role: &'a str, null "the page does not say who speaks";
        /// Speaker's office or position.
        title: &'a str, null "the page gives none";
        /// Speaker's organisation.
        affiliation: &'a str, null "the page gives none";
        /// Theme (`themes`).
        theme_id: &'a str, null "no themes were found";
        /// Theme for plots: its id and label, so that no two themes share one.
        theme: String, null "no themes were found";
        /// Label of the theme.
        theme_label: &'a str, null "no themes were found";
        /// How surely the segment belongs to the theme.
        theme_probability: f32, unit "probability", null "no themes were found";
        /// Sentiment, `positive - negative`.
        sentiment_score: f32, unit "score, -1 to 1", null "the study leaves sentiment out";
        /// Sentiment: `negative`, `neutral` or `positive`.
        sentiment_label: &'a str, null "the study leaves sentiment out";
    }

    /// input that could not be used, whole or in part
    failures: FailureRow<'a> {
        /// Path as given on the command line.
        path: &'a str;
        /// Where it failed.
        stage: &'a str;
        /// What went wrong.
        error: &'a str;
        /// What to do about it.
        hint: &'a str;
    }

    /// column of a table
    codebook: CodebookRow<'a> {
        /// Table.
        table: &'a str;
        /// Column.
        column: String;
        /// Type of the values.
        r#type: &'a str;
        /// What the values are measured in.
        unit: &'a str, null "a name, a text, an id, a place or a yes/no";
        /// What a missing value says.
        null_means: &'a str, null "a value is never missing";
        /// What the column holds.
        description: String;
    }
}

/// Unit of the columns that `analysis` has per target.
pub const STANCE_UNIT: &str = "score, -1 to 1";
/// Type of these columns.
pub const STANCE_KIND: Kind = Kind::Float32;
/// What a null in them means.
pub const STANCE_NULL: &str = "the coder abstains; `stance.reason` says why";

/// Name of the column of `analysis` that holds the stance towards a target.
pub fn stance_column(target: &Target) -> String {
    format!("stance_{}", target.id)
}

/// The columns of `analysis` that tell the themes of segments.
pub(super) fn analysis_themes(
    theme_id: Vec<Option<String>>,
    theme: Vec<Option<String>>,
    theme_label: Vec<Option<String>>,
    theme_probability: Vec<Option<f32>>,
) -> Vec<Column> {
    vec![
        Series::new("theme_id".into(), theme_id).into_column(),
        Series::new("theme".into(), theme).into_column(),
        Series::new("theme_label".into(), theme_label).into_column(),
        Series::new("theme_probability".into(), theme_probability).into_column(),
    ]
}

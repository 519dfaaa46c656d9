//! The tables and their columns. No other place names a column.
//!
//! **Input:** the declarations below. **Output:** for each table a row struct that `rows` fills (a column without a value, or
//! with one of another type, does not compile), the Parquet schema, and the text of the codebook. The doc comment of a
//! column is its description, `unit` is its unit, and a column is nullable exactly when it says what `null` means. The
//! columns that depend on the study are named by [`stance_column`], [`code_column`] and by [`Variable`]s. **Left to others:** how the values are computed.

mod added;

use jiff::Timestamp;
use jiff::civil::Date;
use plenary_corpus::findings::ThresholdSource;

pub use added::*;

use super::declare::{Table, cell, field, filled, optional, tables};
use super::open_error::OpenError;

tables! {
    /// run of the program
    runs: RunRow<'a> {
        /// Id of the run.
        run_id: &'a str;
        /// Version of plenary that computed the tables.
        plenary_version: &'a str;
        /// Name of the study, as in the study file.
        study_name: &'a str;
        /// sha256 of the study file, 64 hex digits; of the study file followed by its lexicon, people list, corrections and the
        /// sha256 of its learned coders where it names them. The study itself is in `run.json`.
        study_sha256: &'a str;
        /// sha256 of the study's people list, 64 hex digits.
        people_sha256: &'a str, null "the study names no people list";
        /// Engines that ran the models, separated by commas.
        engine: &'a str;
        /// Models and learned coders that were used: for each its id, a space, and the sha256 of its file.
        models: Vec<String>;
        /// Seed of the random numbers (themes, bootstrap).
        seed: u64;
        /// Documents that were read.
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
        /// Start of the run.
        started_at: Timestamp;
        /// Time at which everything was computed and the last tables were written.
        finished_at: Timestamp;
    }

    /// input document
    documents: DocumentRow<'a> {
        /// First 12 hex digits of `sha256`, so that a file has the same id in every run. For documents inside a table or corpus
        /// file, `-` and the first 8 hex digits of the sha256 of the document's name follow.
        document_id: &'a str;
        /// Path as the user gave it, with `/` between its parts. For documents inside an archive, table or corpus file, the
        /// name of the member or document follows.
        path: &'a str;
        /// Other inputs with the same bytes. They are read once, as `path`.
        other_paths: Vec<String>;
        /// Format that the file was read as: `docx`, `markdown`, `odt`, `pdf`, `plain_text`, `html`, `rtf`, `otranscribe`,
        /// `web_vtt`, `sub_rip`, `sbv`, `sub_station`, `ttml`, `recogniser` (JSON of a speech recogniser), `chat`, `elan`, `elan_tab`,
        /// `exmaralda`, `tei`, `akoma_ntoso`, `parlparse`, `hansard_canada`, `hansard_australia`, `bundestag`, `mail`, `csv`,
        /// `tsv`, `parlamint`, `jsonl`, `xlsx`, `parquet` or `convokit`.
        format: &'a str;
        /// Encoding that the bytes were decoded from (WHATWG name). For `UTF-8`, offsets count the bytes of the file
        /// after its byte order mark, if it has one.
        encoding: &'a str;
        /// sha256 of the file, 64 hex digits.
        sha256: &'a str;
        /// Size of the file.
        bytes: i64, unit "bytes";
        /// Title of the document.
        title: &'a str, null "the document gives none";
        /// Event at which the speeches were given.
        event: &'a str, null "the document gives none";
        /// Panel, committee or body.
        panel: &'a str, null "the document gives none";
        /// Session or sitting.
        session: &'a str, null "the document gives none";
        /// Date of the event.
        date: Date, null "the document gives none, or an ambiguous one";
        /// Printed start time, `HH:MM`, local time of the event.
        time_start: String, null "the document gives none";
        /// Printed end time, `HH:MM`, local time of the event.
        time_end: String, null "the document gives none";
        /// Language (ISO 639-1).
        language: &'a str, null "the language was not recognised";
        /// How speakers are marked in the text: the style that the document was read with, or `none` where no speaker was found.
        style: &'a str;
        /// How consistently the document follows that style.
        style_confidence: f32, unit "share, 0 to 1";
        /// Speakers in the document.
        n_speakers: u32, unit "speakers";
        /// Utterances in the document.
        n_utterances: u32, unit "utterances";
        /// Segments of these utterances.
        n_segments: u32, unit "segments";
        /// Words in all utterances.
        n_words: u32, unit "words";
        /// Words in no utterance: the sum of the nine columns that follow. `n_words` and this are the words of the document.
        n_words_unspoken: u32, unit "words";
        /// Words of the title.
        n_words_title: u32, unit "words";
        /// Words of headings and agenda items.
        n_words_heading: u32, unit "words";
        /// Words of running heads, page numbers and index entries.
        n_words_furniture: u32, unit "words";
        /// Words of lines that name who conducts the meeting.
        n_words_chair: u32, unit "words";
        /// Words of labels that announce turns.
        n_words_byline: u32, unit "words";
        /// Words of lists of people: those present, roll calls, divisions.
        n_words_name_list: u32, unit "words";
        /// Words of stage directions and of statements of the record.
        n_words_stage_note: u32, unit "words";
        /// Words of what minutes report between the turns.
        n_words_minutes: u32, unit "words";
        /// Words of notes of editors, introductions and footnotes.
        n_words_editorial_note: u32, unit "words";
        /// Answers of the study's corrections that were applied to the document.
        n_corrections: u32, unit "answers";
        /// Whether a person should check how the document was read: it is not likely enough that most words have the
        /// right speaker, no speaker was found, many utterances need review, or text outside the turns looks like speech.
        needs_review: bool;
        /// What a person should know about how the document was read, in sentences.
        warnings: Vec<String>;
    }

    /// person in a document
    speakers: SpeakerRow<'a> {
        /// Id of the speaker in this document.
        speaker_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Id of the person. Speakers in several documents share an id only where the study links people across documents or
        /// its people list gives ids.
        person_id: &'a str;
        /// Rule that links the speaker with speakers in other documents: `people_list`, `same_name_and_detail` (the same full
        /// name, and the same affiliation, party, country or constituency) or `same_name`; `kept_apart` where another document has the
        /// same name, but it is or may be another person.
        person_rule: &'a str, null "no other document has the name";
        /// Confidence of `person_rule`. A convention that orders the rules, not a measured probability.
        person_confidence: f32, unit "share, 0 to 1", null "no other document has the name";
        /// First byline of the person, without line breaks and emphasis marks.
        name_as_printed: &'a str;
        /// Honorific, such as Mr, Ms, Dr or Professor.
        honorific: &'a str, null "the document gives none";
        /// Name without honorific, title and affiliation; the printed role where the document gives no name.
        name: &'a str;
        /// Office or position.
        title: &'a str, null "the document gives none";
        /// Organisation.
        affiliation: &'a str, null "the document gives none";
        /// Country that the person represents, as printed.
        country: &'a str, null "the document gives none";
        /// Constituency, seat or state that the person represents in a parliament, as printed.
        constituency: &'a str, null "the document gives none";
        /// Party or parliamentary group.
        party: &'a str, null "the document gives none";
        /// Sex or gender, as the source writes it.
        sex: &'a str, null "the document gives none";
        /// Role in the proceedings: `chair`, `speaker`, `questioner`, `interjector` or `unknown`.
        role: &'a str;
        /// Utterances of the speaker.
        n_utterances: u32, unit "utterances";
        /// Words in these utterances.
        n_words: u32, unit "words";
        /// Confidence that this is a speaker.
        confidence: f32, unit "share, 0 to 1";
        /// Rule of the least certain link between the speaker and one of their utterances; the rules are those of
        /// `utterances.link_rule`.
        link_rule: &'a str;
        /// Confidence of `link_rule`. A convention that orders the rules, not a measured probability.
        link_confidence: f32, unit "share, 0 to 1";
        /// Blocks that are evidence for the links (`blocks`): where the person is named, and the first byline for each label and
        /// rule.
        evidence_block_ids: Vec<String>;
    }

    /// person over all documents
    people: PersonRow<'a> {
        /// Id of the person (`speakers.person_id`). Without links across documents or ids on the people list, a person of one document.
        person_id: &'a str;
        /// Name, as the person's first document has it.
        name: &'a str;
        /// Whether the study's people list has the person.
        listed: bool, null "the study names no people list";
        /// Documents in which the person speaks or presides.
        n_documents: u32, unit "documents";
        /// Utterances of the person.
        n_utterances: u32, unit "utterances";
        /// Words in these utterances.
        n_words: u32, unit "words";
        /// Party or parliamentary group.
        party: &'a str, null "no source gives it, or it differs between documents; `speakers` has it for each";
        /// Country that the person represents.
        country: &'a str, null "no source gives it, or it differs between documents; `speakers` has it for each";
        /// Sex or gender, as the source writes it.
        sex: &'a str, null "no source gives it, or it differs between documents; `speakers` has it for each";
        /// Date of the first of the person's documents that have one.
        first_date: Date, null "none of the documents has a date";
        /// Date of the last of the person's documents that have one.
        last_date: Date, null "none of the documents has a date";
    }

    /// finding about people, documents and their variables that a person should check
    issues: IssueRow<'a> {
        /// Kind: `listed_not_found` (on the people list, speaks in no document), `not_listed` (speaks, and is not on the list),
        /// `list_and_document_differ` (the list's value is used), `turns_differ` (turns of one document give different values; the first is
        /// used), `documents_differ` (documents give different values for one person), `rows_differ` (two rows of the list that hold on the
        /// same day; neither is used), `document_without_date` (rows of the list differ, and the document has no date to choose by),
        /// `no_row_on_date` (no row of the list holds on the date of the document), `row_without_document` (a row of the table of documents
        /// that belongs to no document), `row_of_several_documents`, `document_without_row`, `document_without_match` (the name of the file
        /// does not match the study's pattern), `too_many_groups` (no estimates by these columns), `too_many_pairs` (no differences),
        /// `procedure_not_covered` (the classifier of procedure does not cover the language of documents), `threshold_not_fitted` (too few codes or segments for a threshold of `neither`), `documents_without_period`
        /// (documents without a date, which are in no period of `themes_over_time`) or `pattern_without_match` (patterns of a dictionary
        /// that match nothing).
        kind: &'a str;
        /// Person (`people`).
        person_id: &'a str, null "the finding is not about one person who speaks";
        /// Name of the person.
        name: &'a str, null "the finding is not about a person";
        /// Document (`documents`), the first if there are several.
        document_id: &'a str, null "the finding is not about a document";
        /// Column that the finding is about.
        variable: &'a str, null "the finding is not about one column";
        /// The value that is used.
        used: &'a str, null "no value is used, or the finding is not about values";
        /// The value that is not used, or another one.
        other: &'a str, null "the finding is not about values";
        /// File of the study that the finding is about.
        file: &'a str, null "the finding is about documents alone";
        /// Line in that file, from 1.
        line: u32, unit "lines", null "the finding is about documents alone";
        /// The finding as a sentence.
        message: String;
    }

    /// span of source text
    blocks: BlockRow<'a> {
        /// Id of the block.
        block_id: &'a str;
        /// Document (`documents`). The blocks of a document, in order, make up its whole text.
        document_id: &'a str;
        /// Position in the document, from 1.
        position: u32;
        /// Kind of text: `title`, `heading`, `furniture` (page numbers, running heads, rules), `chair`, `byline`,
        /// `speech`, `list_item` (spoken), `name_list` (those present, roll calls, divisions), `stage_note`, `minutes`
        /// (reports between the turns) or `editorial_note`.
        kind: &'a str;
        /// Start in the decoded text.
        start: i64, unit "bytes";
        /// End in the decoded text, exclusive.
        end: i64, unit "bytes";
        /// First line, counted from 1.
        line_start: u32, unit "lines";
        /// Line of the last character that is not white space, counted from 1.
        line_end: u32, unit "lines";
        /// Page, counted from 1.
        page: u32, null "the source has no pages";
        /// Utterance that the block is part of or announces (`utterances`).
        utterance_id: &'a str, null "the block is not part of an utterance";
    }

    /// utterance (a turn at speech)
    utterances: UtteranceRow<'a> {
        /// Id of the utterance.
        utterance_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the document does not say who speaks";
        /// Position in the document, from 1.
        position: u32;
        /// What was said. Wrapped lines are joined, hyphenated words are rejoined, and emphasis marks and blocks of other
        /// kinds are left out.
        text: &'a str;
        /// Start in the decoded text.
        start: i64, unit "bytes";
        /// End in the decoded text, exclusive.
        end: i64, unit "bytes";
        /// Start, counted from the start of the recording.
        time_start_s: f64, unit "seconds", null "the source has no times";
        /// End, counted from the start of the recording.
        time_end_s: f64, unit "seconds", null "the source has no times";
        /// Other columns of the source that the study names under `carry`, as a JSON object.
        carried: &'a str, null "the study names no columns, or the source has none of them";
        /// Number of words.
        n_words: u32, unit "words";
        /// Estimated probability that the utterance begins and ends in the right places and has the right speaker.
        boundary_confidence: f32, unit "share, 0 to 1";
        /// Whether a person should check it.
        needs_review: bool;
        /// Why an utterance begins here: the rule and the printed evidence.
        evidence: &'a str;
        /// Byline at the start of the utterance (`blocks`).
        byline_block_id: &'a str, null "there is no byline, or the format itself names the speaker";
        /// Rule that links the utterance to its speaker: `first_mention` (the byline that introduces the speaker),
        /// `same_label`, `ocr_variant`, `same_full_name`, `unique_surname`, `office_in_chair_line`, `office_beside_name`,
        /// `shortened_label`, `named_part`, `people_list`, `people_list_surname` or `declared` (by the format). Uncertain
        /// links are `unnamed_office`, `anonymous_label`, `ambiguous_surname` and `ambiguous_office`.
        link_rule: &'a str, null "the document does not say who speaks";
        /// Confidence of `link_rule`. A convention that orders the rules, not a measured probability.
        link_confidence: f32, unit "share, 0 to 1", null "the document does not say who speaks";
    }

    /// segment, the unit of analysis (a sentence, unless the study sets another unit)
    segments: SegmentRow<'a> {
        /// Id of the segment.
        segment_id: &'a str;
        /// Utterance that contains it (`utterances`).
        utterance_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the document does not say who speaks";
        /// Position in the utterance, from 1.
        position: u32;
        /// Text that is measured.
        text: &'a str;
        /// Start in the decoded text.
        start: i64, unit "bytes";
        /// End in the decoded text, exclusive.
        end: i64, unit "bytes";
        /// What ends the segment: `sentence` (the sign at the end of a sentence) or `paragraph` (the end of a paragraph, of an item of
        /// a list or of the turn, without such a sign). Stretches without punctuation are cut, and their pieces end with a `pause` (at
        /// least 0.7 seconds between two cues), a `clause` (a comma or another sign inside a sentence), a `cue` (the end of one), or the
        /// `limit` of 40 words.
        ends: &'a str;
        /// Number of words: by Unicode's rules, and by dictionary in scripts without blanks between words.
        n_words: u32, unit "words";
        /// Tokens for the embedding model, including special tokens.
        n_tokens: u32, unit "tokens";
        /// Largest number of windows in which a model read the segment: 1 where it fits, more where it is longer than the
        /// model's maximum and was split at words. A pair of segment and proposition is split sooner than a segment alone. The
        /// numbers are then means over the windows, weighted by their tokens.
        n_windows: u32, unit "windows";
        /// What coders saw before the segment: lines `Name: text`, the oldest first.
        context: &'a str, null "nothing was said before, or no coder of the study reads what was said before";
    }

    /// segment and embedding model
    embeddings: EmbeddingRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Id of the model; its sha256 is in `runs`.
        model_id: &'a str;
        /// Mean of the model's last hidden states over the tokens of the text, scaled to length 1, so that the dot product of
        /// two vectors is their cosine. Not in the CSV file.
        vector: &'a [f32];
    }

    /// segment and sentiment model (no rows where the study leaves sentiment out)
    sentiment: SentimentRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Id of the model; its sha256 is in `runs`.
        model_id: &'a str;
        /// Probability that the sentiment is negative. The three probabilities sum to one.
        negative: f32, unit "probability";
        /// Probability that the sentiment is neutral.
        neutral: f32, unit "probability";
        /// Probability that the sentiment is positive.
        positive: f32, unit "probability";
        /// `positive - negative`.
        score: f32, unit "score, -1 to 1";
        /// Most probable sentiment: `negative`, `neutral` or `positive`.
        label: &'a str;
    }

    /// segment, target of the study and coder
    codings: CodingRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Target of the study. The codebook gives its proposition at the column `stance_<target_id>` of `analysis`.
        target_id: &'a str;
        /// Coder that assigned the label. For a model it is the model's id; its sha256 is in `runs`.
        coder_id: &'a str;
        /// Kind of coder: `inference` (a model for natural language inference), `learned` (a head learned from codes of people) or
        /// `chat` (a language model behind an endpoint).
        coder_kind: &'a str;
        /// Cosine of the vectors of segment and proposition; negative values are set to 0.
        relevance: f32, unit "cosine, 0 to 1", null "the coder does not measure it";
        /// Largest cosine of the vectors of the proposition and of the sentences before the segment that the coder saw; negative
        /// values are set to 0.
        context_relevance: f32, unit "cosine, 0 to 1", null "the coder saw no sentence before the segment";
        /// Probability that the segment is for the proposition. The three probabilities sum to one. For inference it is the mean of
        /// `proposition_entailment` and `negation_contradiction`, or the former alone where there is no negation.
        favor: f32, unit "probability", null "the coder gives no probabilities, or did not read the segment because it is off the topic or was not asked for";
        /// Probability that it is against. For inference it is the mean of `proposition_contradiction` and `negation_entailment`.
        against: f32, unit "probability", null "as `favor`";
        /// Probability that it is neither. For inference it is the mean of `proposition_neutral` and `negation_neutral`.
        neither: f32, unit "probability", null "as `favor`";
        /// Rule of language that changed the probabilities: `question` (a question without a negation by somebody who conducts the meeting
        /// or asks the questions takes no side: `neither` is at least 0.97, and the sides keep their ratio).
        rule: &'a str, null "the probabilities are the coder's own";
        /// `favor - against`, also where there is no label; 1, -1 or 0 for the label if the coder gives no probabilities.
        score: f32, unit "score, -1 to 1", null "the coder gives neither probabilities nor a label";
        /// Label: `favor`, `against` or `neither`.
        label: &'a str, null "the coder abstains; `reason` says why";
        /// The reason for a missing label: `off_topic` (`relevance` and `context_relevance` are below the study's threshold), `low_confidence` (no
        /// probability reaches the study's threshold), `no_answer` (the endpoint failed), `invalid_answer` (its answer is not a code),
        /// `no_majority` (repeated answers differ) or `not_asked` (the study asks the coder only where an earlier one is unsure).
        reason: &'a str, null "there is a label";
        /// Natural language inference with the segment as premise and the proposition as hypothesis: probability of entailment.
        proposition_entailment: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of neither entailment nor contradiction.
        proposition_neutral: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of contradiction.
        proposition_contradiction: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same with the negation as hypothesis: probability of entailment.
        negation_entailment: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of neither entailment nor contradiction.
        negation_neutral: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of contradiction.
        negation_contradiction: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// Whether the coder was compared with hand codes of these texts: `unvalidated`, or `leave_one_out` for a learned coder, whose
        /// folder has the figures.
        validation: &'a str;
        /// Key of the answer in the folder of answers: the sha256 of the request, 64 hex digits.
        answer: &'a str, null "the coder is not a language model behind an endpoint";
    }

    /// segment and target of the study: the codings of the primary coder in `codings` or, where coders that follow it were asked, of the
    /// last of these
    stance: StanceRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Target of the study. The codebook gives its proposition at the column `stance_<target_id>` of `analysis`.
        target_id: &'a str;
        /// Coder whose label it is: the primary coder, or one that follows it in a cascade. For a model it is the model's id; its
        /// sha256 is in `runs`.
        model_id: &'a str;
        /// Cosine of the vectors of segment and proposition; negative values are set to 0.
        relevance: f32, unit "cosine, 0 to 1", null "the coder does not measure it";
        /// Probability that the segment is for the proposition: the mean of `proposition_entailment` and
        /// `negation_contradiction`, or the former alone where there is no negation. The three probabilities sum to one.
        favor: f32, unit "probability", null "as in `codings`";
        /// Probability that it is against: the mean of `proposition_contradiction` and `negation_entailment`.
        against: f32, unit "probability", null "as in `codings`";
        /// Probability that it is neither: the mean of `proposition_neutral` and `negation_neutral`.
        neither: f32, unit "probability", null "as in `codings`";
        /// Rule of language that changed the probabilities, as in `codings`.
        rule: &'a str, null "the probabilities are the coder's own";
        /// `favor - against`, also where there is no label; 1, -1 or 0 for the label if the coder gives no probabilities.
        score: f32, unit "score, -1 to 1", null "the coder gives neither probabilities nor a label";
        /// Label: `favor`, `against` or `neither`.
        label: &'a str, null "the coder abstains; `reason` says why";
        /// The reason for a missing label, as in `codings`.
        reason: &'a str, null "there is a label";
        /// Whether the coder was compared with hand codes of these texts: `unvalidated`, or `leave_one_out` for a learned coder, whose
        /// folder has the figures.
        validation: &'a str;
        /// Natural language inference with the segment as premise and the proposition as hypothesis: probability of entailment.
        proposition_entailment: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of neither entailment nor contradiction.
        proposition_neutral: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same: probability of contradiction.
        proposition_contradiction: f32, unit "probability", null "the coder is not an inference model, or did not read the segment";
        /// The same with the negation as hypothesis: probability of entailment.
        negation_entailment: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of neither entailment nor contradiction.
        negation_neutral: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
        /// With the negation as hypothesis: probability of contradiction.
        negation_contradiction: f32, unit "probability", null "the study gives no negation, or as `proposition_entailment`";
    }

    /// segment and variable of the study's own (no rows for a study without `[[codes]]`)
    variable_codes: VariableCodeRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Variable of the study (`[[codes]]`). The codebook gives its definition and labels at the column `code_<code_id>` of `analysis`.
        code_id: &'a str;
        /// Coder that assigned the label: the learned coder, whose sha256 is in `runs`, or the language model.
        coder_id: &'a str;
        /// Kind of coder: `learned` (a head learned from codes of people) or `chat` (a language model behind an endpoint).
        coder_kind: &'a str;
        /// Label, one of those that the study names for the variable.
        label: &'a str, null "the coder gives none; `reason` says why";
        /// Probability of the label.
        probability: f32, unit "probability", null "the label is missing, or the coder reports no probabilities";
        /// Probabilities of all labels, in the order of the study. They sum to one.
        probabilities: Vec<f32>, null "the coder gives no probabilities";
        /// Why label and probabilities are not those that the coder gives to other segments: `left_out` (the coder was learned from a code of this
        /// text, and the label is that of a classifier without this code).
        rule: &'a str, null "they are";
        /// The reason for a missing label: `no_answer` (the endpoint failed), `invalid_answer` (its answer is not a label) or `no_majority` (repeated
        /// answers differ).
        reason: &'a str, null "there is a label";
        /// Whether the coder was compared with hand codes of these texts: `unvalidated`, or `leave_one_out` for a learned coder, whose
        /// folder has the figures.
        validation: &'a str;
        /// Key of the answer in the folder of answers: the sha256 of the request, 64 hex digits.
        answer: &'a str, null "the coder is not a language model behind an endpoint";
    }

    /// theme
    themes: ThemeRow<'a> {
        /// Id of the theme: `t01`, `t02` and so on, in the order in which themes were found, or `procedure`. It stays with the theme in runs that
        /// continue these results.
        theme_id: &'a str;
        /// `found` (a community of segments on a subject) or `procedure` (reserved for segments that conduct the meeting).
        kind: &'a str;
        /// The first terms when the theme was found, as a short label for people.
        label: &'a str;
        /// Name that the researcher gave the theme.
        name: &'a str, null "the theme was not named";
        /// Description that the researcher gave the theme.
        description: &'a str, null "the theme was not described";
        /// What a language model behind an endpoint calls the theme. It is made from `terms` and `exemplars` and decides nothing about the theme.
        endpoint_label: &'a str, null "no language model was asked, or its answer cannot be used";
        /// Why there is no such label: `no_answer` (the endpoint gave none) or `invalid_answer`.
        endpoint_label_reason: &'a str, null "there is a label, or no language model was asked";
        /// Name of the language model that was asked, as the study has it.
        endpoint_label_model: &'a str, null "no language model was asked";
        /// Key of its answer in the folder of answers (sha256 of the request).
        endpoint_label_answer: &'a str, null "no language model was asked";
        /// Terms, sorted by decreasing weight.
        terms: Vec<String>;
        /// Class-based TF-IDF weight of each term (Grootendorst 2022), in the order of `terms`.
        term_weights: Vec<f32>;
        /// Segments in the theme.
        n_segments: u32, unit "segments";
        /// Speakers of these segments; segments without a known speaker are not counted.
        n_speakers: u32, unit "speakers";
        /// Documents of these segments.
        n_documents: u32, unit "documents";
        /// First date of these documents.
        first_date: Date, null "none of the documents has a date";
        /// Last date of these documents.
        last_date: Date, null "none of the documents has a date";
        /// Typical segments to read: `segment_id` of the segments closest to the theme's mean vector, closest first.
        exemplars: Vec<String>;
        /// Mean cosine between the theme's segments and its mean vector.
        cohesion: f32, unit "cosine, -1 to 1";
        /// `cohesion` minus the mean cosine between the same segments and the mean vector of the closest other theme.
        separation: f32, unit "cosine difference", null "there is no other theme";
        /// Share of pairs of the theme's segments that repeated starts of the search also put into one community.
        stability: f32, unit "share, 0 to 1", null "the theme was not searched for: it is `procedure`, or was split off by hand";
        /// Mean of the unit vectors of the theme's texts, scaled to length 1.
        centroid: &'a [f32];
        /// Group of themes that are close to each other (`theme_groups`).
        group_id: &'a str, null "the theme is `procedure`, which is in no group";
    }

    /// group of themes: the coarser of two levels that nest
    theme_groups: ThemeGroupRow<'a> {
        /// Id of the group: `g01`, `g02` and so on, in the order in which groups were found. It stays with the group in runs that
        /// continue these results.
        group_id: &'a str;
        /// The first terms when the group was found, as a short label for people.
        label: &'a str;
        /// Terms, sorted by decreasing weight.
        terms: Vec<String>;
        /// Class-based TF-IDF weight of each term among the groups, in the order of `terms`.
        term_weights: Vec<f32>;
        /// Themes of the group.
        n_themes: u32, unit "themes";
        /// Segments of these themes.
        n_segments: u32, unit "segments";
        /// Speakers of these segments; segments without a known speaker are not counted.
        n_speakers: u32, unit "speakers";
        /// Documents of these segments.
        n_documents: u32, unit "documents";
        /// First date of these documents.
        first_date: Date, null "none of the documents has a date";
        /// Last date of these documents.
        last_date: Date, null "none of the documents has a date";
    }

    /// theme beside a theme of the results that the run continued
    theme_history: ThemeHistoryRow<'a> {
        /// Theme of this run (`themes`).
        theme_id: &'a str, null "the earlier theme ended";
        /// Theme of the earlier results.
        previous_theme_id: &'a str, null "the theme is new";
        /// What became of the theme: `kept` (no new texts), `grown` (further texts), `absent` (no segment of this run is in it), `new`
        /// (found in this run), `split` (some of the earlier theme's texts are in this other theme now), `merged` (most of the texts
        /// of the earlier theme, which no longer exists, are in this theme now) or `ended` (the earlier theme no longer exists).
        change: &'a str;
        /// Distinct texts of the earlier theme.
        n_before: u32, unit "texts";
        /// Distinct texts of the earlier theme that are in this run.
        n_again: u32, unit "texts";
        /// Those of them that are in the theme now.
        n_shared: u32, unit "texts";
        /// Distinct texts of the theme in this run that the earlier results did not have.
        n_new: u32, unit "texts";
        /// `n_shared` / `n_again`.
        share: f64, unit "share, 0 to 1", null "the theme is new, or no earlier text is in this run";
        /// Texts in both themes over texts in either, among the texts that both runs have (Jaccard).
        jaccard: f64, unit "share, 0 to 1", null "the theme is new, or no earlier text is in this run";
        /// Cosine of the centroids of the two themes.
        centroid_cosine: f64, unit "cosine, -1 to 1", null "there are not two themes to compare";
        /// Share of the earlier theme's terms that are terms of the theme now.
        terms_kept: f64, unit "share, 0 to 1", null "there are not two themes to compare";
    }

    /// segment, if the study has codes for themes
    theme_codes: ThemeCodeRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Code of the study (`[[themes.codes]]`).
        code_id: &'a str, null "the segment has none of the codes: `probability` is below the study's threshold";
        /// The nearest code, also where the segment has none.
        nearest_code_id: &'a str;
        /// Probability of the nearest code, if one of the codes is right.
        probability: f32, unit "probability";
        /// Cosine of the vectors of the segment and of the nearest code (the mean of its description and examples).
        similarity: f32, unit "cosine, -1 to 1";
    }

    /// theme and period of time, as the study sets it under `[estimates] period`
    themes_over_time: ThemePeriodRow<'a> {
        /// Theme (`themes`).
        theme_id: &'a str;
        /// Name of the period: `2024-03-09`, `2024-03`, `2024-Q1` or `2024`; the document (`documents`) if each document is a period.
        period: &'a str;
        /// First day of the period; the date of the document if each document is a period.
        period_start: Date, null "the period is a document without a date";
        /// Documents of the period that have segments.
        n_documents: u32, unit "documents";
        /// Segments of the period.
        n_segments: u64, unit "segments";
        /// Words of these segments.
        n_words: u64, unit "words";
        /// Segments of the theme in the period.
        n_theme_segments: u64, unit "segments";
        /// Words of these segments.
        n_theme_words: u64, unit "words";
        /// `n_theme_segments` / `n_segments`.
        share_of_segments: f64, unit "share, 0 to 1";
        /// Lower bound of its interval (jackknife that leaves out one document after the other).
        segments_ci_low: f64, unit "share, 0 to 1", null "the period has one document, or all have the same share";
        /// Upper bound of its interval.
        segments_ci_high: f64, unit "share, 0 to 1", null "the period has one document, or all have the same share";
        /// `n_theme_words` / `n_words`.
        share_of_words: f64, unit "share, 0 to 1", null "the segments of the period have no words";
        /// Lower bound of its interval.
        words_ci_low: f64, unit "share, 0 to 1", null "as `segments_ci_low`";
        /// Upper bound of its interval.
        words_ci_high: f64, unit "share, 0 to 1", null "as `segments_ci_low`";
        /// Whether the period is in a burst of the theme: a run of periods in which about twice its usual share is likelier than its usual
        /// share, by more than the differences between documents of one period (Kleinberg 2002, Rao & Scott 1992).
        is_burst: bool, null "no period has two documents, so that a burst cannot be told from a single document on the theme";
        /// Weight of the burst: the logarithm of how much likelier it is, summed over its periods.
        burst_weight: f64, null "the period is in no burst";
    }

    /// segment
    segment_themes: SegmentThemeRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Theme (`themes`).
        theme_id: &'a str, null "the segment resembles no text of the earlier themes (`unassigned`), or is a `fragment` of a turn without a theme";
        /// Probability that the segment belongs to this theme rather than to another one.
        probability: f32, unit "probability";
        /// How the segment was assigned: `core` (member of the community that became the theme), `nearest` (its own
        /// community was too small, or it was not among the segments that themes were fitted on) or `low_confidence`
        /// (`probability` is below the study's threshold). With the mode `freeze` also `unassigned`: the segment resembles no text
        /// of the earlier themes. `procedural`: it conducts the meeting, and is in the theme `procedure`. `fragment`: it has fewer words than
        /// the study asks for, and the theme of the rest of its turn, if that has one.
        reason: &'a str;
        /// Whether the segment conducts the meeting: `p_procedural` reaches the threshold of the classifier. Equal texts have one theme, by the
        /// mean of their probabilities, so that a text that is said in several places may be procedural in one of them only.
        procedural: bool, null "the study leaves procedure out, or its classifier does not cover the language";
        /// Probability that the segment conducts the meeting.
        p_procedural: f32, unit "probability", null "the study leaves procedure out, or its classifier does not cover the language";
    }

    /// group of segments and measure
    estimates: EstimateRow<'a> {
        /// Kind of group: `corpus`, `document`, `speaker`, `theme` or `utterance`, with `_target` appended where the
        /// measure belongs to a target.
        level: &'a str;
        /// Document (`documents`).
        document_id: &'a str, null "the group is not limited to a document";
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the group is not limited to a speaker";
        /// Utterance (`utterances`).
        utterance_id: &'a str, null "the group is not limited to an utterance";
        /// Theme (`themes`).
        theme_id: &'a str, null "the group is not limited to a theme";
        /// Target of the study.
        target_id: &'a str, null "the measure has no target";
        /// Score that is averaged: `sentiment_score`, `stance_score` or, by corpus, document and speaker, `procedure_share` (1 for a
        /// segment that conducts the meeting, 0 for any other one).
        measure: &'a str;
        /// Mean over the segments of the group that have a label.
        mean: f64, unit "score, -1 to 1", null "no segment of the group has a label";
        /// Lower bound of the confidence interval (percentile bootstrap, see `resampled`).
        ci_low: f64, unit "score, -1 to 1", null "only one segment has a label, or the study asks for no intervals";
        /// Upper bound of the confidence interval.
        ci_high: f64, unit "score, -1 to 1", null "only one segment has a label, or the study asks for no intervals";
        /// What the bootstrap draws: whole `utterances`, or `segments` where the group has only one utterance. The latter
        /// describes how much the mean varies within that utterance, not how the speaker would score in another one.
        resampled: &'a str, null "there is no interval";
        /// Segments with a label, over which the mean is computed.
        n_segments: u32, unit "segments";
        /// Utterances that contain these segments.
        n_utterances: u32, unit "utterances";
        /// Share of the group's segments without a label.
        share_abstained: f64, unit "share, 0 to 1";
    }

    /// measure of a group that the study asks for, and of each difference of two groups
    group_estimates: GroupEstimateRow<'a> {
        /// Columns by which groups are formed, separated by `, `.
        by: String;
        /// Value of the first column.
        value_1: &'a str;
        /// Value of the second column.
        value_2: &'a str, null "groups are formed by one column";
        /// Value of the third column.
        value_3: &'a str, null "groups are formed by fewer columns";
        /// For a difference: value of the first column of the group that is subtracted.
        minus_1: &'a str, null "the estimate is no difference";
        /// The same for the second column.
        minus_2: &'a str, null "the estimate is no difference, or groups are formed by one column";
        /// The same for the third column.
        minus_3: &'a str, null "the estimate is no difference, or groups are formed by fewer columns";
        /// What is estimated: the means `sentiment_score`, `stance_score`, `theme_share` (share of the segments that belong to the theme),
        /// `procedure_share` (share of the segments that conduct the meeting), `code_share` (share of the segments that have this label of a
        /// variable of the study's own, among those with a label of it), `words_per_turn` and `seconds_per_turn`, the rate `dictionary_rate` (matches of the category per 1,000 words), or the shares
        /// `share_of_words` and `share_of_time` in the sum of all groups.
        measure: &'a str;
        /// Target of the study.
        target_id: &'a str, null "the measure has no target";
        /// Theme (`themes`).
        theme_id: &'a str, null "the measure has no theme";
        /// Category of a dictionary of the study: its column in `analysis`.
        category: &'a str, null "the measure has no category";
        /// Variable of the study's own (`[[codes]]`).
        code_id: &'a str, null "the measure has no variable";
        /// Label of this variable.
        label: &'a str, null "the measure has no variable";
        /// What weighs the same in the mean: each `segment`, `turn` or `person`; in `dictionary_rate` each word instead of each segment.
        weight: &'a str, null "shares are not weighted";
        /// Value of the group, or of the group minus the other one.
        estimate: f64, unit "as the measure", null "no segment of the group, or of one of the two groups, has a label";
        /// Lower bound of the interval (jackknife, see `resampled`).
        ci_low: f64, unit "as the measure", null "fewer than two clusters, or all have the same value";
        /// Upper bound of the interval.
        ci_high: f64, unit "as the measure", null "fewer than two clusters, or all have the same value";
        /// What the jackknife leaves out in turn: all segments of one of the `persons`, `documents` or `turns`. The highest level at which the
        /// group, or both groups of a difference, have five clusters.
        resampled: &'a str, null "there is no interval";
        /// Number of these clusters.
        n_clusters: u32, unit "clusters", null "there is no interval";
        /// Segments with a label; turns for measures of turns, words for `dictionary_rate`.
        n_segments: u32, unit "segments";
        /// Turns that contain them.
        n_turns: u32, unit "turns";
        /// Persons who speak them; unknown speakers are not counted.
        n_persons: u32, unit "persons";
        /// Documents that contain them.
        n_documents: u32, unit "documents";
        /// Share of the segments of the group, or of both groups, without a label.
        share_abstained: f64, unit "share, 0 to 1";
    }

    /// turn or speaker, and target of the study
    group_stance: GroupStanceRow<'a> {
        /// Kind of group: `utterance_target` (the segments of a turn) or `speaker_target` (the segments of a speaker in a document).
        level: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the document does not say who speaks";
        /// Utterance (`utterances`).
        utterance_id: &'a str, null "the group is a speaker";
        /// Target of the study.
        target_id: &'a str;
        /// Segments with the label `favor` in `stance`.
        n_favor: u32, unit "segments";
        /// Segments with the label `against`.
        n_against: u32, unit "segments";
        /// Segments with the label `neither`.
        n_neither: u32, unit "segments";
        /// Segments without a label.
        n_unlabelled: u32, unit "segments";
        /// Label of the group: the side of most of its segments that take one; if as many take the other, the side with the larger sum
        /// of `score`; `neither` if no segment takes a side, or the sums are equal. The mean score is in `estimates`.
        label: &'a str, null "no segment of the group has a label";
    }

    /// what somebody does with regard to a speaker: follows, answers, interrupts or names them, calls, applauds or laughs during their turn
    exchanges: ExchangeRow<'a> {
        /// Document (`documents`).
        document_id: &'a str;
        /// Turn in which it happens (`utterances`): of the person who does it, or for notes of the file (`rule` is `marked`, and `words` is given) the turn of the
        /// other person.
        utterance_id: &'a str;
        /// `follows` (speaks directly after a turn of the other person), `answers` (directly after their question), `interrupts` (before they
        /// have finished), `names` (says their name), `calls` (says something during their turn), `applauds` or `laughs` (during or after their turn).
        kind: &'a str;
        /// Speaker who does it (`speakers`).
        from_speaker_id: &'a str, null "the file marks it and does not say who does it, or somebody who does not speak in the document";
        /// The other speaker.
        to_speaker_id: &'a str, null "the other person does not speak in the document";
        /// Person who does it (`people`).
        from_person_id: &'a str, null "as `from_speaker_id`";
        /// The other person (`people`, or only on the list of people).
        to_person_id: &'a str;
        /// How it was found: `next_turn`; `after_question` (the turn before ends with a question mark); `marked` (the file marks the turn as an
        /// interruption, or a note in a turn as what listeners do) or `marked_overlap` (the file marks that the turn begins before the other one ends);
        /// `interjection` (printed as such, and the other speaker goes on directly after it) or `cut_off_and_resumed` (the turn before ends with a dash or an
        /// ellipsis, and its speaker goes on directly after this turn) or `cut_off` (it ends with a dash, and its speaker does not); `full_name`, `form_of_address` (with a surname that nobody else in the document
        /// has) or `single_name` (the first or last word of the name alone); `full_name_elsewhere` or `form_of_address_elsewhere` (of a person who does not
        /// speak in the document, by a name or surname that nobody else in the corpus has).
        rule: &'a str;
        /// Confidence of `rule`. A convention that orders the rules, not a measured probability.
        confidence: f32, unit "share, 0 to 1";
        /// Segment that is the evidence (`segments`): the first of the turn for `follows`, the last one of the turn before for `answers` and
        /// `interrupts`, the one with the name for `names`, the one with or before the note for notes of the file.
        segment_id: String;
        /// The words that name the other person, or the note of the file.
        words: &'a str, null "there are none: `kind` is `follows` or `answers`, or a turn interrupts";
    }

    /// pattern of the study's dictionaries and words that it matched (no rows for a study without dictionaries)
    dictionary_terms: DictionaryTermRow<'a> {
        /// Dictionary of the study.
        dictionary: &'a str;
        /// Category, after those of the categories around it: `economy.taxes`.
        category: &'a str;
        /// Pattern of the category. Of several patterns that match the same words the first one counts.
        pattern: &'a str;
        /// Words that it matched, in lower case unless case matters.
        form: &'a str;
        /// How often.
        n: u64, unit "matches";
    }

    /// term, and group that uses it more or less often than the other texts of the language
    keyness: KeynessRow<'a> {
        /// What forms the groups, as the study says: `speaker`, `theme`, `period`, or a column of people or documents.
        by: &'a str;
        /// Group: a person (`people.person_id`) for `speaker`, a theme (`themes.theme_id`) for `theme`, else the value of the column.
        group_id: &'a str;
        /// Name of the group: that of the person or theme, else the value of the column.
        group: &'a str;
        /// Language of the documents that are compared (ISO 639-1).
        language: &'a str, null "the language of the documents was not recognised";
        /// Word in lower case, without a possessive. Numbers and single letters are no terms.
        term: &'a str;
        /// Occurrences in the texts of the group.
        n: u64, unit "occurrences";
        /// Occurrences in the other texts of the language.
        n_elsewhere: u64, unit "occurrences";
        /// Occurrences of all terms in the texts of the group.
        n_words: u64, unit "occurrences";
        /// Occurrences of all terms in the other texts.
        n_words_elsewhere: u64, unit "occurrences";
        /// Logarithm of the odds of the term in the group, minus that in the other texts, with a Dirichlet prior (Monroe, Colaresi & Quinn
        /// 2008). Above 0 the group uses the term more often.
        log_odds: f64, unit "natural logarithm of a ratio of odds";
        /// Lower bound of its interval, by the normal distribution, with the study's confidence level.
        ci_low: f64, unit "natural logarithm of a ratio of odds";
        /// Upper bound of its interval.
        ci_high: f64, unit "natural logarithm of a ratio of odds";
        /// `log_odds` divided by its standard error.
        z: f64, unit "standard errors";
        /// Smallest false discovery rate at which the difference counts, among all terms of the group (Benjamini & Hochberg 1995).
        q_value: f64, unit "share, 0 to 1";
    }

    /// learned coder and the documents that it was not learned from (no rows for coders of earlier versions, which keep nothing of their texts)
    coder_inputs: CoderInputsRow<'a> {
        /// Coder (`codings.coder_id` or `variable_codes.coder_id`).
        coder_id: &'a str;
        /// Documents of the run that are not among those from which the coder was learned.
        n_documents: u32, unit "documents";
        /// Segments of these documents.
        n_segments: u64, unit "segments";
        /// Squared maximum mean discrepancy of the vectors of these segments and of those from which the coder was learned, with the kernel
        /// `exp(cosine - 1)` by 128 random features (Gretton et al. 2012; Rahimi & Recht 2007).
        mmd2: f64, unit "squared distance", null "there are no new documents";
        /// `mmd2` divided by its expectation if the new documents are drawn like those of learning: about 1 without a drift.
        drift: f64, unit "ratio", null "there are no new documents, or all documents of learning are alike";
        /// Value of `drift` that random draws of as many of the documents of learning rarely exceed.
        threshold: f64, unit "ratio", null "there are no new documents, or the coder was learned from fewer than 20 documents";
        /// Share of these draws that exceed it.
        false_alarm_rate: f64, unit "share, 0 to 1";
        /// Whether `drift` is above `threshold`. The quality that was measured when the coder was learned may then not hold.
        is_unusual: bool, null "there is no drift or no threshold";
    }

    /// inference model and target of the study: from which evidence on a segment takes a side (no rows with `neither = "relevance"`)
    neither_thresholds: NeitherThresholdRow<'a> {
        /// Coder (`codings.coder_id`).
        coder_id: &'a str;
        /// Target of the study.
        target_id: &'a str;
        /// Where the threshold comes from: `default` (the model's own, not fitted to these texts), `stated_share` (the share of `neither` that the
        /// study states) or `hand_codes` (codes of people that the study names).
        source: &'a str;
        /// A segment is `neither` where `ln(max(favor, against) / neither)` of the model is below this value. The probabilities in
        /// `codings` are those after it: the model's odds of `neither` are multiplied by `exp(threshold)`.
        threshold: f64, unit "natural logarithm of odds";
        /// Share of `neither` that the study states. Segments off the topic count as `neither`.
        stated_share: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Codes that the threshold was fitted on.
        n_codes: u32, unit "codes", null "the threshold has another source";
        /// Share of right labels of these segments, each with the threshold of the other codes.
        accuracy: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Macro-F1 of the same labels.
        macro_f1: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Share of right labels of these segments with the default.
        accuracy_of_default: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Macro-F1 of these segments with the default.
        macro_f1_of_default: f64, unit "share, 0 to 1", null "the threshold has another source";
    }

    /// two coders and target of the study (no rows for a study with one coder)
    agreement: AgreementRow<'a> {
        /// Target of the study.
        target_id: &'a str;
        /// A coder (`codings.coder_id`).
        coder_a: &'a str;
        /// A coder that comes after it in the study.
        coder_b: &'a str;
        /// Segments that both coders labelled. Labels are compared on these.
        n_segments: u64, unit "segments";
        /// Segments that only `coder_a` labelled.
        n_only_a: u64, unit "segments";
        /// Segments that only `coder_b` labelled.
        n_only_b: u64, unit "segments";
        /// Whether one of the coders was asked only where an earlier coder is unsure. The segments that both labelled are then not a
        /// random sample of all segments.
        is_selective: bool;
        /// Share of these segments with equal labels.
        share_equal: f64, unit "share, 0 to 1", null "no segment was labelled by both";
        /// Cohen's kappa: agreement beyond that expected from how often each coder gives each label (Cohen 1960).
        kappa: f64, unit "coefficient, -1 to 1", null "no segment was labelled by both, or both coders give one label only";
        /// Krippendorff's alpha for nominal data (Krippendorff 2019, chapter 12).
        alpha: f64, unit "coefficient, -1 to 1", null "no segment was labelled by both, or there is one label only";
    }

    /// segment, with the values that most analyses need
    analysis: AnalysisRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Utterance (`utterances`).
        utterance_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the document does not say who speaks";
        /// Person (`people`).
        person_id: &'a str, null "the document does not say who speaks";
        /// Text of the segment.
        text: &'a str;
        /// Number of words of the segment, as in `segments`.
        n_words: u32, unit "words";
        /// Title of the document, or its file name where it has no title.
        document: &'a str;
        /// Date of the event.
        date: Date, null "the document gives none";
        /// Speaker as printed in the document.
        speaker: &'a str, null "the document does not say who speaks";
        /// Speaker's name.
        name: &'a str, null "the document does not say who speaks";
        /// Speaker's role in the proceedings, as in `speakers`.
        role: &'a str, null "the document does not say who speaks";
        /// Speaker's office or position.
        title: &'a str, null "the document gives none";
        /// Speaker's organisation.
        affiliation: &'a str, null "the document gives none";
        /// Speaker's party or parliamentary group.
        party: &'a str, null "the document gives none";
        /// Country that the speaker represents.
        country: &'a str, null "the document gives none";
        /// Theme (`themes`).
        theme_id: &'a str, null "no themes were found, or the segment is unassigned";
        /// Id and name (or label) of the theme, unique per theme; useful in plots.
        theme: String, null "no themes were found, or the segment is unassigned";
        /// Name of the theme, or its label if it has none.
        theme_label: &'a str, null "no themes were found, or the segment is unassigned";
        /// Probability that the segment belongs to the theme.
        theme_probability: f32, unit "probability", null "no themes were found, or the segment is unassigned";
        /// Whether the segment conducts the meeting, as in `segment_themes`.
        procedural: bool, null "the study leaves procedure out, or its classifier does not cover the language";
        /// Sentiment score, `positive - negative`.
        sentiment_score: f32, unit "score, -1 to 1", null "the study leaves sentiment out";
        /// Sentiment label: `negative`, `neutral` or `positive`.
        sentiment_label: &'a str, null "the study leaves sentiment out";
    }

    /// input that could not be used, in whole or in part
    failures: FailureRow<'a> {
        /// Path as the user gave it.
        path: &'a str;
        /// Stage that failed: `read`.
        stage: &'a str;
        /// What went wrong.
        error: &'a str;
        /// What the user can do about it.
        hint: &'a str;
    }

    /// column of a table
    codebook: CodebookRow<'a> {
        /// Name of the table.
        table: &'a str;
        /// Name of the column.
        column: String;
        /// Type of the values.
        r#type: &'a str;
        /// Unit of the values.
        unit: &'a str, null "the values are names, texts, ids, positions or yes/no";
        /// What a missing value means.
        null_means: &'a str, null "no value is ever missing";
        /// Description of the column.
        description: String;
    }
}

impl NeitherThresholdRow<'_> {
    /// Where the threshold comes from.
    ///
    /// # Errors
    /// [`OpenError`] if a later version wrote a source that this one does not know.
    pub fn known_source(&self) -> Result<ThresholdSource, OpenError> {
        ThresholdSource::from_name(self.source).ok_or_else(|| {
            let known: Vec<&str> = ThresholdSource::ALL.iter().map(|source| source.as_str()).collect();
            OpenError::unknown_value(Self::TABLE.name, "source", self.source, &known)
        })
    }
}

//! What was read: the run, documents, people, turns and segments.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::declare::{Table, cell, field, filled, optional, tables};

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
        /// `xml_text` (XML in which one element has the transcript as text), `web_vtt`, `sub_rip`, `sbv`, `sub_station`, `ttml`, `recogniser` (JSON of a speech recogniser), `chat`, `elan`, `elan_tab`,
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
}

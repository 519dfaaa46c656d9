//! The words that attribution and reading rely on, in all languages: honorifics, offices, stage directions, months.
//!
//! **Input**: the files in the folder `lexicon`, one per language, and optionally a file of the user. **Output**: a
//! [`Lexicon`] with a query for each meaning; it contains the words of all languages together. **Refused**, with the
//! line: unknown keys, empty entries, and lists of months without exactly twelve months. What a word means for a label
//! is left to `labels`.

mod patterns;
mod sections;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use plenary_corpus::Role;
use plenary_corpus::files::read_file;
use plenary_corpus::hash::sha256;
use plenary_corpus::text::collapse_white_space;
use serde::{Serialize, Serializer};

use crate::text::{folded, is_caseless_letter};
use crate::toml_error::TomlError;
pub use patterns::{Pattern, Patterns};
use sections::{Sections, SentenceWords};

/// The files that are built into the program, with their languages (ISO 639-1). Phrases are searched for in this order.
const FILES: [(&str, &str); 45] = [
    ("en", include_str!("../../lexicon/en.toml")),
    ("de", include_str!("../../lexicon/de.toml")),
    ("fr", include_str!("../../lexicon/fr.toml")),
    ("es", include_str!("../../lexicon/es.toml")),
    ("el", include_str!("../../lexicon/el.toml")),
    ("it", include_str!("../../lexicon/it.toml")),
    ("pt", include_str!("../../lexicon/pt.toml")),
    ("nl", include_str!("../../lexicon/nl.toml")),
    ("sv", include_str!("../../lexicon/sv.toml")),
    ("da", include_str!("../../lexicon/da.toml")),
    ("no", include_str!("../../lexicon/no.toml")),
    ("fi", include_str!("../../lexicon/fi.toml")),
    ("pl", include_str!("../../lexicon/pl.toml")),
    ("cs", include_str!("../../lexicon/cs.toml")),
    ("sk", include_str!("../../lexicon/sk.toml")),
    ("hu", include_str!("../../lexicon/hu.toml")),
    ("ru", include_str!("../../lexicon/ru.toml")),
    ("uk", include_str!("../../lexicon/uk.toml")),
    ("tr", include_str!("../../lexicon/tr.toml")),
    ("id", include_str!("../../lexicon/id.toml")),
    ("ms", include_str!("../../lexicon/ms.toml")),
    ("cy", include_str!("../../lexicon/cy.toml")),
    ("ga", include_str!("../../lexicon/ga.toml")),
    ("hi", include_str!("../../lexicon/hi.toml")),
    ("ar", include_str!("../../lexicon/ar.toml")),
    ("he", include_str!("../../lexicon/he.toml")),
    ("zh", include_str!("../../lexicon/zh.toml")),
    ("ja", include_str!("../../lexicon/ja.toml")),
    ("ko", include_str!("../../lexicon/ko.toml")),
    ("bg", include_str!("../../lexicon/bg.toml")),
    ("ca", include_str!("../../lexicon/ca.toml")),
    ("et", include_str!("../../lexicon/et.toml")),
    ("eu", include_str!("../../lexicon/eu.toml")),
    ("fa", include_str!("../../lexicon/fa.toml")),
    ("is", include_str!("../../lexicon/is.toml")),
    ("lt", include_str!("../../lexicon/lt.toml")),
    ("lv", include_str!("../../lexicon/lv.toml")),
    ("ro", include_str!("../../lexicon/ro.toml")),
    ("sl", include_str!("../../lexicon/sl.toml")),
    ("az", include_str!("../../lexicon/az.toml")),
    ("hr", include_str!("../../lexicon/hr.toml")),
    ("sr", include_str!("../../lexicon/sr.toml")),
    ("mk", include_str!("../../lexicon/mk.toml")),
    ("sw", include_str!("../../lexicon/sw.toml")),
    ("ur", include_str!("../../lexicon/ur.toml")),
];

/// The key of words that hold in every language.
const ANY_LANGUAGE: &str = "";

/// Dates in this language may have no year and may begin with the month: its months are not common words of other
/// languages.
const LANGUAGE_OF_SHORT_DATES: &str = "en";

/// The words of all languages, and those of the user's file if there is one. Cheap to clone.
///
/// Two lexicons are equal if the same file was added to both, or none to either.
#[derive(Clone)]
pub struct Lexicon(Arc<Contents>);

struct Contents {
    sections: Sections,
    months: HashMap<String, i8>,
    short_date_months: HashMap<String, i8>,
    /// The words of sentences by language; those of a file of the user hold in all languages.
    of_language: HashMap<&'static str, SentenceWords>,
    patterns: Patterns,
    /// The file that was added.
    own: Option<Own>,
}

/// A file of the user's own words.
struct Own {
    text: String,
    /// 64 hex digits.
    sha256: String,
}

/// What is wrong with a lexicon file.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// There is no such file.
    #[error("{path}: there is no such file; the path is relative to the folder of the study")]
    Missing {
        /// Path of the file.
        path: String,
    },
    /// The file cannot be read.
    #[error("{path}: cannot be read: {problem}")]
    Unreadable {
        /// Path of the file.
        path: String,
        /// The message of the operating system.
        problem: std::io::Error,
    },
    /// The file is not UTF-8.
    #[error("{path}, line {line}: this is not UTF-8; save the lexicon as TOML in UTF-8")]
    NotUtf8 {
        /// Path of the file.
        path: String,
        /// Line of the first byte that is not UTF-8.
        line: usize,
    },
    /// A section or key that does not exist in lexicons.
    #[error("{path}, line {line}: unknown key `{key}`{}; known here: {}", TomlError::suggestion(.nearest.as_deref()), .known.join(", "))]
    UnknownKey {
        /// Path of the file.
        path: String,
        /// Line of the key.
        line: usize,
        /// The key.
        key: String,
        /// The most similar known key.
        nearest: Option<String>,
        /// The keys that are known there.
        known: Vec<String>,
    },
    /// The file is not TOML, or a value does not fit its key.
    #[error("{path}, line {line}: {message}")]
    Value {
        /// Path of the file.
        path: String,
        /// Line of the problem.
        line: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// The lists are too long to be searched for.
    #[error("{path}: its lists of phrases are too long to be searched for ({problem}); shorten them")]
    TooLong {
        /// Path of the file.
        path: String,
        /// The message of the regex crate.
        problem: String,
    },
}

static BUILTIN: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut sections = Sections::default();
    let mut months = MonthNames::default();
    let mut of_language = HashMap::new();
    for (language, text) in FILES {
        // The files are compiled into the program, and a test parses each of them.
        let file: Sections = toml::from_str(text).expect("a test parses the files that come with the program");
        months.add(&file, language == LANGUAGE_OF_SHORT_DATES);
        of_language.insert(language, file.sentences.clone());
        sections.add(file);
    }
    // Without a file of the user nothing is compiled here, and nothing can fail; a test compiles all expressions.
    Lexicon::of(sections, months, of_language, None)
        .expect("a test builds the expressions of the files that come with the program")
});

/// Names of months while files are combined.
#[derive(Debug, Clone, Default)]
struct MonthNames {
    all: HashMap<String, i8>,
    of_short_dates: HashMap<String, i8>,
}

impl MonthNames {
    /// Adds the months of a file. A form that already means another month in an earlier file keeps that meaning.
    fn add(&mut self, file: &Sections, has_short_dates: bool) {
        for list in [&file.dates.months, &file.dates.short_months] {
            for (number, forms) in (1i8..).zip(list.list()) {
                for form in forms {
                    self.all.entry(form.clone()).or_insert(number);
                    if has_short_dates {
                        self.of_short_dates.entry(form.clone()).or_insert(number);
                    }
                }
            }
        }
    }
}

impl Lexicon {
    /// The words that are built into the program.
    pub fn builtin() -> &'static Lexicon {
        &BUILTIN
    }

    /// The bytes of a lexicon file.
    ///
    /// # Errors
    /// [`LexiconError`] if there is no such file, or it cannot be read.
    pub fn bytes(path: &Path) -> Result<Vec<u8>, LexiconError> {
        read_file(
            path,
            |path| LexiconError::Missing { path },
            |path, problem| LexiconError::Unreadable { path, problem },
        )
    }

    /// The words that are built into the program and those of a file; `path` names the file in messages.
    ///
    /// # Errors
    /// [`LexiconError`] names the file, the line, what was found and what was expected.
    pub fn with_file(bytes: &[u8], path: &str) -> Result<Lexicon, LexiconError> {
        let text = std::str::from_utf8(bytes).map_err(|error| LexiconError::NotUtf8 {
            path: path.into(),
            line: String::from_utf8_lossy(&bytes[..error.valid_up_to()]).matches('\n').count() + 1,
        })?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let path = || path.to_string();
        let file: Sections = toml::from_str(text).map_err(|error| match TomlError::of(&error, text) {
            TomlError::UnknownKey { line, key, nearest, known } => {
                LexiconError::UnknownKey { path: path(), line, key, nearest, known }
            }
            TomlError::Other { line, message } => LexiconError::Value { path: path(), line, message },
        })?;
        let builtin = &*BUILTIN.0;
        let mut months = MonthNames { all: builtin.months.clone(), of_short_dates: builtin.short_date_months.clone() };
        months.add(&file, false);
        let mut sections = builtin.sections.clone();
        let mut of_language = builtin.of_language.clone();
        of_language.insert(ANY_LANGUAGE, file.sentences.clone());
        sections.add(file);
        let own = Own { text: text.to_owned(), sha256: sha256(bytes) };
        Self::of(sections, months, of_language, Some(own))
            .map_err(|problem| LexiconError::TooLong { path: path(), problem: problem.to_string() })
    }

    fn of(
        sections: Sections,
        months: MonthNames,
        of_language: HashMap<&'static str, SentenceWords>,
        own: Option<Own>,
    ) -> Result<Lexicon, regex::Error> {
        let mut local: Vec<String> =
            months.all.keys().filter(|form| !months.of_short_dates.contains_key(*form)).cloned().collect();
        local.sort_unstable();
        let mut all: Vec<String> = months.all.keys().cloned().collect();
        all.sort_unstable();
        let patterns = Patterns::of(&sections, &local, &all, own.is_some())?;
        let contents = Contents {
            sections,
            months: folded_keys(months.all),
            short_date_months: folded_keys(months.of_short_dates),
            of_language,
            patterns,
            own,
        };
        Ok(Lexicon(Arc::new(contents)))
    }

    /// Whether no file was added.
    pub fn is_builtin(&self) -> bool {
        self.0.own.is_none()
    }

    /// sha256 of the file that was added, 64 hex digits.
    pub fn sha256(&self) -> Option<&str> {
        self.0.own.as_ref().map(|own| own.sha256.as_str())
    }

    /// The text of the file that was added.
    pub fn own_text(&self) -> Option<&str> {
        self.0.own.as_ref().map(|own| own.text.as_str())
    }

    /// The expressions that are built from the phrases.
    pub fn patterns(&self) -> &Patterns {
        &self.0.patterns
    }

    /// The number of a month, from 1, by its name or abbreviation in any language.
    pub fn month(&self, word: &str) -> Option<i8> {
        month_of(&self.0.months, word)
    }

    /// The number of a month, in the language whose dates may have no year.
    pub fn month_of_short_date(&self, word: &str) -> Option<i8> {
        month_of(&self.0.short_date_months, word)
    }
}

/// Words of one language around the end of a sentence.
impl Lexicon {
    /// Whether a word before a full stop, in lower case and without it, is an abbreviated title.
    pub fn is_abbreviated_title(&self, language: &str, word: &str) -> bool {
        self.of_language(language).any(|words| words.titles.contains(word))
    }

    /// Whether a word before a full stop, in lower case and without it, is another abbreviation.
    pub fn is_abbreviation(&self, language: &str, word: &str) -> bool {
        self.of_language(language).any(|words| words.abbreviations.contains(word))
    }

    /// Whether a word, in lower case, often begins a sentence.
    pub fn opens_sentence(&self, language: &str, word: &str) -> bool {
        self.of_language(language).any(|words| words.openers.contains(word))
    }

    /// Whether a text of a language is a question that negates nothing: it ends with a question mark, and none of its words is a
    /// negation. False for languages whose negations are not known.
    pub fn is_plain_question(&self, language: &str, text: &str) -> bool {
        let end = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')'));
        let negates = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric()).replace('’', "'").to_lowercase();
            self.of_language(language).any(|words| words.negations.contains(&word))
        };
        end.ends_with(['?', '？'])
            && self.of_language(language).any(|words| !words.negations.list().is_empty())
            && !end.split_whitespace().any(negates)
    }

    /// Whether the openers of a language are known.
    pub fn knows_openers(&self, language: &str) -> bool {
        self.of_language(language).any(|words| !words.openers.list().is_empty())
    }

    /// Whether a text continues a sentence after a quotation.
    pub fn continues_quotation(&self, language: &str, text: &str) -> bool {
        self.of_language(language).flat_map(|words| words.after_quotation.list()).any(|start| text.starts_with(start))
    }

    fn of_language(&self, language: &str) -> impl Iterator<Item = &SentenceWords> {
        let words = &self.0.of_language;
        words.get(language).into_iter().chain(words.get(ANY_LANGUAGE))
    }
}

impl Lexicon {
    /// Whether a text ends with a question, by its sign or by its words.
    pub fn asks(&self, text: &str) -> bool {
        let text = text.trim_end_matches([')', ']', '»', '"', '”', '」', '）', ' ']);
        let endings = self.0.sections.interviews.question_endings.list();
        text.ends_with(['?', '？', '؟', '\u{37E}']) || endings.iter().any(|ending| text.ends_with(ending.as_str()))
    }

    /// Whether a field of the head names who is examined.
    pub fn is_name_field(&self, field: &str) -> bool {
        self.0.sections.interviews.name_fields.contains(&folded(field.trim()))
    }

    /// What follows such a field at the beginning of a text without blanks, in scripts without capitals.
    pub fn behind_name_field<'t>(&self, text: &'t str) -> Option<&'t str> {
        let fields = self.0.sections.interviews.name_fields.list().iter();
        let is_caseless = |field: &&String| field.chars().all(is_caseless_letter);
        fields.filter(is_caseless).find_map(|field| text.strip_prefix(field.as_str()))
    }

    /// The value of a number in a date: digits, numerals one after the other ("twenty twenty-four" as two, nought, two, four),
    /// or tens and ones around the numeral for ten.
    pub fn number_of_date(&self, written: &str) -> Option<u16> {
        if let Ok(number) = written.parse() {
            return Some(number);
        }
        const TEN: usize = 10;
        let value = |c: char| {
            let numerals = self.0.sections.dates.numerals.list();
            let numeral = || numerals.iter().position(|forms| forms.contains(c)).map(|at| at % (TEN + 1));
            c.to_digit(10).map(|digit| digit as usize).or_else(numeral)
        };
        let values: Vec<usize> = written.chars().map(value).collect::<Option<_>>()?;
        let number = match values.iter().position(|value| *value == TEN) {
            None => values.iter().fold(0, |number, value| number * 10 + value),
            Some(at) => {
                let one = |values: &[usize], none: usize| match values {
                    [] => Some(none),
                    [value] if *value < TEN => Some(*value),
                    _ => None,
                };
                one(&values[..at], 1)? * TEN + one(&values[at + 1..], 0)?
            }
        };
        u16::try_from(number).ok()
    }

    /// The seconds of a length of time in words: "1 minute 20 seconds".
    pub fn length_in_words(&self, text: &str) -> Option<f64> {
        let dates = &self.0.sections.dates;
        let mut tokens = text.split_whitespace().peekable();
        tokens.peek()?;
        let mut seconds = 0.0;
        while let Some(number) = tokens.next() {
            let number: u16 = number.parse().ok()?;
            let unit = folded(tokens.next()?.trim_end_matches(','));
            let of_unit = [(&dates.length_hours, 3600.0), (&dates.length_minutes, 60.0), (&dates.length_seconds, 1.0)];
            seconds += f64::from(number) * of_unit.into_iter().find(|(words, _)| words.contains(&unit))?.1;
        }
        Some(seconds)
    }

    /// The year before the first one of an era.
    pub fn year_before_era(&self, era: &str) -> Option<u16> {
        let eras = self.0.sections.dates.eras.list().iter().filter_map(|entry| entry.rsplit_once(' '));
        eras.into_iter().find(|(name, _)| *name == era).and_then(|(_, year)| year.parse().ok())
    }
}

/// The same with the keys in the form of look-ups.
fn folded_keys(months: HashMap<String, i8>) -> HashMap<String, i8> {
    months.into_iter().map(|(form, month)| (folded(&form), month)).collect()
}

fn month_of(months: &HashMap<String, i8>, word: &str) -> Option<i8> {
    let number = |word: &str| months.get(&folded(word)).copied();
    // "29may" names a month, and so does "5月", whose digit belongs to the name.
    number(word.trim_matches(|c: char| !c.is_alphanumeric()))
        .or_else(|| number(word.trim_matches(|c: char| !c.is_alphabetic())))
}

/// Queries of the lists of words.
macro_rules! questions {
    ($($(#[$about:meta])* $question:ident: $group:ident.$key:ident,)*) => {
        /// Whether a word has a meaning. Words are given [folded], without punctuation at their ends.
        impl Lexicon {
            $(
                $(#[$about])*
                pub fn $question(&self, word: &str) -> bool {
                    self.0.sections.$group.$key.contains(word)
                }
            )*
        }
    };
}

questions! {
    /// A particle inside a name: "van".
    is_particle: names.particles,
    /// Letters after a name: "phd".
    is_post_nominal: names.post_nominals,
    /// An article that may precede an honorific.
    is_article: names.articles,
    /// An article that is dropped at the beginning of a title or a body: "the".
    is_dropped_article: names.dropped_articles,
    /// A word of sentences and headings that does not occur in names.
    is_function_word: names.function_words,
    /// A function word that is also a name: "do".
    is_also_name: names.also_names,
    /// A pronoun that people give after their names: "her".
    is_pronoun: names.pronouns,
    /// A function word that may begin the label of a speaker: "a".
    is_determiner: names.determiners,
    /// A word that begins a clause.
    is_clause_opener: names.clause_openers,
    /// A form of address, title or rank before a name: "dr".
    is_honorific: honorifics.words,
    /// An honorific of men only.
    is_male: honorifics.male,
    /// An honorific of women only.
    is_female: honorifics.female,
    /// An honorific that is only a form of address: "mr".
    is_plain_honorific: honorifics.plain,
    /// An honorific that is also an office: "mayor".
    is_office_honorific: honorifics.offices,
    /// An office that conducts a meeting: "moderator".
    is_chair: chairs.words,
    /// An office that a person may also hold in another body: "chairman".
    is_chair_of_bodies: chairs.of_bodies,
    /// An office that conducts a meeting if only words of presiding are beside it: "speaker".
    is_presiding_office: chairs.presiding,
    /// A word that may be beside such an office: "acting".
    is_presiding_word: chairs.presiding_words,
    /// An office that conducts this meeting if a session follows: "president of the assembly".
    is_office_of_session: chairs.of_sessions,
    /// A session that such an office belongs to: "assembly".
    is_session: chairs.sessions,
    /// A body whose chair conducts this meeting: "committee".
    is_session_body: chairs.session_bodies,
    /// A rank that distinguishes two offices: "acting".
    is_rank: chairs.ranks,
    /// A word after a label that shows that the chair is speaking: "please".
    is_word_of_chair: chair_lines.addresses,
    /// Another role in proceedings: "witness".
    is_office: offices.words,
    /// A particle or rank beside an office: "acting".
    is_beside_office: offices.beside,
    /// A particle that may be in the label of an office: "for".
    is_small_word_of_office: offices.small_words,
    /// A word between an office and its field: "of".
    is_of_office: offices.of,
    /// A role in these proceedings that is not a position elsewhere: "participant".
    is_no_position: offices.not_positions,
    /// A position in working life: "director".
    is_position: positions.words,
    /// A word between a position and its field: "of".
    is_of_position: positions.of,
    /// A body that people work for: "university".
    is_body: bodies.words,
    /// The abbreviation of a legal form: "inc".
    is_legal_form: bodies.legal_forms,
    /// A word inside the name of a body: "of".
    is_of_body: bodies.of,
    /// A word for people without a name: "voice".
    is_anonymous: nameless.anonymous,
    /// A word that says that the speaker is unknown.
    is_unknown: nameless.unknown,
    /// The first word of the label of a person who asks: "q".
    is_questioner: nameless.questioners,
    /// A word that means a questioner anywhere in a label: "interviewer".
    is_questioner_anywhere: nameless.questioners_anywhere,
    /// The first word of the label of an interjector: "zuruf".
    is_interjector: nameless.interjectors,
    /// A label that consists only of such words is an interjector: "hon members".
    is_interjector_only: nameless.interjectors_only,
    /// A word that begins a label such as "an hon. member".
    is_one_of: nameless.one_of,
    /// A noun after such a word: "member".
    is_member: nameless.members,
    /// A label of questions: "q".
    is_question_label: questions.question_labels,
    /// A label of answers that is used together with labels of questions: "a".
    is_answer_label: questions.answer_labels,
    /// A label of answers in an interview: "antwort".
    is_answer: questions.answers,
    /// A short label of interviewers: "int".
    is_interviewer_label: questions.interviewer_labels,
    /// A short label of interviewees: "resp".
    is_interviewee_label: questions.interviewee_labels,
    /// What the head of an interview calls the person who answers: "interviewee".
    is_interviewee: questions.interviewees,
    /// A word between the last two names of a list: "and".
    is_and: present.and,
    /// A value of a list of people that says that there is nobody: "none".
    is_nobody: present.nobody,
    /// A verb between a name and the words that are quoted: "says".
    is_quoting: record.quoting,
    /// A side in a count of votes: "against".
    is_side: record.sides,
    /// Another word in a count of votes: "votes".
    is_count_word: record.count_words,
    /// A person or a group that speaks for a state or a body: "delegation".
    is_delegate: record.delegates,
    /// A heading over the results of an item of an agenda, in lower case: "conclusion".
    is_report_heading: record.reports,
    /// What begins a line after which nobody speaks any more, in lower case: "end of interview".
    is_end_of_record: record.ends,
    /// A word for who speaks or who is spoken to: "i", "your".
    is_first_or_second_person: persons.first_and_second,
    /// A label of the person who is examined: "witness".
    is_witness: examination.witnesses,
    /// A noun that ends a heading: "remarks".
    is_heading_noun: not_speakers.heading_nouns,
    /// What is heard or seen in the room: "applause".
    is_stage_word: directions.stage,
    /// What people and things do, in short directions: "rings".
    is_stage_verb: directions.stage_verbs,
    /// A form of applause: "applauded".
    is_applause: directions.applause,
    /// How loud, how long and whose it is: "prolonged".
    is_loudness: directions.loudness,
    /// A language: "french".
    is_language: directions.languages,
    /// A particle before a language: "in".
    is_before_language: directions.before_language,
    /// A word for speaking before a language: "spoke".
    is_speaking: directions.speaking,
    /// A word that begins a clause and also occurs in directions.
    is_no_clause: directions.no_clause,
    /// A preposition before an occasion that may also belong to an office: "for".
    is_field_preposition: occasions.fields,
    /// A word that ends a name in capitals: "at".
    ends_name_in_capitals: occasions.in_capitals,
}

impl Lexicon {
    /// Whether a word, in any case, addresses a person and is no office: "Mr", "lord".
    pub fn is_form_of_address(&self, word: &str) -> bool {
        let word = folded(word);
        self.is_plain_honorific(&word) || self.is_male(&word) || self.is_female(&word)
    }

    /// Whether a label ends with the office of a chair, in scripts without spaces.
    pub fn closes_with_chair(&self, label: &str) -> bool {
        ends_with_any(label, self.0.sections.chairs.closing.list())
    }

    /// Whether a word is an office written as one word: "transportministeren".
    pub fn is_compound_office(&self, word: &str) -> bool {
        ends_with_any(word, self.0.sections.offices.endings.list())
    }

    /// Whether a word has the ending of a participle that says how a person speaks: "sitting".
    pub fn ends_as_participle(&self, word: &str) -> bool {
        const SHORTEST: usize = 6;
        word.chars().count() >= SHORTEST && ends_with_any(word, self.0.sections.directions.participles.list())
    }

    /// Whether a label, in lower case, is not a speaker: "date".
    pub fn is_not_speaker(&self, label: &str) -> bool {
        self.0.sections.not_speakers.words.contains(label)
    }

    /// Whether a text is the name or abbreviation of a party: "Lab". A single letter is one only as a capital: "(S)".
    pub fn is_party_name(&self, text: &str) -> bool {
        let is_letter = text.chars().count() == 1;
        self.0.sections.parties.words.contains(&phrase(text)) && !(is_letter && text.starts_with(char::is_lowercase))
    }

    /// The form of address behind a name without a blank: "君" of "田中一郎君". One of a single character needs a name of three, since
    /// Chinese names end with the same characters.
    pub fn honorific_behind<'n>(&self, name: &'n str) -> Option<(&'n str, &'n str)> {
        const SHORTEST: usize = 2;
        let mut forms = self.0.sections.honorifics.behind.list().iter();
        forms.find_map(|form| {
            let before = name.strip_suffix(form.as_str())?;
            let is_long = before.chars().count() >= SHORTEST + usize::from(form.chars().count() == 1);
            is_long.then(|| name.split_at(before.len()))
        })
    }

    /// Whether a text is the name of a country.
    pub fn is_country(&self, text: &str) -> bool {
        self.0.sections.places.countries.contains(&phrase(text))
    }

    /// Whether a word begins the address of a speech: "dear".
    pub fn is_salutation(&self, word: &str) -> bool {
        self.0.sections.speeches.salutations.contains(word)
    }

    /// Whether a word, an office that conducts a meeting, also stands for anybody who speaks: "speaker".
    pub fn is_anybody(&self, word: &str) -> bool {
        self.0.sections.chairs.anybody.contains(word)
    }

    /// Whether a line stands between the text of a letter and the name of its writer: "Best regards,".
    pub fn is_letter_closing(&self, line: &str) -> bool {
        self.0
            .sections
            .letters
            .closings
            .contains(&phrase(line.trim().trim_end_matches([',', '.', '!', ':', '，', '。'])))
    }

    /// Whether a text ends with a position, in scripts without spaces.
    pub fn closes_with_position(&self, text: &str) -> bool {
        ends_with_any(text, self.0.sections.positions.closing.list())
    }

    /// The role in the proceedings that a word means in tables and lists.
    pub fn role(&self, word: &str) -> Option<Role> {
        let roles = &self.0.sections.roles;
        let by_role = [
            (&roles.chair, Role::Chair),
            (&roles.speaker, Role::Speaker),
            (&roles.questioner, Role::Questioner),
            (&roles.interjector, Role::Interjector),
            (&roles.unknown, Role::Unknown),
        ];
        by_role.into_iter().find(|(words, _)| words.contains(word)).map(|(_, role)| role)
    }

    /// Words between a position and a body or a place of work: "at", "of", "with". `true` marks words that only precede
    /// a place of work.
    pub fn words_before_place(&self) -> impl Iterator<Item = (&str, bool)> {
        let positions = &self.0.sections.positions;
        let at = positions.at.list().iter().map(|word| (word.as_str(), true));
        let others = positions.of.list().iter().chain(positions.with.list()).map(|word| (word.as_str(), false));
        at.chain(others)
    }

    /// Whether a text ends like a note of meeting software: "Ann Lee stopped transcription".
    pub fn is_of_recorder(&self, text: &str) -> bool {
        ends_with_any(&text.to_lowercase(), self.0.sections.record.recorders.list())
    }

    /// Whether a last paragraph in italics is part of the record.
    pub fn is_record_in_italics(&self, text: &str) -> bool {
        self.0.sections.editorial.record_in_italics.list().iter().any(|word| text.contains(word.as_str()))
    }
}

/// A text as phrases are listed: in lower case, without full stops and commas at its ends.
fn phrase(text: &str) -> String {
    folded(collapse_white_space(text).trim_matches(['.', ',', ' ']))
}

fn ends_with_any(text: &str, endings: &[String]) -> bool {
    endings.iter().any(|ending| text.ends_with(ending.as_str()))
}

impl Default for Lexicon {
    fn default() -> Self {
        Self::builtin().clone()
    }
}

impl PartialEq for Lexicon {
    fn eq(&self, other: &Self) -> bool {
        self.sha256() == other.sha256()
    }
}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("sha256", &self.sha256()).finish_non_exhaustive()
    }
}

/// Serialised as what distinguishes it from other lexicons: the sha256 of the file that was added.
impl Serialize for Lexicon {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Lexicon", 1)?;
        fields.serialize_field("sha256", &self.sha256())?;
        fields.end()
    }
}

#[cfg(test)]
mod tests;

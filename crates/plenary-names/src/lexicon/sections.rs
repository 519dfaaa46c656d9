//! The sections of a lexicon file, as they are written.
//!
//! Input: one TOML file. Output: its lists, each in small letters. An unknown key, an empty entry, several words where one
//! is expected and a year of other than twelve months are refused. What the lists mean together is left to `lexicon`.

use std::collections::HashSet;

use plenary_corpus::text::collapse_white_space;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// Words that are looked up one by one.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// In the order of the file.
    list: Vec<String>,
    set: HashSet<String>,
}

impl Words {
    /// Whether a word, in small letters and without signs at its ends, is one of them.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.set.contains(word)
    }

    pub(super) fn list(&self) -> &[String] {
        &self.list
    }

    fn add(&mut self, more: Words) {
        for word in more.list {
            if self.set.insert(word.clone()) {
                self.list.push(word);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list: Vec<String> = Vec::<Word>::deserialize(deserializer)?.into_iter().map(|word| word.0).collect();
        Ok(Self { set: list.iter().cloned().collect(), list })
    }
}

struct Word(String);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Entry(word)).map(Self)
    }
}

fn word(written: &str) -> Result<String, String> {
    let word = written.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if word.is_empty() {
        return Err(format!("found \"{written}\" in a list of words; expected a word"));
    }
    if word.contains(char::is_whitespace) {
        return Err(format!("found \"{written}\" in a list of single words; expected one word, without blanks"));
    }
    Ok(word)
}

/// Reads one entry of a list. What it refuses is refused while the parser knows the line of the entry.
struct Entry(fn(&str) -> Result<String, String>);

impl Visitor<'_> for Entry {
    type Value = String;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text in quotation marks")
    }

    fn visit_str<E: Error>(self, written: &str) -> Result<String, E> {
        self.0(written).map_err(E::custom)
    }
}

/// Words or phrases that are searched for in a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    list: Vec<String>,
    set: HashSet<String>,
}

impl Phrases {
    /// Whether a text, in small letters and with single blanks, is one of them.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.set.contains(text)
    }

    pub(super) fn list(&self) -> &[String] {
        &self.list
    }

    fn add(&mut self, more: Phrases) {
        for phrase in more.list {
            if self.set.insert(phrase.clone()) {
                self.list.push(phrase);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Phrases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list: Vec<String> = Vec::<Phrase>::deserialize(deserializer)?.into_iter().map(|phrase| phrase.0).collect();
        Ok(Self { set: list.iter().cloned().collect(), list })
    }
}

struct Phrase(String);

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Entry(phrase)).map(Self)
    }
}

fn phrase(written: &str) -> Result<String, String> {
    let phrase = collapse_white_space(written).to_lowercase();
    if phrase.chars().any(char::is_alphanumeric) {
        Ok(phrase)
    } else {
        Err(format!("found \"{written}\" in a list of phrases; expected a word or a phrase"))
    }
}

/// The forms of each of the twelve months; no months at all where the file names none.
#[derive(Debug, Clone, Default)]
pub(super) struct Months {
    list: Vec<Phrases>,
}

impl Months {
    pub(super) const PER_YEAR: usize = 12;

    /// The forms of each month, from January on.
    pub(super) fn list(&self) -> impl Iterator<Item = &[String]> {
        self.list.iter().map(Phrases::list)
    }
}

impl<'de> Deserialize<'de> for Months {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<Phrases>::deserialize(deserializer)?;
        if list.len() == Self::PER_YEAR {
            Ok(Self { list })
        } else {
            Err(D::Error::custom(format!(
                "found {} months; expected {} entries, from January to December, each a list of forms such as \
                 [\"march\"]",
                list.len(),
                Self::PER_YEAR
            )))
        }
    }
}

/// Declares the groups of a lexicon file, their lists, and how the lists of another file are added.
macro_rules! groups {
    ($($(#[$about:meta])* $field:ident: $group:ident { $($(#[$note:meta])* $key:ident: $kind:ident,)* })*) => {
        /// A lexicon file, or several with their lists added up.
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(super) struct Sections {
            $($(#[$about])* pub(super) $field: $group,)*
        }

        impl Sections {
            /// Adds the lists of another file. Months stay with their file.
            pub(super) fn add(&mut self, more: Sections) {
                $($(groups!(@add $kind, self.$field.$key, more.$field.$key);)*)*
            }
        }

        $(
            $(#[$about])*
            #[derive(Debug, Clone, Default, Deserialize)]
            #[serde(default, deny_unknown_fields)]
            pub(super) struct $group {
                $($(#[$note])* pub(super) $key: $kind,)*
            }
        )*
    };
    (@add Months, $own:expr, $more:expr) => { drop($more) };
    (@add $kind:ident, $own:expr, $more:expr) => { $own.add($more) };
}

groups! {
    /// Names of people and the small words around them.
    names: Names {
        /// Small words inside a name: "Ludwig van Beethoven".
        particles: Words,
        /// Those of them that are also expected inside a name in running text, where nothing else marks the name.
        prose_particles: Words,
        /// Beginnings of surnames that keep small letters when the rest is printed in capitals: "`McCAIN`".
        surname_prefixes: Phrases,
        /// Letters behind a name: degrees, orders, seats. Written without full stops: "`PhD`", "MP".
        post_nominals: Words,
        /// Articles that may stand before an honorific: "The Hon. Ann Lee".
        articles: Words,
        /// Articles that are left out at the beginning of a title or a body: "The Acting Chair" has the title
        /// "Acting Chair".
        dropped_articles: Words,
        /// Words of sentences and headings that no name contains.
        function_words: Words,
        /// Those of them that may open the label of a speaker: "A member of the audience".
        determiners: Words,
        /// Words that open a clause. Behind a name and a comma they show that somebody is spoken to: "Mr.
        /// President, there are two."
        clause_openers: Words,
    }
    /// Forms of address, titles and ranks before a name.
    honorifics: Honorifics {
        /// All of them: "Dr. Ann Lee".
        words: Words,
        /// Said to men only. Two people with one surname are told apart by these and the next list.
        male: Words,
        /// Said to women only.
        female: Words,
        /// Those that only address somebody. Any other one before "of" is an office: "The Minister of Roads".
        plain: Words,
        /// Those that are an office at the same time: "Mayor Lee" is called Lee and has the title Mayor.
        offices: Words,
        /// Those that open a label in capitals that a full stop closes: "Mr. BYRD. I rise to speak."
        before_capitals: Words,
    }
    /// Who conducts the meeting.
    chairs: Chairs {
        /// Offices that conduct a meeting.
        words: Words,
        /// Offices that close a label without a blank before them, in scripts without blanks.
        closing: Phrases,
        /// Offices that somebody may also hold in another body: "Chair, Union of Bakers" does not conduct this
        /// meeting.
        of_bodies: Words,
        /// Offices that conduct a meeting only where nothing but `presiding_words` stands beside them: "Mr.
        /// Speaker", but not "Guest speaker".
        presiding: Words,
        /// Words that may stand beside them.
        presiding_words: Words,
        /// What may follow such an office in capitals: "The PRESIDENT pro tempore. The Senate will come to order."
        presiding_endings: Phrases,
        /// Offices that conduct this meeting where one of `sessions` follows: "President of the Assembly".
        of_sessions: Words,
        /// What such an office is of.
        sessions: Words,
        /// Bodies whose chair conducts this meeting: "Chair of the Committee".
        session_bodies: Words,
    }
    /// Lines that name who conducts the meeting: "Chair: Ann Lee, Director".
    chair_lines: ChairLines {
        /// What stands before the colon.
        labels: Phrases,
        /// What may stand before such a label: "Session chair: Ann Lee".
        before: Phrases,
        /// What may stand behind such a label: "Chair of the session: Ann Lee".
        of: Phrases,
        /// Openings of such a line without a colon: "Présidence de Mme Ann Lee".
        presidency: Phrases,
        /// Words that open a sentence behind the label and show that the chair speaks: "Chair: Mr. Lee, you have
        /// the floor."
        addresses: Words,
    }
    /// Other parts in proceedings: "The Witness", "Interviewer".
    offices: Offices {
        /// Nouns for them.
        words: Words,
        /// Endings of offices that are written in one word: "Transportministeren".
        endings: Phrases,
        /// Small words and ranks around an office: "The Acting Chair".
        beside: Words,
        /// Small words that may stand in the label of an office: "Member for Tarnley".
        small_words: Words,
        /// Words between an office and its field: "Minister of Roads".
        of: Words,
        /// Parts in these proceedings that are no position elsewhere; they never become a title.
        not_positions: Words,
    }
    /// Positions in working life: they tell a title ("Director of Research") from an affiliation ("Institute of
    /// Research").
    positions: Positions {
        /// Nouns for them.
        words: Words,
        /// Words between a position and its field; what stands behind them is no position any more.
        of: Words,
        /// Words between a position and where somebody works: "Professor at the University of Loenen".
        at: Words,
        /// Words between a position and a body.
        with: Words,
    }
    /// Parts in the proceedings as tables and lists of people call them, in a column `role`.
    roles: Roles {
        /// Who conducts the meeting.
        chair: Words,
        /// Who speaks.
        speaker: Words,
        /// Who asks.
        questioner: Words,
        /// Who calls out.
        interjector: Words,
        /// Nobody knows who.
        unknown: Words,
    }
    /// Bodies that people work for or belong to.
    bodies: Bodies {
        /// Nouns for them: "University", "Ministry".
        words: Words,
        /// Words inside their names: "Bank of Norland".
        of: Words,
    }
    /// Labels of people without a name.
    nameless: Nameless {
        /// Words for people without a name: "A member of the audience".
        anonymous: Words,
        /// Words that say that the speaker is unknown.
        unknown: Words,
        /// First words of the label of somebody who asks.
        questioners: Words,
        /// Words that say so wherever they stand in a label.
        questioners_anywhere: Words,
        /// First words of the label of somebody who calls out: "Voice from the gallery".
        interjectors: Words,
        /// A label that consists of nothing but these words calls out: "Hon. Members".
        interjectors_only: Words,
        /// Words that open a label such as "An hon. Member".
        one_of: Words,
        /// What it is one of.
        members: Words,
    }
    /// Labels of questions and answers: "Q: Did you see it? A: No."
    questions: Questions {
        /// Labels of questions.
        question_labels: Words,
        /// Labels of answers that stand beside them.
        answer_labels: Words,
        /// Labels of answers in interviews whose head names who answers.
        answers: Words,
        /// Short labels of interviewers in transcripts of research: "I:", "INT:".
        interviewer_labels: Words,
        /// Short labels of those who are interviewed; both have to occur.
        interviewee_labels: Words,
    }
    /// What stands before a colon or alone on a line and is no speaker: "Date:", "Note:".
    not_speakers: NotSpeakers {
        /// Words and whole labels.
        words: Phrases,
        /// Nouns that close a heading: "Opening remarks".
        heading_nouns: Words,
    }
    /// Stage directions: what stands in brackets and is not said.
    directions: Directions {
        /// What is heard or seen in the room, at the beginning of a direction: "Applause".
        stage: Words,
        /// What people and things do in short directions: "Phone rings".
        stage_verbs: Words,
        /// What is clapped, inside a longer direction: "The delegates applauded".
        applause: Words,
        /// How loud, how long and whose, before such a word: "Prolonged applause".
        loudness: Words,
        /// Languages: "spoke in French".
        languages: Words,
        /// Small words before a language: "in French".
        before_language: Words,
        /// Words for speaking before a language: "spoke".
        speaking: Words,
        /// Those of `clause_openers` that directions contain too.
        no_clause: Words,
        /// Openings of a note on interpreters: "through an interpreter".
        through: Phrases,
        /// Last words of such a note. A star stands for any ending.
        interpreters: Phrases,
        /// Openings that need nothing behind them: "Simultaneous interpretation".
        interpretation: Phrases,
        /// Whole directions.
        whole: Phrases,
        /// Openings of a note on who examines: "(By Ms. Renner)".
        examined_by: Phrases,
        /// What follows them. A star stands for any ending.
        examined_by_whom: Phrases,
        /// Sounds in captions, in brackets: `[APPLAUSE]`. A star stands for any ending.
        sounds: Phrases,
    }
    /// Lists of those present.
    present: Present {
        /// What stands before the colon: "Present: Cllr. A. Lee (Chair)".
        labels: Phrases,
        /// What may stand before such a label: "Members present".
        before: Phrases,
        /// Labels that only minutes have.
        minutes: Phrases,
        /// What begins the list of those who are absent, behind a full stop.
        apologies: Phrases,
    }
    /// The head of a document.
    head: Head {
        /// Words of a heading that names the session. # stands for a digit.
        sessions: Phrases,
        /// Words of a heading that names the panel.
        panels: Phrases,
        /// What stands before the name of somebody whom the head introduces: "Briefing by Ann Lee".
        introduced_by: Phrases,
    }
    /// Dates and times of day.
    dates: Dates {
        /// Words between two times: "2.05 p.m. to 2.40 p.m."
        until: Phrases,
        /// Endings of the number of a day: "5th May".
        ordinals: Phrases,
        /// Small words between day and month, and between month and year: "5 de mayo de 2020".
        of: Phrases,
        /// The twelve months, each with its forms written in full, in small letters.
        months: Months,
        /// The twelve months, each with its abbreviations; [] where there is none.
        short_months: Months,
    }
    /// Page numbers and hours on lines of their own.
    pages: Pages {
        /// What stands before the number of a page: "Page 5".
        words: Phrases,
        /// The same in square brackets: "[[Page S695]]".
        in_brackets: Phrases,
        /// What stands between the number and how many there are: "5 of 12".
        of: Phrases,
        /// What stands before a time of day: "kl. 10:15".
        at: Phrases,
        /// What stands behind an hour: "12.00 hrs".
        hours: Phrases,
    }
    /// Notes of editors.
    editorial: Editorial {
        /// First words of a note in brackets: "[Editor's note: ...]".
        in_brackets: Phrases,
        /// First words of a note without brackets: "Copyright", "This transcript has been".
        openings: Phrases,
        /// Words of a last paragraph in italics that make it part of the record instead.
        record_in_italics: Phrases,
    }
    /// What a record says of itself between turns: that the meeting opens, votes and closes.
    record: Record {
        /// Words before the body: "The Committee adjourned".
        determiners: Phrases,
        /// Words between them: "The public hearing was closed".
        adjectives: Phrases,
        /// Who meets or what takes place.
        bodies: Phrases,
        /// Words before what happens: "was", "stands".
        auxiliaries: Phrases,
        /// What happens: "adjourned", "called to order".
        openings_and_closings: Phrases,
        /// Openings of a line that names the hour at which the session opens or closes.
        sessions_at: Phrases,
        /// Openings of a line that is only about the hour.
        times: Phrases,
        /// Halves of the day that open such a line, in scripts without blanks.
        half_days: Phrases,
        /// What closes such a line.
        half_day_endings: Phrases,
        /// Labels in capitals that introduce a decision: "RESOLVED: ...".
        capital_labels: Phrases,
        /// What people do in a line that a dash closes: "Several members rose—".
        acts: Phrases,
        /// Abbreviations inside such a line; their full stop does not end it.
        abbreviations: Phrases,
        /// What is put to the house: "Bill read a first time."
        business: Phrases,
        /// What becomes of it.
        business_ends: Phrases,
        /// Openings of a decision: "It was resolved that ...".
        resolutions: Phrases,
        /// What is voted on: "The motion was carried on a show of hands."
        motions: Phrases,
        /// Words before the outcome.
        motion_auxiliaries: Phrases,
        /// Outcomes.
        outcomes: Phrases,
        /// Labels of lists of votes: "In favour: Norland, Castor".
        votes: Phrases,
        /// What programs that record a meeting write behind a name: "Ann Lee stopped transcription".
        recorders: Phrases,
        /// Verbs of minutes that tell what somebody said: "Mrs. Crowe asked that ...".
        reporting: Phrases,
    }
    /// Lines of courts and inquiries that say who is examined by whom: "Cross-examination by MR LEE".
    examination: Examination {
        /// Kinds of examination.
        kinds: Phrases,
        /// Nouns for it.
        examinations: Phrases,
        /// Words between it and who examines.
        by: Phrases,
        /// First words of who examines.
        whom: Phrases,
        /// Openings of such a line in capitals: "BY MS. HILL:".
        capital_by: Phrases,
        /// What follows them.
        capital_whom: Phrases,
        /// What stands in brackets behind the name of a witness: "(sworn)".
        oaths: Phrases,
        /// Openings of the formula "having been first duly sworn".
        having_been: Phrases,
        /// What closes it.
        sworn: Phrases,
    }
    /// Heads of interviews.
    interviews: Interviews {
        /// Nouns and verbs for an interview: "Interview with Ann Lee".
        conversations: Phrases,
        /// Words between it and who answers.
        with: Phrases,
        /// What stands before the name of who asks: "Interview by Bo Hill", "Questions: Bo Hill".
        conducted: Phrases,
        /// Words between it and the name.
        by: Phrases,
        /// The same alone at the beginning of a line: "By Bo Hill".
        bylines: Phrases,
        /// What stands behind the name of who asks: "Bo Hill spoke to him".
        spoke: Phrases,
        /// Words between a name and what somebody is: "Ann Lee is director".
        is: Phrases,
        /// Articles behind them.
        articles: Phrases,
    }
    /// Titles of pages that are one person's speech: "Speech by Ann Lee, Minister of Roads, at the fair".
    speeches: Speeches {
        /// Nouns for a speech.
        nouns: Phrases,
        /// Participles behind them: "Speech delivered by".
        made: Phrases,
        /// Words before the speaker.
        by: Phrases,
        /// Nouns for a speech that also open a title that does not name the speaker: "Speech at the fair".
        headings: Phrases,
        /// First words of a speech: "Ladies and gentlemen".
        salutations: Phrases,
    }
    /// Where a description of a person ends and the occasion begins: "Minister of Roads, at the fair".
    occasions: Occasions {
        /// Words before an occasion.
        prepositions: Phrases,
        /// Words between them.
        articles: Phrases,
        /// Those of the prepositions that may also belong to an office: "Commissioner for Data".
        fields: Words,
        /// Words that end a name in capitals: "ANN LEE AT THE FAIR".
        in_capitals: Words,
    }
    /// Exports of chats: "10:02:11 From Ann Lee to Everyone : text".
    chats: Chats {
        /// The word before who writes.
        from: Phrases,
        /// The word before to whom.
        to: Phrases,
    }
}

//! The sections of a lexicon file, as written.
//!
//! **Input**: one TOML file. **Output**: its lists, in lower case. **Refused**: an unknown key, an empty entry, several
//! words where one is expected, and a list of months without exactly twelve months. What the lists mean together is
//! left to `lexicon`.

use plenary_corpus::text::collapse_white_space;
use rustc_hash::FxHashSet;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use crate::text::folded;

/// Words that are looked up one at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// In the order of the file.
    list: Vec<String>,
    set: FxHashSet<String>,
}

impl Words {
    /// Whether a word, [folded] and without punctuation at its ends, is in the list.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.set.contains(word)
    }

    pub(super) fn list(&self) -> &[String] {
        &self.list
    }

    fn add(&mut self, more: Words) {
        for word in more.list {
            if self.set.insert(folded(&word)) {
                self.list.push(word);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list: Vec<String> = Vec::<Word>::deserialize(deserializer)?.into_iter().map(|word| word.0).collect();
        Ok(Self { set: list.iter().map(|written| folded(written)).collect(), list })
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

/// Reads one entry of a list. Entries are checked here, while the parser knows their line.
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
    set: FxHashSet<String>,
}

impl Phrases {
    /// Whether a text, [folded] and with single spaces, is in the list.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.set.contains(text)
    }

    pub(super) fn list(&self) -> &[String] {
        &self.list
    }

    fn add(&mut self, more: Phrases) {
        for phrase in more.list {
            if self.set.insert(folded(&phrase)) {
                self.list.push(phrase);
            }
        }
    }
}

impl<'de> Deserialize<'de> for Phrases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list: Vec<String> = Vec::<Phrase>::deserialize(deserializer)?.into_iter().map(|phrase| phrase.0).collect();
        Ok(Self { set: list.iter().map(|written| folded(written)).collect(), list })
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

/// The forms of each of the twelve months; empty if the file has no months.
#[derive(Debug, Clone, Default)]
pub(super) struct Months {
    list: Vec<Phrases>,
}

impl Months {
    pub(super) const PER_YEAR: usize = 12;

    /// The forms of each month, starting with January.
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

/// Declares the groups of a lexicon file, their lists, and how lists of another file are added.
macro_rules! groups {
    ($($(#[$about:meta])* $field:ident: $group:ident { $($(#[$note:meta])* $key:ident: $kind:ident,)* })*) => {
        /// A lexicon file, or several files with combined lists.
        #[derive(Debug, Clone, Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(super) struct Sections {
            $($(#[$about])* pub(super) $field: $group,)*
        }

        impl Sections {
            /// Adds the lists of another file. Months are not added.
            pub(super) fn add(&mut self, more: Sections) {
                $($(groups!(@add $kind, self.$field.$key, more.$field.$key);)*)*
            }
        }

        $(
            $(#[$about])*
            #[derive(Debug, Clone, Default, Deserialize)]
            #[serde(default, deny_unknown_fields)]
            #[allow(clippy::struct_field_names, reason = "the fields are the keys of the lexicon files")]
            pub(super) struct $group {
                $($(#[$note])* pub(super) $key: $kind,)*
            }
        )*
    };
    (@add Months, $own:expr, $more:expr) => { drop($more) };
    (@add $kind:ident, $own:expr, $more:expr) => { $own.add($more) };
}

groups! {
    /// Names of people and the particles around them.
    names: Names {
        /// Particles inside a name: "Ludwig van Beethoven".
        particles: Words,
        /// The particles that are also expected inside a name in running text, where nothing else marks the name.
        prose_particles: Words,
        /// Beginnings of surnames that keep lower-case letters when the rest is printed in capitals: "`McCAIN`".
        surname_prefixes: Phrases,
        /// Letters after a name: degrees, orders, seats. Written without full stops: "`PhD`", "MP".
        post_nominals: Words,
        /// Articles that may precede an honorific: "The Hon. Ann Lee".
        articles: Words,
        /// Articles that are dropped at the beginning of a title or a body: "The Acting Chair" has the title "Acting
        /// Chair".
        dropped_articles: Words,
        /// Words of sentences and headings that do not occur in names.
        function_words: Words,
        /// The words among these that are also names: "Wei He", "Minh Do".
        also_names: Words,
        /// Pronouns that people give after their names: "Ann Lee (she/her)".
        pronouns: Words,
        /// The words among these that may begin the label of a speaker: "A member of the audience".
        determiners: Words,
        /// Words that begin a clause. After a name and a comma they show that a person is addressed: "Mr. President,
        /// there are two."
        clause_openers: Words,
    }
    /// Forms of address, titles and ranks before a name.
    honorifics: Honorifics {
        /// All of them: "Dr. Ann Lee".
        words: Words,
        /// Used for men only. This list and the next one distinguish two people with the same surname.
        male: Words,
        /// Used for women only.
        female: Words,
        /// The honorifics that are only forms of address. Any other honorific before "of" is an office: "The Minister
        /// of Roads".
        plain: Words,
        /// The honorifics that are also offices: "Mayor Lee" has the name Lee and the title Mayor.
        offices: Words,
        /// Forms of address behind a name without a blank, in scripts without capitals: "田中一郎君".
        behind: Words,
        /// The honorifics that begin a label in capitals that ends with a full stop: "Mr. BYRD. I rise to speak."
        before_capitals: Words,
    }
    /// Who conducts the meeting.
    chairs: Chairs {
        /// Offices that conduct a meeting.
        words: Words,
        /// Offices that end a label without a space before them, in scripts without spaces.
        closing: Phrases,
        /// Offices that a person may also hold in another body: "Chair, Union of Bakers" does not conduct this meeting.
        of_bodies: Words,
        /// Offices that conduct a meeting only if no other words than `presiding_words` are beside them: "Mr. Speaker",
        /// but not "Guest speaker".
        presiding: Words,
        /// Those of these offices that also stand for anybody who speaks: `>> SPEAKER:`.
        anybody: Words,
        /// Words that may be beside these offices.
        presiding_words: Words,
        /// Words that may follow such an office in capitals: "The PRESIDENT pro tempore. The Senate will come to
        /// order."
        presiding_endings: Phrases,
        /// Offices that conduct this meeting if one of `sessions` follows: "President of the Assembly".
        of_sessions: Words,
        /// The sessions that such an office belongs to.
        sessions: Words,
        /// Bodies whose chair conducts this meeting: "Chair of the Committee".
        session_bodies: Words,
        /// Ranks that distinguish two such offices: "Acting Chair", "Deputy Speaker".
        ranks: Words,
    }
    /// Lines that name who conducts the meeting: "Chair: Ann Lee, Director".
    chair_lines: ChairLines {
        /// Labels before the colon.
        labels: Phrases,
        /// Words that may precede such a label: "Session chair: Ann Lee".
        before: Phrases,
        /// Words that may follow such a label: "Chair of the session: Ann Lee".
        of: Phrases,
        /// Openings of such a line without a colon: "Présidence de Mme Ann Lee".
        presidency: Phrases,
        /// Words that begin a sentence after the label and show that the chair is speaking: "Chair: Mr. Lee, you have
        /// the floor."
        addresses: Words,
    }
    /// Other roles in proceedings: "The Witness", "Interviewer".
    offices: Offices {
        /// Nouns for these roles.
        words: Words,
        /// Endings of offices that are written as one word: "Transportministeren".
        endings: Phrases,
        /// Particles and ranks beside an office: "The Acting Chair".
        beside: Words,
        /// Particles that may be in the label of an office: "Member for Tarnley".
        small_words: Words,
        /// Words between an office and its field: "Minister of Roads".
        of: Words,
        /// Roles in these proceedings that are not positions elsewhere; they are never used as a title.
        not_positions: Words,
    }
    /// Positions in working life: they distinguish a title ("Director of Research") from an affiliation ("Institute of
    /// Research").
    positions: Positions {
        /// Nouns for positions.
        words: Words,
        /// Words between a position and its field; words after them do not name a position.
        of: Words,
        /// Words between a position and a place of work: "Professor at the University of Loenen".
        at: Words,
        /// Words between a position and a body.
        with: Words,
        /// Endings of positions in scripts without spaces.
        closing: Phrases,
    }
    /// Roles in the proceedings as tables and lists of people name them, in a column `role`.
    roles: Roles {
        /// The person who conducts the meeting.
        chair: Words,
        /// A person who speaks.
        speaker: Words,
        /// A person who asks.
        questioner: Words,
        /// A person who interjects.
        interjector: Words,
        /// An unknown person.
        unknown: Words,
    }
    /// Bodies that people work for or belong to.
    bodies: Bodies {
        /// Nouns for bodies: "University", "Ministry".
        words: Words,
        /// Words inside the names of bodies: "Bank of Norland".
        of: Words,
        /// Abbreviations of legal forms after the name of a company: "Acme Reporting, Inc."
        legal_forms: Words,
    }
    /// Parties and parliamentary groups.
    parties: Parties {
        /// Names and abbreviations, as printed in brackets after a name: "(Lab)".
        words: Phrases,
    }
    /// Countries and constituencies.
    places: Places {
        /// Countries, as printed in brackets after a name: "Ann Lee (Chile)".
        countries: Phrases,
    }
    /// Labels of people without a name.
    nameless: Nameless {
        /// Words for people without a name: "A member of the audience".
        anonymous: Words,
        /// Words that say that the speaker is unknown.
        unknown: Words,
        /// First words of the label of a person who asks.
        questioners: Words,
        /// Words that mean a questioner anywhere in a label.
        questioners_anywhere: Words,
        /// First words of the label of an interjector: "Voice from the gallery".
        interjectors: Words,
        /// A label that consists only of these words is an interjector: "Hon. Members".
        interjectors_only: Words,
        /// Words that begin a label such as "An hon. Member".
        one_of: Words,
        /// Nouns that follow them.
        members: Words,
    }
    /// Labels of questions and answers: "Q: Did you see it? A: No."
    questions: Questions {
        /// Labels of questions.
        question_labels: Words,
        /// Labels of answers that are used together with labels of questions.
        answer_labels: Words,
        /// Labels of answers in interviews whose head names the person who answers.
        answers: Words,
        /// Short labels of interviewers in research transcripts: "I:", "INT:".
        interviewer_labels: Words,
        /// Short labels of interviewees; both kinds of labels must occur.
        interviewee_labels: Words,
        /// What the head of an interview calls the person who answers: "Interviewee: Ann Lee".
        interviewees: Words,
    }
    /// Texts before a colon or alone on a line that are not speakers: "Date:", "Note:".
    not_speakers: NotSpeakers {
        /// Words and whole labels.
        words: Phrases,
        /// Nouns that end a heading: "Opening remarks".
        heading_nouns: Words,
    }
    /// Stage directions: texts in brackets that are not spoken.
    directions: Directions {
        /// What is heard or seen in the room, at the beginning of a direction: "Applause".
        stage: Words,
        /// What people and things do, in short directions: "Phone rings".
        stage_verbs: Words,
        /// Forms of applause, inside a longer direction: "The delegates applauded".
        applause: Words,
        /// How loud, how long and whose it is, before such a word: "Prolonged applause".
        loudness: Words,
        /// Languages: "spoke in French".
        languages: Words,
        /// Particles before a language: "in French".
        before_language: Words,
        /// Words for speaking before a language: "spoke".
        speaking: Words,
        /// The words of `clause_openers` that also occur in directions.
        no_clause: Words,
        /// Openings of a note on interpreters: "through an interpreter".
        through: Phrases,
        /// Last words of such a note. `*` matches any ending.
        interpreters: Phrases,
        /// Openings that may be the whole note: "Simultaneous interpretation".
        interpretation: Phrases,
        /// Whole directions.
        whole: Phrases,
        /// Openings of a note that names the examiner: "(By Ms. Renner)".
        examined_by: Phrases,
        /// Words that follow them. `*` matches any ending.
        examined_by_whom: Phrases,
        /// How or where a person speaks, beside the name: "off mic", "BYLINE". `*` matches any ending.
        manners: Phrases,
        /// Endings of participles that say the same: "sitting down".
        participles: Phrases,
        /// Sounds in captions, in brackets: `[APPLAUSE]`. `*` matches any ending.
        sounds: Phrases,
    }
    /// Lists of those present.
    present: Present {
        /// Labels before the colon: "Present: Cllr. A. Lee (Chair)".
        labels: Phrases,
        /// Words that may precede such a label: "Members present".
        before: Phrases,
        /// Labels that occur only in minutes.
        minutes: Phrases,
        /// Words that begin the list of those absent, after a full stop.
        apologies: Phrases,
        /// Labels of lines that name who has a part in what follows: "Presenter: Ann Lee".
        fields: Phrases,
        /// Words between the last two names of a list: "and".
        and: Words,
        /// Values that say that there is nobody: "none".
        nobody: Phrases,
    }
    /// The head of a document.
    head: Head {
        /// Words in a heading that names the session. `#` matches a digit.
        sessions: Phrases,
        /// Words in a heading that names the panel.
        panels: Phrases,
        /// Words before the name of a person whom the head introduces: "Briefing by Ann Lee".
        introduced_by: Phrases,
    }
    /// Dates and times of day.
    dates: Dates {
        /// Words between two times: "2.05 p.m. to 2.40 p.m."
        until: Phrases,
        /// Endings of the day of a date: "5th May".
        ordinals: Phrases,
        /// Particles between day and month, and between month and year: "5 de mayo de 2020".
        of: Phrases,
        /// Words that say when a record was issued, not when the event was: "Published on 7 May 2027".
        issued: Phrases,
        /// Words before or behind a length of time that has passed: "2 years ago", "vor 3 Tagen".
        ago: Phrases,
        /// Words before the length of a recording, which is not a time of day: "Duration: 10:48".
        lengths: Phrases,
        /// Words for hours in a length of time: "1 hour 2 minutes 20 seconds".
        length_hours: Words,
        /// Words for minutes.
        length_minutes: Words,
        /// Words for seconds.
        length_seconds: Words,
        /// The sign after the year of a date in numbers.
        years: Phrases,
        /// The sign after the month.
        month_signs: Phrases,
        /// The sign after the day.
        days: Phrases,
        /// The numerals from nought to ten, each with its forms one after the other.
        numerals: Phrases,
        /// Eras, each with the year before its first one.
        eras: Phrases,
        /// The twelve months, each with its full forms, in lower case.
        months: Months,
        /// The twelve months, each with its abbreviations; `[]` for a month without any.
        short_months: Months,
    }
    /// Where sentences end. These words hold in the language of their file alone.
    sentences: SentenceWords {
        /// Abbreviated titles, which never end a sentence: "Sr. López". Written without the last full stop.
        titles: Words,
        /// Abbreviations that end a sentence only where one of the openers follows: "art. 3".
        abbreviations: Words,
        /// Words that often begin a sentence and are not names.
        openers: Words,
        /// What may continue a sentence directly after a quotation that ends like a sentence.
        after_quotation: Phrases,
        /// Words that negate a sentence: "not", "don't".
        negations: Words,
    }
    /// Page numbers and hours on separate lines.
    pages: Pages {
        /// Words before the number of a page: "Page 5".
        words: Phrases,
        /// The same in square brackets: "[[Page S695]]".
        in_brackets: Phrases,
        /// Words between the page number and the number of pages: "5 of 12".
        of: Phrases,
        /// Words before a time of day: "kl. 10:15".
        at: Phrases,
        /// Words after an hour: "12.00 hrs".
        hours: Phrases,
    }
    /// Words of speech.
    persons: Persons {
        /// Words for who speaks and who is spoken to: "I", "your".
        first_and_second: Words,
    }
    /// Notes of editors.
    editorial: Editorial {
        /// First words of a note in brackets: "[Editor's note: ...]".
        in_brackets: Phrases,
        /// First words of a note without brackets: "Copyright", "This transcript has been".
        openings: Phrases,
        /// Words in a last paragraph in italics that make the paragraph part of the record.
        record_in_italics: Phrases,
    }
    /// Statements of the record between turns: that the meeting opens, votes and closes.
    record: Record {
        /// Words before the body: "The Committee adjourned".
        determiners: Phrases,
        /// Words between body and event: "The public hearing was closed".
        adjectives: Phrases,
        /// Bodies that meet, and events that take place.
        bodies: Phrases,
        /// Words before the event: "was", "stands".
        auxiliaries: Phrases,
        /// Events: "adjourned", "called to order".
        openings_and_closings: Phrases,
        /// Openings of a line that gives the hour at which the session opens or closes.
        sessions_at: Phrases,
        /// Openings of a line that only gives the hour.
        times: Phrases,
        /// Halves of the day that begin such a line, in scripts without spaces.
        half_days: Phrases,
        /// Endings of such a line.
        half_day_endings: Phrases,
        /// Labels in capitals that introduce a decision: "RESOLVED: ...".
        capital_labels: Phrases,
        /// Actions in a line that ends with a dash: "Several members rose—".
        acts: Phrases,
        /// Abbreviations inside such a line; their full stop does not end the line.
        abbreviations: Phrases,
        /// Motions before the house: "Bill read a first time."
        business: Phrases,
        /// Outcomes of these motions.
        business_ends: Phrases,
        /// Openings of a decision: "It was resolved that ...".
        resolutions: Phrases,
        /// Subjects of a vote: "The motion was carried on a show of hands."
        motions: Phrases,
        /// Words before the outcome.
        motion_auxiliaries: Phrases,
        /// Outcomes.
        outcomes: Phrases,
        /// Labels of lists of votes: "In favour: Norland, Castor".
        votes: Phrases,
        /// Headings of the lists of a division, without their number: "AYES".
        vote_headings: Phrases,
        /// Sides in a count of votes: "6 for, 3 against".
        sides: Words,
        /// Further words in such a count: "votes", "result".
        count_words: Words,
        /// Openings of lines that announce or close a division: "Division No.", "The House divided".
        divisions: Phrases,
        /// Whole statements of the record: "There was no objection". A star means any ending.
        sentences: Phrases,
        /// Openings of such statements: "The question was taken;".
        sentence_openings: Phrases,
        /// Headings over the results of an item: "Conclusion", "Action items".
        reports: Phrases,
        /// Notes of the recording: "end of tape".
        marks: Phrases,
        /// What begins a line after which nobody speaks any more: "End of interview".
        ends: Phrases,
        /// Texts that meeting software writes after a name: "Ann Lee stopped transcription".
        recorders: Phrases,
        /// Verbs behind a name in capitals that open a speech in indirect speech: "MR. LEE said, that ...".
        indirect: Phrases,
        /// Words of a sentence that gives the floor to the person named behind them: "The Chair gives the floor to Ann Lee:".
        gives_floor: Phrases,
        /// Words of a sentence in which the person named beside them takes the floor: "Ann Lee takes the floor:".
        takes_floor: Phrases,
        /// Verbs of minutes that report what a person said: "Mrs. Crowe asked that ...".
        reporting: Phrases,
        /// Verbs between a name and the words that are quoted: `Ann says, "The boat has gone."`
        quoting: Words,
        /// Nouns for those who speak for a state or a body in such minutes: "The delegation of Norland said".
        delegates: Words,
        /// Verbs behind the name of who speaks in minutes that report each speech: "Mevrouw De Wit vraagt ...".
        verbs: Phrases,
    }
    /// Lines of courts and inquiries that say who examines whom: "Cross-examination by MR LEE".
    examination: Examination {
        /// Kinds of examination.
        kinds: Phrases,
        /// Nouns for an examination.
        examinations: Phrases,
        /// Words between the noun and the examiner.
        by: Phrases,
        /// First words of the examiner's name.
        whom: Phrases,
        /// Openings of such a line in capitals: "BY MS. HILL:".
        capital_by: Phrases,
        /// Words that follow them.
        capital_whom: Phrases,
        /// Words in brackets after the name of a witness: "(sworn)".
        oaths: Phrases,
        /// Openings of the formula "having been first duly sworn".
        having_been: Phrases,
        /// Words before the name of the examiner, in lines that say what follows: "was examined by".
        examined: Phrases,
        /// Endings of that formula.
        sworn: Phrases,
        /// Labels of the person who is examined: "THE WITNESS".
        witnesses: Words,
    }
    /// Heads of interviews.
    interviews: Interviews {
        /// Endings of questions that need no question mark: "か。".
        question_endings: Phrases,
        /// Fields of the head that name who is examined: "Name: Ann Lee".
        name_fields: Phrases,
        /// Nouns and verbs for an interview: "Interview with Ann Lee".
        conversations: Phrases,
        /// Words between the noun or verb and the person who answers.
        with: Phrases,
        /// Words before the name of the person who asks: "Interview by Bo Hill", "Questions: Bo Hill".
        conducted: Phrases,
        /// Words between these and the name.
        by: Phrases,
        /// The same at the beginning of a line: "By Bo Hill".
        bylines: Phrases,
        /// Words after the name of the person who asks: "Bo Hill spoke to him".
        spoke: Phrases,
        /// Words between a name and the description of the person: "Ann Lee is director".
        is: Phrases,
        /// Articles after these words.
        articles: Phrases,
    }
    /// Titles of pages that are the speech of one person: "Speech by Ann Lee, Minister of Roads, at the fair".
    speeches: Speeches {
        /// Nouns for a speech.
        nouns: Phrases,
        /// Participles after these nouns: "Speech delivered by".
        made: Phrases,
        /// Words before the speaker.
        by: Phrases,
        /// Nouns for a speech that also begin a title without the name of the speaker: "Speech at the fair".
        headings: Phrases,
        /// First words of a speech: "Ladies and gentlemen".
        salutations: Phrases,
        /// Endings of a name before such a noun in a heading: "MR. LEE'S SPEECH".
        possessives: Phrases,
        /// Nouns for a further speech of a debate, in such a heading: "MR. LEE'S REPLY".
        replies: Phrases,
    }
    /// Where a description of a person ends and the occasion begins: "Minister of Roads, at the fair".
    occasions: Occasions {
        /// Words before an occasion.
        prepositions: Phrases,
        /// Words between the preposition and the occasion.
        articles: Phrases,
        /// The prepositions that may also belong to an office: "Commissioner for Data".
        fields: Words,
        /// Words that end a name in capitals: "ANN LEE AT THE FAIR".
        in_capitals: Words,
    }
    /// Letters and comments: what is above and below their text.
    letters: Letters {
        /// First words of the line above the text: "Dear editor,".
        openings: Phrases,
        /// Lines between the text and the name of the writer: "Best regards,".
        closings: Phrases,
    }
    /// Exports of chats: "10:02:11 From Ann Lee to Everyone : text".
    chats: Chats {
        /// The word before the sender.
        from: Phrases,
        /// The word before the recipient.
        to: Phrases,
    }
}

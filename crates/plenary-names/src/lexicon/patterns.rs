//! Regular expressions that are built from the phrases of a lexicon, each compiled once, when it is first used.
//!
//! **Input**: the sections of all files. **Output**: [`Patterns`], one expression for each thing that is searched for
//! in a text. **Refused**: lists that are too long for an expression. What a match means is left to the caller.

use std::ops::Deref;
use std::sync::OnceLock;

use regex::Regex;

use super::sections::{Phrases, Sections, Words};
use crate::text::{capitalised, constant_regex};

/// A regular expression that is compiled when it is first used: few documents need all of them.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Regex>,
}

impl Deref for Pattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        // `Patterns::of` checks those with words of a file of the user, and a test all others.
        self.compiled.get_or_init(|| constant_regex(&self.text))
    }
}

/// Expressions built from the phrases of a lexicon.
#[derive(Debug, Clone)]
pub struct Patterns {
    /// A name in running text: capitalised words, with particles of names between them.
    pub name_in_prose: Pattern,
    /// The end of a description of a person: " at the " in "Minister of Roads at the fair".
    pub occasion: Pattern,
    /// A bracket about interpreters, or a bracket that as a whole is a stage direction.
    pub interpreted: Pattern,
    /// A bracket that names the examiner: "By Ms. Renner".
    pub examined_in_brackets: Pattern,
    /// A text beside a name that says how or where the person speaks.
    pub manner: Pattern,
    /// A sound in brackets in captions.
    pub sound: Pattern,
    /// The label of a line that names the chair, with its colon.
    pub chair_line: Pattern,
    /// The opening of a chair line without a colon.
    pub presidency: Pattern,
    /// The label of a list of those present, with its colon.
    pub present: Pattern,
    /// The label of a list of those present in minutes.
    pub minutes: Pattern,
    /// The beginning of the list of those absent, after a full stop.
    pub apologies: Pattern,
    /// Words in a heading that names the session.
    pub session: Pattern,
    /// Words in a heading that names the panel.
    pub panel: Pattern,
    /// Words before the name of a person whom the head of a document introduces.
    pub introduced_by: Pattern,
    /// How long ago something was, as the whole text: "2 years ago".
    pub ago: Pattern,
    /// Day (group 1) and month (group 2) of a date, with an optional year (group 3).
    pub day_month: Pattern,
    /// Month (group 1) and day (group 2) of a date, with an optional year (group 3).
    pub month_day: Pattern,
    /// Day (group 1), month of any language (group 2) and year (group 3).
    pub day_month_year: Pattern,
    /// Month of any language that needs a year (group 1), day (group 2) and year (group 3).
    pub month_day_year: Pattern,
    /// Year (group 1), month of any language (group 2) and day (group 3).
    pub year_month_day: Pattern,
    /// Era (group 1), year (group 2), month (group 3) and day (group 4), each with a sign after it, in digits or numerals.
    pub numbered_date: Pattern,
    /// A word that says when a record was issued.
    pub issued: Pattern,
    /// A word before the length of a recording.
    pub lengths: Pattern,
    /// A time of day, and the end if it is a range: hour, minute and half of the day in groups 1 to 3 and 4 to 6.
    pub clock_range: Pattern,
    /// A page number on a separate line.
    pub page_number: Pattern,
    /// A time on a separate line.
    pub time_alone: Pattern,
    /// An hour on a separate line: "12.00 hrs".
    pub hour: Pattern,
    /// The beginning of an editorial note.
    pub editorial: Pattern,
    /// A line that says that the meeting opens or closes.
    pub closing: Pattern,
    /// A label in capitals that introduces a decision.
    pub decision: Pattern,
    /// An action of the house, as its record prints it.
    pub formula: Pattern,
    /// A list of votes.
    pub votes: Pattern,
    /// The label of a list of people or votes, with its colon.
    pub list_label: Pattern,
    /// The heading of a list of a division, with its number or total.
    pub vote_heading: Pattern,
    /// A line that announces or closes a division.
    pub division: Pattern,
    /// A whole statement of the record.
    pub sentence: Pattern,
    /// A note of the recording, on a separate line.
    pub recording_mark: Pattern,
    /// The name of an examination, on a separate line.
    pub examination_alone: Pattern,
    /// A verb that reports what a person said, at the beginning of a text.
    pub reporting: Pattern,
    /// A verb behind the name of who speaks in minutes that report each speech.
    pub says: Pattern,
    /// A name in capitals (group 1) behind a form of address or an article, before a verb of indirect speech.
    pub indirect: Pattern,
    /// Words of a sentence that gives the floor to the person named behind them.
    pub gives_floor: Pattern,
    /// Words of a sentence in which the person named beside them takes the floor.
    pub takes_floor: Pattern,
    /// A line that says who examines whom.
    pub examination: Pattern,
    /// Texts, one of which occurs in every short line that matches [`Patterns::examination`] and does not end with a
    /// bracket.
    pub examination_signs: Vec<String>,
    /// A word for the state of an examination, alone: "continued".
    pub oath: Pattern,
    /// The opening of the formula for swearing in a witness.
    pub having_been: Pattern,
    /// Words before the name of the examiner: "was examined by".
    pub examined: Pattern,
    /// Words before the name of the person who answers in an interview.
    pub interviewee: Pattern,
    /// Words before the name of the person who asks.
    pub interviewer: Pattern,
    /// Words after the name of the person who asks.
    pub spoke: Pattern,
    /// Words between a name and the description of the person.
    pub is: Pattern,
    /// Words before the name of the speaker in the title of a speech.
    pub speech_by: Pattern,
    /// The beginning of a title that says that the page is a speech.
    pub speech: Pattern,
    /// A heading that names whose speech is below it: the name in the group `before` or `behind`.
    pub speech_of: Pattern,
    /// The beginning of a salutation.
    pub salutation: Pattern,
    /// The beginning of the line above the text of a letter: "Dear editor,".
    pub letter_opening: Pattern,
    /// A label in capitals that ends with a full stop (group 1), or the letter of a question or answer.
    pub label_and_period: Pattern,
    /// The letter of a question or answer before its text.
    pub letter: Pattern,
    /// The word before the sender, at the beginning of a line of a chat.
    pub chat_from: Pattern,
    /// The word before the recipient.
    pub chat_to: Pattern,
}

impl Patterns {
    /// Builds the expressions. `local_months` are the forms of the months in the languages whose dates need a year, `all_months` those of
    /// all languages. With `now`, all are compiled at once.
    ///
    /// # Errors
    /// With `now`, if the lists make an expression longer than the regex crate compiles.
    pub(super) fn of(
        s: &Sections,
        local_months: &[String],
        all_months: &[String],
        now: bool,
    ) -> Result<Self, regex::Error> {
        let pattern = |text: String| {
            let compiled = if now { OnceLock::from(Regex::new(&text)?) } else { OnceLock::new() };
            Ok(Pattern { text, compiled })
        };
        let (names, honorifics, directions) = (&s.names, &s.honorifics, &s.directions);
        let (chair_lines, occasions, record) = (&s.chair_lines, &s.occasions, &s.record);
        let the = format!("(?:{})", all_words(&names.dropped_articles));
        let letters = |words: &Words| {
            let letters = words.list().iter().filter(|word| word.chars().count() == 1);
            any(letters.map(|letter| letter.to_uppercase()))
        };
        let (q, a) = (letters(&s.questions.question_labels), letters(&s.questions.answer_labels));
        let year = r"(?:1[6-9]|20)\d{2}";
        Ok(Self {
            name_in_prose: pattern(format!(
                r"\p{{Lu}}[\p{{L}}\p{{M}}'’\-]*\.?(?:\s+(?:{}\s+){{0,2}}\p{{Lu}}[\p{{L}}\p{{M}}'’\-]*\.?)+",
                all_words(&names.prose_particles)
            ))?,
            occasion: pattern(format!(
                r"(?i)\s+{}\s+{}?\s*",
                all(&occasions.prepositions),
                in_order(&occasions.articles)
            ))?,
            interpreted: pattern(format!(
                r"(?i)^{}.{{0,24}}\b{}$|^{}|^{}$",
                whole(&directions.through),
                all(&directions.interpreters),
                whole(&directions.interpretation),
                all(&directions.whole)
            ))?,
            examined_in_brackets: pattern(format!(
                r"(?i)^{} {}",
                all(&directions.examined_by),
                whole(&directions.examined_by_whom)
            ))?,
            manner: pattern(format!(r"(?i)^{}$", whole(&directions.manners)))?,
            sound: pattern(format!(r"(?i)\b{}", whole(&directions.sounds)))?,
            chair_line: pattern(format!(
                r"(?i)^(?:{} )?{}(?: {})?\s*[:：]\s*",
                all(&chair_lines.before),
                all(&chair_lines.labels),
                all(&chair_lines.of)
            ))?,
            presidency: pattern(format!(r"(?i)^{}\s+", all(&chair_lines.presidency)))?,
            present: pattern(format!(
                r"(?i)^\W*(?:{} )?{}\s*[:：]\s*",
                all(&s.present.before),
                all(&s.present.labels)
            ))?,
            minutes: pattern(format!(r"(?i)^\W*{}[^.]{{0,20}}:", whole(&s.present.minutes)))?,
            apologies: pattern(format!(r"\. {}", any(s.present.apologies.list().iter().map(|w| capitalised(w)))))?,
            session: pattern(format!(r"(?i)\b{}", whole(&s.head.sessions)))?,
            panel: pattern(format!(r"(?i)\b{}", whole(&s.head.panels)))?,
            introduced_by: pattern(format!(r"(?i)\b{}\s+(?:{the}\s+)?", all(&s.head.introduced_by)))?,
            day_month: pattern(format!(
                r"\b(\d{{1,2}})(?i:{}?(?: {})?)\.? ([A-Z][a-z]{{2,8}}|[A-Z]{{3,9}})\.?,? ?({year})?\b",
                all(&s.dates.ordinals),
                all(&s.dates.of)
            ))?,
            month_day: pattern(format!(
                r"\b([A-Z][a-z]{{2,8}}|[A-Z]{{3,9}})\.? (\d{{1,2}})(?i:{}?)\b,? ?({year})?\b",
                all(&s.dates.ordinals)
            ))?,
            day_month_year: pattern(format!(
                r"(?i)\b(\d{{1,2}}){}?\.?(?: {of})? ({})\.?,?(?: {of})? ({year})\b",
                all(&s.dates.ordinals),
                any_month(local_months),
                of = all(&s.dates.of)
            ))?,
            month_day_year: pattern(format!(
                r"(?i)\b({})\.? (\d{{1,2}}){}?\.?,?(?: {})? ({year})\b",
                any_month(local_months),
                all(&s.dates.ordinals),
                all(&s.dates.of)
            ))?,
            year_month_day: pattern(format!(
                r"(?i)\b({year})\.?,?(?: {})? ({})\.? (\d{{1,2}})\b",
                all(&s.dates.of),
                any_month(all_months)
            ))?,
            numbered_date: pattern(numbered_date(s))?,
            issued: pattern(beside_letters(&s.dates.issued))?,
            lengths: pattern(beside_letters(&s.dates.lengths))?,
            clock_range: pattern(format!(
                r"(?i)\b(\d{{1,2}})[:.](\d{{2}})\s*([ap]\.?m\b\.?)?(?:\s*(?:-|–|—|{})\s*(\d{{1,2}})[:.](\d{{2}})\s*([ap]\.?m\b\.?)?)?",
                all(&s.dates.until)
            ))?,
            page_number: pattern(format!(
                r"(?i)^(?:[-−–—\[(|]\s*)?{}?\s*\d{{1,4}}(?:\s*(?:/|{})\s*\d{{1,4}}(?:\s{{2,}}\S{{1,14}})?)?(?:\s*[-−–—\])|])?$|^\[\[?{}\s+\w+\]?\]$|^\d{{2}}-\d{{4,6}}\s+\d{{1,4}}/\d{{1,4}}$|^\d{{1,4}}/\d{{1,4}}\s+\d{{2}}-\d{{4,6}}$",
                all(&s.pages.words),
                all(&s.pages.of),
                all(&s.pages.in_brackets)
            ))?,
            time_alone: pattern(format!(
                r"^[\[(]?(?:{}\.?\s*)?\d{{1,2}}[:.]\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?(?:\s*(?:-->|[-–—])\s*\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?)?[\])]?$",
                any(s.pages.at.list().iter().flat_map(|word| [word.clone(), capitalised(word)]))
            ))?,
            hour: pattern(format!(
                r"(?i)^[\[(]?\d{{1,2}}(?:[.:]\d{{2}})?\s*(?:{}|[ap]\.?\s?m\.?)[\])]?$",
                all(&s.pages.hours)
            ))?,
            editorial: pattern(format!(
                r"(?i)^(?:[(\[*]\s*{}|©|\(c\)\s|{})",
                whole(&s.editorial.in_brackets),
                whole(&s.editorial.openings)
            ))?,
            closing: pattern(format!(
                r"(?i)^\(?(?:{} )?(?:{} )?{}(?: {})* {}|^{}[^.:!?]{{0,80}}[\s(]\d{{1,2}}[.,:/h ]|^{}[^!?]{{0,80}}$|^{}.{{1,12}}{}$",
                all(&record.determiners),
                all(&record.adjectives),
                all(&record.bodies),
                all(&record.auxiliaries),
                whole(&record.openings_and_closings),
                whole(&record.sessions_at),
                whole(&record.times),
                all(&record.half_days),
                all(&record.half_day_endings)
            ))?,
            decision: pattern(format!(
                r"^{}\b[^:]{{0,40}}:",
                any(record.capital_labels.list().iter().map(|label| label.to_uppercase()))
            ))?,
            formula: pattern(format!(
                r"(?i)^(?:[^.:!?]|\b{}){{0,80}}\b{}\s*[—–-]{{1,2}}$|^{}[^.:!?]{{0,80}}\b{}\.?$|^{}|^(?:{the} )?{}[^.:!?]{{0,60}}\b{} {}[^.:!?]{{0,50}}\.?$|^@\p{{Lu}}\p{{L}}+(?::|$)",
                all(&record.abbreviations),
                all(&record.acts),
                whole(&record.business),
                all(&record.business_ends),
                whole(&record.resolutions),
                whole(&record.motions),
                all(&record.motion_auxiliaries),
                whole(&record.outcomes)
            ))?,
            votes: pattern(format!(r"(?i)^{}\s*:\s*[^.!?]{{0,600}}$", all(&record.votes)))?,
            list_label: pattern(format!(
                r"(?i)^\W*(?:{} )?(?:{}|{}|{}|{})\s*[:：]\s*",
                all(&s.present.before),
                all(&s.present.labels),
                all(&s.present.fields),
                all(&record.votes),
                all(&record.vote_headings)
            ))?,
            vote_heading: pattern(format!(
                r"(?i)^[\W\d_]*{}[-–—.:…\s\d()]*(?:{})?\.?$",
                all(&record.vote_headings),
                all(&s.pages.hours)
            ))?,
            division: pattern(format!(r"(?i)^\W*{}", whole(&record.divisions)))?,
            sentence: pattern(format!(
                r"(?i)^(?:{}[.:]?$|{}[^!?]{{0,200}}\.$)",
                all(&record.sentences),
                whole(&record.sentence_openings)
            ))?,
            recording_mark: pattern(format!(r"(?i)^(.{{0,60}}\W)?{}\W*$", all(&record.marks)))?,
            examination_alone: pattern(format!(
                r"(?i)^(?:{}[- ]?){{0,2}}{}(?:\s*\(?{}\)?)?$",
                all(&s.examination.kinds),
                all(&s.examination.examinations),
                all(&s.examination.oaths)
            ))?,
            reporting: pattern(format!(r"^{}", whole(&record.reporting)))?,
            ago: pattern(format!(r"(?i)(?:^{ago}\s.*\p{{N}}|\p{{N}}\D{{0,16}}{ago}$)", ago = all(&s.dates.ago)))?,
            says: pattern(format!(r"^{}", whole(&record.verbs)))?,
            indirect: pattern(indirect(s))?,
            gives_floor: pattern(format!(r"(?i)\b{}", whole(&record.gives_floor)))?,
            takes_floor: pattern(format!(r"(?i)\b{}", whole(&record.takes_floor)))?,
            examination: pattern(examination(s))?,
            examination_signs: examination_signs(s),
            oath: pattern(format!(r"(?i)^{}$", all(&s.examination.oaths)))?,
            having_been: pattern(format!(
                r"(?:{}|{}) ",
                all(&s.examination.having_been),
                any(s.examination.having_been.list().iter().map(|words| words.to_uppercase()))
            ))?,
            examined: pattern(format!(r"(?i)\b{}\s+", all(&s.examination.examined)))?,
            interviewee: pattern(format!(
                r"(?i)\b{}\s+{}\s+",
                all(&s.interviews.conversations),
                all(&s.interviews.with)
            ))?,
            interviewer: pattern(format!(
                r"(?i)(?:\b{}\s*(?:{}|:)?\s*|^{}\s+)",
                all(&s.interviews.conducted),
                all(&s.interviews.by),
                all(&s.interviews.bylines)
            ))?,
            spoke: pattern(format!(r"^\s+{}", whole(&s.interviews.spoke)))?,
            is: pattern(format!(r"^(?:,| {})\s+(?:{} )?", all(&s.interviews.is), all(&s.interviews.articles)))?,
            speech_by: pattern(format!(
                r"(?i)\b{}\s+(?:{}\s+)*(?:{}|:)\s+(?:{the}\s+)?",
                all(&s.speeches.nouns),
                all(&s.speeches.made),
                all(&s.speeches.by)
            ))?,
            speech: pattern(format!(r"(?i)^(?:\w+\s+){{0,3}}{}", whole(&s.speeches.headings)))?,
            speech_of: pattern(format!(
                r"(?i)^(?:(?P<before>.{{2,60}}?){}\s+(?:{nouns}|{replies})|(?:{the}\s+)?(?:{nouns}|{replies})\s+{}\s+(?P<behind>.{{2,60}}?))\.?$",
                all(&s.speeches.possessives),
                all(&s.speeches.by),
                nouns = all(&s.speeches.nouns),
                replies = all(&s.speeches.replies),
            ))?,
            salutation: pattern(format!(r"(?i)^{}", whole(&s.speeches.salutations)))?,
            letter_opening: pattern(format!(r"(?i)^{}", whole(&s.letters.openings)))?,
            label_and_period: pattern(format!(
                r"^((?:{}\.? (?:\p{{Lu}}[\p{{Lu}}'’\-]*\p{{Lu}}|{}\p{{Lu}}+)(?: \p{{Lu}}[\p{{Lu}}'’\-]+)*(?: {} [A-Z][a-z]+(?: [A-Z][a-z]+)?)?|{} (?:\p{{Lu}}{{2,}})(?: \p{{Lu}}{{2,}})*(?: {})?)(?: [(\[][^)\]]*[)\]])?)\.\s+|^({q}|{a})(?:\.\s+|\s{{2,}}|\t)",
                any(honorifics.before_capitals.list().iter().map(|word| capitalised(word))),
                any(names.surname_prefixes.list().iter().map(|word| capitalised(word))),
                all_words(&s.bodies.of),
                any(names.dropped_articles.list().iter().map(|word| capitalised(word))),
                all(&s.chairs.presiding_endings)
            ))?,
            letter: pattern(format!(r"^({q}|{a}) +[\p{{Lu}}\d“‘']"))?,
            chat_from: pattern(format!("^{} ", any(s.chats.from.list().iter().map(|word| capitalised(word)))))?,
            chat_to: pattern(format!(" {} ", all(&s.chats.to)))?,
        })
    }
}

/// A date in numbers, each with a sign after it.
fn numbered_date(s: &Sections) -> String {
    let dates = &s.dates;
    let eras = any(dates.eras.list().iter().filter_map(|era| Some(era.rsplit_once(' ')?.0.to_string())));
    let numerals: String = dates.numerals.list().iter().map(|forms| regex::escape(forms)).collect();
    let number = |most: usize| format!(r"([\d{numerals}]{{1,{most}}})");
    format!(
        r"(?:({eras})\s*)?{}\s*{}\s*{}\s*{}\s*{}\s*{}",
        number(4),
        all(&dates.years),
        number(3),
        all(&dates.month_signs),
        number(3),
        all(&dates.days)
    )
}

/// Any of some phrases that is not a part of a longer word. Scripts without blanks do not show where a word ends.
fn beside_letters(phrases: &Phrases) -> String {
    let blankless = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}";
    format!(r"(?i)(?:^|\P{{L}}|[{blankless}]){}(?:$|\P{{L}}|[{blankless}])", all(phrases))
}

fn examination(s: &Sections) -> String {
    let (by, examined) = (any_upper(&s.examination.capital_by), &s.examination);
    format!(
        r"^(?:{by} {}\b\.?[^.:]{{0,40}}:?$|(?i:(?:{}[- ]?)*{} {} {}[^:!?]{{0,50}}$)|.{{3,80}}\({}\)$|.{{0,120}}\b{} {}.{{0,160}}$)",
        any_upper(&examined.capital_whom),
        all(&examined.kinds),
        all(&examined.examinations),
        all(&examined.by),
        whole(&examined.whom),
        all(&examined.oaths),
        all(&examined.having_been),
        whole(&examined.sworn)
    )
}

/// "MR. LEE (Leeds) said,", "THE CHANCELLOR OF THE EXCHEQUER replied,": the verb is not part of the match.
fn indirect(s: &Sections) -> String {
    let opens = |words: &Words| any(words.list().iter().map(|word| word.to_uppercase()));
    format!(
        r"^((?:(?:{}\.?|{}) )+(?:\p{{Lu}}[\p{{Lu}}'’.\-]* ?)+(?:[(\[][^)\]]{{1,60}}[)\]])?),?\s+{}",
        opens(&s.honorifics.words),
        opens(&s.names.dropped_articles),
        whole(&s.record.indirect)
    )
}

fn examination_signs(s: &Sections) -> Vec<String> {
    let between = s.examination.by.list().iter().flat_map(|word| [word.clone(), word.to_uppercase()]);
    between.map(|word| format!(" {word} ")).collect()
}

/// Any of some phrases; longer ones are tried first.
fn all(phrases: &Phrases) -> String {
    any(phrases.list().iter().cloned())
}

/// Any of some phrases, at their end: if a phrase ends with a letter or digit, no letter or digit may follow it; a
/// phrase that ends with another sign may be followed by anything.
fn whole(phrases: &Phrases) -> String {
    let mut phrases: Vec<&String> = phrases.list().iter().collect();
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.chars().count()));
    let end = |phrase: &str| {
        let goes_on = phrase.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '*' | '#' | '_'));
        if goes_on { r"\b" } else { "" }
    };
    let phrases: Vec<String> =
        phrases.into_iter().map(|phrase| format!("{}{}", expression(phrase), end(phrase))).collect();
    group(&phrases)
}

/// Any of some words; longer ones are tried first.
fn all_words(words: &Words) -> String {
    any(words.list().iter().cloned())
}

fn any_upper(phrases: &Phrases) -> String {
    any(phrases.list().iter().map(|phrase| phrase.to_uppercase()))
}

fn any(phrases: impl Iterator<Item = String>) -> String {
    let mut phrases: Vec<String> = phrases.collect();
    phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.chars().count()));
    alternatives(&phrases)
}

/// Any of some months. The letters i and ı are one letter, as in [`crate::text::folded`]: "HAZİRAN" and "KASIM" are months as well.
fn any_month(months: &[String]) -> String {
    any(months.iter().cloned()).replace(['i', 'ı'], r"[i\x{131}\x{130}]")
}

/// Any of some phrases, tried in the order of the files.
fn in_order(phrases: &Phrases) -> String {
    alternatives(phrases.list())
}

/// A group of alternatives; without alternatives it matches nothing.
fn alternatives(phrases: &[String]) -> String {
    let phrases: Vec<String> = phrases.iter().map(|phrase| expression(phrase)).collect();
    group(&phrases)
}

fn group(expressions: &[String]) -> String {
    if expressions.is_empty() { r"[^\s\S]".to_string() } else { format!("(?:{})", expressions.join("|")) }
}

/// A phrase as an expression: `*` at its end matches any ending, `#` matches a digit.
fn expression(phrase: &str) -> String {
    let (stem, ending) = phrase.strip_suffix('*').map_or((phrase, ""), |stem| (stem, r"\w*"));
    format!("{}{ending}", regex::escape(stem).replace(r"\#", r"\d"))
}

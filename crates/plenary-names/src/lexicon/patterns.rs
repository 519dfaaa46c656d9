//! Regular expressions that are built from the phrases of a lexicon, each compiled once.
//!
//! **Input**: the sections of all files. **Output**: [`Patterns`], one expression for each thing that is searched for
//! in a text. **Refused**: lists that are too long for an expression. What a match means is left to the caller.

use regex::Regex;

use super::sections::{Phrases, Sections, Words};
use crate::text::capitalised;

/// Expressions built from the phrases of a lexicon.
#[derive(Debug, Clone)]
pub struct Patterns {
    /// A name in running text: capitalised words, with particles of names between them.
    pub name_in_prose: Regex,
    /// The end of a description of a person: " at the " in "Minister of Roads at the fair".
    pub occasion: Regex,
    /// A bracket about interpreters, or a bracket that as a whole is a stage direction.
    pub interpreted: Regex,
    /// A bracket that names the examiner: "By Ms. Renner".
    pub examined_in_brackets: Regex,
    /// A text beside a name that says how or where the person speaks.
    pub manner: Regex,
    /// A sound in brackets in captions.
    pub sound: Regex,
    /// The label of a line that names the chair, with its colon.
    pub chair_line: Regex,
    /// The opening of a chair line without a colon.
    pub presidency: Regex,
    /// The label of a list of those present, with its colon.
    pub present: Regex,
    /// The label of a list of those present in minutes.
    pub minutes: Regex,
    /// The beginning of the list of those absent, after a full stop.
    pub apologies: Regex,
    /// Words in a heading that names the session.
    pub session: Regex,
    /// Words in a heading that names the panel.
    pub panel: Regex,
    /// Words before the name of a person whom the head of a document introduces.
    pub introduced_by: Regex,
    /// How long ago something was, as the whole text: "2 years ago".
    pub ago: Regex,
    /// Day (group 1) and month (group 2) of a date, with an optional year (group 3).
    pub day_month: Regex,
    /// Month (group 1) and day (group 2) of a date, with an optional year (group 3).
    pub month_day: Regex,
    /// Day (group 1), month of any language (group 2) and year (group 3).
    pub day_month_year: Regex,
    /// Month of any language that needs a year (group 1), day (group 2) and year (group 3).
    pub month_day_year: Regex,
    /// Year (group 1), month of any language (group 2) and day (group 3).
    pub year_month_day: Regex,
    /// Era (group 1), year (group 2), month (group 3) and day (group 4), each with a sign after it, in digits or numerals.
    pub numbered_date: Regex,
    /// A word that says when a record was issued.
    pub issued: Regex,
    /// A word before the length of a recording.
    pub lengths: Regex,
    /// A time of day, and the end if it is a range: hour, minute and half of the day in groups 1 to 3 and 4 to 6.
    pub clock_range: Regex,
    /// A page number on a separate line.
    pub page_number: Regex,
    /// A time on a separate line.
    pub time_alone: Regex,
    /// An hour on a separate line: "12.00 hrs".
    pub hour: Regex,
    /// The beginning of an editorial note.
    pub editorial: Regex,
    /// A line that says that the meeting opens or closes.
    pub closing: Regex,
    /// A label in capitals that introduces a decision.
    pub decision: Regex,
    /// An action of the house, as its record prints it.
    pub formula: Regex,
    /// A list of votes.
    pub votes: Regex,
    /// The label of a list of people or votes, with its colon.
    pub list_label: Regex,
    /// The heading of a list of a division, with its number or total.
    pub vote_heading: Regex,
    /// A line that announces or closes a division.
    pub division: Regex,
    /// A whole statement of the record.
    pub sentence: Regex,
    /// A note of the recording, on a separate line.
    pub recording_mark: Regex,
    /// The name of an examination, on a separate line.
    pub examination_alone: Regex,
    /// A verb that reports what a person said, at the beginning of a text.
    pub reporting: Regex,
    /// A verb behind the name of who speaks in minutes that report each speech.
    pub says: Regex,
    /// A name in capitals (group 1) behind a form of address or an article, before a verb of indirect speech.
    pub indirect: Regex,
    /// A line that says who examines whom.
    pub examination: Regex,
    /// Texts, one of which occurs in every short line that matches [`Patterns::examination`] and does not end with a
    /// bracket.
    pub examination_signs: Vec<String>,
    /// A word for the state of an examination, alone: "continued".
    pub oath: Regex,
    /// The opening of the formula for swearing in a witness.
    pub having_been: Regex,
    /// Words before the name of the examiner: "was examined by".
    pub examined: Regex,
    /// Words before the name of the person who answers in an interview.
    pub interviewee: Regex,
    /// Words before the name of the person who asks.
    pub interviewer: Regex,
    /// Words after the name of the person who asks.
    pub spoke: Regex,
    /// Words between a name and the description of the person.
    pub is: Regex,
    /// Words before the name of the speaker in the title of a speech.
    pub speech_by: Regex,
    /// The beginning of a title that says that the page is a speech.
    pub speech: Regex,
    /// A heading that names whose speech is below it: the name in the group `before` or `behind`.
    pub speech_of: Regex,
    /// The beginning of a salutation.
    pub salutation: Regex,
    /// The beginning of the line above the text of a letter: "Dear editor,".
    pub letter_opening: Regex,
    /// A label in capitals that ends with a full stop (group 1), or the letter of a question or answer.
    pub label_and_period: Regex,
    /// The letter of a question or answer before its text.
    pub letter: Regex,
    /// The word before the sender, at the beginning of a line of a chat.
    pub chat_from: Regex,
    /// The word before the recipient.
    pub chat_to: Regex,
}

impl Patterns {
    /// Builds the expressions. `local_months` are the forms of the months in the languages whose dates need a year.
    ///
    /// # Errors
    /// If the lists make an expression longer than the regex crate compiles.
    /// `all_months` are those of all languages.
    pub(super) fn of(s: &Sections, local_months: &[String], all_months: &[String]) -> Result<Self, regex::Error> {
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
            name_in_prose: Regex::new(&format!(
                r"\p{{Lu}}[\p{{L}}\p{{M}}'’\-]*\.?(?:\s+(?:{}\s+){{0,2}}\p{{Lu}}[\p{{L}}\p{{M}}'’\-]*\.?)+",
                all_words(&names.prose_particles)
            ))?,
            occasion: Regex::new(&format!(
                r"(?i)\s+{}\s+{}?\s*",
                all(&occasions.prepositions),
                in_order(&occasions.articles)
            ))?,
            interpreted: Regex::new(&format!(
                r"(?i)^{}.{{0,24}}\b{}$|^{}|^{}$",
                whole(&directions.through),
                all(&directions.interpreters),
                whole(&directions.interpretation),
                all(&directions.whole)
            ))?,
            examined_in_brackets: Regex::new(&format!(
                r"(?i)^{} {}",
                all(&directions.examined_by),
                whole(&directions.examined_by_whom)
            ))?,
            manner: Regex::new(&format!(r"(?i)^{}$", whole(&directions.manners)))?,
            sound: Regex::new(&format!(r"(?i)\b{}", whole(&directions.sounds)))?,
            chair_line: Regex::new(&format!(
                r"(?i)^(?:{} )?{}(?: {})?\s*[:：]\s*",
                all(&chair_lines.before),
                all(&chair_lines.labels),
                all(&chair_lines.of)
            ))?,
            presidency: Regex::new(&format!(r"(?i)^{}\s+", all(&chair_lines.presidency)))?,
            present: Regex::new(&format!(
                r"(?i)^\W*(?:{} )?{}\s*[:：]\s*",
                all(&s.present.before),
                all(&s.present.labels)
            ))?,
            minutes: Regex::new(&format!(r"(?i)^\W*{}[^.]{{0,20}}:", whole(&s.present.minutes)))?,
            apologies: Regex::new(&format!(r"\. {}", any(s.present.apologies.list().iter().map(|w| capitalised(w)))))?,
            session: Regex::new(&format!(r"(?i)\b{}", whole(&s.head.sessions)))?,
            panel: Regex::new(&format!(r"(?i)\b{}", whole(&s.head.panels)))?,
            introduced_by: Regex::new(&format!(r"(?i)\b{}\s+(?:{the}\s+)?", all(&s.head.introduced_by)))?,
            day_month: Regex::new(&format!(
                r"\b(\d{{1,2}})(?i:{}?(?: {})?)\.? ([A-Z][a-z]{{2,8}}|[A-Z]{{3,9}})\.?,? ?({year})?\b",
                all(&s.dates.ordinals),
                all(&s.dates.of)
            ))?,
            month_day: Regex::new(&format!(
                r"\b([A-Z][a-z]{{2,8}}|[A-Z]{{3,9}})\.? (\d{{1,2}})(?i:{}?)\b,? ?({year})?\b",
                all(&s.dates.ordinals)
            ))?,
            day_month_year: Regex::new(&format!(
                r"(?i)\b(\d{{1,2}}){}?\.?(?: {of})? ({})\.?,?(?: {of})? ({year})\b",
                all(&s.dates.ordinals),
                any_month(local_months),
                of = all(&s.dates.of)
            ))?,
            month_day_year: Regex::new(&format!(
                r"(?i)\b({})\.? (\d{{1,2}}){}?\.?,?(?: {})? ({year})\b",
                any_month(local_months),
                all(&s.dates.ordinals),
                all(&s.dates.of)
            ))?,
            year_month_day: Regex::new(&format!(
                r"(?i)\b({year})\.?,?(?: {})? ({})\.? (\d{{1,2}})\b",
                all(&s.dates.of),
                any_month(all_months)
            ))?,
            numbered_date: numbered_date(s)?,
            issued: Regex::new(&beside_letters(&s.dates.issued))?,
            lengths: Regex::new(&beside_letters(&s.dates.lengths))?,
            clock_range: Regex::new(&format!(
                r"(?i)\b(\d{{1,2}})[:.](\d{{2}})\s*([ap]\.?m\b\.?)?(?:\s*(?:-|–|—|{})\s*(\d{{1,2}})[:.](\d{{2}})\s*([ap]\.?m\b\.?)?)?",
                all(&s.dates.until)
            ))?,
            page_number: Regex::new(&format!(
                r"(?i)^(?:[-−–—\[(|]\s*)?{}?\s*\d{{1,4}}(?:\s*(?:/|{})\s*\d{{1,4}}(?:\s{{2,}}\S{{1,14}})?)?(?:\s*[-−–—\])|])?$|^\[\[?{}\s+\w+\]?\]$|^\d{{2}}-\d{{4,6}}\s+\d{{1,4}}/\d{{1,4}}$|^\d{{1,4}}/\d{{1,4}}\s+\d{{2}}-\d{{4,6}}$",
                all(&s.pages.words),
                all(&s.pages.of),
                all(&s.pages.in_brackets)
            ))?,
            time_alone: Regex::new(&format!(
                r"^[\[(]?(?:{}\.?\s*)?\d{{1,2}}[:.]\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?(?:\s*(?:-->|[-–—])\s*\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:[.,]\d{{1,3}})?)?[\])]?$",
                any(s.pages.at.list().iter().flat_map(|word| [word.clone(), capitalised(word)]))
            ))?,
            hour: Regex::new(&format!(
                r"(?i)^[\[(]?\d{{1,2}}(?:[.:]\d{{2}})?\s*(?:{}|[ap]\.?\s?m\.?)[\])]?$",
                all(&s.pages.hours)
            ))?,
            editorial: Regex::new(&format!(
                r"(?i)^(?:[(\[*]\s*{}|©|\(c\)\s|{})",
                whole(&s.editorial.in_brackets),
                whole(&s.editorial.openings)
            ))?,
            closing: Regex::new(&format!(
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
            decision: Regex::new(&format!(
                r"^{}\b[^:]{{0,40}}:",
                any(record.capital_labels.list().iter().map(|label| label.to_uppercase()))
            ))?,
            formula: Regex::new(&format!(
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
            votes: Regex::new(&format!(r"(?i)^{}\s*:\s*[^.!?]{{0,600}}$", all(&record.votes)))?,
            list_label: Regex::new(&format!(
                r"(?i)^\W*(?:{} )?(?:{}|{}|{}|{})\s*[:：]\s*",
                all(&s.present.before),
                all(&s.present.labels),
                all(&s.present.fields),
                all(&record.votes),
                all(&record.vote_headings)
            ))?,
            vote_heading: Regex::new(&format!(
                r"(?i)^[\W\d_]*{}[-–—.:…\s\d()]*(?:{})?\.?$",
                all(&record.vote_headings),
                all(&s.pages.hours)
            ))?,
            division: Regex::new(&format!(r"(?i)^\W*{}", whole(&record.divisions)))?,
            sentence: Regex::new(&format!(
                r"(?i)^(?:{}[.:]?$|{}[^!?]{{0,200}}\.$)",
                all(&record.sentences),
                whole(&record.sentence_openings)
            ))?,
            recording_mark: Regex::new(&format!(r"(?i)^(.{{0,60}}\W)?{}\W*$", all(&record.marks)))?,
            examination_alone: Regex::new(&format!(
                r"(?i)^(?:{}[- ]?){{0,2}}{}(?:\s*\(?{}\)?)?$",
                all(&s.examination.kinds),
                all(&s.examination.examinations),
                all(&s.examination.oaths)
            ))?,
            reporting: Regex::new(&format!(r"^{}", whole(&record.reporting)))?,
            ago: Regex::new(&format!(r"(?i)(?:^{ago}\s.*\p{{N}}|\p{{N}}\D{{0,16}}{ago}$)", ago = all(&s.dates.ago)))?,
            says: Regex::new(&format!(r"^{}", whole(&record.verbs)))?,
            indirect: indirect(s)?,
            examination: examination(s)?,
            examination_signs: examination_signs(s),
            oath: Regex::new(&format!(r"(?i)^{}$", all(&s.examination.oaths)))?,
            having_been: Regex::new(&format!(
                r"(?:{}|{}) ",
                all(&s.examination.having_been),
                any(s.examination.having_been.list().iter().map(|words| words.to_uppercase()))
            ))?,
            examined: Regex::new(&format!(r"(?i)\b{}\s+", all(&s.examination.examined)))?,
            interviewee: Regex::new(&format!(
                r"(?i)\b{}\s+{}\s+",
                all(&s.interviews.conversations),
                all(&s.interviews.with)
            ))?,
            interviewer: Regex::new(&format!(
                r"(?i)(?:\b{}\s*(?:{}|:)?\s*|^{}\s+)",
                all(&s.interviews.conducted),
                all(&s.interviews.by),
                all(&s.interviews.bylines)
            ))?,
            spoke: Regex::new(&format!(r"^\s+{}", whole(&s.interviews.spoke)))?,
            is: Regex::new(&format!(r"^(?:,| {})\s+(?:{} )?", all(&s.interviews.is), all(&s.interviews.articles)))?,
            speech_by: Regex::new(&format!(
                r"(?i)\b{}\s+(?:{}\s+)*(?:{}|:)\s+(?:{the}\s+)?",
                all(&s.speeches.nouns),
                all(&s.speeches.made),
                all(&s.speeches.by)
            ))?,
            speech: Regex::new(&format!(r"(?i)^(?:\w+\s+){{0,3}}{}", whole(&s.speeches.headings)))?,
            speech_of: Regex::new(&format!(
                r"(?i)^(?:(?P<before>.{{2,60}}?){}\s+(?:{nouns}|{replies})|(?:{the}\s+)?(?:{nouns}|{replies})\s+{}\s+(?P<behind>.{{2,60}}?))\.?$",
                all(&s.speeches.possessives),
                all(&s.speeches.by),
                nouns = all(&s.speeches.nouns),
                replies = all(&s.speeches.replies),
            ))?,
            salutation: Regex::new(&format!(r"(?i)^{}", whole(&s.speeches.salutations)))?,
            letter_opening: Regex::new(&format!(r"(?i)^{}", whole(&s.letters.openings)))?,
            label_and_period: Regex::new(&format!(
                r"^((?:{}\.? (?:\p{{Lu}}[\p{{Lu}}'’\-]*\p{{Lu}}|{}\p{{Lu}}+)(?: \p{{Lu}}[\p{{Lu}}'’\-]+)*(?: {} [A-Z][a-z]+(?: [A-Z][a-z]+)?)?|{} (?:\p{{Lu}}{{2,}})(?: \p{{Lu}}{{2,}})*(?: {})?)(?: [(\[][^)\]]*[)\]])?)\.\s+|^({q}|{a})(?:\.\s+|\s{{2,}}|\t)",
                any(honorifics.before_capitals.list().iter().map(|word| capitalised(word))),
                any(names.surname_prefixes.list().iter().map(|word| capitalised(word))),
                all_words(&s.bodies.of),
                any(names.dropped_articles.list().iter().map(|word| capitalised(word))),
                all(&s.chairs.presiding_endings)
            ))?,
            letter: Regex::new(&format!(r"^({q}|{a}) +[\p{{Lu}}\d“‘']"))?,
            chat_from: Regex::new(&format!("^{} ", any(s.chats.from.list().iter().map(|word| capitalised(word)))))?,
            chat_to: Regex::new(&format!(" {} ", all(&s.chats.to)))?,
        })
    }
}

/// A date in numbers, each with a sign after it.
fn numbered_date(s: &Sections) -> Result<Regex, regex::Error> {
    let dates = &s.dates;
    let eras = any(dates.eras.list().iter().filter_map(|era| Some(era.rsplit_once(' ')?.0.to_string())));
    let numerals: String = dates.numerals.list().iter().map(|forms| regex::escape(forms)).collect();
    let number = |most: usize| format!(r"([\d{numerals}]{{1,{most}}})");
    Regex::new(&format!(
        r"(?:({eras})\s*)?{}\s*{}\s*{}\s*{}\s*{}\s*{}",
        number(4),
        all(&dates.years),
        number(3),
        all(&dates.month_signs),
        number(3),
        all(&dates.days)
    ))
}

/// Any of some phrases that is not a part of a longer word. Scripts without blanks do not show where a word ends.
fn beside_letters(phrases: &Phrases) -> String {
    let blankless = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}";
    format!(r"(?i)(?:^|\P{{L}}|[{blankless}]){}(?:$|\P{{L}}|[{blankless}])", all(phrases))
}

fn examination(s: &Sections) -> Result<Regex, regex::Error> {
    let (by, examined) = (any_upper(&s.examination.capital_by), &s.examination);
    Regex::new(&format!(
        r"^(?:{by} {}\b\.?[^.:]{{0,40}}:?$|(?i:(?:{}[- ]?)*{} {} {}[^:!?]{{0,50}}$)|.{{3,80}}\({}\)$|.{{0,120}}\b{} {}.{{0,160}}$)",
        any_upper(&examined.capital_whom),
        all(&examined.kinds),
        all(&examined.examinations),
        all(&examined.by),
        whole(&examined.whom),
        all(&examined.oaths),
        all(&examined.having_been),
        whole(&examined.sworn)
    ))
}

/// "MR. LEE (Leeds) said,", "THE CHANCELLOR OF THE EXCHEQUER replied,": the verb is not part of the match.
fn indirect(s: &Sections) -> Result<Regex, regex::Error> {
    let opens = |words: &Words| any(words.list().iter().map(|word| word.to_uppercase()));
    Regex::new(&format!(
        r"^((?:(?:{}\.?|{}) )+(?:\p{{Lu}}[\p{{Lu}}'’.\-]* ?)+(?:[(\[][^)\]]{{1,60}}[)\]])?),?\s+{}",
        opens(&s.honorifics.words),
        opens(&s.names.dropped_articles),
        whole(&s.record.indirect)
    ))
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

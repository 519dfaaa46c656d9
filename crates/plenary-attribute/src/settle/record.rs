//! Statements of the record itself: that the meeting opens, votes and closes, who examines whom, applause.
//!
//! **Input**: the text of a paragraph or line. **Output**: whether it is such a statement, judged by its formulas alone. Claiming the
//! lines is left to `furniture`.

use std::sync::LazyLock;

use regex::Regex;

use plenary_names::directions;
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Maximum length of such a statement in bytes; longer sentences that begin in the same way are speech.
const LONGEST_CLOSING: usize = 240;

static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?i)^\(?(?:(?:the|this) )?(?:public )?(?:meeting|hearing|sitting|session|committee|council|house|assembly|debate|inquiry|board|senate|conference|panel|court|tribunal|commission|proceedings|parliament|dáil|seanad|witness|lok sabha|rajya sabha)(?: (?:was|were|is|then|duly|stood|stands))* (?:adjourned|adjourns|closed|rose|ended|suspended|resumed|opened|concluded|reconvened|recessed|called to order|met at|withdrew|sworn|excused)\b|^(?:la séance|die sitzung|la seduta|la sesión|de vergadering|a sessão|posiedzenie)\b[^.:!?]{0,80}[\s(]\d{1,2}[.,:h ]|^(?:eran las|era la una|eram|se (?:abre|levanta|suspende|reanuda) la sesión a las|schluss:|beginn:|aanvang|sluiting)\b[^!?]{0,80}$|^(?:午前|午後).{1,12}(?:散会|休憩|開議|閉会|再開)$",
    )
});

/// A label in capitals that introduces a decision, not speech: "RESOLVED (unanimously): ...".
static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?:RESOLVED|RESOLUTION|ACTION|ACTIONS|AGREED|DECIDED|DECISION|CARRIED|MOTION|NOTED|VOTE|RECOMMENDED|DEFEATED|ADOPTED|ORDERED)\b[^:]{0,40}:",
    )
});

/// Actions of the house: "Several members rose—", "Bill read a first time."
static FORMULA: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?i)^(?:[^.:!?]|\bhon\.){0,80}\b(?:rose|rising|interjecting|interrupting|having (?:spoken|risen|withdrawn)|(?:was|were) asked|laughed|applauded)\s*[—–-]{1,2}$|^(?:bill|amendment|clause|question|motion)s?\b[^.:!?]{0,80}\b(?:read (?:a|the) (?:first|second|third) time|agreed to|negatived|put and (?:passed|agreed to)|withdrawn)\.?$|^it was (?:resolved|agreed|moved|decided|noted|ordered)\b|^(?:the )?(?:motion|amendment|question|resolution|clause|bill)\b[^.:!?]{0,60}\b(?:was|were) (?:carried|lost|defeated|adopted|passed|agreed|put|withdrawn|rejected|approved)\b[^.:!?]{0,50}\.?$|^@\p{Lu}\p{L}+(?::|$)",
    )
});

/// Lists of votes: "In favour: Norland, Castor".
static VOTES: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?i)^(?:in favou?r|voting in favou?r|against|voting against|abstaining|abstentions?|ayes?|noes|nays|yeas|not voting|absent|excused|for|pour|contre|abstention|dafür|dagegen|enthaltungen?)\s*:\s*[^.!?]{0,600}$",
    )
});

/// Lines of courts and inquiries that say who examines whom: "BY MS. HILL:", "Questions from MR LEE".
static EXAMINATION: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?:BY (?:MR|MS|MRS|MISS|DR|THE)\b\.?[^.:]{0,40}:?$|(?i:(?:further |direct |cross[- ]?|re-?direct |re-?cross[- ]?)*(?:questions|examination)(?:-in-chief)? (?:from|by) (?:mr|ms|mrs|miss|dr|sir|dame|the)\b[^:!?]{0,50}$)|.{3,80}\((?:sworn|affirmed|recalled|continued|re-?sworn)\)$|.{0,120}\bhaving been (?:first )?(?:duly )?(?:sworn|affirmed)\b.{0,160}$)",
    )
});

/// An entry of a table of contents or index: dots before a page number.
static LEADERS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"(?:\.\s?){5,}\s*\d{1,4}$"));

/// Whether a paragraph is a statement of the record itself.
pub(crate) fn is_record(text: &str) -> bool {
    text.len() <= LONGEST_CLOSING && (CLOSING.is_match(text) || is_applause(text) || is_of_recorder(text))
        || FORMULA.is_match(text)
        || RECORD.is_match(text)
        || VOTES.is_match(text)
}

/// "Ann Lee stopped transcription": a statement of software that records meetings.
fn is_of_recorder(text: &str) -> bool {
    text.ends_with("started transcription") || text.ends_with("stopped transcription")
}

/// Whether a line or short paragraph says who examines whom.
pub(crate) fn is_examination(text: &str) -> bool {
    const LONGEST: usize = 300;
    const SHORT: usize = 120;
    // Most lines can be excluded cheaply by their beginning and end.
    let may_be = text.starts_with("BY ")
        || text.ends_with(')')
        || text.len() <= SHORT && [" from ", " by ", " FROM ", " BY "].iter().any(|word| text.contains(word))
        || text.contains("having been ");
    text.len() <= LONGEST && may_be && EXAMINATION.is_match(text)
}

/// Whether a line is an entry of a table of contents or index.
pub(crate) fn is_index_entry(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
        && text.contains(". .") | text.contains("...")
        && LEADERS.is_match(text)
}

/// Whether a text reports applause without brackets: "Aplausos do PS."
fn is_applause(text: &str) -> bool {
    const LONGEST: usize = 8;
    let words = labels::words(text);
    words.len() <= LONGEST
        && words.first().is_some_and(|word| Lexicon::builtin().is_applause(word))
        && (words.len() > 1 || text.ends_with('.'))
        && directions::is_direction(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_procedure_differ_from_speech() {
        for text in [
            "The meeting was called to order at 3.05 p.m.",
            "House adjourned at 3.15 pm.",
            "La seduta è tolta (ore 17,04).",
            "The motion was carried on a show of hands.",
            "In favour: Castoria, Norlandia",
            "Aplausos do PS.",
            "Ann Lee stopped transcription",
        ] {
            assert!(is_record(text), "{text}");
        }
        for text in [
            "The meeting was long, and nobody spoke of what we had come for.",
            "La séance est ouverte.",
            "Applause is not an argument.",
            "The motion asks for three things.",
        ] {
            assert!(!is_record(text), "{text}");
        }
    }

    #[test]
    fn lines_of_courts_say_who_is_examined() {
        assert!(is_examination("BY MS. HILL:"));
        assert!(is_examination("Questions from MR LEE"));
        assert!(is_examination("MRS JEAN TOLL (sworn)"));
        assert!(is_examination("having been first duly sworn, testified as follows:"));
        assert!(!is_examination("I have questions from the public, and I was sworn at."));
        assert!(is_index_entry("MRS JEAN TOLL (sworn) ........... 1"));
        assert!(!is_index_entry("It took ... well, until 1997"));
    }
}

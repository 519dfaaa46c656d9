//! A page that is one person's speech and says so in its title alone: "Speech by Ann Lee, Minister of Roads, at the
//! fair", "Ann Lee: The price of roads".

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Found, Origin};
use crate::page::{Page, Settled};
use crate::settle::front;
use crate::weights::Weights;
use plenary_corpus::Style;
use plenary_corpus::{Layout, Reason, Role, Span};
use plenary_names::bylines::Byline;
use plenary_names::colon::colon_label;
use plenary_names::described;
use plenary_names::labels::LabelKind;
use plenary_names::offices;
use plenary_names::text::constant_regex;

const CONFIDENCE: f32 = 0.75;

/// The title stands among so many paragraphs.
const HEAD: usize = 8;

/// A page with fewer words below its head is no speech.
const SHORTEST: usize = 40;

static SPEECH_BY: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?i)\b(?:speech|remarks|address|statement|keynote|lecture|testimony|sermon|homily|eulogy|toast|message|talk|intervention|presentation|rede|ansprache|vortrag|grußwort|regierungserklärung|discours|allocution|déclaration|discurso|palabras|intervención|discorso|intervento|toespraak|lezing|przemówienie|wystąpienie|tal|anförande)\s+(?:(?:given|delivered|made|held|as|prepared|gehalten|prononcé|prononcée|pronunciado)\s+)*(?:by|of|from|von|der|des|par|de|del|di|van|do|av|af|presidenta?|:)\s+(?:the\s+)?",
    )
});
static SPEECH: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?i)^(?:\w+\s+){0,3}(?:speech|remarks|address|statement|keynote|lecture|testimony|sermon|rede|ansprache|vortrag|discours|allocution|discurso|discorso|toespraak)\b",
    )
});
static SALUTATION: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?i)^(?:ladies|dear|mr|mrs|ms|madam|sir|your|my (?:lords|friends|fellow)|thank|good|honou?rable|distinguished|excellenc|friends|colleagues|fellow|meine|sehr|liebe|mesdames|monsieur|madame|señor|señora|signor|gentile|geachte|dames|szanown)\b",
    )
});

/// The one turn of a page without bylines whose title names the speaker.
pub(crate) fn find(page: &Page<'_>, settled: &Settled) -> Option<Found> {
    let paragraphs = settled.open_paragraphs(page);
    let text = |i: usize| {
        page.join_at_most(paragraphs[i].clone(), 1_000).text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let head: Vec<String> = (0..paragraphs.len().min(HEAD)).map(text).collect();
    let lines = |i: usize| paragraphs[i].clone().map(|line| page.lines[line].text().trim().to_string()).collect();
    let lines: Vec<Vec<String>> = (0..head.len()).map(lines).collect();
    let (at, speaker) = speaker(&head, &lines)?;
    let mut first = at + 1;
    while first < head.len() && is_head(page, &paragraphs[first], &head[first]) {
        first += 1;
    }
    let words: usize = paragraphs[first.min(paragraphs.len())..]
        .iter()
        .flat_map(|lines| lines.clone())
        .map(|line| page.lines[line].text().split_whitespace().count())
        .sum();
    if words < SHORTEST {
        return None;
    }
    let line = paragraphs.get(first)?.start;
    let start = page.lines[line].mapped.source_start(0);
    let parts = Byline { role: Some(Role::Speaker), ..speaker };
    let turn = Candidate {
        style: Style::Titled,
        origin: Origin::Titled,
        line,
        label: parts.label.clone(),
        parts,
        kind: LabelKind::Person,
        byline: Span::new(start, start),
        speech_line: line,
        speech: start,
        time_start_s: None,
        inside: false,
        marked: false,
        n_mentions: 1,
        confidence: CONFIDENCE,
        weights: Weights::start(Reason::InTitle, CONFIDENCE),
        rival: None,
    };
    Some(Found { bylines: vec![turn], style: Some(Style::Titled), confidence: CONFIDENCE, ..Found::default() })
}

/// The last paragraph of the head that tells the speaker, and who it is.
fn speaker(head: &[String], lines: &[Vec<String>]) -> Option<(usize, Byline)> {
    let said_by = |text: &String| SPEECH_BY.find_iter(text).find_map(|cue| described::person(&text[cue.end()..]));
    for (i, text) in head.iter().enumerate().filter(|(_, text)| is_title(text)) {
        // Where the lines of the title end it says more: "Statement by Mr. Lee / Governor of the Bank of Norland".
        let by_line = || lines[i].iter().enumerate().find_map(|(k, line)| Some((k, said_by(line)?)));
        let found = said_by(text).map(|byline| (lines[i].len() - 1, byline)).or_else(by_line);
        let Some((k, mut byline)) = found else { continue };
        let below =
            lines[i].get(k + 1).or_else(|| lines.get(i + 1)?.first()).filter(|_| byline.details.title.is_none());
        if let Some(office) = below.and_then(|text| described::office(text)) {
            offices::set_office(&mut byline, office);
        }
        return Some((i, byline));
    }
    let title = head.first()?;
    if let Some((label, speech)) = colon_label(title)
        && described::is_name(&label)
        && title[speech..].split_whitespace().count() >= 2
        && !title.ends_with('.')
    {
        return described::person(&label).map(|byline| (0, byline));
    }
    // A name on a line of the head, and "Speech at ..." on another.
    let speech = head.iter().take(4).position(|text| SPEECH.is_match(text) && text.split_whitespace().count() <= 20)?;
    let named = head.iter().take(4).position(|text| {
        let name = text.split(',').next().unwrap_or("");
        described::is_name(name) && text.split_whitespace().count() <= 15
    })?;
    described::person(&head[named]).map(|byline| (speech.max(named), byline))
}

/// Short enough for a title, and no sentence that tells of somebody's speech.
fn is_title(text: &str) -> bool {
    const LONGEST: usize = 40;
    const SENTENCE: usize = 15;
    let n_words = text.split_whitespace().count();
    n_words <= LONGEST && (n_words <= SENTENCE || !text.ends_with('.'))
}

/// A line between title and speech: where and when, "Check against delivery".
fn is_head(page: &Page<'_>, lines: &Range<usize>, text: &str) -> bool {
    const LONGEST: usize = 14;
    let n_words = text.split_whitespace().count();
    let is_heading = matches!(page.lines[lines.start].layout, Layout::Heading(_));
    n_words <= LONGEST
        && !SALUTATION.is_match(text)
        && (is_heading
            || page.is_italic(lines.clone())
            || !text.ends_with(['.', '!', '?', ',', ':', '"', '”'])
            || front::has_date(text))
}

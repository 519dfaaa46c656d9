//! Dates and times of day in the head of a document.
//!
//! **Input**: the text of the head, line by line, the year of the event if its name has one, and the study's order of day and month.
//! **Output**: the day of the event, and when it began and ended. Every other date is preferred to a date of issue; then a date with a year
//! is preferred, and ties go to the first. **Refused**: dates that can be read in two ways, and lengths of recordings, are not found.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use regex::Regex;

use plenary_corpus::{DateOrder, numeric_date};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Three numbers with the same sign between them, without a digit or such a sign beside them.
static NUMERIC_DATE: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?:^|[^\d./-])(\d{1,4}-\d{1,2}-\d{1,4}|\d{1,4}/\d{1,2}/\d{1,4}|\d{1,4}\. ?\d{1,2}\. ?\d{1,4})(?:$|[^\d/-])",
    )
});

/// A date in a text.
struct Found {
    /// Where it begins and ends.
    range: Range<usize>,
    has_year: bool,
    date: Date,
}

/// The date of the event in a text; a date without a year takes `year`.
pub(crate) fn date_in(lexicon: &Lexicon, text: &str, year: Option<i16>, order: DateOrder) -> Option<Date> {
    let text = &*with_plain_digits(text);
    let mut found = in_numbers(lexicon, text, order);
    found.extend(short_dates(lexicon, text, year));
    found.extend(dates_with_year(lexicon, text));
    let rank = |found: &Found| (is_of_issue(lexicon, text, &found.range), !found.has_year, found.range.start);
    found.into_iter().min_by_key(rank).map(|found| found.date)
}

/// Whether a text contains a date with a year.
pub(crate) fn has_date(lexicon: &Lexicon, text: &str) -> bool {
    date_in(lexicon, text, None, DateOrder::Auto).is_some()
}

/// A text with the digits of all scripts as ASCII digits.
fn with_plain_digits(text: &str) -> Cow<'_, str> {
    /// The zeros of scripts with digits of their own: Arabic, Persian, N'Ko, the scripts of India, Thai, Lao, Tibetan, Burmese, Khmer,
    /// Mongolian, full width.
    const ZEROS: [u32; 19] = [
        0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
        0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10,
    ];
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let digit = |c: char| {
        let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&u32::from(c)))?;
        char::from_digit(u32::from(c) - zero, 10)
    };
    Cow::Owned(text.chars().map(|c| digit(c).unwrap_or(c)).collect())
}

/// Dates without a name of a month: "2024-03-05", "5.3.2024", "5/13/2024", and those with a sign after each number.
fn in_numbers(lexicon: &Lexicon, text: &str, order: DateOrder) -> Vec<Found> {
    let mut out = Vec::new();
    for hit in NUMERIC_DATE.captures_iter(text) {
        let Some(written) = hit.get(1) else { continue };
        if let Some(date) = numeric_date(written.as_str(), order) {
            out.push(Found { range: written.range(), has_year: true, date });
        }
    }
    for hit in lexicon.patterns().numbered_date.captures_iter(text) {
        let number = |group: usize| hit.get(group).and_then(|m| lexicon.number_of_date(m.as_str()));
        let (Some(whole), Some(year), Some(month), Some(day)) = (hit.get(0), number(2), number(3), number(4)) else {
            continue;
        };
        let year = match hit.get(1) {
            Some(era) => lexicon.year_before_era(era.as_str()).map(|before| before.saturating_add(year)),
            None => Some(year).filter(|year| (1600..2100).contains(year)),
        };
        let date = year.and_then(|year| {
            Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        });
        out.extend(date.map(|date| Found { range: whole.range(), has_year: true, date }));
    }
    out
}

/// Dates in the language whose months are not common words of others; their year may be missing.
fn short_dates(lexicon: &Lexicon, text: &str, year: Option<i16>) -> Vec<Found> {
    let mut out = Vec::new();
    for (hits, day, name) in [
        (lexicon.patterns().day_month.captures_iter(text), 1, 2),
        (lexicon.patterns().month_day.captures_iter(text), 2, 1),
    ] {
        for hit in hits {
            let own_year: Option<i16> = hit.get(3).and_then(|year| year.as_str().parse().ok());
            let (Some(whole), Some(month), Ok(day), Some(year)) =
                (hit.get(0), lexicon.month_of_short_date(&hit[name]), hit[day].parse::<i8>(), own_year.or(year))
            else {
                continue;
            };
            if let Ok(date) = Date::new(year, month, day) {
                out.push(Found { range: whole.range(), has_year: own_year.is_some(), date });
            }
        }
    }
    out
}

/// Dates with the name of a month in any language. The year is required, because some abbreviated months are common words in
/// another language.
fn dates_with_year(lexicon: &Lexicon, text: &str) -> Vec<Found> {
    let patterns = lexicon.patterns();
    let mut out = Vec::new();
    for (hits, day, month, year) in [
        (patterns.day_month_year.captures_iter(text), 1, 2, 3),
        (patterns.month_day_year.captures_iter(text), 2, 1, 3),
        (patterns.year_month_day.captures_iter(text), 3, 2, 1),
    ] {
        for hit in hits {
            let (Some(whole), Ok(day), Some(month), Ok(year)) =
                (hit.get(0), hit[day].parse(), lexicon.month(&hit[month]), hit[year].parse())
            else {
                continue;
            };
            if let Ok(date) = Date::new(year, month, day) {
                out.push(Found { range: whole.range(), has_year: true, date });
            }
        }
    }
    out
}

/// Whether a date says when the record was issued: a word for that is before it on its line, on the line above if the date has
/// its line to itself and the line above ends with a colon, or directly after it.
fn is_of_issue(lexicon: &Lexicon, text: &str, date: &Range<usize>) -> bool {
    let issued = &lexicon.patterns().issued;
    let before = line_before(text, date.start);
    let clause = before.rsplit(['.', ';', '|', '•', '。', '；']).next().unwrap_or(before);
    if issued.is_match(clause) {
        return true;
    }
    if clause.trim().is_empty() {
        let above = text[..date.start - before.len()].trim_end();
        let label = line_before(above, above.len());
        if label.ends_with([':', '：']) && issued.is_match(label) {
            return true;
        }
    }
    let line = text[date.end..].lines().next().unwrap_or("");
    let after = line.trim_start_matches([' ', '(', '（', '[']);
    issued.find(after).is_some_and(|found| found.start() == 0)
}

/// The part of a line before an offset.
fn line_before(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |line_break| line_break + 1);
    &text[start..at]
}

/// Whether a time in a text is the length of a recording: a word for that is before it on its line, or it has seconds and no date
/// is on its line.
fn is_length(lexicon: &Lexicon, text: &str, time: Range<usize>) -> bool {
    let before = line_before(text, time.start);
    let has_seconds = || {
        let mut after = text[time.end..].chars();
        after.next() == Some(':') && after.next().is_some_and(|c| c.is_ascii_digit())
    };
    let has_date = || {
        let end = text[time.end..].find('\n').map_or(text.len(), |at| time.end + at);
        date_in(lexicon, &text[time.start - before.len()..end], Some(2000), DateOrder::Auto).is_some()
    };
    lexicon.patterns().lengths.is_match(before) || (has_seconds() && !has_date())
}

/// The first time of day in a text and, if it is a range, the end of the range.
pub(crate) fn times_in(lexicon: &Lexicon, text: &str) -> (Option<Time>, Option<Time>) {
    for found in lexicon.patterns().clock_range.captures_iter(text) {
        let (start, end) = found.get(0).map_or((0, 0), |m| (m.start(), m.end()));
        if is_length(lexicon, text, start..end) {
            continue;
        }
        let half = |i: usize| found.get(i).and_then(|m| m.as_str().chars().next()).map(|c| c.to_ascii_lowercase());
        let clock = |hour: usize, minute: usize, half: Option<char>| -> Option<Time> {
            let hour: i8 = found.get(hour)?.as_str().parse().ok()?;
            let minute: i8 = found.get(minute)?.as_str().parse().ok()?;
            let hour = match half {
                Some('p') if hour < 12 => hour + 12,
                Some('a') if hour == 12 => 0,
                _ => hour,
            };
            Time::new(hour, minute, 0, 0).ok()
        };
        let has_colon = found[0].contains(':');
        // If a.m. or p.m. is printed only once, it holds for both times if the range then runs forward; otherwise the other
        // half of the day holds.
        let borrowed = |hour: usize, minute: usize, half: Option<char>, fits: &dyn Fn(Time) -> bool| {
            let other = half.map(|half| if half == 'a' { 'p' } else { 'a' });
            let same = clock(hour, minute, half);
            same.filter(|time| fits(*time)).or_else(|| clock(hour, minute, other).filter(|time| fits(*time))).or(same)
        };
        let end = if let Some(printed) = half(6) {
            clock(4, 5, Some(printed))
        } else {
            let start = clock(1, 2, half(3));
            borrowed(4, 5, half(3), &|end| start.is_none_or(|start| start <= end))
        };
        // "2.40" alone is a number; a time has a colon, an end, or a.m. or p.m.
        if !has_colon && end.is_none() && half(3).is_none() {
            continue;
        }
        let start = match half(3) {
            Some(printed) => clock(1, 2, Some(printed)),
            None => borrowed(1, 2, half(6), &|start| end.is_none_or(|end| start <= end)),
        };
        if start.is_some() {
            return (start, end);
        }
    }
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn dated(text: &str, year: Option<i16>) -> Option<Date> {
        date_in(Lexicon::builtin(), text, year, DateOrder::Auto)
    }

    #[test]
    fn dates_in_the_forms_that_programmes_print() {
        assert_eq!(dated("8:30-12:00, May 28th", Some(2017)), Some(date(2017, 5, 28)));
        assert_eq!(dated("8:30-12:00, May 28th", None), None);
        assert_eq!(dated("held on Tuesday, 5 April 2016", None), Some(date(2016, 4, 5)));
        assert_eq!(dated("Third sitting, Saturday 12 June 2021", None), Some(date(2021, 6, 12)));
        assert_eq!(dated("on 2016-04-05", None), Some(date(2016, 4, 5)));
        assert_eq!(dated("Chapter 3 Section 12", Some(2017)), None);
    }

    #[test]
    fn dates_in_other_languages_need_their_year() {
        for text in [
            "28. Mai 2017",
            "28 mai 2017",
            "28 de mayo de 2017",
            "28 maggio 2017",
            "28 mei 2017",
            "28 maja 2017",
            "28. května 2017",
            "28 мая 2017",
            "28 Mayıs 2017",
        ] {
            assert_eq!(dated(text, None), Some(date(2017, 5, 28)), "{text}");
        }
        assert_eq!(dated("1er juin 2017", None), Some(date(2017, 6, 1)));
        for text in ["28 mayo", "2 out of 3", "3 set 12", "12 unbekannt 2017", "31. Februar 2017"] {
            assert_eq!(dated(text, Some(2017)), None, "{text}");
        }
    }

    #[test]
    fn times_with_and_without_an_end() {
        assert_eq!(
            times_in(Lexicon::builtin(), "8:30-12:00, May 28th"),
            (Some(time(8, 30, 0, 0)), Some(time(12, 0, 0, 0)))
        );
        assert_eq!(times_in(Lexicon::builtin(), "7 March 2022, 10:15 a.m."), (Some(time(10, 15, 0, 0)), None));
        assert_eq!(times_in(Lexicon::builtin(), "at 6.30 p.m."), (Some(time(18, 30, 0, 0)), None));
        assert_eq!(
            times_in(Lexicon::builtin(), "2.05 p.m. to 2.40 p.m."),
            (Some(time(14, 5, 0, 0)), Some(time(14, 40, 0, 0)))
        );
        assert_eq!(
            times_in(Lexicon::builtin(), "11:30-1:15 p.m."),
            (Some(time(11, 30, 0, 0)), Some(time(13, 15, 0, 0)))
        );
        assert_eq!(times_in(Lexicon::builtin(), "10:00 a.m.-1:00"), (Some(time(10, 0, 0, 0)), Some(time(13, 0, 0, 0))));
        assert_eq!(
            times_in(Lexicon::builtin(), "2:15-3:30 p.m."),
            (Some(time(14, 15, 0, 0)), Some(time(15, 30, 0, 0)))
        );
        assert_eq!(times_in(Lexicon::builtin(), "spent 2.40 per cent"), (None, None));
    }

    #[test]
    fn dates_in_every_form_and_language() {
        for text in [
            "MAY 4, 2027",
            "TUESDAY 4TH MAY 2027",
            "the 4th day of May, 2027",
            "4th of May 2027",
            "Tuesday, May 4th, 2027",
            "2027 May 4",
            "Dienstag, den 4. Mai 2027",
            "DIENSTAG, 4. MAI 2027",
            "Berlin, 04.05.2027",
            "4. 5. 2027",
            "Mardi 4 mai 2027",
            "Martes, 4 de mayo de 2027",
            "MARTES 4 DE MAYO DE 2027",
            "Mayo 4, 2027",
            "martedì 4 maggio 2027",
            "Terça-feira, 4 de maio de 2027",
            "dinsdag 4 mei 2027",
            "wtorek, 4 maja 2027 r.",
            "úterý 4. května 2027",
            "utorok 4. mája 2027",
            "2027. május 4., kedd",
            "вторник, 4 мая 2027 года",
            "4-го мая 2027",
            "вівторок, 4 травня 2027 року",
            "4 Mayıs 2027 Salı",
            "4 MAYIS 2027 SALI",
            "tiistai 4. toukokuuta 2027",
            "tisdagen den 4 maj 2027",
            "4:e maj 2027",
            "tirsdag den 4. maj 2027",
            "Dydd Mawrth 4 Mai 2027",
            "Dé Máirt, 4 Bealtaine 2027",
            "الثلاثاء ٤ مايو ٢٠٢٧",
            "יום שלישי, 4 במאי 2027",
            "मंगलवार, ४ मई २०२७",
            "2027年5月4日",
            "2027年 5月 4日星期二",
            "２０２７年５月４日（火）",
            "二〇二七年五月四日",
            "二零二七年五月四日 星期二",
            "民國116年5月4日",
            "令和9年5月4日",
            "令和九年五月四日",
            "2027년 5월 4일 화요일",
            "2027. 5. 4.",
            "2027/05/04",
        ] {
            assert_eq!(dated(text, None), Some(date(2027, 5, 4)), "{text}");
        }
        assert_eq!(dated("12 KASIM 2019", None), Some(date(2019, 11, 12)));
        assert_eq!(dated("3 HAZİRAN 2020", None), Some(date(2020, 6, 3)));
        assert_eq!(dated("二〇二四年十二月三十一日", None), Some(date(2024, 12, 31)));
        assert_eq!(dated("平成元年十月二十日", None), Some(date(1989, 10, 20)));
        for text in ["03/04/2027", "3年5月4日", "1.2.3.2027", "31/02/2027", "Telephone 555-01-2027"] {
            assert_eq!(dated(text, None), None, "{text}");
        }
        assert_eq!(date_in(Lexicon::builtin(), "03/04/2027", None, DateOrder::DayFirst), Some(date(2027, 4, 3)));
    }

    #[test]
    fn the_date_of_the_event_wins_over_a_date_of_issue() {
        for text in [
            "Issued on: May 7, 2027\nPress Room\nMay 4, 2027",
            "Published 7 May 2027 | Held on 4 May 2027",
            "May 4, 2027\nLast updated: 2027-05-07",
            "Release date:\n7 May 2027\n\nTuesday 4 May 2027",
            "Veröffentlicht am 7. Mai 2027\nSitzung vom 4. Mai 2027",
            "Publié le 7 mai 2027\nSéance du 4 mai 2027",
            "Publicado: 07.05.2027\nMadrid, 4 de mayo de 2027",
            "发布日期：2027年5月7日\n会议日期：2027年5月4日",
            "2027年5月7日 公開\n2027年5月4日",
            "Опубликовано 7 мая 2027\n4 мая 2027",
        ] {
            assert_eq!(dated(text, None), Some(date(2027, 5, 4)), "{text}");
        }
        assert_eq!(dated("Published on 7 May 2027", None), Some(date(2027, 5, 7)), "no other date");
        assert_eq!(dated("Issued 7 May 2027\nHarbour Forum, 4 May", Some(2027)), Some(date(2027, 5, 4)));
    }

    #[test]
    fn the_length_of_a_recording_is_not_a_time_of_day() {
        for text in [
            "Transcribed by machine. Length: 10:48:12",
            "Duration 10:48",
            "Dauer: 01:12:30",
            "[00:00:07]",
            "时长：12:30",
        ] {
            assert_eq!(times_in(Lexicon::builtin(), text), (None, None), "{text}");
        }
        for text in ["5 May 2027 10:48:12", "Duration 55 min\nBegin 10:48"] {
            assert_eq!(times_in(Lexicon::builtin(), text).0, Some(time(10, 48, 0, 0)), "{text}");
        }
    }
}

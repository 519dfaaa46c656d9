//! Dates written in numbers.
//!
//! **Input:** a text such as `2025-04-13`, `13/04/2025` or `13.04.2025`, and the order of day and month. **Output:** the day.
//! **Refused:** text that is not a date, and dates that can be read in two ways, give `None`. Finding a date inside running text
//! is left to the stages.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Which number of a date such as `03/04/2025` is the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// As the other dates of the same column show, or not read: one of the two numbers must be above 12.
    #[default]
    Auto,
    /// The first one.
    DayFirst,
    /// The second one.
    MonthFirst,
}

impl DateOrder {
    /// The order that the dates of one column show: one of them has a number above 12 in one place, and none has one in the
    /// other. [`DateOrder::Auto`] if they show none; `None` if they contradict each other.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Option<DateOrder> {
        let (mut day_first, mut month_first) = (false, false);
        for [first, second, _] in texts.filter_map(numbers).filter(|numbers| numbers[2] > 31) {
            day_first |= first > 12;
            month_first |= second > 12;
        }
        match (day_first, month_first) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            (false, false) => Some(DateOrder::Auto),
            (true, true) => None,
        }
    }
}

/// A day in numbers: year, month, day with or without signs between them, or day and month in either order and a year of four
/// digits. A time after the day is ignored. Where full stops separate the numbers, the day is first unless the order says otherwise.
pub fn numeric_date(text: &str, order: DateOrder) -> Option<Date> {
    let day = day_part(text);
    if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) {
        return day.parse().ok();
    }
    let [first, second, last] = numbers(text)?;
    let date = |year: u16, month: u16, day: u16| {
        Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    if first > 31 {
        return date(first, second, last);
    }
    let day_first = match order {
        DateOrder::DayFirst => true,
        DateOrder::MonthFirst => false,
        DateOrder::Auto if second > 12 => false,
        DateOrder::Auto if day.contains('.') || first > 12 || first == second => true,
        DateOrder::Auto => return None,
    };
    if day_first { date(last, second, first) } else { date(last, first, second) }
}

/// A day of a date that may lack its day or month (`2015`, `2015-03`, `2015-03-07`): the first or the last day that it can mean.
pub fn day_of_period(text: &str, is_last: bool) -> Option<Date> {
    let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| digits(year, 4))?.parse().ok()?;
    let mut two = || match parts.next() {
        None => Some(None),
        Some(part) if digits(part, 2) => Some(part.parse().ok()),
        Some(_) => None,
    };
    let (month, day): (Option<i8>, Option<i8>) = (two()?, two()?);
    if parts.next().is_some() {
        return None;
    }
    let first = Date::new(year, month.unwrap_or(if is_last { 12 } else { 1 }), day.unwrap_or(1)).ok()?;
    Some(if is_last && day.is_none() { first.last_of_month() } else { first })
}

/// A day in numbers whose year comes first.
pub fn year_first_date(text: &str) -> Option<Date> {
    let first = text.trim_start().bytes().take_while(u8::is_ascii_digit).count();
    (first >= 4).then(|| numeric_date(text, DateOrder::Auto)).flatten()
}

/// The three numbers of a date, of which the first or the last is a year of four digits; the same sign is between them.
fn numbers(text: &str) -> Option<[u16; 3]> {
    let day = day_part(text);
    let sign = day.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let parts: Vec<&str> = day.trim_end_matches('.').split(sign).map(str::trim).collect();
    let [first, second, last] = parts[..] else { return None };
    let is_short = |part: &str| (1..=2).contains(&part.len());
    let is_year_first = first.len() == 4 && is_short(second) && is_short(last);
    let is_year_last = is_short(first) && is_short(second) && last.len() == 4;
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?;
    let numbers = [number(first)?, number(second)?, number(last)?];
    let year = if is_year_first { numbers[0] } else { numbers[2] };
    ((is_year_first || is_year_last) && year > 31).then_some(numbers)
}

/// The part before a time: "2025-04-13T10:00", "13/04/2025 10:00".
fn day_part(text: &str) -> &str {
    let text = text.trim();
    let time = text.find(['T', 't']).or_else(|| {
        text.find(' ').filter(|at| text[..*at].bytes().filter(|byte| matches!(byte, b'-' | b'/' | b'.')).count() >= 2)
    });
    text[..time.unwrap_or(text.len())].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_date_is_read_where_its_order_is_known() {
        use DateOrder::{Auto, DayFirst, MonthFirst};
        for (text, order, expected) in [
            ("2025-04-03", Auto, Some(date(2025, 4, 3))),
            ("20250403", Auto, Some(date(2025, 4, 3))),
            ("2025/4/3", DayFirst, Some(date(2025, 4, 3))),
            ("2025-04-03T10:00:00Z", Auto, Some(date(2025, 4, 3))),
            ("13/04/2025", Auto, Some(date(2025, 4, 13))),
            ("04/13/2025 09:30", Auto, Some(date(2025, 4, 13))),
            ("03/04/2025", Auto, None),
            ("04/04/2025", Auto, Some(date(2025, 4, 4))),
            ("03/04/2025", DayFirst, Some(date(2025, 4, 3))),
            ("03-04-2025", MonthFirst, Some(date(2025, 3, 4))),
            ("3.4.2025", Auto, Some(date(2025, 4, 3))),
            ("3. 4. 2025", Auto, Some(date(2025, 4, 3))),
            ("3.4.2025", MonthFirst, Some(date(2025, 3, 4))),
            ("4.13.2025", Auto, Some(date(2025, 4, 13))),
            ("31/02/2025", Auto, None),
            ("13/04/25", DayFirst, None),
            ("13/04-2025", DayFirst, None),
            ("1/2/3/2025", DayFirst, None),
            ("", Auto, None),
            ("soon", Auto, None),
        ] {
            assert_eq!(numeric_date(text, order), expected, "{text} {order:?}");
        }
    }

    #[test]
    fn the_dates_of_a_column_show_their_order() {
        assert_eq!(DateOrder::of(["03/04/2025", "13/04/2025"].into_iter()), Some(DateOrder::DayFirst));
        assert_eq!(DateOrder::of(["03/04/2025", "04/13/2025"].into_iter()), Some(DateOrder::MonthFirst));
        assert_eq!(DateOrder::of(["03/04/2025", "2025-04-13"].into_iter()), Some(DateOrder::Auto));
        assert_eq!(DateOrder::of(["14/04/2025", "04/13/2025"].into_iter()), None);
    }
}

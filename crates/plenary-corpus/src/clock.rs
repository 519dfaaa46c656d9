//! Times in a recording, and times of the day, as seconds.
//!
//! **Input:** a time as it is written in captions, tables and timelines. **Output:** seconds, or milliseconds where the
//! format counts them. **Refused:** text that is not a time gives `None`. Finding a time inside running text is left to
//! the stages.

use jiff::civil::Time;

/// Seconds in a day.
pub const SECONDS_PER_DAY: f64 = 86_400.0;

/// Seconds of a time in hours, minutes and seconds.
pub fn hms(hours: f64, minutes: f64, seconds: f64) -> f64 {
    hours * 3600.0 + minutes * 60.0 + seconds
}

/// Seconds of a duration: seconds alone or `h:mm:ss`, with a point or a comma before the fraction: `75`, `75.5`, `1:15`,
/// `0:01:15.5`, `00:01:15,500`. Negative numbers are refused.
pub fn seconds(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let parts: Vec<f64> = text.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let is_time = parts.len() <= 3 && parts.iter().all(|part| part.is_finite() && *part >= 0.0);
    is_time.then(|| parts.iter().fold(0.0, |sum, part| sum * 60.0 + part))
}

/// Milliseconds of the time of a cue: `mm:ss` or `h:mm:ss`, with up to three digits of a fraction after a point or a
/// comma. Minutes and seconds are below 60, seconds have two digits, hours up to six.
pub fn cue_milliseconds(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.trim().split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [minutes, seconds] => ("0", minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let (seconds, fraction) = match seconds.split_once(['.', ',']) {
        Some((seconds, fraction)) => (seconds, digits(fraction, 1, 3).map(|_| format!("{fraction:0<3}"))?),
        None => (seconds, "0".to_string()),
    };
    let (hours, minutes, seconds) = (digits(hours, 1, 6)?, digits(minutes, 1, 2)?, digits(seconds, 2, 2)?);
    let is_time = minutes < 60 && seconds < 60;
    is_time.then(|| Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + digits(&fraction, 1, 3)?))?
}

/// The value of a text of `fewest` to `most` ASCII digits.
fn digits(text: &str, fewest: usize, most: usize) -> Option<u64> {
    let is_number = (fewest..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Seconds of a time of the day since midnight.
pub fn since_midnight(time: Time) -> f64 {
    time.duration_since(Time::midnight()).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_in_the_forms_that_tables_have() {
        for (text, expected) in [
            ("75", Some(75.0)),
            (" 75.5 ", Some(75.5)),
            ("1:15", Some(75.0)),
            ("0:01:15.5", Some(75.5)),
            ("00:01:15,500", Some(75.5)),
            ("-1", None),
            ("1:2:3:4", None),
            ("inf", None),
            ("noon", None),
            ("", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn times_of_cues_are_strict() {
        for (text, expected) in [
            ("00:01.000", Some(1_000)),
            ("0:01", Some(1_000)),
            ("00:01:05,5", Some(65_500)),
            ("100:00:00.001", Some(360_000_001)),
            ("00:00:0x,000", None),
            ("00:60", None),
            ("60:00", None),
            ("1:2", None),
            ("00:01.", None),
            ("00:01.1234", None),
            ("1234567:00:00", None),
            ("01", None),
            ("٠١:٠١", None),
        ] {
            assert_eq!(cue_milliseconds(text), expected, "{text}");
        }
    }

    #[test]
    fn times_of_the_day() {
        assert!((since_midnight(jiff::civil::time(1, 2, 3, 500_000_000)) - 3723.5).abs() < 1e-9);
        assert!((hms(1.0, 2.0, 3.5) - 3723.5).abs() < 1e-9);
    }
}

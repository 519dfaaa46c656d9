//! The timeline of TEI.
//!
//! **Input:** `timeline` and `when` elements. **Output:** points in time, in seconds from the origin of the timeline.

use std::collections::HashMap;

use plenary_corpus::clock::{hms, since_midnight};

use super::Element;

/// Points by their ids.
#[derive(Debug, Default)]
pub(crate) struct Timeline {
    unit: Option<f64>,
    seconds: HashMap<String, f64>,
    /// Points whose `since` is not known yet: id, the id that they count from, seconds.
    waiting: Vec<(String, String, f64)>,
    first_absolute: Option<f64>,
}

impl Timeline {
    /// Reads a `timeline` (for its unit) or a `when`.
    pub(crate) fn add(&mut self, element: &Element) {
        let unit = element.get("unit").and_then(seconds_of_unit);
        if element.name == "timeline" {
            self.unit = unit;
            return;
        }
        let Some(id) = element.get("xml:id").map(str::to_string) else { return };
        let unit = unit.or(self.unit).unwrap_or(1.0);
        if let Some(interval) = element.get("interval").and_then(number) {
            let interval = interval * unit;
            match element.get("since").map(id_of) {
                None => _ = self.seconds.insert(id, interval),
                Some(since) => match self.seconds.get(since) {
                    Some(known) => _ = self.seconds.insert(id, known + interval),
                    None => self.waiting.push((id, since.to_string(), interval)),
                },
            }
        } else if let Some(absolute) = element.get("absolute").and_then(absolute) {
            let first = *self.first_absolute.get_or_insert(absolute);
            self.seconds.insert(id, absolute - first);
        } else if self.seconds.is_empty() {
            self.seconds.insert(id, 0.0);
        }
    }

    /// Seconds of a point that an attribute refers to, or of a plain number.
    pub(crate) fn seconds(&self, reference: &str) -> Option<f64> {
        let id = id_of(reference);
        let known = self.seconds.get(id).copied();
        let late = || {
            let (_, since, interval) = self.waiting.iter().find(|(point, ..)| point == id)?;
            Some(self.seconds.get(since)? + interval)
        };
        known.or_else(late).or_else(|| number(reference)).filter(|seconds| *seconds >= 0.0)
    }
}

/// The id that a reference names: `T1` of `corpus.xml#T1`.
pub(crate) fn id_of(reference: &str) -> &str {
    reference.rsplit('#').next().unwrap_or(reference).trim()
}

fn seconds_of_unit(unit: &str) -> Option<f64> {
    match unit {
        "s" => Some(1.0),
        "ms" => Some(0.001),
        "min" => Some(hms(0.0, 1.0, 0.0)),
        "h" => Some(hms(1.0, 0.0, 0.0)),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A day with a time, or a time alone, in seconds from some origin. Only differences mean something.
fn absolute(text: &str) -> Option<f64> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(moment.as_millisecond() as f64 / 1000.0);
    }
    if let Ok(moment) = text.parse::<jiff::civil::DateTime>() {
        let day = moment.date().duration_since(jiff::civil::date(1970, 1, 1)).as_secs_f64();
        return Some(day + since_midnight(moment.time()));
    }
    text.parse::<jiff::civil::Time>().ok().map(since_midnight)
}

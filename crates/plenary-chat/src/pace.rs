//! When the next request is sent.
//!
//! **Input**: the options, what the server asks for, the time. **Output**: how long to wait. Waits double with each retry and have
//! no random part, so that two runs behave alike. **Left to others**: what a failed request means.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plenary_corpus::progress::{Progress, Stopped};

/// How often a wait checks whether the work should end.
const CHECK_EVERY: Duration = Duration::from_millis(100);

/// Waits, unless the user ends the work.
pub(crate) fn wait(how_long: Duration, progress: &dyn Progress) -> Result<(), Stopped> {
    let until = Instant::now() + how_long;
    loop {
        progress.check_stop()?;
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(CHECK_EVERY));
    }
}

/// The wait before retry `retry`, from 0: doubled for each, no longer than `longest`.
pub(crate) fn backoff(first_s: f64, retry: u32, longest: Duration) -> Duration {
    let seconds = first_s * f64::from(2_u32.saturating_pow(retry));
    Duration::try_from_secs_f64(seconds).unwrap_or(longest).min(longest)
}

/// What the header `Retry-After` asks for: seconds, or a date. `None` if it is neither.
pub(crate) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// A maximum rate of requests, and pauses that the server asks for; shared by all threads.
pub(crate) struct Pace {
    /// Time between two requests.
    interval: Duration,
    /// When the next request may be sent; `None` for at once.
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// At most `per_minute` requests; 0 for no limit.
    pub(crate) fn new(per_minute: u32) -> Self {
        let interval = match per_minute {
            0 => Duration::ZERO,
            n => Duration::from_mins(1) / n,
        };
        Self { interval, next: Mutex::new(None) }
    }

    /// Takes the next free time for a request, and returns how long to wait for it.
    pub(crate) fn take(&self, now: Instant) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.map_or(now, |next| next.max(now));
        *next = Some(at + self.interval);
        at - now
    }

    /// No request before `now + pause`.
    pub(crate) fn pause(&self, now: Instant, pause: Duration) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let until = now + pause;
        *next = Some(next.map_or(until, |next| next.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let longest = Duration::from_secs(10);
        let waits: Vec<f64> = (0..6).map(|retry| backoff(1.0, retry, longest).as_secs_f64()).collect();
        assert_eq!(waits, [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]);
        assert_eq!(backoff(600.0, 20, longest), longest);
        assert_eq!(backoff(0.0, 40, longest), Duration::ZERO);
    }

    #[test]
    fn pauses_in_seconds_and_as_dates() {
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().unwrap();
        let found = |header| retry_after(header, now).map(|pause| pause.as_secs_f64());
        assert_eq!(found("3"), Some(3.0));
        assert_eq!(found(" 0.5 "), Some(0.5));
        assert_eq!(found("Wed, 21 Oct 2015 07:28:00 GMT"), Some(60.0));
        assert_eq!(found("Wed, 21 Oct 2015 07:00:00 GMT"), Some(0.0), "in the past");
        for wrong in ["", "soon", "-1", "nan", "inf", "1e300"] {
            assert_eq!(found(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn requests_are_spread_evenly() {
        let pace = Pace::new(60);
        let now = Instant::now();
        let second = Duration::from_secs(1);
        assert_eq!([0, 1, 2].map(|n| (n, pace.take(now))), [0, 1, 2].map(|n| (n, second * n)));
        assert_eq!(pace.take(now + second * 10), Duration::ZERO, "unused time is not saved up");
        assert_eq!(pace.take(now + second * 10), second);
        let free = Pace::new(0);
        assert_eq!([free.take(now), free.take(now)], [Duration::ZERO; 2]);
        free.pause(now, second * 5);
        free.pause(now, second);
        assert_eq!([free.take(now), free.take(now + second)], [second * 5, second * 4]);
    }
}

//! One call, until there is an answer or no hope of one.
//!
//! **Input**: a request. **Output**: the answer, or the failure of this call. Parameters that the server refuses are left out, and
//! what was left out is remembered if the server then answers. **Refused**: what concerns the endpoint as a whole, such as a key
//! that is not valid, ends the work. **Left to others**: what the answer says.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plenary_corpus::progress::{Progress, Stopped};

use crate::budget::{Budget, OverBudget};
use crate::endpoint::{Endpoint, HttpReply, MAX_BYTES, Trouble};
use crate::error::{ChatError, Failure, FailureReason};
use crate::options::ChatOptions;
use crate::pace::{Pace, backoff, retry_after, wait};
use crate::reply::{Reply, one_line, server_message};
use crate::request::{Request, Support};

/// How a wait is spent; tests do not wait.
pub(crate) type Wait = fn(Duration, &dyn Progress) -> Result<(), Stopped>;

/// What all calls to an endpoint share.
pub(crate) struct Asker {
    endpoint: OnceLock<Endpoint>,
    support: Mutex<Support>,
    pace: Pace,
    /// Money and tokens.
    pub(crate) budget: Budget,
    /// Whether the endpoint has answered.
    was_reached: AtomicBool,
    /// Whether the endpoint was given up.
    is_gone: AtomicBool,
    wait: Wait,
}

/// What came of a call.
pub(crate) struct Told {
    /// What was sent of the parameters that not every server has.
    pub(crate) sent: Support,
    /// The body of an answer and what it holds, or why there is none.
    pub(crate) result: Result<(String, Reply), Failure>,
}

/// Why a call ended the work.
pub(crate) enum CallError {
    /// The budget does not allow it.
    OverBudget(OverBudget),
    /// The endpoint cannot be used, or the user ended the work.
    Fatal(ChatError),
}

impl<E: Into<ChatError>> From<E> for CallError {
    fn from(error: E) -> Self {
        CallError::Fatal(error.into())
    }
}

/// What to do after an attempt.
enum Step {
    Answer(String, Reply),
    /// The server refuses the request; another form of it may be accepted.
    Refused(String, Failure),
    /// Try again, after the pause that the server asks for.
    Again(Failure, Option<Duration>),
    /// Another attempt would fail as well.
    Failed(Failure),
}

impl Asker {
    /// Prepares calls; nothing is sent yet.
    pub(crate) fn new(options: &ChatOptions) -> Self {
        Self {
            endpoint: OnceLock::new(),
            support: Mutex::new(Support::wanted(options)),
            pace: Pace::new(options.requests_per_minute),
            budget: Budget::new(options),
            was_reached: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
            wait,
        }
    }

    #[cfg(test)]
    pub(crate) fn wait_with(&mut self, wait: Wait) {
        self.wait = wait;
    }

    /// What the server supports, as far as is known.
    pub(crate) fn support(&self) -> Support {
        *self.support.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client; the key is read from the environment when the first call is made.
    fn endpoint(&self, options: &ChatOptions) -> Result<&Endpoint, ChatError> {
        if let Some(endpoint) = self.endpoint.get() {
            return Ok(endpoint);
        }
        let endpoint = Endpoint::new(options)?;
        Ok(self.endpoint.get_or_init(|| endpoint))
    }

    /// Makes a call.
    pub(crate) fn ask(
        &self,
        request: &Request,
        options: &ChatOptions,
        progress: &dyn Progress,
    ) -> Result<Told, CallError> {
        let endpoint = self.endpoint(options)?;
        let longest = Duration::from_secs(options.max_wait_s);
        let mut support = self.support();
        let mut retry = 0;
        loop {
            let body = request.body(support);
            let reserved = self.budget.reserve(body.len() as u64, request.max_answer_tokens());
            let reserved = reserved.map_err(CallError::OverBudget)?;
            let waited = (self.wait)(self.pace.take(Instant::now()), progress);
            let sent = waited.map_err(ChatError::from).map(|()| endpoint.post(&body));
            let step = sent.and_then(|sent| self.judge(sent, options));
            match &step {
                Ok(Step::Answer(_, reply)) => self.budget.settle(reserved, reply.usage),
                // The server may have worked on a request whose answer did not arrive.
                Ok(Step::Again(failure, _) | Step::Failed(failure)) if failure.reason != FailureReason::HttpStatus => {
                    self.budget.settle(reserved, None);
                }
                Ok(_) | Err(_) => self.budget.release(reserved),
            }
            let (failure, pause) = match step? {
                Step::Answer(body, reply) => {
                    self.was_reached.store(true, Ordering::Relaxed);
                    *self.support.lock().unwrap_or_else(PoisonError::into_inner) = support;
                    return Ok(Told { sent: support, result: Ok((body, reply)) });
                }
                Step::Refused(message, failure) => match support.without_refused(&message) {
                    Some(less) => {
                        support = less;
                        continue;
                    }
                    None => return Ok(Told { sent: support, result: Err(failure) }),
                },
                Step::Failed(failure) => return Ok(Told { sent: support, result: Err(failure) }),
                Step::Again(failure, pause) => (failure, pause),
            };
            if retry >= options.retries {
                return Ok(Told { sent: support, result: Err(failure) });
            }
            let wanted = pause.unwrap_or_else(|| backoff(options.retry_wait_s, retry, longest));
            if wanted > longest {
                let seconds = wanted.as_secs_f64().ceil() as u64;
                return Err(ChatError::AskedToWait { endpoint: options.endpoint.clone(), seconds }.into());
            }
            if pause.is_some() {
                self.pace.pause(Instant::now(), wanted);
            } else {
                (self.wait)(wanted, progress)?;
            }
            tracing::debug!(endpoint = options.endpoint, reason = failure.reason.as_str(), "trying again");
            retry += 1;
        }
    }

    /// What an attempt means.
    fn judge(&self, sent: Result<HttpReply, Trouble>, options: &ChatOptions) -> Result<Step, ChatError> {
        let address = || options.endpoint.clone();
        let reply = match sent {
            Ok(reply) => reply,
            Err(Trouble::Unreachable(problem)) => {
                // A server that answered before may be starting again.
                if self.was_reached.load(Ordering::Relaxed) && !self.is_gone.load(Ordering::Relaxed) {
                    return Ok(Step::Again(Failure::new(FailureReason::ConnectionLost, problem), None));
                }
                self.is_gone.store(true, Ordering::Relaxed);
                return Err(ChatError::Unreachable { endpoint: address(), problem });
            }
            Err(Trouble::TimeOut) => {
                let detail = format!("no complete answer within {} s", options.timeout_s);
                return Ok(Step::Again(Failure::new(FailureReason::TimeOut, detail), None));
            }
            Err(Trouble::Lost(problem)) => {
                return Ok(Step::Again(Failure::new(FailureReason::ConnectionLost, problem), None));
            }
            Err(Trouble::TooLarge) => {
                let detail = format!("more than {} MB", MAX_BYTES >> 20);
                return Ok(Step::Failed(Failure::new(FailureReason::TooLarge, detail)));
            }
        };
        let text = reply.text.as_deref();
        let message = text.map(|text| server_message(text).unwrap_or_else(|| one_line(text))).unwrap_or_default();
        let failure =
            || Failure::new(FailureReason::HttpStatus, format!("{} {message}", reply.status).trim().to_owned());
        let pause = || reply.retry_after.as_deref().and_then(|header| retry_after(header, Timestamp::now()));
        match reply.status {
            200 => of_success(&reply, options),
            300..=399 => Err(ChatError::Redirected {
                endpoint: address(),
                status: reply.status,
                location: one_line(reply.location.as_deref().unwrap_or("another address")),
            }),
            status @ 401..=405 => Err(ChatError::Denied { endpoint: address(), status, message }),
            400 | 422 => Ok(Step::Refused(message.clone(), failure())),
            // Some servers report a parameter that they do not have as an error of their own.
            500 | 501 if ["logprobs", "response_format"].iter().any(|name| message.contains(name)) => {
                Ok(Step::Refused(message.clone(), failure()))
            }
            408 | 409 | 425 | 429 | 500.. => Ok(Step::Again(failure(), pause())),
            _ => Ok(Step::Failed(failure())),
        }
    }
}

/// What an answer with status 200 means.
fn of_success(reply: &HttpReply, options: &ChatOptions) -> Result<Step, ChatError> {
    let text = reply.text.as_deref();
    let start = text.map_or("", str::trim_start);
    if reply.content_type.starts_with("text/event-stream") || start.starts_with("data:") || start.starts_with("event:")
    {
        return Err(ChatError::Streamed { endpoint: options.endpoint.clone() });
    }
    if reply.content_type.starts_with("text/html") || start.starts_with('<') {
        return Err(ChatError::Html { endpoint: options.endpoint.clone() });
    }
    let parsed = match text {
        Some(text) => Reply::parse(text).map(|reply| Step::Answer(text.to_owned(), reply)),
        None => Err("not UTF-8".to_owned()),
    };
    Ok(parsed.unwrap_or_else(|problem| Step::Again(Failure::new(FailureReason::InvalidReply, problem), None)))
}

//! Calls and their answers: from the folder of answers where it has them, else from the endpoint, several at a time.
//!
//! **Input**: calls, how each becomes a request, and how an answer is read. **Output**: a result for each unit of each call, in their
//! order. Every answer is kept before it is read. The results depend on the answers alone, not on threads. **Refused**: see
//! [`ChatError`]; answers that arrived are kept in any case. **Left to others**: what is asked, and what an answer says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use plenary_corpus::progress::Progress;

use crate::ask::{Asker, CallError};
use crate::audit::{Entry, Recorded, Store};
use crate::budget::Usage;
use crate::error::{ChatError, Failure, FailureReason};
use crate::options::ChatOptions;
use crate::plan::Call;
use crate::repeats::Agreement;
use crate::reply::Reply;
use crate::request::{AnswerForm, Request};

/// Number of calls that may fail in a row before the work ends.
const MAX_FAILURES: usize = 10;

/// An endpoint with its folder of answers.
pub(crate) struct Caller {
    pub(crate) options: ChatOptions,
    store: Store,
    pub(crate) asker: Asker,
    n_failed_in_a_row: AtomicUsize,
    summary: Mutex<Summary>,
}

/// What was asked and answered, over all units so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// Number of units.
    pub n_units: usize,
    /// Number of calls that were made.
    pub n_asked: usize,
    /// Number of calls that were answered from the folder of answers.
    pub n_kept: usize,
    /// Number of units without a code or label, by reason.
    pub failures: BTreeMap<FailureReason, usize>,
    /// How far repeated calls agree.
    pub agreement: Agreement,
    /// Tokens of the calls that were made.
    pub usage: Usage,
    /// Cost of these calls in the currency of the prices; 0 without prices.
    pub cost: f64,
    /// Names that the server gives the model.
    pub models: BTreeSet<String>,
    /// The server's marks of its configuration.
    pub system_fingerprints: BTreeSet<String>,
    /// Whether the server accepts a JSON schema; `None` if no call was made or no schema is wanted.
    pub accepts_schema: Option<bool>,
    /// Whether the server was asked for log-probabilities to the end; `None` if no call was made or none are wanted.
    pub accepts_log_probabilities: Option<bool>,
}

/// What came of one call: a result for each unit that it names.
pub(crate) type Results<T> = Vec<Result<T, Failure>>;

/// Reads what an answer says of this number of units.
type ReadAnswer<'e, T> = &'e (dyn Fn(&Reply, usize) -> Result<Results<T>, Failure> + Sync);

/// How a call is made and its answer read.
pub(crate) struct Exchange<'e, T> {
    /// The request of a call.
    pub(crate) request: &'e (dyn Fn(&Call) -> Request + Sync),
    /// The id of the unit in this row.
    pub(crate) id: &'e (dyn Fn(usize) -> String + Sync),
    /// What an answer says of this number of units.
    pub(crate) read: ReadAnswer<'e, T>,
}

impl Caller {
    /// Checks the folder of answers, which is relative to `base`. Nothing is sent, and no key is read.
    ///
    /// # Errors
    /// [`ChatError::Folder`] and [`ChatError::Damaged`].
    pub(crate) fn open(options: ChatOptions, base: &Path) -> Result<Self, ChatError> {
        let (store, asker) = (Store::open(&base.join(&options.answers))?, Asker::new(&options));
        let (n_failed_in_a_row, summary) = (AtomicUsize::new(0), Mutex::new(Summary::default()));
        Ok(Self { options, store, asker, n_failed_in_a_row, summary })
    }

    /// What was asked and answered so far.
    pub(crate) fn summary(&self) -> Summary {
        let mut summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (summary.usage, summary.cost) = self.asker.budget.spent();
        if summary.n_asked > 0 {
            let (wanted, found) = (crate::request::Support::wanted(&self.options), self.asker.support());
            summary.accepts_schema =
                (wanted.answer_form != AnswerForm::Words).then_some(found.answer_form != AnswerForm::Words);
            summary.accepts_log_probabilities = wanted.log_probabilities.then_some(found.log_probabilities);
        }
        summary
    }

    /// Counts units and their outcomes in the summary.
    pub(crate) fn count(&self, add: impl FnOnce(&mut Summary)) {
        add(&mut self.summary.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The results of all calls, in their order. Reports one unit of progress per unit of each call.
    pub(crate) fn results<T: Clone + Send>(
        &self,
        calls: &[Call],
        exchange: &Exchange<T>,
        progress: &dyn Progress,
    ) -> Result<Vec<Results<T>>, ChatError> {
        let done: Vec<Mutex<Results<T>>> = calls.iter().map(|_| Mutex::new(Results::new())).collect();
        let keep = |i: usize, results: Results<T>| {
            *done[i].lock().unwrap_or_else(PoisonError::into_inner) = results;
            progress.advance(calls[i].rows.iter().map(Vec::len).sum::<usize>() as u64);
        };
        let mut open = Vec::new();
        for (i, call) in calls.iter().enumerate() {
            match self.store.answer(&call.key)? {
                Some(body) => keep(i, self.kept(&body, call, exchange)),
                None => open.push(i),
            }
            progress.check_stop()?;
        }
        let next = AtomicUsize::new(0);
        let n_done = AtomicUsize::new(0);
        let ends = AtomicBool::new(false);
        let problem: Mutex<Option<ChatError>> = Mutex::new(None);
        let work = || {
            while !ends.load(Ordering::Relaxed) {
                let Some(&i) = open.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                match self.ask(&calls[i], exchange, progress) {
                    Ok(results) => {
                        keep(i, results);
                        n_done.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => {
                        ends.store(true, Ordering::Relaxed);
                        problem.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(match error {
                            CallError::Fatal(error) => error,
                            CallError::OverBudget(over) => ChatError::Budget {
                                model: self.options.model.clone(),
                                max_cost: self.options.max_cost,
                                spent: over.spent,
                                next: over.next,
                                n_left: open.len() - n_done.load(Ordering::Relaxed),
                                n_calls: calls.len(),
                            },
                        });
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.options.concurrency.min(open.len()) {
                scope.spawn(work);
            }
        });
        if let Some(problem) = problem.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(problem);
        }
        Ok(done.into_iter().map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
    }

    /// The results of a call that was answered before.
    fn kept<T: Clone>(&self, body: &str, call: &Call, exchange: &Exchange<T>) -> Results<T> {
        self.count(|summary| summary.n_kept += 1);
        match Reply::parse(body) {
            Ok(reply) => self.read(&reply, call, exchange),
            Err(problem) => vec![Err(Failure::new(FailureReason::InvalidReply, problem)); call.rows[0].len()],
        }
    }

    /// Makes a call and records what came of it.
    fn ask<T: Clone>(
        &self,
        call: &Call,
        exchange: &Exchange<T>,
        progress: &dyn Progress,
    ) -> Result<Results<T>, CallError> {
        let request = (exchange.request)(call);
        let before = self.store.failure(&call.key);
        let told = match (self.asker.ask(&request, &self.options, progress), &before) {
            // Without the server, the tables are those of the run that recorded the failure.
            (Err(CallError::Fatal(ChatError::Unreachable { .. })), Some(failure)) => {
                return Ok(vec![Err(failure.clone()); call.rows[0].len()]);
            }
            (told, _) => told?,
        };
        let ids = call.rows[0].iter().map(|&row| (exchange.id)(row)).collect();
        let record = |outcome| {
            let entry = Entry::new(&self.options.endpoint, ids, told.sent, request.text(), outcome);
            self.store.append(&entry)
        };
        self.count(|summary| summary.n_asked += 1);
        match told.result {
            Ok((body, reply)) => {
                self.n_failed_in_a_row.store(0, Ordering::Relaxed);
                record(Recorded::Answer {
                    body,
                    model: reply.model.clone(),
                    system_fingerprint: reply.system_fingerprint.clone(),
                    usage: reply.usage,
                })?;
                Ok(self.read(&reply, call, exchange))
            }
            Err(failure) => {
                record(Recorded::Failure(failure.clone()))?;
                // A call that failed in an earlier run as well says nothing about the endpoint.
                let n = match before {
                    None => self.n_failed_in_a_row.fetch_add(1, Ordering::Relaxed) + 1,
                    Some(_) => 0,
                };
                if n >= MAX_FAILURES {
                    let endpoint = self.options.endpoint.clone();
                    return Err(ChatError::KeepsFailing { endpoint, n, last: failure }.into());
                }
                Ok(vec![Err(failure); call.rows[0].len()])
            }
        }
    }

    /// What an answer says about the units of its call.
    fn read<T: Clone>(&self, reply: &Reply, call: &Call, exchange: &Exchange<T>) -> Results<T> {
        self.count(|summary| {
            summary.models.extend(reply.model.clone());
            summary.system_fingerprints.extend(reply.system_fingerprint.clone());
        });
        let n = call.rows[0].len();
        (exchange.read)(reply, n).unwrap_or_else(|failure| vec![Err(failure); n])
    }
}

/// The text of an answer.
///
/// # Errors
/// A [`Failure`] if the model refused, the answer was cut off, or there is no text.
pub(crate) fn content_of(reply: &Reply) -> Result<&str, Failure> {
    if let Some(refusal) = &reply.refusal {
        return Err(Failure::new(FailureReason::Refused, crate::reply::one_line(refusal)));
    }
    match reply.finish_reason.as_deref() {
        Some("length") => return Err(Failure::new(FailureReason::CutOff, "the answer reached `max_tokens`")),
        Some("content_filter") => return Err(Failure::new(FailureReason::Refused, "a filter of the server")),
        _ => {}
    }
    let empty = || Failure::new(FailureReason::SchemaBroken, "an answer without text");
    reply.content.as_deref().ok_or_else(empty)
}

//! The coder: units in, one result per unit out.
//!
//! **Input**: options, a folder of answers, units. **Output**: a [`UnitAnswer`] per unit, in order, and a [`Summary`].
//! Answers in the folder are used as they are; the others are asked for, several at a time, and each is kept before it is
//! used. The results depend on the answers alone, not on threads or batches. **Refused**: see [`ChatError`]; answers that arrived
//! are kept in any case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use plenary_corpus::progress::Progress;

use crate::answer::codes;
use crate::ask::{Asker, CallError};
use crate::audit::{Entry, Recorded, Store};
use crate::budget::Usage;
use crate::error::{ChatError, Failure, FailureReason};
use crate::options::ChatOptions;
use crate::plan::{Call, calls};
use crate::probabilities;
use crate::prompt::{Unit, names};
use crate::repeats::{Agreement, Coded, Outcome, UnitAnswer, combine};
use crate::reply::Reply;
use crate::request::AnswerForm;

/// Number of calls that may fail in a row before the work ends.
const MAX_FAILURES: usize = 10;

/// A language model behind an endpoint, with its folder of answers.
pub struct ChatCoder {
    options: ChatOptions,
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
    /// Number of units without a code, by reason.
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
type Results = Vec<Result<Coded, Failure>>;

impl ChatCoder {
    /// Checks the options and reads the folder of answers, which is relative to `base`. Nothing is sent, and no key is read.
    ///
    /// # Errors
    /// [`ChatError::Option`], [`ChatError::Folder`] and [`ChatError::Damaged`].
    pub fn open(options: ChatOptions, base: &Path) -> Result<Self, ChatError> {
        options.check()?;
        let (store, asker) = (Store::open(&base.join(&options.answers))?, Asker::new(&options));
        let (n_failed_in_a_row, summary) = (AtomicUsize::new(0), Mutex::new(Summary::default()));
        Ok(Self { options, store, asker, n_failed_in_a_row, summary })
    }

    /// The options.
    pub fn options(&self) -> &ChatOptions {
        &self.options
    }

    /// Codes units. Reports one unit of progress per unit and repetition.
    ///
    /// # Errors
    /// [`ChatError`]; answers that arrived are kept, and the same call continues after them.
    pub fn code(&self, units: &[Unit], progress: &dyn Progress) -> Result<Vec<UnitAnswer>, ChatError> {
        let calls = calls(units, &self.options);
        progress.begin("asking the language model", units.len() as u64 * self.options.repeat);
        let results = self.results(&calls, units, progress)?;
        let mut of_unit: Vec<Results> = vec![Vec::new(); units.len()];
        let mut keys = vec![""; units.len()];
        for (call, results) in calls.iter().zip(&results) {
            for (&row, result) in call.rows.iter().flat_map(|rows| rows.iter().zip(results)) {
                of_unit[row].push(result.clone());
                if call.repetition == 0 {
                    keys[row] = &call.key;
                }
            }
        }
        let n_codes = self.options.codebook.codes.len();
        let answers: Vec<UnitAnswer> =
            of_unit.iter().zip(keys).map(|(results, key)| combine(results, key, n_codes)).collect();
        let mut summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner);
        summary.n_units += units.len();
        for (results, answer) in of_unit.iter().zip(&answers) {
            summary.agreement.add(results, n_codes);
            if let Outcome::Failed(failure) = &answer.outcome {
                *summary.failures.entry(failure.reason).or_default() += 1;
            }
        }
        Ok(answers)
    }

    /// What was asked and answered so far.
    pub fn summary(&self) -> Summary {
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

    /// The results of all calls, in their order.
    fn results(&self, calls: &[Call], units: &[Unit], progress: &dyn Progress) -> Result<Vec<Results>, ChatError> {
        let done: Vec<Mutex<Results>> = calls.iter().map(|_| Mutex::new(Results::new())).collect();
        let keep = |i: usize, results: Results| {
            *done[i].lock().unwrap_or_else(PoisonError::into_inner) = results;
            progress.advance(calls[i].rows.iter().map(Vec::len).sum::<usize>() as u64);
        };
        let mut open = Vec::new();
        for (i, call) in calls.iter().enumerate() {
            match self.store.answer(&call.key)? {
                Some(body) => keep(i, self.kept(&body, call)),
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
                match self.ask(&calls[i], units, progress) {
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
    fn kept(&self, body: &str, call: &Call) -> Results {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).n_kept += 1;
        match Reply::parse(body) {
            Ok(reply) => self.read(&reply, call),
            Err(problem) => vec![Err(Failure::new(FailureReason::InvalidReply, problem)); call.rows[0].len()],
        }
    }

    /// Makes a call and records what came of it.
    fn ask(&self, call: &Call, units: &[Unit], progress: &dyn Progress) -> Result<Results, CallError> {
        let request = call.request(units, &self.options);
        let before = self.store.failure(&call.key);
        let told = match (self.asker.ask(&request, &self.options, progress), &before) {
            // Without the server, the tables are those of the run that recorded the failure.
            (Err(CallError::Fatal(ChatError::Unreachable { .. })), Some(failure)) => {
                return Ok(vec![Err(failure.clone()); call.rows[0].len()]);
            }
            (told, _) => told?,
        };
        let ids = call.rows[0].iter().map(|&row| units[row].id.clone()).collect();
        let record = |outcome| {
            let entry = Entry::new(&self.options.endpoint, ids, told.sent, request.text(), outcome);
            self.store.append(&entry)
        };
        self.summary.lock().unwrap_or_else(PoisonError::into_inner).n_asked += 1;
        match told.result {
            Ok((body, reply)) => {
                self.n_failed_in_a_row.store(0, Ordering::Relaxed);
                record(Recorded::Answer {
                    body,
                    model: reply.model.clone(),
                    system_fingerprint: reply.system_fingerprint.clone(),
                    usage: reply.usage,
                })?;
                Ok(self.read(&reply, call))
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
    fn read(&self, reply: &Reply, call: &Call) -> Results {
        {
            let mut summary = self.summary.lock().unwrap_or_else(PoisonError::into_inner);
            summary.models.extend(reply.model.clone());
            summary.system_fingerprints.extend(reply.system_fingerprint.clone());
        }
        let n = call.rows[0].len();
        self.codes_of(reply, n).unwrap_or_else(|failure| vec![Err(failure); n])
    }

    fn codes_of(&self, reply: &Reply, n: usize) -> Result<Results, Failure> {
        if let Some(refusal) = &reply.refusal {
            return Err(Failure::new(FailureReason::Refused, crate::reply::one_line(refusal)));
        }
        match reply.finish_reason.as_deref() {
            Some("length") => return Err(Failure::new(FailureReason::CutOff, "the answer reached `max_tokens`")),
            Some("content_filter") => return Err(Failure::new(FailureReason::Refused, "a filter of the server")),
            _ => {}
        }
        let Some(content) = &reply.content else {
            return Err(Failure::new(FailureReason::SchemaBroken, "an answer without text"));
        };
        let codebook = &self.options.codebook;
        let ids: Vec<&str> = codebook.codes.iter().map(|code| code.id.as_str()).collect();
        let of_tokens = |start: usize| probabilities::of_codes(content, reply.tokens.as_deref()?, start, &ids);
        let found = codes(content, &names(n), codebook)?;
        let coded = found.into_iter().map(|result| {
            result.map(|found| Coded { code: found.code, probabilities: found.start.and_then(of_tokens) })
        });
        Ok(coded.collect())
    }
}

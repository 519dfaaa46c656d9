//! The coder: units in, one result per unit out.
//!
//! **Input**: options, a folder of answers, units. **Output**: a [`UnitAnswer`] per unit, in order, and a [`Summary`].
//! Answers in the folder are used as they are; the others are asked for. **Refused**: see [`ChatError`]; answers that arrived
//! are kept in any case. **Left to others**: making the calls.

use std::path::Path;

use plenary_corpus::progress::Progress;

use crate::answer::codes;
use crate::caller::{Caller, Exchange, Results, Summary, content_of};
use crate::error::{ChatError, Failure};
use crate::options::ChatOptions;
use crate::plan::{Call, calls};
use crate::probabilities;
use crate::prompt::{Unit, names};
use crate::repeats::{Coded, Outcome, UnitAnswer, combine};
use crate::reply::Reply;

/// A language model behind an endpoint, with its folder of answers.
pub struct ChatCoder {
    pub(crate) caller: Caller,
}

impl ChatCoder {
    /// Checks the options and reads the folder of answers, which is relative to `base`. Nothing is sent, and no key is read.
    ///
    /// # Errors
    /// [`ChatError::Option`], [`ChatError::Folder`] and [`ChatError::Damaged`].
    pub fn open(options: ChatOptions, base: &Path) -> Result<Self, ChatError> {
        options.check()?;
        Ok(Self { caller: Caller::open(options, base)? })
    }

    /// The options.
    pub fn options(&self) -> &ChatOptions {
        &self.caller.options
    }

    /// Codes units. Reports one unit of progress per unit and repetition.
    ///
    /// # Errors
    /// [`ChatError`]; answers that arrived are kept, and the same call continues after them.
    pub fn code(&self, units: &[Unit], progress: &dyn Progress) -> Result<Vec<UnitAnswer>, ChatError> {
        let options = self.options();
        let calls = calls(units, options);
        progress.begin("asking the language model", units.len() as u64 * options.repeat);
        let exchange = Exchange {
            request: &|call: &Call| call.request(units, options),
            id: &|row: usize| units[row].id.clone(),
            read: &|reply: &Reply, n| codes_of(reply, n, options),
        };
        let results = self.caller.results(&calls, &exchange, progress)?;
        let mut of_unit: Vec<Results<Coded>> = vec![Vec::new(); units.len()];
        let mut keys = vec![""; units.len()];
        for (call, results) in calls.iter().zip(&results) {
            for (&row, result) in call.rows.iter().flat_map(|rows| rows.iter().zip(results)) {
                of_unit[row].push(result.clone());
                if call.repetition == 0 {
                    keys[row] = &call.key;
                }
            }
        }
        let n_codes = options.codebook.codes.len();
        let answers: Vec<UnitAnswer> =
            of_unit.iter().zip(keys).map(|(results, key)| combine(results, key, n_codes)).collect();
        self.caller.count(|summary| {
            summary.n_units += units.len();
            for (results, answer) in of_unit.iter().zip(&answers) {
                summary.agreement.add(results, n_codes);
                if let Outcome::Failed(failure) = &answer.outcome {
                    *summary.failures.entry(failure.reason).or_default() += 1;
                }
            }
        });
        Ok(answers)
    }

    /// What was asked and answered so far.
    pub fn summary(&self) -> Summary {
        self.caller.summary()
    }
}

fn codes_of(reply: &Reply, n: usize, options: &ChatOptions) -> Result<Results<Coded>, Failure> {
    let content = content_of(reply)?;
    let codebook = &options.codebook;
    let ids: Vec<&str> = codebook.codes.iter().map(|code| code.id.as_str()).collect();
    let of_tokens = |start: usize| probabilities::of_codes(content, reply.tokens.as_deref()?, start, &ids);
    let found = codes(content, &names(n), codebook)?;
    let coded = found
        .into_iter()
        .map(|result| result.map(|found| Coded { code: found.code, probabilities: found.start.and_then(of_tokens) }));
    Ok(coded.collect())
}

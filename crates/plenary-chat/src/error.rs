//! What can go wrong: for one unit, which is recorded, and for the endpoint as a whole, which ends the work.
//!
//! No text here contains the key of the endpoint: it is removed from what the server sends before anything else reads it.

use std::path::PathBuf;

use plenary_corpus::OptionError;
use plenary_corpus::progress::Stopped;
use serde::{Deserialize, Serialize};

/// Why a unit has no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The answer is not the JSON object that was asked for.
    SchemaBroken,
    /// The answer was cut off at the limit of tokens.
    CutOff,
    /// The answer names a unit that was not asked for.
    OtherUnit,
    /// The answer leaves this unit out.
    MissingUnit,
    /// The answer gives a code that is not in the codebook.
    UnknownCode,
    /// The model or a filter of the server refused to answer.
    Refused,
    /// Repeated calls gave no code in more than half of the answers.
    NoMajority,
    /// The server answered with an HTTP status that reports an error.
    HttpStatus,
    /// No complete answer arrived in time.
    TimeOut,
    /// The connection ended before the answer was complete.
    ConnectionLost,
    /// What arrived is not a chat completion.
    InvalidReply,
    /// The answer is larger than 4 MB.
    TooLarge,
}

impl FailureReason {
    /// All reasons.
    pub const ALL: &'static [FailureReason] = &[
        FailureReason::SchemaBroken,
        FailureReason::CutOff,
        FailureReason::OtherUnit,
        FailureReason::MissingUnit,
        FailureReason::UnknownCode,
        FailureReason::Refused,
        FailureReason::NoMajority,
        FailureReason::HttpStatus,
        FailureReason::TimeOut,
        FailureReason::ConnectionLost,
        FailureReason::InvalidReply,
        FailureReason::TooLarge,
    ];

    /// The name in snake case.
    pub fn as_str(self) -> &'static str {
        match self {
            FailureReason::SchemaBroken => "schema_broken",
            FailureReason::CutOff => "cut_off",
            FailureReason::OtherUnit => "other_unit",
            FailureReason::MissingUnit => "missing_unit",
            FailureReason::UnknownCode => "unknown_code",
            FailureReason::Refused => "refused",
            FailureReason::NoMajority => "no_majority",
            FailureReason::HttpStatus => "http_status",
            FailureReason::TimeOut => "time_out",
            FailureReason::ConnectionLost => "connection_lost",
            FailureReason::InvalidReply => "invalid_reply",
            FailureReason::TooLarge => "too_large",
        }
    }

    /// Whether the endpoint gave no usable reply; otherwise the model answered, and its answer cannot be used.
    pub fn is_of_endpoint(self) -> bool {
        match self {
            FailureReason::HttpStatus
            | FailureReason::TimeOut
            | FailureReason::ConnectionLost
            | FailureReason::InvalidReply
            | FailureReason::TooLarge => true,
            FailureReason::SchemaBroken
            | FailureReason::CutOff
            | FailureReason::OtherUnit
            | FailureReason::MissingUnit
            | FailureReason::UnknownCode
            | FailureReason::Refused
            | FailureReason::NoMajority => false,
        }
    }
}

/// Why a unit has no code, with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The reason.
    pub reason: FailureReason,
    /// What was found, in one line.
    pub detail: String,
}

impl Failure {
    /// A failure with what was found.
    pub(crate) fn new(reason: FailureReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

/// Why coding ended early. Answers that arrived before are kept in the folder of answers.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// An option is out of range, or does not fit another one.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// The environment variable with the key is missing or empty.
    #[error(
        "`key_env` names the environment variable {variable}, which is not set or is empty; set it to the key of {endpoint}, \
         or leave `key_env` out if the endpoint needs no key"
    )]
    NoKey {
        /// Name of the variable.
        variable: String,
        /// Address of the endpoint.
        endpoint: String,
    },
    /// The key has characters that cannot be sent.
    #[error("the environment variable {variable} holds characters that no key has, such as blanks or line breaks")]
    BadKey {
        /// Name of the variable.
        variable: String,
    },
    /// The folder of answers cannot be read or written.
    #[error("{}: cannot read or write the answers of the language model: {problem}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// The message of the operating system.
        problem: std::io::Error,
    },
    /// A line of the folder of answers is damaged.
    #[error(
        "{}, line {line}: found {found}; expected an answer that plenary wrote. Restore the file, or delete the line to have \
         its units coded again",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        found: String,
    },
    /// Nothing answers at the address.
    #[error("cannot reach {endpoint}: {problem}; check `endpoint`, and that the server runs")]
    Unreachable {
        /// Address of the endpoint.
        endpoint: String,
        /// What happened.
        problem: String,
    },
    /// The server refuses every request of this kind.
    #[error("{endpoint} answered {status}{}; {}", said(message), advice(*status))]
    Denied {
        /// Address of the endpoint.
        endpoint: String,
        /// HTTP status.
        status: u16,
        /// The server's message; may be empty.
        message: String,
    },
    /// The server sends to another address.
    #[error(
        "{endpoint} answered {status} and redirects to {location}; redirects are not followed, so that texts and keys go only \
         to the endpoint that is named. Set `endpoint` to the final address"
    )]
    Redirected {
        /// Address of the endpoint.
        endpoint: String,
        /// HTTP status.
        status: u16,
        /// Where it redirects to.
        location: String,
    },
    /// The server sends a web page.
    #[error(
        "{endpoint} answered with a web page instead of JSON; `endpoint` is the base address of an API and usually ends in /v1"
    )]
    Html {
        /// Address of the endpoint.
        endpoint: String,
    },
    /// The server sends a stream of events.
    #[error(
        "{endpoint} answered with a stream of events although \"stream\" is false; turn streaming off in the server or in what \
         stands before it"
    )]
    Streamed {
        /// Address of the endpoint.
        endpoint: String,
    },
    /// The server asks for a pause that is longer than the options allow.
    #[error("{endpoint} asks to wait {seconds} s, more than `max_wait_s` allows; run again later")]
    AskedToWait {
        /// Address of the endpoint.
        endpoint: String,
        /// How long.
        seconds: u64,
    },
    /// Many calls in a row failed.
    #[error("the last {n} calls to {endpoint} failed, the last one with {}: {}", last.reason.as_str(), last.detail)]
    KeepsFailing {
        /// Address of the endpoint.
        endpoint: String,
        /// Number of calls.
        n: usize,
        /// The last failure.
        last: Failure,
    },
    /// The next call could exceed the budget.
    #[error(
        "the budget of {max_cost} for `{model}` is used up: {spent:.4} are spent, and the next call may cost {next:.4}; \
         {n_left} of {n_calls} calls are left. Raise `max_cost` and run again: answers that arrived are kept"
    )]
    Budget {
        /// The model.
        model: String,
        /// The limit, in the currency of the prices.
        max_cost: f64,
        /// What the calls of this run cost so far.
        spent: f64,
        /// Upper estimate of what the next call costs.
        next: f64,
        /// Number of calls without an answer.
        n_left: usize,
        /// Number of calls of this batch of units.
        n_calls: usize,
    },
    /// The user ended the work.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

fn said(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(" (\"{message}\")") }
}

fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => "check the key in the variable that `key_env` names, and that it may use this model",
        402 => "the account has no credit",
        404 | 405 => "check `endpoint`, which usually ends in /v1, and `model`",
        _ => "check `endpoint` and `model`",
    }
}

//! The options of a language model behind an endpoint: what a section of a study can set.
//!
//! **Input**: keys of the study. **Output**: checked options. **Refused**: values out of range, codebooks that contradict themselves, addresses that are not HTTP or
//! that contain a password, keys that would travel unencrypted, and a budget without prices.

use std::collections::BTreeMap;
use std::net::IpAddr;

use plenary_corpus::{OnlyWhere, OptionError};
use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use crate::codebook::Codebook;

/// How a language model behind an endpoint is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatOptions {
    /// Name of the coder; empty for the name of the model.
    pub id: String,
    /// For which units it is asked; `None` for all. The caller decides it: the coder is asked for the units that it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_where: Option<OnlyWhere>,
    /// Base address of the API, such as `http://localhost:11434/v1`; `/chat/completions` is appended.
    pub endpoint: String,
    /// Name of the model at the endpoint.
    pub model: String,
    /// Name of the environment variable that holds the key; empty for an endpoint without a key.
    pub key_env: String,
    /// Whether the key may be sent to another machine without encryption.
    pub allow_plain_key: bool,
    /// Folder in which answers are kept, relative to the study.
    pub answers: String,
    /// What is coded and how.
    pub codebook: Codebook,
    /// Further instructions for the model, after the codebook.
    pub instructions: String,
    /// Maximum number of units in one call, 1 to 50.
    pub units_per_call: usize,
    /// How often each call is repeated, 1 to 25. Repetition `n` (from 0) adds `n` to the seed.
    pub repeat: u64,
    /// Sampling temperature, 0 to 2.
    pub temperature: f64,
    /// Seed that is sent to the server.
    pub seed: u64,
    /// Maximum number of tokens of an answer, per unit.
    pub max_tokens: u32,
    /// Number of alternatives per token whose log-probabilities are asked for, 0 to 20; 0 asks for none.
    pub log_probabilities: u32,
    /// Whether a JSON schema is sent.
    pub schema: SchemaUse,
    /// Further parameters of the request.
    pub extra: BTreeMap<String, serde_json::Value>,
    /// Parameters that are left out of the request.
    pub omit: Vec<Parameter>,
    /// Maximum number of calls at the same time, 1 to 256.
    pub concurrency: usize,
    /// Seconds until a call is given up, 1 to 3600.
    pub timeout_s: u64,
    /// How often a call that failed is tried again, 0 to 20.
    pub retries: u32,
    /// Seconds before the first retry; doubled for each further one. 0 to 600.
    pub retry_wait_s: f64,
    /// Maximum number of seconds between two tries; a server that asks for more ends the run.
    pub max_wait_s: u64,
    /// Maximum number of requests per minute; 0 for no limit.
    pub requests_per_minute: u32,
    /// Price of a million tokens of the prompt.
    pub price_input: f64,
    /// Price of a million tokens of the answer.
    pub price_output: f64,
    /// Maximum cost of a run in the currency of the prices; 0 for no limit.
    pub max_cost: f64,
}

/// Whether a JSON schema of the answer is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaUse {
    /// If the server accepts it.
    Auto,
    /// Never; the answer is only parsed.
    Never,
}

/// A parameter that some servers do not accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// `temperature`
    Temperature,
    /// `seed`
    Seed,
    /// `max_tokens`
    MaxTokens,
}

/// Keys of a request that the other options set.
const RESERVED: &[&str] = &[
    "model",
    "messages",
    "stream",
    "stream_options",
    "n",
    "temperature",
    "seed",
    "max_tokens",
    "logprobs",
    "top_logprobs",
    "response_format",
];

impl Default for ChatOptions {
    fn default() -> Self {
        Self {
            id: String::new(),
            only_where: None,
            endpoint: String::new(),
            model: String::new(),
            key_env: String::new(),
            allow_plain_key: false,
            answers: "answers".into(),
            codebook: Codebook::stance(),
            instructions: String::new(),
            units_per_call: 1,
            repeat: 1,
            temperature: 0.0,
            seed: 20_170_528,
            max_tokens: 64,
            log_probabilities: 5,
            schema: SchemaUse::Auto,
            extra: BTreeMap::new(),
            omit: Vec::new(),
            concurrency: 4,
            timeout_s: 120,
            retries: 4,
            retry_wait_s: 1.0,
            max_wait_s: 120,
            requests_per_minute: 0,
            price_input: 0.0,
            price_output: 0.0,
            max_cost: 0.0,
        }
    }
}

impl ChatOptions {
    /// Name of the coder.
    pub fn name(&self) -> &str {
        if self.id.is_empty() { &self.model } else { &self.id }
    }

    /// Checks the options.
    ///
    /// # Errors
    /// [`OptionError`] with the key, what was found and what was expected.
    pub fn check(&self) -> Result<(), OptionError> {
        self.check_at(&format!("coder `{}`:", self.name()))
    }

    /// As [`check`](Self::check); `place` names the options in messages.
    pub(crate) fn check_at(&self, place: &str) -> Result<(), OptionError> {
        self.codebook.check(&format!("{place} codebook"))?;
        let wrong = |key: &str, found: String, expected: &str| {
            Err(OptionError::new(format!("{place} {key}"), found, expected.to_owned()))
        };
        self.check_endpoint(place)?;
        if self.model.trim().is_empty() {
            return wrong("model", "no model".into(), "the name of a model at the endpoint");
        }
        if self.answers.trim().is_empty() {
            return wrong("answers", "no folder".into(), "the folder in which answers are kept, relative to the study");
        }
        let is_variable = |name: &str| {
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                && !name.starts_with(|c: char| c.is_ascii_digit())
        };
        if !is_variable(&self.key_env) {
            // What was found is not shown: it may be the key itself.
            let expected = "the name of an environment variable, such as OPENAI_API_KEY; the key itself is never written in a \
                            study";
            return wrong("key_env", "something else than a name".into(), expected);
        }
        let whole = |key: &str, value: u64, least: u64, most: u64| match (least..=most).contains(&value) {
            true => Ok(()),
            false => wrong(key, value.to_string(), &format!("a whole number from {least} to {most}")),
        };
        whole("units_per_call", self.units_per_call as u64, 1, 50)?;
        whole("repeat", self.repeat, 1, 25)?;
        whole("seed", self.seed, 0, 2_147_000_000)?;
        whole("max_tokens", self.max_tokens.into(), 1, 100_000)?;
        whole("log_probabilities", self.log_probabilities.into(), 0, 20)?;
        whole("concurrency", self.concurrency as u64, 1, 256)?;
        whole("timeout_s", self.timeout_s, 1, 3600)?;
        whole("retries", self.retries.into(), 0, 20)?;
        whole("max_wait_s", self.max_wait_s, 0, 3600)?;
        whole("requests_per_minute", self.requests_per_minute.into(), 0, 1_000_000)?;
        let number = |key: &str, value: f64, most: f64| match (0.0..=most).contains(&value) {
            true => Ok(()),
            false => wrong(key, value.to_string(), &format!("a number from 0 to {most}")),
        };
        number("temperature", self.temperature, 2.0)?;
        number("retry_wait_s", self.retry_wait_s, 600.0)?;
        for (key, value) in
            [("price_input", self.price_input), ("price_output", self.price_output), ("max_cost", self.max_cost)]
        {
            number(key, value, 1e9)?;
        }
        if self.max_cost > 0.0 && self.price_input == 0.0 && self.price_output == 0.0 {
            let expected = "`price_input` and `price_output`, the prices of a million tokens, beside `max_cost`";
            return wrong("max_cost", "a budget without prices".into(), expected);
        }
        if let Some(key) = self.extra.keys().find(|key| RESERVED.contains(&key.as_str())) {
            let expected = "parameters that no other key of the coder sets; see also `omit`";
            return wrong("extra", format!("`{key}`"), expected);
        }
        Ok(())
    }

    fn check_endpoint(&self, place: &str) -> Result<(), OptionError> {
        let wrong = |key: &str, found: &str, expected: &str| {
            Err(OptionError::new(format!("{place} {key}"), found, expected.to_owned()))
        };
        let expected = "the base address of an API, such as http://localhost:11434/v1 or https://api.example.org/v1";
        if self.endpoint.is_empty() {
            return wrong("endpoint", "no address", expected);
        }
        let Ok(uri) = self.endpoint.parse::<Uri>() else {
            return wrong("endpoint", &format!("\"{}\"", self.endpoint.escape_debug()), expected);
        };
        let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return wrong("endpoint", &format!("\"{}\"", self.endpoint.escape_debug()), expected);
        };
        if authority.as_str().contains('@') {
            let expected = "an address without a name and password; `key_env` names the variable that holds the key";
            return wrong("endpoint", "an address with a name or password", expected);
        }
        if uri.query().is_some() || self.endpoint.contains('#') {
            return wrong("endpoint", "an address with `?` or `#`", expected);
        }
        if scheme == "http" && !self.key_env.is_empty() && !self.allow_plain_key && !is_loopback(authority.host()) {
            let expected =
                "an address that begins with https, or `allow_plain_key = true` if the network between is yours";
            return wrong("endpoint", "an address without encryption together with a key", expected);
        }
        Ok(())
    }

    /// The address that requests are sent to.
    pub(crate) fn address(&self) -> String {
        format!("{}/chat/completions", self.endpoint.trim_end_matches('/'))
    }
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(endpoint: &str) -> ChatOptions {
        ChatOptions { endpoint: endpoint.into(), model: "m".into(), ..ChatOptions::default() }
    }

    fn problem(options: &ChatOptions) -> String {
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn addresses_are_http_without_passwords() {
        for fine in ["http://localhost:1/v1", "https://api.example.org/v1/", "http://[::1]:80/v1", "http://10.0.0.2/v1"]
        {
            options(fine).check().unwrap();
        }
        for wrong in
            ["", "localhost:1", "ftp://a/v1", "http://", "https://a/v1?x=1", "https://a/v1#x", "not an address"]
        {
            assert!(problem(&options(wrong)).contains("the base address of an API"), "{wrong}");
        }
        let message = problem(&options("https://me:secret@a/v1"));
        assert!(message.contains("without a name and password") && !message.contains("secret"), "{message}");
        assert_eq!(options("http://a/v1/").address(), "http://a/v1/chat/completions");
    }

    #[test]
    fn keys_travel_encrypted_or_stay_on_this_machine() {
        let with_key = |endpoint: &str| ChatOptions { key_env: "KEY".into(), ..options(endpoint) };
        assert!(problem(&with_key("http://10.0.0.2/v1")).contains("begins with https"));
        for fine in ["https://10.0.0.2/v1", "http://127.0.0.1:8000/v1", "http://[::1]/v1", "http://LOCALHOST/v1"] {
            with_key(fine).check().unwrap();
        }
        ChatOptions { allow_plain_key: true, ..with_key("http://10.0.0.2/v1") }.check().unwrap();
    }

    #[test]
    fn a_key_in_the_place_of_its_name_is_not_repeated() {
        let message = problem(&ChatOptions { key_env: "sk-proj-123".into(), ..options("https://a/v1") });
        assert!(message.contains("OPENAI_API_KEY") && !message.contains("sk-proj"), "{message}");
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let at = |text: &str| {
            let text = format!("endpoint = \"http://localhost/v1\"\nmodel = \"m\"\n{text}");
            toml::from_str::<ChatOptions>(&text).unwrap().check()
        };
        for wrong in [
            "units_per_call = 0",
            "repeat = 0",
            "temperature = -1",
            "temperature = nan",
            "concurrency = 0",
            "timeout_s = 0",
            "log_probabilities = 21",
            "price_input = inf",
            "max_cost = 1",
            "extra = { stream = true }",
            "seed = 9000000000",
        ] {
            let key = wrong.split(' ').next().unwrap();
            let message = at(wrong).unwrap_err().to_string();
            assert!(message.starts_with(&format!("coder `m`: {key}: found")), "{message}");
        }
        at("max_cost = 1\nprice_output = 0.5\nextra = { reasoning_effort = \"none\" }\nomit = [\"seed\"]").unwrap();
    }
}

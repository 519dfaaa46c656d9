//! What is asked: the request, its key in the folder of answers, and the body that is sent.
//!
//! **Input**: units of one call, the options, the number of the repetition. **Output**: a text that contains
//! everything an answer depends on (model, messages, parameters, schema), its sha256, and the body of the HTTP request. The key
//! does not depend on what the server supports nor on its address, so that an answer is found again whatever was left out of
//! the body. **Left to others**: sending it.

use std::collections::BTreeMap;

use plenary_corpus::hash::sha256;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::options::{ChatOptions, Parameter, SchemaUse};
use crate::prompt::{Unit, schema, system, user};

/// Everything that an answer depends on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Request {
    model: String,
    messages: [Message; 2],
    temperature: Option<f64>,
    seed: Option<u64>,
    max_tokens: Option<u64>,
    log_probabilities: u32,
    /// The schema of the answer; `None` if the study wants none.
    schema: Option<Value>,
    extra: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

/// How the form of the answer is asked for, from the strictest way to the loosest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnswerForm {
    /// `response_format` of type `json_schema`.
    JsonSchema,
    /// `response_format` of type `json_object` with a schema, as servers based on llama.cpp have it.
    JsonObject,
    /// In words only.
    Words,
}

/// What is sent of the parameters that not every server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Support {
    /// How the form of the answer is asked for.
    pub(crate) answer_form: AnswerForm,
    /// Whether log-probabilities are asked for.
    pub(crate) log_probabilities: bool,
}

impl Support {
    /// Everything that the options want.
    pub(crate) fn wanted(options: &ChatOptions) -> Self {
        let answer_form = match options.schema {
            SchemaUse::Auto => AnswerForm::JsonSchema,
            SchemaUse::Never => AnswerForm::Words,
        };
        Self { answer_form, log_probabilities: options.log_probabilities > 0 }
    }

    /// The next thing to leave out after the server refused a request with `message`; `None` if nothing is left.
    pub(crate) fn without_refused(self, message: &str) -> Option<Self> {
        let message = message.to_ascii_lowercase();
        let names_form = ["response_format", "json_schema", "json_object", "grammar", "schema"];
        let looser = match self.answer_form {
            AnswerForm::JsonSchema => Some(AnswerForm::JsonObject),
            AnswerForm::JsonObject => Some(AnswerForm::Words),
            AnswerForm::Words => None,
        };
        let looser = looser.map(|answer_form| Self { answer_form, ..self });
        let silent = self.log_probabilities.then_some(Self { log_probabilities: false, ..self });
        let is_about_form = names_form.iter().any(|name| message.contains(name));
        if message.contains("logprobs") && !is_about_form { silent.or(looser) } else { looser.or(silent) }
    }
}

impl Request {
    /// The request for the units of one call.
    pub(crate) fn new(units: &[&Unit], options: &ChatOptions, repetition: u64) -> Self {
        let n = units.len();
        let schema = schema(n, &options.codebook);
        Self::of(system(&options.codebook, &options.instructions), user(units), n, schema, options, repetition)
    }

    /// The request with these messages, about `n` units, whose answer has this schema.
    pub(crate) fn of(
        system: String,
        user: String,
        n: usize,
        schema: Value,
        options: &ChatOptions,
        repetition: u64,
    ) -> Self {
        let wants = |parameter| !options.omit.contains(&parameter);
        Self {
            model: options.model.clone(),
            messages: [Message { role: "system", content: system }, Message { role: "user", content: user }],
            temperature: wants(Parameter::Temperature).then_some(options.temperature),
            seed: wants(Parameter::Seed).then_some(options.seed + repetition),
            max_tokens: wants(Parameter::MaxTokens).then_some(u64::from(options.max_tokens) * n as u64),
            log_probabilities: options.log_probabilities,
            schema: (options.schema == SchemaUse::Auto).then_some(schema),
            extra: options.extra.clone(),
        }
    }

    /// The text whose sha256 is the key.
    pub(crate) fn text(&self) -> String {
        // Plain data with string keys always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The body of the HTTP request.
    pub(crate) fn body(&self, support: Support) -> Vec<u8> {
        let mut body: Map<String, Value> = self.extra.clone().into_iter().collect();
        body.insert("model".into(), json!(self.model));
        body.insert("messages".into(), json!(self.messages));
        body.insert("stream".into(), json!(false));
        let numbers = [
            ("temperature", self.temperature.map(|value| json!(value))),
            ("seed", self.seed.map(|value| json!(value))),
            ("max_tokens", self.max_tokens.map(|value| json!(value))),
        ];
        body.extend(numbers.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        if support.log_probabilities {
            body.insert("logprobs".into(), json!(true));
            body.insert("top_logprobs".into(), json!(self.log_probabilities));
        }
        if let Some(schema) = &self.schema {
            let form = match support.answer_form {
                AnswerForm::JsonSchema => Some(json!({
                    "type": "json_schema",
                    "json_schema": { "name": "answer", "strict": true, "schema": schema },
                })),
                AnswerForm::JsonObject => Some(json!({ "type": "json_object", "schema": schema })),
                AnswerForm::Words => None,
            };
            body.extend(form.map(|form| ("response_format".to_owned(), form)));
        }
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// The limit of tokens of the answer, as far as the request states one.
    pub(crate) fn max_answer_tokens(&self) -> u64 {
        self.max_tokens.unwrap_or(ASSUMED_ANSWER_TOKENS)
    }
}

/// Tokens of an answer that are assumed if the request states no limit.
const ASSUMED_ANSWER_TOKENS: u64 = 2048;

/// The key of an answer: the sha256 of the request's text, 64 hex digits.
pub(crate) fn key(text: &str) -> String {
    sha256(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: impl Fn(&mut ChatOptions)) -> Request {
        let unit = Unit {
            id: "1".into(),
            group: String::new(),
            text: "Yes.".into(),
            before: vec![],
            proposition: None,
            negation: None,
        };
        let mut options = ChatOptions { model: "m".into(), ..ChatOptions::default() };
        change(&mut options);
        Request::new(&[&unit], &options, 2)
    }

    fn body(request: &Request, answer_form: AnswerForm, log_probabilities: bool) -> Value {
        serde_json::from_slice(&request.body(Support { answer_form, log_probabilities })).unwrap()
    }

    #[test]
    fn the_body_holds_what_the_server_supports() {
        let request = request(|o| drop(o.extra.insert("reasoning_effort".into(), json!("none"))));
        let full = body(&request, AnswerForm::JsonSchema, true);
        assert_eq!(
            (&full["temperature"], &full["seed"], &full["max_tokens"]),
            (&json!(0.0), &json!(20_170_530), &json!(64))
        );
        assert_eq!(
            (&full["logprobs"], &full["top_logprobs"], &full["stream"]),
            (&json!(true), &json!(5), &json!(false))
        );
        assert_eq!(full["response_format"]["json_schema"]["strict"], json!(true));
        assert_eq!(full["reasoning_effort"], "none");
        assert_eq!(body(&request, AnswerForm::JsonObject, true)["response_format"]["schema"]["type"], "object");
        let least = body(&request, AnswerForm::Words, false);
        assert!(least.get("response_format").is_none() && least.get("logprobs").is_none());
    }

    #[test]
    fn parameters_are_left_out_on_request() {
        let bare = request(|o| o.omit = vec![Parameter::Seed, Parameter::Temperature, Parameter::MaxTokens]);
        let bare = body(&bare, AnswerForm::Words, false);
        assert_eq!(bare.as_object().unwrap().keys().collect::<Vec<_>>(), ["messages", "model", "stream"]);
    }

    #[test]
    fn the_key_depends_on_everything_an_answer_depends_on() {
        let key_of = |change: fn(&mut ChatOptions)| key(&request(change).text());
        let plain = key_of(|_| ());
        for (name, changed) in [
            ("model", key_of(|o| o.model = "n".into())),
            ("temperature", key_of(|o| o.temperature = 1.0)),
            ("seed", key_of(|o| o.seed += 1)),
            ("max_tokens", key_of(|o| o.max_tokens += 1)),
            ("log_probabilities", key_of(|o| o.log_probabilities = 0)),
            ("schema", key_of(|o| o.schema = SchemaUse::Never)),
            ("extra", key_of(|o| drop(o.extra.insert("top_k".into(), json!(1))))),
            ("omit", key_of(|o| o.omit = vec![Parameter::Seed])),
            ("codebook", key_of(|o| drop(o.codebook.edge_cases.pop()))),
            ("instructions", key_of(|o| o.instructions = "Be brief.".into())),
        ] {
            assert_ne!(changed, plain, "{name}");
        }
        assert_eq!(plain, key_of(|o| o.endpoint = "http://other/v1".into()), "not on the address");
        assert_eq!(plain, key_of(|o| o.concurrency = 9), "not on how it is sent");
    }

    #[test]
    fn what_the_server_names_is_left_out_first() {
        let full = Support { answer_form: AnswerForm::JsonSchema, log_probabilities: true };
        let without = |support: Support, message| support.without_refused(message).unwrap();
        assert!(!without(full, "Unknown parameter: logprobs").log_probabilities);
        assert_eq!(without(full, "logprobs with json_schema").answer_form, AnswerForm::JsonObject);
        let object = without(full, "no");
        assert_eq!(object, Support { answer_form: AnswerForm::JsonObject, log_probabilities: true });
        let words = without(object, "no");
        assert_eq!(words.answer_form, AnswerForm::Words);
        let least = without(words, "no");
        assert!(!least.log_probabilities);
        assert_eq!(least.without_refused("no"), None);
    }
}

//! The body of a chat completion, as far as plenary reads it.
//!
//! **Input**: the text of a body. **Output**: the model's text, why it ended, tokens, names and log-probabilities. **Refused**:
//! what is not a chat completion with exactly one choice. Log-probabilities and counts in an unknown form count as not offered.
//! **Left to others**: what the model's text says.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::budget::Usage;

/// A chat completion with one choice.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The model's text; `None` if there is none.
    pub(crate) content: Option<String>,
    /// The model's statement that it refuses.
    pub(crate) refusal: Option<String>,
    /// Why the text ended: `stop`, `length`, `content_filter`.
    pub(crate) finish_reason: Option<String>,
    /// The tokens of the text with their alternatives, if offered.
    pub(crate) tokens: Option<Vec<Token>>,
    /// The name that the server gives the model.
    pub(crate) model: Option<String>,
    /// The server's mark of its configuration.
    pub(crate) system_fingerprint: Option<String>,
    /// Tokens, if the server counts them.
    pub(crate) usage: Option<Usage>,
}

/// A token of the answer, with the alternatives at its place.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Token {
    /// Its text.
    #[serde(rename = "token")]
    pub(crate) text: String,
    /// Natural logarithm of its probability; some servers send null for very small ones.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) logprob: Option<f64>,
    /// The most probable tokens at its place.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) top_logprobs: Vec<Alternative>,
}

/// A token that the model might have written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Alternative {
    /// Its text.
    #[serde(rename = "token")]
    pub(crate) text: String,
    /// Natural logarithm of its probability.
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) logprob: Option<f64>,
}

#[derive(Deserialize)]
struct Body {
    choices: Vec<Choice>,
    #[serde(default, deserialize_with = "or_default")]
    model: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    system_fingerprint: Option<String>,
    #[serde(default)]
    usage: Value,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default, deserialize_with = "or_default")]
    finish_reason: Option<String>,
    #[serde(default)]
    logprobs: Value,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default, deserialize_with = "or_default")]
    content: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    refusal: Option<String>,
}

/// Null is the default.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

impl Reply {
    /// Reads the body of an answer with status 200.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub(crate) fn parse(body: &str) -> Result<Self, String> {
        let parsed: Body = match serde_json::from_str(body) {
            Ok(parsed) => parsed,
            Err(problem) => {
                return Err(server_message(body).unwrap_or_else(|| format!("not a chat completion: {problem}")));
            }
        };
        let [choice] = <[Choice; 1]>::try_from(parsed.choices)
            .map_err(|choices| format!("a chat completion with {} choices instead of one", choices.len()))?;
        Ok(Self {
            content: choice.message.content,
            refusal: choice.message.refusal.filter(|text| !text.is_empty()),
            finish_reason: choice.finish_reason,
            tokens: choice.logprobs.get("content").and_then(|tokens| Vec::deserialize(tokens).ok()),
            model: parsed.model,
            system_fingerprint: parsed.system_fingerprint,
            usage: Usage::deserialize(parsed.usage).ok(),
        })
    }
}

/// The message of an error that a server sends as JSON, in one line of at most 300 characters.
pub(crate) fn server_message(body: &str) -> Option<String> {
    let value: Value = serde_json::from_str(body).ok()?;
    let error = value.get("error").or_else(|| value.get("detail")).unwrap_or(&value);
    let message = error.as_str().or_else(|| error.get("message").or_else(|| error.get("msg"))?.as_str());
    let text = message.map_or_else(|| error.to_string(), str::to_owned);
    Some(one_line(&text))
}

/// At most 300 characters, without control characters, in one line.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_reply_is_enough() {
        let reply = Reply::parse(r#"{"choices":[{"message":{"content":"{}"}}]}"#).unwrap();
        assert_eq!(reply.content.as_deref(), Some("{}"));
        assert!(reply.usage.is_none() && reply.tokens.is_none() && reply.model.is_none());
    }

    #[test]
    fn odd_counts_and_log_probabilities_count_as_not_offered() {
        let body =
            r#"{"choices":[{"message":{"content":"x","refusal":""},"logprobs":{"tokens":["x"]}}],"usage":"many"}"#;
        let reply = Reply::parse(body).unwrap();
        assert!(reply.usage.is_none() && reply.tokens.is_none() && reply.refusal.is_none());
        let body = r#"{"choices":[{"message":{"content":"x"},"logprobs":{"content":[{"token":"x","logprob":null,"top_logprobs":null}]}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#;
        let reply = Reply::parse(body).unwrap();
        assert_eq!(reply.tokens.unwrap()[0].logprob, None);
        assert_eq!(reply.usage.unwrap().prompt_tokens, 3);
    }

    #[test]
    fn other_json_is_refused_with_the_servers_message() {
        assert_eq!(Reply::parse(r#"{"error":{"message":"overloaded"}}"#).unwrap_err(), "overloaded");
        assert!(Reply::parse("{").unwrap_err().contains("not a chat completion"));
        assert!(Reply::parse(r#"{"choices":[]}"#).unwrap_err().contains("0 choices"));
        let two = r#"{"choices":[{"message":{}},{"message":{}}]}"#;
        assert!(Reply::parse(two).unwrap_err().contains("2 choices"));
        let twice = r#"{"choices":[],"choices":[{"message":{"content":"x"}}]}"#;
        assert!(Reply::parse(twice).is_err());
    }

    #[test]
    fn messages_of_servers_are_one_short_line() {
        assert_eq!(server_message(r#"{"detail":"a\n\tb"}"#).unwrap(), "a b");
        assert_eq!(server_message(r#"{"detail":[{"msg":"x"}]}"#).unwrap(), r#"[{"msg":"x"}]"#);
        assert_eq!(one_line(&"x".repeat(999)).len(), 300);
        assert_eq!(server_message("oops"), None);
    }
}

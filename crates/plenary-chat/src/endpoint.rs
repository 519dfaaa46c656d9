//! The connection to the endpoint. No other module opens connections.
//!
//! **Input**: the body of a request. **Output**: status, headers and text of the answer. **Refused**: redirects are not
//! followed, no more than 4 MB are read, and a call ends after the time that the options allow, however slowly bytes arrive.
//! The key is read from the environment, sent in one header, and removed from every text that the server sends.

use std::error::Error;
use std::io::{self, Read};
use std::time::Duration;

use ureq::Agent;
use ureq::http::{HeaderMap, Uri};

use crate::error::ChatError;
use crate::options::{ChatOptions, is_loopback};

/// Maximum size of an answer.
pub(crate) const MAX_BYTES: u64 = 4 << 20;

/// A client for one address.
pub(crate) struct Endpoint {
    agent: Agent,
    address: String,
    key: Option<Key>,
}

/// The key of an endpoint. It has no `Debug` or `Display`, so that no message can contain it.
struct Key(String);

/// What the server answered.
#[derive(Debug)]
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    /// The header `Retry-After`.
    pub(crate) retry_after: Option<String>,
    /// The header `Location`.
    pub(crate) location: Option<String>,
    /// The header `Content-Type`.
    pub(crate) content_type: String,
    /// The text; `None` if it is not UTF-8.
    pub(crate) text: Option<String>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nothing listens at the address, it has no such name, or encryption cannot be agreed on.
    Unreachable(String),
    /// No complete answer in time.
    TimeOut,
    /// The connection ended early, or what arrived is not HTTP.
    Lost(String),
    /// The answer is larger than [`MAX_BYTES`].
    TooLarge,
}

impl Endpoint {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ChatError::NoKey`] or [`ChatError::BadKey`] if the variable of the key holds none.
    pub(crate) fn new(options: &ChatOptions) -> Result<Self, ChatError> {
        let key = match options.key_env.as_str() {
            "" => None,
            variable => Some(Key::read(variable, &options.endpoint)?),
        };
        let host_is_local = options.endpoint.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback));
        let timeout = Duration::from_secs(options.timeout_s);
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(timeout.min(Duration::from_secs(30))))
            .user_agent(concat!("plenary/", env!("CARGO_PKG_VERSION")));
        if host_is_local {
            // What runs on this machine is not asked for through a proxy.
            config = config.proxy(None);
        }
        Ok(Self { agent: config.build().into(), address: options.address(), key })
    }

    /// Sends one request and reads the whole answer.
    pub(crate) fn post(&self, body: &[u8]) -> Result<HttpReply, Trouble> {
        let mut request = self.agent.post(&self.address).header("Content-Type", "application/json");
        if let Some(Key(key)) = &self.key {
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        let response = request.send(body).map_err(|error| self.trouble(&error))?;
        let (parts, body) = response.into_parts();
        let mut bytes = Vec::new();
        let read = body.into_reader().take(MAX_BYTES + 1).read_to_end(&mut bytes);
        let header = |name: &str| self.header(&parts.headers, name);
        let content_type = header("content-type").unwrap_or_default().to_ascii_lowercase();
        // A stream of events may never end; its beginning is enough to refuse it.
        if !content_type.starts_with("text/event-stream") {
            read.map_err(|error| self.trouble_while_reading(&error))?;
            if bytes.len() as u64 > MAX_BYTES {
                return Err(Trouble::TooLarge);
            }
        }
        let text = String::from_utf8(bytes).ok();
        Ok(HttpReply {
            status: parts.status.as_u16(),
            retry_after: header("retry-after"),
            location: header("location"),
            content_type,
            text: text.map(|text| self.without_key(text)),
        })
    }

    fn header(&self, headers: &HeaderMap, name: &str) -> Option<String> {
        headers.get(name).map(|value| self.without_key(String::from_utf8_lossy(value.as_bytes()).into_owned()))
    }

    fn trouble(&self, error: &ureq::Error) -> Trouble {
        let message = self.without_key(error.to_string());
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed
            | ureq::Error::InvalidProxyUrl
            | ureq::Error::Tls(_)
            | ureq::Error::Rustls(_)
            | ureq::Error::BadUri(_) => Trouble::Unreachable(message),
            ureq::Error::Timeout(_) => Trouble::TimeOut,
            ureq::Error::Io(error) => match error.kind() {
                io::ErrorKind::TimedOut => Trouble::TimeOut,
                io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::AddrNotAvailable => Trouble::Unreachable(message),
                _ => Trouble::Lost(message),
            },
            _ => Trouble::Lost(message),
        }
    }

    fn trouble_while_reading(&self, error: &io::Error) -> Trouble {
        let inner = error.get_ref().and_then(|inner| (inner as &(dyn Error + 'static)).downcast_ref::<ureq::Error>());
        match inner {
            Some(inner) => match self.trouble(inner) {
                // The connection was there: it is the answer that is missing.
                Trouble::Unreachable(message) => Trouble::Lost(message),
                trouble => trouble,
            },
            None if error.kind() == io::ErrorKind::TimedOut => Trouble::TimeOut,
            None => Trouble::Lost(self.without_key(error.to_string())),
        }
    }

    fn without_key(&self, text: String) -> String {
        match &self.key {
            Some(Key(key)) if text.contains(key.as_str()) => text.replace(key.as_str(), "[key]"),
            _ => text,
        }
    }
}

impl Key {
    /// The key in an environment variable.
    fn read(variable: &str, endpoint: &str) -> Result<Self, ChatError> {
        let value = std::env::var_os(variable).unwrap_or_default();
        let Some(value) = value.to_str() else { return Err(ChatError::BadKey { variable: variable.to_owned() }) };
        let key = value.trim();
        if key.is_empty() {
            return Err(ChatError::NoKey { variable: variable.to_owned(), endpoint: endpoint.to_owned() });
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ChatError::BadKey { variable: variable.to_owned() });
        }
        Ok(Self(key.to_owned()))
    }
}

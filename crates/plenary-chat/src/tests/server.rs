//! A server on this machine that behaves as a test tells it to.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What the server does with a request.
pub(super) enum Act {
    /// Answers with a status, headers and a body.
    Say(u16, &'static [(&'static str, &'static str)], Vec<u8>),
    /// Sends these bytes and closes the connection.
    Raw(Vec<u8>),
    /// Sends nothing until the client gives up.
    Hang,
    /// Sends the head of an answer and then a byte now and then, without end.
    Trickle,
    /// Sends a body without end as fast as it can, with this `Content-Type`.
    Endless(&'static str),
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) head: String,
    pub(super) body: Value,
}

impl Asked {
    /// The units of the call, by name.
    pub(super) fn units(&self) -> serde_json::Map<String, Value> {
        let content = self.body["messages"][1]["content"].as_str().unwrap();
        let data: Value = serde_json::from_str(content.split_once("\n\n").unwrap().0).unwrap();
        data["units"].as_object().unwrap().clone()
    }
}

pub(super) struct Server {
    pub(super) endpoint: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// Starts a server; `act` receives the number of the request, from 0, and the request.
    pub(super) fn start(act: impl Fn(usize, &Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, act) = (asked.clone(), Arc::new(act));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, act) = (seen.clone(), act.clone());
                // What a client does to its connection is part of the test: errors are expected.
                std::thread::spawn(move || stream.and_then(|stream| serve(stream, &seen, &*act)));
            }
        });
        Self { endpoint, asked }
    }

    /// A server that answers like a model which codes every unit by `code`.
    pub(super) fn model(code: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::start(move |_, asked| {
            let codes =
                asked.units().into_iter().map(|(name, unit)| (name, json!(code(unit["text"].as_str().unwrap()))));
            say(&Value::Object(codes.collect()).to_string())
        })
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A chat completion with this text.
pub(super) fn completion(content: &str) -> Value {
    json!({
        "id": "x",
        "object": "chat.completion",
        "model": "served-model",
        "system_fingerprint": "fp_1",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110 },
    })
}

/// An answer with this text.
pub(super) fn say(content: &str) -> Act {
    body(&completion(content))
}

/// An answer with this body.
pub(super) fn body(value: &Value) -> Act {
    Act::Say(200, &[("Content-Type", "application/json")], value.to_string().into_bytes())
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Asked>>,
    act: &(dyn Fn(usize, &Asked) -> Act + Send + Sync),
) -> std::io::Result<()> {
    let asked = receive(&mut stream)?;
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(asked.clone());
        seen.len() - 1
    };
    match act(number, &asked) {
        Act::Say(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            stream.write_all(format!("{head}\r\n").as_bytes())?;
            stream.write_all(&body)
        }
        Act::Raw(bytes) => stream.write_all(&bytes),
        Act::Hang => stream.read(&mut [0]).map(drop),
        Act::Trickle => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")?;
            loop {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Act::Endless(content_type) => {
            stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n").as_bytes())?;
            loop {
                stream.write_all(&[b' '; 1 << 14])?;
            }
        }
    }
}

fn receive(stream: &mut TcpStream) -> std::io::Result<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1 << 14];
    let (head_end, length) = loop {
        let n = stream.read(&mut buffer)?;
        bytes.extend_from_slice(&buffer[..n]);
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length =
                head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
            break (end + 4, length.unwrap_or(0));
        }
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    };
    while bytes.len() < head_end + length {
        let n = stream.read(&mut buffer)?;
        if n == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..n]);
    }
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    Ok(Asked { head, body: serde_json::from_slice(&bytes[head_end..]).unwrap_or_default() })
}

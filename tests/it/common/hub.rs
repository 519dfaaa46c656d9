//! A local hub: the few answers of the Hugging Face hub that a client needs, with faults on demand.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The content and behaviour of the hub; they may be changed while it serves.
#[derive(Debug, Default, Clone)]
pub(crate) struct Contents {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) commit: String,
    /// If set, the answer to every request.
    pub(crate) status: Option<u16>,
    /// The file whose next transfer breaks off after this number of bytes.
    pub(crate) breaks_off: Option<(String, usize)>,
    /// The file whose next transfer stalls after this number of bytes, until this is reset.
    pub(crate) stalls: Option<(String, usize)>,
    /// Files whose sha256 the hub states, as the real hub does for large files.
    pub(crate) named_sha256: BTreeMap<String, String>,
    /// Every request: path and range.
    pub(crate) asked: Vec<String>,
}

pub(crate) struct Hub {
    pub(crate) contents: Arc<Mutex<Contents>>,
    pub(crate) endpoint: String,
}

impl Hub {
    /// A hub that serves until the test ends.
    pub(crate) fn with(files: &[(&str, Vec<u8>)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect();
        let contents = Contents { files, commit: "c0ffee".repeat(6) + "c0ff", ..Contents::default() };
        let contents = Arc::new(Mutex::new(contents));
        let shared = Arc::clone(&contents);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                // A client that disconnects in the middle is not an error of the hub.
                std::thread::spawn(move || answer(stream, &shared).ok());
            }
        });
        Self { contents, endpoint }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Contents)) {
        change(&mut self.contents.lock().unwrap());
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.contents.lock().unwrap().asked)
    }
}

fn answer(mut stream: TcpStream, shared: &Mutex<Contents>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap_or(Ok(String::new()))?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut range = None;
    for line in lines.by_ref() {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(given) = line.strip_prefix("range: bytes=") {
            range = given.split_once('-').map(|(from, to)| (from.parse::<usize>().unwrap(), to.parse::<usize>().ok()));
        }
    }
    let mut contents = shared.lock().unwrap();
    let from = range
        .map_or(String::new(), |(from, to)| format!(" {from}-{}", to.map_or_else(String::new, |to| to.to_string())));
    contents.asked.push(format!("{path}{from}"));
    if let Some(status) = contents.status {
        return write!(stream, "HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let commit = contents.commit.clone();
    if path.starts_with("/api/models/") {
        let siblings: Vec<_> = contents.files.keys().map(|name| serde_json::json!({ "rfilename": name })).collect();
        let body = serde_json::json!({ "sha": commit, "siblings": siblings }).to_string();
        return write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    }
    let name = path.split_once("/resolve/").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, name)| name);
    let Some(bytes) = contents.files.get(name).cloned() else {
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let (from, to) = range.map_or((0, bytes.len()), |(from, to)| (from, to.map_or(bytes.len(), |to| to + 1)));
    if from >= bytes.len() {
        return write!(stream, "HTTP/1.1 416 Range\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let etag = match contents.named_sha256.get(name) {
        Some(sha256) => sha256.clone(),
        None => format!("{commit}-{}", name.replace(['/', '.'], "-")),
    };
    write!(
        stream,
        "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{}\r\nETag: \"{etag}\"\r\n\
         X-Repo-Commit: {commit}\r\nConnection: close\r\n\r\n",
        to - from,
        to - 1,
        bytes.len()
    )?;
    // The client first requests a single byte to learn the size; that does not count as a transfer.
    let mut end = to;
    if to - from > 1
        && let Some((broken, after)) = &contents.breaks_off
        && broken == name
    {
        end = (from + after).min(to);
        contents.breaks_off = None;
    }
    let stalls = contents.stalls.clone().filter(|(stalled, _)| stalled == name && to - from > 1);
    drop(contents);
    if let Some((_, after)) = stalls {
        stream.write_all(&bytes[from..(from + after).min(to)])?;
        stream.flush()?;
        while shared.lock().unwrap().stalls.is_some() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        return Ok(());
    }
    stream.write_all(&bytes[from..end])
}

//! Bytes to text: byte order marks, UTF-8, UTF-16 without a mark, and single-byte encodings by their statistics.
//!
//! Never fails: what cannot be decoded becomes U+FFFD, and `detect::binary` judges the result.

use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;

/// Text without a byte order mark, and the WHATWG name of the encoding it came in.
pub struct Decoded {
    pub text: String,
    pub encoding: &'static str,
}

pub fn decode(bytes: &[u8]) -> Decoded {
    let encoding = encoding_of(bytes);
    let (text, encoding, _) = encoding.decode(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name() }
}

/// Decodes XML: a byte order mark counts most, then what the XML declaration says, then the bytes.
pub fn decode_xml(bytes: &[u8]) -> Decoded {
    let declared = XML_ENCODING
        .captures(&bytes[..bytes.len().min(400)])
        .and_then(|found| Encoding::for_label(&found[1]))
        .filter(|encoding| ![UTF_8, UTF_16LE, UTF_16BE].contains(encoding));
    match declared {
        Some(encoding) if Encoding::for_bom(bytes).is_none() => {
            let (text, encoding, _) = encoding.decode(bytes);
            Decoded { text: text.into_owned(), encoding: encoding.name() }
        }
        _ => decode(bytes),
    }
}

static XML_ENCODING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']"#)
        .expect("the pattern is a constant that compiles")
});

fn encoding_of(bytes: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return encoding;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    // A few broken bytes in a long UTF-8 text do not make it another encoding.
    let lossy = String::from_utf8_lossy(bytes);
    let broken = lossy.matches('\u{FFFD}').count();
    let beyond_ascii = lossy.chars().filter(|c| !c.is_ascii()).count();
    if broken * 10 < beyond_ascii {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    if guess == UTF_8 { WINDOWS_1252 } else { guess }
}

/// UTF-16 of mostly Latin text has a zero in every second byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(4096) & !1];
    if sample.len() < 8 {
        return None;
    }
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 10 >= pairs * 6 && even * 20 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 6 && odd * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

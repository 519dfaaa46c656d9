//! Bytes to text.
//!
//! **Input:** bytes. **Output:** text and the name of its encoding, found by the byte order mark, as UTF-8, as UTF-16
//! without a mark, or as a single-byte encoding by its statistics. Never refuses: what cannot be decoded becomes U+FFFD.
//! Whether the result is text is left to `detect::check_text`.

use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;

use plenary_names::text::constant_byte_regex;

/// Text without a byte order mark, and the WHATWG name of the encoding of its bytes.
pub(crate) struct Decoded {
    pub(crate) text: String,
    pub(crate) encoding: &'static str,
}

/// Decodes text whose encoding is not declared.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let encoding = encoding_of(bytes);
    decode_as(bytes, encoding)
}

/// Decodes text of a given encoding; a byte order mark takes precedence.
pub(crate) fn decode_as(bytes: &[u8], encoding: &'static Encoding) -> Decoded {
    let (text, encoding, _) = encoding.decode(bytes);
    Decoded { text: text.into_owned(), encoding: encoding.name() }
}

/// Decodes XML: by its byte order mark, else by the XML declaration, else as text whose encoding is not declared.
pub(crate) fn decode_xml(bytes: &[u8]) -> Decoded {
    let declared = XML_ENCODING
        .captures(&bytes[..bytes.len().min(400)])
        .and_then(|found| Encoding::for_label(&found[1]))
        .filter(|encoding| ![UTF_8, UTF_16LE, UTF_16BE].contains(encoding));
    match declared {
        Some(encoding) if Encoding::for_bom(bytes).is_none() => decode_as(bytes, encoding),
        _ => decode(bytes),
    }
}

static XML_ENCODING: LazyLock<Regex> =
    LazyLock::new(|| constant_byte_regex(r#"^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']"#));

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

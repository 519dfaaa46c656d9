//! The decompressed size of the streams of a PDF.
//!
//! **Input:** the bytes of a PDF. **Refused:** streams that exceed the limits, before any is decompressed as a whole: the crate
//! that reads PDFs has no limits, and a kilobyte can decompress to a gigabyte. Filters are undone one after the other as the
//! file names them; data that begins like compressed data is decompressed whatever the file names.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::DeflateDecoder;
use hayro_interpret::hayro_syntax::object::Object;
use hayro_interpret::hayro_syntax::{Filter, Pdf};
use regex::bytes::Regex;

use plenary_names::text::constant_byte_regex;

/// Largest decompressed size of a stream, in bytes. The content of a page has about ten thousand, a large picture ten million.
const LARGEST_STREAM: usize = 256 << 20;

/// Largest decompressed size of all streams together, in bytes.
const LARGEST_FILE: usize = 4 << 30;

/// Bytes before a stream in which its description is searched for.
const LONGEST_DESCRIPTION: usize = 16 << 10;

/// How many times data may be compressed; deeper layers are not checked.
const DEEPEST: usize = 8;

static STREAM: LazyLock<Regex> = LazyLock::new(|| constant_byte_regex(r"(?-u)\bstream(?:\r\n|\n|\r)"));

static FILTER: LazyLock<Regex> = LazyLock::new(|| {
    constant_byte_regex(
        r"(?-u)/(?:(FlateDecode|Fl)|(LZWDecode|LZW)|(RunLengthDecode|RL)|(ASCII85Decode|A85)|(ASCIIHexDecode|AHx))\b",
    )
});

/// A stream, or all of them together, exceeds the limits.
#[derive(Debug)]
pub(crate) struct TooFar;

/// Description of such a file.
pub(crate) const PROBLEM: &str =
    "one of its streams has more than 256 MiB when decompressed, or all of them more than 4 GiB";

/// Checks every stream in the bytes of a file.
pub(crate) fn check(bytes: &[u8]) -> Result<(), TooFar> {
    let mut all = 0;
    for found in STREAM.find_iter(bytes) {
        let before = &bytes[found.start().saturating_sub(LONGEST_DESCRIPTION)..found.start()];
        let from = before.windows(3).rposition(|window| window == b"obj").unwrap_or(0);
        let filters: Vec<Filter> = FILTER.captures_iter(&before[from..]).map(|name| filter(&name)).collect();
        count(&mut all, size(&filters, &bytes[found.end()..])?)?;
    }
    Ok(())
}

/// Checks the streams of a file with an empty password, which have to be decrypted first.
pub(crate) fn check_decrypted(pdf: &Pdf) -> Result<(), TooFar> {
    let mut all = 0;
    for object in pdf.objects() {
        if let Object::Stream(stream) = object {
            count(&mut all, size(&stream.filters(), &stream.raw_data())?)?;
        }
    }
    Ok(())
}

fn count(all: &mut usize, more: usize) -> Result<(), TooFar> {
    *all = all.saturating_add(more);
    if *all > LARGEST_FILE { Err(TooFar) } else { Ok(()) }
}

fn filter(name: &regex::bytes::Captures<'_>) -> Filter {
    const FILTERS: [Filter; 5] = [
        Filter::FlateDecode,
        Filter::LzwDecode,
        Filter::RunLengthDecode,
        Filter::Ascii85Decode,
        Filter::AsciiHexDecode,
    ];
    let which = (1..=FILTERS.len()).find(|i| name.get(*i).is_some()).unwrap_or(1);
    FILTERS[which - 1]
}

/// Decompressed size of data, in bytes. Bytes after its end are ignored.
fn size(filters: &[Filter], data: &[u8]) -> Result<usize, TooFar> {
    let packed = filters.iter().filter(|filter| matches!(filter, Filter::LzwDecode | Filter::RunLengthDecode)).count();
    let n = filters.iter().filter(|filter| **filter == Filter::FlateDecode).count() + packed;
    // Data is compressed in two ways at once only to hide its size.
    if packed > 0 && n > 1 {
        return Err(TooFar);
    }
    let mut plain;
    let mut data = data;
    for filter in filters {
        match filter {
            Filter::Ascii85Decode => plain = ascii85(data),
            Filter::AsciiHexDecode => plain = hex(data),
            Filter::LzwDecode => return lzw_size(data),
            Filter::RunLengthDecode => return run_length_size(data),
            _ => break,
        }
        data = &plain;
    }
    inflated_size(data, 0)
}

fn inflated_size(data: &[u8], depth: usize) -> Result<usize, TooFar> {
    let data = if is_zlib(data) { &data[2..] } else { data };
    let mut out = Vec::new();
    // Damaged data is decompressed up to the damage.
    let _ = DeflateDecoder::new(data).take(LARGEST_STREAM as u64 + 1).read_to_end(&mut out);
    if out.len() > LARGEST_STREAM {
        return Err(TooFar);
    }
    if is_zlib(&out) && depth < DEEPEST {
        return Ok(out.len() + inflated_size(&out, depth + 1)?);
    }
    Ok(out.len())
}

/// The two bytes that compressed data begins with.
fn is_zlib(data: &[u8]) -> bool {
    matches!(data, [method, check, ..] if method & 0x0F == 8 && (usize::from(*method) << 8 | usize::from(*check)).is_multiple_of(31))
}

/// The length of LZW data, without its text: each code is the one before it and one byte more.
fn lzw_size(data: &[u8]) -> Result<usize, TooFar> {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let mut lengths = vec![1; END + 1];
    let mut last: Option<usize> = None;
    let (mut n, mut bits, mut n_bits) = (0usize, 0usize, 0u32);
    for byte in data {
        (bits, n_bits) = (bits << 8 | usize::from(*byte), n_bits + 8);
        // The width of codes grows one entry early, as nearly all writers do.
        let width = (usize::BITS - (lengths.len() + usize::from(last.is_some())).leading_zeros()).clamp(9, 12);
        if n_bits < width {
            continue;
        }
        n_bits -= width;
        let code = bits >> n_bits;
        bits &= (1 << n_bits) - 1;
        match code {
            CLEAR => {
                lengths.truncate(END + 1);
                last = None;
            }
            END => break,
            _ => {
                let Some(length) = lengths.get(code).copied().or(last.map(|last| last + 1)) else { break };
                if let Some(last) = last
                    && lengths.len() < 4096
                {
                    lengths.push(last + 1);
                }
                last = Some(length);
                n += length;
            }
        }
        if n > LARGEST_STREAM {
            return Err(TooFar);
        }
    }
    Ok(n)
}

fn run_length_size(data: &[u8]) -> Result<usize, TooFar> {
    let (mut at, mut n) = (0, 0);
    while let Some(byte) = data.get(at).copied().map(usize::from).filter(|byte| *byte != 128) {
        let literal = byte < 128;
        at += if literal { byte + 2 } else { 2 };
        n += if literal { byte + 1 } else { 257 - byte };
        if n > LARGEST_STREAM {
            return Err(TooFar);
        }
    }
    Ok(n)
}

fn ascii85(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut group: Vec<u32> = Vec::with_capacity(5);
    for byte in data.iter().take_while(|byte| **byte != b'~').filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'z' if group.is_empty() => out.extend([0; 4]),
            b'!'..=b'u' => group.push(u32::from(byte - b'!')),
            _ => break,
        }
        if group.len() == 5 {
            let word = group.drain(..).fold(0u32, |word, digit| word.wrapping_mul(85).wrapping_add(digit));
            out.extend(word.to_be_bytes());
        }
    }
    if group.len() > 1 {
        let kept = group.len() - 1;
        group.resize(5, 84);
        let word = group.iter().fold(0u32, |word, digit| word.wrapping_mul(85).wrapping_add(*digit));
        out.extend(&word.to_be_bytes()[..kept]);
    }
    out
}

fn hex(data: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = data
        .iter()
        .take_while(|byte| **byte != b'>')
        .filter_map(|byte| char::from(*byte).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn object(filter: &str, data: &[u8]) -> Vec<u8> {
        let head = format!("1 0 obj\n<< /Length {} /Filter {filter} >>\nstream\r\n", data.len());
        [head.as_bytes(), data, b"\nendstream\nendobj\n"].concat()
    }

    #[test]
    fn streams_that_unfold_too_far_are_found_however_they_are_packed() {
        let zeros = packed(&vec![0; LARGEST_STREAM + 1]);
        let twice = packed(&zeros);
        let in_hex = zeros.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat();
        for bytes in [
            object("/FlateDecode", &zeros),
            object("[/FlateDecode /FlateDecode]", &twice),
            object("[/ASCIIHexDecode /FlateDecode]", format!("{in_hex}>").as_bytes()),
            object("[/LZWDecode /RunLengthDecode]", b"x"),
            object("/RunLengthDecode", &[129, 0].repeat(LARGEST_STREAM / 128 + 1)),
            object("7 0 R", &zeros),
        ] {
            assert!(check(&bytes).is_err());
        }
        for bytes in [object("/FlateDecode", &packed(b"BT ET")), object("[/A85 /Fl]", b"GhQ~>"), b"stream\n".to_vec()] {
            assert!(check(&bytes).is_ok());
        }
    }

    #[test]
    fn the_length_of_lzw_data_is_known_without_its_letters() {
        // The example of the PDF reference: ten bytes in eight codes of nine bits.
        assert_eq!(lzw_size(&[0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01]).unwrap(), 10);
    }
}

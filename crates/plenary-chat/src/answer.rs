//! The model's text to codes.
//!
//! **Input**: the text of an answer, the names of the units that were asked for, the codebook. **Output**: a code for each unit,
//! or why it has none. **Refused**: everything but one JSON object of names and codes, alone, in a fenced block, or after the
//! block of a model's thoughts (`<think>`). Nothing is corrected, completed or guessed.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::codebook::Codebook;
use crate::error::{Failure, FailureReason};
use crate::reply::one_line;

/// A code, and where it is in the answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    /// Position of the code in the codebook.
    pub(crate) code: usize,
    /// Byte offset of the code in the text of the answer; `None` if it is written with escapes.
    pub(crate) start: Option<usize>,
}

/// The codes of the units `names`, in their order.
///
/// # Errors
/// Why no unit has a code.
pub(crate) fn codes(
    content: &str,
    names: &[String],
    codebook: &Codebook,
) -> Result<Vec<Result<Found, Failure>>, Failure> {
    let pairs = pairs_of(content, names)?;
    Ok(names.iter().map(|name| code_of(name, &pairs, codebook, content)).collect())
}

/// The text that an answer gives under the only name that was asked for.
///
/// # Errors
/// Why there is none.
pub(crate) fn value<'c>(content: &'c str, name: &str) -> Result<Cow<'c, str>, Failure> {
    let mut pairs = pairs_of(content, &[name.to_owned()])?;
    match pairs.0.pop() {
        Some((_, text)) => Ok(text),
        None => Err(missing(name)),
    }
}

/// The pairs of an answer, each of which was asked for, once.
fn pairs_of<'c>(content: &'c str, names: &[String]) -> Result<Pairs<'c>, Failure> {
    let object = object_of(content);
    let pairs: Pairs = serde_json::from_str(object).map_err(|problem| {
        Failure::new(FailureReason::SchemaBroken, format!("{problem}, in \"{}\"", one_line(content).escape_debug()))
    })?;
    if let Some((other, _)) = pairs.0.iter().find(|(name, _)| !names.contains(name)) {
        let asked = names.join(", ");
        let detail = format!("names \"{}\"; asked for were {asked}", one_line(other).escape_debug());
        return Err(Failure::new(FailureReason::OtherUnit, detail));
    }
    if let Some((name, _)) = pairs
        .0
        .iter()
        .enumerate()
        .find_map(|(i, pair)| pairs.0[..i].iter().any(|(earlier, _)| *earlier == pair.0).then_some(pair))
    {
        return Err(Failure::new(FailureReason::SchemaBroken, format!("names \"{name}\" twice")));
    }
    Ok(pairs)
}

fn missing(name: &str) -> Failure {
    Failure::new(FailureReason::MissingUnit, format!("leaves out \"{name}\""))
}

fn code_of(name: &str, pairs: &Pairs, codebook: &Codebook, content: &str) -> Result<Found, Failure> {
    let Some((_, text)) = pairs.0.iter().find(|(found, _)| found == name) else {
        return Err(missing(name));
    };
    let Some(code) = codebook.position(text) else {
        let detail = format!("\"{}\" is not a code of the codebook", one_line(text).escape_debug());
        return Err(Failure::new(FailureReason::UnknownCode, detail));
    };
    let start = match text {
        // A borrowed text is a part of the answer.
        Cow::Borrowed(part) => (part.as_ptr() as usize).checked_sub(content.as_ptr() as usize),
        Cow::Owned(_) => None,
    };
    Ok(Found { code, start })
}

/// The text without the block of thoughts before it and the fence around it.
fn object_of(content: &str) -> &str {
    let mut text = content.trim();
    if let Some(thoughts) = text.strip_prefix("<think>") {
        text = thoughts.split_once("</think>").map_or(text, |(_, rest)| rest.trim());
    }
    let fenced = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let Some(block) = fenced else { return text };
    match block.split_once('\n') {
        Some((language, object)) if language.trim().is_empty() || language.trim() == "json" => object.trim(),
        _ => text,
    }
}

/// The pairs of a JSON object whose values are strings, in their order, repeated keys included.
struct Pairs<'a>(Vec<(String, Cow<'a, str>)>);

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of ids and codes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some((name, Text(code))) = map.next_entry::<String, Text<'de>>()? {
                    pairs.push((name, code));
                }
                Ok(Pairs(pairs))
            }
        }

        from.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt;

    fn read(content: &str, n: usize) -> Result<Vec<Result<Found, FailureReason>>, FailureReason> {
        let found = codes(content, &prompt::names(n), &Codebook::stance()).map_err(|failure| failure.reason)?;
        Ok(found.into_iter().map(|one| one.map_err(|failure| failure.reason)).collect())
    }

    fn one(content: &str) -> Result<usize, FailureReason> {
        read(content, 1).and_then(|mut found| found.remove(0)).map(|found| found.code)
    }

    #[test]
    fn one_object_alone_fenced_or_after_thoughts() {
        for fine in [
            "{\"u1\":\"against\"}",
            "  {\"u1\" : \"against\"}\n",
            "```json\n{\"u1\":\"against\"}\n```",
            "```\n{\"u1\":\"against\"}\n```\n",
            "<think>favor? {\"u1\":\"favor\"}</think>\n{\"u1\":\"against\"}",
            "{\"u1\":\"ag\\u0061inst\"}",
        ] {
            assert_eq!(one(fine), Ok(1), "{fine}");
        }
    }

    #[test]
    fn nothing_is_guessed() {
        use FailureReason::{MissingUnit, OtherUnit, SchemaBroken, UnknownCode};
        for (content, reason) in [
            ("", SchemaBroken),
            ("favor", SchemaBroken),
            ("\"favor\"", SchemaBroken),
            ("The code is {\"u1\":\"favor\"}", SchemaBroken),
            ("{\"u1\":\"favor\"} because", SchemaBroken),
            ("{\"u1\":\"favor\"}{\"u1\":\"favor\"}", SchemaBroken),
            ("{\"u1\":\"favor\",\"u1\":\"against\"}", SchemaBroken),
            ("{\"u1\":\"favor\",\"u1\":\"favor\"}", SchemaBroken),
            ("{\"u1\":[\"favor\"]}", SchemaBroken),
            ("{\"u1\":{\"code\":\"favor\"}}", SchemaBroken),
            ("{\"u1\":null}", SchemaBroken),
            ("[\"favor\"]", SchemaBroken),
            ("{\"u1\":\"fav", SchemaBroken),
            ("```python\n{\"u1\":\"favor\"}\n```", SchemaBroken),
            ("<think>{\"u1\":\"favor\"}", SchemaBroken),
            ("{}", MissingUnit),
            ("{\"u2\":\"favor\"}", OtherUnit),
            ("{\"u1\":\"favor\",\"u2\":\"favor\"}", OtherUnit),
            ("{\"u1\":\"Favor\"}", UnknownCode),
            ("{\"u1\":\"favor \"}", UnknownCode),
            ("{\"u1\":\"\"}", UnknownCode),
        ] {
            assert_eq!(one(content), Err(reason), "{content}");
        }
    }

    #[test]
    fn a_bad_code_affects_only_its_unit() {
        let found = read("{\"u3\":\"neither\",\"u1\":\"pro\"}", 3).unwrap();
        assert_eq!(found[0], Err(FailureReason::UnknownCode));
        assert_eq!(found[1], Err(FailureReason::MissingUnit));
        assert_eq!(found[2].as_ref().unwrap().code, 2);
    }

    #[test]
    fn the_place_of_a_code_is_in_the_whole_text() {
        let content = "```json\n{\"u1\":\"against\"}\n```";
        let start = read(content, 1).unwrap()[0].as_ref().unwrap().start.unwrap();
        assert!(content[start..].starts_with("against"));
        assert_eq!(read("{\"u1\":\"ag\\u0061inst\"}", 1).unwrap()[0].as_ref().unwrap().start, None);
    }

    #[test]
    fn deep_nesting_is_refused_without_a_crash() {
        assert_eq!(one(&"{\"u1\":".repeat(100_000)), Err(FailureReason::SchemaBroken));
        assert_eq!(one(&"[".repeat(100_000)), Err(FailureReason::SchemaBroken));
    }
}

//! HTML files that refer to nothing outside them.
//!
//! **Input:** a template, styles, a script and the parts of a page. **Output:** one HTML file. A policy in the page allows only its own script
//! and style, by their sha256. What replaces a mark of the template is not searched for marks, so that a text may contain one. **Refused:**
//! nothing. **Left to others:** escaping the parts ([`script_data`] for data of scripts).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Colours and elements that all pages share.
pub const BASE_STYLE: &str = include_str!("base.css");

/// A page: `@@NAME@@` in the template is replaced by the part of that name. `@@STYLE@@`, `@@SCRIPT@@`, `@@STYLE_HASH@@` and `@@SCRIPT_HASH@@`
/// are the styles and the script, and the sources of a content security policy that allow them. A mark without a part stays as it is.
pub fn page(template: &str, styles: &[&str], script: &str, parts: &[(&str, &str)]) -> String {
    let style: String = styles.iter().map(|style| lines(style)).collect();
    let script = lines(script);
    let (style_hash, script_hash) = (hash(&style), hash(&script));
    let own =
        [("STYLE", style.as_str()), ("SCRIPT", &script), ("STYLE_HASH", &style_hash), ("SCRIPT_HASH", &script_hash)];
    let template = lines(template);
    let mut filled = String::with_capacity(template.len() + parts.iter().map(|(_, part)| part.len()).sum::<usize>());
    for (at, piece) in template.split("@@").enumerate() {
        // Every second piece stands between two marks.
        match own.iter().chain(parts).find(|(name, _)| at % 2 == 1 && *name == piece) {
            Some((_, part)) => filled.push_str(part),
            None if at % 2 == 1 => filled.push_str(&format!("@@{piece}@@")),
            None => filled.push_str(piece),
        }
    }
    filled
}

/// The content of a script element that holds data. `<` is escaped so that no text of a transcript can end the script.
pub fn script_data(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// A text as the content of an element or of an attribute in quotation marks.
pub fn escaped(text: &str) -> String {
    html_escape::encode_double_quoted_attribute(text).into_owned()
}

/// A file with the line ends that browsers see.
fn lines(file: &str) -> String {
    file.replace("\r\n", "\n")
}

/// A source of a content security policy.
fn hash(content: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_not_searched_for_marks() {
        let page = page("<p>@@A@@</p><i>@@B@@</i>@@C@@", &[], "", &[("A", "@@B@@"), ("B", "b")]);
        assert_eq!(page, "<p>@@B@@</p><i>b</i>@@C@@");
    }

    #[test]
    fn the_policy_names_style_and_script() {
        let page = page("@@STYLE_HASH@@ @@SCRIPT_HASH@@ @@STYLE@@", &["a{}\r\n", "b{}"], "1", &[]);
        assert!(page.ends_with("a{}\nb{}"));
        assert!(page.starts_with(&hash("a{}\nb{}")) && page.contains(&hash("1")));
    }

    #[test]
    fn texts_are_escaped_once() {
        assert_eq!(escaped("a<b> & \"c\" &lt;"), "a&lt;b&gt; &amp; &quot;c&quot; &amp;lt;");
    }
}

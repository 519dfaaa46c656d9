//! The results of a run as rows of its tables.
//!
//! **Input:** what the stages returned, some segments at a time ([`Measured`]) and then as a whole ([`Closing`]). **Output:**
//! rows of the structs that `schema` declares, in the order of the transcripts and, within one, of the text; nothing is
//! sorted or dropped. **Refused:** parts that do not fit each other, such as more scores than segments. **Left to others:**
//! names and meanings of columns (`schema`), how rows are stored (`sheet`).

mod given;
mod part;
mod whole;

use jiff::civil::Time;

pub use given::*;
pub(super) use part::*;
pub(super) use whole::*;

/// The file's name without its folders and its extension.
fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

fn hours_and_minutes(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Converts counts and positions to the type in the tables. More than four thousand million items do not fit into
/// memory, so the limit is never reached.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Converts a byte offset to the type in the tables; texts are never longer than `i64::MAX`.
fn offset(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

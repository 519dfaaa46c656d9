//! Places of a pattern as CSV and as a page.
//!
//! **Input:** places. **Output:** CSV, or one HTML file without a script that refers to nothing outside it. **Refused:** nothing. **Left to
//! others:** writing files, the terminal.

use std::sync::Arc;

use super::{Found, Hit, Neighbour};
use crate::embed::{self, escaped};

/// Further columns if segments around the places were read.
const AROUND: [&str; 2] = ["before", "after"];

/// The columns of the CSV file.
const COLUMNS: [&str; 14] = [
    "segment_id",
    "document_id",
    "document",
    "date",
    "speaker",
    "role",
    "party",
    "page",
    "line_start",
    "line_end",
    "left",
    "match",
    "right",
    "text",
];

/// The places as CSV, one per row. Cells that a spreadsheet program would compute stay as they are: the file is data.
///
/// # Errors
/// What the writer of CSV returns; memory has no other errors.
pub fn csv(found: &Found) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let with_around = found.around > 0;
    writer.write_record(COLUMNS.iter().chain(AROUND.iter().filter(|_| with_around)))?;
    for hit in &found.hits {
        let text = |cell: Option<&String>| cell.cloned().unwrap_or_default();
        let number = |cell: Option<u32>| cell.map(|number| number.to_string()).unwrap_or_default();
        let own = [
            hit.segment_id.clone(),
            hit.document_id.clone(),
            hit.document.clone(),
            hit.date.map(|date| date.to_string()).unwrap_or_default(),
            text(hit.speaker.as_ref()),
            text(hit.role.as_ref()),
            text(hit.party.as_ref()),
            number(hit.place.and_then(|place| place.page)),
            number(hit.place.map(|place| place.line_start)),
            number(hit.place.map(|place| place.line_end)),
            hit.left().to_owned(),
            hit.matched().to_owned(),
            hit.right().to_owned(),
            hit.text.clone(),
        ];
        let around = [&hit.before, &hit.after].map(|side| lines(side));
        writer.write_record(own.into_iter().chain(around.into_iter().filter(|_| with_around)))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Segments as text, each on a line that begins with its speaker.
fn lines(side: &[Arc<Neighbour>]) -> String {
    let line =
        |of: &Arc<Neighbour>| format!("{}: {}", speaker_of(of.speaker.as_deref()), of.text.replace(['\r', '\n'], " "));
    side.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn speaker_of(name: Option<&str>) -> &str {
    name.unwrap_or("unknown speaker")
}

/// The places as a page; `title` says what was searched and where.
pub fn html(found: &Found, title: &str) -> String {
    let rows: String = found.hits.iter().map(row).collect();
    let (n, segments) = (found.hits.len(), found.n_segments);
    let count = format!(
        "{n} {} in {segments} {}",
        if n == 1 { "place" } else { "places" },
        if segments == 1 { "segment" } else { "segments" }
    );
    embed::page(
        include_str!("page.html"),
        &[embed::BASE_STYLE, include_str!("page.css")],
        "",
        &[("TITLE", &escaped(title)), ("COUNT", &count), ("ROWS", &rows)],
    )
}

fn row(hit: &Hit) -> String {
    let speaker = speaker_of(hit.speaker.as_deref());
    // The speaker of a neighbour is shown where it is another one than before.
    let around = |side: &[Arc<Neighbour>], mut before: Option<Option<String>>| -> String {
        let paragraph = |of: &Arc<Neighbour>| {
            let is_other = before.as_ref() != Some(&of.speaker);
            before = Some(of.speaker.clone());
            let name = if is_other {
                format!("<b>{}</b> ", escaped(speaker_of(of.speaker.as_deref())))
            } else {
                String::new()
            };
            format!("<p class=\"around\" dir=\"auto\">{name}{}</p>", escaped(&of.text))
        };
        side.iter().map(paragraph).collect()
    };
    let first = hit.before.first().map(|of| of.speaker.clone());
    let own_name = hit
        .before
        .last()
        .filter(|of| of.speaker != hit.speaker)
        .map_or_else(String::new, |_| format!("<b>{}</b> ", escaped(speaker)));
    let before = around(&hit.before, first.filter(|first| *first == hit.speaker));
    let after = around(&hit.after, Some(hit.speaker.clone()));
    let party = hit.party.as_deref().map(|party| format!(" ({party})")).unwrap_or_default();
    let date = hit.date.map(|date| format!("{date}, ")).unwrap_or_default();
    let place = hit.place.map(|place| format!(", {}", place.in_words())).unwrap_or_default();
    format!(
        "<tr><td dir=\"auto\">{}</td><td dir=\"auto\">{}</td><td class=\"kwic\" dir=\"auto\">{before}{own_name}{}<mark>{}</mark>{}{after}</td></tr>\n",
        escaped(&format!("{speaker}{party}")),
        escaped(&format!("{date}{}{place}", hit.document)),
        escaped(hit.left()),
        escaped(hit.matched()),
        escaped(hit.right())
    )
}

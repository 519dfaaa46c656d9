//! The report as one HTML file.
//!
//! **Input:** what was gathered. **Output:** HTML with charts as SVG and tables, readable without a script; sentences and transcripts are data
//! that a script shows. Every text is escaped. **Left to others:** reading tables (`gather`), the frame of the file (`embed`).

pub(crate) mod chart;
mod codes;
mod corrected;
mod data;
mod exchanges;
pub(crate) mod html;
mod keyness;
mod methods;
mod overview;
mod speakers;
mod stance;
mod themes;
mod validated;

use crate::Validation;
use crate::embed::{self, escaped, script_data};
use crate::gather::Gathered;
use html::plural;

const PAGE: &str = include_str!("page.html");
pub(crate) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page.
pub(crate) fn page(of: &Gathered, validation: &[Validation]) -> String {
    let study = escaped(&of.study.name);
    let about = [
        plural(of.corpus.documents.len() as u64, "document"),
        plural(of.corpus.people.len() as u64, "person").replace("persons", "people"),
        plural(of.counts.n_segments as u64, "segment"),
        format!("run {}", of.study.run.run_id),
        format!("plenary {}", of.study.run.plenary_version),
    ];
    embed::page(
        PAGE,
        &[embed::BASE_STYLE, STYLE],
        SCRIPT,
        &[
            ("STUDY", &study),
            ("ABOUT", &escaped(&about.join(" · "))),
            ("OVERVIEW", &overview::page(of, validation)),
            ("SPEAKERS", &speakers::page(of)),
            ("THEMES", &themes::page(of)),
            ("STANCE", &stance::page(of, validation)),
            ("CODES_LINK", &codes::link(of)),
            ("CODES", &codes::section(of, validation)),
            ("EXCHANGES", &exchanges::page(of)),
            ("TRANSCRIPTS", &transcripts(of)),
            ("VALIDATION", &validated::page(of, validation)),
            ("METHODS", &methods::page(of, validation)),
            ("DATA", &script_data(&data::data(of))),
        ],
    )
}

/// What the page of transcripts says before one is chosen.
fn transcripts(of: &Gathered) -> String {
    let (shown, all) = (of.transcripts.len(), of.corpus.documents.len());
    if shown == 0 {
        return html::notice("No transcript is embedded: there is none, or none was asked for.");
    }
    if of.all_transcripts {
        return String::new();
    }
    let cut = of.transcripts.iter().filter(|transcript| !transcript.complete).count();
    let begun = if cut > 0 { ", of which the beginning" } else { "" };
    html::notice(&format!(
        "To keep the file small, {shown} of {} are embedded{begun}: those with the smallest sha256 of their ids. The tables \
         `utterances` and `segments` hold all.",
        plural(all as u64, "transcript")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_refers_to_nothing_outside() {
        for part in [PAGE, embed::BASE_STYLE, STYLE, SCRIPT] {
            for remote in ["http:", "https:", "src=", "url(", "@import", "innerHTML", "insertAdjacentHTML", "eval("] {
                assert!(!part.contains(remote), "{remote}");
            }
        }
        assert!(PAGE.contains("default-src 'none'") && PAGE.contains(crate::MARK));
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style"));
    }
}

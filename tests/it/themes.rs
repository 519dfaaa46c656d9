//! Themes that are continued by later runs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Place, TALK};
use plenary::measure::themes::{Registry, RegistryMode};
use plenary::table::THEME_REGISTRY;
use plenary::table::schema::{EstimateRow, IssueRow, SegmentRow, SegmentThemeRow, ThemeHistoryRow, ThemeRow};
use plenary::themes::{Decision, decide};
use plenary::{CombineOptions, Options, PartOptions, Results, Silent, Study, combine, measure_part};

const FISH: [&str; 6] = ["herring", "cod", "salmon", "mackerel", "haddock", "trout"];
const RAIL: [&str; 6] = ["station", "track", "signal", "timetable", "platform", "locomotive"];
const TAX: [&str; 6] = ["income tax", "property tax", "tax return", "tax office", "sales tax", "tax relief"];

/// A folder with the meetings whose subjects are given, each a file in which two people speak.
fn meetings(place: &Path, subjects: &[(&str, [&str; 6])]) -> Vec<PathBuf> {
    let write = |(name, words): &(&str, [&str; 6])| {
        let mut text = String::new();
        for (at, word) in words.iter().enumerate() {
            text.push_str(&format!(
                "**Ann Lee**\n\nWe talked about the {word} in the {name} debate, and the {word} needs care.\n\n"
            ));
            text.push_str(&format!(
                "**Bo Hill**\n\nOn the {word} I have question {at} of the {name} committee to the minister.\n\n"
            ));
        }
        let path = place.join(format!("{name}.md"));
        fs::write(&path, text).unwrap();
        path
    };
    subjects.iter().map(write).collect()
}

fn study() -> Study {
    let mut study = Study::default();
    study.models.sentiment = "none".into();
    study.themes.min_segments = 3;
    study
}

fn run(paths: &[PathBuf], study: Study, out: &Path) -> Results {
    plenary::run(paths, &Options::new(study, out), &Silent).unwrap().results
}

/// Text and theme of every segment, sorted.
fn themes_of(results: &Results) -> Vec<(String, Option<String>)> {
    let (segments, themes) = (results.frame("segments").unwrap(), results.frame("segment_themes").unwrap());
    let (segments, themes) = (SegmentRow::rows(&segments).unwrap(), SegmentThemeRow::rows(&themes).unwrap());
    let mut found: Vec<(String, Option<String>)> = segments
        .iter()
        .zip(&themes)
        .map(|(segment, theme)| (segment.text.to_owned(), theme.theme_id.map(str::to_owned)))
        .collect();
    found.sort();
    found
}

#[test]
fn a_second_batch_keeps_themes_names_and_bytes() {
    let place = tempfile::tempdir().unwrap();
    let all = meetings(place.path(), &[("fishery", FISH), ("railway", RAIL), ("revenue", TAX)]);
    let (first_out, out) = (place.path().join("first"), place.path().join("second"));
    let first = run(&all[..2], study(), &first_out);
    assert_eq!(first.n_rows("theme_history").unwrap(), 0);
    let before = themes_of(&first);

    let continued = |mode| {
        let mut study = study();
        study.themes.mode = mode;
        study.continue_themes(&first_out, "test").unwrap();
        study
    };
    let unnamed = run(&all, continued(RegistryMode::Extend), &place.path().join("unnamed"));
    decide(&first_out, Decision::Name { id: "t01".into(), name: "Catch".into(), description: "Fish".into() }).unwrap();
    let second = run(&all, continued(RegistryMode::Extend), &out);
    assert_ne!(second.run().run_id, unnamed.run().run_id, "the registry is part of what the results depend on");
    let now = themes_of(&second);
    assert!(before.iter().all(|old| now.contains(old)));
    let frame = second.frame("themes").unwrap();
    let rows = ThemeRow::rows(&frame).unwrap();
    let named = rows.iter().find(|theme| theme.theme_id == "t01").unwrap();
    assert_eq!((named.name, named.description), (Some("Catch"), Some("Fish")));
    let history = second.frame("theme_history").unwrap();
    let history = ThemeHistoryRow::rows(&history).unwrap();
    assert!(history.iter().any(|row| row.theme_id == Some("t01") && row.share == Some(1.0)));

    // The registry of the second run has the themes of both, and gives its own corpus the same themes.
    let registry = Registry::from_bytes(&fs::read(out.join(THEME_REGISTRY)).unwrap()).unwrap();
    assert!(registry.themes().iter().any(|theme| theme.name.as_deref() == Some("Catch")));
    let mut frozen = study();
    frozen.themes.mode = RegistryMode::Freeze;
    frozen.continue_themes(&out.join(THEME_REGISTRY), "test").unwrap();
    assert_eq!(themes_of(&run(&all, frozen, &place.path().join("third"))), now);

    // Parts combine into the same bytes, the registry included.
    let part = |paths: &[PathBuf], name: &str| {
        let folder = place.path().join(name);
        let options = PartOptions { folder: Some(folder.clone()), ..PartOptions::new(continued(RegistryMode::Extend)) };
        measure_part(paths, &options, &Silent).unwrap();
        plenary::Part::open(&folder).unwrap()
    };
    let parts = vec![part(&all[1..], "b"), part(&all[..1], "a")];
    let combined = place.path().join("combined");
    combine(parts, &CombineOptions { out: Some(combined.clone()), ..CombineOptions::default() }, &Silent).unwrap();
    for file in
        ["themes.parquet", "segment_themes.parquet", "theme_history.parquet", "analysis.parquet", THEME_REGISTRY]
    {
        assert_eq!(fs::read(combined.join(file)).unwrap(), fs::read(out.join(file)).unwrap(), "{file}");
    }
    let other = PartOptions::new(study());
    let mixed = vec![
        measure_part(&all[..1], &other, &Silent).unwrap(),
        measure_part(&all[1..], &PartOptions::new(continued(RegistryMode::Extend)), &Silent).unwrap(),
    ];
    assert!(combine(mixed, &CombineOptions::default(), &Silent).is_err());
}

#[test]
fn what_is_no_registry_is_refused_before_anything_is_read() {
    let place = tempfile::tempdir().unwrap();
    let mut study = study();
    let missing = study.continue_themes(&place.path().join("nowhere"), "study.toml").unwrap_err().to_string();
    assert!(missing.contains("expected the results of an earlier run"), "{missing}");
    let foreign = place.path().join("themes.registry");
    fs::write(&foreign, "PAR1").unwrap();
    let error = study.continue_themes(&foreign, "study.toml").unwrap_err().to_string();
    assert!(error.contains("not a registry of themes"), "{error}");

    let talk = meetings(place.path(), &[("fishery", FISH)]);
    let out = place.path().join("results");
    run(&talk, super::themes::study(), &out);
    fs::write(out.join("themes.toml"), "[[theme]]\nid = \"t01\"\ntitle = \"Fish\"\n").unwrap();
    let error = study.continue_themes(&out, "study.toml").unwrap_err().to_string();
    assert!(error.contains("themes.toml, line 3: unknown key `title`"), "{error}");
    fs::write(out.join("themes.toml"), "[[theme]]\nid = \"t77\"\nname = \"Fish\"\n").unwrap();
    let error = study.continue_themes(&out, "study.toml").unwrap_err().to_string();
    assert!(error.contains("there is no theme `t77`; the themes are t01"), "{error}");

    let place = Place::with(&[("talk.md", TALK), ("study.toml", "[themes]\nmode = \"freeze\"\n")]);
    place
        .run(&["run", "talk.md", "--study", "study.toml", "--out", "results"])
        .says(2, &["does not continue earlier themes"]);
}

#[test]
fn procedure_is_kept_apart_and_estimated() {
    let place = tempfile::tempdir().unwrap();
    let mut text = String::new();
    for (at, word) in FISH.iter().chain(&RAIL).enumerate() {
        text.push_str("**The Chair**\n\nThank you very much. I call the next speaker.\n\n");
        text.push_str(&format!(
            "**Ann Lee**\n\nWe talked about the {word} for {at} years, and the {word} needs care. Why not?\n\n"
        ));
    }
    let talk = vec![place.path().join("talk.md")];
    fs::write(&talk[0], &text).unwrap();
    let with = |procedure: bool, language: &str| {
        let mut study = study();
        study.study.language = language.into();
        study.themes.procedure = procedure;
        run(&talk, study, &place.path().join(format!("{procedure}-{language}")))
    };
    let results = with(true, "en");
    let (segments, placed) = (results.frame("segments").unwrap(), results.frame("segment_themes").unwrap());
    let (segments, placed) = (SegmentRow::rows(&segments).unwrap(), SegmentThemeRow::rows(&placed).unwrap());
    for (segment, row) in segments.iter().zip(&placed) {
        let is_procedural = segment.text.starts_with("Thank you") || segment.text.starts_with("I call");
        assert_eq!(row.procedural, Some(is_procedural), "{}", segment.text);
        assert_eq!(row.theme_id == Some("procedure"), is_procedural, "{}", segment.text);
        assert_eq!(row.reason == "fragment", segment.text == "Why not?", "{}", segment.text);
    }
    // A fragment has the theme of the sentence before it.
    let fragments = (1..segments.len()).filter(|&at| segments[at].text == "Why not?");
    for at in fragments {
        assert_eq!(placed[at].theme_id, placed[at - 1].theme_id);
    }
    let frame = results.frame("themes").unwrap();
    let themes = ThemeRow::rows(&frame).unwrap();
    assert!(themes.iter().all(|theme| (theme.kind == "procedure") == (theme.theme_id == "procedure")));
    assert_eq!(themes.iter().filter(|theme| theme.kind == "procedure").count(), 1);
    let frame = results.frame("estimates").unwrap();
    let shares: Vec<(&str, Option<f64>)> = EstimateRow::rows(&frame)
        .unwrap()
        .into_iter()
        .filter(|row| row.measure == "procedure_share")
        .map(|row| (row.level, row.mean))
        .collect();
    let expected = [("corpus", Some(0.5)), ("document", Some(0.5)), ("speaker", Some(1.0)), ("speaker", Some(0.0))];
    assert!(shares.len() == 4 && expected.iter().all(|row| shares.contains(row)), "{shares:?}");

    let off = with(false, "en");
    let frame = off.frame("segment_themes").unwrap();
    let rows = SegmentThemeRow::rows(&frame).unwrap();
    assert!(rows.iter().all(|row| row.procedural.is_none() && row.theme_id != Some("procedure")));
    assert_eq!(off.n_rows("issues").unwrap(), 0);

    // A language that the classifier does not cover is reported, and nothing is guessed.
    let other = with(true, "cy");
    let frame = other.frame("segment_themes").unwrap();
    assert!(SegmentThemeRow::rows(&frame).unwrap().iter().all(|row| row.p_procedural.is_none()));
    let frame = other.frame("issues").unwrap();
    let issues = IssueRow::rows(&frame).unwrap();
    assert!(issues.len() == 1 && issues[0].kind == "procedure_not_covered" && issues[0].message.contains("`cy`"));
}

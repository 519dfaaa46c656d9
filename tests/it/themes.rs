//! Themes that are continued by later runs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Place, TALK};
use plenary::measure::themes::{Registry, RegistryMode};
use plenary::report::ReportOptions;
use plenary::report::compare::{ThemeFacts, ThemeMatching, compare};
use plenary::table::THEME_REGISTRY;
use plenary::table::schema::{
    EstimateRow, IssueRow, SegmentRow, SegmentThemeRow, ThemeCodeRow, ThemeHistoryRow, ThemePeriodRow, ThemeRow,
};
use plenary::themes::{Decision, SplitInto, decide, split};
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

fn registry_sha256(results: &Path) -> String {
    plenary::corpus::hash::sha256(&fs::read(results.join(THEME_REGISTRY)).unwrap())
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
fn a_theme_that_was_split_by_hand_stays_split_when_a_batch_is_added() {
    let place = tempfile::tempdir().unwrap();
    let all = meetings(place.path(), &[("fishery", FISH), ("railway", RAIL), ("revenue", TAX)]);
    let (first_out, second_out) = (place.path().join("first"), place.path().join("second"));
    let first = run(&all[..2], study(), &first_out);
    let frame = first.frame("segments").unwrap();
    let segments = SegmentRow::rows(&frame).unwrap();
    let theme_of = |results: &Results, text: &str| {
        themes_of(results).into_iter().find(|(found, _)| found == text).and_then(|(_, theme)| theme)
    };
    // Two segments of one theme: one is the seed of a new theme, the other one stays.
    let texts: Vec<&str> = segments.iter().map(|segment| segment.text).collect();
    let of = |theme: &str| {
        let of_theme = texts.iter().filter(|text| theme_of(&first, text).as_deref() == Some(theme));
        of_theme.map(|text| segments.iter().find(|segment| segment.text == *text).unwrap()).collect::<Vec<_>>()
    };
    let members = of("t01");
    let (stays, leaves) = (members[0], members[members.len() - 1]);
    let into = SplitInto::Segments {
        stays: vec![stays.segment_id.to_owned()],
        parts: vec![vec![leaves.segment_id.to_owned()]],
    };
    let decided = split(&first_out, "t01", &into, 1, &Silent).unwrap();
    let ids: Vec<&str> = decided.themes.iter().map(|theme| theme.theme_id.as_str()).collect();
    assert_eq!((ids[0], decided.themes.len()), ("t01", 2));
    let new = ids[1].to_owned();
    assert_eq!(decided.themes.iter().map(|theme| theme.n_texts).sum::<usize>(), members.len());
    assert!(decided.themes.iter().all(|theme| !theme.texts.is_empty()));
    decide(&first_out, Decision::Name { id: new.clone(), name: "Apart".into(), description: String::new() }).unwrap();

    let mut continued = study();
    continued.continue_themes(&first_out, "test").unwrap();
    let second = run(&all, continued, &second_out);
    assert_eq!(theme_of(&second, stays.text).as_deref(), Some("t01"));
    assert_eq!(theme_of(&second, leaves.text).as_deref(), Some(new.as_str()));
    let frame = second.frame("themes").unwrap();
    let rows = ThemeRow::rows(&frame).unwrap();
    let apart = rows.iter().find(|theme| theme.theme_id == new).unwrap();
    assert_eq!((apart.name, apart.stability), (Some("Apart"), None));
    assert!(!apart.label.is_empty() && !apart.terms.is_empty() && apart.group_id.is_some());

    // The second run continues the first one, though not all of its themes were there.
    let compared = compare(&first, &second).unwrap();
    assert_eq!(compared.theme_matching, ThemeMatching::Continued);
    let pair = |id: &str| {
        let is = |side: &Option<ThemeFacts>| side.as_ref().is_some_and(|theme| theme.id == id);
        compared.themes.iter().find(|pair| is(&pair.old) || is(&pair.new)).unwrap()
    };
    assert_eq!((pair(&new).old.as_ref(), pair(&new).history.as_deref()), (None, Some("split")));
    assert!(pair("t01").old.is_some() && pair("t01").new.is_some() && pair("t01").history.is_some());
    let page = plenary::report::report(&second, &[], &ReportOptions::default()).unwrap();
    let sha256 = &registry_sha256(&first_out)[..12];
    for said in [
        format!("continue those of earlier results (registry first, sha256 {sha256}) in the mode “extend”"),
        "By hand, 1 theme had been named, 0 themes merged into others and 1 split made.".to_owned(),
    ] {
        assert!(page.contains(&said), "{said}");
    }
    assert_eq!(
        compare(&second, &first).unwrap().theme_matching,
        ThemeMatching::SharedSegments,
        "the earlier run does not continue the later one"
    );

    // Later runs keep it without the decisions, and with the same decisions once more.
    let before = themes_of(&second);
    for copies_decisions in [false, true] {
        if copies_decisions {
            fs::copy(first_out.join("themes.toml"), second_out.join("themes.toml")).unwrap();
        }
        let mut continued = study();
        continued.continue_themes(&second_out, "test").unwrap();
        assert_eq!(themes_of(&run(&all, continued, &place.path().join("third"))), before);
    }

    let wrong = |into| split(&first_out, "t01", &into, 1, &Silent).unwrap_err().to_string();
    let parts = |id: &str| SplitInto::Segments { stays: Vec::new(), parts: vec![vec![id.to_owned()]] };
    assert!(wrong(parts("nowhere")).contains("there is no segment `nowhere`"));
    let other = segments.iter().find(|segment| theme_of(&first, segment.text).as_deref() != Some("t01")).unwrap();
    let message = wrong(parts(other.segment_id));
    assert!(message.contains("the theme `t01` cannot be split") && message.contains("is not among those"), "{message}");
}

#[test]
fn decisions_are_for_the_themes_about_which_they_were_made() {
    let place = tempfile::tempdir().unwrap();
    let all = meetings(place.path(), &[("fishery", FISH), ("railway", RAIL), ("revenue", TAX)]);
    let out = place.path().join("results");
    run(&all[..2], study(), &out);
    let file = decide(&out, Decision::Name { id: "t01".into(), name: "Catch".into(), description: String::new() });
    let file = file.unwrap();
    let decided = fs::read_to_string(&file).unwrap();
    assert!(decided.contains(&format!("registry = \"{}\"", registry_sha256(&out))), "{decided}");

    // The same results are made again.
    run(&all[..2], study(), &out);
    assert_eq!(fs::read_to_string(&file).unwrap(), decided);
    study().continue_themes(&out, "test").unwrap();

    // Results with other themes take their place.
    run(&all[1..], study(), &out);
    let earlier = out.join("themes-earlier.toml");
    assert!(!file.exists());
    assert_eq!(fs::read_to_string(&earlier).unwrap(), decided);
    study().continue_themes(&out, "test").unwrap();

    // Nobody applies the decisions to them.
    fs::copy(&earlier, &file).unwrap();
    let refused = study().continue_themes(&out, "test").unwrap_err().to_string();
    assert!(refused.contains("themes.toml is about other themes") && refused.contains("or remove it"), "{refused}");
    let again = Decision::Merge { into: "t01".into(), themes: vec!["t02".into()] };
    assert!(decide(&out, again).unwrap_err().to_string().contains("is about other themes"));
    let command = Place::with(&[]);
    let shown = out.to_str().unwrap();
    command.run(&["themes", "list", shown]).says(2, &["is about other themes"]);
    fs::write(&file, decided.lines().filter(|line| !line.starts_with("registry")).collect::<Vec<_>>().join("\n"))
        .unwrap();
    let refused = study().continue_themes(&out, "test").unwrap_err().to_string();
    let line = format!("expected the line registry = \"{}\"", registry_sha256(&out));
    assert!(refused.contains("does not say about which themes") && refused.contains(&line), "{refused}");

    // A file that is not known to be about the new themes is set aside as well, and no earlier one is lost.
    run(&all[..2], study(), &out);
    assert!(!file.exists() && earlier.exists() && out.join("themes-earlier-2.toml").exists());
}

#[test]
fn decisions_keep_the_comments_of_their_file_and_wait_for_a_run() {
    let place = tempfile::tempdir().unwrap();
    let all = meetings(place.path(), &[("fishery", FISH), ("railway", RAIL)]);
    let out = place.path().join("results");
    let results = run(&all, study(), &out);
    let (segments, themes) = (results.frame("segments").unwrap(), results.frame("segment_themes").unwrap());
    let (segments, themes) = (SegmentRow::rows(&segments).unwrap(), SegmentThemeRow::rows(&themes).unwrap());
    let of_theme = segments.iter().zip(&themes).find(|(_, theme)| theme.theme_id == Some("t01"));
    let segment = of_theme.unwrap().0.segment_id;
    let shown = out.to_str().unwrap();
    let command = Place::with(&[]);
    assert_eq!(command.run_well(&["themes", "name", shown, "t01", "Catch", "-q"]).out, "");
    let file = out.join("themes.toml");
    let text = fs::read_to_string(&file).unwrap();
    let commented = text.replace("name = \"Catch\"", "# Agreed in March.\nname = \"Catch\" # or landings");
    assert_ne!(text, commented);
    fs::write(&file, commented).unwrap();
    let name = Decision::Name { id: "t01".into(), name: "Fishing".into(), description: "Fish".into() };
    decide(&out, name).unwrap();
    command.run_well(&["themes", "split", shown, "t01", "--part", segment, "-q"]);
    command.run_well(&["themes", "merge", shown, "t01", "t02"]);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("# Agreed in March.\nname = \"Fishing\" # or landings\ndescription = \"Fish\""), "{text}");
    assert!(text.starts_with("# Decisions about the themes") && text.contains("\n\n[[split.parts]]\n"), "{text}");
    let listed = command.run_well(&["themes", "list", shown]).out;
    let waiting = "runs that continue these themes: t01 is split into t01, t";
    assert!(listed.contains(waiting) && listed.contains("t02 is merged into t01."), "{listed}");
    assert!(listed.contains("Fishing"), "{listed}");

    // A theme that the next run merges is not named; the one that remains is.
    command.run(&["themes", "name", shown, "t02", "Rails"]).says(
        2,
        &[
            "the theme `t02` is merged into `t01` by the next run",
            "name `t01`, or remove the merge from",
            "themes.toml",
        ],
    );
    // Decisions that no run can apply are listed.
    let unknown = "\n[[theme]]\nid = \"t77\"\nname = \"Fish\"\n\n[[merge]]\ninto = \"t88\"\nthemes = [\"t01\"]\n";
    fs::write(&file, format!("{text}{unknown}")).unwrap();
    let listed = command.run_well(&["themes", "list", shown]).out;
    for part in [
        waiting,
        "Not applicable: the name of t77: there is no theme `t77`; the themes are t01, t02",
        "Not applicable: the merge of t01 into t88: there is no theme `t88`",
        "themes.toml; runs that continue these themes refuse the file until then.",
    ] {
        assert!(listed.contains(part), "`{part}` is missing:\n{listed}");
    }

    // An array of inline tables is the same as sections.
    let registry = registry_sha256(&out);
    fs::write(&file, format!("registry = \"{registry}\"\ntheme = [{{ id = \"t01\", name = \"Fish\" }}]\n")).unwrap();
    command.run_well(&["themes", "name", shown, "t02", "Trains"]);
    study().continue_themes(&out, "test").unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"Fish\"") && text.contains("\"Trains\""), "{text}");

    let refused = |arguments: &[&str], parts: &[&str]| {
        command.run(&[&["themes"], arguments].concat()).says(2, parts);
    };
    refused(&["name", shown, "t01", " "], &["the name of the theme `t01` is empty", "delete its section in"]);
    refused(
        &["name", shown, "t01", "a\u{1b}[2J"],
        &["the name of the theme `t01` has the control character '\\u{1b}'"],
    );
    refused(&["name", "nowhere", "t01", "X"], &["nowhere: there is no such folder; expected a results folder", "hint"]);
    refused(&["name", shown, "t99", "X"], &["there is no theme `t99`; the themes are t01, t02"]);
    fs::remove_file(out.join(THEME_REGISTRY)).unwrap();
    refused(&["name", shown, "t01", "X"], &["has no themes.registry", "Copy it there"]);
    command.write("talk.md", TALK);
    command
        .run(&["run", "talk.md", "--themes", "nowhere", "--out", "new"])
        .says(2, &["--themes: there is no file nowhere; expected the folder of an earlier run's results"]);
}

#[test]
fn what_is_no_registry_is_refused_before_anything_is_read() {
    let place = tempfile::tempdir().unwrap();
    let mut study = study();
    let missing = study.continue_themes(&place.path().join("nowhere"), "study.toml").unwrap_err().to_string();
    assert!(
        missing.contains("study.toml: there is no file") && missing.contains("expected the folder of"),
        "{missing}"
    );
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
    let registry = registry_sha256(&out);
    let decided = format!("registry = \"{registry}\"\n[[theme]]\nid = \"t77\"\nname = \"Fish\"\n");
    fs::write(out.join("themes.toml"), decided).unwrap();
    let error = study.continue_themes(&out, "study.toml").unwrap_err().to_string();
    assert!(error.contains("themes.toml: there is no theme `t77`; the themes are t01"), "{error}");

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
    let not_covered = |results: &Results| -> Vec<String> {
        let frame = results.frame("issues").unwrap();
        let rows = IssueRow::rows(&frame).unwrap().into_iter().filter(|row| row.kind == "procedure_not_covered");
        rows.map(|row| row.message.clone()).collect()
    };
    assert_eq!(not_covered(&off), [""; 0]);

    // A language that the classifier does not cover is reported, and nothing is guessed.
    let other = with(true, "cy");
    let frame = other.frame("segment_themes").unwrap();
    assert!(SegmentThemeRow::rows(&frame).unwrap().iter().all(|row| row.p_procedural.is_none()));
    assert!(not_covered(&other).concat().contains("`cy`"));
}

#[test]
fn themes_over_time_have_the_segments_of_their_documents() {
    let place = tempfile::tempdir().unwrap();
    let all = meetings(place.path(), &[("fishery", FISH), ("railway", RAIL), ("revenue", TAX), ("undated", FISH)]);
    fs::write(
        place.path().join("documents.csv"),
        "file,date\nfishery.md,2024-01-05\nrailway.md,2024-03-31\nrevenue.md,2024-04-01\n",
    )
    .unwrap();
    let results = |period: &str, out: &str| {
        let text = format!(
            "[models]\nsentiment = \"none\"\n[documents]\ntable = \"documents.csv\"\n[themes]\nmin_segments = 3\n[estimates]\nperiod = \"{period}\"\n"
        );
        fs::write(place.path().join("study.toml"), text).unwrap();
        run(&all, Study::load(&place.path().join("study.toml")).unwrap(), &place.path().join(out))
    };
    let quarters = results("quarter", "quarters");
    let frame = quarters.frame("themes_over_time").unwrap();
    let rows = ThemePeriodRow::rows(&frame).unwrap();
    let (themes, assigned) = (quarters.frame("themes").unwrap(), quarters.frame("segment_themes").unwrap());
    let (themes, assigned) = (ThemeRow::rows(&themes).unwrap(), SegmentThemeRow::rows(&assigned).unwrap());
    let segments = quarters.frame("segments").unwrap();
    let segments = SegmentRow::rows(&segments).unwrap();
    let paths = quarters.frame("documents").unwrap();
    let paths = plenary::table::schema::DocumentRow::rows(&paths).unwrap();
    let is_in = |segment: &SegmentRow, quarter: &str| {
        let path = paths.iter().find(|document| document.document_id == segment.document_id).unwrap().path;
        let names: &[&str] = if quarter == "2024-Q1" { &["fishery", "railway"] } else { &["revenue"] };
        names.iter().any(|name| path.ends_with(&format!("{name}.md")))
    };
    assert_eq!(rows.len(), 2 * themes.len());
    for row in &rows {
        let own = |of_theme: bool| {
            let of = segments.iter().zip(&assigned).filter(|(segment, theme)| {
                is_in(segment, row.period) && (!of_theme || theme.theme_id == Some(row.theme_id))
            });
            of.map(|(segment, _)| u64::from(segment.n_words)).fold((0, 0), |(n, words), more| (n + 1, words + more))
        };
        assert_eq!((row.n_segments, row.n_words), own(false), "{}", row.period);
        assert_eq!((row.n_theme_segments, row.n_theme_words), own(true), "{} {}", row.theme_id, row.period);
        assert!((row.share_of_segments - row.n_theme_segments as f64 / row.n_segments as f64).abs() < 1e-12);
        let starts = if row.period == "2024-Q1" { "2024-01-01" } else { "2024-04-01" };
        assert_eq!(row.period_start.map(|date| date.to_string()).as_deref(), Some(starts));
        assert_eq!(row.n_documents, if row.period == "2024-Q1" { 2 } else { 1 });
        assert!(row.is_burst.is_some());
        assert!(row.period == "2024-Q1" || row.segments_ci_low.is_none(), "one document has no interval");
    }
    let dates = |theme: &ThemeRow| theme.first_date.zip(theme.last_date);
    assert!(themes.iter().all(|theme| theme.n_documents > 0 && dates(theme).is_none_or(|(first, last)| first <= last)));
    let issues = quarters.frame("issues").unwrap();
    let found: Vec<&str> = IssueRow::rows(&issues)
        .unwrap()
        .iter()
        .map(|issue| issue.kind)
        .filter(|kind| kind.ends_with("period"))
        .collect();
    assert_eq!(found, ["documents_without_period"]);

    let documents = results("document", "documents");
    let frame = documents.frame("themes_over_time").unwrap();
    let rows = ThemePeriodRow::rows(&frame).unwrap();
    assert_eq!(rows.len(), 4 * themes.len());
    assert!(rows.iter().all(|row| row.is_burst.is_none()), "a document by itself is no burst");
    assert_eq!(rows.iter().filter(|row| row.period_start.is_none()).count(), themes.len());
    assert!(Study::parse("[estimates]\nperiod = \"week\"\n", "s.toml").unwrap_err().to_string().contains("`month`"));
}

const CODES: &str = "\
[models]
sentiment = \"none\"
[themes]
min_segments = 3
coded = \"coded.csv\"
[[themes.codes]]
id = \"fish\"
name = \"Fish and fishing\"
description = \"Fish in the sea: herring, cod, salmon.\"
examples = [\"The boats landed haddock.\"]
[[themes.codes]]
id = \"rail\"
description = \"Railways: stations, tracks, signals and trains.\"
[[themes.codes]]
id = \"tax\"
description = \"Taxes on income and property.\"
";

#[test]
fn segments_have_the_codes_of_the_study_beside_their_themes() {
    let place = tempfile::tempdir().unwrap();
    let all = meetings(place.path(), &[("fishery", FISH), ("railway", RAIL), ("revenue", TAX)]);
    let path = place.path().join("study.toml");
    fs::write(&path, CODES).unwrap();
    let coded =
        |rows: &str| fs::write(place.path().join("coded.csv"), format!("segment_id,label,text\n{rows}")).unwrap();
    coded("x,fish,The trout is a fish.\ny,tax,Nobody likes to pay.\nz,,Nobody knows.\n");
    let out = place.path().join("results");
    let results = run(&all, Study::load(&path).unwrap(), &out);
    let (segments, codes) = (results.frame("segments").unwrap(), results.frame("theme_codes").unwrap());
    let (segments, codes) = (SegmentRow::rows(&segments).unwrap(), ThemeCodeRow::rows(&codes).unwrap());
    assert_eq!(segments.len(), codes.len());
    let mut right = 0;
    for (segment, code) in segments.iter().zip(&codes) {
        assert_eq!(segment.segment_id, code.segment_id);
        assert!((0.0..=1.0).contains(&code.probability));
        assert_eq!(code.code_id, Some(code.nearest_code_id).filter(|_| code.probability >= 0.3));
        let expected = [("fishery", "fish"), ("railway", "rail"), ("revenue", "tax")];
        right += usize::from(expected.iter().any(|(name, id)| segment.text.contains(name) && code.code_id == Some(id)));
    }
    assert!(right * 10 >= segments.len() * 8, "{right} of {} segments", segments.len());

    // The order of rows of the file and parts do not matter.
    let part =
        |paths: &[PathBuf]| measure_part(paths, &PartOptions::new(Study::load(&path).unwrap()), &Silent).unwrap();
    let combined =
        combine(vec![part(&all[1..]), part(&all[..1])], &CombineOptions::default(), &Silent).unwrap().results;
    let sha256 = |results: &Results, name: &str| {
        results.files().iter().find(|file| file.name == format!("{name}.parquet")).unwrap().sha256.clone()
    };
    for table in ["theme_codes", "themes_over_time", "themes"] {
        assert_eq!(sha256(&combined, table), sha256(&results, table), "{table}");
    }
    coded("y,tax,Nobody likes to pay.\nx,FISH,The trout is a fish.\n");
    let again = run(&all, Study::load(&path).unwrap(), &place.path().join("again"));
    assert_eq!(sha256(&again, "theme_codes"), sha256(&results, "theme_codes"));

    let found = plenary::themes::overlap(&results).unwrap();
    assert_eq!(found.n_segments, segments.len());
    assert_eq!(found.n_coded, codes.iter().filter(|code| code.code_id.is_some()).count());
    assert_eq!(found.codes[0].title, "Fish and fishing");
    for theme in &found.themes {
        let parts = theme.codes.iter().map(|part| part.n_segments).sum::<usize>();
        assert_eq!(parts + theme.n_without_code, theme.n_segments);
    }
    let command = Place::with(&[]);
    let shown = command.run_well(&["themes", "suggest", out.to_str().unwrap()]).out;
    assert!(shown.contains("segments") && shown.contains("Fish and fishing"), "{shown}");
    let json = command.run_well(&["themes", "suggest", out.to_str().unwrap(), "--json"]).out;
    assert!(json.contains("\"n_without_code\""), "{json}");
    let plain = place.path().join("plain");
    run(&all[..1], study(), &plain);
    command.run(&["themes", "suggest", plain.to_str().unwrap()]).says(2, &["has no codes", "[[themes.codes]]"]);
}

#[test]
fn codes_that_cannot_be_used_are_refused_before_anything_is_read() {
    let refused = |text: &str| Study::parse(text, "study.toml").unwrap_err().to_string();
    let twice = CODES.replace("id = \"tax\"", "id = \"fish\"");
    insta::assert_snapshot!(
        refused(&twice),
        @"study.toml: [[themes.codes]] `fish`, id: found it at codes 1 and 3; expected an id of its own for each code"
    );
    let silent = CODES.replace("description = \"Taxes on income and property.\"", "");
    insta::assert_snapshot!(
        refused(&silent),
        @"study.toml: [[themes.codes]] `tax`, description: found none; expected what the code is about, in a sentence"
    );
    assert!(refused(&CODES.replace("The boats landed haddock.", " ")).contains("an empty text at place 1"));
    assert!(refused("[themes]\ncoded = \"c.csv\"\n").contains("[themes] coded"));
    assert!(refused("[themes]\ncode_floor = 2\n").contains("a number from 0 to 1"));
    let place =
        Place::with(&[("talk.md", TALK), ("study.toml", CODES), ("coded.csv", "segment_id,label,text\na,fishes,X.\n")]);
    place.run(&["run", "talk.md", "--study", "study.toml", "--out", "results"]).says(
        2,
        &[
            "study.toml: [themes] coded: coded.csv, line 2: the label `fishes`",
            "expected a code of the study: fish, rail, tax",
        ],
    );
}

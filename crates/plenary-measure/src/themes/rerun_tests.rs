use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use plenary_corpus::findings::{AssignmentReason, ThemeChange, ThemeChangeKind, Themes};
use plenary_corpus::progress::Silent;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::tests::{Corpus, three_subjects};
use super::*;

/// The confidence floor of the options.
const FLOOR: f32 = 0.3;

/// The themes and registry of some rows, fitted to `at_most` texts.
fn run(
    corpus: &Corpus,
    rows: &[usize],
    registry: Option<&Registry>,
    mode: RegistryMode,
    at_most: usize,
) -> (Themes, Registry) {
    let part = corpus.rows(rows);
    let texts: Vec<&str> = part.texts.iter().map(String::as_str).collect();
    let speakers: Vec<Option<&str>> = part.speakers.iter().map(Option::as_deref).collect();
    let options = ThemeOptions { mode, ..ThemeOptions::default() };
    let mut sample = Sample::new(&options, 11).unwrap().continuing(registry.cloned().map(Arc::new));
    sample.at_most = at_most;
    let kinds = part.kinds(&options);
    sample.add(part.vectors.view(), &texts, &texts, &kinds).unwrap();
    let mut fitted = sample.fit(Wording::default(), None, &Silent).unwrap();
    fitted.assign(part.vectors.view(), &texts, &speakers, &kinds, &Silent).unwrap();
    fitted.finish("model")
}

/// The theme id of each text.
fn ids(corpus: &Corpus, rows: &[usize], themes: &Themes) -> HashMap<String, Option<String>> {
    let id = |at: usize| themes.assignments[at].theme.map(|theme| themes.themes[theme].theme_id.clone());
    rows.iter().enumerate().map(|(at, &row)| (corpus.texts[row].clone(), id(at))).collect()
}

/// Rows of the first two subjects, and of all three.
fn batches(n: usize) -> (Vec<usize>, Vec<usize>) {
    ((0..n).filter(|row| row % 3 < 2).collect(), (0..n).collect())
}

fn change<'t>(themes: &'t Themes, id: &str) -> &'t ThemeChange {
    themes.history.iter().find(|row| row.theme_id.as_deref() == Some(id)).unwrap()
}

#[test]
fn the_corpus_of_a_registry_gets_the_same_themes_again() {
    let corpus = three_subjects(300, 1);
    let rows: Vec<usize> = (0..300).collect();
    for at_most in [FITTED_AT_MOST, 100] {
        let (before, registry) = run(&corpus, &rows, None, RegistryMode::Extend, at_most);
        assert!(before.history.is_empty());
        for mode in [RegistryMode::Freeze, RegistryMode::Extend] {
            let (now, again) = run(&corpus, &rows, Some(&registry), mode, at_most);
            assert_eq!(now.assignments, before.assignments, "{mode:?}, {at_most}");
            let titles = |themes: &Themes| {
                themes.themes.iter().map(|t| (t.theme_id.clone(), t.label.clone(), t.n_segments)).collect::<Vec<_>>()
            };
            assert_eq!(titles(&now), titles(&before));
            assert_eq!(now.groups, before.groups);
            assert!(now.themes.iter().zip(&before.themes).all(|(now, before)| now.group == before.group));
            assert!(now.history.iter().all(|row| row.change == ThemeChangeKind::Kept && row.jaccard == Some(1.0)));
            assert_eq!(again.n_texts(), registry.n_texts());
        }
        let (refitted, _) = run(&corpus, &rows, Some(&registry), RegistryMode::Refit, FITTED_AT_MOST);
        assert_eq!(ids(&corpus, &rows, &refitted), ids(&corpus, &rows, &before), "{at_most}");
        let group_ids = |themes: &Themes| themes.groups.iter().map(|group| group.group_id.clone()).collect::<Vec<_>>();
        assert_eq!(group_ids(&refitted), group_ids(&before), "{at_most}");
    }
}

#[test]
fn a_new_subject_is_a_new_theme_and_the_old_texts_stay() {
    let corpus = three_subjects(240, 2);
    let (first, all) = batches(240);
    let (before, registry) = run(&corpus, &first, None, RegistryMode::Extend, FITTED_AT_MOST);
    let (now, registry) = run(&corpus, &all, Some(&registry), RegistryMode::Extend, FITTED_AT_MOST);
    let (old, new) = (ids(&corpus, &first, &before), ids(&corpus, &all, &now));
    assert!(old.iter().all(|(text, theme)| new[text] == *theme));
    let found: BTreeSet<&str> =
        (0..240).filter(|row| row % 3 == 2).filter_map(|row| new[&corpus.texts[row]].as_deref()).collect();
    assert!(found.iter().all(|id| !before.themes.iter().any(|theme| theme.theme_id == *id)), "{found:?}");
    assert!(found.iter().all(|id| change(&now, id).change == ThemeChangeKind::New));
    assert_eq!(found.iter().map(|id| change(&now, id).n_new).sum::<usize>(), 80);
    assert_eq!((change(&now, "t01").change, change(&now, "t01").share), (ThemeChangeKind::Kept, Some(1.0)));
    let group_of = |themes: &Themes, id: &str| {
        let theme = themes.themes.iter().find(|theme| theme.theme_id == id).unwrap();
        themes.groups[theme.group.unwrap()].group_id.clone()
    };
    for theme in &before.themes {
        assert_eq!(group_of(&now, &theme.theme_id), group_of(&before, &theme.theme_id));
    }
    let known: BTreeSet<&str> = before.groups.iter().map(|group| group.group_id.as_str()).collect();
    assert!(found.iter().all(|id| !known.contains(group_of(&now, id).as_str())), "a subject by itself is a new group");

    // A third batch without the first subject: its theme stays known, and its id is not given to another.
    let rest: Vec<usize> = (0..240).filter(|row| row % 3 > 0).collect();
    let (later, _) = run(&corpus, &rest, Some(&registry), RegistryMode::Extend, FITTED_AT_MOST);
    let absent: Vec<&str> =
        later.themes.iter().filter(|theme| theme.n_segments == 0).map(|theme| theme.theme_id.as_str()).collect();
    assert!(!absent.is_empty());
    for id in absent {
        assert_eq!(change(&later, id).change, ThemeChangeKind::Absent);
        assert!(!later.themes.iter().find(|theme| theme.theme_id == id).unwrap().terms.is_empty());
    }
}

#[test]
fn the_number_of_themes_cannot_be_set_where_it_follows_from_earlier_ones() {
    let corpus = three_subjects(90, 1);
    let rows: Vec<usize> = (0..90).collect();
    let (_, registry) = run(&corpus, &rows, None, RegistryMode::Extend, FITTED_AT_MOST);
    let options = |mode| ThemeOptions { n_themes: NumberOfThemes::Exactly(4), mode, ..ThemeOptions::default() };
    for mode in [RegistryMode::Extend, RegistryMode::Freeze] {
        let error = registry.check_options(&options(mode)).unwrap_err().to_string();
        assert!(error.contains("[themes] n_themes: found 4; expected \"auto\""), "{error}");
        let sample = Sample::new(&options(mode), 11).unwrap().continuing(Some(Arc::new(registry.clone())));
        assert!(matches!(sample.fit(Wording::default(), None, &Silent), Err(ThemeError::Option(_))));
    }
    assert!(registry.check_options(&options(RegistryMode::Refit)).is_ok());
}

#[test]
fn frozen_themes_leave_out_what_resembles_none_of_them() {
    let corpus = three_subjects(240, 3);
    let (first, all) = batches(240);
    let (before, registry) = run(&corpus, &first, None, RegistryMode::Extend, FITTED_AT_MOST);
    for at_most in [FITTED_AT_MOST, 50] {
        let (now, again) = run(&corpus, &all, Some(&registry), RegistryMode::Freeze, at_most);
        assert_eq!(now.themes.len(), before.themes.len());
        let (old, new) = (ids(&corpus, &first, &before), ids(&corpus, &all, &now));
        assert!(old.iter().all(|(text, theme)| new[text] == *theme));
        for row in (0..240).filter(|row| row % 3 == 2) {
            let assignment = now.assignments[row];
            assert_eq!((assignment.theme, assignment.reason), (None, AssignmentReason::Unassigned), "row {row}");
        }
        assert_eq!(again.n_texts().iter().sum::<usize>(), first.len(), "unassigned texts can be assigned later");
    }
}

#[test]
fn the_order_of_segments_does_not_matter_to_the_registry() {
    let corpus = three_subjects(150, 4);
    let (first, mut all) = batches(150);
    let (_, registry) = run(&corpus, &first, None, RegistryMode::Extend, FITTED_AT_MOST);
    for mode in [RegistryMode::Freeze, RegistryMode::Extend, RegistryMode::Refit] {
        let (given, bytes) = run(&corpus, &all, Some(&registry), mode, FITTED_AT_MOST);
        let by_text = ids(&corpus, &all, &given);
        all.shuffle(&mut ChaCha8Rng::seed_from_u64(5));
        let (shuffled, bytes_shuffled) = run(&corpus, &all, Some(&registry), mode, FITTED_AT_MOST);
        assert_eq!(ids(&corpus, &all, &shuffled), by_text);
        assert_eq!(bytes_shuffled.to_bytes(), bytes.to_bytes(), "{mode:?}");
        assert_eq!(shuffled.history, given.history);
    }
}

#[test]
fn a_refit_keeps_ids_where_most_texts_stay() {
    let corpus = three_subjects(240, 6);
    let (first, all) = batches(240);
    let (before, registry) = run(&corpus, &first, None, RegistryMode::Extend, FITTED_AT_MOST);
    let (now, _) = run(&corpus, &all, Some(&registry), RegistryMode::Refit, FITTED_AT_MOST);
    let (old, new) = (ids(&corpus, &first, &before), ids(&corpus, &all, &now));
    let kept = old.iter().filter(|(text, theme)| new[*text] == **theme).count();
    assert!(kept * 10 >= old.len() * 9, "{kept} of {}", old.len());
    assert!(now.history.iter().any(|row| row.change == ThemeChangeKind::New));
}

#[test]
fn decisions_of_researchers_stay() {
    let corpus = three_subjects(90, 7);
    let rows: Vec<usize> = (0..90).collect();
    let (_, registry) = run(&corpus, &rows, None, RegistryMode::Extend, FITTED_AT_MOST);
    let edits = ThemeEdits {
        themes: vec![NamedTheme { id: "t01".into(), name: "Farming".into(), description: "Soil and harvests".into() }],
        merge: vec![Merge { into: "t01".into(), themes: vec!["t03".into()] }],
        ..ThemeEdits::default()
    };
    let edited = registry.clone().edited(&edits, FLOOR).unwrap();
    assert_eq!(edited.themes().len(), 2);
    assert_ne!(edited.sha256(), registry.sha256());
    let (now, kept) = run(&corpus, &rows, Some(&edited), RegistryMode::Extend, FITTED_AT_MOST);
    let theme = now.themes.iter().find(|theme| theme.theme_id == "t01").unwrap();
    assert_eq!(
        (theme.title(), theme.description.as_deref(), theme.n_segments),
        ("Farming", Some("Soil and harvests"), 60)
    );
    // The same file of decisions is applied again, to results that already follow it.
    let again = kept.clone().edited(&edits, FLOOR).unwrap();
    assert_eq!(again.themes(), kept.themes());
    assert_eq!(again.n_texts(), kept.n_texts());
    assert_eq!((kept.decided().n_named, kept.decided().n_merged, kept.decided().n_split), (1, 1, 0));

    assert_eq!(kept.check_not_merged("t01"), Ok(()));
    assert_eq!(
        kept.check_not_merged("t03").unwrap_err().to_string().split(" and ").next(),
        Some("the theme `t03` was merged into `t01`")
    );

    // Decisions belong to the registry for which they were made and to those that continue it.
    assert!(kept.continues(&registry.sha256()) && kept.continues(&edited.sha256()) && kept.continues(&kept.sha256()));
    assert_eq!(again.to_bytes(), kept.to_bytes(), "decisions that it has already do not change it");
    let (_, found_apart) = run(&corpus, &rows[..60], None, RegistryMode::Extend, FITTED_AT_MOST);
    assert!(!found_apart.continues(&registry.sha256()) && !registry.continues(&kept.sha256()));
    let mut bell = edits.clone();
    bell.themes[0].name = "Farm\u{7}ing".into();
    assert!(matches!(registry.clone().edited(&bell, FLOOR), Err(EditError::Control { what: "name", .. })));

    let named = |id: &str| NamedTheme { id: id.into(), ..NamedTheme::default() };
    let unknown = ThemeEdits { themes: vec![named("t09")], ..ThemeEdits::default() };
    insta::assert_snapshot!(registry.clone().edited(&unknown, FLOOR).unwrap_err(), @"there is no theme `t09`; the themes are t01, t02, t03");
    let twice = ThemeEdits { themes: vec![named("t01"), named("t01")], ..ThemeEdits::default() };
    assert!(matches!(registry.clone().edited(&twice, FLOOR), Err(EditError::Twice { .. })));
    let itself =
        ThemeEdits { merge: vec![Merge { into: "t01".into(), themes: vec!["t01".into()] }], ..ThemeEdits::default() };
    assert!(matches!(registry.edited(&itself, FLOOR), Err(EditError::Twice { .. })));
}

/// Two themes as one, and the texts of the second as seeds of a part.
fn merged_and_split(corpus: &Corpus, rows: &[usize]) -> (Themes, Registry, ThemeEdits) {
    let (before, registry) = run(corpus, rows, None, RegistryMode::Extend, FITTED_AT_MOST);
    let merge =
        ThemeEdits { merge: vec![Merge { into: "t01".into(), themes: vec!["t03".into()] }], ..ThemeEdits::default() };
    let (_, merged) =
        run(corpus, rows, Some(&registry.edited(&merge, FLOOR).unwrap()), RegistryMode::Extend, FITTED_AT_MOST);
    let found = &before;
    let of = |id: &str| {
        let theme = found.themes.iter().position(|theme| theme.theme_id == id);
        let rows = rows.iter().enumerate().filter(move |(at, _)| found.assignments[*at].theme == theme);
        rows.map(|(_, &row)| text_id(&corpus.texts[row])).collect::<Vec<_>>()
    };
    let seeds = of("t03")[..3].to_vec();
    let split = Split { theme: "t01".into(), stays: Vec::new(), parts: vec![SplitPart { seeds }] };
    (before, merged, ThemeEdits { split: vec![split], ..ThemeEdits::default() })
}

#[test]
fn a_split_by_seeds_takes_what_is_near_them_and_stays_in_later_runs() {
    let corpus = three_subjects(240, 12);
    let rows: Vec<usize> = (0..180).collect();
    let (before, merged, mut edits) = merged_and_split(&corpus, &rows);
    edits.themes = vec![NamedTheme { id: "t04".into(), name: "Split off".into(), description: String::new() }];
    let split = merged.clone().edited(&edits, FLOOR).unwrap();
    let (now, kept) = run(&corpus, &rows, Some(&split), RegistryMode::Extend, FITTED_AT_MOST);
    // The subjects are far from each other, so that the part is the theme that was merged.
    let (old, new) = (ids(&corpus, &rows, &before), ids(&corpus, &rows, &now));
    for (text, theme) in &old {
        let expected = if theme.as_deref() == Some("t03") { Some("t04") } else { theme.as_deref() };
        assert_eq!(new[text].as_deref(), expected, "{text}");
    }
    let part = now.themes.iter().find(|theme| theme.theme_id == "t04").unwrap();
    let whole = before.themes.iter().find(|theme| theme.theme_id == "t03").unwrap();
    assert_eq!((part.title(), part.n_segments, part.stability), ("Split off", whole.n_segments, None));
    assert_eq!(
        (&part.label, &part.terms),
        (&whole.label, &whole.terms),
        "labels are made as for themes that were found"
    );
    assert!((part.cohesion - whole.cohesion).abs() < 1e-5 && part.group.is_some());

    // The same file of decisions again, and later runs with more texts.
    assert_eq!(kept.clone().edited(&edits, FLOOR).unwrap().to_bytes(), kept.to_bytes());
    let all: Vec<usize> = (0..240).collect();
    for mode in [RegistryMode::Freeze, RegistryMode::Extend] {
        let (later, _) = run(&corpus, &all, Some(&kept), mode, FITTED_AT_MOST);
        let later = ids(&corpus, &all, &later);
        assert!(new.iter().all(|(text, theme)| later[text] == *theme), "{mode:?}");
    }
}

#[test]
fn texts_of_a_split_theme_that_were_not_fitted_join_the_part_near_them() {
    let corpus = three_subjects(240, 13);
    let rows: Vec<usize> = (0..240).collect();
    let (_, registry) = run(&corpus, &rows, None, RegistryMode::Extend, 90);
    let others = registry.themes().iter().skip(1).map(|theme| theme.theme_id.clone()).collect();
    let merge = ThemeEdits {
        merge: vec![Merge { into: registry.themes()[0].theme_id.clone(), themes: others }],
        ..ThemeEdits::default()
    };
    let one = registry.edited(&merge, FLOOR).unwrap();
    let split = one.propose_split("t01", 3, 5, &Silent).unwrap();
    let edits = ThemeEdits { split: vec![split], ..ThemeEdits::default() };
    assert_eq!(edits.split[0].parts.len(), 2);
    let (now, _) = run(&corpus, &rows, Some(&one.edited(&edits, FLOOR).unwrap()), RegistryMode::Freeze, 90);
    for subject in 0..3 {
        let themes: BTreeSet<Option<usize>> =
            rows.iter().filter(|row| *row % 3 == subject).map(|&row| now.assignments[row].theme).collect();
        assert_eq!(themes.len(), 1, "subject {subject}: {themes:?}");
    }
    assert_eq!(now.themes.len(), 3);
}

#[test]
fn a_fragment_that_becomes_procedural_stays_in_the_theme_of_its_turn() {
    let corpus = three_subjects(90, 14);
    let rows: Vec<usize> = (0..90).collect();
    let part = corpus.rows(&rows);
    let mut texts: Vec<&str> = part.texts.iter().map(String::as_str).collect();
    texts.push("Of course.");
    let vectors = ndarray::concatenate![ndarray::Axis(0), part.vectors, part.vectors.slice(ndarray::s![..1, ..])];
    let speakers: Vec<Option<&str>> = texts.iter().map(|_| Some("a")).collect();
    let options = ThemeOptions::default();
    let run = |probability: f32, registry: Option<Registry>, mode| {
        let options = ThemeOptions { mode, ..options.clone() };
        let mut kinds = part.kinds(&options);
        kinds.push(SegmentKind { procedural: Some(probability), is_fragment: true });
        let mut sample = Sample::new(&options, 11).unwrap().continuing(registry.map(Arc::new));
        sample.add(vectors.view(), &texts, &texts, &kinds).unwrap();
        let mut fitted = sample.fit(Wording::default(), None, &Silent).unwrap();
        fitted.assign(vectors.view(), &texts, &speakers, &kinds, &Silent).unwrap();
        fitted.join_turns(std::iter::once((89..91, Some("a"))));
        fitted.finish("model")
    };
    let of_last = |themes: &Themes| {
        let theme = themes.assignments[90].theme.map(|theme| themes.themes[theme].theme_id.clone());
        (theme, themes.assignments[90].reason)
    };
    let (before, registry) = run(0.1, None, RegistryMode::Extend);
    assert_eq!(of_last(&before).1, AssignmentReason::Fragment);
    for mode in [RegistryMode::Extend, RegistryMode::Freeze] {
        let (now, again) = run(0.99, Some(registry.clone()), mode);
        assert_eq!(of_last(&now), of_last(&before), "{mode:?}");
        let (later, _) = run(0.99, Some(again), mode);
        assert_eq!(of_last(&later), of_last(&before), "{mode:?}");
    }
    // Without the registry, and where themes are found anew, the text is procedural.
    assert_eq!(of_last(&run(0.99, None, RegistryMode::Extend).0).1, AssignmentReason::Procedural);
    assert_eq!(of_last(&run(0.99, Some(registry), RegistryMode::Refit).0).1, AssignmentReason::Procedural);
}

#[test]
fn a_registry_survives_a_file_and_damage_is_found() {
    let corpus = three_subjects(60, 8);
    let (_, registry) = run(&corpus, &(0..60).collect::<Vec<_>>(), None, RegistryMode::Extend, FITTED_AT_MOST);
    let bytes = registry.to_bytes();
    assert_eq!(Registry::from_bytes(&bytes), Ok(registry.clone()));
    assert!(matches!(Registry::from_bytes(b"PAR1"), Err(RegistryError::Foreign)));
    for end in [20, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(
            Registry::from_bytes(&bytes[..end]),
            Err(RegistryError::Damaged(_) | RegistryError::Version { .. })
        ));
    }
    let mut changed = bytes.clone();
    changed[100] ^= 1;
    assert!(matches!(Registry::from_bytes(&changed), Err(RegistryError::Damaged(_))));
    let mut newer = bytes;
    newer[15] = 9;
    assert_eq!(Registry::from_bytes(&newer), Err(RegistryError::Version { found: 9 }));
    assert!(registry.check_embedding("model").is_ok());
    assert!(matches!(registry.check_embedding("other"), Err(RegistryError::Model { .. })));
}

#[test]
fn vectors_of_another_width_are_refused() {
    let corpus = three_subjects(60, 9);
    let (_, registry) = run(&corpus, &(0..60).collect::<Vec<_>>(), None, RegistryMode::Extend, FITTED_AT_MOST);
    let mut sample = Sample::new(&ThemeOptions::default(), 11).unwrap().continuing(Some(Arc::new(registry)));
    sample.add(ndarray::Array2::ones((1, 5)).view(), &["a"], &["d"], &[SegmentKind::default()]).unwrap();
    let error = sample.fit(Wording::default(), None, &Silent).unwrap_err();
    assert!(error.to_string().contains("12 dimensions, those of the texts 5"), "{error}");
}

#[test]
fn an_empty_run_keeps_the_themes() {
    let corpus = three_subjects(60, 10);
    let (before, registry) = run(&corpus, &(0..60).collect::<Vec<_>>(), None, RegistryMode::Extend, FITTED_AT_MOST);
    let (now, again) = run(&corpus, &[], Some(&registry), RegistryMode::Extend, FITTED_AT_MOST);
    assert_eq!(now.themes.len(), before.themes.len());
    assert_eq!(again.n_texts(), registry.n_texts());

    let (none, empty) = run(&corpus, &[], None, RegistryMode::Extend, FITTED_AT_MOST);
    assert!(none.themes.is_empty());
    for rows in [vec![], vec![0], vec![0, 1], (0..60).collect()] {
        let (extended, _) = run(&corpus, &rows, Some(&empty), RegistryMode::Extend, FITTED_AT_MOST);
        assert!(extended.assignments.iter().all(|assignment| assignment.theme.is_some()));
        let (frozen, _) = run(&corpus, &rows, Some(&empty), RegistryMode::Freeze, FITTED_AT_MOST);
        assert!(frozen.assignments.iter().all(|assignment| assignment.theme.is_none()));
    }
}

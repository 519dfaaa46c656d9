//! Procedure and fragments beside themes.

use std::ops::Range;
use std::sync::Arc;

use ndarray::Array2;
use plenary_corpus::findings::{AssignmentReason, PROCEDURE, ThemeChangeKind, ThemeKind, Themes};
use plenary_corpus::progress::Silent;

use super::tests::{Corpus, three_subjects};
use super::*;

const THANKS: [&str; 4] = ["Thank you, Brub.", "Over to you.", "The motion is carried.", "Order, please."];

/// A corpus with a procedural segment after every third one, and the kinds of its segments.
fn meeting(n: usize) -> (Corpus, Vec<SegmentKind>) {
    let subjects = three_subjects(n, 3);
    let (mut texts, mut speakers, mut vectors, mut kinds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in 0..n {
        texts.push(subjects.texts[row].clone());
        speakers.push(subjects.speakers[row].clone());
        vectors.extend(subjects.vectors.row(row).iter().copied());
        kinds.push(SegmentKind { procedural: Some(0.1), is_fragment: false });
        if row % 3 == 2 {
            let text = if row % 2 == 0 { THANKS[row % 4].to_owned() } else { format!("I call speaker {row}, please.") };
            texts.push(text);
            speakers.push(Some("chair".to_owned()));
            vectors.extend((0..12).map(|at| if at % 4 == row % 4 { 0.9 } else { 0.2 }));
            kinds.push(SegmentKind { procedural: Some(0.9), is_fragment: row % 4 == 0 });
        }
    }
    let n = texts.len();
    (Corpus { vectors: Array2::from_shape_vec((n, 12), vectors).unwrap(), texts, speakers }, kinds)
}

fn sample(corpus: &Corpus, kinds: &[SegmentKind], registry: Option<&Registry>, mode: RegistryMode) -> Sample {
    let options = ThemeOptions { mode, ..ThemeOptions::default() };
    let mut sample = Sample::new(&options, 5).unwrap().continuing(registry.cloned().map(Arc::new));
    let texts: Vec<&str> = corpus.texts.iter().map(String::as_str).collect();
    sample.add(corpus.vectors.view(), &texts, &texts, kinds).unwrap();
    sample
}

fn assigned(sample: Sample, corpus: &Corpus, kinds: &[SegmentKind], turns: &[Range<usize>]) -> (Themes, Registry) {
    let texts: Vec<&str> = corpus.texts.iter().map(String::as_str).collect();
    let speakers: Vec<Option<&str>> = corpus.speakers.iter().map(Option::as_deref).collect();
    let mut fitted = sample.fit(Wording::default(), None, &Silent).unwrap();
    fitted.assign(corpus.vectors.view(), &texts, &speakers, kinds, &Silent).unwrap();
    fitted.join_turns(turns.iter().cloned().map(|turn| (turn, Some("somebody"))));
    fitted.finish("model")
}

fn run(corpus: &Corpus, kinds: &[SegmentKind], registry: Option<&Registry>, mode: RegistryMode) -> (Themes, Registry) {
    assigned(sample(corpus, kinds, registry, mode), corpus, kinds, &[])
}

/// The id of the theme of each segment.
fn ids(themes: &Themes) -> Vec<Option<&str>> {
    let id = |theme: usize| themes.themes[theme].theme_id.as_str();
    themes.assignments.iter().map(|assignment| assignment.theme.map(id)).collect()
}

fn procedural(kinds: &[SegmentKind]) -> Vec<bool> {
    kinds.iter().map(|kind| kind.procedural == Some(0.9)).collect()
}

#[test]
fn procedure_has_the_last_theme_and_no_other_segment_is_in_it() {
    let (corpus, kinds) = meeting(120);
    let (found, _) = run(&corpus, &kinds, None, RegistryMode::Extend);
    assert!(found.themes.len() >= 4);
    let last = found.themes.last().unwrap();
    assert_eq!(
        (last.theme_id.as_str(), last.label.as_str(), last.kind()),
        (PROCEDURE, PROCEDURE, ThemeKind::Procedure)
    );
    assert_eq!((last.n_segments, last.n_speakers, last.stability), (40, 1, None));
    assert!(!last.exemplars.is_empty() && last.exemplars.iter().all(|&row| procedural(&kinds)[row]));
    let others = &found.themes[..found.themes.len() - 1];
    assert!(others.iter().all(|theme| theme.kind() == ThemeKind::Found && theme.stability.is_some()));
    for (id, is_procedural) in ids(&found).iter().zip(procedural(&kinds)) {
        assert_eq!(*id == Some(PROCEDURE), is_procedural);
    }
    let of_procedure = found.assignments.iter().zip(procedural(&kinds)).filter(|(_, is)| *is);
    for (assignment, _) in of_procedure {
        assert_eq!(assignment.reason, AssignmentReason::Procedural);
        assert!((assignment.probability - 0.9).abs() < 1e-5);
    }
}

#[test]
fn without_procedure_the_other_themes_are_the_same() {
    let (corpus, kinds) = meeting(120);
    let (found, _) = run(&corpus, &kinds, None, RegistryMode::Extend);
    let rows: Vec<usize> = (0..kinds.len()).filter(|&row| !procedural(&kinds)[row]).collect();
    let substance = corpus.rows(&rows);
    let (alone, _) = run(&substance, &vec![SegmentKind::default(); rows.len()], None, RegistryMode::Extend);
    let own: Vec<_> = rows.iter().map(|&row| found.assignments[row]).collect();
    assert_eq!(own, alone.assignments);
}

#[test]
fn earlier_procedure_stays_in_every_mode() {
    let (corpus, kinds) = meeting(120);
    let (before, registry) = run(&corpus, &kinds, None, RegistryMode::Extend);
    for mode in [RegistryMode::Freeze, RegistryMode::Extend, RegistryMode::Refit] {
        let (now, again) = run(&corpus, &kinds, Some(&registry), mode);
        assert_eq!(ids(&now), ids(&before), "{mode:?}");
        assert_eq!(now.themes.last().unwrap().theme_id, PROCEDURE);
        let row = now.history.iter().find(|row| row.theme_id.as_deref() == Some(PROCEDURE)).unwrap();
        assert_eq!((row.change, row.share), (ThemeChangeKind::Kept, Some(1.0)), "{mode:?}");
        assert_eq!(again.n_texts(), registry.n_texts(), "{mode:?}");
    }
    // Known texts keep their theme, whatever their probability is now; `refit` decides anew.
    let none = vec![SegmentKind::default(); kinds.len()];
    for (mode, stays) in [(RegistryMode::Freeze, true), (RegistryMode::Extend, true), (RegistryMode::Refit, false)] {
        let (now, _) = run(&corpus, &none, Some(&registry), mode);
        assert_eq!(ids(&now) == ids(&before), stays, "{mode:?}");
        assert_eq!(ids(&now).contains(&Some(PROCEDURE)), stays, "{mode:?}");
    }
}

#[test]
fn a_registry_without_procedure_gets_it() {
    let (corpus, kinds) = meeting(120);
    let rows: Vec<usize> = (0..kinds.len()).filter(|&row| !procedural(&kinds)[row]).collect();
    let substance = corpus.rows(&rows);
    let (before, registry) = run(&substance, &vec![SegmentKind::default(); rows.len()], None, RegistryMode::Extend);
    for mode in [RegistryMode::Freeze, RegistryMode::Extend, RegistryMode::Refit] {
        let (now, _) = run(&corpus, &kinds, Some(&registry), mode);
        for (id, is_procedural) in ids(&now).iter().zip(procedural(&kinds)) {
            assert_eq!(*id == Some(PROCEDURE), is_procedural, "{mode:?}");
        }
        let own: Vec<_> = rows.iter().map(|&row| ids(&now)[row]).collect();
        assert_eq!(own, ids(&before), "{mode:?}");
    }
}

#[test]
fn themes_can_be_merged_into_procedure_but_not_the_other_way_round() {
    let (corpus, kinds) = meeting(120);
    let (before, registry) = run(&corpus, &kinds, None, RegistryMode::Extend);
    let merge = |into: &str, theme: &str| ThemeEdits {
        merge: vec![Merge { into: into.into(), themes: vec![theme.into()] }],
        ..ThemeEdits::default()
    };
    assert_eq!(registry.clone().edited(&merge("t01", PROCEDURE), 0.3).unwrap_err(), EditError::Reserved);
    let edited = registry.edited(&merge(PROCEDURE, "t02"), 0.3).unwrap();
    for mode in [RegistryMode::Freeze, RegistryMode::Extend, RegistryMode::Refit] {
        let (now, again) = run(&corpus, &kinds, Some(&edited), mode);
        for (now, before) in ids(&now).iter().zip(ids(&before)) {
            let expected = if before == Some("t02") { Some(PROCEDURE) } else { before };
            assert_eq!(*now, expected, "{mode:?}");
        }
        assert_eq!(again.n_texts(), edited.n_texts(), "{mode:?}");
    }
}

#[test]
fn a_text_that_is_procedural_in_some_places_only_has_one_theme() {
    let (corpus, mut kinds) = meeting(120);
    let mut corpus = corpus.rows(&(0..kinds.len()).chain([0, 0, 1]).collect::<Vec<_>>());
    // Text 0 has the mean 0.7, text 1 the mean 0.5.
    for (row, probability) in [(0, 0.1), (1, 0.1)] {
        kinds[row].procedural = Some(probability);
    }
    kinds.extend([1.0, 1.0, 0.9].map(|p| SegmentKind { procedural: Some(p), is_fragment: false }));
    let n = kinds.len();
    let (found, _) = run(&corpus, &kinds, None, RegistryMode::Extend);
    let found_ids = ids(&found);
    assert_eq!((found_ids[0], found_ids[n - 2], found_ids[n - 3]), (Some(PROCEDURE), Some(PROCEDURE), Some(PROCEDURE)));
    assert!(found_ids[1] != Some(PROCEDURE) && found_ids[1] == found_ids[n - 1]);
    // Also where the language of the other place has no classifier.
    kinds[n - 2].procedural = None;
    kinds[0].procedural = None;
    corpus.texts[1].push_str(" More.");
    let (found, _) = run(&corpus, &kinds, None, RegistryMode::Extend);
    assert_eq!(ids(&found)[0], Some(PROCEDURE));
}

#[test]
fn parts_and_files_of_samples_keep_procedure() {
    let (corpus, kinds) = meeting(90);
    let whole = sample(&corpus, &kinds, None, RegistryMode::Extend);
    let half = kinds.len() / 2;
    let of = |rows: Vec<usize>| {
        let own: Vec<SegmentKind> = rows.iter().map(|&row| kinds[row]).collect();
        sample(&corpus.rows(&rows), &own, None, RegistryMode::Extend)
    };
    let mut merged = of((half..kinds.len()).collect());
    merged.merge(of((0..half).collect())).unwrap();
    assert_eq!(merged, whole);
    let mut bytes = Vec::new();
    merged.write(&mut bytes).unwrap();
    assert_eq!(Sample::read(bytes.as_slice()).unwrap(), whole);
}

#[test]
fn a_fragment_has_the_theme_of_its_turn() {
    let (mut corpus, mut kinds) = meeting(90);
    corpus = corpus.rows(&(0..kinds.len()).chain([0, 1, 2]).collect::<Vec<_>>());
    let n = kinds.len();
    for (row, text) in [(n, "Why not?"), (n + 1, "Indeed."), (n + 2, "Why not?")] {
        corpus.texts[row] = text.into();
        kinds.push(SegmentKind { procedural: Some(0.2), is_fragment: true });
    }
    // The order of segments: the first turn is of one theme, the second a fragment alone, the third has two themes.
    let order: Vec<usize> = [0, 6 + 2, n].into_iter().chain([n + 1]).chain([1, 2, 5, n + 2]).collect();
    let kinds: Vec<SegmentKind> = order.iter().map(|&row| kinds[row]).collect();
    let all = corpus.rows(&order);
    let (mut whole, mut of_whole) = meeting(90);
    whole.vectors.append(ndarray::Axis(0), all.vectors.view()).unwrap();
    whole.texts.extend(all.texts.clone());
    whole.speakers.extend(all.speakers.clone());
    of_whole.extend(kinds);
    let turns = [n..n + 3, n + 3..n + 4, n + 4..n + 8];
    let (found, _) = assigned(sample(&whole, &of_whole, None, RegistryMode::Extend), &whole, &of_whole, &turns);
    let of = |row: usize| found.assignments[n + row];
    assert_eq!(of(2).reason, AssignmentReason::Fragment);
    assert_eq!(of(2).theme, of(0).theme);
    assert_eq!((of(3).theme, of(3).probability, of(3).reason), (None, 0.0, AssignmentReason::Fragment));
    assert!([of(4).theme, of(5).theme, of(6).theme].contains(&of(7).theme) && of(7).theme.is_some());
    assert!((0.0..=1.0).contains(&of(2).probability) && of(2).probability > 0.5);
    let counted: usize = found.themes.iter().map(|theme| theme.n_segments).sum();
    assert_eq!(counted, found.assignments.iter().filter(|a| a.theme.is_some()).count());
}

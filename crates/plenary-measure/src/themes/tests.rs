use plenary_corpus::findings::{AssignmentReason, Theme};

use super::*;
use ndarray::Array2;
use plenary_corpus::progress::{Silent, Stopped};
use proptest::prelude::*;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// A corpus by row: vectors, texts and speakers.
pub(super) struct Corpus {
    pub(super) vectors: Array2<f32>,
    pub(super) texts: Vec<String>,
    pub(super) speakers: Vec<Option<String>>,
}

impl Corpus {
    fn find_with(&self, options: &ThemeOptions, fitted_at_most: usize) -> Themes {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let speakers: Vec<Option<&str>> = self.speakers.iter().map(Option::as_deref).collect();
        let mut sample = Sample::new(options, 11).unwrap();
        sample.at_most = fitted_at_most;
        // In two lots, as a long corpus is added.
        let (first, rest) = self.vectors.view().split_at(ndarray::Axis(0), texts.len() / 3);
        let (first_texts, rest_texts) = texts.split_at(texts.len() / 3);
        let (first_speakers, rest_speakers) = speakers.split_at(texts.len() / 3);
        let kinds = self.kinds(options);
        let (first_kinds, rest_kinds) = kinds.split_at(texts.len() / 3);
        sample.add(first, first_texts, first_texts, first_kinds).unwrap();
        sample.add(rest, rest_texts, rest_texts, rest_kinds).unwrap();
        let mut fitted = sample.fit(Wording { language: Some("en"), ..Wording::default() }, None, &Silent).unwrap();
        fitted.assign(first, first_texts, first_speakers, first_kinds, &Silent).unwrap();
        fitted.assign(rest, rest_texts, rest_speakers, rest_kinds, &Silent).unwrap();
        fitted.finish("").0
    }

    fn sample_of(&self, rows: &[usize], fitted_at_most: usize) -> Sample {
        let part = self.rows(rows);
        let texts: Vec<&str> = part.texts.iter().map(String::as_str).collect();
        let mut sample = Sample::new(&ThemeOptions::default(), 11).unwrap();
        sample.at_most = fitted_at_most;
        sample.add(part.vectors.view(), &texts, &texts, &part.kinds(&ThemeOptions::default())).unwrap();
        sample
    }

    pub(super) fn kinds(&self, options: &ThemeOptions) -> Vec<SegmentKind> {
        self.texts.iter().map(|text| SegmentKind::of_text(text, Some("en"), options)).collect()
    }

    fn find(&self) -> Themes {
        self.find_with(&ThemeOptions::default(), FITTED_AT_MOST)
    }

    pub(super) fn rows(&self, order: &[usize]) -> Corpus {
        Corpus {
            vectors: self.vectors.select(ndarray::Axis(0), order),
            texts: order.iter().map(|&row| self.texts[row].clone()).collect(),
            speakers: order.iter().map(|&row| self.speakers[row].clone()).collect(),
        }
    }
}

const WORDS: [[&str; 4]; 3] = [
    ["harvest", "wheat", "farmers", "soil"],
    ["missiles", "soldiers", "borders", "treaty"],
    ["hospitals", "nurses", "patients", "clinics"],
];

/// `n` rows around three directions in rotation, with the words of each.
pub(super) fn three_subjects(n: usize, seed: u64) -> Corpus {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut vectors = Array2::<f32>::zeros((n, 12));
    let mut texts = Vec::new();
    for row in 0..n {
        let subject = row % 3;
        for column in 0..12 {
            vectors[[row, column]] = random.random_range(-0.25..0.25) + if column / 4 == subject { 0.5 } else { 0.0 };
        }
        let word = |step: usize| WORDS[subject][(row / 3 + step) % 4];
        texts.push(format!("In case {row} the {} and the {}.", word(0), word(1)));
    }
    let speakers = (0..n).map(|row| (row % 5 > 0).then(|| format!("p{}", row % 5))).collect();
    Corpus { vectors, texts, speakers }
}

#[test]
fn three_subjects_are_three_themes() {
    let corpus = three_subjects(90, 1);
    let found = corpus.find();
    assert_eq!(found.themes.len(), 3);
    for (row, assignment) in found.assignments.iter().enumerate() {
        assert_eq!(assignment.theme, found.assignments[row % 3].theme, "row {row}");
        assert!(
            assignment.probability > 0.8 && assignment.reason == AssignmentReason::Core,
            "row {row}: {assignment:?}"
        );
    }
    for (place, theme) in found.themes.iter().enumerate() {
        assert_eq!(theme.theme_id, format!("t{:02}", place + 1));
        assert_eq!((theme.n_segments, theme.n_speakers, theme.exemplars.len()), (30, 4, 3));
        assert!(theme.exemplars.iter().all(|&row| found.assignments[row].theme == Some(place)));
        let subject = theme.exemplars[0] % 3;
        assert!(theme.terms.iter().all(|term| WORDS[subject].contains(&term.as_str())), "{:?}", theme.terms);
        assert_eq!(theme.label, theme.terms[..3].join(" · "));
        assert!(theme.cohesion > 0.8 && theme.separation.unwrap() > 0.5 && theme.stability.unwrap() > 0.9, "{theme:?}");
    }
}

#[test]
fn any_number_of_segments_works() {
    for n in [0, 1, 2, 3, 5, 30, 300] {
        let corpus = three_subjects(n, 2);
        let found = corpus.find();
        assert_eq!(found.assignments.len(), n);
        assert_eq!(found.themes.is_empty(), n == 0);
        assert_eq!(found.themes.iter().map(|t| t.n_segments).sum::<usize>(), n);
        for theme in &found.themes {
            assert!(
                !theme.label.is_empty() && theme.stability.is_some_and(f32::is_finite) && theme.cohesion.is_finite()
            );
            assert_eq!(theme.separation.is_none(), found.themes.len() == 1);
        }
        assert!(found.assignments.iter().all(|a| (0.0..=1.0).contains(&a.probability)));
    }
}

#[test]
fn copies_of_a_text_share_one_place_and_make_no_theme() {
    let corpus = three_subjects(90, 3);
    let plain = corpus.find();
    let order: Vec<usize> = (0..90).chain([4; 60]).collect();
    let found = corpus.rows(&order).find();
    assert_eq!(found.themes.len(), plain.themes.len());
    assert_eq!(found.themes[0].n_segments, plain.themes[plain.assignments[4].theme.unwrap()].n_segments + 60);
    assert!(found.assignments[90..].iter().all(|a| *a == found.assignments[4]));
    let together = |themes: &Themes, a: usize, b: usize| themes.assignments[a].theme == themes.assignments[b].theme;
    assert!((0..90).all(|a| (0..a).all(|b| together(&found, a, b) == together(&plain, a, b))));
}

#[test]
fn rows_without_direction_are_unsure() {
    let mut corpus = three_subjects(90, 4);
    corpus.vectors.row_mut(7).fill(0.0);
    let found = corpus.find();
    assert_eq!((found.assignments[7].probability, found.assignments[7].reason), (0.0, AssignmentReason::LowConfidence));
    assert!(Corpus { vectors: Array2::zeros((40, 3)), ..three_subjects(40, 1) }.find().themes.len() == 1);
}

#[test]
fn beyond_the_sample_neighbours_vote() {
    let corpus = three_subjects(300, 5);
    let found = corpus.find_with(&ThemeOptions::default(), 120);
    assert_eq!(found.themes.len(), 3);
    assert!(found.assignments.iter().enumerate().all(|(row, a)| a.theme == found.assignments[row % 3].theme));
    let voted = found.assignments.iter().filter(|a| a.reason == AssignmentReason::Nearest).count();
    assert_eq!(voted, 180);
    assert_eq!(found.themes.iter().map(|t| t.n_segments).collect::<Vec<_>>(), [100, 100, 100]);
}

#[test]
fn options_take_effect() {
    let corpus = three_subjects(90, 6);
    let with = |options: ThemeOptions| corpus.find_with(&options, FITTED_AT_MOST);
    assert_eq!(with(ThemeOptions { min_segments: 31, ..Default::default() }).themes.len(), 1);
    assert!(with(ThemeOptions { resolution: 8.0, ..Default::default() }).themes.len() > 3);
    assert_ne!(with(ThemeOptions { neighbours: 3, ..Default::default() }), with(ThemeOptions::default()));
    let all_unsure = with(ThemeOptions { confidence_floor: 1.0, resolution: 8.0, ..Default::default() });
    assert!(all_unsure.assignments.iter().any(|a| a.reason == AssignmentReason::LowConfidence));
}

#[test]
fn there_are_as_many_themes_as_wanted_and_they_nest_in_groups() {
    let corpus = three_subjects(300, 6);
    let with = |n| corpus.find_with(&ThemeOptions { n_themes: NumberOfThemes::Exactly(n), ..Default::default() }, 200);
    for n in [1, 2, 3, 5, 9] {
        let found = with(n);
        assert_eq!(found.themes.len(), n, "{n}");
        assert_eq!(found.themes.iter().map(|theme| theme.n_segments).sum::<usize>(), 300);
        for (at, group) in found.groups.iter().enumerate() {
            let own: Vec<&Theme> = found.themes.iter().filter(|theme| theme.group == Some(at)).collect();
            assert_eq!(group.group_id, format!("g{:02}", at + 1));
            assert_eq!((group.n_themes, group.n_segments), (own.len(), own.iter().map(|t| t.n_segments).sum()));
            assert!(group.n_themes > 0 && group.n_speakers == 4 && !group.terms.is_empty(), "{group:?}");
        }
        assert!(found.themes.iter().all(|theme| theme.group.is_some_and(|group| group < found.groups.len())));
        // Subjects without a common neighbour are never one group.
        if n >= 3 {
            assert_eq!(found.groups.len(), 3, "{n}");
            let group = |row: usize| found.assignments[row].theme.map(|theme| found.themes[theme].group);
            assert!((0..300).all(|row| group(row) == group(row % 3)), "{n}");
        }
    }
    let auto = corpus.find_with(&ThemeOptions::default(), 200);
    assert_eq!(with(3), auto);
    // Fewer communities have the minimum size.
    let few = ThemeOptions { n_themes: NumberOfThemes::Exactly(500), min_segments: 20, ..Default::default() };
    let n = corpus.find_with(&few, 300).themes.len();
    assert!((3..=15).contains(&n), "{n}");
}

#[test]
fn the_number_of_themes_is_a_word_or_a_number() {
    let read = |text: &str| serde_json::from_str::<NumberOfThemes>(text).map_err(|error| error.to_string());
    assert_eq!(read("\"auto\""), Ok(NumberOfThemes::Auto));
    assert_eq!(read("12"), Ok(NumberOfThemes::Exactly(12)));
    for wrong in ["\"many\"", "-3", "2.5", "true"] {
        assert!(read(wrong).unwrap_err().contains("\"auto\" or a number from 1 to 1000"), "{wrong}");
    }
    for number in [NumberOfThemes::Auto, NumberOfThemes::Exactly(7)] {
        assert_eq!(read(&serde_json::to_string(&number).unwrap()), Ok(number));
        let bytes = postcard::to_allocvec(&number).unwrap();
        assert_eq!(postcard::from_bytes::<NumberOfThemes>(&bytes), Ok(number));
    }
    for n in [0, THEMES_AT_MOST + 1] {
        let options = ThemeOptions { n_themes: NumberOfThemes::Exactly(n), ..Default::default() };
        assert!(options.check().unwrap_err().to_string().contains("[themes] n_themes"));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let vectors = Array2::<f32>::from_elem((2, 3), 1.0);
    let run = |vectors: &Array2<f32>, texts: &[&str], options: ThemeOptions| {
        find(vectors.view(), texts, &[None, None], None, &options, 1, &Silent)
    };
    let default = ThemeOptions::default;
    assert!(matches!(run(&vectors, &["a"], default()), Err(ThemeError::Mismatch { texts: 1, .. })));
    let mut broken = vectors.clone();
    broken[[1, 2]] = f32::NAN;
    assert!(matches!(run(&broken, &["a", "b"], default()), Err(ThemeError::NotFinite { row: 1 })));
    for options in [
        ThemeOptions { resolution: 0.0, ..default() },
        ThemeOptions { resolution: f64::NAN, ..default() },
        ThemeOptions { neighbours: 1_000, ..default() },
        ThemeOptions { confidence_floor: 1.5, ..default() },
    ] {
        let error = run(&vectors, &["a", "b"], options).unwrap_err();
        assert!(error.to_string().starts_with("study, [themes] "), "{error}");
    }
    assert!(run(&Array2::zeros((2, 0)), &["a", "b"], default()).is_ok());
}

#[test]
fn a_stop_is_heard() {
    struct Impatient;
    impl Progress for Impatient {
        fn begin(&self, _: &str, _: u64) {}
        fn advance(&self, _: u64) {}
        fn stop_requested(&self) -> bool {
            true
        }
    }
    let vectors = Array2::<f32>::from_elem((2, 3), 1.0);
    let found = find(
        vectors.view(),
        &["The first of two.", "The second of two."],
        &[None, None],
        None,
        &ThemeOptions::default(),
        1,
        &Impatient,
    );
    assert!(matches!(found, Err(ThemeError::Stopped(Stopped))));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let corpus = three_subjects(700, 8);
    let with = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| corpus.find_with(&ThemeOptions::default(), 500))
    };
    assert_eq!(with(1), with(3));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Shuffled rows, with copies among them, get the same themes and assignments, bit for bit.
    #[test]
    fn the_order_of_segments_does_not_matter(
        n in 1..120_usize, copies in 0..20_usize, sample in 10..200_usize, n_themes in 0..6_usize, seed in any::<u64>()
    ) {
        let n_themes = if n_themes == 0 { NumberOfThemes::Auto } else { NumberOfThemes::Exactly(n_themes) };
        let options = ThemeOptions { n_themes, ..ThemeOptions::default() };
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut corpus = three_subjects(n, seed);
        corpus.vectors.mapv_inplace(|v| v + random.random_range(-0.6..0.6));
        let rows: Vec<usize> = (0..n).chain((0..copies).map(|_| random.random_range(0..n))).collect();
        let corpus = corpus.rows(&rows);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.shuffle(&mut random);
        let (given, shuffled) = (corpus.find_with(&options, sample), corpus.rows(&order).find_with(&options, sample));
        for (place, &row) in order.iter().enumerate() {
            prop_assert_eq!(shuffled.assignments[place], given.assignments[row]);
        }
        for (a, b) in shuffled.themes.iter().zip(&given.themes) {
            let texts = |corpus: &Corpus, theme: &Theme| theme.exemplars.iter().map(|&row| corpus.texts[row].clone()).collect::<Vec<_>>();
            prop_assert_eq!(texts(&corpus.rows(&order), a), texts(&corpus, b));
            prop_assert_eq!(Theme { exemplars: vec![], ..a.clone() }, Theme { exemplars: vec![], ..b.clone() });
        }
        prop_assert_eq!(shuffled.themes.len(), given.themes.len());
        prop_assert_eq!(shuffled.groups, given.groups);
    }
}

#[test]
fn samples_of_parts_merge_into_the_sample_of_the_whole_and_survive_a_file() {
    let corpus = three_subjects(90, 3);
    for fitted_at_most in [FITTED_AT_MOST, 20] {
        let all: Vec<usize> = (0..90).collect();
        let whole = corpus.sample_of(&all, fitted_at_most);
        let (odd, even): (Vec<usize>, Vec<usize>) = all.iter().partition(|row| *row % 2 == 1);
        for parts in [[&even, &odd], [&odd, &even]] {
            let mut merged = corpus.sample_of(parts[0], fitted_at_most);
            let mut bytes = Vec::new();
            corpus.sample_of(parts[1], fitted_at_most).write(&mut bytes).unwrap();
            merged.merge(Sample::read(bytes.as_slice()).unwrap()).unwrap();
            assert_eq!(merged, whole);
        }
    }
}

#[test]
fn samples_that_do_not_belong_together_are_refused() {
    let corpus = three_subjects(12, 3);
    let mut sample = corpus.sample_of(&[0, 1, 2], FITTED_AT_MOST);
    let other_seed = Sample::new(&ThemeOptions::default(), 12).unwrap();
    assert_eq!(sample.merge(other_seed), Err(SampleError::Options));
    let mut narrow = Sample::new(&ThemeOptions::default(), 11).unwrap();
    narrow.add(Array2::ones((1, 2)).view(), &["narrow"], &["d"], &[SegmentKind::default()]).unwrap();
    assert_eq!(sample.merge(narrow), Err(SampleError::Width { expected: 12, found: 2 }));
}

#[test]
fn a_damaged_sample_is_refused() {
    let mut bytes = Vec::new();
    three_subjects(12, 3).sample_of(&[0, 1, 2], FITTED_AT_MOST).write(&mut bytes).unwrap();
    assert!(Sample::read(bytes.as_slice()).is_ok());
    assert!(matches!(Sample::read(&bytes[..bytes.len() / 2]), Err(SampleError::Damaged(_))));
    assert!(matches!(Sample::read([bytes.as_slice(), b"x"].concat().as_slice()), Err(SampleError::Damaged(_))));
    assert!(matches!(Sample::read(&b""[..]), Err(SampleError::Damaged(_))));
    bytes[0] += 1;
    assert!(matches!(Sample::read(bytes.as_slice()), Err(SampleError::Damaged(_))), "another version");
}

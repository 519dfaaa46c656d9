use super::*;

fn dictionary(name: &str, categories: &[(&str, &[&str])]) -> DictionaryOptions {
    let entry = |patterns: &[&str]| Entry::Patterns(patterns.iter().map(|pattern| (*pattern).to_owned()).collect());
    let categories = categories.iter().map(|(name, patterns)| ((*name).to_owned(), entry(patterns))).collect();
    DictionaryOptions { name: name.into(), categories, ..DictionaryOptions::default() }
}

fn counts(dictionary: &DictionaryOptions, texts: &[&str]) -> Vec<Vec<u32>> {
    let mut counter = Counter::new(&categories(std::slice::from_ref(dictionary)).unwrap());
    texts.iter().map(|text| counter.count(text)).collect()
}

/// The example of `dfm_lookup` in the manual of quanteda; `taxregex` has no regular expression there, as the lookup is by glob.
#[test]
fn counts_are_those_of_dfm_lookup() {
    let own = dictionary(
        "d",
        &[
            ("christmas", &["Christmas", "Santa", "holiday"]),
            ("country", &["United_States", "Sweden"]),
            ("opposition", &["Opposition", "reject", "notincorpus"]),
            ("taxglob", &["tax*"]),
            ("taxregex", &["tax.+$"]),
        ],
    );
    let texts = [
        "My Christmas was ruined by your opposition tax plan.",
        "Does the United_States or Sweden have more progressive taxation?",
    ];
    assert_eq!(counts(&own, &texts), [[1, 0, 1, 1, 0], [0, 2, 0, 1, 0]]);
}

/// The example of a hierarchical dictionary of `tokens_lookup` in the manual of quanteda.
#[test]
fn counts_are_those_of_tokens_lookup() {
    let patterns = |words: &[&str]| Entry::Patterns(words.iter().map(|word| (*word).to_owned()).collect());
    let nested = |inner: Vec<(&str, Entry)>| Entry::Nested(inner.into_iter().map(|(k, v)| (k.to_owned(), v)).collect());
    let seas = nested(vec![("west", patterns(&["Irish Sea"])), ("east", patterns(&["English Channel"]))]);
    let own = DictionaryOptions {
        name: "d".into(),
        categories: [
            ("US", nested(vec![("Countries", patterns(&["States"])), ("oceans", patterns(&["Atlantic", "Pacific"]))])),
            ("Europe", nested(vec![("Countries", patterns(&["Britain", "Ireland"])), ("oceans", seas)])),
        ]
        .map(|(name, entry)| (name.to_owned(), entry))
        .into(),
        ..DictionaryOptions::default()
    };
    let all = categories(std::slice::from_ref(&own)).unwrap();
    let names: Vec<&str> = all.iter().map(|category| category.name.as_str()).collect();
    assert_eq!(names, ["Europe.Countries", "Europe.oceans.east", "Europe.oceans.west", "US.Countries", "US.oceans"]);
    assert_eq!(all[1].column(), "dictionary_d_Europe.oceans.east");
    let texts = [
        "The United States has the Atlantic Ocean and the Pacific Ocean.",
        "Britain and Ireland have the Irish Sea and the English Channel.",
    ];
    assert_eq!(counts(&own, &texts), [[0, 0, 0, 1, 2], [2, 1, 1, 0, 0]]);
}

#[test]
fn the_words_of_a_phrase_are_counted_once_per_category() {
    let own = dictionary(
        "d",
        &[
            ("a", &["spending", "public spending", "public", "new public spending"]),
            ("b", &["public"]),
            ("c", &["public *", "tax?"]),
        ],
    );
    assert_eq!(counts(&own, &["New public spending; PUBLIC, public spending. Spending on tax"]), [[4, 3, 3]]);
    // Matches that share a word: the first one counts.
    let own = dictionary("d", &[("a", &["x y", "y z"])]);
    assert_eq!(counts(&own, &["x y z", "y z x y"]), [[1], [2]]);
}

#[test]
fn case_matters_only_where_the_study_says_so() {
    let folded = dictionary("d", &[("us", &["US"])]);
    assert_eq!(counts(&folded, &["The US told us."]), [[2]]);
    let cased = DictionaryOptions { case_sensitive: true, ..folded };
    assert_eq!(counts(&cased, &["The US told us."]), [[1]]);
}

#[test]
fn forms_are_reported_by_pattern_and_patterns_without_a_match_too() {
    let own = dictionary("d", &[("a", &["tax*", "taxes", "levy", "public  *ing"])]);
    let mut counter = Counter::new(&categories(&[own]).unwrap());
    counter.count("Taxes, taxes and a tax on Public spending.");
    let found: Vec<String> = counter.found().iter().map(|f| format!("{} {} {}", f.pattern, f.form, f.n)).collect();
    assert_eq!(found, ["tax* taxes 2", "tax* tax 1", "public *ing public spending 1"]);
    assert_eq!(counter.without_match(), [["levy"]], "`taxes` matches, although `tax*` counts");
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let error = |all: &[DictionaryOptions]| categories(all).unwrap_err().to_string();
    insta::assert_snapshot!(error(&[dictionary("d", &[("a", &[])])]), @r#"dictionary `d`, category `a`: found no pattern; expected at least one word, such as "tax*""#);
    insta::assert_snapshot!(error(&[dictionary("d", &[("a", &["**"])])]), @r#"dictionary `d`, category `a`: found the pattern "**"; expected a word or phrase with at least one letter or digit, such as "tax*""#);
    insta::assert_snapshot!(error(&[dictionary("d", &[("A", &["x"]), ("a", &["y"])])]), @"dictionary `d`, category `a`: found the name of category `A` of dictionary `d` (column `dictionary_d_A`); expected a name of its own, different in more than upper and lower case");
    insta::assert_snapshot!(error(&[dictionary("d", &[("b_a", &["x"])]), dictionary("d_b", &[("a", &["y"])])]), @"dictionary `d_b`, category `a`: found the name of category `b_a` of dictionary `d` (column `dictionary_d_b_a`); expected a name of its own, different in more than upper and lower case");
    assert!(error(&[dictionary("d", &[])]).contains("no category"));
    let neither = dictionary("d", &[]).check_source().unwrap_err().to_string();
    insta::assert_snapshot!(neither, @"dictionary `d`: found neither categories nor a file; expected either [dictionaries.categories] or a `file`");
    let both = DictionaryOptions { file: "a.yml".into(), ..dictionary("d", &[("a", &["x"])]) };
    assert!(both.check_source().unwrap_err().to_string().contains("categories and a file"));
    assert!(dictionary("a b", &[("a", &["x"])]).check_source().is_err());
}

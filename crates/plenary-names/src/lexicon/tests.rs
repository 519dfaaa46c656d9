use super::sections::Months;
use super::*;
use crate::text::constant_regex;

fn error(text: &str) -> String {
    Lexicon::with_file(text.as_bytes(), "words.toml").unwrap_err().to_string()
}

fn files() -> Vec<(&'static str, Sections)> {
    let parse = |text: &str| toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    FILES.map(|(language, text)| (language, parse(text))).to_vec()
}

#[test]
fn every_file_of_the_folder_is_a_lexicon() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lexicon");
    let mut found: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_string))
        .collect();
    found.sort();
    let mut known: Vec<&str> = files().iter().map(|(language, _)| *language).collect();
    known.sort_unstable();
    assert_eq!(found, known);
}

#[test]
fn every_language_has_months() {
    for (language, file) in files() {
        let months: Vec<&[String]> = file.dates.months.list().collect();
        assert_eq!(months.len(), Months::PER_YEAR, "{language}");
        assert!(months.iter().all(|forms| !forms.is_empty()), "{language}: a month has no name");
    }
}

#[test]
fn a_name_of_a_month_means_the_same_in_all_languages() {
    let mut known: HashMap<String, (usize, &str)> = HashMap::new();
    for (language, file) in files() {
        for list in [&file.dates.months, &file.dates.short_months] {
            for (number, form) in list.list().enumerate().flat_map(|(i, forms)| forms.iter().map(move |form| (i, form)))
            {
                let (first, of) = *known.entry(form.clone()).or_insert((number, language));
                assert_eq!(number, first, "{form} of {language} is another month in {of}");
            }
        }
    }
}

#[test]
fn no_list_names_an_entry_twice_or_in_capitals() {
    for (language, text) in FILES {
        let groups: toml::Table = text.parse().unwrap();
        for (group, keys) in groups {
            for (key, entries) in keys.as_table().unwrap() {
                let mut seen = std::collections::HashSet::new();
                for entry in entries.as_array().unwrap() {
                    // Months are lists of forms.
                    for form in entry.as_array().map_or(std::slice::from_ref(entry), Vec::as_slice) {
                        let form = form.as_str().unwrap();
                        assert!(seen.insert(form), "{language}: [{group}] {key} lists \"{form}\" twice");
                        assert_eq!(form, form.to_lowercase(), "{language}: [{group}] {key}");
                    }
                }
                assert!(!seen.is_empty(), "{language}: [{group}] {key} is empty");
            }
        }
    }
}

#[test]
fn lists_that_are_part_of_another_are_in_it() {
    let all = &Lexicon::builtin().0.sections;
    let parts = [
        (all.honorifics.plain.list(), &all.honorifics.words, "honorifics.plain"),
        (all.honorifics.male.list(), &all.honorifics.words, "honorifics.male"),
        (all.honorifics.female.list(), &all.honorifics.words, "honorifics.female"),
        (all.honorifics.offices.list(), &all.honorifics.words, "honorifics.offices"),
        (all.names.also_names.list(), &all.names.function_words, "names.also_names"),
        (all.names.prose_particles.list(), &all.names.particles, "names.prose_particles"),
        (all.chairs.presiding.list(), &all.chairs.presiding_words, "chairs.presiding"),
        (all.directions.no_clause.list(), &all.names.clause_openers, "directions.no_clause"),
        (all.nameless.unknown.list(), &all.nameless.anonymous, "nameless.unknown"),
    ];
    for (part, whole, name) in parts {
        for word in part {
            assert!(whole.contains(word), "{name}: {word}");
        }
    }
}

#[test]
fn words_of_all_languages_are_asked_by_meaning() {
    let lexicon = Lexicon::builtin();
    for chair in ["moderator", "ordförande", "председатель", "主席", "יו\"ר"] {
        assert!(lexicon.is_chair(chair), "{chair}");
    }
    assert!(lexicon.is_honorific("dr") && lexicon.is_honorific("г-жа") && !lexicon.is_honorific("hill"));
    assert!(lexicon.is_compound_office("finansministern") && lexicon.closes_with_chair("山田委員長"));
    for (word, number) in [
        ("January", 1),
        ("sept.", 9),
        ("Märza", 0),
        ("März", 3),
        ("août", 8),
        ("października", 10),
        ("3月", 3),
        ("12월", 12),
    ] {
        assert_eq!(lexicon.month(word), (number > 0).then_some(number), "{word}");
    }
    assert_eq!((lexicon.month_of_short_date("August"), lexicon.month_of_short_date("août")), (Some(8), None));
}

#[test]
fn a_file_of_the_user_adds_to_the_lexicon() {
    let text = "\u{FEFF}[chairs]\nwords = [\"Oberälteste\"]\n[dates]\nmonths = [[\"a\"],[\"b\"],[\"c\"],[\"d\"],[\"e\"],[\"f\"],[\"g\"],[\"h\"],[\"i\"],[\"j\"],[\"k\"],[\"l\"]]\n";
    let own = Lexicon::with_file(text.as_bytes(), "words.toml").unwrap();
    assert!(own.is_chair("oberälteste") && own.is_chair("chair"));
    assert!(!Lexicon::builtin().is_chair("oberälteste"), "two lexicons share no words");
    assert_eq!((own.month("l"), own.month("May")), (Some(12), Some(5)));
    assert!(!own.is_builtin() && own != *Lexicon::builtin());
    assert_eq!(own.sha256(), Some(sha256(text.as_bytes()).as_str()));
    // All expressions are compiled for a file, also for an empty one.
    assert!(Lexicon::with_file(b"", "words.toml").unwrap().is_chair("chair"));
}

#[test]
fn phrases_are_found_where_they_begin_and_end() {
    let text = "[record]\ntimes = [\"opened:\", \"closing\"]\n[head]\nsessions = [\"round ##\"]\n[directions]\nsounds = [\"klop*\"]\n";
    let own = Lexicon::with_file(text.as_bytes(), "words.toml").unwrap();
    let patterns = own.patterns();
    assert!(patterns.closing.is_match("Opened: 9.00") && patterns.closing.is_match("Closing 17.00"));
    assert!(!patterns.closing.is_match("Closingly") && !Lexicon::builtin().patterns().closing.is_match("Opened: 9.00"));
    assert!(patterns.session.is_match("Round 12") && !patterns.session.is_match("Round 123"));
    assert!(patterns.sound.is_match("[klopping]") && !patterns.sound.is_match("[unklopped]"));
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    insta::assert_snapshot!(error("[chairs]\nword = [\"a\"]\n"), @"words.toml, line 2: unknown key `word` (did you mean `words`?); known here: words, closing, of_bodies, presiding, anybody, presiding_words, presiding_endings, of_sessions, sessions, session_bodies, ranks");
    insta::assert_snapshot!(error("[chair]\nwords = [\"a\"]\n"), @"words.toml, line 1: unknown key `chair` (did you mean `chairs`?); known here: names, honorifics, chairs, chair_lines, offices, positions, roles, bodies, parties, places, nameless, questions, not_speakers, directions, present, head, dates, sentences, pages, persons, editorial, record, examination, interviews, speeches, occasions, letters, chats");
    insta::assert_snapshot!(error("[chairs]\nwords = [\n  \"a\",\n  \" \",\n]\n"), @r#"words.toml, line 4: found " " in a list of words; expected a word"#);
    insta::assert_snapshot!(error("[chairs]\nwords = [\"vice chair\"]\n"), @r#"words.toml, line 2: found "vice chair" in a list of single words; expected one word, without blanks"#);
    insta::assert_snapshot!(error("[record]\nvotes = [\"\"]\n"), @r#"words.toml, line 2: found "" in a list of phrases; expected a word or a phrase"#);
    insta::assert_snapshot!(error("[dates]\n\nmonths = [[\"jan\"], [\"feb\"]]\n"), @r#"words.toml, line 3: found 2 months; expected 12 entries, from January to December, each a list of forms such as ["march"]"#);
    insta::assert_snapshot!(error("[chairs]\nwords = \"a\"\n"), @r#"words.toml, line 2: words: found the text "a"; expected a list in square brackets"#);
    insta::assert_snapshot!(error("chairs = [\n"), @"words.toml, line 1: unclosed array, expected `]`");
    let latin = Lexicon::with_file(b"[chairs]\nwords = [\"pr\xE9sident\"]\n", "words.toml").unwrap_err().to_string();
    assert_eq!(latin, "words.toml, line 2: this is not UTF-8; save the lexicon as TOML in UTF-8");
    let missing = Lexicon::bytes(Path::new("no/such/words.toml")).unwrap_err().to_string();
    assert_eq!(missing, "no/such/words.toml: there is no such file; the path is relative to the folder of the study");
    let many: Vec<String> = (0..15_000).map(|i| format!("\"some long phrase number {i} of a list\"")).collect();
    assert!(error(&format!("[record]\nvotes = [{}]\n", many.join(","))).contains("too long to be searched for"));
}

/// The string literals of a source file, without its comments and its tests.
fn literals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    // A character in single quotes may be a quotation mark.
    let literal = constant_regex(r##"(?s)'(?:[^'\\]|\\.)'|r#"(.*?)"#|r"([^"]*)"|"((?:[^"\\]|\\.)*)""##);
    let text = code.join("\n");
    let found = literal
        .captures_iter(&text)
        .filter_map(|found| found.iter().skip(1).flatten().next().map(|m| m.as_str().to_string()));
    found.collect()
}

fn sources(folder: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            out.push(path);
        }
    }
}

/// Sources that must not contain words of a language.
fn sources_without_words() -> Vec<(String, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut paths = Vec::new();
    for folder in ["plenary-names/src", "plenary-attribute/src", "plenary-read/src/captions"] {
        sources(&crates.join(folder), &mut paths);
    }
    assert!(paths.len() > 30, "the sources are found: {paths:?}");
    paths.into_iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn literals_are_found_in_code_and_not_in_comments() {
    let source =
        "/// \"doc\"\nlet a = \"one\"; // x\nlet b = r\"(?:two|three)\";\n#[cfg(test)]\nmod tests { \"four\" }";
    assert_eq!(literals(source), ["one", "(?:two|three)"]);
}

#[test]
fn no_letters_of_another_alphabet_stand_in_the_code() {
    // The circle before the name in Japanese minutes counts as a letter.
    let is_sign = |c: char| matches!(c, '〇');
    for (path, source) in sources_without_words() {
        for literal in literals(&source) {
            let foreign: String =
                literal.chars().filter(|c| c.is_alphabetic() && !c.is_ascii() && !is_sign(*c)).collect();
            assert!(foreign.is_empty(), "{path}: \"{literal}\" holds {foreign}; words belong to the lexicon");
        }
    }
}

#[test]
fn no_word_of_the_lexicon_stands_in_the_code() {
    const SHORTEST: usize = 3;
    let sections = &Lexicon::builtin().0.sections;
    let mut words: std::collections::HashSet<String> = std::collections::HashSet::new();
    let lists = [
        &sections.honorifics.words,
        &sections.honorifics.male,
        &sections.chairs.words,
        &sections.chairs.presiding,
        &sections.chairs.session_bodies,
        &sections.nameless.anonymous,
        &sections.nameless.questioners,
        &sections.nameless.interjectors,
        &sections.questions.answers,
        &sections.directions.stage,
        &sections.directions.languages,
        &sections.not_speakers.heading_nouns,
    ];
    words.extend(lists.into_iter().flat_map(|list| list.list().iter().cloned()));
    let phrases = [
        &sections.speeches.nouns,
        &sections.interviews.conversations,
        &sections.record.outcomes,
        &sections.chair_lines.labels,
    ];
    words.extend(phrases.into_iter().flat_map(|list| list.list().iter().cloned()));
    // A group of a study's pattern, names that tables give to unnamed speakers, a word of an error, columns and answers of
    // corrections, and an attribute of captions.
    let known = ["speech", "questioner", "unknown", "end", "answer", "speaker", "right", "begin"];
    let placeholder = constant_regex(r"\{[^{}]*\}");
    let mut wrong = Vec::new();
    for (path, source) in sources_without_words() {
        for literal in literals(&source) {
            let is_list = literal.contains('|') || !literal.trim().contains(char::is_whitespace);
            let found = placeholder
                .replace_all(&literal, "")
                .split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'))
                .map(str::to_lowercase)
                .find(|word| word.len() >= SHORTEST && words.contains(word) && !known.contains(&word.as_str()));
            if let Some(word) = found.filter(|_| is_list) {
                wrong.push(format!("{path}: \"{literal}\" holds \"{word}\""));
            }
        }
    }
    assert!(wrong.is_empty(), "words belong to the lexicon:\n{}", wrong.join("\n"));
}

#[test]
fn a_question_with_a_negation_is_not_a_plain_one() {
    let lexicon = Lexicon::builtin();
    let is_plain = |text| lexicon.is_plain_question("en", text);
    assert!(is_plain("Should the new harbour be built?"));
    assert!(is_plain("“Should it be built?” "));
    assert!(is_plain("Is there a note on the north?"), "words that contain a negation");
    for text in ["It should be built.", "Shouldn’t it be built?", "Why should we NOT build it?", "Who, if nobody?", ""]
    {
        assert!(!is_plain(text), "{text}");
    }
    assert!(!lexicon.is_plain_question("xx", "Should it be built?"), "a language without negations");
}

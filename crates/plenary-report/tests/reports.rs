//! Reports and searches of results made by hand.

mod made;

use std::path::Path;

use made::{Talk, Turn, study, turn, write};
use plenary_report::compare::{Change, Measure, compare, page, sheets, summary};
use plenary_report::find::{self, Kind, Order};
use plenary_report::{FindOptions, MARK, ReportError, ReportOptions, Validation, find as find_places, report};
use plenary_tables::{Check, Results, StudyInfo};

fn results(study: &StudyInfo, n_themes: usize, talks: Vec<Talk>) -> (tempfile::TempDir, Results) {
    let parent = tempfile::tempdir().unwrap();
    let results = write(&parent.path().join("results"), study, n_themes, talks.into_iter()).unwrap();
    (parent, results)
}

fn talk(path: &str, turns: Vec<Turn>) -> Talk {
    Talk { path: path.into(), title: Some(format!("Title of {path}")), date: None, turns }
}

fn html(results: &Results) -> String {
    report(results, &[], &ReportOptions::default()).unwrap()
}

/// The data of a page.
fn data(html: &str) -> serde_json::Value {
    let (_, rest) = html.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    serde_json::from_str(json).unwrap()
}

/// The content of a section.
fn section<'h>(html: &'h str, id: &str) -> &'h str {
    let (_, rest) = html.split_once(&format!("<section id=\"{id}\"")).unwrap();
    rest.split_once("</section>").unwrap().0
}

const HOSTILE: [&str; 5] = [
    "<img src=x onerror=\"window.hacked=1\"> </script><script>window.hacked=1</script> & 'so'.",
    "<!-- <script> @@DATA@@ ]]>",
    "\u{202e}abc\u{202c} مرحبا بالعالم",
    "👩‍👩‍👧 \u{0} \u{2028} end",
    "</section></main></body></html>",
];

fn debate() -> Vec<Talk> {
    let mut doubtful = turn("Ann", "Lake", &["We must build the harbour.", "Who pays for it?"]);
    doubtful.doubtful = true;
    let first = talk(
        "a.md",
        vec![
            doubtful,
            turn("Bo", "Hill", &["The tax payer pays.", "Taxes are too high."]),
            turn("Ann", "Lake", &["I pay my taxes."]),
            turn("", "", &["Hear, hear."]),
            turn("Bo", "Hill", &["Harbours are good."]),
            turn("Cy", "Hill", &["The harbour is old."]),
        ],
    );
    let second = Talk {
        date: Some(jiff::civil::date(2020, 5, 1)),
        ..talk("b.md", vec![turn("Dee", "Lake", &["No more taxes for the harbour."]), turn("Ann", "Lake", &["Never."])])
    };
    vec![first, second]
}

#[test]
fn the_tone_of_the_corpus_is_that_of_the_table_and_not_another_measure() {
    let (_parent, results) = results(&study("Harbour", 1), 1, debate());
    let html = html(&results);
    let overview = section(&html, "overview");
    assert!(overview.contains("+0.25") && !overview.contains("0.75"), "{overview}");
}

#[test]
fn hostile_texts_stay_texts() {
    let speaker = "Ann <b>\"Quote\"</b> & Co";
    let mut evil = turn(speaker, "<i>Party</i>", &HOSTILE);
    evil.doubtful = true;
    let mut talks = vec![talk("<u>.md", vec![evil, turn("Bo", "Hill", &["Fine."])])];
    talks[0].title = Some("</title><script>window.hacked=1</script>".into());
    let (_parent, results) = results(&study("</title><script>x</script>", 1), 2, talks);
    let html = html(&results);
    // Two scripts: the data and the program.
    assert_eq!(html.matches("<script").count(), 2);
    assert_eq!(html.matches("</script").count(), 2);
    assert_eq!(html.matches("</html>").count(), 1);
    for tag in ["<img", "<i>", "<u>", "<!--", "onerror=\"window"] {
        assert!(!html.contains(tag), "{tag}");
    }
    let data = data(&html);
    let texts: Vec<&str> =
        data["sentences"].as_array().unwrap().iter().map(|sentence| sentence[0].as_str().unwrap()).collect();
    assert_eq!(texts[..5], HOSTILE);
    assert_eq!(data["speakers"][0][0], speaker);
    assert!(html.contains("Ann &lt;b&gt;&quot;Quote&quot;&lt;/b&gt; &amp; Co"));
}

#[test]
fn the_file_refers_to_nothing_outside_and_is_the_same_every_time() {
    let (_parent, results) = results(&study("Harbour", 2), 2, debate());
    let html = html(&results);
    assert_eq!(html, report(&results, &[], &ReportOptions::default()).unwrap());
    assert!(html[..4096].contains(MARK));
    for remote in ["http://", "https://", " src=", "url(", "@import"] {
        assert!(!html.contains(remote), "{remote}");
    }
}

#[test]
fn numbers_lead_to_their_sentences() {
    let (_parent, results) = results(&study("Harbour", 1), 3, debate());
    let html = html(&results);
    let data = data(&html);
    let set = |title: &str| {
        let sets = data["sets"].as_array().unwrap();
        sets.iter().find(|set| set[0] == title).unwrap_or_else(|| panic!("no set {title}"))
    };
    let texts = |title: &str| -> Vec<&str> {
        let positions = set(title)[2].as_array().unwrap();
        let mut texts: Vec<&str> = positions
            .iter()
            .map(|position| data["sentences"][position.as_u64().unwrap() as usize][0].as_str().unwrap())
            .collect();
        texts.sort_unstable();
        texts
    };
    assert_eq!(texts("Sentences of Cy"), ["The harbour is old."]);
    assert_eq!(
        texts("Sentences of party Hill"),
        ["Harbours are good.", "Taxes are too high.", "The harbour is old.", "The tax payer pays."]
    );
    assert_eq!(texts("First sentences of turns that a person should check"), ["We must build the harbour."]);
    assert_eq!(texts("First sentences of Bo directly after Ann"), ["The tax payer pays."]);
    // The fourth label is an abstention: sentences 3 and 7.
    assert_eq!(set("No label (off topic): Proposition <0> should \"hold\".")[1], 2);
    assert_eq!(set("Label favor: Proposition <0> should \"hold\".")[1], 3);
    // The places: page and lines of the paragraph.
    let cy =
        data["sentences"].as_array().unwrap().iter().find(|sentence| sentence[0] == "The harbour is old.").unwrap();
    assert_eq!((&cy[3], &cy[4], &cy[5]), (&1.into(), &51.into(), &53.into()));
    // Ann's turn before Bo's ends with a question.
    assert!(
        section(&html, "exchanges")
            .contains("<td dir=\"auto\">Ann</td><td dir=\"auto\">Bo</td><td class=\"number\" data-v=\"1\">")
    );
    assert_eq!(texts("First sentences of Bo after a question of Ann"), ["The tax payer pays."]);
}

/// The numbers that open sentences, with their set and what they count.
fn links(section: &str) -> Vec<(String, usize, Option<String>)> {
    let buttons = section.split("<button type=\"button\" class=\"n\" data-set=\"").skip(1);
    let link = |button: &str| {
        let (set, rest) = button.split_once('"').unwrap();
        let (attributes, rest) = rest.split_once('>').unwrap();
        let counted =
            attributes.trim().strip_prefix("data-counted=\"").map(|rest| rest.trim_end_matches('"').to_owned());
        (rest.split_once('<').unwrap().0.to_owned(), set.parse().unwrap(), counted)
    };
    buttons.map(link).collect()
}

/// The texts of the sentences that a number opens.
fn opened(data: &serde_json::Value, set: usize) -> Vec<&str> {
    let positions = data["sets"][set][2].as_array().unwrap();
    let text =
        |position: &serde_json::Value| data["sentences"][position.as_u64().unwrap() as usize][0].as_str().unwrap();
    let mut texts: Vec<&str> = positions.iter().map(text).collect();
    texts.sort_unstable();
    texts
}

#[test]
fn turns_words_documents_and_speakers_open_their_sentences() {
    let (_parent, results) = results(&study("Harbour", 1), 3, debate());
    let html = html(&results);
    let data = data(&html);
    let n_of = |set: usize| data["sets"][set][1].as_u64().unwrap();
    let page = section(&html, "overview");
    let (cards, _) = page.split_once("</ul>").unwrap();
    let cards = links(cards);
    let shown: Vec<(&str, u64, Option<&str>)> =
        cards.iter().map(|(shown, set, counted)| (shown.as_str(), n_of(*set), counted.as_deref())).collect();
    // Documents, speakers, turns, segments, words and themes.
    let expected = [
        ("2", 2, None),
        ("4", 4, None),
        ("8", 8, None),
        ("10", 10, None),
        ("37", 10, Some("37 words")),
        ("3", 3, None),
    ];
    assert_eq!(shown, expected);
    assert_eq!(opened(&data, cards[0].1), ["No more taxes for the harbour.", "We must build the harbour."]);
    let firsts_of_people =
        ["No more taxes for the harbour.", "The harbour is old.", "The tax payer pays.", "We must build the harbour."];
    assert_eq!(opened(&data, cards[1].1), firsts_of_people);
    // The turn without a speaker, and the document without a date.
    let (_, look) = page.split_once("What needs a look first").unwrap();
    let unknown: Vec<_> =
        links(look).into_iter().filter(|(_, set, _)| opened(&data, *set) == ["Hear, hear."]).collect();
    assert_eq!(unknown.len(), 1);
    // Ann: documents, turns, segments, words.
    let row = section(&html, "speakers").rsplit_once("<td dir=\"auto\">Ann</td>").unwrap().1;
    let ann = links(row.split_once("</tr>").unwrap().0);
    assert_eq!(opened(&data, ann[0].1), ["Never.", "We must build the harbour."]);
    assert_eq!(opened(&data, ann[1].1), ["I pay my taxes.", "Never.", "We must build the harbour."]);
    assert_eq!((n_of(ann[2].1), ann[3].1, ann[3].2.as_deref()), (4, ann[2].1, Some("14 words")));
}

#[test]
fn every_number_opens_as_many_segments_as_it_says_or_says_what_it_counts() {
    let (_parent, results) = results(&study("Harbour", 2), 3, debate());
    let html = html(&results);
    let data = data(&html);
    let all = links(&html);
    assert!(all.len() > 100, "{}", all.len());
    for (shown, set, counted) in all {
        let n = data["sets"][set][1].as_u64().unwrap();
        assert!(counted.is_some() != (shown == n.to_string()), "{shown} opens {}", data["sets"][set]);
    }
}

#[test]
fn words_of_groups_open_the_sentences_that_have_them() {
    let (_parent, results) = results(&study("Harbour", 0), 3, debate());
    let html = html(&results);
    let data = data(&html);
    let (_, words) = section(&html, "speakers").split_once("<h3>Words by party (en)</h3>").unwrap();
    let row = |term: &str| {
        links(words.split_once(&format!("<td dir=\"auto\">{term}</td>")).unwrap().1.split_once("</tr>").unwrap().0)
    };
    let harbour = row("harbour");
    assert_eq!(opened(&data, harbour[0].1), ["No more taxes for the harbour.", "We must build the harbour."]);
    assert_eq!(opened(&data, harbour[1].1), ["The harbour is old."]);
    assert_eq!(data["sets"][harbour[1].1][0], "Sentences of others than party Lake with the word harbour");
    // A theme and a period, whose groups are not those of speakers.
    let page = section(&html, "themes");
    for by in ["theme", "period"] {
        let (_, words) = page.split_once(&format!("<h3>Words by {by} (en)</h3>")).unwrap();
        let (table, _) = words.split_once("</table>").unwrap();
        let cells = table.matches("<td class=\"number\" data-v=\"0\">0</td>").count() + links(table).len();
        assert_eq!(cells, 2 * (table.matches("<tr>").count() - 1), "{by}: a number has no sentences");
    }
}

#[test]
fn all_pages_say_what_there_is() {
    let (_parent, results) = results(&study("Harbour", 1), 3, debate());
    let html = html(&results);
    assert!(section(&html, "overview").contains("Nothing was validated"));
    assert!(section(&html, "overview").contains("of 8 turns have a doubtful beginning"));
    assert!(section(&html, "overview").contains("the document does not say who speaks"));
    assert!(section(&html, "speakers").contains("Tone by party"));
    assert!(section(&html, "themes").contains("By party"));
    let (_, words) = section(&html, "speakers").split_once("<h3>Words by party (en)</h3>").unwrap();
    assert!(words.contains("&lt;b&gt;&amp;") && words.contains("[0.60, 1.60]"), "{words}");
    assert!(
        words.find("<text class=\"value\" x=\"210\" y=\"17.5\">Hill").is_some(),
        "the party with the most words first: {words}"
    );
    assert!(!section(&html, "themes").contains("Words by party"));
    assert!(section(&html, "stance").contains("Most certain sentences: favor"));
    assert!(section(&html, "validation").contains("Nothing was validated"));
    assert!(section(&html, "methods").contains("We read 2 documents (2 markdown)"));
    let data = data(&html);
    assert_eq!(data["transcripts"].as_array().unwrap().len(), 2);
    assert_eq!(data["transcripts"][0][2][0][4], "byline <b>");
}

#[test]
fn small_and_odd_results_have_sensible_pages() {
    // No stance, no themes, no dates, one speaker, one word.
    let (_parent, one_word) = results(&study("", 0), 0, vec![talk("w.md", vec![turn("Ann", "", &["Yes"])])]);
    let page = html(&one_word);
    for (id, text) in [
        ("stance", "the study has no targets"),
        ("themes", "There are no themes"),
        ("exchanges", "There are no exchanges"),
        ("speakers", "Ann"),
        ("overview", "1</button></b> segment<"),
    ] {
        assert!(section(&page, id).contains(text), "{id}: {}", section(&page, id));
    }
    // Nobody is known.
    let (_parent, unknown) = results(&study("", 1), 1, vec![talk("u.md", vec![turn("", "", &["Yes", "No"])])]);
    assert!(section(&html(&unknown), "speakers").contains("No speakers were found"));
    // A document without any turn.
    let (_parent, empty) = results(&study("", 1), 0, vec![talk("e.md", vec![])]);
    assert!(section(&html(&empty), "transcripts").contains("No transcript is embedded"));
    // One document with a date: no chart over time.
    let dated = Talk { date: Some(jiff::civil::date(1999, 1, 2)), ..talk("d.md", vec![turn("Ann", "", &["Yes"])]) };
    let (_parent, dated) = results(&study("", 0), 1, vec![dated]);
    assert!(!section(&html(&dated), "overview").contains("Words over time"));
}

#[test]
fn ten_thousand_speakers_fit() {
    let turns = (0..10_000).map(|at| turn(&format!("Speaker {at}"), "", &["A few words are said here."])).collect();
    let (_parent, results) = results(&study("Many", 1), 5, vec![talk("m.md", turns)]);
    let html = html(&results);
    assert!(section(&html, "speakers").contains("The 200 of 10\u{202f}000 with the most words"));
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
}

#[test]
fn a_large_corpus_is_sampled_and_the_page_says_so() {
    let long =
        "This sentence of the debate has about as many words as one of a parliament has, which is twenty or more.";
    let talks = (0..100).map(|at| {
        talk(&format!("{at}.md"), (0..100).map(|n| turn(&format!("M{}", n % 30), "", &[long; 10])).collect())
    });
    let (_parent, results) = results(&study("Large", 3), 40, talks.collect());
    let html = html(&results);
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    assert!(section(&html, "transcripts").contains("To keep the file small"));
    assert!(section(&html, "methods").contains("of 100\u{202f}000"));
    let data = data(&html);
    let shown = data["transcripts"].as_array().unwrap();
    assert!(!shown.is_empty() && shown.len() < 100 && shown.iter().all(|transcript| transcript[1] == true));
}

#[test]
fn a_transcript_that_is_too_long_is_begun() {
    let (_parent, results) =
        results(&study("", 0), 0, vec![talk("l.md", vec![turn("Ann", "", &["Some words here."; 100])])]);
    let mut options = ReportOptions::default();
    options.transcript_bytes = 500;
    let html = report(&results, &[], &options).unwrap();
    let data = data(&html);
    assert_eq!(data["transcripts"][0][1], false);
    let n = data["transcripts"][0][2][0][2].as_u64().unwrap();
    assert!(n > 0 && n < 100, "{n}");
    assert!(section(&html, "transcripts").contains("the beginning"));
}

#[test]
fn options_and_columns_that_do_not_exist_are_refused() {
    let (_parent, results) = results(&study("", 0), 0, debate());
    let mut options = ReportOptions::default();
    options.by = Some("colour".into());
    let error = report(&results, &[], &options).unwrap_err().to_string();
    assert!(error.contains("no column `colour` of `speakers` or `documents`") && error.contains("party"), "{error}");
    options.by = Some("date".into());
    assert!(section(&report(&results, &[], &options).unwrap(), "speakers").contains("Tone by date"));
    options.sentences = usize::MAX;
    assert!(matches!(report(&results, &[], &options), Err(ReportError::Option { option: "sentences", .. })));
}

#[test]
fn a_folder_that_is_not_complete_is_refused() {
    let (parent, _) = results(&study("", 1), 1, debate());
    let folder = parent.path().join("results");
    let path = folder.join("segments.parquet");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(Results::open(&folder, Check::Quick).is_err());
    // The right size and another content: found when the table is read.
    let mut changed = whole.clone();
    changed[10] ^= 1;
    std::fs::write(&path, changed).unwrap();
    let opened = Results::open(&folder, Check::Quick).unwrap();
    let error = report(&opened, &[], &ReportOptions::default()).unwrap_err();
    assert!(error.to_string().contains("segments.parquet") && error.hint().is_some(), "{error}");
}

#[test]
fn tables_of_a_validation_are_shown() {
    let (_parent, results) = results(&study("", 1), 1, debate());
    let folder = tempfile::tempdir().unwrap();
    let none = Validation::read(folder.path()).unwrap_err();
    assert!(matches!(none, ReportError::NoValidation { .. }), "{none}");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("scores.csv", "coder_id,figure,value\n<b>,accuracy,0.81234\n");
    write("calibration.csv", "coder_id,n_codes,mean_confidence,accuracy\nx,10,0.6,0.5\n");
    let validation = Validation::read(folder.path()).unwrap();
    let html = report(&results, std::slice::from_ref(&validation), &ReportOptions::default()).unwrap();
    let page = section(&html, "validation");
    assert!(page.contains("&lt;b&gt;") && page.contains("0.812") && page.contains("<circle"), "{page}");
    assert!(!html.contains("Nothing was validated"));
    write("scores.csv", "a,b\n1\n");
    assert!(matches!(Validation::read(folder.path()), Err(ReportError::Validation { .. })));
}

fn pattern(pattern: &str) -> FindOptions {
    FindOptions { pattern: pattern.into(), ..FindOptions::default() }
}

#[test]
fn places_have_their_speaker_document_page_and_lines() {
    let (_parent, results) = results(&study("", 0), 1, debate());
    let found = find_places(&results, &pattern("harbour")).unwrap();
    assert_eq!((found.hits.len(), found.n_segments), (4, 4));
    let hit = &found.hits[2];
    assert_eq!((hit.left(), hit.matched(), hit.right()), ("The ", "harbour", " is old."));
    assert_eq!(
        (hit.speaker.as_deref(), hit.party.as_deref(), hit.document.as_str()),
        (Some("Cy"), Some("Hill"), "Title of a.md")
    );
    assert_eq!(hit.place.map(|place| place.in_words()).as_deref(), Some("page 1, lines 51-53"));
    assert_eq!(found.hits[3].date, Some(jiff::civil::date(2020, 5, 1)));
    assert!(find_places(&results, &pattern("ship")).unwrap().hits.is_empty());
}

#[test]
fn places_are_filtered_and_sorted() {
    let (_parent, results) = results(&study("", 0), 1, debate());
    let with = |conditions: &[(&str, &str)]| {
        let conditions = conditions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let found = find_places(&results, &FindOptions { conditions, ..pattern("tax") })?;
        Ok::<_, ReportError>(found.hits.iter().map(|hit| hit.text.clone()).collect::<Vec<_>>())
    };
    assert_eq!(with(&[("party", "Lake")]).unwrap(), ["I pay my taxes.", "No more taxes for the harbour."]);
    assert_eq!(with(&[("party", "Lake"), ("date", "2020")]).unwrap(), ["No more taxes for the harbour."]);
    assert_eq!(with(&[("name", "Dee"), ("name", "Bo")]).unwrap().len(), 3);
    assert_eq!(with(&[("date", ""), ("party", "Lake")]).unwrap(), ["I pay my taxes."]);
    assert!(with(&[("date", "202")]).unwrap().is_empty());
    assert!(with(&[("colour", "red")]).unwrap_err().to_string().contains("no column `colour` of `analysis`"));
    let sorted = |order: Order| {
        let found = find_places(&results, &FindOptions { order, word: true, ..pattern("taxes") }).unwrap();
        found.hits.iter().map(|hit| hit.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(sorted(Order::Left), ["Taxes are too high.", "No more taxes for the harbour.", "I pay my taxes."]);
    assert_eq!(sorted(Order::Right), ["I pay my taxes.", "Taxes are too high.", "No more taxes for the harbour."]);
}

#[test]
fn word_forms_and_counts() {
    let (_parent, results) = results(&study("", 0), 1, debate());
    let options = FindOptions { kind: Kind::Stem, ..pattern("Harbour") };
    assert_eq!(find_places(&results, &options).unwrap().hits.len(), 4);
    let counts = find::count(&results, &pattern("tax"), Some("party")).unwrap();
    let rows: Vec<(&str, usize, usize, usize)> = counts
        .rows
        .iter()
        .map(|(value, count)| (value.as_str(), count.matches, count.segments, count.searched))
        .collect();
    assert_eq!(rows, [("", 0, 0, 1), ("Hill", 2, 2, 4), ("Lake", 2, 2, 5)]);
    let all = find::count(&results, &pattern("tax"), None).unwrap();
    assert_eq!(all.rows[""].matches, find_places(&results, &pattern("tax")).unwrap().hits.len());
}

#[test]
fn places_as_csv_and_as_a_page() {
    let (_parent, results) = results(&study("", 0), 1, vec![talk("h.md", vec![turn("Ann \"A\"", "", &HOSTILE)])]);
    let found = find_places(&results, &pattern("<")).unwrap();
    let page = find::html(&found, "“<” in </title>");
    assert_eq!((page.matches("<mark>").count(), page.matches("<script").count()), (found.hits.len(), 0));
    assert!(!page.contains("<img") && page.contains("&lt;/title&gt;"));
    let csv = find::csv(&found).unwrap();
    let mut reader = csv_reader(&csv);
    assert_eq!(reader.headers().unwrap().get(11), Some("match"));
    let first = reader.records().next().unwrap().unwrap();
    assert_eq!((first.get(4), first.get(11), first.get(13)), (Some("Ann \"A\""), Some("<"), Some(HOSTILE[0])));
}

#[test]
fn segments_around_a_place_are_those_of_its_document() {
    let talks = vec![
        talk("a.md", vec![turn("Ann", "", &["One.", "Two <b>."]), turn("Bo", "", &["Three."])]),
        talk("b.md", vec![turn("Cy", "", &["Four.", "Five."])]),
    ];
    let (_parent, results) = results(&study("", 0), 2, talks);
    let around = |text: &str, around: usize| {
        let found = find_places(&results, &FindOptions { around, ..pattern(text) }).unwrap();
        let side = |side: &[std::sync::Arc<find::Neighbour>]| {
            side.iter().map(|of| format!("{} {}", of.speaker.as_deref().unwrap(), of.text)).collect::<Vec<_>>()
        };
        (side(&found.hits[0].before), side(&found.hits[0].after))
    };
    assert_eq!(around("Two", 1), (vec!["Ann One.".to_owned()], vec!["Bo Three.".to_owned()]));
    assert_eq!(around("Three", 5), (vec!["Ann One.".to_owned(), "Ann Two <b>.".to_owned()], vec![]));
    assert_eq!(around("Four", usize::MAX), (vec![], vec!["Cy Five.".to_owned()]));
    assert_eq!(around("Two", 0), (vec![], vec![]));
    let found = find_places(&results, &FindOptions { around: 2, ..pattern("Three") }).unwrap();
    let page = find::html(&found, "Three");
    assert!(page.contains("Two &lt;b&gt;.") && !page.contains("Two <b>."), "{page}");
    let csv = find::csv(&found).unwrap();
    let mut reader = csv_reader(&csv);
    let row = reader.records().next().unwrap().unwrap();
    assert_eq!((row.get(14), row.get(15)), (Some("Ann: One.\nAnn: Two <b>."), Some("")));
    let without = find_places(&results, &pattern("Three")).unwrap();
    assert_eq!(csv_reader(&find::csv(&without).unwrap()).headers().unwrap().len(), 14);
}

fn csv_reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::Reader::from_reader(bytes)
}

#[test]
fn a_folder_that_does_not_exist_has_a_hint() {
    let error = ReportError::from(Results::open(Path::new("no-such-folder"), Check::Quick).unwrap_err());
    assert!(error.hint().is_some());
}

#[test]
fn segments_are_compared_by_text_and_a_comparison_shows_texts_as_texts() {
    let study = study("</title><script>x</script>", 1);
    let said = |turns| vec![talk("<u>.md", turns)];
    let (_old_parent, old) = results(&study, 2, said(vec![turn("Ann <i>", "", &HOSTILE)]));
    // Sentences before the others move all rows, and with them the tones that are made up from positions.
    let later = vec![turn("Bo", "", &["First.", "Second.", "Third."]), turn("Ann <i>", "", &HOSTILE)];
    let (_new_parent, new) = results(&study, 2, said(later));
    let found = compare(&old, &new).unwrap();
    assert_eq!((found.segments.n_old, found.segments.n_new, found.segments.n_both), (5, 8, 5));
    let tone = found.labels.iter().find(|labels| labels.measure == Measure::Sentiment).unwrap();
    assert!(tone.n_changed > 0);
    let examples: Vec<&str> =
        tone.transitions.iter().flat_map(|transition| &transition.examples).map(|one| one.text.as_str()).collect();
    assert!(!examples.is_empty() && examples.iter().all(|text| HOSTILE.contains(text)), "{examples:?}");
    assert!(found.people.iter().any(|pair| pair.change == Change::Added));
    assert!(summary(&found).iter().any(|line| line.starts_with("Tone: ")));
    let page = page(&found, "<b>a</b> and b");
    for tag in ["<script", "<img", "<i>", "<u>", "<b>a", "<!--"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(page[..4096].contains(MARK) && page.contains("&lt;img src=x"));
    let same = compare(&new, &new).unwrap();
    assert!(same.is_same() && same.settings.is_empty());
    let changed = sheets(&same).into_iter().find(|sheet| sheet.name == "labels").unwrap();
    assert!(changed.rows.is_empty());
}

#[test]
fn corrected_means_are_beside_the_raw_ones_of_their_target() {
    let (_parent, results) = results(&study("Harbour", 2), 2, debate());
    let target = results.study().targets[0].id.clone();
    let folder = tempfile::tempdir().unwrap();
    let row = |target: &str, level: &str, party: &str, minus: &str, estimator: &str, rest: &str| {
        format!("stance,{target},m,{level},{party},{minus},{estimator},{rest}\n")
    };
    let mut csv = "measure,target_id,coder_id,level,party,minus_party,estimator,estimate,ci_low,ci_high,n_coded,no_estimate_because\n".to_owned();
    csv += &row(&target, "all", "", "", "raw", "0.5,0.4,0.6,9,");
    csv += &row(&target, "all", "", "", "dsl", "-0.25,-0.45,-0.05,9,");
    csv += &row(&target, "group", "Lake", "", "dsl", ",,,1,too_few_codings");
    csv += &row(&target, "difference", "Lake", "Hill", "dsl", "0.125,0.1,0.15,9,");
    csv += &row("another", "all", "", "", "dsl", "0.77,0.7,0.8,9,");
    std::fs::write(folder.path().join("corrected_estimates.csv"), csv).unwrap();
    std::fs::write(folder.path().join("coefficients.csv"), "item,coefficient,value\nt,alpha_nominal,0.97\n").unwrap();
    let validation = [Validation::read(folder.path()).unwrap()];
    let html = report(&results, &validation, &ReportOptions::default()).unwrap();
    let (_, stance) = html.split_once("<section id=\"stance\"").unwrap();
    let (stance, rest) = stance.split_once("<section id=\"exchanges\"").unwrap();
    assert_eq!(stance.matches("Raw and corrected for the errors of the labels</h3>").count(), 1);
    for part in ["+0.50", "[−0.45, −0.05]", "all segments, corrected", "too few codings", "Lake minus Hill", "+0.13"]
    {
        assert!(stance.contains(part), "no {part}");
    }
    assert!(!stance.contains("0.77"));
    // Each target without figures says so.
    assert_eq!(stance.matches("These labels are not validated").count(), 1);
    assert!(rest.contains("How far the people who coded agree"));
}

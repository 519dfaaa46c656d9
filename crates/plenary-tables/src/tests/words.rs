//! Counts of dictionaries as columns of `analysis`.

use super::*;
use crate::schema::{AnalysisRow, CodebookRow};

#[test]
fn counts_of_dictionaries_are_columns_of_analysis() {
    let mut sample = sample();
    let description = "How often the category occurs.";
    let column = |name: &str| DictionaryColumn { name: name.into(), description: description.into() };
    sample.added.dictionaries = vec![column("dictionary_d_a"), column("dictionary_d_b.c")];
    sample.counts = vec![vec![1, 0, 0, 2], vec![0, 0, 3, 0]];
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("results");
    sample.write(&folder).unwrap();
    let results = Results::open(&folder, Check::Full).unwrap();
    assert_eq!(results.study().dictionaries, sample.added.dictionaries);
    let frame = results.columns(AnalysisRow::TABLE, &["n_words", "dictionary_d_a", "dictionary_d_b.c"]).unwrap();
    let numbers = |name: &str| column_of(&frame, name);
    assert_eq!(numbers("n_words"), [3, 4, 4, 3]);
    assert_eq!(numbers("dictionary_d_a"), [1, 0, 0, 2]);
    assert_eq!(numbers("dictionary_d_b.c"), [0, 0, 3, 0]);
    let codebook = results.frame(CodebookRow::TABLE).unwrap();
    let rows = CodebookRow::rows(&codebook).unwrap();
    let row = rows.iter().find(|row| row.column == "dictionary_d_a").unwrap();
    assert_eq!((row.table, row.r#type, row.unit, row.null_means), ("analysis", "uint32", Some("matches"), None));
    assert_eq!(row.description, description);
}

fn column_of(frame: &DataFrame, name: &str) -> Vec<u32> {
    column::<u32>(frame, name).unwrap().into_iter().flatten().collect()
}

#[test]
fn counts_that_do_not_fit_are_refused() {
    let mut sample = sample();
    sample.counts = vec![vec![1, 0, 0, 2]];
    let error = sample.in_memory().unwrap_err().to_string();
    assert!(error.contains("categories of dictionaries with counts: 1, expected 0"), "{error}");
    sample.added.dictionaries =
        vec![DictionaryColumn { name: "dictionary_d_a".into(), description: "How often.".into() }];
    sample.counts = vec![vec![1]];
    let error = sample.in_memory().unwrap_err().to_string();
    assert!(error.contains("counts of a category: 1, expected 4"), "{error}");
}

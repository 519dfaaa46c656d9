//! The output folder: who may write to it, and that tables are replaced as a whole.

use super::*;

/// Results of another run than [`sample`]'s, so that old and new results can be distinguished.
fn earlier() -> Sample {
    let mut earlier = sample();
    earlier.record.run_id = "r0".into();
    earlier.transcripts[0].speakers[0].name = "Eve".into();
    earlier.study.csv = true;
    earlier
}

/// A copy of all files, including the working folders of plenary.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { drop(fs::copy(entry.path(), target)) }
    }
}

#[test]
fn a_missing_folder_is_created_and_taken_away_if_nothing_comes_of_it() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a/b");
    drop(OutputFolder::prepare(&path, false).unwrap());
    assert!(!path.exists());
    sample().write(&path).unwrap();
    assert!(path.join("run.json").exists());
}

#[test]
fn foreign_folders_files_and_places_are_refused_untouched() {
    let parent = tempfile::tempdir().unwrap();
    let thesis = parent.path().join("thesis.md");
    fs::write(&thesis, "mine").unwrap();
    let error = OutputFolder::prepare(parent.path(), false).unwrap_err();
    assert!(error.to_string().contains("`thesis.md`") && error.hint() == Some(Hint::UseNewOutputFolder), "{error}");
    assert!(matches!(OutputFolder::prepare(&thesis, false), Err(TableError::NotAFolder { .. })));
    let inside_a_file = OutputFolder::prepare(&thesis.join("results"), false);
    assert!(matches!(inside_a_file, Err(TableError::NotWritable { .. })));
    fs::write(parent.path().join("run.json"), r#"{"run": "somebody else's"}"#).unwrap();
    assert!(matches!(OutputFolder::prepare(parent.path(), false), Err(TableError::Foreign { .. })));
    assert_eq!(snapshot(parent.path()).len(), 2);
}

#[test]
fn what_the_user_keeps_in_the_folder_stays() {
    let folder = tempfile::tempdir().unwrap();
    sample().write(folder.path()).unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("analysis.csv"), "mine").unwrap();
    sample().write(folder.path()).unwrap();
    assert_eq!(fs::read(folder.path().join("notes.txt")).unwrap(), b"mine");
    assert_eq!(fs::read(folder.path().join("analysis.csv")).unwrap(), b"mine");
    let error = OutputFolder::prepare(folder.path(), true).unwrap_err();
    assert!(matches!(&error, TableError::Occupied { path } if path.ends_with("analysis.csv")), "{error}");
}

#[test]
fn a_marker_cannot_name_files_elsewhere() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("results");
    fs::create_dir(&path).unwrap();
    for name in ["thesis.md", "results/mine.txt"] {
        fs::write(parent.path().join(name), "mine").unwrap();
    }
    let marker = r#"{"plenary_version": "0", "files": [{"name": "../thesis.md"}, {"name": "mine.txt"}]}"#;
    fs::write(path.join("run.json"), marker).unwrap();
    sample().write(&path).unwrap();
    assert!(parent.path().join("thesis.md").exists() && path.join("mine.txt").exists());
}

#[test]
fn one_run_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let held = OutputFolder::prepare(folder.path(), false).unwrap();
    assert!(matches!(OutputFolder::prepare(folder.path(), false), Err(TableError::Busy { .. })));
    drop(held);
    assert!(OutputFolder::prepare(folder.path(), false).is_ok());
}

#[test]
fn a_run_killed_while_it_writes_leaves_the_earlier_results() {
    let folder = tempfile::tempdir().unwrap();
    earlier().write(folder.path()).unwrap();
    let before = snapshot(folder.path());
    let staging = folder.path().join(".plenary-staging");
    fs::create_dir(&staging).unwrap();
    fs::write(staging.join("segments.parquet"), "half a ta").unwrap();
    fs::write(folder.path().join(".plenary-lock"), "").unwrap();
    drop(OutputFolder::prepare(folder.path(), false).unwrap());
    assert_eq!(snapshot(folder.path()), before);
}

/// Every state that a kill can leave between the renaming of the staging folder and its removal ends as the new
/// results; only the first and the last of these states have a `run.json`.
#[test]
fn a_run_killed_while_files_move_is_completed_by_the_next() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    earlier().write(old.path()).unwrap();
    sample().write(new.path()).unwrap();
    let complete = snapshot(new.path());
    let tables: Vec<&String> = complete.keys().filter(|name| *name != "run.json").collect();
    for moved in 0..=tables.len() {
        let folder = tempfile::tempdir().unwrap();
        let ready = folder.path().join(".plenary-ready");
        copy(old.path(), folder.path());
        copy(new.path(), &ready);
        fs::rename(folder.path().join("run.json"), ready.join("earlier-run.json")).unwrap();
        for name in &tables[..moved] {
            fs::rename(ready.join(name), folder.path().join(name)).unwrap();
        }
        drop(OutputFolder::prepare(folder.path(), false).unwrap());
        assert_eq!(snapshot(folder.path()), complete, "killed after {moved} files");
    }
    // Before the earlier marker was moved away, and after the new one was moved into place.
    let (first, last) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    copy(old.path(), first.path());
    copy(new.path(), &first.path().join(".plenary-ready"));
    copy(new.path(), last.path());
    fs::create_dir(last.path().join(".plenary-ready")).unwrap();
    fs::copy(old.path().join("run.json"), last.path().join(".plenary-ready/earlier-run.json")).unwrap();
    for folder in [first, last] {
        drop(OutputFolder::prepare(folder.path(), false).unwrap());
        assert_eq!(snapshot(folder.path()), complete);
    }
}

//! Links in the documentation: every relative link in a Markdown file leads to a file of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Parser, Tag};
use regex::Regex;

use crate::common::Place;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README, CHANGELOG, CONTRIBUTING and everything in the folders that contain documentation.
fn pages() -> Vec<PathBuf> {
    let mut waiting: Vec<PathBuf> =
        ["docs", "evaluation", "models", "training", "data", "crates", "r"].map(|folder| root().join(folder)).to_vec();
    let mut pages: Vec<PathBuf> =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(|page| root().join(page)).to_vec();
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            // Transcripts are not pages.
            if path.is_dir() && path.parent() != Some(&root().join("evaluation/unseen")) {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// The targets of the links of a page, including anchors.
fn links(text: &str) -> Vec<String> {
    Parser::new(text)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
            _ => None,
        })
        .collect()
}

/// The anchor that Markdown hosts give a heading.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn anchors(text: &str) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut heading: Option<String> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::End(pulldown_cmark::TagEnd::Heading(_)) => anchors.extend(heading.take().map(|text| anchor(&text))),
            _ => {}
        }
    }
    anchors
}

#[test]
fn relative_links_lead_to_files_and_headings() {
    let mut broken = Vec::new();
    let mut n_links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            n_links += 1;
            let (file, heading) =
                link.split_once('#').map_or((link.as_str(), None), |(file, heading)| (file, Some(heading)));
            let target = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            let found = match heading {
                None => target.exists(),
                Some(heading) => {
                    fs::read_to_string(&target).is_ok_and(|text| anchors(&text).iter().any(|a| a == heading))
                }
            };
            if !found {
                broken.push(format!("{}: {link}", page.strip_prefix(root()).unwrap_or(&page).display()));
            }
        }
    }
    assert!(n_links > 50, "only {n_links} links were found");
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

/// Folders of the repository; a code span that begins with one of them is a path.
const FOLDERS: [&str; 11] =
    ["crates", "data", "docs", "evaluation", "examples", "models", "notebooks", "src", "tests", "training", ".ci"];

#[test]
fn paths_in_code_exist() {
    let mut missing = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for code in Parser::new(&text).filter_map(|event| if let Event::Code(code) = event { Some(code) } else { None })
        {
            let is_path = code.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder));
            // A star or a space means a pattern or a command; a name in capitals is a placeholder.
            let stem = Path::new(code.as_ref()).file_stem().unwrap_or_default().to_string_lossy();
            let is_pattern = code.contains(['*', ' ', '{', '<']) || stem.chars().all(|c| c.is_ascii_uppercase());
            if is_path && !is_pattern && !root().join(code.as_ref()).exists() {
                missing.push(format!("{}: {code}", page.strip_prefix(root()).unwrap_or(&page).display()));
            }
        }
    }
    assert!(missing.is_empty(), "paths that do not exist:\n{}", missing.join("\n"));
}

#[test]
fn the_study_page_names_every_setting() {
    let page = fs::read_to_string(root().join("docs/reference/study.md")).unwrap();
    let study = plenary::study::EXAMPLE;
    let keys = study.lines().filter_map(|line| line.trim_start_matches("# ").split_once(" = "));
    let mut n_keys = 0;
    for (key, _) in keys.filter(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_')) {
        n_keys += 1;
        assert!(page.contains(&format!("`{key}`")), "docs/reference/study.md does not name `{key}`");
    }
    assert!(n_keys > 30, "only {n_keys} keys were found");
}

#[test]
fn the_index_links_every_page() {
    let folder = root().join("docs");
    let index = links(&fs::read_to_string(folder.join("README.md")).unwrap());
    for page in pages().iter().filter_map(|page| page.strip_prefix(&folder).ok()) {
        let page = page.to_string_lossy().replace('\\', "/");
        // The pages of the commands are linked from their own index.
        if page != "README.md" && (!page.starts_with("reference/commands/") || page.ends_with("README.md")) {
            assert!(index.contains(&page), "docs/README.md does not link {page}");
        }
    }
}

/// All numbers of a text, in order.
fn numbers(text: &str) -> Vec<&str> {
    Regex::new(r"[+-]?\d+(\.\d+)?").unwrap().find_iter(text).map(|found| found.as_str()).collect()
}

#[test]
fn the_summaries_in_the_docs_are_those_of_a_run() {
    let place = Place::new();
    for file in ["data/shanghai-forum-2017.md", "data/cyber-governance.toml"] {
        place.write(file, fs::read(root().join(file)).unwrap());
    }
    let sample = ["run", "data/shanghai-forum-2017.md", "--study", "data/cyber-governance.toml", "--out", "results"];
    let summary = place.run_well(&sample).out;
    for page in ["README.md", "docs/tutorial/first-study.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let mut blocks = text.split("```text\n").skip(1).filter_map(|rest| rest.split_once("```"));
        let (shown, _) = blocks.find(|(block, _)| block.starts_with("1 document, ")).unwrap();
        // Columns have other widths on a terminal; the numbers are the same.
        assert_eq!(numbers(shown), numbers(&summary), "{page} shows another summary than\n{summary}");
    }
}

#[test]
fn the_dependencies_page_names_every_dependency() {
    let page = fs::read_to_string(root().join("docs/development/dependencies.md")).unwrap();
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let dependencies = manifest["workspace"]["dependencies"].as_table().unwrap();
    for name in dependencies.keys().filter(|name| !name.starts_with("plenary-")) {
        let named = |line: &str| line.split(['|', ',', ' ', '(']).any(|word| word == name);
        assert!(page.lines().any(named), "docs/development/dependencies.md does not name {name}");
    }
}

//! The crates depend on each other as the architecture page says, and only on lower layers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// For each crate of the workspace, the crates that it needs to compile.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The layers of the workspace, the lowest first.
const LAYERS: [&[&str]; 6] = [
    &["plenary-corpus"],
    &["plenary-engine", "plenary-names"],
    &[
        "plenary-attribute",
        "plenary-chat",
        "plenary-measure",
        "plenary-models",
        "plenary-read",
        "plenary-tables",
        "plenary-validate",
    ],
    &["plenary-export", "plenary-report"],
    &["plenary"],
    &["plenary-python"],
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The `Cargo.toml` files of the root package and of every crate in `crates/`.
fn manifests() -> Vec<toml::Table> {
    let mut paths = vec![root().join("Cargo.toml")];
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        paths.push(entry.unwrap().path().join("Cargo.toml"));
    }
    let texts = paths.iter().filter_map(|path| fs::read_to_string(path).ok());
    texts.map(|text| text.parse().unwrap()).collect()
}

/// The dependencies that `Cargo.toml` files declare, for all targets; dependencies of tests alone are left out.
fn declared(manifests: &[toml::Table]) -> Arrows {
    let name = |manifest: &toml::Table| manifest["package"]["name"].as_str().unwrap().to_owned();
    let crates: BTreeSet<String> = manifests.iter().map(name).collect();
    let mut arrows = Arrows::new();
    for manifest in manifests {
        let targets = manifest.get("target").and_then(toml::Value::as_table);
        let tables = targets.into_iter().flat_map(|targets| targets.values().filter_map(toml::Value::as_table));
        let needed: BTreeSet<String> = std::iter::once(manifest)
            .chain(tables)
            .flat_map(|table| ["dependencies", "build-dependencies"].map(|kind| table.get(kind)))
            .filter_map(|dependencies| dependencies?.as_table())
            .flat_map(|dependencies| dependencies.iter().map(|(key, value)| package(key, value)))
            .filter(|dependency| crates.contains(dependency))
            .collect();
        arrows.insert(name(manifest), needed);
    }
    arrows
}

/// The package that an entry of `[dependencies]` names: its key, unless `package` gives another name.
fn package(key: &str, value: &toml::Value) -> String {
    value.get("package").and_then(toml::Value::as_str).unwrap_or(key).to_owned()
}

fn page() -> PathBuf {
    let page = root().join("docs/development/architecture.md");
    if page.exists() { page } else { root().join("docs/architecture.md") }
}

/// The dependencies in the block of a page that begins with ```` ```arrows ````, one `crate -> crate, crate` per line.
fn written(page: &str) -> Result<Arrows, String> {
    let (_, rest) = page.split_once("```arrows\n").ok_or("there is no block that begins with ```arrows")?;
    let (block, _) = rest.split_once("```").ok_or("the block of arrows does not end")?;
    let mut arrows = Arrows::new();
    for line in block.lines().filter(|line| !line.trim().is_empty()) {
        let (from, to) = line.split_once("->").ok_or_else(|| format!("no arrow in `{line}`"))?;
        let to = to.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if arrows.insert(from.trim().to_owned(), to).is_some() {
            return Err(format!("two lines for {}", from.trim()));
        }
    }
    Ok(arrows)
}

/// The dependencies that do not point to a lower layer, and the crates that belong to no layer.
fn not_downwards(arrows: &Arrows) -> Vec<String> {
    let layer = |name: &str| LAYERS.iter().position(|layer| layer.contains(&name));
    let mut problems = Vec::new();
    for (from, needed) in arrows {
        let Some(above) = layer(from) else {
            problems.push(format!("{from} belongs to no layer"));
            continue;
        };
        for to in needed {
            if layer(to).is_none_or(|below| below >= above) {
                problems.push(format!("{from} -> {to}"));
            }
        }
    }
    problems
}

#[test]
fn the_architecture_page_lists_the_arrows_between_the_crates() {
    let page = page();
    let written =
        written(&fs::read_to_string(&page).unwrap()).unwrap_or_else(|problem| panic!("{}: {problem}", page.display()));
    assert_eq!(written, declared(&manifests()), "left: {}; right: the Cargo.toml files", page.display());
}

#[test]
fn every_arrow_points_to_a_lower_layer() {
    assert_eq!(not_downwards(&declared(&manifests())), Vec::<String>::new());
}

#[test]
fn an_arrow_between_stages_is_found_wherever_it_is_declared() {
    let names = ["plenary-read", "plenary-attribute", "plenary-corpus"];
    let manifest =
        |rest: &str, name: &str| format!("[package]\nname = \"{name}\"\n{rest}").parse::<toml::Table>().unwrap();
    for (declaration, arrow) in [
        ("[dependencies]\nplenary-attribute.workspace = true", "plenary-read -> plenary-attribute"),
        ("[build-dependencies]\nplenary-attribute.path = \"x\"", "plenary-read -> plenary-attribute"),
        ("[target.'cfg(unix)'.dependencies]\nplenary-attribute.path = \"x\"", "plenary-read -> plenary-attribute"),
        (
            "[dependencies]\nother = { package = \"plenary-attribute\", path = \"x\" }",
            "plenary-read -> plenary-attribute",
        ),
    ] {
        let manifests: Vec<_> =
            names.iter().map(|name| manifest(if *name == "plenary-read" { declaration } else { "" }, name)).collect();
        assert_eq!(not_downwards(&declared(&manifests)), [arrow], "{declaration}");
    }
    let allowed = manifest("[dev-dependencies]\nplenary-attribute.path = \"x\"", "plenary-read");
    assert!(declared(&[allowed, manifest("", "plenary-attribute")])["plenary-read"].is_empty());
}

#[test]
fn a_page_without_a_readable_block_of_arrows_is_reported() {
    assert!(written("# Architecture\n").is_err());
    assert!(written("```arrows\na -> b\na -> c\n```\n").unwrap_err().contains("two lines for a"));
    assert!(written("```arrows\na to b\n```\n").unwrap_err().contains("a to b"));
    let arrows = written("```arrows\nlow ->\nhigh -> low, lower\n```\n").unwrap();
    assert_eq!(arrows["high"].len(), 2);
    assert!(arrows["low"].is_empty());
}

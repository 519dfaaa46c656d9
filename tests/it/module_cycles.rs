//! The modules of a crate must not depend on each other in a cycle, neither as files nor as folders.
//!
//! **Input**: the source files below `src` of each crate in [`CRATES`]. **Output**: a failure that lists the modules of a cycle. The
//! check reads paths that begin with `crate`, `super`, `self` or the name of a child module, in `use` declarations and in expressions;
//! code behind `#[cfg(test)]` is not read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// A module by its path from the root of the crate; the root has the empty path.
type Module = Vec<String>;
/// For each module, the modules that it depends on.
type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// The crates whose modules are checked, by their folders in `crates/`.
const CRATES: [&str; 3] = ["plenary-attribute", "plenary-engine", "plenary-models"];

#[test]
fn files_have_no_cycle() {
    for name in CRATES {
        let graph = graph(&sources(name));
        assert!(graph.len() > 1, "{name}: no source files were found");
        let cycle = cycle(&graph);
        assert!(cycle.is_empty(), "{name}: modules depend on each other in a cycle: {}", shown(&cycle));
    }
}

#[test]
fn folders_have_no_cycle() {
    for name in CRATES {
        let cycle = cycle(&folders(&graph(&sources(name))));
        assert!(cycle.is_empty(), "{name}: folders depend on each other in a cycle: {}", shown(&cycle));
    }
}

#[test]
fn cycles_are_found() {
    let files = |sources: &[(&str, &str)]| -> BTreeMap<String, String> {
        sources.iter().map(|(path, source)| ((*path).to_string(), (*source).to_string())).collect()
    };
    let straight = files(&[
        ("lib.rs", "#[cfg(test)]\nmod tests;\nmod a;\nmod b;\nuse a::one::One;\nconst S: &str = \"//\";\n"),
        ("a/mod.rs", "mod one;\npub(crate) mod two;\npub use one::One;\n"),
        (
            "a/one.rs",
            "// use crate::b::B;\nuse super::two::{self, Two};\n#[cfg(test)]\nmod tests { use super::super::One; }\n",
        ),
        ("a/two.rs", ""),
        ("b.rs", "use crate::a::One;\n"),
    ]);
    let graph_of = graph(&straight);
    assert_eq!(shown(&cycle(&graph_of)), "");
    let named = |path: &[&str]| -> Module { path.iter().map(|part| (*part).to_string()).collect() };
    assert_eq!(graph_of[&named(&["a", "one"])], BTreeSet::from([named(&["a", "two"])]));
    assert_eq!(graph_of[&named(&["b"])], BTreeSet::from([named(&["a"])]));

    let mut in_files = straight.clone();
    in_files.insert("a/two.rs".into(), "fn two() -> crate::a::one::One { todo!() }".into());
    assert_eq!(shown(&cycle(&graph(&in_files))), "a::one, a::two");

    let mut in_folders = straight;
    in_folders.insert("a/two.rs".into(), "use std::fmt;\nuse crate::{b::{self, B}};\n".into());
    in_folders.insert("b.rs".into(), "use crate::a::one::One;\n".into());
    in_folders.insert("a/one.rs".into(), String::new());
    assert_eq!(shown(&cycle(&graph(&in_folders))), "");
    assert_eq!(shown(&cycle(&folders(&graph(&in_folders)))), "a, b");
}

/// The source files below `src` of a crate, by their paths with `/`.
fn sources(name: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates").join(name).join("src");
    let mut files = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                let name = path.strip_prefix(&root).unwrap();
                let name =
                    name.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn module_of(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" || path == "main" { Vec::new() } else { path.split('/').map(str::to_string).collect() }
}

/// Comments and literals, which can hold text that looks like a path.
static NO_CODE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r##"(?m)//.*$|r#"[\s\S]*?"#|\br"[^"]*"|'\\?"'|"(?:[^"\\]|\\[\s\S])*""##).unwrap());
/// A declaration that is compiled for tests only.
static TEST_ONLY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"#\[cfg\(test\)\]\s*(?:pub(?:\([^)]*\))?\s+)?(?:mod|use)\b[^;{]*;").unwrap());
static USE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\buse\s+([^;]+);").unwrap());
static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(?:crate|super|self)(?:\s*::\s*\w+)+").unwrap());

/// Which modules depend on which.
fn graph(sources: &BTreeMap<String, String>) -> Graph {
    let modules: BTreeSet<Module> = sources.keys().map(|path| module_of(path)).collect();
    let mut graph = Graph::new();
    for (path, source) in sources {
        let module = module_of(path);
        let code = NO_CODE.replace_all(source, "");
        let code = TEST_ONLY.replace_all(&code, "");
        // Modules of tests are at the end of a file.
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        let mut paths = Vec::new();
        for declaration in USE.captures_iter(code) {
            expand(declaration[1].trim(), &[], &mut paths);
        }
        paths.extend(
            PATH.find_iter(code).map(|found| found.as_str().split("::").map(|part| part.trim().to_string()).collect()),
        );
        let used: BTreeSet<Module> =
            paths.iter().filter_map(|path| target(path, &module, &modules)).filter(|used| *used != module).collect();
        graph.insert(module, used);
    }
    graph
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str, prefix: &[String], paths: &mut Vec<Vec<String>>) {
    let (head, group) = match tree.find('{') {
        Some(at) => (&tree[..at], tree[at + 1..].trim_end().strip_suffix('}')),
        None => (tree, None),
    };
    let head = head.split(" as ").next().unwrap_or_default();
    let names = head.split("::").map(str::trim).filter(|name| !name.is_empty() && *name != "*").map(str::to_string);
    let path: Vec<String> = prefix.iter().cloned().chain(names).collect();
    let Some(group) = group else {
        paths.push(path);
        return;
    };
    let (mut depth, mut from) = (0i32, 0);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 && c == ',' {
            if !group[from..at].trim().is_empty() {
                expand(group[from..at].trim(), &path, paths);
            }
            from = at + 1;
        }
    }
}

/// The module of the crate that a path in `module` leads to; `None` for other crates.
fn target(path: &[String], module: &Module, modules: &BTreeSet<Module>) -> Option<Module> {
    let mut at = module.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (at, rest) = (Vec::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                at.pop();
                rest = &rest[1..];
            }
        }
        first => {
            let child: Module = at.iter().cloned().chain([first.to_string()]).collect();
            if !modules.contains(&child) {
                return None;
            }
        }
    }
    for part in rest {
        at.push(part.clone());
        if !modules.contains(&at) {
            at.pop();
            break;
        }
    }
    Some(at)
}

/// The same between the top modules of the crate, with everything below them.
fn folders(graph: &Graph) -> Graph {
    let top = |module: &Module| module.iter().take(1).cloned().collect::<Module>();
    let mut out = Graph::new();
    for (module, used) in graph {
        let used = used.iter().map(top).filter(|used| *used != top(module));
        out.entry(top(module)).or_default().extend(used);
    }
    out
}

/// The modules of the first cycle, in the order in which they depend on each other; empty if there is none.
fn cycle(graph: &Graph) -> Vec<Module> {
    let mut done = BTreeSet::new();
    for module in graph.keys() {
        let found = cycle_from(module, graph, &mut Vec::new(), &mut done);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn cycle_from(module: &Module, graph: &Graph, path: &mut Vec<Module>, done: &mut BTreeSet<Module>) -> Vec<Module> {
    if let Some(at) = path.iter().position(|earlier| earlier == module) {
        return path[at..].to_vec();
    }
    if !done.insert(module.clone()) {
        return Vec::new();
    }
    path.push(module.clone());
    for used in graph.get(module).into_iter().flatten() {
        let found = cycle_from(used, graph, path, done);
        if !found.is_empty() {
            return found;
        }
    }
    path.pop();
    Vec::new()
}

fn shown(modules: &[Module]) -> String {
    let name = |module: &Module| if module.is_empty() { "the root".to_string() } else { module.join("::") };
    modules.iter().map(name).collect::<Vec<_>>().join(", ")
}

//! `docs/reference/commands/` is generated from the program's arguments: one page per command.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/commands")
}

#[test]
fn the_pages_of_the_commands_are_what_the_arguments_say() {
    let pages = pages();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(folder());
        fs::create_dir_all(folder()).unwrap();
        for (name, page) in &pages {
            fs::write(folder().join(name), page).unwrap();
        }
    }
    let written: BTreeMap<String, String> = fs::read_dir(folder())
        .unwrap()
        .map(Result::unwrap)
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    assert!(
        written == pages,
        "docs/reference/commands differs from the arguments in src/cli; run: \
         UPDATE_DOCS=1 cargo test --release --test it commands_doc"
    );
}

/// File name -> text of every page.
fn pages() -> BTreeMap<String, String> {
    let mut program = plenary::cli::command();
    program.build();
    let mut pages = BTreeMap::from([("README.md".to_string(), index(&program))]);
    for command in commands_of(&program) {
        pages.insert(format!("{}.md", command.get_name()), page(command));
    }
    pages
}

/// The subcommands that the project wrote; clap adds `help`.
fn commands_of(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| command.get_name() != "help")
}

fn index(program: &Command) -> String {
    let mut out = generated("Commands");
    let _ = writeln!(out, "{}.\n", text(program.get_about()));
    let _ = writeln!(out, "| command | does |\n|---|---|");
    for command in commands_of(program) {
        let _ = writeln!(out, "| [`plenary {0}`]({0}.md) | {1} |", command.get_name(), cell(&about(command)));
    }
    let _ = writeln!(out, "\nOptions of every command:\n");
    table_of(&mut out, program.get_arguments().filter(|arg| arg.get_id() != "version"));
    let _ = writeln!(out, "\n`plenary --version` prints the version.");
    after(&mut out, program);
    out
}

/// A page per command of the program; its subcommands are sections.
fn page(command: &Command) -> String {
    let mut out = generated(&format!("plenary {}", command.get_name()));
    describe(&mut out, command);
    for below in commands_of(command) {
        let _ = writeln!(out, "\n## plenary {} {}\n", command.get_name(), below.get_name());
        describe(&mut out, below);
    }
    out
}

fn generated(title: &str) -> String {
    format!("<!-- Generated from src/cli by the test `commands_doc`; do not edit. -->\n\n# {title}\n\n")
}

fn describe(out: &mut String, command: &Command) {
    let _ = writeln!(out, "{}\n", sentence(&about(command)));
    let usage = command.clone().render_usage().to_string();
    for line in usage.lines() {
        let _ = writeln!(out, "    {}", line.trim_start_matches("Usage: ").trim_start());
    }
    let (positionals, options): (Vec<&Arg>, Vec<&Arg>) = command
        .get_arguments()
        .filter(|arg| !is_common(command, arg) && !arg.is_hide_set())
        .partition(|arg| arg.is_positional());
    for (title, arguments) in [("Arguments", positionals), ("Options", options)] {
        if !arguments.is_empty() {
            let _ = writeln!(out, "\n**{title}**\n");
            table_of(out, arguments.into_iter());
        }
    }
    let below: Vec<&Command> = commands_of(command).collect();
    if !below.is_empty() {
        let _ = writeln!(out, "\n**Commands**\n\n| command | does |\n|---|---|");
        for below in below {
            let _ = writeln!(out, "| `{}` | {} |", below.get_name(), cell(&about(below)));
        }
    }
    after(out, command);
}

/// Options that every command has are listed once, in the index.
fn is_common(command: &Command, arg: &Arg) -> bool {
    let common = ["help", "version", "quiet", "verbose"];
    let inherited = arg.is_global_set() && command.get_subcommands().next().is_none();
    common.contains(&arg.get_id().as_str()) || inherited
}

fn table_of<'a>(out: &mut String, arguments: impl Iterator<Item = &'a Arg>) {
    let _ = writeln!(out, "| | meaning |\n|---|---|");
    for arg in arguments {
        let _ = writeln!(out, "| `{}` | {} |", signature(arg).replace('|', "\\|"), cell(&meaning(arg)));
    }
}

/// `-q, --quiet`, `--out <DIR>`, `<INPUT>...`
fn signature(arg: &Arg) -> String {
    let takes_value = arg.get_action().takes_values() && !arg.is_positional();
    let names: Vec<String> =
        [arg.get_short().map(|short| format!("-{short}")), arg.get_long().map(|long| format!("--{long}"))]
            .into_iter()
            .flatten()
            .collect();
    if names.is_empty() {
        return arg.to_string();
    }
    let value = arg.get_value_names().unwrap_or_default().join("> <");
    if takes_value { format!("{} <{value}>", names.join(", ")) } else { names.join(", ") }
}

fn meaning(arg: &Arg) -> String {
    let mut parts = vec![sentence(&text(arg.get_long_help().or(arg.get_help())))];
    let values: Vec<_> = arg.get_possible_values();
    if arg.get_action().takes_values() && !values.is_empty() {
        let values = values.iter().map(|value| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        });
        parts.push(format!("Values: {}.", values.collect::<Vec<_>>().join(", ")));
    }
    let defaults: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if arg.get_action().takes_values() && !defaults.is_empty() {
        parts.push(format!("Default: `{}`.", defaults.join(", ")));
    }
    if let Some(variable) = arg.get_env() {
        parts.push(format!("Environment variable: `{}`.", variable.to_string_lossy()));
    }
    parts.join(" ")
}

fn after(out: &mut String, command: &Command) {
    let text = text(command.get_after_long_help().or(command.get_after_help()));
    if text.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n```text\n{text}\n```");
}

fn about(command: &Command) -> String {
    text(command.get_long_about().or(command.get_about()))
}

fn text(styled: Option<&clap::builder::StyledStr>) -> String {
    styled.map(ToString::to_string).unwrap_or_default()
}

/// Ends with a full stop, as prose does and clap's short help does not. A default in brackets becomes a sentence.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if let Some((meaning, default)) = text.strip_suffix(']').and_then(|text| text.rsplit_once(" [default: ")) {
        return format!("{meaning}. Default: {default}.");
    }
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_string() } else { format!("{text}.") }
}

/// A table cell must be one line.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

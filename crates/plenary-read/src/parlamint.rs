//! The derived plain texts of `ParlaMint`: a file of texts and a file that says who spoke, joined by their ids.
//!
//! **Input:** `NAME.txt`, with an id, a tab and a text on each line, and `NAME-meta.tsv` beside it. **Output:** a table with one
//! row for each text. **Refused:** a file of texts without the other file, and pairs of which no id agrees. Texts without
//! metadata have no speaker; both they and metadata without a text are counted in a warning.

use std::collections::HashMap;

use super::error::{Place, Problem, ReadErrorKind};
use super::file::File;
use super::tabular::{self, Row, Table};
use super::{Columns, Companion, Options, decode, detect};

pub(crate) const NOUN: &str = "a text file of ParlaMint";

/// Ends of the names of files of metadata, after the name of the file of texts. The first that exists is used.
pub(crate) const METADATA: [&str; 2] = ["-meta.tsv", "-meta-en.tsv"];

/// Number of lines by which the format is recognised.
const SAMPLE: usize = 20;

/// Smallest number of characters that all ids have in common at their start.
const COMMON: usize = 4;

/// Name of the column of texts. No column of the metadata has it.
const TEXT: &str = "text";

/// Whether each of the first lines is an id and a text, and the ids have a common beginning.
pub(crate) fn is_text(file: &File<'_>) -> bool {
    let lines = file.text().lines().filter(|line| !line.trim().is_empty()).take(SAMPLE);
    let mut first: Option<&str> = None;
    for line in lines {
        let Some((id, _)) = line.split_once('\t') else { return false };
        let n_common = first.map_or(COMMON, |first| first.chars().zip(id.chars()).take_while(|(a, b)| a == b).count());
        let is_id = !id.contains(char::is_whitespace)
            && id.contains(char::is_alphabetic)
            && id.contains(|c: char| c.is_ascii_digit())
            && id.contains(['.', '_']);
        if !is_id || n_common < COMMON || id.chars().count() <= COMMON {
            return false;
        }
        first = first.or(Some(id));
    }
    first.is_some()
}

/// Joins the texts with their metadata.
///
/// # Errors
/// [`ReadErrorKind::NoCompanion`] without metadata, [`ReadErrorKind::Row`] where a line is not an id and a text or no id has
/// metadata, and what the metadata themselves lack.
pub(crate) fn read(file: &File<'_>, options: &Options) -> Result<Table, Problem> {
    detect::check_text(file.text(), file.bytes)?;
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let companion = METADATA
        .iter()
        .find_map(|end| options.companions.iter().find(|companion| companion.name == format!("{stem}{end}")))
        .ok_or_else(|| ReadErrorKind::NoCompanion { name: format!("{stem}{}", METADATA[0]) })?;
    let mut table = metadata(companion)?;
    let ids = table.names.iter().position(|name| name.trim() == "ID");
    let ids = ids.ok_or_else(|| without_ids(companion))?;
    let mut row_of: HashMap<String, Row> = HashMap::new();
    for row in std::mem::take(&mut table.rows) {
        if let Some(Some(id)) = row.cells.get(ids) {
            row_of.insert(id.trim().to_string(), row);
        }
    }
    let texts = table.names.iter().position(|name| name.trim() == "Text_ID");
    table.names.push(TEXT.into());
    let width = table.names.len();
    let mut unknown: Vec<usize> = Vec::new();
    for (number, line) in file.text().lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = Place::Line(number + 1);
        let (id, text) = line.split_once('\t').ok_or_else(|| {
            let problem = "expected an id, a tab and a text; found no tab".into();
            ReadErrorKind::Row { problem }.at(place.clone())
        })?;
        let mut cells = row_of.remove(id.trim()).map_or_else(
            || {
                unknown.push(number + 1);
                Vec::new()
            },
            |row| row.cells,
        );
        cells.resize(width - 1, None);
        cells.push(Some(text.to_string()).filter(|text| !text.trim().is_empty()));
        table.rows.push(Row { place, cells });
    }
    if !table.rows.is_empty() && unknown.len() == table.rows.len() {
        let problem = format!("none of the ids of the texts is in the column `ID` of `{}`", companion.name);
        return Err(ReadErrorKind::Row { problem }.into());
    }
    // A text without metadata is of the same document as the others.
    if let Some(column) = texts {
        let known = table.rows.iter().find_map(|row| row.cells[column].clone());
        for row in &mut table.rows {
            row.cells[column] = row.cells[column].take().or_else(|| known.clone());
        }
    }
    if let Some(first) = unknown.first() {
        let n = unknown.len();
        table
            .warnings
            .push(format!("{n} texts are not in `{}` and have no speaker, the first on line {first}", companion.name));
    }
    if !row_of.is_empty() {
        table.warnings.push(format!("{} rows of `{}` have no text", row_of.len(), companion.name));
    }
    table.encoding = file.decoded().encoding;
    Ok(table)
}

/// The table of the metadata. Its columns are separated by tabs and not quoted.
fn metadata(companion: &Companion) -> Result<Table, Problem> {
    let text = decode::decode(&companion.bytes).text;
    detect::check_text(&text, &companion.bytes)?;
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let mut table = Table::default();
    let cells = |line: &str| line.split('\t').map(|cell| cell.trim().to_string()).collect::<Vec<_>>();
    if let Some((_, header)) = lines.next() {
        table.names = cells(header);
    }
    for (number, line) in lines {
        let cells = cells(line).into_iter().map(|cell| Some(cell).filter(|cell| !cell.is_empty())).collect();
        table.rows.push(Row { place: Place::Line(number + 1), cells });
    }
    Ok(table)
}

fn without_ids(companion: &Companion) -> ReadErrorKind {
    ReadErrorKind::Row { problem: format!("`{}` has no column `ID`, by which the texts are found", companion.name) }
}

/// The names of the columns of the joined table: only the text has a name of its own.
pub(crate) fn columns(options: &Options) -> Columns {
    Columns { text: TEXT.into(), ..options.columns.clone() }
}

/// The documents of the joined table.
pub(crate) fn documents(
    source: &super::source::Source<'_>,
    table: Table,
    options: &Options,
) -> Result<Vec<plenary_corpus::Document>, Problem> {
    let options = Options { columns: columns(options), ..options.clone() };
    let mut documents = tabular::documents(source, table, &options)?;
    // The metadata have dozens of columns; that they are not used is no news.
    for document in &mut documents {
        document.warnings.retain(|warning| !warning.starts_with("columns that were not used"));
    }
    Ok(documents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadError, Reading, read_all};
    use plenary_corpus::Role;

    const META: &str = "Text_ID\tID\tTitle\tDate\tBody\tSession\tSpeaker_role\tSpeaker_party\tSpeaker_ID\tSpeaker_name\n\
        P-XX_1\tP-XX_1.u1\tMinutes\t2031-03-04\tLower house\t-\tChairperson\tLAB\tAnnLee\tLee, Ann\n\
        P-XX_1\tP-XX_1.u2\tMinutes\t2031-03-04\tLower house\t-\tRegular\t-\tBoHill\tHill, Bo\n\
        P-XX_1\tP-XX_1.u9\tMinutes\t2031-03-04\tLower house\t-\tRegular\t-\tBoHill\tHill, Bo\n";

    fn all(text: &str, meta: Option<&str>) -> Result<Reading, ReadError> {
        let companions =
            meta.into_iter().map(|meta| Companion { name: "P-XX_1-meta.tsv".into(), bytes: meta.as_bytes().into() });
        let options = Options { companions: companions.collect(), ..Options::default() };
        read_all("x/P-XX_1.txt", text.as_bytes(), &options)
    }

    #[test]
    fn texts_are_joined_with_their_metadata_by_id() {
        let text = "P-XX_1.u1\tOrder! \"Who pays?\nP-XX_1.u2\tI do.\nP-XX_1.u3\tAnd I.\n";
        let document = all(text, Some(META)).unwrap().documents.remove(0);
        assert_eq!(document.text, "Order! \"Who pays?\nI do.\nAnd I.\n");
        let labels: Vec<_> =
            document.turns.iter().map(|turn| turn.speaker.as_ref().map(|s| s.label.as_str())).collect();
        assert_eq!(labels, [Some("Ann Lee"), Some("Bo Hill"), None]);
        let chair = document.turns[0].speaker.as_ref().unwrap();
        assert_eq!((chair.role, chair.details.party.as_deref()), (Some(Role::Chair), Some("LAB")));
        assert_eq!(document.front.date, Some(jiff::civil::date(2031, 3, 4)));
        let warnings = document.warnings.join("\n");
        assert!(warnings.contains("1 texts are not in") && warnings.contains("1 rows of"), "{warnings}");
    }

    #[test]
    fn texts_alone_and_pairs_that_do_not_fit_are_refused() {
        let text = "P-XX_1.u1\tOrder!\n";
        let error = all(text, None).unwrap_err();
        assert!(matches!(error.kind, ReadErrorKind::NoCompanion { .. }), "{error}");
        assert!(error.to_string().contains("P-XX_1-meta.tsv"), "{error}");
        assert!(all(text, Some("")).unwrap_err().to_string().contains("no column `ID`"));
        let other = all("P-XX_2.u1\tOrder!\n", Some(META)).unwrap_err().to_string();
        assert!(other.contains("none of the ids"), "{other}");
        let cut: String = (1..=25).map(|n| format!("P-XX_1.u{n}\tYes.\n")).chain(["P-XX_1".to_string()]).collect();
        assert!(all(&cut, Some(META)).unwrap_err().to_string().contains("line 26"));
        assert!(!is_text(&File::new("a.txt", b"Ann\tYes.\nBo\tNo.\n")));
        assert!(!is_text(&File::new("a.txt", b"10.15\tYes.\n10.16\tNo.\n")));
    }
}

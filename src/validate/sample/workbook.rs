//! The table as a workbook for spreadsheet programs.
//!
//! **Input:** a sample and the rows of a coder. **Output:** an XLSX file: codes can be chosen from a list, long texts are wrapped, columns
//! that a coder does not need are hidden. All cells are texts, never formulas. **Refused:** nothing that a run can contain; texts are cut
//! at the limit of the format. **Left to others:** reading codes (`coded`).

use plenary_chat::Example;
use rust_xlsxwriter::{DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError};

use super::sheet::COLUMNS;
use super::{Sample, SampleError};

/// Maximum number of characters in a cell.
const CELL: usize = 32_767;

/// Rows of the list of codes that a spreadsheet program shows as a choice: its characters together.
const CHOICE: usize = 255;

pub(super) fn workbook(sample: &Sample, rows: &[[String; COLUMNS.len()]]) -> Result<Vec<u8>, SampleError> {
    write(sample, rows).map_err(|error| SampleError::File {
        path: "codes.xlsx".into(),
        source: std::io::Error::other(error.to_string()),
    })
}

fn write(sample: &Sample, rows: &[[String; COLUMNS.len()]]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same sample gives the same bytes on every day.
    let written = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title("Units to code").set_creation_datetime(&written));
    let head = Format::new().set_bold().set_align(FormatAlign::Top);
    let cell = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let sheet = workbook.add_worksheet().set_name("codes")?;
    sheet.set_freeze_panes(1, 0)?;
    for (at, name) in COLUMNS.iter().enumerate() {
        let at = at as u16;
        sheet.write_string_with_format(0, at, *name, &head)?;
        let width = match *name {
            "segment_id" => 12.0,
            "target" | "label" | "speaker" | "document" => 18.0,
            "note" => 30.0,
            "before" | "after" => 60.0,
            "text" => 70.0,
            _ => 10.0,
        };
        sheet.set_column_width(at, width)?;
        if matches!(*name, "inclusion_probability" | "stratum" | "sample" | "coder") {
            sheet.set_column_hidden(at)?;
        }
    }
    for (at, row) in rows.iter().enumerate() {
        let line = at as u32 + 1;
        for (column, text) in row.iter().enumerate() {
            let text: String = text.chars().take(CELL).collect();
            sheet.write_string_with_format(line, column as u16, text, &cell)?;
        }
    }
    let label = COLUMNS.iter().position(|name| *name == "label").unwrap_or_default() as u16;
    let codes = sample.questions.codes();
    if !rows.is_empty() && codes.iter().map(|code| code.len() + 1).sum::<usize>() <= CHOICE {
        let choice = DataValidation::new()
            .allow_list_strings(&codes)?
            .set_error_title("Not a code")?
            .set_error_message("Choose one of the codes of the codebook, or leave the cell empty.")?;
        sheet.add_data_validation(1, label, rows.len() as u32, label, &choice)?;
    }
    let codebook = workbook.add_worksheet().set_name("codebook")?;
    codebook.set_column_width(0, 18.0)?;
    codebook.set_column_width(1, 100.0)?;
    let mut line = 0;
    let mut put = |name: &str, text: &str| -> Result<(), XlsxError> {
        codebook.write_string_with_format(line, 0, name, &head)?;
        codebook.write_string_with_format(line, 1, text.chars().take(CELL).collect::<String>(), &cell)?;
        line += 1;
        Ok(())
    };
    let common = &sample.questions.codebook;
    put("what is coded", &common.definition)?;
    for code in &common.codes {
        put(&code.id, &code.definition)?;
    }
    put_rules(&mut put, &common.examples, &common.edge_cases)?;
    for question in &sample.questions.all {
        put("", "")?;
        put(question.target.as_deref().unwrap_or("variable"), &question.title)?;
        for (name, text) in [("denied", &question.negation), ("meaning", &question.meaning), ("note", &question.note)] {
            if let Some(text) = text {
                put(name, text)?;
            }
        }
        put_rules(&mut put, &question.examples, &question.edge_cases)?;
    }
    workbook.save_to_buffer()
}

fn put_rules(
    put: &mut impl FnMut(&str, &str) -> Result<(), XlsxError>,
    examples: &[Example],
    edge_cases: &[String],
) -> Result<(), XlsxError> {
    for example in examples {
        put("example", &format!("\"{}\": {}", example.text, example.code))?;
    }
    edge_cases.iter().try_for_each(|case| put("difficult case", case))
}

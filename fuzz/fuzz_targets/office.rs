//! The XML members of Word, OpenDocument and Excel files to lines. The bytes are the member, which is packed here, so that
//! mutations reach the reader.
#![no_main]

use plenary_fuzz::{packed, read};

const RELATIONS: &[u8] = b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/>\
    </Relationships>";
const BOOK_RELATIONS: &[u8] = b"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
    </Relationships>";
const BOOK: &[u8] = b"<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let types: &[u8] = b"<Types/>";
    for member in ["styles", "numbering", "footnotes"] {
        let body = b"<w:document xmlns:w=\"w\"><w:body><w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>Ann: yes</w:t></w:r></w:p></w:body></w:document>";
        let path = format!("word/{member}.xml");
        read("a.docx", &packed(&[("[Content_Types].xml", types), ("word/document.xml", body), (&path, bytes)]));
    }
    read("a.docx", &packed(&[("[Content_Types].xml", types), ("word/document.xml", bytes)]));
    let odt = "application/vnd.oasis.opendocument.text".as_bytes();
    read("a.odt", &packed(&[("mimetype", odt), ("content.xml", bytes)]));
    read(
        "a.xlsx",
        &packed(&[
            ("[Content_Types].xml", types),
            ("_rels/.rels", RELATIONS),
            ("xl/workbook.xml", BOOK),
            ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
            ("xl/worksheets/sheet1.xml", bytes),
        ]),
    );
});

//! PDF to lines: the bytes of a file, and the drawing commands of a page.
#![no_main]

/// A file of one page, around its drawing commands. The table of objects is missing; readers search for the objects.
fn page(commands: &[u8]) -> Vec<u8> {
    let before = format!(
        "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 1 /Kids [5 0 R] >>\nendobj\n\
         3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>\nendobj\n\
         5 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 3 0 R /F2 3 0 R >> >> >>\nendobj\n\
         4 0 obj\n<< /Length {} >>\nstream\n",
        commands.len()
    );
    [before.as_bytes(), commands, b"\nendstream\nendobj\ntrailer\n<< /Size 6 /Root 1 0 R >>\n%%EOF\n"].concat()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"%PDF-") {
        plenary_fuzz::read("a.pdf", bytes);
    } else {
        plenary_fuzz::read("a.pdf", &page(bytes));
    }
});

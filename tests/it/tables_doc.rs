//! `docs/reference/tables.md` is generated from the schema.

use std::path::Path;

#[test]
fn tables_doc_is_what_the_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/tables.md");
    let generated = plenary::table::codebook::tables_md();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &generated).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == generated,
        "docs/reference/tables.md differs from crates/plenary-tables/src/schema; run: UPDATE_DOCS=1 cargo test --release --test it tables_doc"
    );
}

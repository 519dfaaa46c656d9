//! How a table is declared: from one list of columns come the row struct, its description and its frame.
//!
//! In: declarations as in [`schema`](super::schema). Out: row structs whose fields are the columns and that become
//! frames, [`Table`]s that describe them. Which tables and columns there are is `schema`'s to say.

use super::cells::Kind;

/// A table and what one of its rows is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Table {
    pub name: &'static str,
    /// What one row stands for.
    pub row: &'static str,
    pub columns: &'static [Column],
}

/// A column, its type and its meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// What the values are measured in; `None` for names, texts and ids.
    pub unit: Option<&'static str>,
    /// What a null says; `None` where a value is never missing.
    pub null_means: Option<&'static str>,
    pub description: &'static str,
}

/// A field's type: an option where a null has a meaning.
macro_rules! field {
    ($ty:ty) => { $ty };
    ($ty:ty, $null:literal) => { Option<$ty> };
}

/// A field's value as an option.
macro_rules! cell {
    ($value:expr) => {
        Some(&$value)
    };
    ($value:expr, $null:literal) => {
        $value.as_ref()
    };
}

/// The text in the optional part of a declaration.
macro_rules! optional {
    () => {
        None
    };
    ($text:literal) => {
        Some($text)
    };
}

/// A field's name as a column's: `r#type` is `type`.
pub(super) const fn plain(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', rest @ ..] => match str::from_utf8(rest) {
            Ok(name) => name,
            Err(_) => field,
        },
        _ => field,
    }
}

/// Row structs, [`Table`]s and the list of all tables.
macro_rules! tables {
    ($(
        $(#[doc = $row_text:literal])+
        $table:ident: $row:ident<$a:lifetime> {
            $(
                $(#[doc = $text:literal])+
                $field:ident: $ty:ty $(, unit $unit:literal)? $(, null $null:literal)?;
            )+
        }
    )+) => {
        $(
            /// A row of the table of the same name; its fields are the columns.
            #[derive(Debug, Clone, PartialEq, serde::Serialize)]
            pub struct $row<$a> {
                $($(#[doc = $text])+ pub $field: field!($ty $(, $null)?),)+
            }

            impl<$a> $row<$a> {
                pub const TABLE: Table = Table {
                    name: stringify!($table),
                    row: concat!($($row_text),+).trim_ascii(),
                    columns: &[$(super::declare::Column {
                        name: super::declare::plain(stringify!($field)),
                        kind: <$ty as super::cells::Value>::KIND,
                        unit: optional!($($unit)?),
                        null_means: optional!($($null)?),
                        description: concat!($($text),+).trim_ascii(),
                    },)+],
                };

                pub(crate) fn frame(rows: &[Self]) -> polars_core::prelude::PolarsResult<polars_core::prelude::DataFrame> {
                    let columns = vec![$(
                        <$ty as super::cells::Value>::series(
                            super::declare::plain(stringify!($field)),
                            rows.iter().map(|row| cell!(row.$field $(, $null)?)),
                        )?.into(),
                    )+];
                    polars_core::prelude::DataFrame::new(rows.len(), columns)
                }
            }
        )+

        /// All tables, in the order in which they are described.
        pub const TABLES: &[Table] = &[$($row::TABLE,)+];
    };
}

pub(super) use {cell, field, optional, tables};

//! The macro that declares tables: one list of columns becomes a row struct, a description and a schema.
//!
//! **Input:** declarations as in [`schema`](super::schema). **Output:** row structs whose fields are the columns and that
//! convert to and from data frames, and the [`Table`]s that describe them. **Refused:** a column that a frame lacks, or a null
//! where the schema allows none. **Left to others:** which tables and columns exist (`schema`), files (`sheet`, `results`).

use super::cells::Kind;

/// A table and what one of its rows is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Table {
    /// Name of the table; its file is `NAME.parquet`.
    pub name: &'static str,
    /// What a row represents.
    pub row: &'static str,
    /// The columns, in the order of the file.
    pub columns: &'static [Column],
}

impl AsRef<str> for Table {
    fn as_ref(&self) -> &str {
        self.name
    }
}

/// A column, its type and its meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// Name of the column.
    pub name: &'static str,
    /// Type of its values.
    pub kind: Kind,
    /// Unit of the values; `None` for names, texts and ids.
    pub unit: Option<&'static str>,
    /// What a null means; `None` if a value is never missing.
    pub null_means: Option<&'static str>,
    /// What the column holds.
    pub description: &'static str,
}

/// The type of a field: an option if a null has a meaning.
macro_rules! field {
    ($ty:ty) => { $ty };
    ($ty:ty, $null:literal) => { Option<$ty> };
}

/// The value of a field as an option.
macro_rules! cell {
    ($value:expr) => {
        Some(&$value)
    };
    ($value:expr, $null:literal) => {
        $value.as_ref()
    };
}

/// The value of a field from a cell that was read; a null that the schema does not allow is an error.
macro_rules! filled {
    ($cell:expr, $name:expr) => {
        $cell.ok_or_else(|| {
            polars_core::prelude::polars_err!(SchemaMismatch: "column `{}` has a null, which its description does not allow", $name)
        })?
    };
    ($cell:expr, $name:expr, $null:literal) => {
        $cell
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

/// The column name of a field: `r#type` is `type`.
pub(super) const fn plain(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', rest @ ..] => match str::from_utf8(rest) {
            Ok(name) => name,
            Err(_) => field,
        },
        _ => field,
    }
}

/// Row structs, [`Table`]s and the list of them.
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
            #[doc = concat!("A row of the table `", stringify!($table), "`; its fields are the columns.")]
            #[derive(Debug, Clone, PartialEq, serde::Serialize)]
            pub struct $row<$a> {
                $($(#[doc = $text])+ pub $field: field!($ty $(, $null)?),)+
            }

            impl<$a> $row<$a> {
                /// The table that the rows belong to.
                pub const TABLE: Table = Table {
                    name: stringify!($table),
                    row: concat!($($row_text),+).trim_ascii(),
                    columns: &[$(crate::declare::Column {
                        name: crate::declare::plain(stringify!($field)),
                        kind: <$ty as crate::cells::Value>::KIND,
                        unit: optional!($($unit)?),
                        null_means: optional!($($null)?),
                        description: concat!($($text),+).trim_ascii(),
                    },)+],
                };

                /// The rows of a frame that has the columns of the table.
                ///
                /// # Errors
                /// [`OpenError`](crate::OpenError) if a column is missing, has another type, or has a null that its
                /// description does not allow.
                pub fn rows(frame: &$a polars_core::prelude::DataFrame) -> Result<Vec<Self>, crate::OpenError> {
                    Self::read(frame).map_err(|source| crate::OpenError::stored(Self::TABLE.name, source))
                }

                fn read(frame: &$a polars_core::prelude::DataFrame) -> polars_core::prelude::PolarsResult<Vec<Self>> {
                    $(let mut $field = crate::cells::read::<$ty>(frame, crate::declare::plain(stringify!($field)))?.into_iter();)+
                    let row = |_| Ok(Self {
                        $($field: filled!($field.next().flatten(), crate::declare::plain(stringify!($field)) $(, $null)?),)+
                    });
                    (0..frame.height()).map(row).collect()
                }

                pub(crate) fn frame(rows: &[Self]) -> polars_core::prelude::PolarsResult<polars_core::prelude::DataFrame> {
                    let columns = vec![$(
                        <$ty as crate::cells::Value>::series(
                            crate::declare::plain(stringify!($field)),
                            rows.iter().map(|row| cell!(row.$field $(, $null)?)),
                        )?.into(),
                    )+];
                    polars_core::prelude::DataFrame::new(rows.len(), columns)
                }
            }
        )+

        /// These tables, in the order in which they are described.
        pub(super) const TABLES: &[Table] = &[$($row::TABLE,)+];
    };
}

pub(super) use {cell, field, filled, optional, tables};

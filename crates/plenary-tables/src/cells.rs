//! Rust values to columns: what a cell of a table can hold and how a run of cells becomes a polars series.
//!
//! In: the fields of the row structs of [`schema`](super::schema). Out: one named series per field, with the type
//! that [`Kind`] names. The names, meanings and the order of columns are `schema`'s; files are `writer`'s.

use jiff::Timestamp;
use jiff::civil::Date;
use polars_core::prelude::*;

/// Type of a column, as R, Python and Parquet know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    String,
    Float32,
    Float64,
    UInt32,
    UInt64,
    Int64,
    Bool,
    Date,
    /// Microseconds since 1970, UTC.
    DateTime,
    StringList,
    Float32List,
    /// As many `f32` in every row; the model sets how many.
    Vector,
}

impl Kind {
    pub const ALL: [Kind; 12] = [
        Kind::String,
        Kind::Float32,
        Kind::Float64,
        Kind::UInt32,
        Kind::UInt64,
        Kind::Int64,
        Kind::Bool,
        Kind::Date,
        Kind::DateTime,
        Kind::StringList,
        Kind::Float32List,
        Kind::Vector,
    ];

    /// The name used in the codebook.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::Float32 => "float32",
            Kind::Float64 => "float64",
            Kind::UInt32 => "uint32",
            Kind::UInt64 => "uint64",
            Kind::Int64 => "int64",
            Kind::Bool => "bool",
            Kind::Date => "date",
            Kind::DateTime => "datetime[us, UTC]",
            Kind::StringList => "list[string]",
            Kind::Float32List => "list[float32]",
            Kind::Vector => "array[float32]",
        }
    }

    /// The polars type; `width` is the length of a [`Kind::Vector`].
    pub fn dtype(self, width: usize) -> DataType {
        match self {
            Kind::String => DataType::String,
            Kind::Float32 => DataType::Float32,
            Kind::Float64 => DataType::Float64,
            Kind::UInt32 => DataType::UInt32,
            Kind::UInt64 => DataType::UInt64,
            Kind::Int64 => DataType::Int64,
            Kind::Bool => DataType::Boolean,
            Kind::Date => DataType::Date,
            Kind::DateTime => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
            Kind::StringList => DataType::List(Box::new(DataType::String)),
            Kind::Float32List => DataType::List(Box::new(DataType::Float32)),
            Kind::Vector => DataType::Array(Box::new(DataType::Float32), width),
        }
    }
}

/// A value that can stand in a cell. `None` is a null.
pub trait Value {
    const KIND: Kind;

    /// The cells from the first row to the last as a series called `name`.
    fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series>
    where
        Self: 'c;
}

/// The types that polars collects by itself.
macro_rules! plain_value {
    ($($ty:ty => $kind:ident, $array:ident, $cell:ident => $stored:expr;)+) => {
        $(impl Value for $ty {
            const KIND: Kind = Kind::$kind;

            fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series>
            where
                Self: 'c,
            {
                let array: $array = cells.map(|cell| cell.map(|$cell| $stored)).collect();
                Ok(array.with_name(name.into()).into_series())
            }
        })+
    };
}

plain_value! {
    &str => String, StringChunked, cell => *cell;
    String => String, StringChunked, cell => cell.as_str();
    f32 => Float32, Float32Chunked, cell => *cell;
    f64 => Float64, Float64Chunked, cell => *cell;
    u32 => UInt32, UInt32Chunked, cell => *cell;
    u64 => UInt64, UInt64Chunked, cell => *cell;
    i64 => Int64, Int64Chunked, cell => *cell;
    bool => Bool, BooleanChunked, cell => *cell;
}

impl Value for Date {
    const KIND: Kind = Kind::Date;

    fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series> {
        let epoch = Date::constant(1970, 1, 1);
        let days: Int32Chunked = cells.map(|cell| cell.map(|date| (*date - epoch).get_days())).collect();
        Ok(days.with_name(name.into()).into_date().into_series())
    }
}

impl Value for Timestamp {
    const KIND: Kind = Kind::DateTime;

    fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series> {
        let instants: Int64Chunked = cells.map(|cell| cell.map(|instant| instant.as_microsecond())).collect();
        let series = instants.with_name(name.into()).into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
        Ok(series.into_series())
    }
}

impl Value for Vec<String> {
    const KIND: Kind = Kind::StringList;

    fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series> {
        let mut lists = ListStringChunkedBuilder::new(name.into(), 0, 0);
        for cell in cells {
            match cell {
                Some(values) => lists.append_values_iter(values.iter().map(String::as_str)),
                None => lists.append_null(),
            }
        }
        Ok(lists.finish().into_series())
    }
}

impl Value for Vec<f32> {
    const KIND: Kind = Kind::Float32List;

    fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series> {
        let mut lists = ListPrimitiveChunkedBuilder::<Float32Type>::new(name.into(), 0, 0, DataType::Float32);
        for cell in cells {
            lists.append_opt_slice(cell.map(Vec::as_slice));
        }
        Ok(lists.finish().into_series())
    }
}

impl Value for &[f32] {
    const KIND: Kind = Kind::Vector;

    /// Every cell has the length of the first one and none is null. Without rows the width is 1: the caller, who
    /// knows the model, replaces the series.
    fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series>
    where
        Self: 'c,
    {
        let mut width = None;
        let mut values = Vec::new();
        for cell in cells {
            let cell = cell.copied().unwrap_or_default();
            if *width.get_or_insert(cell.len()) != cell.len() || cell.is_empty() {
                polars_bail!(ShapeMismatch: "vectors of different length, or of no length, in column {}", name);
            }
            values.extend_from_slice(cell);
        }
        match width {
            None => Ok(Series::new_empty(name.into(), &Kind::Vector.dtype(1))),
            Some(width) => {
                let flat = Float32Chunked::from_vec(name.into(), values).into_series();
                let width = i64::try_from(width).map_err(|error| polars_err!(ShapeMismatch: "{}", error))?;
                flat.reshape_array(&[ReshapeDimension::Infer, ReshapeDimension::new(width)])
            }
        }
    }
}

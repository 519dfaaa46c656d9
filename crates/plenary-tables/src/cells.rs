//! The types of cells, and their conversion to and from polars series.
//!
//! **Input:** the fields of the row structs of [`schema`](super::schema), or a series that was read. **Output:** one named
//! series per field with the type that [`Kind`] names, or the values of a series. **Refused:** a series of another type.
//! **Left to others:** names, meanings and order of columns (`schema`), files (`sheet`, `results`).

use super::open_error::{OpenError, OpenErrorKind};
use jiff::Timestamp;
use jiff::civil::Date;
use polars_arrow::array::{Array, Float32Array};
use polars_core::prelude::*;

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// UTF-8 text.
    String,
    /// 32-bit floating point number.
    Float32,
    /// 64-bit floating point number.
    Float64,
    /// Unsigned 32-bit integer.
    UInt32,
    /// Unsigned 64-bit integer.
    UInt64,
    /// Signed 64-bit integer.
    Int64,
    /// True or false.
    Bool,
    /// Calendar day.
    Date,
    /// Microseconds since 1970-01-01, UTC.
    DateTime,
    /// List of texts.
    StringList,
    /// List of 32-bit floating point numbers.
    Float32List,
    /// The same number of 32-bit floats in every row; the embedding model sets the number.
    Vector,
}

impl Kind {
    /// All types.
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

/// A value of a cell. `None` is a null.
pub(crate) trait Value {
    /// The type of its column.
    const KIND: Kind;

    /// The cells, from the first row to the last, as a series with the name `name`.
    fn series<'c>(name: &str, cells: impl Iterator<Item = Option<&'c Self>>) -> PolarsResult<Series>
    where
        Self: 'c;
}

/// A value that can be read from a series and borrows from it if it is text or a vector.
pub trait ReadValue<'s>: Sized {
    /// The cells of a series, from the first row to the last; a null is `None`.
    fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>>;
}

/// The cells of a column of a frame, from the first row to the last.
///
/// # Errors
/// [`OpenError`] if the frame has no such column or it has another type.
pub fn column<'s, T: ReadValue<'s>>(frame: &'s DataFrame, name: &str) -> Result<Vec<Option<T>>, OpenError> {
    read(frame, name).map_err(|source| OpenError::new("table in memory", OpenErrorKind::Stored { source }))
}

/// The cells of a column of a frame.
pub(crate) fn read<'s, T: ReadValue<'s>>(frame: &'s DataFrame, name: &str) -> PolarsResult<Vec<Option<T>>> {
    T::read(frame.column(name)?.as_materialized_series())
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

    /// Every cell has the length of the first one and none is null. Without rows the width is 1; such a frame adds nothing
    /// to a table.
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

/// The types that polars iterates over by itself.
macro_rules! read_plain {
    ($($ty:ty => $array:ident;)+) => {
        $(impl<'s> ReadValue<'s> for $ty {
            fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>> {
                Ok(series.$array()?.iter().collect())
            }
        })+
    };
}

read_plain! {
    &'s str => str;
    f32 => f32;
    f64 => f64;
    u32 => u32;
    u64 => u64;
    i64 => i64;
    bool => bool;
}

impl<'s> ReadValue<'s> for String {
    fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>> {
        Ok(series.str()?.iter().map(|text| text.map(str::to_owned)).collect())
    }
}

impl<'s> ReadValue<'s> for Date {
    fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>> {
        let days = series.date()?.physical();
        days.iter().map(|days| days.map(day).transpose()).collect()
    }
}

/// The calendar day that lies `days` after 1970-01-01.
pub(crate) fn day(days: i32) -> PolarsResult<Date> {
    let epoch = Date::constant(1970, 1, 1);
    let span = jiff::Span::new().try_days(days).and_then(|span| epoch.checked_add(span));
    span.map_err(|error| polars_err!(ComputeError: "{} days since 1970-01-01 is not a date: {}", days, error))
}

impl<'s> ReadValue<'s> for Timestamp {
    fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>> {
        let instants = series.datetime()?.physical();
        instants.iter().map(|micros| micros.map(instant).transpose()).collect()
    }
}

/// The instant that lies `micros` microseconds after the start of 1970-01-01, UTC.
pub(crate) fn instant(micros: i64) -> PolarsResult<Timestamp> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| polars_err!(ComputeError: "{} microseconds since 1970 is not a time: {}", micros, error))
}

impl<'s> ReadValue<'s> for Vec<String> {
    fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>> {
        let texts =
            |list: Series| Ok(list.str()?.iter().map(|text| text.unwrap_or_default().to_owned()).collect::<Vec<_>>());
        series.list()?.series_iter().map(|list| list.map(texts).transpose()).collect()
    }
}

impl<'s> ReadValue<'s> for Vec<f32> {
    fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>> {
        let numbers = |list: Series| Ok(list.f32()?.iter().map(Option::unwrap_or_default).collect::<Vec<_>>());
        series.list()?.series_iter().map(|list| list.map(numbers).transpose()).collect()
    }
}

impl<'s> ReadValue<'s> for &'s [f32] {
    fn read(series: &'s Series) -> PolarsResult<Vec<Option<Self>>> {
        let mut cells = Vec::with_capacity(series.len());
        for chunk in series.array()?.downcast_iter() {
            let numbers = chunk.values().as_any().downcast_ref::<Float32Array>();
            let numbers = numbers.ok_or_else(|| polars_err!(SchemaMismatch: "expected vectors of float32"))?;
            let width = chunk.size().max(1);
            let rows = numbers.values().as_slice().chunks_exact(width);
            cells.extend(rows.zip(0..chunk.len()).map(|(row, at)| chunk.is_valid(at).then_some(row)));
        }
        Ok(cells)
    }
}

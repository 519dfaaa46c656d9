//! The types of the columns of a Parquet file, reduced to those that are read.
//!
//! **Input:** the metadata of a file. **Output:** metadata in which columns of types that polars is not built with (small
//! integers, times, durations, decimals, times with a zone) are declared as the integers or bytes that they are stored as, and how
//! the values of each column are written as text. **Refused:** columns of structures, maps and other types for which there
//! is no text; they are named, and the rest of the file is read.
//!
//! See <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md>.

use polars_core::datatypes::{AnyValue, ArrowDataType, ArrowTimeUnit};
use polars_core::error::PolarsResult;
use polars_parquet::parquet::metadata::{FileMetadata, SchemaDescriptor};
use polars_parquet::parquet::schema::types::{
    ParquetType, PhysicalType, PrimitiveLogicalType, PrimitiveType, TimeUnit as ParquetTimeUnit,
};
use polars_parquet::read::infer_schema;

/// Largest number of bytes of a decimal that fits into 128 bits.
const LONGEST_DECIMAL: usize = 16;

/// How the values of a column are written as text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// As polars displays them, text without quotation marks.
    Plain,
    /// A time of the day, from this many units per second since midnight.
    TimeOfDay(i64),
    /// Seconds, from this many units per second.
    Seconds(f64),
    /// A decimal number with this many digits after the point, from an integer or its bytes, the most significant first.
    Decimal(usize),
}

/// What is read of a file.
pub(super) struct ReducedSchema {
    /// The metadata with reduced types.
    pub(super) metadata: FileMetadata,
    /// The columns that are read: index in the file, and how values are written.
    pub(super) columns: Vec<(usize, Form)>,
    /// The columns that are not read: name and type, for people.
    pub(super) omitted: Vec<String>,
}

/// Reduces the types of a file.
///
/// # Errors
/// If the schema is damaged.
pub(super) fn reduce(metadata: &FileMetadata) -> PolarsResult<ReducedSchema> {
    let arrow = infer_schema(metadata)?;
    let schema = metadata.schema();
    let mut fields = schema.fields().to_vec();
    let (mut columns, mut omitted) = (Vec::new(), Vec::new());
    for (at, field) in fields.iter_mut().enumerate() {
        let name = field.name().to_string();
        match arrow.get(name.as_str()).map_or(Err("without values"), |column| form(&column.dtype, field)) {
            Ok(form) => columns.push((at, form)),
            Err(kind) => omitted.push(format!("`{name}` ({kind})")),
        }
    }
    let schema_descr = SchemaDescriptor::new(schema.name().into(), fields);
    // Without the copy of the Arrow schema in the file, the types are those of the Parquet schema.
    let metadata = FileMetadata { schema_descr, key_value_metadata: None, ..metadata.clone() };
    Ok(ReducedSchema { metadata, columns, omitted })
}

/// How the values of a column are written. Reduces the type of its field.
///
/// # Errors
/// The kind of values, if there is no text for them.
fn form(dtype: &ArrowDataType, field: &mut ParquetType) -> Result<Form, &'static str> {
    match dtype {
        ArrowDataType::Int8 | ArrowDataType::Int16 | ArrowDataType::UInt8 | ArrowDataType::UInt16 => {
            declare(field, None);
            Ok(Form::Plain)
        }
        ArrowDataType::Time32(unit) | ArrowDataType::Time64(unit) => {
            declare(field, None);
            Ok(Form::TimeOfDay(per_second(*unit)))
        }
        ArrowDataType::Duration(unit) => {
            declare(field, None);
            Ok(Form::Seconds(per_second(*unit) as f64))
        }
        ArrowDataType::Timestamp(_, Some(zone)) if is_utc(zone) => {
            let unit = unit_of(field).ok_or("times of an unknown unit")?;
            declare(field, Some(PrimitiveLogicalType::Timestamp { is_adjusted_to_utc: false, unit }));
            Ok(Form::Plain)
        }
        // The day depends on the rules of the time zone, and a wrong day is worse than none.
        ArrowDataType::Timestamp(_, Some(_)) => Err("times in a time zone other than UTC"),
        ArrowDataType::Decimal(_, scale)
        | ArrowDataType::Decimal32(_, scale)
        | ArrowDataType::Decimal64(_, scale)
        | ArrowDataType::Decimal256(_, scale) => {
            let fits = match field {
                ParquetType::PrimitiveType(PrimitiveType { physical_type, .. }) => match physical_type {
                    PhysicalType::Int32 | PhysicalType::Int64 => true,
                    PhysicalType::FixedLenByteArray(n) => *n <= LONGEST_DECIMAL,
                    _ => false,
                },
                ParquetType::GroupType { .. } => false,
            };
            if !fits {
                return Err("decimal numbers of more than 38 digits");
            }
            declare(field, None);
            Ok(Form::Decimal(*scale))
        }
        ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 | ArrowDataType::Utf8View => {
            declare(field, Some(PrimitiveLogicalType::String));
            Ok(Form::Plain)
        }
        ArrowDataType::Dictionary(_, values, _) => form(values, field),
        ArrowDataType::Extension(extension) => form(&extension.inner, field),
        ArrowDataType::List(item) | ArrowDataType::LargeList(item) | ArrowDataType::FixedSizeList(item, _) => {
            let inner = only_leaf(field).ok_or("lists of structures")?;
            match form(&item.dtype, inner)? {
                Form::Plain => Ok(Form::Plain),
                _ => Err("lists of times, durations or decimals"),
            }
        }
        ArrowDataType::Struct(_) => Err("structures"),
        ArrowDataType::Map(..) => Err("maps"),
        ArrowDataType::Float16 => Err("half-precision numbers"),
        ArrowDataType::Null
        | ArrowDataType::Boolean
        | ArrowDataType::Int32
        | ArrowDataType::Int64
        | ArrowDataType::UInt32
        | ArrowDataType::UInt64
        | ArrowDataType::Float32
        | ArrowDataType::Float64
        | ArrowDataType::Timestamp(_, None)
        | ArrowDataType::Date32
        | ArrowDataType::Date64
        | ArrowDataType::Binary
        | ArrowDataType::LargeBinary
        | ArrowDataType::BinaryView
        | ArrowDataType::FixedSizeBinary(_) => Ok(Form::Plain),
        _ => Err("values of a rare type"),
    }
}

/// Declares the values of a primitive field to be of a logical type, or of none.
fn declare(field: &mut ParquetType, logical_type: Option<PrimitiveLogicalType>) {
    if let ParquetType::PrimitiveType(primitive) = field {
        primitive.logical_type = logical_type;
        primitive.converted_type = None;
    }
}

/// The primitive field of a list of values, or of a list of lists.
fn only_leaf(field: &mut ParquetType) -> Option<&mut ParquetType> {
    match field {
        ParquetType::PrimitiveType(_) => Some(field),
        ParquetType::GroupType { fields, .. } => match &mut fields[..] {
            [only] => only_leaf(only),
            _ => None,
        },
    }
}

/// The unit of a field of times.
fn unit_of(field: &ParquetType) -> Option<ParquetTimeUnit> {
    match field {
        ParquetType::PrimitiveType(PrimitiveType {
            logical_type: Some(PrimitiveLogicalType::Timestamp { unit, .. }),
            ..
        }) => Some(*unit),
        _ => None,
    }
}

fn is_utc(zone: &str) -> bool {
    matches!(zone, "UTC" | "Etc/UTC" | "Z" | "+00:00" | "GMT")
}

/// Number of units in a second.
fn per_second(unit: ArrowTimeUnit) -> i64 {
    match unit {
        ArrowTimeUnit::Second => 1,
        ArrowTimeUnit::Millisecond => 1_000,
        ArrowTimeUnit::Microsecond => 1_000_000,
        ArrowTimeUnit::Nanosecond => 1_000_000_000,
    }
}

impl Form {
    /// A value as text; `None` if it is null or blank.
    pub(super) fn write(self, value: &AnyValue<'_>) -> Option<String> {
        if value.is_null() {
            return None;
        }
        let text = match self {
            // The text of a category would be displayed in quotation marks.
            Form::Plain => value.get_str().map_or_else(|| value.to_string(), str::to_string),
            Form::TimeOfDay(per_second) => time_of_day(integer(value)?, per_second)?,
            Form::Seconds(per_second) => (integer(value)? as f64 / per_second).to_string(),
            Form::Decimal(scale) => decimal(integer(value)?, scale),
        };
        (!text.trim().is_empty()).then_some(text)
    }
}

/// The integer that a value is, or that its bytes are, the most significant first.
fn integer(value: &AnyValue<'_>) -> Option<i128> {
    let bytes = match value {
        AnyValue::Binary(bytes) => bytes,
        AnyValue::BinaryOwned(bytes) => bytes.as_slice(),
        number => return number.extract::<i128>(),
    };
    let sign = bytes.first().map_or(0, |first| if *first >= 0x80 { -1i128 } else { 0 });
    (bytes.len() <= LONGEST_DECIMAL).then(|| bytes.iter().fold(sign, |sum, byte| sum << 8 | i128::from(*byte)))
}

/// `hh:mm:ss`, with a fraction if there is one.
fn time_of_day(value: i128, per_second: i64) -> Option<String> {
    let per_second = i128::from(per_second);
    let nanoseconds = (value % per_second) * (1_000_000_000 / per_second);
    let seconds = i64::try_from(value / per_second).ok()?;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let text = format!("{hours:02}:{minutes:02}:{seconds:02}");
    let fraction = format!("{nanoseconds:09}");
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { text } else { format!("{text}.{fraction}") })
}

/// An integer with a decimal point before its last `scale` digits.
fn decimal(value: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if value < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day_and_decimals_are_written_as_people_do() {
        assert_eq!(time_of_day(62_000, 1_000).as_deref(), Some("00:01:02"));
        assert_eq!(time_of_day(3_723_500_000, 1_000_000).as_deref(), Some("01:02:03.5"));
        assert_eq!(decimal(150, 2), "1.50");
        assert_eq!(decimal(-5, 2), "-0.05");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(integer(&AnyValue::Binary(&[0xFF, 0x6A])), Some(-150));
        assert_eq!(integer(&AnyValue::Binary(&[0x00, 0x96])), Some(150));
    }
}

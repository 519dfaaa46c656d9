//! Tables beside the results of a run: Parquet and CSV.
//!
//! **Input:** columns of equal length. **Output:** the bytes of `NAME.parquet` and `NAME.csv`. **Refused:** columns of different lengths.
//! **Left to others:** the meaning of the columns, and the folder (`made`).

use polars_core::prelude::*;
use polars_io::prelude::*;

use super::TableError;
use super::sheet::arrow_schema;
use super::text::write_csv;

/// The cells of a column, from the first row to the last; a null is `None`.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Text.
    Text(Vec<Option<String>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Counts.
    Count(Vec<Option<u64>>),
    /// True or false.
    YesNo(Vec<Option<bool>>),
}

impl From<Vec<String>> for Cells {
    fn from(cells: Vec<String>) -> Self {
        Cells::Text(cells.into_iter().map(Some).collect())
    }
}

impl From<Vec<f64>> for Cells {
    fn from(cells: Vec<f64>) -> Self {
        Cells::Number(cells.into_iter().map(Some).collect())
    }
}

impl From<Vec<usize>> for Cells {
    fn from(cells: Vec<usize>) -> Self {
        Cells::Count(cells.into_iter().map(|count| Some(count as u64)).collect())
    }
}

/// A table with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// Name of its files, without ending.
    pub name: &'static str,
    /// Name and cells of each column.
    pub columns: Vec<(String, Cells)>,
}

impl Export {
    /// Names of the files of the table.
    pub fn names(&self) -> [String; 2] {
        [format!("{}.parquet", self.name), format!("{}.csv", self.name)]
    }

    /// The table as a frame.
    ///
    /// # Errors
    /// [`TableError`] if columns differ in length or have the same name.
    pub fn frame(&self) -> Result<DataFrame, TableError> {
        let stored = |source| TableError::Store { table: self.name.to_owned(), source };
        let columns: Vec<Column> = self
            .columns
            .iter()
            .map(|(name, cells)| {
                let name: PlSmallStr = name.as_str().into();
                match cells {
                    Cells::Text(cells) => Series::new(name, cells),
                    Cells::Number(cells) => Series::new(name, cells),
                    Cells::Count(cells) => Series::new(name, cells),
                    Cells::YesNo(cells) => Series::new(name, cells),
                }
                .into_column()
            })
            .collect();
        DataFrame::new(columns.first().map_or(0, Column::len), columns).map_err(stored)
    }

    /// The contents of its files, in the order of [`Export::names`].
    ///
    /// # Errors
    /// As [`Export::frame`].
    pub fn bytes(&self) -> Result<[Vec<u8>; 2], TableError> {
        let stored = |source| TableError::Store { table: self.name.to_owned(), source };
        let mut frame = self.frame()?;
        let (mut parquet, mut csv) = (Vec::new(), Vec::new());
        write_csv(&frame, &mut csv, true).map_err(stored)?;
        ParquetWriter::new(&mut parquet)
            .with_compression(ParquetCompression::Zstd(None))
            .with_key_value_metadata(Some(arrow_schema(frame.schema())))
            .finish(&mut frame)
            .map_err(stored)?;
        Ok([parquet, csv])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_written_as_parquet_and_csv() {
        let export = Export {
            name: "means",
            columns: vec![
                ("group".into(), vec!["a, b".to_owned(), "c".to_owned()].into()),
                ("n".into(), vec![1_usize, 2].into()),
                ("mean".into(), Cells::Number(vec![Some(0.5), None])),
                ("coded".into(), Cells::YesNo(vec![Some(true), None])),
            ],
        };
        let [parquet, csv] = export.bytes().expect("columns fit");
        assert_eq!(String::from_utf8_lossy(&csv), "group,n,mean,coded\n\"a, b\",1,0.5,true\nc,2,,\n");
        let read = ParquetReader::new(std::io::Cursor::new(parquet)).finish().expect("the file is valid");
        assert!(read.equals_missing(&export.frame().expect("columns fit")));
        assert_eq!(export.names(), ["means.parquet", "means.csv"]);
        let wrong = Export {
            name: "means",
            columns: vec![("a".into(), vec![1.0].into()), ("b".into(), vec![1.0, 2.0].into())],
        };
        assert!(matches!(wrong.bytes(), Err(TableError::Store { .. })));
    }
}

//! Tables beside the results of a run: Parquet and CSV.
//!
//! **Input:** columns of equal length, and a folder. **Output:** `NAME.parquet` and `NAME.csv`, each written whole or not at all.
//! **Refused:** columns of different lengths, and what the operating system refuses. **Left to others:** the meaning of the columns, and
//! whether files may be replaced.

use std::fs;
use std::path::{Path, PathBuf};

use polars_core::prelude::*;
use polars_io::prelude::*;

use super::TableError;
use super::folder::write_error;
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
    /// The files of the table in a folder.
    pub fn files(&self, folder: &Path) -> [PathBuf; 2] {
        [folder.join(format!("{}.parquet", self.name)), folder.join(format!("{}.csv", self.name))]
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

    /// Writes the table into a folder, which is created if it does not exist.
    ///
    /// # Errors
    /// [`TableError`] if the folder or a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), TableError> {
        let stored = |source| TableError::Store { table: self.name.to_owned(), source };
        fs::create_dir_all(folder).map_err(|source| TableError::NotWritable { path: folder.to_owned(), source })?;
        let mut frame = self.frame()?;
        let (mut parquet, mut csv) = (Vec::new(), Vec::new());
        write_csv(&frame, &mut csv, true).map_err(stored)?;
        ParquetWriter::new(&mut parquet)
            .with_compression(ParquetCompression::Zstd(None))
            .with_key_value_metadata(Some(arrow_schema(frame.schema())))
            .finish(&mut frame)
            .map_err(stored)?;
        for (path, bytes) in self.files(folder).iter().zip([parquet, csv]) {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(".part");
            let beside = path.with_file_name(name);
            fs::write(&beside, bytes)
                .and_then(|()| fs::rename(&beside, path))
                .map_err(|source| write_error(path, source))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_written_as_parquet_and_csv() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("new");
        let export = Export {
            name: "means",
            columns: vec![
                ("group".into(), vec!["a, b".to_owned(), "c".to_owned()].into()),
                ("n".into(), vec![1_usize, 2].into()),
                ("mean".into(), Cells::Number(vec![Some(0.5), None])),
                ("coded".into(), Cells::YesNo(vec![Some(true), None])),
            ],
        };
        export.write(&place).expect("the folder is writable");
        let csv = fs::read_to_string(place.join("means.csv")).expect("the file is there");
        assert_eq!(csv, "group,n,mean,coded\n\"a, b\",1,0.5,true\nc,2,,\n");
        let file = fs::File::open(place.join("means.parquet")).expect("the file is there");
        let read = ParquetReader::new(file).finish().expect("the file is valid");
        assert!(read.equals_missing(&export.frame().expect("columns fit")));
        assert_eq!(fs::read_dir(&place).expect("a folder").count(), 2);
        let wrong = Export {
            name: "means",
            columns: vec![("a".into(), vec![1.0].into()), ("b".into(), vec![1.0, 2.0].into())],
        };
        assert!(matches!(wrong.write(&place), Err(TableError::Store { .. })));
    }
}

//! Tables as Arrow: record batches, and streams through the C interface.
//!
//! **Input:** the rows of a table, some thousand at a time, or a frame. **Output:** record batches with the Arrow types that the Parquet
//! file names, and an `ArrowArrayStream` of them. **Left to others:** where the rows come from (`results`).

use std::collections::VecDeque;
use std::sync::Arc;

use polars_arrow::array::{Array, StructArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchemaRef, Field as ArrowField};
use polars_arrow::ffi::{ArrowArrayStream, export_iterator};
use polars_arrow::record_batch::RecordBatch;
use polars_core::prelude::*;

use super::open_error::OpenError;
use super::results::Groups;
use super::sheet::arrow_types;

/// A table as Arrow record batches.
#[derive(Debug)]
pub struct RecordBatches {
    rows: Rows,
    schema: ArrowSchemaRef,
    waiting: VecDeque<RecordBatch>,
}

/// Where the rows of batches come from.
#[derive(Debug)]
enum Rows {
    /// A table of results.
    Groups(Groups),
    /// A frame, until it is taken.
    Frame(Option<DataFrame>),
}

impl Rows {
    fn next(&mut self) -> Option<Result<DataFrame, OpenError>> {
        match self {
            Rows::Groups(groups) => groups.next(),
            Rows::Frame(frame) => frame.take().map(Ok),
        }
    }
}

impl RecordBatches {
    pub(super) fn new(groups: Groups, schema: &Schema) -> Self {
        Self::of(Rows::Groups(groups), schema)
    }

    fn of(rows: Rows, schema: &Schema) -> Self {
        Self { rows, schema: Arc::new(schema.to_arrow(arrow_types())), waiting: VecDeque::new() }
    }

    /// The schema of every batch, also if there are none.
    pub fn schema(&self) -> &ArrowSchemaRef {
        &self.schema
    }
}

impl Iterator for RecordBatches {
    type Item = Result<RecordBatch, OpenError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.is_empty() {
            match self.rows.next()? {
                Ok(mut rows) => {
                    rows.rechunk_mut();
                    self.waiting.extend(rows.iter_chunks(arrow_types(), false));
                }
                Err(error) => return Some(Err(error)),
            }
        }
        self.waiting.pop_front().map(Ok)
    }
}

impl From<DataFrame> for RecordBatches {
    fn from(frame: DataFrame) -> Self {
        let schema = frame.schema().clone();
        Self::of(Rows::Frame(Some(frame)), &schema)
    }
}

/// A frame through the Arrow C stream interface, for consumers in other languages.
pub fn arrow_stream(frame: DataFrame) -> ArrowArrayStream {
    stream(RecordBatches::from(frame))
}

/// Record batches as a stream of struct arrays.
pub(super) fn stream(batches: RecordBatches) -> ArrowArrayStream {
    let fields: Vec<ArrowField> = batches.schema.iter_values().cloned().collect();
    let kind = ArrowDataType::Struct(fields);
    let field = ArrowField::new(PlSmallStr::EMPTY, kind.clone(), false);
    let arrays = batches.map(move |batch| {
        let batch = batch.map_err(|error| polars_err!(ComputeError: "{}", error))?;
        let array = StructArray::try_new(kind.clone(), batch.len(), batch.arrays().to_vec(), None)?;
        Ok(Box::new(array) as Box<dyn Array>)
    });
    export_iterator(Box::new(arrays), field)
}

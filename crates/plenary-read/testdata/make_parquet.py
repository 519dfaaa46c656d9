#!/usr/bin/env python3
"""Writes `types.parquet`: one column of each type that pyarrow writes, beside a speaker and a text.

Run in this folder with pyarrow; the tests of `plenary-read` read the file.
"""
import datetime as dt
import decimal

import pyarrow as pa
import pyarrow.parquet as pq

noon = dt.datetime(2020, 1, 2, 12, 30)
columns = {
    "speaker": pa.array(["Ann Lee", "Bo Hill"]).dictionary_encode(),
    "text": pa.array(["One.", "Two."], pa.large_string()),
    "view": pa.array(["a", None], pa.string_view()),
    "int8": pa.array([-8, None], pa.int8()),
    "int16": pa.array([-16, None], pa.int16()),
    "int32": pa.array([-32, None], pa.int32()),
    "int64": pa.array([-64, None], pa.int64()),
    "uint8": pa.array([200, None], pa.uint8()),
    "uint16": pa.array([60_000, None], pa.uint16()),
    "uint32": pa.array([4_000_000_000, None], pa.uint32()),
    "uint64": pa.array([2**63, None], pa.uint64()),
    "float32": pa.array([0.5, None], pa.float32()),
    "float64": pa.array([0.25, None], pa.float64()),
    "bool": pa.array([True, None]),
    "date": pa.array([noon.date(), None]),
    "datetime": pa.array([noon, None], pa.timestamp("us")),
    "datetime_ns": pa.array([noon, None], pa.timestamp("ns")),
    "utc": pa.array([noon, None], pa.timestamp("ms", tz="UTC")),
    "zone": pa.array([noon, None], pa.timestamp("us", tz="Europe/Berlin")),
    "time32": pa.array([dt.time(0, 1, 2), None], pa.time32("ms")),
    "time64": pa.array([dt.time(1, 2, 3, 500_000), None], pa.time64("us")),
    "duration": pa.array([dt.timedelta(seconds=62.5), None], pa.duration("us")),
    "decimal": pa.array([decimal.Decimal("-1.50"), None], pa.decimal128(10, 2)),
    "list": pa.array([["a", "b"], None]),
    "list_int8": pa.array([[1, 2], None], pa.list_(pa.int8())),
    "fixed_list": pa.array([[0.5, 1.5], None], pa.list_(pa.float32(), 2)),
    "null": pa.nulls(2),
    "struct": pa.array([{"a": 1}, None]),
    "map": pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int32())),
    "float16": pa.array([0.5, None], pa.float64()).cast(pa.float16()),
}
pq.write_table(pa.table(columns), "types.parquet", compression="zstd", use_dictionary=["speaker"], write_statistics=False)

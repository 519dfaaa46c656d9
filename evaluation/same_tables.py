#!/usr/bin/env python3
"""Compare two results folders of plenary column by column.

    evaluation/same_tables.py OLD NEW

Prints every difference and exits with 1 if there is one. `RENAMED` lists the values that have another name in the new
version, `ADDED` the tables and columns that only the new version has, and `PROSE` the columns that hold sentences for people,
of which only the missing values are compared. The table `runs` holds times and versions and is not compared. Needs Python 3
with polars.
"""
import sys
from pathlib import Path

import polars as pl

# (table, column): old value -> new value
LINK_RULES = {
    "first_print": "first_mention",
    "same_print": "same_label",
    "misread_print": "ocr_variant",
    "surname_of_full_name": "unique_surname",
    "office_of_chair_line": "office_in_chair_line",
    "office_without_holder": "unnamed_office",
    "label_without_name": "anonymous_label",
    "surname_of_several": "ambiguous_surname",
    "office_of_several": "ambiguous_office",
}
RENAMED = {
    ("utterances", "link_rule"): LINK_RULES,
    ("speakers", "link_rule"): LINK_RULES,
}
ADDED_TABLES = {"codings"}
ADDED_COLUMNS = {}
PROSE = {
    ("documents", "warnings"),
    ("utterances", "evidence"),
    ("failures", "error"),
    ("failures", "hint"),
}
# Descriptions of columns change with every version.
NOT_COMPARED = {"runs", "codebook"}


def differences(table, old, new):
    if old.height != new.height:
        yield f"{table}: {old.height} rows before, {new.height} now"
        return
    for column in old.columns:
        if column not in new.columns:
            yield f"{table}.{column}: missing now"
    for column in new.columns:
        if column not in old.columns and column not in ADDED_COLUMNS.get(table, ()):
            yield f"{table}.{column}: not there before"
    for column in (column for column in old.columns if column in new.columns):
        before, now = old[column], new[column]
        if before.dtype != now.dtype:
            yield f"{table}.{column}: type {before.dtype} before, {now.dtype} now"
            continue
        if (table, column) in PROSE:
            before, now = before.is_null(), now.is_null()
        renamed = RENAMED.get((table, column))
        if renamed:
            before = before.replace(renamed)
        # Bit for bit: NaN never occurs, and lists are compared by their elements.
        before, now = before.to_list(), now.to_list()
        rows = [row for row, (a, b) in enumerate(zip(before, now)) if a != b]
        if rows:
            row = rows[0]
            yield f"{table}.{column}: {len(rows)} of {len(now)} rows differ; row {row}: {before[row]!r} before, {now[row]!r} now"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    old, new = map(Path, sys.argv[1:])
    names = {path.stem for folder in (old, new) for path in folder.glob("*.parquet")} - NOT_COMPARED
    if not names:
        sys.exit("there are no tables to compare")
    found = []
    for name in sorted(names):
        before, now = (folder / f"{name}.parquet" for folder in (old, new))
        if not now.exists():
            found.append(f"{name}: missing now")
        elif not before.exists():
            if name not in ADDED_TABLES:
                found.append(f"{name}: not there before")
        else:
            found.extend(differences(name, pl.read_parquet(before), pl.read_parquet(now)))
    for line in found:
        print(line)
    print(f"{len(names)} tables compared, {len(found)} differences")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

"""`nasbench-suite annotate`: further columns per architecture, in a file beside the table."""

import argparse
import sys

from nasbench_suite.importing.annotate import annotate
from nasbench_suite.importing.tidy_columns import TidyColumnReader
from nasbench_suite.plural import counted
from nasbench_suite.registry.column_readers import find_column_readers
from nasbench_suite.registry.tables import open_table
from nasbench_suite.table.annotation import Column


def show(options: argparse.Namespace) -> None:
    """Adds a file's columns to a table, and prints what was added.

    Raises:
        NasBenchSuiteError: the table or the file is not what it should be.
    """
    table = open_table(options.table)
    readers = find_column_readers(table.space) if options.form is None else [TidyColumnReader(options.form)]
    path, annotation = annotate(table, readers, options.path, options.dataset, options.format)
    counts = ", ".join(counted(count, name) for name, count in annotation.counts.items() if count)
    print(f"table {table.name}: {counted(len(annotation.columns), 'columns')} of {counts}; {path}")
    differ = len({int(one.known.sum()) for one in annotation.columns}) > 1
    for line in describe(annotation.columns, counts=differ):
        print(f"  {line}")
    for name in sorted({one.dataset for one in annotation.columns if one.dataset is not None}):
        if name not in table.metadata.datasets:
            searched = [known for known in table.metadata.datasets if name in table.dataset(known)]
            print(
                f"nasbench-suite: {name} is a trial set: no search on {' or '.join(searched) or 'a data set'} sees its "
                "columns; name the data set in place of it where one is to",
                file=sys.stderr,
            )


def describe(columns: tuple[Column, ...], counts: bool = False) -> list[str]:
    """Writes columns for people, one line per data set.

    Args:
        columns: of an annotation.
        counts: whether to say of how many architectures each has a value.
    """
    by_dataset: dict[str | None, list[str]] = {}
    for one in columns:
        device = "" if one.device is None else f" on {one.device}"
        known = f", {counted(int(one.known.sum()), 'architectures')}" if counts else ""
        by_dataset.setdefault(one.dataset, []).append(f"{one.name} ({one.unit}{device}{known})")
    return [f"{dataset or 'every data set'}: {', '.join(names)}" for dataset, names in by_dataset.items()]

"""`nasbench-suite export`: a table's rows as CSV or Parquet, one per architecture, trial and epoch.

The columns are those of a tidy CSV, which `import` reads; what annotations add follows, with units in the headings.
"""

import argparse
import csv
import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ConfigError
from nasbench_suite.importing.tidy_csv import METRICS
from nasbench_suite.progress import Progress
from nasbench_suite.registry.tables import open_table
from nasbench_suite.table import Column, Table, measurements
from nasbench_suite.table.metadata import metrics_of
from nasbench_suite.table.temporary import TemporaryFile

Row = list[Any]
Write = Callable[[Path, Sequence[str], Iterator[Row]], None]

_KEYS = ("arch", "dataset", "epochs", "epoch", "seed")
_TIDY_NAMES = {metric: name for name, (metric, _) in METRICS.items()}
_BATCH = 1 << 16


def show(options: argparse.Namespace) -> None:
    """Writes every row of a table into a file.

    Raises:
        ConfigError: the file's ending is unknown, it is there already, or it cannot be written.
        TableError: there is no such table, or it is damaged.
    """
    table, path = open_table(options.table), options.path
    write = _writer_of(path)
    if path.exists() and not options.force:
        raise ConfigError(f"{path} is there; choose another name, or replace it with --force")
    try:
        temporary = TemporaryFile(path)
        try:
            count = _export(table, temporary.path, write)
            temporary.publish(path)
        finally:
            temporary.close()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror or error})") from error
    print(f"table {table.name}: {count:,} rows of {len(table):,} architectures; {path}")


def _export(table: Table, path: Path, write: Write) -> int:
    metrics = sorted({metric for series in table.metadata.series for metric in metrics_of(series)})
    columns = {_heading(column): column for column in table.columns}
    heading = [*_KEYS, *(_TIDY_NAMES.get(metric, metric) for metric in metrics), *columns]
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        with Progress(f"export {table.name}", len(table), unit="architectures") as progress:
            for row in _rows(table, metrics, list(columns), progress):
                count += 1
                yield row

    write(path, heading, counted())
    return count


def _rows(table: Table, metrics: Sequence[str], headings: Sequence[str], progress: Progress) -> Iterator[Row]:
    by_trial_set = {series.trial_set: _columns_for(table, series.trial_set) for series in table.metadata.series}
    for row, text in enumerate(table.architectures(range(len(table)))):
        arch = table.space.parse(text)
        for one in measurements(table, arch):
            columns = by_trial_set[one.trial_set]
            yield [
                text, one.trial_set, one.schedule, one.epoch, one.trial,
                *(one.values.get(metric) for metric in metrics),
                *(columns[heading].value(row) if heading in columns else None for heading in headings),
            ]  # fmt: skip
        progress.advance()


def _columns_for(table: Table, trial_set: str) -> dict[str, Column]:
    """Returns the further columns of the data sets that a trial set belongs to, by heading."""
    names = {trial_set, *(name for name, pair in table.metadata.datasets.items() if trial_set in pair)}
    return {_heading(column): column for column in table.columns if column.dataset is None or column.dataset in names}


def _heading(column: Column) -> str:
    return f"{column.name} [{column.unit}{'' if column.device is None else f'@{column.device}'}]"


def _writer_of(path: Path) -> Write:
    if path.name.endswith((".csv", ".csv.gz")):
        return _write_gzip if path.name.endswith(".gz") else _write_csv
    if path.suffix == ".parquet":
        return _write_parquet
    raise ConfigError(f"{path}: expected a file that ends in .csv, .csv.gz or .parquet")


def _write_csv(path: Path, heading: Sequence[str], rows: Iterator[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        _write_lines(file, heading, rows)


def _write_gzip(path: Path, heading: Sequence[str], rows: Iterator[Row]) -> None:
    # without a time or a name, so that the same rows are the same file
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="") as text,
    ):
        _write_lines(text, heading, rows)


def _write_lines(file: Any, heading: Sequence[str], rows: Iterator[Row]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)  # None is an empty field


def _write_parquet(path: Path, heading: Sequence[str], rows: Iterator[Row]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    texts, numbers = pa.dictionary(pa.int32(), pa.string()), {"epochs": pa.int32(), "epoch": pa.int32()}
    types = {"arch": texts, "dataset": texts, **numbers, "seed": pa.int64()}
    schema = pa.schema([(name, types.get(name, pa.float64())) for name in heading])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            arrays = [pa.array(values, schema.field(at).type) for at, values in enumerate(zip(*batch, strict=True))]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))

"""From a file of hardware costs or scores to further columns of a table."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nasbench_suite.errors import MissingArchitectureError, SourceError, TableError
from nasbench_suite.folders import home, is_shipped
from nasbench_suite.importing.arrival import arrived
from nasbench_suite.importing.column_reader import ColumnReader, ColumnRecord, ColumnUnit
from nasbench_suite.importing.convert import sha256
from nasbench_suite.importing.tidy_columns import TidyColumnReader
from nasbench_suite.progress import Progress
from nasbench_suite.table import Source, Table
from nasbench_suite.table.annotation import ENDING, Annotation, Column
from nasbench_suite.table.columns import describe_key, describe_reserved, is_reserved
from nasbench_suite.table.temporary import TemporaryFile

Values = dict[tuple[str | None, str], dict[int, float]]  # by data set and name, then by row


class Annotated(NamedTuple):
    """What was added to a table.

    Attributes:
        path: of the file beside the table.
        annotation: what is in it.
    """

    path: Path
    annotation: Annotation


def annotate(
    table: Table,
    readers: Sequence[ColumnReader],
    path: Path,
    dataset: str | None = None,
    format: str | None = None,
    place: Path | None = None,
) -> Annotated:
    """Adds the columns of a file to a table, in a file beside it. The same file twice changes nothing.

    Args:
        table: whose architectures they are; its own file stays as it is.
        readers: the formats that there are, the most specific first.
        path: of the source.
        dataset: whose images the figures are for, where the source does not say; of a source that says, the one to
            take.
        format: which reader to use; None to recognise it.
        place: of the file beside the table, which is replaced; None for one named after the source's content.

    Raises:
        SourceError: the format is not recognised, the source is broken, or has nothing for the table.
        TableError: the table has such a column from another source, a column has the name of a figure that tables
            measure, or the file cannot be written.
        UnknownDatasetError: the table has no such data set.
    """
    if not path.exists():
        raise SourceError(f"{path}: there is no such file")
    if dataset is not None:
        table.dataset(dataset)
    try:
        with arrived(path, readers, format, f"space {table.space.name}", "format of columns") as (file, reader):
            with Progress(f"annotate {table.name}", file.stat().st_size, unit="B") as progress:
                units = reader.columns(file)
                check_names(table, units, costs=reader.format == TidyColumnReader.format)
                values, counts = _gather(table, _records(reader, file, table, dataset, progress), file, dataset)
            source = Source(reader.format, file.name, sha256(file))
    except (OSError, EOFError) as error:
        raise SourceError(f"{path}: cannot be read ({error})") from error
    columns = tuple(_column(table, *key, units, rows) for key, rows in sorted(values.items(), key=str) if rows)
    annotation = Annotation(table.metadata.content_sha256, source, counts, columns)
    if place is None:
        named = [source.format, source.sha256[:8], *([dataset] if dataset else [])]
        place = annotation_place(table, ".".join(named))
    _write(table, annotation, place)
    return Annotated(place, annotation)


def annotation_place(table: Table, name: str) -> Path:
    """Returns where an annotation lies: beside its table, or in the user's folder for a table of the package."""
    folder = home() / "tables" if is_shipped(table.path) else table.path.parent
    return folder / f"{table.path.stem}.{name}{ENDING}"


def check_names(table: Table, names: Iterable[str], costs: bool = True) -> None:
    """Raises TableError where columns may not have their names; `costs` as of `is_reserved`."""
    for name in names:
        if is_reserved(name, table.metadata, costs):
            raise TableError(f"table {table.name}: {describe_reserved(name)}")


def check_free(table: Table, columns: Iterable[tuple[str | None, str]], place: Path) -> None:
    """Raises TableError where a table has one of some columns, by data set and name, in a file at another place.

    A column for every data set is one for each of them.
    """
    there = [(file.path, one) for file in table.columns.files if file.path != place for one in file.annotation.columns]
    for dataset, name in columns:
        for other, one in there:
            if one.name == name and (one.dataset == dataset or None in (one.dataset, dataset)):
                raise TableError(
                    f"table {table.name} has {describe_key(one.dataset, name)} from another source, in {other}; "
                    "remove that file to replace it"
                )


def _records(
    reader: ColumnReader, file: Path, table: Table, dataset: str | None, progress: Progress
) -> Iterator[ColumnRecord]:
    """Yields what a reader reads; refuses a record of one data set, nobody knows which."""
    for record in reader.read(file, table.space, progress):
        if reader.depends_on_dataset and dataset is None and record.dataset is None:
            known = ", ".join(table.metadata.datasets)
            raise SourceError(
                f"{record.where}: does not say whose images its figures are for; name the data set with --dataset, "
                f"one of {known}"
            )
        yield record


def _gather(table: Table, records: Any, path: Path, dataset: str | None) -> tuple[Values, dict[str, int]]:
    """Returns the values by data set, name and row, and what was passed over."""
    values: Values = {}
    counts = {"architectures": 0, "architectures_that_the_table_lacks": 0, "rows_of_other_data_sets": 0}
    seen: set[tuple[int, str | None]] = set()
    for record in records:
        about = dataset if record.dataset is None else record.dataset
        if about is not None and (about != (dataset or about) or not _has(table, about)):
            counts["rows_of_other_data_sets"] += 1
            continue
        try:
            row = table.row(record.arch)
        except MissingArchitectureError:
            counts["architectures_that_the_table_lacks"] += 1
            continue
        if (row, about) in seen:
            # where isomorphic cells share a row, two figures of one row are two answers to one question
            raise SourceError(f"{record.where}: {_named(table, record)} is there for the second time")
        seen.add((row, about))
        for name, value in record.values.items():
            if math.isinf(value):
                raise SourceError(
                    f"{record.where}: expected {name} to be finite, got {value}; leave it out where there is none"
                )
            values.setdefault((about, name), {})[row] = value
    counts["architectures"] = len({row for by_row in values.values() for row in by_row})
    if not any(values.values()):
        there = ", ".join(table.metadata.datasets)
        raise SourceError(
            f"{path}: has no value for an architecture and data set of table {table.name}"
            f"{f' on {dataset}' if dataset else ''}; the table has {there}"
        )
    return values, counts


def _has(table: Table, dataset: str) -> bool:
    return dataset in table.metadata.datasets or any(one.trial_set == dataset for one in table.metadata.series)


def _named(table: Table, record: ColumnRecord) -> str:
    on = "" if record.dataset is None else f" on {record.dataset}"
    return f"{table.space.format(record.arch)}{on}"


def _column(
    table: Table, dataset: str | None, name: str, units: Mapping[str, ColumnUnit], by_row: Mapping[int, float]
) -> Column:
    values, known = np.zeros(len(table)), np.zeros(len(table), np.bool_)
    rows = np.fromiter(by_row, np.int64, len(by_row))
    values[rows] = np.fromiter(by_row.values(), np.float64, len(by_row))
    known[rows] = True
    return Column(name, *units[name], dataset, values, known)


def _write(table: Table, annotation: Annotation, place: Path) -> None:
    check_free(table, [(column.dataset, column.name) for column in annotation.columns], place)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = TemporaryFile(place)
        try:
            temporary.write(annotation.to_bytes())
            temporary.publish(place)
        finally:
            temporary.close()
    except OSError as error:
        raise TableError(f"{place}: cannot be written ({error.strerror})") from error

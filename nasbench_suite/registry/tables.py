"""Tables by name, or by space and data set."""

from pathlib import Path
from typing import Any

from nasbench_suite.errors import TableError, TableNotFoundError
from nasbench_suite.folders import table_paths
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.space import Space
from nasbench_suite.table.reader import Table, read_metadata


def open_table(table: str | Path, space: Space[Any] | None = None) -> Table:
    """Opens a table.

    Args:
        table: a table's name, or the path of its `.mdb` file.
        space: whose architectures it holds; found by name where it is None.

    Raises:
        TableNotFoundError: says which command makes it.
        TableError: truncated, damaged, or of another space.
    """
    path = Path(table) if str(table).endswith(".mdb") else table_paths().get(str(table))
    if path is None:
        known = ", ".join(table_paths()) or "none"
        raise TableNotFoundError(
            f"no table {str(table)!r} (there is: {known}); `nasbench-suite import SPACE PATH --name {table}` makes one"
        )
    if not path.exists():
        raise TableNotFoundError(f"{path}: there is no such file; `nasbench-suite import SPACE PATH` makes a table")
    return Table(path, find_space(read_metadata(path).space) if space is None else space)


def find_table(space: Space[Any], dataset: str) -> Table:
    """Opens the one table that has the space and the data set.

    Raises:
        TableNotFoundError: there is none, or several; says what to do.
    """
    fitting: list[str] = []
    elsewhere: set[str] = set()
    unreadable: list[str] = []
    for name, path in table_paths().items():
        try:
            metadata = read_metadata(path)
        except TableError as error:
            unreadable.append(str(error))  # it must not stop a search on another, but may be the one that was meant
            continue
        if metadata.space == space.name:
            trial_sets = {series.trial_set for series in metadata.series}
            if dataset in metadata.datasets or dataset in trial_sets:
                fitting.append(name)
            elsewhere.update(metadata.datasets)
    if not fitting:
        there = f" (tables of {space.name} have: {', '.join(sorted(elsewhere))})" if elsewhere else ""
        raise TableNotFoundError(
            f"no table of space {space.name} has data set {dataset!r}{there}; "
            f"`nasbench-suite import {space.name} PATH` makes one from the benchmark's file"
            + "".join(f"; {line}" for line in unreadable[:1])
        )
    if len(fitting) > 1:
        raise TableNotFoundError(
            f"several tables of space {space.name} have {dataset}: {', '.join(fitting)}; name one with table=NAME"
        )
    return open_table(fitting[0], space)

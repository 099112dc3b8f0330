"""Tables by name, or by space and data set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nasbench_suite.closest import closest
from nasbench_suite.errors import ConfigError, TableError, TableNotFoundError
from nasbench_suite.folders import expanded, is_of_compat, is_shipped, table_paths
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.space import Space
from nasbench_suite.table.reader import Table, read_metadata


def open_table(table: str | Path, space: Space[Any] | str | None = None) -> Table:
    """Opens a table.

    Args:
        table: a table's name, or the path of its `.mdb` file.
        space: whose architectures it holds, or its name; what the table says if not given.

    Raises:
        TableNotFoundError: says which command makes it.
        TableError: truncated, damaged, or of another space.
    """
    if not isinstance(table, str | Path) or not isinstance(space, Space | str | None):
        wrong = table if not isinstance(table, str | Path) else space
        raise ConfigError(f"open_table: expected a table's name or path, and a space or its name; got {wrong!r:.80}")
    path = expanded(table) if str(table).endswith(".mdb") else table_paths().get(str(table))
    if path is None:
        known = ", ".join(table_paths()) or "none"
        close = closest(str(table), table_paths())
        guess = f"did you mean {close}? " if close else ""
        raise TableNotFoundError(
            f"no table {str(table)!r} (there is: {known}); {guess}"
            f"`nasbench-suite import SPACE PATH --name {table}` makes one"
        )
    if not path.exists():
        raise TableNotFoundError(f"{path}: there is no such file; `nasbench-suite import SPACE PATH` makes a table")
    return Table(path, _space(read_metadata(path).space if space is None else space))


def _space(space: Space[Any] | str) -> Space[Any]:
    return find_space(space) if isinstance(space, str) else space


def find_table(space: Space[Any] | str, dataset: str | None) -> Table:
    """Opens the one table that has the space and the data set; one that ships with the package where there is no other.

    What `compat` imported for itself is not looked at.

    Args:
        space: whose architectures it holds, or its name.
        dataset: that it has; None for any.

    Raises:
        TableNotFoundError: there is none, or several; says what to do.
    """
    if not isinstance(space, Space | str) or not isinstance(dataset, str | None):
        wrong = dataset if isinstance(space, Space | str) else space
        raise ConfigError(f"find_table: expected a space or its name, and a data set's name; got {wrong!r:.80}")
    space = _space(space)
    fitting: dict[bool, list[str]] = {False: [], True: []}  # by whether it ships with the package
    elsewhere: set[str] = set()
    unreadable: list[str] = []
    for name, path in table_paths().items():
        if is_of_compat(path):
            continue
        try:
            metadata = read_metadata(path)
        except TableError as error:
            unreadable.append(str(error))  # it must not stop a search on another, but may be the one that was meant
            continue
        if metadata.space == space.name:
            known = {*metadata.datasets, *(series.trial_set for series in metadata.series)}
            if dataset is None or dataset in known:
                fitting[is_shipped(path)].append(name)
            elsewhere.update(metadata.datasets)
    names = fitting[False] or fitting[True]
    return open_table(_only(names, space.name, dataset, sorted(elsewhere), unreadable), space)


def _only(
    names: Sequence[str], space: str, dataset: str | None, elsewhere: Sequence[str], unreadable: Sequence[str]
) -> str:
    what = "" if dataset is None else f" has data set {dataset!r}"
    if not names:
        there = f" (tables of {space} have: {', '.join(elsewhere)})" if elsewhere else ""
        close = None if dataset is None else closest(dataset, elsewhere)
        guess = f"; did you mean {close}?" if close else ""
        raise TableNotFoundError(
            f"no table of space {space}{what}{there}{guess}; `nasbench-suite import {space} PATH` makes one from the "
            "benchmark's file" + "".join(f"; {line}" for line in unreadable[:1])
        )
    if len(names) > 1:
        have = "" if dataset is None else f" have {dataset}"
        raise TableNotFoundError(f"several tables of space {space}{have}: {', '.join(names)}; name one with table=NAME")
    return names[0]

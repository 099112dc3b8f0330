"""The readers of further columns for a space: ours, and those that third parties registered as entry points."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from nasbench_suite.importing.column_reader import ColumnReader
from nasbench_suite.importing.tidy_columns import TidyColumnReader
from nasbench_suite.space import Space
from nasbench_suite.spaces import COLUMN_READERS

GROUP = "nasbench_suite.column_readers"

ListColumnReaders = Callable[[Space[Any]], Sequence[ColumnReader]]


def find_column_readers(space: Space[Any]) -> list[ColumnReader]:
    """Lists the readers for a space, the most specific format first, the tidy CSV, which fits any, last."""
    return [*(reader for listed in _listings(space.name) for reader in listed(space)), TidyColumnReader()]


def _listings(name: str) -> list[ListColumnReaders]:
    from importlib.metadata import entry_points  # costs as much as opening a table

    theirs = [entry.load() for entry in entry_points(group=GROUP, name=name)]
    if name not in COLUMN_READERS:
        return theirs
    module, _, attribute = COLUMN_READERS[name].partition(":")
    return [getattr(import_module(module), attribute), *theirs]

"""Where tables live, and how one is found by name, or by space and data set."""

import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any

from nasbench_suite.errors import ConfigError, TableError, TableNotFoundError
from nasbench_suite.space import Space
from nasbench_suite.spaces import SPACES
from nasbench_suite.table.reader import Table, read_metadata

SHIPPED = Path(__file__).parent.parent / "tables"
SPACES_GROUP = "nasbench_suite.spaces"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")


def home() -> Path:
    """Returns the folder of the user's data: `NASBENCH_SUITE_HOME`, else the platform's."""
    named = os.environ.get("NASBENCH_SUITE_HOME")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("nasbench-suite", appauthor=False))


def table_path(name: str) -> Path:
    """Returns the place of a table in the user's folder, whether or not it is there.

    Raises:
        TableError: the name is none.
    """
    if not _NAME.fullmatch(name):
        raise TableError(f"expected a table name of 1 to 100 letters, digits, '_' and '-', got {name!r}")
    return home() / "tables" / f"{name}.mdb"


def table_paths() -> dict[str, Path]:
    """Lists the tables by name: the user's, then those that ship with the package."""
    found: dict[str, Path] = {}
    for folder in (home() / "tables", SHIPPED):
        for path in sorted(folder.glob("[!.]*.mdb")):
            found.setdefault(path.stem, path)
    return found


def is_shipped(path: Path) -> bool:
    """Whether a table came with the package."""
    return path.parent == SHIPPED


def find_space(name: str) -> Space[Any]:
    """Returns the space of that name, ours or one that a third party registered as an entry point.

    Raises:
        ConfigError: lists the spaces that there are.
    """
    if name in SPACES:
        module, _, attribute = SPACES[name].partition(":")
        own: Space[Any] = getattr(import_module(module), attribute)()
        return own
    theirs = _registered()
    if name not in theirs:
        raise ConfigError(f"expected one of the spaces {', '.join(space_names())}; got {name!r}")
    space: Space[Any] = theirs[name].load()()
    return space


def space_names() -> list[str]:
    """Lists the spaces that `find_space` finds: ours, then those of third parties."""
    return [*SPACES, *(name for name in _registered() if name not in SPACES)]


def _registered() -> dict[str, Any]:
    from importlib.metadata import entry_points  # costs as much as opening a table

    return {entry.name: entry for entry in entry_points(group=SPACES_GROUP)}


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
    for name, path in table_paths().items():
        try:
            metadata = read_metadata(path)
        except TableError:
            continue  # `tables` shows it; it must not stop a search on another
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
        )
    if len(fitting) > 1:
        raise TableNotFoundError(
            f"several tables of space {space.name} have {dataset}: {', '.join(fitting)}; name one with table=NAME"
        )
    return open_table(fitting[0], space)

"""Where files live: the user's folder, the tables in it, and those that ship with the package."""

import os
import re
from pathlib import Path

from nasbench_suite.errors import TableError

SHIPPED_TABLES = Path(__file__).parent / "tables"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")


def home() -> Path:
    """Returns the folder of the user's data: `NASBENCH_SUITE_HOME`, else the platform's."""
    named = os.environ.get("NASBENCH_SUITE_HOME")
    if named:
        return Path(named).expanduser()
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
    """Lists the tables by name: the user's, those that ship with the package, those that `compat` made for itself."""
    found: dict[str, Path] = {}
    for folder in (home() / "tables", SHIPPED_TABLES, compat_folder()):
        for path in sorted(folder.glob("[!.]*.mdb")):
            found.setdefault(path.stem, path)
    return found


def is_shipped(path: Path) -> bool:
    """Whether a table came with the package."""
    return path.parent == SHIPPED_TABLES


def compat_folder() -> Path:
    """Returns the folder of the tables that `compat` made of the files that it was given."""
    return home() / "imported"


def is_of_compat(path: Path) -> bool:
    """Whether `compat` made a table for itself; then who names it has it, and nobody else."""
    return path.parent == compat_folder()


def expanded(path: str | os.PathLike[str]) -> Path:
    """Returns a path with `~` read as a shell reads it; as it is where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def relative_path(path: Path, to: Path) -> str:
    """Returns how a file is written in a document that lies in the folder `to`: relative where it is below."""
    path, to = path.resolve(), to.resolve()
    return str(path.relative_to(to)) if path.is_relative_to(to) else str(path)

"""Opens what a peer's constructor was given: a table, a table's name, or the path of a benchmark's file.

A file is imported once, into a table named after the space and the file's content, in a folder of its own, so that it
is never taken where a table is chosen by space and data set; who opens the file again is led
there by a note in the user's folder, which holds as long as the file's size, inode and time of modification do.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from nasbench_suite.atomic_write import atomic_write
from nasbench_suite.errors import ConfigError, TableError, TableNotFoundError
from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.folders import compat_folder, expanded, table_paths
from nasbench_suite.importing.convert import sha256
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.table import Table, read_metadata


def open_source(source: str | os.PathLike[str] | Table, space: str) -> Table:
    """Opens a table of a space.

    Args:
        source: an open table, a table's name or `.mdb` file, or a file or folder that the space's importers read.
        space: name of the space.

    Raises:
        ConfigError: something else.
        TableError: there is no such file or table, it is damaged, or of another space.
        SourceError: the file cannot be imported.
    """
    if isinstance(source, Table):
        if source.space.name != space:
            raise TableError(f"{source.path}: expected a table of space {space}, got one of {source.space.name}")
        return source
    if not isinstance(source, str | os.PathLike) or not str(source):
        raise ConfigError(f"expected the path of {space}'s file or folder, or a table or its name; got {source!r:.80}")
    path = expanded(source)
    if path.suffix == ".mdb" or (str(source) in table_paths() and not path.exists()):
        return open_table(str(source), find_space(space))
    if not path.exists():
        named = [name for name, table in table_paths().items() if _is_of(table, space)]
        tables = f"tables of {space}: {', '.join(named)}" if named else f"there are no tables of {space}"
        raise TableNotFoundError(
            f"{path}: there is no such file, folder or table ({tables}); give the path of the benchmark's file"
        )
    table = _noted(path, space) or _import_once(path, space)
    return open_table(table, find_space(space))


def open_only(space: str) -> Table:
    """Opens the one table of a space, for who gave a constructor nothing.

    Raises:
        TableNotFoundError: there is none, or several; says what to pass.
    """
    try:
        return find_table(space, None)
    except TableNotFoundError as error:
        what = str(error).split("; ")[0]
        raise TableNotFoundError(
            f"{what}; pass the path of the benchmark's file or folder, or a table's name"
        ) from None


def _is_of(table: Path, space: str) -> bool:
    with suppress(TableError):
        return read_metadata(table).space == space
    return False


def _import_once(path: Path, space: str) -> Path:
    """Imports a file, unless some table was made from it before; one process at a time."""
    with lock_folder(compat_folder(), wait=True):
        digest = sha256(path)
        table = _made_from(digest, space) or compat_folder() / f"{space}_{digest[:16]}.mdb"
        if not table.exists():
            import_file(find_space(space), path, table)
        atomic_write(_note(path, space), f"{_mark(path)}\n{table}".encode())
    return table


def _made_from(digest: str, space: str) -> Path | None:
    for table in table_paths().values():
        with suppress(TableError):  # somebody's damaged table is no reason to refuse this file
            metadata = read_metadata(table)
            if (metadata.space, metadata.source.sha256) == (space, digest):
                return table
    return None


def _noted(path: Path, space: str) -> Path | None:
    with suppress(OSError, UnicodeDecodeError):
        mark, _, table = _note(path, space).read_text(encoding="utf-8").partition("\n")
        if mark == _mark(path) and Path(table).exists():
            return Path(table)
    return None


def _note(path: Path, space: str) -> Path:
    place = space.encode() + b"\n" + os.fsencode(path.absolute())
    return compat_folder() / hashlib.sha256(place).hexdigest()[:32]


def _mark(path: Path) -> str:
    """What changes when a file does, or a folder's list of files."""
    status = path.stat()
    return f"{status.st_size} {status.st_dev} {status.st_ino} {status.st_mtime_ns}"

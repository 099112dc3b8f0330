"""Remembers which table files agreed with their seal, so that a file is hashed once and not at every opening."""

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from nasbench_suite.folders import home
from nasbench_suite.table import pages, seal

# a file this young can be written again with the same time, so its check is not remembered (as in Git's index)
_TICK_NS = 50_000_000

_here: dict[Path, str] = {}


def check_once(path: Path) -> seal.Sealed:
    """Reads the end of a table's file, and compares the file with its seal unless that was done before.

    The check holds for this path, size, inode and time of modification. It is remembered in
    `<home>/tables/.checked`, for tables elsewhere, too; where that cannot be written, in this process.

    Raises:
        TableError: the file cannot be read, is no table, or is damaged.
    """
    sealed = seal.read(path)
    mark = _mark(path, sealed)
    place = path.absolute()
    if _here.get(place) == mark or _remembered(place) == mark:
        return sealed
    check(path)
    if time.time_ns() - path.stat().st_mtime_ns > _TICK_NS and mark == _mark(path, sealed):
        _here[place] = mark
        _remember(place, mark)
    return sealed


def check(path: Path) -> None:
    """Compares a file with its seal, and walks its pages, without mapping it, whatever is remembered of it.

    Raises:
        TableError: the file cannot be read, is no table, or is damaged.
    """
    seal.check(path)
    pages.check(path)


def _mark(path: Path, sealed: seal.Sealed) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_dev} {status.st_ino} {status.st_mtime_ns} {sealed.seal.hex()}"


def _file(place: Path) -> Path:
    return home() / "tables" / ".checked" / hashlib.sha256(os.fsencode(place)).hexdigest()[:32]


def _remembered(place: Path) -> str | None:
    with suppress(OSError, UnicodeDecodeError):
        return _file(place).read_text(encoding="ascii")
    return None


def _remember(place: Path, mark: str) -> None:
    # a note that is half written agrees with nothing: the file is checked once more
    with suppress(OSError):
        file = _file(place)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(mark, encoding="ascii")

"""The one way in which a file is replaced: it is there whole or not at all, also when the power fails."""

import contextlib
import errno
import os
import re
import secrets
from pathlib import Path

from nasbench_suite.errors import ResultsError

# absent on Windows, where links need a privilege and folders cannot be synchronised
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.tmp")
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}


def atomic_write(path: Path, content: bytes, replace: bool = True) -> None:
    """Writes a file by way of another one in the same folder, whose name nobody can guess.

    What is at `path`, a link included, is replaced and never followed. When this returns, content and name are on the
    disk.

    Args:
        path: of the file; its folder exists.
        content: all of it.
        replace: whether a file that is there is replaced; else it stays, and its content counts.

    Raises:
        OSError: the disk is full or fails; what was there before stays.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def remove_abandoned(folder: Path, below: bool = False) -> None:
    """Removes the files that killed writers have left in a folder, in which nobody else writes now.

    Args:
        folder: it need not be there.
        below: whether its folders are such ones, too. Links are not followed.

    Raises:
        OSError: the folder cannot be read or written.
    """
    for path in folder.rglob(".*.tmp") if below else folder.glob(".*.tmp"):
        if _TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Puts the names in a folder on the disk: files that were made, renamed or removed there."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot_write(path: Path, error: OSError, advice: str) -> ResultsError:
    """Says why a file or folder could not be written, and what to do."""
    return ResultsError(f"{path}: cannot be written ({reason(error)}); {advice}")


def reason(error: Exception) -> str:
    """Says why something could not be read or written; a full disk in the same words, whoever complains of it."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    full = isinstance(error, OSError) and error.errno in _FULL
    return "the disk is full" if full or any(os.strerror(code) in text for code in _FULL) else text

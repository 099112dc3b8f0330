"""A folder that one process at a time works in."""

import sys
from pathlib import Path

import filelock

from nasbench_suite.atomic_write import cannot_write
from nasbench_suite.errors import FolderBusyError, ResultsError

_LOCK = ".lock"


def lock_folder(path: Path, wait: bool) -> filelock.BaseFileLock:
    """Makes a folder where there is none, and locks it; the system unlocks it when this process ends.

    Args:
        path: of the folder.
        wait: whether to wait for a process that works there, after a line that says so.

    Raises:
        FolderBusyError: another process works there, and is not to be waited for.
        ResultsError: the folder cannot be written.
    """
    lock = filelock.FileLock(path / _LOCK)
    try:
        path.mkdir(parents=True, exist_ok=True)
        if (path / _LOCK).is_symlink():
            raise ResultsError(f"{path / _LOCK}: expected a file, got a link; choose another results=")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            if not wait:
                raise FolderBusyError(f"{path}: another process works there; wait for it") from None
            print(f"nasbench-suite: {path}: another process works there; waiting for it", file=sys.stderr, flush=True)
            lock.acquire()
    except OSError as error:
        raise cannot_write(path, error, "choose another results=") from error
    return lock

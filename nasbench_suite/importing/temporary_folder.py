"""Folders to unpack into: in the user's folder, gone when done, and cleared away where a killed import left them."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from nasbench_suite.folders import home

_PREFIX, _LOCK = "source-", ".lock"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Makes an empty folder, and removes it with all that is in it at the end.

    It is beside the tables and not in the system's folder for temporary files, which may be memory.

    Raises:
        OSError: the user's folder cannot be written.
    """
    root = home() / "unpacked"
    root.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(root / _LOCK):  # nobody clears away what was made but not locked yet
        for abandoned in root.glob(f"{_PREFIX}*{_LOCK}"):
            _clear(abandoned)
        folder = Path(tempfile.mkdtemp(dir=root, prefix=_PREFIX))
        lock = filelock.FileLock(folder.with_name(folder.name + _LOCK))
        lock.acquire()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        Path(lock.lock_file).unlink(missing_ok=True)


def _clear(path: Path) -> None:
    lock = filelock.FileLock(path)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return  # another import is at work there
    shutil.rmtree(path.with_name(path.name.removesuffix(_LOCK)), ignore_errors=True)
    lock.release()
    path.unlink(missing_ok=True)

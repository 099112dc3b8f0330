"""The file that a writer works in: beside the table, locked while it is being written, cleared away when abandoned."""

import os
import tempfile
from pathlib import Path

from nasbench_suite.atomic_write import sync_folder

try:
    import fcntl
except ImportError:  # Windows: what a killed writer leaves there has to be removed by hand
    fcntl = None  # type: ignore[assignment]


class TemporaryFile:
    """An empty file with a name of its own in a table's folder.

    Attributes:
        path: of the file.
    """

    def __init__(self, table: Path) -> None:
        """Makes the file, after removing those that killed writers of the same table have left.

        Raises:
            OSError: the folder cannot be written.
        """
        for abandoned in table.parent.glob(f".{table.name}.*.tmp"):
            _remove_if_abandoned(abandoned)
        self._handle, name = tempfile.mkstemp(dir=table.parent, prefix=f".{table.name}.", suffix=".tmp")
        self.path = Path(name)
        _lock(self._handle)

    def write(self, content: bytes) -> None:
        """Makes this all of the file's content, and puts it on the disk.

        Raises:
            OSError: the disk is full or fails.
        """
        with os.fdopen(self._handle, "wb", closefd=False) as file:
            file.write(content)
        self.sync()

    def publish(self, path: Path) -> None:
        """Puts the file in its place, as readable as any new file, and what was there before is gone.

        Raises:
            OSError: the disk fails.
        """
        mask = os.umask(0)  # mkstemp makes private files
        os.umask(mask)
        self.path.chmod(0o666 & ~mask)
        self.path.replace(path)
        sync_folder(path.parent)

    def sync(self) -> None:
        """Puts what was written in the file, by way of its path, on the disk.

        Raises:
            OSError: the disk is full or fails.
        """
        os.fsync(self._handle)

    def close(self) -> None:
        """Removes the file, unless it was renamed."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        self.path.unlink(missing_ok=True)


def _lock(handle: int) -> bool:
    """Returns whether the file is now locked for this process; the system unlocks it when the process ends."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_if_abandoned(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return
    try:
        # a file of nothing is one that another process has just made and not locked yet
        if os.fstat(handle).st_size and _lock(handle):
            path.unlink(missing_ok=True)
    finally:
        os.close(handle)

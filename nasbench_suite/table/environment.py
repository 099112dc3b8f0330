"""Opening table files safely: one shared LMDB environment a path and process."""

import math
import os
import threading
import weakref
from pathlib import Path
from typing import Any

import lmdb
import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import TableError
from nasbench_suite.table.checked import check_once


class SharedEnvironment:
    """A table file mapped into this process, with the read transaction that keeps its values in place.

    Attributes:
        record: the table's metadata as it stands in the file.
        pages: how many bytes of LMDB pages the file has.
        transaction: gives values as memory views of the map, valid only as long as this object lives.
    """

    def __init__(self, path: Path) -> None:
        """Maps the file after its check. Use `open_shared`, which maps it once.

        Raises:
            TableError: the file cannot be read, is no table, or is damaged.
        """
        self.record, self.pages, _ = check_once(path)
        try:
            self._environment = lmdb.open(str(path), subdir=False, readonly=True, lock=False, readahead=False)
            self.transaction = self._environment.begin(buffers=True)
        except (lmdb.Error, OSError) as error:
            raise TableError(f"{path}: cannot be opened as a table ({error})") from error
        self._path = path

    def get(self, key: bytes) -> memoryview | None:
        """Returns a value, None where there is none; valid only as long as this object lives.

        Raises:
            TableError: the file is damaged.
        """
        try:
            value: memoryview | None = self.transaction.get(key)
        except lmdb.Error as error:
            raise TableError(f"{self._path}: is damaged ({error}); import it again") from error
        return value

    def array(self, key: bytes, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
        """Returns a value as an array that reads the map in place, and keeps it open while it lives.

        Short values, which LMDB does not align, are copied.

        Raises:
            TableError: there is no such value, it has another size, or the file is damaged.
        """
        value, kind = self.get(key), np.dtype(dtype)
        if value is None or len(value) != math.prod(shape) * kind.itemsize:
            raise TableError(f"{self._path}: array {key.decode()} is damaged; import the table again")
        if not len(value):
            return np.zeros(shape, kind)
        array = np.frombuffer(value, kind)
        if not array.flags.aligned:  # LMDB keeps a short value within a page, at any even place
            return array.copy().reshape(shape)
        weakref.finalize(array, _release, self).atexit = False
        return array.reshape(shape)


def _release(shared: SharedEnvironment) -> None:
    """Only holds a reference: a map that is closed under an array would crash the process."""


_lock = threading.Lock()
_shared: "weakref.WeakValueDictionary[tuple[int, int], SharedEnvironment]" = weakref.WeakValueDictionary()


def open_shared(path: Path) -> SharedEnvironment:
    """Maps a table file, or returns the map that this process already has.

    LMDB refuses to open a file twice in one process, so one is kept per file. A file put in the place of another is
    another file.

    A fork uses the maps of its parent. LMDB warns of that for its lock file and its table of readers, and a table is
    opened without either: what is inherited is a map that nobody writes to. To open it again beside that map is what
    LMDB refuses, and to close the map would take it from under the arrays that read it.

    Raises:
        TableError: the file cannot be read, is no table, or is damaged.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error
    key = (status.st_dev, status.st_ino)
    with _lock:
        shared = _shared.get(key)
        if shared is None:
            shared = _shared[key] = SharedEnvironment(path)
        return shared


def _unlock() -> None:
    """Gives a fork a lock of its own: a thread that has not come along may hold the other."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)

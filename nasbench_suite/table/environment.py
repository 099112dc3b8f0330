"""Opening table files safely: one shared LMDB environment a path and process."""

import hashlib
import os
import struct
import threading
import weakref
from pathlib import Path
from typing import Any

import lmdb
import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import TableError

_PAGE_HEADER = 16
_MAGIC = 0xBEEFC0DE
# mm_magic, mm_version, mm_address, mm_mapsize, two MDB_db of 48 bytes (of which only the first one's md_pad, the page
# size, matters here), mm_last_pg, mm_txnid
_META = struct.Struct("<IIQQ I44x 48x QQ")
_SEAL_BYTES = hashlib.sha256().digest_size


class SharedEnvironment:
    """A table file mapped into this process, with the read transaction that keeps its values in place.

    Attributes:
        transaction: gives values as memory views of the map, valid only as long as this object lives.
    """

    def __init__(self, path: Path) -> None:
        """Maps the file. Use `open_shared`, which maps it once."""
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
            ValueError: there is no such value, or it has another size.
            TableError: the file is damaged.
        """
        value = self.get(key)
        if value is None:
            raise ValueError(f"no value {key!r}")
        array = np.frombuffer(value, dtype)
        if not array.flags.aligned:  # LMDB keeps a short value within a page, at any even place
            return array.copy().reshape(shape)
        weakref.finalize(array, _release, self).atexit = False
        return array.reshape(shape)


def _release(shared: SharedEnvironment) -> None:
    """Only holds a reference: a map that is closed under an array would crash the process."""


_lock = threading.Lock()
_shared: "weakref.WeakValueDictionary[tuple[int, int, int], SharedEnvironment]" = weakref.WeakValueDictionary()


def open_shared(path: Path) -> SharedEnvironment:
    """Maps a table file, or returns the map that this process already has.

    LMDB refuses to open a file twice in one process, and a map does not survive a fork, so one is kept a file and
    process. A file put in the place of another is another file.

    Raises:
        TableError: the file cannot be read, is no LMDB file, or is truncated.
    """
    check_size(path)
    status = path.stat()
    key = (os.getpid(), status.st_dev, status.st_ino)
    with _lock:
        shared = _shared.get(key)
        if shared is None:
            shared = _shared[key] = SharedEnvironment(path)
        return shared


def check_size(path: Path) -> None:
    """Compares the file's size with what its header says: reading a truncated map would kill the process.

    Raises:
        TableError: the file cannot be read, is no LMDB file, or is truncated.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_PAGE_HEADER + _META.size)
            size = os.fstat(file.fileno()).st_size
            if len(head) < _PAGE_HEADER + _META.size:
                raise TableError(f"{path}: expected a table, got a file of {size} bytes; import it again")
            first = _META.unpack_from(head, _PAGE_HEADER)
            if first[0] != _MAGIC:
                raise TableError(f"{path}: expected a table (an LMDB file), got something else")
            page_size = first[4]
            file.seek(page_size)
            second = file.read(_PAGE_HEADER + _META.size)
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error
    metas = [first]
    if len(second) == _PAGE_HEADER + _META.size:
        metas.append(_META.unpack_from(second, _PAGE_HEADER))
    last_page = max(metas, key=lambda meta: meta[6])[5]
    expected = (last_page + 1) * page_size + _SEAL_BYTES
    if size < expected:
        raise TableError(f"{path}: the table is truncated: expected {expected:,} bytes, got {size:,}; import it again")


def seal(path: Path) -> None:
    """Appends the sha256 of a finished LMDB file, behind the last page that LMDB reads."""
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        file.write(digest)
        file.flush()
        os.fsync(file.fileno())


def check_seal(path: Path) -> None:
    """Compares a file with its seal, without mapping it: walking the pages of a damaged one can kill the process.

    Raises:
        TableError: the file cannot be read, is no table, or is damaged.
    """
    check_size(path)
    try:
        with path.open("rb") as file:
            left = os.fstat(file.fileno()).st_size - _SEAL_BYTES
            digest = hashlib.sha256()
            while left and (block := file.read(min(left, 1 << 20))):
                digest.update(block)
                left -= len(block)
            sealed = file.read(_SEAL_BYTES)
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error
    if sealed != digest.digest():
        raise TableError(f"{path}: is damaged: the file does not agree with its checksum; import it again")

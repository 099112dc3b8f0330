"""The end of a table's file: what the table says of itself, and the checksum of the whole file.

    LMDB pages | metadata, JSON | sha256 of the metadata | its length, format, magic | sha256 of all before

LMDB never reads beyond its last page, so that a table can be described, and a damaged one recognised, before any
of its pages is mapped: walking the pages of a damaged file can kill the process.
"""

import hashlib
import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nasbench_suite.errors import TableError
from nasbench_suite.table import pages
from nasbench_suite.table.metadata import FORMAT, LONGEST_RECORD

_MAGIC = b"NBSTABLE"
_FOOT = struct.Struct("<32s Q I 8s 32s")  # sha256 of the metadata, its length, format, magic, seal
_SEAL_BYTES = 32


class Sealed(NamedTuple):
    """What stands at the end of a table's file.

    Attributes:
        metadata: the record, whose own checksum was compared.
        pages: how many bytes of LMDB pages there are.
        seal: sha256 of the whole file but this; not compared yet.
    """

    metadata: bytes
    pages: int
    seal: bytes


def append(path: Path, metadata: bytes) -> None:
    """Completes a finished LMDB file with the table's metadata and the seal, and makes it durable."""
    digest = hashlib.sha256(metadata).digest()
    with path.open("r+b") as file:
        file.seek(0, os.SEEK_END)
        file.write(metadata + _FOOT.pack(digest, len(metadata), FORMAT, _MAGIC, b"")[:-_SEAL_BYTES])
        file.seek(0)
        seal = hashlib.file_digest(file, "sha256").digest()
        file.write(seal)
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Sealed:
    """Reads the end of a table's file, and compares its size with LMDB's own header.

    Raises:
        TableError: the file cannot be read, is no table, of another format, truncated, or its metadata is damaged.
    """
    try:
        with path.open("rb") as file:
            return _read(file, path)
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error


def check(path: Path) -> None:
    """Compares the whole file with its seal, without mapping it.

    Raises:
        TableError: the file cannot be read, is no table, or is damaged.
    """
    sealed = read(path)
    try:
        with path.open("rb") as file:
            digest = _hash(file, os.fstat(file.fileno()).st_size - _SEAL_BYTES)
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error
    if digest != sealed.seal:
        raise TableError(f"{path}: is damaged: the file does not agree with its checksum; import it again")


def _hash(file: BinaryIO, left: int) -> bytes:
    digest = hashlib.sha256()
    while left > 0 and (block := file.read(min(left, 1 << 20))):
        digest.update(block)
        left -= len(block)
    return digest.digest()


def _read(file: BinaryIO, path: Path) -> Sealed:
    size = os.fstat(file.fileno()).st_size
    if size < _FOOT.size:
        raise TableError(f"{path}: expected a table, got a file of {size} bytes; import it again")
    file.seek(size - _FOOT.size)
    digest, length, version, magic, seal = _FOOT.unpack(file.read(_FOOT.size))
    if magic != _MAGIC:
        raise TableError(f"{path}: {_without_end(file, path)}")
    if version != FORMAT:
        raise TableError(
            f"{path}: has table format {version}, this version of nasbench-suite reads format {FORMAT}; import the "
            "source again"
        )
    values = size - _FOOT.size - length
    if values < 0 or length > LONGEST_RECORD:
        raise TableError(f"{path}: is damaged: it says that its metadata has {length:,} bytes; import it again")
    file.seek(values)
    metadata = file.read(length)
    if hashlib.sha256(metadata).digest() != digest:
        raise TableError(f"{path}: its metadata is damaged: the checksum does not agree; import it again")
    if (wanted := pages.size(file)) != values:
        raise TableError(f"{path}: is damaged: expected {wanted:,} bytes of values, got {values:,}; import it again")
    return Sealed(metadata, values, seal)


def _without_end(file: BinaryIO, path: Path) -> str:
    """Says what a file is that does not end as a table does."""
    values, size = pages.size(file), os.fstat(file.fileno()).st_size
    if not values:
        return "expected a table, got something else"
    if size == values + _SEAL_BYTES:
        return (
            f"has table format 1, this version of nasbench-suite reads format {FORMAT}; replace it: "
            f"`nasbench-suite import SPACE PATH --name {path.stem} --force`, with the file that it was made from"
        )
    if size < values:
        return f"the table is truncated: expected more than {values:,} bytes, got {size:,}; import it again"
    return "expected a table, got an LMDB file of something else, or one that is truncated; import it again"

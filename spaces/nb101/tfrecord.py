"""TFRecord files without TensorFlow: framed records, each guarded by two masked CRC-32C checksums.

A record is its length (8 bytes, little-endian), the length's checksum (4), the data, the data's checksum (4).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

import google_crc32c

from nasbench_suite.errors import SourceError

_HEADER = Struct("<QI")
_CHECKSUM = Struct("<I")


def masked_crc32c(data: bytes) -> int:
    """Returns TFRecord's checksum of `data`: its CRC-32C, rotated by 15 bits, plus a constant."""
    crc: int = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def frame(data: bytes) -> bytes:
    """Returns `data` as a record."""
    length = len(data).to_bytes(8, "little")
    return length + _CHECKSUM.pack(masked_crc32c(length)) + data + _CHECKSUM.pack(masked_crc32c(data))


def is_tfrecord(path: Path) -> bool:
    """Whether a file begins with a length and the checksum of it."""
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
    return len(header) == _HEADER.size and masked_crc32c(header[:8]) == _HEADER.unpack(header)[1]


def read_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Streams a file's records, checksums verified.

    Yields:
        The byte at which a record begins, and its data.

    Raises:
        SourceError: which record is corrupt or cut off, and at which byte it begins.
    """
    with path.open("rb", buffering=1 << 20) as file:
        size = os.fstat(file.fileno()).st_size
        number, offset = 0, 0
        while offset < size:
            number += 1
            header = file.read(12)
            if len(header) < 12:
                raise SourceError(f"{at(path, number, offset)}: the file is cut off; fetch it again")
            length, checksum = _HEADER.unpack(header)
            if masked_crc32c(header[:8]) != checksum:
                hint = "is this a TFRecord file?" if number == 1 else "fetch the file again"
                raise SourceError(f"{at(path, number, offset)}: the length fails its checksum; {hint}")
            if length + 16 > size - offset:
                raise SourceError(f"{at(path, number, offset)}: the file is cut off; fetch it again")
            body = file.read(length + 4)
            data = body[:-4]
            if len(body) != length + 4 or masked_crc32c(data) != _CHECKSUM.unpack(body[-4:])[0]:
                raise SourceError(f"{at(path, number, offset)}: the data fail their checksum; fetch the file again")
            yield offset, data
            offset += length + 16


def at(path: Path, number: int, offset: int) -> str:
    """Says where in a file a record is, counted from 1."""
    return f"{path}: record {number} at byte {offset}"

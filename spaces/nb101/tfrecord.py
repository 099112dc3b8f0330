"""TFRecord files without TensorFlow: framed records, each guarded by two masked CRC-32C checksums.

A record is its length (8 bytes, little-endian), the length's checksum (4), the data, the data's checksum (4).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from struct import Struct

import google_crc32c
import numpy as np

from nasbench_suite.errors import SourceError

_HEADER = Struct("<QI")
_CHECKSUM = Struct("<I")
_BLOCK = 1 << 18  # bytes read at once; few, so that they stay in the processor's cache


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
    known: dict[bytes, int] = {}  # the length in each header whose checksum was right: of the same ones there are many
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        number = offset = 0
        while offset < size:
            file.seek(offset)
            records, wanted, problem = _split(file.read(_BLOCK), size - offset, known, first=not number)
            if wanted > _BLOCK and not problem and not records:
                file.seek(offset)
                records, _, problem = _split(file.read(wanted), size - offset, known, first=not number)
            for record, right in zip(records, _verify(records), strict=True):
                number += 1
                if not right:
                    raise SourceError(f"{at(path, number, offset)}: the data fail their checksum; fetch the file again")
                yield offset, record[:-4]
                offset += len(record) + 12
            if problem or not records:
                raise SourceError(f"{at(path, number + 1, offset)}: {problem or 'the file is cut off; fetch it again'}")


def _split(block: bytes, left: int, known: dict[bytes, int], first: bool) -> tuple[list[bytes], int, str]:
    """Cuts a block at the lengths that its records say.

    Args:
        block: begins with a record.
        left: bytes from there to the end of the file.
        known: headers whose checksum was right, and their lengths; more are added.
        first: whether the block begins with the first record of the file.

    Returns:
        The data of the whole records with the checksums behind them, how many bytes the next record takes with its
        header (0 where the block ends within it), and what is wrong with it.
    """
    records: list[bytes] = []
    here = 0
    while here < len(block):
        header = block[here : here + 12]
        length = known.get(header)
        if length is None:
            if len(header) < 12:
                return records, 0, "the file is cut off; fetch it again" if left - here < 12 else ""
            length, checksum = _HEADER.unpack(header)
            if masked_crc32c(header[:8]) != checksum:
                hint = "is this a TFRecord file?" if first and not records else "fetch the file again"
                return records, 0, f"the length fails its checksum; {hint}"
            known[header] = length
        end = here + length + 16
        if end > left:
            return records, 0, "the file is cut off; fetch it again"
        if end > len(block):
            return records, length + 16, ""
        records.append(block[here + 12 : end])
        here = end
    return records, 0, ""


def _verify(records: list[bytes]) -> list[bool]:
    """Returns for each record's data whether the checksum behind them is theirs."""
    stored = np.frombuffer(b"".join([record[-4:] for record in records]), "<u4")
    crc = np.array([google_crc32c.value(record[:-4]) for record in records], dtype=np.uint32)
    right: list[bool] = ((crc >> 15 | crc << 17) + np.uint32(0xA282EAD8) == stored).tolist()
    return right


def at(path: Path, number: int, offset: int) -> str:
    """Says where in a file a record is, counted from 1."""
    return f"{path}: record {number} at byte {offset}"

"""The bytes of a pickle as they are read: a piece at a time, and never more than the file has."""

import struct
from collections.abc import Callable
from typing import Final

from nasbench_suite.unpickle.damage import DamageError

_CHUNK: Final = 1 << 20
# the longest run of opcodes that is read without looking whether the buffer ends
_MARGIN: Final = 1 << 13
# between two entries; an entry of NAS-Bench-201 has 0.35 MB, with parameters 2 MB
_ENTRY_BYTES: Final = 1 << 23
_SKIPPED_BYTES: Final = 1 << 30
# bytes that are longer than any number's are parameters, and are left aside unread
_NUMBER_BYTES: Final = 64
_SHORT_LINE: Final = 256

_U32 = struct.Struct("<I").unpack_from
_U64 = struct.Struct("<Q").unpack_from

Read = Callable[[int], bytes]


class Buffer:
    """The part of a stream that is looked at, and how far it was read."""

    def __init__(self, read: Read, holds: int | None = None) -> None:
        """
        Args:
            read: returns up to that many bytes, and none only at the end.
            holds: how many bytes the file has, where arrays are wanted, which no size in it can exceed. None where they
                are not: then what is longer than a number is skipped.
        """
        self._read = read
        self._longest = _ENTRY_BYTES if holds is None else holds
        self._longest_kept = _NUMBER_BYTES if holds is None else holds
        self._buffer = b""
        self._at = 0
        self._offset = 0
        self._safe = 0
        self._begin_piece()

    def _begin_piece(self) -> None:
        """Says that a part begins whose size is bounded by itself."""
        self._piece_start = self._offset + self._at
        self._skipped = 0

    def _more(self) -> bool:
        """Reads on; returns whether there was anything."""
        chunk = self._read(_CHUNK)
        self._offset += self._at
        self._buffer = self._buffer[self._at :] + chunk
        self._at = 0
        self._safe = len(self._buffer) - _MARGIN if chunk else len(self._buffer)
        return bool(chunk)

    def _fill(self) -> None:
        if self._offset + self._at - self._piece_start - self._skipped > _ENTRY_BYTES:
            raise DamageError(f"an entry of more than {_ENTRY_BYTES} bytes")
        while self._at >= self._safe and self._more():
            pass
        if self._at >= len(self._buffer):
            raise DamageError("the end of the file")

    def _take(self, size: int) -> bytes:
        """The next `size` bytes, however many."""
        if size > self._longest:
            raise DamageError(f"a string of {size} bytes")
        if size > _ENTRY_BYTES:
            self._skipped += size  # an array, bounded by the file
        parts = []
        while self._at + size > len(self._buffer):
            parts.append(self._buffer[self._at :])
            size -= len(parts[-1])
            self._at = len(self._buffer)
            if not self._more():
                raise DamageError("the end of the file")
        self._at += size
        last = self._buffer[self._at - size : self._at]
        return b"".join([*parts, last]) if parts else last

    def _skip(self, size: int) -> None:
        """Leaves `size` bytes aside, without holding them."""
        self._skipped += size
        if self._skipped > _SKIPPED_BYTES:
            raise DamageError(f"an entry with more than {_SKIPPED_BYTES} bytes of parameters")
        while size:
            here = min(size, len(self._buffer) - self._at)
            self._at += here
            size -= here
            if size and not self._more():
                raise DamageError("the end of the file")

    def _byte(self) -> int:
        self._at += 1
        return self._buffer[self._at - 1]

    def _u32(self) -> int:
        self._at += 4
        return int(_U32(self._buffer, self._at - 4)[0])

    def _u64(self) -> int:
        self._at += 8
        return int(_U64(self._buffer, self._at - 8)[0])

    def _line(self) -> bytes:
        """The next line, of a name or a number."""
        end = self._buffer.find(b"\n", self._at, self._at + _SHORT_LINE)
        if end < 0:
            raise DamageError("a name or a number without an end")
        start, self._at = self._at, end + 1
        return self._buffer[start:end]

    def _long_line(self) -> bytes:
        """The next line, of a text."""
        parts, size = [], 0
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            parts.append(self._buffer[self._at :])
            size += len(parts[-1])
            self._at = len(self._buffer)
            if size > self._longest:
                raise DamageError(f"a line of more than {self._longest} bytes")
            if not self._more():
                raise DamageError("the end of the file")
        start, self._at = self._at, end + 1
        if size > _ENTRY_BYTES:
            self._skipped += size
        return b"".join([*parts, self._buffer[start:end]])

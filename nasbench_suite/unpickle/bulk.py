"""Reading the runs of numbers in a pickle at once.

Nine tenths of a benchmark file are learning curves: dicts whose keys are epochs (`K` and a byte) or names (a
string and its place in the memo), each followed by a float (`G` and eight bytes). Items of one length have
their opcodes in columns, and a column of a bytes object is a slice. So one slice a column says how long a
run is, and one `struct` call reads it. The machine then stands where it would have, had it read every opcode.

Worked through, `{3: 0.5, 4: 0.25}` is, after the dict and the mark, two items of 11 bytes:

    offset  0    1    2    3 .. 10    | 11   12   13   14 .. 21
            K    3    G    0.5        | K    4    G    0.25

The slice `buffer[at + 0 :: 11]` is `KK`, the slice `buffer[at + 2 :: 11]` is `GG`, so the run has two items, and the
layout `>xBxdxBxd` (skip K, a byte, skip G, a double; twice) reads `(3, 0.5, 4, 0.25)`. A run ends before a value that
is no float and before a key of 256 or more: there the column has another letter.
"""

import struct
from array import array
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from nasbench_suite.unpickle.memo import Memo

_ITEMS = 256
_BLOCKS = 1 << 12
_LETTERS = 48


class Run(NamedTuple):
    """A run of keys and numbers.

    Attributes:
        size: how many bytes of the pickle it takes.
        items: key, number, key, number: what the opcodes push.
    """

    size: int
    items: "tuple[object, ...] | list[object]"


class Bulk:
    """Reads runs; knows the blocks of names that it has seen."""

    def __init__(self) -> None:
        self._blocks: dict[bytes, tuple[list[str], array[int]]] = {}

    def numbers(self, buffer: bytes, at: int) -> Run | None:
        """Reads `K byte G double` items; None where fewer than two follow."""
        count = _count(buffer, at, 11, ((0, b"K"), (2, b"G")))
        if count < 2:
            return None
        return Run(11 * count, _layout("xBxd", count).unpack_from(buffer, at))

    def named_numbers(self, buffer: bytes, at: int, letters: int, width: int, memo: Memo) -> Run | None:
        """Reads `string put G double` items with strings of one length; None where fewer than two follow.

        Args:
            letters: length of the strings in bytes.
            width: of the field with that length: 1 (SHORT_BINUNICODE) or 4 (BINUNICODE).
            memo: where the strings are put; only at consecutive indices.
        """
        after = at + 1 + width + letters
        if letters > _LETTERS or after >= len(buffer):
            return None
        index_width = {0x71: 1, 0x72: 4, 0x94: 0}.get(buffer[after])
        if index_width is None:
            return None
        stride = after - at + 1 + index_width + 9
        if buffer[at + stride - 9 : at + stride - 8] != b"G":
            return None
        fixed = [(column, buffer[at + column : at + column + 1]) for column in range(1 + width)]
        fixed += [(after - at, buffer[after : after + 1]), (stride - 9, b"G")]
        count = _count(buffer, at, stride, fixed)
        if count < 2:
            return None
        fields = _layout(f"{1 + width}x{letters}sx{index_width}sxd", count).unpack_from(buffer, at)
        start = _start(b"".join(fields[1::3]), index_width, count, memo)
        if start is None:
            return None
        try:
            words, numbers = self._words(b"".join(fields[::3]), letters, memo)
        except UnicodeDecodeError:
            return None
        memo.put_numbers(start, numbers)
        return Run(stride * count, list(chain.from_iterable(zip(words, fields[2::3], strict=True))))

    def _words(self, block: bytes, letters: int, memo: Memo) -> "tuple[list[str], array[int]]":
        known = self._blocks.get(block)
        if known is None:
            words = [block[i : i + letters].decode() for i in range(0, len(block), letters)]
            known = words, memo.numbers(words)
            if len(self._blocks) >= _BLOCKS:
                self._blocks.clear()
            self._blocks[block] = known
        return known


def _count(buffer: bytes, at: int, stride: int, fixed: Sequence[tuple[int, bytes]]) -> int:
    """How many whole items follow that have these opcodes in these columns."""
    count = min(_ITEMS, (len(buffer) - at) // stride)
    for offset, opcode in reversed(fixed):
        column = buffer[at + offset : at + stride * count : stride]
        count = len(column) - len(column.lstrip(opcode))
        if count < 2:
            return 0
    return count


def _start(indices: bytes, width: int, count: int, memo: Memo) -> int | None:
    """The first of consecutive memo indices that are not beyond the memo's end; None where they are not."""
    if width == 0:
        return len(memo)
    first = int.from_bytes(indices[:width], "little")
    if first > len(memo) or first + count > 256**width:
        return None
    expected = range(first, first + count)
    if indices != (bytes(expected) if width == 1 else struct.pack(f"<{count}I", *expected)):
        return None
    return first


@cache
def _layout(item: str, count: int) -> struct.Struct:
    """`count` items; big-endian, as the floats are."""
    return struct.Struct(">" + item * count)

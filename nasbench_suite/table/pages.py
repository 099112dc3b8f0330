"""LMDB's own pages: how far they go, and whether walking them stays within the file.

LMDB trusts its file. A number in a page that points beyond the map, or into a page of another kind, ends the process;
so a table that a stranger made, however well sealed, is walked here once, without mapping it, before LMDB walks it.

A page begins with its number, flags and how many nodes it has; then the nodes' places stand, two bytes each:

    page   | number 8 | pad 2 | flags 2 | lower 2 | upper 2 | places 2 each ... | ... nodes |
    leaf   | size of the value 4 | flags 2 | size of the key 2 | key | value, or the number of its first page |
    branch | number of the page below 6 | size of the key 2 | key |

A page of 3 nodes has `lower` 22: 16 bytes before the places, and 6 of places. A value that has pages of its own begins
16 bytes into the first of them, so that 5,000 bytes take two pages of 4,096.
"""

import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nasbench_suite.errors import TableError

_HEADER = struct.Struct("<Q 2x H H H")  # number, flags, lower, upper
_NODE = struct.Struct("<H H H H")  # two halves of a size or number, flags, size of the key
_NUMBER = struct.Struct("<Q")
_BRANCH, _LEAF, _OVERFLOW = 1, 2, 4
_BIG = 1  # a leaf's node whose value has pages of its own
_MAGIC, _VERSION = 0xBEEFC0DE, 1
# magic, version, address, map size; two databases of 48 bytes (of the free pages: the page size, which stands in its
# first field; of the values: flags and root); last page, transaction
_META = struct.Struct("<I I 16x I 44x 4x H 34x Q Q Q")
_PAGE_SIZES = [1 << bits for bits in range(9, 17)]
_NOWHERE = (1 << 64) - 1


class _Meta(NamedTuple):
    magic: int
    version: int
    page_size: int
    flags: int
    root: int
    last: int
    transaction: int


class _WrongError(Exception):
    """What is wrong with a page."""


def size(file: BinaryIO) -> int:
    """Returns how many bytes the pages of an LMDB file take by its header; 0 where it is no LMDB file."""
    metas = _metas(file)
    return (max(meta.last for meta in metas) + 1) * metas[0].page_size if metas else 0


def check(path: Path) -> None:
    """Walks the pages of a table's file, each once.

    Raises:
        TableError: a page or a value lies outside the file, or is of no kind that a table has; or the file cannot be
            read.
    """
    try:
        with path.open("rb") as file:
            _walk(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error
    except (_WrongError, struct.error) as error:
        raise TableError(f"{path}: its pages make no sense ({error}); import it again") from None


def _metas(file: BinaryIO) -> list[_Meta]:
    metas: list[_Meta] = []
    for at in range(2):
        file.seek(16 + at * (metas[0].page_size if metas else 0))
        content = file.read(_META.size)
        if len(content) == _META.size:
            meta = _Meta(*_META.unpack(content))
            if meta.magic == _MAGIC and meta.page_size in _PAGE_SIZES:
                metas.append(meta)
    return metas


def _walk(file: BinaryIO, file_size: int) -> None:
    metas = _metas(file)
    if len(metas) != 2 or any(meta[1:4] != (_VERSION, metas[0].page_size, 0) for meta in metas):
        raise _WrongError("the header is not one of a table")
    newest = metas[metas[0].transaction < metas[1].transaction]
    page_size, pages = newest.page_size, newest.last + 1
    if pages * page_size > file_size:
        raise _WrongError(f"expected {pages * page_size:,} bytes of pages in {file_size:,}")
    seen = bytearray(pages)
    waiting = [] if newest.root == _NOWHERE else [newest.root]
    while waiting:
        at = waiting.pop()
        if not 2 <= at < pages or seen[at]:
            raise _WrongError(f"page {at} is outside the file, or has two places")
        seen[at] = 1
        file.seek(at * page_size)
        below, values = _nodes(file.read(page_size), at)
        waiting += below
        for first, length in values:
            _check_value(file, first, length, page_size, pages)


def _nodes(page: bytes, at: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Returns the pages below a branch, or the values of a leaf that have pages of their own: first page and size."""
    _, flags, lower, _ = _HEADER.unpack_from(page)
    count = (lower - _HEADER.size) // 2
    fewest = {_BRANCH: 2, _LEAF: 1}.get(flags)
    if fewest is None or not _HEADER.size <= lower <= len(page) or count < fewest:
        raise _WrongError(f"page {at} is of an unknown kind")
    below: list[int] = []
    values: list[tuple[int, int]] = []
    for place in struct.unpack_from(f"<{count}H", page, _HEADER.size):
        low, high, kind, key = _NODE.unpack_from(page, place)
        end = place + _NODE.size + key
        if flags == _BRANCH:
            below.append(low | high << 16 | kind << 32)
        elif kind == _BIG:
            values.append((_NUMBER.unpack_from(page, end)[0], low | high << 16))
        elif kind:
            raise _WrongError(f"page {at} has a node of an unknown kind")
        else:
            end += low | high << 16
        if place < lower or end > len(page):
            raise _WrongError(f"page {at} has a node that goes beyond it")
    return below, values


def _check_value(file: BinaryIO, first: int, length: int, page_size: int, pages: int) -> None:
    if not 2 <= first < pages or first + -(-(_HEADER.size + length) // page_size) > pages:
        raise _WrongError(f"a value of {length:,} bytes at page {first} is outside the file")
    file.seek(first * page_size)
    if _HEADER.unpack(file.read(_HEADER.size))[1] != _OVERFLOW:
        raise _WrongError(f"page {first} is not the beginning of a value")

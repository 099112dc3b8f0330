"""What a Parquet file claims to hold, read from its footer without PyArrow.

PyArrow reads a footer too, but where a damaged one is inconsistent, its description of a column ends the process
instead of raising (a C++ exception crosses a function that declares none). So claims are compared here, first.

The footer is one struct in Thrift's compact protocol: fields of a kind and a number, nested. Only the numbers below are
looked at; see `parquet.thrift` of the Parquet format.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

MAGIC = b"PAR1"
_DEPTH = 20
# kinds of Thrift's compact protocol
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
# numbers of fields: of the file, of a group of rows, of a column in it, of that column's metadata
_FILE_ROWS, _FILE_GROUPS = 3, 4
_GROUP_COLUMNS = 1
_COLUMN_METADATA = 3
_VALUES, _UNCOMPRESSED = 5, 6


class Claims(NamedTuple):
    """How much a file says that it holds.

    Attributes:
        rows: of the table.
        values: of all columns.
        size: of all columns when decompressed, in bytes.
    """

    rows: int
    values: int
    size: int


def read_claims(content: bytes) -> Claims:
    """Reads a file's footer.

    Args:
        content: of the whole file.

    Raises:
        ValueError: it is no Parquet file, or its footer is damaged.
    """
    length = int.from_bytes(content[-8:-4], "little")
    if content[:4] != MAGIC or content[-4:] != MAGIC or length + 12 > len(content):
        raise ValueError("it is no whole Parquet file")
    try:
        found = _Reader(content[len(content) - 8 - length : len(content) - 8]).struct()
        rows = int(found[_FILE_ROWS])
        columns = [column for group in found.get(_FILE_GROUPS, ()) for column in group[_GROUP_COLUMNS]]
        metadata: Sequence[Mapping[int, Any]] = [column[_COLUMN_METADATA] for column in columns]
        values, size = (sum(int(one[number]) for one in metadata) for number in (_VALUES, _UNCOMPRESSED))
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("its footer is damaged") from error
    if min(rows, *(one[number] for one in metadata for number in (_VALUES, _UNCOMPRESSED)), 0) < 0:
        raise ValueError("it claims less than nothing")
    return Claims(rows, values, size)


class _Reader:
    """Reads values one after the other; each takes at least a byte, so that none is larger than the footer."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at, self._depth = content, 0, 0

    def struct(self) -> dict[int, Any]:
        """Returns the fields by their numbers."""
        self._depth += 1
        if self._depth > _DEPTH:
            raise ValueError("its footer is nested too deep")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            step, kind = head >> 4, head & 15
            number = number + step if step else self._whole()
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind)
        self._depth -= 1
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind in (_I16, _I32, _I64):
            return self._whole()
        if kind == _DOUBLE:
            return self._take(8)
        if kind == _BINARY:
            return self._take(self._size())
        if kind in (_LIST, _SET):
            head = self._byte()
            return [self._value(head & 15) for _ in range(self._size() if head >> 4 == 15 else head >> 4)]
        if kind == _STRUCT:
            return self.struct()
        raise ValueError("its footer is damaged")  # maps do not occur in it

    def _byte(self) -> int:
        self._at += 1
        return self._content[self._at - 1]

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._content):
            raise ValueError("its footer is cut off")
        self._at += count
        return self._content[self._at - count : self._at]

    def _size(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise ValueError("its footer is damaged")

    def _whole(self) -> int:
        """Reads a signed number, of which the lowest bit is the sign."""
        value = self._size()
        return (value >> 1) ^ -(value & 1)

"""The protobuf wire format, as far as reading a message needs it."""

from collections.abc import Iterator
from struct import Struct

from nasbench_suite.errors import SourceError

Value = int | float | bytes

_DOUBLE = Struct("<d")
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def read_fields(message: bytes) -> Iterator[tuple[int, Value]]:
    """Lists a message's fields in order, known to the reader or not.

    Yields:
        The field's number, and an int for a varint, a float for 64 bits, bytes for what has a length. Fields
        of 32 bits are passed over: no message read here has any.

    Raises:
        SourceError: the message is cut off, or not protobuf.
    """
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == _FIXED64:
            length = 8
        elif kind == _FIXED32:
            length = 4
        elif kind == _BYTES:
            length, at = _varint(message, at)
        else:
            raise SourceError(f"expected a protobuf message, got a field of wire type {kind} at its byte {at}")
        if length > end - at:
            raise SourceError(
                f"the protobuf message is cut off: {end - at} bytes of {length} are left in field {number}"
            )
        if kind == _FIXED64:
            yield number, _DOUBLE.unpack_from(message, at)[0]
        elif kind == _BYTES:
            yield number, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Reads seven bits per byte, lowest first; returns the number and where it ends."""
    value = 0
    for place in range(10):
        if at + place >= len(message):
            raise SourceError("the protobuf message is cut off within a number")
        byte = message[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise SourceError(f"expected a protobuf message, got a number of more than 10 bytes at its byte {at}")

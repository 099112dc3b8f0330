"""Values as protocol 0 writes them: a line of text each."""

import codecs

from nasbench_suite.unpickle.damage import DamageError


def whole(line: bytes, low: int = -(2**63), high: int = 2**64) -> int:
    """Reads an integer of at most 64 bits; long ones end in L.

    Raises:
        DamageError: the line is no such integer.
    """
    digits = line.removesuffix(b"L")
    if not digits.removeprefix(b"-").isdigit() or len(digits) > 20 or not low <= int(digits) < high:
        raise DamageError("a line that is no integer of 64 bits")
    return int(digits)


def whole_or_flag(line: bytes) -> int | bool:
    """Reads an integer; 00 and 01 are the truth values of protocols that have no opcode for them."""
    return line == b"01" if line in (b"00", b"01") else whole(line)


def number(line: bytes) -> float:
    """Reads a float as `repr` writes it."""
    return float(line)


def quoted(line: bytes) -> bytes:
    """Reads Python 2's text: in quotes, escaped.

    >>> quoted(rb"'a\\x00'")
    b'a\\x00'

    Raises:
        DamageError: there are no quotes.
    """
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
        raise DamageError("a text without quotes")
    decoded: bytes = codecs.escape_decode(line[1:-1])[0]
    return decoded

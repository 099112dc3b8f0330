"""Damage: what disks, transfers and strangers do to a file."""

import random
import re

SPECIAL = (
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\0\0\0\x80",
    b"\xff\xff\xff\x7f",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x7f",
)
WORDS = (
    b"",
    b"null",
    b"true",
    b"nan",
    b"-1",
    b"1e999",
    b"99999999999999999999999",
    b"2000000000",
    b"[]",
    b"{}",
    b'"x"',
    b"[" * 3000,
    b'{"a":' * 3000,
    b"\xff\xfe",
    b"<script>",
    b"&a [*a]",
    b"!!python/name:os.system",
    b"${oc.env:HOME}",
    b"???",
    b"\n",
    b"\t",
    b"x" * 100_000,
)
TOKEN = re.compile(rb"[\w.+-]+|[^\w\s]")


def mutate(content: bytes, draw: random.Random, text: bool) -> bytes:
    """Returns the content with one to four damages.

    Args:
        content: of a file.
        draw: source of randomness.
        text: whether words may be exchanged, besides bytes.
    """
    kinds = [_flip, _overwrite, _cut_off, _drop, _repeat, _insert] + [_exchange] * (6 if text else 1)
    for _ in range(draw.choice((1, 1, 2, 4))):
        content = draw.choice(kinds)(content, draw)
    return content


def _at(content: bytes, draw: random.Random) -> int:
    return draw.randrange(len(content)) if content else 0


def _flip(content: bytes, draw: random.Random) -> bytes:
    at = _at(content, draw)
    return content[:at] + bytes(byte ^ 1 << draw.randrange(8) for byte in content[at : at + 1]) + content[at + 1 :]


def _overwrite(content: bytes, draw: random.Random) -> bytes:
    at, new = _at(content, draw), draw.choice((*SPECIAL, draw.randbytes(draw.randrange(1, 64))))
    return content[:at] + new + content[at + len(new) :]


def _cut_off(content: bytes, draw: random.Random) -> bytes:
    return content[: _at(content, draw)]


def _drop(content: bytes, draw: random.Random) -> bytes:
    at = _at(content, draw)
    return content[:at] + content[at + draw.randrange(1, 200) :]


def _repeat(content: bytes, draw: random.Random) -> bytes:
    at = _at(content, draw)
    return content[:at] + content[at : at + draw.randrange(1, 200)] * draw.choice((2, 2, 50)) + content[at:]


def _insert(content: bytes, draw: random.Random) -> bytes:
    at = _at(content, draw)
    return content[:at] + draw.choice(SPECIAL) * draw.choice((1, 8, 1000)) + content[at:]


def _exchange(content: bytes, draw: random.Random) -> bytes:
    """Puts another word in the place of one; half of the time one from elsewhere in the file."""
    start = max(0, _at(content, draw) - 50)
    found = TOKEN.search(content, start)
    if found is None:
        return content
    other = TOKEN.search(content, _at(content, draw))
    new = other[0] if other is not None and draw.random() < 0.5 else draw.choice(WORDS)
    return content[: found.start()] + new + content[found.end() :]

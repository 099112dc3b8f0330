"""The JSON of a file of NDS, one job at a time: a list of jobs, or an object of such lists (`top`, `mid`)."""

import json
import re
from collections.abc import Generator, Iterator

_GROUPS = ("top", "mid")
_SPACE = re.compile(r"[ \t\n\r]*")


def read_jobs(text: str) -> Iterator[tuple[str, object]]:
    """Yields jobs, of a list or of an object of lists: the name of the list, which is empty for one alone, and the job.

    Raises:
        ValueError: it is something else.
    """
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        at = yield from _list(decoder, text, at, "")
    else:
        groups: list[object] = []
        mark = "{"
        while mark in "{,":
            key, at = decoder.raw_decode(text, _skip(text, at + 1))
            if key not in _GROUPS or key in groups:
                raise ValueError(f"expected a list of jobs, or an object of {' and '.join(_GROUPS)}; got {key!r}"[:200])
            groups.append(key)
            mark, at = _mark(text, at, ":")
            at = yield from _list(decoder, text, _skip(text, at + 1), str(key))
            mark, at = _mark(text, at, ",}")
        at += 1
    if _skip(text, at) != len(text):
        raise ValueError(f"something follows the jobs at character {at}")


def _list(decoder: json.JSONDecoder, text: str, at: int, group: str) -> Generator[tuple[str, object], None, int]:
    """Reads the jobs of one list, and returns the place after it."""
    mark, at = _mark(text, at, "[")
    first = _skip(text, at + 1)
    if text[first : first + 1] == "]":
        return first + 1
    while mark in "[,":
        job, at = decoder.raw_decode(text, _skip(text, at + 1))
        yield group, job
        mark, at = _mark(text, at, ",]")
    return at + 1


def _mark(text: str, at: int, expected: str) -> tuple[str, int]:
    at = _skip(text, at)
    mark = text[at : at + 1]
    if not mark or mark not in expected:
        raise ValueError(f"expected {' or '.join(expected)} at character {at}, got {mark or 'the end'!r}")
    return mark, at


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None  # it matches the empty text too
    return match.end()

"""Which architectures a build trains: a word, a count, index ranges, texts, or a file of them."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nasbench_suite.errors import ArchitectureError, ConfigError, SourceError
from nasbench_suite.importing.archives import read_text
from nasbench_suite.space import Space
from nasbench_suite.whole_number import is_whole

ORDER_SEED = 1021

_RANGES = re.compile(r"\s*\d{1,12}\s*(-\s*\d{1,12}\s*)?(,\s*\d{1,12}\s*(-\s*\d{1,12}\s*)?)*", re.ASCII)
_BETWEEN = re.compile(r"[\s,]*")  # elements of a JSON list
_FILES = (".txt", ".json", ".txt.gz", ".json.gz")
_MOST_BYTES = 1 << 28  # NAS-Bench-101's 423,624 cells are a tenth of it


class _Named(NamedTuple):
    """An architecture as somebody wrote it.

    Attributes:
        where: it stands, for messages.
        value: its text, index, or range of indices.
    """

    where: str
    value: object


def choose(space: Space[Any], wanted: object) -> list[Any]:
    """Returns the architectures that a build is asked for, in the order in which they are named.

    Args:
        space: the search space.
        wanted: `all`; `unique`, the first of each isomorphism class; a count of those, drawn at random; indices in the
            space's official order, such as `0-389` or `0-9,20`; a word or text for one architecture; a list of texts
            and indices; or the path of a file with one per line, or with a JSON list. A number that is no such count
            or index may be the text of an architecture.

    Raises:
        ConfigError: it is something else, or an index that the space has not.
        ArchitectureError: a text is no architecture; both name the file and line.
    """
    if wanted == "all":
        return list(space.enumerate())
    if wanted == "unique":
        return _unique(space)
    if isinstance(wanted, int):
        return _count(space, wanted)
    if isinstance(wanted, list):
        return _all(space, [_Named(f"architectures: number {at}", one) for at, one in enumerate(wanted, 1)])
    if not isinstance(wanted, str):
        raise ConfigError(
            f"architectures: expected a word, a count, a list, a file or an architecture's text, got {wanted!r}"
        )
    if wanted in space.baselines:
        return [space.baselines[wanted]]
    if _is_range(space, wanted):
        return _all(space, [_Named("architectures", part) for part in wanted.split(",")])
    if wanted.endswith(_FILES) or Path(wanted).is_file():
        return _all(space, list(_in_file(Path(wanted).expanduser())))
    try:
        return [space.parse(wanted)]
    except ArchitectureError as error:
        words = ", ".join(["all", "unique", "a count", "indices such as 0-389", *space.baselines])
        raise ArchitectureError(
            f"architectures: expected {words}, a .txt or .json file or one architecture; {error}"
        ) from None


def _unique(space: Space[Any]) -> list[Any]:
    """Lists an architecture of each isomorphism class, in the official order: its canonical form, else its first."""
    chosen: dict[Any, tuple[int, Any]] = {}
    for at, arch in enumerate(space.enumerate()):
        form = space.canonical(arch)
        if form == arch or form not in chosen:
            chosen[form] = at, arch
    return [arch for _, arch in sorted(chosen.values(), key=lambda one: one[0])]


def _count(space: Space[Any], wanted: int) -> list[Any]:
    unique = _unique(space)
    if not is_whole(wanted, 1, len(unique) + 1):
        if (arch := _in_digits(space, wanted)) is not None:
            return [arch]
        digits = _digits_hint(space, unique[0])
        raise ConfigError(f"architectures: expected a count from 1 to {len(unique):,}{digits}, got {wanted}")
    order = np.random.default_rng(ORDER_SEED).permutation(len(unique))
    return [unique[at] for at in sorted(order[:wanted])]


def _in_file(path: Path) -> Iterator[_Named]:
    try:
        text = read_text(path, _MOST_BYTES).removeprefix("\ufeff")
    except OSError as error:
        raise ConfigError(f"architectures: {path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected text in UTF-8, byte {error.start:,} is none") from None
    except SourceError as error:
        raise ConfigError(str(error)) from None
    if path.name.removesuffix(".gz").endswith(".json") or text.lstrip().startswith("["):
        yield from _in_json(path, text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            yield _Named(f"{path}, line {number}", line.strip())


def _in_json(path: Path, text: str) -> Iterator[_Named]:
    """Lists the elements with their lines, which Python's own reader does not tell."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}, line {error.lineno}: expected a list in JSON ({error.msg})") from None
    except RecursionError:
        raise ConfigError(f"{path}: expected a list in JSON, got lists within lists without end") from None
    if not isinstance(values, list):
        raise ConfigError(f"{path}: expected a list in JSON, got a {type(values).__name__}")
    line, at, decoder = 1, text.index("[") + 1, json.JSONDecoder()
    for _ in values:
        between = _BETWEEN.match(text, at)
        start = at if between is None else between.end()
        line += text.count("\n", at, start)
        value, at = decoder.raw_decode(text, start)
        yield _Named(f"{path}, line {line}", value)
        line += text.count("\n", start, at)


def _all(space: Space[Any], named: Sequence[_Named]) -> list[Any]:
    """Returns what was named; refuses what is there twice."""
    parts = [part for one in named for part in _parts(space, one)]
    spans = [_span(part) if isinstance(part.value, int) or _is_range(space, part.value) else None for part in parts]
    highest = max((span[1] for span in spans if span is not None), default=-1)
    listed = list(islice(space.enumerate(), highest + 1)) if highest >= 0 else []
    found: dict[Any, str] = {}
    for part, span in zip(parts, spans, strict=True):
        written = None
        if span is not None and span[1] >= len(listed) and (written := _in_digits(space, part.value)) is None:
            digits = _digits_hint(space, listed[0])
            raise ConfigError(f"{part.where}: expected an index below {len(listed):,}{digits}, got {part.value}")
        if written is not None:
            named_here = [written]
        else:
            named_here = [_parse(space, part)] if span is None else listed[span[0] : span[1] + 1]
        for arch in named_here:
            if arch in found:
                raise ConfigError(f"{part.where}: {space.format(arch)} is there twice; before, in {found[arch]}")
            found[arch] = part.where
    if not found:
        raise ConfigError("architectures: expected at least one, got none")
    return list(found)


def _parts(space: Space[Any], one: _Named) -> list[_Named]:
    """Takes ranges apart."""
    if not _is_range(space, one.value):
        return [one]
    return [_Named(one.where, part.strip()) for part in str(one.value).split(",")]


def _in_digits(space: Space[Any], value: object) -> Any | None:
    """Returns the architecture that a number is the text of, which Hydra and JSON read as a number."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return space.parse(str(value))
    except ArchitectureError:
        return None


def _digits_hint(space: Space[Any], arch: Any) -> str:
    """Returns what else a number may be, where texts of architectures are of digits alone."""
    text = space.format(arch)
    return f" or an architecture such as {text}" if text.isdecimal() else ""


def _is_range(space: Space[Any], value: object) -> bool:
    """Whether a text is of indices, and not an architecture that is written in digits."""
    if not isinstance(value, str) or not _RANGES.fullmatch(value):
        return False
    try:
        space.parse(value)
    except ArchitectureError:
        return True
    return False


def _span(one: _Named) -> tuple[int, int]:
    """Returns the first and the last index."""
    first, _, last = str(one.value).partition("-")
    if isinstance(one.value, bool) or not first.strip().isdecimal():
        raise ConfigError(f"{one.where}: expected an architecture's text or index, got {one.value!r}")
    span = int(first), int(last or first)
    if span[0] > span[1]:
        raise ConfigError(f"{one.where}: expected a range from the lower index to the higher, got {one.value}")
    return span


def _parse(space: Space[Any], one: _Named) -> Any:
    if not isinstance(one.value, str):
        raise ConfigError(f"{one.where}: expected an architecture's text or index, got {one.value!r:.80}")
    if one.value in space.baselines:
        return space.baselines[one.value]
    try:
        return space.parse(one.value)
    except ArchitectureError as error:
        raise ArchitectureError(f"{one.where}: {error}") from None

"""A file of further columns, one value per architecture: hardware costs, zero-cost scores. docs/annotate.md says more.

    magic | length of the header | header, JSON, padded to 8 bytes | values | which are known | sha256 of all before

It belongs to the table whose content hash it names, and lies beside it; the table's own file stays as it is.
"""

import hashlib
import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import MissingArchitectureError, TableError
from nasbench_suite.table.metadata import Source

ENDING = ".columns"
COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")

_FORMAT = 1
_HEAD = struct.Struct("<8s Q")  # magic, length of the header
_MAGIC = b"NBSCOLUM"
_SEAL_BYTES = 32
_LONGEST_HEADER = 1 << 20
_LONGEST_TEXT = 200
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, eq=False)
class Column:
    """One figure of every architecture.

    Attributes:
        name: e.g. `edgegpu_latency`.
        unit: of the values, e.g. `ms`; the source's, which nobody converts.
        device: that it was measured on; None where it depends on none.
        dataset: whose images it is for; None where it is for every data set.
        values: (architectures,) in the order of the table's rows; 0 where unknown.
        known: (architectures,) whether the source has a value; NaN is one.
    """

    name: str
    unit: str
    device: str | None
    dataset: str | None
    values: NDArray[np.float64] = field(repr=False)
    known: NDArray[np.bool_] = field(repr=False)

    def value(self, row: int) -> float | None:
        """Returns the value in a row of the table; None where the source has none.

        Raises:
            MissingArchitectureError: the table has no such row.
        """
        if not isinstance(row, int | np.integer) or not 0 <= row < len(self.values):
            raise MissingArchitectureError(
                f"column {self.name}: expected a row from 0 to {len(self.values) - 1}, as table.row(arch) returns, got "
                f"{row!r:.80}"
            )
        return float(self.values[row]) if self.known[row] else None


@dataclass(frozen=True, eq=False)
class Annotation:
    """What one source says of a table's architectures.

    Attributes:
        table_sha256: content hash of the table.
        source: where the figures come from.
        counts: what was counted when it was read.
        columns: the figures.
    """

    table_sha256: str
    source: Source
    counts: Mapping[str, int]
    columns: tuple[Column, ...]

    def to_bytes(self) -> bytes:
        """Returns the content of the file, the same for the same figures."""
        rows = len(self.columns[0].values)
        header = {
            "format": _FORMAT,
            "table_sha256": self.table_sha256,
            "source": asdict(self.source),
            "counts": dict(self.counts),
            "architectures": rows,
            "columns": [[one.name, one.unit, one.device, one.dataset] for one in self.columns],
        }
        text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        values = np.stack([one.values for one in self.columns]).astype("<f8")
        known = np.stack([one.known for one in self.columns]).astype("u1")
        content = _HEAD.pack(_MAGIC, len(text)) + text + values.tobytes() + known.tobytes()
        return content + hashlib.sha256(content).digest()


def read_annotation(path: Path) -> Annotation:
    """Reads a file, which a stranger may have written: everything is checked before anything uses it.

    Raises:
        TableError: the file cannot be read, is none, is damaged, or says what makes no sense.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        return _parse(content)
    except (ValueError, KeyError, TypeError, RecursionError, struct.error) as error:
        raise TableError(f"{path}: {' '.join(str(error).split())[:200]}; annotate the table again") from None


def _parse(content: bytes) -> Annotation:
    if len(content) < _HEAD.size + _SEAL_BYTES or not content.startswith(_MAGIC):
        raise ValueError("expected a file of columns, got something else, or one that is truncated")
    if hashlib.sha256(content[:-_SEAL_BYTES]).digest() != content[-_SEAL_BYTES:]:
        raise ValueError("is damaged: the file does not agree with its checksum")
    _, length = _HEAD.unpack_from(content)
    if length > min(_LONGEST_HEADER, len(content)) or length % 8:
        raise ValueError(f"is damaged: it says that its header has {length} bytes")
    start = _HEAD.size + length
    header = json.loads(content[_HEAD.size : start])
    if header["format"] != _FORMAT:
        raise ValueError(f"expected format {_FORMAT}, got {header['format']!r:.50}")
    rows, described = _whole(header["architectures"]), _described(header["columns"])
    if len(content) != start + len(described) * rows * 9 + _SEAL_BYTES:
        raise ValueError(f"is damaged: {len(described)} columns of {rows} values do not make {len(content)} bytes")
    shape = (len(described), rows)
    values = np.frombuffer(content, "<f8", math.prod(shape), start).reshape(shape)
    known = np.frombuffer(content, "u1", math.prod(shape), start + 8 * math.prod(shape)).reshape(shape) != 0
    if not _HASH.fullmatch(_text(header["table_sha256"])):
        raise ValueError("expected the content hash of a table")
    return Annotation(
        table_sha256=header["table_sha256"],
        source=Source(**{name: _text(header["source"][name]) for name in ("format", "file", "sha256")}),
        counts={_text(name): _whole(count) for name, count in dict(header["counts"]).items()},
        columns=tuple(Column(*one, values[at], known[at]) for at, one in enumerate(described)),
    )


def _described(columns: Sequence[Any]) -> list[tuple[str, str, str | None, str | None]]:
    found = []
    for name, unit, device, dataset in columns:
        if not COLUMN_NAME.fullmatch(_text(name)):
            raise ValueError(f"expected the name of a column, got {name!r:.80}")
        found.append((name, _text(unit), _text_or_none(device), _text_or_none(dataset)))
    if not found or len({(one[0], one[3]) for one in found}) < len(found):
        raise ValueError("expected columns, each once for a data set")
    return found


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _text(value: object) -> str:
    # what cannot be printed would write into a terminal or a page what it likes
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"expected printable text of at most {_LONGEST_TEXT} letters, got {value!r:.50}")
    return value


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise ValueError(f"expected a whole number, got {value!r:.50}")
    return value

"""Parameters of trained networks, in a file beside their table, of which one network is read without the rest.

    magic | a record per network | header, JSON | index | sha256 of header and index | their sizes, magic
    a record: length of the description | description, JSON: name, kind and shape of each tensor | their numbers

The index has the place and the sha256 of every record. The file belongs to the table whose content hash it names.
"""

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.atomic_write import reason
from nasbench_suite.errors import MissingValueError, TableError
from nasbench_suite.table.metadata import Metadata
from nasbench_suite.table.temporary import TemporaryFile

ENDING = ".parameters"
KINDS = ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "|u1", "|b1")
"""What numbers may be, as NumPy writes it; lowest byte first."""

Parameters = Mapping[str, NDArray[Any]]
"""A network's parameters and buffers by name."""

_FORMAT = 1
_MAGIC = b"NBSPARAM"
_LENGTH = struct.Struct("<I")
_FOOT = struct.Struct("<32s Q Q 8s")  # sha256 of header and index, length of the header, networks, magic
_INDEX = np.dtype(
    [("row", "<u4"), ("series", "<u4"), ("trial", "<i8"), ("start", "<u8"), ("length", "<u8"), ("sha256", "V32")]
)
_LONGEST_HEADER, _LONGEST_DESCRIPTION, _LONGEST_NAME, _MOST_DIMENSIONS = 1 << 20, 1 << 22, 500, 8


def parameters_path(table: Path) -> Path:
    """Returns the place of a table's parameters."""
    return table.with_suffix(ENDING)


class NetworkKey(NamedTuple):
    """What a network was trained as.

    Attributes:
        row: of the architecture in the table.
        trial_set: what it was trained on.
        schedule: length of the training, in epochs.
        trial: its training seed.
    """

    row: int
    trial_set: str
    schedule: int
    trial: int


class ParametersWriter:
    """Writes a table's parameters, network by network, into a temporary file that takes its name at the end.

    Attributes:
        networks: how many there are so far.
    """

    def __init__(self, table: Path) -> None:
        """
        Args:
            table: the table's place.

        Raises:
            TableError: the folder cannot be written.
        """
        self.networks = 0
        self._path, self._index, self._series = parameters_path(table), bytearray(), dict[tuple[str, int], int]()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._temporary = TemporaryFile(self._path)
            self._file = self._temporary.path.open("wb")
            self._file.write(_MAGIC)
        except OSError as error:
            raise self._cannot_write(error) from error

    def add(self, key: NetworkKey, parameters: Parameters) -> None:
        """Adds a network.

        Raises:
            TableError: it has numbers of another kind, or the disk is full or fails.
        """
        content = _pack(parameters)
        series = self._series.setdefault((key.trial_set, key.schedule), len(self._series))
        entry = (key.row, series, key.trial, self._file.tell(), len(content), hashlib.sha256(content).digest())
        self._index += np.array([entry], _INDEX).tobytes()
        self.networks += 1
        try:
            self._file.write(content)
        except OSError as error:
            raise self._cannot_write(error) from error

    def complete(self, table_sha256: str) -> None:
        """Ends the file and puts it on the disk; it has not got its name yet.

        Args:
            table_sha256: content hash of the table.

        Raises:
            TableError: the disk is full or fails.
        """
        said = {"format": _FORMAT, "table_sha256": table_sha256, "series": list(self._series)}
        header = json.dumps(said, separators=(",", ":")).encode()
        digest = hashlib.sha256(header + self._index).digest()
        try:
            self._file.write(header + self._index + _FOOT.pack(digest, len(header), self.networks, _MAGIC))
            self._file.close()
            self._temporary.sync()
        except OSError as error:
            raise self._cannot_write(error) from error

    def publish(self) -> None:
        """Puts the completed file in its place.

        Raises:
            OSError: the disk fails.
        """
        self._temporary.publish(self._path)

    def close(self) -> None:
        """Removes the file, unless it was published."""
        self._file.close()
        self._temporary.close()

    def _cannot_write(self, error: OSError) -> TableError:
        return TableError(f"{self._path}: cannot be written ({reason(error)})")


def _pack(parameters: Parameters) -> bytes:
    described, numbers = [], []
    for name, array in parameters.items():
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        if little.dtype.str not in KINDS:
            raise TableError(f"parameters {name!r:.80}: expected numbers, got {array.dtype}")
        described.append([name, little.dtype.str, list(array.shape)])
        numbers.append(little.tobytes())
    description = json.dumps(described, separators=(",", ":")).encode()
    return b"".join((_LENGTH.pack(len(description)), description, *numbers))


class ParametersStore:
    """The parameters of a table's networks; a stranger may have written the file.

    Attributes:
        path: of the file.
        networks: how many there are.
        foreign: why none of them is the table's: the file belongs to one of other content, as an import that replaced
            the table leaves it; None where it is the table's.
    """

    def __init__(self, table: Path, metadata: Metadata) -> None:
        """Reads the index.

        Args:
            table: the table's place.
            metadata: what the table says of itself.

        Raises:
            TableError: the file cannot be read, or is damaged.
        """
        self.path = parameters_path(table)
        with self._open() as file:
            try:
                header, self._index = _read_end(file)
                self._series = {
                    (_text(name), _whole(schedule)): at for at, (name, schedule) in enumerate(header["series"])
                }
                owner = _text(header["table_sha256"])
            except (ValueError, KeyError, TypeError, RecursionError, struct.error) as error:
                raise self._damaged(error) from None
        self.networks = len(self._index)
        self.foreign = None
        if owner != metadata.content_sha256:
            self.foreign = (
                f"{self.path}: belongs to a table with content {owner[:12]!r}, and {table.stem} has "
                f"{metadata.content_sha256[:12]}; import it again with --weights, or remove the file"
            )

    def __contains__(self, key: NetworkKey) -> bool:
        return self._find(key) is not None

    def longest_schedule(self, trial_set: str) -> int:
        """Returns the longest schedule of which there are networks that were trained on a trial set.

        Raises:
            MissingValueError: there is none.
            TableError: the file is not this table's.
        """
        self._check_own()
        schedules = [schedule for name, schedule in self._series if name == trial_set]
        if not schedules:
            known = ", ".join(dict.fromkeys(name for name, _ in self._series)) or "none"
            raise MissingValueError(f"{self.path}: has networks trained on {known}; got {trial_set!r:.80}")
        return max(schedules)

    def read(self, key: NetworkKey) -> dict[str, NDArray[Any]]:
        """Reads one network.

        Raises:
            MissingValueError: there is none.
            TableError: its part of the file is damaged, or cannot be read, or the file is not this table's.
        """
        at = self._find(key)
        if at is None:
            raise MissingValueError(
                f"{self.path}: there are no parameters of row {key.row} on {key.trial_set!r:.80}, "
                f"{key.schedule} epochs, training seed {key.trial}"
            )
        with self._open() as file:
            return self._read(file, at)

    def verify(self) -> None:
        """Reads every network, where they are the table's.

        Raises:
            TableError: one is damaged, or cannot be read.
        """
        if self.foreign is not None:
            return
        with self._open() as file:
            for at in range(self.networks):
                self._read(file, at)

    def _check_own(self) -> None:
        if self.foreign is not None:
            raise TableError(self.foreign)

    def _find(self, key: NetworkKey) -> int | None:
        self._check_own()
        series, index = self._series.get((key.trial_set, key.schedule)), self._index
        if series is None:
            return None
        found = np.flatnonzero((index["row"] == key.row) & (index["series"] == series) & (index["trial"] == key.trial))
        return int(found[0]) if len(found) else None

    def _read(self, file: BinaryIO, at: int) -> dict[str, NDArray[Any]]:
        entry = self._index[at]
        try:
            file.seek(int(entry["start"]))
            content = file.read(int(entry["length"]))
            if hashlib.sha256(content).digest() != entry["sha256"].tobytes():
                raise ValueError(f"network {at} does not agree with its checksum")
            return _unpack(content)
        except OSError as error:
            raise TableError(f"{self.path}: cannot be read ({error.strerror})") from error
        except (ValueError, TypeError, RecursionError, struct.error) as error:
            raise self._damaged(error) from None

    def _open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise TableError(f"{self.path}: cannot be read ({error.strerror})") from error

    def _damaged(self, error: Exception) -> TableError:
        said = " ".join(str(error).split())[:200]
        return TableError(f"{self.path}: is damaged: {said}; import the table again with --weights")


def _read_end(file: BinaryIO) -> tuple[dict[str, Any], NDArray[Any]]:
    size = file.seek(0, 2)
    if size < len(_MAGIC) + _FOOT.size:
        raise ValueError(f"expected parameters, got a file of {size} bytes")
    file.seek(size - _FOOT.size)
    digest, length, networks, magic = _FOOT.unpack(file.read(_FOOT.size))
    start = size - _FOOT.size - length - networks * _INDEX.itemsize
    if magic != _MAGIC or length > _LONGEST_HEADER or start < len(_MAGIC):
        raise ValueError("expected parameters, got something else, or a file that is truncated")
    file.seek(start)
    content = file.read(length + networks * _INDEX.itemsize)
    if hashlib.sha256(content).digest() != digest:
        raise ValueError("its index does not agree with its checksum")
    index = np.frombuffer(content, _INDEX, offset=length)
    # checked one by one, for their sum may overflow
    if not ((index["start"] <= start).all() and (index["length"] <= start - index["start"]).all()):
        raise ValueError("its index names networks beyond the end")
    header = json.loads(content[:length])
    if not isinstance(header, dict) or header.get("format") != _FORMAT:
        raise ValueError(f"expected format {_FORMAT}")
    return header, index


def _unpack(content: bytes) -> dict[str, NDArray[Any]]:
    (length,) = _LENGTH.unpack_from(content)
    if length > min(_LONGEST_DESCRIPTION, len(content)):
        raise ValueError(f"a description of {length} bytes")
    position, found = _LENGTH.size + length, dict[str, NDArray[Any]]()
    for name, kind, shape in json.loads(content[_LENGTH.size : position]):
        if kind not in KINDS or not isinstance(shape, list) or len(shape) > _MOST_DIMENSIONS:
            raise ValueError(f"a tensor of {kind!r:.20}")
        count = math.prod(map(_whole, shape))
        if _text(name) in found or count * np.dtype(kind).itemsize > len(content) - position:
            raise ValueError(f"tensor {name!r:.80} is there twice, or lacks its numbers")
        found[name] = np.frombuffer(content, kind, count, position).reshape(shape).copy()
        position += found[name].nbytes
    if position != len(content):
        raise ValueError("more numbers than its tensors have")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME or not value.isprintable():
        raise ValueError(f"expected a name, got {value!r:.50}")
    return value


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 40:
        raise ValueError(f"expected a whole number, got {value!r:.50}")
    return value

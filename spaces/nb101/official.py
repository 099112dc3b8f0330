"""The rows of NAS-Bench-101's official files, `nasbench_only108.tfrecord` and `nasbench_full.tfrecord`.

A record is a JSON list: hash, epochs, adjacency matrix row by row, operations, and a protobuf `ModelMetrics`
in base64. There is one for each cell, schedule and repeat.
"""

import json
from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from struct import Struct
from typing import Final, NamedTuple

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb101.protobuf import Value, read_fields
from nasbench_suite.spaces.nb101.tfrecord import at, read_records

OFFICIAL_SHA256: Final = {
    "4c39c3936e36a85269881d659e44e61a245babcb72cb374eacacf75d0e5f4fd1": "nasbench_only108.tfrecord",
    "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c": "nasbench_full.tfrecord",
}


class Evaluation(NamedTuple):
    """A network measured at some epoch of its training.

    Attributes:
        epoch: epochs done.
        seconds: of training so far.
        train_accuracy: fraction in [0, 1], on 9,984 images.
        valid_accuracy: likewise.
        test_accuracy: likewise.
    """

    epoch: float
    seconds: float
    train_accuracy: float
    valid_accuracy: float
    test_accuracy: float


class Metrics(NamedTuple):
    """What one training measured.

    Attributes:
        halfway: after half of the epochs.
        final: at the end.
        parameters: trainable ones.
    """

    halfway: Evaluation
    final: Evaluation
    parameters: int


class Row(NamedTuple):
    """A training of a cell.

    Attributes:
        number: of the record in its file, from 1.
        offset: the byte at which the record begins.
        hash: the cell's fingerprint, 32 digits.
        epochs: length of the schedule.
        adjacency: matrix row by row as text of 0 and 1.
        operations: names with commas between, input first and output last.
        metrics: what was measured.
    """

    number: int
    offset: int
    hash: str
    epochs: int
    adjacency: str
    operations: str
    metrics: Metrics


def read_rows(path: Path) -> Iterator[Row]:
    """Streams a file's rows in its order, some 150,000 a second.

    Raises:
        SourceError: which record is corrupt, cut off or not of this layout, and at which byte it begins.
    """
    for number, (offset, data) in enumerate(read_records(path), start=1):
        try:
            key, epochs, adjacency, operations, encoded = _split(data)
            yield Row(number, offset, key, epochs, adjacency, operations, read_metrics(encoded))
        except SourceError as error:
            raise SourceError(f"{at(path, number, offset)}: {error}") from None


def read_metrics(encoded: bytes) -> Metrics:
    """Reads a `ModelMetrics` message in base64, with or without line breaks.

    Fields that are not NAS-Bench-101's are passed over.

    Raises:
        SourceError: no base64, cut off, or without a value that every training has.
    """
    try:
        message = a2b_base64(encoded.replace(b"\n", b""), strict_mode=True)
    except ValueError as error:
        raise SourceError(f"the metrics are no base64 ({error})") from None
    if len(message) > _USUAL.size:
        values = _USUAL.unpack_from(message)
        fields = dict(read_fields(message[_USUAL.size :])) if values[0::2] == _USUAL_KEYS else {1: b""}
        if 1 not in fields:
            halfway, final = Evaluation._make(values[11:20:2]), Evaluation._make(values[21:30:2])
            return Metrics(halfway, final, _parameters(fields))
    return _unusual_metrics(message)


# nearly every record begins with its evaluations in this layout, which is read at once: three of 45 bytes,
# each of five doubles after one-byte keys
_USUAL = Struct("<" + "3sdcdcdcdcd" * 3)
_USUAL_KEYS = (b"\x0a\x2d\x09", b"\x11", b"\x19", b"\x21", b"\x29") * 3


def _unusual_metrics(message: bytes) -> Metrics:
    fields = list(read_fields(message))
    evaluations = [_evaluation(value) for number, value in fields if number == 1 and isinstance(value, bytes)]
    if len(evaluations) != 3:
        raise SourceError(
            f"expected evaluations at the start, half-way and at the end, got {len(evaluations)}"
        )
    return Metrics(evaluations[1], evaluations[2], _parameters(dict(fields)))


def _evaluation(message: bytes) -> Evaluation:
    values = {number: value for number, value in read_fields(message) if isinstance(value, float)}
    for number, name in enumerate(Evaluation._fields, start=1):
        if number not in values:
            raise SourceError(f"an evaluation lacks its {name}")
    return Evaluation(*(values[number] for number in range(1, 6)))


def _parameters(fields: Mapping[int, Value]) -> int:
    parameters = fields.get(2)
    if not isinstance(parameters, int) or not 0 < parameters < 1 << 31:
        raise SourceError(f"expected a positive number of trainable parameters, got {parameters!r:.50}")
    return parameters


def _split(data: bytes) -> tuple[str, int, str, str, bytes]:
    """Splits a row at its quotes, six times as fast as a JSON reader; what looks unusual goes to one."""
    parts = data.split(b'"')
    if len(parts) != 9 or (parts[0], parts[4], parts[6], parts[8]) != (b"[", b", ", b", ", b"]"):
        return _split_unusual(data)
    _, key, epochs, adjacency, _, operations, _, metrics, _ = parts
    if b"\\" in key or b"\\" in adjacency or b"\\" in operations:
        return _split_unusual(data)
    try:
        return (
            key.decode("ascii"),
            int(epochs.strip(b", ")),
            adjacency.decode("ascii"),
            operations.decode("ascii"),
            metrics.replace(rb"\n", b""),
        )
    except ValueError:
        return _split_unusual(data)


def _split_unusual(data: bytes) -> tuple[str, int, str, str, bytes]:
    try:
        row = json.loads(data)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, list) or [type(value) for value in row] != [str, int, str, str, str]:
        raise SourceError(
            f"expected a JSON list of hash, epochs, adjacency, operations and metrics; got {data[:60]!r}"
        )
    key, epochs, adjacency, operations, metrics = row
    return key, epochs, adjacency, operations, metrics.encode()

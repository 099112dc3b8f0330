"""The rows of NAS-Bench-101's official files, `nasbench_only108.tfrecord` and `nasbench_full.tfrecord`.

A record is a JSON list: hash, epochs, adjacency matrix row by row, operations, and a protobuf `ModelMetrics`
in base64. There is one record for each cell, schedule and repeat.
"""

import json
from binascii import a2b_base64
from collections.abc import Iterator, Mapping
from pathlib import Path
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
        valid_accuracy: fraction in [0, 1], on 9,984 images.
        test_accuracy: fraction in [0, 1], on 9,984 images.
    """

    epoch: float
    seconds: float
    train_accuracy: float
    valid_accuracy: float
    test_accuracy: float


class TrainingMetrics(NamedTuple):
    """What one training measured.

    Attributes:
        halfway: after half of the epochs.
        final: at the end.
        parameters: trainable ones.
    """

    halfway: Evaluation
    final: Evaluation
    parameters: int


class OfficialRow(NamedTuple):
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
    metrics: TrainingMetrics


def read_rows(path: Path) -> Iterator[OfficialRow]:
    """Streams a file's rows in its order; `batches.read_batches` is four times as fast.

    Raises:
        SourceError: which record is corrupt, cut off or not of this layout, and at which byte it begins.
    """
    for number, (offset, data) in enumerate(read_records(path), start=1):
        try:
            key, epochs, adjacency, operations, encoded = split(data)
            yield OfficialRow(number, offset, key, epochs, adjacency, operations, read_metrics(encoded))
        except SourceError as error:
            raise SourceError(f"{at(path, number, offset)}: {error}") from None


def read_metrics(encoded: bytes) -> TrainingMetrics:
    """Reads a `ModelMetrics` message in base64, with or without line breaks.

    Fields that are not NAS-Bench-101's are passed over.

    Raises:
        SourceError: it is not base64, cut off, or without a value that every training has.
    """
    fields = list(read_fields(decode(encoded)))
    evaluations = [_evaluation(value) for number, value in fields if number == 1 and isinstance(value, bytes)]
    if len(evaluations) != 3:
        raise SourceError(f"expected evaluations at the start, half-way and at the end, got {len(evaluations)}")
    return TrainingMetrics(evaluations[1], evaluations[2], _parameters(dict(fields)))


def decode(encoded: bytes) -> bytes:
    """Reads base64 with or without line breaks.

    Raises:
        SourceError: it is not base64.
    """
    try:
        return a2b_base64(encoded.replace(b"\n", b""), strict_mode=True)
    except ValueError as error:
        raise SourceError(f"the metrics are not base64 ({error})") from None


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


def split(data: bytes) -> tuple[str, int, str, str, bytes]:
    """Returns hash, epochs, adjacency, operations and metrics of a record.

    Rows are cut at their quotes, four times as fast as by a JSON reader; what looks unusual goes to one.

    Raises:
        SourceError: no such list.
    """
    parts = data.split(b'"')
    if len(parts) != 9 or (parts[0], parts[4], parts[6], parts[8]) != (b"[", b", ", b", ", b"]"):
        return _split_unusual(data)
    _, key, number, adjacency, _, operations, _, metrics, _ = parts
    if b"\\" in key or b"\\" in adjacency or b"\\" in operations:
        return _split_unusual(data)
    try:
        epochs = int(number.strip(b", "))
        texts = key.decode("ascii"), adjacency.decode("ascii"), operations.decode("ascii")
    except ValueError:
        return _split_unusual(data)
    if not 0 < epochs < 1 << 31:
        return _split_unusual(data)
    return texts[0], epochs, texts[1], texts[2], metrics.replace(rb"\n", b"")


def _split_unusual(data: bytes) -> tuple[str, int, str, str, bytes]:
    try:
        row = json.loads(data)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, list) or [type(value) for value in row] != [str, int, str, str, str]:
        raise SourceError(f"expected a JSON list of hash, epochs, adjacency, operations and metrics; got {data[:60]!r}")
    key, epochs, adjacency, operations, metrics = row
    if not 0 < epochs < 1 << 31:
        raise SourceError(f"expected a positive number of epochs, got {epochs!r:.50}")
    return key, epochs, adjacency, operations, metrics.encode(errors="replace")

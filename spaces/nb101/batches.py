"""The rows of the official files as arrays, for importing five million of them in half a minute.

Nearly every record's metrics have one layout: three evaluations of five doubles, the parameters, the total
time. Those are taken out of the joined messages by strides; any other goes through `official.read_metrics`.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb101.official import decode, read_metrics, split
from nasbench_suite.spaces.nb101.tfrecord import at, read_records

# an evaluation's key and length, then five doubles after one-byte keys
_EVALUATION: Final = 2 + 5 * 9
_NUMBER: Final = 3 * _EVALUATION + 1  # where the parameters stand, in up to five bytes
_WIDTH: Final = _NUMBER + 5 + 9
_KEYS: Final = {
    **{start * _EVALUATION: 0x0A for start in range(3)},
    **{start * _EVALUATION + 1: _EVALUATION - 2 for start in range(3)},
    **{start * _EVALUATION + 2 + 9 * field: (field + 1) << 3 | 1 for start in range(3) for field in range(5)},
    _NUMBER - 1: 2 << 3,
}
_TOTAL_KEY: Final = 3 << 3 | 1


class RowBatch(NamedTuple):
    """Rows in the file's order.

    Attributes:
        first: number of the first record, counted from 1.
        offsets: the byte at which each record begins.
        hashes: each cell's fingerprint, 32 digits.
        epochs: (rows,) lengths of the schedules.
        adjacency: matrices row by row as text of 0 and 1.
        operations: names with commas between.
        evaluations: (rows, 2, 5), half-way and final, with the fields of `official.Evaluation`.
        parameters: (rows,) trainable ones.
        place: how messages name a record, by its number and its offset.
    """

    first: int
    offsets: list[int]
    hashes: list[str]
    epochs: NDArray[np.int64]
    adjacency: list[str]
    operations: list[str]
    evaluations: NDArray[np.float64]
    parameters: NDArray[np.int64]
    place: str = "record {} at byte {}"


def read_batches(path: Path, rows: int = 1 << 15) -> Iterator[RowBatch]:
    """Streams a file's rows, many at a time.

    Raises:
        SourceError: which record is corrupt, cut off or not of this layout, and at which byte it begins.
    """
    records = read_records(path)
    first = 1
    while batch := _read_batch(path, first, islice(records, rows)):
        yield batch
        first += len(batch.offsets)


def _read_batch(path: Path, first: int, records: Iterator[tuple[int, bytes]]) -> RowBatch | None:
    offsets: list[int] = []
    rows: list[tuple[str, int, str, str, bytes]] = []
    messages: list[bytes] = []
    for offset, data in records:
        offsets.append(offset)
        try:
            rows.append(split(data))
            messages.append(decode(rows[-1][4]))
        except SourceError as error:
            raise SourceError(f"{at(path, first + len(offsets) - 1, offset)}: {error}") from None
    if not offsets:
        return None
    hashes, epochs, adjacency, operations, encoded = map(list, zip(*rows, strict=True))
    evaluations, parameters, usual = _read_usual(messages)
    for row in np.flatnonzero(~usual).tolist():
        try:
            metrics = read_metrics(encoded[row])
        except SourceError as error:
            raise SourceError(f"{at(path, first + row, offsets[row])}: {error}") from None
        evaluations[row] = metrics.halfway, metrics.final
        parameters[row] = metrics.parameters
    return RowBatch(first, offsets, hashes, np.array(epochs), adjacency, operations, evaluations, parameters)


def _read_usual(
    messages: list[bytes],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    r"""Takes evaluations and parameters from where they usually are, and says which rows have them there.

    A message of three evaluations, 300 parameters and the total time; a second one lacks its last byte. 300 is written
    seven bits at a time, lowest first: AC 02 is 0x2C + (0x02 << 7). All bytes but the last have their highest bit set.

    >>> from struct import pack
    >>> def evaluation(*values):
    ...     fields = [bytes([key << 3 | 1]) + pack("<d", value) for key, value in enumerate(values, 1)]
    ...     return b"\x0a\x2d" + b"".join(fields)
    >>> start = evaluation(0, 0, 0.1, 0.1, 0.1)
    >>> halfway, final = evaluation(54, 800, 0.8, 0.75, 0.7), evaluation(108, 1600, 1, 0.9, 0.85)
    >>> message = start + halfway + final + b"\x10\xac\x02" + b"\x19" + pack("<d", 1600)
    >>> evaluations, parameters, usual = _read_usual([message, message[:-1]])
    >>> evaluations[0].tolist()
    [[54.0, 800.0, 0.8, 0.75, 0.7], [108.0, 1600.0, 1.0, 0.9, 0.85]]
    >>> parameters[0].item(), usual.tolist()
    (300, [True, False])

    Args:
        messages: in protobuf.

    Returns:
        Half-way and final evaluations (rows, 2, 5), parameters (rows,), and where both are right (rows,).
    """
    joined = b"".join([message[:_WIDTH].ljust(_WIDTH, b"\0") for message in messages])
    table = np.frombuffer(joined, np.uint8).reshape(-1, _WIDTH)
    usual = (table[:, list(_KEYS)] == np.array(list(_KEYS.values()), np.uint8)).all(axis=1)
    # seven bits per byte, lowest first, the last byte being below 128
    digits = table[:, _NUMBER : _NUMBER + 5]
    length = 1 + (digits < 128).argmax(axis=1)
    used = np.arange(5) < length[:, None]
    parameters = ((digits & 127).astype(np.int64) << np.arange(0, 35, 7)).sum(axis=1, where=used)
    end = _NUMBER + length
    sizes = np.array([len(message) for message in messages])
    usual &= (digits < 128).any(axis=1) & (parameters > 0) & (parameters < 1 << 31)
    usual &= (table[np.arange(len(table)), end] == _TOTAL_KEY) & (sizes == end + 9)
    evaluations = np.ndarray(
        (len(table), 2, 5), "<f8", joined, offset=_EVALUATION + 3, strides=(_WIDTH, _EVALUATION, 9)
    )
    return evaluations.astype(np.float64), parameters, usual

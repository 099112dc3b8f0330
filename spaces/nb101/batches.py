"""The rows of the official files as arrays, for importing five million of them in half a minute.

Nearly every record's metrics have one layout: three evaluations of five doubles, the parameters, the total time, in as
many characters of base64. A record then ends in a tail of known length, and what comes before, the head, is the same in
each repeat of a training, and read once. The tails of a batch are read together; any other record goes through
`official.split` and `official.read_metrics`.
"""

from binascii import a2b_base64
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb101.official import read_metrics, split
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
# characters of base64: whole groups of four, and the last group, which may have padding
_WHOLE: Final = _WIDTH // 3 * 4 - 4
_ENCODED: Final = _WHOLE + 4
_LINE: Final = 76  # and a line break, which JSON writes as two characters, also behind the last; or all in one line
_BREAK: Final = rb"\n"
_LINES: Final = -(-_ENCODED // _LINE)
_END: Final = b'"]'
_TAIL: Final = {False: _ENCODED + len(_END), True: _ENCODED + _LINES * len(_BREAK) + len(_END)}
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_PADDING: Final = 64
_DIGITS: Final = np.full(256, 255, np.uint8)
_DIGITS[list(_BASE64)] = np.arange(64)
_DIGITS[ord("=")] = _PADDING


class Name(NamedTuple):
    """What a record says of its cell.

    Attributes:
        hash: fingerprint, 32 digits.
        adjacency: matrix row by row as text of 0 and 1.
        operations: names with commas between.
    """

    hash: str
    adjacency: str
    operations: str


class RowBatch(NamedTuple):
    """Rows in the file's order.

    Attributes:
        first: number of the first record, counted from 1.
        offsets: the byte at which each record begins.
        names: of cells, in order of appearance.
        cells: (rows,) place of each one's cell among the names.
        epochs: (rows,) lengths of the schedules.
        evaluations: (rows, 2, 5), half-way and final, with the fields of `official.Evaluation`.
        parameters: (rows,) trainable ones.
        place: how messages name a record, by its number and its offset.
    """

    first: int
    offsets: list[int]
    names: list[Name]
    cells: NDArray[np.int64]
    epochs: NDArray[np.int64]
    evaluations: NDArray[np.float64]
    parameters: NDArray[np.int64]
    place: str = "record {} at byte {}"


def read_batches(path: Path, rows: int = 1 << 13) -> Iterator[RowBatch]:
    """Streams a file's rows, many at a time.

    Raises:
        SourceError: which record is corrupt, cut off or not of this layout, and at which byte it begins.
    """
    records = read_records(path)
    first = 1
    while True:
        offsets: list[int] = []
        data: list[bytes] = []
        damage = None
        try:
            for offset, record in islice(records, rows):
                offsets.append(offset)
                data.append(record)
        except SourceError as error:
            damage = error
        if data:
            batch = _read_batch(path, first, offsets, data)
            first += len(data)
        if damage is not None:
            raise damage
        if not data:
            return
        yield batch


def _read_batch(path: Path, first: int, offsets: list[int], data: list[bytes]) -> RowBatch:
    breaks = _has_breaks(data[0])
    size = _TAIL[breaks]
    places: dict[bytes, int] = {}  # of heads
    trainings: list[tuple[int, int]] = []  # cell and epochs
    names: dict[Name, int] = {}
    rows: list[int] = []
    tails: list[bytes] = []
    failure = None
    for record in data:
        head = record[:-size]
        place = places.get(head)
        if place is not None:
            rows.append(place)
            tails.append(record[-size:])
            continue
        usual = _read_head(head)
        try:
            name, epochs = usual or _read_name(record)
        except SourceError as error:
            failure = SourceError(f"{at(path, first + len(rows), offsets[len(rows)])}: {error}")
            break
        if usual:
            places[head] = len(trainings)
        rows.append(len(trainings))
        tails.append(record[-size:] if usual else bytes(size))
        trainings.append((names.setdefault(name, len(names)), epochs))
    if failure is not None and not rows:
        raise failure
    evaluations, parameters, right = _read_tails(b"".join(tails), breaks)
    for row in np.flatnonzero(~right).tolist():
        try:
            metrics = read_metrics(split(data[row])[4])
        except SourceError as error:
            raise SourceError(f"{at(path, first + row, offsets[row])}: {error}") from None
        evaluations[row] = metrics.halfway, metrics.final
        parameters[row] = metrics.parameters
    if failure is not None:
        raise failure
    cells, schedules = np.array(trainings, dtype=np.int64)[rows].T
    return RowBatch(first, offsets, list(names), cells, schedules, evaluations, parameters)


def _has_breaks(record: bytes) -> bool:
    """Whether the metrics of a record would begin at the right place if they had line breaks."""
    return record[: -_TAIL[True]].endswith(b', "')


def _read_head(head: bytes) -> tuple[Name, int] | None:
    """Returns cell and epochs of what comes before the metrics; None where they do not begin behind it."""
    try:
        key, epochs, adjacency, operations, metrics = split(head + _END)
    except SourceError:
        return None
    return None if metrics else (Name(key, adjacency, operations), epochs)


def _read_name(record: bytes) -> tuple[Name, int]:
    key, epochs, adjacency, operations, _ = split(record)
    return Name(key, adjacency, operations), epochs


def _read_tails(joined: bytes, breaks: bool) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Reads the metrics of many records, and says of which.

    Args:
        joined: the ends of records.
        breaks: whether lines have ends.

    Returns:
        Half-way and final evaluations (rows, 2, 5), parameters (rows,), and where both are right (rows,).
    """
    tails = np.frombuffer(joined, np.uint8).reshape(-1, _TAIL[breaks])
    if breaks:
        starts = range(0, _ENCODED, _LINE)
        encoded = np.concatenate([tails[:, at + at // _LINE * 2 :][:, : min(_LINE, _ENCODED - at)] for at in starts], 1)
        ends = np.concatenate(
            [tails[:, at + at // _LINE * 2 + _LINE :][:, :2] for at in starts[:-1]] + [tails[:, -4:]], 1
        )
    else:
        encoded, ends = tails[:, :_ENCODED].copy(), tails[:, -2:]
    expected = np.frombuffer(_BREAK * _LINES + _END if breaks else _END, np.uint8)
    right = (ends == expected).all(axis=1)
    last = _DIGITS[encoded[:, _WHOLE:]]
    padding = (last == _PADDING).sum(axis=1)
    right &= (last <= _PADDING).all(axis=1) & (last[:, :2] < _PADDING).all(axis=1)
    right &= (padding != 1) | (last[:, 3] == _PADDING)
    encoded[~right] = ord("A")
    try:
        if (encoded[-1, :_WHOLE] == ord("=")).any():
            raise ValueError("padding at the end, which would be right")
        whole = a2b_base64(encoded[:, :_WHOLE].tobytes(), strict_mode=True)
    except ValueError:
        right &= (_DIGITS[encoded[:, :_WHOLE]] < _PADDING).all(axis=1)
        encoded[~right] = ord("A")
        whole = a2b_base64(encoded[:, :_WHOLE].tobytes(), strict_mode=True)
    messages = np.zeros((len(tails), _WIDTH), np.uint8)
    messages[:, :-3] = np.frombuffer(whole, np.uint8).reshape(len(tails), _WIDTH - 3)
    bits = (last & 63).astype(np.uint32) @ np.array([1 << 18, 1 << 12, 1 << 6, 1], np.uint32)
    messages[:, -3:] = bits[:, None] >> np.array([16, 8, 0], np.uint32) & 255
    evaluations, parameters, usual = _read_usual(messages, _WIDTH - padding)
    return evaluations, parameters, right & usual


def _read_usual(
    messages: NDArray[np.uint8], sizes: NDArray[np.int64]
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
    >>> messages = np.array([[*message.ljust(_WIDTH, b"\0")]] * 2, dtype=np.uint8)
    >>> evaluations, parameters, usual = _read_usual(messages, np.array([len(message), len(message) - 1]))
    >>> evaluations[0].tolist()
    [[54.0, 800.0, 0.8, 0.75, 0.7], [108.0, 1600.0, 1.0, 0.9, 0.85]]
    >>> parameters[0].item(), usual.tolist()
    (300, [True, False])

    Args:
        messages: (rows, width) in protobuf.
        sizes: (rows,) of the messages, in bytes.

    Returns:
        Half-way and final evaluations (rows, 2, 5), parameters (rows,), and where both are right (rows,).
    """
    usual = (messages[:, list(_KEYS)] == np.array(list(_KEYS.values()), np.uint8)).all(axis=1)
    # seven bits per byte, lowest first, the last byte being below 128
    digits = messages[:, _NUMBER : _NUMBER + 5]
    length = 1 + (digits < 128).argmax(axis=1)
    used = np.arange(5) < length[:, None]
    parameters = ((digits & 127).astype(np.int64) << np.arange(0, 35, 7)).sum(axis=1, where=used)
    end = _NUMBER + length
    usual &= (digits < 128).any(axis=1) & (parameters > 0) & (parameters < 1 << 31)
    usual &= (messages[np.arange(len(messages)), end] == _TOTAL_KEY) & (sizes == end + 9)
    evaluations: NDArray[np.float64] = np.ndarray(
        (len(messages), 2, 5), "<f8", messages, offset=_EVALUATION + 3, strides=(_WIDTH, _EVALUATION, 9)
    )
    return evaluations.astype(np.float64), parameters, usual

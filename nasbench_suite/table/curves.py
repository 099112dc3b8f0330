"""The record that holds one architecture's learning curves under one schedule.

A record is a Zstandard frame with a checksum. Inside is a line of JSON, a list of `[trial, metric, dtype, epochs]`
where `epochs` is a count E (meaning epochs 1 to E) or a list, and after it the values of each entry in turn,
little-endian. float32 stands where it holds the source's values to the bit.

Worked through: trial 777 has `valid_accuracy` 10.5, 20.25 and 30.5 at epochs 1 to 3, and `test_accuracy` 30.1 at epoch
3. The frame decompresses to

    [[777,"valid_accuracy","<f4",3],[777,"test_accuracy","<f8",[3]]]\\n  <3 x 4 bytes>  <1 x 8 bytes>

for 10.5, 20.25 and 30.5 are float32 to the bit and 30.1 is not, and epochs 1 to 3 are a count while epoch 3 alone is a
list. `unpack` reads the line first, and takes the values that follow by the counts and the sizes of the dtypes, after
it has seen that there are as many.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import zstandard
from numpy.typing import ArrayLike, NDArray

from nasbench_suite.errors import TableError

_ITEM_BYTES = {"<f4": 4, "<f8": 8}
_MOST_BYTES = 1 << 24  # a hundred times what 200 epochs of every metric of three trials take


class Curve(NamedTuple):
    """One metric over the epochs of one training.

    Attributes:
        epochs: (E,) ints, rising.
        values: (E,) floats in the source's unit.
    """

    epochs: NDArray[np.int64]
    values: NDArray[np.floating]


Curves = dict[int | None, dict[str, Curve]]  # by trial and metric


def narrowest(values: ArrayLike) -> NDArray[np.floating]:
    """Returns the values as float32 where that loses nothing, else as float64."""
    wide = np.ascontiguousarray(values, dtype="<f8")
    with np.errstate(over="ignore"):
        narrow = wide.astype("<f4")
    # compared as bits, so that NaN payloads and signed zeros count
    return narrow if np.array_equal(narrow.astype("<f8").view("<u8"), wide.view("<u8")) else wide


def pack(curves: Mapping[int | None, Mapping[str, Curve]]) -> bytes:
    """Writes a record; equal curves give equal bytes."""
    header, blocks = [], []
    for trial, metrics in curves.items():
        for metric, curve in metrics.items():
            values = narrowest(curve.values)
            count = len(values)
            contiguous = np.array_equal(curve.epochs, np.arange(1, count + 1))
            epochs = count if contiguous else [int(epoch) for epoch in curve.epochs]
            header.append([trial, metric, values.dtype.str, epochs])
            blocks.append(values.tobytes())
    line = json.dumps(header, separators=(",", ":")).encode() + b"\n"
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(line + b"".join(blocks))


def unpack(record: bytes) -> Curves:
    """Reads a record, which a stranger may have written: what it says of itself is held against what it has.

    Raises:
        TableError: the record is damaged.
    """
    try:
        line, _, data = _decompressed(record).partition(b"\n")
        curves: Curves = {}
        offset = 0
        for trial, metric, dtype, epochs in json.loads(line):
            steps = _epochs(epochs, (len(data) - offset) // _ITEM_BYTES[dtype])
            values = np.frombuffer(data, dtype, len(steps), offset)
            offset += values.nbytes
            curves.setdefault(trial, {})[metric] = Curve(steps, values)
    except (zstandard.ZstdError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise TableError(f"a curve record is damaged ({error}); import the table again") from None
    return curves


def _decompressed(record: bytes) -> bytes:
    size = zstandard.frame_content_size(record)  # what it is decompressed into has this size, whatever is in it
    if not 0 <= size <= _MOST_BYTES:
        raise ValueError(f"expected at most {_MOST_BYTES:,} bytes, it says {size:,}")
    return zstandard.ZstdDecompressor().decompress(record)


def _epochs(epochs: object, most: int) -> NDArray[np.int64]:
    count = len(epochs) if isinstance(epochs, list) else epochs
    if type(count) is not int or not 0 <= count <= most:
        raise ValueError(f"expected values at 0 to {most} epochs, it says {count!r:.50}")
    if not isinstance(epochs, list):
        return np.arange(1, count + 1)
    if not set(map(type, epochs)) <= {int}:
        raise ValueError("expected whole numbers as epochs")
    return np.array(epochs, np.int64)

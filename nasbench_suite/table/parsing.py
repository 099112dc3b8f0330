"""Reads a table's metadata back, which a stranger may have written: everything is checked before anything uses it."""

import json
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from nasbench_suite.errors import TableError
from nasbench_suite.table import keys
from nasbench_suite.table.metadata import FORMAT, MOST_EPOCHS, UNITS, Dataset, Metadata, Series, Source

Read = TypeVar("Read")

# plain numbers, as arrays are stored; no objects, no structures
ITEM_BYTES = {
    "|b1": 1, "|i1": 1, "|u1": 1, "<i2": 2, "<u2": 2, "<f2": 2, "<i4": 4, "<u4": 4, "<f4": 4,
    "<i8": 8, "<u8": 8, "<f8": 8,
}  # fmt: skip
_MOST_ARCHITECTURES = 1 << 32  # ends and rows are stored in four bytes
_LONGEST_TEXT = 1_000
_HASH = re.compile(r"[0-9a-f]{64}")
_EPOCH = re.compile(r"[1-9][0-9]{0,4}")


class _WrongError(Exception):
    """What is wrong with a part of the record."""


@lru_cache(maxsize=8)  # a table is described, to find its space, before it is opened
def parse(record: bytes, pages: int) -> Metadata:
    """Reads a record.

    Args:
        record: JSON, as `Metadata.to_json` writes it.
        pages: how many bytes the file has for the arrays.

    Raises:
        TableError: the record is no such JSON, or says what no table can say; one line, without the file's name.
    """
    try:
        raw = _fields(json.loads(record), "metadata", Metadata)
        metadata = _metadata(raw)
        _check_arrays(metadata, pages)
    except RecursionError:
        raise TableError("its metadata is nested too deeply; it was not written by nasbench-suite") from None
    except (_WrongError, ValueError) as error:
        raise TableError(f"its metadata makes no sense ({error}); import it again") from None
    return metadata


def _metadata(raw: Mapping[str, Any]) -> Metadata:
    if raw["format"] != FORMAT:
        raise _WrongError(f"expected format {FORMAT}, got {raw['format']!r:.50}")
    series = tuple(_series(one, f"series {at}") for at, one in enumerate(_list(raw["series"], "series")))
    return Metadata(
        space=_text(raw["space"], "space"),
        architectures=_whole(raw["architectures"], "architectures", 0, _MOST_ARCHITECTURES),
        units=_mapping(raw["units"], "units", _unit),
        datasets=_mapping(raw["datasets"], "datasets", _dataset),
        series=series,
        arrays=_mapping(raw["arrays"], "arrays", _array),
        source=Source(**{name: _text(text, name) for name, text in _fields(raw["source"], "source", Source).items()}),
        counts=_mapping(raw["counts"], "counts", lambda count, name: _whole(count, name, 0, 1 << 63)),
        content_sha256=_hash(raw["content_sha256"]),
        package_version=_text(raw["package_version"], "package_version"),
    )


def _series(value: object, what: str) -> Series:
    raw = _fields(value, what, Series)
    trials = [None if one is None else _whole(one, "trial", 0, 1 << 63) for one in _list(raw["trials"], "trials")]
    if len(set(trials)) != len(trials):
        raise _WrongError(f"{what} has a trial twice")
    return Series(
        trial_set=_text(raw["trial_set"], "trial_set"),
        schedule=_whole(raw["schedule"], "schedule", 1, MOST_EPOCHS + 1),
        trials=tuple(trials),
        columns={_epoch(epoch): metrics for epoch, metrics in _mapping(raw["columns"], "columns", _metrics).items()},
        curves=_mapping(raw["curves"], "curves", _first_and_last),
    )


def _check_arrays(metadata: Metadata, pages: int) -> None:
    """Compares the arrays with the file's size, and with what the series say that there is."""
    held = sum(ITEM_BYTES[dtype] * math.prod(shape) for dtype, shape in metadata.arrays.values())
    if held > pages:
        raise _WrongError(f"arrays of {held:,} bytes in a file that has {pages:,}")
    if len({(series.trial_set, series.schedule) for series in metadata.series}) != len(metadata.series):
        raise _WrongError("a series is listed twice")
    _expect_array(metadata, keys.ARCHITECTURE_ENDS, ("<u4",), (metadata.architectures,))
    _expect_array(metadata, keys.ARCHITECTURES, ("|u1",), metadata.arrays.get(keys.ARCHITECTURES, ("", ()))[1][:1])
    if any(key.startswith(keys.HASHES) for key in metadata.arrays):
        size = metadata.arrays.get(f"{keys.HASHES}digests", ("", ()))[1][1:2]
        _expect_array(metadata, f"{keys.HASHES}digests", ("|u1",), (metadata.architectures, *size))
        _expect_array(metadata, f"{keys.HASHES}order", ("<u4",), (metadata.architectures,))
    for series in metadata.series:
        shape = (metadata.architectures, len(series.trials))
        for epoch, metrics in series.columns.items():
            for metric in metrics:
                key = keys.column(series.trial_set, series.schedule, epoch, metric)
                _expect_array(metadata, key, ("<f4", "<f8"), shape)
                if keys.missing(key) in metadata.arrays:
                    _expect_array(metadata, keys.missing(key), ("|u1",), shape)
    trial_sets = {series.trial_set for series in metadata.series}
    for name, pair in metadata.datasets.items():
        if unknown := set(pair) - trial_sets:
            raise _WrongError(f"data set {name} is made of {min(unknown)}, which has no trainings")


def _expect_array(metadata: Metadata, key: str, dtypes: tuple[str, ...], shape: tuple[int, ...]) -> None:
    dtype, found = metadata.arrays.get(key, ("", ()))
    if dtype not in dtypes or found != shape:
        raise _WrongError(f"array {key}: expected {' or '.join(dtypes)} of shape {shape}, got {dtype} of {found}")


# Values: each returns what it was given, or says what is wrong with it


def _fields(value: object, what: str, kind: type) -> dict[str, Any]:
    """Returns an object with the fields of a dataclass, all of them and no others."""
    expected = set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    if not isinstance(value, dict) or set(value) != expected:
        raise _WrongError(f"{what}: expected {', '.join(sorted(expected))}, each once")
    return value


def _mapping(value: object, what: str, read: Callable[[Any, str], Read]) -> dict[str, Read]:
    if not isinstance(value, dict):
        raise _WrongError(f"{what}: expected an object")
    return {_text(name, what): read(one, name) for name, one in value.items()}


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise _WrongError(f"{what}: expected a list")
    return value


def _text(value: object, what: str) -> str:
    # what cannot be printed would write into a terminal or a page what it likes
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise _WrongError(f"{what}: expected printable text of at most {_LONGEST_TEXT} letters, got {value!r:.50}")
    return value


def _whole(value: object, what: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value < high:
        raise _WrongError(f"{what}: expected a whole number from {low} to {high - 1}, got {value!r:.50}")
    return value


def _hash(value: object) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise _WrongError(f"content_sha256: expected 64 hexadecimal digits, got {value!r:.80}")
    return value


def _epoch(text: str) -> int:
    if not _EPOCH.fullmatch(text):
        raise _WrongError(f"columns: expected an epoch, got {text!r:.50}")
    return int(text)


def _unit(value: object, metric: str) -> str:
    unit = _text(value, metric)
    if unit not in UNITS.get(metric, (unit,)):
        raise _WrongError(f"{metric}: expected a unit of {', '.join(UNITS[metric])}, got {unit!r:.50}")
    return unit


def _metrics(value: object, what: str) -> tuple[str, ...]:
    return tuple(_text(metric, what) for metric in _list(value, what))


def _first_and_last(value: object, what: str) -> tuple[int, int]:
    first, last = (_whole(one, what, 1, MOST_EPOCHS + 1) for one in _pair(value, what))
    return first, last


def _dataset(value: object, name: str) -> Dataset:
    search, score = _pair(value, name)
    return Dataset(_text(search, name), _text(score, name))


def _array(value: object, key: str) -> tuple[str, tuple[int, ...]]:
    dtype, shape = _pair(value, key)
    if not isinstance(dtype, str) or dtype not in ITEM_BYTES:
        raise _WrongError(f"array {key}: expected a plain number as dtype, got {dtype!r:.50}")
    return dtype, tuple(_whole(size, key, 0, 1 << 40) for size in _list(shape, key)[:9])


def _pair(value: object, what: str) -> tuple[Any, Any]:
    pair = _list(value, what)
    if len(pair) != 2:
        raise _WrongError(f"{what}: expected two values, got {len(pair)}")
    return pair[0], pair[1]

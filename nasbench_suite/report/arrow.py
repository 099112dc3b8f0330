"""A report's figures as a table of Apache Arrow, for data frames."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

# by key, the type of what Arrow does not find out by itself: values of mixed types, and names as keys
_TYPES = {
    "front": pa.list_(pa.struct([("architecture", pa.string()), ("values", pa.list_(pa.float64()))])),
    "measurement_seconds": pa.map_(pa.string(), pa.float64()),
    "reference_point": pa.list_(pa.float64()),
    "fidelities": pa.list_(pa.list_(pa.int64())),
}


def arrow_table(records: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Returns one row per record; null where a record lacks a key that another one has.

    Args:
        records: as `ScoredRow.record` returns them.
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    return pa.table({name: _column(name, [record.get(name) for record in records]) for name in names})


def _column(name: str, values: list[Any]) -> pa.Array:
    match name:
        case "front":
            values = [None if front is None else [_point(*pair) for pair in front] for front in values]
        case "measurement_seconds":
            values = [None if prices is None else list(prices.items()) for prices in values]
        case "trial" if any(isinstance(trial, str) for trial in values):
            values = [None if trial is None else str(trial) for trial in values]
    return pa.array(values, _TYPES.get(name))


def _point(arch: str, values: Sequence[float]) -> dict[str, Any]:
    return {"architecture": arch, "values": values}

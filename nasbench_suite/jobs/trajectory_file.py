"""`trajectory.parquet`: one row per evaluation, ordered by seed and step; docs/results.md describes the columns."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from nasbench_suite.jobs.parquet import as_dictionary, join_rows, make_table, to_bytes
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.trajectory import FIGURE, FRONT


def trajectory_file(records: Sequence[SeedRecord], earlier: Path | None) -> bytes:
    """Returns the content of the file.

    Args:
        records: of searches, ordered by seed.
        earlier: the file with the rows of other seeds, which are kept; None where there is none.
    """
    import pyarrow as pa

    if earlier is None:
        return to_bytes(_new_rows(records, pa.dictionary(pa.int32(), pa.string())))
    table = join_rows(earlier, _new_rows(records, pa.string()), ("seed", "step"))
    return to_bytes(as_dictionary(table, "architecture"))


def _new_rows(records: Sequence[SeedRecord], texts: Any) -> Any:
    """Returns rows whose architectures are of a type of texts; few are many rows, and long, so files have numbers."""
    import pyarrow as pa

    types = {
        "seed": pa.int64(),
        "step": pa.int32(),
        "seconds": pa.float64(),
        "schedule": pa.int32(),
        "epoch": pa.int32(),
        "trial": pa.int64(),
        "architecture": texts,
        "valid_accuracy": pa.float64(),
        "incumbent": pa.bool_(),
        **_further(records),
    }
    lengths = [len(record.columns["epoch"]) for record in records]
    counted = {
        "seed": [record.seed for record, length in zip(records, lengths, strict=True) for _ in range(length)],
        "step": list(chain.from_iterable(map(range, lengths))),
    }
    found = {
        name: list(chain.from_iterable(record.columns[name] for record in records))
        for name in types
        if name not in counted
    }
    return make_table({**counted, **found}, types)


def _further(records: Sequence[SeedRecord]) -> dict[str, Any]:
    """Returns the columns that searches with several objectives, or constraints, have beside."""
    import pyarrow as pa

    columns = records[0].columns if records else {}
    front = {FRONT: pa.bool_()} if FRONT in columns else {}
    return {**front, **{name: pa.float64() for name in columns if name.startswith(FIGURE)}}

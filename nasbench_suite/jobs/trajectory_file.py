"""`trajectory.parquet`: one row per evaluation, ordered by seed and step; docs/results.md describes the columns."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from nasbench_suite.jobs.parquet import as_dictionary, join_rows, make_table, to_bytes
from nasbench_suite.jobs.seed_record import SeedRecord


def trajectory_file(records: Sequence[SeedRecord], earlier: Path | None) -> bytes:
    """Returns the content of the file.

    Args:
        records: of searches, ordered by seed.
        earlier: the file with the rows of other seeds, which are kept; None where there is none.
    """
    table = join_rows(earlier, _new_rows(records), ("seed", "step"))
    # few architectures are many rows, and their texts are long
    return to_bytes(as_dictionary(table, "architecture"))


def _new_rows(records: Sequence[SeedRecord]) -> Any:
    import pyarrow as pa

    types = {
        "seed": pa.int64(),
        "step": pa.int32(),
        "seconds": pa.float64(),
        "schedule": pa.int32(),
        "epoch": pa.int32(),
        "trial": pa.int64(),
        "architecture": pa.string(),
        "valid_accuracy": pa.float64(),
        "incumbent": pa.bool_(),
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

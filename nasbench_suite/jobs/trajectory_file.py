"""`trajectory.parquet`: one row per evaluation, ordered by seed and step; docs/results.md describes the columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_suite.jobs.parquet import join_rows, make_table, to_bytes
from nasbench_suite.jobs.seed_record import SeedRecord


def trajectory_file(records: Sequence[SeedRecord], earlier: Path | None) -> bytes:
    """Returns the content of the file.

    Args:
        records: of searches, ordered by seed.
        earlier: the file with the rows of other seeds, which are kept; None where there is none.
    """
    table = join_rows(earlier, _new_rows(records), ("seed", "step"))
    # few architectures are many rows, and their texts are long
    column = table.column_names.index("architecture")
    texts = table["architecture"].combine_chunks().dictionary_encode()
    return to_bytes(table.set_column(column, "architecture", texts))


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
        "seed": np.repeat(np.array([record.seed for record in records], np.int64), lengths),
        "step": np.concatenate([np.arange(0), *map(np.arange, lengths)]),
    }
    found = {
        name: [value for record in records for value in record.columns[name]] for name in types if name not in counted
    }
    return make_table({**counted, **found}, types)

"""`epochs.parquet` of one-shot searches: one row per epoch of a supernet's training, an `EpochRecord` and its seed."""

from collections.abc import Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from nasbench_suite.jobs.parquet import join_rows, to_bytes
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.one_shot.record import EpochRecord


def epochs_file(records: Sequence[SeedRecord], earlier: Path | None) -> bytes:
    """Returns the content of the file, ordered by seed and epoch.

    Args:
        records: of searches, ordered by seed.
        earlier: the file with the rows of other seeds, which are kept; None where there is none.
    """
    import pyarrow as pa

    types = {name: _type(hint, pa) for name, hint in get_type_hints(EpochRecord).items()}
    rows = [{"seed": record.seed, **epoch} for record in records for epoch in record.epochs or ()]
    new = pa.Table.from_pylist(rows, schema=pa.schema({"seed": pa.int64(), **types}))
    return to_bytes(join_rows(earlier, new, ("seed", "epoch")))


def _type(hint: Any, pa: Any) -> Any:
    """Returns the type of the column that holds a field."""
    if isinstance(hint, UnionType):
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        return pa.list_(_type(get_args(hint)[0], pa))
    return {int: pa.int32(), float: pa.float64(), str: pa.string()}[hint]

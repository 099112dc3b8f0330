"""`scores.parquet`: the judge's scores of every architecture that was an incumbent, on every data set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nasbench_suite.jobs.parquet import make_table, read, to_bytes
from nasbench_suite.jobs.seed_record import SeedRecord

_COLUMNS = ("architecture", "dataset", "schedule", "valid_accuracy", "test_accuracy")

Scores = dict[str, dict[str, list[Any]]]
"""By architecture and data set: [schedule, validation accuracy, test accuracy]."""


def scores_file(records: Sequence[SeedRecord], earlier: Path | None) -> bytes:
    """Returns the content of the file, ordered by architecture.

    Args:
        records: of searches.
        earlier: the file with the scores of other seeds' incumbents, which are kept; None where there is none.
    """
    import pyarrow as pa

    scores: Scores = {} if earlier is None else _read(earlier)
    for record in records:
        scores.update(record.scores)
    rows = [(arch, name, *score) for arch, by_set in sorted(scores.items()) for name, score in by_set.items()]
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    types = (pa.string(), pa.string(), pa.int32(), pa.float64(), pa.float64())
    return to_bytes(make_table(dict(zip(_COLUMNS, columns, strict=True)), dict(zip(_COLUMNS, types, strict=True))))


def _read(path: Path) -> Scores:
    scores: Scores = {}
    columns = read(path.read_bytes()).to_pydict()
    for arch, dataset, *score in zip(*(columns[name] for name in _COLUMNS), strict=True):
        scores.setdefault(arch, {})[dataset] = score
    return scores

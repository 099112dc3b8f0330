"""`nasbench-suite verify`: searches of a finished job again, compared with what its folder has, row by row."""

import math
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nasbench_suite.commands.saved import check_table, read_saved
from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.folder import TRAJECTORY
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.parquet import read
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.jobs.run import open_progress, open_searcher


def verify(folder: Path, seeds: int, any_table: bool = False) -> None:
    """Searches again under some of a job's seeds and compares; says what it compared.

    Args:
        folder: of the finished job.
        seeds: how many, spread over those that there are.
        any_table: whether a table or columns of other content will do.

    Raises:
        ResultsError: a row differs; the folder is no finished job's; the table has changed.
    """
    saved = read_saved(folder)
    kept = _by_seed(folder)
    chosen = _spread(sorted(kept), seeds)
    with tempfile.TemporaryDirectory() as scratch:
        job = prepare({**saved.config, "results": scratch}, saved.choices)
        if not any_table:
            check_table(folder, saved, job)
        if job.id != saved.description["config_id"] and not any_table:
            raise ResultsError(
                f"{folder}: the saved configuration is that of {job.id}, and job.json says "
                f"{saved.description['config_id']}; one of them was changed"
            )
        searcher = open_searcher(job)
        with open_progress(job, len(chosen)) as progress:
            for seed in chosen:
                _compare(folder, job, seed, kept[seed], searcher.run(seed, progress).columns)
    rows = sum(len(kept[seed]) for seed in chosen)
    left_out = "" if job.plan.clock == "simulated" else "; seconds are of this machine's clock, and were not compared"
    print(f"{folder}: {rows:,} rows of {len(chosen)} of {len(kept)} searches are the same{left_out}")


def _by_seed(folder: Path) -> dict[int, list[dict[str, Any]]]:
    from pyarrow import ArrowException

    try:
        rows = read(manifest.place(folder, TRAJECTORY).read_bytes()).to_pylist()
    except FileNotFoundError as error:
        raise ResultsError(f"{folder}: is not finished; `nasbench-suite run` with its command goes on") from error
    except (OSError, ValueError, ArrowException) as error:
        raise ResultsError(f"{folder / TRAJECTORY}: cannot be read ({error})") from error
    finished = manifest.read(folder)
    found: dict[int, list[dict[str, Any]]] = {seed: [] for seed in ([] if finished is None else finished.seeds)}
    for row in rows:
        found.setdefault(row["seed"], []).append(row)
    if not rows:
        raise ResultsError(f"{folder}: no search evaluated anything; there is nothing to compare")
    return found


def _spread(seeds: Sequence[int], count: int) -> list[int]:
    at = np.unique(np.linspace(0, len(seeds) - 1, min(count, len(seeds))).round().astype(int))
    return [seeds[index] for index in at]


def _compare(
    folder: Path, job: Job, seed: int, kept: Sequence[Mapping[str, Any]], columns: Mapping[str, Sequence[Any]]
) -> None:
    compared = [name for name in columns if name != "seconds" or job.plan.clock == "simulated"]
    length = len(columns["architecture"])
    if length != len(kept):
        raise ResultsError(f"{folder}: seed {seed}: expected {len(kept)} rows, as saved; the search gave {length}")
    for step, row in enumerate(kept):
        for name in compared:
            if not _same(row[name], columns[name][step]):
                raise ResultsError(
                    f"{folder}: seed {seed}, step {step}: expected {name} {row[name]}, as saved; the search gave "
                    f"{columns[name][step]}"
                )


def _same(saved: Any, found: Any) -> bool:
    nans = isinstance(saved, float) and isinstance(found, float) and math.isnan(saved) and math.isnan(found)
    return nans or bool(saved == found)

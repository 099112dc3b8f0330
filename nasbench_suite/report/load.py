"""Finds results folders, and merges those of one configuration: N machines and one give the same report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.manifest import MANIFEST
from nasbench_suite.notebook import as_pandas, grid
from nasbench_suite.processes import usable_cores
from nasbench_suite.report.folder_format import refuse_old
from nasbench_suite.report.read import read_folder, read_json
from nasbench_suite.report.results import Column, Results
from nasbench_suite.sweeps.plan import read_plans
from nasbench_suite.sweeps.status import JobStatus, job_statuses

T = TypeVar("T")
SAME = ("space", "dataset", "algorithm", "protocol", "table_hash", "one_shot")  # of folders with one config id


@dataclass(frozen=True)
class LoadedResults:
    """What was found below some folders.

    Attributes:
        results: by configuration.
        unfinished: folders of jobs that have not ended.
        left_out: by folder, why it is not among the results, in a line.
        missing: jobs that a sweep there has planned, and whose searches are not all finished.
    """

    results: tuple[Results, ...]
    unfinished: tuple[Path, ...]
    left_out: Mapping[Path, str]
    missing: tuple[JobStatus, ...] = ()

    def __len__(self) -> int:
        """How many configurations there are."""
        return len(self.results)

    def __iter__(self) -> Iterator[Results]:
        return iter(self.results)

    def __getitem__(self, at: int) -> Results:
        return self.results[at]

    def to_arrow(self) -> Any:
        """Returns a `pyarrow.Table` of one row per evaluation of every configuration; see `Results.to_arrow`."""
        import pyarrow as pa

        return pa.concat_tables([each.to_arrow() for each in self.results], promote_options="permissive")

    def to_pandas(self) -> Any:
        """Returns a `pandas.DataFrame` of what `to_arrow` returns; pandas is to be installed."""
        return as_pandas(self.to_arrow())

    def __repr__(self) -> str:
        return f"<{self._counted()}: {', '.join(each.title for each in self.results)}>"

    def _repr_html_(self) -> str:
        rows = [(each.title, len(each), each.without_incumbent, len(each.trajectory["seed"])) for each in self.results]
        return grid(self._counted(), ("", "searches", "found nothing", "evaluations"), rows)

    def _counted(self) -> str:
        others = [f"{len(self.unfinished)} unfinished"] if self.unfinished else []
        others += [f"{len(self.left_out)} left out"] if self.left_out else []
        return ", ".join([f"results of {len(self.results)} configurations", *others])


def load(folders: Iterable[Path]) -> LoadedResults:
    """Reads every finished job in or below the folders; a bad one is left out, and named.

    Raises:
        ResultsError: there is no finished job that can be read.
    """
    folders = list(folders)
    by_config: dict[str, list[Results]] = {}
    unfinished: list[Path] = []
    left_out: dict[Path, str] = {}
    jobs = _find(folders)
    with ThreadPoolExecutor(usable_cores()) as threads:  # hashing and decoding files leave Python to other threads
        for job, reading in [(job, threads.submit(_read, job)) for job in jobs]:
            try:
                found = reading.result()
                if found is None:
                    unfinished.append(job)
                else:
                    _add(found, by_config)
            except ResultsError as error:
                left_out[job] = str(error)
    missing = _missing(folders)
    if not by_config:
        raise ResultsError(f"{', '.join(map(str, folders))}: {_nothing(unfinished, left_out, missing)}")
    return LoadedResults(tuple(map(_merge, by_config.values())), tuple(unfinished), left_out, missing)


def _missing(folders: Sequence[Path]) -> tuple[JobStatus, ...]:
    if not read_plans(folders):
        return ()
    # of a job without any finished search, its folder is named
    return tuple(job for job in job_statuses(folders) if job.state != "finished" and (job.seeds_done or not job.begun))


def _find(folders: Sequence[Path]) -> list[Path]:
    jobs: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise ResultsError(f"{folder}: expected a results folder, there is none; `nasbench-suite run` makes one")
        jobs += sorted(path.parent.resolve() for path in folder.rglob(JOB))
    return list(dict.fromkeys(jobs))


def _nothing(unfinished: Sequence[Path], left_out: Mapping[Path, str], missing: Sequence[JobStatus]) -> str:
    text = "no finished job in or below it"
    if unfinished:
        text += f", {len(unfinished)} unfinished; start them again to go on"
    if planned := sum(job.state == "planned" for job in missing):
        text += f", {planned} planned"
    if left_out:
        first, reason = next(iter(left_out.items()))
        text += f" that can be reported; {len(left_out)} left out, the first is {first}: {reason}"
    return text


def _read(folder: Path) -> Results | None:
    """Returns what a job found; None where it has not ended."""
    if not (folder / MANIFEST).exists():
        refuse_old(read_json(folder / JOB))
        return None
    found = manifest.read(folder)
    damaged = manifest.check(folder)
    if found is None or damaged:
        raise ResultsError(f"not what the job wrote (SHA-256): {', '.join(damaged)}")
    return read_folder(folder, found.seeds)


def _add(one: Results, by_config: dict[str, list[Results]]) -> None:
    parts = by_config.setdefault(one.description["config_id"], [])
    for key in SAME:
        if parts and parts[0].description[key] != one.description[key]:
            raise ResultsError(f"has the config id of {parts[0].folders[0]}, and another {key}")
    parts.append(one)


def _merge(parts: Sequence[Results]) -> Results:
    """Joins the seeds of one configuration; a seed that several folders have is taken once, from the first."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    new, seen = [], set[int]()
    for part in parts:
        new.append([seed for seed in part.seeds if seed not in seen])
        seen.update(part.seeds)
    scores: dict[str, dict[str, tuple[float, float]]] = {}
    for part in parts:
        for dataset, by_arch in part.scores.items():
            scores.setdefault(dataset, {}).update(by_arch)
    epochs = [part.epochs for part in parts if part.epochs is not None]
    return Results(
        first.description,
        first.config,
        tuple(sorted(seen)),
        _join([part.trajectory for part in parts], new, "step"),
        scores,
        tuple(folder for part in parts for folder in part.folders),
        _join(epochs, new, "epoch") if epochs else None,
        _by_seed([part.failures for part in parts], new),
        _by_seed([part.wall_seconds for part in parts], new),
    )


def _by_seed(parts: Sequence[Mapping[int, T]], seeds: Sequence[Sequence[int]]) -> dict[int, T]:
    pairs = zip(parts, seeds, strict=True)
    return {seed: part[seed] for part, wanted in pairs for seed in wanted if seed in part}


def _join(parts: Sequence[Mapping[str, Column]], seeds: Sequence[Sequence[int]], within: str) -> dict[str, Column]:
    """Joins the rows of each part's seeds, ordered by seed and by another column."""
    kept = [np.isin(columns["seed"], wanted) for columns, wanted in zip(parts, seeds, strict=True)]
    joined = {
        name: np.concatenate([columns[name][rows] for columns, rows in zip(parts, kept, strict=True)])
        for name in parts[0]
    }
    order = np.lexsort((joined[within], joined["seed"]))
    return {name: column[order] for name, column in joined.items()}

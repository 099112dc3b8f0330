"""Reads results folders, and merges those of one configuration: N machines and one give the same report."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.description import JOB, read_description
from nasbench_suite.jobs.folder import CONFIG, EPOCHS, FAILURES, SCORES, TRAJECTORY
from nasbench_suite.jobs.manifest import MANIFEST

Column = NDArray[Any]
UNKNOWN = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Results:
    """What one configuration found, over all its seeds.

    Attributes:
        description: the contents of `job.json`.
        config: the resolved configuration.
        trajectory: columns by name, ordered by seed and step; see docs/results.md.
        scores: by data set and architecture: (validation accuracy, test accuracy), NaN where unknown.
        folders: where it came from.
        epochs: of a one-shot search, columns by name, ordered by seed and epoch; `edge_weights` is (rows, edges,
            operations), NaN where none are learned. None of any other search.
        failures: by seed, why a search ended early.
    """

    description: dict[str, Any]
    config: dict[str, Any]
    trajectory: dict[str, Column]
    scores: dict[str, dict[str, tuple[float, float]]]
    folders: tuple[Path, ...]
    epochs: dict[str, Column] | None = None
    failures: Mapping[int, str] = field(default_factory=dict)

    @property
    def clock(self) -> Literal["simulated", "machine"]:
        """Whether seconds are simulated, on the source's hardware, or of the machine that searched.

        Results from before there were others do not say, and are simulated.
        """
        clock: Literal["simulated", "machine"] = self.description.get("clock", "simulated")
        return clock

    @property
    def one_shot(self) -> bool:
        """Whether a supernet was trained, so that an evaluation is one of its epochs."""
        return self.epochs is not None

    @property
    def searches(self) -> list[slice]:
        """The rows of each seed's search."""
        return _by_seed(self.trajectory)

    @property
    def epochs_by_seed(self) -> list[slice]:
        """The rows of each seed's epochs."""
        return [] if self.epochs is None else _by_seed(self.epochs)

    def score(self, dataset: str, architecture: object) -> tuple[float, float]:
        """Returns the judge's validation and test accuracy in percent, NaN where there is none."""
        return self.scores.get(dataset, {}).get(str(architecture), UNKNOWN)


def _by_seed(columns: Mapping[str, Column]) -> list[slice]:
    starts = np.flatnonzero(np.diff(columns["seed"], prepend=-1)).tolist()
    return [slice(start, stop) for start, stop in zip(starts, [*starts[1:], None][: len(starts)], strict=True)]


def load(folders: Iterable[Path]) -> tuple[list[Results], list[Path]]:
    """Reads every finished job in or below the folders.

    Returns:
        The results by configuration, and the folders of jobs that are not finished.

    Raises:
        ResultsError: there is no finished job, or a file is damaged.
    """
    jobs: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise ResultsError(f"{folder}: expected a results folder, there is none; `nasbench-suite run` makes one")
        jobs += sorted(path.parent for path in folder.rglob(JOB))
    jobs = list(dict.fromkeys(job.resolve() for job in jobs))
    finished = [job for job in jobs if (job / MANIFEST).exists()]
    unfinished = [job for job in jobs if not (job / MANIFEST).exists()]
    if not finished:
        begun = f", {len(unfinished)} unfinished; start them again to go on" if unfinished else ""
        raise ResultsError(f"{', '.join(map(str, folders))}: no finished job in or below it{begun}")
    by_config: dict[str, list[Results]] = {}
    for job in finished:
        one = _load_one(job)
        by_config.setdefault(one.description["config_id"], []).append(one)
    return [_merge(parts) for parts in by_config.values()], unfinished


def _load_one(folder: Path) -> Results:
    from pyarrow import ArrowException, parquet

    try:
        description = read_description(folder)
        config = yaml.safe_load((folder / CONFIG).read_text())
        trajectory = parquet.read_table(folder / TRAJECTORY)
        scores = parquet.read_table(folder / SCORES).to_pydict()
        one_shot = description.get("one_shot")
        epochs = None if one_shot is None else _epochs(parquet.read_table(folder / EPOCHS), one_shot)
        failures = json.loads((folder / FAILURES).read_text()) if (folder / FAILURES).exists() else {}
    except (OSError, ValueError, yaml.YAMLError, ArrowException) as error:
        raise ResultsError(f"{folder}: cannot be read ({error}); remove the folder and run the job again") from error
    by_set: dict[str, dict[str, tuple[float, float]]] = {}
    rows = zip(*(scores[name] for name in ("dataset", "architecture", "valid_accuracy", "test_accuracy")), strict=True)
    for dataset, arch, valid, test in rows:
        by_set.setdefault(dataset, {})[arch] = (_known(valid), _known(test))
    columns = {name: trajectory[name].to_numpy() for name in trajectory.column_names}
    early = {int(seed): str(reason) for seed, reason in failures.items()}
    return Results(description, config, columns, by_set, (folder,), epochs, early)


def _epochs(table: Any, one_shot: Mapping[str, Sequence[str]]) -> dict[str, Column]:
    columns: dict[str, Column] = {name: table[name].to_numpy() for name in table.column_names}
    shape = len(one_shot["edges"]), len(one_shot["operations"])
    none = np.full(shape, np.nan)
    rows = [none if row is None else np.asarray(row, np.float64).reshape(shape) for row in columns["edge_weights"]]
    return {**columns, "edge_weights": np.array(rows)}


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def _merge(parts: list[Results]) -> Results:
    """Joins the seeds of one configuration; a seed that several folders have is taken once."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    scores: dict[str, dict[str, tuple[float, float]]] = {}
    for part in parts:
        for dataset, by_arch in part.scores.items():
            scores.setdefault(dataset, {}).update(by_arch)
    folders = tuple(folder for part in parts for folder in part.folders)
    trajectory = _join([part.trajectory for part in parts], "step")
    epochs = [part.epochs for part in parts if part.epochs is not None]
    joined = _join(epochs, "epoch") if epochs else None
    failures = {seed: reason for part in parts for seed, reason in part.failures.items()}
    return Results(first.description, first.config, trajectory, scores, folders, joined, failures)


def _join(parts: Sequence[Mapping[str, Column]], within: str) -> dict[str, Column]:
    """Joins columns, ordered by seed and by another one."""
    seen: set[int] = set()
    kept: list[dict[str, Column]] = []
    for columns in parts:
        new = np.array([int(seed) not in seen for seed in columns["seed"]], dtype=np.bool_)
        kept.append({name: column[new] for name, column in columns.items()})
        seen.update(map(int, np.unique(columns["seed"])))
    joined = {name: np.concatenate([columns[name] for columns in kept]) for name in kept[0]}
    order = np.lexsort((joined[within], joined["seed"]))
    return {name: column[order] for name, column in joined.items()}

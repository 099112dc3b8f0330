"""From finished trainings to a table."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.building.plan import BuildPlan
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing.datasets import pair_datasets
from nasbench_suite.space import Complexity
from nasbench_suite.table import Metadata, Source
from nasbench_suite.table.curves import Curve
from nasbench_suite.table.parameters import NetworkKey
from nasbench_suite.table.writer import TableWriter
from nasbench_suite.training import checkpoint_file
from nasbench_suite.training.task import MEASURES, TaskResult, TrainingTask
from nasbench_suite.training.worker import parameters_file

UNITS = {
    **{name: "percent" if name.endswith("accuracy") else "nats" for name in MEASURES[:6]},
    **dict.fromkeys(MEASURES[6:], "s"),
    "parameters": "count",
    "flops": "count",
}
LATENCY_UNITS = {"latency": "s", "latency_repeats": "s"}
EPOCHS_AS_COLUMNS = 12
"""Schedules up to this length are kept as one column per epoch, which is smaller and faster than curves."""
_CURVES = ("train_accuracy", "train_loss", "valid_accuracy", "valid_loss", "test_accuracy", "test_loss")
_TRAIN_SECONDS, _PASSES = MEASURES.index("train_seconds"), ("valid_seconds", "test_seconds")

Values = NDArray[np.float32]


def merge(
    plan: BuildPlan, results: Mapping[TrainingTask, TaskResult], complexity: Mapping[str, list[Complexity]], path: Path
) -> Metadata:
    """Writes the table of a plan whose tasks are all done.

    Isomorphic architectures share the measurements of the one that was trained for them; parameters and FLOPs are each
    architecture's own.

    Args:
        plan: what was to be trained.
        results: of every task.
        complexity: by data set, of every row.
        path: the table's place.

    Raises:
        TableExistsError: a table of other content is there, and the plan does not say force.
    """
    datasets, schedules, trials = (plan.config[key] for key in ("datasets", "schedules", "trials"))
    source = Source("build", f"{plan.config['name']}-{plan.id}", _sha256(plan))
    trained = [plan.space.format(arch) for arch in plan.representatives]
    pairs = pair_datasets(plan.space, datasets)
    units = UNITS | (LATENCY_UNITS if plan.config["latency"] else {})
    force, keep = plan.config["force"], plan.config["keep_parameters"]
    with TableWriter(path, plan.space, units, source, pairs, force=force, parameters=keep) as writer:
        writer.set_architectures(plan.rows)
        for dataset in datasets:
            for schedule in schedules:
                writer.add_series(dataset, schedule, trials)
                tasks = [TrainingTask(text, dataset, schedule) for text in trained]
                values, failed = _gather(results, tasks, trials)
                latencies = [[one.latency for one in results[task].trials] for task in tasks]
                _write_epochs(writer, dataset, schedule, trials, values, failed, latencies)
                if keep:
                    _write_parameters(writer, plan, tasks, results)
                for metric in ("parameters", "flops"):
                    own = np.array([[getattr(one, metric)] for one in complexity[dataset]], dtype=np.float64)
                    writer.add_column(dataset, Fidelity(schedule, schedule), metric, own.repeat(len(trials), 1))
        done = [one for task in plan.tasks for one in results[task].trials]
        writer.counts["trained_architectures"] = len(set(trained))
        writer.counts["trainings"] = sum(one.reason is None for one in done)
        writer.counts["failed_trainings"] = sum(one.reason is not None for one in done)
        return writer.finish()


def _gather(
    results: Mapping[TrainingTask, TaskResult], tasks: list[TrainingTask], trials: list[int]
) -> tuple[Values, NDArray[np.bool_]]:
    """Returns the measures (rows, trials, epochs, measures), NaN where there is none, and who failed (rows, trials)."""
    values = np.full((len(tasks), len(trials), tasks[0].schedule, len(MEASURES)), np.nan, dtype=np.float32)
    failed = np.zeros(values.shape[:2], dtype=np.bool_)
    for row, task in enumerate(tasks):
        for at, one in enumerate(results[task].trials):
            if one.reason is None:
                values[row, at] = np.array(one.epochs, dtype=np.float32)  # None becomes NaN
            else:
                failed[row, at] = True
    values[..., _TRAIN_SECONDS] = values[..., _TRAIN_SECONDS].cumsum(axis=2)
    return values, failed


def _write_epochs(
    writer: TableWriter,
    dataset: str,
    schedule: int,
    trials: list[int],
    values: Values,
    failed: NDArray[np.bool_],
    latencies: list[list[tuple[float, ...]]],
) -> None:
    as_columns = schedule <= EPOCHS_AS_COLUMNS
    for epoch in range(1, schedule + 1):
        for at, metric in enumerate(MEASURES):
            if (metric in _PASSES and epoch < schedule) or (not as_columns and epoch < schedule):
                continue
            column = values[:, :, epoch - 1, at]
            if not np.isnan(column[~failed]).all():
                writer.add_column(dataset, Fidelity(schedule, epoch), metric, column, failed)
    _write_latency(writer, dataset, schedule, latencies, failed)
    for row in range(len(values)):
        curves: dict[int | None, dict[str, Curve]] = {
            trial: {**({} if as_columns else dict(_curves(values[row, at]))), **_latency_repeats(latencies[row][at])}
            for at, trial in enumerate(trials)
            if not failed[row, at]
        }
        if any(curves.values()):
            writer.add_curves(dataset, schedule, row, curves)


def _write_latency(
    writer: TableWriter,
    dataset: str,
    schedule: int,
    latencies: list[list[tuple[float, ...]]],
    failed: NDArray[np.bool_],
) -> None:
    """Writes the mean of each network's latencies, as the official files' importer does."""
    means = np.array([[sum(one) / len(one) if one else np.nan for one in trials] for trials in latencies])
    missing = np.isnan(means) | failed
    if not missing.all():
        writer.add_column(dataset, Fidelity(schedule, schedule), "latency", means, missing)


def _latency_repeats(latency: tuple[float, ...]) -> dict[str, Curve]:
    if len(latency) < 2:
        return {}
    return {"latency_repeats": Curve(np.arange(1, len(latency) + 1), np.array(latency))}


def _write_parameters(
    writer: TableWriter, plan: BuildPlan, tasks: list[TrainingTask], results: Mapping[TrainingTask, TaskResult]
) -> None:
    """Writes the parameters of the architectures that were trained themselves: those of others would not fit them."""
    assert writer.parameters is not None
    for row, (arch, task) in enumerate(zip(plan.rows, tasks, strict=True)):
        if plan.space.format(arch) != task.arch:
            continue
        for one in results[task].trials:
            if one.reason is None:
                state = checkpoint_file.read(parameters_file(plan.parameters_folder, task, one.trial))
                arrays = {name: value.numpy() for name, value in state.items()}
                writer.parameters.add(NetworkKey(row, task.dataset, task.schedule, one.trial), arrays)


def _curves(values: Values) -> Iterator[tuple[str, Curve]]:
    """Yields the curves of one training (epochs, measures)."""
    for metric in (*_CURVES, "train_seconds"):
        column = values[:, MEASURES.index(metric)]
        known = ~np.isnan(column)
        if known.any():
            yield metric, Curve(np.flatnonzero(known) + 1, column[known])


def _sha256(plan: BuildPlan) -> str:
    part: dict[str, Any] = {**plan.describe(), "tasks": plan.tasks}
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()

"""Importer of NNI's `nasbench201.db`, with what its conversion changed put right."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from nasbench_suite.errors import ArchitectureError, SourceError
from nasbench_suite.importing.importer import Importer, NewWriter
from nasbench_suite.importing.nni_database import NNIDatabase, Record, recognises
from nasbench_suite.progress import Progress
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201 import architecture
from nasbench_suite.spaces.nb201.forms import from_nni
from nasbench_suite.spaces.nb201.official import DATASETS, TOPOLOGY, ArchitectureRecord, Trial
from nasbench_suite.spaces.nb201.official.columns import UNITS
from nasbench_suite.spaces.nb201.official.records import EvaluationCurves, SourceCurve
from nasbench_suite.spaces.nb201.official_importer import TableInProgress
from nasbench_suite.table import Metadata

_DATASETS: Final = {name.lower(): name for name in DATASETS}
# NNI's column -> the evaluation set that its conversion took it from; the official files have no x-valid of cifar10,
# and valid_acc repeats the test accuracy there, as test_acc does where the test set is not cut in halves
_SETS: Final = {
    "cifar10-valid": {"valid": "x-valid", "ori_test": "ori-test"},
    "cifar10": {"ori_test": "ori-test"},
    "cifar100": {"valid": "x-valid", "test": "x-test", "ori_test": "ori-test"},
    "imagenet16-120": {"valid": "x-valid", "test": "x-test", "ori_test": "ori-test"},
}


class NB201DatabaseImporter(Importer):
    """Reads every training with its curves, under the official files' names.

    The accuracy that the database calls validation on cifar10 is the test accuracy, and is left out; a loss that is
    null beside an accuracy was NaN, and is NaN again.
    """

    format = "nb201-nni"
    describes = "NNI's nasbench201.db (format nb201-nni)"

    def recognises(self, path: Path) -> bool:
        """Whether the file is a database of SQLite with NNI's tables of NAS-Bench-201."""
        return recognises(path, "nb201")

    def read(self, path: Path, space: Space[Any], new_writer: NewWriter, progress: Progress) -> Metadata:
        """Writes the table, architectures in the database's order."""
        counts: Counter[str] = Counter(cifar10_trainings_with_the_test_accuracy_as_validation=0, losses_null_for_nan=0)
        with new_writer(UNITS, DATASETS) as writer, NNIDatabase(path, "nb201") as database:
            table = TableInProgress(writer, space, TOPOLOGY, str(path))
            for record in _records(database, counts):
                table.add(record)
            progress.advance(path.stat().st_size)
            table.complete(dict(counts))
            return writer.finish()


def _records(database: NNIDatabase, counts: Counter[str]) -> Iterator[ArchitectureRecord]:
    archs = list(database.select("config.arch, MIN(config.id)", "GROUP BY config.arch ORDER BY MIN(config.id)"))
    if not archs:
        raise SourceError(f"{database.path}: expected at least one training, the database is empty")
    for index, (stored, _) in enumerate(archs):
        trials = list(database.trials("WHERE config.arch = ? ORDER BY stats.id", [stored]))
        try:
            arch = architecture.format(from_nni(trials[0]["config"]["arch"]))
            found = [_trial(one, [m for _, m in database.intermediates(one["id"])], counts) for one in trials]
        except (ArchitectureError, SourceError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise SourceError(f"{database.path}: architecture {index}: {error}") from None
        yield ArchitectureRecord(index, arch, tuple(found))


def _trial(trial: Record, measured: Sequence[Record], counts: Counter[str]) -> Trial:
    config = trial["config"]
    dataset, schedule = config["dataset"], config["num_epochs"]
    if dataset not in _SETS or type(schedule) is not int or schedule < 1:
        raise SourceError(f"expected a data set among {', '.join(_SETS)} and a schedule; got {dataset!r}, {schedule!r}")
    _check_last(trial, measured, schedule)
    if dataset == "cifar10":
        if trial["valid_acc"] != trial["ori_test_acc"]:
            raise SourceError("expected the validation accuracy on cifar10 to be the test accuracy, as NNI has it")
        counts["cifar10_trainings_with_the_test_accuracy_as_validation"] += 1
    evaluations = {
        name: EvaluationCurves(
            _curve(measured, f"{column}_acc"),
            _losses(measured, column, counts),
            _constant(trial[f"{column}_evaluation_time"], schedule),
        )
        for column, name in _SETS[dataset].items()
    }
    return Trial(
        dataset=_DATASETS[dataset],
        schedule=schedule,
        seed=trial["seed"],
        params=float(trial["parameters"]),
        flops=float(trial["flops"]),
        # the official files have -1 where it was not measured
        latency=(float(trial["latency"]),) if trial["latency"] > 0 else None,
        train_accuracy=_curve(measured, "train_acc"),
        train_top5=None,
        train_loss=_losses(measured, "train", counts),
        # NNI has the last epoch's seconds times the epochs
        train_seconds=_constant(trial["training_time"] / schedule, schedule),
        evaluations=evaluations,
    )


def _check_last(trial: Record, measured: Sequence[Record], schedule: int) -> None:
    epochs = [one["current_epoch"] for one in measured]
    if not epochs or any(type(e) is not int for e in epochs) or sorted(set(epochs)) != epochs or epochs[0] < 1:
        raise SourceError(f"trial {trial['id']}: expected epochs that rise from 1, got {epochs!r:.80}")
    if epochs[-1] != schedule or any(trial[name] != measured[-1][name] for name in ("train_acc", "ori_test_acc")):
        raise SourceError(f"trial {trial['id']}: its figures are not those of its last epoch")


def _curve(measured: Sequence[Record], column: str) -> SourceCurve:
    known = [(one["current_epoch"], one[column]) for one in measured if one[column] is not None]
    return _built([epoch for epoch, _ in known], [value for _, value in known])


def _losses(measured: Sequence[Record], column: str, counts: Counter[str]) -> SourceCurve:
    """Takes losses at the epochs of the accuracies; null is NaN there, and elsewhere nothing was measured."""
    known = [(one["current_epoch"], one[f"{column}_loss"]) for one in measured if one[f"{column}_acc"] is not None]
    counts["losses_null_for_nan"] += sum(value is None for _, value in known)
    return _built([epoch for epoch, _ in known], [float("nan") if value is None else value for _, value in known])


def _constant(seconds: float, schedule: int) -> SourceCurve:
    return _built(range(1, schedule + 1), [seconds] * schedule)


def _built(epochs: Sequence[int], values: Sequence[float]) -> SourceCurve:
    return SourceCurve(np.array(epochs, dtype=np.int32), np.array(values, dtype=np.float64))

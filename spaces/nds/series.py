"""The trainings of one file of NDS under one schedule, on their way into a table."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nds.job import CURVES, NDSTraining
from nasbench_suite.table.curves import Curve
from nasbench_suite.table.writer import TableWriter

UNITS = {
    "test_accuracy": "percent_error",
    "train_accuracy": "percent_error",
    "train_accuracy_by_step": "percent_error",
    "min_test_error": "percent",
    "train_loss": "nats",
    "train_loss_by_step": "nats",
    "parameters": "count",
    "flops": "count",
    "train_seconds_per_step": "s",
    "rng_seed": "number",
    "job_id": "number",
    "job_id_utf8": "bytes",
}
# A column has a place for every architecture of the family and every trial, so one with more trials than this would
# be mostly holes; its figures go where the curves are.
_DENSE_TRIALS = 4
# a seed that an architecture was trained with before, for the k-th time
_REPEATED = 2**32


class TrainingSeries:
    """Gathers trainings and writes them.

    Attributes:
        trial_set, schedule: which they are of.
        trainings: how many there are.
        diverged: how many of them have a NaN in a curve.
        repeated: how many have a seed that their architecture was trained with already.
    """

    def __init__(self, trial_set: str, schedule: int) -> None:
        """
        Args:
            trial_set: its name.
            schedule: in epochs.
        """
        self.trial_set, self.schedule = trial_set, schedule
        self.trainings = self.diverged = self.repeated = 0
        self._rows: dict[int, dict[int, NDSTraining]] = {}

    def add(self, row: int, training: NDSTraining, where: str) -> None:
        """Adds a training. One of a seed that its architecture already has becomes a trial of its own.

        Args:
            row: of the architecture.
            training: to be added.
            where: its file, for messages.

        Raises:
            SourceError: the very job is there already.
        """
        trials = self._rows.setdefault(row, {})
        if any(other.job_id == training.job_id and other.seed == training.seed for other in trials.values()):
            raise SourceError(f"{where}, job {training.job_id!r}: is there for the second time")
        trial = training.seed
        while trial in trials:
            trial += _REPEATED
        trials[trial] = training
        self.trainings += 1
        self.repeated += trial != training.seed
        self.diverged += training.diverged

    def metrics(self) -> set[str]:
        """Returns the names of the columns and curves to be written."""
        trainings = [training for trials in self._rows.values() for training in trials.values()]
        ids = {"job_id_utf8" if isinstance(training.job_id, str) else "job_id" for training in trainings}
        return {metric for t in trainings for metric in (*t.figures, *t.curves)} | ids | {"rng_seed"}

    def write(self, writer: TableWriter, rows: int) -> None:
        """Declares the series and writes its columns and curves.

        Args:
            writer: of the table.
            rows: architectures in the table.
        """
        trials = sorted({trial for by_trial in self._rows.values() for trial in by_trial})
        writer.add_series(self.trial_set, self.schedule, trials)
        dense = len(trials) <= _DENSE_TRIALS
        for row in sorted(self._rows):
            by_trial = self._rows[row]
            curves: dict[int | None, dict[str, Curve]] = {
                trial: self._curves(by_trial[trial], figures=not dense) for trial in sorted(by_trial)
            }
            writer.add_curves(self.trial_set, self.schedule, row, curves)
        if dense:
            for metric, values, missing in self._columns(trials, rows):
                writer.add_column(self.trial_set, Fidelity(self.schedule, self.schedule), metric, values, missing)

    def _curves(self, training: NDSTraining, figures: bool) -> dict[str, Curve]:
        curves = {metric: Curve(_count(len(values)), values) for metric, values in training.curves.items()}
        if isinstance(training.job_id, str):
            text = np.frombuffer(training.job_id.encode("utf-8", "surrogatepass"), np.uint8).astype(np.float64)
            curves["job_id_utf8"] = Curve(_count(len(text)), text)
        if figures:
            last = np.array([self.schedule])
            curves |= {metric: Curve(last, np.array([value])) for metric, value in self._figures(training).items()}
        return curves

    @staticmethod
    def _figures(training: NDSTraining) -> dict[str, float]:
        numbered = {} if isinstance(training.job_id, str) else {"job_id": float(training.job_id)}
        return training.figures | numbered | {"rng_seed": float(training.seed)}

    def _columns(self, trials: list[int], rows: int) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.bool_]]]:
        place = {trial: at for at, trial in enumerate(trials)}
        columns: dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]] = {}
        for row, by_trial in self._rows.items():
            for trial, training in by_trial.items():
                ends = {
                    metric: float(training.curves[metric][-1])
                    for metric in CURVES.values()
                    if metric in training.curves
                }
                for metric, value in (self._figures(training) | ends).items():
                    if metric not in columns:
                        shape = (rows, len(trials))
                        columns[metric] = np.zeros(shape), np.ones(shape, dtype=np.bool_)
                    values, missing = columns[metric]
                    values[row, place[trial]], missing[row, place[trial]] = value, False
        for metric in sorted(columns):
            yield metric, *columns[metric]


def _count(length: int) -> NDArray[np.int64]:
    return np.arange(1, length + 1)

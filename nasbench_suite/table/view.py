"""A table as people look at it: its rows, its best architectures, how two of its figures rank them, and in a notebook.

All of it is for those who may see test scores; nothing of it is charged.
"""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.closest import closest
from nasbench_suite.errors import ConfigError, MissingTrialError, UnknownFidelityError, UnknownMetricError
from nasbench_suite.fidelity import Fidelity, check_fidelity
from nasbench_suite.notebook import as_pandas, facts
from nasbench_suite.objective import Direction, direction_of, parse_objective
from nasbench_suite.plural import counted
from nasbench_suite.space import Space
from nasbench_suite.table.columns import TableColumns
from nasbench_suite.table.metadata import Dataset, Metadata, metrics_of
from nasbench_suite.table.metric import Metric
from nasbench_suite.whole_number import check_whole, is_whole

Trial = int | Literal["mean"]
_ACCURACIES = ("train_accuracy", "valid_accuracy", "test_accuracy")


class Ranked(NamedTuple):
    """An architecture and the figure by which it is ranked.

    Attributes:
        architecture: its text form.
        value: the figure; accuracies in percent, times in seconds, parameters and FLOPs in millions.
    """

    architecture: str
    value: float


class _Values(NamedTuple):
    """A figure of every architecture.

    Attributes:
        values: (architectures,) NaN where the training diverged, anything where it is not known.
        known: (architectures,) whether it was measured.
    """

    values: NDArray[np.float64]
    known: NDArray[np.bool_]


class TableView(ABC):
    """What a table shows of itself; mixed into `Table`.

    Attributes:
        space: whose architectures it holds.
        metadata: what the table says of itself.
    """

    space: Space[Any]
    metadata: Metadata

    @property
    @abstractmethod
    def name(self) -> str:
        """Its name."""

    @property
    @abstractmethod
    def columns(self) -> TableColumns:
        """Further columns, from annotations."""

    @abstractmethod
    def architectures(self, rows: Sequence[int]) -> list[str]:
        """Returns the text forms of the architectures in many rows."""

    @abstractmethod
    def dataset(self, name: str) -> Dataset:
        """Returns where a data set's figures come from."""

    @abstractmethod
    def schedules(self, trial_set: str) -> list[int]:
        """Lists the lengths of training of a trial set, rising."""

    @abstractmethod
    def metric(self, trial_set: str, fidelity: Fidelity, metric: str) -> Metric | None:
        """Returns a metric at a fidelity, or None where no architecture has it there."""

    @abstractmethod
    def cost(self, trial_set: str, fidelity: Fidelity) -> Metric | None:
        """Returns the seconds of one evaluation; None where there are no times."""

    def __iter__(self) -> Iterator[Any]:
        """Yields the architectures, in the order of the rows."""
        return map(self.space.parse, self.architectures(range(self.metadata.architectures)))

    def metrics(self, dataset: str, fidelity: Fidelity | int | None = None) -> list[str]:
        """Lists the names that `values` takes: measured figures, `seconds`, and the columns of annotations.

        Args:
            dataset: whose.
            fidelity: where they are known; None for the end of the longest schedule.

        Raises:
            UnknownDatasetError: lists what the table has.
            UnknownFidelityError: lists the schedules that the table has.
        """
        source, at = self.dataset(dataset), self._fidelity(dataset, fidelity)
        names = {
            metric
            for series in self.metadata.series
            if series.trial_set in source and series.schedule == at.schedule
            for metric in metrics_of(series)
            if self._metric(source, at, metric) is not None
        }
        accuracies = [name for name in _ACCURACIES if name in names]
        seconds = ["seconds"] if self.cost(source.search, at) is not None else []
        return [*accuracies, *sorted(names.difference(accuracies, seconds)), *seconds, *self._annotated(dataset, names)]

    def values(
        self, dataset: str, metric: str, fidelity: Fidelity | int | None = None, trial: Trial = "mean"
    ) -> NDArray[np.float64]:
        """Returns one figure of every architecture, in the order of the rows: (architectures,), NaN where unknown.

        Args:
            dataset: where it was measured. Test figures are of the trainings that are scored, as a judge takes them.
            metric: one of `metrics`; accuracies are in percent, times in seconds, parameters and FLOPs in millions, the
                columns of annotations in their source's unit.
            fidelity: how far the architectures were trained; a number is a schedule, to its end. None for the end of
                the longest schedule.
            trial: a training seed, or their mean.

        Raises:
            UnknownDatasetError: lists what the table has.
            UnknownFidelityError: the table lacks this schedule.
            UnknownMetricError: names the closest.
            ConfigError: what was named is no fidelity, or no trial that is not drawn.
            MissingTrialError: no architecture was trained with this seed.
        """
        at, policy = self._fidelity(dataset, fidelity), _check_trial(trial)
        self._check_trained(dataset, [metric], at, policy)
        values, known = self._values(dataset, metric, at, policy)
        return np.where(known, values, np.nan)

    def top(
        self,
        count: int,
        dataset: str,
        metric: str = "valid_accuracy",
        fidelity: Fidelity | int | None = None,
        trial: Trial = "mean",
    ) -> list[Ranked]:
        """Returns the architectures of the best values, the best first; the earlier row first of equals.

        Args:
            count: how many, where so many are known.
            dataset: as of `values`; so too `fidelity` and `trial`.
            metric: as of `values`. The highest are the best, but of losses, and where the unit says so: of times,
                energies, sizes, parameters and FLOPs the lowest. `NAME:max` and `NAME:min` say it otherwise.

        Raises:
            NasBenchSuiteError: as `values`.
            ConfigError: the direction is neither.
        """
        check_whole("count", count, 1)
        name, way = parse_objective(metric, "metric") if isinstance(metric, str) else (metric, None)
        values = self.values(dataset, name, fidelity, trial)
        is_lowest = (way or self._direction(dataset, name, fidelity)) == "min"
        rows = np.argsort(values if is_lowest else -values, kind="stable")[
            : min(count, int((~np.isnan(values)).sum()))
        ].tolist()
        return [Ranked(*each) for each in zip(self.architectures(rows), values[rows].tolist(), strict=True)]

    def rank_correlation(
        self,
        dataset: str,
        one: str,
        other: str = "valid_accuracy",
        fidelity: Fidelity | int | None = None,
        other_fidelity: Fidelity | int | None = None,
        trial: Trial = "mean",
    ) -> float:
        """Returns Kendall's tau-b between two figures, over the architectures that have both.

        Args:
            dataset: where they were measured.
            one: the first figure, as `metric` of `values`.
            other: the second.
            fidelity: of the first; None for the end of the longest schedule.
            other_fidelity: of the second.
            trial: of both.

        Raises:
            NasBenchSuiteError: as `values`.
            ConfigError: fewer than two architectures have both.
        """
        first = self.values(dataset, one, fidelity, trial)
        second = self.values(dataset, other, other_fidelity, trial)
        both = ~(np.isnan(first) | np.isnan(second))
        if both.sum() < 2:
            raise ConfigError(f"table {self.name}: expected two architectures with {one} and {other}, got {both.sum()}")
        from scipy.stats import kendalltau

        return float(kendalltau(first[both], second[both]).statistic)

    def to_arrow(
        self, dataset: str | None = None, fidelity: Fidelity | int | None = None, trial: Trial = "mean"
    ) -> Any:
        """Returns a `pyarrow.Table` of one row per architecture: its text, data set, schedule, epoch and `metrics`.

        A value that was not measured is null, that of a diverged training NaN.

        Args:
            dataset: as of `values`; None for every data set of the table, below each other.
            fidelity: as of `values`.
            trial: as of `values`.
        """
        import pyarrow as pa

        names = list(self.metadata.datasets) if dataset is None else [dataset]
        parts = [self._arrow(name, self._fidelity(name, fidelity), _check_trial(trial)) for name in names]
        return parts[0] if len(parts) == 1 else pa.concat_tables(parts, promote_options="default")

    def to_pandas(
        self, dataset: str | None = None, fidelity: Fidelity | int | None = None, trial: Trial = "mean"
    ) -> Any:
        """Returns a `pandas.DataFrame` of what `to_arrow` returns; pandas is to be installed."""
        return as_pandas(self.to_arrow(dataset, fidelity, trial))

    def _arrow(self, dataset: str, fidelity: Fidelity, trial: Trial) -> Any:
        import pyarrow as pa

        count = self.metadata.architectures
        columns: dict[str, Any] = {
            "architecture": pa.array(self.architectures(range(count)), pa.string()),
            "dataset": pa.array([dataset] * count, pa.string()),
            "schedule": pa.array(np.full(count, fidelity.schedule, np.int32)),
            "epoch": pa.array(np.full(count, fidelity.epoch, np.int32)),
        }
        names = self.metrics(dataset, fidelity)
        self._check_trained(dataset, names, fidelity, trial)
        for name in names:
            values, known = self._values(dataset, name, fidelity, trial)
            columns[name] = pa.array(values, mask=~known)
        return pa.table(columns)

    def _values(self, dataset: str, metric: str, fidelity: Fidelity, trial: Trial) -> _Values:
        source = self.dataset(dataset)
        if not isinstance(metric, str):
            raise self._unknown(dataset, fidelity, metric)
        found = self._measured(source, fidelity, metric)
        if found is None:
            if metric in self._annotated(dataset, ()):
                column = self.columns.find(metric, dataset)
                return _Values(column.values, column.known)
            raise self._unknown(dataset, fidelity, metric)
        values, known = found.matrix(np.arange(self.metadata.architectures))
        picked = found.picker.pick_many(known, trial, None)
        measured: NDArray[np.bool_] = np.asarray(picked.any(axis=1))
        means = np.where(picked, values, 0.0).sum(axis=1) / np.maximum(picked.sum(axis=1), 1)
        return _Values(means, measured)

    def _direction(self, dataset: str, metric: str, fidelity: Fidelity | int | None) -> Direction:
        """Returns which way a figure is better; the higher where nothing says."""
        if self._measured(self.dataset(dataset), self._fidelity(dataset, fidelity), metric) is None:
            return direction_of(self.columns.find(metric, dataset).unit) or "max"
        if metric in _ACCURACIES:  # an error's unit is the source's; an accuracy is what everybody sees
            return "max"
        unit = "s" if metric == "seconds" else self.metadata.units.get(metric, "")
        return "min" if metric.endswith("_loss") else direction_of(unit) or "max"

    def _measured(self, source: Dataset, fidelity: Fidelity, metric: str) -> Metric | None:
        """Returns a metric or the seconds; None where the table itself has no such figure."""
        return self.cost(source.search, fidelity) if metric == "seconds" else self._metric(source, fidelity, metric)

    def _check_trained(self, dataset: str, metrics: Sequence[object], fidelity: Fidelity, trial: Trial) -> None:
        """Refuses a training seed that none of some metrics has; columns of annotations have no trials."""
        if trial == "mean":
            return
        source = self.dataset(dataset)
        measured = [self._measured(source, fidelity, metric) for metric in metrics if isinstance(metric, str)]
        trials = dict.fromkeys(seed for one in measured if one is not None for seed in one.picker.trials)
        if trials and trial not in trials:
            seeds = [str(seed) for seed in trials if seed is not None]
            has = f"trials {', '.join(seeds)}" if seeds else "only a mean stored without its trials"
            raise MissingTrialError(f"table {self.name}: {dataset} at {fidelity} has {has}, not trial {trial}")

    def _metric(self, source: Dataset, fidelity: Fidelity, metric: str) -> Metric | None:
        """Returns a metric of the trial set that it is read from: what is scored for test figures."""
        trial_set = source.score if metric.startswith("test_") else source.search
        if fidelity.schedule not in self.schedules(trial_set):
            return None
        return self.metric(trial_set, fidelity, metric)

    def _fidelity(self, dataset: str, fidelity: Fidelity | int | None) -> Fidelity:
        trial_set = self.dataset(dataset).search
        schedules = self.schedules(trial_set)
        asked = Fidelity(schedules[-1], schedules[-1]) if fidelity is None else check_fidelity(fidelity)
        if asked.schedule not in schedules:
            known = " or ".join(map(str, schedules))
            raise UnknownFidelityError(
                f"table {self.name}: {trial_set} was trained for {known} epochs, not for {asked.schedule}"
            )
        return asked

    def _annotated(self, dataset: str, taken: Sequence[str] | set[str]) -> list[str]:
        """Lists the columns of annotations whose names no measured figure has."""
        return [name for name in self.columns.of(dataset) if name not in taken and name != "seconds"]

    def _unknown(self, dataset: str, fidelity: Fidelity, metric: object) -> UnknownMetricError:
        known = self.metrics(dataset, fidelity)
        close = closest(str(metric), known)
        hint = f"did you mean {close}?" if close else f"it has {', '.join(known) or 'none'}"
        return UnknownMetricError(f"table {self.name}: {dataset} has no {metric!r:.80} at {fidelity}; {hint}")

    def __repr__(self) -> str:
        return (
            f"<table {self.name}: {counted(self.metadata.architectures, 'architectures')} of {self.metadata.space}, "
            f"{', '.join(self.metadata.datasets)}>"
        )

    def _repr_html_(self) -> str:
        trained = [
            (
                f"{series.trial_set}, {series.schedule} epochs",
                f"{', '.join(metrics_of(series))}; trials "
                + ", ".join("a stored mean" if trial is None else str(trial) for trial in series.trials),
            )
            for series in self.metadata.series
        ]
        about = [
            ("space", self.metadata.space),
            ("architectures", f"{self.metadata.architectures:,}"),
            ("data sets", ", ".join(self.metadata.datasets)),
            ("source", f"{self.metadata.source.file} (format {self.metadata.source.format})"),
            ("content", self.metadata.content_sha256[:12]),
        ]
        return facts(f"table {self.name}", (*about, *trained))


def _check_trial(trial: object) -> Trial:
    if trial == "mean" or is_whole(trial):
        return trial
    raise ConfigError(f"trial: expected mean or a training seed, for nothing is drawn here; got {trial!r:.80}")

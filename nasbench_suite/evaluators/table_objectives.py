"""The objectives and constraints of searches in a table: which of its figures they are, and the best that it has."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.benchmark import Benchmark, metric_of
from nasbench_suite.errors import ConfigError, UnknownMetricError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.objective import (
    ACCURACIES,
    Direction,
    Objective,
    ObjectiveValues,
    SearchedFigure,
    Tradeoff,
    direction_of,
    parse_constraint,
    parse_objective,
)
from nasbench_suite.plural import counted
from nasbench_suite.table import Table
from nasbench_suite.table.metadata import UNITS

OWN_UNITS = {"parameters": "millions", "flops": "millions", "latency": "s"}
"""Of the metrics that a table has itself, those that cost no training to know; in the units that everybody sees."""

# of the true front's range, from its worst value to the reference point
MARGIN = 0.1


def accuracy_among(objectives: str | Sequence[str]) -> Objective:
    """Returns the accuracy among objectives, which every search has.

    Raises:
        ConfigError: there is none, or both are there.
    """
    names = [objectives] if isinstance(objectives, str) else [parse_objective(text)[0] for text in objectives]
    found: list[Objective] = [name for name in ("valid_accuracy", "test_error") if name in names]
    if len(found) > 1:
        raise ConfigError("objectives: expected valid_accuracy or test_error, one objective, got it twice")
    if not found and not isinstance(objectives, str):
        raise ConfigError(f"objectives: expected valid_accuracy and others beside it, got {', '.join(objectives)}")
    return found[0] if found else names[0]  # type: ignore[return-value]


def figure_names(objectives: str | Sequence[str], constraints: Sequence[str]) -> list[str]:
    """Lists the figures that objectives and constraints name, accuracies apart."""
    asked = [] if isinstance(objectives, str) else [parse_objective(text)[0] for text in objectives]
    names = dict.fromkeys([*asked, *(parse_constraint(text).name for text in constraints)])
    return [name for name in names if name not in ACCURACIES]


def own_metric(table: Table, dataset: str, name: str) -> NDArray[np.float64] | None:
    """Returns a metric of the table itself, by row, at the end of the longest schedule that has it.

    Args:
        table: to look in.
        dataset: whose.
        name: such as `parameters`.

    Returns:
        (architectures,) in the units that everybody sees, NaN where unknown; None without any.
    """
    for trial_set in dict.fromkeys(table.dataset(dataset)):
        for schedule in reversed(table.schedules(trial_set)):
            found = table.metric(trial_set, Fidelity(schedule, schedule), name)
            if found is not None:
                values, known = found.matrix(np.arange(len(table)))
                counts = known.sum(axis=1)
                sums = np.where(known, values, 0.0).sum(axis=1)
                return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return None


class TableObjectives:
    """What searches with several objectives, or with constraints, are told of an architecture beside its accuracy."""

    def __init__(
        self,
        table: Table,
        dataset: str,
        objectives: str | Sequence[str],
        constraints: Sequence[str],
        measurement_seconds: Mapping[str, float],
    ) -> None:
        """
        Args:
            table: with its annotations.
            dataset: that is searched.
            objectives: their names, an accuracy among them; `NAME:min` or `NAME:max` where the unit does not say which
                way is better.
            constraints: such as `pixel3_latency<5`.
            measurement_seconds: by figure, what measuring it adds to an evaluation.

        Raises:
            ConfigError: a figure's direction is not known, it has two columns, or something is priced that is not
                searched.
            UnknownMetricError: the table has no such figure.
        """
        self._table, self._dataset = table, dataset
        self._constraints = tuple(map(parse_constraint, constraints))
        asked = [parse_objective(text) for text in ([objectives] if isinstance(objectives, str) else objectives)]
        self._objectives = len(asked)
        seen = accuracy_among(objectives)
        for each in self._constraints:
            if each.name in ACCURACIES and each.name != seen:
                raise ConfigError(f"constraints: expected bounds on {seen}, which this search sees, got {each.name}")
        names = dict(asked)
        asked += [(each.name, None) for each in dict.fromkeys(self._constraints) if each.name not in names]
        asked = list(dict(asked).items())
        figures = [self._figure(name, way, at < self._objectives) for at, (name, way) in enumerate(asked)]
        self.figures = tuple(figures)
        self.names = tuple(figure.name for figure in figures)
        self._signs = [figure.sign for figure in figures[: self._objectives]]
        self._columns = [self._column(figure.name) for figure in figures]
        self._lists = [None if column is None else column.tolist() for column in self._columns]
        self._seconds = _prices(measurement_seconds, self.names)
        self._seen = metric_of(accuracy_among(objectives), table, table.dataset(dataset).search)
        self._told: dict[tuple[int, float], ObjectiveValues] = {}  # of what was asked before: searches ask it again

    @property
    def measurement_seconds(self) -> float:
        """What an evaluation costs beside its training."""
        return self._seconds

    def feasible(self, highest: Fidelity | None) -> NDArray[np.bool_]:
        """Returns which architectures meet the constraints: (architectures,).

        Args:
            highest: fidelity that searches may query: a constraint on accuracy is one on what they see there, the mean
                over its trials. None for the judge's accuracies.
        """
        seen = self._accuracies(highest)
        feasible = np.ones(len(self._table), np.bool_)
        for constraint in self._constraints:
            column = self._columns[self.names.index(constraint.name)]
            looked_at = _objective(constraint.name, seen) if column is None else column
            feasible &= np.array([constraint.violation(value) == 0 for value in looked_at.tolist()])
        return feasible

    def _accuracies(self, highest: Fidelity | None) -> NDArray[np.float64]:
        """Returns what searches see of every architecture: (architectures,), NaN where there is nothing."""
        if highest is None:
            return Benchmark(self._table, self._dataset).means(self._dataset, self._seen)
        accuracies = np.full(len(self._table), np.nan)
        found = self._table.metric(self._table.dataset(self._dataset).search, highest, self._seen)
        if found is not None:
            values, known = found.matrix(np.arange(len(self._table)))
            picked = found.picker.pick_many(known, "mean", None)
            sums = np.where(picked, values, 0.0).sum(axis=1)
            np.divide(sums, picked.sum(axis=1), out=accuracies, where=picked.any(axis=1))
        return accuracies

    def of(self, row: int, accuracy: float) -> ObjectiveValues:
        """Returns what a search is told.

        Args:
            row: of the architecture.
            accuracy: that it was told, in percent.
        """
        try:
            return self._told[row, accuracy]
        except KeyError:
            told = self._told[row, accuracy] = self._values(row, accuracy)
            return told

    def _values(self, row: int, accuracy: float) -> ObjectiveValues:
        pairs = zip(self.names, self._lists, strict=True)
        values = tuple([_objective(name, accuracy) if known is None else known[row] for name, known in pairs])
        losses = tuple([sign * v if v == v else math.inf for sign, v in zip(self._signs, values, strict=False)])
        violation = 0.0
        for constraint in self._constraints:
            violation += constraint.violation(values[self.names.index(constraint.name)])
        return ObjectiveValues(self.names, values, losses, math.inf if math.inf in losses else violation)

    def tradeoff(self, highest: Fidelity | None) -> Tradeoff:
        """Returns what is searched, and the table's true front by the judge's scores.

        Args:
            highest: fidelity that searches may query; see `feasible`.

        Raises:
            ConfigError: no architecture of the table has every figure and meets the constraints.
        """
        feasible = self.feasible(highest)
        values, split = self._judged
        known = ~np.isnan(values).any(axis=1)
        signs = np.array([figure.sign for figure in self.figures[: self._objectives]])
        standing = np.flatnonzero(feasible & known)
        if not len(standing):
            where = f"table {self._table.name} has {counted(len(self._table), 'architectures')} on {self._dataset}"
            if not known.any():
                raise ConfigError(f"objectives: {where}, and none of them has all of {', '.join(self.names)}")
            asked = ", ".join(map(str, self._constraints))
            at = f" at {highest}" if highest and any(each.name in ACCURACIES for each in self._constraints) else ""
            raise ConfigError(f"constraints: {where}, and none of them that has a score meets {asked}{at}")
        losses = values[standing, : self._objectives] * signs
        front = _front(losses)
        order = np.lexsort(values[standing[front], : self._objectives].T[::-1])
        best = losses[front][order]
        ideal, worst = best.min(axis=0), best.max(axis=0)
        widths = np.where(
            worst > ideal, worst - ideal, np.where(np.ptp(losses, axis=0) > 0, np.ptp(losses, axis=0), 1.0)
        )
        rows = standing[front][order].tolist()
        archs = self._table.architectures(rows)
        pairs = zip(archs, values[rows, : self._objectives].tolist(), strict=True)
        return Tradeoff(
            figures=self.figures,
            objectives=self._objectives,
            constraints=tuple(map(str, self._constraints)),
            measurement_seconds=self._seconds,
            split=split,
            ideal=tuple((ideal * signs).tolist()),
            reference=tuple(((ideal + (1 + MARGIN) * widths) * signs).tolist()),
            front=tuple((arch, tuple(point)) for arch, point in pairs),
            architectures=len(self._table),
            without=int((~known).sum()),
            feasible=int((feasible & known).sum()),
            figures_sha256=self._sha256(),
            spans=tuple(np.ptp(losses, axis=0).tolist()),
        )

    def _sha256(self) -> str:
        digest = hashlib.sha256()
        for figure, column in zip(self.figures, self._columns, strict=True):
            digest.update(repr((figure.name, figure.unit, figure.device)).encode())
            digest.update(b"" if column is None else column.astype("<f8").tobytes())
        return digest.hexdigest()

    @cached_property
    def _judged(self) -> tuple[NDArray[np.float64], Literal["valid", "test"]]:
        """The judge's values of every figure, (architectures, figures), and whose accuracy that is."""
        judge = Benchmark(self._table, self._dataset)
        valid, test = (judge.means(self._dataset, name) for name in ("valid_accuracy", "test_accuracy"))
        split: Literal["valid", "test"] = "valid" if np.isnan(test).all() else "test"
        judged = valid if split == "valid" else test
        columns = [
            _objective(name, judged) if column is None else column
            for name, column in zip(self.names, self._columns, strict=True)
        ]
        return np.stack(columns, axis=1), split

    def _figure(self, name: str, way: Direction | None, is_objective: bool) -> SearchedFigure:
        if name in ACCURACIES:
            kind: Direction = "max" if name == "valid_accuracy" else "min"
            if way not in (None, kind):
                raise ConfigError(f"objectives: expected {name} or {name}:{kind}, got {name}:{way}")
            return SearchedFigure(name, "%", None, kind)
        unit, device = self._unit(name, "objectives" if is_objective else "constraints")
        found = way or direction_of(unit)
        if found is None and is_objective:
            raise ConfigError(
                f"objectives: expected {name}:min or {name}:max, for its unit {unit!r} does not say which way is "
                f"better; got {name}"
            )
        return SearchedFigure(name, unit, device, found if is_objective else None)

    def _unit(self, name: str, key: str) -> tuple[str, str | None]:
        annotated = self._table.columns.of(self._dataset).get(name)
        own = name in OWN_UNITS and own_metric(self._table, self._dataset, name) is not None
        if annotated is not None and own:
            raise ConfigError(
                f"{key}: {name} is a column of table {self._table.name} itself and of an annotation; give the "
                "annotation's another name, or remove it"
            )
        if own:
            return OWN_UNITS[name], None
        if annotated is not None and name not in UNITS.keys() - OWN_UNITS.keys():
            return annotated.unit, annotated.device
        if name in UNITS and name not in OWN_UNITS:
            accuracies = "valid_accuracy, or test_error where a table has test figures alone"
            raise ConfigError(
                f"{key}: expected {accuracies}, and {', '.join(OWN_UNITS)} or an annotation's columns beside it; got "
                f"{name}"
                if key == "objectives"
                else f"{key}: expected bounds on valid_accuracy, {', '.join(OWN_UNITS)} or an annotation's columns, "
                f"got one on {name}"
            )
        column = self._table.columns.find(name, self._dataset)  # raises
        return column.unit, column.device

    def _column(self, name: str) -> NDArray[np.float64] | None:
        """Returns a figure of every architecture, NaN where it has none; None for an accuracy."""
        if name in ACCURACIES:
            return None
        annotated = self._table.columns.of(self._dataset).get(name)
        if annotated is not None:
            return np.where(annotated.known, annotated.values, np.nan)
        found = own_metric(self._table, self._dataset, name)
        if found is None:
            raise UnknownMetricError(f"table {self._table.name}: there is no column {name}")
        return found


def _objective(name: str, accuracy: Any) -> Any:
    return accuracy if name == "valid_accuracy" else 100.0 - accuracy


def _prices(seconds: Mapping[str, float], names: Sequence[str]) -> float:
    for name, price in seconds.items():
        if name not in names or name in ACCURACIES:
            known = ", ".join(name for name in names if name not in ACCURACIES) or "none"
            raise ConfigError(
                f"measurement_seconds.{name}: expected a figure among the objectives or constraints (here: {known}), "
                f"got {name}"
            )
        if not 0 <= price < np.inf:
            raise ConfigError(f"measurement_seconds.{name}: expected seconds of 0 or more, got {price}")
    return float(sum(seconds.values()))


def _front(losses: NDArray[np.float64]) -> NDArray[np.int64]:
    """Returns the rows that no other dominates, the first of equals."""
    left, front = np.lexsort(losses.T[::-1]), []
    while len(left):
        # nothing that comes later in this order dominates the first that is left
        front.append(left[0])
        left = left[(losses[left] < losses[left[0]]).any(axis=1)]
    return np.sort(np.array(front, np.int64))

"""Evaluations looked up in a table."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.algorithm import Proposal
from nasbench_suite.benchmark import Benchmark, metric_of
from nasbench_suite.errors import ConfigError
from nasbench_suite.evaluators.column_values import ColumnValues
from nasbench_suite.evaluators.evaluator import Clock
from nasbench_suite.evaluators.table_objectives import (
    OWN_UNITS,
    TableObjectives,
    accuracy_among,
    figure_names,
    own_metric,
)
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.objective import Objective, Tradeoff, direction_of, parse_objective
from nasbench_suite.observation import Observation, Score
from nasbench_suite.progress import TrainingProgress
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.sampled_space.confine import confine
from nasbench_suite.space import Space
from nasbench_suite.table.trials import TrialPolicy
from nasbench_suite.workers import Evaluate


class TableEvaluator:
    """Answers from a table; its costs are those that the table knows.

    Attributes:
        name: of the table.
        sha256: of its content.
        clock: the source's.
        judged_epochs: none.
    """

    clock: Clock = "simulated"
    judged_epochs = 0

    def __init__(
        self,
        table: str | None,
        dataset: str,
        trial: TrialPolicy,
        charge_repeats: bool,
        objectives: str | Sequence[str],
        only_measured: bool = False,
        constraints: Sequence[str] = (),
        measurement_seconds: Mapping[str, float] | None = None,
        *,
        space: Space[Any],
        folder: Path,
    ) -> None:
        """
        Args:
            table: its name; None for the one table that has the space and the data set.
            dataset: to search.
            trial: which trial answers.
            charge_repeats: whether an architecture asked again at the same fidelity costs again.
            objectives: what a search sees: an accuracy and, in a list with it, further figures of the table.
            only_measured: whether a search proposes only architectures that the table has measured.
            constraints: bounds on figures of the table, such as `pixel3_latency<5`.
            measurement_seconds: by figure, what measuring it adds to an evaluation, or to a look-up of an algorithm's
                column; nothing where it is not named.
            space: whose architectures it holds.
            folder: of the results; nothing is kept there.

        Raises:
            TableNotFoundError: there is no such table, or several.
            UnknownDatasetError: it lacks the data set.
            UnknownMetricError: it lacks a figure.
            ConfigError: objectives, constraints or prices make no sense.
        """
        self._table = find_table(space, dataset) if table is None else open_table(table, space)
        self._dataset, self._policy = dataset, trial
        self._objective: Objective = accuracy_among(objectives)
        self._only_measured = only_measured
        self._told: TableObjectives | None = None
        figures = figure_names(objectives, constraints)
        prices = measurement_seconds or {}
        self._others_priced = {name: price for name, price in prices.items() if name not in figures}
        if not isinstance(objectives, str) or constraints:
            own = {name: price for name, price in prices.items() if name in figures}
            self._told = TableObjectives(self._table, dataset, objectives, constraints, own)
        self._prices, self._figures = prices, figures
        self._judge = Benchmark(
            self._table,
            dataset,
            charge_repeats=charge_repeats,
            objective=self._objective,
            measurement_seconds=0.0 if self._told is None else self._told.measurement_seconds,
        )
        self.name, self.sha256 = self._table.name, self._table.metadata.content_sha256

    def fidelities(self) -> list[Fidelity]:
        """Lists those that the table has for the data set, by schedule and then by epoch."""
        return self._judge.fidelities()

    def watch(self, told: Callable[[TrainingProgress], None] | None) -> None:
        """Tells nothing: nothing is trained."""

    def confined(self, highest: Fidelity) -> Space[Any]:
        """Returns the space that a search moves in; it knows which architectures were measured, and no score."""
        table, space, trial_set = self._table, self._table.space, self._table.dataset(self._dataset).search

        def measured() -> list[Any]:
            rows = table.measured(trial_set, highest.schedule, metric_of(self._objective, table, trial_set))
            return [space.parse(text) for text in table.architectures(rows)]

        return confine(space, measured, self._only_measured)

    def seconds_from(self, highest: Fidelity, limited: bool) -> str | None:
        """Returns the formula of the seconds; raises where they are limited and the table knows none."""
        trial_set = self._table.dataset(self._dataset).search
        formula = self._table.space.describe_seconds(trial_set)
        if limited and self._table.cost(trial_set, highest) is None:
            reason = f" ({formula})" if formula else ""
            raise ConfigError(
                f"budget.seconds is set, but table {self.name} does not know what an evaluation costs{reason}; limit "
                "budget.epochs or budget.evaluations, and set budget.seconds=null"
            )
        return formula

    def begin(self, ledger: Ledger, trials: np.random.Generator) -> Evaluate:
        """Returns what answers the proposals of one search and charges them."""
        benchmark = self._judge.again(ledger, trials)
        policy, told, row_of = self._policy, self._told, self._table.row

        def evaluate_all(proposal: Proposal[Any]) -> Observation:
            seen = benchmark.query(proposal.arch, proposal.fidelity, policy)
            assert told is not None
            return seen._replace(objectives=told.of(row_of(proposal.arch), seen.valid_accuracy))

        if told is not None:
            return evaluate_all

        def evaluate(proposal: Proposal[Any]) -> Observation:
            return benchmark.query(proposal.arch, proposal.fidelity, policy)

        return evaluate

    def score(self, arch: Any) -> dict[str, Score]:
        """Judges an architecture on every data set: final schedule, mean over trials."""
        return self._judge.score(arch)

    def best(self, highest: Fidelity | None) -> dict[str, Score]:
        """Returns the table's highest accuracies, by data set, of the architectures that meet the constraints."""
        return self._judge.best(None if self._told is None else self._told.feasible(highest))

    def tradeoff(self, highest: Fidelity | None) -> Tradeoff | None:
        """Returns the table's true front; None for one objective without constraints."""
        return None if self._told is None else self._told.tradeoff(highest)

    def column(self, name: str | None, highest: Fidelity) -> ColumnValues | None:
        """Returns the column that an algorithm looks architectures up in; `measurement_seconds` may price it."""
        plain, way = (None, None) if name is None else parse_objective(name, "algorithm.column")
        for other, price in self._others_priced.items():
            if other != plain:
                known = ", ".join(name for name in (*self._figures, plain) if name) or "none"
                raise ConfigError(
                    f"measurement_seconds.{other}: expected a figure among the objectives or constraints, or the "
                    f"algorithm's column (here: {known}), got {other}"
                )
            if not 0 <= price < math.inf:
                raise ConfigError(f"measurement_seconds.{other}: expected seconds of 0 or more, got {price}")
        if name is None or plain is None:
            return None
        unit, values = self._figure(plain)
        if np.isnan(values).all():
            raise ConfigError(f"algorithm.column: {plain} of table {self.name} has no value on {self._dataset}")
        seconds = float(self._prices.get(plain, 0.0))
        if seconds and self._table.cost(self._table.dataset(self._dataset).search, highest) is None:
            raise ConfigError(
                f"measurement_seconds.{plain}: expected none, for table {self.name} does not know what an evaluation "
                "costs"
            )
        is_lower_better = (way or direction_of(unit) or "max") == "min"
        return ColumnValues(name, values, is_lower_better, self._table.locate, seconds)

    def _figure(self, name: str) -> tuple[str, NDArray[np.float64]]:
        """Returns the unit and the values of an annotation's column, or else of a metric of the table itself.

        Published files of scores have FLOPs of their own, and whoever adds them wants those.
        """
        if name in OWN_UNITS and name not in self._table.columns.of(self._dataset):
            own = own_metric(self._table, self._dataset, name)
            if own is not None:
                return OWN_UNITS[name], own
        found = self._table.columns.find(name, self._dataset)
        return found.unit, np.where(found.known, found.values, np.nan)

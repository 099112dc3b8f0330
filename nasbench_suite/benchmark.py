"""A table behind the question that searches ask: how good is this architecture, and what did it cost to know."""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ConfigError, MissingDataError, MissingValueError, UnknownFidelityError
from nasbench_suite.fidelity import Fidelity, check_fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.notebook import facts
from nasbench_suite.objective import Objective
from nasbench_suite.observation import Observation, Score
from nasbench_suite.table import Metric, Table
from nasbench_suite.table.trials import TrialPolicy, check_policy

_METRICS = {"valid_accuracy": "valid_accuracy", "test_error": "test_accuracy"}


def metric_of(objective: object, table: Table, trial_set: str) -> str:
    """Returns the column that a search observes.

    Args:
        objective: `valid_accuracy`, or `test_error` for a table that has no validation accuracy. A search maximises
            either; as accuracies, 100% less the error.
        table: that answers.
        trial_set: that is searched.

    Raises:
        ConfigError: it is neither of them, or the table has only the other one.
    """
    if not isinstance(objective, str) or objective not in _METRICS:
        raise ConfigError(f"objective: expected {' or '.join(get_args(Objective))}, got {objective!r}")
    has_valid, has_test = (bool(table.fidelities(trial_set, metric)) for metric in _METRICS.values())
    if objective == "test_error" and has_valid:
        raise ConfigError(
            f"objectives=test_error: table {table.name} has validation accuracy on {trial_set}, and no search must see "
            "test scores there; leave objectives at valid_accuracy"
        )
    if objective == "valid_accuracy" and has_test and not has_valid:
        raise ConfigError(
            f"table {table.name} has no validation accuracy on {trial_set}, only test figures: a search would see test "
            "scores, which must be asked for by name: objectives=test_error"
        )
    return _METRICS[objective]


class Observations(NamedTuple):
    """What a batch of queries saw.

    Attributes:
        valid_accuracy: (queries,) percent; of the test set where the benchmark's objective is `test_error`.
        seconds: (queries,) cost of each from scratch; NaN where unknown.
    """

    valid_accuracy: NDArray[np.float64]
    seconds: NDArray[np.float64]


class _Prepared(NamedTuple):
    """What answers at one fidelity.

    Attributes:
        fidelity: the schedule and the epoch.
        accuracy: validation accuracy.
        seconds: cost of an evaluation; None where the table has no times.
        epochs: what the source charges in epochs, where that is not the epoch of the fidelity.
    """

    fidelity: Fidelity
    accuracy: Metric
    seconds: Metric | None
    epochs: Metric | None


class _Answer(NamedTuple):
    """What a query is answered.

    Attributes:
        row: of the architecture.
        epochs: that are charged.
        observation: that is returned.
        is_stored_mean: whether it is a mean that the source stored without trials.
    """

    row: int
    epochs: int
    observation: Observation
    is_stored_mean: bool


class _Judged(NamedTuple):
    """What scores an architecture on a data set.

    Attributes:
        schedule: the final one.
        valid, test: accuracies at its end; None where the table has none.
    """

    schedule: int
    valid: Metric | None
    test: Metric | None


# answers that are remembered, some 10 MB
_MOST = 1 << 15


class Benchmark:
    """One data set of a table, with a budget.

    Attributes:
        table: the table that answers.
        dataset: the data set searched.
        ledger: what was spent.
        stored_means: how many answers under `random_or_mean` were means that the source stored without trials.
    """

    def __init__(
        self,
        table: Table,
        dataset: str,
        ledger: Ledger | None = None,
        rng: np.random.Generator | None = None,
        charge_repeats: bool = True,
        objective: Objective = "valid_accuracy",
        measurement_seconds: float = 0.0,
    ) -> None:
        """
        Args:
            table: the table that answers.
            dataset: the data set to search.
            ledger: the budget; without one, queries are counted and not limited.
            rng: draws trials for the policies `random` and `random_or_mean`.
            charge_repeats: whether an architecture asked again at the same fidelity costs again; its evaluation counts
                either way.
            objective: what `query` returns. `test_error`, for tables without validation figures, puts the test accuracy
                where the validation accuracy would be.
            measurement_seconds: that every query costs beside the training, where something else is measured with it.

        Raises:
            UnknownDatasetError: the table lacks the data set.
            ConfigError: an argument is of another type; or `test_error` is asked of a table with validation figures.
        """
        _check_type("table", table, Table, "an open table; open_table(NAME) opens one")
        _check_type("ledger", Ledger() if ledger is None else ledger, Ledger, "a Ledger, or None for no limit")
        if rng is not None:
            _check_type("rng", rng, np.random.Generator, "a numpy.random.Generator, or None")
        self.table, self.dataset = table, dataset
        self.ledger = Ledger() if ledger is None else ledger
        self.stored_means = 0
        self._source = table.dataset(dataset)
        self._objective, self._measurement_seconds = objective, measurement_seconds
        if not isinstance(objective, str) or objective != "valid_accuracy":
            metric_of(objective, table, self._source.search)
        self._rng = rng
        self._row = table.row
        self._prepared: dict[Fidelity, _Prepared] = {}
        self._answers: dict[Any, _Answer] = {}
        self._judged: dict[str, _Judged] | None = None
        self._paid: set[tuple[int, Fidelity]] | None = None if charge_repeats else set()

    def fidelities(self) -> list[Fidelity]:
        """Lists the fidelities at which the data set can be queried, by schedule and then by epoch.

        Raises:
            ConfigError: the table has test figures only, and the objective is not `test_error`.
        """
        return self.table.fidelities(self._source.search, self._observed())

    def query(self, arch: Any, fidelity: Fidelity | int, trial: TrialPolicy) -> Observation:
        """Answers one evaluation, and charges it.

        Args:
            arch: an architecture of the table's space, or its text form.
            fidelity: how far it is trained; a number is a schedule, to its end.
            trial: which trial answers: a training seed, `mean`, `random`, or `random_or_mean` (a stored mean where the
                source has no trials, counted in `stored_means`).

        Raises:
            ArchitectureError: it is no architecture of the space.
            MissingArchitectureError: the table lacks it.
            UnknownFidelityError: the table lacks this schedule or epoch.
            MissingTrialError: the architecture has no such trial, or none at all.
            MissingValueError: the architecture was not measured there.
            BudgetExhaustedError: the budget is spent, or this query would overstep it and is discarded.
            ConfigError: no fidelity, or no policy; or the table has test figures only, and the objective is not
                `test_error`.
        """
        try:
            row, epochs, observation, is_stored_mean = self._answers[arch, fidelity, trial]
        except (KeyError, TypeError):  # not asked before, or of a type that is no key
            row, epochs, observation, is_stored_mean = self._answer(arch, fidelity, trial)
        if self._paid is None:
            self.ledger.charge(observation.seconds, epochs)
        else:
            self._charge_once(row, observation.fidelity, observation.seconds, epochs)
        if is_stored_mean and trial == "random_or_mean":
            self.stored_means += 1
        return observation

    def _answer(self, arch: Any, asked: Fidelity | int, trial: TrialPolicy) -> _Answer:
        """Looks an answer up, and remembers it unless it was drawn."""
        try:
            fidelity, metric, cost, charged = self._prepared[asked]  # type: ignore[index]
        except (KeyError, TypeError):
            fidelity, metric, cost, charged = self._prepare(asked)
        row = self._row(arch)
        picked = metric.pick(row, trial, self._rng)
        seconds = None if cost is None else _cost(cost, row, picked)
        if seconds is not None and self._measurement_seconds:
            seconds += self._measurement_seconds
        epochs = fidelity.epoch if charged is None else _whole_epochs(charged.value(row, picked), metric.what(row))
        observation = Observation(fidelity, metric.value(row, picked), seconds, metric.picker.trial(picked))
        answer = _Answer(row, epochs, observation, metric.picker.is_stored_mean(picked))
        if len(self._answers) < _MOST and metric.picker.is_certain(metric.known(row), trial):
            with suppress(TypeError):
                self._answers[arch, asked, trial] = answer
        return answer

    def again(self, ledger: Ledger, rng: np.random.Generator) -> Benchmark:
        """Returns the same for another search, which need not look up what this one has looked up.

        Args:
            ledger: the other search's budget.
            rng: draws its trials.
        """
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)  # not by `copy`, which would leave behind what pickling leaves behind
        other.ledger, other._rng, other.stored_means = ledger, rng, 0
        other._paid = None if self._paid is None else set()
        return other

    def query_many(self, archs: Sequence[Any], fidelity: Fidelity | int, trial: TrialPolicy) -> Observations:
        """Answers many evaluations at once, and charges them as one.

        Takes what `query` takes and raises what it raises. Under `random` it draws in another order than single
        queries would. The ledger sees one charge of the batch's cost: a batch that oversteps a limit is kept or
        discarded whole.
        """
        fidelity, metric, cost, charged = self._prepare(fidelity)
        rows = self.table.rows(archs)
        values, known = metric.matrix(rows)
        picked = metric.picker.pick_many(known, trial, self._rng)
        if not picked.any(axis=1).all():
            metric.pick(int(rows[np.argmin(picked.any(axis=1))]), trial, self._rng)  # raises, naming the architecture
        seconds = np.full(len(rows), np.nan)
        if cost is not None:
            costs, costs_known = cost.matrix(rows)
            seconds = _mean(np.where(costs_known, costs, np.nan), picked) + self._measurement_seconds
        epochs = (
            np.full(len(rows), float(fidelity.epoch)) if charged is None else _mean(charged.matrix(rows)[0], picked)
        )
        self._charge_many(rows, fidelity, seconds, epochs)
        if trial == "random_or_mean":
            self.stored_means += metric.picker.count_stored_means(picked)
        return Observations(_mean(values, picked), seconds)

    def value(
        self, row: int, trial_set: str, fidelity: Fidelity | int, metric: str, trial: TrialPolicy
    ) -> float | None:
        """Returns any metric in percent, millions or seconds; None where it was not measured. Costs nothing.

        Raises:
            MissingArchitectureError: the table has no such row.
            UnknownDatasetError: it has no such trial set.
            UnknownMetricError: neither the table nor the package knows such a metric.
            MissingTrialError: the architecture has no such trial.
            ConfigError: what was named is no fidelity or no trial policy.
        """
        self.table.check_row(row)
        self.table.check_metric(trial_set, metric)
        check_policy(trial)
        fidelity = check_fidelity(fidelity)
        if fidelity.schedule not in self.table.schedules(trial_set):
            return None
        found = self.table.metric(trial_set, fidelity, metric)
        if found is None:
            return None
        try:
            return found.value(row, found.pick(row, trial, self._rng))
        except MissingValueError:
            return None

    def seconds(self, row: int, fidelity: Fidelity, trial: TrialPolicy) -> float | None:
        """Returns what a query would cost, by the trial that answers; None where unknown. Costs nothing."""
        cost = self.table.cost(self._source.search, fidelity)
        if cost is None:
            return None
        try:
            return cost.value(row, cost.pick(row, trial, self._rng))
        except MissingDataError:
            return None

    def score(self, arch: Any) -> dict[str, Score]:
        """Judges an architecture on every data set: final schedule, mean over trials. Costs nothing.

        Raises:
            ArchitectureError: it is no architecture of the space.
            MissingArchitectureError: the table lacks it.
        """
        row = self.table.row(arch)
        if self._judged is None:
            self._judged = {name: self._judges(name) for name in self.table.metadata.datasets}
        return {
            name: Score(name, schedule, _mean_of(valid, row), _mean_of(test, row))
            for name, (schedule, valid, test) in self._judged.items()
        }

    def _judges(self, dataset: str) -> _Judged:
        source = self.table.metadata.datasets[dataset]
        schedule = max(self.table.schedules(source.search))
        final = Fidelity(schedule, schedule)
        has_test = schedule in self.table.schedules(source.score)
        test = self.table.metric(source.score, final, "test_accuracy") if has_test else None
        return _Judged(schedule, self.table.metric(source.search, final, "valid_accuracy"), test)

    def best(self, among: NDArray[np.bool_] | None = None) -> dict[str, Score]:
        """Returns the highest accuracies of the whole table on every data set, valid and test each for itself.

        They are those of `score`, so that nothing that it returns is above them. Costs nothing.

        Args:
            among: (architectures,) which of them count; None for all.
        """
        return {name: self._best(name, among) for name in self.table.metadata.datasets}

    def _best(self, dataset: str, among: NDArray[np.bool_] | None) -> Score:
        schedule = max(self.table.schedules(self.table.metadata.datasets[dataset].search))
        valid, test = (_highest(self.means(dataset, metric), among) for metric in _METRICS.values())
        return Score(dataset, schedule, valid, test)

    def means(self, dataset: str, metric: str) -> NDArray[np.float64]:
        """Returns what `score` has of every architecture: (architectures,) percent, NaN where there is none.

        Args:
            dataset: one of the table's.
            metric: `valid_accuracy` or `test_accuracy`.
        """
        source = self.table.dataset(dataset)
        trial_set = source.search if metric == "valid_accuracy" else source.score
        schedule = max(self.table.schedules(source.search))
        unknown = np.full(len(self.table), np.nan)
        if schedule not in self.table.schedules(trial_set):
            return unknown
        found = self.table.metric(trial_set, Fidelity(schedule, schedule), metric)
        if found is None:
            return unknown
        values, known = found.matrix(np.arange(len(self.table)))
        picked = found.picker.pick_many(known, "mean", None)
        measured = picked.any(axis=1)
        unknown[measured] = _mean(values[measured], picked[measured])
        return unknown

    def _charge_once(self, row: int, fidelity: Fidelity, seconds: float | None, epochs: int) -> None:
        assert self._paid is not None
        if (row, fidelity) in self._paid:
            self.ledger.charge(0.0, 0)
        else:
            self.ledger.charge(seconds, epochs)
            self._paid.add((row, fidelity))

    def _charge_many(
        self, rows: NDArray[np.int64], fidelity: Fidelity, seconds: NDArray[np.float64], epochs: NDArray[np.float64]
    ) -> None:
        due = np.ones(len(rows), dtype=np.bool_)
        if self._paid is not None:
            due[:] = False
            due[np.unique(rows, return_index=True)[1]] = True
            due &= np.array([(int(row), fidelity) not in self._paid for row in rows])
        total = float(seconds[due].sum())
        self.ledger.charge(None if np.isnan(total) else total, int(epochs[due].sum()), len(rows))
        if self._paid is not None:
            self._paid.update((int(row), fidelity) for row in rows)

    def _observed(self) -> str:
        return metric_of(self._objective, self.table, self._source.search)

    def _prepare(self, asked: Fidelity | int) -> _Prepared:
        fidelity = check_fidelity(asked)
        found = self._prepared.get(fidelity)
        if found is None:
            found = self._prepared[fidelity] = self._find(fidelity)
        return found

    def _find(self, fidelity: Fidelity) -> _Prepared:
        search = self._source.search
        observed = self._observed()
        metric = self.table.metric(search, fidelity, observed)
        if metric is None:
            known = self.table.series(search, fidelity.schedule).epochs(observed)
            name = "validation" if observed == "valid_accuracy" else "test"
            raise UnknownFidelityError(
                f"table {self.table.name}: {name} accuracy on {search} in the {fidelity.schedule}-epoch schedule "
                f"is known at epoch {_ranges(known)}, not at {fidelity.epoch}"
            )
        charged = self.table.metric(search, fidelity, "charged_epochs")
        return _Prepared(fidelity, metric, self.table.cost(search, fidelity), charged)

    def __repr__(self) -> str:
        return f"<benchmark {self.dataset} of table {self.table.name}: {self.ledger}>"

    def _repr_html_(self) -> str:
        offered = self.table.fidelities(self._source.search)
        spent = [
            ("fidelities", ", ".join(map(str, offered)) or "none with validation accuracy"),
            ("budget", self.ledger),
        ]
        return facts(f"benchmark {self.dataset} of table {self.table.name}", spent)

    def __getstate__(self) -> dict[str, Any]:
        """Leaves out what reads the map: another process makes it anew."""
        return self.__dict__ | {"_row": None, "_prepared": {}, "_answers": {}, "_judged": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._row = self.table.row


def _cost(cost: Metric, row: int, picked: tuple[int, ...]) -> float | None:
    if not cost.complete:
        known = cost.known(row)
        if not all(at in known for at in picked):
            return None
    return cost.value(row, picked)


def _mean_of(metric: Metric | None, row: int) -> float | None:
    """Returns the mean over a row's trials; None where there is nothing to take it of."""
    if metric is None:
        return None
    try:
        return metric.value(row, metric.pick(row, "mean", None))
    except MissingValueError:
        return None


def _mean(values: NDArray[np.float64], picked: NDArray[np.bool_]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = np.where(picked, values, 0.0).sum(axis=1) / picked.sum(axis=1)
    return total


def _highest(values: NDArray[np.float64], among: NDArray[np.bool_] | None) -> float | None:
    """Returns the highest value; None where there is none."""
    known = ~np.isnan(values) if among is None else ~np.isnan(values) & among
    return float(values[known].max()) if known.any() else None


def _ranges(epochs: Sequence[int]) -> str:
    """Writes 1, 2, 3, 7 as `1 to 3, 7`."""
    runs: list[list[int]] = []
    for epoch in epochs:
        if runs and epoch == runs[-1][1] + 1:
            runs[-1][1] = epoch
        else:
            runs.append([epoch, epoch])
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in runs) or "none"


def _check_type(name: str, value: object, wanted: type, what: str) -> None:
    if not isinstance(value, wanted):
        raise ConfigError(f"benchmark: {name}: expected {what}; got {value!r:.80}")


def _whole_epochs(value: float, what: str) -> int:
    """Returns how many epochs a query is charged, as the table says, which may be a stranger's."""
    if not 0 <= value < 2**31:
        raise MissingValueError(f"{what} does not say how many epochs it is charged: expected 0 or more, got {value}")
    return int(value)

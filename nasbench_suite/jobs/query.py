"""Searches that ask an evaluator: what an algorithm proposes is looked up in a table, or trained."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from inspect import signature
from typing import Any

import numpy as np
from hydra.utils import get_object, instantiate

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.configuration.typed import TARGET
from nasbench_suite.distributed import launched
from nasbench_suite.errors import ConfigError, MissingArchitectureError, TableError, UnknownFidelityError
from nasbench_suite.evaluators.column_values import ColumnValues
from nasbench_suite.evaluators.evaluator import Evaluator, open_evaluator
from nasbench_suite.evaluators.judge import Judge
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.capable import check_capable
from nasbench_suite.jobs.epoch_observer import OpenObserver
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.plan import SearchPlan
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.ledger import Ledger
from nasbench_suite.objective import ACCURACIES
from nasbench_suite.observation import Observation
from nasbench_suite.progress import Progress, TrainingProgress
from nasbench_suite.random_streams import search_streams
from nasbench_suite.search import search
from nasbench_suite.space import Space
from nasbench_suite.table.trials import check_policy
from nasbench_suite.workers import Evaluate

# architectures whose text forms are remembered; many are proposed by many searches
_TEXTS = 1 << 15


def check_space(space: Space[Any], algorithm: str) -> None:
    """Finds nothing to complain about: algorithms ask about architectures of any space."""


def plan(config: Mapping[str, Any], space: Space[Any], evaluator: Evaluator) -> SearchPlan:
    """Checks the fidelities, the algorithm's settings and that the search ends."""
    if launched():
        raise ConfigError("torchrun is for one-shot algorithms; start this one without, with cores=2 for two processes")
    overhead = config["overhead"]
    is_number = isinstance(overhead, int | float) and not isinstance(overhead, bool)
    if overhead != "measured" and not (is_number and 0 <= overhead < math.inf):
        raise ConfigError(f"overhead: expected simulated seconds of 0 or more, or measured; got {overhead!r}")
    policy, ledger = check_policy(config["trial"]), _ledger(config)
    offered = _offered(evaluator, config)
    formula = evaluator.seconds_from(offered[-1], limited=config["budget"]["seconds"] is not None)
    searched = evaluator.confined(offered[-1])
    column = evaluator.column(_column_of(config["algorithm"]), offered[-1])
    try:
        algorithm = _algorithm(config, column)(searched, offered, np.random.default_rng(0))
    except TypeError as error:
        raise ConfigError(f"algorithm: {error}") from error
    check_capable(algorithm, config["choices"]["algorithm"], config)
    if not ledger.limited and not algorithm.finite:
        raise ConfigError("the algorithm never ends by itself: set budget.seconds, .epochs or .evaluations")
    if not ledger.limited and config["protocol"]["fidelities"] is None:
        name = config["protocol"]["name"]
        raise ConfigError(f"protocol {name} has no budget: set budget.seconds, .epochs or .evaluations")
    screens = bool(algorithm.multi_fidelity)
    config = {**config, "fidelities": [list(fidelity) for fidelity in offered]}
    sha256 = None if column is None else column.sha256
    return SearchPlan(config, offered, screens, policy, formula, evaluator.clock, 1, None, sha256)


def open_searcher(job: Job, observer: OpenObserver | None) -> "QuerySearcher":
    """Opens the evaluator."""
    return QuerySearcher(job)


class QuerySearcher:
    """Everything that the searches of one process share."""

    def __init__(self, job: Job) -> None:
        """Opens the evaluator; once a process.

        Raises:
            TableError: it is another one than when the job was prepared, or its annotations are others.
        """
        self._config, self._fidelities = job.config, job.fidelities
        space = instantiate(job.config["space"])
        self._evaluator = open_evaluator(job.config, space, job.folder / "trainings", job.table_sha256)
        tradeoff = job.tradeoff
        if tradeoff is not None and tradeoff != self._evaluator.tradeoff(job.fidelities[-1]):
            raise TableError(f"the annotations of table {job.table} have changed since this job began; start again")
        named = [] if tradeoff is None else [figure.name for figure in tradeoff.figures]
        self._figures = [name for name in named if name not in ACCURACIES]
        self._has_front = tradeoff is not None and tradeoff.objectives > 1
        self._space = self._evaluator.confined(job.fidelities[-1])
        self._judge = Judge(self._evaluator)
        self._format = lru_cache(_TEXTS)(self._space.format)
        self._column = self._evaluator.column(_column_of(job.config["algorithm"]), job.fidelities[-1])
        if self._column is not None and self._column.sha256 != job.plan.column_sha256:
            raise TableError(
                f"column {self._column.name} of table {job.table} has changed since this job began; start again"
            )
        self._new_algorithm = _algorithm(job.config, self._column)

    def run(self, seed: int, progress: Progress | None = None) -> SeedRecord:
        """Runs one search and lets the judge score every incumbent, and whatever was on its front."""
        streams = search_streams(seed)
        ledger = _ledger(self._config)
        if self._column is not None:
            self._column.begin()
        evaluate = self._evaluator.begin(ledger, streams.trials)
        shown = None
        if progress is not None and progress.shown:
            shown = ShownSearch(evaluate, ledger, progress, self._evaluator.judged_epochs)
        self._evaluator.watch(None if shown is None else shown.trains)
        try:
            trajectory = search(
                self._new_algorithm(self._space, self._fidelities, streams.algorithm),
                evaluate if shown is None else shown.evaluate,
                ledger,
                self._config["workers"],
                self._config["overhead"],
                None if self._column is None else self._column.take_seconds,
            )
        except MissingArchitectureError as error:
            raise MissingArchitectureError(
                f"{error}; evaluator.only_measured=true searches those that are there"
            ) from error
        found = trajectory.found()
        scores = {}
        for number, arch in enumerate(found):
            if shown is not None:
                shown.judges(number, len(found))
            scores[self._format(arch)] = self._judge.score(arch)
        if progress is not None:
            progress.advance(1.0 if shown is None else 1.0 - shown.done)
        return SeedRecord(seed, trajectory.columns(self._format, self._figures, self._has_front), scores)


def _column_of(algorithm: Mapping[str, Any]) -> str | None:
    """Returns the column that an algorithm looks architectures up in; None for one that looks nothing up."""
    found = get_object(algorithm[TARGET])
    if not getattr(found, "uses_columns", False):
        return None
    default = signature(found).parameters["column"].default
    return str(algorithm.get("column", default))


def _algorithm(config: Mapping[str, Any], column: ColumnValues | None) -> Callable[..., Algorithm[Any]]:
    """Returns what makes the algorithm from a space, fidelities and a generator."""
    given = {} if column is None else {"columns": column}
    made: Callable[..., Algorithm[Any]] = instantiate(config["algorithm"], _partial_=True, **given)
    return made


class ShownSearch:
    """A search that moves a progress bar: with each evaluation, and where it trains, with each epoch.

    What the judge will train when the search has ended counts too: as much as its incumbents so far would take.

    Attributes:
        done: the part of the search that the bar has moved by, in [0, 1].
    """

    def __init__(self, evaluate: Evaluate, ledger: Ledger, progress: Progress, judged_epochs: int) -> None:
        """
        Args:
            evaluate: answers the search's proposals.
            ledger: of the search.
            progress: to be moved by 1 in all.
            judged_epochs: that a judgement trains.
        """
        self._evaluate, self._ledger, self._progress, self._judged_epochs = evaluate, ledger, progress, judged_epochs
        self._highest, self._incumbents, self._epochs = -math.inf, 0, 0
        self._judged: tuple[int, int] | None = None
        self.done = 0.0

    def evaluate(self, proposal: Proposal[Any]) -> Observation:
        """Answers a proposal."""
        self._epochs = proposal.fidelity.epoch
        observation = self._evaluate(proposal)
        if observation.valid_accuracy > self._highest:
            self._highest = observation.valid_accuracy
            self._incumbents += 1
        self._progress.note(f"evaluation {self._ledger.evaluations:,}")
        self._show(self._ledger.share_spent())
        return observation

    def judges(self, number: int, of: int) -> None:
        """Notes how many of the architectures that were found have been judged."""
        self._judged, self._incumbents = (number, of), of
        self._show(1.0, judged=number / of)

    def trains(self, training: TrainingProgress) -> None:
        """Notes how far the training under way is."""
        part = training.epochs / training.total
        where = f"epoch {training.epochs}/{training.total}"
        if self._judged is None:
            self._progress.note(f"{where}, evaluation {self._ledger.evaluations + 1:,}")
            self._show(self._ledger.share_spent(training.seconds, part * self._epochs, part), part * self._epochs)
        else:
            number, of = self._judged
            self._progress.note(f"{where}, judged {number}/{of}")
            self._show(1.0, judged=(number + part) / of)

    def _show(self, share: float, under_way: float = 0.0, judged: float = 0.0) -> None:
        """Moves the bar to a share of the budget, in epochs under way too, and to a part of what is judged."""
        judging = 0.0
        if self._judged_epochs and share > 0:
            spent = max(1.0, self._ledger.epochs + under_way)
            judging = self._incumbents * self._judged_epochs * share / spent  # of a whole search's epochs
        # of several workers, one may start before another's end, so that the clock goes back; incumbents are added
        moved = max(0.0, (share + judged * judging) / (1 + judging) - self.done)
        self.done += moved
        self._progress.advance(moved)


def _ledger(config: Mapping[str, Any]) -> Ledger:
    budget = config["budget"]
    if not budget["charge_repeats"] and budget["evaluations"] is None:
        raise ConfigError("budget.charge_repeats=false needs budget.evaluations: repeats would never end a search")
    return Ledger(budget["seconds"], budget["epochs"], budget["evaluations"], budget["overstep"], budget["unchecked"])


def _of_another_protocol(config: Mapping[str, Any]) -> str:
    """Says that the protocol was made for another data set, where it was."""
    protocol = config["protocol"]
    if protocol["dataset"] in (config["dataset"], None):
        return ""
    return f"; protocol {protocol['name']} is for {protocol['dataset']}, choose another protocol="


def _offered(evaluator: Evaluator, config: Mapping[str, Any]) -> tuple[Fidelity, ...]:
    """Returns those of the wanted fidelities that can be asked for; the highest must be among them.

    A protocol that wants none gets the highest that there is.
    """
    available = evaluator.fidelities()
    wanted = available[-1:] if config["fidelities"] is None else [Fidelity(*pair) for pair in config["fidelities"]]
    if not wanted or wanted[-1] not in available:
        shown = "; ".join(map(str, available[-4:])) or "none"
        raise UnknownFidelityError(
            f"fidelities: expected one that {evaluator.name} has on {config['dataset']} (the last are: {shown}), "
            f"got {wanted[-1] if wanted else 'none'}{_of_another_protocol(config)}"
        )
    return tuple(fidelity for fidelity in wanted if fidelity in available)

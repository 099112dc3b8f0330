"""What every search algorithm must do."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.algorithm import Algorithm, LookUp, Proposal
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.objective import ObjectiveValues
from nasbench_suite.observation import Observation
from nasbench_suite.search import search
from nasbench_suite.space import Space
from nasbench_suite.table import Dataset, Source, Table
from nasbench_suite.table.writer import TableWriter
from nasbench_suite.testing.isolation import WatchedAlgorithm, forbidden_in

LADDER = (Fidelity(9, 1), Fidelity(9, 3), Fidelity(9, 9))
EVALUATIONS = 200


def accuracy(space: Space[Any], arch: Any) -> float:
    """A made-up accuracy in percent that favours high codes; any algorithm can climb it."""
    codes = space.encode(arch)
    tops = sum(len(variable.choices) - 1 for variable in space.variables)
    return 100.0 * sum(codes) / max(tops, 1)


def columns(space: Space[Any]) -> LookUp[Any]:
    """Returns made-up columns for an algorithm that uses them: every seventh architecture or so has no value."""

    def value(name: str, arch: Any) -> float:
        return math.nan if sum(space.encode(arch)) % 7 == 3 else accuracy(space, arch)

    return value


def drive(
    algorithm: Algorithm[Any], space: Space[Any], evaluations: int = EVALUATIONS, diverged: bool = False
) -> list[Proposal[Any]]:
    """Asks and tells, one evaluation at a time, and returns the proposals."""
    proposals: list[Proposal[Any]] = []
    while len(proposals) < evaluations and (proposal := algorithm.ask()) is not None:
        proposals.append(proposal)
        value = float("nan") if diverged else accuracy(space, proposal.arch)
        algorithm.tell(proposal, Observation(proposal.fidelity, value, float(proposal.fidelity.epoch), None))
    return proposals


def several(space: Space[Any], proposal: Proposal[Any], count: int, multi_objective: bool) -> Observation:
    """Makes an observation of a made-up size beside accuracy: every third violates a constraint, every tenth lacks it.

    Args:
        space: that is searched.
        proposal: what was asked.
        count: how many there were.
        multi_objective: whether the size is an objective, or only under a constraint.
    """
    value = accuracy(space, proposal.arch)
    size = math.nan if count % 10 == 0 else float(count % 7)
    loss = size if size == size else math.inf
    violation = math.inf if loss == math.inf else float(count % 3 == 0)
    losses = (-value, loss) if multi_objective else (-value,)
    told = ObjectiveValues(("valid_accuracy", "size"), (value, size), losses, violation)
    return Observation(proposal.fidelity, value, float(proposal.fidelity.epoch), None, told)


class AlgorithmContract(ABC):
    """The contract of `nasbench_suite.algorithm.Algorithm` as tests.

    Attributes:
        clocks: that a library behind the algorithm reads for records of its own, as `datetime.now`; none of ours does.
    """

    clocks: frozenset[str] = frozenset()

    @abstractmethod
    def make_algorithm(
        self, space: Space[Any], fidelities: Sequence[Fidelity], rng: np.random.Generator
    ) -> Algorithm[Any]:
        """Returns a new instance of the algorithm under test."""

    def make_space(self) -> Space[Any]:
        """Returns the space to search; override it for an algorithm of one space."""
        from nasbench_suite.registry.spaces import find_space

        return find_space("nb201")

    @pytest.fixture
    def space(self) -> Space[Any]:
        """The space to search."""
        return self.make_space()

    def test_equal_generators_give_equal_searches(self, space: Space[Any]) -> None:
        """All randomness comes from the generator."""
        runs = [drive(self.make_algorithm(space, LADDER, np.random.default_rng(3)), space) for _ in range(2)]
        assert runs[0] == runs[1]

    def test_proposals_are_of_the_space_and_on_offer(self, space: Space[Any]) -> None:
        """Every proposal names a fidelity on offer, and has an id of its own."""
        proposals = drive(self.make_algorithm(space, LADDER, np.random.default_rng(0)), space)
        assert proposals
        assert all(proposal.fidelity in LADDER for proposal in proposals)
        assert all(space.parse(space.format(proposal.arch)) == proposal.arch for proposal in proposals)
        assert len({proposal.id for proposal in proposals}) == len(proposals)

    def test_one_fidelity_is_enough(self, space: Space[Any]) -> None:
        """A table without curves offers a single fidelity."""
        assert drive(self.make_algorithm(space, LADDER[-1:], np.random.default_rng(0)), space)

    def test_diverged_trainings_do_no_harm(self, space: Space[Any]) -> None:
        """NaN as accuracy neither raises nor ends a search early."""
        healthy = drive(self.make_algorithm(space, LADDER, np.random.default_rng(0)), space)
        diverged = drive(self.make_algorithm(space, LADDER, np.random.default_rng(0)), space, diverged=True)
        assert len(diverged) >= min(len(healthy), 10)

    def test_several_objectives_and_constraints_are_taken(self, space: Space[Any]) -> None:
        """What says that it takes them is told several, some violated, and some without a figure; it goes on."""
        made = self.make_algorithm(space, LADDER, np.random.default_rng(0))
        if not made.multi_objective and not made.constrained:
            pytest.skip("takes one objective and no constraints")
        runs = []
        for algorithm in (made, self.make_algorithm(space, LADDER, np.random.default_rng(0))):
            proposals: list[Proposal[Any]] = []
            while len(proposals) < EVALUATIONS and (proposal := algorithm.ask()) is not None:
                proposals.append(proposal)
                algorithm.tell(proposal, several(space, proposal, len(proposals), algorithm.multi_objective))
            runs.append(proposals)
        assert len(runs[0]) == EVALUATIONS or made.finite
        assert runs[0] == runs[1]

    def test_results_may_come_back_out_of_order(self, space: Space[Any]) -> None:
        """With several evaluations under way, the youngest may end first; None is only an answer to wait."""
        algorithm = self.make_algorithm(space, LADDER, np.random.default_rng(0))
        under_way: list[Proposal[Any]] = []
        answered = 0
        while answered < EVALUATIONS:
            proposal = algorithm.ask() if len(under_way) < 4 else None
            if proposal is not None:
                under_way.append(proposal)
            elif under_way:
                done = under_way.pop()
                algorithm.tell(done, Observation(done.fidelity, accuracy(space, done.arch), 1.0, None))
                answered += 1
            else:
                assert algorithm.finite, "None with nothing under way means finished"
                break
        assert answered

    def test_a_search_reaches_no_table_no_ledger_and_no_clock(self, space: Space[Any], tmp_path: Path) -> None:
        """In a real search, with a table, a score and a ledger about, it calls and holds none of them."""
        arch = space.sample(np.random.default_rng(0))
        benchmark = Benchmark(_table_of_one(space, arch, tmp_path), "made", Ledger(evaluations=EVALUATIONS))
        scores = benchmark.score(arch)

        def evaluate(proposal: Proposal[Any]) -> Observation:
            assert scores
            epoch = proposal.fidelity.epoch
            benchmark.ledger.charge(float(epoch), epoch)
            return Observation(proposal.fidelity, accuracy(space, proposal.arch), float(epoch), None)

        algorithm = WatchedAlgorithm(self.make_algorithm(space, LADDER, np.random.default_rng(0)))
        search(algorithm, evaluate, benchmark.ledger)
        assert benchmark.ledger.evaluations
        assert algorithm.trespasses <= self.clocks, "an algorithm must call none of these"
        assert not forbidden_in(algorithm.algorithm), "an algorithm must lead to none of these"


def _table_of_one(space: Space[Any], arch: Any, folder: Path) -> Table:
    """A table of one architecture with a made-up accuracy."""
    final, path = LADDER[-1], folder / "made.mdb"
    units = {"valid_accuracy": "percent", "test_accuracy": "percent"}
    datasets = {"made": Dataset("made", "made")}
    with TableWriter(path, space, units, Source("made", "made", "0" * 64), datasets) as writer:
        writer.set_architectures([arch])
        writer.add_series("made", final.schedule, [0])
        for metric in units:
            writer.add_column("made", final, metric, [[50.0]])
        writer.finish()
    return Table(path, space)

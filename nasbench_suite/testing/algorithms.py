"""What every search algorithm must do."""

import gc
import types
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation, Score
from nasbench_suite.space import Space
from nasbench_suite.table import Table

LADDER = (Fidelity(9, 1), Fidelity(9, 3), Fidelity(9, 9))
EVALUATIONS = 200


def accuracy(space: Space[Any], arch: Any) -> float:
    """A made-up accuracy in percent that favours high codes; any algorithm can climb it."""
    codes = space.encode(arch)
    tops = sum(len(variable.choices) - 1 for variable in space.variables)
    return 100.0 * sum(codes) / max(tops, 1)


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


class AlgorithmContract(ABC):
    """The contract of `nasbench_suite.algorithm.Algorithm` as tests."""

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

    def test_results_may_come_back_out_of_order(self, space: Space[Any]) -> None:
        """With several evaluations under way, the youngest may end first; None is only an answer to wait."""
        algorithm = self.make_algorithm(space, LADDER, np.random.default_rng(0))
        under_way: list[Proposal[Any]] = []
        told = 0
        while told < EVALUATIONS:
            proposal = algorithm.ask() if len(under_way) < 4 else None
            if proposal is not None:
                under_way.append(proposal)
            elif under_way:
                done = under_way.pop()
                algorithm.tell(done, Observation(done.fidelity, accuracy(space, done.arch), 1.0, None))
                told += 1
            else:
                assert algorithm.finite, "None with nothing under way means finished"
                break
        assert told

    def test_nothing_leads_to_a_table_or_a_score(self, space: Space[Any]) -> None:
        """No attribute, slot or closure of a used algorithm reaches what it must not see."""
        algorithm = self.make_algorithm(space, LADDER, np.random.default_rng(0))
        drive(algorithm, space)
        assert not [thing for thing in reachable(algorithm) if isinstance(thing, Table | Benchmark | Score | Ledger)]


def reachable(root: object) -> list[object]:
    """Lists every object that references lead to from `root`; modules and classes are not entered."""
    seen: dict[int, object] = {}
    todo = [root]
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, types.ModuleType | type):
            continue
        seen[id(thing)] = thing
        if isinstance(thing, types.FunctionType):
            # a function's globals are its module; what it closed over and its defaults are its own
            todo += [content for cell in thing.__closure__ or () for content in gc.get_referents(cell)]
            todo += [*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
        else:
            todo += gc.get_referents(thing)
    return list(seen.values())

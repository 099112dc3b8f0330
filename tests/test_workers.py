"""Several evaluations under way on the simulated clock, against a simulation that takes one small step at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.errors import BudgetExhaustedError, MissingValueError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation
from nasbench_suite.search import search
from nasbench_suite.spaces.nb201 import NB201

LOW, HIGH = Fidelity(9, 3), Fidelity(9, 9)
Events = list[tuple[Any, ...]]


class Recorder(Algorithm[Any]):
    """Asks for numbered evaluations, at most so many at a time, and writes down what it asks and is told."""

    def __init__(self, at_most: int, total: int) -> None:
        super().__init__(NB201(), [LOW, HIGH], np.random.default_rng(0))
        self.at_most, self.total, self.under_way = at_most, total, 0
        self.events: Events = []

    def ask(self) -> Proposal[Any] | None:
        if self.under_way == self.at_most or self._next_id == self.total:
            return None
        self.under_way += 1
        # which fidelity depends on what is known, as it does for a real algorithm
        told = sum(event[0] == "told" for event in self.events)
        proposal = self.propose((0,) * 6, LOW if told % 3 else HIGH)
        self.events.append(("asked", proposal.id))
        return proposal

    def tell(self, proposal: Proposal[Any], observation: Observation) -> None:
        self.under_way -= 1
        self.events.append(("told", proposal.id))


def evaluator(costs: Sequence[float], ledger: Ledger) -> Callable[[Proposal[Any]], Observation]:
    def evaluate(proposal: Proposal[Any]) -> Observation:
        seconds = costs[proposal.id % len(costs)]
        ledger.charge(seconds, proposal.fidelity.epoch)
        return Observation(proposal.fidelity, float(proposal.id), seconds, None)

    return evaluate


@dataclass
class Literal:
    """The rules of docs and docstring, step by step on a clock of whole seconds, sharing no code with the engine."""

    workers: int
    seconds: float | None
    epochs: int | None
    evaluations: int | None
    keep: bool
    unchecked: int
    overhead: int
    rows: list[tuple[int, int]] = field(default_factory=list)  # (id, end)

    def run(self, algorithm: Recorder, costs: Sequence[int]) -> None:
        now, epochs, evaluations = 0, 0, 0
        stopped: set[int] = set()
        busy: dict[int, tuple[int, int, Proposal[Any]]] = {}  # worker: (end, id, proposal)
        queue = list(range(self.workers))
        while True:
            for end, _, proposal in sorted(busy.values(), key=lambda one: one[:2]):
                if end == now:
                    worker = next(w for w, (_, number, _) in busy.items() if number == proposal.id)
                    del busy[worker]
                    queue.append(worker)
                    self.rows.append((proposal.id, now))
                    algorithm.tell(proposal, Observation(proposal.fidelity, float(proposal.id), 1.0, None))
            while queue:
                seconds = None if evaluations < self.unchecked else self.seconds
                spent = ((now, seconds), (epochs, self.epochs), (evaluations, self.evaluations))
                if any(limit is not None and value >= limit for value, limit in spent):
                    break
                wanted = algorithm.ask()
                if wanted is None:
                    break
                worker = queue.pop(0)
                start = now + self.overhead
                end = start + costs[wanted.id % len(costs)]
                after = (
                    (end, seconds),
                    (epochs + wanted.fidelity.epoch, self.epochs),
                    (evaluations + 1, self.evaluations),
                )
                late = seconds is not None and start >= seconds
                over = any(limit is not None and value > limit for value, limit in after)
                if late or (over and not self.keep):
                    stopped.add(worker)
                    continue
                epochs, evaluations = epochs + wanted.fidelity.epoch, evaluations + 1
                busy[worker] = (end, wanted.id, wanted)
            if not busy:
                return
            if all(end > now for end, _, _ in busy.values()):
                now += 1


@settings(max_examples=300, deadline=None)
@given(
    workers=st.integers(1, 5),
    at_most=st.integers(1, 7),
    costs=st.lists(st.integers(0, 6), min_size=1, max_size=8),
    seconds=st.none() | st.integers(0, 40),
    epochs=st.none() | st.integers(0, 90),
    evaluations=st.none() | st.integers(0, 12),
    keep=st.booleans(),
    unchecked=st.integers(0, 5),
    overhead=st.integers(0, 2),
)
def test_events_come_in_the_order_of_a_literal_simulation(
    workers: int, at_most: int, costs: list[int], seconds: int | None, epochs: int | None, evaluations: int | None,
    keep: bool, unchecked: int, overhead: int,
) -> None:  # fmt: skip
    ours, theirs = Recorder(at_most, 20), Recorder(at_most, 20)
    ledger = Ledger(seconds, epochs, evaluations, "keep" if keep else "discard", unchecked)
    trajectory = search(ours, evaluator([float(cost) for cost in costs], ledger), ledger, workers, float(overhead))
    literal = Literal(workers, seconds, epochs, evaluations, keep, unchecked, overhead)
    literal.run(theirs, costs)
    assert ours.events == theirs.events
    columns = trajectory.columns(str)
    assert list(zip(map(int, columns["valid_accuracy"]), columns["seconds"], strict=True)) == literal.rows


def sequential(algorithm: Algorithm[Any], evaluate: Callable[..., Observation], ledger: Ledger) -> Events:
    """The loop with one worker, as anybody would write it."""
    rows: Events = []
    while not ledger.exhausted and (proposal := algorithm.ask()) is not None:
        try:
            observation = evaluate(proposal)
        except BudgetExhaustedError:
            break
        rows.append((proposal.id, ledger.seconds))
        algorithm.tell(proposal, observation)
    return rows


@settings(max_examples=200, deadline=None)
@given(
    costs=st.lists(st.floats(0, 10), min_size=1, max_size=8),
    seconds=st.none() | st.floats(0, 60),
    evaluations=st.none() | st.integers(0, 12),
    keep=st.booleans(),
    unchecked=st.integers(0, 5),
)
def test_one_worker_is_the_sequential_loop_to_the_bit(
    costs: list[float], seconds: float | None, evaluations: int | None, keep: bool, unchecked: int
) -> None:
    def make() -> tuple[Recorder, Ledger]:
        return Recorder(1, 15), Ledger(seconds, None, evaluations, "keep" if keep else "discard", unchecked)

    (ours, ledger), (theirs, other) = make(), make()
    columns = search(ours, evaluator(costs, ledger), ledger).columns(str)
    rows = sequential(theirs, evaluator(costs, other), other)
    assert list(zip(columns["valid_accuracy"], columns["seconds"], strict=True)) == rows
    assert ours.events == theirs.events
    assert (ledger.seconds, ledger.epochs, ledger.evaluations) == (other.seconds, other.epochs, other.evaluations)


def test_a_refused_evaluation_stops_its_worker_and_no_other() -> None:
    algorithm, ledger = Recorder(9, 6), Ledger(seconds=10, overstep="discard")
    # 0 ends at 4; 1 would end at 11, so its worker stops; the other one goes on
    columns = search(algorithm, evaluator([4, 11, 3, 2, 9, 1], ledger), ledger, workers=2).columns(str)
    assert list(zip(columns["valid_accuracy"], columns["seconds"], strict=True)) == [(0, 4), (2, 7), (3, 9)]


def test_what_is_under_way_at_the_limit_is_finished_where_oversteps_are_kept() -> None:
    algorithm, ledger = Recorder(9, 9), Ledger(seconds=10, overstep="keep")
    columns = search(algorithm, evaluator([8, 15, 7], ledger), ledger, workers=2).columns(str)
    assert list(zip(columns["valid_accuracy"], columns["seconds"], strict=True)) == [(0, 8), (1, 15), (2, 15)]


def test_several_workers_need_to_know_what_an_evaluation_costs() -> None:
    ledger = Ledger(evaluations=5)

    def evaluate(proposal: Proposal[Any]) -> Observation:
        ledger.charge(None, 1)
        return Observation(proposal.fidelity, 1.0, None, None)

    with pytest.raises(MissingValueError, match="workers"):
        search(Recorder(9, 9), evaluate, ledger, workers=2)
    ledger = Ledger(evaluations=5)
    assert len(search(Recorder(9, 9), evaluate, ledger, workers=1)) == 5


def test_measured_overhead_moves_the_clock() -> None:
    ledger = Ledger()
    search(Recorder(1, 9), evaluator([0.0], ledger), ledger, overhead="measured")
    assert ledger.seconds is not None and ledger.seconds > 0


@pytest.mark.parametrize("algorithm", ["rea", "asha"])
def test_workers_speed_a_search_up_in_simulated_time(algorithm: str, installed: Any, make_job: Callable) -> None:
    from nasbench_suite.jobs.run import run
    from nasbench_suite.report.model import make_report

    def seconds(workers: int) -> float:
        limits = ("budget.seconds=null", "budget.evaluations=96", "seeds=5")
        row = make_report([run(make_job(f"algorithm={algorithm}", *limits, f"workers={workers}"))]).rows[0]
        assert (row.evaluations_mean, row.workers) == (96, workers)
        assert row.seconds_mean is not None
        return row.seconds_mean

    alone = seconds(1)
    assert 3.5 < alone / seconds(4) <= 4.5  # not exactly 4: other cells are found, which cost otherwise
    assert 6.5 < alone / seconds(8) <= 9

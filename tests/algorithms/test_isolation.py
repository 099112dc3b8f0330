"""No attribute, slot or closure leads from an algorithm to a table or to a score."""

import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra.utils import get_object, instantiate

import nasbench_suite.conf
from nasbench_suite.algorithm import Proposal
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.jobs.query import QuerySearcher
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation
from nasbench_suite.search import search
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table
from nasbench_suite.table.environment import SharedEnvironment
from nasbench_suite.testing import columns
from nasbench_suite.testing.isolation import FORBIDDEN, WatchedAlgorithm, forbidden_in, reachable

FILES = (Path(nasbench_suite.conf.__file__).parent / "algorithm").glob("*.yaml")
ALGORITHMS = sorted(path.stem for path in FILES if "/supernet" not in path.read_text())  # those that query
BEYOND = (*FORBIDDEN, SharedEnvironment, QuerySearcher, memoryview, np.memmap)


class Recording(WatchedAlgorithm):
    """Looks at the algorithm that it watches after every ten answers."""

    told = 0

    def tell(self, proposal: Proposal[Any], observation: Observation) -> None:
        assert type(observation) is Observation
        super().tell(proposal, observation)
        self.told += 1
        if self.told % 10 == 0:
            assert not forbidden_in(self.algorithm, BEYOND)


def test_there_are_algorithms_to_look_at() -> None:
    assert {"random", "rea"} <= set(ALGORITHMS)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_algorithm_reaches_no_table_and_no_score(name: str, installed: Path, composed: Callable) -> None:
    made, plain = (composed(f"algorithm={each}", "protocol=nb201") for each in (name, "random"))
    job = prepare(plain.config, plain.choices)
    space = instantiate(job.config["space"])
    ledger = Ledger(evaluations=40)
    rng = np.random.default_rng(0)
    benchmark = Benchmark(Table(installed, space), job.config["dataset"], ledger, rng)
    node = made.config["algorithm"]
    given = {"columns": columns(space)} if get_object(node["_target_"]).uses_columns else {}
    algorithm = instantiate(node, _partial_=True)(space, job.fidelities, np.random.default_rng(1), **given)
    recording = Recording(algorithm)
    search(recording, lambda p: benchmark.query(p.arch, p.fidelity, "random_or_mean"), ledger)
    assert recording.told == 40
    assert not recording.trespasses
    assert any(thing is space for thing in reachable(algorithm))  # the walk did set out


class Cheat:
    """One way to hold a forbidden thing each; the walk must find all of them."""

    __slots__ = ("hidden",)

    def __init__(self, hidden: object) -> None:
        self.hidden = hidden


def hidden_ways(table: Table) -> dict[str, object]:
    def default(table: Table = table) -> None: ...

    def generator() -> Iterator[Table]:
        yield table
        yield table

    running = generator()
    next(running)
    return {
        "attribute": types.SimpleNamespace(a=table),
        "slot": Cheat(table),
        "closure": types.SimpleNamespace(call=lambda: table),
        "bound method": types.SimpleNamespace(call=table.row),
        "default": types.SimpleNamespace(call=default),
        "container": types.SimpleNamespace(a=[{(1, frozenset({2})): (table,)}]),
        "generator": types.SimpleNamespace(a=running),
        "iterator": types.SimpleNamespace(a=iter([table])),
    }


WAYS = ["attribute", "slot", "closure", "bound method", "default", "container", "generator", "iterator"]


@pytest.mark.parametrize("way", WAYS)
def test_the_walk_finds_a_table_however_it_is_held(way: str, small) -> None:
    table = small.open()
    assert table in forbidden_in(hidden_ways(table)[way])


def test_a_score_is_found_too(small) -> None:
    score = Benchmark(small.open(), "cifar10").score(small.cells[0])
    found = forbidden_in(types.SimpleNamespace(a=score))
    assert {id(each) for each in found} == {id(each) for each in score.values()}


def test_a_fidelity_alone_is_harmless() -> None:
    assert not forbidden_in(types.SimpleNamespace(a=Fidelity(12, 12), b=NB201()), BEYOND)

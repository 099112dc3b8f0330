"""No attribute, slot or closure leads from an algorithm to a table or to a score."""

import gc
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra.utils import instantiate

import nasbench_suite.conf
from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.jobs.query import QuerySearcher
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation, Score
from nasbench_suite.search import search
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Metric, Table
from nasbench_suite.table.environment import SharedEnvironment
from nasbench_suite.trajectory import Trajectory

FILES = (Path(nasbench_suite.conf.__file__).parent / "algorithm").glob("*.yaml")
ALGORITHMS = sorted(path.stem for path in FILES if "/supernet" not in path.read_text())  # those that query
FORBIDDEN = (Table, Benchmark, Score, Ledger, Metric, SharedEnvironment, Trajectory, QuerySearcher)
# what every program can reach from anything, and what classes are made of
SHARED = (type, types.ModuleType, types.BuiltinFunctionType)


def reachable(start: object) -> Iterator[object]:
    """Walks attributes, slots, containers, closures, defaults and whatever else the collector knows of."""
    seen, waiting = {id(start)}, [start]
    while waiting:
        thing = waiting.pop()
        yield thing
        for child in [*gc.get_referents(thing), *attributes(thing)]:
            if isinstance(child, types.FunctionType):
                parts: list[Any] = [child.__closure__, child.__defaults__, child.__kwdefaults__, child.__dict__]
            elif isinstance(child, SHARED) or is_namespace(child):
                continue
            else:
                parts = [child]
            for part in parts:
                if part is not None and id(part) not in seen:
                    seen.add(id(part))
                    waiting.append(part)


def attributes(thing: object) -> Iterator[object]:
    for kind in type(thing).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            if isinstance(slot, str) and hasattr(thing, slot):
                yield getattr(thing, slot)
    yield from getattr(thing, "__dict__", {}).values()


def is_namespace(thing: object) -> bool:
    """Whether it is a module's globals."""
    return isinstance(thing, dict) and "__builtins__" in thing


class Recording(Algorithm[Any]):
    """Passes an algorithm's calls through, and looks at it after each."""

    def __init__(self, algorithm: Algorithm[Any]) -> None:
        self.algorithm, self.told = algorithm, 0

    def ask(self) -> Proposal[Any] | None:
        return self.algorithm.ask()

    def tell(self, proposal: Proposal[Any], observation: Observation) -> None:
        assert type(observation) is Observation
        self.algorithm.tell(proposal, observation)
        self.told += 1
        if self.told % 10 == 0:
            look(self.algorithm)


def look(algorithm: object) -> int:
    count = 0
    for thing in reachable(algorithm):
        count += 1
        assert not isinstance(thing, FORBIDDEN), f"an algorithm can reach {thing!r}"
        assert not isinstance(thing, (memoryview, np.memmap))
    return count


def test_there_are_algorithms_to_look_at() -> None:
    assert {"random", "rea"} <= set(ALGORITHMS)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_algorithm_reaches_no_table_and_no_score(name: str, installed: Path, composed: Callable) -> None:
    made = composed(f"algorithm={name}", "protocol=nb201")
    job = prepare(made.config, made.choices)
    space = instantiate(job.config["space"])
    ledger = Ledger(evaluations=40)
    rng = np.random.default_rng(0)
    benchmark = Benchmark(Table(installed, space), job.config["dataset"], ledger, rng)
    algorithm = instantiate(job.config["algorithm"], _partial_=True)(space, job.fidelities, np.random.default_rng(1))
    recording = Recording(algorithm)
    search(recording, lambda p: benchmark.query(p.arch, p.fidelity, "random_or_mean"), ledger)
    assert recording.told == 40
    assert look(algorithm) > 10


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
    with pytest.raises(AssertionError, match="can reach"):
        look(hidden_ways(small.open())[way])


def test_a_score_is_found_too(small) -> None:
    score = Benchmark(small.open(), "cifar10").score(small.cells[0])
    with pytest.raises(AssertionError, match="can reach"):
        look(types.SimpleNamespace(a=score))


def test_a_fidelity_alone_is_harmless() -> None:
    assert look(types.SimpleNamespace(a=Fidelity(12, 12), b=NB201())) > 1

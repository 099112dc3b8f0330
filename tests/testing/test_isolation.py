"""The contract's isolation test fails for an algorithm that cheats, however it does."""

import gc
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.algorithm import Algorithm
from nasbench_suite.algorithms.random_search import RandomSearch
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation, Score
from nasbench_suite.registry.tables import open_table
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table
from nasbench_suite.testing import AlgorithmContract


def local(name: str) -> Any:
    """A variable of whoever called, however far up."""
    frame = sys._getframe()
    while name not in frame.f_locals:
        frame = frame.f_back  # type: ignore[assignment]
    return frame.f_locals[name]


def living(kind: type) -> Any:
    return next(thing for thing in gc.get_objects() if issubclass(type(thing), kind))


class Cheat(RandomSearch[Any]):
    """Random search that looks, before every answer, at what it should not."""

    look: Callable[["Cheat"], Any]

    def tell(self, proposal: Any, observation: Observation) -> None:
        self.look()


def keep(thing: Callable[[], Any]) -> Callable[[Cheat], None]:
    def look(cheat: Cheat) -> None:
        cheat.kept = thing()  # type: ignore[attr-defined]

    return look


def use(action: Callable[[], Any]) -> Callable[[Cheat], None]:
    def look(cheat: Cheat) -> None:
        action()

    return look


CHEATS: dict[str, Callable[[Cheat], None]] = {
    "keeps the ledger of the frames above": keep(lambda: local("ledger")),
    "keeps a score that the collector knows": keep(lambda: living(Score)),
    "keeps a table that the collector knows": keep(lambda: living(Table)),
    "keeps it in a closure": keep(lambda: (lambda found: lambda: found)(local("ledger"))),
    "keeps it in a generator": keep(lambda: (found for found in [local("ledger")])),
    "asks the ledger": use(lambda: local("ledger").exhausted),
    "asks the benchmark": use(lambda: living(Table).architecture(0)),
    "opens a table by name": use(lambda: open_table("nb201")),
    "looks at a clock": use(time.perf_counter),
    "looks at the time of day": use(datetime.now),
}


class Contract(AlgorithmContract):
    """The contract, outside pytest's collection, for one cheat."""

    __test__ = False

    def __init__(self, look: Callable[[Cheat], Any]) -> None:
        self.kind = type("This", (Cheat,), {"look": look})

    def make_algorithm(
        self, space: Space[Any], fidelities: Sequence[Fidelity], rng: np.random.Generator
    ) -> Algorithm[Any]:
        made: Algorithm[Any] = self.kind(space, fidelities, rng)
        return made


LOOK_THROUGH_THE_PROCESS = [way for way in CHEATS if "the collector" in way or way == "asks the benchmark"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    "way", [pytest.param(way, marks=pytest.mark.slow) if way in LOOK_THROUGH_THE_PROCESS else way for way in CHEATS]
)
def test_a_cheat_is_found(way: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="an algorithm must"):
        Contract(CHEATS[way]).test_a_search_reaches_no_table_no_ledger_and_no_clock(NB201(), tmp_path)


def test_who_looks_at_nothing_passes(tmp_path: Path) -> None:
    seen: list[int] = []
    contract = Contract(use(lambda: seen.append(1)))
    contract.test_a_search_reaches_no_table_no_ledger_and_no_clock(NB201(), tmp_path)
    assert len(seen) > 10

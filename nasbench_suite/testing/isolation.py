"""Finds what an algorithm must not have: a way to a table, a score, a ledger or a clock."""

import gc
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation, Score
from nasbench_suite.table import Metric, Table
from nasbench_suite.trajectory import Trajectory

FORBIDDEN: tuple[type, ...] = (Table, Metric, Benchmark, Score, Ledger, Trajectory)
_ROOMS = tuple(f"nasbench_suite.{name}" for name in ("table", "benchmark", "ledger", "registry.tables", "trajectory"))
_CLOCKS = (
    "time",
    "perf_counter",
    "monotonic",
    "process_time",
    "thread_time",
    "clock_gettime",
    "now",
    "utcnow",
    "today",
)
_CLOCK_OWNERS = ("time", "datetime")


def reachable(start: object) -> Iterator[object]:
    """Walks to everything that references lead to: attributes, slots, containers, closures, defaults, frames.

    It enters neither modules nor classes, which every program can reach, and of a function not its globals.
    """
    seen, waiting = {id(start)}, [start]
    while waiting:
        thing = waiting.pop()
        yield thing
        for child in _children(thing):
            if id(child) not in seen and not isinstance(child, types.ModuleType | type):
                seen.add(id(child))
                waiting.append(child)


def _children(thing: object) -> list[Any]:
    if isinstance(thing, types.FunctionType):
        return [thing.__closure__, thing.__defaults__, thing.__kwdefaults__, thing.__dict__]
    return [child for child in gc.get_referents(thing) if not (isinstance(child, dict) and "__builtins__" in child)]


def forbidden_in(start: object, forbidden: tuple[type, ...] = FORBIDDEN) -> list[object]:
    """Lists what can be reached from `start` and is of a type that an algorithm must not see."""
    return [thing for thing in reachable(start) if isinstance(thing, forbidden)]


class WatchedAlgorithm(Algorithm[Any]):
    """Passes calls on, and notes where they lead.

    Attributes:
        algorithm: that is watched.
        trespasses: names of the functions of tables, benchmarks, ledgers and clocks that it has called.
    """

    def __init__(self, algorithm: Algorithm[Any]) -> None:
        self.algorithm = algorithm
        self.trespasses: set[str] = set()

    def ask(self) -> Proposal[Any] | None:
        """Asks the algorithm."""
        with self._watching():
            return self.algorithm.ask()

    def tell(self, proposal: Proposal[Any], observation: Observation) -> None:
        """Tells the algorithm."""
        with self._watching():
            self.algorithm.tell(proposal, observation)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Hears of every call, of Python's functions and of built-in ones, whatever name they were imported under."""
        before, collecting = sys.getprofile(), gc.isenabled()
        gc.disable()  # a collection would call what closes the tables that others have left
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(before)
            if collecting:
                gc.enable()

    def _note(self, frame: types.FrameType, event: str, called: Any) -> None:
        if event == "call":
            room = str(frame.f_globals.get("__name__"))
            if any(room == name or room.startswith(name + ".") for name in _ROOMS):
                self.trespasses.add(f"{room}.{frame.f_code.co_name}")
        elif event == "c_call" and called.__name__ in _CLOCKS and _owner(called) in _CLOCK_OWNERS:
            self.trespasses.add(f"{_owner(called)}.{called.__name__}")


def _owner(builtin: Any) -> str:
    """The module of a built-in function, or of the class whose method it is."""
    owner = builtin.__self__
    return str(getattr(owner, "__module__", None) or getattr(owner, "__name__", ""))

import contextlib
import io
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from nasbench_suite.algorithm import Proposal
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.query import ShownSearch
from nasbench_suite.jobs.run import open_searcher, run
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation
from nasbench_suite.progress import Progress, SharedProgress, TrainingProgress


def test_no_bar_is_drawn_where_standard_error_is_no_terminal(python: Callable) -> None:
    script = """
from nasbench_suite.progress import Progress
with Progress("searches", 3, unit="seed") as progress:
    progress.advance(2)
"""
    done = python("-c", script)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_what_was_done_before_counts_as_done_and_not_in_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress("searches", 10) as progress:
        progress.skip(2)
        progress.advance()
        assert (progress._bar.n, progress._bar.initial) == (3, 2)
        progress.skip(3)
        assert (progress._bar.n, progress._bar.initial) == (6, 6)


def on_terminal(script: str, columns: int) -> str:
    """Returns what a script shows on a terminal of so many columns."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run([sys.executable, "-c", script], stderr=theirs, env=environment, timeout=60)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how Linux says that nobody writes any more
        while part := os.read(ours, 1 << 16):
            shown += part
    os.close(ours)
    assert done.returncode == 0
    return shown.decode()


SEARCH = """
import time
from nasbench_suite.progress import Progress
with Progress("rea on nb201/cifar10", 2, unit="seed") as progress:
    progress._bar.start_t -= 3  # so long ago that it is shown
    progress._bar.mininterval = 0
    progress.note("evaluation 7")
    progress.advance(0.25)
    progress.advance(0.25)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
@pytest.mark.parametrize("columns", [0, 100])
def test_a_bar_moves_within_a_seed_and_shows_the_time_left_whatever_the_terminals_size(columns: int) -> None:
    shown = on_terminal(SEARCH, columns)
    assert "rea on nb201/cifar10:  12%|" in shown and "0.25/2 seeds [" in shown and "0.50/2 seeds [" in shown, shown
    assert "<" in shown and "evaluation 7" in shown


@pytest.mark.usefixtures("installed")
def test_a_search_that_is_shown_is_the_same_and_moves_the_bar_by_one_per_seed(
    make_job: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job("algorithm=rea", "seeds=1")
    plain = open_searcher(job).run(0)
    amounts: list[float] = []
    with Progress("rea", 1, unit="seed") as progress:
        monkeypatch.setattr(Progress, "shown", True)
        monkeypatch.setattr(Progress, "advance", lambda self, amount=1: amounts.append(amount))
        assert open_searcher(job).run(0, progress) == plain
    assert len(amounts) > 10 and sum(amounts) == pytest.approx(1) and min(amounts) >= 0


@pytest.mark.usefixtures("installed")
def test_processes_that_search_move_one_bar_within_their_seeds(
    make_job: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    amounts: list[float] = []
    monkeypatch.setattr(Progress, "shown", True)
    monkeypatch.setattr(Progress, "advance", lambda self, amount=1: amounts.append(amount))
    run(make_job("algorithm=rea", "seeds=4", "cores=2"))
    assert sum(amounts) == pytest.approx(4) and min(amounts) >= 0


def test_what_a_process_has_done_is_added_to_what_all_have() -> None:
    done = multiprocessing.get_context("spawn").Array("d", [0.5, 1.0])
    progress = SharedProgress(done)
    progress.advance(0.25)
    progress.skip(2)
    progress.note("evaluation 7")
    assert progress.shown and done[:] == [0.75, 3.0]


@dataclass
class Bar(Progress):
    """What a search moved a bar by, and noted."""

    done: float = 0.0
    notes: list[str] = field(default_factory=list)

    def advance(self, amount: float = 1) -> None:
        self.done += amount

    def note(self, text: str) -> None:
        self.notes.append(text)


def found(valid_accuracy: float, ledger: Ledger) -> Callable[[Proposal[str]], Observation]:
    def evaluate(proposal: Proposal[str]) -> Observation:
        ledger.charge(1.0, proposal.fidelity.epoch)
        return Observation(proposal.fidelity, valid_accuracy, 1.0, 0)

    return evaluate


def test_a_search_that_trains_moves_the_bar_with_each_epoch_by_its_part_of_the_budget() -> None:
    ledger, bar = Ledger(evaluations=4), Bar()
    shown = ShownSearch(found(90.0, ledger), ledger, bar, judged_epochs=0)
    shown.evaluate(Proposal(0, "a", Fidelity(6, 6)))
    assert bar.done == 0.25
    shown.trains(TrainingProgress(3, 6, 10.0))
    assert bar.done == 0.375
    shown.trains(TrainingProgress(1, 6, 12.0))  # another attempt: what was shown stays
    assert bar.done == shown.done == 0.375
    assert bar.notes == ["evaluation 1", "epoch 3/6, evaluation 2", "epoch 1/6, evaluation 2"]


def test_a_budget_of_seconds_moves_the_bar_within_the_first_evaluation() -> None:
    bar = Bar()
    shown = ShownSearch(lambda proposal: None, ledger := Ledger(seconds=40), bar, judged_epochs=0)
    shown.trains(TrainingProgress(3, 6, 10.0))
    assert (bar.done, ledger.seconds) == (0.25, 0)


def test_what_the_judge_will_train_is_a_part_of_the_search() -> None:
    ledger, bar = Ledger(evaluations=2), Bar()
    shown = ShownSearch(found(90.0, ledger), ledger, bar, judged_epochs=12)
    shown.evaluate(Proposal(0, "a", Fidelity(6, 6)))
    assert bar.done == pytest.approx(6 / (12 + 12))  # 6 epochs of 12, and the judge's 12 for the one incumbent
    shown.evaluate(Proposal(1, "b", Fidelity(6, 6)))  # which is no better
    shown.judges(0, 1)
    assert bar.done == pytest.approx(0.5)
    shown.trains(TrainingProgress(6, 12, 10.0))
    assert bar.done == pytest.approx(0.75)
    assert bar.notes[-1] == "epoch 6/12, judged 0/1"


SHORT = """
from nasbench_suite.progress import Progress
with Progress("rea on nb201/cifar10", 2, unit="seed") as progress:
    progress.skip(0)
    progress.advance()
"""
LONG = """
from nasbench_suite.progress import Progress

class Seconds:
    passed = 0
    def wait(self, seconds):
        self.passed += 1
        return self.passed > 2
    def set(self):
        pass

with Progress("rea on nb201/cifar10", 2, unit="seed") as progress:
    bar = progress._bar
    progress._ended.set()
    progress._ended = Seconds()
    bar.start_t -= 3
    progress._tick(bar)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_what_is_done_at_once_shows_no_bar() -> None:
    assert on_terminal(SHORT, 100) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are Unix's")
def test_the_clock_moves_while_nothing_is_done_and_the_bar_ends_its_line() -> None:
    shown = on_terminal(LONG, 100)
    assert shown.count("0.00/2 seeds [00:03<?]") == 3 and shown.endswith("\n"), shown

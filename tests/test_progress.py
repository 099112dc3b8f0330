import io
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from nasbench_suite.jobs.run import open_searcher, run
from nasbench_suite.progress import Progress, SharedProgress


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
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run([sys.executable, "-c", SEARCH], stderr=theirs, env=environment, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 0
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
    done = multiprocessing.get_context("spawn").Value("d", 0.5)
    progress = SharedProgress(done)
    progress.advance(0.25)
    progress.note("evaluation 7")
    assert progress.shown and done.value == 0.75

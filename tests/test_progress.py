import io
import sys
from collections.abc import Callable

import pytest

from nasbench_suite.progress import Progress


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

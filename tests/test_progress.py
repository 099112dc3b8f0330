from collections.abc import Callable


def test_no_bar_is_drawn_where_standard_error_is_no_terminal(python: Callable) -> None:
    script = """
from nasbench_suite.progress import Progress
with Progress("searches", 3, unit="seed") as progress:
    progress.advance(2)
"""
    done = python("-c", script)
    assert (done.code, done.out, done.err) == (0, "", "")

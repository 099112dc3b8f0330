"""Kills the program, and the processes that it started, as it begins to write a file for the n-th time.

Python imports this before anything else where this folder is on its path; `DIE_AT=NAME:N` says what and when, and
`DIE=worker` that one of its worker processes is killed in its place.
"""

import multiprocessing
import os
import signal
import sys
from fnmatch import fnmatch
from typing import Any

NAME, _, NUMBER = os.environ["DIE_AT"].rpartition(":")
left = int(NUMBER)


def written(event: str, arguments: tuple[Any, ...]) -> Any:
    """The file that an audited event begins to write, or puts in its place; None for other events."""
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR) and not arguments[2] & os.O_APPEND:
        return arguments[0]  # a journal's lines say themselves when they are written
    if event == "nasbench_suite.journal":
        return arguments[0]
    return arguments[1] if event in ("os.rename", "os.link") else None


def die_in_time(event: str, arguments: tuple[Any, ...]) -> None:
    global left
    path = written(event, arguments)
    if isinstance(path, str | os.PathLike) and fnmatch(os.path.basename(os.fspath(path)), NAME):  # noqa: PTH119
        left -= 1
        if left == 0:
            if os.environ.get("DIE") == "worker":
                os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)  # type: ignore[arg-type]
            else:
                os.killpg(0, signal.SIGKILL)


sys.addaudithook(die_in_time)

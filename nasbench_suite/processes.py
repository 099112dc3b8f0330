"""A map over processes that keeps the order, holds few results, and leaves no process behind."""

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import islice
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Thread
from types import ModuleType
from typing import Any, TypeVar

from nasbench_suite.errors import ProcessKilledError

_ItemT = TypeVar("_ItemT")
_ResultT = TypeVar("_ResultT")

# results that may wait, for each process: enough that none idles, little memory
_WAITING = 8


class _Worker(SpawnProcess):
    """A spawned process that does not run the parent's script again, which need not be written to be imported."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 (multiprocessing's name)
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")  # of no file, as an interpreter's prompt is
        try:
            return SpawnProcess._Popen(process_obj)
        finally:
            sys.modules["__main__"] = main


class _Context(SpawnContext):
    """Spawned, not forked: an open LMDB environment does not survive a fork."""

    Process = _Worker


def ordered_map(
    function: Callable[[_ItemT], _ResultT],
    items: Sequence[_ItemT],
    processes: int | None = None,
    waiting: int = _WAITING,
) -> Iterator[_ResultT]:
    """Yields `function` of each item, in order.

    Args:
        function: an imported module's function; the script's own, in `__main__`, is not known to the processes.
        items: what to apply it to.
        processes: how many; the usable cores unless said otherwise. 1, or one item, stays in this process.
        waiting: results per process that may wait for their turn; few where they are large.

    Raises:
        ProcessKilledError: a process was killed. What `function` raises is raised here.
    """
    processes = min(processes or usable_cores(), len(items))
    if processes <= 1:
        yield from map(function, items)
        return
    executor = ProcessPoolExecutor(processes, _Context(), initializer=set_up_process)
    try:
        coming = iter(items)
        under_way: deque[Future[_ResultT]] = deque(
            executor.submit(function, item) for item in islice(coming, waiting * processes)
        )
        while under_way:
            result = under_way.popleft().result()
            under_way.extend(executor.submit(function, item) for item in islice(coming, 1))
            yield result
    except BrokenProcessPool:
        raise ProcessKilledError(
            f"a process of {processes} was killed, perhaps for want of memory; use fewer"
        ) from None
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def usable_cores() -> int:
    """Returns how many cores this process may use; macOS and Windows know only how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_up_process() -> None:
    """Sets a worker process up: it leaves Ctrl-C to its parent, and ends with it."""
    # Ctrl-C reaches every process of a terminal; the parent is the one that deals with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()


def die_with_parent() -> None:
    """Ends this process when the one that started it ends, however that happens."""
    Thread(target=_follow_parent, daemon=True).start()


@cache
def die_with_launcher() -> None:
    """Ends this process when the launcher that started it ends, where it is a worker of joblib's.

    Left alone, it would wait for some minutes for the next job; for ever, where its launcher was killed in the middle
    of handing one over.
    """
    if type(multiprocessing.current_process()).__name__ == "LokyProcess":
        Thread(target=_follow, args=(os.getppid(),), daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:  # joblib's processes do not know their parent as multiprocessing's do
        time.sleep(1)
    os._exit(1)


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

"""The map over processes keeps the order, holds few results, and leaves no process behind."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import pytest

from nasbench_suite.errors import ProcessKilledError
from nasbench_suite.processes import ordered_map, usable_cores

# a plain script, which must not run again in the processes that it starts
CHILD = """
from nasbench_suite.processes import ordered_map
from own import my_id

for process in ordered_map(my_id, range(1_000_000), 2):
    print(process, flush=True)
"""
OWN = """
import os

def my_id(_):
    return os.getpid()
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_items(processes: int) -> None:
    assert list(ordered_map(abs, range(-50, 0), processes)) == list(range(50, 0, -1))


def test_an_error_comes_out_as_it_is() -> None:
    with pytest.raises(TypeError, match="bad operand"):
        list(ordered_map(abs, [-1, "a", -3], 2))


def test_a_killed_process_ends_in_a_line() -> None:
    with pytest.raises(ProcessKilledError, match="killed"):
        list(ordered_map(os._exit, [1, 1], 2))


def test_where_the_system_does_not_tell_the_usable_cores_all_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 12)
    assert usable_cores() == 12


class Watched(Sequence[int]):
    """Numbers that know how many were taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __len__(self) -> int:
        return 10_000

    def __iter__(self) -> Iterator[int]:
        for number in range(len(self)):
            self.taken += 1
            yield number

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> "int | Sequence[int]":
        raise NotImplementedError


def test_work_is_given_out_as_results_are_taken() -> None:
    numbers = Watched()
    results = ordered_map(abs, numbers, 2)
    for _ in range(10):
        next(results)
    results.close()  # type: ignore[attr-defined]
    assert numbers.taken < 50


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waiting for another's process needs Linux")
def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    (tmp_path / "own.py").write_text(OWN)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers: dict[int, int] = {}
        for line in parent.stdout:
            if int(line) not in workers:
                workers[int(line)] = os.pidfd_open(int(line))
            if len(workers) == 2:
                break
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for handle in workers.values():
        # readable once the process has ended
        assert select.select([handle], [], [], 60)[0]
        os.close(handle)

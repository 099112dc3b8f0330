"""Jobs that are killed, as programs of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.folder import LOG, SCORES, TRAJECTORY
from nasbench_suite.jobs.query import QuerySearcher
from nasbench_suite.journal import recover

pytestmark = [
    pytest.mark.usefixtures("installed"),
    pytest.mark.skipif(os.name != "posix", reason="kills by SIGKILL"),
]
Cli = Callable[..., Any]
SETTINGS = ("protocol=nb201", "algorithm=rea")


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for n in (TRAJECTORY, SCORES) for p in root.rglob(n)}


@contextlib.contextmanager
def started(folder: Path, *overrides: str) -> Any:
    """Runs a job as a program of its own, in a group that can be killed whole."""
    command = [sys.executable, "-m", "nasbench_suite", "run", *SETTINGS, *overrides]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for_seeds(root: Path, process: subprocess.Popen[bytes], count: int) -> Path:
    """Returns the log as soon as so many searches are in it."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        for log in root.rglob(LOG):
            if log.read_bytes().count(b"\n\n") >= count:
                return log
        time.sleep(0.002)
    raise AssertionError(f"no {count} seeds were finished while the run was under way")


def killed(folder: Path, *overrides: str) -> set[int]:
    """Kills a job that has finished at least five searches more; returns the seeds in its log."""
    with started(folder, *overrides, "results=killed") as process:
        log = wait_for_seeds(folder / "killed", process, 5)
        process.kill()
        process.wait()
    return {record["seed"] for record in recover(log).records}


def searched(cli: Cli, *overrides: str) -> list[int]:
    """Runs a job to its end; returns the seeds that it searched for that."""
    ran: list[int] = []
    search = QuerySearcher.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            QuerySearcher, "run", lambda self, seed, progress: ran.append(seed) or search(self, seed, progress)
        )
        assert cli("run", *SETTINGS, *overrides, "results=killed").code == 0
    return ran


@pytest.mark.parametrize("cores", [1, 2])
def test_a_kill_loses_no_finished_seed_and_the_next_start_goes_on(cli: Cli, tmp_path: Path, cores: int) -> None:
    assert cli("run", *SETTINGS, "seeds=150", "results=whole").code == 0
    kept = killed(tmp_path, "seeds=150", f"cores={cores}")
    assert 5 <= len(kept) < 150 and not list((tmp_path / "killed").rglob(TRAJECTORY))
    assert sorted(searched(cli, "seeds=150")) == sorted(set(range(150)) - kept)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_a_kill_while_seeds_are_added_loses_none_of_both_and_doubles_none(cli: Cli, tmp_path: Path) -> None:
    assert cli("run", *SETTINGS, "seeds=150", "results=whole").code == 0
    assert searched(cli, "seeds=10") == list(range(10))
    before = files(tmp_path / "killed")
    kept = killed(tmp_path, "seeds=150")
    assert files(tmp_path / "killed") == before, "what was finished stays as it was until all is"
    (folder,) = (path.parent for path in (tmp_path / "killed").rglob(TRAJECTORY))
    assert not manifest.check(folder)
    assert searched(cli, "seeds=150") == [seed for seed in range(10, 150) if seed not in kept]
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    assert not manifest.check(folder) and not (folder / LOG).exists()


def test_a_killed_worker_process_is_one_line_and_exit_code_2(cli: Cli, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "nasbench_suite", "run", *SETTINGS, "seeds=300", "cores=2", "results=killed"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        wait_for_seeds(tmp_path / "killed", process, 5)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        if not children.exists():
            process.kill()
            pytest.skip("the system does not list a process's children")
        workers = [
            int(child)
            for child in children.read_text().split()
            if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
        ]
        os.kill(workers[0], signal.SIGKILL)
        _, errors = process.communicate()
    assert process.returncode == 2
    (line,) = errors.splitlines()
    assert line.startswith("nasbench-suite: a process of cores=2 was killed") and "start again to go on" in line

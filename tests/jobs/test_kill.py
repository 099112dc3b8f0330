"""Jobs that are killed, as programs of their own."""

import os
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
KillAfter = Callable[..., set[int]]
SETTINGS = ("protocol=nb201", "algorithm=rea", "results=killed")


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for n in (TRAJECTORY, SCORES) for p in root.rglob(n)}


@pytest.fixture
def kill_after(killed: Callable[..., str], tmp_path: Path) -> KillAfter:
    """Kills a job as it begins to write down one search more than so many; returns the seeds in its log."""

    def kill(count: int, *overrides: str) -> set[int]:
        killed("-m", "nasbench_suite", "run", *SETTINGS, *overrides, at=LOG, number=count + 1)
        (log,) = (tmp_path / "killed").rglob(LOG)
        return {record["seed"] for record in recover(log).records}

    return kill


def searched(cli: Cli, *overrides: str) -> list[int]:
    """Runs a job to its end; returns the seeds that it searched for that."""
    ran: list[int] = []
    search = QuerySearcher.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            QuerySearcher, "run", lambda self, seed, progress: ran.append(seed) or search(self, seed, progress)
        )
        assert cli("run", *SETTINGS, *overrides).code == 0
    return ran


@pytest.mark.parametrize("cores", [1, 2])
def test_a_kill_loses_no_finished_seed_and_the_next_start_goes_on(
    cli: Cli, kill_after: KillAfter, tmp_path: Path, cores: int
) -> None:
    assert cli("run", *SETTINGS, "seeds=16", "results=whole").code == 0
    kept = kill_after(5, "seeds=16", f"cores={cores}")
    assert len(kept) == 5 and not list((tmp_path / "killed").rglob(TRAJECTORY))
    assert sorted(searched(cli, "seeds=16")) == sorted(set(range(16)) - kept)
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_a_kill_while_seeds_are_added_loses_none_of_both_and_doubles_none(
    cli: Cli, kill_after: KillAfter, tmp_path: Path
) -> None:
    assert cli("run", *SETTINGS, "seeds=10", "results=whole").code == 0
    assert searched(cli, "seeds=3") == [0, 1, 2]
    before = files(tmp_path / "killed")
    assert kill_after(4, "seeds=10") == {3, 4, 5, 6}
    assert files(tmp_path / "killed") == before, "what was finished stays as it was until all is"
    (folder,) = (path.parent for path in (tmp_path / "killed").rglob(TRAJECTORY))
    assert not manifest.check(folder)
    assert searched(cli, "seeds=10") == [7, 8, 9]
    assert files(tmp_path / "killed") == files(tmp_path / "whole")
    assert not manifest.check(folder) and not (folder / LOG).exists()


def test_a_killed_worker_process_is_one_line_and_exit_code_2(killed: Callable[..., str]) -> None:
    command = ("-m", "nasbench_suite", "run", *SETTINGS, "seeds=100", "cores=2")
    (line,) = killed(*command, at=LOG, number=5, worker=True).splitlines()
    assert line.startswith("nasbench-suite: a process of cores=2 was killed") and "start again to go on" in line

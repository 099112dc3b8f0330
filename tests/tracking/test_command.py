"""`nasbench-suite run` with W&B."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.jobs.folder import TRAJECTORY

pytestmark = pytest.mark.usefixtures("installed")
Call = Callable[..., Any]
ReadRuns = Callable[[Path], list[Any]]
# W&B leaves a temporary folder of its own to the end of the process
RUN = ("-W", "ignore::ResourceWarning", "-m", "nasbench_suite", "run", "protocol=nb201")


def test_a_sweep_is_one_group_of_runs_and_each_job_says_in_a_line_where(
    python: Call, tmp_path: Path, read_runs: ReadRuns
) -> None:
    answer = python(*RUN, "-m", "algorithm=random,rea", "seeds=2", "results=results/mine")
    assert (answer.code, answer.err) == (0, "")
    found = read_runs(tmp_path)
    assert [run.run.run_group for run in found] == ["mine", "mine"]
    assert {run.config["algorithm"] for run in found} == {"random", "rea"}
    assert [run.exit_codes for run in found] == [[0], [0]]
    lines = [line for line in answer.out.splitlines() if "W&B" in line or "wandb" in line]
    assert sorted(lines) == sorted(f"W&B: wandb sync {run.folder.relative_to(tmp_path)}" for run in found)


def test_a_failing_job_is_a_failed_run_beside_the_good_one(python: Call, tmp_path: Path, read_runs: ReadRuns) -> None:
    answer = python(*RUN, "-m", "trial=999,random_or_mean", "seeds=1")
    assert answer.code == 2
    assert answer.err.count("\n") == 1 and answer.err.startswith("nasbench-suite: ")
    codes = {run.config["trial"]: run.exit_codes for run in read_runs(tmp_path)}
    assert codes == {999: [1], "random_or_mean": [0]}


def test_a_server_that_is_not_there_costs_a_line_and_no_result(
    python: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    answer = python(*RUN, "seeds=1", "tracking=online", "tracking.timeout=1")
    assert answer.code == 0
    assert answer.err.startswith("W&B: ") and "results are in their files" in answer.err
    assert answer.err.count("\n") == 1  # and not a word of W&B's own
    assert len(list(tmp_path.rglob(TRAJECTORY))) == 1
    assert not list(tmp_path.rglob("wandb.json"))  # starting again tries again


def test_without_an_api_key_online_says_what_to_do(
    python: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # no ~/.netrc
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    answer = python(*RUN, "seeds=1", "tracking=online", "tracking.timeout=1")
    assert answer.code == 0
    assert answer.err.count("\n") == 1 and "wandb login" in answer.err


def test_wandb_is_not_loaded_while_a_job_searches(python: Call) -> None:
    code = """
import sys
from nasbench_suite.commands import run as command
from nasbench_suite.cli import main
run = command.run
def spy(prepared, live, **more):
    folder = run(prepared, live, **more)
    print("loaded:", "wandb" in sys.modules)
    return folder
command.run = spy
main(["run", "seeds=1", "protocol=nb201"])
print("later:", "wandb" in sys.modules)
"""
    out = python("-c", code).out
    assert "loaded: False" in out and "later: True" in out


def test_disabled_leaves_no_trace(cli: Call, tmp_path: Path) -> None:
    answer = cli("run", "seeds=1", "tracking=disabled")
    assert answer.code == 0 and "W&B" not in answer.out
    assert not list(tmp_path.rglob("*wandb*"))


def test_a_finished_job_that_was_not_logged_is_logged_when_started_again(
    cli: Call, tmp_path: Path, read_runs: ReadRuns
) -> None:
    cli("run", "seeds=1", "tracking=disabled")
    cli("run", "seeds=1")
    assert len(read_runs(tmp_path)) == 1


def test_a_mode_that_does_not_exist_is_told_before_the_search(cli: Call, tmp_path: Path) -> None:
    answer = cli("run", "seeds=1", "tracking.mode=dryrun")
    assert (answer.code, answer.err.count("\n")) == (2, 1) and "tracking.mode" in answer.err
    assert not list(tmp_path.rglob(TRAJECTORY))


def test_a_tracking_configuration_that_lacks_a_key_is_refused_before_a_search_begins(cli: Call, tmp_path: Path) -> None:
    answer = cli("run", "seeds=1", "~tracking.project")
    assert (answer.code, answer.err) == (2, "nasbench-suite: tracking.project: expected a value, got none\n")
    assert not list(tmp_path.rglob(TRAJECTORY))

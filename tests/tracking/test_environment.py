"""W&B's variables mean what W&B says, where our keys say nothing; a sweep's agent gets its run."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from nasbench_suite.tracking.environment import GivenRun, given_run, tags

Call = Callable[..., Any]
ReadRun = Callable[[Path], Any]
RUN = ("run", "seeds=2", "budget.seconds=3000")
SWEEP_FILE = Path(__file__).parents[2] / "experiments" / "wandb_sweep" / "rea_tuning.yaml"
# on the table that comes with the package
SUPERNET = ("supernet.epochs=2", "supernet.network.channels=2", "supernet.network.cells=1", "supernet.batch=200")


@pytest.fixture
def agent(server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The environment that an agent makes for one run of its sweep."""
    parameters = tmp_path / "parameters.yaml"
    parameters.write_text(yaml.safe_dump({"wandb_version": 1, "label": {"value": "x"}, "seeds": {"value": 2}}))
    for name, value in {
        "WANDB_SWEEP_ID": "sweep0", "WANDB_RUN_ID": "given", "WANDB_PROJECT": "sweeps", "WANDB_ENTITY": "team",
        "WANDB_DIR": str(tmp_path), "WANDB_SWEEP_PARAM_PATH": str(parameters),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return server


@pytest.mark.usefixtures("installed")
def test_under_an_agent_a_job_feeds_the_agents_run_online_without_being_asked(cli: Call, agent: Any) -> None:
    answer = cli(*RUN, "tracking.project=elsewhere")
    assert answer.code == 0, answer.err
    (run,) = agent.project("sweeps", "team")
    assert (run.name, run.sent["sweep"], run.exit_code) == ("given", "sweep0", 0)
    assert run.summary["objective"] == run.summary["final/cifar10/valid_accuracy"]
    assert (run.config["label"], run.config["algorithm"]) == ("x", "random")  # of the agent, and what ran


@pytest.mark.usefixtures("installed")
def test_a_job_that_was_finished_before_feeds_the_agents_run(
    cli: Call, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("given", "other"):
        monkeypatch.setenv("WANDB_RUN_ID", name)
        assert cli(*RUN).code == 0
    runs = agent.project("sweeps", "team").runs
    assert set(runs) == {"given", "other"}
    assert runs["given"].summary["objective"] == runs["other"].summary["objective"]
    given, other = ([row for row in runs[name].history if "seconds" in row] for name in ("given", "other"))
    assert given == other and len(given) > 150


@pytest.mark.usefixtures("installed")
def test_a_job_that_fails_is_the_agents_failed_run(cli: Call, agent: Any) -> None:
    assert cli(*RUN, "trial=999").code == 2
    (run,) = agent.project("sweeps", "team")
    assert (run.name, run.exit_code) == ("given", 1) and "objective" not in run.summary


@pytest.mark.usefixtures("installed")
def test_of_several_jobs_the_first_has_the_given_run(cli: Call, agent: Any) -> None:
    assert cli(*RUN, "-m", "algorithm=random,rea").code == 0
    runs = agent.project("sweeps", "team").runs
    assert len(runs) == 2 and runs["given"].config["algorithm"] == "random"
    (other,) = [run for name, run in runs.items() if name != "given"]
    assert "sweep" not in other.sent


def test_a_one_shot_seed_does_not_share_the_agents_run(agent: Any, tmp_path: Path) -> None:
    from test_one_shot import SCORES, open_live, record

    for seed in (3, 4):
        with open_live(tmp_path, seed, mode=None) as live:
            live.epoch(record(1), SCORES)
    runs = list(agent.project("p", "team"))
    assert len({run.name for run in runs} - {"given"}) == len(runs) == 2
    assert [(run.sent["jobType"], run.sent.get("sweep"), len(run.history)) for run in runs] == [("train", None, 1)] * 2


@pytest.mark.extra
def test_a_one_shot_job_feeds_the_agents_run_and_one_for_each_seed(agent: Any, tmp_path: Path) -> None:
    words = ("run", "protocol=digits", "algorithm=rsps", "seeds=2", "cores=1", *SUPERNET)
    command = [sys.executable, "-m", "nasbench_suite", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, "W&B: http" in done.stdout) == (0, True), done.stderr
    runs = agent.project("sweeps", "team").runs
    trained = [run for run in runs.values() if run.sent["jobType"] == "train"]
    assert runs["given"].sent["jobType"] == "search" and len(trained) == 2 and len(runs) == 3
    assert [(run.sent.get("sweep"), run.exit_code) for run in trained] == [(None, 0)] * 2
    assert {run.sent["groupName"] for run in runs.values()} == {"results"}
    assert {run.config["search_seed"] for run in trained} == {0, 1}
    for run in trained:
        assert [row["epoch"] for row in run.history] == [1, 2]
        assert run.summary["final/digits/test_accuracy"] > 0


@pytest.mark.usefixtures("installed")
def test_our_keys_come_before_the_variables(
    cli: Call, read_run: ReadRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {"MODE": "disabled", "PROJECT": "p0", "ENTITY": "e0", "RUN_GROUP": "g0", "TAGS": "a,b"}
    for name, value in variables.items():
        monkeypatch.setenv(f"WANDB_{name}", value)
    keys = ("tracking=offline", "tracking.project=p1", "tracking.entity=e1", "tracking.group=g1", "tracking.tags=[c]")
    assert cli(*RUN, *keys).code == 0
    run = read_run(tmp_path).run
    assert (run.project, run.entity, run.run_group) == ("p1", "e1", "g1")
    assert [tag for tag in run.tags if ":" not in tag] == ["c"]


@pytest.mark.usefixtures("installed")
def test_the_variables_mean_what_wandb_says(
    cli: Call, read_run: ReadRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {
        "MODE": "offline", "PROJECT": "p0", "ENTITY": "e0", "RUN_GROUP": "g0", "TAGS": "a, b", "DIR": "there",
        "RUN_ID": "mine",
    }  # fmt: skip
    for name, value in variables.items():
        monkeypatch.setenv(f"WANDB_{name}", value)
    answer = cli(*RUN)
    found = read_run(tmp_path)
    assert (found.run.project, found.run.entity, found.run.run_group, found.run.run_id) == ("p0", "e0", "g0", "mine")
    assert [tag for tag in found.run.tags if ":" not in tag] == ["a", "b"]
    assert found.folder.parent == tmp_path / "there" / "wandb"
    assert answer.out.splitlines()[-1] == f"W&B: wandb sync {found.folder.relative_to(tmp_path)}"
    cli(*RUN)  # once more: the run is replaced
    assert read_run(tmp_path).run.run_id == "mine"


@pytest.mark.usefixtures("installed")
def test_disabled_in_the_environment_leaves_no_trace(
    cli: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    assert "W&B" not in cli(*RUN).out
    assert not list(tmp_path.rglob("*wandb*"))


@pytest.mark.usefixtures("installed")
def test_a_mode_that_does_not_exist_is_named_before_a_search_begins(
    cli: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "onlin")
    answer = cli(*RUN)
    assert (answer.code, answer.err) == (
        2, "nasbench-suite: WANDB_MODE: expected offline, online, disabled; got 'onlin'\n",
    )  # fmt: skip
    assert not list(tmp_path.rglob("trajectory.parquet"))


def test_what_is_empty_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUN_ID", "SWEEP_ID", "TAGS"):
        monkeypatch.setenv(f"WANDB_{name}", "")
    assert given_run() is None and tags() == []
    monkeypatch.setenv("WANDB_RUN_ID", "r")
    assert given_run() == GivenRun("r")


def test_the_page_shows_the_sweeps_file() -> None:
    lines = [line for line in SWEEP_FILE.read_text().splitlines() if not line.startswith("#")]
    page = (SWEEP_FILE.parents[2] / "docs" / "wandb.md").read_text()
    assert "\n".join(lines) in page


@pytest.mark.extra
def test_an_agent_runs_the_sweep_of_the_experiment_as_typed(
    server: Any, python: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """W&B's own agent, which asks for its next run every five seconds."""
    bin = tmp_path / "bin"
    bin.mkdir()
    script = bin / "nasbench-suite"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m nasbench_suite "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(bin), prepend=":")
    made = python("-W", "ignore", "-m", "wandb", "sweep", SWEEP_FILE)
    (line,) = [line for line in made.err.splitlines() if "wandb agent" in line]
    path = line.split()[-1]
    command = [sys.executable, "-m", "wandb", "agent", "--count", "2", path]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    runs = server.project("nasbench-suite").runs
    assert [run.exit_code for run in runs.values()] == [0, 0]
    assert [run.sent["sweep"] for run in runs.values()] == [path.rpartition("/")[2]] * 2
    assert len({(run.config["algorithm.population"], run.config["algorithm.tournament"]) for run in runs.values()}) == 2
    assert all(run.summary["objective"] > 90 for run in runs.values())
    assert len(list((tmp_path / "results" / "rea_tuning").iterdir())) == 2

"""Runs arrive at a server that answers W&B's own client."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.jobs.folder import TRAJECTORY
from nasbench_suite.report.model import make_report

Call = Callable[..., Any]
RUN = ("run", "protocol=nb201", "seeds=2", "budget.seconds=3000", "tracking.timeout=10")
pytestmark = pytest.mark.usefixtures("installed")


def the_run(server: Any, project: str = "nasbench-suite") -> Any:
    (run,) = server.project(project)
    return run


def test_a_job_arrives_with_its_curves_figures_and_files(cli: Call, server: Any, tmp_path: Path) -> None:
    answer = cli(*RUN, "algorithm=rea", "tracking=online", "tracking.tags=[mine]", "tracking.project=thesis")
    assert (answer.code, answer.err) == (0, "")
    run, (folder,) = the_run(server, "thesis"), [path.parent for path in tmp_path.rglob(TRAJECTORY)]
    assert answer.out.splitlines()[-1] == f"W&B: {server.url}/me/thesis/runs/{run.name}"
    assert (run.sent["groupName"], run.sent["jobType"], run.exit_code) == ("results", "search", 0)
    assert set(run.tags) == {"space:nb201", "protocol:nb201", "algorithm:rea", "dataset:cifar10", "mine"}
    assert (run.config["algorithm"], run.config["budget.seconds"], run.config["algorithm.population"]) == (
        "rea", 3000, 10,
    )  # fmt: skip
    row = make_report([folder]).rows[0]
    assert run.summary["final/cifar10/test_accuracy"] == row.test_mean
    assert run.summary["objective"] == run.summary["final/cifar10/valid_accuracy"] == row.valid_mean
    curve = [each["cifar10/test_accuracy"] for each in run.history if "cifar10/test_accuracy" in each]
    assert len(curve) > 150 and curve[-1] == pytest.approx(row.test_mean)
    artifact = server.project("thesis").artifacts[f"trajectory-{run.name}"]
    assert artifact.files["trajectory.parquet"] == (folder / TRAJECTORY).read_bytes()
    (table,) = [content for path, content in run.files.items() if path.endswith(".table.json")]
    assert json.loads(table)["data"]


def test_what_has_arrived_is_not_sent_again_and_more_seeds_replace_the_run(cli: Call, server: Any) -> None:
    cli(*RUN, "tracking=online")
    asked = len(server.requests)
    answer = cli(*RUN, "tracking=online")
    assert answer.code == 0 and the_run(server).name in answer.out
    assert not [request for request in server.requests[asked:] if "sdk/otel" not in request]
    cli(*RUN, "tracking=online", "seeds=3")
    run = the_run(server)
    seconds = [row["seconds"] for row in run.history if "seconds" in row]
    assert run.summary["seeds"] == 3 and seconds == sorted(set(seconds))


def test_the_jobs_of_a_sweep_are_runs_of_one_group(cli: Call, server: Any) -> None:
    assert cli(*RUN, "-m", "algorithm=random,rea", "tracking=online", "results=results/mine").code == 0
    runs = list(server.project("nasbench-suite"))
    assert {run.config["algorithm"] for run in runs} == {"random", "rea"}
    assert [(run.sent["groupName"], run.exit_code) for run in runs] == [("mine", 0)] * 2


def test_a_failed_job_arrives_as_a_failed_run(cli: Call, server: Any) -> None:
    assert cli(*RUN, "trial=999", "tracking=online").code == 2
    run = the_run(server)
    assert run.exit_code == 1 and "999" in run.summary["error"]


def test_an_offline_run_that_is_sent_twice_arrives_once(cli: Call, python: Call, server: Any, tmp_path: Path) -> None:
    cli(*RUN, "tracking=offline")
    (folder,) = tmp_path.rglob("offline-run-*")
    assert server.projects == {}
    arrived = []
    for words in ([], [], ["--no-skip-synced"]):
        assert python("-W", "ignore", "-m", "wandb", "sync", *words, folder).code == 0
        run, project = the_run(server), server.project("nasbench-suite")
        versions = {name: set(artifact.versions) for name, artifact in project.artifacts.items()}
        arrived.append((run.history, run.summary, run.config, run.tags, run.exit_code, set(run.files), versions))
    assert arrived[0] == arrived[1] == arrived[2]
    assert len(arrived[0][0]) > 150


@pytest.mark.parametrize(
    "trouble", ["errors", "silence", pytest.param("errors after the start", marks=pytest.mark.slow)]
)
def test_a_server_in_trouble_costs_a_line_and_no_result(cli: Call, server: Any, tmp_path: Path, trouble: str) -> None:
    if trouble == "errors":
        server.status = 500
    elif trouble == "silence":
        server.silent = True
    else:
        server.breaks_after = "UpsertBucket"
    answer = cli(*RUN, "tracking=online", "tracking.timeout=0.5")
    assert answer.code == 0
    assert answer.err.startswith("W&B: ") and answer.err.count("\n") == 1
    (folder,) = [path.parent for path in tmp_path.rglob(TRAJECTORY)]
    assert make_report([folder]).rows and not (folder / "wandb.json").exists()

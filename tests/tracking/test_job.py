import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from nasbench_suite import tracking
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.run import run
from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.json import to_json

MakeJob = Callable[..., Job]
ReadRun = Callable[[Path], Any]
pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def logged(make_job: MakeJob) -> Callable[..., Path]:
    """Runs a job, logs it and returns its folder."""

    def make(*overrides: str) -> Path:
        job = make_job("seeds=6", "budget.seconds=3000", *overrides)
        folder = run(job)
        tracking.log_job(folder, job.config)
        return folder

    return make


def test_a_job_is_one_run_with_config_group_job_type_and_tags(logged: Callable[..., Path], read_run: ReadRun) -> None:
    folder = logged("algorithm=rea", "tracking.tags=[mine]")
    found = read_run(folder)
    assert (found.run.run_group, found.run.job_type, found.run.project) == ("results", "search", "nasbench-suite")
    assert set(found.run.tags) == {"space:nb201", "protocol:nb201", "algorithm:rea", "dataset:cifar10", "mine"}
    job = json.loads((folder / "job.json").read_text())
    assert found.run.display_name == f"rea on nb201/cifar10, {job['protocol']}, [{job['config_id']}], seeds 0 to 5"
    names = [found.config[key] for key in ("algorithm", "space", "dataset", "config_id", "table_hash", "commit")]
    assert names == ["rea", "nb201", "cifar10", *(job[key] for key in ("config_id", "table_hash", "commit"))]
    assert found.config["budget.seconds"] == 3000 and all(
        not isinstance(value, dict) for key, value in found.config.items() if key != "_wandb"
    )
    assert found.run.run_id.startswith(f"{job['config_id']}-0-on-")
    assert found.exit_codes == [0]
    assert found.folder.parent == folder / "wandb"


def test_the_curves_are_mean_and_quantiles_of_the_incumbents_scores(
    logged: Callable[..., Path], read_run: ReadRun
) -> None:
    folder = logged()
    found = read_run(folder)
    shown = [name for name in found.metrics if name not in found.hidden]
    assert shown == [f"cifar10/{name}" for name in ("valid_accuracy", "test_accuracy", "test_regret")] + [
        "cifar100/test_accuracy",
        "cifar100/test_regret",
    ]
    assert found.hidden >= {"seconds", "cifar10/valid_regret", "evaluations", "epochs", "spread/*"}
    assert {found.metrics[name] for name in found.metrics if name != "seconds"} == {"seconds"}
    scores = {
        (row["architecture"], row["dataset"]): row["test_accuracy"]
        for row in parquet.read_table(folder / "scores.parquet").to_pylist()
    }
    leaders = [row for row in parquet.read_table(folder / "trajectory.parquet").to_pylist() if row["incumbent"]]
    rows = [row for row in found.history if "seconds" in row]
    for row in (rows[0], rows[len(rows) // 3], rows[-1]):
        now = [[x for x in leaders if x["seed"] == seed and x["seconds"] <= row["seconds"]][-1] for seed in range(6)]
        for dataset in ("cifar10", "cifar100"):
            worth = [scores[leader["architecture"], dataset] for leader in now]
            name = f"{dataset}/test_accuracy"
            assert row[name] == pytest.approx(np.mean(worth), rel=1e-12)
            assert row[f"spread/{name}_median"] == pytest.approx(np.median(worth), rel=1e-12)
            for key, quantile in (("q25", 0.25), ("q75", 0.75)):
                assert row[f"spread/{name}_{key}"] == pytest.approx(np.quantile(worth, quantile), rel=1e-12)
            best = json.loads((folder / "job.json").read_text())["best"][dataset][1]
            assert row[f"{dataset}/test_regret"] == pytest.approx(best - np.mean(worth), rel=1e-9)


def test_runs_of_one_budget_share_their_grid(logged: Callable[..., Path], read_run: ReadRun) -> None:
    grids = []
    for overrides in (["algorithm=random"], ["algorithm=rea", "seed=6", "protocol=nats"]):
        rows = read_run(logged(*overrides)).history
        grids.append([row["seconds"] for row in rows if "seconds" in row])
    expected = [15.0 * at for at in range(1, 201)]
    for grid in grids:
        assert 150 < len(grid) <= 200  # none before every search has an incumbent
        assert grid == expected[-len(grid) :]


def test_a_row_says_how_many_evaluations_and_epochs_were_done_by_then(
    logged: Callable[..., Path], read_run: ReadRun
) -> None:
    folder = logged()
    rows = parquet.read_table(folder / "trajectory.parquet").to_pylist()
    for row in [row for row in read_run(folder).history if "seconds" in row][::50]:
        done = [each for each in rows if each["seconds"] <= row["seconds"]]
        assert row["evaluations"] == pytest.approx(len(done) / 6)
        assert row["epochs"] == pytest.approx(sum(each["epoch"] for each in done) / 6)


def test_a_budget_of_evaluations_is_drawn_against_seconds_too(make_job: MakeJob, read_run: ReadRun) -> None:
    job = make_job("seeds=2", "budget=unlimited", "budget.evaluations=30")
    tracking.log_job(run(job), job.config)
    rows = [row for row in read_run(job.folder).history if "seconds" in row]
    assert len(rows) > 150 and rows[-1]["evaluations"] == 30


def test_the_last_point_and_the_table_are_what_the_report_says(logged: Callable[..., Path], read_run: ReadRun) -> None:
    folder = logged("protocol=nats", "algorithm=rea")  # keeps the evaluation that oversteps the budget
    found = read_run(folder)
    rows = json.loads(to_json(make_report([folder])))
    last = [row for row in found.history if "seconds" in row][-1]
    for row in rows:
        assert last[f"{row['scored_on']}/test_accuracy"] == pytest.approx(row["test_mean"], rel=1e-12)
        assert found.summary[f"final/{row['scored_on']}/test_accuracy"] == row["test_mean"]
        assert found.summary[f"final/{row['scored_on']}/valid_accuracy_std"] == row["valid_std"]
    table = json.loads(
        (found.folder / "files" / next(row for row in found.history if "final.path" in row)["final.path"]).read_text()
    )
    shown = [dict(zip(table["columns"], line, strict=True)) for line in table["data"]]
    assert [{key: row[key] for key in rows[0]} for row in shown] == rows


def test_the_trajectory_is_an_artifact_with_the_tables_hash(logged: Callable[..., Path], read_run: ReadRun) -> None:
    folder = logged()
    found = read_run(folder)
    artifact = found.artifacts["trajectory"]
    described = json.loads((folder / "job.json").read_text())
    assert json.loads(artifact.metadata)["table_hash"] == described["table_hash"]
    (entry,) = artifact.manifest.contents
    assert (entry.path, Path(entry.local_path)) == ("trajectory.parquet", folder / "trajectory.parquet")
    content = (folder / "trajectory.parquet").read_bytes()
    assert base64.b64decode(entry.digest) == hashlib.md5(content).digest()
    for any_artifact in found.artifacts.values():  # so that the folder is all that an upload needs
        assert all(Path(entry.local_path).is_relative_to(folder) for entry in any_artifact.manifest.contents)


def test_what_is_logged_is_not_logged_again(make_job: MakeJob, read_run: ReadRun) -> None:
    job = make_job("seeds=2", "budget.seconds=3000")
    line = tracking.log_job(run(job), job.config)
    first = read_run(job.folder)
    assert tracking.log_job(job.folder, job.config) == line
    assert read_run(job.folder).folder == first.folder
    assert line == f"W&B: wandb sync {first.folder}"


def test_what_was_removed_or_cut_off_is_logged_anew_under_the_same_id(make_job: MakeJob, read_run: ReadRun) -> None:
    job = make_job("seeds=2", "budget.seconds=3000")
    tracking.log_job(run(job), job.config)
    first = read_run(job.folder).run.run_id
    (job.folder / "wandb.json").unlink()  # as a kill in the middle leaves it
    tracking.log_job(job.folder, job.config)
    assert read_run(job.folder).run.run_id == first
    shutil.rmtree(job.folder / "wandb")
    tracking.log_job(job.folder, job.config)
    assert read_run(job.folder).run.run_id == first


def test_a_folder_that_is_moved_keeps_its_run(make_job: MakeJob, read_run: ReadRun, tmp_path: Path) -> None:
    job = make_job("seeds=2", "budget.seconds=3000")
    tracking.log_job(run(job), job.config)
    moved = tmp_path / "elsewhere" / job.folder.name
    moved.parent.mkdir()
    job.folder.rename(moved)  # at once, whatever W&B's service may still be writing in it
    assert tracking.log_job(moved, job.config) == f"W&B: wandb sync {read_run(moved).folder}"


def test_another_group_is_another_run(logged: Callable[..., Path], read_runs: Callable[[Path], list[Any]]) -> None:
    folder = logged()
    logged("tracking.group=thesis")
    assert [found.run.run_group for found in read_runs(folder)].count("thesis") == 1
    assert len({found.run.run_id for found in read_runs(folder)}) == 2


def test_how_a_job_is_tracked_does_not_change_its_folder(make_job: MakeJob) -> None:
    assert len({make_job(f"tracking={mode}").folder for mode in ("offline", "online", "disabled")}) == 1


def test_a_failed_job_is_a_failed_run_until_it_succeeds(make_job: MakeJob, read_run: ReadRun) -> None:
    job = make_job("seeds=2", "budget.seconds=3000")
    folder = run(job)
    tracking.log_failure(folder, job.config, RuntimeError("the algorithm divided by zero"))
    found = read_run(folder)
    assert found.exit_codes == [1]
    assert found.summary["error"] == "RuntimeError: the algorithm divided by zero"
    assert found.config["config_id"] == job.id
    tracking.log_job(run(job), job.config)
    again = read_run(folder)
    assert (again.run.run_id, again.exit_codes) == (found.run.run_id, [0])


def test_while_another_process_has_the_folder_nothing_is_logged(make_job: MakeJob) -> None:
    import filelock

    job = make_job("seeds=2", "budget.seconds=3000")
    run(job)
    with filelock.FileLock(job.folder / ".lock"):
        assert tracking.log_job(job.folder, job.config) is None
    assert not (job.folder / "wandb").exists()


def test_one_text_is_one_tag(logged: Callable[..., Path], read_run: ReadRun) -> None:
    assert set(read_run(logged("tracking.tags=foo")).run.tags) == {
        "space:nb201", "protocol:nb201", "algorithm:random", "dataset:cifar10", "foo",
    }  # fmt: skip


def test_the_summary_says_how_many_searches_found_nothing_and_what_was_found(
    make_job: MakeJob, read_run: ReadRun
) -> None:
    job = make_job("seeds=3", "budget.seconds=0.001", "budget.overstep=discard")
    tracking.log_job(run(job), job.config)
    found = read_run(job.folder)
    assert (found.summary["seeds"], found.summary["without_incumbent"], found.exit_codes) == (3, 3, [0])
    assert not {"evaluations_mean", "seconds_mean", "found"} & found.summary.keys()
    assert not any(key.startswith("final/") for key in found.summary)
    assert [row for row in found.history if "seconds" in row] == []


def test_the_summary_has_the_architecture_that_was_found(logged: Callable[..., Path], read_run: ReadRun) -> None:
    folder = logged()
    summary = read_run(folder).summary
    row = make_report([folder]).rows[0]
    assert (summary["without_incumbent"], summary["found"]) == (0, row.found)
    assert summary["found_searches"] == row.found_searches >= 1
    assert summary["wall_seconds_mean"] == row.wall_seconds_mean > 0


def test_the_found_architecture_is_drawn(logged: Callable[..., Path], read_run: ReadRun) -> None:
    folder = logged()
    found = read_run(folder)
    (path,) = [row["found_architecture.path"] for row in found.history if "found_architecture.path" in row]
    text = (found.folder / "files" / path).read_text()
    assert "<svg" in text and "NAS-Bench-201 cell" in text

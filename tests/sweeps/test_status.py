"""A sweep knows itself: its plan, what is finished, begun, planned and failed, and what is missing in its report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.folder_lock import lock_folder
from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import TRAJECTORY
from nasbench_suite.jobs.manifest import MANIFEST
from nasbench_suite.sweeps.status import job_statuses

pytestmark = pytest.mark.usefixtures("installed")
Cli = Callable[..., Any]
SWEEP = ("run", "-m", "algorithm=random,rea", "seeds=2", "budget.seconds=500", "tracking=disabled")


def folder_of(algorithm: str, root: Path) -> Path:
    (found,) = (path for path in root.glob("nb201-*") if f"-{algorithm}-" in path.name)
    return found


def states(cli: Cli) -> dict[str, str]:
    return {job["label"]: job["state"] for job in cli("status", "results", "--json").json}


def test_the_plan_lists_every_job_with_the_command_that_runs_it_alone(cli: Cli, tmp_path: Path) -> None:
    assert cli(*SWEEP).code == 0
    (path,) = (tmp_path / "results").glob("sweep-*.json")
    plan = json.loads(path.read_text())
    common = "seeds=2 budget.seconds=500 tracking=disabled"
    assert plan["command"].startswith(f"nasbench-suite run -m algorithm=random,rea {common}")
    assert [job["command"].split()[2] for job in plan["jobs"]] == ["algorithm=random", "algorithm=rea"]
    assert all((job["first"], job["count"]) == (0, 2) for job in plan["jobs"])
    before = path.read_bytes()
    assert cli(*SWEEP).code == 0
    assert [one.read_bytes() for one in (tmp_path / "results").glob("sweep-*.json")] == [before]


def test_the_plan_names_jobs_of_later_batches_when_the_first_starts(cli: Cli, tmp_path: Path) -> None:
    assert cli(*SWEEP, "hydra.sweeper.max_batch_size=1").code == 0
    (path,) = (tmp_path / "results").glob("sweep-*.json")
    assert len(json.loads(path.read_text())["jobs"]) == 2


def test_status_tells_finished_begun_and_planned_apart(cli: Cli, tmp_path: Path) -> None:
    assert cli(*SWEEP).code == 0
    root = tmp_path / "results"
    assert set(states(cli).values()) == {"finished"}
    begun = folder_of("rea", root)
    (begun / MANIFEST).unlink()
    (begun / TRAJECTORY).unlink()
    assert states(cli) == {"random": "finished", "rea": "begun"}
    for path in begun.iterdir():
        path.unlink()
    found = {job["label"]: job for job in cli("status", "results", "--json").json}
    assert found["rea"] == {
        "config_id": None, "label": "rea", "state": "planned", "seeds_done": 0, "seeds_planned": 2, "reason": None,
        "seconds": None, "restart": "runs 2 searches", "command": found["rea"]["command"],
    }  # fmt: skip
    table = cli("status", "results").out
    assert "1 finished, 1 planned" in table and "skips it" in table and "runs 2 searches" in table


def test_seeds_that_are_asked_for_later_are_left(cli: Cli, tmp_path: Path) -> None:
    assert cli("run", "algorithm=random", *SWEEP[3:]).code == 0
    assert cli("run", "-m", "algorithm=random,rea", "seeds=3", *SWEEP[4:]).code == 0
    (tmp_path / "results" / "sweep-00000000.json").write_text(
        json.dumps({"command": "nasbench-suite run -m", "jobs": [
            {"command": "nasbench-suite run budget.seconds=500 protocol=nb201 algorithm=rea", "first": 1, "count": 4}]})
    )  # fmt: skip
    (rea,) = (job for job in job_statuses([tmp_path / "results"]) if job.label == "rea")
    assert (rea.state, rea.seeds_done, rea.seeds_planned, rea.restart) == ("begun", 3, 5, "goes on with 2 searches")


def test_a_job_that_another_command_had_finished_is_no_planned_one(cli: Cli) -> None:
    assert cli("run", "seeds=2", "budget.seconds=500", "tracking=disabled").code == 0  # `random` is the default
    assert cli(*SWEEP).code == 0
    assert list(states(cli).values()) == ["finished", "finished"]


def test_a_failed_job_names_itself_with_the_command_that_repeats_it(cli: Cli) -> None:
    answer = cli("run", "-m", "trial=999,random_or_mean", "seeds=1", "budget.seconds=500", "tracking=disabled")
    assert answer.code == 2 and answer.err.count("\n") == 1
    assert answer.err.startswith("nasbench-suite: 1 of 2 jobs failed: ")
    command = answer.err.strip().partition("the job alone: ")[2]
    assert command.startswith("nasbench-suite run trial=999 seeds=1")
    alone = cli(*command.split()[1:])
    assert alone.code == 2 and "not trial 999" in alone.err
    jobs = {job["state"]: job for job in cli("status", "results", "--json").json}
    assert set(jobs) == {"finished", "failed"}
    assert jobs["failed"]["command"] == command and "not trial 999" in jobs["failed"]["reason"]
    report = cli("report", "results")
    assert report.code == 0 and "not finished" in report.out


def test_a_bug_in_a_job_does_not_end_a_sweep(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from nasbench_suite.algorithms.rea import RegularizedEvolution

    monkeypatch.setattr(RegularizedEvolution, "ask", lambda self: {}["nothing"])
    answer = cli(*SWEEP)
    assert answer.code == 2 and "1 of 2 jobs failed: KeyError" in answer.err
    assert states(cli)["random"] == "finished"


def test_a_failure_is_forgotten_when_the_job_has_ended(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from nasbench_suite.algorithms.rea import RegularizedEvolution
    from nasbench_suite.errors import ConfigError

    def fail(self: object) -> None:
        raise ConfigError("no more")

    with monkeypatch.context() as patched:
        patched.setattr(RegularizedEvolution, "ask", fail)
        assert cli(*SWEEP).code == 2
        assert states(cli) == {"random": "finished", "rea": "failed"}
    assert cli(*SWEEP).code == 0
    assert states(cli) == {"random": "finished", "rea": "finished"}


def test_a_report_says_what_is_planned_and_missing(cli: Cli, tmp_path: Path) -> None:
    assert cli(*SWEEP).code == 0
    for path in folder_of("rea", tmp_path / "results").iterdir():
        path.unlink()
    report = cli("report", "results")
    assert report.code == 0
    assert "rea is missing or not whole (planned), 0 of 2 searches finished" in report.out.replace("\\", "")


def test_a_skipped_job_says_that_it_was_there(cli: Cli) -> None:
    assert "was there" not in cli(*SWEEP).out
    assert cli(*SWEEP).out.count("was there") == 2


def test_a_job_in_another_process_is_left_to_it_and_looked_after_at_the_end(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli(*SWEEP).code == 0
    busy = folder_of("random", tmp_path / "results")
    (busy / MANIFEST).unlink()
    lock = lock_folder(busy, wait=False)
    from nasbench_suite.commands import run

    make = run.make_report

    def release(folders: list[Path]) -> Any:  # the other process ends while the next job is under way
        lock.release()
        return make(folders)

    monkeypatch.setattr(run, "make_report", release)
    answer = cli(*SWEEP)
    assert answer.code == 0 and "waiting" not in answer.err
    results = [line for line in answer.out.splitlines() if line.startswith("results: ")]
    assert ["-rea-" in results[0], "-random-" in results[1]] == [True, True]


@pytest.mark.parametrize(
    "content", [b"{", b"[1]", b'{"command": 1, "jobs": []}', b'{"command": "", "jobs": [{"first": 0}]}']
)
def test_what_is_no_plan_is_passed_over(cli: Cli, tmp_path: Path, content: bytes) -> None:
    assert cli(*SWEEP).code == 0
    (tmp_path / "results" / "sweep-1.json").write_bytes(content)
    assert len(states(cli)) == 2


def test_damage_is_a_failure_that_a_restart_does_not_mend(cli: Cli, tmp_path: Path) -> None:
    assert cli(*SWEEP).code == 0
    (folder_of("rea", tmp_path / "results") / TRAJECTORY).write_bytes(b"")
    found = {job["label"]: job for job in cli("status", "results", "--json").json}
    assert found["rea"]["state"] == "failed" and TRAJECTORY in found["rea"]["reason"]


def test_a_folder_without_a_job_is_told(cli: Cli) -> None:
    for folder in ("nothing", "."):
        answer = cli("status", folder)
        assert answer.code == 2 and answer.err.count("\n") == 1


def test_a_folder_of_another_version_is_told(cli: Cli, tmp_path: Path) -> None:
    assert cli("run", "algorithm=random", "seeds=1").code == 0
    job = folder_of("random", tmp_path / "results") / JOB
    job.write_text(json.dumps({**json.loads(job.read_text()), "format": 3}))
    for command in ("status", "rerun", "verify"):
        answer = cli(command, job.parent)
        assert answer.code == 2 and "expected results of format 2, got format 3, which another version" in answer.err
    answer = cli("run", "algorithm=random", "seeds=2")
    assert answer.code == 2 and "choose another results=" in answer.err
    manifest.write(job.parent, {JOB: manifest.checksum(job.read_bytes())}, [0])
    answer = cli("report", job.parent)
    assert answer.code == 2 and "are of format 3, and this version of nasbench-suite reads format 2" in answer.err

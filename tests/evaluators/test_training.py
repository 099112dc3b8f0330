"""Searches that train what they ask for, on a few digits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch

from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.jobs.folder import SCORES, TRAJECTORY
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.manifest import MANIFEST
from nasbench_suite.jobs.run import run
from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.markdown import to_markdown

MakeJob = Callable[..., Job]
TINY = (
    "evaluator=train",
    "protocol=digits",
    "evaluator.training.network.channels=4",
    "evaluator.training.network.cells=1",
    "evaluator.training.schedules=[1,2]",
    "fidelities=[[1,1],[2,2]]",
    "budget=unlimited",
)


def rows(folder: Path, name: str = TRAJECTORY) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / name).to_pylist()
    return found


def test_a_search_trains_what_it_asks_for_and_pays_in_real_seconds(make_job: MakeJob) -> None:
    folder = run(make_job(*TINY, "seeds=1", "budget.evaluations=3"))
    steps = rows(folder)
    assert [step["step"] for step in steps] == [0, 1, 2]
    assert all((step["schedule"], step["epoch"]) == (2, 2) for step in steps)
    assert 0 < steps[0]["seconds"] < steps[1]["seconds"] < steps[2]["seconds"]
    assert len({step["trial"] for step in steps}) == 3, "every query draws another training seed"
    scores = {row["architecture"]: row for row in rows(folder, SCORES)}
    assert set(scores) == {step["architecture"] for step in steps if step["incumbent"]}
    assert all(row["schedule"] == 2 and 0 < row["test_accuracy"] < 100 for row in scores.values())


def test_a_report_says_that_its_seconds_are_real(make_job: MakeJob) -> None:
    folder = run(make_job(*TINY, "seeds=1", "budget.evaluations=1"))
    report = to_markdown(make_report([folder]))
    assert "table training-digits" in report and "seconds are real, the processor seconds of its trainings" in report


def test_a_second_limit_ends_a_search_by_what_its_trainings_really_took(make_job: MakeJob) -> None:
    steps = rows(run(make_job(*TINY, "seeds=1", "budget.seconds=0.2")))
    # overstep=keep: the one that crosses the limit is the last
    assert steps[-1]["seconds"] >= 0.2 and all(step["seconds"] < 0.2 for step in steps[:-1])


def test_a_training_seed_as_policy_answers_every_query(make_job: MakeJob) -> None:
    folder = run(make_job(*TINY, "trial=7", "seeds=1", "budget.evaluations=2"))
    assert {step["trial"] for step in rows(folder)} == {7}


@pytest.mark.slow
def test_trainings_that_were_finished_before_a_kill_are_not_done_or_charged_again(
    make_job: MakeJob, tmp_path: Path, killed: Callable[..., None]
) -> None:
    settings = (*TINY, "seeds=1", "budget.evaluations=30")
    job = make_job(*settings)
    trainings = job.folder / "trainings"
    command = ("-m", "nasbench_suite", "run", *settings, f"results={tmp_path / 'results'}")
    killed(*command, at="[0-9a-f]*.json", number=4)  # not job.json
    before = {path: path.read_bytes() for path in trainings.glob("*.json")}
    assert len(before) == 3 and not (job.folder / TRAJECTORY).exists()
    steps = rows(run(job))
    assert len(steps) == 30
    assert {path: path.read_bytes() for path in before} == before
    # the whole search again, from what was kept: to the byte what it was
    written = (job.folder / TRAJECTORY).read_bytes()
    (job.folder / MANIFEST).unlink()
    (job.folder / TRAJECTORY).unlink()
    assert (run(job) / TRAJECTORY).read_bytes() == written


def test_a_damaged_training_is_named_and_done_again(make_job: MakeJob, capsys: pytest.CaptureFixture[str]) -> None:
    job = make_job(*TINY, "seeds=1", "budget.evaluations=2")
    found = [step["valid_accuracy"] for step in rows(run(job))]
    damaged = next((job.folder / "trainings").glob("*.json"))
    damaged.write_bytes(damaged.read_bytes()[:-20])
    (job.folder / MANIFEST).unlink()
    assert [step["valid_accuracy"] for step in rows(run(job))] == found
    assert f"{damaged}: is damaged; its training is done again" in capsys.readouterr().err


def test_the_same_job_says_the_same_whatever_the_processes_but_for_seconds(make_job: MakeJob, tmp_path: Path) -> None:
    found = []
    for cores in (1, 2):
        settings = (*TINY, "seeds=2", "budget.evaluations=2", f"cores={cores}")
        folder = run(make_job(*settings, results=tmp_path / str(cores)))
        found.append([{**step, "seconds": None} for step in rows(folder)])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("trial=mean", "evaluator=train: expected trial=random or a training seed, got mean"),
        ("evaluator.score_trials=[]", "score_trials: expected at least one training seed"),
        ("fidelities=[[3,3]]", r"fidelities: expected one that training-digits has on digits .*got epoch 3 of 3"),
        ("objectives=test_error", "expected valid_accuracy, the one objective of evaluator=train, got test_error"),
        ("evaluator.score_trials=[1.5]", r"evaluator.score_trials\[0\]: expected a whole number, got 1.5"),
        ("evaluator.score_trials=[-1]", "score_trials: expected at least one training seed"),
        ("evaluator.device=abacus", "evaluator.device: expected cpu or cuda, got 'abacus'"),
        pytest.param(
            "evaluator.device=cuda",
            "evaluator.device=cuda: there is no GPU that PyTorch can use here; choose evaluator.device=cpu",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU"),
        ),
        ("dataset=cifar100", "expected cifar-100-python.tar.gz"),
    ],
)
def test_what_cannot_be_trained_is_told_before_anything_starts(make_job: MakeJob, override: str, message: str) -> None:
    with pytest.raises(NasBenchSuiteError, match=message):
        make_job(*TINY, override)

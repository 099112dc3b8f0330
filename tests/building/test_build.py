"""`nasbench-suite build`, in this process and as a program that is killed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from nasbench_suite.journal import recover
from nasbench_suite.planned_folder import LOG
from nasbench_suite.training.task import TaskResult

Cli = Callable[..., Any]
Measurements = Callable[[Path], Any]


def settings(tiny: tuple[str, ...], name: str, *more: str) -> tuple[str, ...]:
    return ("build", *tiny, f"results={name}", f"output={name}.mdb", *more)


@pytest.mark.extra
def test_two_processes_and_a_worker_on_ray_build_the_same_table(
    cli: Cli, tmp_path: Path, tiny: tuple[str, ...], measurements: Measurements
) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install nasbench-suite[ray]")
    made = []
    for name, how in (("two", ("workers=2",)), ("ray", ("executor=ray",))):
        answer = cli(*settings(tiny, name, *how))
        assert answer.code == 0, answer.err
        assert (
            "table " + name + ": 3 architectures, 3 trained architectures, 12 trainings, 0 failed trainings"
            in answer.out
        )
        made.append(measurements(tmp_path / f"{name}.mdb"))
    assert made[0] == made[1]


@pytest.mark.skipif(os.name != "posix", reason="kills by SIGKILL")
def test_a_killed_build_goes_on_without_losing_or_repeating_a_training(
    cli: Cli, tmp_path: Path, tiny: tuple[str, ...], killed: Callable[..., None]
) -> None:
    plan = ("architectures=12", "schedules=[2]")
    killed("-m", "nasbench_suite", *settings(tiny, "killed", "workers=2", *plan), at=LOG, number=4)
    (log,) = (tmp_path / "killed").rglob(LOG)
    kept = recover(log).records
    assert len(kept) == 3
    assert cli(*settings(tiny, "killed", *plan)).code == 0
    records = recover(log).records
    # every record has its seconds, so that a repeated training would show
    assert records[: len(kept)] == kept and len(records) == 12
    assert len({TaskResult.from_json(record).task for record in records}) == 12


def test_missing_images_are_told_in_one_line_before_anything_starts(
    cli: Cli, tmp_path: Path, tiny: tuple[str, ...]
) -> None:
    answer = cli(*settings(tiny, "none", "datasets=[digits,cifar100]"))
    assert answer.code == 2 and not (tmp_path / "none").exists()
    (line,) = answer.err.splitlines()
    assert "cifar-100-python.tar.gz" in line and "https://" in line


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_where_there_is_none_is_one_line(cli: Cli, tmp_path: Path, tiny: tuple[str, ...]) -> None:
    answer = cli(*settings(tiny, "none", "device=cuda"))
    assert answer.code == 2 and not (tmp_path / "none").exists()
    assert answer.err == ("nasbench-suite: device=cuda: there is no GPU that PyTorch can use here; choose device=cpu\n")


def test_what_hydra_does_not_understand_is_one_line(cli: Cli) -> None:
    answer = cli("build", "nane=x")
    assert answer.code == 2 and len(answer.err.splitlines()) == 1 and "nane" in answer.err
    answer = cli("build")
    assert answer.code == 2 and len(answer.err.splitlines()) == 1 and "name" in answer.err

"""`nasbench-suite build`, in this process and as a program that is killed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.building.folder import LOG
from nasbench_suite.journal import unseal
from nasbench_suite.training.task import Result

Cli = Callable[..., Any]
Measurements = Callable[[Path], Any]


def settings(tiny: tuple[str, ...], name: str, *more: str) -> tuple[str, ...]:
    return ("build", *tiny, f"results={name}", f"output={name}.mdb", *more)


def test_two_processes_and_a_worker_on_ray_build_the_same_table(
    cli: Cli, tmp_path: Path, tiny: tuple[str, ...], measurements: Measurements
) -> None:
    pytest.importorskip("ray", reason="needs Ray: pip install nasbench-suite[ray]")
    made = []
    for name, how in (("two", ("workers=2",)), ("ray", ("executor=ray",))):
        answer = cli(*settings(tiny, name, *how))
        assert answer.code == 0, answer.err
        assert "table " + name + ": 3 architectures, 3 trained cells, 12 trainings, 0 failed trainings" in answer.out
        made.append(measurements(tmp_path / f"{name}.mdb"))
    assert made[0] == made[1]


@pytest.mark.skipif(os.name != "posix", reason="kills by SIGKILL")
def test_a_killed_build_goes_on_without_losing_or_repeating_a_training(
    cli: Cli, tmp_path: Path, tiny: tuple[str, ...], killed: Callable[..., None]
) -> None:
    plan = ("cells=12", "schedules=[2]")
    killed("-m", "nasbench_suite", *settings(tiny, "killed", "workers=2", *plan), at=LOG, number=4)
    (log,) = (tmp_path / "killed").rglob(LOG)
    kept = log.read_bytes().splitlines(keepends=True)
    assert len(kept) == 3
    assert cli(*settings(tiny, "killed", *plan)).code == 0
    lines = log.read_bytes().splitlines(keepends=True)
    # every line has its seconds, so that a repeated training would show
    assert lines[: len(kept)] == kept and len(lines) == 12
    assert len({Result.from_json(unseal(line)).task for line in lines}) == 12


def test_missing_images_are_told_in_one_line_before_anything_starts(
    cli: Cli, tmp_path: Path, tiny: tuple[str, ...]
) -> None:
    answer = cli(*settings(tiny, "none", "datasets=[digits,cifar100]"))
    assert answer.code == 2 and not (tmp_path / "none").exists()
    (line,) = answer.err.splitlines()
    assert "cifar-100-python.tar.gz" in line and "https://" in line


def test_what_hydra_does_not_understand_is_one_line(cli: Cli, tiny: tuple[str, ...]) -> None:
    answer = cli("build", "nane=x")
    assert answer.code == 2 and len(answer.err.splitlines()) == 1 and "nane" in answer.err
    answer = cli("build")
    assert answer.code == 2 and len(answer.err.splitlines()) == 1 and "name" in answer.err

"""`query --all` and `--csv` show every training of a cell."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import measurements

ANSWER = Callable[..., Any]


@pytest.fixture
def arch(small: Any, home: Path) -> str:
    """A cell of the small table, which is in the test's home under its name."""
    (home / "tables").mkdir(parents=True)
    (home / "tables/small.mdb").symlink_to(small.path)
    return NB201().format(small.cells[1])


def test_measurements_are_all_that_was_put_in_and_nothing_else(small: Any) -> None:
    table = small.open()
    scale = {"fraction": 100.0, "count": 1e-6}
    for row, cell in enumerate(small.cells):
        found = {
            (one.trial_set, one.schedule, one.epoch, one.trial, metric): value
            for one in measurements(table, cell)
            for metric, value in one.values.items()
        }
        expected = {
            (trial_set, *fidelity, trial, metric): value * scale.get(table.metadata.units[metric], 1.0)
            for (trial_set, fidelity, metric), rows in small.columns.items()
            for trial, value in rows[row].items()
        }
        for trial, metrics in small.curves[row].items():
            for metric, values in metrics.items():
                expected |= {("cifar10-valid", 12, at + 1, trial, metric): value for at, value in enumerate(values)}
        assert found.keys() == expected.keys()
        assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_all_shows_every_trial_and_the_mean(arch: str, small: Any, cli: ANSWER) -> None:
    answer = cli("query", "nb201", arch, "--all")
    assert answer.code == 0
    values = small.columns["cifar10-valid", (200, 200), "valid_accuracy"][1]
    mean = sum(values.values()) / len(values)
    line = next(line for line in answer.out.splitlines() if "valid_accuracy (%)" in line and f"{mean:.3f}" in line)
    assert line.split()[2:] == [*(f"{values[trial]:.3f}" for trial in (777, 888, 999)), f"{mean:.3f}"]
    assert "cifar10-valid, epoch 200 of 200" in answer.out
    assert "stored mean" in answer.out


def test_a_data_set_schedule_epoch_and_trial_can_be_chosen(arch: str, cli: ANSWER) -> None:
    answer = cli(
        "query", "nb201", arch, "--all", "--dataset", "cifar10", "--schedule", "12", "--epoch", "3", "--trial", "777"
    )
    assert answer.code == 0
    assert [line.split("  ")[0] for line in answer.out.splitlines() if "epoch" in line] == [
        "cifar10-valid, epoch 3 of 12"
    ]
    assert "trial 777" in answer.out and "trial 111" not in answer.out


def test_csv_has_every_epoch_to_the_last_bit(arch: str, small: Any, cli: ANSWER) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("query", "nb201", arch, "--csv").out)))
    for at, value in enumerate(small.curves[1][111]["valid_accuracy"]):
        (row,) = (r for r in rows if (r["schedule"], r["epoch"], r["trial"]) == ("12", str(at + 1), "111"))
        assert float(row["valid_accuracy"]) == value
        assert row["test_accuracy"] == ""


def test_what_is_not_there_is_told_in_one_line(arch: str, cli: ANSWER) -> None:
    for options in (("--all", "--trial", "4"), ("--csv", "--epoch", "13"), ("--all", "--json", "--dataset", "mixed")):
        answer = cli("query", "nb201", arch, *options)
        assert answer.code == 2
        assert len(answer.err.splitlines()) == 1

"""The table that comes with the package, and the search that needs nothing else."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_suite
from nasbench_suite.errors import TableNotFoundError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import table_path
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.network import flops, parameters
from nasbench_suite.table import Table
from nasbench_suite.training.digits import load_digits

PLACE = Path(nasbench_suite.__file__).parent / "tables" / "nb201_digits.mdb"
FIDELITIES = [Fidelity(schedule, epoch) for schedule in (3, 6) for epoch in range(1, schedule + 1)]


@pytest.fixture(autouse=True)
def _shipped(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr("nasbench_suite.folders.SHIPPED_TABLES", PLACE.parent)


@pytest.fixture(scope="module")
def table() -> Table:
    return Table(PLACE, NB201())


def column(table: Table, fidelity: Fidelity, name: str) -> Any:
    metric = table.metric("digits", fidelity, name)
    assert metric is not None
    values, known = metric.matrix(np.arange(len(table)))
    assert known.all()
    return values


def test_it_is_whole_sound_and_small(table: Table) -> None:
    table.verify()
    assert PLACE.stat().st_size <= 10 * 2**20
    space = NB201()
    assert [table.architecture(row) for row in range(len(table))] == [space.format(c) for c in space.enumerate()]
    assert table.metadata.counts == {"trained_cells": 6466, "trainings": 4 * 6466, "failed_trainings": 0}
    assert table.fidelities("digits") == FIDELITIES
    assert {series.trials for series in table.metadata.series} == {(0, 1)}


def test_every_measurement_is_there_and_possible(table: Table) -> None:
    data = load_digits()
    assert data.valid is not None
    for fidelity in FIDELITIES:
        accuracy = column(table, fidelity, "valid_accuracy")
        right = accuracy * len(data.valid) / 100
        np.testing.assert_allclose(right, right.round(), atol=1e-3)  # whole images
        assert (column(table, fidelity, "train_seconds") > 0).all()
    for end in (Fidelity(3, 3), Fidelity(6, 6)):
        right = column(table, end, "test_accuracy") * len(data.test) / 100
        np.testing.assert_allclose(right, right.round(), atol=1e-3)


def test_isomorphic_cells_share_their_measurements_and_have_their_own_size(table: Table) -> None:
    space, first = NB201(), dict[Any, int]()
    cells = list(space.enumerate())
    representative = np.array([first.setdefault(space.canonical(cell), row) for row, cell in enumerate(cells)])
    end = Fidelity(6, 6)
    accuracy = column(table, end, "valid_accuracy")
    np.testing.assert_array_equal(accuracy, accuracy[representative])
    sizes = [[parameters(cell, 10, 8, 2, 1) / 1e6, flops(cell, 10, 8, 8, 2, 1) / 1e6] for cell in cells]
    stored = [column(table, end, name)[:, 0] for name in ("parameters", "flops")]
    np.testing.assert_allclose(np.stack(stored, 1), sizes, rtol=1e-6)


def test_good_cells_differ_by_more_than_their_seeds(table: Table) -> None:
    accuracy = column(table, Fidelity(6, 6), "valid_accuracy")
    mean, noise = accuracy.mean(1), np.sqrt(accuracy.var(1, ddof=1).mean())
    better = accuracy[mean >= np.median(mean)]
    assert mean.std() > 1.5 * noise
    assert np.corrcoef(better.T)[0, 1] > 0.3


def test_a_run_without_arguments_searches_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from hydra.core.global_hydra import GlobalHydra

    from nasbench_suite.cli import main

    monkeypatch.chdir(tmp_path)
    try:
        main(["run"])
    finally:
        GlobalHydra.instance().clear()
    assert "random on nb201/digits, protocol digits: 10 searches" in capsys.readouterr().out


@pytest.mark.parametrize("algorithm", ["random", "rea", "hyperband", "bohb", "asha"])
def test_algorithms_of_one_and_of_many_fidelities_search_it(make_job: Callable[..., Any], algorithm: str) -> None:
    from pyarrow import parquet

    from nasbench_suite.jobs.run import run

    folder = run(make_job("protocol=digits", f"algorithm={algorithm}", "seeds=2", "budget.seconds=20"))
    schedules = set(parquet.read_table(folder / "trajectory.parquet")["schedule"].to_pylist())
    assert schedules == ({6} if algorithm in ("random", "rea") else {3, 6})


def test_a_users_own_table_of_digits_comes_before_the_shipped_one(make_job: Callable[..., Any], space: NB201) -> None:
    assert find_table(space, "digits").path == PLACE
    other = table_path("mine")
    other.parent.mkdir(parents=True)
    shutil.copy(PLACE, other)
    assert find_table(space, "digits").path == other
    shutil.copy(PLACE, table_path("ours"))
    with pytest.raises(TableNotFoundError, match="several tables of space nb201 have digits: mine, ours; name one"):
        find_table(space, "digits")
    assert make_job("protocol=digits").table == "nb201_digits"
    assert open_table("nb201_digits").path == PLACE

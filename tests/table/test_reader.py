import itertools
import math
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import (
    ArchitectureError,
    MissingArchitectureError,
    TableError,
    UnknownDatasetError,
    UnknownFidelityError,
)
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table

SCALE = {"train_accuracy": 100.0, "parameters": 1e-6}


def test_every_value_reads_back_to_the_bit_in_the_units_of_everybody(small) -> None:
    table = small.open()
    for (trial_set, fidelity, name), rows in small.columns.items():
        metric = table.metric(trial_set, fidelity, name)
        for row, values in enumerate(rows):
            known = {metric.picker.trials[at]: metric.value(row, (at,)) for at in metric.known(row)}
            assert known.keys() == values.keys()
            for trial, value in values.items():
                expected = value * SCALE.get(name, 1.0)
                assert known[trial] == expected or (math.isnan(expected) and math.isnan(known[trial]))


def test_the_bulk_view_equals_the_single_one(small) -> None:
    table, rows = small.open(), np.array([4, 0, 5, 7, 4])
    keys = [*small.columns, ("cifar10-valid", Fidelity(12, 7), "valid_accuracy")]
    for key in keys:
        metric = table.metric(*key)
        values, known = metric.matrix(rows)
        for place, row in enumerate(rows):
            assert tuple(np.flatnonzero(known[place])) == metric.known(int(row))
            for at in metric.known(int(row)):
                np.testing.assert_array_equal(values[place, at], metric.value(int(row), (at,)))


def test_curves_read_back_and_give_a_value_at_every_epoch(small) -> None:
    table = small.open()
    for row, by_trial in enumerate(small.curves):
        read = table.curves("cifar10-valid", 12, row)
        assert {t: {m: list(c.values) for m, c in ms.items()} for t, ms in read.items()} == by_trial
        for epoch, (at, trial) in itertools.product(range(1, 13), enumerate((111, 777))):
            metric = table.metric("cifar10-valid", Fidelity(12, epoch), "valid_accuracy")
            curve = by_trial.get(trial, {"valid_accuracy": []})["valid_accuracy"]
            assert (at in metric.known(row)) is (epoch <= len(curve))
            if epoch <= len(curve):
                assert metric.value(row, (at,)) == curve[epoch - 1]


def test_a_metric_that_the_table_lacks_is_none(small) -> None:
    table = small.open()
    assert table.metric("cifar10-valid", Fidelity(12, 13), "valid_accuracy") is None
    assert table.metric("cifar10-valid", Fidelity(200, 200), "latency") is None


def test_fidelities_are_listed_by_schedule_and_epoch(small) -> None:
    expected = [Fidelity(12, epoch) for epoch in range(1, 13)] + [Fidelity(200, 200)]
    assert small.open().fidelities("cifar10-valid") == expected
    assert small.open().schedules("cifar10-valid") == [12, 200]


def test_rows_are_in_the_order_of_the_source(small, space: NB201) -> None:
    table = small.open()
    assert len(table) == len(small.cells)
    assert [table.row(cell) for cell in small.cells] == list(range(len(small.cells)))
    assert [table.architecture(row) for row in range(len(table))] == [space.format(cell) for cell in small.cells]
    assert table.rows(small.cells[::-1]).tolist() == list(range(len(small.cells)))[::-1]


def test_a_cell_that_the_table_lacks_is_named(small, space: NB201) -> None:
    table = small.open()
    other = next(cell for cell in space.enumerate() if cell not in small.cells)
    assert other not in table and small.cells[0] in table
    with pytest.raises(MissingArchitectureError) as caught:
        table.row(other)
    assert space.format(other) in str(caught.value)
    with pytest.raises(MissingArchitectureError):
        table.rows([small.cells[0], other])


@pytest.mark.parametrize("value", [(0, 0, 0, 0, 0, 5), (0,) * 5, (0,) * 7, (-1, 0, 0, 0, 0, 0), None, [0] * 6])
def test_what_is_no_cell_is_refused(small, value: object) -> None:
    with pytest.raises(ArchitectureError, match="6 operation indices"):
        small.open().row(value)


@pytest.mark.parametrize("row", [-1, 12])
def test_a_row_outside_the_table_is_refused(small, row: int) -> None:
    with pytest.raises(MissingArchitectureError, match=r"0\.\.11"):
        small.open().architecture(row)


def test_an_unknown_data_set_or_schedule_is_answered_with_those_that_there_are(small) -> None:
    table = small.open()
    with pytest.raises(UnknownDatasetError, match="cifar10, mixed; got 'svhn'"):
        table.dataset("svhn")
    with pytest.raises(UnknownFidelityError, match="12 or 200 epochs, not for 100"):
        table.series("cifar10-valid", 100)


def test_a_trial_set_answers_as_a_data_set_of_its_own(small) -> None:
    assert small.open().dataset("cifar10") == ("cifar10-valid", "cifar10")
    assert small.open().dataset("cifar10-valid") == ("cifar10-valid", "cifar10-valid")


def test_a_table_of_another_space_is_refused(small) -> None:
    class Other(NB201):
        name = "other"

    with pytest.raises(TableError, match="expected a table of space other, got one of nb201"):
        Table(small.path, Other())


def test_verify_passes_a_sound_table(small) -> None:
    small.open().verify()


def _read(path: Path) -> list[float]:
    table = Table(path, NB201())
    table.verify()
    metric = table.metric("cifar10", Fidelity(200, 200), "test_accuracy")
    return [metric.value(row, (0,)) for row in range(len(table))]


def test_several_processes_read_one_table_at_once(small) -> None:
    mine = _read(small.path)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_read, [small.path] * 6, chunksize=1) == [mine] * 6


def test_a_table_pickles_by_its_place_and_content(write_small: Callable, tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    data = pickle.dumps(write_small(path).open())
    assert len(data) < 1000
    copy = pickle.loads(data)
    assert copy.metadata == Table(path, NB201()).metadata
    assert copy.row(copy.architecture(3)) == 3
    write_small(path, change=True, force=True)
    with pytest.raises(TableError, match=r"expected the table with content \w{12} that was pickled"):
        pickle.loads(data)


def test_the_text_form_of_an_architecture_finds_its_row(small) -> None:
    table = small.open()
    texts = [table.architecture(row) for row in range(12)]
    assert [table.row(text) for text in texts] == table.rows(texts).tolist() == list(range(12))
    assert table.architectures(range(12)) == texts


@pytest.mark.parametrize("name", ["other", "row_of_code"])
def test_an_index_of_another_space_is_told_as_a_table_error(name: str, with_change: Callable) -> None:
    def change(raw: dict) -> None:
        raw["arrays"][f"index/{name}"] = raw["arrays"].pop("index/row_of_code")
        if name == "row_of_code":
            raw["arrays"][f"index/{name}"] = ["<i4", [5]]

    table = Table(with_change(change), NB201())
    with pytest.raises(TableError, match=r"index|damaged"):
        table.row((0,) * 6)
    with pytest.raises(TableError, match=r"index|damaged"):
        table.rows([(0,) * 6])

"""The official files as tables: every figure, what nasbench charges, and everything that can be wrong."""

import gzip
import json
import math
import random
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import (
    ArchitectureError,
    MissingArchitectureError,
    MissingTrialError,
    SourceError,
    TableError,
    UnknownFidelityError,
)
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.table import Table

ONE = "010001000|input,conv3x3-bn-relu,output"
OTHER = "0101001000010000|input,conv3x3-bn-relu,conv1x1-bn-relu,output"
# one network in two numberings: its two branches change places
LEFT = "0110000100010000|input,conv3x3-bn-relu,conv1x1-bn-relu,output"
RIGHT = "0110000100010000|input,conv1x1-bn-relu,conv3x3-bn-relu,output"
FINAL, HALF = Fidelity(108, 108), Fidelity(108, 54)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, data: Path) -> tuple[Table, dict]:
    """A genuine file of this layout, and what nasbench itself answers for it."""
    destination = tmp_path_factory.mktemp("real") / "ecnas.mdb"
    import_file(NB101(), data / "nb101" / "ecnas_4v9e.tfrecord", destination)
    answers = json.loads(gzip.decompress((data / "nb101" / "ecnas_4v9e_answers.json.gz").read_bytes()))
    return Table(destination, NB101()), answers


def test_every_value_is_what_nasbench_answers(real: tuple[Table, dict]) -> None:
    table, answers = real
    assert len(table) == len(answers["cells"]) == 91
    names = {
        "train_accuracy": "train_accuracy", "validation_accuracy": "valid_accuracy",
        "test_accuracy": "test_accuracy", "training_time": "train_seconds",
    }  # fmt: skip
    compared = 0
    for cell in answers["cells"].values():
        row = table.row(table.space.cell(cell["adjacency"], cell["operations"]))
        for epochs, repeats in cell["metrics"].items():
            schedule = int(epochs)
            for trial, repeat in enumerate(repeats):
                for name, expected in repeat.items():
                    when, _, what = name.partition("_")
                    fidelity = Fidelity(schedule, 1 if when == "halfway" else schedule)
                    metric = table.metric("cifar10", fidelity, names[what])
                    assert metric.values[row, trial] == expected
                    compared += 1
            parameters = table.metric("cifar10", Fidelity(schedule, schedule), "parameters")
            assert set(parameters.values[row]) == {cell["trainable_parameters"]}
    assert compared == 91 * 4 * 3 * 8


def test_sixty_queries_see_and_are_charged_what_nasbenchs_are(real: tuple[Table, dict]) -> None:
    table, answers = real
    draws, ledger = random.Random(0), Ledger()  # nasbench drew its repeats from Python's generator
    benchmark = Benchmark(table, "cifar10", ledger)
    for query in answers["queries"]:
        told = answers["cells"][query["hash"]]
        cell = table.space.cell(told["adjacency"], told["operations"])
        # this file's second evaluations came after the first epoch, and nasbench charges half of the schedule
        fidelity = Fidelity(query["epochs"], 1 if query["stop_halfway"] else query["epochs"])
        seen = benchmark.query(cell, fidelity, draws.randint(0, 2))
        assert (seen.valid_accuracy, seen.seconds) == (query["validation_accuracy"] * 100, query["training_time"])
        assert (ledger.seconds, ledger.epochs) == (query["seconds_spent"], query["epochs_spent"])
    assert ledger.evaluations == 60


def test_an_evaluation_after_the_first_epoch_is_not_passed_off_as_half_way(real: tuple[Table, dict]) -> None:
    table, answers = real
    told = next(iter(answers["cells"].values()))
    cell = table.space.cell(told["adjacency"], told["operations"])
    with pytest.raises(UnknownFidelityError, match="is known at epoch 1, 36, not at 18"):
        Benchmark(table, "cifar10").query(cell, Fidelity(36, 18), 0)


def test_a_batch_is_charged_as_its_single_queries_are(real: tuple[Table, dict]) -> None:
    table, answers = real
    cells = [table.space.cell(c["adjacency"], c["operations"]) for c in answers["cells"].values()]
    one, many = Benchmark(table, "cifar10"), Benchmark(table, "cifar10")
    single = [one.query(cell, Fidelity(36, 1), 2) for cell in cells]
    batch = many.query_many(cells, Fidelity(36, 1), 2)
    assert batch.valid_accuracy.tolist() == [seen.valid_accuracy for seen in single]
    assert one.ledger.epochs == many.ledger.epochs == 18 * len(cells)
    assert many.ledger.seconds == pytest.approx(one.ledger.seconds)


def test_repeats_are_trials_in_the_files_order_also_across_other_records(
    imported: Callable, training: Callable
) -> None:
    accuracies = [0.5, 0.25, 0.125]
    records = [training(ONE, final=(10.0, 1.0, accuracy, 0.0)) for accuracy in accuracies]
    table = imported(records[0], training(OTHER), records[1], training(ONE, epochs=4), records[2])
    benchmark = Benchmark(table, "cifar10")
    cell = table.space.parse(ONE)
    assert [benchmark.query(cell, FINAL, trial).valid_accuracy for trial in range(3)] == [50.0, 25.0, 12.5]
    assert benchmark.query(cell, FINAL, "mean").valid_accuracy == pytest.approx(100 * sum(accuracies) / 3)
    assert (benchmark.ledger.epochs, benchmark.ledger.seconds) == (4 * 108, 40.0)
    assert [table.architecture(row) for row in range(len(table))] == [ONE, OTHER]


def test_a_query_half_way_is_charged_half_of_the_epochs_and_the_seconds_until_then(
    imported: Callable, training: Callable
) -> None:
    benchmark = Benchmark(imported(training(ONE)), "cifar10")
    seen = benchmark.query(benchmark.table.space.parse(ONE), HALF, 0)
    assert (seen.valid_accuracy, seen.seconds) == (62.5, 600.0)
    assert (benchmark.ledger.epochs, benchmark.ledger.seconds) == (54, 600.0)
    assert benchmark.fidelities() == [HALF, FINAL]


def test_a_judge_sees_the_mean_of_the_repeats(imported: Callable, training: Callable) -> None:
    repeats = [training(ONE, final=(9.0, 1.0, valid, test)) for valid, test in ((0.5, 0.25), (0.75, 0.5))]
    table = imported(*repeats)
    (score,) = Benchmark(table, "cifar10").score(table.space.parse(ONE)).values()
    assert (score.schedule, score.valid_accuracy, score.test_accuracy) == (108, 62.5, 37.5)


def test_missing_repeats_are_missing_and_counted(imported: Callable, training: Callable) -> None:
    table = imported(*[training(ONE)] * 3, *[training(OTHER)] * 2, training(ONE, epochs=12))
    counts = table.metadata.counts
    assert counts == {"official_files": 0, "trainings": 6, "missing_trainings": 1 + 1}
    with pytest.raises(MissingTrialError, match="has trials 0, 1, not trial 2"):
        Benchmark(table, "cifar10").query(table.space.parse(OTHER), FINAL, 2)
    assert table.series("cifar10", 12).trials == (0,)


def test_one_network_in_two_numberings_is_one_row(imported: Callable, training: Callable) -> None:
    table = imported(training(LEFT), training(RIGHT, final=(1.0, 0.5, 0.5, 0.5)))
    assert (len(table), table.architecture(0)) == (1, LEFT)
    assert table.series("cifar10", 108).trials == (0, 1)


def test_a_cell_finds_its_row_unpruned_and_renumbered(imported: Callable, training: Callable) -> None:
    table = imported(training(ONE), training(LEFT))
    assert table.row(table.space.parse(RIGHT)) == 1
    dead = [[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]]  # vertex 2 leads nowhere
    cell = table.space.cell(dead, ["input", "conv3x3-bn-relu", "maxpool3x3", "output"])
    assert table.row(cell) == 0


def test_a_cell_outside_the_space_and_one_that_the_table_lacks_are_told_apart(
    imported: Callable, training: Callable
) -> None:
    benchmark = Benchmark(imported(training(ONE)), "cifar10")
    with pytest.raises(MissingArchitectureError, match="holds 1 architecture of nb101, but not 0101"):
        benchmark.query(benchmark.table.space.parse(OTHER), FINAL, 0)
    with pytest.raises(MissingArchitectureError):
        benchmark.query_many([benchmark.table.space.parse(text) for text in (ONE, OTHER)], FINAL, 0)
    with pytest.raises(ArchitectureError, match="no path leads from input to output"):
        benchmark.query(Cell(3, 0, 0), FINAL, 0)
    with pytest.raises(ArchitectureError, match="no path leads from input to output"):
        benchmark.query_many([Cell(3, 0, 0)], FINAL, 0)
    with pytest.raises(UnknownFidelityError):
        benchmark.query(benchmark.table.space.parse(ONE), Fidelity(50, 50), 0)
    assert benchmark.ledger.evaluations == 0


def test_a_batch_may_be_an_array_of_the_cells_numbers(imported: Callable, training: Callable) -> None:
    table = imported(training(ONE), training(LEFT))
    cells = [table.space.parse(text) for text in (RIGHT, ONE, LEFT)]
    assert table.rows(np.array(cells)).tolist() == table.rows(cells).tolist() == [1, 0, 1]
    assert table.rows([]).tolist() == []
    with pytest.raises(MissingArchitectureError, match=f"but not {re.escape(OTHER)}"):
        table.rows(np.array([*cells, table.space.parse(OTHER)]))
    with pytest.raises(ArchitectureError, match="no cell has these numbers: vertices=3, edges=99"):
        table.rows(np.array([[3, 99, 0]]))


def test_the_official_file_is_recognised_by_its_hash(
    imported: Callable, training: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "nasbench_suite.importing.convert.sha256",
        lambda *_: "3d64db8180fb1b0207212f9032205064312b6907a3bbc81eabea10db2f5c7e9c",
    )
    table = imported(training(ONE))
    assert table.metadata.counts["official_files"] == 1
    assert table.metadata.source.sha256.startswith("3d64db")


def test_a_wrong_hash_is_refused(imported: Callable, training: Callable) -> None:
    with pytest.raises(SourceError, match=r"the cell's hash is [0-9a-f]{32}, the record says \"not the cell's hash\""):
        imported(training(ONE, hash="not the cell's hash"))


def test_hashes_and_cells_are_one_to_one_also_where_none_is_computed(
    imported: Callable, training: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nasbench_suite.spaces.nb101.file_cells._ALL_HASHED", 0)
    monkeypatch.setattr("nasbench_suite.spaces.nb101.file_cells._HASHED_EVERY", 10)
    first = training(OTHER)  # row 0 is in every sample
    with pytest.raises(SourceError, match=r"record 3 at byte \d+: the cell was there with the hash 0{32}"):
        imported(first, training(LEFT, hash="0" * 32), training(RIGHT, hash="1" * 32))
    with pytest.raises(SourceError, match=r"record 3 at byte \d+: the hash 0{32} was there with another cell"):
        imported(first, training(LEFT, hash="0" * 32), training(ONE, hash="0" * 32))
    with pytest.raises(SourceError, match="expected a hash of 32 hexadecimal digits, got 'none'"):
        imported(first, training(LEFT, hash="none"))
    table = imported(first, training(LEFT, hash="0" * 32))
    assert table.row_of_hash("0" * 32) == 1
    with pytest.raises(TableError, match=f"the hash of {re.escape(LEFT)} is [0-9a-f]{{32}}, the table says 0{{32}}"):
        table.verify()


def test_every_hash_of_a_file_leads_to_its_row(real: tuple[Table, dict]) -> None:
    table, answers = real
    assert sorted(table.hashes) == sorted(answers["cells"])
    for key, cell in answers["cells"].items():
        assert table.row_of_hash(key) == table.row(table.space.cell(cell["adjacency"], cell["operations"]))
    table.verify()
    with pytest.raises(MissingArchitectureError, match=r"holds 91 architectures of nb101, but none of hash f{32}"):
        table.row_of_hash("f" * 32)
    with pytest.raises(ArchitectureError, match="expected a hash of 32 hexadecimal digits, got 'f'"):
        table.row_of_hash("f")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"final": (1.0, 1.5, 0.5, 0.5)}, "expected accuracies from 0 to 1"),
        ({"halfway": (1.0, 0.5, -0.5, 0.5)}, "expected accuracies from 0 to 1"),
        ({"final": (-1.0, 0.5, 0.5, 0.5)}, "expected seconds of 0 or more"),
        ({"halfway": (math.nan, 0.5, 0.5, 0.5)}, "expected seconds of 0 or more"),
        ({"final_epoch": 107.0}, "expected the last evaluation at the end of the schedule"),
        ({"final_epoch": math.nan}, "expected the last evaluation at the end of the schedule"),
        ({"halfway_epoch": 0.0}, "expected the second evaluation within the schedule"),
        ({"halfway_epoch": 108.0}, "expected the second evaluation within the schedule"),
        ({"halfway_epoch": math.inf}, "expected the second evaluation within the schedule"),
    ],
)
def test_figures_that_cannot_be_are_refused_with_their_record(
    imported: Callable, training: Callable, tmp_path: Path, changes: dict, says: str
) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        imported(training(ONE), training(OTHER, **changes))
    assert f"record 2 at byte {len(training(ONE).record())}" in str(caught.value)
    assert not list((tmp_path / "tables").iterdir())


def test_an_accuracy_that_is_not_a_number_is_kept(imported: Callable, training: Callable) -> None:
    table = imported(training(ONE, final=(1.0, math.nan, math.nan, math.nan)))
    seen = Benchmark(table, "cifar10").query(table.space.parse(ONE), FINAL, 0)
    assert math.isnan(seen.valid_accuracy)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("000000000|input,conv3x3-bn-relu,output", "no path leads from input to output"),
        ("010001000|input,conv5x5,output", "unknown operation 'conv5x5'"),
        ("010101000|input,conv3x3-bn-relu,output", "expected an upper-triangular matrix"),
        ("01000100|input,conv3x3-bn-relu,output", "expected a cell as MATRIX"),
    ],
)
def test_a_cell_that_is_none_is_refused_with_its_record(
    imported: Callable, training: Callable, cell: str, says: str
) -> None:
    with pytest.raises(SourceError, match=f"record 1 at byte 0: .*{says}"):
        imported(training(cell, hash="0" * 32))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.tfrecord").write_bytes(b"")
    with pytest.raises(SourceError, match="the file is empty; fetch it again"):
        import_file(NB101(), tmp_path / "empty.tfrecord", tmp_path / "made.mdb")
    with pytest.raises(SourceError, match=r"the file is empty|expected at least one record"):
        import_file(NB101(), tmp_path / "empty.tfrecord", tmp_path / "made.mdb", format="nb101-tfrecord")


def test_more_repeats_than_any_file_has_are_refused(imported: Callable, training: Callable) -> None:
    with pytest.raises(SourceError, match=r"record 101 at byte .*: expected at most 100 trainings"):
        imported(*[training(ONE)] * 101)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_refused_in_one_line_and_leaves_nothing(
    imported: Callable, training: Callable, tmp_path: Path, data: st.DataObject
) -> None:
    good = training(ONE).record() + training(OTHER).record()
    at = data.draw(st.integers(0, len(good) - 1))
    if data.draw(st.booleans()):
        bad = good[:at]
    else:
        bad = good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
    if at == len(training(ONE).record()) and bad == good[:at]:
        return  # cut between records: a shorter file, but a whole one
    with pytest.raises(SourceError) as caught:
        imported(bad)
    assert "\n" not in str(caught.value)
    folder = tmp_path / "tables"
    assert not folder.exists() or not list(folder.iterdir())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(max_size=30) | st.from_regex(r"[01]{4,9}\|input(,[a-z0-9-]{3,16}){0,2},output", fullmatch=True),
    numbers=st.lists(st.floats(), min_size=10, max_size=10),
    epochs=st.integers(-5, 1 << 40),
)
def test_nonsense_with_right_checksums_is_refused_in_one_line_or_is_a_table(
    imported: Callable, training: Callable, tmp_path: Path, text: str, numbers: list[float], epochs: int
) -> None:
    made = training(
        text if text.count("|") == 1 else ONE, epochs, tuple(numbers[:4]), tuple(numbers[4:8]),
        halfway_epoch=numbers[8], final_epoch=numbers[9], hash="0" * 32,
    )  # fmt: skip
    with pytest.raises(SourceError) as caught:  # the hash is never right
        imported(made)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "tables").glob("*"))

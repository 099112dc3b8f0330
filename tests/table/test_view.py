import copy
import multiprocessing
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kendalltau

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import (
    ConfigError,
    MissingTrialError,
    UnknownDatasetError,
    UnknownFidelityError,
    UnknownMetricError,
)
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import table_path
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Source, Table
from nasbench_suite.table.annotation import Annotation, Column

FINAL = Fidelity(200, 200)


@pytest.fixture
def table(small: Any) -> Table:
    return small.open()


def test_a_table_lists_its_architectures(table: Table, small: Any) -> None:
    assert list(table) == small.cells
    assert repr(table) == "<table small: 12 architectures of nb201, cifar10, mixed>"
    assert "<th>architectures</th><td>12</td>" in table._repr_html_()


def test_what_is_no_architecture_of_the_table_is_not_in_it(table: Table, small: Any) -> None:
    assert small.cells[0] in table and NB201().format(small.cells[0]) in table
    assert not any(other in table for other in ("x", None, 5, (1, 2), [], (0, 0, 0, 0, 0, 0)))


def test_values_are_those_of_single_queries(table: Table, small: Any) -> None:
    values = table.values("cifar10", "valid_accuracy")
    benchmark = Benchmark(table, "cifar10")
    for row, cell in enumerate(small.cells):
        known = small.columns["cifar10-valid", FINAL, "valid_accuracy"][row]
        assert (
            np.isnan(values[row])
            if not known or any(np.isnan(value) for value in known.values())
            else values[row] == benchmark.query(cell, FINAL, "mean").valid_accuracy
        )


def test_a_training_seed_answers_alone(table: Table, small: Any) -> None:
    stored = small.columns["cifar10-valid", FINAL, "valid_accuracy"]
    np.testing.assert_array_equal(
        table.values("cifar10", "valid_accuracy", trial=999), [one.get(999, np.nan) for one in stored]
    )


def test_a_training_seed_that_no_architecture_has_is_refused(table: Table) -> None:
    for look in (
        lambda: table.values("cifar10", "valid_accuracy", trial=7),
        lambda: table.top(3, "cifar10", trial=7),
        lambda: table.to_arrow("cifar10", trial=7),
    ):
        with pytest.raises(MissingTrialError, match=r"small: cifar10 at .* has trials 777, 888, 999, not trial 7$"):
            look()
    with pytest.raises(MissingTrialError, match="has only a mean stored without its trials, not trial 777"):
        table.values("cifar10", "test_accuracy", trial=777)
    assert table.to_arrow("cifar10", trial=777)["test_accuracy"].null_count == len(table)
    with pytest.raises(ConfigError, match="expected mean or a training seed, for nothing is drawn here; got 'median'"):
        table.values("cifar10", "test_accuracy", trial="median")  # type: ignore[arg-type]


def test_test_figures_are_those_that_a_judge_scores_by(table: Table, small: Any) -> None:
    scored = [Benchmark(table, "cifar10").score(cell)["cifar10"].test_accuracy for cell in small.cells]
    np.testing.assert_array_equal(table.values("cifar10", "test_accuracy"), scored)


def test_the_top_are_the_highest(table: Table) -> None:
    values = table.values("cifar10", "test_accuracy")
    found = table.top(3, "cifar10", "test_accuracy")
    assert [each.value for each in found] == sorted(values, reverse=True)[:3]
    assert found[0].architecture == table.architecture(int(values.argmax()))
    known = table.top(100, "cifar10")
    assert len(known) == np.isfinite(table.values("cifar10", "valid_accuracy")).sum()


def test_the_top_follow_the_direction_of_the_unit_unless_it_is_turned(table: Table) -> None:
    values = table.values("cifar10", "seconds")
    slowest_last = sorted(values[np.isfinite(values)])
    assert [each.value for each in table.top(3, "cifar10", "seconds")] == slowest_last[:3]
    assert [each.value for each in table.top(3, "cifar10", "seconds:min")] == slowest_last[:3]
    assert [each.value for each in table.top(3, "cifar10", "seconds:max")] == slowest_last[::-1][:3]
    lowest = table.top(1, "cifar10", "valid_accuracy:min")[0].value
    assert lowest == np.nanmin(table.values("cifar10", "valid_accuracy"))
    with pytest.raises(ConfigError, match="metric: expected seconds, seconds:min or seconds:max, got 'seconds:up'"):
        table.top(3, "cifar10", "seconds:up")


@pytest.mark.parametrize(("unit", "first"), [("ms", 1), ("J", 1), ("score", 4), ("fps", 4)])
def test_the_top_of_a_column_are_the_best_by_its_unit(
    home: Path, write_small: Callable[..., Any], unit: str, first: int
) -> None:
    small = write_small(table_path("mine"))
    values, known = np.arange(12.0), (np.arange(12) > 0) & (np.arange(12) < 5)
    sha256 = small.open().metadata.content_sha256
    column = Column("cost", unit, None, "cifar10", values, known)
    annotation = Annotation(sha256, Source("tidy", "cost.csv", "0" * 64), {}, (column,))
    table_path("mine").with_name("mine.cost.columns").write_bytes(annotation.to_bytes())
    table = open_table("mine")
    assert table.top(1, "cifar10", "cost") == [(table.architecture(first), float(first))]
    assert table.top(1, "cifar10", "cost:max")[0].value == 4


def test_rank_correlation_is_kendalls_over_what_both_have(table: Table) -> None:
    one, other = table.values("cifar10", "test_accuracy"), table.values("cifar10", "valid_accuracy")
    both = np.isfinite(one) & np.isfinite(other)
    expected = kendalltau(one[both], other[both]).statistic
    assert table.rank_correlation("cifar10", "test_accuracy") == pytest.approx(expected)


def test_missing_is_null_and_diverged_is_nan(table: Table) -> None:
    column = table.to_arrow("cifar10")["valid_accuracy"].to_pylist()
    assert column[5] is None  # not measured
    assert np.isnan(column[7])  # one of its trainings diverged
    assert table.to_arrow("cifar10")["architecture"].to_pylist() == table.architectures(range(12))


def test_all_data_sets_stand_below_each_other(table: Table) -> None:
    rows = table.to_arrow()
    assert rows.num_rows == 24
    assert set(rows["dataset"].to_pylist()) == {"cifar10", "mixed"}
    assert {"valid_accuracy", "test_accuracy", "train_seconds_per_epoch", "seconds"} <= set(rows.column_names)


@pytest.mark.extra
def test_pandas_has_the_same(table: Table) -> None:
    pytest.importorskip("pandas")
    assert table.to_pandas("mixed").shape == (12, len(table.to_arrow("mixed").column_names))


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (("svhn", "valid_accuracy"), UnknownDatasetError, "cifar10, mixed"),
        (("cifar10", "valid_acuracy"), UnknownMetricError, "did you mean valid_accuracy"),
        (("cifar10", 5), UnknownMetricError, "has no 5"),
        (("cifar10", "valid_accuracy", 90), UnknownFidelityError, "12 or 200"),
        (("cifar10", "valid_accuracy", "last"), ConfigError, "expected a fidelity"),
        (("cifar10", "valid_accuracy", None, "random"), ConfigError, "nothing is drawn"),
    ],
)
def test_wrong_arguments_are_named(table: Table, arguments: tuple, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        table.values(*arguments)
    with pytest.raises(error, match=words):
        table.top(3, *arguments)


@pytest.mark.parametrize("count", [0, -1, 2.0, "3", None, True])
def test_a_count_is_a_whole_number(table: Table, count: Any) -> None:
    with pytest.raises(ConfigError, match="count"):
        table.top(count, "cifar10")


# ---- handed to other processes ----


def answers(benchmark: Benchmark) -> tuple[float, float, int]:
    """What a process sees that was handed a benchmark, and opens the table itself."""
    arch = benchmark.table.architecture(0)
    twin = Benchmark(open_table(benchmark.table.path), benchmark.dataset)
    one, other = (each.query(arch, 200, 777).valid_accuracy for each in (benchmark, twin))
    return one, other, os.getpid()


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:This process")  # that threads and forks do not mix
def test_processes_can_be_handed_a_benchmark(table: Table, method: str) -> None:
    benchmark = Benchmark(table, "cifar10")
    expected = answers(benchmark)[0]
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map(answers, [benchmark] * 4, chunksize=1)
    assert {one for one, _, _ in found} == {other for _, other, _ in found} == {expected}
    assert os.getpid() not in {process for _, _, process in found}
    assert answers(benchmark)[0] == expected


@pytest.mark.filterwarnings("ignore:This process")
def test_a_fork_goes_on_with_the_table_that_it_inherits(table: Table) -> None:
    held = table.values("cifar10", "test_accuracy")
    process = os.fork()
    if process == 0:
        try:
            again = open_table(table.path)
            same = np.array_equal(table.values("cifar10", "test_accuracy"), held)
            same &= np.array_equal(again.values("cifar10", "test_accuracy"), held)
            again.verify()
            os._exit(0 if same else 1)
        except BaseException:
            os._exit(2)
    assert os.waitpid(process, 0)[1] == 0
    table.verify()


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_answer_the_same(table: Table, twin: Callable) -> None:
    for one in (table, Benchmark(table, "cifar10")):
        other = twin(one)
        assert repr(other) == repr(one)
    assert np.array_equal(twin(table).values("cifar10", "test_accuracy"), table.values("cifar10", "test_accuracy"))
    assert twin(table.space).parse(table.architecture(0)) in table


@pytest.mark.extra
def test_joblib_can_be_handed_a_benchmark(table: Table) -> None:
    joblib = pytest.importorskip("joblib")
    benchmark = Benchmark(table, "cifar10")
    found = joblib.Parallel(n_jobs=2)(joblib.delayed(_accuracy)(benchmark, row) for row in (0, 1))
    assert found == [_accuracy(benchmark, row) for row in (0, 1)]


@pytest.mark.extra
@pytest.mark.filterwarnings("ignore::Warning")  # Ray's own
def test_ray_can_be_handed_a_benchmark(table: Table) -> None:
    ray = pytest.importorskip("ray")
    benchmark = Benchmark(table, "cifar10")
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        found = ray.get(ray.remote(Benchmark.query).remote(benchmark, table.architecture(0), 200, 777))
    finally:
        ray.shutdown()
    assert found == benchmark.query(table.architecture(0), 200, 777)


class Accuracies:
    """A data set for PyTorch: an item is read in a worker process."""

    def __init__(self, table: Table) -> None:
        self.table, self.benchmark = table, Benchmark(table, "cifar10")

    def __len__(self) -> int:
        return 4

    def __getitem__(self, row: int) -> float:
        return _accuracy(self.benchmark, row)


@pytest.mark.extra
@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_a_data_loader_can_be_handed_a_table(table: Table, method: str) -> None:
    from torch.utils.data import DataLoader

    data: Any = Accuracies(table)
    expected = [data[row] for row in range(4)]
    loader = DataLoader(data, batch_size=2, num_workers=2, multiprocessing_context=method)
    assert [value for batch in loader for value in batch.tolist()] == expected


def _accuracy(benchmark: Benchmark, row: int) -> float:
    return benchmark.query(benchmark.table.architecture(row), 200, 777).valid_accuracy


def test_a_file_that_took_the_place_of_another_is_another(write_small: Callable, tmp_path: Path) -> None:
    path = tmp_path / "small.mdb"
    write_small(path)
    first = open_table(path)
    write_small(path, change=True, force=True)
    assert open_table(path).metadata.content_sha256 != first.metadata.content_sha256

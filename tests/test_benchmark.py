"""Queries against a slow computation from the plain numbers that were put into the table."""

import math
import pickle
import re
from typing import Any

import numpy as np
import pytest

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import (
    ArchitectureError,
    BudgetExhaustedError,
    ConfigError,
    MissingArchitectureError,
    MissingTrialError,
    MissingValueError,
    UnknownDatasetError,
    UnknownFidelityError,
    UnknownMetricError,
)
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.objective import ObjectiveValues
from nasbench_suite.observation import Observation
from nasbench_suite.table import Dataset, Source, Table
from nasbench_suite.table.writer import TableWriter

FINAL = Fidelity(200, 200)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def literal(small: Any, row: int, dataset: str, policy: object) -> set[float]:
    """Returns the accuracies that may answer a query at 200 epochs; none where it must be refused."""
    trial_set = {"cifar10": "cifar10-valid"}.get(dataset, dataset)
    values = small.columns[trial_set, FINAL, "valid_accuracy"][row]
    trials = {trial: value for trial, value in values.items() if trial is not None}
    if not values:
        return set()
    if policy == "mean":
        return {mean(list(trials.values())) if trials else values[None]}
    if policy == "random_or_mean":
        return set(trials.values()) or {values[None]}
    if policy == "random":
        return set(trials.values())
    return {trials[policy]} if policy in trials else set()


def seconds(small: Any, row: int, epoch: int, trial: int | None, schedule: int = 200) -> float:
    """Returns what a training up to the epoch costs, and one pass over the validation split."""
    final = Fidelity(schedule, schedule)
    pace, once = (
        small.columns["cifar10-valid", final, name][row] for name in ("train_seconds_per_epoch", "valid_seconds")
    )
    known = small.columns["cifar10-valid", FINAL, "valid_accuracy"][row] if schedule == 200 else pace
    trials = list(known) if trial is None else [trial]
    return mean([pace[t] * epoch for t in trials]) + mean([once[t] for t in trials])


@pytest.mark.parametrize("dataset", ["cifar10", "cifar10-valid", "mixed"])
@pytest.mark.parametrize("policy", ["mean", "random", "random_or_mean", 777, 999])
def test_a_query_answers_what_a_literal_reading_answers(small, dataset: str, policy: Any) -> None:
    benchmark = Benchmark(small.open(), dataset, rng=np.random.default_rng(0))
    answered = 0
    for row, cell in enumerate(small.cells):
        expected = literal(small, row, dataset, policy)
        if not expected:
            with pytest.raises((MissingTrialError, MissingValueError)):
                benchmark.query(cell, FINAL, policy)
            continue
        answer = benchmark.query(cell, FINAL, policy)
        answered += 1
        assert any(answer.valid_accuracy == pytest.approx(one, rel=1e-15, nan_ok=True) for one in expected)
        if dataset == "mixed":
            assert answer.seconds is None
        else:
            assert answer.seconds == pytest.approx(seconds(small, row, 200, answer.trial), rel=1e-14)
    assert answered == benchmark.ledger.evaluations
    assert answered or (dataset, policy) == ("mixed", 999)


def test_an_observation_has_no_test_metric() -> None:
    assert Observation._fields == ("fidelity", "valid_accuracy", "seconds", "trial", "objectives")
    assert ObjectiveValues._fields == ("names", "values", "losses", "violation")


def test_cifar10_is_searched_on_cifar10_valid_and_scored_on_cifar10(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    trials = small.columns["cifar10-valid", FINAL, "valid_accuracy"][1]
    assert benchmark.query(small.cells[1], FINAL, "mean").valid_accuracy == mean(list(trials.values()))
    score = benchmark.score(small.cells[1])["cifar10"]
    assert score.valid_accuracy == mean(list(trials.values()))
    assert score.test_accuracy == small.columns["cifar10", FINAL, "test_accuracy"][1][None]
    assert score.schedule == 200


def test_a_score_covers_every_data_set_and_costs_nothing(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10", Ledger(evaluations=0))
    assert set(benchmark.score(small.cells[0])) == {"cifar10", "mixed"}
    assert benchmark.ledger.evaluations == 0


def test_a_score_that_the_source_lacks_is_none(small) -> None:
    score = Benchmark(small.open(), "cifar10").score(small.cells[5])["cifar10"]
    assert score.valid_accuracy is None and score.test_accuracy is not None


# where the policy draws, on cells that leave nothing to draw
@pytest.mark.parametrize(
    ("dataset", "fidelity", "policy", "rows"),
    [
        ("cifar10", FINAL, "mean", [1, 4, 1, 10]),
        ("cifar10", FINAL, 777, [1, 4, 1, 10]),
        ("cifar10", Fidelity(12, 4), "mean", [1, 4, 1, 10]),
        ("cifar10", Fidelity(12, 12), 777, [1, 5, 7, 1]),
        ("mixed", FINAL, "random_or_mean", [1, 3, 5, 5]),
    ],
)
def test_query_many_equals_query(small, dataset: str, fidelity: Fidelity, policy: Any, rows: list[int]) -> None:
    cells = [small.cells[at] for at in rows]
    one_by_one, at_once = (Benchmark(small.open(), dataset, rng=np.random.default_rng(0)) for _ in range(2))
    single = [one_by_one.query(cell, fidelity, policy) for cell in cells]
    batch = at_once.query_many(cells, fidelity, policy)
    np.testing.assert_allclose(batch.valid_accuracy, [one.valid_accuracy for one in single], rtol=1e-14)
    costs = [np.nan if one.seconds is None else one.seconds for one in single]
    np.testing.assert_allclose(batch.seconds, costs, rtol=1e-14)
    assert at_once.ledger.evaluations == one_by_one.ledger.evaluations == 4
    assert at_once.ledger.epochs == one_by_one.ledger.epochs == 4 * fidelity.epoch
    assert at_once.ledger.seconds == pytest.approx(one_by_one.ledger.seconds)
    assert at_once.stored_means == one_by_one.stored_means


def test_query_many_draws_among_the_trials_of_each_cell(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10", rng=np.random.default_rng(0))
    batch = benchmark.query_many([small.cells[1]] * 50, FINAL, "random")
    trials = small.columns["cifar10-valid", FINAL, "valid_accuracy"][1]
    costs = {value: seconds(small, 1, 200, trial) for trial, value in trials.items()}
    assert set(batch.valid_accuracy) == set(trials.values())
    for value, cost in zip(batch.valid_accuracy, batch.seconds, strict=True):
        assert cost == pytest.approx(costs[value])  # of the trial that answered


def test_query_many_charges_nothing_where_it_is_refused_and_names_the_cell(small, space) -> None:
    benchmark = Benchmark(small.open(), "cifar10", Ledger(evaluations=3, overstep="discard"))
    with pytest.raises(BudgetExhaustedError):
        benchmark.query_many(small.cells[:4], FINAL, 777)
    with pytest.raises(MissingTrialError, match=re.escape(space.format(small.cells[3]))):
        benchmark.query_many([small.cells[at] for at in (1, 3, 2)], FINAL, 999)
    assert benchmark.ledger.evaluations == 0


def test_a_metric_of_a_schedule_that_the_trial_set_lacks_is_none(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    assert benchmark.value(0, "cifar10", Fidelity(12, 12), "test_accuracy", "mean") is None


@pytest.mark.parametrize("epoch", range(1, 13))
def test_an_epoch_within_a_schedule_answers_from_the_curves_and_costs_its_epochs(small, epoch: int) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    answer = benchmark.query(small.cells[1], Fidelity(12, epoch), 111)
    assert answer.valid_accuracy == small.curves[1][111]["valid_accuracy"][epoch - 1]
    assert answer.seconds == pytest.approx(seconds(small, 1, epoch, 111, schedule=12))
    assert benchmark.ledger.epochs == epoch


def test_fidelities_list_what_can_be_queried(small) -> None:
    assert Benchmark(small.open(), "cifar10").fidelities() == [*(Fidelity(12, at) for at in range(1, 13)), FINAL]


def test_stored_means_that_answered_are_counted(small) -> None:
    benchmark = Benchmark(small.open(), "mixed", rng=np.random.default_rng(0))
    for cell in small.cells:
        benchmark.query(cell, FINAL, "random_or_mean")
    benchmark.query_many(small.cells, FINAL, "random_or_mean")
    assert benchmark.stored_means == 2 * 6


def test_every_query_is_charged_repeats_included(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    first, second = (benchmark.query(small.cells[1], FINAL, "mean") for _ in range(2))
    assert benchmark.ledger.seconds == pytest.approx(first.seconds + second.seconds)
    assert (benchmark.ledger.evaluations, benchmark.ledger.epochs) == (2, 400)


def test_repeats_may_be_free_and_still_count_as_evaluations(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10", charge_repeats=False)
    first = benchmark.query(small.cells[1], FINAL, "mean")
    benchmark.query(small.cells[1], FINAL, "mean")
    benchmark.query_many([small.cells[1]] * 3, FINAL, "mean")
    assert benchmark.ledger.seconds == first.seconds
    assert (benchmark.ledger.evaluations, benchmark.ledger.epochs) == (5, 200)
    other = benchmark.query(small.cells[1], Fidelity(12, 4), "mean")  # another fidelity is another training
    assert benchmark.ledger.seconds == pytest.approx(first.seconds + other.seconds)


def test_a_batch_charges_a_cell_once_where_repeats_are_free(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10", charge_repeats=False)
    batch = benchmark.query_many([small.cells[1], small.cells[2], small.cells[1]], FINAL, "mean")
    assert benchmark.ledger.seconds == pytest.approx(batch.seconds[0] + batch.seconds[1])


def test_a_refused_query_charges_nothing(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    attempts: list[tuple[Any, Fidelity, Any, type[Exception]]] = [
        ((0,) * 5, FINAL, "mean", ArchitectureError),
        (small.cells[1], Fidelity(200, 3), "mean", UnknownFidelityError),
        (small.cells[1], Fidelity(99, 99), "mean", UnknownFidelityError),
        (small.cells[1], FINAL, 5, MissingTrialError),
        (small.cells[5], FINAL, "mean", MissingValueError),
    ]
    for arch, fidelity, policy, error in attempts:
        with pytest.raises(error):
            benchmark.query(arch, fidelity, policy)
    assert benchmark.ledger.evaluations == 0


def test_an_unknown_epoch_is_answered_with_those_that_there_are(small) -> None:
    with pytest.raises(UnknownFidelityError, match="known at epoch 1 to 12, not at 13"):
        Benchmark(small.open(), "cifar10").query(small.cells[0], Fidelity(12, 13), "mean")


def test_an_unknown_data_set_is_refused(small) -> None:
    with pytest.raises(UnknownDatasetError):
        Benchmark(small.open(), "svhn")


def test_a_diverged_training_answers_nan(small) -> None:
    assert math.isnan(Benchmark(small.open(), "cifar10").query(small.cells[7], FINAL, 888).valid_accuracy)


# ---- real measurements ----


def test_the_official_values_of_the_first_cell(real_table, space) -> None:
    cell = space.parse(
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
    )
    benchmark = Benchmark(Table(real_table, space), "cifar10")
    answer = benchmark.query(cell, Fidelity(12, 12), "mean")
    assert answer.valid_accuracy == 63.364
    assert answer.seconds == pytest.approx(12 * 7.221093 + 2.548979)
    score = benchmark.score(cell)
    assert score["cifar10"].valid_accuracy == pytest.approx((82.092 + 81.616 + 82.24) / 3)
    assert score["cifar10"].test_accuracy == 85.863333


def test_the_optimum_is_the_published_one(real_table, space) -> None:
    benchmark = Benchmark(Table(real_table, space), "cifar10")
    scores = [benchmark.score(cell) for cell in space.enumerate()]
    best = {
        name: (
            round(max(score[name].valid_accuracy for score in scores), 2),
            round(max(score[name].test_accuracy for score in scores), 2),
        )
        for name in scores[0]
    }
    assert best == {"cifar10": (91.61, 94.37), "cifar100": (73.49, 73.51), "ImageNet16-120": (46.73, 47.31)}


# what comes from Python, and is something else than it should be


def test_a_text_form_and_a_schedule_are_taken(small, space) -> None:
    benchmark, cell = Benchmark(small.open(), "cifar10", rng=np.random.default_rng(0)), small.cells[1]
    expected = benchmark.query(cell, FINAL, "mean")
    assert benchmark.query(space.format(cell), 200, "mean") == expected
    assert benchmark.query(cell, (200, 200), "mean") == expected
    many = benchmark.query_many([space.format(cell), cell], 200, "mean")
    assert many.valid_accuracy.tolist() == [expected.valid_accuracy] * 2
    assert isinstance(benchmark.query(cell, 200, "mean").fidelity, Fidelity)


@pytest.mark.parametrize("arch", ["no cell", None, 3, [0] * 6, (0,) * 5, {}, np.zeros(6)])
def test_what_is_no_architecture_is_refused_in_our_words(small, arch: Any) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    for query in (benchmark.query, lambda arch, *rest: benchmark.query_many([arch], *rest)):
        with pytest.raises(ArchitectureError) as caught:
            query(arch, FINAL, "mean")
        assert "\n" not in str(caught.value)
    assert benchmark.ledger.evaluations == 0


@pytest.mark.parametrize("fidelity", [None, "12", 200.0, True, (12,), (200, 200, 200), (200, 12.0), [200, 200], {}])
def test_what_is_no_fidelity_is_refused_in_our_words(small, fidelity: Any) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    with pytest.raises(ConfigError, match="expected a fidelity"):
        benchmark.query(small.cells[1], fidelity, "mean")
    with pytest.raises(ConfigError, match="expected a fidelity"):
        benchmark.query_many([small.cells[1]], fidelity, "mean")


def test_a_schedule_that_the_table_lacks_is_named(small) -> None:
    with pytest.raises(UnknownFidelityError, match="12 or 200 epochs, not for 13"):
        Benchmark(small.open(), "cifar10").query(small.cells[1], 13, "random")


@pytest.mark.parametrize("trial", [None, "median", 1.5, -1, True, [], {}])
def test_what_is_no_trial_policy_is_refused_in_our_words(small, trial: Any) -> None:
    benchmark = Benchmark(small.open(), "cifar10", rng=np.random.default_rng(0))
    for query in (benchmark.query, lambda arch, *rest: benchmark.query_many([arch], *rest)):
        with pytest.raises(ConfigError, match="trial policy: expected"):
            query(small.cells[1], FINAL, trial)
    with pytest.raises(ConfigError, match="trial policy: expected"):
        benchmark.value(1, "cifar10", FINAL, "test_accuracy", trial)


@pytest.mark.parametrize("dataset", [None, 12, [], "svhn"])
def test_what_is_no_data_set_is_refused_in_our_words(small, dataset: Any) -> None:
    with pytest.raises(UnknownDatasetError, match="cifar10, mixed; got"):
        Benchmark(small.open(), dataset)


@pytest.mark.parametrize("row", [-1, 12, 1.0, "0", None, True])
def test_a_row_that_is_not_there_has_no_value(small, row: Any) -> None:
    with pytest.raises(MissingArchitectureError, match=r"expected a row in 0\.\.11"):
        Benchmark(small.open(), "cifar10").value(row, "cifar10", FINAL, "test_accuracy", "mean")


def test_a_name_that_is_not_there_has_no_value_and_the_closest_is_named(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    with pytest.raises(UnknownMetricError, match="'valid_acuracy'; did you mean valid_accuracy"):
        benchmark.value(0, "cifar10", FINAL, "valid_acuracy", "mean")
    with pytest.raises(UnknownDatasetError, match="trial sets cifar10-valid, cifar10, mixed; got 'svhn'"):
        benchmark.value(0, "svhn", FINAL, "valid_accuracy", "mean")


def test_a_metric_that_the_source_merely_lacks_is_none(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10")
    assert benchmark.value(0, "cifar10", FINAL, "valid_accuracy", "mean") is None
    assert benchmark.value(0, "cifar10", FINAL, "flops", "mean") is None
    assert benchmark.value(0, "cifar10", Fidelity(12, 12), "test_accuracy", "mean") is None


def test_a_benchmark_pickles_with_its_ledger_and_its_generator(small) -> None:
    benchmark = Benchmark(small.open(), "cifar10", Ledger(evaluations=5), np.random.default_rng(3))
    benchmark.query(small.cells[1], FINAL, "random")
    data = pickle.dumps(benchmark)
    assert len(data) < 3000  # no values of the table
    copy = pickle.loads(data)
    for _ in range(4):
        assert copy.query(small.cells[1], FINAL, "random") == benchmark.query(small.cells[1], FINAL, "random")
    assert copy.ledger.evaluations == 5
    with pytest.raises(BudgetExhaustedError):
        copy.query(small.cells[1], FINAL, "random")


def test_another_search_has_a_budget_of_its_own_and_the_same_answers(small) -> None:
    first = Benchmark(small.open(), "cifar10", charge_repeats=False)
    answer = first.query(small.cells[1], FINAL, "mean")
    second = first.again(Ledger(), np.random.default_rng(0))
    assert second.query(small.cells[1], FINAL, "mean") == answer
    assert first.ledger.seconds == second.ledger.seconds == answer.seconds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nb201", "cifar10"), r"table: expected an open table; open_table\(NAME\) opens one; got 'nb201'"),
        ((None, "cifar10", 12_000), "ledger: expected a Ledger, or None for no limit; got 12000"),
        ((None, "cifar10", None, 7), "rng: expected a numpy.random.Generator, or None; got 7"),
    ],
)
def test_arguments_of_another_type_are_refused_in_our_words(small, arguments: tuple, message: str) -> None:
    table = small.open() if arguments[0] is None else arguments[0]
    with pytest.raises(ConfigError, match=message):
        Benchmark(table, *arguments[1:])


def test_a_table_that_does_not_say_what_a_query_is_charged_is_refused(space, tmp_path) -> None:
    units, pair = {"valid_accuracy": "percent", "charged_epochs": "epochs"}, {"mine": Dataset("mine", "mine")}
    with TableWriter(tmp_path / "t.mdb", space, units, Source("tidy", "t.csv", "0" * 64), pair) as writer:
        writer.set_architectures([(0,) * 6, (1,) * 6])
        writer.add_series("mine", 12, [0])
        writer.add_column("mine", Fidelity(12, 12), "valid_accuracy", [[50.0], [60.0]])
        writer.add_column("mine", Fidelity(12, 12), "charged_epochs", [[float("nan")], [6.0]])
        writer.finish()
    benchmark = Benchmark(Table(tmp_path / "t.mdb", space), "mine")
    with pytest.raises(MissingValueError, match="does not say how many epochs it is charged"):
        benchmark.query((0,) * 6, 12, 0)
    assert (benchmark.ledger.epochs, benchmark.ledger.evaluations) == (0, 0)
    benchmark.query((1,) * 6, 12, 0)
    assert benchmark.ledger.epochs == 6

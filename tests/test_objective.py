"""A table with test figures only is searched by name, and everything says so."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.algorithm import Algorithm
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import ConfigError, UnknownFidelityError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import table_path
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.jobs.query import QuerySearcher
from nasbench_suite.jobs.run import run
from nasbench_suite.ledger import Ledger
from nasbench_suite.objective import TOLD_TEST_SCORES
from nasbench_suite.observation import Score
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.report.figures.incumbents import draw, save
from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.console import to_console
from nasbench_suite.report.writers.markdown import to_markdown
from nasbench_suite.spaces.nds import NDSResNet
from nasbench_suite.table import Table
from nasbench_suite.testing.isolation import reachable

COUNT = 30


@pytest.fixture
def errors(tmp_path: Path, home: Path) -> list[float]:
    """A table of thirty networks whose errors are these; the last was trained on ImageNet only."""
    draw = np.random.default_rng(0)
    final = [round(float(error), 3) for error in draw.uniform(5, 20, COUNT)]
    jobs = [
        {
            "job_id": at,
            "rng_seed": 1,
            "iter_time": 0.5,
            "test_ep_top1": [50.0, error],
            "net": {"block_type": "res_basic_block", "ds": [1, at + 1], "ws": [16, 16], "ss": [1, 1]},
            "optim": {"base_lr": 0.1, "wd": 0.0005, "max_ep": 2},
        }
        for at, error in enumerate(final)
    ]
    folder = tmp_path / "nds_data"
    folder.mkdir()
    (folder / "ResNet.json").write_text(json.dumps(jobs[:-1]))
    (folder / "ResNet_in.json").write_text(json.dumps(jobs[-1:]))
    import_file(NDSResNet(), folder, table_path("nds_resnet"))
    return final


def opened(batch_size: int | None = None) -> Table:
    return Table(table_path("nds_resnet"), NDSResNet(batch_size=batch_size))


OVERRIDES = ("space=nds_resnet", "protocol=nds", "fidelities=[[2,2]]", "objectives=test_error", "seeds=2")


def test_a_search_must_ask_for_test_scores_by_name(errors: list[float], cli: Callable) -> None:
    done = cli("run", "space=nds_resnet")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "must be asked for by name: objectives=test_error" in done.err


def test_an_unknown_objective_is_refused(errors: list[float], composed: Callable) -> None:
    made = composed(*OVERRIDES, "objectives=test")
    with pytest.raises(ConfigError, match=r"expected valid_accuracy or test_error.*got 'test'"):
        prepare(made.config, made.choices)


def test_test_scores_are_refused_where_there_is_validation(full_table: Path) -> None:
    table = Table(full_table, find_space("nb201"))
    with pytest.raises(ConfigError, match="no search must see test scores"):
        Benchmark(table, "cifar10", objective="test_error")


def test_an_observation_then_carries_the_test_accuracy(errors: list[float]) -> None:
    table = opened()
    with pytest.raises(ConfigError, match="objectives=test_error"):
        Benchmark(table, "cifar10").fidelities()
    benchmark = Benchmark(table, "cifar10", objective="test_error")
    assert benchmark.fidelities() == [Fidelity(2, 1), Fidelity(2, 2)]
    archs = [table.space.parse(text) for text in table.architectures(range(COUNT - 1))]
    for arch, error in zip(archs, errors, strict=False):
        observation = benchmark.query(arch, Fidelity(2, 2), "mean")
        assert observation.valid_accuracy == 100 - error
        assert observation.seconds is None
        assert benchmark.score(arch)["cifar10"] == Score("cifar10", 2, None, 100 - error)
    assert benchmark.query(archs[0], Fidelity(2, 1), 1).valid_accuracy == 50.0
    many = benchmark.query_many(archs, Fidelity(2, 2), "mean").valid_accuracy
    assert many.tolist() == [100 - error for error in errors[:-1]]
    with pytest.raises(UnknownFidelityError, match="test accuracy on cifar10"):
        benchmark.query(archs[0], Fidelity(2, 3), "mean")


def test_seconds_are_step_time_times_steps_times_epochs(errors: list[float]) -> None:
    table, ledger = opened(batch_size=128), Ledger(seconds=1e9)
    arch = table.space.parse(table.architecture(0))
    benchmark = Benchmark(table, "cifar10", ledger, objective="test_error")
    for epochs in (1, 2):
        assert benchmark.query(arch, Fidelity(2, epochs), "mean").seconds == 0.5 * 391 * epochs
    assert ledger.seconds == 0.5 * 391 * 3


def test_a_budget_in_seconds_needs_the_batch_size(errors: list[float], composed: Callable) -> None:
    made = composed(*OVERRIDES, "budget.seconds=1000")
    with pytest.raises(ConfigError, match=r"set space\.batch_size"):
        prepare(made.config, made.choices)
    made = composed(*OVERRIDES, "budget.seconds=1000", "space.batch_size=128")
    assert "iter_time x 391 steps x epochs" in str(prepare(made.config, made.choices).describe()["seconds_from"])


@pytest.mark.parametrize("algorithm", ["random", "rea"])
@pytest.mark.parametrize("budget", ["budget.evaluations=20", "budget.epochs=40", "budget.seconds=8000"])
def test_a_search_stays_among_what_was_measured_there(
    algorithm: str, budget: str, errors: list[float], composed: Callable
) -> None:
    made = composed(*OVERRIDES, f"algorithm={algorithm}", budget, "space.batch_size=128")
    job = prepare(made.config, made.choices)
    record = QuerySearcher(job).run(0)
    there = set(opened().architectures(range(COUNT - 1)))
    assert set(record.columns["architecture"]) <= there
    assert len(record.columns["architecture"]) >= 20
    if algorithm == "random":
        assert len(set(record.columns["architecture"])) == len(record.columns["architecture"])


def test_a_random_search_of_the_whole_pool_finds_its_best(errors: list[float], composed: Callable) -> None:
    made = composed(*OVERRIDES, f"budget.evaluations={COUNT - 1}")
    summary = make_report([run(prepare(made.config, made.choices))])
    (row,) = summary.rows  # there is nothing to show on ImageNet
    assert row.test_mean == 100 - min(errors[:-1])
    assert row.test_std == 0
    assert row.valid_mean is None


def test_an_algorithm_of_a_job_reaches_no_table(errors: list[float], composed: Callable) -> None:
    made = composed(*OVERRIDES, "budget.evaluations=5", "algorithm=rea")
    searcher = QuerySearcher(prepare(made.config, made.choices))
    algorithm: Algorithm = searcher._new_algorithm(searcher._space, [Fidelity(2, 2)], np.random.default_rng(0))
    for _ in range(5):
        algorithm.tell(proposal := algorithm.ask(), Benchmark(opened(), "cifar10", objective="test_error").query(
            proposal.arch, Fidelity(2, 2), "mean"
        ))  # fmt: skip
    assert not [thing for thing in reachable(algorithm) if isinstance(thing, Table | Benchmark | Score)]


def test_job_folder_and_reports_say_that_test_scores_were_told(errors: list[float], composed: Callable) -> None:
    made = composed(*OVERRIDES, "budget.evaluations=5")
    folder = run(prepare(made.config, made.choices))
    assert json.loads((folder / "job.json").read_text())["objectives"] == ["test_error"]
    assert "objectives: test_error" in (folder / "config.yaml").read_text()
    summary = make_report([folder])
    for text in (to_console(summary), to_markdown(summary)):
        assert TOLD_TEST_SCORES in text
        assert "set space.batch_size to derive them" in text
    assert "objectives test_error" in to_markdown(summary)


def test_the_figure_of_such_a_search_has_test_curves_only(
    errors: list[float], composed: Callable, tmp_path: Path
) -> None:
    made = composed(*OVERRIDES, "budget.evaluations=5")
    summary = make_report([run(prepare(made.config, made.choices))])
    figure = draw(summary, ("accuracy",))
    valid, test = figure.axes
    assert not valid.lines
    assert [text.get_text() for text in valid.texts] == ["not in the table"]
    assert len(test.lines) == 1
    (legend,) = figure.subfigs[0].legends
    assert [text.get_text() for text in legend.get_texts()] == ["random (2 searches)"]
    save(summary, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1000

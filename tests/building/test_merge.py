"""From what a worker measured to a table; real trainings, in this process."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.building.build import build
from nasbench_suite.building.executor import Told, WorkerDeath
from nasbench_suite.building.plan import BuildPlan
from nasbench_suite.errors import ResultsError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.complexity import flops, parameters
from nasbench_suite.table import Table
from nasbench_suite.training.datasets import load_dataset
from nasbench_suite.training.evaluation import evaluate
from nasbench_suite.training.task import TaskResult, TrainingTask
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings

Make = Callable[..., BuildPlan]
ONE_CELL = "architectures='|none~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|none~1|none~2|'"


class Here:
    """A executor of one, in this process."""

    workers = 1

    def start(self, number: int, settings: WorkerSettings) -> None:
        self._worker = TrainingWorker(settings)

    def submit(self, number: int, task: TrainingTask) -> None:
        self._task = task

    def wait(self, told: Told) -> list[tuple[int, TaskResult | WorkerDeath]]:
        return [(0, self._worker.train(self._task))]

    def shutdown(self) -> None:
        pass


@pytest.fixture
def table(tmp_path: Path) -> Callable[[BuildPlan], Table]:
    def make(plan: BuildPlan) -> Table:
        build(plan, Here(), tmp_path / "built.mdb")
        return Table(tmp_path / "built.mdb", NB201())

    return make


def test_a_table_holds_every_epoch_of_every_seed(make_plan: Make, table: Callable[[BuildPlan], Table]) -> None:
    made = table(make_plan(ONE_CELL))
    assert made.fidelities("digits") == [Fidelity(1, 1), Fidelity(2, 1), Fidelity(2, 2)]
    (cell,) = [made.space.parse(made.architecture(0))]
    benchmark = Benchmark(made, "digits")
    seen, later = (benchmark.query(cell, Fidelity(2, epoch), trial=1) for epoch in (1, 2))
    assert 0 < seen.valid_accuracy < 100 and seen.trial == 1
    assert seen.seconds is not None and later.seconds is not None and later.seconds > seen.seconds > 0
    assert benchmark.query(cell, Fidelity(2, 2), trial=0).valid_accuracy != later.valid_accuracy
    score = benchmark.score(cell)["digits"]
    assert score.test_accuracy is not None and score.schedule == 2


def test_cells_share_the_measurements_of_their_class_and_have_their_own_parameters(
    make_plan: Make, table: Callable[[BuildPlan], Table]
) -> None:
    made = table(make_plan(ONE_CELL))
    cell = made.space.parse(made.architecture(0))
    # its convolution leads nowhere: what is trained has none
    assert made.space.canonical(cell).count(3) == 0 and cell.count(3) == 1
    benchmark, final = Benchmark(made, "digits"), Fidelity(2, 2)
    assert benchmark.value(0, "digits", final, "parameters", "mean") == parameters(cell, 10, 4, 1, 1) / 1e6
    assert benchmark.value(0, "digits", final, "flops", "mean") == flops(cell, 10, 8, 4, 1, 1) / 1e6


def test_a_long_schedule_is_kept_as_curves(make_plan: Make, table: Callable[[BuildPlan], Table]) -> None:
    made = table(make_plan(ONE_CELL, "schedules=[13]", "trials=[4]"))
    assert len(made.fidelities("digits")) == 13
    curves = made.curves("digits", 13, 0)[4]
    assert len(curves["valid_accuracy"].values) == 13 and list(curves["test_accuracy"].epochs) == [13]


def test_a_training_that_diverges_is_counted_and_missing(make_plan: Make, table: Callable[[BuildPlan], Table]) -> None:
    wild = ("training.recipe.learning_rate=1e30", "training.recipe.attempts=2", "schedules=[2]")
    plan = make_plan(ONE_CELL, *wild)
    made = table(plan)
    assert made.metadata.counts["failed_trainings"] == 2 and made.metadata.counts["trainings"] == 0
    assert made.fidelities("digits") == []
    log = (plan.folder / "finished.log").read_text()
    assert "training loss nan in epoch" in log and "attempt 2 of 2" in log


def test_checkpoints_are_gone_when_their_training_is_noted(
    make_plan: Make, table: Callable[[BuildPlan], Table]
) -> None:
    plan = make_plan(ONE_CELL, "checkpoints=true", "training.together=false")
    made = table(plan)
    assert made.metadata.counts["trainings"] == 4
    assert (plan.folder / "unfinished").is_dir() and not list((plan.folder / "unfinished").iterdir())


def test_measurements_are_kept_in_single_precision(make_plan: Make, table: Callable[[BuildPlan], Table]) -> None:
    made = table(make_plan(ONE_CELL, "schedules=[1]"))
    dtypes = {dtype for key, (dtype, _) in made.metadata.arrays.items() if key.startswith("column/")}
    assert dtypes == {"<f4"}


@pytest.mark.parametrize("schedule", [1, 13])
def test_latency_is_measured_on_request_for_each_trial(
    schedule: int, make_plan: Make, table: Callable[[BuildPlan], Table]
) -> None:
    made = table(make_plan(ONE_CELL, "latency=true", f"schedules=[{schedule}]"))
    curves = made.curves("digits", schedule, 0)
    repeats = [curves[trial]["latency_repeats"].values for trial in (0, 1)]
    assert all(len(values) == len(set(values)) > 1 and min(values) > 0 for values in repeats)
    column = made.metric("digits", Fidelity(schedule, schedule), "latency")
    assert column is not None
    values, known = column.matrix(np.array([0]))
    assert known.all()
    np.testing.assert_allclose(values[0], [np.mean(values) for values in repeats], rtol=1e-6)
    assert made.metadata.units["latency"] == "s"
    made.verify()


def test_what_is_not_asked_for_changes_neither_folder_nor_table(
    make_plan: Make, table: Callable[[BuildPlan], Table]
) -> None:
    plain, timed = make_plan(ONE_CELL), make_plan(ONE_CELL, "latency=true")
    assert not {"latency", "keep_parameters"} & plain.decisive.keys()
    assert plain.folder != timed.folder
    made = table(plain)
    assert not {"latency", "latency_repeats"} & made.metadata.units.keys()
    assert made.parameters_store is None and not plain.parameters_folder.exists()


@pytest.mark.parametrize("together", ["true", "false"])
def test_parameters_are_kept_on_request_under_official_names(
    together: str, make_plan: Make, table: Callable[[BuildPlan], Table]
) -> None:
    how = ("keep_parameters=true", f"training.together={together}", "architectures=2", "schedules=[2]")
    plan = make_plan(*how)
    made = table(plan)
    data = load_dataset("digits")
    mean, std = data.mean[0], data.std[0]
    assert made.parameters_store is not None and made.parameters_store.networks == 4
    for row, arch in enumerate(plan.rows):
        for at, trial in enumerate((0, 1)):
            state = made.parameters(arch, "digits", trial)
            assert "cells.1.conv_a.op.1.weight" in state
            network = made.space.network(arch, classes=10, channels=4, cells=1, in_channels=1)
            network.load_official_state_dict(state)
            (measured,) = evaluate(network, data.test, lambda pixels: (pixels.float() - mean) / std, 1, 100)
            column = made.metric("digits", Fidelity(2, 2), "test_accuracy")
            assert column is not None
            assert measured.accuracy == pytest.approx(column.matrix(np.array([row]))[0][0, at], abs=0.3)


def test_parameters_that_are_gone_from_the_folder_are_missed_in_one_line(
    make_plan: Make, table: Callable[[BuildPlan], Table]
) -> None:
    plan = make_plan(ONE_CELL, "keep_parameters=true", "architectures=1", "schedules=[1]")
    table(plan)
    next(plan.parameters_folder.iterdir()).unlink()
    with pytest.raises(ResultsError, match="cannot be read"):
        table(plan)

"""Workers of both kinds, killed and not, do the same."""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.building.executor import Told, WorkerDeath, run_tasks
from nasbench_suite.building.local_executor import LocalExecutor
from nasbench_suite.building.plan import BuildPlan
from nasbench_suite.errors import ConfigError, DatasetError
from nasbench_suite.progress import TrainingProgress
from nasbench_suite.training.task import TaskResult, TrainingTask, TrialRecord
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings

Make = Callable[..., BuildPlan]
Order = Callable[[BuildPlan], WorkerSettings]
TWO_NODES = Path(__file__).parents[1] / "sweeps" / "two_nodes.py"


def without_seconds(result: TaskResult) -> tuple[TrainingTask, list[TrialRecord]]:
    trained = [replace(one, seconds=0.0, epochs=tuple(epoch[:6] for epoch in one.epochs)) for one in result.trials]
    return result.task, trained


def kill_everybody() -> None:
    for child in multiprocessing.active_children():
        child.kill()


@pytest.mark.slow  # half a minute; the drill kills builds too
def test_killed_workers_are_replaced_and_the_results_are_those_of_nobody_killed(
    make_plan: Make, make_settings: Order
) -> None:
    plan = make_plan()
    settings = make_settings(plan)
    results: list[TaskResult] = []
    for result in run_tasks(LocalExecutor(2), settings, plan.tasks):
        if len(results) in (0, 3):
            kill_everybody()
        results.append(result)
    here = TrainingWorker(settings)
    undisturbed = [without_seconds(here.train(task)) for task in plan.tasks]
    assert sorted(map(without_seconds, results)) == sorted(undisturbed)


@pytest.mark.extra
def test_a_killed_worker_of_ray_is_replaced(make_plan: Make, make_settings: Order) -> None:
    import ray

    from nasbench_suite.building.ray_executor import RayExecutor

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    class Unlucky(RayExecutor):
        """Loses its first worker to its work."""

        killed = False

        def submit(self, number: int, task: TrainingTask) -> None:
            if self.killed:
                return super().submit(number, task)
            self.killed = True
            self._busy[ray.remote(max_retries=0)(die).remote()] = number

    plan = make_plan("architectures=1")
    executor = Unlucky(1, None, 0)
    results = list(run_tasks(executor, make_settings(plan), plan.tasks))
    assert executor.killed
    assert sorted(result.task for result in results) == sorted(plan.tasks)
    assert all(result.failures == 0 for result in results)


@pytest.mark.extra
def test_more_gpus_than_a_machine_has_are_refused_rather_than_waited_for() -> None:
    from nasbench_suite.building.ray_executor import RayExecutor

    with pytest.raises(ConfigError, match=r"executor\.gpus: expected as many as this machine has, got 1000"):
        RayExecutor(1, None, 1000)


@pytest.mark.extra
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux shows them")
@pytest.mark.parametrize(
    "how",
    [
        pytest.param([], id="the_first_node_goes_on"),
        pytest.param(["--late"], id="a_late_one_does", marks=pytest.mark.slow),  # a minute and more
    ],
)
def test_a_build_on_a_ray_cluster_that_loses_a_node_ends_with_the_table_of_an_unbroken_one(
    how: list[str], tiny: tuple[str, ...], measurements: Callable[[Path], Mapping[str, Any]], tmp_path: Path
) -> None:
    def build(*program: str | Path, output: str, executor: str) -> "subprocess.CompletedProcess[str]":
        words = ("build", *tiny, "workers=3", f"output={output}.mdb", f"results={output}", f"executor={executor}")
        return subprocess.run([sys.executable, *program, *words], cwd=tmp_path, capture_output=True, text=True)

    whole = build("-m", "nasbench_suite", output="whole", executor="local")
    assert whole.returncode == 0, whole.stderr
    # three workers have room for two, then for one
    broken = build(TWO_NODES, *how, output="broken", executor="ray")
    assert broken.returncode == 0, broken.stderr
    assert "the second node is dead" in broken.stdout and ", 0 failed trainings" in broken.stdout
    assert measurements(tmp_path / "broken.mdb") == measurements(tmp_path / "whole.mdb")


class DyingExecutor:
    """Loses the machine of its only worker again and again, and then answers."""

    workers, lost = 1, 0

    def start(self, number: int, settings: WorkerSettings) -> None:
        pass

    def submit(self, number: int, task: TrainingTask) -> None:
        self.given = number, task

    def wait(self, told: Told) -> list[tuple[int, TaskResult | WorkerDeath]]:
        number, task = self.given
        self.lost += 1
        return [(number, WorkerDeath("no power", with_machine=True) if self.lost < 10 else TaskResult(task, ()))]

    def shutdown(self) -> None:
        pass


def test_a_task_is_not_to_blame_for_machines_that_are_lost(make_plan: Make, make_settings: Order) -> None:
    plan = make_plan("architectures=1", "schedules=[1]")
    (result,) = run_tasks(DyingExecutor(), make_settings(plan), plan.tasks)
    assert result == TaskResult(plan.tasks[0], ())


class KillingExecutor(LocalExecutor):
    """Kills whoever is given the first schedule."""

    def submit(self, number: int, task: TrainingTask) -> None:
        super().submit(number, task)
        if task.schedule == 1:
            self._workers[number][0].kill()


def test_a_task_that_costs_worker_after_worker_fails_with_its_reason_and_the_others_go_on(
    make_plan: Make, make_settings: Order
) -> None:
    plan = make_plan("architectures=1")
    parts: list[float] = []
    failed, done = sorted(
        run_tasks(KillingExecutor(1), make_settings(plan), plan.tasks, parts.append), key=lambda one: one.task.schedule
    )
    assert sorted(part for part in parts if part) == [0.5, 0.5, 1.0]  # two epochs, and what failed
    assert failed.failures == 2 and done.failures == 0
    assert failed.trials[0].reason == "3 workers died of it; the last: exit code -9"


def test_an_error_in_a_worker_reaches_the_driver(make_plan: Make, make_settings: Order) -> None:
    plan = make_plan("architectures=1", "datasets=[cifar100]", "datasets_root=nowhere")
    with pytest.raises(DatasetError, match="cifar-100-python"):
        list(run_tasks(LocalExecutor(1), replace(make_settings(plan), datasets_root="nowhere"), plan.tasks))
    assert not multiprocessing.active_children()


class TellingExecutor(DyingExecutor):
    """Is half through its task when it dies."""

    def wait(self, told: Told) -> list[tuple[int, TaskResult | WorkerDeath]]:
        told(0, TrainingProgress(1, 2, 3.0))
        return super().wait(told)


def test_what_is_done_of_a_task_is_told_and_taken_back_where_a_worker_dies(
    make_plan: Make, make_settings: Order
) -> None:
    plan = make_plan("architectures=1", "schedules=[1]")
    parts: list[float] = []
    list(run_tasks(TellingExecutor(), make_settings(plan), plan.tasks, parts.append))
    assert parts == [0.5, -0.5] * 9 + [0.5, 0.5]


@pytest.mark.parametrize(("together", "epochs"), [(True, [1, 2]), (False, [1, 2, 3, 4])])
def test_each_epoch_is_told_of_trials_side_by_side_and_one_after_the_other(
    together: bool, epochs: list[int], make_plan: Make, make_settings: Order
) -> None:
    plan = make_plan("architectures=1", "schedules=[2]", f"training.together={together}")
    told: list[TrainingProgress] = []
    TrainingWorker(make_settings(plan)).train(plan.tasks[0], (0, 1), told=told.append)
    assert [(one.epochs, one.total) for one in told] == [(epoch, len(epochs)) for epoch in epochs]
    assert [one.seconds for one in told] == sorted(one.seconds for one in told)

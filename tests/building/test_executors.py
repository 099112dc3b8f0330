"""Workers of both kinds, killed and not, do the same."""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace

import pytest

from nasbench_suite.building.executor import run_tasks
from nasbench_suite.building.local_executor import LocalExecutor
from nasbench_suite.building.plan import BuildPlan
from nasbench_suite.errors import DatasetError
from nasbench_suite.training.task import TaskResult, TrainingTask, TrialRecord
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings

Make = Callable[..., BuildPlan]
Order = Callable[[BuildPlan], WorkerSettings]


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
def test_a_killed_actor_of_ray_is_replaced(make_plan: Make, make_settings: Order) -> None:
    import ray

    from nasbench_suite.building.ray_executor import RayExecutor

    class Unlucky(RayExecutor):
        """Loses its first worker as soon as that has work."""

        killed = False

        def submit(self, number: int, task: TrainingTask) -> None:
            super().submit(number, task)
            if not self.killed:
                self.killed = True
                ray.kill(self._actors[number])

    plan = make_plan("architectures=1")
    executor = Unlucky(1, None, 0)
    results = list(run_tasks(executor, make_settings(plan), plan.tasks))
    assert executor.killed
    assert sorted(result.task for result in results) == sorted(plan.tasks)
    assert all(result.failures == 0 for result in results)


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
    failed, done = sorted(
        run_tasks(KillingExecutor(1), make_settings(plan), plan.tasks), key=lambda one: one.task.schedule
    )
    assert failed.failures == 2 and done.failures == 0
    assert failed.trials[0].reason == "3 workers died of it; the last: exit code -9"


def test_an_error_in_a_worker_reaches_the_driver(make_plan: Make, make_settings: Order) -> None:
    plan = make_plan("architectures=1", "datasets=[cifar100]", "datasets_root=nowhere")
    with pytest.raises(DatasetError, match="cifar-100-python"):
        list(run_tasks(LocalExecutor(1), replace(make_settings(plan), datasets_root="nowhere"), plan.tasks))
    assert not multiprocessing.active_children()

"""Workers of both kinds, killed and not, do the same."""

import multiprocessing
from collections.abc import Callable
from dataclasses import replace

import pytest

from nasbench_suite.building.local import LocalCrew
from nasbench_suite.building.plan import Plan
from nasbench_suite.building.schedule import carry_out
from nasbench_suite.building.task import Result, Task, Trained
from nasbench_suite.building.worker import Orders, Worker
from nasbench_suite.errors import DatasetError

Make = Callable[..., Plan]
Order = Callable[[Plan], Orders]


def without_seconds(result: Result) -> tuple[Task, list[Trained]]:
    trained = [replace(one, seconds=0.0, epochs=tuple(epoch[:6] for epoch in one.epochs)) for one in result.trained]
    return result.task, trained


def kill_everybody() -> None:
    for child in multiprocessing.active_children():
        child.kill()


def test_killed_workers_are_replaced_and_the_results_are_those_of_nobody_killed(
    make_plan: Make, make_orders: Order
) -> None:
    plan = make_plan()
    orders = make_orders(plan)
    results: list[Result] = []
    for result in carry_out(LocalCrew(2), orders, plan.tasks):
        if len(results) in (0, 3):
            kill_everybody()
        results.append(result)
    here = Worker(orders)
    undisturbed = [without_seconds(here.train(task)) for task in plan.tasks]
    assert sorted(map(without_seconds, results)) == sorted(undisturbed)


def test_a_killed_actor_of_ray_is_replaced(make_plan: Make, make_orders: Order) -> None:
    ray = pytest.importorskip("ray", reason="needs Ray: pip install nasbench-suite[ray]")
    from nasbench_suite.building.cluster import RayCrew

    class Unlucky(RayCrew):
        """Loses its first worker as soon as that has work."""

        killed = False

        def give(self, number: int, task: Task) -> None:
            super().give(number, task)
            if not self.killed:
                self.killed = True
                ray.kill(self._actors[number])

    plan = make_plan("cells=1")
    crew = Unlucky(1, None, 0)
    results = list(carry_out(crew, make_orders(plan), plan.tasks))
    assert crew.killed
    assert sorted(result.task for result in results) == sorted(plan.tasks)
    assert all(result.failures == 0 for result in results)


class KillingCrew(LocalCrew):
    """Kills whoever is given the first schedule."""

    def give(self, number: int, task: Task) -> None:
        super().give(number, task)
        if task.schedule == 1:
            self._hands[number][0].kill()


def test_a_task_that_costs_worker_after_worker_fails_with_its_reason_and_the_others_go_on(
    make_plan: Make, make_orders: Order
) -> None:
    plan = make_plan("cells=1")
    failed, done = sorted(carry_out(KillingCrew(1), make_orders(plan), plan.tasks), key=lambda one: one.task.schedule)
    assert failed.failures == 2 and done.failures == 0
    assert failed.trained[0].reason == "3 workers died of it; the last: exit code -9"


def test_an_error_in_a_worker_reaches_the_driver(make_plan: Make, make_orders: Order) -> None:
    plan = make_plan("cells=1", "datasets=[cifar100]", "datasets_root=nowhere")
    with pytest.raises(DatasetError, match="cifar-100-python"):
        list(carry_out(LocalCrew(1), replace(make_orders(plan), datasets_root="nowhere"), plan.tasks))
    assert not multiprocessing.active_children()

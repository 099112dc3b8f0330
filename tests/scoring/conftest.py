import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.building.build import build
from nasbench_suite.building.executor import Told, WorkerDeath
from nasbench_suite.building.plan import prepare as prepare_build
from nasbench_suite.configuration.schema import check_score
from nasbench_suite.folders import table_path
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.scoring.plan import ScorePlan, prepare
from nasbench_suite.table import Table
from nasbench_suite.training.task import TaskResult, TrainingTask
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings

# small enough that a score takes hundredths of a second
TINY = ("network.channels=2", "network.cells=1", "batch=16")


class Here:
    """An executor in this process, which spares a start of another."""

    workers = 1

    def start(self, number: int, settings: WorkerSettings) -> None:
        self._worker = TrainingWorker(settings)

    def submit(self, number: int, task: TrainingTask) -> None:
        self._answer = self._worker.train(task)

    def wait(self, told: Told) -> list[tuple[int, TaskResult | WorkerDeath]]:
        return [(0, self._answer)]

    def shutdown(self) -> None:
        pass


@pytest.fixture
def make_plan(composed: Callable[..., Any], tmp_path: Path) -> Callable[..., ScorePlan]:
    """Prepares scores of tiny networks on the digits, of NAS-Bench-201 unless another space is named."""

    def make(*overrides: str, tiny: tuple[str, ...] = TINY) -> ScorePlan:
        words = ("dataset=digits", f"results={tmp_path}/scores", *(f"++{word}" for word in tiny), *overrides)
        return prepare(check_score(composed(*words, name="score").config))

    return make


@pytest.fixture
def mine(composed: Callable[..., Any], home: Path, once: Callable[..., Path]) -> Table:
    """A table of four architectures on the digits, trained for an epoch."""

    def make(folder: Path) -> None:
        words = ("name=mine", "training.network.channels=2", "training.network.cells=1", "schedules=[1]", "trials=[0]")
        plan = prepare_build(composed(*words, "architectures=4", f"results={folder}/builds", name="build").config)
        build(plan, Here(), folder / "mine.mdb")

    made, path = once("scored", make) / "mine.mdb", table_path("mine")
    path.parent.mkdir(parents=True)
    shutil.copyfile(made, path)
    return Table(path, find_space("nb201"))

"""From a plan to its table: what is not finished yet is trained, then everything is merged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nasbench_suite.building.executor import Executor, run_tasks
from nasbench_suite.building.folder import BuildFolder
from nasbench_suite.building.merge import merge
from nasbench_suite.building.plan import BuildPlan
from nasbench_suite.progress import Progress
from nasbench_suite.space import Complexity
from nasbench_suite.table import Metadata
from nasbench_suite.training.device import check_device
from nasbench_suite.training.worker import TrainingWorker, WorkerSettings, network_settings


def build(plan: BuildPlan, executor: Executor, path: Path) -> Metadata:
    """Carries a plan out and writes its table.

    A kill at any moment loses no training that was noted as finished, and none is repeated.

    Args:
        plan: what to train.
        executor: who trains.
        path: the table's place.

    Raises:
        ConfigError: the device is not there.
        DatasetError: the images are not there.
        ResultsError: the folder cannot be written, is in use, or was begun by another plan or version.
        TableExistsError: a table of other content is there.
    """
    settings = _worker_settings(plan)
    here = TrainingWorker(settings)
    # what is missing is said before anything starts
    data = {name: here.data(name) for name in plan.config["datasets"]}
    with BuildFolder.open(plan.folder, plan.describe()) as folder:
        todo = [task for task in plan.tasks if task not in folder.results]
        with Progress(f"build {plan.config['name']}", len(plan.tasks), unit="training") as progress:
            progress.start_at(len(plan.tasks) - len(todo))
            failures = sum(result.failures for result in folder.results.values())
            for result in run_tasks(executor, settings, todo, progress.advance):
                folder.append(result)
                here.discard_checkpoints(result.task)
                failures += result.failures
                progress.note(f"{failures} failed")
        complexity = {
            name: _complexity(plan, one.size, network_settings(settings.training, one)) for name, one in data.items()
        }
        return merge(plan, folder.results, complexity, path)


def _complexity(plan: BuildPlan, size: int, settings: Mapping[str, Any]) -> list[Complexity]:
    return [plan.space.complexity(arch, size, **settings) for arch in plan.rows]


def _worker_settings(plan: BuildPlan) -> WorkerSettings:
    config, root = plan.config, plan.config["datasets_root"]
    # absolute: a worker on another machine begins in another folder
    return WorkerSettings(
        config["space"],
        config["training"],
        tuple(config["trials"]),
        check_device("device", config["device"]),
        None if root is None else str(Path(root).absolute()),
        config["official"],
        str(plan.folder.absolute() / "unfinished") if config["checkpoints"] else None,
        config["latency"],
        str(plan.parameters_folder.absolute()) if config["keep_parameters"] else None,
    )

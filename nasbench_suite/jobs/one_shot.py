"""Searches that train a supernet; the evaluator only judges what they found."""

import math
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from functools import partial
from typing import Any

import torch
from hydra.utils import instantiate

from nasbench_suite.building.network_settings import check_supernet
from nasbench_suite.distributed import local_device, processes, rank
from nasbench_suite.errors import ConfigError, MissingArchitectureError
from nasbench_suite.evaluators.evaluator import Evaluator, open_evaluator
from nasbench_suite.evaluators.judge import Judge
from nasbench_suite.jobs.epoch_observer import EpochObserver, OpenObserver
from nasbench_suite.jobs.folder import checkpoint_file
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.plan import OneShotPlan, SearchPlan
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.ledger import Ledger
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.data import SearchData, load_search_data
from nasbench_suite.one_shot.ranking import RankingSettings
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.one_shot.search import search
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.one_shot.trainer import SupernetTrainer
from nasbench_suite.progress import Progress
from nasbench_suite.registry.spaces import find_space, space_names
from nasbench_suite.space import Space
from nasbench_suite.supernet import Supernet
from nasbench_suite.training.device import check_device
from nasbench_suite.trajectory import Columns
from nasbench_suite.version import __version__

# what has no meaning for an algorithm that asks for no evaluation, and the value that says so
_MEANINGLESS: tuple[tuple[str, Any], ...] = (
    ("workers", 1),
    ("overhead", 0),
    ("objectives", "valid_accuracy"),
    ("constraints", []),
    ("measurement_seconds", {}),
    ("budget.overstep", "keep"),
    ("budget.unchecked", 0),
    ("budget.charge_repeats", True),
)


def check_space(space: Space[Any], algorithm: str) -> None:
    """Complains about a space without a supernet."""
    if type(space).supernet is not Space.supernet:
        return
    those = [name for name in space_names() if type(find_space(name)).supernet is not Space.supernet]
    hint = f"; those that have one: {', '.join(those)}; nasbench-suite run space={those[0]} algorithm={algorithm}"
    raise ConfigError(f"space {space.name} has no supernet to search, which {algorithm} trains{hint}")


def plan(config: Mapping[str, Any], space: Space[Any], evaluator: Evaluator) -> SearchPlan:
    """Checks the settings, the data set, the device and the supernet."""
    _check_meaningless(config)
    if processes() > 1 and config["cores"] > 1:
        raise ConfigError(
            f"cores: expected 1 under torchrun, whose processes share every search; got {config['cores']}"
        )
    _ledger(config)
    _ranking(config)
    settings = _settings(config)
    config = {**config, "supernet": {**config["supernet"], "device": settings.device}}
    _check_compilation(settings, instantiate(config["algorithm"]))
    data = load_search_data(space, config["dataset"], settings.datasets_root, settings.official)
    with torch.device("meta"):
        supernet = _supernet(space, data, settings)
        if settings.compile_operations:
            supernet.compile_operations(lambda function: function)
    limits = [config["budget"][name] for name in ("epochs", "evaluations")]
    epochs = min([settings.epochs, *(max(1, math.ceil(limit)) for limit in limits if limit is not None)])
    steps = -(-len(data.train) // settings.batch) * epochs
    kind = "processor" if settings.device == "cpu" else "wall-clock"
    seconds = (
        f"a supernet was trained for this search: seconds are real, the {kind} seconds of its steps and incumbents"
    )
    one_shot = OneShotPlan(
        supernet.operations, supernet.parameterless, supernet.edge_names, data.checksum, torch.__version__
    )
    return SearchPlan(config, (), False, None, seconds, "machine", steps, one_shot)


def open_searcher(job: Job, observer: OpenObserver | None) -> "OneShotSearcher":
    """Opens the evaluator and loads the images."""
    return OneShotSearcher(job, observer)


class _Steps:
    """The steps of a search, which move a progress bar."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._left = progress, total

    def advance(self) -> None:
        if self._progress is not None and self._left:
            self._left -= 1
            self._progress.advance()

    def skip(self, steps: int) -> None:
        """Notes steps of before an interruption."""
        if self._progress is not None:
            self._left -= steps
            self._progress.skip(steps)

    def end(self) -> None:
        """Moves the bar by what a search that ended early has left out."""
        if self._progress is not None and self._left:
            self._progress.skip(self._left)


class OneShotSearcher:
    """Everything that the searches of one process share."""

    def __init__(self, job: Job, observer: OpenObserver | None) -> None:
        """Loads the images onto the device; in the first process, opens the evaluator.

        Raises:
            DatasetError: the images are not there, or not those for which the job was prepared.
            TableError: the evaluator is another one than when the job was prepared.
        """
        self._job, self._settings, self._open_observer = job, _settings(job.config), observer
        self._space: Space[Any] = instantiate(job.config["space"])
        device = torch.device(local_device(self._settings.device))
        data = load_search_data(
            self._space, job.config["dataset"], self._settings.datasets_root, self._settings.official
        )
        self._data = data.to(device)
        folder = job.folder / "trainings"
        self._evaluator: Evaluator | None = None
        self._judge: Judge | None = None
        if rank() == 0:
            self._evaluator = open_evaluator(job.config, self._space, folder, job.table_sha256)
            self._judge = Judge(self._evaluator)

    def run(self, seed: int, progress: Progress | None = None) -> SeedRecord:
        """Trains the supernet, and lets the judge score the incumbent of every epoch as it comes."""
        job, scores = self._job, dict[str, dict[str, list[Any]]]()
        if self._evaluator is not None and progress is not None:
            self._evaluator.watch(lambda now: progress.note(f"judging, epoch {now.epochs}/{now.total}"))
        with self._observe(seed) as observer:

            def tell(record: EpochRecord) -> None:
                scores[record.architecture] = self._score(record.architecture)
                if observer is not None:
                    observer.epoch(record, scores[record.architecture])
                if progress is not None:
                    progress.note(f"epoch {record.epoch}, loss {record.train_loss:.3f}, {record.valid_accuracy:.2f}%")

            identity = f"{job.id}, seed {seed}, nasbench-suite {__version__}, torch {torch.__version__}"
            shown = _Steps(progress, job.plan.steps)
            trainer = search(
                partial(self._make, seed, shown.advance),
                self._settings,
                _ledger(job.config),
                checkpoint_file(job.folder, seed),
                identity,
                tell,
                shown.skip,
            )
            shown.end()
        if trainer.failure is not None and rank() == 0:
            print(f"nasbench-suite: seed {seed} ended early: {trainer.failure}", file=sys.stderr)
        return _record(seed, trainer, self._settings, scores)

    def _make(self, seed: int, advance: Any, settings: SupernetSettings) -> SupernetTrainer[Any]:
        algorithm = instantiate(self._job.config["algorithm"])
        ranking = _ranking(self._job.config)
        return SupernetTrainer(self._space, algorithm, self._data, settings, seed, advance, ranking, self._truth)

    def _truth(self, arch: Any) -> float | None:
        """Returns the judge's test accuracy on the searched data set, in percent; None where there is none."""
        _, _, test_accuracy = self._score(self._space.format(arch)).get(self._job.config["dataset"], (None, None, None))
        return test_accuracy

    def _score(self, architecture: str) -> dict[str, list[Any]]:
        if self._judge is None:
            return {}
        try:
            return self._judge.score(self._space.parse(architecture))
        except MissingArchitectureError:
            # a space of which only a sample was measured: the incumbent has no score, and the report says so
            return {self._job.config["dataset"]: [None, None, None]}

    def _observe(self, seed: int) -> AbstractContextManager[EpochObserver | None]:
        job = self._job
        if rank() > 0 or self._open_observer is None:
            return nullcontext()
        return self._open_observer(job.config["tracking"], job.folder, job.describe(), job.config, seed)


def _record(seed: int, trainer: SupernetTrainer[Any], settings: SupernetSettings, scores: dict[str, Any]) -> SeedRecord:
    """Returns a search as a trajectory of one evaluation per epoch: the supernet's of the incumbent."""
    records, failed = trainer.records, trainer.failure is not None
    epochs = len(records) + failed
    incumbents = [record.architecture for record in records]
    columns: Columns = {
        "seconds": [*(record.seconds for record in records), trainer.seconds][:epochs],
        "schedule": [settings.epochs] * epochs,
        "epoch": list(range(1, epochs + 1)),
        "trial": [None] * epochs,
        # a search that fails ends with its last incumbent; where it fails before the first, there is none to name
        "architecture": [*incumbents, incumbents[-1] if incumbents else ""][:epochs],
        "valid_accuracy": [*(record.valid_accuracy for record in records), math.nan][:epochs],
        "incumbent": [*([True] * len(records)), False][:epochs],
    }
    return SeedRecord(seed, columns, scores, [asdict(record) for record in records], trainer.failure)


def _check_meaningless(config: Mapping[str, Any]) -> None:
    for key, wanted in _MEANINGLESS:
        found: Any = config
        for part in key.split("."):
            found = found[part]
        if found != wanted:
            raise ConfigError(
                f"{key}: expected {wanted} for a one-shot algorithm, which trains a supernet; got {found}"
            )


def _check_compilation(settings: SupernetSettings, algorithm: OneShotAlgorithm[Any]) -> None:
    for key in ("compile", "cuda_graphs"):
        if getattr(settings, key) and not algorithm.uses_mixtures:
            raise ConfigError(
                f"supernet.{key}: expected false for {type(algorithm).__name__}, got true; it is for algorithms that "
                "pass mixtures through the supernet (DARTS, SETN); supernet.compile_operations is for others"
            )
    if settings.cuda_graphs and processes() > 1:
        raise ConfigError("supernet.cuda_graphs: expected false under torchrun, got true; they are of one process")


def _ledger(config: Mapping[str, Any]) -> Ledger:
    """Returns the budget: its epochs and evaluations are the supernet's epochs."""
    budget = config["budget"]
    return Ledger(budget["seconds"], budget["epochs"], budget["evaluations"])


def _ranking(config: Mapping[str, Any]) -> RankingSettings:
    """Returns how the supernet's ranking is measured; not at all where the configuration does not say."""
    return RankingSettings(**config.get("ranking", {}))


def _settings(config: Mapping[str, Any]) -> SupernetSettings:
    """Returns the settings, with a device."""
    if "supernet" not in config:
        raise ConfigError("supernet: expected the settings of a supernet's training; see conf/algorithm/darts1.yaml")
    supernet = config["supernet"]
    try:
        return SupernetSettings(**{**supernet, "device": _device(supernet.get("device"))})
    except TypeError as error:
        raise ConfigError(f"supernet: {error}") from error


def _device(wanted: str | None) -> str:
    """Returns the device to train on: where it is left open, a GPU if there is one.

    It becomes part of the configuration, and so of its id: seconds on a GPU and on a CPU are not the same thing.
    """
    if wanted is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    return check_device("supernet.device", wanted)


def _supernet(space: Space[Any], data: SearchData, settings: SupernetSettings) -> Supernet[Any]:
    check_supernet(space, settings.network, "supernet.network")
    return space.supernet(classes=data.classes, in_channels=data.in_channels, **settings.network)

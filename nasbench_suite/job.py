"""One job: a configuration searched under many seeds, across processes, into one results folder."""

import hashlib
import json
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hydra.utils import instantiate

from nasbench_suite.errors import ConfigError
from nasbench_suite.evaluators import open_evaluator
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.one_shot.distributed import from_first
from nasbench_suite.parallel import die_with_parent
from nasbench_suite.progress import Progress
from nasbench_suite.results import JobFolder, SeedRecord
from nasbench_suite.searchers import Plan, Searcher, way_of

# what does not change a result, and so has no part in a configuration's id
NEUTRAL = ("results", "cores", "seeds", "seed", "tracking", "label")


@dataclass(frozen=True)
class Job:
    """A configuration that was checked against its table; plain values, so that processes can be handed it.

    Attributes:
        plan: how it searches.
        choices: the config groups' chosen names, `algorithm` and `space` among them.
        table: name of the table, or of what is trained on.
        table_sha256: its content hash, or that of all that decides a training.
        best: by data set, the table's highest validation and test accuracy, from which regret is measured; nothing
            where it is not known.
    """

    plan: Plan
    choices: Mapping[str, str]
    table: str
    table_sha256: str
    best: Mapping[str, tuple[float | None, float | None]]

    @property
    def config(self) -> Mapping[str, Any]:
        """The resolved configuration."""
        return self.plan.config

    @property
    def fidelities(self) -> tuple[Fidelity, ...]:
        """Those on offer, cheapest first; none for a one-shot algorithm."""
        return self.plan.fidelities

    @cached_property
    def id(self) -> str:
        """Eight hex digits that stand for everything that can change a result, the seeds apart."""
        part = {key: value for key, value in self.config.items() if key not in NEUTRAL}
        choices = {key: value for key, value in self.choices.items() if key not in NEUTRAL}
        sources = [self.table_sha256] if self.plan.one_shot is None else [self.table_sha256, self.plan.one_shot.images]
        text = json.dumps([part, choices, *sources], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def seeds(self) -> range:
        """The seeds of the searches."""
        return range(self.config["seed"], self.config["seed"] + self.config["seeds"])

    @property
    def folder(self) -> Path:
        """Where the results go: derived from the configuration, never from time or a job's number."""
        names = (self.choices["space"], self.config["dataset"], self.choices["algorithm"], self.choices["protocol"])
        seeds = f"seeds-{self.seeds[0]}-{self.seeds[-1]}"
        return Path(self.config["results"]) / f"{'-'.join(names)}-{self.id}" / seeds

    def describe(self) -> dict[str, Any]:
        """Returns what a report needs to know of the job, as plain values."""
        one_shot = self.plan.one_shot
        return {
            "config_id": self.id,
            "space": self.choices["space"],
            "algorithm": self.choices["algorithm"],
            "protocol": self.choices["protocol"],
            "label": self.config.get("label"),
            "dataset": self.config["dataset"],
            "objective": self.config["objective"],
            "seed_policy": self.plan.seed_policy,
            "fidelities": [list(fidelity) for fidelity in self.fidelities],
            "multi_fidelity": self.plan.multi_fidelity,
            "workers": self.config["workers"],
            "budget": self.config["budget"],
            "clock": self.plan.clock,
            "seconds_from": self.plan.seconds_from,
            "one_shot": None if one_shot is None else {name: _plain(value) for name, value in vars(one_shot).items()},
            "table": self.table,
            "table_hash": self.table_sha256,
            "best": {name: [*accuracies] for name, accuracies in self.best.items()},
        }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def prepare(config: Mapping[str, Any], choices: Mapping[str, str]) -> Job:
    """Checks a resolved configuration against its table.

    Raises:
        ConfigError: a value makes no sense.
        DatasetError: images that are to be trained on are not there.
        MissingDataError: the table lacks the data set or the fidelity.
        TableNotFoundError: there is no such table.
    """
    for key, minimum in (("seeds", 1), ("seed", 0), ("cores", 1), ("workers", 1)):
        value = config[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise ConfigError(f"{key}: expected a whole number of {minimum} or more, got {value!r}")
    space = instantiate(config["space"])
    way = way_of(config["algorithm"])
    way.check_space(space)
    evaluator = open_evaluator(config, space, Path(config["results"]))
    plan = way.plan(config, space, evaluator)
    best = {name: (score.valid_accuracy, score.test_accuracy) for name, score in evaluator.best().items()}
    return Job(plan, choices, evaluator.name, evaluator.sha256, best)


def open_searcher(job: Job) -> Searcher:
    """Opens what the searches of one process share, in the way of the job's algorithm."""
    return way_of(job.config["algorithm"]).open_searcher(job)


def run(job: Job) -> Path:
    """Runs what is not finished yet of a job, and returns its folder.

    The results do not depend on how many processes there are. A kill at any moment loses no finished seed. Of processes
    that `torchrun` started all run the searches, and the first keeps the folder.

    Raises:
        ResultsError: the folder cannot be written, is in use, or was begun by another version.
    """
    with ExitStack() as stack:
        folder: JobFolder | None = None

        def unfinished() -> list[int]:
            nonlocal folder
            folder = stack.enter_context(JobFolder.open(job.folder, job.describe(), job.config))
            return [] if folder.finished else [seed for seed in job.seeds if seed not in folder.seeds]

        todo = from_first(unfinished)
        if folder is None:
            searcher = open_searcher(job)
            for seed in todo:
                searcher.run(seed, None)
        elif not folder.finished:
            _run(job, folder, todo)
    return job.folder


def _run(job: Job, folder: JobFolder, todo: Sequence[int]) -> None:
    name = f"{job.choices['algorithm']} on {job.choices['space']}/{job.config['dataset']}"
    steps = job.plan.steps
    with Progress(name, len(job.seeds) * steps, unit="seed" if steps == 1 else "step") as progress:
        progress.skip(len(folder.seeds) * steps)
        for record in _records(job, todo, progress):
            folder.append(record)
    folder.compact()


def _records(job: Job, seeds: Sequence[int], progress: Progress) -> Iterator[SeedRecord]:
    cores = min(job.config["cores"], len(seeds))
    if cores <= 1:
        searcher = open_searcher(job)
        for seed in seeds:
            yield searcher.run(seed, progress)
        return
    # spawn, for an LMDB map does not survive a fork; a few seeds a task, so that the queue costs nothing
    size = max(1, min(25, len(seeds) // (4 * cores)))
    parts = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_start, initargs=(job,)) as pool:
        for done in as_completed([pool.submit(_run_part, part) for part in parts]):
            for record in done.result():
                progress.advance(job.plan.steps)
                yield record


_searcher: Searcher


def _start(job: Job) -> None:
    """Sets a worker process up."""
    global _searcher
    die_with_parent()
    _searcher = open_searcher(job)


def _run_part(seeds: Sequence[int]) -> list[SeedRecord]:
    return [_searcher.run(seed, None) for seed in seeds]

"""One job: a configuration searched under many seeds, across processes, into one results folder."""

import hashlib
import json
import math
import multiprocessing
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from hydra.utils import instantiate

from nasbench_suite.errors import ConfigError, TableError, UnknownFidelityError
from nasbench_suite.evaluators import Evaluator
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.parallel import die_with_parent
from nasbench_suite.progress import Progress
from nasbench_suite.results import JobFolder, SeedRecord
from nasbench_suite.search import search
from nasbench_suite.seed_policy import check
from nasbench_suite.space import Space

# what does not change a result, and so has no part in a configuration's id
NEUTRAL = ("results", "cores", "seeds", "seed", "tracking", "label")


@dataclass(frozen=True)
class Job:
    """A configuration that was checked against its table; plain values, so that processes can be handed it.

    Attributes:
        config: the resolved configuration.
        choices: the config groups' chosen names, `algorithm` and `space` among them.
        table: name of the table, or of what is trained on.
        table_sha256: its content hash, or that of all that decides a training.
        fidelities: those on offer, cheapest first.
        multi_fidelity: whether the algorithm screens at the lower ones.
        best: by data set, the table's highest validation and test accuracy, from which regret is measured; nothing
            where it is not known.
        seconds_from: the formula of the simulated seconds, where the source has none of its own.
    """

    config: Mapping[str, Any]
    choices: Mapping[str, str]
    table: str
    table_sha256: str
    fidelities: tuple[Fidelity, ...]
    multi_fidelity: bool
    best: Mapping[str, tuple[float | None, float | None]]
    seconds_from: str | None = None

    @cached_property
    def id(self) -> str:
        """Eight hex digits that stand for everything that can change a result, the seeds apart."""
        part = {key: value for key, value in self.config.items() if key not in NEUTRAL}
        choices = {key: value for key, value in self.choices.items() if key not in NEUTRAL}
        text = json.dumps([part, choices, self.table_sha256], sort_keys=True)
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
        return {
            "config_id": self.id,
            "space": self.choices["space"],
            "algorithm": self.choices["algorithm"],
            "protocol": self.choices["protocol"],
            "label": self.config.get("label"),
            "dataset": self.config["dataset"],
            "objective": self.config["objective"],
            "seed_policy": self.config["seed_policy"],
            "fidelities": [list(fidelity) for fidelity in self.fidelities],
            "multi_fidelity": self.multi_fidelity,
            "workers": self.config["workers"],
            "budget": self.config["budget"],
            "seconds_from": self.seconds_from,
            "table": self.table,
            "table_hash": self.table_sha256,
            "best": {name: [*accuracies] for name, accuracies in self.best.items()},
        }


def prepare(config: Mapping[str, Any], choices: Mapping[str, str]) -> Job:
    """Checks a resolved configuration against its table.

    Raises:
        ConfigError: a value makes no sense.
        MissingDataError: the table lacks the data set or the fidelity.
        TableNotFoundError: there is no such table.
    """
    for key, minimum in (("seeds", 1), ("seed", 0), ("cores", 1), ("workers", 1)):
        value = config[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise ConfigError(f"{key}: expected a whole number of {minimum} or more, got {value!r}")
    overhead = config["overhead"]
    is_number = isinstance(overhead, int | float) and not isinstance(overhead, bool)
    if overhead != "measured" and not (is_number and 0 <= overhead < math.inf):
        raise ConfigError(f"overhead: expected simulated seconds of 0 or more, or measured; got {overhead!r}")
    check(config["seed_policy"])
    ledger = _ledger(config)
    space = instantiate(config["space"])
    evaluator = _evaluator(config, space, Path(config["results"]))
    offered = _offered(evaluator, config)
    formula = evaluator.seconds_from(offered[-1], limited=config["budget"]["seconds"] is not None)
    searched = evaluator.confined(offered[-1])
    best = {name: (score.valid_accuracy, score.test_accuracy) for name, score in evaluator.best().items()}
    try:
        algorithm = instantiate(config["algorithm"], _partial_=True)(searched, offered, np.random.default_rng(0))
    except TypeError as error:
        raise ConfigError(f"algorithm: {error}") from error
    if not ledger.limited and not algorithm.finite:
        raise ConfigError(
            f"algorithm {choices['algorithm']} never ends by itself: set budget.seconds, .epochs or .evaluations"
        )
    multi_fidelity = bool(algorithm.multi_fidelity)
    return Job(config, choices, evaluator.name, evaluator.sha256, offered, multi_fidelity, best, formula)


def _ledger(config: Mapping[str, Any]) -> Ledger:
    budget = config["budget"]
    if not budget["charge_repeats"] and budget["evaluations"] is None:
        raise ConfigError("budget.charge_repeats=false needs budget.evaluations: repeats would never end a search")
    return Ledger(budget["seconds"], budget["epochs"], budget["evaluations"], budget["overstep"], budget["unchecked"])


def _evaluator(config: Mapping[str, Any], space: Space[Any], folder: Path) -> Evaluator:
    evaluator: Evaluator = instantiate(config["benchmark"], _partial_=True, _recursive_=False, _convert_="all")(
        space=space, folder=folder
    )
    return evaluator


def _offered(evaluator: Evaluator, config: Mapping[str, Any]) -> tuple[Fidelity, ...]:
    """Returns those of the wanted fidelities that can be asked for; the highest must be among them."""
    pairs = config["fidelities"]
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        raise ConfigError(f"fidelities: expected a list of [schedule, epoch], got {pairs!r}")
    wanted = [Fidelity(*pair) for pair in pairs]
    available = evaluator.fidelities()
    if not wanted or wanted[-1] not in available:
        shown = "; ".join(map(str, available[-4:])) or "none"
        raise UnknownFidelityError(
            f"fidelities: expected one that {evaluator.name} has on {config['dataset']} (the last are: {shown}), "
            f"got {wanted[-1] if wanted else 'none'}"
        )
    return tuple(fidelity for fidelity in wanted if fidelity in available)


class Searcher:
    """Everything that the searches of one process share."""

    def __init__(self, job: Job) -> None:
        """Opens the table; once a process.

        Raises:
            TableError: it is another one than when the job was prepared.
        """
        self._job = job
        space = instantiate(job.config["space"])
        self._evaluator = _evaluator(job.config, space, job.folder / "trainings")
        if self._evaluator.sha256 != job.table_sha256:
            raise TableError(f"table {job.table} has changed since this job began; start again")
        self._space = self._evaluator.confined(job.fidelities[-1])
        self._new_algorithm = instantiate(job.config["algorithm"], _partial_=True)
        self._scores: dict[Any, dict[str, Any]] = {}

    def run(self, seed: int) -> SeedRecord:
        """Runs one search and lets the judge score every incumbent."""
        config = self._job.config
        # separate streams: changing one consumer leaves the others' draws as they were
        algorithm_stream, trial_stream, _worker_stream = map(
            np.random.default_rng, np.random.SeedSequence(seed).spawn(3)
        )
        ledger = _ledger(config)
        trajectory = search(
            self._new_algorithm(self._space, self._job.fidelities, algorithm_stream),
            self._evaluator.begin(ledger, trial_stream),
            ledger,
            config["workers"],
            config["overhead"],
        )
        scores = {self._space.format(arch): self._score(arch) for arch in trajectory.incumbents()}
        return SeedRecord(seed, trajectory.columns(self._space.format), scores)

    def _score(self, arch: Any) -> dict[str, Any]:
        if arch not in self._scores:
            self._scores[arch] = {
                name: [score.schedule, score.valid_accuracy, score.test_accuracy]
                for name, score in self._evaluator.score(arch).items()
            }
        return self._scores[arch]


def run(job: Job) -> Path:
    """Runs what is not finished yet of a job, and returns its folder.

    The results do not depend on how many processes there are. A kill at any moment loses no finished seed.

    Raises:
        ResultsError: the folder cannot be written, is in use, or was begun by another version.
    """
    with JobFolder.open(job.folder, job.describe(), job.config) as folder:
        if folder.finished:
            return folder.path
        todo = [seed for seed in job.seeds if seed not in folder.seeds]
        name = f"{job.choices['algorithm']} on {job.choices['space']}/{job.config['dataset']}"
        with Progress(name, len(job.seeds), unit="seed") as progress:
            progress.advance(len(folder.seeds))
            for record in _records(job, todo):
                folder.append(record)
                progress.advance()
        folder.compact()
        return folder.path


def _records(job: Job, seeds: Sequence[int]) -> Iterator[SeedRecord]:
    cores = min(job.config["cores"], len(seeds))
    if cores <= 1:
        searcher = Searcher(job)
        yield from map(searcher.run, seeds)
        return
    # spawn, for an LMDB map does not survive a fork; a few seeds a task, so that the queue costs nothing
    size = max(1, min(25, len(seeds) // (4 * cores)))
    parts = [seeds[start : start + size] for start in range(0, len(seeds), size)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, context, initializer=_start, initargs=(job,)) as pool:
        for done in as_completed([pool.submit(_run_part, part) for part in parts]):
            yield from done.result()


_searcher: Searcher


def _start(job: Job) -> None:
    """Sets a worker process up."""
    global _searcher
    die_with_parent()
    _searcher = Searcher(job)


def _run_part(seeds: Sequence[int]) -> list[SeedRecord]:
    return [_searcher.run(seed) for seed in seeds]

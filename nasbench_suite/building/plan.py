"""What a build trains: the cells of its table, and the tasks that measure them."""

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from hydra.utils import instantiate

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.space import Space
from nasbench_suite.training.task import Task
from nasbench_suite.version import __version__

# what does not change what a task measures, timings aside; which tasks there are does not
NEUTRAL = ("cells", "datasets", "schedules", "results", "executor", "workers", "name", "force", "output", "checkpoints")
ORDER_SEED = 1021


@dataclass(frozen=True)
class BuildPlan:
    """A checked configuration of a build.

    Attributes:
        config: the resolved configuration.
        space: the search space.
        rows: the architectures of the table, in its order.
    """

    config: Mapping[str, Any]
    space: Space[Any]
    rows: Sequence[Any]

    @cached_property
    def id(self) -> str:
        """Eight hex digits that stand for everything that can change what a task measures, timings aside."""
        return hashlib.sha256(json.dumps(self.decisive, sort_keys=True).encode()).hexdigest()[:8]

    @cached_property
    def decisive(self) -> dict[str, Any]:
        """The part of the configuration that can change what a task measures, timings aside."""
        part = {key: value for key, value in self.config.items() if key not in NEUTRAL}
        part["training"] = {key: value for key, value in part["training"].items() if key not in NEUTRAL}
        return part

    @property
    def folder(self) -> Path:
        """Where finished trainings go: derived from the configuration."""
        return Path(self.config["results"]) / f"{self.config['name']}-{self.id}"

    @cached_property
    def representatives(self) -> list[Any]:
        """For each row, the cell that is trained for it: one for each isomorphism class."""
        return [self.space.canonical(arch) for arch in self.rows]

    @cached_property
    def tasks(self) -> list[Task]:
        """Lists the work in a fixed random order of cells, so that whatever is done so far is a uniform sample."""
        cells = list(dict.fromkeys(self.representatives))
        order = np.random.default_rng(ORDER_SEED).permutation(len(cells))
        return [
            Task(self.space.format(cells[at]), dataset, schedule)
            for at in order
            for dataset, schedule in product(self.config["datasets"], self.config["schedules"])
        ]

    def describe(self) -> dict[str, Any]:
        """Returns what a folder keeps of the plan, as plain values."""
        from importlib.metadata import version

        import torch

        versions = {
            "nasbench-suite": __version__,
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
            "scikit-learn": version("scikit-learn"),
        }
        return {**self.decisive, "versions": versions}


def prepare(config: Mapping[str, Any]) -> BuildPlan:
    """Checks a resolved configuration.

    Raises:
        ConfigError: a value makes no sense.
        ArchitectureError: `cells` is neither a word, a count nor a cell.
    """
    for key in ("seeds", "schedules"):
        values, minimum = config[key], 0 if key == "seeds" else 1
        if not isinstance(values, list) or not values or len(set(values)) < len(values):
            raise ConfigError(f"{key}: expected a list of different whole numbers, got {values!r}")
        if not all(isinstance(value, int) and value >= minimum for value in values):
            raise ConfigError(f"{key}: expected whole numbers of {minimum} or more, got {values!r}")
    if not isinstance(config["datasets"], list) or not config["datasets"]:
        raise ConfigError(f"datasets: expected a list of names, got {config['datasets']!r}")
    if not isinstance(config["workers"], int) or config["workers"] < 1:
        raise ConfigError(f"workers: expected a whole number of 1 or more, got {config['workers']!r}")
    space: Space[Any] = instantiate(config["space"])
    return BuildPlan(config, space, _rows(space, config["cells"]))


def _rows(space: Space[Any], cells: object) -> list[Any]:
    if cells == "all":
        return list(space.enumerate())
    if cells == "unique":
        return _unique(space)
    if isinstance(cells, int) and not isinstance(cells, bool):
        unique = _unique(space)
        if not 1 <= cells <= len(unique):
            raise ConfigError(f"cells: expected a count from 1 to {len(unique):,}, got {cells}")
        order = np.random.default_rng(ORDER_SEED).permutation(len(unique))
        return [unique[at] for at in sorted(order[:cells])]
    if cells in space.baselines:
        return [space.baselines[str(cells)]]
    try:
        return [space.parse(str(cells))]
    except ArchitectureError as error:
        words = ", ".join(["all", "unique", "a count", *space.baselines])
        raise ArchitectureError(f"cells: expected {words} or one cell; {error}") from None


def _unique(space: Space[Any]) -> list[Any]:
    """Lists the first cell of each isomorphism class, in the official order."""
    return [cell for cell in space.enumerate() if space.canonical(cell) == cell]

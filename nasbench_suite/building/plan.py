"""What a build trains: the architectures of its table, and the tasks that measure them."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from hydra.utils import instantiate

from nasbench_suite.building.architectures import ORDER_SEED, choose
from nasbench_suite.building.network_settings import check_network
from nasbench_suite.configuration.identity import TASKS, decisive, identity
from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Space
from nasbench_suite.training.task import TrainingTask
from nasbench_suite.version import __version__
from nasbench_suite.whole_number import LAST_SEED, check_whole, is_whole

_ON_REQUEST = ("latency", "keep_parameters")


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
        return identity(self.decisive)

    @cached_property
    def decisive(self) -> dict[str, Any]:
        """The part of the configuration that can change what a task measures, timings aside."""
        # what is not asked for leaves the folder of a build as it was before there was such a thing
        unasked = {key for key in _ON_REQUEST if not self.config[key]}
        return {key: value for key, value in decisive(self.config, TASKS).items() if key not in unasked}

    @property
    def folder(self) -> Path:
        """Where finished trainings go: derived from the configuration."""
        return Path(self.config["results"]) / f"{self.config['name']}-{self.id}"

    @property
    def parameters_folder(self) -> Path:
        """Where the parameters of trained networks are kept until all are trained."""
        return self.folder / "parameters"

    @cached_property
    def representatives(self) -> list[Any]:
        """For each row, the architecture that is trained for it: one per isomorphism class."""
        return [self.space.canonical(arch) for arch in self.rows]

    @cached_property
    def tasks(self) -> list[TrainingTask]:
        """Lists the work in a fixed random order of architectures, so that what is done so far is a uniform sample."""
        trained = list(dict.fromkeys(self.representatives))
        order = np.random.default_rng(ORDER_SEED).permutation(len(trained))
        return [
            TrainingTask(self.space.format(trained[at]), dataset, schedule)
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
        ArchitectureError: `architectures` names one that is none.
    """
    for key, minimum in (("trials", 0), ("schedules", 1)):
        values = config[key]
        if not isinstance(values, list) or not values or len(set(map(repr, values))) < len(values):
            raise ConfigError(f"{key}: expected a list of different whole numbers, got {values!r}")
        if not all(is_whole(value, minimum) for value in values):
            raise ConfigError(f"{key}: expected whole numbers of {minimum} or more, got {values!r}")
    check_whole("trials", max(config["trials"]), 0, LAST_SEED)
    names = config["datasets"]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"datasets: expected a list of names, got {names!r}")
    check_whole("workers", config["workers"], 1)
    space: Space[Any] = instantiate(config["space"])
    training = config["training"]
    check_network(space, training["network"], "training.network", together=training["together"])
    return BuildPlan(config, space, choose(space, config["architectures"]))

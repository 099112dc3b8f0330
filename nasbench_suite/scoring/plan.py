"""Which scores of which architectures are computed."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from hydra.utils import instantiate

from nasbench_suite.building.architectures import choose
from nasbench_suite.building.network_settings import check_network
from nasbench_suite.configuration.identity import SCORED, decisive, identity
from nasbench_suite.errors import ConfigError
from nasbench_suite.importing.annotate import annotation_place, check_names
from nasbench_suite.registry.tables import open_table
from nasbench_suite.sampled_space.confine import confine
from nasbench_suite.scores import find_score
from nasbench_suite.space import Space
from nasbench_suite.table import Table
from nasbench_suite.version import __version__
from nasbench_suite.whole_number import LAST_SEED, check_whole


@dataclass(frozen=True)
class ScorePlan:
    """A checked configuration of scores.

    Attributes:
        config: the resolved configuration.
        space: the search space.
        table: that the scores are put beside; None without.
        archs: the architectures to score, in the order in which they were named.
    """

    config: Mapping[str, Any]
    space: Space[Any]
    table: Table | None
    archs: Sequence[Any]

    @property
    def dataset(self) -> str:
        """Whose images the scores see."""
        return str(self.config["dataset"])

    @property
    def scores(self) -> list[str]:
        """The names of the scores."""
        return list(self.config["scores"])

    @cached_property
    def decisive(self) -> dict[str, Any]:
        """The part of the configuration that can change a score."""
        return decisive(self.config, SCORED)

    @cached_property
    def id(self) -> str:
        """Eight hex digits that stand for everything that can change a score."""
        return identity(self.decisive)

    @property
    def folder(self) -> Path:
        """Where finished scores go: derived from the configuration."""
        return Path(self.config["results"]) / f"{self.space.name}-{self.dataset}-{self.id}"

    @property
    def columns(self) -> Path | None:
        """The file beside the table, one per configuration; None without a table."""
        return None if self.table is None else annotation_place(self.table, f"score.{self.id}.{self.dataset}")

    @property
    def wanted(self) -> list[tuple[str, str]]:
        """The columns that the scores are put into, by data set and name."""
        return [(self.dataset, column) for name in self.scores for column in (name, seconds_of(name))]

    def describe(self) -> dict[str, Any]:
        """Returns what a folder keeps of the plan, as plain values."""
        import torch

        versions = {"nasbench-suite": __version__, "python": platform.python_version()}
        return {**self.decisive, "versions": {**versions, "torch": torch.__version__, "numpy": np.__version__}}


def prepare(config: Mapping[str, Any]) -> ScorePlan:
    """Checks a resolved configuration.

    Raises:
        ConfigError: a value makes no sense.
        ArchitectureError: `architectures` names one that is none.
        MissingArchitectureError: it names one that the table lacks.
        TableError: a score has the name of a figure that tables measure.
        UnknownDatasetError: the table has no such data set.
    """
    names = config["scores"]
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"scores: expected a list of different names, got {names!r}")
    for name in names:
        find_score(name)
    check_whole("batch", config["batch"], 2)
    check_whole("seed", config["seed"], 0, LAST_SEED)
    check_whole("workers", config["workers"], 1)
    space: Space[Any] = instantiate(config["space"])
    table = None if config["table"] is None else open_table(config["table"])
    if table is None:
        plan = ScorePlan(config, space, None, choose(space, config["architectures"]))
    else:
        config = {**config, "dataset": _dataset(table, config["dataset"])}
        plan = ScorePlan(config, space, table, _members(space, table, config["architectures"]))
    if config["dataset"] is None:
        raise ConfigError("dataset: expected a data set, for no table is named; got null")
    check_network(space, config["network"], "network", arch=plan.archs[0])
    if table is not None:
        check_names(table, (column for _, column in plan.wanted))
    return plan


def seconds_of(score: str) -> str:
    """Returns the name of the column of what a score cost."""
    return f"{score}_seconds"


def _dataset(table: Table, named: str | None) -> str:
    if named is not None:
        table.dataset(named)
        return named
    known = list(table.metadata.datasets)
    if len(known) != 1:
        raise ConfigError(f"dataset: expected one of {', '.join(known)}, which table {table.name} has; got null")
    return known[0]


def _members(space: Space[Any], table: Table, wanted: object) -> list[Any]:
    """Returns architectures of a table as it has them: of several that share a row, the row's own."""
    if table.space.name != space.name:
        raise ConfigError(f"space: expected {table.space.name}, which table {table.name} is of, got {space.name}")
    everything = [space.parse(text) for text in table.architectures(range(len(table)))]
    rows = table.rows(choose(confine(space, lambda: everything, only_measured=True), wanted))
    return [everything[row] for row in dict.fromkeys(rows.tolist())]

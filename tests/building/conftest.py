from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.building.plan import BuildPlan, prepare
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table
from nasbench_suite.training.worker import WorkerSettings

# small enough that a training takes a tenth of a second
TINY = ("name=tiny", "training.network.channels=4", "training.network.cells=1", "schedules=[1,2]", "architectures=3")


@pytest.fixture
def make_plan(composed: Callable[..., Any], tmp_path: Path) -> Callable[..., BuildPlan]:
    def make(*overrides: str) -> BuildPlan:
        return prepare(composed(*TINY, f"results={tmp_path}/builds", *overrides, name="build").config)

    return make


@pytest.fixture
def make_settings() -> Callable[[BuildPlan], WorkerSettings]:
    def make(plan: BuildPlan) -> WorkerSettings:
        config = plan.config
        return WorkerSettings(config["space"], config["training"], tuple(config["trials"]), "cpu", None, True, None)

    return make


@pytest.fixture
def tiny() -> tuple[str, ...]:
    return TINY


@pytest.fixture
def measurements() -> Callable[[Path], Mapping[str, Any]]:
    return _measurements


def _measurements(path: Path) -> Mapping[str, Any]:
    """Everything in a table but the seconds."""
    table = Table(path, NB201())
    found: dict[str, Any] = {"cells": [table.architecture(row) for row in range(len(table))]}
    for series in table.metadata.series:
        for epoch, metrics in series.columns.items():
            for metric in metrics:
                if not metric.endswith("seconds"):
                    column = table.metric(series.trial_set, Fidelity(series.schedule, epoch), metric)
                    assert column is not None
                    values, known = column.matrix(np.arange(len(table)))
                    found[f"{series.trial_set}/{series.schedule}/{epoch}/{metric}"] = np.where(
                        known, values, -1
                    ).tolist()
    return found

"""What does not change a result, and so has no part in the identity of a configuration of a search, build or scores."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

# where results go, what they are called, and how fast they come
NEUTRAL = (
    "results",
    "output",
    "name",
    "label",
    "force",
    "tracking",
    "cores",
    "executor",
    "checkpoints",
    "evaluator.checkpoints",
    # tables and images count by their content, whatever they are called and wherever they lie
    "table",
    "evaluator.table",
    "evaluator.datasets_root",
    "supernet.datasets_root",
    # what these name is in other keys
    "protocol",
    "settings",
    "choices",
)
# what changes nothing while it is empty, so that searches from before there was such a key keep their names
NOTHING = ("constraints", "measurement_seconds", "evaluator.constraints", "evaluator.measurement_seconds")
SEARCHES = ("seed", "seeds")
"""Which searches a job has; each of them is what it is without the others."""
TASKS = ("architectures", "datasets", "schedules", "training.schedules", "workers")
"""Which trainings a build has, and how many it does at a time; each of them is what it is without the others."""

SCORED = ("architectures", "scores", "datasets_root", "workers")
"""Which scores of which architectures are computed; each is what it is without the others."""


def decisive(config: Mapping[str, Any], parts: Collection[str]) -> dict[str, Any]:
    """Returns what of a configuration can change a result.

    Args:
        config: resolved, its values in their one form.
        parts: which parts the work has, `SEARCHES`, `TASKS` or `SCORED`.
    """
    return _without(config, {*NEUTRAL, *parts}, "")


def identity(*parts: Any) -> str:
    """Returns eight hex digits that stand for plain values."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:8]


def _without(config: Mapping[str, Any], keys: Collection[str], prefix: str) -> dict[str, Any]:
    return {
        key: _without(value, keys, f"{prefix}{key}.") if isinstance(value, Mapping) else value
        for key, value in config.items()
        if f"{prefix}{key}" not in keys and (value or f"{prefix}{key}" not in NOTHING)
    }

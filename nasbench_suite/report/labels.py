"""What configurations are called in a report."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from nasbench_suite.configuration.identity import NEUTRAL
from nasbench_suite.report.results import Results

REPEATED = ("evaluator.objectives", "evaluator.constraints", "evaluator.measurement_seconds")
UNNAMED = (*NEUTRAL, "protocol")  # parts of a configuration that no label mentions


def make_labels(found: Sequence[Results]) -> list[str]:
    """Names configurations: as they say themselves, else by algorithm and by what differs from their like.

    No two that were searched alike have the same name, whatever they weighed.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    for at, results in enumerate(found):
        description = results.description
        name = description["label"] or description["algorithm"]
        alike.setdefault((name, *searched_alike(results)), []).append(at)
    labels = [""] * len(found)
    for (name, *_), members in alike.items():
        for at, label in zip(members, _labels(name, [found[at] for at in members]), strict=True):
            labels[at] = label
    return labels


def searched_alike(results: Results) -> tuple[str, str, str]:
    """Returns space, searched data set and protocol: what configurations share that labels tell apart."""
    description = results.description
    return description["space"], description["dataset"], description["protocol"]


def flatten(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Returns nested keys joined by dots."""
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _labels(name: str, members: Sequence[Results]) -> list[str]:
    flat = [_nameable(results) for results in members]
    several = {key for key in set().union(*flat) if len({repr(each.get(key)) for each in flat}) > 1}
    labels = []
    for settings in flat:
        differing = [f"{key.removeprefix('algorithm.')}={_shown(settings[key])}" for key in settings if key in several]
        labels.append(f"{name} ({', '.join(differing)})" if differing else name)
    seen = Counter(labels)
    return [
        label if seen[label] == 1 else f"{label} [{results.description['config_id']}]"
        for label, results in zip(labels, members, strict=True)
    ]


def _shown(value: Any) -> str:
    return f"[{','.join(map(str, value))}]" if isinstance(value, list) else str(value)


def _nameable(results: Results) -> dict[str, Any]:
    whole = flatten(results.config)
    # an evaluator repeats what the configuration says of objectives and constraints
    repeated = {key for key in whole if key.startswith(REPEATED) and key.removeprefix("evaluator.") in whole}
    flat = {key: value for key, value in whole.items() if key.split(".")[0] not in UNNAMED and key not in repeated}
    return {**flat, "table": results.description["table_hash"][:8]}

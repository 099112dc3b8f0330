"""Checks a configuration against its table, before anything runs."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from hydra.utils import instantiate

from nasbench_suite.configuration.schema import check_search
from nasbench_suite.errors import ConfigError, MissingDataError, TableError
from nasbench_suite.evaluators.evaluator import open_evaluator
from nasbench_suite.jobs.capable import check_objective
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.search_kind import kind_of
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.space import Space
from nasbench_suite.whole_number import LAST_SEED, check_whole

# of one job: its seeds are listed, and its results are of one process's memory
_MOST_SEEDS = 1_000_000


def prepare(
    config: Mapping[str, Any], choices: Mapping[str, str | None], command: str | None = None, commit: str | None = None
) -> Job:
    """Checks a resolved configuration against its table.

    Args:
        config: resolved, as it was composed.
        choices: the config groups' chosen names; whose settings the pair has, the configuration says itself.
        command: that asked for it, for the job's folder.
        commit: of the code, for the job's folder.

    Raises:
        ConfigError: a value makes no sense.
        DatasetError: images that are to be trained on are not there.
        MissingDataError: the table lacks the data set or the fidelity.
        TableNotFoundError: there is no such table.
    """
    chosen = {group: name for group, name in choices.items() if name is not None and group != "settings"}
    config = {**check_search(config), "choices": chosen}
    for key, minimum in (("seeds", 1), ("seed", 0), ("cores", 1), ("workers", 1)):
        check_whole(key, config[key], minimum)
    for unit in ("seconds", "epochs", "evaluations"):
        if config["budget"][unit] == 0:
            raise ConfigError(f"budget.{unit}: expected a number above 0, or null for no limit; got 0")
    if config["seeds"] > _MOST_SEEDS:
        raise ConfigError(f"seeds: expected at most {_MOST_SEEDS:,} searches in one job, got {config['seeds']:,}")
    check_whole("seed", config["seed"], 0, LAST_SEED + 1 - config["seeds"])
    if isinstance(config["trial"], int):
        check_whole("trial", config["trial"], 0, LAST_SEED)
    space = instantiate(config["space"])
    kind = kind_of(config["algorithm"])
    kind.check_space(space, chosen.get("algorithm", "NAME"))
    check_objective(config["objectives"])
    try:
        config = _with_dataset(config, space)
        evaluator = open_evaluator(config, space, Path(config["results"]))
        plan = kind.plan(config, space, evaluator)
    except (MissingDataError, TableError) as error:
        _check_pair(config["protocol"], space)
        raise error
    highest = plan.fidelities[-1] if plan.fidelities else None
    best = {name: (score.valid_accuracy, score.test_accuracy) for name, score in evaluator.best(highest).items()}
    return Job(plan, chosen, evaluator.name, evaluator.sha256, best, command, commit, evaluator.tradeoff(highest))


def _check_pair(protocol: Mapping[str, Any], space: Space[Any]) -> None:
    """Raises ConfigError where a protocol is not for a space; what was not found then says little."""
    name, spaces = protocol["name"], protocol["spaces"]
    if spaces and not any(fnmatchcase(space.name, pattern) for pattern in spaces):
        raise ConfigError(
            f"protocol: {name} is for space {' or '.join(spaces)}, got space {space.name}; without protocol= it is the "
            f"space's own: nasbench-suite run space={space.name}; with protocol=free, whatever the table has, under a "
            "budget that you name"
        )


def _with_dataset(config: dict[str, Any], space: Space[Any]) -> dict[str, Any]:
    """Returns the configuration with a data set; under a protocol that names none, the table's only one."""
    if config["dataset"] is not None:
        return config
    known: list[str] = []
    if "table" in config["evaluator"]:
        name = config["evaluator"]["table"]
        known = list((find_table(space, None) if name is None else open_table(name, space)).metadata.datasets)
    if len(known) != 1:
        there = f" ({', '.join(known)})" if known else ""
        protocol = config["protocol"]["name"]
        raise ConfigError(f"dataset: expected a name{there}, for protocol {protocol} has none; got null")
    return {**config, "dataset": known[0], "evaluator": {**config["evaluator"], "dataset": known[0]}}

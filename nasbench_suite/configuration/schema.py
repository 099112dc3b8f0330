"""The keys of a search's configuration, and what may stand there.

The classes are read and never made, so that a start does not wait for methods that nobody calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nasbench_suite.configuration.typed import TARGET, normalise_fields, normalise_node, unknown_key
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import check_rising
from nasbench_suite.objective import in_one_form, parse_constraint
from nasbench_suite.table.trials import TrialPolicy

Node = Mapping[str, Any]
"""Of a `_target_` and its arguments."""
Number = int | float
Fidelities = Sequence[tuple[int, int]]


@dataclass(init=False, repr=False, eq=False)
class ProtocolConfig:
    """What a protocol says itself; see conf/protocol."""

    name: str
    spaces: Sequence[str]
    datasets: Sequence[str]
    dataset: str | None
    table: str | None
    fidelities: Fidelities | None
    rungs: Fidelities | None
    trial: TrialPolicy
    seconds: Number | None
    overstep: Literal["keep", "discard"]


@dataclass(init=False, repr=False, eq=False)
class BudgetConfig:
    """Limits of a search; see conf/budget."""

    seconds: Number | None
    epochs: Number | None
    evaluations: int | None
    overstep: Literal["keep", "discard"]
    unchecked: int
    charge_repeats: bool


@dataclass(init=False, repr=False, eq=False)
class TrackingConfig:
    """W&B; see conf/tracking."""

    mode: Literal["offline", "online", "disabled"] | None
    project: str
    entity: str | None
    group: str | None
    tags: str | Sequence[str]
    timeout: Number


@dataclass(init=False, repr=False, eq=False)
class TrainingConfig:
    """How architectures are trained; see conf/training."""

    network: Mapping[str, Any]
    schedules: Sequence[int]
    together: bool
    recipe_on: Mapping[str, Mapping[str, Any]]
    recipe: Node


@dataclass(init=False, repr=False, eq=False)
class SearchConfig:
    """What `nasbench-suite run` does; see conf/config.yaml."""

    space: Node
    protocol: ProtocolConfig
    evaluator: Node
    budget: BudgetConfig
    tracking: TrackingConfig
    algorithm: Node
    dataset: str | None
    table: str | None
    fidelities: Fidelities | None
    objectives: str | Sequence[str]
    constraints: Sequence[str]
    measurement_seconds: Mapping[str, Number]
    trial: TrialPolicy
    seeds: int
    seed: int
    workers: int
    overhead: Number | str
    cores: int
    label: str | None
    settings: str | None
    results: str
    supernet: Mapping[str, Any] | None = None
    ranking: Mapping[str, Any] | None = None


@dataclass(init=False, repr=False, eq=False)
class BuildConfig:
    """What `nasbench-suite build` does; see conf/build.yaml."""

    space: Node
    training: TrainingConfig
    executor: Node
    name: str
    architectures: str | int | Sequence[Any]
    datasets: Sequence[str]
    schedules: Sequence[int]
    trials: Sequence[int]
    workers: int
    device: str
    checkpoints: bool
    latency: bool
    keep_parameters: bool
    datasets_root: str | None
    official: bool
    results: str
    output: str | None
    force: bool


@dataclass(init=False, repr=False, eq=False)
class ScoreConfig:
    """What `nasbench-suite score` does; see conf/score.yaml."""

    space: Node
    table: str | None
    dataset: str | None
    architectures: str | int | Sequence[Any]
    scores: str | Sequence[str]
    network: Mapping[str, Any]
    batch: int
    seed: int
    workers: int
    device: str
    datasets_root: str | None
    official: bool
    results: str


# what the program hands to the constructors beside their configuration
_GIVEN = {"algorithm": ("space", "fidelities", "rng"), "evaluator": ("space", "folder")}
_PATHS = ("results", "output", "datasets_root")


def check_search(config: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a resolved configuration of a search with every value in its one form.

    Raises:
        ConfigError: a key is unknown or missing, or a value does not fit.
    """
    unnamed = config.get("dataset") is None  # it is the table's; until then any text will do
    config = _with_objectives(config)
    done = _check(_with_evaluator_dataset(config, "") if unnamed else config, SearchConfig)
    if unnamed:
        done = _with_evaluator_dataset(done, None)
    protocol = done["protocol"]
    for key in ("fidelities", "rungs"):
        check_rising(f"protocol.{key}", protocol[key])
    check_rising("fidelities", done["fidelities"])
    done["tracking"]["tags"] = _listed(done["tracking"]["tags"])
    evaluator = done["evaluator"]
    if done["table"] is not None and "table" not in evaluator:
        raise ConfigError(f"table: expected null, for {evaluator[TARGET]} looks nothing up; got {done['table']}")
    if "training" in evaluator:
        evaluator["training"] = _training(evaluator["training"], "evaluator.training")
    return _with_supernet(done)


def check_build(config: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a resolved configuration of a build with every value in its one form.

    Raises:
        ConfigError: a key is unknown or missing, or a value does not fit.
    """
    done = _check(config, BuildConfig)
    done["training"] = _training(done["training"], "training")
    return done


def check_score(config: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a resolved configuration of scores with every value in its one form.

    Raises:
        ConfigError: a key is unknown or missing, or a value does not fit.
    """
    done = _check(config, ScoreConfig)
    done["scores"] = _listed(done["scores"])
    return done


def _check(config: Mapping[str, Any], schema: type) -> dict[str, Any]:
    nodes = {key: config[key] for key in _GIVEN if isinstance(config.get(key), Mapping) and TARGET in config[key]}
    done = normalise_fields({key: value for key, value in config.items() if key not in nodes}, schema, "", set(nodes))
    done |= {key: normalise_node(node, key, _given(key, node)) for key, node in nodes.items()}
    for name in ("space", "algorithm", "evaluator", "executor"):
        if name in done and TARGET not in done[name]:
            raise ConfigError(f"{name}.{TARGET}: expected the dotted name of a class, got none")
    for part in (done, done.get("evaluator", {}), done.get("supernet") or {}):
        part.update({key: _path(key, part[key]) for key in _PATHS if isinstance(part.get(key), str)})
    return {key: done[key] for key in config}


def _given(key: str, node: Node) -> tuple[str, ...]:
    """Lists the arguments that the program fills in; `columns` for algorithms that say they use it."""
    from hydra.utils import get_object

    if key != "algorithm":
        return _GIVEN[key]
    try:
        found = get_object(node[TARGET])
    except Exception:  # what is wrong with the name is said by who reads the signature
        return _GIVEN[key]
    return (*_GIVEN[key], "columns") if getattr(found, "uses_columns", False) else _GIVEN[key]


def _with_objectives(config: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the configuration with objectives and constraints in their one form; one from before them has none."""
    config = {"constraints": [], "measurement_seconds": {}, **config}
    for key, form in (("objectives", _objectives), ("constraints", _constraints)):
        value, evaluator = config.get(key), config.get("evaluator")
        config[key] = form(value)
        if isinstance(evaluator, Mapping) and key in evaluator and evaluator[key] == value:
            config["evaluator"] = {**evaluator, key: config[key]}
    return config


def _objectives(value: Any) -> Any:
    is_listed = isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))
    return in_one_form(value) if is_listed else value


def _constraints(value: Any) -> Any:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        return value  # the schema says what is wrong
    return sorted({str(parse_constraint(one)) for one in listed})


def _with_evaluator_dataset(config: Mapping[str, Any], dataset: str | None) -> dict[str, Any]:
    evaluator = config.get("evaluator")
    if not isinstance(evaluator, Mapping) or "dataset" not in evaluator:
        return dict(config)
    return {**config, "evaluator": {**evaluator, "dataset": dataset}}


def _path(key: str, text: str) -> str:
    if not text.strip():
        raise ConfigError(f"{key}: expected a path, got nothing")
    return str(Path(text).expanduser())


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _training(value: Any, where: str) -> dict[str, Any]:
    """Checks a training, and that what a data set changes in its recipe is there."""
    done = normalise_fields(value, TrainingConfig, where)
    for dataset, changes in done["recipe_on"].items():
        for key in changes:
            if key not in done["recipe"]:
                raise unknown_key(f"{where}.recipe_on.{dataset}.{key}", key, done["recipe"])
    return done


def _with_supernet(config: dict[str, Any]) -> dict[str, Any]:
    """Checks the supernet's training, which one-shot algorithms have and no others."""
    if not is_one_shot(config["algorithm"]):
        for key in ("supernet", "ranking"):
            if key in config:
                raise ConfigError(f"{key}: expected none, for {config['algorithm'][TARGET]} is no one-shot algorithm")
        return config
    if config.get("supernet") is None:
        raise ConfigError("supernet: expected the settings of a supernet's training; see conf/algorithm/darts1.yaml")
    from nasbench_suite.one_shot.ranking import RankingSettings
    from nasbench_suite.one_shot.settings import SupernetSettings

    if "ranking" in config:
        config = {**config, "ranking": normalise_fields(config["ranking"], RankingSettings, "ranking")}
    device = config["supernet"].get("device")
    named = {**config["supernet"], "device": "" if device is None else device}
    return {**config, "supernet": {**normalise_fields(named, SupernetSettings, "supernet"), "device": device}}


def is_one_shot(algorithm: Mapping[str, Any]) -> bool:
    """Whether an algorithm trains a supernet, by its class."""
    from hydra.utils import get_object

    from nasbench_suite.one_shot.algorithm import OneShotAlgorithm

    found = get_object(algorithm[TARGET])
    return isinstance(found, type) and issubclass(found, OneShotAlgorithm)

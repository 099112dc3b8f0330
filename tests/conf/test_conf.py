"""Every file of conf/ composes, and makes what it names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra.utils import get_object, instantiate

import nasbench_suite.conf
import nasbench_suite.experiments
from nasbench_suite.algorithm import Algorithm
from nasbench_suite.configuration.schema import ProtocolConfig, check_search
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.space import Space
from nasbench_suite.testing import columns

CONF = Path(nasbench_suite.conf.__file__).parent
# groups that a search is not made of have tests of their own
OTHERS = ("hydra", "launcher", "training", "executor", "one_shot", "settings", "experiment")
OPTIONS = sorted((path.parent.name, path.stem) for path in CONF.glob("*/*.yaml") if path.parent.name not in OTHERS)
ONE_SHOT = ["darts1", "darts2", "gdas", "setn", "rsps", "enas"]
QUERYING = [name for group, name in OPTIONS if group == "algorithm" and name not in ONE_SHOT]
# the values of the papers, by protocol, data set and algorithm
RESOLVED = json.loads(Path(__file__).with_name("resolved_settings.json").read_text())
EXPERIMENTS = sorted(path.stem for path in Path(nasbench_suite.experiments.__file__).parent.glob("*.yaml"))


@pytest.mark.parametrize(("group", "name"), OPTIONS)
def test_every_option_composes_and_what_it_names_is_made(group: str, name: str, composed: Callable) -> None:
    made = composed(f"{group}={name}")
    assert made.choices[group] == name
    space = instantiate(made.config["space"])
    assert isinstance(space, Space)
    if "supernet" in made.config:
        assert isinstance(instantiate(made.config["algorithm"]), OneShotAlgorithm)
        assert SupernetSettings(**made.config["supernet"]).epochs >= 1
        return
    offered = [Fidelity(*pair) for pair in made.config["fidelities"] or [(12, 12)]]
    given = {"columns": columns(space)} if get_object(made.config["algorithm"]["_target_"]).uses_columns else {}
    algorithm = instantiate(made.config["algorithm"], _partial_=True)(space, offered, np.random.default_rng(0), **given)
    assert isinstance(algorithm, Algorithm)


@pytest.mark.parametrize("pair", RESOLVED)
def test_what_a_protocol_gives_an_algorithm_is_what_it_always_was(pair: str, composed: Callable) -> None:
    protocol, dataset, algorithm = pair.split()
    config = check_search(composed(f"protocol={protocol}", f"algorithm={algorithm}", f"dataset={dataset}").config)
    for key, value in RESOLVED[pair].items():
        found: Any = config
        for part in key.split("."):
            found = found[part]
        assert found == value, key


@pytest.mark.parametrize("algorithm", ONE_SHOT)
def test_a_one_shot_algorithm_without_settings_for_its_protocol_has_its_papers(
    algorithm: str, composed: Callable
) -> None:
    config = check_search(composed("protocol=nb101", f"algorithm={algorithm}").config)
    assert config["settings"] is None
    assert isinstance(instantiate(config["algorithm"]), OneShotAlgorithm)
    assert SupernetSettings(**config["supernet"]).epochs >= 1


@pytest.mark.parametrize("algorithm", [*QUERYING, *ONE_SHOT])
def test_an_algorithms_file_has_every_setting_of_its_constructor(algorithm: str, composed: Callable) -> None:
    node = composed("protocol=free", f"algorithm={algorithm}").config["algorithm"]
    given = {"columns"} if getattr(get_object(node["_target_"]), "uses_columns", False) else set()
    _has_every_setting(node, {"space", "fidelities", "rng", *given})


def _has_every_setting(node: Mapping[str, Any], given: set[str]) -> None:
    assert set(signature(get_object(node["_target_"])).parameters) - given == set(node) - {"_target_"}
    for value in node.values():
        if isinstance(value, Mapping):
            _has_every_setting(value, set())


@pytest.mark.parametrize(("protocol", "algorithm"), [("nb201", "rea"), ("nats", "darts1"), ("digits", "bohb")])
def test_a_resolved_configuration_has_no_setting_of_what_does_not_run(
    protocol: str, algorithm: str, composed: Callable
) -> None:
    config = composed(f"protocol={protocol}", f"algorithm={algorithm}").config
    assert config["settings"] == f"{protocol}_{algorithm}"
    assert ("supernet" in config) == (algorithm in ONE_SHOT)
    assert set(config["protocol"]) == {field.name for field in fields(ProtocolConfig)}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_composes_by_name(name: str, composed: Callable) -> None:
    assert composed(f"experiment={name}").config["seeds"] >= 1


def test_the_options_are_those_of_the_design() -> None:
    groups = {group for group, _ in OPTIONS}
    assert {"space", "algorithm", "protocol", "budget", "tracking"} <= groups


@pytest.mark.parametrize("protocol", ["nb201", "nats"])
def test_rea_has_the_published_settings(protocol: str, composed: Callable) -> None:
    config = composed(f"protocol={protocol}", "algorithm=rea").config
    settings = {key: config["algorithm"][key] for key in ("population", "tournament", "replacement")}
    assert settings == {"population": 10, "tournament": 3, "replacement": True}
    assert config["budget"]["unchecked"] == 10


def test_the_protocols_differ_as_the_papers_do(composed: Callable) -> None:
    nb201, nats = (composed(f"protocol={name}").config["budget"] for name in ("nb201", "nats"))
    assert (nb201["seconds"], nb201["overstep"]) == (12_000, "discard")
    assert (nats["seconds"], nats["overstep"]) == (20_000, "keep")

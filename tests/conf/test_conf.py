"""Every file of conf/ composes, and makes what it names."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hydra.utils import instantiate

import nasbench_suite.conf
import nasbench_suite.experiments
from nasbench_suite.algorithm import Algorithm
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.space import Space

CONF = Path(nasbench_suite.conf.__file__).parent
# groups that a search is not made of have tests of their own
OTHERS = ("hydra", "launcher", "training", "executor", "supernet")
OPTIONS = sorted((path.parent.name, path.stem) for path in CONF.glob("*/*.yaml") if path.parent.name not in OTHERS)
ONE_SHOT = ["darts1", "darts2", "gdas", "setn", "rsps", "enas"]
QUERYING = [name for group, name in OPTIONS if group == "algorithm" and name not in ONE_SHOT]
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
    offered = [Fidelity(*pair) for pair in made.config["fidelities"]]
    algorithm = instantiate(made.config["algorithm"], _partial_=True)(space, offered, np.random.default_rng(0))
    assert isinstance(algorithm, Algorithm)


@pytest.mark.parametrize("protocol", [name for group, name in OPTIONS if group == "protocol"])
@pytest.mark.parametrize("algorithm", QUERYING)
def test_every_algorithm_takes_its_settings_from_every_protocol(
    protocol: str, algorithm: str, composed: Callable
) -> None:
    made = composed(f"protocol={protocol}", f"algorithm={algorithm}")
    assert made.config["protocol"]["name"] == protocol


@pytest.mark.parametrize("protocol", ["nb201", "nats", "digits", "nds"])
@pytest.mark.parametrize("algorithm", ONE_SHOT)
def test_every_one_shot_algorithm_takes_its_settings_from_every_protocol_with_a_supernet(
    protocol: str, algorithm: str, composed: Callable
) -> None:
    config = composed(f"protocol={protocol}", f"algorithm={algorithm}").config
    assert isinstance(instantiate(config["algorithm"]), OneShotAlgorithm)
    assert SupernetSettings(**config["supernet"]).epochs == config["protocol"][algorithm]["epochs"]
    assert config["budget"]["seconds"] is None  # the protocol's are of table queries


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


SHARED = {"learning_rate": 0.0003, "betas": [0.5, 0.999], "weight_decay": 0.001, "initial_std": 0.001}
CONTROLLER = {"hidden": 32, "layers": 2, "tanh_constant": 2.5, "temperature": 5.0, "learning_rate": 0.001, "eps": 0.001}
CONTROLLER |= {"weight_decay": 0.0, "steps": 50, "aggregate": 20, "entropy_weight": 0.0001, "baseline_decay": 0.99}
PUBLISHED: dict[tuple[str, str], tuple[dict[str, object], dict[str, object]]] = {
    ("nb201", "darts1"): (SHARED | {"order": 1, "parameters_first": True}, {"epochs": 50, "clip": 5}),
    ("nb201", "darts2"): (SHARED | {"order": 2, "parameters_first": False}, {"epochs": 50, "clip": 5}),
    ("nb201", "gdas"): (SHARED | {"tau_first": 10, "tau_last": 0.1}, {"epochs": 250, "clip": 5}),
    ("nb201", "setn"): (SHARED | {"select": 100}, {"epochs": 250, "clip": None}),
    ("nb201", "rsps"): (
        {"shared": True, "connected": False, "select": 100, "images": 512, "statistics": "batch"},
        {"epochs": 250, "clip": 5},
    ),
    ("nb201", "enas"): (
        CONTROLLER | {"betas": [0.0, 0.999], "carry": "last", "images": 128, "augmented": True, "clip": 5},
        {"epochs": 250, "batch": 128, "learning_rate": 0.05, "learning_rate_end": 0.0005, "cosine_epochs": 10}
        | {"weight_decay": 0.00025, "clip": 5},
    ),
    ("nats", "darts1"): (SHARED | {"order": 1, "parameters_first": True}, {"epochs": 200, "clip": None}),
    ("nats", "darts2"): (SHARED | {"order": 2, "parameters_first": True}, {"epochs": 200, "clip": None}),
    ("nats", "gdas"): (SHARED | {"tau_first": 10, "tau_last": 0.1}, {"epochs": 200, "clip": None}),
    ("nats", "setn"): (SHARED | {"select": 100}, {"epochs": 200, "clip": None}),
    ("nats", "rsps"): (
        {"shared": False, "connected": True, "select": 100, "distinct": True, "images": 512},
        {"epochs": 200, "clip": None},
    ),
    ("nats", "enas"): (
        CONTROLLER | {"betas": [0.5, 0.999], "carry": "mean", "images": 512, "augmented": False, "clip": 5},
        {"epochs": 200, "clip": None},
    ),
}
WEIGHTS = {"batch": 64, "learning_rate": 0.025, "learning_rate_end": 0.001, "cosine_epochs": None, "momentum": 0.9}
WEIGHTS |= {"weight_decay": 0.0005, "flip": True, "crop_pad": 4}


@pytest.mark.parametrize(("protocol", "algorithm"), PUBLISHED)
def test_weight_sharing_has_the_published_settings(protocol: str, algorithm: str, composed: Callable) -> None:
    config = composed(f"protocol={protocol}", f"algorithm={algorithm}").config
    learned, trained = PUBLISHED[protocol, algorithm]
    parts = [value for value in config["algorithm"].values() if isinstance(value, dict)]
    found = {key: value for part in (config["algorithm"], *parts) for key, value in part.items()}
    assert {key: found[key] for key in learned} == learned
    expected = WEIGHTS | trained
    assert {key: config["supernet"][key] for key in expected} == expected
    statistics = {"nb201": "running", "nats": "batch"}[protocol]
    assert config["supernet"]["network"] == {"channels": 16, "cells": 5, "statistics": statistics}

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hydra.utils import instantiate

import nasbench_suite.conf
from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nb101 import NB101, Cell
from nasbench_suite.spaces.nb101.channels import parameters
from nasbench_suite.spaces.nb101.recipe import NB101Recipe
from nasbench_suite.spaces.nb101.reference import REFERENCE_CELLS
from nasbench_suite.training.digits import load_digits
from nasbench_suite.training.tf_rmsprop import TFRMSProp
from nasbench_suite.training.train import train

CONF = Path(nasbench_suite.conf.__file__).parent / "training"


def load(name: str) -> tuple[NB101Recipe, dict[str, Any]]:
    config = yaml.safe_load((CONF / f"{name}.yaml").read_text())
    return instantiate(config["recipe"]), config


def count(cell: Cell, config: dict[str, Any]) -> int:
    with torch.device("meta"):  # parameters that are never drawn cost nothing
        network = NB101().network(cell, **config["network"])
    return sum(p.numel() for p in network.parameters())


def test_the_benchmarks_recipe_is_the_papers() -> None:
    recipe, config = load("nb101")
    assert (recipe.epochs, recipe.batch, config["schedules"]) == (108, 256, [4, 12, 36, 108])
    optimizer = recipe.optimizer([torch.ones(1, requires_grad=True)])
    assert isinstance(optimizer, TFRMSProp)
    (group,) = optimizer.param_groups
    settings = {key: group[key] for key in ("lr", "decay", "momentum", "eps", "weight_decay")}
    assert settings == {"lr": 0.2, "decay": 0.9, "momentum": 0.9, "eps": 1.0, "weight_decay": 1e-4}
    for cell in REFERENCE_CELLS.values():
        assert count(cell, config) == parameters(cell)


def test_the_first_step_moves_nothing_and_the_rate_then_falls_by_the_step_along_a_cosine() -> None:
    recipe, _ = load("nb101")
    assert recipe.learning_rate_at(0) == 0
    assert recipe.learning_rate_at(0, 0.01) == pytest.approx(0.2, rel=1e-6)
    assert recipe.learning_rate_at(54) == pytest.approx(0.1)
    assert recipe.learning_rate_at(27) == pytest.approx(0.1 * (1 + 0.5**0.5))
    assert recipe.learning_rate_at(54, 0.5) < recipe.learning_rate_at(54, 0.25) < recipe.learning_rate_at(54)
    assert 0 < recipe.learning_rate_at(107, 0.99) < 1e-6


def test_augmenting_trains_a_larger_network_in_stairs() -> None:
    recipe, config = load("nb101_augment")
    assert recipe.epochs == 200
    rates = [recipe.learning_rate_at(epoch) for epoch in (1, 99, 100, 133, 134, 166, 167, 199)]
    assert rates == pytest.approx([0.2, 0.2, 0.02, 0.02, 0.002, 0.002, 2e-5, 2e-5])
    best = REFERENCE_CELLS["best"]
    assert count(best, config) == parameters(best, cells=6) > 2 * parameters(best)


def test_a_schedule_that_there_is_not_is_refused() -> None:
    recipe, _ = load("nb101")
    with pytest.raises(ConfigError, match="schedule must be cosine or stairs, got 'linear'"):
        replace(recipe, schedule="linear")


def test_a_small_training_learns(one_thread: None) -> None:
    recipe, _ = load("nb101")
    recipe = replace(recipe, epochs=3, batch=32, flip=False, crop_pad=0, test_every_epoch=False)

    def build(replicas: int) -> torch.nn.Module:
        network = NB101().network(REFERENCE_CELLS["resnet"], channels=8, cells=1, in_channels=1)
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = 0.2  # its statistics must follow a training of some hundred steps
        return network

    (training,) = train(build, load_digits(), recipe, [0], name="resnet")
    assert training.status == "finished"
    assert training.epochs[-1].train.loss < training.epochs[0].train.loss / 2


@pytest.fixture
def one_thread() -> None:
    torch.set_num_threads(1)

import dataclasses
import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import nn

from nasbench_suite.errors import ConfigError, ResultsError
from nasbench_suite.spaces.nb201.network import NB201Network
from nasbench_suite.training import checkpoint_file, trainer
from nasbench_suite.training.images import ImageDataset
from nasbench_suite.training.metrics import TrainingResult
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.replicas import build_replicas
from nasbench_suite.training.train import train
from nasbench_suite.training.trainer import Trainer

ARCH = (3, 4, 2, 1, 0, 3)


def build(replicas: int) -> nn.Module:
    return NB201Network(ARCH, 10, channels=4, cells=1, in_channels=1, replicas=replicas)


def without_seconds(training: TrainingResult) -> object:
    epochs = [replace(epoch, train_seconds=0.0, valid_seconds=None, test_seconds=None) for epoch in training.epochs]
    return replace(training, epochs=tuple(epochs), seconds=0.0)


def parameters(path: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = checkpoint_file.read(path)["state"]["network"]
    return found


def test_training_learns_the_digits(digits: ImageDataset, recipe: Recipe) -> None:
    (training,) = train(build, digits, replace(recipe, epochs=25, crop_pad=0), [0], name="cell")
    assert training.status == "finished"
    assert training.reason is None
    last = training.epochs[-1]
    assert last.train.accuracy > 90
    assert last.valid is not None and last.valid.accuracy > 50
    assert last.test is not None and last.test.accuracy > 50
    assert training.seconds >= sum(epoch.train_seconds for epoch in training.epochs) > 0


def test_the_same_arguments_give_the_same_training(digits: ImageDataset, recipe: Recipe) -> None:
    first, again = (train(build, digits, recipe, [3, 4], name="cell") for _ in range(2))
    assert [without_seconds(t) for t in first] == [without_seconds(t) for t in again]
    assert first[0].epochs[-1].train.loss != first[1].epochs[-1].train.loss


def test_another_state_of_torchs_generator_changes_nothing(digits: ImageDataset, recipe: Recipe) -> None:
    torch.manual_seed(0)
    first = train(build, digits, recipe, [3], name="cell")
    torch.manual_seed(1)
    before = torch.get_rng_state()
    again = train(build, digits, recipe, [3], name="cell")
    assert [without_seconds(t) for t in first] == [without_seconds(t) for t in again]
    assert torch.equal(before, torch.get_rng_state())


def test_a_trial_starts_with_the_same_parameters_and_images_alone_and_among_others(
    digits: ImageDataset, recipe: Recipe
) -> None:
    alone, among = Trainer(build, digits, recipe, [7], 0), Trainer(build, digits, recipe, [6, 7], 0)
    for name, value in alone.network.state_dict().items():
        if value.ndim:
            assert torch.equal(value, among.network.state_dict()[name].chunk(2)[1])
    # the first step, before rounding has grown
    one, other = (replace(recipe, epochs=1, batch=70) for _ in range(2))
    first = train(build, digits, one, [7], name="cell")[0].epochs[0]
    second = train(build, digits, other, [6, 7], name="cell")[1].epochs[0]
    assert first.train.loss == pytest.approx(second.train.loss, rel=1e-4)


@pytest.mark.parametrize("interrupted_after", [1, 2])
def test_a_resumed_training_ends_in_the_same_parameters(
    digits: ImageDataset, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted_after: int
) -> None:
    whole = train(build, digits, recipe, [5, 6], name="cell", checkpoint_file=tmp_path / "whole")
    run_epoch = Trainer.run_epoch

    def interrupted(self: Trainer) -> None:
        if len(self.epochs[0]) == interrupted_after:
            raise KeyboardInterrupt
        run_epoch(self)

    monkeypatch.setattr(Trainer, "run_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(build, digits, recipe, [5, 6], name="cell", checkpoint_file=tmp_path / "parts")
    monkeypatch.setattr(Trainer, "run_epoch", run_epoch)
    resumed = train(build, digits, recipe, [5, 6], name="cell", checkpoint_file=tmp_path / "parts")
    assert [without_seconds(t) for t in resumed] == [without_seconds(t) for t in whole]
    expected = parameters(tmp_path / "whole")
    for name, value in parameters(tmp_path / "parts").items():
        assert torch.equal(value, expected[name]), name


def test_a_finished_training_is_not_repeated(
    digits: ImageDataset, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(build, digits, recipe, [5], name="cell", checkpoint_file=tmp_path / "state")
    monkeypatch.setattr(Trainer, "run_epoch", lambda self: pytest.fail("trained again"))
    again = train(build, digits, recipe, [5], name="cell", checkpoint_file=tmp_path / "state")
    assert [without_seconds(t) for t in again] == [without_seconds(t) for t in whole]


def test_another_trainings_checkpoint_is_refused(digits: ImageDataset, recipe: Recipe, tmp_path: Path) -> None:
    train(build, digits, replace(recipe, epochs=1), [5], name="cell", checkpoint_file=tmp_path / "state")
    with pytest.raises(ResultsError, match="expected the checkpoint of other cell"):
        train(build, digits, replace(recipe, epochs=1), [5], name="other cell", checkpoint_file=tmp_path / "state")


@pytest.mark.parametrize("content", [{}, {"identity": "another"}, {"identity": [], "done": [{}]}])
def test_a_checkpoint_of_something_else_is_refused(
    digits: ImageDataset, recipe: Recipe, tmp_path: Path, content: dict[str, object]
) -> None:
    checkpoint_file.write(tmp_path / "state", content)
    with pytest.raises(ResultsError, match="expected a training's checkpoint"):
        train(build, digits, recipe, [5], name="cell", checkpoint_file=tmp_path / "state")


def test_a_loss_that_is_never_finite_is_recorded_as_failed(digits: ImageDataset, recipe: Recipe) -> None:
    built = []

    def explode(replicas: int) -> nn.Module:
        network = build(replicas)
        network.get_parameter("classifier.bias").data[0] = math.inf
        built.append(replicas)
        return network

    (training,) = train(explode, digits, recipe, [1], name="cell")
    assert training.status == "failed"
    assert training.attempt == recipe.attempts == len(built)
    assert training.reason == "training loss nan in epoch 1, attempt 5 of 5"


def test_only_the_trial_that_diverged_starts_again(digits: ImageDataset, recipe: Recipe) -> None:
    starts = []

    def explode_once(replicas: int) -> nn.Module:
        network = build(replicas)
        if replicas == 1:  # every single network is built here first, in the order of the seeds
            starts.append(network.get_parameter("classifier.weight").detach().clone())
            if len(starts) == 2:
                network.get_parameter("classifier.bias").data[0] = math.inf
        return network

    trainings = train(explode_once, digits, recipe, [1, 2, 3], name="cell")
    assert [t.status for t in trainings] == ["finished"] * 3
    assert [t.attempt for t in trainings] == [1, 2, 1]
    assert len(starts) == 4
    assert not torch.equal(starts[3], starts[1])  # from a derived seed, not the same again
    usual = train(build, digits, recipe, [1, 2, 3], name="cell")
    assert without_seconds(trainings[0]) == without_seconds(usual[0])


def test_the_limit_of_seconds_stops_after_an_epoch(
    digits: ImageDataset, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(10_000))
    monkeypatch.setattr(trainer, "clock", lambda device: lambda: float(next(ticks)))
    monkeypatch.setattr("nasbench_suite.training.train.clock", lambda device: lambda: float(next(ticks)))
    (training,) = train(build, digits, replace(recipe, epochs=50), [1], name="cell", seconds_limit=20)
    assert training.status == "stopped"
    assert 1 <= len(training.epochs) < 50
    assert training.reason == f"limit of 20 s reached after epoch {len(training.epochs)}"


def test_the_test_set_is_measured_at_the_end_or_always(digits: ImageDataset, recipe: Recipe) -> None:
    (last,) = train(build, digits, recipe, [1], name="cell")
    assert [epoch.test is not None for epoch in last.epochs] == [False, False, True]
    (always,) = train(build, digits, replace(recipe, test_every_epoch=True), [1], name="cell")
    assert all(epoch.test is not None for epoch in always.epochs)
    assert always.epochs[-1].test == last.epochs[-1].test


def test_a_data_set_without_validation_has_no_validation_metrics(digits: ImageDataset, recipe: Recipe) -> None:
    (training,) = train(build, replace(digits, valid=None), recipe, [1], name="cell")
    assert all(epoch.valid is None and epoch.valid_seconds is None for epoch in training.epochs)


def test_one_step_is_nesterov_sgd_with_weight_decay_on_everything(digits: ImageDataset, recipe: Recipe) -> None:
    one = replace(recipe, batch=70, crop_pad=0, epochs=2, learning_rate=0.05, weight_decay=0.5)
    run = Trainer(build, digits, one, [0], 0)
    reference = Trainer(build, digits, one, [0], 0)
    run.run_epoch()
    images = (digits.train.pixels.float() - digits.mean[0]) / digits.std[0]
    network = reference.network.train()
    nn.functional.cross_entropy(network(images), digits.train.labels).backward()
    for (name, found), before in zip(run.network.named_parameters(), network.parameters(), strict=True):
        if before.grad is None:
            continue
        step = before.grad + one.weight_decay * before
        expected = before - one.learning_rate * (step + one.momentum * step)
        # the images come in another order, and rounding can move a value across a ReLU's corner
        assert (found - expected).abs().max() <= 0.05 * (expected - before).abs().max() + 1e-6, name


def test_the_learning_rate_falls_along_a_cosine_per_epoch(recipe: Recipe) -> None:
    rates = [replace(recipe, epochs=12).learning_rate_at(epoch) for epoch in range(13)]
    assert rates[0] == 0.1
    assert rates[6] == pytest.approx(0.05)
    assert rates[12] == pytest.approx(0, abs=1e-12)
    assert rates == sorted(rates, reverse=True)


def test_bfloat16_trains_with_float32_parameters(digits: ImageDataset, recipe: Recipe) -> None:
    half = Trainer(build, digits, replace(recipe, precision="bfloat16"), [0], 0)
    half.run_epoch()
    assert math.isfinite(half.epochs[0][0].train.loss)
    assert {value.dtype for value in half.network.parameters()} == {torch.float32}


def test_replicas_hold_each_seeds_own_parameters() -> None:
    together = build_replicas(build, [1, 2]).state_dict()
    for at, seed in enumerate([1, 2]):
        alone = build_replicas(build, [seed]).state_dict()
        assert all(torch.equal(v.chunk(2)[at], alone[k]) for k, v in together.items() if v.ndim)


@pytest.mark.parametrize(
    "wrong", [{"epochs": 0}, {"batch": 0}, {"momentum": 1.0}, {"learning_rate": 0.0}, {"precision": "float16"}]
)
def test_a_recipe_that_makes_no_sense_is_refused(recipe: Recipe, wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Recipe(**(dataclasses.asdict(recipe) | wrong))  # type: ignore[arg-type]


def test_unused_edges_do_not_change_a_training(digits: ImageDataset, recipe: Recipe) -> None:
    arch = (3, 2, 3, 1, 0, 0)
    settings = {"channels": 4, "cells": 1, "in_channels": 1}
    skipped, literal = (
        train(
            partial(
                lambda skip, replicas: NB201Network(arch, 10, **settings, skip_unused=skip, replicas=replicas), skip
            ),
            digits,
            recipe,
            [2],
            name="cell",
        )
        for skip in (True, False)
    )
    assert [without_seconds(t) for t in skipped] == [without_seconds(t) for t in literal]

"""The images of every step: which, in what order, and on which process."""

from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from nasbench_suite.errors import ConfigError, DatasetError
from nasbench_suite.one_shot.batches import Batches
from nasbench_suite.one_shot.data import load_search_data
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.training.digits import load_digits
from nasbench_suite.training.images import ImageDataset


@pytest.fixture
def make(tiny: ModuleType) -> Callable[..., Batches]:
    def batches(seed: int = 0, **changes: Any) -> Batches:
        return Batches(tiny.digits(), replace(tiny.SETTINGS, **changes), np.random.SeedSequence(seed))

    return batches


def unnormalised(images: torch.Tensor, data: Any) -> torch.Tensor:
    return (images * data.std[0] + data.mean[0]).round().to(torch.uint8)


def test_an_epoch_has_every_training_image_once_in_a_new_order(make: Callable, tiny: ModuleType) -> None:
    batches = make(crop_pad=0)
    epochs = [[train for train, _ in batches.epoch(with_valid=False)] for _ in range(2)]
    seen = [unnormalised(torch.cat([b.images for b in epoch]), tiny.digits()).flatten(1) for epoch in epochs]
    assert not torch.equal(seen[0], seen[1])
    everything = tiny.digits().train.pixels.flatten(1)
    for images in seen:
        assert sorted(map(tuple, images.tolist())) == sorted(map(tuple, everything.tolist()))
    assert [b.total for b in epochs[0]] == [40, 40, 20] and batches.steps == 3
    assert epochs[0][0].images.is_contiguous(memory_format=torch.channels_last)


def test_every_validation_image_of_a_step_is_drawn_at_random(make: Callable, tiny: ModuleType) -> None:
    pairs = list(make(crop_pad=0).epoch(with_valid=True))
    assert all(train.total == valid.total for train, valid in pairs)
    drawn = unnormalised(torch.cat([valid.images for _, valid in pairs]), tiny.digits()).flatten(1)
    images = set(map(tuple, tiny.digits().valid.pixels.flatten(1).tolist()))
    found = list(map(tuple, drawn.tolist()))
    assert set(found) <= images
    assert len(set(found)) < len(found) == 100  # some twice: 100 draws out of 90


def test_labels_go_with_their_images(make: Callable, tiny: ModuleType) -> None:
    data = tiny.digits()
    for part, batch in zip((data.train, data.valid), next(make(crop_pad=0).epoch(with_valid=True)), strict=True):
        label_of = dict(zip(map(tuple, part.pixels.flatten(1).tolist()), part.labels.tolist(), strict=True))
        images = map(tuple, unnormalised(batch.images, data).flatten(1).tolist())
        assert [label_of[image] for image in images] == batch.labels.tolist()


def test_validation_batches_change_nothing_in_the_training_images(make: Callable) -> None:
    alone, beside = make(), make()
    next(beside.valid_batches(10, augmented=True))
    for (one, _), (other, valid) in zip(alone.epoch(False), beside.epoch(True), strict=True):
        assert torch.equal(one.images, other.images) and valid is not None


def test_validation_batches_see_every_image_once_before_any_comes_again(make: Callable, tiny: ModuleType) -> None:
    data = tiny.digits()
    found = list(islice(make().valid_batches(40, augmented=False), 6))
    assert [batch.total for batch in found] == [40, 40, 10] * 2
    rounds = [torch.cat([batch.images for batch in found[at : at + 3]]) for at in (0, 3)]
    everything = sorted(map(tuple, data.valid.pixels.flatten(1).tolist()))
    for images in rounds:
        assert sorted(map(tuple, unnormalised(images, data).flatten(1).tolist())) == everything
    assert not torch.equal(*rounds)  # in another order
    assert next(make().valid_batches(1000, augmented=False)).total == 90


def test_augmentation_is_asked_for(make: Callable, tiny: ModuleType) -> None:
    plain = set(map(tuple, tiny.digits().valid.pixels.flatten(1).tolist()))
    for augmented in (False, True):
        drawn = next(make().valid_batches(50, augmented))
        images = set(map(tuple, unnormalised(drawn.images, tiny.digits()).flatten(1).tolist()))
        assert (images <= plain) is not augmented


def test_evaluation_sees_every_validation_image_as_it_is_in_even_batches(make: Callable, tiny: ModuleType) -> None:
    batches = list(make(evaluation_batch=40).evaluation())
    assert [b.total for b in batches] == [30, 30, 30]
    images = unnormalised(torch.cat([b.images for b in batches]), tiny.digits())
    assert torch.equal(images, tiny.digits().valid.pixels)


def test_processes_share_a_batch_without_a_gap(make: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [train for train, _ in make().epoch(False)]
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "test")
    monkeypatch.setenv("WORLD_SIZE", "3")
    parts = []
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        parts.append([train for train, _ in make().epoch(False)])
    for at, batch in enumerate(whole):
        assert torch.equal(torch.cat([part[at].images for part in parts]), batch.images)
        assert torch.equal(torch.cat([part[at].labels for part in parts]), batch.labels)
        assert {part[at].total for part in parts} == {batch.total}


def test_the_state_brings_the_same_images_back(make: Callable) -> None:
    batches, other = make(), make(seed=1)
    list(batches.epoch(True))
    other.restore(batches.state())
    for (train, valid), (same, same_valid) in zip(batches.epoch(True), other.epoch(True), strict=True):
        assert torch.equal(train.images, same.images) and torch.equal(valid.images, same_valid.images)
    assert torch.equal(next(batches.valid_batches(9, True)).images, next(other.valid_batches(9, True)).images)


def test_a_search_sees_no_test_image() -> None:
    data, everything = load_search_data(NB201(), "digits", None, True), load_digits()
    assert everything.valid is not None
    assert torch.equal(data.train.pixels, everything.train.pixels)
    assert torch.equal(data.valid.pixels, everything.valid.pixels)
    assert not any(value is everything.test for value in vars(data).values()) and not hasattr(data, "test")


@pytest.mark.parametrize(
    ("dataset", "wanted"),
    [("cifar10", "cifar10-valid"), ("cifar100", "cifar100"), ("ImageNet16-120", "ImageNet16-120")],
)
def test_a_search_is_split_as_the_papers_trial_set(
    dataset: str, wanted: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from nasbench_suite.one_shot import data

    asked = []

    def load(name: str, root: Path, official: bool) -> ImageDataset:
        asked.append((name, root, official))
        return load_digits()

    monkeypatch.setattr(data, "load_dataset", load)
    assert load_search_data(NB201(), dataset, str(tmp_path), False).name == wanted
    assert asked == [(wanted, tmp_path, False)]


def test_a_data_set_that_is_not_there_is_told() -> None:
    with pytest.raises(DatasetError, match=r"cifar-10-python\.tar\.gz") as caught:
        load_search_data(NB201(), "cifar10", None, True)
    assert "\n" not in str(caught.value)


def test_a_data_set_without_validation_images_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from nasbench_suite.one_shot import data

    monkeypatch.setattr(data, "load_dataset", lambda *_: replace(load_digits(), valid=None))
    with pytest.raises(ConfigError, match="expected one with validation images to search by, such as cifar10-valid"):
        load_search_data(NB201(), "cifar10-all", None, True)

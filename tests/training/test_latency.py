from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from nasbench_suite.errors import ConfigError
from nasbench_suite.training.images import ImageDataset
from nasbench_suite.training.latency import measure_latency


class Watched(nn.Module):
    """Notes what it is given, and in which mode."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Tensor, bool]] = []

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, 8, 8) -> (B, 10)."""
        self.seen.append((images, self.training))
        return images.flatten(1)[:, :10]


def test_every_full_batch_of_the_test_images_is_timed_and_the_first_dropped(digits: ImageDataset) -> None:
    network = Watched()
    seconds = measure_latency(network, digits, batch=256)
    assert [len(images) for images, _ in network.seen] == [256, 256, 256], "of 800"
    assert len(seconds) == 2 and all(second > 0 for second in seconds)
    assert not any(training for _, training in network.seen)
    whole = torch.cat([images for images, _ in network.seen])
    raw = digits.test.pixels[: len(whole)].float()
    torch.testing.assert_close(whole, (raw - digits.mean[0]) / digits.std[0])


def test_two_batches_are_too_few_to_drop_one(digits: ImageDataset) -> None:
    assert len(measure_latency(Watched(), digits, batch=400)) == 2


def test_fewer_images_than_a_batch_are_refused(digits: ImageDataset) -> None:
    few = replace(digits, test=digits.test.select(list(range(9))))
    with pytest.raises(ConfigError, match="expected at least a batch of 10 test images, got 9"):
        measure_latency(Watched(), few, batch=10)

from collections.abc import Callable

import pytest
import torch
from torch import nn


@pytest.fixture
def two_layers() -> nn.Sequential:
    """Two pixels, two hidden units, one output: 1x1 convolutions without bias."""
    network = nn.Sequential(nn.Conv2d(2, 2, 1, bias=False), nn.Conv2d(2, 1, 1, bias=False), nn.Flatten())
    with torch.no_grad():
        network[0].weight.copy_(torch.tensor([[1.0, -2.0], [3.0, 0.5]]).view(2, 2, 1, 1))
        network[1].weight.copy_(torch.tensor([[-1.0, 4.0]]).view(1, 2, 1, 1))
    return network


@pytest.fixture
def linear() -> nn.Sequential:
    """One pixel of one channel, two classes."""
    network = nn.Sequential(nn.Flatten(), nn.Linear(1, 2, bias=False))
    with torch.no_grad():
        network[1].weight.copy_(torch.tensor([[0.2], [-0.1]]))
    return network


@pytest.fixture
def small_network() -> Callable[[], nn.Module]:
    """A network as the spaces have them, on images of three channels; 4 classes."""

    def make() -> nn.Module:
        torch.manual_seed(3)
        body = [nn.Conv2d(3, 6, 3, padding=1, bias=False), nn.BatchNorm2d(6), nn.ReLU(inplace=True)]
        return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4))

    return make


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    """Images (8, 3, 6, 6) and labels of four classes."""
    generator = torch.Generator().manual_seed(1)
    return torch.randn(8, 3, 6, 6, generator=generator), torch.arange(8) % 4

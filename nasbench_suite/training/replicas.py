"""Replicas: networks of one architecture that train side by side, in groups of channels of one network."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Build = Callable[[int], nn.Module]
"""Builds this many replicas of a network on the CPU, with fresh parameters from torch's own CPU generator.

Images enter as (B, replicas x C, H, W), logits leave as (B, replicas x classes), and the state is that of the single
networks, concatenated along the first dimension. Who trains only single networks may ignore the argument.
"""


def build_replicas(build: Build, seeds: Sequence[int]) -> nn.Module:
    """Builds one replica per seed of torch's generator, with the parameters that it would have alone."""
    states = []
    for seed in seeds:
        with torch.random.fork_rng(devices=()):
            torch.default_generator.manual_seed(seed)
            single = build(1)
        states.append(single.state_dict())
    if len(seeds) == 1:
        return single
    network = build(len(seeds))
    merged = {
        name: torch.cat([state[name] for state in states]) if value.ndim else value for name, value in states[0].items()
    }
    network.load_state_dict(merged)
    return network


def side_by_side(pixels: Sequence[Tensor]) -> Tensor:
    """Each replica's images (B, C, H, W) -> (B, replicas x C, H, W)."""
    return torch.cat(list(pixels), 1) if len(pixels) > 1 else pixels[0]


def apart(logits: Tensor, replicas: int) -> Tensor:
    """Logits (B, replicas x classes) -> (B, replicas, classes)."""
    return logits.view(len(logits), replicas, -1)

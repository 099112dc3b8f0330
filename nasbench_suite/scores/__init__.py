"""Zero-cost scores: what networks say of themselves before any training. docs/zero-cost.md says more.

One file per score, which has a function of its name. Only `find_score` and `compute_score` load torch.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from nasbench_suite.closest import closest
from nasbench_suite.errors import ConfigError

if TYPE_CHECKING:
    import torch

    Score = Callable[[torch.nn.Module, torch.Tensor, torch.Tensor], float]
    """From a network, images (B, C, H, W) and labels (B,) to a score; it may change the network."""

GROUP = "nasbench_suite.scores"

OURS = ("epe_nas", "fisher", "grad_norm", "grasp", "jacov", "l2_norm", "nwot", "plain", "snip", "synflow", "zen")


def score_names() -> list[str]:
    """Lists the scores by name: ours, and those that third parties registered as entry points."""
    from importlib.metadata import entry_points

    return sorted({*OURS, *entry_points(group=GROUP).names})


@cache  # looking through what is installed takes milliseconds, which would be charged to the score
def find_score(name: str) -> Score:
    """Returns the function that computes a score.

    Raises:
        ConfigError: there is none of this name; names the closest.
    """
    from importlib.metadata import entry_points

    for entry in entry_points(group=GROUP, name=name):
        theirs: Score = entry.load()
        return theirs
    if name not in OURS:
        known = score_names()
        close = closest(name, known)
        hint = f"did you mean {close}?" if close else f"there is: {', '.join(known)}"
        raise ConfigError(f"scores: there is no {name!r:.80}; {hint}")
    ours: Score = getattr(import_module(f"{__name__}.{name}"), name)
    return ours


def compute_score(
    name: str, network: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor, seed: int = 0
) -> float:
    """Computes a score of a network, which stays as it is.

    Batch normalisation uses the batch's statistics, as in training; dropout and dropped paths are off.

    Args:
        name: of the score.
        network: from images to logits (B, classes).
        images: (B, C, H, W), normalised.
        labels: int64 (B,).
        seed: of what a score draws itself; torch's own generators stay as they were.

    Returns:
        The score, higher is better; NaN or infinite where the network has none, such as one that no gradient passes.

    Raises:
        ConfigError: there is no such score.
    """
    import torch

    from nasbench_suite.scores.layers import normalise_by_batch

    score, own = find_score(name), normalise_by_batch(copy.deepcopy(network))
    with torch.random.fork_rng(), torch.enable_grad():
        torch.manual_seed(seed)
        return score(own, images.clone(), labels)

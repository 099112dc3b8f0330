"""Accuracy and loss of a network on a set of images."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.training.images import Images
from nasbench_suite.training.metrics import Metrics

BATCH = 1024
"""Images evaluated at once; it changes the speed alone."""


def evaluate(network: nn.Module, images: Images, prepare: Callable[[Tensor], Tensor]) -> Metrics:
    """Measures a network in evaluation mode; it is left in that mode.

    Args:
        network: maps prepared images to logits.
        images: on the network's device.
        prepare: pixels (B, C, H, W) to the network's input.
    """
    network.eval()
    with torch.inference_mode():
        logits = [network(prepare(batch)) for batch in images.pixels.split(BATCH)]
    return measure(torch.cat(logits), images.labels)


@torch.inference_mode()
def measure(logits: Tensor, labels: Tensor) -> Metrics:
    """Accuracy and mean cross-entropy of logits (N, classes) for labels (N,)."""
    logits = logits.float()
    correct = (logits.argmax(1) == labels).sum()
    return Metrics(100 * float(correct) / len(labels), float(F.cross_entropy(logits, labels)))

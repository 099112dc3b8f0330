"""Accuracy and loss of replicas on a set of images."""

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.training.images import Images
from nasbench_suite.training.metrics import PartMetrics
from nasbench_suite.training.replicas import apart, side_by_side


def evaluate(
    network: nn.Module, images: Images, prepare: Callable[[Tensor], Tensor], replicas: int, batch: int
) -> list[PartMetrics]:
    """Measures each replica in evaluation mode; they are left in that mode.

    Args:
        network: maps prepared images to logits.
        images: on the network's device.
        prepare: pixels (B, replicas x C, H, W) to the network's input.
        replicas: in the network.
        batch: images at once; it changes the speed, and results by no more than rounding.
    """
    network.eval()
    with torch.inference_mode():
        logits = [
            apart(network(prepare(side_by_side([pixels] * replicas))), replicas)
            for pixels in torch.split(images.pixels, batch)
        ]
        return measure(torch.cat(logits), images.labels.unsqueeze(1).expand(-1, replicas))


@torch.inference_mode()
def measure(logits: Tensor, labels: Tensor) -> list[PartMetrics]:
    """Accuracy and mean cross-entropy of each replica: logits (N, replicas, classes), labels (N, replicas)."""
    correct = (logits.argmax(2) == labels).sum(0)
    losses = F.cross_entropy(logits.float().transpose(1, 2), labels, reduction="none").mean(0)
    return [
        PartMetrics(100 * right / len(labels), loss)
        for right, loss in zip(correct.tolist(), losses.tolist(), strict=True)
    ]

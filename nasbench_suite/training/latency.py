"""Latency of a network, measured as NAS-Bench-201 does (Dong and Yang 2020, section 2.4)."""

import time

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import nn

from nasbench_suite.errors import ConfigError
from nasbench_suite.training.images import ImageDataset


def measure_latency(network: nn.Module, data: ImageDataset, batch: int = 256) -> list[float]:
    """Times the forward pass and the loss on every full batch of the test images, in evaluation mode.

    The first batch, which warms the device up, is dropped where more than two were timed. The paper's figure is the
    mean of the list, on batches of 256 and one GTX 1080 Ti.

    Args:
        network: on the data's device; left in evaluation mode.
        data: its test images are used.
        batch: images in a batch.

    Returns:
        Wall-clock seconds for each batch.

    Raises:
        ConfigError: the test set is smaller than a batch.
    """
    if len(data.test) < batch:
        raise ConfigError(f"{data.name}: expected at least a batch of {batch} test images, got {len(data.test)}")
    device = data.test.pixels.device
    mean = torch.tensor(data.mean, device=device).view(1, -1, 1, 1)
    std = torch.tensor(data.std, device=device).view(1, -1, 1, 1)
    network.eval()
    seconds = []
    for start in range(0, len(data.test) - batch + 1, batch):
        pixels = (data.test.pixels[start : start + batch].float() - mean) / std
        labels = data.test.labels[start : start + batch]
        _finish(device)
        started = time.perf_counter()
        with torch.inference_mode():
            F.cross_entropy(network(pixels), labels)
        _finish(device)
        seconds.append(time.perf_counter() - started)
    return seconds[1:] if len(seconds) > 2 else seconds


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)

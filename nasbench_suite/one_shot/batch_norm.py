"""Batch normalisation over the whole batch, however many processes it is spread over.

On one process it is PyTorch's own. PyTorch's `SyncBatchNorm` needs GPUs; this one runs wherever
`torch.distributed` does.
"""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, distributed, nn


def sum_over_processes(values: Tensor) -> Tensor:
    """Adds a tensor up over processes, differentiably."""
    total: Tensor = _SumOverProcesses.apply(values)  # type: ignore[no-untyped-call]
    return total


def is_distributed() -> bool:
    """Whether a batch is spread over several processes."""
    return distributed.is_available() and distributed.is_initialized() and distributed.get_world_size() > 1


class _SumOverProcesses(torch.autograd.Function):
    """Adds a tensor up over processes; so is its gradient, for every process's loss depends on the sum."""

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        total = values.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].clone()
        distributed.all_reduce(total)
        return total


def batch_norm(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> Tensor:
    """What `torch.nn.functional.batch_norm` computes, with statistics over the images of all processes.

    Args:
        x: (B, C, H, W), this process's images.
        running_mean: (C,), updated in place in training; None where none are kept.
        running_var: (C,), the same.
        weight: (C,) scale; None for none.
        bias: (C,) shift; None for none.
        training: whether the batch's own statistics are used.
        momentum: weight of the batch in the running statistics; 0 leaves them as they are.
        eps: added to the variance.
    """
    if not training or not is_distributed():
        return F.batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps)
    channels, wide = x.shape[1], x.to(torch.promote_types(x.dtype, torch.float32))
    with torch.no_grad():
        count = wide.new_tensor([x.numel() / channels])
        sums = sum_over_processes(torch.cat([wide.sum((0, 2, 3)), count]))
        total, centre = sums[-1], sums[:-1] / sums[-1]
    # taken again of what is left when a first estimate is off: where a channel is constant, or nearly, the rounding
    # of its mean would be divided by the root of eps alone
    rest = wide - centre.view(1, -1, 1, 1)
    moments = sum_over_processes(torch.cat([rest.sum((0, 2, 3)), rest.square().sum((0, 2, 3))])) / total
    offset = moments[:channels]
    var = moments[channels:] - offset.square()
    if running_mean is not None and running_var is not None:
        with torch.no_grad():
            running_mean.lerp_((centre + offset).to(running_mean.dtype), momentum)
            running_var.lerp_((var * total / (total - 1)).to(running_var.dtype), momentum)
    out = (rest - offset.view(1, -1, 1, 1)) * torch.rsqrt(var + eps).view(1, -1, 1, 1)
    if weight is not None:
        out = out * weight.view(1, -1, 1, 1)
    if bias is not None:
        out = out + bias.view(1, -1, 1, 1)
    return out.to(x.dtype)


PartSettings = tuple[Tensor | None, Tensor | None, Tensor | None, Tensor | None, bool, float, float]
"""What `batch_norm` takes besides images."""


class BatchNorm2d(nn.BatchNorm2d):
    """`torch.nn.BatchNorm2d` over the images of all processes, of which a range of channels can be used alone."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> the same."""
        return self.part(x, 0, self.num_features)

    def part(
        self, x: Tensor, start: int, stop: int, weight: Tensor | None = None, bias: Tensor | None = None
    ) -> Tensor:
        """Normalises by the statistics of channels `start` to `stop`.

        Args:
            x: (B, stop - start, H, W).
            start: first channel.
            stop: the channel after the last one.
            weight: scale (stop - start,), in place of the layer's own.
            bias: shift (stop - start,), in place of the layer's own.
        """
        return batch_norm(x, *self.of_part(start, stop, weight, bias))

    def of_part(self, start: int, stop: int, weight: Tensor | None = None, bias: Tensor | None = None) -> PartSettings:
        """Returns what `batch_norm` takes for channels `start` to `stop`, besides the images; see `part`."""
        mean, var, own_weight, own_bias = (
            None if values is None else values[start:stop]
            for values in (self.running_mean, self.running_var, self.weight, self.bias)
        )
        weight, bias = own_weight if weight is None else weight, own_bias if bias is None else bias
        momentum = 0.0 if self.momentum is None else self.momentum
        return mean, var, weight, bias, self.uses_batch, momentum, self.eps

    @property
    def uses_batch(self) -> bool:
        """Whether it normalises by the batch's own statistics, not by the running ones."""
        return self.training or self.running_mean is None


def over_all_processes(network: nn.Module) -> None:
    """Turns every `torch.nn.BatchNorm2d` of a network into one over the images of all processes."""
    for module in network.modules():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = BatchNorm2d

"""What several scores share: a network's layers, their gradients, and how it is made ready."""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


def weights(network: nn.Module) -> Iterator[Tensor]:
    """Lists the weight of each convolution and linear layer; biases and batch normalisation have no part in scores."""
    return (module.weight for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear))


def normalise_by_batch(network: nn.Module) -> nn.Module:
    """Returns the network, whose batch normalisation is as in training and the rest as in evaluation."""
    network.eval()
    for module in network.modules():
        if isinstance(module, _BatchNorm):
            module.train()
    return network


def without_batch_norm(network: nn.Module) -> nn.Module:
    """Returns the network, in which identities stand for batch normalisation."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, _BatchNorm):
                setattr(module, name, nn.Identity())
    return network


def loss(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Returns the mean cross-entropy of a batch."""
    return F.cross_entropy(network(images), labels)


def sum_with_gradients(
    network: nn.Module, images: Tensor, labels: Tensor, of: Callable[[Tensor, Tensor], Tensor]
) -> float:
    """Sums over layers a function of weight and gradient of the loss; layers that no gradient reaches add nothing.

    Args:
        network: changed: it has gradients.
        images: (B, C, H, W).
        labels: int64 (B,).
        of: from a layer's weight and its gradient, of one shape, to a number.
    """
    network.zero_grad()
    loss(network, images, labels).backward()  # type: ignore[no-untyped-call]
    terms = [of(weight.detach(), weight.grad) for weight in weights(network) if weight.grad is not None]
    return float(sum(terms, torch.zeros(())))

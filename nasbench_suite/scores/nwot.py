"""nwot (Mellor et al. 2021, arXiv:2006.04647, version 3): how many linear pieces a network tells images apart by."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

_RELUS = (torch.ops.aten.relu.default, torch.ops.aten.relu_.default)


def nwot(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Returns the logarithm of the determinant of K: (B, B), in how many ReLUs' signs two images agree.

    -inf where two images agree in all. Every ReLU counts, a module or not; one that layers share for speed alone
    (`shares_relu`) counts once per layer.
    """
    for module in network.modules():
        if hasattr(module, "shares_relu"):
            module.shares_relu = False  # type: ignore[assignment]
    with torch.no_grad(), _Agreements(len(images)) as found:
        network(images)
    return float(np.linalg.slogdet(found.kernel)[1])


class _Agreements(TorchDispatchMode):
    """Watches every ReLU, whoever calls it.

    Attributes:
        kernel: (B, B) agreements so far.
    """

    def __init__(self, images: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kernel: NDArray[np.float64] = np.zeros((images, images))

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func in _RELUS:
            code = (args[0] > 0).flatten(1).float()
            self.kernel += (code @ code.T + (1 - code) @ (1 - code).T).cpu().double().numpy()
        return func(*args, **(kwargs or {}))

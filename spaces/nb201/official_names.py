"""The names that the official code gives the parameters of NAS-Bench-201's network, and of the size space's.

It counts cells and residual blocks in one sequence, as this project does, and names what is in them otherwise:

    here                                    there
    body.2.edges.1.convolution.weight       cells.2.layers.1.op.1.weight
    body.2.edges.1.normalisation.bias       cells.2.layers.1.op.2.bias
    body.2.edges.3.0.weight                 cells.2.layers.3.conv.weight    a projection, in the size space
    body.2.edges.3.1.bias                   cells.2.layers.3.bn.bias
    body.5.first.convolution.weight         cells.5.conv_a.op.1.weight
    body.5.shortcut.1.weight                cells.5.downsample.1.weight
    normalisation.weight                    lastact.0.weight
    classifier.weight  (classes, C, 1, 1)   classifier.weight  (classes, C)
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nasbench_suite.errors import ConfigError

State = Mapping[str, Tensor | NDArray[Any]]
"""Parameters and buffers by name, as torch or a table gives them."""

# in this order: the last layer's normalisation is a name at the start, an operation's one in the middle
_RENAMED = (
    (re.compile(r"^normalisation\."), "lastact.0."),
    (re.compile(r"^body\."), "cells."),
    (re.compile(r"\.edges\.(\d+)\.convolution\."), r".layers.\1.op.1."),
    (re.compile(r"\.edges\.(\d+)\.normalisation\."), r".layers.\1.op.2."),
    (re.compile(r"\.edges\.(\d+)\.0\."), r".layers.\1.conv."),
    (re.compile(r"\.edges\.(\d+)\.1\."), r".layers.\1.bn."),
    (re.compile(r"\.first\."), ".conv_a."),
    (re.compile(r"\.second\."), ".conv_b."),
    (re.compile(r"\.shortcut\."), ".downsample."),
    (re.compile(r"\.convolution\."), ".op.1."),
    (re.compile(r"\.normalisation\."), ".op.2."),
)
# a count of batches that only momenta of None need; PyTorch before 0.4.1 did not write it
_COUNTER = "num_batches_tracked"


def official_name(name: str) -> str:
    """Returns the official name of a parameter or buffer."""
    for pattern, replacement in _RENAMED:
        name = pattern.sub(replacement, name)
    return name


def official_state_dict(network: nn.Module) -> dict[str, Tensor]:
    """Returns a network's parameters and buffers under their official names, in the official shapes; not copied."""
    found = {official_name(name): value for name, value in network.state_dict().items()}
    return {name: value.flatten(1) if name == "classifier.weight" else value for name, value in found.items()}


def load_official_state_dict(network: nn.Module, state: State) -> None:
    """Copies parameters and buffers with official names into a network; raises before anything is copied.

    Raises:
        ConfigError: a name or a shape is not that of this architecture's network; names the first such.
    """
    own = official_state_dict(network)
    unknown = [name for name in state if name not in own]
    absent = [name for name in own if name not in state and not name.endswith(_COUNTER)]
    if unknown or absent:
        wrong = f"has {unknown[0]!r:.100}" if unknown else f"lacks {absent[0]!r}"
        raise ConfigError(f"expected the parameters of this architecture's network, got a state that {wrong}")
    tensors = {name: _tensor(value) for name, value in state.items()}
    for name, value in tensors.items():
        if value is None or value.shape != own[name].shape:
            got = type(state[name]).__name__ if value is None else tuple(value.shape)
            raise ConfigError(f"{name}: expected a tensor of shape {tuple(own[name].shape)}, got {got}")
    with torch.no_grad():
        for name, value in tensors.items():
            if value is not None:
                own[name].copy_(value)


def _tensor(value: object) -> Tensor | None:
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value if isinstance(value, Tensor) else None

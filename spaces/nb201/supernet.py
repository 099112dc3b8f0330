"""NAS-Bench-201's supernet: the network of `network.py` whose edges hold every operation.

As the papers' authors searched (Dong and Yang 2020, arXiv:2001.00326, and NATS-Bench, arXiv:2009.00437).
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import get_args

import numpy as np
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from numpy.typing import NDArray
from torch import Tensor, nn

from nasbench_suite.edge_weights import CELL_WEIGHTS, EdgeWeights, Path
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.batch_norm import over_all_processes
from nasbench_suite.one_shot.session import Statistics
from nasbench_suite.spaces.nb201.architecture import (
    AVG_POOL,
    EDGES,
    EDGES_INTO,
    NONE,
    OPERATIONS,
    SKIP_CONNECT,
    VARIABLES,
    Architecture,
    check,
)
from nasbench_suite.spaces.nb201.mixed_cell import KERNELS, SLOT, Convolutions, MixedCell, convolve, mix, prepare
from nasbench_suite.spaces.nb201.network import NB201Network, Reduction
from nasbench_suite.spaces.nb201.operations import Normalisation
from nasbench_suite.supernet import Supernet
from nasbench_suite.variables import check_codes


class NB201Supernet(Supernet[Architecture]):
    """One network that contains all 15,625 architectures.

    Operations that cannot influence the output of a path or of a one-hot are not computed, and their running
    statistics stay as they are.
    """

    operations = OPERATIONS
    parameterless = tuple(OPERATIONS[index] for index in (NONE, SKIP_CONNECT, AVG_POOL))
    edge_names = tuple(variable.name for variable in VARIABLES)
    variables = VARIABLES

    def __init__(
        self, classes: int, in_channels: int, channels: int = 16, cells: int = 5, statistics: Statistics = "running"
    ) -> None:
        """
        Args:
            classes: outputs of the classifier.
            in_channels: of the images.
            channels: of the first stage; doubled twice.
            cells: in each of the three stages.
            statistics: of batch normalisation, which inside cells is never affine. `running` (NAS-Bench-201's search):
                running statistics are kept everywhere. `batch` (NATS-Bench's): inside cells and after the last one
                the batch's own are always used, and the last layer is not affine either.

        Raises:
            ConfigError: a setting makes no sense.
        """
        super().__init__()
        if statistics not in get_args(Statistics):
            raise ConfigError(f"nb201: expected statistics to be running or batch, got {statistics!r}")
        if min(classes, in_channels, channels, cells) < 1:
            raise ConfigError(
                "nb201: expected classes, in_channels, channels and cells of 1 or more, got "
                f"{classes}, {in_channels}, {channels} and {cells}"
            )
        running = statistics == "running"
        self.positions = 3 * cells
        self._sizes = (classes, channels, cells, in_channels)
        self._inside = Normalisation(affine=False, track_running_stats=running)
        self._last = Normalisation(affine=running, track_running_stats=running)
        normalisation = Normalisation()
        self.stem = nn.Sequential(nn.Conv2d(in_channels, channels, 3, padding=1, bias=False), normalisation(channels))
        self.body = nn.ModuleList()
        for width in (channels, 2 * channels, 4 * channels):
            if width > channels:
                self.body.append(Reduction(width // 2, width, normalisation, groups=1))
            self.body.extend(MixedCell(width, self._inside) for _ in range(cells))
        self.normalisation = self._last(4 * channels)
        self.classifier = nn.Conv2d(4 * channels, classes, 1)
        over_all_processes(self)

    def forward(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes); H and W are multiples of 4."""
        flows = repeat(prepare(edge_weights)) if isinstance(edge_weights, CELL_WEIGHTS) else map(prepare, edge_weights)
        x = self.stem(images)
        for layer in self.body:
            x = layer(x, next(flows)) if isinstance(layer, MixedCell) else layer(x)
        features = F.relu(self.normalisation(x))
        logits: Tensor = self.classifier(features.mean((2, 3), keepdim=True))
        return logits.flatten(1)

    def path(self, arch: Architecture) -> Path:
        """Returns the edge weights under which the supernet is this architecture."""
        return Path(check(arch))

    def derive(self, edge_weights: NDArray[np.floating]) -> Architecture:
        """Returns the architecture of every edge's heaviest operation, `none` included."""
        return tuple(int(operation) for operation in np.argmax(edge_weights, axis=1))

    def draw(
        self, rng: np.random.Generator, edge_weights: NDArray[np.floating] | None = None, connected: bool = False
    ) -> Architecture:
        """Draws every edge's operation by itself; a draw from `rng` for each edge.

        Raises:
            ConfigError: `connected`, and a node's edges can only be `none`.
        """
        if edge_weights is None:
            edge_weights = np.full((len(EDGES), len(OPERATIONS)), 1 / len(OPERATIONS))
        limits = np.cumsum(edge_weights, axis=1, dtype=np.float64)
        limits /= limits[:, -1:]  # rows of float32 add up to 1 only nearly
        arch: list[int] = []
        for edges in EDGES_INTO:
            into = limits[list(edges)]
            if connected and (into[:, NONE] >= 1).all():
                raise ConfigError("nb201: expected a node to have an edge that can be other than none")
            drawn = _draw(rng, into)
            while connected and all(operation == NONE for operation in drawn):
                drawn = _draw(rng, into)
            arch += drawn
        return tuple(arch)

    def decode(self, codes: Sequence[int]) -> Architecture:
        """Returns the architecture of six operation indices."""
        return check_codes(codes, VARIABLES, "nb201")

    def compile_mixtures(
        self, compiled: Callable[[Callable[..., Tensor]], Callable[..., Tensor]]
    ) -> Callable[..., Tensor]:
        """Compiles a cell of each width, once for all cells."""
        compiled_once = compiled(mix)
        for module in self.modules():
            if isinstance(module, MixedCell):
                module.mix = compiled_once
        return self

    def compile_operations(self, compiled: Callable[[Callable[..., Tensor]], Callable[..., Tensor]]) -> None:
        """Compiles a convolution with its normalisation, for all edges of all cells."""
        compiled_once = compiled(convolve)
        for module in self.modules():
            if isinstance(module, Convolutions):
                module.convolve = compiled_once

    def stand_alone(self, arch: Architecture) -> NB201Network:
        """Returns the architecture's own network with a copy of its parameters and statistics: it computes the same."""
        network = NB201Network(arch, *self._sizes, inside=self._inside, last=self._last).to(self.classifier.weight)
        own = self.state_dict()
        # what is outside of cells has the same names in both, and the cells have none in common
        state = {name: own.get(name, value) for name, value in network.state_dict().items()}
        for place, layer in enumerate(self.body):
            if isinstance(layer, MixedCell):
                for at, index in enumerate(arch):
                    if index in KERNELS:
                        _copy(layer, at, index, state, f"body.{place}.edges.{at}.")
        network.load_state_dict(state)
        return network.train(self.training)


def _draw(rng: np.random.Generator, limits: NDArray[np.float64]) -> list[int]:
    """Draws from each row of cumulative probabilities."""
    return [
        int(row.searchsorted(value, side="right")) for row, value in zip(limits, rng.random(len(limits)), strict=True)
    ]


def _copy(cell: MixedCell, at: int, index: int, state: dict[str, Tensor], prefix: str) -> None:
    """Writes the parameters and statistics of an edge's operation under the names that a stand-alone cell has."""
    held = cell.convolutions(EDGES[at][0], index)
    part = slice(SLOT[at] * held.channels, (SLOT[at] + 1) * held.channels)
    for name, value in held.state_dict().items():
        state[prefix + name] = value[part] if value.ndim else value

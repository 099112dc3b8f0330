"""NAS-Bench-201's supernet: the network of `network.py` whose edges hold every operation.

As the papers' authors searched (Dong and Yang 2020, arXiv:2001.00326, and NATS-Bench, arXiv:2009.00437). What is the
same for several edges is done once: all convolutions of one kernel that leave a node are one convolution with one
batch normalisation, all edges that leave a node share its ReLU and its average pool, and an operation's weight is the
scale of its batch normalisation.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple, get_args

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from numpy.typing import NDArray
from torch import Tensor, nn

from nasbench_suite import supernet
from nasbench_suite.edge_weights import CellWeights, EdgeWeights, Mixture, Path
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.batch_norm import BatchNorm2d, over_all_processes
from nasbench_suite.one_shot.session import Statistics
from nasbench_suite.spaces.nb201.network import CellNetwork, Reduction
from nasbench_suite.spaces.nb201.operations import (
    CONV_1X1,
    CONV_3X3,
    NONE,
    POOL,
    SKIP,
    AveragePool,
    Normalisation,
)
from nasbench_suite.spaces.nb201.space import EDGES, EDGES_INTO, NB201, OPERATIONS
from nasbench_suite.spaces.nb201.space import Cell as Arch

_OUTPUT = 3
_KERNELS = {CONV_1X1: 1, CONV_3X3: 3}
_EDGES_FROM = tuple(tuple(at for at, (start, _) in enumerate(EDGES) if start == node) for node in range(_OUTPUT))
# an edge's place among those that leave the same node
_SLOT = tuple(_EDGES_FROM[start].index(at) for at, (start, _) in enumerate(EDGES))


class Convolutions(nn.Module):
    """The convolutions of one kernel on all edges that leave a node, as one, with their batch normalisation.

    Edge k has output channels k C to (k + 1) C. Weights are drawn as for separate convolutions: PyTorch's distribution
    depends on the number of inputs alone.
    """

    def __init__(self, channels: int, kernel: int, edges: int, normalisation: Normalisation) -> None:
        super().__init__()
        self.channels = channels
        self.convolution = nn.Conv2d(channels, edges * channels, kernel, padding=kernel // 2)
        self.normalisation = BatchNorm2d(
            edges * channels,
            momentum=normalisation.momentum,
            affine=False,
            track_running_stats=normalisation.track_running_stats,
        )

    def all(self, rectified: Tensor, scales: Tensor) -> Tensor:
        """Returns every edge's operation times its scale: (B, C, H, W), (edges,) -> (B, edges x C, H, W)."""
        return self._part(rectified, 0, len(scales), scales.repeat_interleave(self.channels), None)

    def one(self, rectified: Tensor, edge: int, scale: Tensor | None, shift: Tensor | None) -> Tensor:
        """Returns one edge's operation times a number plus a number: (B, C, H, W) -> (B, C, H, W)."""
        wide = [None if value is None else value.repeat(self.channels) for value in (scale, shift)]
        return self._part(rectified, edge, edge + 1, *wide)

    def _part(self, rectified: Tensor, start: int, stop: int, weight: Tensor | None, bias: Tensor | None) -> Tensor:
        first, last = start * self.channels, stop * self.channels
        kernel, offset = self.convolution.weight[first:last], self._offset
        maps = F.conv2d(
            rectified, kernel, None if offset is None else offset[first:last], padding=self.convolution.padding
        )
        return self.normalisation.part(maps, first, last, weight, bias)

    @property
    def _offset(self) -> Tensor | None:
        """The bias, as far as it matters: a batch's own mean takes it away again, so that its gradient is zero."""
        norm, bias = self.normalisation, self.convolution.bias
        if norm.running_mean is None or bias is None:
            return None
        return bias.detach() if norm.uses_batch else bias


class _Mixed(NamedTuple):
    """A mixture.

    Attributes:
        leaving: of each node, the weights (edges that leave it, operations).
    """

    leaving: Sequence[Tensor]


class _Chosen(NamedTuple):
    """One operation an edge, and its weight.

    Attributes:
        operation: of each edge; `NONE` also where the output does not depend on the node that the edge leads to.
        scale: of each edge's operation; None for 1.
        shift: of each inner node, added to all of it: the other operations' weights; None for 0.
    """

    operation: tuple[int, ...]
    scale: Sequence[Tensor | None]
    shift: Sequence[Tensor | None]


def _prepare(weights: CellWeights) -> _Mixed | _Chosen:
    """Does what is the same for all cells that take these weights."""
    if isinstance(weights, Mixture):
        rows = weights.values.unbind()
        return _Mixed([torch.stack([rows[at] for at in edges]) for edges in _EDGES_FROM])
    operation, wanted = list(weights.chosen), {_OUTPUT}
    for at in reversed(range(len(EDGES))):
        start, end = EDGES[at]
        if end not in wanted:
            operation[at] = NONE
        elif operation[at] != NONE:
            wanted.add(start)
    if isinstance(weights, Path):
        return _Chosen(tuple(operation), [None] * len(EDGES), [None] * _OUTPUT)
    rows = weights.values.unbind()
    scale = [row.unbind()[at] for row, at in zip(rows, weights.chosen, strict=True)]
    others = (weights.values.sum(1) - torch.stack(scale)).unbind()
    shift = [
        torch.stack([others[at] for at in edges]).sum() if node in wanted else None
        for node, edges in enumerate(EDGES_INTO, start=1)
    ]
    return _Chosen(tuple(operation), scale, shift)


class Cell(nn.Module):
    """A cell all of whose edges hold all operations."""

    def __init__(self, channels: int, normalisation: Normalisation) -> None:
        super().__init__()
        self.pool = AveragePool()
        # of each node: by operation, that of all edges that leave it
        self.leaving = nn.ModuleList(
            nn.ModuleDict(
                {
                    OPERATIONS[index]: Convolutions(channels, kernel, len(edges), normalisation)
                    for index, kernel in _KERNELS.items()
                }
            )
            for edges in _EDGES_FROM
        )

    def forward(self, x: Tensor, flow: _Mixed | _Chosen) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        return self._mixture(x, flow) if isinstance(flow, _Mixed) else self._chosen(x, flow)

    def _mixture(self, x: Tensor, flow: _Mixed) -> Tensor:
        nodes: list[Tensor | None] = [x, None, None, None]
        for start, (edges, weights) in enumerate(zip(_EDGES_FROM, flow.leaving, strict=True)):
            node = nodes[start]
            assert node is not None
            rectified, pooled = F.relu(node), self.pool(node)
            columns = weights.unbind(1)
            convolved = [self.convolutions(start, index).all(rectified, columns[index]) for index in _KERNELS]
            terms = torch.split(sum(convolved[1:], convolved[0]), x.shape[1], dim=1)
            skip, pool = (columns[index].to(x.dtype).unbind() for index in (SKIP, POOL))
            for at, term in zip(edges, terms, strict=True):
                slot, end = _SLOT[at], EDGES[at][1]
                before = nodes[end]
                term = term if before is None else before + term
                nodes[end] = torch.addcmul(torch.addcmul(term, node, skip[slot]), pooled, pool[slot])
        out = nodes[_OUTPUT]
        assert out is not None
        return out

    def _chosen(self, x: Tensor, flow: _Chosen) -> Tensor:
        nodes: list[Tensor | None] = [x]  # None is a node of zeros
        rectified: dict[int, Tensor] = {}
        for edges, shift in zip(EDGES_INTO, flow.shift, strict=True):
            total: Tensor | None = None
            for at in edges:
                index, start, scale = flow.operation[at], EDGES[at][0], flow.scale[at]
                value = nodes[start]
                if index in _KERNELS:
                    # also on zeros: in evaluation, running statistics need not make zeros of them
                    if start not in rectified:
                        rectified[start] = torch.zeros_like(x) if value is None else F.relu(value)
                    term = self.convolutions(start, index).one(rectified[start], _SLOT[at], scale, shift)
                    shift = None
                elif index == NONE or value is None:
                    continue
                else:
                    term = value if index == SKIP else self.pool(value)
                    term = term if scale is None else term * scale
                total = term if total is None else total + term
            if shift is not None:
                total = (torch.zeros_like(x) if total is None else total) + shift
            nodes.append(total)
        out = nodes[_OUTPUT]
        return torch.zeros_like(x) if out is None else out

    def convolutions(self, start: int, index: int) -> Convolutions:
        """Returns those of one kernel that leave a node."""
        module = self.leaving[start][OPERATIONS[index]]  # type: ignore[index]
        assert isinstance(module, Convolutions)
        return module


class Supernet(supernet.Supernet[Arch]):
    """One network that contains all 15,625 cells.

    Operations that cannot influence the output of a path or of a one-hot are not computed, and their running
    statistics stay as they are.
    """

    operations = OPERATIONS
    parameterless = tuple(OPERATIONS[index] for index in (NONE, SKIP, POOL))
    edge_names = tuple(variable.name for variable in NB201.variables)
    variables = NB201.variables
    _space = NB201()

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
                running statistics are kept everywhere. `batch` (NATS-Bench's): inside cells and behind the last one
                the batch's own are used always, and the last layer is not affine either.

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
            self.body.extend(Cell(width, self._inside) for _ in range(cells))
        self.normalisation = self._last(4 * channels)
        self.classifier = nn.Conv2d(4 * channels, classes, 1)
        over_all_processes(self)

    def forward(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes); H and W are multiples of 4."""
        flows = repeat(_prepare(edge_weights)) if isinstance(edge_weights, CellWeights) else map(_prepare, edge_weights)
        x = self.stem(images)
        for layer in self.body:
            x = layer(x, next(flows)) if isinstance(layer, Cell) else layer(x)
        features = F.relu(self.normalisation(x))
        logits: Tensor = self.classifier(features.mean((2, 3), keepdim=True))
        return logits.flatten(1)

    def path(self, arch: Arch) -> Path:
        """Returns the edge weights under which the supernet is this cell."""
        return Path(self._space.encode(arch))

    def derive(self, edge_weights: NDArray[np.floating]) -> Arch:
        """Returns the cell of every edge's heaviest operation, `none` included."""
        return tuple(int(operation) for operation in np.argmax(edge_weights, axis=1))

    def draw(
        self, rng: np.random.Generator, edge_weights: NDArray[np.floating] | None = None, connected: bool = False
    ) -> Arch:
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

    def decode(self, codes: Sequence[int]) -> Arch:
        """Returns the cell of six operation indices."""
        return self._space.decode(codes)

    def stand_alone(self, arch: Arch) -> CellNetwork:
        """Returns the cell's own network with a copy of its weights and statistics: it computes the same."""
        network = CellNetwork(arch, *self._sizes, inside=self._inside, last=self._last).to(self.classifier.weight)
        own = self.state_dict()
        # what is outside of cells has the same names in both, and the cells have none in common
        state = {name: own.get(name, value) for name, value in network.state_dict().items()}
        for place, layer in enumerate(self.body):
            if isinstance(layer, Cell):
                for at, index in enumerate(arch):
                    if index in _KERNELS:
                        _copy(layer, at, index, state, f"body.{place}.edges.{at}.")
        network.load_state_dict(state)
        return network.train(self.training)


def _draw(rng: np.random.Generator, limits: NDArray[np.float64]) -> list[int]:
    """Draws from each row of cumulative probabilities."""
    return [
        int(row.searchsorted(value, side="right")) for row, value in zip(limits, rng.random(len(limits)), strict=True)
    ]


def _copy(cell: Cell, at: int, index: int, state: dict[str, Tensor], prefix: str) -> None:
    """Writes the weights and statistics of an edge's operation under the names that a stand-alone cell has."""
    held = cell.convolutions(EDGES[at][0], index)
    part = slice(_SLOT[at] * held.channels, (_SLOT[at] + 1) * held.channels)
    for name, value in held.state_dict().items():
        state[prefix + name] = value[part] if value.ndim else value

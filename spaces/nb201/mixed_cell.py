"""A cell of NAS-Bench-201's supernet, whose edges hold every operation.

What is the same for several edges is done once: all convolutions of one kernel that leave a node are one convolution
with one batch normalisation, all edges that leave a node share its ReLU and its average pool, and the edge weight of a
convolution is the scale of its batch normalisation.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.average_pool import AveragePool
from nasbench_suite.edge_weights import CellWeights, Mixture, Path
from nasbench_suite.one_shot.batch_norm import BatchNorm2d, PartSettings, batch_norm
from nasbench_suite.spaces.nb201.architecture import (
    AVG_POOL,
    CONV_1X1,
    CONV_3X3,
    EDGES,
    EDGES_INTO,
    NONE,
    OPERATIONS,
    OUTPUT,
    SKIP_CONNECT,
)
from nasbench_suite.spaces.nb201.operations import Normalisation

KERNELS = {CONV_1X1: 1, CONV_3X3: 3}
"""Side of the kernel of the operations that are convolutions."""
EDGES_FROM = tuple(tuple(at for at, (start, _) in enumerate(EDGES) if start == node) for node in range(OUTPUT))
"""The edges that leave each node but the last."""
SLOT = tuple(EDGES_FROM[start].index(at) for at, (start, _) in enumerate(EDGES))
"""Of each edge, its place among those that leave the same node."""


def convolve(rectified: Tensor, kernel: Tensor, offset: Tensor | None, *settings: *PartSettings) -> Tensor:
    """Convolves and normalises: the same whatever the architecture, for a compiler to take alone.

    Args:
        rectified: (B, C, H, W).
        kernel: (out, C, side, side).
        offset: (out,), added before normalisation; None for 0.
        settings: of `batch_norm`.
    """
    maps = F.conv2d(rectified, kernel, offset, padding=kernel.shape[-1] // 2)
    return batch_norm(maps, *settings)


class Convolutions(nn.Module):
    """The convolutions of one kernel on all edges that leave a node, as one, with their batch normalisation.

    Edge k has output channels k C to (k + 1) C. Initial values are drawn as for separate convolutions: PyTorch's
    distribution depends on the number of inputs alone.

    Attributes:
        channels: of an edge.
        convolve: the function of that name, or what a compiler made of it.
    """

    def __init__(self, channels: int, kernel: int, edges: int, normalisation: Normalisation) -> None:
        super().__init__()
        self.channels, self.convolve = channels, convolve
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
        offset = None if offset is None else offset[first:last]
        return self.convolve(rectified, kernel, offset, *self.normalisation.of_part(first, last, weight, bias))

    @property
    def _offset(self) -> Tensor | None:
        """The bias, as far as it matters: a batch's own mean takes it away again, so that its gradient is zero."""
        norm, bias = self.normalisation, self.convolution.bias
        if norm.running_mean is None or bias is None:
            return None
        return bias.detach() if norm.uses_batch else bias


class MixedFlow(NamedTuple):
    """What a cell takes of a mixture.

    Attributes:
        leaving: of each node, the edge weights (edges that leave it, operations).
    """

    leaving: Sequence[Tensor]


class ChosenFlow(NamedTuple):
    """What a cell takes of a one-hot or a path: one operation per edge, and its edge weight.

    Attributes:
        operation: of each edge; `NONE` also where the output does not depend on the node that the edge leads to.
        scale: of each edge's operation; None for 1.
        shift: of each inner node, added to all of it: the other operations' edge weights; None for 0.
    """

    operation: tuple[int, ...]
    scale: Sequence[Tensor | None]
    shift: Sequence[Tensor | None]


Flow = MixedFlow | ChosenFlow


def prepare(edge_weights: CellWeights) -> Flow:
    """Does once what is the same for all cells that take these edge weights."""
    if isinstance(edge_weights, Mixture):
        rows = edge_weights.values.unbind()
        return MixedFlow([torch.stack([rows[at] for at in edges]) for edges in EDGES_FROM])
    operation, wanted = list(edge_weights.chosen), {OUTPUT}
    for at in reversed(range(len(EDGES))):
        start, end = EDGES[at]
        if end not in wanted:
            operation[at] = NONE
        elif operation[at] != NONE:
            wanted.add(start)
    if isinstance(edge_weights, Path):
        return ChosenFlow(tuple(operation), [None] * len(EDGES), [None] * OUTPUT)
    rows = edge_weights.values.unbind()
    scale = [row.unbind()[at] for row, at in zip(rows, edge_weights.chosen, strict=True)]
    others = (edge_weights.values.sum(1) - torch.stack(scale)).unbind()
    shift = [
        torch.stack([others[at] for at in edges]).sum() if node in wanted else None
        for node, edges in enumerate(EDGES_INTO, start=1)
    ]
    return ChosenFlow(tuple(operation), scale, shift)


def mix(cell: "MixedCell", x: Tensor, leaving: Sequence[Tensor]) -> Tensor:
    """Computes a cell for a mixture: the same for all cells of a width, for a compiler to take once.

    Args:
        cell: whose operations are computed.
        x: (B, C, H, W).
        leaving: of `MixedFlow`.
    """
    nodes: list[Tensor | None] = [x, None, None, None]
    for start, (edges, values) in enumerate(zip(EDGES_FROM, leaving, strict=True)):
        node = nodes[start]
        assert node is not None
        rectified, pooled = F.relu(node), cell.pool(node)
        columns = values.unbind(1)
        convolved = [cell.convolutions(start, index).all(rectified, columns[index]) for index in KERNELS]
        terms = torch.split(sum(convolved[1:], convolved[0]), x.shape[1], dim=1)
        skip, pool = (columns[index].to(x.dtype).unbind() for index in (SKIP_CONNECT, AVG_POOL))
        for at, term in zip(edges, terms, strict=True):
            slot, end = SLOT[at], EDGES[at][1]
            before = nodes[end]
            term = term if before is None else before + term
            nodes[end] = torch.addcmul(torch.addcmul(term, node, skip[slot]), pooled, pool[slot])
    out = nodes[OUTPUT]
    assert out is not None
    return out


class MixedCell(nn.Module):
    """A cell all of whose edges hold all operations.

    Attributes:
        mix: the function of that name, or what a compiler made of it.
    """

    def __init__(self, channels: int, normalisation: Normalisation) -> None:
        super().__init__()
        self.mix = mix
        self.pool = AveragePool(3, 1, 1)
        # of each node: by operation, that of all edges that leave it
        self.leaving = nn.ModuleList(
            nn.ModuleDict(
                {
                    OPERATIONS[index]: Convolutions(channels, kernel, len(edges), normalisation)
                    for index, kernel in KERNELS.items()
                }
            )
            for edges in EDGES_FROM
        )

    def forward(self, x: Tensor, flow: Flow) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        return self.mix(self, x, flow.leaving) if isinstance(flow, MixedFlow) else self._chosen(x, flow)

    def _chosen(self, x: Tensor, flow: ChosenFlow) -> Tensor:
        nodes: list[Tensor | None] = [x]  # None is a node of zeros
        rectified: dict[int, Tensor] = {}
        for edges, shift in zip(EDGES_INTO, flow.shift, strict=True):
            total: Tensor | None = None
            for at in edges:
                index, start, scale = flow.operation[at], EDGES[at][0], flow.scale[at]
                value = nodes[start]
                if index in KERNELS:
                    # also on zeros: in evaluation, running statistics need not make zeros of them
                    if start not in rectified:
                        rectified[start] = torch.zeros_like(x) if value is None else F.relu(value)
                    term = self.convolutions(start, index).one(rectified[start], SLOT[at], scale, shift)
                    shift = None
                elif index == NONE or value is None:
                    continue
                else:
                    term = value if index == SKIP_CONNECT else self.pool(value)
                    term = term if scale is None else term * scale
                total = term if total is None else total + term
            if shift is not None:
                total = (torch.zeros_like(x) if total is None else total) + shift
            nodes.append(total)
        out = nodes[OUTPUT]
        return torch.zeros_like(x) if out is None else out

    def convolutions(self, start: int, index: int) -> Convolutions:
        """Returns those of one kernel that leave a node."""
        module = self.leaving[start][OPERATIONS[index]]  # type: ignore[index]
        assert isinstance(module, Convolutions)
        return module

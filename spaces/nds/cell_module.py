"""A cell as a network (Liu et al. 2019, arXiv:1806.09055, section 2.1), of a stand-alone network or of a supernet."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from nasbench_suite.spaces.nds import cells
from nasbench_suite.spaces.nds.operations import FactorizedReduction, operation, relu_conv

Wiring = Sequence[Sequence[tuple[int, nn.Module]]]
"""For each node, its edges: the source, and the module on the way."""

STEM_MULTIPLIER = 3
"""The CIFAR stem has this many times the channels of a node."""


class NDSCellModule(nn.Module):
    """A cell: two inputs, nodes that add up their edges, and an output that concatenates some nodes.

    It is given its edges, so that a searched cell (two chosen operations a node) and a supernet's (every operation on
    an edge from every earlier node) are the same module; see `searched_edges` for the former.
    """

    def __init__(
        self,
        wiring: Wiring,
        concat: Sequence[int],
        before_channels: int,
        last_channels: int,
        channels: int,
        after_reduction: bool,
        affine: bool = True,
    ) -> None:
        """
        Args:
            wiring: edges of each node; sources 0 and 1 are the inputs, node i is i + 2.
            concat: the nodes that the output concatenates.
            before_channels: of the first input, the output of the cell before the last.
            last_channels: of the second input, the output of the last cell.
            channels: of every node.
            after_reduction: whether the last cell halved the resolution, so that the first input must be halved too.
            affine: whether batch normalisation of the inputs learns a scale and a shift.
        """
        super().__init__()
        self.before = (
            FactorizedReduction(before_channels, channels, affine)
            if after_reduction
            else relu_conv(before_channels, channels, 1, affine=affine)
        )
        self.last = relu_conv(last_channels, channels, 1, affine=affine)
        self.edges = nn.ModuleList(edge for node in wiring for _, edge in node)
        self.sources = [[source for source, _ in node] for node in wiring]
        self.concat = tuple(concat)
        self.out_channels = len(self.concat) * channels

    def forward(
        self, before: Tensor, last: Tensor, flows: Sequence[Any] | None = None, drop_path: float = 0.0
    ) -> Tensor:
        """(B, before, H, W), (B, last, H, W) -> (B, out, H, W), halved by edges of stride 2.

        Args:
            before: output of the cell before the last.
            last: output of the last cell.
            flows: for each edge, in order, what it takes besides its input; None where edges take nothing else.
            drop_path: probability with which an edge is dropped for an image, in training; skips are not.
        """
        nodes = [self.before(before), self.last(last)]
        at = 0
        for sources in self.sources:
            terms = []
            for source in sources:
                edge = self.edges[at]
                term = edge(nodes[source]) if flows is None else edge(nodes[source], flows[at])
                if self.training and drop_path > 0 and not isinstance(edge, nn.Identity):
                    term = _drop(term, drop_path)
                terms.append(term)
                at += 1
            nodes.append(sum(terms[1:], terms[0]))
        return torch.cat([nodes[node] for node in self.concat], dim=1)


def _drop(x: Tensor, probability: float) -> Tensor:
    keep = torch.empty(len(x), 1, 1, 1, device=x.device, dtype=x.dtype).bernoulli_(1 - probability)
    return x * keep / (1 - probability)


def searched_edges(cell: cells.NDSCell, channels: int, reduction: bool) -> Wiring:
    """Returns the edges of a searched cell; in a reduction cell those from the inputs have stride 2."""
    return [
        [(source, operation(name, channels, 2 if reduction and source < cells.INPUTS else 1)) for name, source in node]
        for node in cell.nodes
    ]


def reductions(depth: int) -> tuple[int, int]:
    """Returns the places of the two reduction cells, which coincide or come first in very shallow networks."""
    return depth // 3, 2 * depth // 3

"""NAS-Bench-201's supernet written out: every operation of every edge is a module of its own.

Nothing is shared or fused. The package's supernet is tested against it, and timed against it in
`performance/supernets.py`.
"""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, nn

from nasbench_suite.edge_weights import CellWeights, EdgeWeights, Mixture, OneHot, at_position
from nasbench_suite.one_shot.batch_norm import over_all_processes
from nasbench_suite.spaces.nb201.architecture import EDGES, OPERATIONS
from nasbench_suite.spaces.nb201.operations import Normalisation, operation
from nasbench_suite.spaces.nb201.space import NB201
from nasbench_suite.spaces.nb201.supernet import NB201Supernet


class LiteralCell(nn.Module):
    """Node j is the sum over i < j of the edge from i to j, of every edge, whether anything depends on it or not."""

    def __init__(self, channels: int, normalisation: Normalisation) -> None:
        super().__init__()
        self.edges = nn.ModuleList(
            nn.ModuleList(operation(index, channels, normalisation) for index in range(len(OPERATIONS))) for _ in EDGES
        )

    def forward(self, x: Tensor, edge_weights: CellWeights) -> Tensor:
        """(B, C, H, W) -> (B, C, H, W)."""
        nodes = [x]
        for end in range(1, 4):
            into = [(at, start) for at, (start, to) in enumerate(EDGES) if to == end]
            nodes.append(sum((self.edge(at, nodes[start], edge_weights) for at, start in into), torch.zeros_like(x)))
        return nodes[-1]

    def edge(self, at: int, x: Tensor, edge_weights: CellWeights) -> Tensor:
        """What flows along an edge: (B, C, H, W) -> (B, C, H, W)."""
        operations = self.edges[at]
        assert isinstance(operations, nn.ModuleList)
        if isinstance(edge_weights, Mixture):
            mixed = (w * f(x) for w, f in zip(edge_weights.values[at], operations, strict=True))
            return sum(mixed, torch.zeros_like(x))
        chosen = edge_weights.chosen[at]
        out: Tensor = operations[chosen](x)
        if isinstance(edge_weights, OneHot):
            for index, weight in enumerate(edge_weights.values[at]):
                out = weight * out if index == chosen else out
            for index, weight in enumerate(edge_weights.values[at]):
                out = out if index == chosen else out + weight
        return out


class LiteralSupernet(NB201Supernet):
    """A copy of a supernet, parameters and statistics, that computes it operation by operation."""

    def __init__(self, supernet: NB201Supernet) -> None:
        """
        Args:
            supernet: to be copied; its training or evaluation mode as well.
        """
        nn.Module.__init__(self)  # of what it inherits it takes the contract, and no layer
        self.positions = supernet.positions
        # the stand-alone networks of one operation everywhere hold all there is, each operation by edge
        held = [supernet.stand_alone((index,) * len(EDGES)) for index in range(len(OPERATIONS))]
        self.stem, self.normalisation, self.classifier = held[0].stem, held[0].normalisation, held[0].classifier
        self.body = nn.ModuleList()
        for layers in zip(*(network.body for network in held), strict=True):
            if not hasattr(layers[0], "edges"):
                self.body.append(layers[0])
                continue
            cell = LiteralCell(1, Normalisation())
            cell.edges = nn.ModuleList(
                nn.ModuleList(edge) for edge in zip(*(layer.edges for layer in layers), strict=True)
            )
            self.body.append(cell)
        over_all_processes(self)
        self.train(supernet.training)

    def forward(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes)."""
        x, position = self.stem(images), 0
        for layer in self.body:
            if isinstance(layer, LiteralCell):
                x = layer(x, at_position(edge_weights, position))
                position += 1
            else:
                x = layer(x)
        features = F.relu(self.normalisation(x))
        logits: Tensor = self.classifier(features.mean((2, 3), keepdim=True))
        return logits.flatten(1)


class LiteralNB201(NB201):
    """The space, whose supernet is the one written out."""

    def supernet(self, **settings: Any) -> LiteralSupernet:
        """Builds it; `settings` are those of `nasbench_suite.spaces.nb201.supernet.NB201Supernet`."""
        return LiteralSupernet(super().supernet(**settings))

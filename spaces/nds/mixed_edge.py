"""An edge of the supernet of DARTS's space: it holds all operations (Liu et al. 2019, arXiv:1806.09055, section 2)."""

from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn

from nasbench_suite.edge_weights import CellWeights, Mixture, Path
from nasbench_suite.spaces.nds.families import DARTS
from nasbench_suite.spaces.nds.operations import operation

NONE = DARTS.operations.index("none")
OTHERS = tuple(at for at in range(len(DARTS.operations)) if at != NONE)
"""The operations other than `none`."""


class EdgeFlow(NamedTuple):
    """What an edge takes of its cell's edge weights.

    Attributes:
        values: of all operations; None where the chosen one has weight 1.
        chosen: the one that is computed; None for all.
    """

    values: Sequence[Tensor] | None
    chosen: int | None


class MixedEdge(nn.Module):
    """An edge that holds all operations."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.operations = nn.ModuleList(_operation(name, channels, stride) for name in DARTS.operations)

    def forward(self, x: Tensor, flow: EdgeFlow) -> Tensor:
        """(B, C, H, W) -> (B, C, H / stride, W / stride)."""
        if flow.chosen is None:
            assert flow.values is not None
            terms: list[Tensor] = [flow.values[at] * self.operations[at](x) for at in OTHERS]
            return sum(terms[1:], terms[0])
        out: Tensor = self.operations[flow.chosen](x)
        if flow.values is None:
            return out
        others = [weight for at, weight in enumerate(flow.values) if at != flow.chosen]
        return out * flow.values[flow.chosen] + sum(others[1:], others[0])


def _operation(name: str, channels: int, stride: int) -> nn.Module:
    built = operation(name, channels, stride, affine=False)
    return nn.Sequential(built, nn.BatchNorm2d(channels, affine=False)) if "pool" in name else built


def edge_flows(edge_weights: CellWeights) -> list[EdgeFlow]:
    """Returns what every edge takes."""
    if isinstance(edge_weights, Path):
        return [EdgeFlow(None, chosen) for chosen in edge_weights.chosen]
    rows = [row.unbind() for row in edge_weights.values.unbind()]
    if isinstance(edge_weights, Mixture):
        return [EdgeFlow(row, None) for row in rows]
    return [EdgeFlow(row, chosen) for row, chosen in zip(rows, edge_weights.chosen, strict=True)]

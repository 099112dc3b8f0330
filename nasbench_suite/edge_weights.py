"""What a supernet takes besides images: how much of every operation flows along every edge of a cell.

Edges are rows, in the supernet's order; operations are columns, in the order of `Supernet.operations`. A value of this
module describes one cell; a supernet takes one for all of its cells, or a sequence with one for each position.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Mixture:
    """Every operation is computed, and weighted.

    Attributes:
        values: (edges, operations).
    """

    values: Tensor


@dataclass(frozen=True)
class OneHot:
    """One operation per edge is computed; the others get a gradient as well (Dong and Yang 2019, arXiv:1910.04465).

    The output of an edge is its chosen operation times its weight, 1 in value, plus the weights of all the others, 0 in
    value, as numbers: what they would have computed is unknown, and their gradient is that of a constant image of ones.

    Attributes:
        values: (edges, operations), one-hot in value, with the gradient of a relaxation.
        chosen: of each edge, the index of its 1.
    """

    values: Tensor
    chosen: tuple[int, ...]


@dataclass(frozen=True)
class Path:
    """One operation per edge is computed, with weight 1.

    Attributes:
        chosen: of each edge, the index of its operation.
    """

    chosen: tuple[int, ...]


CellWeights = Mixture | OneHot | Path
CELL_WEIGHTS = (Mixture, OneHot, Path)  # for isinstance: up to 2.7 PyTorch compiles none of a union
EdgeWeights = CellWeights | Sequence[CellWeights]


def at_position(edge_weights: EdgeWeights, position: int) -> CellWeights:
    """Returns what the cell at a position, counted from 0, takes."""
    return edge_weights if isinstance(edge_weights, CELL_WEIGHTS) else edge_weights[position]

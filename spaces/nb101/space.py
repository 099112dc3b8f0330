"""NAS-Bench-101 as a search space: 423,624 cells of at most seven vertices and nine edges.

Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search" (2019), arXiv:1902.09635.
"""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101 import enumeration, lookup, moves
from nasbench_suite.spaces.nb101.cell import (
    MAX_VERTICES,
    OPERATIONS,
    Cell,
    Matrix,
    check,
    edge_bit,
    format_cell,
    pack_labels,
    pad,
    parse_cell,
)
from nasbench_suite.variables import Categorical

if TYPE_CHECKING:
    from nasbench_suite.spaces.nb101.network import CellNetwork

_EDGES = [(x, y) for x in range(MAX_VERTICES) for y in range(x + 1, MAX_VERTICES)]
_BITS = [edge_bit(x, y) for x, y in _EDGES]


class NB101(Space[Cell]):
    """The space of Ying et al. (2019).

    An architecture is a `Cell` as it was drawn, dead vertices included; every isomorphic one has the same
    `canonical` form and the same row of a table. The categorical view is that of the paper's baselines: 21
    edges that are there or not, and 5 operations; not every choice of them is a cell.
    """

    name = "nb101"
    variables = (
        *(Categorical(f"edge_{x}_{y}", ("0", "1")) for x, y in _EDGES),
        *(Categorical(f"operation_{vertex}", OPERATIONS) for vertex in range(1, MAX_VERTICES - 1)),
    )

    def __init__(self, mutation_rate: float = 1.0, only_measured: bool = False) -> None:
        """
        Args:
            mutation_rate: how many operations a mutation changes on average; it flips three times as many edges.
            only_measured: whether a search draws only from the cells that its table has.

        Raises:
            ConfigError: not in (0, 5], where probabilities would leave (0, 1].
        """
        if not 0 < mutation_rate <= moves.INNER:
            raise ConfigError(f"expected a mutation rate above 0 and at most {moves.INNER}, got {mutation_rate}")
        self.mutation_rate = mutation_rate
        self.confines = only_measured

    def cell(self, matrix: Matrix, operations: Sequence[str]) -> Cell:
        """Returns the cell of an adjacency matrix and its operations, checked; it need not be pruned.

        Raises:
            ArchitectureError: says what is wrong with them, or why the cell is outside the space.
        """
        return check(Cell.of(matrix, operations))

    def sample(self, rng: np.random.Generator) -> Cell:
        """Draws on seven vertices as published: 21 fair coins, uniform operations, again until valid."""
        return moves.sample(rng)

    def sample_uniformly(self, rng: np.random.Generator) -> Cell:
        """Draws each of the 423,624 cells with the same chance, consuming `rng`."""
        return moves.sample_uniformly(rng)

    def mutate(self, arch: Cell, rng: np.random.Generator) -> Cell:
        """Mutates as published, on the unpruned seven vertices; now and then nothing changes."""
        return moves.mutate(arch, rng, self.mutation_rate)

    def neighbours(self, arch: Cell) -> list[Cell]:
        """Lists every valid cell one edge or one operation away on seven vertices."""
        return moves.neighbours(arch)

    def parse(self, text: str) -> Cell:
        """Reads `MATRIX|OPERATIONS` of a valid cell, which need not be pruned."""
        return check(parse_cell(text))

    def format(self, arch: Cell) -> str:
        """Writes the matrix row by row, a bar, and the operations with commas between."""
        # the locators take rows of an array, too, and a message may have to name one
        return format_cell(arch if isinstance(arch, Cell) else Cell(*map(int, arch)))

    def canonical(self, arch: Cell) -> Cell:
        """Returns the least numbering of the pruned cell, which is the official files'."""
        return enumeration.canonical(arch)

    def encode(self, arch: Cell) -> tuple[int, ...]:
        """Returns the 21 edges, by source and then target, and the 5 operations."""
        cell = pad(arch)
        return (*(cell.edges >> bit & 1 for bit in _BITS), *cell.digits)

    def decode(self, codes: Sequence[int]) -> Cell:
        """Returns the cell on seven vertices; raises ArchitectureError where it is not valid."""
        if len(codes) != len(self.variables):
            raise ArchitectureError(f"expected {len(self.variables)} codes, got {len(codes)}")
        for variable, code in zip(self.variables, codes, strict=True):
            if not 0 <= code < len(variable.choices):
                raise ArchitectureError(
                    f"expected a code from 0 to {len(variable.choices) - 1} for {variable.name}, got {code}"
                )
        edges = sum(int(code) << bit for code, bit in zip(codes, _BITS, strict=False))
        return check(Cell(MAX_VERTICES, edges, pack_labels(map(int, codes[len(_BITS) :]))))

    def enumerate(self) -> Iterator[Cell]:
        """Lists every cell once, in the order and numbering of nasbench's enumerator and files."""
        return map(Cell._make, enumeration.cells().representatives.tolist())

    def network(self, arch: Cell, **settings: Any) -> CellNetwork:
        """Builds the cell as the paper's image classifier; `settings` are those of `network.CellNetwork`."""
        from nasbench_suite.spaces.nb101.network import CellNetwork

        return CellNetwork(arch, **settings)

    def confined(self, measured: Callable[[], Sequence[Cell]]) -> NB101:
        """Returns the space that a search moves in: that of the measured cells where only they are wanted."""
        if not self.confines:
            return self
        from nasbench_suite.spaces.nb101.measured import MeasuredNB101

        return MeasuredNB101(measured(), self.mutation_rate)

    def index(self, archs: Sequence[Cell]) -> dict[str, NDArray[np.generic]]:
        """Returns 9.5 MB of arrays that lead from every graph, pruned or not, to a row."""
        return lookup.build_index(archs)

    def locator(self, index: Mapping[str, NDArray[np.generic]]) -> Callable[[Cell], int]:
        """Returns the look-up of a cell's row in any numbering, without hashing."""
        return lookup.locator(index)

    def batch_locator(
        self, index: Mapping[str, NDArray[np.generic]]
    ) -> Callable[[Sequence[Cell] | NDArray[np.int64]], NDArray[np.int32]]:
        """Returns the function from many cells, or their numbers (cells, 3), to rows, -1 where missing."""
        return lookup.batch_locator(index)

    def identity(self, arch: Cell) -> Cell:
        """Returns the canonical form: cells share a row exactly where they are isomorphic."""
        return enumeration.canonical(arch)

"""NAS-Bench-101 as a search space: 423,624 cells of at most seven vertices and nine edges.

Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search" (2019), arXiv:1902.09635.
"""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.forms import Form, codes_form
from nasbench_suite.path_numbers import count_paths, path_number
from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb101 import enumeration, lookup, moves
from nasbench_suite.spaces.nb101.adjacency import Matrix
from nasbench_suite.spaces.nb101.cell import Cell, edge_bit, format_cell, pack_labels
from nasbench_suite.spaces.nb101.definition import CELLS, HASH_BYTES, MAX_VERTICES, OPERATIONS
from nasbench_suite.spaces.nb101.forms import FORMS
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.spaces.nb101.pruning import check, pad
from nasbench_suite.variables import Categorical, check_codes

if TYPE_CHECKING:
    from nasbench_suite.spaces.nb101.network import NB101Network

_EDGES = [(x, y) for x in range(MAX_VERTICES) for y in range(x + 1, MAX_VERTICES)]
_BITS = [edge_bit(x, y) for x, y in _EDGES]
# what comes of a value that is no cell, or of numbers that no cell has; a `try` costs the loops nothing
_NO_CELL = (AttributeError, TypeError, LookupError)


def _refusal(arch: object, error: Exception) -> Exception:
    """Returns what `check` says of a value on which a method failed; the failure itself where it is a cell."""
    try:
        check(arch)
    except ArchitectureError as refused:
        return refused
    return error


class NB101(Space[Cell]):
    """The space of Ying et al. (2019).

    An architecture is a `Cell` as it was drawn, dead vertices included; every isomorphic one has the same
    `canonical` form and the same row of a table. The categorical view is that of the paper's baselines: 21
    edges that are there or not, and 5 operations; not every choice of them is a cell.
    """

    name = "nb101"
    hash_bytes = HASH_BYTES
    path_count = count_paths(len(OPERATIONS), longest=MAX_VERTICES - 2)
    variables = (
        *(Categorical(f"edge_{x}_{y}", ("0", "1")) for x, y in _EDGES),
        *(Categorical(f"operation_{vertex}", OPERATIONS) for vertex in range(1, MAX_VERTICES - 1)),
    )

    def __init__(self, mutation_rate: float = 1.0) -> None:
        """
        Args:
            mutation_rate: how many operations a mutation changes on average; it flips three times as many edges.

        Raises:
            ConfigError: not in (0, 5], where probabilities would leave (0, 1].
        """
        if not 0 < mutation_rate <= moves.INNER:
            raise ConfigError(f"expected a mutation rate above 0 and at most {moves.INNER}, got {mutation_rate}")
        self.mutation_rate = mutation_rate

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
        try:
            return moves.mutate(arch, rng, self.mutation_rate)
        except _NO_CELL as error:
            raise _refusal(arch, error) from None

    def neighbours(self, arch: Cell) -> list[Cell]:
        """Lists every valid cell one edge or one operation away on seven vertices."""
        try:
            return moves.neighbours(arch)
        except _NO_CELL as error:
            raise _refusal(arch, error) from None

    @cached_property
    def forms(self) -> tuple[Form[Cell], ...]:
        """The files' text, our codes, nasbench's `ModelSpec` and matrices, NNI's dictionaries."""
        own, *others = FORMS
        example = str(self.encode(Cell(3, 1 << edge_bit(0, 1) | 1 << edge_bit(1, 2), 0)))
        return (own, codes_form(self.variables, self.decode, example), *others)

    def parse(self, text: str) -> Cell:
        """Reads `MATRIX|OPERATIONS` of a valid cell, pruned or not, and the other forms that stand for themselves."""
        return self.parse_as(text).arch

    def format(self, arch: Cell) -> str:
        """Writes the matrix row by row, a bar, and the operations, separated by commas."""
        # the locators also take rows of an array, and a message may have to name one
        try:
            return format_cell(arch if isinstance(arch, Cell) else Cell(*map(int, arch)))
        except (*_NO_CELL, ValueError) as error:
            raise _refusal(arch, error) from None

    def canonical(self, arch: Cell) -> Cell:
        """Returns the least numbering of the pruned cell, which is the official files'."""
        try:
            return enumeration.canonical(arch)
        except _NO_CELL as error:
            raise _refusal(arch, error) from None

    def hash(self, arch: Cell) -> str:
        """Returns nasbench's key of the pruned cell, 32 digits."""
        try:
            return cell_hash(arch)
        except _NO_CELL as error:
            raise _refusal(arch, error) from None

    def draw(self, arch: Cell) -> str:
        """Returns SVG of a cell, valid or not; dead vertices are grey and dashed."""
        from nasbench_suite.spaces.nb101.drawing import draw_cell

        try:
            return draw_cell(arch)
        except _NO_CELL as error:
            raise _refusal(arch, error) from None

    def encode(self, arch: Cell) -> tuple[int, ...]:
        """Returns the 21 edges, by source and then target, and the 5 operations."""
        try:
            cell = pad(arch)
            return (*(cell.edges >> bit & 1 for bit in _BITS), *cell.digits)
        except _NO_CELL as error:
            raise _refusal(arch, error) from None

    def paths(self, arch: Cell) -> list[int]:
        """Returns the numbers of the paths, each once; dead vertices are on none."""
        matrix, digits = arch.matrix, arch.digits
        found: list[set[tuple[int, ...]]] = [set() for _ in range(arch.vertices)]
        found[0].add(())
        for target in range(1, arch.vertices):
            own = digits[target - 1 : target]  # the output has none
            for source in range(target):
                if matrix[source][target]:
                    found[target] |= {(*path, *own) for path in found[source]}
        return sorted(path_number(path, len(OPERATIONS)) for path in found[-1])

    def decode(self, codes: Sequence[int]) -> Cell:
        """Returns the cell on seven vertices of whole codes; raises ArchitectureError where it is not valid."""
        whole = check_codes(codes, self.variables, self.name)
        edges = sum(code << bit for code, bit in zip(whole, _BITS, strict=False))
        return check(Cell(MAX_VERTICES, edges, pack_labels(whole[len(_BITS) :])))

    def enumerate(self) -> Iterator[Cell]:
        """Lists every cell once, in the order and numbering of nasbench's enumerator and files."""
        return map(Cell._make, enumeration.cells().representatives.tolist())

    def __len__(self) -> int:
        return CELLS

    def network(self, arch: Cell, **settings: Any) -> NB101Network:
        """Builds the cell as the paper's image classifier; `settings` are those of `network.NB101Network`."""
        need_pytorch("a network")
        from nasbench_suite.spaces.nb101.network import NB101Network

        return NB101Network(arch, **settings)

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
        try:
            return enumeration.canonical(arch)
        except _NO_CELL as error:
            raise _refusal(arch, error) from None

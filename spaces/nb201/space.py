"""The NAS-Bench-201 space (Dong and Yang 2020, arXiv:2001.00326): 4 nodes, 6 edges, 5 operations, 15,625 cells.

A cell is the tuple of its six operation indices, in the order of the architecture string: the edges into node 1,
then node 2, then node 3, each by source.
"""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.space import Complexity, Space
from nasbench_suite.spaces.nb201 import formula
from nasbench_suite.spaces.nb201.canonical import unique_string
from nasbench_suite.variables import Categorical

if TYPE_CHECKING:
    from nasbench_suite.spaces.nb201.network import CellNetwork
    from nasbench_suite.spaces.nb201.supernet import Supernet

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
# (source, target) of each edge, and the edges into each inner node, in the order of the string
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
EDGES_INTO = ((0,), (1, 2), (3, 4, 5))
EXAMPLE = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"

Cell = tuple[int, ...]

_TEMPLATE = "+".join("|" + "|".join(f"{{}}~{EDGES[edge][0]}" for edge in edges) + "|" for edges in EDGES_INTO)
_INDEX_OF = {name: index for index, name in enumerate(OPERATIONS)}


class NB201(Space[Cell]):
    """The 15,625 cells of NAS-Bench-201."""

    name = "nb201"
    # a cell is searched by its training on half of CIFAR-10's training set and scored by the one on all of it
    datasets: Mapping[str, tuple[str, str]] = {"cifar10": ("cifar10-valid", "cifar10")}
    # table 5's ResNet is a cell: two 3x3 convolutions in a row, the identity around them
    baselines: Mapping[str, Cell] = {"resnet": (3, 0, 3, 1, 0, 1)}
    variables = tuple(Categorical(f"{source}->{target}", OPERATIONS) for source, target in EDGES)

    @cached_property
    def _codes(self) -> dict[Cell, int]:
        """Every cell's place in the product of the six operations, last edge fastest.

        Looking a cell up here also tells whether it is one, in 60 ns.
        """
        return {cell: code for code, cell in enumerate(product(range(len(OPERATIONS)), repeat=len(EDGES)))}

    @cached_property
    def _cells(self) -> list[Cell]:
        return list(self._codes)

    def sample(self, rng: np.random.Generator) -> Cell:
        """Draws a cell uniformly: each edge's operation is uniform and independent. One draw from `rng`."""
        return self._cells[rng.integers(len(self._cells))]

    def mutate(self, arch: Cell, rng: np.random.Generator) -> Cell:
        """Replaces one operation by another.

        As published, the inner node is drawn first and then one of its in-edges, so the six edges are not equally
        likely: 1/3, 1/6 twice, 1/9 three times. One draw from `rng`, over the 3 x 6 x 4 equally likely outcomes.
        """
        self._code(arch)
        draw = int(rng.integers(3 * 6 * 4))
        edges = EDGES_INTO[draw // 24]
        edge = edges[draw // 4 % 6 % len(edges)]
        operation = draw % 4
        if operation >= arch[edge]:
            operation += 1
        return (*arch[:edge], operation, *arch[edge + 1 :])

    def neighbours(self, arch: Cell) -> list[Cell]:
        """Lists the 24 cells that differ in one operation, by edge and then by operation."""
        self._code(arch)
        return [
            (*arch[:edge], operation, *arch[edge + 1 :])
            for edge in range(len(EDGES))
            for operation in range(len(OPERATIONS))
            if operation != arch[edge]
        ]

    def parse(self, text: str) -> Cell:
        """Reads `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`."""
        nodes = [node.strip("|").split("|") for node in text.strip().split("+")]
        entries = [entry.partition("~") for node in nodes for entry in node]
        try:
            cell = tuple(_INDEX_OF[operation] for operation, _, _ in entries)
        except KeyError as error:
            raise ArchitectureError(
                f"nb201: unknown operation {error.args[0]!r} in {text!r}; expected one of {', '.join(OPERATIONS)}"
            ) from None
        if len(cell) != len(EDGES) or self.format(cell) != text.strip():
            raise ArchitectureError(f"nb201: expected a cell such as {EXAMPLE}, got {text!r}")
        return cell

    def format(self, arch: Cell) -> str:
        """Writes the official string."""
        self._code(arch)
        return _TEMPLATE.format(*[OPERATIONS[operation] for operation in arch])

    def canonical(self, arch: Cell) -> Cell:
        """Returns the first cell, in the product's order, with the same unique string of NATS-Bench.

        There are 6,466 classes.
        """
        return self._cells[self._representatives[self._code(arch)]]

    @cached_property
    def _representatives(self) -> list[int]:
        first: dict[str, int] = {}
        return [first.setdefault(unique_string(cell, OPERATIONS), code) for code, cell in enumerate(self._cells)]

    def encode(self, arch: Cell) -> tuple[int, ...]:
        """Returns the six operation indices, which the cell is."""
        self._code(arch)
        return arch

    def decode(self, codes: Sequence[int]) -> Cell:
        """Returns the cell of six operation indices."""
        cell = tuple(int(code) for code in codes)
        self._code(cell)
        return cell

    def enumerate(self) -> Iterator[Cell]:
        """Lists the cells as `meta_archs` of the official files does."""
        cells = list(self._cells)
        # the official list is the product of the operations shuffled by Python's generator with seed 88
        random.Random(88).shuffle(cells)
        return iter(cells)

    def network(self, arch: Cell, **settings: Any) -> CellNetwork:
        """Builds the cell as the paper's image classifier; `settings` are those of `network.CellNetwork`."""
        from nasbench_suite.spaces.nb201.network import CellNetwork

        return CellNetwork(arch, **settings)

    def supernet(self, **settings: Any) -> Supernet:
        """Builds the network of all cells; `settings` are those of `supernet.Supernet`."""
        from nasbench_suite.spaces.nb201.supernet import Supernet

        return Supernet(**settings)

    def complexity(self, arch: Cell, size: int, **settings: Any) -> Complexity:
        """Counts parameters and FLOPs by arithmetic, every edge of the cell included, as the paper does."""
        from nasbench_suite.spaces.nb201.network import flops, parameters

        sizes = {name: settings[name] for name in ("classes", "channels", "cells", "in_channels") if name in settings}
        return Complexity(parameters(arch, **sizes), flops(arch, size=size, **sizes))

    def _code(self, arch: Cell) -> int:
        try:
            return self._codes[arch]
        except (KeyError, TypeError):
            raise ArchitectureError(
                f"nb201: expected a tuple of 6 operation indices in 0..{len(OPERATIONS) - 1}, got {arch!r}"
            ) from None

    def known_parameters(self, arch: Cell, trial_set: str) -> float | None:
        """Returns the parameters in millions of the benchmark's network; None on data sets that are not its own."""
        return formula.parameters(arch, trial_set) if trial_set in formula.TRIAL_SETS else None

    def index(self, archs: Sequence[Cell]) -> dict[str, NDArray[np.generic]]:
        """Returns each cell's row by its place in the product; -1 where absent."""
        rows = np.full(len(self._cells), -1, dtype=np.int32)
        rows[[self._code(arch) for arch in archs]] = np.arange(len(archs), dtype=np.int32)
        return {"row_of_code": rows}

    def locator(self, index: Mapping[str, NDArray[np.generic]]) -> Callable[[Cell], int]:
        """Returns the look-up of a cell's row."""
        codes, rows = self._codes, index["row_of_code"].tolist()

        def locate(arch: Cell) -> int:
            try:
                row: int = rows[codes[arch]]
            except (KeyError, TypeError):
                row = rows[self._code(arch)]
            return row

        return locate

"""NAS-Bench-101 cut down to the cells that somebody measured, for searching a partial table."""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nb101 import lookup
from nasbench_suite.spaces.nb101.cell import Cell, format_cell
from nasbench_suite.spaces.nb101.space import NB101

# draws until one is taken at random from the list; among 30,000 of the cells, a draw is one of them after 15
_ATTEMPTS = 10_000


class MeasuredNB101(NB101):
    """The space of the cells that are isomorphic to one of a list.

    It samples and mutates as published, and again until the cell is one of them, as nasbench does until one is valid.
    """

    def __init__(self, cells: Sequence[Cell], mutation_rate: float) -> None:
        """
        Args:
            cells: those that were measured, none twice.
            mutation_rate: see `NB101`.

        Raises:
            ConfigError: there are fewer than two, or two are isomorphic.
        """
        super().__init__(mutation_rate)
        if len(cells) < 2:
            raise ConfigError(f"space nb101: expected at least 2 measured cells to search among, got {len(cells)}")
        self.cells = tuple(cells)
        self._place = self.locator(lookup.build_index(self.cells))

    def __contains__(self, arch: Cell) -> bool:
        return self._place(arch) >= 0

    def sample(self, rng: np.random.Generator) -> Cell:
        """Draws as published, again until the cell was measured."""
        for _ in range(_ATTEMPTS):
            cell = super().sample(rng)
            if cell in self:
                return cell
        return self.sample_uniformly(rng)

    def sample_uniformly(self, rng: np.random.Generator) -> Cell:
        """Draws each measured cell with the same chance, consuming `rng`."""
        return self.cells[int(rng.integers(len(self.cells)))]

    def mutate(self, arch: Cell, rng: np.random.Generator) -> Cell:
        """Mutates as published, again until the cell was measured and is another network than `arch`.

        Among few cells most mutants that were measured are `arch` in another guise, which would be measured again and
        again. A cell from which no other is reached is left for one drawn uniformly.
        """
        place = self._place(arch)
        for _ in range(_ATTEMPTS):
            cell = super().mutate(arch, rng)
            if self._place(cell) not in (-1, place):
                return cell
        return self.sample_uniformly(rng)

    def neighbours(self, arch: Cell) -> list[Cell]:
        """Lists the measured cells one edge or one operation away on seven vertices; there may be none."""
        return [cell for cell in super().neighbours(arch) if cell in self]

    def decode(self, codes: Sequence[int]) -> Cell:
        """Returns the cell on seven vertices; raises ArchitectureError where it is not valid or was not measured."""
        cell = super().decode(codes)
        if cell not in self:
            raise ArchitectureError(f"cell {format_cell(cell)} is not among the {len(self.cells):,} measured ones")
        return cell

    def enumerate(self) -> Iterator[Cell]:
        """Lists the measured cells in the table's order."""
        return iter(self.cells)

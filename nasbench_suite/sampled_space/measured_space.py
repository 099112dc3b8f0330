"""Any space cut down to the architectures that a table has, for searching a partial table."""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.sampled_space.subset import SubsetSpace
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

# draws before a member is taken uniformly; where a table has 30,000 architectures of NAS-Bench-101, 15 draws find one
_ATTEMPTS = 10_000


class MeasuredSpace(SubsetSpace[ArchT]):
    """The architectures of a space that share a row with a member.

    It samples and mutates as the space does, and again until the architecture was measured. Which architectures are one
    is the space's to say: on NAS-Bench-101, isomorphic cells are.
    """

    def __init__(self, space: Space[ArchT], members: Sequence[ArchT]) -> None:
        """
        Args:
            space: the whole one.
            members: the architectures that were measured, each once.

        Raises:
            ConfigError: there are fewer than two, or two share a row.
        """
        super().__init__(space, members)
        self.variables = space.variables
        self._row = space.locator(space.index(self.members))
        if any(self._row(member) != row for row, member in enumerate(self.members)):
            raise ConfigError(f"space {space.name}: an architecture is among the measured ones twice")
        self.baselines: Mapping[str, ArchT] = {name: arch for name, arch in space.baselines.items() if arch in self}

    def __contains__(self, arch: object) -> bool:
        return self._row(arch) >= 0  # type: ignore[arg-type]

    def sample(self, rng: np.random.Generator) -> ArchT:
        """Draws as the space does, again until the architecture was measured."""
        for _ in range(_ATTEMPTS):
            arch = self.space.sample(rng)
            if arch in self:
                return arch
        return self.sample_uniformly(rng)

    def sample_uniformly(self, rng: np.random.Generator) -> ArchT:
        """Draws each member with the same chance, consuming `rng`."""
        return self.members[int(rng.integers(len(self.members)))]

    def mutate(self, arch: ArchT, rng: np.random.Generator) -> ArchT:
        """Mutates as the space does, again until the architecture was measured and has another row than `arch`.

        Among few members most mutants that were measured are `arch` in another form, which would be measured again and
        again. An architecture from which no other is reached is left for a member drawn uniformly.
        """
        row = self._row(arch)
        for _ in range(_ATTEMPTS):
            mutant = self.space.mutate(arch, rng)
            if self._row(mutant) not in (-1, row):
                return mutant
        return self.sample_uniformly(rng)

    def neighbours(self, arch: ArchT) -> list[ArchT]:
        """Lists the space's neighbours that were measured; there may be none."""
        return [neighbour for neighbour in self.space.neighbours(arch) if neighbour in self]

    def encode(self, arch: ArchT) -> tuple[int, ...]:
        """Returns the architecture's code for each of `variables`."""
        return self.space.encode(arch)

    def decode(self, codes: Sequence[int]) -> ArchT:
        """Returns the architecture that has these codes.

        Raises:
            ArchitectureError: no architecture has them, or it was not measured.
        """
        arch = self.space.decode(codes)
        if arch not in self:
            raise ArchitectureError(
                f"{self.name}: {self.format(arch)} is not among the {len(self):,} measured architectures"
            )
        return arch

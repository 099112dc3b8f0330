"""A space of which a sample was measured, and of which nothing else is known."""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Never

import numpy as np

from nasbench_suite.errors import ConfigError
from nasbench_suite.sampled_space.distances import Decision
from nasbench_suite.sampled_space.members import SampleMembers
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT, Categorical
from nasbench_suite.whole_number import is_whole


class SampledSpace(Space[ArchT]):
    """A space that is searched among its measured architectures only; see `confined_to`.

    Attributes:
        nearest: how many nearest members a mutation chooses from.
    """

    variables: tuple[Categorical, ...] = ()

    def __init__(self, nearest: int = 10) -> None:
        """
        Args:
            nearest: how many nearest members a mutation chooses from.

        Raises:
            ConfigError: it is not a positive whole number.
        """
        if not is_whole(nearest, 1):
            raise ConfigError(f"space {self.name}: expected nearest to be 1 or more, got {nearest!r}")
        self.nearest = nearest

    @abstractmethod
    def decisions(self, members: Sequence[ArchT]) -> Mapping[Decision, Sequence[Any]]:
        """Returns what makes up the architectures: each decision with its value in every member.

        Members that agree in all of them are told apart by the order in which they come.
        """

    def confined_to(self, members: Sequence[ArchT]) -> SampleMembers[ArchT]:
        """Returns the space of the measured architectures.

        Args:
            members: those that were measured, each once.

        Raises:
            ConfigError: there are fewer than two, or one is there twice.
        """
        return SampleMembers(self, members, self.decisions(members) if members else {}, self.nearest)

    def _refuse(self) -> Never:
        raise ConfigError(
            f"space {self.name} is a sample, and is searched among the architectures of a table: "
            "use space.confined_to(...) with those"
        )

    def sample(self, rng: np.random.Generator) -> Never:
        """Raises ConfigError: only measured architectures can be drawn."""
        self._refuse()

    def mutate(self, arch: ArchT, rng: np.random.Generator) -> Never:
        """Raises ConfigError: only among measured architectures are there some to move to."""
        self._refuse()

    def neighbours(self, arch: ArchT) -> Never:
        """Raises ConfigError: only measured architectures have neighbours."""
        self._refuse()

    def encode(self, arch: ArchT) -> Never:
        """Raises ConfigError: the choices are those of the measured architectures."""
        self._refuse()

    def decode(self, codes: Sequence[int]) -> Never:
        """Raises ConfigError: the choices are those of the measured architectures."""
        self._refuse()

    def enumerate(self) -> Never:
        """Raises ConfigError: only measured architectures can be listed."""
        self._refuse()

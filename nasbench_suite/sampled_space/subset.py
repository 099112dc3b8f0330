"""A space cut down to some of its architectures, which keeps everything but the moves of a search."""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Complexity, Space
from nasbench_suite.variables import ArchT

if TYPE_CHECKING:
    import torch

    from nasbench_suite.supernet import Supernet


class SubsetSpace(Space[ArchT]):
    """Some architectures of a space.

    Attributes:
        space: the whole one.
        members: the architectures, in the table's order.
    """

    def __init__(self, space: Space[ArchT], members: Sequence[ArchT]) -> None:
        """
        Args:
            space: the whole one.
            members: the architectures to move among, each once.

        Raises:
            ConfigError: there are fewer than two, so that there is nothing to search.
        """
        if len(members) < 2:
            raise ConfigError(
                f"space {space.name}: expected at least 2 measured architectures to search among, got {len(members)}"
            )
        self.space, self.members = space, tuple(members)
        self.name, self.datasets = space.name, space.datasets
        self.path_count = space.path_count

    @abstractmethod
    def __contains__(self, arch: object) -> bool:
        """Whether an architecture is a member."""

    def __len__(self) -> int:
        return len(self.members)

    def enumerate(self) -> Iterator[ArchT]:
        """Lists the members in the table's order."""
        return iter(self.members)

    def parse(self, text: str) -> ArchT:
        """Reads the text form, of a member or not."""
        return self.space.parse(text)

    def format(self, arch: ArchT) -> str:
        """Writes the text form."""
        return self.space.format(arch)

    def canonical(self, arch: ArchT) -> ArchT:
        """Returns the representative of the isomorphism class, which need not be a member."""
        return self.space.canonical(arch)

    def paths(self, arch: ArchT) -> Sequence[int]:
        """Returns the numbers of the cell's paths, of a member or not."""
        return self.space.paths(arch)

    def draw(self, arch: ArchT) -> str:
        """Returns a picture of the architecture, of a member or not."""
        return self.space.draw(arch)

    def network(self, arch: ArchT, **settings: object) -> torch.nn.Module:
        """Builds the network of an architecture, a member or not."""
        return self.space.network(arch, **settings)

    def supernet(self, **settings: object) -> Supernet[ArchT]:
        """Builds the supernet of the whole space."""
        return self.space.supernet(**settings)

    def complexity(self, arch: ArchT, size: int, **settings: Any) -> Complexity:
        """Counts parameters and FLOPs of an architecture, a member or not."""
        return self.space.complexity(arch, size, **settings)

    def steps_per_epoch(self, trial_set: str) -> int | None:
        """Returns the training steps of an epoch; None where unknown."""
        return self.space.steps_per_epoch(trial_set)

    def describe_seconds(self, trial_set: str) -> str | None:
        """Returns the formula of a search's seconds, where the source has none."""
        return self.space.describe_seconds(trial_set)

    def index(self, archs: Sequence[ArchT]) -> dict[str, NDArray[np.generic]]:
        """Returns the arrays of the whole space."""
        return self.space.index(archs)

    def locator(self, index: Mapping[str, NDArray[np.generic]]) -> Callable[[ArchT], int]:
        """Returns the look-up of the whole space."""
        return self.space.locator(index)

    def batch_locator(
        self, index: Mapping[str, NDArray[np.generic]]
    ) -> Callable[[Sequence[ArchT]], NDArray[np.integer]]:
        """Returns the look-up of the whole space."""
        return self.space.batch_locator(index)

    def identity(self, arch: ArchT) -> Hashable:
        """Returns a value that is equal for architectures that share a row of a table."""
        return self.space.identity(arch)

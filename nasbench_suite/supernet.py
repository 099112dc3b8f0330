"""The contract of a supernet: one network that contains every architecture of a space.

Algorithms know this contract and no space; a cell-based space joins by a subclass, which its `Space.supernet` builds.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from nasbench_suite.edge_weights import EdgeWeights, Path
from nasbench_suite.errors import ConfigError
from nasbench_suite.variables import ArchT, Categorical


class Supernet(nn.Module, ABC, Generic[ArchT]):
    """A network that takes its cells' edge weights as an argument.

    Attributes:
        operations: of every edge, in the order of the columns of edge weights.
        parameterless: those of them that have no parameters; an architecture of nothing else has collapsed.
        edge_names: of the rows of edge weights; a space of several kinds of cell lists the edges of all of them.
        positions: how many cells there are, so how long a sequence of edge weights is.
        variables: an architecture as one choice per variable, for algorithms that decide one by one.
    """

    operations: tuple[str, ...]
    parameterless: tuple[str, ...]
    edge_names: tuple[str, ...]
    positions: int
    variables: tuple[Categorical, ...]

    @abstractmethod
    def forward(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        """(B, in_channels, H, W) -> logits (B, classes)."""

    @abstractmethod
    def path(self, arch: ArchT) -> Path:
        """Returns the edge weights under which the supernet is this architecture.

        An edge that the architecture lacks has the operation that the space has for that.
        """

    @abstractmethod
    def derive(self, edge_weights: NDArray[np.floating]) -> ArchT:
        """Returns the architecture that edge weights (edges, operations) stand for, as the space's paper derives it."""

    @abstractmethod
    def draw(
        self, rng: np.random.Generator, edge_weights: NDArray[np.floating] | None = None, connected: bool = False
    ) -> ArchT:
        """Draws an architecture, each operation with the probability that its edge gives it.

        Args:
            rng: consumed.
            edge_weights: probabilities (edges, operations), rows adding up to 1; None for uniform ones.
            connected: draw the edges of a node again while none of them carries anything.
        """

    @abstractmethod
    def decode(self, codes: Sequence[int]) -> ArchT:
        """Returns the architecture that has these codes of `variables`."""

    def compile_mixtures(
        self, compiled: Callable[[Callable[..., Tensor]], Callable[..., Tensor]]
    ) -> Callable[..., Tensor]:
        """Returns what computes this supernet for mixtures, compiled: as a whole, unless a supernet knows better.

        Args:
            compiled: returns a function that computes the same.
        """
        return compiled(self)

    def compile_operations(self, compiled: Callable[[Callable[..., Tensor]], Callable[..., Tensor]]) -> None:
        """Compiles what is the same for all architectures, one function at a time. A supernet need not offer it.

        Args:
            compiled: returns a function that computes the same.

        Raises:
            ConfigError: this supernet does not.
        """
        raise ConfigError(
            "supernet.compile_operations: expected false, for this space's supernet has no operations that are "
            "compiled one by one, got true"
        )

"""The contract of a search algorithm: ask for a proposal, tell what came of it.

An algorithm is built from a space, the fidelities on offer and a random generator, and gets nothing else: no
table, no ledger, no clock. It can be driven by the search loop, by simulated parallel workers, by real
training, or by somebody else's program.
"""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeAlias

import numpy as np

from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity, check_fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

LookUp: TypeAlias = Callable[[str, ArchT], float]
"""From a column's name and an architecture to its value there, higher is better; NaN where there is none."""


class Proposal(NamedTuple, Generic[ArchT]):
    """An evaluation that an algorithm asks for.

    Attributes:
        id: unique within a search, so that results may come back out of order.
        arch: what to evaluate.
        fidelity: how far to train it; one of those on offer.
        candidate: whether its result may become the incumbent; false for an evaluation that only screens.
    """

    id: int
    arch: ArchT
    fidelity: Fidelity
    candidate: bool = True


@check_settings
class Algorithm(ABC, Generic[ArchT]):
    """A search algorithm behind ask / tell.

    Attributes:
        finite: whether the algorithm ends by itself, so that a search needs no budget.
        multi_fidelity: whether it screens at lower fidelities, where they are on offer; the report says if not.
        multi_objective: whether it looks at `Observation.losses`, which are several where there are several objectives;
            an algorithm that does not is refused there.
        constrained: whether it prefers what violates no constraint, or needs no preference; one that does not is
            refused where there are constraints.
        uses_columns: whether it looks architectures up in a column of the table, a zero-cost score say; its constructor
            then takes `columns`, and the column's name as `column`.
    """

    finite: bool = False
    multi_fidelity: bool = False
    multi_objective: bool = False
    constrained: bool = False
    uses_columns: bool = False

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        check_settings(cls)

    def __init__(self, space: Space[ArchT], fidelities: Sequence[Fidelity], rng: np.random.Generator) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; at least one.
            rng: the algorithm's own stream; nobody else draws from it.

        Raises:
            ConfigError: an argument is of another type, or no fidelity is on offer.
        """
        _check_type(self, "space", space, Space, "a space, as find_space(NAME) returns")
        _check_type(self, "rng", rng, np.random.Generator, "a numpy.random.Generator")
        if isinstance(fidelities, Fidelity) or not isinstance(fidelities, Sequence) or not fidelities:
            raise ConfigError(
                f"{type(self).__name__}: fidelities: expected a list of at least one, got {fidelities!r:.80}"
            )
        self.space = space
        self.fidelities = tuple(map(check_fidelity, fidelities))
        self.rng = rng
        self._next_id = 0

    @abstractmethod
    def ask(self) -> Proposal[ArchT] | None:
        """Returns the next evaluation wanted.

        None means nothing until a result arrives; and with no evaluation under way, finished.
        """

    @abstractmethod
    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Takes the result of a proposal. It is not called for a discarded evaluation."""

    def propose(self, arch: ArchT, fidelity: Fidelity | None = None, candidate: bool = True) -> Proposal[ArchT]:
        """Makes a proposal with a fresh id, at the highest fidelity on offer unless another is named."""
        proposal = Proposal(self._next_id, arch, self.fidelities[-1] if fidelity is None else fidelity, candidate)
        self._next_id += 1
        return proposal


def _check_type(algorithm: object, name: str, value: object, wanted: type, what: str) -> None:
    if not isinstance(value, wanted):
        raise ConfigError(f"{type(algorithm).__name__}: {name}: expected {what}; got {value!r:.80}")

"""What answers the proposals of searches: a table, or real training."""

from typing import Any, Protocol

import numpy as np

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Score
from nasbench_suite.search import Evaluate
from nasbench_suite.space import Space


class Evaluator(Protocol):
    """The one thing that a job needs besides an algorithm and a budget; opened once a process.

    Attributes:
        name: of the table, or of what is trained on; for reports.
        sha256: stands for everything that decides an answer.
    """

    name: str
    sha256: str

    def fidelities(self) -> list[Fidelity]:
        """Lists those that can be asked for, by schedule and then by epoch."""

    def confined(self, highest: Fidelity) -> Space[Any]:
        """Returns the space that a search moves in; it may know which architectures were measured, and no score.

        Args:
            highest: fidelity on offer.
        """

    def seconds_from(self, highest: Fidelity, limited: bool) -> str | None:
        """Returns the formula of the seconds, where they are not measured but computed.

        Args:
            highest: fidelity on offer.
            limited: whether the budget has a limit of seconds.

        Raises:
            ConfigError: they are limited, and nobody knows what an evaluation costs.
        """

    def begin(self, ledger: Ledger, trials: np.random.Generator) -> Evaluate:
        """Returns what answers the proposals of one search and charges them.

        Args:
            ledger: charged for every evaluation.
            trials: draws the training seeds where the seed policy is random.
        """

    def score(self, arch: Any) -> dict[str, Score]:
        """Judges an architecture on every data set. Costs the search nothing."""

    def best(self) -> dict[str, Score]:
        """Returns the highest accuracies that any architecture has, by data set, where they are known."""

"""No evaluations and no scores, for one-shot searches whose architectures no table knows and nobody trains."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Never

import numpy as np

from nasbench_suite.errors import ConfigError
from nasbench_suite.evaluators.evaluator import Clock
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Score
from nasbench_suite.progress import TrainingProgress
from nasbench_suite.space import Space
from nasbench_suite.workers import Evaluate


class NoEvaluator:
    """Scores nothing.

    Attributes:
        name: for reports.
        sha256: always the same.
        clock: this machine's.
        judged_epochs: none.
    """

    name = "none"
    sha256 = "none"
    clock: Clock = "machine"
    judged_epochs = 0

    def __init__(self, dataset: str, *, space: Space[Any], folder: Path) -> None:
        """
        Args:
            dataset: that is searched.
            space: whose architectures are not scored.
            folder: of the results; nothing is kept there.
        """
        self._dataset = dataset

    def fidelities(self) -> list[Fidelity]:
        """Raises ConfigError."""
        self._complain()

    def watch(self, told: Callable[[TrainingProgress], None] | None) -> None:
        """Tells nothing: nothing is trained."""

    def confined(self, highest: Fidelity) -> Space[Any]:
        """Raises ConfigError."""
        self._complain()

    def seconds_from(self, highest: Fidelity, limited: bool) -> str | None:
        """Raises ConfigError."""
        self._complain()

    def begin(self, ledger: Ledger, trials: np.random.Generator) -> Evaluate:
        """Raises ConfigError."""
        self._complain()

    def score(self, arch: Any) -> dict[str, Score]:
        """Says of the data set that nothing is known."""
        return {self._dataset: Score(self._dataset, None, None, None)}

    def best(self, highest: Fidelity | None) -> dict[str, Score]:
        """Returns nothing."""
        return {}

    def tradeoff(self, highest: Fidelity | None) -> None:
        """Returns nothing: nothing is known of an architecture."""

    def column(self, name: str | None, highest: Fidelity) -> None:
        """Raises ConfigError where an algorithm asks for one."""
        if name is not None:
            self._complain()

    def _complain(self) -> Never:
        raise ConfigError(
            "evaluator=none evaluates nothing, and this algorithm asks for evaluations; choose evaluator=table or train"
        )

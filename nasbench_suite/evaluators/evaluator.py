"""The contract of an evaluator, which answers the proposals of searches and judges what they found."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from hydra.utils import instantiate

from nasbench_suite.errors import TableError
from nasbench_suite.evaluators.column_values import ColumnValues
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.objective import Tradeoff
from nasbench_suite.observation import Score
from nasbench_suite.progress import TrainingProgress
from nasbench_suite.space import Space
from nasbench_suite.workers import Evaluate

Clock = Literal["simulated", "machine"]
"""Whose seconds a search takes: the source's, or this machine's."""


class Evaluator(Protocol):
    """The one thing that a job needs besides an algorithm and a budget; opened once a process.

    Attributes:
        name: of the table, or of what is trained on; for reports.
        sha256: stands for everything that decides an answer.
        clock: whose seconds its evaluations take.
        judged_epochs: how many epochs a judgement trains; 0 where it trains nothing.
    """

    name: str
    sha256: str
    clock: Clock
    judged_epochs: int

    def fidelities(self) -> list[Fidelity]:
        """Lists those that can be asked for, by schedule and then by epoch."""

    def watch(self, told: Callable[[TrainingProgress], None] | None) -> None:
        """Has somebody told how far the training under way is, after each of its epochs; None for nobody."""

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
            trials: draws the training seeds where the trial policy is random.
        """

    def score(self, arch: Any) -> dict[str, Score]:
        """Judges an architecture on every data set. Costs the search nothing."""

    def best(self, highest: Fidelity | None) -> dict[str, Score]:
        """Returns the highest accuracies by data set, where they are known, of what meets the constraints.

        Args:
            highest: fidelity on offer, at which searches see what a constraint on accuracy is about; None for none.
        """

    def tradeoff(self, highest: Fidelity | None) -> Tradeoff | None:
        """Returns what searches with several objectives or constraints weigh; None for one objective without any.

        Args:
            highest: fidelity on offer, as for `best`.

        Raises:
            ConfigError: no architecture meets the constraints.
        """

    def column(self, name: str | None, highest: Fidelity) -> ColumnValues | None:
        """Returns the column that an algorithm looks architectures up in.

        Args:
            name: `NAME`, `NAME:min` or `NAME:max`; None for an algorithm that looks nothing up.
            highest: fidelity on offer.

        Raises:
            ConfigError: there are no columns here, or something is priced that nobody looks at.
            UnknownMetricError: the table has no such column.
        """


def open_evaluator(config: Mapping[str, Any], space: Space[Any], folder: Path, sha256: str | None = None) -> Evaluator:
    """Makes the evaluator of a configuration.

    Args:
        config: resolved.
        space: whose architectures it evaluates.
        folder: where it may keep what it has done.
        sha256: what its own must be; None for any.

    Raises:
        TableError: it is another one.
    """
    evaluator: Evaluator = instantiate(config["evaluator"], _partial_=True, _recursive_=False, _convert_="all")(
        space=space, folder=folder
    )
    if sha256 not in (None, evaluator.sha256):
        raise TableError(f"table {evaluator.name} has changed since this job began; start again")
    return evaluator

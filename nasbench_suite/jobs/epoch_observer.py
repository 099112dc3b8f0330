"""The contract of who watches one-shot searches epoch by epoch, such as a W&B run."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from nasbench_suite.one_shot.record import EpochRecord


class EpochObserver(Protocol):
    """Watches one search."""

    def epoch(self, record: EpochRecord, scores: Mapping[str, Sequence[Any]]) -> None:
        """Takes an epoch.

        Args:
            record: what the search was like after it.
            scores: the judge's, of the record's architecture: by data set, [schedule, validation accuracy, test
                accuracy].
        """


OpenObserver = Callable[
    [Mapping[str, Any], Path, Mapping[str, Any], Mapping[str, Any], int], AbstractContextManager[EpochObserver]
]
"""Opens an observer: the config group `tracking`, the job's folder, description and configuration, and the seed."""

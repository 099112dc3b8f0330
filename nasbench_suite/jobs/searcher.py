"""The contract of what runs the searches of one process."""

from typing import Protocol

from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.progress import Progress


class Searcher(Protocol):
    """Runs the searches of one process."""

    def run(self, seed: int, progress: Progress | None) -> SeedRecord:
        """Runs one search and lets the judge score every incumbent.

        Args:
            seed: of the search.
            progress: takes the steps as they are done; None where another process shows them.
        """

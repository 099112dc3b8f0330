"""What is kept of a finished search."""

from typing import Any, NamedTuple


class SeedRecord(NamedTuple):
    """A finished search.

    Attributes:
        seed: of the search.
        columns: the trajectory; see `Trajectory.columns`.
        scores: by architecture and data set: [schedule, validation accuracy, test accuracy].
        epochs: of a one-shot search, its `EpochRecord`s as dictionaries; None for others.
        failure: why it ended early; None where it did not.
        wall_seconds: that the search took here, of a clock on the wall, whatever its own seconds are; of one that went
            on after a kill, since then. None where nobody measured them.
    """

    seed: int
    columns: dict[str, list[Any]]
    scores: dict[str, dict[str, list[Any]]]
    epochs: list[dict[str, Any]] | None = None
    failure: str | None = None
    wall_seconds: float | None = None

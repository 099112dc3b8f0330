"""What one configuration found, as its results folders say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]
UNKNOWN = (float("nan"), float("nan"))


@dataclass(frozen=True, eq=False)
class Results:
    """What one configuration found, over all its seeds.

    Attributes:
        description: the contents of `job.json`.
        config: the resolved configuration.
        seeds: the searches that ran, rising; one that evaluated nothing is among them.
        trajectory: columns by name, ordered by seed and step; see docs/results.md.
        scores: by data set and architecture: (validation accuracy, test accuracy), NaN where unknown.
        folders: where it came from.
        epochs: of a one-shot search, columns by name, ordered by seed and epoch; `edge_weights` is (rows, edges,
            operations), NaN where none are learned, `operation_counts` is (rows, operations). None of any other search.
        failures: by seed, why a search ended early.
        wall_seconds: by seed, what a search took where it ran, of a clock on the wall; where that is known.
    """

    description: dict[str, Any]
    config: dict[str, Any]
    seeds: tuple[int, ...]
    trajectory: dict[str, Column]
    scores: dict[str, dict[str, tuple[float, float]]]
    folders: tuple[Path, ...]
    epochs: dict[str, Column] | None = None
    failures: Mapping[int, str] = field(default_factory=dict)
    wall_seconds: Mapping[int, float] = field(default_factory=dict)

    @property
    def clock(self) -> Literal["simulated", "machine"]:
        """Whether seconds are simulated, on the source's hardware, or of the machine that searched."""
        clock: Literal["simulated", "machine"] = self.description["clock"]
        return clock

    @property
    def one_shot(self) -> bool:
        """Whether a supernet was trained, so that an evaluation is one of its epochs."""
        return self.epochs is not None

    @cached_property
    def searches(self) -> list[slice]:
        """The rows of the trajectory of each seed; none for a search that evaluated nothing."""
        return _rows_of(self.seeds, self.trajectory["seed"])

    @cached_property
    def epochs_by_seed(self) -> list[slice]:
        """The rows of the epochs of each seed; none for a search that ended within its first epoch."""
        return [] if self.epochs is None else _rows_of(self.seeds, self.epochs["seed"])

    @cached_property
    def incumbent_rows(self) -> list[NDArray[np.int64]]:
        """For each search, the rows of the trajectory in which the incumbent changed, rising."""
        rows = np.flatnonzero(self.trajectory["incumbent"])
        return [rows[found] for found in _rows_within(self.searches, rows)]

    @cached_property
    def incumbents(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows of the trajectory in which any search's incumbent changed, and which search that was.

        Searches that found nothing are not counted: 0 is the first that found something.
        """
        found = [rows for rows in self.incumbent_rows if len(rows)]
        rows = np.concatenate([np.empty(0, np.int64), *found])
        return rows, np.repeat(np.arange(len(found)), [len(each) for each in found])

    def incumbents_scores(self, dataset: str) -> NDArray[np.float64]:
        """Returns the judge's validation and test accuracy of each of `incumbents`: (rows, 2) percent, NaN unknown."""
        if dataset not in self._incumbents_scores:
            names = self.trajectory["architecture"][self.incumbents[0]]
            pairs = [self.score(dataset, name) for name in names]
            self._incumbents_scores[dataset] = np.array(pairs, np.float64).reshape(-1, 2)
        return self._incumbents_scores[dataset]

    @cached_property
    def _incumbents_scores(self) -> dict[str, NDArray[np.float64]]:
        return {}

    @cached_property
    def final_incumbents(self) -> list[str | None]:
        """The architecture that each search ended with; None where it found none."""
        names = self.trajectory["architecture"]
        return [str(names[rows[-1]]) if len(rows) else None for rows in self.incumbent_rows]

    @property
    def without_incumbent(self) -> int:
        """How many searches found nothing."""
        return self.final_incumbents.count(None)

    def score(self, dataset: str, architecture: object) -> tuple[float, float]:
        """Returns the judge's validation and test accuracy in percent, NaN where there is none."""
        return self.scores.get(dataset, {}).get(str(architecture), UNKNOWN)


def _rows_of(seeds: tuple[int, ...], column: Column) -> list[slice]:
    starts = np.searchsorted(column, seeds, side="left").tolist()
    stops = np.searchsorted(column, seeds, side="right").tolist()
    return [slice(start, stop) for start, stop in zip(starts, stops, strict=True)]


def _rows_within(searches: list[slice], rows: NDArray[np.int64]) -> list[slice]:
    starts = np.searchsorted(rows, [search.start for search in searches]).tolist()
    stops = np.searchsorted(rows, [search.stop for search in searches]).tolist()
    return [slice(start, stop) for start, stop in zip(starts, stops, strict=True)]

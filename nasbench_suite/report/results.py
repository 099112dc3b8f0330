"""What one configuration found, as its results folders say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.notebook import as_pandas, facts
from nasbench_suite.registry.spaces import find_space

Column = NDArray[Any]
UNKNOWN = (float("nan"), float("nan"))
# columns of the trajectory in which NaN is what is not known; an accuracy's is a diverged training
_NULLABLE = ("trial", "seconds")
# of the description, what says which configuration it is
_NAMES = ("config_id", "space", "dataset", "algorithm", "protocol")


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

    @property
    def first_epochs(self) -> slice:
        """The rows of the epochs of the first search that has any; of none where none has."""
        return next((rows for rows in self.epochs_by_seed if rows.stop > rows.start), slice(0, 0))

    def epochs_table(self, column: Column) -> NDArray[np.float64]:
        """Returns a column of the epochs: (searches, epochs of the longest), NaN after a search has ended."""
        searches = self.epochs_by_seed
        table = np.full((len(searches), max((rows.stop - rows.start for rows in searches), default=0)), np.nan)
        for row, rows in zip(table, searches, strict=True):
            row[: rows.stop - rows.start] = column[rows]
        return table

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
            names, scores = self.trajectory["architecture"][self.incumbents[0]], self.scores.get(dataset, {})
            pairs = [scores.get(str(name), UNKNOWN) for name in names]
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

    def __len__(self) -> int:
        """How many searches ran."""
        return len(self.seeds)

    def to_arrow(self) -> Any:
        """Returns a `pyarrow.Table` of one row per evaluation: the configuration, and the columns of `trajectory`."""
        import pyarrow as pa

        rows = len(self.trajectory["seed"])
        named = {name: pa.array([self.description[name]] * rows, pa.string()) for name in _NAMES}
        columns = {name: pa.array(values, from_pandas=name in _NULLABLE) for name, values in self.trajectory.items()}
        columns["trial"] = columns["trial"].cast(pa.int64())
        return pa.table({**named, **columns})

    def to_pandas(self) -> Any:
        """Returns a `pandas.DataFrame` of what `to_arrow` returns; pandas is to be installed."""
        return as_pandas(self.to_arrow())

    @property
    def title(self) -> str:
        """What was searched how, in words."""
        named = {name: self.description[name] for name in _NAMES}
        return "{algorithm} on {space}/{dataset}, protocol {protocol}".format(**named)

    def __repr__(self) -> str:
        return f"<results of {self.title}: {len(self)} searches, {len(self.trajectory['seed']):,} evaluations>"

    def _repr_html_(self) -> str:
        about: list[tuple[str, object]] = [
            ("searches", f"{len(self)}, of which {self.without_incumbent} found nothing"),
            ("evaluations", f"{len(self.trajectory['seed']):,}"),
            ("folder", ", ".join(map(str, self.folders))),
        ]
        for seed, arch in zip(self.seeds, self.final_incumbents, strict=True):
            if arch is not None:
                return facts(self.title, [*about, *self._found(seed, arch)])
        return facts(self.title, about)

    def _found(self, seed: int, arch: str) -> list[tuple[str, object]]:
        """Returns what is shown of a search's incumbent."""
        scores = ((name, self.score(name, arch)) for name in self.scores)
        shown = [(f"on {name}", f"valid {valid:.2f}%, test {test:.2f}%") for name, (valid, test) in scores]
        try:
            drawn: object = find_space(self.description["space"]).show(arch)
        except NasBenchSuiteError:  # a folder may be a stranger's, and its space not installed here
            drawn = arch
        return [(f"seed {seed} found", drawn), *shown]


def _rows_of(seeds: tuple[int, ...], column: Column) -> list[slice]:
    starts = np.searchsorted(column, seeds, side="left").tolist()
    stops = np.searchsorted(column, seeds, side="right").tolist()
    return [slice(start, stop) for start, stop in zip(starts, stops, strict=True)]


def _rows_within(searches: list[slice], rows: NDArray[np.int64]) -> list[slice]:
    starts = np.searchsorted(rows, [search.start for search in searches]).tolist()
    stops = np.searchsorted(rows, [search.stop for search in searches]).tolist()
    return [slice(start, stop) for start, stop in zip(starts, stops, strict=True)]

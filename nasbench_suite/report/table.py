"""A report's tables before they are written: what was searched alike is one table, a line a configuration."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from nasbench_suite.report.curves import SPLITS, Split
from nasbench_suite.report.load import Results
from nasbench_suite.report.summary import Row, Summary


@dataclass(frozen=True)
class Cell:
    """An accuracy of a table.

    Attributes:
        mean, std: over searches, percent; None where there is none.
        best: whether no other line of the table has a higher mean in this column.
    """

    mean: float | None
    std: float | None
    best: bool


@dataclass(frozen=True)
class Line:
    """A configuration in a table.

    Attributes:
        row: its figures on the searched data set, label and counts among them.
        cells: its accuracies, in the order of the table's columns.
    """

    row: Row
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Group:
    """What was searched alike: one table and one set of curves.

    Attributes:
        space, dataset, protocol: what was searched.
        rows: the figures, by configuration.
        results: the configurations.
    """

    space: str
    dataset: str
    protocol: str
    rows: tuple[Row, ...]
    results: tuple[Results, ...]

    @property
    def scored_on(self) -> tuple[str, ...]:
        """The data sets of the accuracies, the searched one first."""
        return tuple(dict.fromkeys(row.scored_on for row in self.rows))

    @property
    def columns(self) -> tuple[tuple[str, Split], ...]:
        """Data set and split of each column."""
        return tuple((name, split) for name in self.scored_on for split in SPLITS)

    def label(self, results: Results) -> str:
        """Returns the name of a configuration of the group."""
        return next(row.label for row in self.rows if row.config_id == results.description["config_id"])

    def lines(self) -> list[Line]:
        """Returns the table."""
        by_config = [tuple(rows) for _, rows in groupby(self.rows, lambda row: row.config_id)]
        found = [[_accuracy(rows, *column) for column in self.columns] for rows in by_config]
        tops = [
            max((mean for mean, _ in column if mean is not None), default=None) for column in zip(*found, strict=True)
        ]
        return [
            Line(
                rows[0],
                tuple(
                    Cell(mean, std, len(found) > 1 and mean is not None and mean == top)
                    for (mean, std), top in zip(accuracies, tops, strict=True)
                ),
            )
            for rows, accuracies in zip(by_config, found, strict=True)
        ]


def groups(summary: Summary) -> list[Group]:
    """Splits a summary by space, searched data set and protocol."""
    found = []
    for key, rows in groupby(summary.rows, lambda row: (row.space, row.dataset, row.protocol)):
        members = tuple(rows)
        ids = {row.config_id for row in members}
        found.append(Group(*key, members, tuple(r for r in summary.results if r.description["config_id"] in ids)))
    return found


def _accuracy(rows: Sequence[Row], scored_on: str, split: Split) -> tuple[float | None, float | None]:
    for row in rows:
        if row.scored_on == scored_on:
            return (row.valid_mean, row.valid_std) if split == "valid" else (row.test_mean, row.test_std)
    return None, None

"""What every report holds, whatever its format: from results folders to groups of configurations that compare."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from nasbench_suite.notebook import as_pandas, grid
from nasbench_suite.objective import TOLD_TEST_SCORES
from nasbench_suite.report.budget_comparison import BudgetComparison
from nasbench_suite.report.collapse import collapse_notes
from nasbench_suite.report.curves import SPLITS, Split
from nasbench_suite.report.final_comparison import FinalComparison
from nasbench_suite.report.front_comparison import FrontComparison
from nasbench_suite.report.labels import make_labels, searched_alike
from nasbench_suite.report.load import LoadedResults, load
from nasbench_suite.report.provenance import origins, queried_instead
from nasbench_suite.report.published import PublishedComparison, compare
from nasbench_suite.report.results import Results
from nasbench_suite.report.scored_row import ScoredRow, score_rows
from nasbench_suite.report.tradeoff import several
from nasbench_suite.report.weighed import title_of, weighed_alike
from nasbench_suite.report.words import found_architecture, number_of_searches
from nasbench_suite.sweeps.status import JobStatus

_MOST_MISSING = 20  # a note each


@dataclass(frozen=True)
class MeanAccuracy:
    """An accuracy in a table.

    Attributes:
        mean, std: over searches, percent; None where there is none.
        leading: whether no other configuration of the table has a higher mean in this column, or the tests do not tell
            it apart from the one that has.
    """

    mean: float | None
    std: float | None
    leading: bool


@dataclass(frozen=True, eq=False)
class ReportedConfiguration:
    """A configuration and its figures.

    Attributes:
        label: what it is called in this report.
        results: what it found.
        rows: its figures by scored data set, the searched one first.
    """

    label: str
    results: Results
    rows: tuple[ScoredRow, ...]

    @property
    def row(self) -> ScoredRow:
        """The figures on the searched data set."""
        return self.rows[0]

    @property
    def found(self) -> str | None:
        """The architecture that it found, in words; None where no search found anything."""
        return None if self.row.found is None else found_architecture(self.rows)

    def accuracy(self, scored_on: str, split: Split) -> tuple[float | None, float | None]:
        """Returns the mean and the deviation of a column; None where there is none."""
        return next((row.accuracy(split) for row in self.rows if row.scored_on == scored_on), (None, None))


@dataclass(frozen=True, eq=False)
class ComparedGroup:
    """What was searched alike and weighed the same: one table, one set of curves, the tests, the published numbers.

    Attributes:
        space, dataset, protocol: what was searched.
        objectives, constraints: what the searches weighed.
        configurations: in the table's order: the highest mean test accuracy first, validation where there is none.
        at_budgets: the tests of the differences at each budget that was asked for.
    """

    space: str
    dataset: str
    protocol: str
    objectives: tuple[str, ...]
    constraints: tuple[str, ...]
    configurations: tuple[ReportedConfiguration, ...]
    at_budgets: tuple[BudgetComparison, ...] = ()

    @property
    def title(self) -> str:
        """What was searched, in words."""
        weighed = title_of(self.objectives, self.constraints)
        return f"{self.space}: search on {self.dataset}, protocol {self.protocol}{weighed}"

    @property
    def origins(self) -> list[str]:
        """Where the figures come from: what all configurations share once, what differs with whose it is."""
        return origins([(each.label, each.results) for each in self.configurations])

    @property
    def results(self) -> list[Results]:
        """What the configurations found."""
        return [each.results for each in self.configurations]

    @property
    def scored_on(self) -> tuple[str, ...]:
        """The data sets of the accuracies, the searched one first."""
        return tuple(dict.fromkeys(row.scored_on for each in self.configurations for row in each.rows))

    @property
    def columns(self) -> tuple[tuple[str, Split], ...]:
        """Data set and split of each column of accuracies."""
        return tuple((name, split) for name in self.scored_on for split in SPLITS)

    @cached_property
    def accuracies(self) -> tuple[tuple[MeanAccuracy, ...], ...]:
        """The table: by configuration and column."""
        leading = [set() if found is None else {found.best, *found.alike} for found in self.at_end]
        return tuple(
            tuple(
                MeanAccuracy(*each.accuracy(*column), each.label in labels)
                for column, labels in zip(self.columns, leading, strict=True)
            )
            for each in self.configurations
        )

    @cached_property
    def at_end(self) -> tuple[FinalComparison | None, ...]:
        """The tests against the highest mean at the end of the searches, by column; None where nothing compares."""
        if len(self.configurations) < 2:
            return (None,) * len(self.columns)
        from nasbench_suite.report.statistics import compare_ends  # SciPy, which nothing else of a report needs

        labels = [each.label for each in self.configurations]
        return tuple(compare_ends(self.results, labels, column) for column in self.columns)

    @cached_property
    def fronts(self) -> tuple[FrontComparison, ...]:
        """The fronts of searches with several objectives, by what they weighed; nothing where all had one."""
        return compared_fronts(self.configurations)

    @property
    def decisive(self) -> int:
        """The column that orders the rows: test accuracy on the searched data set, validation where there is none."""
        return 1 if any(each.row.test_mean is not None for each in self.configurations) else 0

    @cached_property
    def published(self) -> tuple[PublishedComparison, ...]:
        """The configurations beside the numbers that others published."""
        return tuple(found for each in self.configurations for found in compare(each.results, each.rows))


@dataclass(frozen=True, eq=False)
class Report:
    """What a report says, before it is written in a format.

    Attributes:
        groups: by space, searched data set, protocol, and what was weighed.
        notes: what a reader must know: folders left out, unfinished jobs, searches that found nothing, missing figures.
    """

    groups: tuple[ComparedGroup, ...]
    notes: tuple[str, ...]

    @property
    def rows(self) -> tuple[ScoredRow, ...]:
        """All figures, by configuration and scored data set."""
        return tuple(row for each in self.configurations for row in each.rows)

    @property
    def configurations(self) -> tuple[ReportedConfiguration, ...]:
        """Those of all groups, in their order."""
        return tuple(each for group in self.groups for each in group.configurations)

    def to_arrow(self) -> Any:
        """Returns a `pyarrow.Table` of one row per configuration and scored data set, as the JSON report has them.

        An architecture of `front` is a struct of `architecture` and `values`, `measurement_seconds` is a map; `trial`
        is text where a policy answered any of the searches.
        """
        from nasbench_suite.report.arrow import arrow_table

        return arrow_table([row.record() for row in self.rows])

    def to_pandas(self) -> Any:
        """Returns a `pandas.DataFrame` of what `to_arrow` returns; pandas is to be installed."""
        return as_pandas(self.to_arrow())

    def __repr__(self) -> str:
        compared = "; ".join(f"{group.title}: {', '.join(_labels(group))}" for group in self.groups)
        return f"<report of {compared}>"

    def _repr_html_(self) -> str:
        return "".join(map(_grid, self.groups))


def _labels(group: ComparedGroup) -> list[str]:
    return [each.label for each in group.configurations]


def _grid(group: ComparedGroup) -> str:
    """Returns the group's table for a notebook: means and deviations in percent, and how many searches they are of."""
    heading = ["", *(" ".join(column) for column in group.columns), "searches", "found nothing"]
    rows = []
    for each, accuracies in zip(group.configurations, group.accuracies, strict=True):
        means = ("" if one.mean is None else f"{one.mean:.2f}{_deviation(one)}" for one in accuracies)
        rows.append([each.label, *means, each.row.seeds, each.row.without_incumbent])
    return grid(group.title, heading, rows)


def _deviation(accuracy: MeanAccuracy) -> str:
    return "" if accuracy.std is None else f"±{accuracy.std:.2f}"


def make_report(folders: Iterable[Path], at: Sequence[float] = ()) -> Report:
    """Reads results folders and computes the figures.

    Args:
        folders: whatever is in or below them is taken.
        at: budgets at which to test the differences between configurations; see `statistics.compare_at`.

    Raises:
        ResultsError: there is nothing to report.
    """
    loaded = load(folders)
    found = sorted(loaded.results, key=_place)
    notes = _notes(loaded)
    configurations = []
    for results, label in zip(found, make_labels(found), strict=True):
        rows, missing = score_rows(results, label)
        configurations.append(ReportedConfiguration(label, results, tuple(rows)))
        notes += [*_warnings(results, label), *missing]
    groups = groupby(configurations, lambda each: (*searched_alike(each.results), *weighed_alike(each.results)))
    compared = tuple(_group(key[:5], tuple(members), at) for key, members in groups)
    return Report(compared, tuple(dict.fromkeys(notes)))


def _place(results: Results) -> tuple[Any, ...]:
    """Returns what orders the groups: what weighed less before what weighed more."""
    weighed = weighed_alike(results)
    return *searched_alike(results), len(weighed[0]), len(weighed[1]), repr(weighed)


def _group(
    alike: tuple[str, str, str, tuple[str, ...], tuple[str, ...]],
    members: tuple[ReportedConfiguration, ...],
    at: Sequence[float],
) -> ComparedGroup:
    members = tuple(sorted(members, key=_order(members)))
    if not at:
        return ComparedGroup(*alike, members)
    from nasbench_suite.report.statistics import (
        compare_at,
        compare_fronts_at,
    )  # SciPy, which a report without tests does not need

    results, labels = [each.results for each in members], [each.label for each in members]
    tests = [compare_at(results, labels, budget) for budget in at]
    for compared in compared_fronts(members):
        what = f"hypervolume, {compared.title[0].lower()}{compared.title[1:]}"
        tests += [compare_fronts_at(compared.fronts, compared.labels, budget, what) for budget in at]
    return ComparedGroup(*alike, members, tuple(tests))


def compared_fronts(members: Sequence[ReportedConfiguration]) -> tuple[FrontComparison, ...]:
    """Returns the fronts of configurations, by what their searches weighed; those of one objective have none."""
    # without several objectives nobody waits for moocore and SciPy
    alike: dict[Any, list[ReportedConfiguration]] = {}
    for each in members:
        if several(each.results) is not None:
            alike.setdefault(weighed_alike(each.results), []).append(each)
    return tuple(map(_compared, alike.values()))


def _compared(members: Sequence[ReportedConfiguration]) -> FrontComparison:
    from nasbench_suite.report.fronts import fronts_of
    from nasbench_suite.report.statistics import compare_final_fronts

    ordered = sorted(members, key=lambda each: -(each.row.hypervolume_mean or 0.0))
    labels = tuple(each.label for each in ordered)
    fronts = tuple(found for each in ordered if (found := fronts_of(each.results)) is not None)
    return FrontComparison(labels, fronts, compare_final_fronts(fronts, labels))


def _order(members: Sequence[ReportedConfiguration]) -> Callable[[ReportedConfiguration], float]:
    split: Split = "test" if any(each.row.test_mean is not None for each in members) else "valid"

    def place(each: ReportedConfiguration) -> float:
        mean, _ = each.row.accuracy(split)
        return math.inf if mean is None else -mean

    return place


def _notes(loaded: LoadedResults) -> list[str]:
    left_out = [f"{folder} is left out: {reason}" for folder, reason in loaded.left_out.items()]
    unfinished = [
        f"{folder} is not finished, and not in this report; start it again to go on" for folder in loaded.unfinished
    ]
    missing = [_missing(job) for job in loaded.missing[:_MOST_MISSING]]
    if more := len(loaded.missing) - len(missing):
        missing.append(f"{more} more jobs are planned and not finished; nasbench-suite status lists them")
    return left_out + unfinished + missing


def _missing(job: JobStatus) -> str:
    how = f"{job.state}: {job.reason}" if job.reason else job.state
    done = f"{job.seeds_done} of {number_of_searches(job.seeds_planned)} finished"
    return f"{job.label} is missing or not whole ({how}), {done}; the job alone: {job.command}"


def _warnings(results: Results, label: str) -> list[str]:
    notes = []
    if "test_error" in results.description["objectives"]:
        notes.append(f"{label}: {TOLD_TEST_SCORES}")
    instead = queried_instead(results)
    if instead:
        notes.append(f"{label}: {instead}")
    early = sorted(results.failures.items())
    notes += [f"{label}: the search of seed {seed} ended early: {reason}" for seed, reason in early]
    return notes + collapse_notes(results, label)

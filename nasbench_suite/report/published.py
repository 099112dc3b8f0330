"""Our numbers beside those that others published, which `published.yaml` holds with their sources."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nasbench_suite.report.interpolation import interpolated_scores
from nasbench_suite.report.labels import flatten
from nasbench_suite.report.results import Results
from nasbench_suite.report.scored_row import ScoredRow, moments

TOLERANCE = 4.0  # standard errors of a difference within which two means are said to agree
ROUNDING = 0.01 / math.sqrt(12)  # standard error of a figure with two decimals, the least that a difference can have


@dataclass(frozen=True)
class PublishedDifference:
    """A mean of ours beside a published one.

    Attributes:
        scored_on: the data set of the accuracy.
        split: `valid` or `test`.
        mean, std: published, percent.
        difference: ours minus theirs, percentage points.
        errors: the difference in standard errors, from both sides' deviations and seeds; None with one seed.
        std_ratio: our deviation over theirs; None with one seed, and where theirs is zero.
    """

    scored_on: str
    split: str
    mean: float
    std: float
    difference: float
    errors: float | None
    std_ratio: float | None


@dataclass(frozen=True)
class PublishedComparison:
    """A configuration of ours beside one published row.

    Attributes:
        config_id: of our configuration.
        label: of our configuration.
        source: who published it.
        interpolated: whether ours are taken between the two evaluations nearest to the budget, as theirs were, and not
            of the last incumbent.
        seeds: how many searches they ran.
        evaluations: per search of theirs; None where they do not say.
        evaluations_here: per search of ours; None where all found nothing.
        seconds: per search of theirs, on their machine or simulated; None where they do not say.
        seconds_here: per search of ours; None where unknown.
        differences: by scored data set, validation before test.
        because: why ours are expected to differ; None where they are not.
    """

    config_id: str
    label: str
    source: str
    interpolated: bool
    seeds: int
    evaluations: float | None
    evaluations_here: float | None
    seconds: float | None
    seconds_here: float | None
    differences: tuple[PublishedDifference, ...]
    because: str | None = None

    @property
    def agreeing(self) -> int:
        """How many of the means agree."""
        return sum(d.errors is not None and abs(d.errors) <= TOLERANCE for d in self.differences)


def compare(results: Results, rows: Sequence[ScoredRow]) -> list[PublishedComparison]:
    """Finds the published rows that hold for a configuration.

    Args:
        results: of the configuration.
        rows: its figures.
    """
    description, config = results.description, flatten(results.config)
    if description.get("tradeoff") is not None:
        return []  # nobody published what searches find that look at something else, too
    found = [
        _compare_one(entry, published, _figures(results, rows, entry.get("interpolated", False)))
        for entry in _entries()
        if all(entry[key] == description[key] for key in ("space", "dataset", "protocol"))
        for published in entry["rows"]
        if _holds({**entry["where"], **published["where"]}, config)
    ]
    return [comparison for comparison in found if comparison.differences]


@cache
def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("published.yaml").read_text())
    return entries


def _holds(where: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    return all(key in config and config[key] == value for key, value in where.items())


def _figures(results: Results, rows: Sequence[ScoredRow], interpolated: bool) -> dict[str, ScoredRow]:
    """Returns the figures by scored data set, of the last incumbents or, as NATS-Bench's, at the budget."""
    return {row.scored_on: _at_budget(results, row) if interpolated else row for row in rows}


def _at_budget(results: Results, row: ScoredRow) -> ScoredRow:
    scores = interpolated_scores(results, row.scored_on, results.description["budget"]["seconds"])
    # what is missing the report says of the last incumbents
    (valid_mean, valid_std), (test_mean, test_std) = (moments(column, row.scored_on, []) for column in scores.T)
    return replace(row, valid_mean=valid_mean, valid_std=valid_std, test_mean=test_mean, test_std=test_std)


def _compare_one(
    entry: Mapping[str, Any], published: Mapping[str, Any], ours: Mapping[str, ScoredRow]
) -> PublishedComparison:
    row = next(iter(ours.values()))
    differences = []
    for scored_on in ours:
        if scored_on not in published:
            continue
        mine, figures = ours[scored_on], published[scored_on]
        over = mine.seeds - mine.without_incumbent
        for split, mean, std, theirs, their_std in (
            ("valid", mine.valid_mean, mine.valid_std, *figures[:2]),
            ("test", mine.test_mean, mine.test_std, *figures[2:]),
        ):
            if mean is not None:
                apart = mean - theirs
                errors = ratio = None
                if std is not None:
                    error = math.sqrt(std**2 / over + their_std**2 / published["seeds"])
                    errors = apart / max(error, ROUNDING)
                    ratio = std / their_std if their_std else None
                differences.append(PublishedDifference(scored_on, split, theirs, their_std, apart, errors, ratio))
    return PublishedComparison(
        row.config_id,
        row.label,
        entry["source"],
        entry.get("interpolated", False),
        published["seeds"],
        published.get("evaluations"),
        row.evaluations_mean,
        published.get("seconds"),
        row.seconds_mean,
        tuple(differences),
        published.get("because"),
    )

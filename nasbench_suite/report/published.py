"""Our numbers beside those that others published, which `published.yaml` holds with their sources."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from nasbench_suite.report.load import Results
from nasbench_suite.report.summary import Row, flatten

TOLERANCE = 4.0  # standard errors of a difference within which two means are said to agree
ROUNDING = 0.01 / math.sqrt(12)  # standard error of a figure with two decimals, the least that a difference can have


@dataclass(frozen=True)
class Difference:
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
class Comparison:
    """A configuration of ours beside one published row.

    Attributes:
        config_id: of our configuration.
        label: of our configuration.
        source: who published it.
        seeds: how many searches they ran.
        evaluations: a search of theirs; None where they do not say.
        evaluations_here: a search of ours.
        seconds: a search of theirs, on their machine or simulated; None where they do not say.
        seconds_here: a search of ours; None where unknown.
        differences: by scored data set, validation before test.
    """

    config_id: str
    label: str
    source: str
    seeds: int
    evaluations: float | None
    evaluations_here: float
    seconds: float | None
    seconds_here: float | None
    differences: tuple[Difference, ...]

    @property
    def agreeing(self) -> int:
        """How many of the means agree."""
        return sum(d.errors is not None and abs(d.errors) <= TOLERANCE for d in self.differences)


def compare(results: Sequence[Results], rows: Sequence[Row]) -> list[Comparison]:
    """Finds the published rows that hold for configurations.

    Args:
        results: the configurations.
        rows: their figures.
    """
    found = []
    for one in results:
        description = one.description
        ours = {row.scored_on: row for row in rows if row.config_id == description["config_id"]}
        config = flatten(one.config)
        for entry in _entries():
            if any(entry[key] != description[key] for key in ("space", "dataset", "protocol")):
                continue
            for published in entry["rows"]:
                if _holds({**entry["where"], **published["where"]}, config):
                    found.append(_compare_one(entry["source"], published, ours))
    return [comparison for comparison in found if comparison.differences]


@cache
def _entries() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("published.yaml").read_text())
    return entries


def _holds(where: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    return all(key in config and config[key] == value for key, value in where.items())


def _compare_one(source: str, published: Mapping[str, Any], ours: Mapping[str, Row]) -> Comparison:
    row = next(iter(ours.values()))
    differences = []
    for scored_on in ours:
        if scored_on not in published:
            continue
        mine, figures = ours[scored_on], published[scored_on]
        for split, mean, std, theirs, their_std in (
            ("valid", mine.valid_mean, mine.valid_std, *figures[:2]),
            ("test", mine.test_mean, mine.test_std, *figures[2:]),
        ):
            if mean is not None:
                apart = mean - theirs
                errors = ratio = None
                if std is not None:
                    error = math.sqrt(std**2 / mine.seeds + their_std**2 / published["seeds"])
                    errors = apart / max(error, ROUNDING)
                    ratio = std / their_std if their_std else None
                differences.append(Difference(scored_on, split, theirs, their_std, apart, errors, ratio))
    return Comparison(
        row.config_id,
        row.label,
        source,
        published["seeds"],
        published.get("evaluations"),
        row.evaluations_mean,
        published.get("seconds"),
        row.seconds_mean,
        tuple(differences),
    )


def to_markdown(comparisons: Sequence[Comparison], rows: Sequence[Row]) -> str:
    """Returns our rows, the published ones below each, and the differences."""
    scored = list(dict.fromkeys(row.scored_on for row in rows))
    columns = [(name, split) for name in scored for split in ("valid", "test")]
    timed = any(comparison.seconds is not None for comparison in comparisons)
    lines = [["", *(f"{name} {split}" for name, split in columns), "seeds", "evaluations", *["seconds"] * timed]]
    verdicts = []
    for comparison in comparisons:
        by_column = {(d.scored_on, d.split): d for d in comparison.differences}
        theirs, apart = [f"{comparison.label}: {comparison.source}"], ["ours less theirs"]
        for column in columns:
            one = by_column.get(column)
            theirs.append(f"{one.mean:.2f}±{one.std:.2f}" if one else "-")
            apart.append(_apart(one) if one else "-")
        theirs += [str(comparison.seeds), _count(comparison.evaluations, ",.1f")]
        apart += ["", _count(_less(comparison.evaluations_here, comparison.evaluations), "+,.1f")]
        if timed:
            theirs.append(_count(comparison.seconds, ",.0f"))
            apart.append(_count(_less(comparison.seconds_here, comparison.seconds), "+,.0f"))
        lines += [theirs, apart]
        verdicts.append(
            f"- {comparison.label} here: {comparison.agreeing} of {len(comparison.differences)} means agree with "
            f"{comparison.source} within {TOLERANCE:g} standard errors{_deviations(comparison)}"
        )
    lines.insert(1, ["---"] * len(lines[0]))
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    title = "### Beside published numbers\n\nIn brackets: the difference in its standard errors."
    return "\n\n".join([title, table, "\n".join(verdicts)])


def _count(value: float | None, form: str) -> str:
    return "-" if value is None else f"{value:{form}}"


def _less(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or theirs is None else ours - theirs


def _apart(one: Difference) -> str:
    errors = "" if one.errors is None else f" ({one.errors:+.1f})"
    return f"{one.difference:+.2f}{errors}"


def _deviations(comparison: Comparison) -> str:
    ratios = [d.std_ratio for d in comparison.differences if d.std_ratio is not None]
    return f"; deviations are {min(ratios):.2f} to {max(ratios):.2f} of theirs" if ratios else ""

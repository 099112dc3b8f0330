"""Which differences between algorithms the searches support, at chosen budgets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from nasbench_suite.report.clock import Unit, clock_in, common_unit, limit, unit_name
from nasbench_suite.report.load import Results

LEVEL = 0.05  # family-wise, over the pairs of one budget
RESAMPLES = 2000
Scores = dict[int, float]  # by seed


@dataclass(frozen=True)
class Standing:
    """One configuration at one budget.

    Attributes:
        label: of the configuration.
        seeds: searches it rests on.
        mean: of the incumbents' scores, percent.
        low, high: 95% bootstrap confidence limits of the mean; equal to it with one seed.
        rank: mean over the seeds that all configurations share, 1 the best; None where they share none.
    """

    label: str
    seeds: int
    mean: float
    low: float
    high: float
    rank: float | None


@dataclass(frozen=True)
class Pair:
    """Two configurations at one budget.

    Attributes:
        first, second: labels; the first has the higher mean.
        difference: of the means, percentage points, 0 or more.
        superiority: chance that a search of the first beats one of the second, ties half (Vargha and Delaney's A).
        test: `Wilcoxon signed-rank` where seeds and kind of search are the same, else `Mann-Whitney U`; two-sided.
        p: of the test, after Holm's correction over all pairs of the budget.
        agrees: whether the ranks, which the test looks at, favour the first as the means do.
    """

    first: str
    second: str
    difference: float
    superiority: float
    test: str
    p: float
    agrees: bool

    @property
    def told_apart(self) -> bool:
        """Whether the test supports that the first is better."""
        return self.p < LEVEL and self.agrees


@dataclass(frozen=True)
class Contest:
    """All configurations at one budget.

    Attributes:
        budget: in the unit.
        unit: its name, which says whose seconds they are.
        split: `test`, or `valid` where the table has no test scores.
        standings: the highest mean first.
        pairs: every two configurations.
        notes: what was left out, and why.
    """

    budget: float
    unit: str
    split: Literal["valid", "test"]
    standings: tuple[Standing, ...]
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]

    @property
    def winner(self) -> str | None:
        """The configuration that the tests set above every other; None where there is no such one."""
        if len(self.standings) < 2:
            return None
        best = self.standings[0].label
        return best if all(pair.told_apart for pair in self.pairs if pair.first == best) else None

    @property
    def rivals(self) -> tuple[str, ...]:
        """Those that the tests do not tell apart from the one with the highest mean."""
        best = self.standings[0].label if self.standings else None
        return tuple(pair.second for pair in self.pairs if pair.first == best and not pair.told_apart)


def contest(group: Sequence[Results], labels: Sequence[str], budget: float) -> Contest:
    """Compares configurations that searched the same data set under the same protocol.

    Args:
        group: the configurations.
        labels: theirs, unique.
        budget: an evaluation that ended later does not count; in the unit of time that all know, see `common_unit`.
    """
    unit = common_unit(group)
    dataset = group[0].description["dataset"]
    split = _split(group, dataset)
    scores: dict[str, Scores] = {}
    notes = []
    for results, label in zip(group, labels, strict=True):
        most = limit(results, unit)
        if most is not None and most < budget:
            notes.append(f"{label} is left out: its searches were limited to {most:,g}")
            continue
        found = scores_at(results, dataset, split, budget, unit)
        missing = len(results.searches) - len(found)
        if missing:
            notes.append(f"{label} is left out: {missing} of {len(results.searches)} searches have no score by then")
        else:
            scores[label] = found
    order = sorted(scores, key=lambda label: -float(np.mean(_values(scores[label]))))
    ranks = _ranks([scores[label] for label in order])
    standings = [_standing(label, scores[label], rank) for label, rank in zip(order, ranks, strict=True)]
    kinds = {label: results.one_shot for results, label in zip(group, labels, strict=True)}
    pairs = _holm(
        [
            _pair(one, other, scores[one], scores[other], alike=kinds[one] == kinds[other])
            for one, other in combinations(order, 2)
        ]
    )
    return Contest(budget, unit_name(unit, group), split, tuple(standings), tuple(pairs), tuple(notes))


def scores_at(
    results: Results, dataset: str, split: Literal["valid", "test"], budget: float, unit: Unit = "seconds"
) -> Scores:
    """Returns the judge's score of each search's incumbent at a budget; a search without one is not in it.

    Args:
        results: of one configuration.
        dataset: where the incumbents are scored.
        split: validation or test accuracy.
        budget: an evaluation that ended later does not count.
        unit: of the budget; one of `clock.UNITS`.
    """
    trajectory = results.trajectory
    clock = clock_in(results, unit).times
    found: Scores = {}
    for rows in results.searches:
        leaders = np.flatnonzero(trajectory["incumbent"][rows] & (clock[rows] <= budget))
        if len(leaders):
            score = results.score(dataset, trajectory["architecture"][rows][leaders[-1]])[split == "test"]
            if score == score:
                found[int(trajectory["seed"][rows][0])] = score
    return found


def holm(ps: Sequence[float]) -> list[float]:
    """Returns p-values corrected for there being several (Holm 1979)."""
    adjusted, highest = [0.0] * len(ps), 0.0
    for place, at in enumerate(np.argsort(ps, kind="stable")):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - place)))
        adjusted[at] = highest
    return adjusted


def _split(group: Sequence[Results], dataset: str) -> Literal["valid", "test"]:
    tests = [score[1] for results in group for score in results.scores.get(dataset, {}).values()]
    return "valid" if not tests or np.isnan(tests).all() else "test"


def _values(scores: Scores) -> NDArray[np.float64]:
    return np.array([scores[seed] for seed in sorted(scores)])


def _ranks(scores: Sequence[Scores]) -> list[float | None]:
    common = sorted(set.intersection(*map(set, scores))) if scores else []
    if not common:
        return [None] * len(scores)
    table = np.array([[one[seed] for seed in common] for one in scores])
    ranks: list[float | None] = stats.rankdata(-table, axis=0).mean(axis=1).tolist()
    return ranks


def _standing(label: str, scores: Scores, rank: float | None) -> Standing:
    values = _values(scores)
    mean = low = high = float(values.mean())
    if len(values) > 1:
        # drawn from a generator of its own, so that a report is the same each time
        interval = stats.bootstrap(
            (values,), np.mean, n_resamples=RESAMPLES, method="percentile", random_state=np.random.default_rng(0)
        ).confidence_interval
        low, high = float(interval.low), float(interval.high)
    return Standing(label, len(values), mean, low, high, rank)


def _pair(first: str, second: str, one: Scores, other: Scores, alike: bool) -> Pair:
    x, y = _values(one), _values(other)
    ranked: Any = stats.mannwhitneyu(x, y)
    superiority = float(ranked.statistic) / (len(x) * len(y))
    test, p, agrees = "Mann-Whitney U", float(ranked.pvalue), superiority > 0.5
    if one.keys() == other.keys() and alike:
        # equal seeds begin from equal random streams, so the searches are pairs; not so a table's and a supernet's
        differing = (x - y)[x != y]
        test, p = "Wilcoxon signed-rank", float(stats.wilcoxon(differing).pvalue) if len(differing) else 1.0
        agrees = float((np.sign(differing) * stats.rankdata(np.abs(differing))).sum()) > 0
    return Pair(first, second, float(x.mean() - y.mean()), superiority, test, p, agrees)


def _holm(pairs: Sequence[Pair]) -> list[Pair]:
    corrected = holm([pair.p for pair in pairs])
    return [replace(pair, p=p) for pair, p in zip(pairs, corrected, strict=True)]


def to_markdown(contest: Contest, dataset: str) -> str:
    """Returns the standings, the tests, and what they support, in words."""
    kind = "test" if contest.split == "test" else "validation"
    parts = [f"### At {contest.budget:,g} {contest.unit}: {kind} accuracy on {dataset}"]
    if contest.standings:
        parts += [_standings(contest), *([_pairs(contest)] if contest.pairs else []), _verdict(contest)]
    if contest.notes:
        parts.append("\n".join(f"- {note}" for note in contest.notes))
    return "\n\n".join(parts)


def _standings(contest: Contest) -> str:
    lines = ["|  | mean | 95% confidence | mean rank | seeds |", "| --- | --- | --- | --- | --- |"]
    for one in contest.standings:
        rank = "-" if one.rank is None else f"{one.rank:.2f}"
        lines.append(f"| {one.label} | {one.mean:.2f} | {one.low:.2f} to {one.high:.2f} | {rank} | {one.seeds} |")
    return "\n".join(lines)


def _pairs(contest: Contest) -> str:
    lines = ["| better | worse | difference | superiority | test | p (Holm) |", "| --- | --- | --- | --- | --- | --- |"]
    for pair in contest.pairs:
        p = f"{pair.p:.3f}" if pair.p >= 0.001 else f"{pair.p:.0e}"
        lines.append(
            f"| {pair.first} | {pair.second} | {pair.difference:+.2f} | {pair.superiority:.2f} | {pair.test} | {p} |"
        )
    return "\n".join(lines)


def _verdict(contest: Contest) -> str:
    seeds = sorted({standing.seeds for standing in contest.standings})
    rests = f"It rests on {seeds[0] if len(seeds) == 1 else f'{seeds[0]} to {seeds[-1]}'} seeds a configuration."
    best = contest.standings[0].label
    if len(contest.standings) == 1:
        return f"There is nothing to compare {best} with. {rests}"
    if contest.winner:
        return f"**{best}** is better than every other, at a family-wise level of {LEVEL:g}. {rests}"
    return (
        f"No winner: {best} has the highest mean, but the test does not tell it apart from "
        f"{', '.join(contest.rivals)} at a family-wise level of {LEVEL:g}. {rests}"
    )

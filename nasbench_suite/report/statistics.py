"""Which differences between algorithms the searches support, at chosen budgets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.budget_comparison import BudgetComparison, MeanAtBudget, PairwiseTest
from nasbench_suite.report.curves import SPLITS, Split
from nasbench_suite.report.final_comparison import FinalComparison
from nasbench_suite.report.fronts import Fronts
from nasbench_suite.report.rank_tests import average_ranks, mann_whitney, signed_rank, superiority
from nasbench_suite.report.results import Results
from nasbench_suite.report.times import Unit, common_unit, limit, times_in, unit_name

RESAMPLES = 2000
FEW = 10  # configurations whose every pair is tested at the end of the searches
Scores = dict[int, float]  # by seed, rising


def compare_at(group: Sequence[Results], labels: Sequence[str], budget: float) -> BudgetComparison:
    """Compares configurations that searched the same data set under the same protocol.

    Args:
        group: the configurations.
        labels: theirs, unique.
        budget: an evaluation that ended later does not count; in the unit of time that all know, see `common_unit`.
    """
    dataset = group[0].description["dataset"]
    split = _split(group, dataset)

    def scores(results: Results, unit: Unit) -> Scores:
        return incumbent_scores(results, dataset, split, budget, unit)

    return _compare_at(group, labels, budget, split, scores)


def compare_fronts_at(group: Sequence[Fronts], labels: Sequence[str], budget: float, what: str) -> BudgetComparison:
    """Compares the hypervolumes of configurations that weighed the same objectives.

    Takes what `compare_at` takes, and what the quantity is called.
    """
    by_results = {id(fronts.results): fronts for fronts in group}

    def scores(results: Results, unit: Unit) -> Scores:
        return by_results[id(results)].at(budget, unit)

    found = _compare_at([fronts.results for fronts in group], labels, budget, group[0].tradeoff.split, scores)
    return replace(found, quantity=what)


def _compare_at(
    group: Sequence[Results],
    labels: Sequence[str],
    budget: float,
    split: Split,
    scores_of: Callable[[Results, Unit], Scores],
) -> BudgetComparison:
    unit = common_unit(group)
    scores: dict[str, Scores] = {}
    notes = []
    for results, label in zip(group, labels, strict=True):
        most = limit(results, unit)
        if most is not None and most < budget:
            notes.append(f"{label} is left out: its searches were limited to {most:,g}")
            continue
        found = scores_of(results, unit)
        missing = len(results.seeds) - len(found)
        if missing:
            notes.append(f"{label} is left out: {missing} of {len(results.seeds)} searches have no score by then")
        else:
            scores[label] = found
    order = sorted(scores, key=lambda label: -float(np.mean(_values(scores[label]))))
    ranks = _ranks([scores[label] for label in order])
    limits = _limits([_values(scores[label]) for label in order])
    means = [_mean(label, scores[label], found, rank) for label, found, rank in zip(order, limits, ranks, strict=True)]
    kinds = {label: results.one_shot for results, label in zip(group, labels, strict=True)}
    samples = {label: _sample(label, scores[label], kinds[label]) for label in order}
    pairs = _holm([_pair(samples[one], samples[other]) for one, other in combinations(order, 2)])
    return BudgetComparison(budget, unit_name(unit, group), split, tuple(means), tuple(pairs), tuple(notes))


def compare_ends(group: Sequence[Results], labels: Sequence[str], column: tuple[str, Split]) -> FinalComparison | None:
    """Compares the configuration with the highest mean with each other one, at the end of their searches.

    Args:
        group: configurations that searched the same data set under the same protocol.
        labels: theirs, unique.
        column: where the final incumbents are scored, and which of their accuracies counts.

    Returns:
        None where fewer than two have a mean, which a missing score denies.
    """
    ends = {
        label: scores
        for label, results in zip(labels, group, strict=True)
        if (scores := _final_scores(results, *column)) is not None
    }
    kinds = {label: results.one_shot for results, label in zip(group, labels, strict=True)}
    return _compare_ends(ends, kinds)


def compare_final_fronts(group: Sequence[Fronts], labels: Sequence[str]) -> FinalComparison | None:
    """Compares the hypervolumes of the final fronts; takes and returns what `compare_ends` does."""
    ends = {
        label: {front.seed: front.hypervolume for front in fronts.ends}
        for label, fronts in zip(labels, group, strict=True)
        if fronts.ends
    }
    return _compare_ends(ends, dict.fromkeys(labels, False))


def _compare_ends(ends: Mapping[str, Scores], kinds: Mapping[str, bool]) -> FinalComparison | None:
    if len(ends) < 2:
        return None
    best, *others = sorted(ends, key=lambda label: -float(np.mean(_values(ends[label]))))
    tested = [label for label in others if min(len(ends[best]), len(ends[label])) > 1]
    samples = {label: _sample(label, ends[label], kinds[label]) for label in (best, *tested)}
    pairs = [_pair(samples[best], samples[one]) for one in tested]
    if len(ends) <= FEW:
        pairs += [_pair(samples[one], samples[other]) for one, other in combinations(tested, 2)]
    family = len(ends) * (len(ends) - 1) // 2
    found, untested = tuple(_holm(pairs, family)), tuple(label for label in others if label not in tested)
    return FinalComparison(best, found[: len(tested)], untested, found[len(tested) :])


def _final_scores(results: Results, dataset: str, split: Split) -> Scores | None:
    ends = zip(results.seeds, results.final_incumbents, strict=True)
    scores = {seed: results.score(dataset, arch)[SPLITS.index(split)] for seed, arch in ends if arch is not None}
    return None if not scores or np.isnan(list(scores.values())).any() else scores


def incumbent_scores(
    results: Results, dataset: str, split: Literal["valid", "test"], budget: float, unit: Unit = "seconds"
) -> Scores:
    """Returns the judge's score of each search's incumbent at a budget; a search without one is not in it.

    Args:
        results: of one configuration.
        dataset: where the incumbents are scored.
        split: validation or test accuracy.
        budget: an evaluation that ended later does not count.
        unit: of the budget; one of `times.UNITS`.
    """
    rows, search = results.incumbents
    by_then = np.flatnonzero(times_in(results, unit).values[rows] <= budget)[::-1]
    searches, last = np.unique(search[by_then], return_index=True)  # rows rise, so the first from behind is the last
    scores = results.incumbents_scores(dataset)[by_then[last], SPLITS.index(split)].tolist()
    seeds = [seed for seed, found in zip(results.seeds, results.incumbent_rows, strict=True) if len(found)]
    pairs = zip(searches.tolist(), scores, strict=True)
    return {seeds[at]: score for at, score in pairs if score == score}


def holm(ps: Sequence[float], family: int | None = None) -> list[float]:
    """Returns p-values corrected for there being several (Holm 1979).

    Args:
        ps: of the tests.
        family: how many tests there might have been, at least as many; None for these.
    """
    adjusted, highest, family = [0.0] * len(ps), 0.0, family or len(ps)
    for place, at in enumerate(np.argsort(ps, kind="stable")):
        highest = max(highest, min(1.0, ps[at] * (family - place)))
        adjusted[at] = highest
    return adjusted


def _split(group: Sequence[Results], dataset: str) -> Literal["valid", "test"]:
    tests = [score[1] for results in group for score in results.scores.get(dataset, {}).values()]
    return "valid" if not tests or np.isnan(tests).all() else "test"


def _values(scores: Scores) -> NDArray[np.float64]:
    return np.fromiter(scores.values(), np.float64)


def _ranks(scores: Sequence[Scores]) -> list[float | None]:
    common = sorted(set.intersection(*map(set, scores))) if scores else []
    if not common:
        return [None] * len(scores)
    table = np.array([[one[seed] for seed in common] for one in scores])
    ranks: list[float | None] = average_ranks(-table).mean(axis=1).tolist()
    return ranks


def _mean(label: str, scores: Scores, limits: tuple[float, float], rank: float | None) -> MeanAtBudget:
    return MeanAtBudget(label, len(scores), float(_values(scores).mean()), *limits, rank)


def _limits(samples: Sequence[NDArray[np.float64]]) -> list[tuple[float, float]]:
    """Returns the 95% bootstrap confidence limits of each sample's mean; equal to it with one value."""
    limits = [(float(values[0]), float(values[0])) for values in samples]
    for count in {len(values) for values in samples} - {1}:
        places = [at for at, values in enumerate(samples) if len(values) == count]
        means = np.array([samples[at] for at in places]) @ _resamples(count)
        for at, (low, high) in zip(places, np.percentile(means, [2.5, 97.5], axis=1).T.tolist(), strict=True):
            limits[at] = low, high
    return limits


@lru_cache(maxsize=2)
def _resamples(count: int) -> NDArray[np.float64]:
    """Returns the share of each of some values in each bootstrap sample of them: (count, RESAMPLES)."""
    # drawn from a generator of its own, so that a report is the same each time
    drawn = np.random.default_rng(0).integers(0, count, (RESAMPLES, count))
    flat = (drawn + count * np.arange(RESAMPLES)[:, np.newaxis]).ravel()
    return np.bincount(flat, minlength=RESAMPLES * count).reshape(RESAMPLES, count).T / count


class _Sample(NamedTuple):
    """The scores of a configuration's searches, as its pairs are tested.

    Attributes:
        label: of the configuration.
        seeds: of the searches, rising.
        values, ordered: their scores, by seed and by size.
        one_shot: whether the searches train a supernet.
    """

    label: str
    seeds: list[int]
    values: NDArray[np.float64]
    ordered: NDArray[np.float64]
    one_shot: bool


def _sample(label: str, scores: Scores, one_shot: bool) -> _Sample:
    values = _values(scores)
    return _Sample(label, list(scores), values, np.sort(values), one_shot)


def _pair(first: _Sample, second: _Sample) -> PairwiseTest:
    x, y = first.values, second.values
    chance = superiority(first.ordered, second.ordered)
    if first.one_shot == second.one_shot and first.seeds == second.seeds:
        # equal seeds begin from equal random streams, so the searches are pairs; not so a table's and a supernet's
        signed, p = signed_rank((x - y)[x != y])
        test, agrees = "Wilcoxon signed-rank", signed > 0
    else:
        test, agrees, p = "Mann-Whitney U", chance > 0.5, mann_whitney(first.ordered, second.ordered)
    return PairwiseTest(first.label, second.label, float(x.mean() - y.mean()), chance, test, p, agrees)


def _holm(pairs: Sequence[PairwiseTest], family: int | None = None) -> list[PairwiseTest]:
    corrected = holm([pair.p for pair in pairs], family)
    return [replace(pair, p=p) for pair, p in zip(pairs, corrected, strict=True)]

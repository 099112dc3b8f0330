"""What every search ended with: one point per seed."""

from collections.abc import Sequence
from typing import Any

from nasbench_suite.report.page import numbers
from nasbench_suite.report.results import Results

Pair = tuple[numbers.Number, numbers.Number]


def ends(group: Sequence[Results], datasets: Sequence[str]) -> dict[str, Any]:
    """Returns the scores of the final incumbents, each different row of them once, and which one each search has.

    `scores` has validation and test accuracy on each data set; `of` has a place in it for every seed of every
    configuration, null where the search found nothing; `seeds` has the seeds, or the first alone where they are without
    gaps.
    """
    places: dict[tuple[Pair, ...], int] = {}
    of = [
        [None if arch is None else places.setdefault(_row(results, arch, datasets), len(places)) for arch in found]
        for results, found in ((results, results.final_incumbents) for results in group)
    ]
    return {"scores": [[value for pair in row for value in pair] for row in places], "of": of, "seeds": _seeds(group)}


def _row(results: Results, arch: str, datasets: Sequence[str]) -> tuple[Pair, ...]:
    scores = (results.score(dataset, arch) for dataset in datasets)
    return tuple((numbers.known(valid), numbers.known(test)) for valid, test in scores)


def _seeds(group: Sequence[Results]) -> list[int | list[int]]:
    return [
        seeds[0] if seeds and seeds[-1] - seeds[0] == len(seeds) - 1 else list(seeds)
        for seeds in (results.seeds for results in group)
    ]

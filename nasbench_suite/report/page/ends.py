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
    of = [_places(results, datasets, places) for results in group]
    return {"scores": [[value for pair in row for value in pair] for row in places], "of": of, "seeds": _seeds(group)}


def _places(results: Results, datasets: Sequence[str], places: dict[tuple[Pair, ...], int]) -> list[int | None]:
    """Returns the place of each search's row of scores, new ones added; None for a search that found nothing."""
    rows = {arch: _row(results, arch, datasets) for arch in dict.fromkeys(results.final_incumbents) if arch is not None}
    found = {arch: places.setdefault(row, len(places)) for arch, row in rows.items()}
    return [None if arch is None else found[arch] for arch in results.final_incumbents]


def _row(results: Results, arch: str, datasets: Sequence[str]) -> tuple[Pair, ...]:
    scores = (results.score(dataset, arch) for dataset in datasets)
    return tuple((numbers.known(valid), numbers.known(test)) for valid, test in scores)


def _seeds(group: Sequence[Results]) -> list[int | list[int]]:
    return [
        seeds[0] if seeds and seeds[-1] - seeds[0] == len(seeds) - 1 else list(seeds)
        for seeds in (results.seeds for results in group)
    ]

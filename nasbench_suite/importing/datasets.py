"""Which data sets the trial sets of a source make up."""

from collections.abc import Iterable
from typing import Any

from nasbench_suite.space import Space
from nasbench_suite.table import Dataset


def pair_datasets(space: Space[Any], trial_sets: Iterable[str]) -> dict[str, Dataset]:
    """Returns the data sets that trial sets make up: by the space's pairs, else each by itself."""
    there = list(trial_sets)
    pairs = {name: Dataset(*pair) for name, pair in space.datasets.items() if pair[0] in there and pair[1] in there}
    used = {part for pair in pairs.values() for part in pair}
    return pairs | {name: Dataset(name, name) for name in there if name not in used}

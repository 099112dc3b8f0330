import math

import numpy as np
import pytest

from nasbench_suite.algorithms.zero_cost import ZeroCostSearch
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201, Architecture

SPACE, FIDELITY = NB201(), Fidelity(12, 12)


def value(name: str, arch: Architecture) -> float:
    """Of a column in which cells without a 3x3 convolution are missing."""
    assert name == "score"
    return float(arch.count(3) * 10 + arch.count(2)) if 3 in arch else math.nan


def literal(seed: int, sample: int) -> list[Architecture]:
    """Scores a sample and sorts it, the first drawn first among equals."""
    rng, scored = np.random.default_rng(seed), []
    for _ in range(sample):
        arch = SPACE.sample(rng)
        if 3 in arch and arch not in [other for _, _, other in scored]:
            scored.append((-value("score", arch), len(scored), arch))
    return [arch for _, _, arch in sorted(scored)]


def asked(algorithm: ZeroCostSearch) -> list[Architecture]:
    found = []
    while (proposal := algorithm.ask()) is not None:
        found.append(proposal.arch)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_it_trains_the_sample_in_the_order_of_its_scores_and_leaves_out_what_has_none(seed: int) -> None:
    for sample in (1, 300):
        made = ZeroCostSearch(SPACE, [FIDELITY], np.random.default_rng(seed), value, "score", sample=sample)
        assert asked(made) == literal(seed, sample)
    made = ZeroCostSearch(SPACE, [FIDELITY], np.random.default_rng(seed), value, "score", sample=300, trained=7)
    assert asked(made) == literal(seed, 300)[:7]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sample": 0}, "sample of 1 or more"),
        ({"sample": 15_626}, "at most 15,625 on space nb201, got 15,626"),
        ({"trained": 0}, "trained of 1 or more"),
        ({"columns": 3}, "a function"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ZeroCostSearch(SPACE, [FIDELITY], np.random.default_rng(0), **{"columns": value, **settings})

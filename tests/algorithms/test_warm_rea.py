import math

import numpy as np

from nasbench_suite.algorithms.rea import RegularizedEvolution
from nasbench_suite.algorithms.warm_rea import WarmStartedEvolution
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

SPACE, FIDELITY = NB201(), Fidelity(12, 12)


def convolutions(name: str, arch: Architecture) -> float:
    return float(arch.count(3)) if 3 in arch else math.nan


def run(algorithm: RegularizedEvolution[Architecture], evaluations: int) -> list[Architecture]:
    found = []
    for _ in range(evaluations):
        proposal = algorithm.ask()
        assert proposal is not None
        found.append(proposal.arch)
        algorithm.tell(proposal, Observation(FIDELITY, float(sum(proposal.arch)), 1.0, None))
    return found


def warm(seed: int, sample: int) -> WarmStartedEvolution[Architecture]:
    rng = np.random.default_rng(seed)
    return WarmStartedEvolution(SPACE, [FIDELITY], rng, convolutions, "score", sample, population=10, tournament=3)


def test_the_first_population_is_the_best_of_the_sample_and_children_follow() -> None:
    rng = np.random.default_rng(4)
    sample = list(dict.fromkeys(SPACE.sample(rng) for _ in range(200)))
    best = sorted((arch for arch in sample if 3 in arch), key=lambda arch: -arch.count(3))[:10]
    found = run(warm(4, 200), 30)
    assert found[:10] == best
    for child_at in range(10, 30):
        assert any(found[child_at] in SPACE.neighbours(parent) for parent in found[child_at - 10 : child_at])


def test_where_too_few_have_a_score_the_rest_of_the_population_is_random() -> None:
    rng = np.random.default_rng(4)
    scored = [arch for arch in dict.fromkeys(SPACE.sample(rng) for _ in range(8)) if 3 in arch]
    found = run(warm(4, 8), 10)
    assert sorted(found[: len(scored)]) == sorted(scored)
    assert found[len(scored) :] == [SPACE.sample(rng) for _ in range(10 - len(scored))]

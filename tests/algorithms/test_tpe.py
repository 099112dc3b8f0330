import numpy as np
import pytest

from nasbench_suite.algorithms.tpe import TPE
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

FIDELITY = Fidelity(12, 12)


def run(startup: int, evaluations: int, seed: int = 0) -> list[Architecture]:
    algorithm = TPE(NB201(), [FIDELITY], np.random.default_rng(seed), startup, 4, 15, 0.3, "own")
    cells = []
    for _ in range(evaluations):
        proposal = algorithm.ask()
        cells.append(proposal.arch)
        algorithm.tell(proposal, Observation(FIDELITY, float(sum(proposal.arch)), 1.0, None))
    return cells


@pytest.mark.parametrize(("startup", "random"), [(20, 20), (0, 14)])
def test_it_is_random_first_and_until_a_model_can_be_made(startup: int, random: int) -> None:
    rng = np.random.default_rng(0)
    cells, samples = run(startup, random + 1), [NB201().sample(rng) for _ in range(random + 1)]
    assert cells[:random] == samples[:random] and cells[random] != samples[random]


def test_it_finds_what_pays() -> None:
    late = [sum(cell) for seed in range(5) for cell in run(20, 150, seed)[-50:]]
    assert np.mean(late) > 15  # random cells have 12


def test_a_negative_startup_is_refused() -> None:
    with pytest.raises(ConfigError, match="startup"):
        run(-1, 1)

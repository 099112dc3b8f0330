from types import ModuleType

import numpy as np
import pytest

from nasbench_suite.algorithms.density import DensitySettings
from nasbench_suite.algorithms.tpe import TPE
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

FIDELITY = Fidelity(12, 12)


def run(startup: int, evaluations: int, seed: int = 0) -> list[Architecture]:
    density = DensitySettings(4, 15, 0.3, "own")
    algorithm = TPE(NB201(), [FIDELITY], np.random.default_rng(seed), startup, density)
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


@pytest.mark.parametrize("startup", [0, 20])
def test_every_step_is_that_of_a_literal_model(startup: int, literal_density: ModuleType) -> None:
    """With the published density, which is BOHB's."""
    space, rng = NB201(), np.random.default_rng(7)
    algorithm = TPE(space, [FIDELITY], np.random.default_rng(7), startup, DensitySettings(8, 15, 0.3, "seen"))
    codes: list[Architecture] = []
    losses: list[float] = []
    for _ in range(60):
        parts = literal_density.split(codes, losses)
        if len(codes) < startup or parts is None:
            expected = space.sample(rng)
        else:
            expected = literal_density.propose(parts, [5] * 6, 8, 0.3, rng) or space.sample(rng)
        proposal = algorithm.ask()
        assert proposal.arch == expected
        algorithm.tell(proposal, Observation(FIDELITY, float(sum(expected) % 7), 1.0, None))  # with ties
        codes.append(expected)
        losses.append(-float(sum(expected) % 7))

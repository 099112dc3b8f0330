from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np
import pytest

from nasbench_suite.algorithm import Proposal
from nasbench_suite.algorithms.bohb import BOHB
from nasbench_suite.algorithms.brackets import BracketSettings
from nasbench_suite.algorithms.density import DensitySettings
from nasbench_suite.algorithms.hyperband import Hyperband
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

ONE = [Fidelity(12, 12)]
EPOCHS = [Fidelity(12, 1), Fidelity(12, 4), Fidelity(12, 12)]


def bohb(offered: Sequence[Fidelity] = ONE, brackets: int | None = 50, random_fraction: float = 0.0, top: bool = True):
    rng = np.random.default_rng(0)
    rungs, density = BracketSettings(3, 12, 200, brackets, top), DensitySettings(4, 15, 0.3, "seen")
    return BOHB(NB201(), offered, rng, rungs, density, random_fraction)


def run(algorithm: BOHB, evaluations: int = 10**6) -> list[Proposal]:
    proposals = []
    while len(proposals) < evaluations and (proposal := algorithm.ask()) is not None:
        proposals.append(proposal)
        algorithm.tell(proposal, Observation(proposal.fidelity, float(sum(proposal.arch)), 1.0, None))
    return proposals


def test_fifty_brackets_are_337_evaluations_of_252_architectures() -> None:
    algorithm = bohb()
    drawn = []
    new = algorithm._new
    algorithm._new = lambda: drawn.append(new()) or drawn[-1]  # type: ignore[method-assign]
    assert len(run(algorithm)) == 337
    assert len(drawn) == 252


def test_the_first_20_architectures_are_random_and_the_next_are_the_models() -> None:
    algorithm, same = bohb(), np.random.default_rng(0)
    drawn = []
    new = algorithm._new
    algorithm._new = lambda: drawn.append(new()) or drawn[-1]  # type: ignore[method-assign]
    run(algorithm, 40)
    random = [NB201().sample(same) for _ in range(21)]
    assert drawn[:20] == random[:20]
    assert drawn[20] != random[20]


def test_the_model_is_that_of_the_highest_rung_with_14_results() -> None:
    algorithm = bohb()
    used = []
    for height, model in enumerate(algorithm._models):
        draw = model.draw
        model.draw = lambda rng, height=height, draw=draw: used.append(height) or draw(rng)  # type: ignore[method-assign]
    run(algorithm)
    assert used == sorted(used) and set(used) == {0, 1, 2}


def test_only_the_highest_rung_may_become_the_incumbent_where_so_published() -> None:
    top = run(bohb(top=True), 20)
    # brackets 9 3 1, 3 1, 3
    assert [p.candidate for p in top] == [False] * 12 + [True] + [False] * 3 + [True] + [True] * 3
    assert all(p.candidate for p in run(bohb(top=False), 20))


def test_rungs_are_the_fidelities_on_offer_and_one_alone_is_every_rung() -> None:
    epochs = [p.fidelity.epoch for p in run(bohb(EPOCHS), 20)]
    assert epochs == [1] * 9 + [4] * 3 + [12] + [4] * 3 + [12] + [12] * 3
    assert {p.fidelity for p in run(bohb(ONE), 20)} == set(ONE)


def models_draws(algorithm: BOHB) -> int:
    """Runs a search, and counts the architectures that its models drew."""
    drawn = 0
    for model in algorithm._models:

        def counted(rng: np.random.Generator, draw: Callable = model.draw) -> object:
            nonlocal drawn
            drawn += 1
            return draw(rng)

        model.draw = counted  # type: ignore[method-assign]
    run(algorithm)
    assert any(model.ready for model in algorithm._models)
    return drawn


def test_a_random_fraction_of_one_is_hyperband() -> None:
    drawn = [p.arch for p in run(bohb(random_fraction=1.0), 16)]
    hyperband = Hyperband(NB201(), ONE, np.random.default_rng(0), BracketSettings(3, 12, 200, 50, True))
    assert drawn == [p.arch for p in run(hyperband, 16)]  # no model yet, so no draw decided
    assert models_draws(bohb(random_fraction=1.0)) == 0
    assert models_draws(bohb(random_fraction=0.0)) == 252 - 20


def test_a_random_fraction_beyond_one_is_refused() -> None:
    with pytest.raises(ConfigError, match="random_fraction"):
        bohb(random_fraction=1.5)


@pytest.mark.parametrize(
    ("protocol", "iterations", "top", "rungs"),
    [("nb201", 50, True, [[12, 12]]), ("nats", 300, False, [[12, 1], [12, 4], [12, 12]])],
)
def test_the_protocols_have_the_published_settings(
    protocol: str, iterations: int, top: bool, rungs: list[list[int]], composed: Callable
) -> None:
    config = composed(f"protocol={protocol}", "algorithm=bohb").config
    settings = config["algorithm"]
    brackets, density = settings["brackets"], settings["density"]
    assert (brackets["iterations"], brackets["top_rung_only"], config["fidelities"]) == (iterations, top, rungs)
    assert (brackets["eta"], settings["random_fraction"]) == (3, 0.0)
    assert [density[key] for key in ("samples", "min_bandwidth", "good_percent")] == [4, 0.3, 15]
    assert config["budget"]["overstep"] == "discard"


def accuracy_of(arch: Architecture, fidelity: Fidelity) -> float:
    """With ties, and ranks that differ between fidelities."""
    return float((3 * sum(arch) + fidelity.epoch * arch[0]) % 17)


@pytest.mark.parametrize("offered", [ONE, EPOCHS])
@pytest.mark.parametrize("random_fraction", [0.0, 1 / 3])
def test_every_step_is_that_of_a_literal_loop(
    offered: Sequence[Fidelity], random_fraction: float, literal_density: ModuleType
) -> None:
    """HpBandSter's: brackets of [9, 3, 1], [3, 1] and [3], the model of the highest rung that has one."""
    space, rng = NB201(), np.random.default_rng(0)
    rungs = list(offered) if len(offered) > 1 else list(offered) * 3
    codes: list[list[Architecture]] = [[], [], []]
    losses: list[list[float]] = [[], [], []]

    def new() -> Architecture:
        models = [literal_density.split(*history) for history in zip(codes, losses, strict=True)]
        parts = next((parts for parts in reversed(models) if parts is not None), None)
        if parts is None or rng.random() < random_fraction:
            return space.sample(rng)
        return literal_density.propose(parts, [5] * 6, 4, 0.3, rng) or space.sample(rng)

    expected: list[tuple[Architecture, Fidelity]] = []
    for bracket in range(12):
        sizes = ([9, 3, 1], [3, 1], [3])[bracket % 3]
        archs: list[Architecture] = []
        for rung, size in enumerate(sizes, start=3 - len(sizes)):
            if rung > 3 - len(sizes):
                order = np.argsort(losses[rung - 1][-len(archs) :], kind="stable")
                archs = [archs[at] for at in sorted(order[:size])]
            for at in range(size):
                if rung == 3 - len(sizes):
                    archs.append(new())
                expected.append((archs[at], rungs[rung]))
                codes[rung].append(archs[at])
                losses[rung].append(-accuracy_of(archs[at], rungs[rung]))

    algorithm = bohb(offered, 12, random_fraction)
    asked = []
    while (proposal := algorithm.ask()) is not None:
        asked.append((proposal.arch, proposal.fidelity))
        value = accuracy_of(proposal.arch, proposal.fidelity)
        algorithm.tell(proposal, Observation(proposal.fidelity, value, 1.0, None))
    assert asked == expected

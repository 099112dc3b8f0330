import numpy as np
import pytest

from nasbench_suite.algorithms.brackets import BracketSettings
from nasbench_suite.algorithms.hyperband import Hyperband
from nasbench_suite.algorithms.successive_halving import SuccessiveHalving
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201, Architecture

SCHEDULES = [Fidelity(epochs, epochs) for epochs in (4, 12, 36, 108)]


def make(kind: type[SuccessiveHalving], brackets: int | None = None) -> SuccessiveHalving:
    return kind(NB201(), SCHEDULES, np.random.default_rng(0), BracketSettings(3, 4, 108, brackets, True))


def run(algorithm: SuccessiveHalving, evaluations: int) -> list[int]:
    epochs = []
    while len(epochs) < evaluations and (proposal := algorithm.ask()) is not None:
        epochs.append(proposal.fidelity.epoch)
        algorithm.tell(proposal, Observation(proposal.fidelity, float(sum(proposal.arch)), 1.0, None))
    return epochs


FIRST = [4] * 27 + [12] * 9 + [36] * 3 + [108]


def test_hyperband_cycles_through_its_brackets() -> None:
    second, third, fourth = [12] * 9 + [36] * 3 + [108], [36] * 6 + [108] * 2, [108] * 4
    assert run(make(Hyperband), 105) == FIRST + second + third + fourth + FIRST


def test_successive_halving_repeats_the_most_exploratory_bracket() -> None:
    assert run(make(SuccessiveHalving), 80) == FIRST * 2


def test_a_number_of_brackets_ends_the_search() -> None:
    algorithm = make(Hyperband, 2)
    assert algorithm.finite and len(run(algorithm, 1000)) == 40 + 13
    assert not make(Hyperband).finite


def test_what_goes_up_is_the_best_of_the_rung() -> None:
    algorithm = make(SuccessiveHalving)
    rung = []
    for _ in range(27):
        proposal = algorithm.ask()
        rung.append(proposal.arch)
        algorithm.tell(proposal, Observation(proposal.fidelity, float(sum(proposal.arch)), 1.0, None))
    second = [algorithm.ask().arch for _ in range(9)]
    assert min(map(sum, second)) >= sorted(map(sum, rung))[-9]


def test_a_new_bracket_begins_while_results_of_the_last_are_awaited() -> None:
    algorithm = make(Hyperband)
    asked = [algorithm.ask() for _ in range(30)]
    assert [proposal.fidelity.epoch for proposal in asked] == [4] * 27 + [12] * 3
    for proposal in asked[:27]:
        algorithm.tell(proposal, Observation(proposal.fidelity, 1.0, 1.0, None))
    # the older bracket comes first again
    assert algorithm.ask().arch == asked[0].arch


def test_no_brackets_at_all_are_refused() -> None:
    with pytest.raises(ConfigError, match="iterations"):
        make(Hyperband, 0)


def literal_hyperband(
    kind: type, rng: np.random.Generator, eta: int, brackets: int
) -> list[tuple[Architecture, Fidelity]]:
    """HpBandSter's loops: bracket by bracket, rung by rung, one evaluation after the other."""
    asked: list[tuple[Architecture, Fidelity]] = []
    highest = len(SCHEDULES)
    for bracket in range(brackets):
        s = highest - 1 - (bracket % highest if kind is Hyperband else 0)
        first = int(np.floor(highest / (s + 1))) * eta**s
        sizes = [max(int(first * eta ** (-rung)), 1) for rung in range(s + 1)]
        archs: list[Architecture] = []
        for rung, size in enumerate(sizes):
            fidelity = SCHEDULES[highest - 1 - s + rung]
            if rung == 0:
                archs = [NB201().sample(rng) for _ in range(size)]
            else:
                order = np.argsort([-worth(arch, SCHEDULES[highest - 2 - s + rung]) for arch in archs], kind="stable")
                archs = [archs[at] for at in sorted(order[:size])]
            asked += [(arch, fidelity) for arch in archs]
    return asked


def worth(arch: Architecture, fidelity: Fidelity) -> float:
    """An accuracy with ties, whose ranks differ between fidelities."""
    return float((3 * sum(arch) + fidelity.epoch * arch[0]) % 17)


@pytest.mark.parametrize("kind", [Hyperband, SuccessiveHalving])
@pytest.mark.parametrize("eta", [2, 3, 4])
def test_every_step_is_that_of_the_published_loops(kind: type[SuccessiveHalving], eta: int) -> None:
    algorithm = kind(
        NB201(), SCHEDULES, np.random.default_rng(1), BracketSettings(eta, 1, eta ** (len(SCHEDULES) - 1), 5)
    )
    asked = []
    while (proposal := algorithm.ask()) is not None:
        asked.append((proposal.arch, proposal.fidelity))
        value = worth(proposal.arch, proposal.fidelity)
        algorithm.tell(proposal, Observation(proposal.fidelity, value, 1.0, None))
    assert asked == literal_hyperband(kind, np.random.default_rng(1), eta, 5)

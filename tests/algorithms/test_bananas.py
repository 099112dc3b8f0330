import copy
from itertools import product

import numpy as np
import pytest

from nasbench_suite.algorithms.bananas import BANANAS, thompson_order
from nasbench_suite.algorithms.networks import Networks, NetworkSettings
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.sampled_space.measured_space import MeasuredSpace
from nasbench_suite.spaces.nb101 import Cell
from nasbench_suite.spaces.nb201 import NB201, Architecture

SPACE, FIDELITY = NB201(), Fidelity(12, 12)
SMALL = NetworkSettings(count=3, layers=2, width=5, epochs=3)


def make(seed: int, **settings: int) -> BANANAS[Architecture]:
    return BANANAS(SPACE, [FIDELITY], np.random.default_rng(seed), networks=SMALL, **settings)


def error(arch: Architecture) -> float:
    return 100.0 - float(sum(arch) * 4)


def literal(seed: int, batches: int) -> list[Architecture]:
    """Algorithm 1 of the paper with the mutants of its code: 10 each of the best, none that was evaluated."""
    rng, data, done = np.random.default_rng(seed), [], set()
    while len(data) < 10:
        arch = SPACE.sample(rng)
        if SPACE.canonical(arch) not in done:
            done.add(SPACE.canonical(arch))
            data.append(arch)
    for _ in range(batches):
        candidates, names = [], set(done)
        for parent in sorted(data, key=error)[:50]:
            for _ in range(10):
                mutant = SPACE.mutate(parent, rng)
                if len(candidates) < 100 and SPACE.canonical(mutant) not in names:
                    names.add(SPACE.canonical(mutant))
                    candidates.append(mutant)
        networks = Networks(SMALL, 155, rng)
        networks.fit(np.array([bits(arch) for arch in data]), np.array([error(arch) for arch in data]))
        told = networks.predict(np.array([bits(arch) for arch in candidates]))
        draws = rng.normal(told.mean(axis=0), told.std(axis=0))
        chosen = [candidates[at] for at in sorted(range(len(draws)), key=lambda at: draws[at])[:10]]
        done |= {SPACE.canonical(arch) for arch in chosen}
        data += chosen
    return data


def bits(arch: Architecture) -> list[float]:
    """The path encoding as the authors' code numbers it, one block per length."""
    encoded = [0.0] * 155
    for block, path in ((0, [3]), (5, [0, 4]), (5, [1, 5]), (30, [0, 2, 5])):
        encoded[block + sum(arch[edge] * 5**place for place, edge in enumerate(path))] = 1.0
    return encoded


@pytest.mark.parametrize("seed", range(2))
def test_it_asks_what_the_papers_algorithm_asks(seed: int) -> None:
    algorithm, asked = make(seed), []
    for _ in range(40):
        proposal = algorithm.ask()
        assert proposal is not None
        asked.append(proposal.arch)
        algorithm.tell(proposal, Observation(FIDELITY, 100.0 - error(proposal.arch), 1.0, None))
    assert asked == literal(seed, 3)


def test_a_batch_waits_for_the_one_before() -> None:
    algorithm = make(0)
    first = [algorithm.ask() for _ in range(10)]
    for proposal in first:
        assert algorithm.ask() is None
        algorithm.tell(proposal, Observation(FIDELITY, 50.0, 1.0, None))
    assert algorithm.ask() is not None


def test_independent_thompson_sampling_prefers_low_errors_and_tries_uncertain_ones() -> None:
    certain = np.array([[5.0, 9.0, 7.0], [5.0, 9.0, 7.0]])
    assert thompson_order(certain, np.random.default_rng(0)).tolist() == [0, 2, 1]
    doubtful = np.array([[5.0, 4.0], [5.0, 8.0]])  # means 5 and 6, deviations 0 and 2: the second wins in 30.9 percent
    wins = [int(thompson_order(doubtful, np.random.default_rng(seed))[0]) for seed in range(2000)]
    assert np.mean(wins) == pytest.approx(0.309, abs=0.03)


def test_the_truncated_encoding_of_nb101_is_the_papers() -> None:
    space = find_space("nb101")
    made = BANANAS(space, [FIDELITY], np.random.default_rng(0), paths=40)
    matrix = [[0, 1, 1, 1], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    cell = Cell.of(matrix, ("input", "conv1x1-bn-relu", "maxpool3x3", "output"))
    # the direct edge; the pooling; convolution and pooling: 3^0 (1 + 1) + 3^1 (2 + 1)
    assert np.flatnonzero(made.encode([cell])[0]).tolist() == [0, 3, 11]
    assert space.path_count == 364


def test_a_space_without_paths_is_encoded_by_its_choices() -> None:
    space = find_space("nb_macro")
    made = BANANAS(space, [FIDELITY], np.random.default_rng(0))
    arch = space.sample(np.random.default_rng(0))
    widths = [len(variable.choices) for variable in space.variables]
    (encoded,) = made.encode([arch])
    assert len(encoded) == sum(widths) and encoded.sum() == len(widths)
    starts = np.cumsum([0, *widths[:-1]])
    assert np.flatnonzero(encoded).tolist() == (starts + space.encode(arch)).tolist()
    with pytest.raises(ConfigError, match="paths=null on space nb_macro, got 3"):
        BANANAS(space, [FIDELITY], np.random.default_rng(0), paths=3)


def test_diverged_trainings_teach_nothing_and_settings_of_nothing_are_refused() -> None:
    algorithm = make(0)
    for _ in range(30):
        proposal = algorithm.ask()
        assert proposal is not None
        algorithm.tell(proposal, Observation(FIDELITY, float("nan"), 1.0, None))
    with pytest.raises(ConfigError, match="batch of 1 or more"):
        make(0, batch=0)


def test_a_small_sample_is_evaluated_whole_and_then_only_drawn_from() -> None:
    members = [(*start, 2, 2, 2) for start in product((1, 2, 3), repeat=3)]
    space = MeasuredSpace(SPACE, list({SPACE.canonical(arch): arch for arch in members}.values()))
    rng = np.random.default_rng(0)
    algorithm, asked = BANANAS(space, [FIDELITY], rng, networks=SMALL), set()

    def evaluate() -> Architecture:
        proposal = algorithm.ask()
        assert proposal is not None
        algorithm.tell(proposal, Observation(FIDELITY, 100.0 - error(proposal.arch), 1.0, None))
        return proposal.arch

    for _ in range(len(space)):
        asked.add(SPACE.canonical(evaluate()))
    assert asked == set(map(SPACE.canonical, space.members))
    evaluate()  # which notices that there is nothing new
    same = copy.deepcopy(rng)
    assert [evaluate() for _ in range(10)] == [space.sample(same) for _ in range(10)]

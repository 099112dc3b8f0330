import copy
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.stats import chisquare

from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.algorithms.selection import SelectionSettings
from nasbench_suite.algorithms.setn import SETN
from nasbench_suite.edge_weights import Mixture, Path
from nasbench_suite.errors import ConfigError

CELLS = list(product(range(3), repeat=3))


def setn(session: Any, select: int = 10, candidates: Any = "most_probable", learning_rate: float = 3e-4) -> SETN:
    alphas = AlphaSettings(learning_rate, initial_std=1.0)
    algorithm: SETN[Any] = SETN(candidates, SelectionSettings(select, 16), alphas)
    algorithm.begin(session)
    with torch.no_grad():
        algorithm.alphas.data = algorithm.alphas.data.double()
    return algorithm


def reward(edge_weights: Path) -> float:
    return float(50 + 10 * edge_weights.chosen[0] - 7 * edge_weights.chosen[1] + edge_weights.chosen[2])


def test_weights_are_trained_under_uniformly_drawn_cells_shared_by_all_positions(
    make_session: Callable, make_batch: Callable
) -> None:
    session, train, valid = make_session(), make_batch(1, 2), make_batch(2, 2)
    algorithm = setn(session, learning_rate=0.05)  # so that the alphas do not stay uniform
    for _ in range(810):
        algorithm.step(train, valid)
    trained, mixed = session.seen[::2], session.seen[1::2]
    assert all(type(edge_weights) is Path for edge_weights in trained)
    assert all(type(edge_weights) is Mixture for edge_weights in mixed)
    counts = np.array([sum(edge_weights.chosen == cell for edge_weights in trained) for cell in CELLS])
    assert chisquare(counts).pvalue > 1e-3
    assert algorithm.probabilities().max() > 0.5


def test_a_step_moves_the_weights_then_the_alphas(make_session: Callable, make_batch: Callable) -> None:
    train, valid = make_batch(1), make_batch(2)
    stepped, literal = make_session(), make_session()
    algorithm, by_hand = setn(stepped, learning_rate=0.1), setn(literal, learning_rate=0.1)
    seen = algorithm.step(train, valid)
    loss, logits = literal.loss(train, literal.supernet.path(literal.supernet.draw(literal.rng)))
    literal.step_parameters(loss)
    after, _ = literal.loss(valid, Mixture(by_hand.alphas.softmax(-1)))
    by_hand.step_alphas(torch.autograd.grad(after, by_hand.alphas)[0])
    assert torch.equal(algorithm.alphas, by_hand.alphas)
    assert all(torch.equal(a, b) for a, b in zip(stepped.parameters, literal.parameters, strict=True))
    assert seen == (loss, (logits.argmax(1) == train.labels).sum(), after)


def test_the_incumbent_is_the_best_of_the_most_probable_architectures(make_session: Callable) -> None:
    session = make_session(reward=reward)
    algorithm = setn(session)
    found = algorithm.incumbent()
    p = algorithm.probabilities().detach().numpy()
    expected = sorted(CELLS, key=lambda cell: -np.prod(p[range(3), cell]))[:10]
    assert [edge_weights.chosen for edge_weights, *_ in session.scored] == expected
    assert {(images, statistics) for *_, images, statistics in session.scored} == {(16, "running")}
    assert session.asked == [(16, False)] * 10
    assert found == max(expected, key=lambda cell: reward(Path(cell)))


def test_drawn_candidates_have_the_probabilities_of_the_alphas(make_session: Callable) -> None:
    session = make_session(reward=reward)
    algorithm = setn(session, 2000, "drawn")
    found = algorithm.incumbent()
    drawn = np.array([edge_weights.chosen for edge_weights, *_ in session.scored])
    assert len(drawn) == 2000
    expected = 2000 * algorithm.probabilities().detach().numpy()
    for edge in range(3):
        assert chisquare(np.bincount(drawn[:, edge], minlength=3), expected[edge]).pvalue > 1e-3
    assert reward(Path(found)) == max(map(reward, map(Path, drawn)))


def test_a_space_whose_cells_lack_edges_is_told_to_draw_before_the_search_begins(
    make_session: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(reward=reward)

    def without_the_last_edge(edge_weights: NDArray[np.floating]) -> tuple[int, ...]:
        return (*edge_weights.argmax(1)[:2].tolist(), 0)

    monkeypatch.setattr(session.supernet, "derive", without_the_last_edge)
    with pytest.raises(ConfigError, match=r"algorithm\.candidates=drawn"):
        setn(session)
    setn(session, candidates="drawn").incumbent()


def test_a_search_goes_on_from_its_state_to_the_bit(make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    algorithm = setn(session, learning_rate=0.1)
    algorithm.step(make_batch(1), make_batch(2))
    kept, network, sgd = algorithm.state(), *map(copy.deepcopy, (session.supernet, session.state()))
    again = make_session(seed=9)
    again.rng = copy.deepcopy(session.rng)
    algorithm.step(make_batch(3), make_batch(4))
    again.supernet.load_state_dict(network.state_dict())
    again.restore(sgd)
    resumed = setn(again, learning_rate=0.1)
    resumed.restore(kept)
    resumed.step(make_batch(3), make_batch(4))
    assert torch.equal(algorithm.alphas, resumed.alphas)
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, again.parameters, strict=True))
    assert algorithm.incumbent() == resumed.incumbent()


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="'most_probable' or 'drawn', got 'best'"):
        SETN("best")  # type: ignore[arg-type]

import copy
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import torch
from scipy.stats import chisquare

from nasbench_suite.algorithms.rsps import RSPS
from nasbench_suite.algorithms.selection import SelectionSettings
from nasbench_suite.edge_weights import Path

CELLS = list(product(range(3), repeat=3))


def rsps(session: Any, shared: bool = True, connected: bool = False, select: int = 20, distinct: bool = False) -> RSPS:
    algorithm: RSPS[Any] = RSPS(shared, connected, distinct, SelectionSettings(select, 16, statistics="batch"))
    algorithm.begin(session)
    return algorithm


def reward(edge_weights: Path) -> float:
    return float(50 + 10 * edge_weights.chosen[0] - 7 * edge_weights.chosen[1] + edge_weights.chosen[2])


def trained(algorithm: RSPS, session: Any, train: Any, steps: int) -> list[Any]:
    for _ in range(steps):
        seen = algorithm.step(train, None)
        assert seen.valid_loss is None
    return session.seen


def test_one_cell_is_drawn_uniformly_for_all_positions(make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    seen = trained(rsps(session), session, make_batch(1, 2), 810)
    assert all(type(edge_weights) is Path for edge_weights in seen)
    assert chisquare([sum(edge_weights.chosen == cell for edge_weights in seen) for cell in CELLS]).pvalue > 1e-3


def test_every_position_draws_for_itself_and_connected(make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    seen = trained(rsps(session, shared=False, connected=True), session, make_batch(1, 2), 800)
    assert all(len(edge_weights) == 2 for edge_weights in seen)
    allowed = [cell for cell in CELLS if cell[0] != 0 and cell[1:] != (0, 0)]
    for position in range(2):
        counts = Counter(edge_weights[position].chosen for edge_weights in seen)
        assert chisquare([counts.pop(cell) for cell in allowed]).pvalue > 1e-3
        assert not counts
    together = np.zeros((3, 3))
    for first, second in seen:
        together[first.chosen[2], second.chosen[2]] += 1
    apart = together.sum(1, keepdims=True) * together.sum(0) / 800
    assert chisquare(together.ravel(), apart.ravel(), ddof=4).pvalue > 1e-3


def test_a_step_is_one_of_the_weights_optimiser_under_the_draw(make_session: Callable, make_batch: Callable) -> None:
    stepped, literal, train = make_session(), make_session(), make_batch(1)
    seen = rsps(stepped).step(train, None)
    loss, logits = literal.loss(train, literal.supernet.path(literal.supernet.draw(literal.rng)))
    literal.step_parameters(loss)
    assert all(torch.equal(a, b) for a, b in zip(stepped.parameters, literal.parameters, strict=True))
    assert seen == (loss, (logits.argmax(1) == train.labels).sum(), None)


def test_the_answer_is_the_best_of_uniform_draws_under_batch_statistics(make_session: Callable) -> None:
    session = make_session(reward=reward)
    found = rsps(session, connected=True, select=810).answer()
    cells = [edge_weights.chosen for edge_weights, *_ in session.scored]
    assert chisquare([cells.count(cell) for cell in CELLS]).pvalue > 1e-3  # also of cells that training would redraw
    assert {(images, statistics) for *_, images, statistics in session.scored} == {(16, "batch")}
    assert session.asked == [(16, False)] * 810
    assert found == max(CELLS, key=lambda cell: reward(Path(cell)))


def test_the_answer_is_the_best_of_those_scored(make_session: Callable) -> None:
    session = make_session(reward=reward)
    found = rsps(session, select=3).answer()
    cells = [edge_weights for edge_weights, *_ in session.scored]
    assert len(cells) == 3
    assert reward(Path(found)) == max(map(reward, cells)) < max(reward(Path(cell)) for cell in CELLS)


def test_distinct_cells_are_drawn_without_replacement(make_session: Callable) -> None:
    session = make_session(reward=reward)
    rsps(session, select=20, distinct=True).answer()
    assert len({edge_weights.chosen for edge_weights, *_ in session.scored}) == len(session.scored) == 20


def test_a_space_smaller_than_the_selection_is_scored_whole(make_session: Callable) -> None:
    session = make_session(reward=reward)
    rsps(session, select=100, distinct=True).answer()
    assert {edge_weights.chosen for edge_weights, *_ in session.scored} == set(CELLS)
    assert len(session.scored) == 27


def test_a_search_goes_on_from_its_state_to_the_bit(make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    algorithm = rsps(session)
    algorithm.step(make_batch(1), None)
    again = make_session(seed=9)
    again.rng = copy.deepcopy(session.rng)
    again.supernet.load_state_dict(session.supernet.state_dict())
    again.restore(copy.deepcopy(session.state()))
    resumed = rsps(again)
    resumed.restore(algorithm.state())
    for running in (algorithm, resumed):
        running.step(make_batch(3), None)
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, again.parameters, strict=True))
    assert algorithm.answer() == resumed.answer()


def test_a_validation_pass_is_under_another_draw_and_trains_nothing(
    make_session: Callable, make_batch: Callable
) -> None:
    session, alone = make_session(normalised=True), make_session(normalised=True)
    train, valid = make_batch(1, 8), make_batch(2, 8)
    algorithm: RSPS[Any] = RSPS(validation_pass=True)
    algorithm.begin(session)
    assert algorithm.uses_valid and not rsps(alone).uses_valid
    rsps(alone).step(train, None)
    seen = algorithm.step(train, valid)
    assert seen.valid_loss is not None and not seen.valid_loss.requires_grad
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, alone.parameters, strict=True))
    moved, still = (dict(s.supernet.named_buffers()) for s in (session, alone))
    assert any(not torch.equal(moved[name], still[name]) for name in moved)
    for _ in range(30):
        algorithm.step(train, valid)
    pairs = list(zip(session.seen[::2], session.seen[1::2], strict=True))
    assert any(first != second for first, second in pairs)

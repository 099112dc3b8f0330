import copy
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch

from nasbench_suite.algorithms.selection import SelectionSettings, best_of, most_probable
from nasbench_suite.edge_weights import Path
from nasbench_suite.errors import ConfigError


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [1, 7, 81, 1000])
def test_the_most_probable_outcomes_are_those_of_a_whole_list(seed: int, count: int) -> None:
    probabilities = np.random.default_rng(seed).dirichlet([0.7] * 3, size=4)
    everything = sorted(product(range(3), repeat=4), key=lambda outcome: -np.prod(probabilities[range(4), outcome]))
    assert most_probable(probabilities, count) == everything[:count]


def test_outcomes_of_equal_probability_come_once_each() -> None:
    found = most_probable(np.full((3, 3), 1 / 3), 27)
    assert len(set(found)) == 27


def test_impossible_outcomes_come_last() -> None:
    found = most_probable(np.array([[1.0, 0.0], [0.25, 0.75]]), 4)
    assert found[:2] == [(0, 1), (0, 0)]
    assert set(found[2:]) == {(1, 0), (1, 1)}


def test_the_best_is_the_first_of_the_highest_accuracy(make_session: Callable) -> None:
    scores = {(0, 0, 0): 10.0, (1, 1, 1): 60.0, (2, 2, 2): 60.0, (0, 1, 2): 20.0}
    session = make_session(reward=lambda edge_weights: scores[edge_weights.chosen])
    assert best_of(session, scores, SelectionSettings(1, 16, True, "running")) == (1, 1, 1)
    assert session.scored == [(Path(cell), score, 16, "running") for cell, score in scores.items()]
    assert session.asked == [(16, True)] * 4  # images of its own for each


@pytest.mark.parametrize("statistics", ["batch", "running"])
def test_a_score_is_under_the_statistics_asked_for_and_leaves_no_trace(
    statistics: str, make_session: Callable, make_batch: Callable
) -> None:
    session, images = make_session(normalised=True), make_batch(1, 64)
    for seed in range(30):
        loss, _ = session.loss(make_batch(seed), Path((2, 2, 2)))
        session.step_parameters(loss)
    before = copy.deepcopy(session.supernet)
    found = session.accuracy(images, Path((2, 2, 1)), statistics)
    assert all(torch.equal(a, b) for a, b in zip(before.buffers(), session.supernet.buffers(), strict=True))
    assert all(module.training for module in session.supernet.modules())
    before.train(statistics == "batch")
    with torch.no_grad():
        correct = before(images.images, Path((2, 2, 1))).argmax(1) == images.labels
        before.train(statistics != "batch")
        other = before(images.images, Path((2, 2, 1))).argmax(1) == images.labels
    assert found == pytest.approx(100 * correct.double().mean().item())
    assert not torch.equal(correct, other)  # so that the two can be told apart


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="select and images of 1 or more, got 0, 512"):
        SelectionSettings(0)
    with pytest.raises(ConfigError, match="select_before of 1 or more or null, got 0"):
        SelectionSettings(select_before=0)
    with pytest.raises(ConfigError, match="statistics: expected 'batch' or 'running', got 'none'"):
        SelectionSettings(statistics="none")  # type: ignore[arg-type]


def test_fewer_are_scored_before_the_last_epoch_where_the_settings_say_so(make_session: Callable) -> None:
    session = make_session()
    fewer, as_many = SelectionSettings(100, select_before=10), SelectionSettings(100)
    counts = []
    for epoch in range(session.epochs):
        session.epoch = epoch
        counts.append((fewer.count(session), as_many.count(session)))
    assert counts == [(10, 100)] * (session.epochs - 1) + [(100, 100)]


def test_the_batches_for_an_incumbent_are_of_one_round(make_session: Callable) -> None:
    session = make_session(reward=lambda edge_weights: float(edge_weights.chosen[0]))
    best_of(session, [(0, 0, 0), (1, 0, 0), (2, 0, 0)], SelectionSettings(3, 16))
    assert (session.rounds, len(session.asked)) == (1, 3)

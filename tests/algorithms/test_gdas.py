import copy
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from torch import Tensor, nn

from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.algorithms.gdas import GDAS
from nasbench_suite.edge_weights import OneHot
from nasbench_suite.errors import ConfigError


def gdas(session: Any, learning_rate: float = 3e-4) -> GDAS:
    algorithm: GDAS[Any] = GDAS(alphas=AlphaSettings(learning_rate, initial_std=1.0))
    algorithm.begin(session)
    with torch.no_grad():
        algorithm.alphas.data = algorithm.alphas.data.double()
    return algorithm


def gumbel(generator: torch.Generator) -> Tensor:
    return -torch.empty(3, 3).exponential_(generator=generator).log()


def dense(network: Any, images: Tensor, hard: Tensor) -> Tensor:
    """What the edge weights say, with every operation computed: chosen ones as images, the others as images of ones."""
    x = network.stem(images)
    for position in range(2):
        nodes = [x, 0, 0]
        for edge, (to, at) in enumerate([(1, 0), (2, 0), (2, 1)]):
            outputs = [torch.zeros_like(nodes[at]), nodes[at], network.convs[3 * position + edge](nodes[at])]
            for column, output in enumerate(outputs):
                chosen = hard[edge, column] > 0.5
                nodes[to] = nodes[to] + hard[edge, column] * (output if chosen else torch.ones_like(output))
        x = nodes[-1]
    return network.classifier(x.mean((2, 3)))


@pytest.mark.parametrize("seed", range(8))
def test_gradients_are_those_of_a_literal_dense_supernet(
    seed: int, make_session: Callable, make_batch: Callable
) -> None:
    session, valid = make_session(), make_batch(2)
    algorithm = gdas(session)
    session.noise.manual_seed(seed)
    drawn = algorithm.draw()[0]
    loss, _ = session.loss(valid, drawn)
    found = session.gradients(loss, [algorithm.alphas, *session.parameters])

    alphas = algorithm.alphas.detach().clone().requires_grad_()
    p = ((alphas.log_softmax(-1) + gumbel(torch.Generator().manual_seed(seed))) / 10.0).softmax(-1)
    onehot = nn.functional.one_hot(p.argmax(-1), 3).double()
    logits = dense(session.supernet, valid.images, onehot - p.detach() + p)
    literal = torch.autograd.grad(
        nn.functional.cross_entropy(logits, valid.labels),
        [alphas, *session.parameters],
        allow_unused=True,
        materialize_grads=True,
    )
    for ours, theirs in zip(found, literal, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
    if 0 not in drawn.chosen:  # where images flow along every edge, the alphas of what is not chosen learn as well
        assert (found[0] != 0).all()


@pytest.mark.parametrize("seed", range(8))
def test_operations_not_chosen_are_not_trained(seed: int, make_session: Callable, make_batch: Callable) -> None:
    session, valid = make_session(), make_batch(2)
    algorithm = gdas(session)
    session.noise.manual_seed(seed)
    drawn = algorithm.draw()[0]
    loss, _ = session.loss(valid, drawn)
    found = iter(session.gradients(loss, list(session.supernet.convs.parameters())))
    for index, conv in enumerate(session.supernet.convs):
        trained = [bool((next(found) != 0).any()) for _ in conv.parameters()]
        if drawn.chosen[index % 3] != 2:
            assert not any(trained)
        elif drawn.chosen[0] != 0 and drawn.chosen[1] == 0:
            assert any(trained)


def test_weights_are_one_hot_in_value_and_name_what_is_chosen(make_session: Callable) -> None:
    algorithm = gdas(make_session())
    for _ in range(50):
        drawn = algorithm.draw()[0]
        onehot = nn.functional.one_hot(torch.tensor(drawn.chosen), 3).double()
        torch.testing.assert_close(drawn.values.detach(), onehot, rtol=0, atol=1e-12)


@pytest.mark.parametrize("tau", [10.0, 0.1])
def test_draws_have_the_probabilities_of_the_softmax_at_any_temperature(tau: float, make_session: Callable) -> None:
    session = make_session(epochs=2)
    algorithm = gdas(session)
    session.epoch = 0 if tau == 10.0 else 1
    assert algorithm.tau == pytest.approx(tau)
    drawn = np.array([algorithm.draw()[0].chosen for _ in range(3000)])
    expected = 3000 * algorithm.probabilities().detach().numpy()
    for edge in range(3):
        assert chisquare(np.bincount(drawn[:, edge], minlength=3), expected[edge]).pvalue > 1e-3


def test_the_two_passes_of_a_step_see_two_draws_each_shared_by_all_cells(
    make_session: Callable, make_batch: Callable
) -> None:
    session = make_session()
    algorithm = gdas(session)
    pairs = Counter()
    for _ in range(30):
        session.seen.clear()
        algorithm.step(make_batch(1), make_batch(2))
        first, second = session.seen
        assert isinstance(first, OneHot)  # one value for all positions, not a sequence
        assert isinstance(second, OneHot)
        assert not first.values.requires_grad
        pairs[first.chosen == second.chosen] += 1
    assert pairs[False] > 15


def test_a_step_moves_the_weights_then_the_alphas(make_session: Callable, make_batch: Callable) -> None:
    train, valid = make_batch(1), make_batch(2)
    stepped, literal = make_session(), make_session()
    algorithm, by_hand = gdas(stepped, 0.1), gdas(literal, 0.1)
    seen = algorithm.step(train, valid)
    loss, _ = literal.loss(train, by_hand.draw()[0])
    literal.step_parameters(loss)
    after, _ = literal.loss(valid, by_hand.draw()[0])
    by_hand.step_alphas(torch.autograd.grad(after, by_hand.alphas)[0])
    assert torch.equal(algorithm.alphas, by_hand.alphas)
    assert all(torch.equal(a, b) for a, b in zip(stepped.parameters, literal.parameters, strict=True))
    assert (seen.train_loss, seen.valid_loss) == (loss, after)


def test_the_temperature_falls_linearly_from_the_first_epoch_to_the_last(make_session: Callable) -> None:
    session = make_session(epochs=250)
    algorithm = gdas(session)
    seen = []
    for session.epoch in range(250):
        seen.append(algorithm.tau)
    assert (seen[0], seen[-1]) == (10.0, pytest.approx(0.1))
    np.testing.assert_allclose(np.diff(seen), -9.9 / 249)


def test_a_single_epoch_has_the_first_temperature(make_session: Callable) -> None:
    assert gdas(make_session(epochs=1)).tau == 10.0


def test_noise_that_is_not_finite_is_drawn_again(make_session: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    algorithm = gdas(make_session())
    drawn = iter([torch.tensor([[0.0] * 3] * 3), torch.ones(3, 3)])
    monkeypatch.setattr(torch.Tensor, "exponential_", lambda self, generator: next(drawn))
    assert torch.equal(algorithm._gumbel(), torch.zeros(3, 3))


def test_a_search_goes_on_from_its_state_to_the_bit(make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    algorithm = gdas(session, 0.1)
    algorithm.step(make_batch(1), make_batch(2))
    kept, network, sgd = algorithm.state(), *map(copy.deepcopy, (session.supernet, session.state()))
    noise = session.noise.get_state()
    algorithm.step(make_batch(3), make_batch(4))
    again = make_session(seed=9)
    again.supernet.load_state_dict(network.state_dict())
    again.restore(sgd)
    resumed = gdas(again, 0.1)
    resumed.restore(kept)
    again.noise.set_state(noise)
    resumed.step(make_batch(3), make_batch(4))
    assert torch.equal(algorithm.alphas, resumed.alphas)
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, again.parameters, strict=True))


def test_temperatures_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="temperatures > 0, got 10 and 0"):
        GDAS(10, 0)

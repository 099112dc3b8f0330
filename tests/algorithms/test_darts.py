import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.algorithms.darts import DARTS
from nasbench_suite.edge_weights import Mixture
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.batch import Batch


def darts(session: Any, order: int = 2, parameters_first: bool = True, **settings: float) -> DARTS:
    alphas = AlphaSettings(**{"initial_std": 1.0} | settings)
    algorithm: DARTS[Any] = DARTS(order, parameters_first, alphas)  # type: ignore[arg-type]
    algorithm.begin(session)
    with torch.no_grad():
        algorithm.alphas.data = algorithm.alphas.data.double()
    return algorithm


def warmed_up(session: Any, batch: Batch) -> None:
    """Three steps of the parameters, so that the momentum buffers hold something."""
    for _ in range(3):
        loss, _ = session.loss(batch, Mixture(torch.full((3, 3), 1 / 3, dtype=torch.float64)))
        session.step_parameters(loss)


def loss_at(network: nn.Module, parameters: dict[str, Tensor], alphas: Tensor, batch: Batch) -> Tensor:
    logits = functional_call(network, parameters, (batch.images, Mixture(alphas.softmax(-1))))
    return nn.functional.cross_entropy(logits, batch.labels)


def unrolled(session: Any, parameters: dict[str, Tensor], alphas: Tensor, train: Batch) -> dict[str, Tensor]:
    """The parameters after their optimiser's step, a differentiable function of the alphas."""
    loss = loss_at(session.supernet, parameters, alphas, train)
    gradients = torch.autograd.grad(loss, list(parameters.values()), create_graph=True)
    group, state = session.optimizer.param_groups[0], session.optimizer.state
    after = {}
    for (name, w), g, parameter in zip(parameters.items(), gradients, session.parameters, strict=True):
        buffer = state[parameter].get("momentum_buffer", torch.zeros_like(w))
        after[name] = w - group["lr"] * (group["momentum"] * buffer + g + group["weight_decay"] * w)
    return after


@pytest.mark.parametrize("warm", [False, True])
def test_the_second_order_gradient_is_that_of_autograd_through_the_unrolled_step(
    warm: bool, make_session: Callable, make_batch: Callable
) -> None:
    # a rate at which the second term weighs
    session, train, valid = make_session(learning_rate=1.0), make_batch(1), make_batch(2)
    if warm:
        warmed_up(session, make_batch(3))
    algorithm = darts(session)
    found, loss = algorithm._second_order(train, valid)

    alphas = algorithm.alphas.detach().clone().requires_grad_()
    parameters = {name: w.detach().clone().requires_grad_() for name, w in session.supernet.named_parameters()}
    literal = loss_at(session.supernet, unrolled(session, parameters, alphas, train), alphas, valid)
    (exact,) = torch.autograd.grad(literal, alphas)
    torch.testing.assert_close(loss, literal.detach(), rtol=1e-12, atol=0)
    torch.testing.assert_close(found, exact, rtol=1e-3, atol=1e-7)

    # the tolerance tells it from the gradient without the second term
    first = torch.autograd.grad(
        loss_at(session.supernet, unrolled(session, parameters, alphas.detach(), train), alphas, valid), alphas
    )[0]
    assert (first - exact).norm() > 0.02 * exact.norm()


def test_the_second_order_gradient_is_the_published_finite_difference(
    make_session: Callable, make_batch: Callable
) -> None:
    session, train, valid = make_session(), make_batch(1), make_batch(2)
    warmed_up(session, make_batch(3))
    session.optimizer.param_groups[0]["lr"] = 0.037  # of the epoch under way, not of the settings
    algorithm = darts(session)
    found, _ = algorithm._second_order(train, valid)

    alphas = algorithm.alphas.detach().clone().requires_grad_()
    names = [name for name, _ in session.supernet.named_parameters()]
    w = {name: p.detach().clone().requires_grad_() for name, p in session.supernet.named_parameters()}
    ahead = {k: v.detach().requires_grad_() for k, v in unrolled(session, w, alphas, train).items()}
    dalpha, *v = torch.autograd.grad(loss_at(session.supernet, ahead, alphas, valid), [alphas, *ahead.values()])
    radius = 0.01 / torch.cat([x.flatten() for x in v]).norm()
    above, below = (
        torch.autograd.grad(
            loss_at(
                session.supernet,
                {name: w[name] + sign * radius * x for name, x in zip(names, v, strict=True)},
                alphas,
                train,
            ),
            alphas,
        )[0]
        for sign in (1, -1)
    )
    torch.testing.assert_close(found, dalpha - 0.037 * (above - below) / (2 * radius), rtol=1e-9, atol=1e-12)


def test_a_look_ahead_leaves_the_weights_as_they_were_to_the_bit(make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    warmed_up(session, make_batch(3))
    algorithm = darts(session)
    before = copy.deepcopy(session.supernet.state_dict())
    moments = [session.optimizer.state[w]["momentum_buffer"].clone() for w in session.parameters]
    algorithm._second_order(make_batch(1), make_batch(2))
    assert all(torch.equal(before[name], now) for name, now in session.supernet.state_dict().items())
    assert all(
        torch.equal(m, session.optimizer.state[w]["momentum_buffer"])
        for m, w in zip(moments, session.parameters, strict=True)
    )


def test_the_weights_come_back_where_a_look_ahead_fails(make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    algorithm, train = darts(session), make_batch(1)
    before = copy.deepcopy(session.supernet.state_dict())
    with pytest.raises(RuntimeError):
        algorithm._second_order(train, Batch(train.images[:, :, 0], train.labels, train.total))
    assert all(torch.equal(before[name], now) for name, now in session.supernet.state_dict().items())


def test_a_look_ahead_leaves_the_published_trace_in_running_statistics(
    make_session: Callable, make_batch: Callable
) -> None:
    session, train = make_session(normalised=True), make_batch(1)
    algorithm = darts(session)
    literal = copy.deepcopy(session.supernet)
    algorithm._second_order(train, make_batch(2))
    norm, other = session.supernet.stem[1], literal.stem[1]
    # three passes of the training batch, of which two at slightly other parameters, and none of the validation batch
    features = literal.stem[0](train.images)
    mean = torch.zeros(2, dtype=torch.float64)
    for _ in range(3):
        mean = 0.9 * mean + 0.1 * features.mean((0, 2, 3))
    assert torch.equal(other.running_mean, torch.zeros(2, dtype=torch.float64))
    torch.testing.assert_close(norm.running_mean, mean.detach(), rtol=0.1, atol=2e-3)


def test_the_first_order_gradient_takes_the_weights_as_given(make_session: Callable, make_batch: Callable) -> None:
    session, valid = make_session(), make_batch(2)
    algorithm = darts(session, order=1)
    alphas = algorithm.alphas.detach().clone().requires_grad_()
    literal = loss_at(session.supernet, dict(session.supernet.named_parameters()), alphas, valid)
    found, loss = algorithm._first_order(make_batch(1), valid)
    torch.testing.assert_close(found, torch.autograd.grad(literal, alphas)[0], rtol=1e-12, atol=1e-15)
    assert loss == literal


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("parameters_first", [True, False])
def test_a_step_moves_first_what_it_is_told_to(
    order: int, parameters_first: bool, make_session: Callable, make_batch: Callable
) -> None:
    train, valid = make_batch(1), make_batch(2)
    stepped, literal = (make_session() for _ in range(2))
    algorithm = darts(stepped, order, parameters_first, learning_rate=0.1)
    seen = algorithm.step(train, valid)
    by_hand = darts(literal, order, parameters_first, learning_rate=0.1)
    for move in ("parameters", "alphas") if parameters_first else ("alphas", "parameters"):
        if move == "parameters":
            loss, logits = literal.loss(train, Mixture(by_hand.alphas.detach().softmax(-1)))
            literal.step_parameters(loss)
        else:
            by_hand.step_alphas((by_hand._first_order if order == 1 else by_hand._second_order)(train, valid)[0])
    assert torch.equal(algorithm.alphas, by_hand.alphas)
    assert all(torch.equal(a, b) for a, b in zip(stepped.parameters, literal.parameters, strict=True))
    assert seen.train_loss == loss.detach()
    assert seen.train_correct == (logits.argmax(1) == train.labels).sum()


def test_alphas_start_small_and_move_as_adam_does(make_session: Callable) -> None:
    session = make_session()
    algorithm: DARTS[Any] = DARTS(1)
    algorithm.begin(session)
    expected = 1e-3 * torch.randn(3, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(algorithm.alphas, expected)
    literal = expected.clone().requires_grad_()
    adam = torch.optim.Adam([literal], lr=3e-4, betas=(0.5, 0.999), weight_decay=1e-3)
    for seed in range(3):
        gradient = torch.randn(3, 3, generator=torch.Generator().manual_seed(seed))
        algorithm.step_alphas(gradient)
        literal.grad = gradient
        adam.step()
    assert torch.equal(algorithm.alphas, literal)


def test_the_incumbent_has_every_edges_largest_alpha_even_none(make_session: Callable) -> None:
    session = make_session()
    algorithm = darts(session)
    with torch.no_grad():
        algorithm.alphas.copy_(torch.tensor([[1.0, 0.0, 0.0], [0.0, 1e-9, 0.0], [0.0, 0.0, 2.0]]))
    assert algorithm.incumbent() == (0, 1, 2)
    np.testing.assert_allclose(algorithm.edge_weights().sum(1), 1)


@pytest.mark.parametrize("order", [1, 2])
def test_a_search_goes_on_from_its_state_to_the_bit(order: int, make_session: Callable, make_batch: Callable) -> None:
    session = make_session()
    algorithm = darts(session, order, learning_rate=0.1)
    algorithm.step(make_batch(1), make_batch(2))
    kept, network, sgd = algorithm.state(), *map(copy.deepcopy, (session.supernet, session.state()))
    algorithm.step(make_batch(3), make_batch(4))
    again = make_session(seed=9)
    again.supernet.load_state_dict(network.state_dict())
    again.restore(sgd)
    resumed = darts(again, order, learning_rate=0.1)
    resumed.restore(kept)
    resumed.step(make_batch(3), make_batch(4))
    assert torch.equal(algorithm.alphas, resumed.alphas)
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, again.parameters, strict=True))


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="order: expected 1 or 2, got 3"):
        DARTS(3)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="learning_rate > 0"):
        AlphaSettings(learning_rate=0.0)


def test_the_norm_that_is_limited_takes_in_the_alphas_as_the_published_code_does(
    make_session: Callable, make_batch: Callable
) -> None:
    train, valid, limit = make_batch(1), make_batch(2), 0.05
    settings = {"clip": limit, "momentum": 0.0, "weight_decay": 0.0}
    stepped, by_hand = make_session(**settings), make_session(**settings)
    algorithm: DARTS[Any] = DARTS(1, True, AlphaSettings(learning_rate=0.1, initial_std=1.0, in_clip=True))
    algorithm.begin(stepped)
    alphas = algorithm.alphas.detach().clone().requires_grad_()
    adam = torch.optim.Adam([alphas], lr=0.1, betas=(0.5, 0.999), weight_decay=1e-3)
    sgd = torch.optim.SGD(by_hand.parameters, lr=0.1)
    apart = []
    for _ in range(3):
        # the published loop: zero_grad of each optimiser leaves the other's gradients where they are
        sgd.zero_grad()
        by_hand.loss(train, Mixture(alphas.softmax(-1)))[0].backward()
        parameters = [w.grad for w in by_hand.parameters if w.grad is not None]
        apart.append(float(alphas.grad.norm() / torch.linalg.vector_norm(torch.cat([g.flatten() for g in parameters]))))
        torch.nn.utils.clip_grad_norm_([*by_hand.parameters, alphas], limit)
        sgd.step()
        adam.zero_grad()
        by_hand.loss(valid, Mixture(alphas.softmax(-1)))[0].backward()
        adam.step()
        algorithm.step(train, valid)
        torch.testing.assert_close(algorithm.alphas, alphas, rtol=1e-6, atol=1e-9)
        for ours, theirs in zip(stepped.parameters, by_hand.parameters, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)
    assert max(apart) > 1e-2  # so that a norm without the alphas would be seen

"""What moves the supernet's parameters, and which of them."""

import copy
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from nasbench_suite.edge_weights import Mixture
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session

POOLS, CONVOLUTIONS = (4, 4, 4, 4, 4, 4), (3, 3, 3, 3, 3, 3)


@pytest.fixture
def session(tiny: ModuleType) -> Session[Any]:
    """On a supernet with biases in its cells, which normalisation takes away again."""
    trainer = tiny.make()
    trainer._supernet.train()
    found: Session[Any] = trainer._session
    return found


@pytest.fixture
def batch(tiny: ModuleType) -> Batch:
    data = tiny.digits()
    return Batch(data.train.pixels[:20].float() / 16, data.train.labels[:20], 20)


def kept(session: Session[Any]) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in session.supernet.named_parameters()}


def step(session: Session[Any], batch: Batch, arch: tuple[int, ...]) -> set[str]:
    """Does a step, and returns the names of the parameters that it moved."""
    before = kept(session)
    loss, _ = session.loss(batch, session.supernet.path(arch))
    session.step_parameters(loss)
    return {name for name, value in kept(session).items() if not torch.equal(value, before[name])}


def in_cells(names: set[str]) -> set[str]:
    return {name for name in names if "leaving" in name}


def test_what_no_step_has_used_stays_as_it_is_and_what_one_has_used_goes_on(
    session: Session[Any], batch: Batch
) -> None:
    cells = in_cells(set(kept(session)))
    assert in_cells(step(session, batch, POOLS)) == set()
    used = in_cells(step(session, batch, CONVOLUTIONS))
    assert used == {name for name in cells if "nor_conv_3x3" in name} < cells
    # momentum and decay, of the biases too, whose gradient is zero
    assert in_cells(step(session, batch, POOLS)) == used


def test_a_step_is_pytorchs_with_gradients_that_appear_when_they_are_used(session: Session[Any], batch: Batch) -> None:
    settings, parameters = session.optimizer.param_groups[0], session.parameters
    literal = [parameter.detach().clone().requires_grad_() for parameter in parameters]
    names = [name for name, _ in session.supernet.named_parameters()]
    sgd = torch.optim.SGD(
        literal, lr=settings["lr"], momentum=settings["momentum"], weight_decay=settings["weight_decay"], nesterov=True
    )
    for arch in (POOLS, (2,) * 6, POOLS, CONVOLUTIONS, POOLS):
        sgd.zero_grad(set_to_none=False)
        out = torch.func.functional_call(
            session.supernet, dict(zip(names, literal, strict=True)), (batch.images, session.supernet.path(arch))
        )
        nn.functional.cross_entropy(out, batch.labels).backward()
        for parameter, name in zip(literal, names, strict=True):
            weight = literal[names.index(name.replace("bias", "weight"))]
            if name.endswith("convolution.bias") and parameter.grad is None and weight.grad is not None:
                parameter.grad = torch.zeros_like(parameter)  # what cancels to it in the published network
        nn.utils.clip_grad_norm_([w for w in literal if w.grad is not None], 5.0)
        sgd.step()
        loss, _ = session.loss(batch, session.supernet.path(arch))
        session.step_parameters(loss)
        for ours, theirs in zip(parameters, literal, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_a_pass_for_the_architecture_counts_as_use(session: Session[Any], batch: Batch) -> None:
    alphas = torch.zeros(6, 5, requires_grad=True)
    loss, _ = session.loss(batch, Mixture(alphas.softmax(1)))
    session.gradients(loss, [alphas])
    assert in_cells(step(session, batch, POOLS)) == in_cells(set(kept(session)))


def test_a_state_says_what_has_a_gradient(tiny: ModuleType, session: Session[Any], batch: Batch) -> None:
    step(session, batch, (2,) * 6)
    trainer = tiny.make(seed=5)
    trainer._supernet.train()
    trainer._supernet.load_state_dict(session.supernet.state_dict())
    trainer._session.restore(copy.deepcopy(session.state()))
    assert step(session, batch, POOLS) == step(trainer._session, batch, POOLS)
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, trainer._session.parameters, strict=True))


def test_looking_moves_running_statistics_and_nothing_else(session: Session[Any], batch: Batch) -> None:
    before = {name: value.clone() for name, value in session.supernet.state_dict().items()}
    loss = session.look_at(batch, session.supernet.path(CONVOLUTIONS))
    assert not loss.requires_grad
    moved = {name for name, now in session.supernet.state_dict().items() if not torch.equal(before[name], now)}
    assert moved and all("running" in name or "batches_tracked" in name for name in moved)

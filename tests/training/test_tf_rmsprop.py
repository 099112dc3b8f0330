"""TensorFlow's RMSProp against its definition, number by number."""

from math import sqrt

import pytest
import torch

from nasbench_suite.errors import ConfigError
from nasbench_suite.training.tf_rmsprop import TFRMSProp

GRADIENTS = [0.5, -2.0, 0.0, 3.0, 1e-3]
RATES = [0.0, 0.2, 0.1, 0.05, 0.01]


def by_hand(weight: float, decay: float, momentum: float, eps: float, l2: float) -> list[float]:
    mean_square, velocity, parameters = 1.0, 0.0, []
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        slope = gradient + l2 * weight
        mean_square = decay * mean_square + (1 - decay) * slope * slope
        velocity = momentum * velocity + rate * slope / sqrt(mean_square + eps)
        weight -= velocity
        parameters.append(weight)
    return parameters


def trained(optimizer_settings: dict, start: list[float]) -> list[list[float]]:
    parameters = [torch.tensor([value], dtype=torch.float64, requires_grad=True) for value in start]
    idle = torch.tensor([7.0], requires_grad=True)  # never gets a gradient
    optimizer = TFRMSProp([*parameters, idle], lr=99.0, **optimizer_settings)
    path = []
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        for weight in parameters:
            weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
        path.append([weight.item() for weight in parameters])
    assert idle.item() == 7.0
    return path


@pytest.mark.parametrize(
    ("decay", "momentum", "eps", "l2"), [(0.9, 0.9, 1.0, 1e-4), (0.5, 0.0, 1e-3, 0.0), (0.0, 0.5, 2.0, 0.25)]
)
def test_every_step_is_the_definitions(decay: float, momentum: float, eps: float, l2: float) -> None:
    start = [1.0, -0.25]
    path = trained({"decay": decay, "momentum": momentum, "eps": eps, "weight_decay": l2}, start)
    expected = zip(*(by_hand(value, decay, momentum, eps, l2) for value in start), strict=True)
    for step, wanted in zip(path, expected, strict=True):
        assert step == pytest.approx(list(wanted), rel=1e-12)


def test_it_is_not_torchs() -> None:
    ours = trained({"eps": 1.0}, [1.0])[-1][0]
    weight = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    theirs = torch.optim.RMSprop([weight], lr=0.1, alpha=0.9, momentum=0.9, eps=1.0)
    for gradient, rate in zip(GRADIENTS, RATES, strict=True):
        theirs.param_groups[0]["lr"] = rate
        weight.grad = torch.full_like(weight, gradient)
        theirs.step()
    assert abs(ours - weight.item()) > 0.01


def test_a_saved_state_goes_on_as_if_never_stopped() -> None:
    def step(weight: torch.Tensor, optimizer: TFRMSProp, gradient: float) -> None:
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()

    straight = torch.ones(3, requires_grad=True)
    optimizer = TFRMSProp([straight], lr=0.1, weight_decay=1e-4)
    for gradient in GRADIENTS:
        step(straight, optimizer, gradient)
    first = torch.ones(3, requires_grad=True)
    optimizer = TFRMSProp([first], lr=0.1, weight_decay=1e-4)
    for gradient in GRADIENTS[:2]:
        step(first, optimizer, gradient)
    second = first.detach().clone().requires_grad_()
    resumed = TFRMSProp([second], lr=0.1, weight_decay=1e-4)
    resumed.load_state_dict(optimizer.state_dict())
    for gradient in GRADIENTS[2:]:
        step(second, resumed, gradient)
    assert torch.equal(straight, second)


@pytest.mark.parametrize("wrong", [{"decay": 1.0}, {"momentum": -0.1}, {"eps": 0.0}, {"weight_decay": -1.0}])
def test_values_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(ConfigError, match="TFRMSProp needs"):
        TFRMSProp([torch.ones(1, requires_grad=True)], lr=0.1, **wrong)

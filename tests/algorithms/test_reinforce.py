from collections.abc import Callable

import numpy as np
import pytest

from nasbench_suite.algorithms.reinforce import MovingAverage, Reinforce
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.variables import Categorical

FIDELITY = Fidelity(12, 12)


def policy(seed: int = 0, learning_rate: float = 0.1, space: NB201 | None = None) -> Reinforce:
    rng = np.random.default_rng(seed)
    return Reinforce(space or NB201(), [FIDELITY], rng, learning_rate, 0.9, 1e-3, (0.9, 0.999), 1e-8)


def seen(accuracy: float) -> Observation:
    return Observation(FIDELITY, accuracy, 1.0, None)


def reward(cell: tuple[int, ...]) -> float:
    return 50.0 + 7.0 * sum(cell) - 3.0 * cell[2]


def test_the_update_is_that_of_torchs_adam_on_the_published_loss() -> None:
    import torch

    ours = policy()
    logits = torch.tensor(ours._logits, requires_grad=True)
    adam = torch.optim.Adam([logits], lr=0.1)
    numerator = denominator = 0.0
    for _ in range(60):
        proposal = ours.ask()
        accuracy = reward(proposal.arch)
        numerator, denominator = 0.9 * numerator + (1 - 0.9) * accuracy, 0.9 * denominator + (1 - 0.9)
        chosen = torch.distributions.Categorical(torch.softmax(logits, dim=-1)).log_prob(torch.tensor(proposal.arch))
        loss = (-chosen * (accuracy - numerator / denominator)).sum()
        adam.zero_grad()
        loss.backward()
        adam.step()
        ours.tell(proposal, seen(accuracy))
        np.testing.assert_allclose(ours._logits, logits.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_the_baseline_counts_the_value_at_hand_and_is_bias_corrected() -> None:
    average = MovingAverage(0.9)
    assert average.update(70.0) == pytest.approx(70.0)
    assert average.update(80.0) == pytest.approx((0.9 * 0.1 * 70 + 0.1 * 80) / (1 - 0.9**2))


def test_a_first_result_moves_nothing_because_it_is_its_own_baseline() -> None:
    algorithm = policy()
    before = algorithm._logits.copy()
    algorithm.tell(algorithm.ask(), seen(93.0))
    np.testing.assert_allclose(algorithm._logits, before, atol=1e-6)  # a step of Adam's would be 0.1


def test_draws_follow_the_softmax() -> None:
    algorithm = policy()
    algorithm._logits[0] = [0.0, 1.0, 2.0, -1.0, 0.5]
    algorithm._probabilities()
    expected = np.exp(algorithm._logits[0]) / np.exp(algorithm._logits[0]).sum()
    drawn = np.bincount([algorithm._draw()[0] for _ in range(20_000)], minlength=5) / 20_000
    np.testing.assert_allclose(drawn, expected, atol=4 * np.sqrt(0.25 / 20_000))


def test_it_finds_what_pays() -> None:
    algorithm = policy()
    cells = []
    for _ in range(300):
        proposal = algorithm.ask()
        cells.append(proposal.arch)
        algorithm.tell(proposal, seen(reward(proposal.arch)))
    assert np.mean([reward(c) for c in cells[-50:]]) > np.mean([reward(c) for c in cells[:50]]) + 30


def test_the_gradient_is_that_of_the_policy_that_drew() -> None:
    """Results in another order than the questions' give another order of updates, not other gradients."""
    algorithm = policy()
    first, second = algorithm.ask(), algorithm.ask()
    gradients = {proposal.id: algorithm._gradients[proposal.id].copy() for proposal in (first, second)}
    algorithm.tell(second, seen(80.0))
    np.testing.assert_array_equal(algorithm._gradients[first.id], gradients[first.id])


def test_a_diverged_training_moves_nothing() -> None:
    algorithm = policy()
    for _ in range(3):
        proposal = algorithm.ask()
        algorithm.tell(proposal, seen(reward(proposal.arch)))
    before = algorithm._logits.copy()
    algorithm.tell(algorithm.ask(), seen(float("nan")))
    np.testing.assert_array_equal(algorithm._logits, before)
    assert np.isfinite(before).all()


class Ragged(NB201):
    """Cells whose first edge has three operations, and of which many codes are none."""

    variables = (Categorical("0->1", ("none", "skip_connect", "nor_conv_1x1")), *NB201.variables[1:])


def test_variables_may_have_different_numbers_of_choices() -> None:
    algorithm = policy(learning_rate=0.5, space=Ragged())
    for _ in range(300):
        proposal = algorithm.ask()
        assert proposal.arch[0] < 3
        algorithm.tell(proposal, seen(reward(proposal.arch)))


@pytest.mark.parametrize(("learning_rate", "momentum"), [(0.0, 0.9), (0.1, 1.0), (0.1, -0.1)])
def test_settings_that_make_no_sense_are_refused(learning_rate: float, momentum: float) -> None:
    with pytest.raises(ConfigError, match="reinforce"):
        Reinforce(NB201(), [FIDELITY], np.random.default_rng(0), learning_rate, momentum, 1e-3, (0.9, 0.999), 1e-8)


@pytest.mark.parametrize(("protocol", "rate"), [("nb201", 0.1), ("nats", 0.01)])
def test_the_protocols_have_the_published_settings(protocol: str, rate: float, composed: Callable) -> None:
    config = composed(f"protocol={protocol}", "algorithm=reinforce").config
    settings = config["algorithm"]
    assert (settings["learning_rate"], settings["ema_momentum"]) == (rate, 0.9)
    assert (settings["betas"], settings["eps"], settings["initial_std"]) == ([0.9, 0.999], 1e-8, 1e-3)
    assert config["budget"]["overstep"] == "keep"

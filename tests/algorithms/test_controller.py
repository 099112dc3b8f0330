from itertools import product

import pytest
import torch
from scipy.stats import chisquare

from nasbench_suite.algorithms.controller import Controller, ControllerSettings
from nasbench_suite.variables import Categorical

SAME = tuple(Categorical(f"edge {n}", ("none", "skip", "conv")) for n in range(3))
CODES = torch.tensor(list(product(range(3), repeat=3)))


def controller(seed: int = 0, variables: tuple[Categorical, ...] = SAME, initial_range: float = 1.5) -> Controller:
    """In float64, so that no expectation stands or falls with a CPU's rounding."""
    settings = ControllerSettings(initial_range=initial_range)
    return Controller(variables, settings, torch.Generator().manual_seed(seed)).double()


def literal(policy: Controller, codes: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """One architecture, decision by decision."""
    inputs, state, log_probability, entropy = policy.first, None, 0.0, 0.0
    for code in codes:
        outputs, state = policy.lstm(inputs, state)
        logits = 2.5 * torch.tanh(policy.predictions[0](outputs) / 5.0)
        distribution = torch.distributions.Categorical(logits=logits.flatten())
        log_probability = log_probability + distribution.log_prob(torch.tensor(code))
        entropy = entropy + distribution.entropy()
        inputs = policy.embeddings[0](torch.tensor([[code]]))
    return log_probability, entropy


def test_decisions_taken_together_are_those_taken_one_by_one() -> None:
    policy = controller()
    found = policy(27, CODES)
    assert torch.equal(found.codes, CODES)
    for row, codes in enumerate(CODES.tolist()):
        log_probability, entropy = literal(policy, codes)
        torch.testing.assert_close(found.log_probability[row], log_probability)
        torch.testing.assert_close(found.entropy[row], entropy)


def test_probabilities_of_all_architectures_add_up_to_one() -> None:
    probabilities = controller()(27, CODES).log_probability.exp()
    assert probabilities.sum().item() == pytest.approx(1)
    assert probabilities.max() > 2 * probabilities.min()  # it does not draw uniformly


def test_draws_have_these_probabilities() -> None:
    policy = controller()
    drawn = policy(5000).codes @ torch.tensor([9, 3, 1])
    expected = 5000 * policy(27, CODES).log_probability.exp().detach()
    assert chisquare(torch.bincount(drawn, minlength=27), expected).pvalue > 1e-3


def test_logits_are_bounded_however_sure_the_prediction() -> None:
    policy = controller(initial_range=1000.0)
    log_p = policy(27, CODES).log_probability
    assert log_p.max() - log_p.min() <= 3 * 2 * 2.5 + 1e-5
    assert log_p.max() - log_p.min() > 5


def test_parameters_start_as_published_from_the_given_noise_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    one, two, other = controller(0, initial_range=0.1), controller(0, initial_range=0.1), controller(1)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(one.first, other.first)
    narrow = {"first", "lstm.weight_ih_l0", "lstm.weight_hh_l0", "embeddings.0.weight", "predictions.0.weight"}
    for name, parameter in one.named_parameters():
        largest = parameter.abs().max().item()
        assert (largest <= 0.1) == (name in narrow)
        assert largest <= 32**-0.5


def test_variables_of_other_choices_have_embeddings_of_their_own() -> None:
    mixed = (Categorical("input", ("0", "1")), SAME[0], Categorical("input 2", ("0", "1")), SAME[1])
    policy = controller(variables=mixed)
    assert [len(e.weight) for e in policy.embeddings] == [2, 3]
    codes = torch.tensor(list(product(range(2), range(3), range(2), range(3))))
    assert policy(36, codes).log_probability.exp().sum().item() == pytest.approx(1)
    assert policy(200).codes.max(0).values.tolist() == [1, 2, 1, 2]

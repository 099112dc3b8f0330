import copy
from collections.abc import Callable
from itertools import product, repeat
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from nasbench_suite.algorithms.controller import ControllerSettings, Decisions
from nasbench_suite.algorithms.enas import ENAS, ControllerTraining
from nasbench_suite.algorithms.selection import Scores, SelectionSettings
from nasbench_suite.edge_weights import Path
from nasbench_suite.errors import ConfigError

CODES = torch.tensor(list(product(range(3), repeat=3)))
SETTINGS: dict[str, Any] = {
    "steps": 3,
    "aggregate": 4,
    "learning_rate": 0.01,
    "entropy_weight": 1e-2,
    "entropy_gradient": False,
}


def enas(session: Any, initial_range: float = 0.5, images: int = 16, **training: Any) -> ENAS:
    algorithm: ENAS[Any] = ENAS(
        ControllerSettings(hidden=8, initial_range=initial_range),
        ControllerTraining(**SETTINGS | training),
        SelectionSettings(10, images, True),
    )
    algorithm.begin(session)
    return algorithm


def reward(edge_weights: Path) -> float:
    first, second, third = edge_weights.chosen
    return 50.0 + 20.0 * (first == 2) - 15.0 * second + 10.0 * (first == third)


def recorded(algorithm: ENAS) -> list[Decisions]:
    """What the controller decides from here on."""
    decided: list[Decisions] = []
    original = algorithm.controller.forward

    def forward(count: int, codes: Tensor | None = None) -> Decisions:
        decided.append(original(count, codes))
        return decided[-1]

    algorithm.controller.forward = forward  # type: ignore[method-assign]
    return decided


def flat(parameters: Any) -> Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in parameters])


@pytest.mark.parametrize("entropy_gradient", [False, True])
def test_the_policy_gradient_is_that_of_the_expected_reward_over_all_cells(
    entropy_gradient: bool, make_session: Callable
) -> None:
    session = make_session()
    # a weight of the entropy at which its gradient can be told from none
    settings = {"clip": None, "entropy_weight": 0.2, "entropy_gradient": entropy_gradient, "initial_range": 1.5}
    algorithm = enas(session, aggregate=30_000, **settings)
    literal = copy.deepcopy(algorithm.controller)
    every = literal(27, CODES)
    p = every.log_probability.exp()
    accuracy = torch.tensor([reward(Path(tuple(cell))) / 100 for cell in CODES.tolist()])
    gained = accuracy + 0.2 * every.entropy.detach()
    algorithm.baseline = float(p.detach() @ gained)  # any number would do; this one keeps the noise low

    session.valid_batches = lambda images, augmented: repeat(None)
    session.accuracy = lambda batch, edge_weights, statistics: reward(edge_weights)
    algorithm._step_controller(Scores(session, algorithm._selection))

    # 0.99 is what is left of reward - baseline, for the baseline holds a hundredth of the reward
    loss = -0.99 * p @ gained
    if entropy_gradient:
        loss = loss - 0.99 * (p * every.log_probability).detach() @ (0.2 * every.entropy)
    loss.backward()
    found, exact = flat(algorithm.controller.parameters()), flat(literal.parameters())
    assert (found - exact).norm() < 0.05 * exact.norm()


def replay(
    algorithm: ENAS, codes: list[Tensor], policy: nn.Module, adam: torch.optim.Adam, previous: float | None
) -> float:
    """The published loop: a cell at a time, its loss added to the gradient, a step for every few cells."""
    baselines = []
    policy.zero_grad()
    for step in codes:
        for cell in step.tolist():
            drawn = policy(1, torch.tensor([cell]))
            accuracy = torch.tensor(reward(Path(tuple(cell))) / 100)
            entropy = drawn.entropy if algorithm._training.entropy_gradient else drawn.entropy.detach()
            gained = accuracy + 1e-2 * entropy
            baseline = accuracy if previous is None else previous - (1 - 0.99) * (previous - gained)
            loss = -1 * drawn.log_probability * (gained - baseline)
            (loss.sum() / len(step)).backward()
            baselines.append(float(baseline.detach()))
        nn.utils.clip_grad_norm_(policy.parameters(), 5.0)
        adam.step()
        policy.zero_grad()
    return baselines[-1] if algorithm._training.carry == "last" else float(np.mean(baselines))


@pytest.mark.parametrize("carry", ["last", "mean"])
@pytest.mark.parametrize("entropy_gradient", [False, True])
def test_an_epoch_trains_the_controller_as_the_published_loop_does(
    carry: str, entropy_gradient: bool, make_session: Callable
) -> None:
    algorithm = enas(make_session(reward=reward), carry=carry, entropy_gradient=entropy_gradient)
    policy = copy.deepcopy(algorithm.controller)
    adam = torch.optim.Adam(policy.parameters(), lr=0.01, betas=(0.0, 0.999), eps=1e-3)
    decided, previous = recorded(algorithm), None
    for _epoch in range(3):
        decided.clear()
        algorithm.end_epoch()
        assert [len(step.codes) for step in decided] == [4, 4, 4]
        previous = replay(algorithm, [step.codes for step in decided], policy, adam, previous)
        assert algorithm.baseline == pytest.approx(previous, rel=1e-6)
        for ours, theirs in zip(algorithm.controller.parameters(), policy.parameters(), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_the_first_epochs_baseline_is_the_cells_own_accuracy(make_session: Callable) -> None:
    algorithm = enas(make_session(reward=reward))
    decided = recorded(algorithm)
    assert algorithm.baseline is None
    algorithm.end_epoch()
    last = tuple(decided[-1].codes[-1].tolist())
    assert algorithm.baseline == pytest.approx(reward(Path(last)) / 100)


def test_a_long_gradient_is_clipped(make_session: Callable) -> None:
    session = make_session(reward=reward)
    free, held = (enas(session, clip=clip, initial_range=1.5) for clip in (None, 1e-4))
    for algorithm in (free, held):
        algorithm.baseline = 0.0
        algorithm._step_controller(Scores(session, algorithm._selection))
    assert flat(free.controller.parameters()).norm() > 1e-3
    assert flat(held.controller.parameters()).norm().item() == pytest.approx(1e-4, rel=1e-2)


def test_the_controller_learns_what_is_good(make_session: Callable) -> None:
    algorithm = enas(make_session(reward=reward), steps=15, aggregate=10, learning_rate=0.05, images=1)
    accuracy = torch.tensor([reward(Path(tuple(cell))) for cell in CODES.tolist()])

    def expected() -> float:
        return float(algorithm.controller(27, CODES).log_probability.exp().detach() @ accuracy)

    before = expected()
    for _epoch in range(3):
        algorithm.end_epoch()
    assert expected() > before + 8


def test_scores_are_of_cells_on_images_of_their_own(make_session: Callable) -> None:
    session = make_session(reward=reward)
    algorithm = enas(session)
    decided = recorded(algorithm)
    algorithm.end_epoch()
    assert session.asked == [(16, True)] * 12
    assert {(images, statistics) for *_, images, statistics in session.scored} == {(16, "running")}
    drawn = [tuple(cell) for step in decided for cell in step.codes.tolist()]
    assert [edge_weights.chosen for edge_weights, *_ in session.scored] == drawn


def test_training_the_controller_leaves_the_supernet_alone(make_session: Callable) -> None:
    session = make_session(normalised=True)
    algorithm = enas(session)
    before = copy.deepcopy(session.supernet.state_dict())
    algorithm.end_epoch()
    assert all(torch.equal(before[name], now) for name, now in session.supernet.state_dict().items())


def test_a_step_trains_the_weights_under_a_cell_of_the_controllers(
    make_session: Callable, make_batch: Callable
) -> None:
    stepped, literal, train = make_session(), make_session(), make_batch(1)
    algorithm, by_hand = enas(stepped), enas(literal)
    policy = copy.deepcopy(algorithm.controller.state_dict())
    seen = algorithm.step(train, None)
    (cell,) = by_hand.controller(1).codes.tolist()
    loss, logits = literal.loss(train, Path(tuple(cell)))
    literal.step_parameters(loss)
    assert all(torch.equal(a, b) for a, b in zip(stepped.parameters, literal.parameters, strict=True))
    assert seen == (loss, (logits.argmax(1) == train.labels).sum(), None)
    assert all(torch.equal(policy[name], now) for name, now in algorithm.controller.state_dict().items())


def test_the_incumbent_is_the_best_of_the_controllers_architectures(make_session: Callable) -> None:
    session = make_session(reward=reward)
    algorithm = enas(session)
    assert algorithm.edge_weights() is None
    decided = recorded(algorithm)
    found = algorithm.incumbent()
    cells = [tuple(cell) for cell in decided[0].codes.tolist()]
    assert len(cells) == 10
    assert [edge_weights.chosen for edge_weights, *_ in session.scored] == cells
    assert found == max(cells, key=lambda cell: reward(Path(cell)))
    literal = [[sum(cell[edge] == operation for cell in cells) / 10 for operation in range(3)] for edge in range(3)]
    torch.testing.assert_close(algorithm.edge_weights(), torch.tensor(literal))


def test_a_search_goes_on_from_its_state_to_the_bit(make_session: Callable, make_batch: Callable) -> None:
    session = make_session(reward=reward)
    algorithm = enas(session)
    for _epoch in range(2):
        algorithm.step(make_batch(1), None)
        algorithm.end_epoch()
        algorithm.incumbent()
    kept, noise = algorithm.state(), session.noise.get_state()
    again = make_session(seed=9, reward=reward)
    again.supernet.load_state_dict(session.supernet.state_dict())
    again.restore(copy.deepcopy(session.state()))
    resumed = enas(again)
    first = algorithm.edge_weights()
    ends = []
    for running in (algorithm, resumed):
        if running is resumed:
            resumed.restore(kept)
            assert torch.equal(resumed.edge_weights(), first)
            again.noise.set_state(noise)
        running.step(make_batch(3), None)
        running.end_epoch()
        ends.append(running.incumbent())
    assert ends[0] == ends[1]
    assert algorithm.baseline == resumed.baseline
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, again.parameters, strict=True))
    for ours, theirs in zip(algorithm.controller.parameters(), resumed.controller.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps and aggregate of 1 or more, got 0 and 4"),
        ({"baseline_decay": 1.5}, "baseline_decay in"),
        ({"carry": "first"}, "carry: expected 'last' or 'mean', got 'first'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ControllerTraining(**SETTINGS | settings)


def test_a_validation_pass_is_under_the_steps_cell_and_trains_nothing(
    make_session: Callable, make_batch: Callable
) -> None:
    session, alone = make_session(normalised=True), make_session(normalised=True)
    algorithm: ENAS[Any] = ENAS(ControllerSettings(hidden=8, initial_range=0.5), validation_pass=True)
    algorithm.begin(session)
    plain = enas(alone)
    assert algorithm.uses_valid and not plain.uses_valid
    plain.step(make_batch(1), None)
    seen = algorithm.step(make_batch(1), make_batch(2))
    assert seen.valid_loss is not None and not seen.valid_loss.requires_grad
    assert session.seen[0] == session.seen[1]
    assert all(torch.equal(a, b) for a, b in zip(session.parameters, alone.parameters, strict=True))
    moved, still = (dict(s.supernet.named_buffers()) for s in (session, alone))
    assert any(not torch.equal(moved[name], still[name]) for name in moved)


def test_an_epochs_rewards_are_of_one_round_of_validation_images(make_session: Callable) -> None:
    session = make_session(reward=reward)
    enas(session).end_epoch()
    assert (session.rounds, len(session.asked)) == (1, 12)

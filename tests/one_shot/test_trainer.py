"""An epoch of a one-shot search, and what is said of it."""

import math
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from nasbench_suite.edge_weights import Mixture
from nasbench_suite.one_shot.algorithm import StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session
from nasbench_suite.spaces.nb201 import NB201


def parameters_of(trainer: Any) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = trainer.state()["supernet"]
    return {name: value.clone() for name, value in found.items()}


def is_accuracy(found: float, logits: torch.Tensor, labels: torch.Tensor) -> bool:
    """Whether that many percent are right; rounding may decide one image whose two largest logits are nearly equal."""
    right = logits.gather(1, labels[:, None])[:, 0]
    others = logits.scatter(1, labels[:, None], -torch.inf).amax(1)
    margins = (right - others) / logits.abs().amax()
    assert (margins.abs() < 1e-4).sum() <= 1
    low, high = ((margins > limit).float().mean().item() * 100 for limit in (1e-4, -1e-4))
    return low - 1e-3 <= found <= high + 1e-3


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def figures(trainer: Any) -> list[Any]:
    return [replace(record, seconds=0.0, memory_mib=0.0) for record in trainer.records]


def test_the_same_seed_gives_the_same_search_and_another_one_another(tiny: ModuleType) -> None:
    searches = [tiny.make(seed=seed) for seed in (0, 0, 1)]
    for trainer in searches:
        trainer.run_epoch()
        trainer.run_epoch()
    first, again, other = searches
    assert figures(first) == figures(again) and same(parameters_of(first), parameters_of(again))
    assert figures(first) != figures(other)


def test_a_search_ignores_what_else_draws_from_pytorchs_own_generator(tiny: ModuleType) -> None:
    found = []
    for words in (0, 5):
        torch.manual_seed(words)
        trainer = tiny.make()
        before = torch.get_rng_state()
        trainer.run_epoch()
        assert torch.equal(torch.get_rng_state(), before)
        found.append(parameters_of(trainer))
    assert same(*found)


def test_a_state_goes_on_as_if_nothing_had_happened(tiny: ModuleType) -> None:
    whole, broken = tiny.make(), tiny.make()
    for _ in range(3):
        whole.run_epoch()
    broken.run_epoch()
    resumed = tiny.make()
    resumed.restore(broken.state(), broken.records)
    resumed.run_epoch()
    resumed.run_epoch()
    assert figures(resumed) == figures(whole)
    assert same(parameters_of(resumed), parameters_of(whole))
    assert resumed.seconds > broken.seconds


def test_the_learning_rate_falls_by_the_epoch(tiny: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    step = tiny.Tiny.step

    def noting(self: Any, train: Batch, valid: Batch | None) -> StepMetrics:
        seen.append((self.session.epoch, self.session.optimizer.param_groups[0]["lr"]))
        return step(self, train, valid)

    monkeypatch.setattr(tiny.Tiny, "step", noting)
    trainer = tiny.make()
    for _ in range(3):
        trainer.run_epoch()
    rates = [0.001 + 0.049 * (1 + math.cos(math.pi * epoch / 3)) / 2 for epoch in range(3)]
    assert seen == [(epoch, pytest.approx(rates[epoch])) for epoch in range(3) for _ in range(3)]


class Still:
    """Trains nothing, so that everything that is said of it can be computed again."""

    uses_valid = True

    def __init__(self, probabilities: np.ndarray, arch: tuple[int, ...]) -> None:
        self.probabilities, self.arch = torch.tensor(probabilities), arch
        self.seen: list[tuple[Batch, Batch]] = []

    def begin(self, session: Session[Any]) -> None:
        self.session = session

    def step(self, train: Batch, valid: Batch) -> StepMetrics:
        self.seen.append((train, valid))
        with torch.no_grad():
            mixture = Mixture(self.probabilities.float())
            loss, logits = self.session.loss(train, mixture)
            valid_loss, _ = self.session.loss(valid, mixture)
        return StepMetrics(loss, (logits.argmax(1) == train.labels).sum(), valid_loss)

    def end_epoch(self) -> None: ...

    def incumbent(self) -> Any:
        return self.arch

    def edge_weights(self) -> torch.Tensor:
        return self.probabilities

    def state(self) -> dict[str, Any]:
        return {}

    def restore(self, state: dict[str, Any]) -> None: ...


def test_a_record_says_what_the_epoch_was_like(tiny: ModuleType) -> None:
    rows = np.array([[0.2] * 5, [1.0, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0], [0.2] * 5, [0.2] * 5, [0.2] * 5])
    still = Still(rows, (0, 1, 1, 2, 3, 4))
    trainer = tiny.make(algorithm=lambda: still)
    record = trainer.run_epoch()
    assert record == trainer.records[0] and record.epoch == 1 and trainer.failure is None
    assert record.architecture == NB201().format((0, 1, 1, 2, 3, 4))
    assert (record.operation_counts, record.parametric_edges) == ((1, 2, 1, 1, 1), 2)
    assert record.entropy == pytest.approx((4 * math.log(5) + math.log(2)) / 6)
    assert record.edge_weights == tuple(rows.flatten())
    # the network after the epoch is the one before, but for the running statistics, which a batch's own replace
    net = still.session.supernet.train()
    with torch.no_grad():
        logits = [net(train.images, Mixture(torch.tensor(rows).float())) for train, _ in still.seen]
        valid_logits = [net(valid.images, Mixture(torch.tensor(rows).float())) for _, valid in still.seen]
    labels = torch.cat([train.labels for train, _ in still.seen])
    assert record.train_loss == pytest.approx(F.cross_entropy(torch.cat(logits), labels).item())
    assert is_accuracy(record.train_accuracy, torch.cat(logits), labels)
    valid_labels = torch.cat([valid.labels for _, valid in still.seen])
    assert record.valid_loss == pytest.approx(F.cross_entropy(torch.cat(valid_logits), valid_labels).item())
    assert record.memory_mib is None or record.memory_mib > 10
    assert trainer.seconds == record.seconds > 0


def test_the_accuracy_is_that_of_the_incumbent_on_all_validation_images_under_their_own_statistics(
    tiny: ModuleType,
) -> None:
    still = Still(np.full((6, 5), 0.2), (3, 2, 3, 1, 0, 3))
    trainer = tiny.make(replace(tiny.SETTINGS, evaluation_batch=45), algorithm=lambda: still)
    record = trainer.run_epoch()
    data, net = tiny.digits(), still.session.supernet
    alone = net.stand_alone(still.arch).train()
    images = (data.valid.pixels.float() - data.mean[0]) / data.std[0]
    with torch.no_grad():
        logits = torch.cat([alone(images[:45]), alone(images[45:])])
    assert is_accuracy(record.valid_accuracy, logits, data.valid.labels)


def test_measuring_the_incumbent_leaves_no_trace_in_the_network(tiny: ModuleType) -> None:
    still = Still(np.full((6, 5), 0.2), (3, 2, 3, 1, 0, 3))
    trainer = tiny.make(algorithm=lambda: still)
    incumbent = still.incumbent
    before: dict[str, torch.Tensor] = {}

    def noting() -> Any:
        before.update(parameters_of(trainer))
        return incumbent()

    still.incumbent = noting  # type: ignore[method-assign] # called after the last step
    trainer.run_epoch()
    assert before and same(before, parameters_of(trainer))


@pytest.mark.parametrize("epoch", [0, 1])
def test_a_loss_that_is_no_number_ends_the_search_and_says_when(tiny: ModuleType, epoch: int) -> None:
    from tiny_one_shot import Exploding

    trainer = tiny.make(algorithm=Exploding, epoch=epoch)
    for _ in range(epoch):
        assert trainer.run_epoch() is not None
    assert trainer.run_epoch() is None
    rate = tiny.SETTINGS.learning_rate_at(epoch)
    assert trainer.failure == f"training loss nan in epoch {epoch + 1}, at learning rate {rate:g}"
    assert len(trainer.records) == epoch


def test_what_an_algorithm_raises_on_numbers_that_are_none_is_told_as_such(tiny: ModuleType) -> None:
    from tiny_one_shot import Exploding

    class Raising(Exploding):
        def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
            if self.due and getattr(self, "once", False):
                raise ValueError("probabilities contain NaN")
            self.once = self.due
            return super().step(train, valid)

    trainer = tiny.make(algorithm=Raising, epoch=0)
    assert trainer.run_epoch() is None
    assert trainer.failure is not None and trainer.failure.startswith("training loss nan in epoch 1")


def test_an_error_of_an_algorithm_whose_losses_are_finite_is_its_own(tiny: ModuleType) -> None:
    class Broken(tiny.Tiny):  # type: ignore[misc, name-defined]
        def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        tiny.make(algorithm=Broken).run_epoch()


def test_a_search_leaves_the_number_of_threads_as_it_was(tiny: ModuleType) -> None:
    seen = []

    class Noting(tiny.Tiny):  # type: ignore[misc, name-defined]
        def incumbent(self) -> Any:
            seen.append(torch.get_num_threads())
            return super().incumbent()

    torch.set_num_threads(2)
    tiny.make(algorithm=Noting).run_epoch()
    assert seen == [1] and torch.get_num_threads() == 2

"""A one-shot algorithm as a third party would write it, small enough for tests; known to Hydra by this file's name."""

from typing import Any

import torch
from torch import Tensor

from nasbench_suite.edge_weights import Mixture
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm, StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session


class Tiny(OneShotAlgorithm[Any]):
    """Plain gradient descent on the alphas of a softmax mixture, with a little noise from both of its generators."""

    uses_valid = True

    def __init__(self, learning_rate: float = 0.5) -> None:
        self.learning_rate = learning_rate

    def begin(self, session: Session[Any]) -> None:
        super().begin(session)
        net = session.supernet
        shape = len(net.edge_names), len(net.operations)
        self.alphas = (0.1 * torch.randn(shape, generator=session.noise)).to(session.device).requires_grad_()

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        assert valid is not None
        session = self.session
        loss, logits = session.loss(train, Mixture(self.probabilities().detach()))
        session.step_parameters(loss)
        valid_loss, _ = session.loss(valid, Mixture(self.probabilities()))
        (gradient,) = session.gradients(valid_loss, [self.alphas])
        with torch.no_grad():
            self.alphas -= self.learning_rate * gradient
        return StepMetrics(loss, (logits.argmax(1) == train.labels).sum(), valid_loss)

    def end_epoch(self) -> None:
        noise = torch.randn(self.alphas.shape, generator=self.session.noise).to(self.alphas.device)
        drawn = next(self.session.valid_batches(20))
        with torch.no_grad():
            self.alphas += 1e-3 * noise * self.session.rng.random() * drawn.total

    def answer(self) -> Any:
        return self.session.supernet.derive(self.probabilities().detach().cpu().numpy())

    def probabilities(self) -> Tensor:
        return torch.softmax(self.alphas, 1)

    def edge_weights(self) -> Tensor:
        return self.probabilities().detach()

    def state(self) -> dict[str, Any]:
        return {"alphas": self.alphas.detach()}

    def restore(self, state: dict[str, Any]) -> None:
        with torch.no_grad():
            self.alphas.copy_(state["alphas"])


class Exploding(Tiny):
    """Has losses that are no numbers from an epoch on, counted from 0."""

    def __init__(self, epoch: int, learning_rate: float = 0.5) -> None:
        super().__init__(learning_rate)
        self.epoch = epoch

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        metrics = super().step(train, valid)
        return metrics._replace(train_loss=metrics.train_loss * float("nan")) if self.due else metrics

    @property
    def due(self) -> bool:
        return self.session.epoch >= self.epoch

"""DARTS, differentiable architecture search (Liu, Simonyan and Yang 2019, arXiv:1806.09055), first and second order.

Every edge computes every operation and adds them up, weighted by a softmax over its alphas (equation 2). The
parameters w go down the training loss, the alphas down the validation loss (equations 3 and 4). The gradient for the
alphas is

    order 1:  grad_alpha L_valid(w, alpha)                      (section 2.3, xi = 0)
    order 2:  grad_alpha L_valid(w', alpha) - eta * H           (equation 7)

where w' is w after one step of its own optimiser on the training batch (equation 6), eta that step's learning rate, and
H the product of the mixed second derivative of L_train with v = grad_w' L_valid(w', alpha), by a finite difference
(equation 8):

    H = (grad_alpha L_train(w + R v, alpha) - grad_alpha L_train(w - R v, alpha)) / 2R,    R = 0.01 / ||v||

The step to w' is that of SGD with momentum mu, buffer m and weight decay lambda, as published without Nesterov's term:

    w' = w - eta * (mu * m + grad_w L_train(w, alpha) + lambda * w)

Passes through the network: two per step in first order, five in second, of which two need no gradient for w.
"""

from typing import Literal

import torch
from torch import Tensor

from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.algorithms.differentiable import Differentiable
from nasbench_suite.edge_weights import Mixture
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.algorithm import StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import batch_statistics
from nasbench_suite.variables import ArchT

Tensors = list[Tensor]


class DARTS(Differentiable[ArchT]):
    """Relaxes the choice of an operation to a mixture of all, and learns the mixture by gradient descent."""

    uses_mixtures = True

    def __init__(
        self,
        order: Literal[1, 2] = 2,
        parameters_first: bool = False,
        alphas: AlphaSettings = AlphaSettings(),
    ) -> None:
        """
        Args:
            order: 1 takes the parameters as given, 2, the paper's algorithm 1, looks one step of theirs ahead.
            parameters_first: whether a step moves the parameters before the alphas; the paper moves the alphas first.
            alphas: how they begin and are moved; by default as in the paper.
        """
        super().__init__(alphas)
        if order not in (1, 2):
            raise ConfigError(f"darts: expected order 1 or 2, got {order!r}")
        self._gradient = self._first_order if order == 1 else self._second_order
        self._parameters_first = parameters_first

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        """Moves the parameters on the training batch and the alphas on the validation batch."""
        assert valid is not None
        if self._parameters_first:
            seen = self._move_parameters(train)
            valid_loss = self._move_alphas(train, valid)
        else:
            valid_loss = self._move_alphas(train, valid)
            seen = self._move_parameters(train)
        return StepMetrics(*seen, valid_loss)

    def _move_parameters(self, train: Batch) -> tuple[Tensor, Tensor]:
        return self.step_parameters(train, Mixture(self.seen_by_parameters(self.probabilities())), self.limited_with)

    def _move_alphas(self, train: Batch, valid: Batch) -> Tensor:
        gradient, loss = self._gradient(train, valid)
        self.step_alphas(gradient)
        return loss

    def _first_order(self, train: Batch, valid: Batch) -> tuple[Tensor, Tensor]:
        """grad_alpha L_valid(w, alpha), and L_valid."""
        loss, _ = self.session.loss(valid, Mixture(self.probabilities()))
        (gradient,) = self.session.gradients(loss, [self.alphas])
        return gradient, loss.detach()

    def _second_order(self, train: Batch, valid: Batch) -> tuple[Tensor, Tensor]:
        """Equation 7, and L_valid(w', alpha). The parameters are afterwards what they were, to the bit.

        As in the published code the passes through w and w +- R v leave their trace in running statistics of batch
        normalisation, and the pass through w' leaves none (there it goes through a copy of the network).
        """
        parameters: Tensors = list(self.session.parameters)
        rate = self.session.optimizer.param_groups[0]["lr"]
        kept = [parameter.detach().clone() for parameter in parameters]
        try:
            _add(parameters, self._own_step(train), -rate)
            with batch_statistics(self.session.supernet):
                loss, _ = self.session.loss(valid, Mixture(self.probabilities()))
            gradient, *v = self.session.gradients(loss, [self.alphas, *parameters])
            # a v of nothing but zeros makes no difference to w, so none to the gradient
            radius = 0.01 / torch.linalg.vector_norm(torch.stack(torch._foreach_norm(v))).clamp_min(1e-30)
            torch._foreach_mul_(v, radius)
            _copy(parameters, kept)
            _add(parameters, v, 1)
            above = self._train_gradient(train)
            _copy(parameters, kept)
            _add(parameters, v, -1)
            below = self._train_gradient(train)
        finally:
            _copy(parameters, kept)
        return gradient - rate * (above - below) / (2 * radius), loss.detach()

    def _own_step(self, train: Batch) -> Tensors:
        """mu * m + grad_w L_train(w, alpha) + lambda * w: what the parameters' optimiser would go against."""
        optimizer, parameters = self.session.optimizer, list[Tensor](self.session.parameters)
        settings = optimizer.param_groups[0]
        loss, _ = self.session.loss(train, Mixture(self.probabilities().detach()))
        direction = self.session.gradients(loss, parameters)
        _add(direction, parameters, settings["weight_decay"])
        buffers = [optimizer.state[parameter].get("momentum_buffer") for parameter in parameters]
        if all(buffer is not None for buffer in buffers):  # there are none before the first pass
            _add(direction, buffers, settings["momentum"])
        return direction

    def _train_gradient(self, train: Batch) -> Tensor:
        """grad_alpha L_train at the parameters as they are."""
        loss, _ = self.session.loss(train, Mixture(self.probabilities()))
        return self.session.gradients(loss, [self.alphas])[0]


@torch.no_grad()
def _add(to: Tensors, values: Tensors, times: float) -> None:
    torch._foreach_add_(to, values, alpha=times)


@torch.no_grad()
def _copy(to: Tensors, values: Tensors) -> None:
    torch._foreach_copy_(to, values)

"""GDAS, search by a differentiable architecture sampler (Dong and Yang 2019, arXiv:1910.04465).

Of every edge one operation is drawn and computed, k = argmax(log softmax(alpha) + gumbel), which is a draw from
softmax(alpha) (the Gumbel-max trick). Its weight is 1 forward, and backward that of the relaxation

    p    = softmax((log softmax(alpha) + gumbel) / tau)
    hard = onehot(k) - stop_gradient(p) + p

so that alphas learn from the one operation that was computed (section 3.2). Those not chosen have a weight of value 0
that is added to the edge's output as a number, which gives them the gradient of a constant image of ones (see
`OneHot`). A step draws twice: once for the parameters on training images, once for the alphas on validation images; a
draw is shared by all cells. The temperature tau falls linearly from epoch to epoch.
"""

import torch
from torch import Tensor

from nasbench_suite.algorithms.alphas import AlphaSettings
from nasbench_suite.algorithms.differentiable import Differentiable
from nasbench_suite.edge_weights import OneHot
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.algorithm import StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.variables import ArchT


class GDAS(Differentiable[ArchT]):
    """Learns from one drawn architecture per pass, with a gradient through the draw."""

    def __init__(
        self,
        tau_first: float = 10,
        tau_last: float = 0.1,
        alphas: AlphaSettings = AlphaSettings(),
    ) -> None:
        """
        Args:
            tau_first: temperature of the relaxation in the first epoch; the paper's, as is the other.
            tau_last: in the last.
            alphas: how they begin and are moved; NAS-Bench-201's code takes DARTS's.
        """
        super().__init__(alphas)
        if tau_first <= 0 or tau_last <= 0:
            raise ConfigError(f"gdas: expected temperatures > 0, got {tau_first} and {tau_last}")
        self._tau_first, self._tau_last = tau_first, tau_last

    @property
    def tau(self) -> float:
        """Temperature in the epoch under way."""
        last = max(self.session.epochs - 1, 1)
        return self._tau_first - (self._tau_first - self._tau_last) * self.session.epoch / last

    def draw(self, count: int = 1) -> list[OneHot]:
        """Draws an operation for every edge, so many times; consumes `session.noise`, one number an alpha and time.

        What was drawn is needed on the CPU, which runs the network: one copy from the device, of all draws together.
        """
        noise = torch.stack([self._gumbel() for _ in range(count)])
        if self.alphas.is_cuda:
            noise = noise.pin_memory()  # the copy of other memory is waited for
        noise = noise.to(self.alphas.device, non_blocking=True)
        relaxed = [((self.alphas.log_softmax(-1) + own) / self.tau).softmax(-1) for own in noise]
        chosen = torch.stack([p.argmax(-1) for p in relaxed])  # (count, edges)
        onehots = torch.zeros_like(torch.stack(relaxed)).scatter_(-1, chosen[..., None], 1.0)
        values = [onehot - p.detach() + p for onehot, p in zip(onehots, relaxed, strict=True)]
        return [OneHot(*drawn) for drawn in zip(values, map(tuple, chosen.cpu().tolist()), strict=True)]

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        """Moves the parameters under one draw and the alphas under another."""
        assert valid is not None
        # both at once, for the alphas are the same until the step's end
        for_parameters, for_alphas = self.draw(2)
        seen_as = OneHot(self.seen_by_parameters(for_parameters.values), for_parameters.chosen)
        seen = self.step_parameters(train, seen_as, self.limited_with)
        loss, _ = self.session.loss(valid, for_alphas)
        (gradient,) = self.session.gradients(loss, [self.alphas])
        self.step_alphas(gradient)
        return StepMetrics(*seen, loss.detach())

    def _gumbel(self) -> Tensor:
        while True:
            noise = -torch.empty(self.alphas.shape).exponential_(generator=self.session.noise).log()
            # an exponential of exactly 0 has no logarithm; published code draws again as well
            if noise.isfinite().all():
                return noise

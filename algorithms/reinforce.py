"""REINFORCE (Williams 1992) on a softmax per variable, as NAS-Bench-201 ran it (arXiv:2001.00326, section 5)."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.algorithms.adam_settings import check_adam
from nasbench_suite.algorithms.decoding import draw_valid
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT

Logits = NDArray[np.float64]


class Reinforce(Algorithm[ArchT]):
    """Draws every variable from a softmax of its own and climbs the gradient of the expected accuracy.

    The reward is the validation accuracy in percent; its advantage is over an exponential moving average that
    contains it already. The incumbent of a search is the best architecture seen, not the policy's mode.
    """

    def __init__(
        self,
        space: Space[ArchT],
        fidelities: Sequence[Fidelity],
        rng: np.random.Generator,
        learning_rate: float = 0.1,
        ema_momentum: float = 0.9,
        initial_std: float = 1e-3,
        betas: Sequence[float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        """
        Args:
            space: where to search.
            fidelities: those on offer, cheapest first; the highest is queried.
            rng: the algorithm's own stream: one normal a logit, then one uniform a variable and draw.
            learning_rate: of Adam. NAS-Bench-201's paper names none; the default gives its figures.
            ema_momentum: of the baseline, in [0, 1); the paper's is 0.9.
            initial_std: standard deviation of the first logits; the default is that of the authors' code.
            betas: Adam's decay of the first and second moments; arXiv:1412.6980, which the code leaves so.
            eps: Adam's term in the denominator, from the same source.
        """
        super().__init__(space, fidelities, rng)
        check_adam("reinforce", learning_rate, betas, eps)
        if initial_std < 0 or not 0 <= ema_momentum < 1:
            raise ConfigError(
                "reinforce: expected initial_std of 0 or more and ema_momentum in [0, 1), got "
                f"{initial_std}, {ema_momentum}"
            )
        sizes = [len(variable.choices) for variable in space.variables]
        # (variables, choices), padded with -inf, which no softmax draws and no gradient moves
        self._logits = np.full((len(sizes), max(sizes)), -np.inf)
        for row, size in zip(self._logits, sizes, strict=True):
            row[:size] = initial_std * rng.standard_normal(size)
        self._rows = np.arange(len(sizes))
        self._adam = _Adam(self._logits.shape, learning_rate, betas, eps)
        self._baseline = MovingAverage(ema_momentum)
        self._gradients: dict[int, Logits] = {}
        self._probabilities()

    def ask(self) -> Proposal[ArchT]:
        """Returns a draw from the policy as it is now."""
        arch, codes = draw_valid(self.space, self._draw, self.rng)
        proposal = self.propose(arch)
        # d log p(codes) / d logits of the policy that drew them, for a result may come after other updates
        gradient = -self._p
        gradient[self._rows, codes] += 1.0
        self._gradients[proposal.id] = gradient
        return proposal

    def tell(self, proposal: Proposal[ArchT], observation: Observation) -> None:
        """Moves the baseline, then the policy; a diverged training has no reward and moves neither."""
        gradient, reward = self._gradients.pop(proposal.id), observation.valid_accuracy
        if math.isnan(reward):
            return
        advantage = reward - self._baseline.update(reward)
        self._logits -= self._adam.step(gradient * -advantage)
        self._probabilities()

    def _draw(self) -> list[int]:
        levels: list[int] = (self._cumulated <= self.rng.random((len(self._rows), 1))).sum(axis=1).tolist()
        return levels

    def _probabilities(self) -> None:
        shares = np.exp(self._logits - self._logits.max(axis=1, keepdims=True))
        cumulated = shares.cumsum(axis=1)
        total = cumulated[:, -1:]
        self._p = shares / total
        self._cumulated = cumulated / total  # ends in exactly 1, so that a uniform in [0, 1) finds a level


class MovingAverage:
    """An exponential moving average, bias-corrected: the first value is its own average."""

    def __init__(self, momentum: float) -> None:
        """
        Args:
            momentum: weight of the past, in [0, 1).
        """
        self._momentum = momentum
        self._sum = self._weight = 0.0

    def update(self, value: float) -> float:
        """Takes a value and returns the average that includes it."""
        self._sum = self._momentum * self._sum + (1 - self._momentum) * value
        self._weight = self._momentum * self._weight + (1 - self._momentum)
        return self._sum / self._weight


class _Adam:
    """Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1), for one array."""

    def __init__(self, shape: tuple[int, ...], learning_rate: float, betas: Sequence[float], eps: float) -> None:
        self._rate, (self._beta1, self._beta2), self._eps = learning_rate, betas, eps
        self._first, self._second, self._steps = np.zeros(shape), np.zeros(shape), 0

    def step(self, gradient: Logits) -> Logits:
        """Returns what to subtract from the parameters, for the gradient of a loss."""
        self._steps += 1
        self._first += (1 - self._beta1) * (gradient - self._first)
        self._second += (1 - self._beta2) * (gradient * gradient - self._second)
        correction = math.sqrt(1 - self._beta2**self._steps)
        rate = self._rate * correction / (1 - self._beta1**self._steps)
        return rate * self._first / (np.sqrt(self._second) + self._eps * correction)

"""ENAS, efficient neural architecture search by parameter sharing (Pham et al. 2018, arXiv:1802.03268, section 2.2).

A controller pi(theta) draws cells. During an epoch the weights are trained on training images, one drawn cell a step
(w by grad_w E_pi L_train(w, cell), equation 1 with one sample). Behind it theta is trained by REINFORCE with the
weights fixed: each of some steps draws several cells, scores each on one batch of validation images, and climbs

    grad_theta of the mean of  log pi(cell) * (reward - baseline)
    reward   = accuracy, a fraction of 1, + entropy_weight * entropy of pi's decisions
    baseline = previous - (1 - decay) * (previous - reward)

As NAS-Bench-201's code has it, `previous` is fixed for an epoch: that of a cell is not handed on to the next cell. In
the first epoch the baseline is the cell's own accuracy. What an epoch hands on to the next is its last cell's baseline
(nb201) or the mean of all (nats). The answer is the best of several drawn cells, each scored on one batch.
"""

import copy
from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from nasbench_suite.algorithms.controller import Controller
from nasbench_suite.algorithms.selection import best_of
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm, StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session, Statistics
from nasbench_suite.variables import ArchT


class ENAS(OneShotAlgorithm[ArchT]):
    """Trains the weights under cells that a controller draws, and the controller on their accuracy.

    Attributes:
        controller: set by `begin`.
        adam: moves it.
        baseline: handed on by the previous epoch; None in the first.
    """

    controller: Controller
    adam: torch.optim.Adam
    baseline: float | None

    def __init__(
        self,
        hidden: int,
        layers: int,
        temperature: float,
        tanh_constant: float,
        initial_range: float,
        learning_rate: float,
        betas: Sequence[float],
        eps: float,
        weight_decay: float,
        clip: float | None,
        steps: int,
        aggregate: int,
        entropy_weight: float,
        entropy_gradient: bool,
        baseline_decay: float,
        carry: Literal["last", "mean"],
        images: int,
        augmented: bool,
        select: int,
        statistics: Statistics,
    ) -> None:
        """
        Args:
            hidden: width of the controller.
            layers: of its LSTM.
            temperature: divides its predictions.
            tanh_constant: bounds its logits.
            initial_range: of its first parameters, see `Controller`.
            learning_rate: of Adam, on the controller.
            betas: Adam's decay of the first and second moments.
            eps: Adam's term in the denominator.
            weight_decay: on the controller, added to its gradient.
            clip: largest norm of its gradient; None for no limit.
            steps: of the controller, an epoch.
            aggregate: cells of such a step.
            entropy_weight: of the entropy in the reward.
            entropy_gradient: whether the entropy in the reward is differentiated, too. REINFORCE takes a reward as a
                number; the code of NAS-Bench-201 does not, and so takes off a little of the entropy that the reward
                asks for.
            baseline_decay: in [0, 1]; the larger, the less a cell's own reward counts in its baseline.
            carry: what an epoch hands on as baseline, the last cell's or the mean of all.
            images: validation images that a cell is scored on.
            augmented: whether as in training.
            select: cells scored for an answer.
            statistics: that batch normalisation uses for scores, see `Session.accuracy`.
        """
        if min(steps, aggregate, images, select) < 1:
            raise ConfigError(
                "enas: expected steps, aggregate, images and select of 1 or more, got "
                f"{steps}, {aggregate}, {images} and {select}"
            )
        if not 0 <= baseline_decay <= 1 or carry not in ("last", "mean"):
            raise ConfigError(
                f"enas: expected baseline_decay in [0, 1] and carry last or mean, got {baseline_decay} and {carry!r}"
            )
        self._controller_settings = (hidden, layers, temperature, tanh_constant, initial_range)
        self._adam_settings: dict[str, Any] = {
            "lr": learning_rate,
            "betas": tuple(betas),
            "eps": eps,
            "weight_decay": weight_decay,
        }
        self._clip, self._steps, self._aggregate = clip, steps, aggregate
        self._entropy_weight, self._entropy_gradient = entropy_weight, entropy_gradient
        self._baseline_decay, self._carry = baseline_decay, carry
        self._images, self._augmented, self._select, self._statistics = images, augmented, select, statistics

    def begin(self, session: Session[ArchT]) -> None:
        """Draws the first controller from `session.noise`."""
        super().begin(session)
        self.controller = Controller(session.supernet.variables, *self._controller_settings, session.noise)
        self.adam = torch.optim.Adam(self.controller.parameters(), **self._adam_settings)
        self.baseline = None
        self._frequencies: Tensor | None = None

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        """Moves the weights under a cell of the controller's."""
        (cell,) = self._draw(1)
        return StepMetrics(*self.step_weights(train, self.session.supernet.path(cell)))

    def end_epoch(self) -> None:
        """Trains the controller; the weights stay."""
        baselines = [self._step_controller() for _ in range(self._steps)]
        self.baseline = float(baselines[-1][-1] if self._carry == "last" else torch.cat(baselines).mean())

    def answer(self) -> ArchT:
        """Returns the best of the controller's cells."""
        cells = self._draw(self._select)
        self._frequencies = self._count(cells)
        return best_of(self.session, cells, self._images, self._augmented, self._statistics)

    def edge_weights(self) -> Tensor | None:
        """Returns how often each operation was on each edge of the cells drawn for the last answer.

        The controller has no probabilities of its own for these: its decisions depend on those before.
        """
        return self._frequencies

    def state(self) -> dict[str, Any]:
        """Returns a copy of the controller, of Adam's moments, of the baseline and of the last frequencies."""
        return copy.deepcopy(
            {
                "controller": self.controller.state_dict(),
                "adam": self.adam.state_dict(),
                "baseline": self.baseline,
                "frequencies": self._frequencies,
            }
        )

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to a state."""
        self.controller.load_state_dict(state["controller"])
        self.adam.load_state_dict(state["adam"])
        self.baseline, self._frequencies = state["baseline"], state["frequencies"]

    @torch.no_grad()
    def _draw(self, count: int) -> list[ArchT]:
        return [self.session.supernet.decode(codes) for codes in self.controller(count).codes.tolist()]

    def _step_controller(self) -> Tensor:
        """Moves the controller once; returns the baselines of the cells (aggregate,)."""
        drawn = self.controller(self._aggregate)
        accuracy = torch.tensor([self._accuracy(codes) / 100 for codes in drawn.codes.tolist()])
        entropy = drawn.entropy if self._entropy_gradient else drawn.entropy.detach()
        reward = accuracy + self._entropy_weight * entropy
        if self.baseline is None:
            baseline = accuracy
        else:
            baseline = self.baseline - (1 - self._baseline_decay) * (self.baseline - reward)
        loss = -(drawn.log_probability * (reward - baseline)).mean()
        self.adam.zero_grad()
        loss.backward()
        if self._clip is not None:
            nn.utils.clip_grad_norm_(self.controller.parameters(), self._clip)
        self.adam.step()
        return baseline.detach()

    def _accuracy(self, codes: Sequence[int]) -> float:
        supernet = self.session.supernet
        batch = self.session.valid_batch(self._images, self._augmented)
        return self.session.accuracy(batch, supernet.path(supernet.decode(codes)), self._statistics)

    def _count(self, cells: Sequence[ArchT]) -> Tensor:
        supernet = self.session.supernet
        chosen = torch.tensor([supernet.path(cell).chosen for cell in cells])  # (cells, edges)
        return nn.functional.one_hot(chosen, len(supernet.operations)).float().mean(0)

"""ENAS, efficient neural architecture search by parameter sharing (Pham et al. 2018, arXiv:1802.03268, section 2.2).

A controller pi(theta) draws architectures. During an epoch the parameters w are trained on training images, under one
drawn architecture per step (by grad_w E_pi L_train(w, arch), equation 1 with one sample). After it theta is trained by
REINFORCE with w fixed: each of some steps draws several architectures, scores each on one batch of validation images,
and climbs

    grad_theta of the mean of  log pi(arch) * (reward - baseline)
    reward   = accuracy, a fraction of 1, + entropy_weight * entropy of pi's decisions
    baseline = previous - (1 - decay) * (previous - reward)

As NAS-Bench-201's code has it, `previous` is fixed for an epoch: that of an architecture is not handed on to the next
one. In the first epoch the baseline is the architecture's own accuracy. What an epoch hands on to the next is its last
architecture's baseline (nb201) or the mean of all (nats). The incumbent is the best of several drawn architectures,
each scored on one batch.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from nasbench_suite.algorithms.adam import make_adam
from nasbench_suite.algorithms.adam_settings import check_adam
from nasbench_suite.algorithms.controller import Controller, ControllerSettings
from nasbench_suite.algorithms.selection import Scores, SelectionSettings, best_of
from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm, StepMetrics
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.session import Session
from nasbench_suite.variables import ArchT


@check_settings
@dataclass(frozen=True)
class ControllerTraining:
    """How the controller is trained after an epoch. Defaults are those of NAS-Bench-201's code (arXiv:2001.00326).

    Attributes:
        steps: per epoch.
        aggregate: architectures per step.
        learning_rate: of Adam.
        betas: Adam's decay of the first and second moments.
        eps: Adam's term in the denominator.
        weight_decay: added to the gradient.
        clip: largest norm of the gradient; None for no limit.
        entropy_weight: of the entropy in the reward.
        entropy_gradient: whether the entropy in the reward is differentiated, too. REINFORCE takes a reward as a
            number; the code of NAS-Bench-201 does not, and so takes off a little of the entropy that the reward asks
            for.
        baseline_decay: in [0, 1]; the larger, the less an architecture's own reward counts in its baseline.
        carry: what an epoch hands on as baseline, the last architecture's or the mean of all.
    """

    steps: int = 50
    aggregate: int = 20
    learning_rate: float = 1e-3
    betas: Sequence[float] = (0.0, 0.999)
    eps: float = 1e-3
    weight_decay: float = 0.0
    clip: float | None = 5.0
    entropy_weight: float = 1e-4
    entropy_gradient: bool = True
    baseline_decay: float = 0.99
    carry: Literal["last", "mean"] = "last"

    def __post_init__(self) -> None:
        check_adam("algorithm.training", self.learning_rate, self.betas, self.eps, self.weight_decay)
        if self.clip is not None and self.clip <= 0:
            raise ConfigError(f"enas: expected clip > 0 or null, got {self.clip}")
        if self.steps < 1 or self.aggregate < 1:
            raise ConfigError(f"enas: expected steps and aggregate of 1 or more, got {self.steps} and {self.aggregate}")
        if not 0 <= self.baseline_decay <= 1 or self.carry not in ("last", "mean"):
            raise ConfigError(
                "enas: expected baseline_decay in [0, 1] and carry last or mean, got "
                f"{self.baseline_decay} and {self.carry!r}"
            )


class ENAS(OneShotAlgorithm[ArchT]):
    """Trains the parameters under architectures that a controller draws, and the controller on their accuracy.

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
        controller: ControllerSettings = ControllerSettings(),
        training: ControllerTraining = ControllerTraining(),
        selection: SelectionSettings = SelectionSettings(select_before=10, images=128, augmented=True),
        validation_pass: bool = False,
    ) -> None:
        """
        Args:
            controller: its network.
            training: of the controller.
            selection: how candidates for the incumbent are scored, and, their number apart, those of a reward. All
                defaults are those of NAS-Bench-201's code.
            validation_pass: after a step, also pass a validation batch through the network, under the same
                architecture, as NATS-Bench's code does: nothing is learned of it but the running statistics of batch
                normalisation.
        """
        self._controller_settings, self._training, self._selection = controller, training, selection
        self.uses_valid = validation_pass

    def begin(self, session: Session[ArchT]) -> None:
        """Draws the first controller from `session.noise`."""
        super().begin(session)
        self.controller = Controller(session.supernet.variables, self._controller_settings, session.noise)
        self.adam = make_adam(self.controller.parameters(), self._training)
        self.baseline = None
        self._frequencies: Tensor | None = None

    def step(self, train: Batch, valid: Batch | None) -> StepMetrics:
        """Moves the parameters under an architecture of the controller's."""
        (arch,) = self._draw(1)
        path = self.session.supernet.path(arch)
        seen = self.step_parameters(train, path)
        return StepMetrics(*seen, None if valid is None else self.session.look_at(valid, path))

    def end_epoch(self) -> None:
        """Trains the controller; the parameters stay."""
        scores = Scores(self.session, self._selection)
        baselines = [self._step_controller(scores) for _ in range(self._training.steps)]
        self.baseline = float(baselines[-1][-1] if self._training.carry == "last" else torch.cat(baselines).mean())

    def incumbent(self) -> ArchT:
        """Returns the best of the controller's architectures."""
        archs = self._draw(self._selection.count(self.session))
        self._frequencies = self._count(archs)
        return best_of(self.session, archs, self._selection)

    def edge_weights(self) -> Tensor | None:
        """Returns how often each operation was on each edge of the architectures drawn for the last incumbent.

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

    def _step_controller(self, scores: Scores[ArchT]) -> Tensor:
        """Moves the controller once; returns the baselines of the architectures (aggregate,)."""
        drawn, decode = self.controller(self._training.aggregate), self.session.supernet.decode
        accuracy = torch.tensor([scores.score(decode(codes)) / 100 for codes in drawn.codes.tolist()])
        entropy = drawn.entropy if self._training.entropy_gradient else drawn.entropy.detach()
        reward = accuracy + self._training.entropy_weight * entropy
        if self.baseline is None:
            baseline = accuracy
        else:
            baseline = self.baseline - (1 - self._training.baseline_decay) * (self.baseline - reward)
        loss = -(drawn.log_probability * (reward - baseline)).mean()
        self.adam.zero_grad()
        loss.backward()
        if self._training.clip is not None:
            nn.utils.clip_grad_norm_(self.controller.parameters(), self._training.clip)
        self.adam.step()
        return baseline.detach()

    def _count(self, archs: Sequence[ArchT]) -> Tensor:
        supernet = self.session.supernet
        chosen = torch.tensor([supernet.path(arch).chosen for arch in archs])  # (architectures, edges)
        return nn.functional.one_hot(chosen, len(supernet.operations)).float().mean(0)

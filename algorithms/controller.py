"""ENAS's controller: an LSTM that decides an architecture's variables one after another (Pham et al. 2018).

As NAS-Bench-201's code has it: logits are tanh_constant * tanh(prediction / temperature); the LSTM's input is the
embedding of the previous decision, and before the first a vector of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError
from nasbench_suite.variables import Categorical


@check_settings
@dataclass(frozen=True)
class ControllerSettings:
    """The controller's network. Defaults are those of NAS-Bench-201's code (arXiv:2001.00326).

    Attributes:
        hidden: width of the LSTM and of the embeddings.
        layers: of the LSTM.
        temperature: divides the predictions.
        tanh_constant: bounds the logits.
        initial_range: of the first embeddings, predictions and first layer, uniform in +- this; everything else starts
            in +- 1 / sqrt(hidden), which is PyTorch's default.
    """

    hidden: int = 32
    layers: int = 2
    temperature: float = 5.0
    tanh_constant: float = 2.5
    initial_range: float = 0.1

    def __post_init__(self) -> None:
        if self.hidden < 1 or self.layers < 1:
            raise ConfigError(f"enas: expected hidden and layers of 1 or more, got {self.hidden} and {self.layers}")
        if self.temperature <= 0 or self.tanh_constant <= 0 or self.initial_range < 0:
            raise ConfigError(
                "enas: expected temperature and tanh_constant > 0 and initial_range of 0 or more, got "
                f"{self.temperature}, {self.tanh_constant} and {self.initial_range}"
            )


class Decisions(NamedTuple):
    """Several architectures of the controller's.

    Attributes:
        codes: int64 (count, variables).
        log_probability: of all decisions of an architecture together: (count,).
        entropy: of the distributions that they were drawn from, added up, in nats: (count,).
    """

    codes: Tensor
    log_probability: Tensor
    entropy: Tensor


class Controller(nn.Module):
    """A policy over architectures.

    It lives on the CPU, for its work is many small steps, and its draws are needed there.
    """

    def __init__(self, variables: Sequence[Categorical], settings: ControllerSettings, noise: torch.Generator) -> None:
        """
        Args:
            variables: to decide, in this order; those of the same choices share embedding and prediction.
            settings: of the network.
            noise: consumed by the first parameters, and by every draw.
        """
        super().__init__()
        kinds = list(dict.fromkeys(variable.choices for variable in variables))
        self._kinds = [kinds.index(variable.choices) for variable in variables]
        self._settings, self._noise, hidden = settings, noise, settings.hidden
        with torch.device("meta"):  # which leaves the global generator alone
            self.first = nn.Parameter(torch.empty(1, 1, hidden))
            self.lstm = nn.LSTM(hidden, hidden, settings.layers)
            self.embeddings = nn.ModuleList(nn.Embedding(len(kind), hidden) for kind in kinds)
            self.predictions = nn.ModuleList(nn.Linear(hidden, len(kind)) for kind in kinds)
        self.to_empty(device="cpu")
        narrow = ("first", "lstm.weight_ih_l0", "lstm.weight_hh_l0", "embeddings", "predictions")
        for name, parameter in self.named_parameters():
            bound = settings.initial_range if name.startswith(narrow) and "bias" not in name else hidden**-0.5
            nn.init.uniform_(parameter, -bound, bound, generator=noise)

    def forward(self, count: int, codes: Tensor | None = None) -> Decisions:
        """Draws architectures, or looks at given ones.

        Args:
            count: how many.
            codes: (count, variables), to be decided so; None for draws.
        """
        inputs, memory = self.first.expand(1, count, -1), None
        decided, log_probabilities, entropies = [], [], []
        for variable, kind in enumerate(self._kinds):
            outputs, memory = self.lstm(inputs, memory)
            predictions = self.predictions[kind](outputs[0]) / self._settings.temperature
            logits = self._settings.tanh_constant * torch.tanh(predictions)
            log_p = logits.log_softmax(-1)  # (count, choices)
            p = log_p.exp()
            code = (
                torch.multinomial(p.detach(), 1, generator=self._noise) if codes is None else codes[:, variable, None]
            )
            decided.append(code)
            log_probabilities.append(log_p.gather(1, code))
            entropies.append(-(p * log_p).sum(1, keepdim=True))
            inputs = self.embeddings[kind](code.T)
        return Decisions(torch.cat(decided, 1), torch.cat(log_probabilities, 1).sum(1), torch.cat(entropies, 1).sum(1))

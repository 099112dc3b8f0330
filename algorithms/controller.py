"""ENAS's controller: an LSTM that decides an architecture's variables one after another (Pham et al. 2018).

As NAS-Bench-201's code has it: logits are tanh_constant * tanh(prediction / temperature); the LSTM's input is the
embedding of the previous decision, and before the first a vector of its own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from nasbench_suite.variables import Categorical


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

    def __init__(
        self,
        variables: Sequence[Categorical],
        hidden: int,
        layers: int,
        temperature: float,
        tanh_constant: float,
        initial_range: float,
        noise: torch.Generator,
    ) -> None:
        """
        Args:
            variables: to decide, in this order; those of the same choices share embedding and prediction.
            hidden: width of the LSTM and of the embeddings.
            layers: of the LSTM.
            temperature: divides the predictions.
            tanh_constant: bounds the logits.
            initial_range: of the first embeddings, predictions and first layer, uniform in +- this; everything else
                starts in +- 1 / sqrt(hidden), which is PyTorch's default.
            noise: consumed by the first parameters, and by every draw.
        """
        super().__init__()
        kinds = list(dict.fromkeys(variable.choices for variable in variables))
        self._kinds = [kinds.index(variable.choices) for variable in variables]
        self._temperature, self._tanh_constant, self._noise = temperature, tanh_constant, noise
        with torch.device("meta"):  # which leaves the global generator alone
            self.first = nn.Parameter(torch.empty(1, 1, hidden))
            self.lstm = nn.LSTM(hidden, hidden, layers)
            self.embeddings = nn.ModuleList(nn.Embedding(len(kind), hidden) for kind in kinds)
            self.predictions = nn.ModuleList(nn.Linear(hidden, len(kind)) for kind in kinds)
        self.to_empty(device="cpu")
        narrow = ("first", "lstm.weight_ih_l0", "lstm.weight_hh_l0", "embeddings", "predictions")
        for name, parameter in self.named_parameters():
            bound = initial_range if name.startswith(narrow) and "bias" not in name else hidden**-0.5
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
            logits = self._tanh_constant * torch.tanh(self.predictions[kind](outputs[0]) / self._temperature)
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

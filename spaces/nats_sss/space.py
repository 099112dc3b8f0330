"""NATS-Bench's size space as a search space of 32,768 architectures (Dong et al. 2021, arXiv:2009.00437)."""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.numbered_rows import number_locator, rows_by_number
from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.space import Complexity, Space
from nasbench_suite.spaces.nats_sss import architecture
from nasbench_suite.spaces.nats_sss.architecture import LAYERS, WIDTHS, Widths
from nasbench_suite.spaces.nats_sss.complexity import flops, parameters, published_parameters
from nasbench_suite.spaces.nats_sss.forms import FORMS, from_codes
from nasbench_suite.spaces.nb201.complexity import TRIAL_SETS

if TYPE_CHECKING:
    from nasbench_suite.spaces.nats_sss.network import SizeNetwork


class NATSSizeSpace(Space[Widths]):
    """The 32,768 architectures of NATS-Bench's size space."""

    name = "nats_sss"
    # as in NAS-Bench-201: searched by the training on half of CIFAR-10's training set, scored by the one on all of it
    datasets: Mapping[str, tuple[str, str]] = {"cifar10": ("cifar10-valid", "cifar10")}
    variables = architecture.VARIABLES
    forms = FORMS

    @cached_property
    def _archs(self) -> list[Widths]:
        """All architectures by number."""
        return list(architecture.numbers())

    def sample(self, rng: np.random.Generator) -> Widths:
        """Draws uniformly: each layer's width is uniform and independent. One draw from `rng`."""
        return self._archs[rng.integers(len(self._archs))]

    def mutate(self, arch: Widths, rng: np.random.Generator) -> Widths:
        """Draws the width of one layer anew.

        As in the authors' code, the layer is uniform and the width is any of the eight, so that one mutant in eight is
        the parent. One draw from `rng`.
        """
        architecture.number(arch)
        layer, width = divmod(int(rng.integers(len(LAYERS) * len(WIDTHS))), len(WIDTHS))
        return (*arch[:layer], WIDTHS[width], *arch[layer + 1 :])

    def neighbours(self, arch: Widths) -> list[Widths]:
        """Lists the 35 architectures that differ in one width, by layer and then by width."""
        architecture.number(arch)
        return [
            (*arch[:layer], width, *arch[layer + 1 :])
            for layer in range(len(LAYERS))
            for width in WIDTHS
            if width != arch[layer]
        ]

    def parse(self, text: str) -> Widths:
        """Reads `64:40:8:16:32`, and the other forms that stand for themselves; see `forms`."""
        return self.parse_as(text).arch

    def format(self, arch: Widths) -> str:
        """Writes the official string."""
        return architecture.format(arch)

    def canonical(self, arch: Widths) -> Widths:
        """Returns the architecture: each is a class of its own."""
        architecture.number(arch)
        return arch

    def encode(self, arch: Widths) -> tuple[int, ...]:
        """Returns each width's place in `WIDTHS`."""
        architecture.number(arch)
        return tuple(map(WIDTHS.index, arch))

    def decode(self, codes: Sequence[int]) -> Widths:
        """Returns the architecture of five places in `WIDTHS`."""
        return from_codes(codes)

    def enumerate(self) -> Iterator[Widths]:
        """Lists the architectures as `meta_archs` of the official files does: the product, last layer fastest."""
        return iter(self._archs)

    def __len__(self) -> int:
        return len(self._archs)

    def network(self, arch: Widths, **settings: Any) -> SizeNetwork:
        """Builds the paper's image classifier; `settings` are those of `network.SizeNetwork`."""
        need_pytorch("a network")
        from nasbench_suite.spaces.nats_sss.network import SizeNetwork

        return SizeNetwork(arch, **settings)

    def complexity(self, arch: Widths, size: int, **settings: Any) -> Complexity:
        """Counts parameters and FLOPs by arithmetic."""
        sizes = {name: settings[name] for name in ("classes", "in_channels") if name in settings}
        return Complexity(parameters(arch, **sizes), flops(arch, size=size, **sizes))

    def known_parameters(self, arch: Widths, trial_set: str) -> float | None:
        """Returns the parameters in millions of the benchmark's network; None on data sets that are not its own."""
        return published_parameters(arch, trial_set) if trial_set in TRIAL_SETS else None

    def index(self, archs: Sequence[Widths]) -> dict[str, NDArray[np.generic]]:
        """Returns each architecture's row by its number; -1 where absent."""
        return {"row_of_number": rows_by_number(map(architecture.number, archs), len(self._archs))}

    def locator(self, index: Mapping[str, NDArray[np.generic]]) -> Callable[[Widths], int]:
        """Returns the look-up of an architecture's row."""
        return number_locator(index["row_of_number"].tolist(), architecture.numbers(), architecture.number)

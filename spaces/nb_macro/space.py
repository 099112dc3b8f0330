"""NAS-Bench-Macro as a search space of 6,561 architectures (Su et al. 2021, arXiv:2103.11922)."""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.space import Complexity, Space
from nasbench_suite.spaces.nb_macro import architecture
from nasbench_suite.spaces.nb_macro.architecture import LAYERS, OPERATIONS, MacroArchitecture
from nasbench_suite.spaces.nb_macro.complexity import flops, parameters
from nasbench_suite.spaces.nb_macro.forms import FORMS
from nasbench_suite.variables import check_codes

if TYPE_CHECKING:
    from nasbench_suite.spaces.nb_macro.network import NBMacroNetwork


class NBMacro(Space[MacroArchitecture]):
    """The 6,561 chains of NAS-Bench-Macro."""

    name = "nb_macro"
    variables = architecture.VARIABLES
    forms = FORMS

    def sample(self, rng: np.random.Generator) -> MacroArchitecture:
        """Draws uniformly: each layer's block is uniform and independent. One draw from `rng`."""
        return tuple(rng.integers(len(OPERATIONS), size=LAYERS).tolist())

    def mutate(self, arch: MacroArchitecture, rng: np.random.Generator) -> MacroArchitecture:
        """Draws one of the 16 neighbours; the paper publishes no mutation. One draw from `rng`."""
        neighbours = self.neighbours(arch)
        return neighbours[rng.integers(len(neighbours))]

    def neighbours(self, arch: MacroArchitecture) -> list[MacroArchitecture]:
        """Lists the 16 architectures that differ in one layer, by layer and then by operation."""
        architecture.check(arch)
        return [
            (*arch[:layer], operation, *arch[layer + 1 :])
            for layer in range(LAYERS)
            for operation in range(len(OPERATIONS))
            if operation != arch[layer]
        ]

    def parse(self, text: str) -> MacroArchitecture:
        """Reads the digits, and the other forms that stand for themselves; see `forms`."""
        return self.parse_as(text).arch

    def format(self, arch: MacroArchitecture) -> str:
        """Writes eight digits."""
        return architecture.format(arch)

    def canonical(self, arch: MacroArchitecture) -> MacroArchitecture:
        """Returns the architecture with its idle identities last in their stages. There are 3,969 classes."""
        return architecture.canonical(arch)

    def encode(self, arch: MacroArchitecture) -> tuple[int, ...]:
        """Returns the eight operation indices, which the architecture is."""
        return architecture.check(arch)

    def decode(self, codes: Sequence[int]) -> MacroArchitecture:
        """Returns the architecture of eight indices into `OPERATIONS`."""
        return check_codes(codes, self.variables, self.name)

    def enumerate(self) -> Iterator[MacroArchitecture]:
        """Lists the product of the operations, last layer fastest; the published file has no order of its own."""
        return product(range(len(OPERATIONS)), repeat=LAYERS)

    def __len__(self) -> int:
        size: int = len(OPERATIONS) ** LAYERS
        return size

    def network(self, arch: MacroArchitecture, **settings: Any) -> NBMacroNetwork:
        """Builds the paper's image classifier; `settings` are those of `network.NBMacroNetwork`."""
        need_pytorch("a network")
        from nasbench_suite.spaces.nb_macro.network import NBMacroNetwork

        return NBMacroNetwork(arch, **settings)

    def complexity(self, arch: MacroArchitecture, size: int, **settings: Any) -> Complexity:
        """Counts parameters and FLOPs by arithmetic, as the benchmark's file has them."""
        sizes = {name: settings[name] for name in ("classes", "channels", "in_channels") if name in settings}
        return Complexity(parameters(arch, **sizes), flops(arch, size=size, **sizes))

    def known_parameters(self, arch: MacroArchitecture, trial_set: str) -> float | None:
        """Returns the parameters in millions of the benchmark's network on CIFAR-10, its one data set."""
        return parameters(arch) / 1e6 if trial_set == "cifar10" else None

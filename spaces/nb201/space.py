"""NAS-Bench-201 as a search space of 15,625 architectures (Dong and Yang 2020, arXiv:2001.00326)."""

# annotations that are not evaluated spare the start numpy.random, a quarter of what opening a table takes
from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.numbered_rows import number_locator, rows_by_number
from nasbench_suite.path_numbers import count_paths, path_number
from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.space import Complexity, Space
from nasbench_suite.spaces.nb201 import architecture
from nasbench_suite.spaces.nb201.architecture import EDGES, EDGES_INTO, OPERATIONS, PATHS, Architecture
from nasbench_suite.spaces.nb201.canonical import unique_string
from nasbench_suite.spaces.nb201.complexity import TRIAL_SETS, flops, parameters, published_parameters
from nasbench_suite.spaces.nb201.forms import FORMS
from nasbench_suite.variables import check_codes

if TYPE_CHECKING:
    from nasbench_suite.spaces.nb201.network import NB201Network
    from nasbench_suite.spaces.nb201.supernet import NB201Supernet


class NB201(Space[Architecture]):
    """The 15,625 architectures of NAS-Bench-201."""

    name = "nb201"
    # a cell is searched by its training on half of CIFAR-10's training set and scored by the one on all of it
    datasets: Mapping[str, tuple[str, str]] = {"cifar10": ("cifar10-valid", "cifar10")}
    # table 5's ResNet is a cell: two 3x3 convolutions in a row, the identity around them
    baselines: Mapping[str, Architecture] = {"resnet": (3, 0, 3, 1, 0, 1)}
    variables = architecture.VARIABLES
    path_count = count_paths(len(OPERATIONS), longest=3, shortest=1)
    forms = FORMS

    @cached_property
    def _archs(self) -> list[Architecture]:
        """All architectures by number."""
        return list(architecture.numbers())

    def sample(self, rng: np.random.Generator) -> Architecture:
        """Draws uniformly: each edge's operation is uniform and independent. One draw from `rng`."""
        return self._archs[rng.integers(len(self._archs))]

    def mutate(self, arch: Architecture, rng: np.random.Generator) -> Architecture:
        """Replaces one operation by another.

        As published, the inner node is drawn first and then one of its in-edges, so the six edges are not equally
        likely: 1/3, 1/6 twice, 1/9 three times. One draw from `rng`, over the 3 x 6 x 4 equally likely outcomes.
        """
        architecture.check(arch)
        draw = int(rng.integers(3 * 6 * 4))
        edges = EDGES_INTO[draw // 24]
        edge = edges[draw // 4 % 6 % len(edges)]
        operation = draw % 4
        if operation >= arch[edge]:
            operation += 1
        return (*arch[:edge], operation, *arch[edge + 1 :])

    def neighbours(self, arch: Architecture) -> list[Architecture]:
        """Lists the 24 architectures that differ in one operation, by edge and then by operation."""
        architecture.check(arch)
        return [
            (*arch[:edge], operation, *arch[edge + 1 :])
            for edge in range(len(EDGES))
            for operation in range(len(OPERATIONS))
            if operation != arch[edge]
        ]

    def parse(self, text: str) -> Architecture:
        """Reads `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`, and the other forms that stand for themselves; see `forms`."""
        return self.parse_as(text).arch

    def format(self, arch: Architecture) -> str:
        """Writes the official string."""
        return architecture.format(arch)

    def canonical(self, arch: Architecture) -> Architecture:
        """Returns the first architecture, by number, with the same unique string of NATS-Bench.

        There are 6,466 classes.
        """
        return self._archs[self._representatives[architecture.number(arch)]]

    def draw(self, arch: Architecture) -> str:
        """Returns SVG of the cell; the operation `none` is an edge that is not there."""
        from nasbench_suite.spaces.nb201.drawing import draw_cell

        return draw_cell(architecture.check(arch))

    @cached_property
    def _representatives(self) -> list[int]:
        first: dict[str, int] = {}
        return [first.setdefault(unique_string(arch, OPERATIONS), number) for number, arch in enumerate(self._archs)]

    def encode(self, arch: Architecture) -> tuple[int, ...]:
        """Returns the six operation indices, which the architecture is."""
        return architecture.check(arch)

    def paths(self, arch: Architecture) -> list[int]:
        """Returns the numbers of the four paths; one through `none` is a path, as in BANANAS's code."""
        architecture.check(arch)
        return [path_number([arch[edge] for edge in path], len(OPERATIONS), shortest=1) for path in PATHS]

    def decode(self, codes: Sequence[int]) -> Architecture:
        """Returns the architecture of six indices into `OPERATIONS`, whole numbers in this space's order."""
        return check_codes(codes, self.variables, self.name)

    def enumerate(self) -> Iterator[Architecture]:
        """Lists the architectures as `meta_archs` of the official files does."""
        archs = list(self._archs)
        # the official list is the product of the operations shuffled by Python's generator with seed 88
        random.Random(88).shuffle(archs)
        return iter(archs)

    def __len__(self) -> int:
        return len(self._archs)

    def network(self, arch: Architecture, **settings: Any) -> NB201Network:
        """Builds the paper's image classifier; `settings` are those of `network.NB201Network`."""
        need_pytorch("a network")
        from nasbench_suite.spaces.nb201.network import NB201Network

        return NB201Network(arch, **settings)

    def supernet(self, **settings: Any) -> NB201Supernet:
        """Builds the network of all architectures; `settings` are those of `supernet.NB201Supernet`."""
        need_pytorch("a supernet")
        from nasbench_suite.spaces.nb201.supernet import NB201Supernet

        return NB201Supernet(**settings)

    def complexity(self, arch: Architecture, size: int, **settings: Any) -> Complexity:
        """Counts parameters and FLOPs by arithmetic, every edge of the cell included, as the paper does."""
        sizes = {name: settings[name] for name in ("classes", "channels", "cells", "in_channels") if name in settings}
        return Complexity(parameters(arch, **sizes), flops(arch, size=size, **sizes))

    def known_parameters(self, arch: Architecture, trial_set: str) -> float | None:
        """Returns the parameters in millions of the benchmark's network; None on data sets that are not its own."""
        return published_parameters(arch, trial_set) if trial_set in TRIAL_SETS else None

    def index(self, archs: Sequence[Architecture]) -> dict[str, NDArray[np.generic]]:
        """Returns each architecture's row by its number; -1 where absent."""
        return {"row_of_code": rows_by_number(map(architecture.number, archs), len(self._archs))}

    def locator(self, index: Mapping[str, NDArray[np.generic]]) -> Callable[[Architecture], int]:
        """Returns the look-up of an architecture's row."""
        return number_locator(index["row_of_code"].tolist(), architecture.numbers(), architecture.number)

"""From codes that a model draws to architectures, on spaces where not all codes are one."""

from collections.abc import Callable, Sequence

import numpy as np

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT, is_code

# NAS-Bench-101 accepts about every tenth draw; a space of listed architectures may accept next to none
ATTEMPTS = 1000


def draw_valid(
    space: Space[ArchT], draw: Callable[[], Sequence[int]], rng: np.random.Generator
) -> tuple[ArchT, tuple[int, ...]]:
    """Redraws until the codes are an architecture; after 1,000 failures takes a sample of the space instead.

    Args:
        space: decodes.
        draw: returns a code for each of the space's variables.
        rng: draws the sample of the space.

    Returns:
        The architecture and its codes.

    Raises:
        ArchitectureError: a code is not a whole number, so that the model that drew it is wrong.
    """
    for _ in range(ATTEMPTS):
        codes = tuple(draw())
        try:
            return space.decode(codes), codes
        except ArchitectureError:
            if not all(map(is_code, codes)):
                raise ArchitectureError(f"expected whole numbers as codes of an architecture, got {codes!r}") from None
    arch = space.sample(rng)
    return arch, space.encode(arch)

"""Holds a source's parameters against those that the space knows: official files disagree for a few architectures."""

import math
from collections.abc import Sequence
from typing import Any

from nasbench_suite.importing.gathering import Trials
from nasbench_suite.space import Space

# sources round: to the thousandth of a million, or of the figure
_ROUNDING, _RELATIVE = 5e-4, 1e-3


def agree(parameters: float, known: float) -> bool:
    """Whether a source's parameters are the known ones, both in millions, but for rounding."""
    return math.isclose(parameters, known, rel_tol=_RELATIVE, abs_tol=_ROUNDING)


def count_other_parameters(
    space: Space[Any], archs: Sequence[Any], trials: Trials, scale: float = 1.0
) -> dict[str, int]:
    """Counts the architectures whose parameters are not what the space knows; nothing where it knows of none.

    Args:
        space: that knows.
        archs: the architecture of each row.
        trials: what the source says.
        scale: from the source's unit to millions.
    """
    compared, others = False, set()
    for row, trial_set, value in trials.each("parameters"):
        known = space.known_parameters(archs[row], trial_set)
        if known is not None:
            compared = True
            if not agree(value * scale, known):
                others.add(row)
    return {"architectures_with_other_parameters_than_the_formula": len(others)} if compared else {}

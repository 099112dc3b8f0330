"""What an architecture is made of, as algorithms see it: one choice per variable."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from nasbench_suite.errors import ArchitectureError

ArchT = TypeVar("ArchT", bound=Hashable)
"""The type of a space's architectures."""


class Categorical(NamedTuple):
    """One decision of an architecture.

    Attributes:
        name: unique within the space.
        choices: what the codes 0 .. len(choices) - 1 stand for.
    """

    name: str
    choices: tuple[str, ...]


def is_code(value: object) -> bool:
    """Whether a value is one of Python's or NumPy's whole numbers; 1.0, True and "1" are none."""
    return type(value) is int or isinstance(value, np.integer)


def check_codes(codes: Sequence[int], variables: Sequence[Categorical], space: str) -> tuple[int, ...]:
    """Returns codes as plain ints, one for each variable.

    Python's and NumPy's whole numbers are codes; 1.0, True and "1" are not.

    Args:
        codes: to be checked.
        variables: what they are codes of.
        space: its name, for messages.

    Raises:
        ArchitectureError: there are too few or too many, or one is not the code of a choice.
    """
    if not isinstance(codes, Sequence | np.ndarray) or len(codes) != len(variables):
        raise ArchitectureError(f"{space}: expected a code for each of {len(variables)} variables, got {codes!r:.200}")
    for code, variable in zip(codes, variables, strict=True):
        # the type is asked first because algorithms decode a million of plain ints
        if not (type(code) is int or is_code(code)) or not 0 <= code < len(variable.choices):
            raise ArchitectureError(
                f"{space}: expected a whole number from 0 to {len(variable.choices) - 1} as the code of "
                f"{variable.name}, got {code!r:.100}"
            )
    return tuple(map(int, codes))

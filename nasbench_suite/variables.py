"""What an architecture is made of, as algorithms see it: one choice per variable."""

from collections.abc import Hashable
from typing import NamedTuple, TypeVar

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

"""The official order of each space's architectures, by which the APIs index."""

from functools import cache
from typing import Any

from nasbench_suite.registry.spaces import find_space


@cache
def strings(space: str) -> tuple[str, ...]:
    """Lists the texts of a space's architectures in the official order."""
    known: Any = find_space(space)
    return tuple(known.format(arch) for arch in known.enumerate())

"""Spaces by name: ours, and those that third parties registered as entry points."""

from importlib import import_module
from typing import Any

from nasbench_suite.closest import closest
from nasbench_suite.errors import ConfigError
from nasbench_suite.space import Space
from nasbench_suite.spaces import SPACES

GROUP = "nasbench_suite.spaces"


def find_space(name: str) -> Space[Any]:
    """Returns the space of that name, ours or one that a third party registered as an entry point.

    Raises:
        ConfigError: lists the spaces that there are.
    """
    if not isinstance(name, str):
        raise ConfigError(f"expected a space's name, got {name!r:.80}; `nasbench_suite.spaces()` lists them")
    if name in SPACES:
        module, _, attribute = SPACES[name].partition(":")
        own: Space[Any] = getattr(import_module(module), attribute)()
        return own
    theirs = _registered()
    if name not in theirs:
        close = closest(name, space_names())
        guess = f"; did you mean {close}?" if close else ""
        raise ConfigError(f"expected one of the spaces {', '.join(space_names())}; got {name!r:.80}{guess}")
    space: Space[Any] = theirs[name].load()()
    return space


def space_names() -> list[str]:
    """Lists the spaces that `find_space` finds: ours, then those of third parties."""
    return [*SPACES, *(name for name in _registered() if name not in SPACES)]


def _registered() -> dict[str, Any]:
    from importlib.metadata import entry_points  # costs as much as opening a table

    return {entry.name: entry for entry in entry_points(group=GROUP)}

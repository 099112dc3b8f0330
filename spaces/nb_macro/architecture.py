"""An architecture of NAS-Bench-Macro (Su et al. 2021, arXiv:2103.11922): the block of each of eight layers."""

import re

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.variables import Categorical

OPERATIONS = ("identity", "MB3_K3", "MB6_K5")
IDENTITY, MB3_K3, MB6_K5 = range(len(OPERATIONS))

STAGES = (2, 3, 3)
"""Layers of each stage; the first one of a stage halves height and width and doubles the channels."""
LAYERS = sum(STAGES)

VARIABLES = tuple(Categorical(f"layer_{layer}", OPERATIONS) for layer in range(LAYERS))
EXAMPLE = "22212220"

MacroArchitecture = tuple[int, ...]
"""Eight indices into `OPERATIONS`, from the images to the classifier."""

_TEXT = re.compile(f"[0-{len(OPERATIONS) - 1}]{{{LAYERS}}}")


def check(arch: MacroArchitecture) -> MacroArchitecture:
    """Returns an architecture as it is.

    Raises:
        ArchitectureError: it is not a tuple of eight operation indices.
    """
    if not isinstance(arch, tuple) or len(arch) != LAYERS or not all(_is_index(index) for index in arch):
        raise ArchitectureError(
            f"nb_macro: expected a tuple of {LAYERS} operation indices in 0..{len(OPERATIONS) - 1}, got {arch!r:.100}"
        )
    return arch


def _is_index(value: object) -> bool:
    return type(value) is int and 0 <= value < len(OPERATIONS)


def parse(text: str) -> MacroArchitecture:
    """Reads the benchmark's own form: a digit per layer.

    Raises:
        ArchitectureError: it is something else.
    """
    if not _TEXT.fullmatch(text.strip(" ")):
        raise ArchitectureError(
            f"nb_macro: expected {LAYERS} digits such as {EXAMPLE} (0 identity, 1 MB3_K3, 2 MB6_K5), got {text!r:.100}"
        )
    return tuple(map(int, text.strip(" ")))


def format(arch: MacroArchitecture) -> str:
    """Writes the benchmark's own form.

    Raises:
        ArchitectureError: `arch` is not a tuple of eight operation indices.
    """
    return "".join(map(str, check(arch)))


def canonical(arch: MacroArchitecture) -> MacroArchitecture:
    """Moves the identities that do nothing, those after a stage's first layer, to the end of their stage.

    That is the published rule; it leaves 3,969 networks, each of which was trained once under all its names.
    """
    check(arch)
    found: list[int] = []
    for layers in STAGES:
        first, *rest = arch[len(found) : len(found) + layers]
        blocks = [operation for operation in rest if operation != IDENTITY]
        found += [first, *blocks, *[IDENTITY] * (len(rest) - len(blocks))]
    return tuple(found)

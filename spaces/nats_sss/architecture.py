"""An architecture of NATS-Bench's size space (Dong et al. 2021, arXiv:2009.00437): the widths of five layers.

The layers are the first stage, a residual block, the second stage, another residual block and the third stage; the stem
is as wide as the first stage. The cell of every stage is the same for all architectures.
"""

from functools import cache
from itertools import product

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb201 import architecture as topology
from nasbench_suite.variables import Categorical

WIDTHS = tuple(range(8, 65, 8))
"""Channels that a layer can have."""
LAYERS = ("stage 1", "block 1", "stage 2", "block 2", "stage 3")

VARIABLES = tuple(Categorical(layer, tuple(map(str, WIDTHS))) for layer in LAYERS)

CELL_TEXT = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|"
CELL = topology.parse(CELL_TEXT)
"""The cell of every stage, by its operations."""

Widths = tuple[int, ...]
"""Five of `WIDTHS`, in the order of `LAYERS`."""


@cache
def numbers() -> dict[Widths, int]:
    """Returns every architecture's number: its place in the product of the five widths, last layer fastest.

    This is the order of the official files.
    """
    return {arch: number for number, arch in enumerate(product(WIDTHS, repeat=len(LAYERS)))}


def number(arch: Widths) -> int:
    """Returns an architecture's number, from 0 to 32,767.

    Raises:
        ArchitectureError: it is not a tuple of five widths.
    """
    try:
        return numbers()[arch]
    except (KeyError, TypeError):
        raise ArchitectureError(
            f"nats_sss: expected a tuple of 5 widths from 8 to 64 in steps of 8, got {arch!r:.100}"
        ) from None


def parse(text: str) -> Widths:
    """Reads `64:40:8:16:32`.

    Raises:
        ArchitectureError: says what was expected.
    """
    parts = text.strip().split(":")
    arch = tuple(int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) <= 2)
    if arch not in numbers() or ":".join(map(str, arch)) != text.strip():
        raise ArchitectureError(
            f"nats_sss: expected five widths from 8 to 64 in steps of 8, such as 64:40:8:16:32, got {text!r:.100}"
        )
    return arch


def format(arch: Widths) -> str:
    """Writes the official string.

    Raises:
        ArchitectureError: `arch` is not a tuple of five widths.
    """
    number(arch)
    return ":".join(map(str, arch))

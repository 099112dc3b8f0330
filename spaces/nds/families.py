"""What the cells of each cell family of NDS are made of (Radosavovic et al. 2019, arXiv:1905.13214)."""

from typing import NamedTuple


class CellFamily(NamedTuple):
    """What a cell of a family may be.

    Attributes:
        operations: the names of those it chooses from, as the published files have them.
        nodes: how many it has besides its two inputs.
    """

    operations: tuple[str, ...]
    nodes: int


NASNET = CellFamily(
    operations=(
        "skip_connect",
        "conv_3x1_1x3",
        "conv_7x1_1x7",
        "dil_conv_3x3",
        "avg_pool_3x3",
        "max_pool_3x3",
        "max_pool_5x5",
        "max_pool_7x7",
        "conv_1x1",
        "conv_3x3",
        "sep_conv_3x3",
        "sep_conv_5x5",
        "sep_conv_7x7",
    ),
    nodes=5,
)
AMOEBA = CellFamily(
    operations=(
        "skip_connect",
        "sep_conv_3x3",
        "sep_conv_5x5",
        "sep_conv_7x7",
        "avg_pool_3x3",
        "max_pool_3x3",
        "dil_sep_conv_3x3",
        "conv_7x1_1x7",
    ),
    nodes=5,
)
PNAS = CellFamily(
    operations=(
        "sep_conv_3x3",
        "sep_conv_5x5",
        "sep_conv_7x7",
        "conv_7x1_1x7",
        "skip_connect",
        "avg_pool_3x3",
        "max_pool_3x3",
        "dil_conv_3x3",
    ),
    nodes=5,
)
ENAS = CellFamily(operations=("skip_connect", "sep_conv_3x3", "sep_conv_5x5", "avg_pool_3x3", "max_pool_3x3"), nodes=5)
DARTS = CellFamily(
    operations=(
        "none",
        "max_pool_3x3",
        "avg_pool_3x3",
        "skip_connect",
        "sep_conv_3x3",
        "sep_conv_5x5",
        "dil_conv_3x3",
        "dil_conv_5x5",
    ),
    nodes=4,
)

FAMILY_NAMES = (
    "ResNet",
    "ResNet-B",
    "ResNeXt-A",
    "ResNeXt-B",
    "Vanilla",
    "NASNet",
    "Amoeba",
    "PNAS",
    "ENAS",
    "DARTS",
)
"""All families, stage and cell, by the first word of their files' names."""

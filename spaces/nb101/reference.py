"""Cells that the paper and its code name, to compare with what a search finds."""

from typing import Final

from nasbench_suite.spaces.nb101.cell import Cell, parse_cell

REFERENCE_CELLS: Final[dict[str, Cell]] = {
    # two 3x3 convolutions beside a projected shortcut (nasbench's ResNet-20)
    "resnet": parse_cell("0101001000010000|input,conv3x3-bn-relu,conv3x3-bn-relu,output"),
    # Ying et al. (2019), figure 1: a 5x5 convolution is two of 3x3
    "inception": parse_cell(
        "0111010"
        "0000001"
        "0000001"
        "0000100"
        "0000001"
        "0000001"
        "0000000"
        "|input,conv1x1-bn-relu,conv3x3-bn-relu,conv3x3-bn-relu,conv3x3-bn-relu,maxpool3x3,output"
    ),
    # the best mean test accuracy after 108 epochs
    "best": parse_cell(
        "0110011"
        "0000010"
        "0001000"
        "0000100"
        "0000010"
        "0000001"
        "0000000"
        "|input,conv1x1-bn-relu,conv3x3-bn-relu,maxpool3x3,conv3x3-bn-relu,conv3x3-bn-relu,output"
    ),
}
"""By name: `resnet`, `inception` and `best`, all valid; the best has a mean test error of 5.68 percent."""

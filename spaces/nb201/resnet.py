"""The ResNet baseline of NAS-Bench-201's table 5 (Dong and Yang 2020, arXiv:2001.00326).

It is a cell of the space: two 3x3 convolutions in a row and the identity around them, that is a residual block with
its ReLU before the convolution. The benchmark's own record of this cell, trained with seed 888, is the paper's row.
"""

from nasbench_suite.spaces.nb201.operations import CONV_3X3, NONE, SKIP
from nasbench_suite.spaces.nb201.space import Cell

RESNET: Cell = (CONV_3X3, NONE, CONV_3X3, SKIP, NONE, SKIP)
"""|nor_conv_3x3~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|skip_connect~2|"""

"""NDS, the network design spaces of Radosavovic et al. 2019 (arXiv:1905.13214): ten families, searched as pools."""

from nasbench_suite.spaces.nds.cells import Cell, CellNetwork, Genotype
from nasbench_suite.spaces.nds.space import (
    DARTS,
    ENAS,
    FAMILIES,
    PNAS,
    Amoeba,
    NASNet,
    NDSSpace,
    ResNet,
    ResNetB,
    ResNeXtA,
    ResNeXtB,
    Vanilla,
)
from nasbench_suite.spaces.nds.stages import StageNetwork

__all__ = [
    "DARTS",
    "ENAS",
    "FAMILIES",
    "PNAS",
    "Amoeba",
    "Cell",
    "CellNetwork",
    "Genotype",
    "NASNet",
    "NDSSpace",
    "ResNeXtA",
    "ResNeXtB",
    "ResNet",
    "ResNetB",
    "StageNetwork",
    "Vanilla",
]

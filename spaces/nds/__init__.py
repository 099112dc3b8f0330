"""NDS, the network design spaces of Radosavovic et al. 2019 (arXiv:1905.13214): ten families, searched as samples."""

from nasbench_suite.spaces.nds.cells import CellArchitecture, Genotype, NDSCell
from nasbench_suite.spaces.nds.space import (
    FAMILIES,
    NDSDARTS,
    NDSENAS,
    NDSPNAS,
    NDSAmoeba,
    NDSNASNet,
    NDSResNet,
    NDSResNetB,
    NDSResNeXtA,
    NDSResNeXtB,
    NDSSpace,
    NDSVanilla,
)
from nasbench_suite.spaces.nds.stages import StageArchitecture

__all__ = [
    "FAMILIES",
    "NDSDARTS",
    "NDSENAS",
    "NDSPNAS",
    "CellArchitecture",
    "Genotype",
    "NDSAmoeba",
    "NDSCell",
    "NDSNASNet",
    "NDSResNeXtA",
    "NDSResNeXtB",
    "NDSResNet",
    "NDSResNetB",
    "NDSSpace",
    "NDSVanilla",
    "StageArchitecture",
]

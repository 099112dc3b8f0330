"""NAS-Bench-101: cells, their enumeration, the official files and the network."""

from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.space import NB101

__all__ = ["NB101", "Cell"]

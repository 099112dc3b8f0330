"""NAS-Bench-Macro (Su et al. 2021, arXiv:2103.11922): chains of eight layers."""

from nasbench_suite.spaces.nb_macro.architecture import OPERATIONS, MacroArchitecture
from nasbench_suite.spaces.nb_macro.space import NBMacro

__all__ = ["OPERATIONS", "MacroArchitecture", "NBMacro"]

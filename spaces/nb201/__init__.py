"""NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326), NATS-Bench's topology space."""

from nasbench_suite.spaces.nb201.architecture import OPERATIONS, Architecture
from nasbench_suite.spaces.nb201.space import NB201

__all__ = ["NB201", "OPERATIONS", "Architecture"]

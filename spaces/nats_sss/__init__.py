"""NATS-Bench's size space (Dong et al. 2021, arXiv:2009.00437): five widths of one fixed network."""

from nasbench_suite.spaces.nats_sss.architecture import WIDTHS, Widths
from nasbench_suite.spaces.nats_sss.space import NATSSizeSpace

__all__ = ["WIDTHS", "NATSSizeSpace", "Widths"]

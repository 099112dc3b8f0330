"""Runs in Weights & Biases. The results folders stay the truth: what fails here costs a line on standard error.

A table search is logged from its files when it ends (`log_job`); a training logs live (`LiveRun`).
"""

from nasbench_suite.tracking.job import log_failure, log_job
from nasbench_suite.tracking.run import Axes, LiveRun, RunName, mode

__all__ = ["Axes", "LiveRun", "RunName", "log_failure", "log_job", "mode"]

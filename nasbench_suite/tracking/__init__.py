"""Runs in Weights & Biases. The results folders stay the truth: what fails here costs a line on standard error.

A job is logged from its files when it ends (`log_job`); a training (`LiveRun`) and a supernet's search
(`live_supernet`) log live besides.
"""

from nasbench_suite.tracking.job import log_failure, log_job
from nasbench_suite.tracking.one_shot import LiveSupernet, live_supernet
from nasbench_suite.tracking.run import Axes, LiveRun, RunName, mode

__all__ = ["Axes", "LiveRun", "LiveSupernet", "RunName", "live_supernet", "log_failure", "log_job", "mode"]

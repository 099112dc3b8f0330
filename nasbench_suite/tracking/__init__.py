"""Runs in Weights & Biases. The results folders stay the truth: what fails here costs a line on standard error.

A job is logged from its files when it ends (`log_job`); a training (`LiveRun`) and a supernet's search
(`live_supernet`) log live besides. What is not used is not loaded, for most searches are quick and not tracked.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasbench_suite.tracking.environment import GivenRun, given_run
from nasbench_suite.tracking.mode import mode

if TYPE_CHECKING:
    from nasbench_suite.tracking.job import log_failure, log_job
    from nasbench_suite.tracking.one_shot import LiveSupernet, live_supernet
    from nasbench_suite.tracking.run import Axes, LiveRun, RunName

__all__ = [
    "Axes",
    "GivenRun",
    "LiveRun",
    "LiveSupernet",
    "RunName",
    "given_run",
    "live_supernet",
    "log_failure",
    "log_job",
    "mode",
]

_MODULES = {
    **dict.fromkeys(("log_failure", "log_job"), "job"),
    **dict.fromkeys(("LiveSupernet", "live_supernet"), "one_shot"),
    **dict.fromkeys(("Axes", "LiveRun", "RunName"), "run"),
}


def __getattr__(name: str) -> Any:
    """Loads what is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

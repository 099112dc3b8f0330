"""What a job of a sweep sends back to the command that launched it."""

from typing import Any

from hydra.core.utils import JobReturn
from hydra.experimental.callback import Callback
from omegaconf import DictConfig


class LightReturns(Callback):
    """Leaves the configurations of a finished job behind.

    Nobody reads them; of hundreds of jobs they would fill the memory of the command that launched them, and those of
    some plugins do not pickle in a worker.
    """

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **arguments: Any) -> None:
        """Is called by Hydra in the process that ran the job."""
        job_return.cfg = job_return.hydra_cfg = None

"""`nasbench-suite run`: from Hydra's configuration to a job."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite import tracking
from nasbench_suite.configuration import search_path
from nasbench_suite.configuration.hydra_errors import as_ours, plainly
from nasbench_suite.distributed import FirstProcessError, from_first, processes, rank
from nasbench_suite.errors import ConfigError, NasBenchSuiteError, ResultsError
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.jobs.run import run
from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.console import to_console
from nasbench_suite.tracking import live_supernet


def main(arguments: Sequence[str]) -> None:
    """Runs the jobs that the arguments describe.

    Raises:
        ConfigError: Hydra does not understand them; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    search_path.register()
    _failures.clear()
    try:
        with plainly("nasbench-suite run", arguments):
            _main()
    except FirstProcessError:
        sys.exit(2)
    if len(_failures) > 1:
        raise ConfigError(f"{len(_failures)} jobs failed; the first: {_failures[0]}") from _failures[0]
    if _failures:
        raise _failures[0]


# what went wrong in the jobs that ran in this process: one failing job must not end a sweep
_failures: list[NasBenchSuiteError] = []
_PROCESS = os.getpid()


@hydra.main(version_base="1.3", config_path="pkg://nasbench_suite.conf", config_name="config")
def _main(config: DictConfig) -> None:
    choices = {key: value for key, value in HydraConfig.get().runtime.choices.items() if not key.startswith("hydra/")}
    try:
        container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
        assert isinstance(container, dict)
        plain = {str(key): value for key, value in container.items()}
        tracking.mode(plain["tracking"])  # complains now, not when the job has ended
        folder = _run(from_first(lambda: prepare(plain, choices)))
    except (NasBenchSuiteError, HydraException, OmegaConfBaseException) as error:
        ours = as_ours(error)
        # on a cluster the launcher brings it back; of processes that search as one, the others would wait for this one
        if os.getpid() != _PROCESS or processes() > 1:
            raise ours from error
        _failures.append(ours)
        return
    if rank() > 0:
        return
    print(to_console(make_report([folder])))
    print(f"results: {_shown(folder)}", flush=True)
    logged = tracking.log_job(folder, plain)
    if logged:
        print(logged, flush=True)


def _run(job: Job) -> Path:
    """Runs a job; one that fails is a failed run in W&B, unless its folder is the trouble."""
    try:
        return run(job, live_supernet)
    except ResultsError:
        raise
    except Exception as error:
        if rank() == 0:
            tracking.log_failure(job.folder, job.config, error)
        raise


def _shown(folder: Path) -> Path:
    """Returns the folder relative to here, where it is below."""
    here, folder = Path.cwd(), folder.resolve()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder

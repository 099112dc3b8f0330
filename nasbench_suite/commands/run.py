"""`nasbench-suite run`: from Hydra's configuration to a job."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite import tracking
from nasbench_suite.configuration import search_path
from nasbench_suite.configuration.arguments import search_arguments
from nasbench_suite.configuration.compose_once import composing_once
from nasbench_suite.configuration.hydra_errors import as_suite_error, in_one_line
from nasbench_suite.configuration.provenance import command_line, commit
from nasbench_suite.distributed import FirstProcessError, from_first, processes, rank
from nasbench_suite.errors import ConfigError, NasBenchSuiteError, ResultsError
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.jobs.run import run
from nasbench_suite.report.model import Report, make_report
from nasbench_suite.report.writers.console import to_console


def main(arguments: Sequence[str]) -> None:
    """Runs the jobs that the arguments describe.

    Raises:
        ConfigError: Hydra does not understand them; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    search_path.register()
    _failures.clear()
    try:
        with in_one_line("nasbench-suite run", search_arguments(arguments)), composing_once():
            _main()
    except FirstProcessError:
        sys.exit(2)
    if len(_failures) > 1:
        raise ConfigError(f"{len(_failures)} jobs failed; the first: {_failures[0]}") from _failures[0]
    if _failures:
        raise _failures[0]


# what went wrong in the jobs that ran in this process: one failing job must not end a sweep
_failures: list[NasBenchSuiteError | OSError] = []
_PROCESS = os.getpid()


@hydra.main(version_base="1.3", config_path="pkg://nasbench_suite.conf", config_name="config")
def _main(config: DictConfig) -> float | None:
    """Runs one job; returns what an optimising sweeper maximises, None for a failed trial."""
    try:
        job = from_first(lambda: _prepare(config))
        return run_and_show(job)
    except (NasBenchSuiteError, HydraException, OmegaConfBaseException, OSError) as error:
        # of the system's errors what is left here is that of our own output, which the command line puts into words
        ours = error if isinstance(error, OSError) else as_suite_error(error)
        # on a cluster the launcher brings it back; of processes that search as one, the others would wait for this one
        if os.getpid() != _PROCESS or processes() > 1:
            raise ours from error
        _failures.append(ours)
        return None


def run_and_show(job: Job) -> float | None:
    """Runs a job, prints what it found, and logs it.

    Returns:
        The mean of the final incumbents' validation accuracies on the searched data set, in percent; of an error, its
        negative. None where some search found nothing.
    """
    tracked = tracking.mode(job.config["tracking"]) != "disabled"
    folder = _run(job, tracked)
    if rank() > 0:
        return None
    report = make_report([folder])
    print(to_console(report))
    print(f"results: {_shown(folder)}", flush=True)
    objective = _objective(report)
    logged = tracking.log_job(folder, job.config, objective, _given_run()) if tracked else None
    if logged:
        print(logged, flush=True)
    return objective


def _prepare(config: DictConfig) -> Job:
    chosen = HydraConfig.get()
    choices = {key: value for key, value in chosen.runtime.choices.items() if not key.startswith("hydra/")}
    container: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    plain = {str(key): value for key, value in container.items()}
    job = prepare(plain, choices, command_line(chosen.overrides.task), commit())
    tracking.mode(job.config["tracking"])  # complains now, not when the job has ended
    return job


def _run(job: Job, tracked: bool) -> Path:
    """Runs a job; one that fails is a failed run in W&B, unless its folder is the trouble."""
    try:
        return run(job, tracking.live_supernet if tracked else None)
    except ResultsError:
        raise
    except Exception as error:
        if tracked and rank() == 0:
            tracking.log_failure(job.folder, job.config, error, _given_run())
        raise


def _given_run() -> tracking.GivenRun | None:
    """Returns the run of W&B's that the environment names for this job; of a sweep's jobs the first has it."""
    if HydraConfig.initialized():
        chosen = HydraConfig.get()
        if chosen.mode == RunMode.MULTIRUN and chosen.job.num > 0:
            return None
    return tracking.given_run()


def _objective(report: Report) -> float | None:
    (found,) = report.configurations
    row = found.row
    if row.scored_on != row.dataset or row.without_incumbent:
        return None
    if found.results.description["objectives"] == ["test_error"]:
        return None if row.test_mean is None else row.test_mean - 100
    return row.valid_mean


def _shown(folder: Path) -> Path:
    """Returns the folder relative to here, where it is below."""
    here, folder = Path.cwd(), folder.resolve()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder

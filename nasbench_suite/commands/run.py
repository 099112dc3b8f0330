"""`nasbench-suite run`: from Hydra's configuration to a job."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite import tracking
from nasbench_suite.atomic_write import cannot_write
from nasbench_suite.configuration import search_path
from nasbench_suite.configuration.arguments import search_arguments
from nasbench_suite.configuration.compose_once import composing_once
from nasbench_suite.configuration.hydra_errors import as_suite_error, in_one_line
from nasbench_suite.configuration.provenance import command_line, commit
from nasbench_suite.distributed import FirstProcessError, from_first, processes, rank
from nasbench_suite.errors import FolderBusyError, NasBenchSuiteError, ResultsError, SweepError
from nasbench_suite.jobs.description import read_description
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.jobs.run import run
from nasbench_suite.processes import die_with_launcher
from nasbench_suite.report.model import Report, make_report
from nasbench_suite.report.writers.console import to_console
from nasbench_suite.sweeps.launcher import LEAVE_BUSY, SweepRecord, sweeping
from nasbench_suite.sweeps.notes import JobNote, drop_note, write_note
from nasbench_suite.sweeps.plan import job_key
from nasbench_suite.whole_number import is_whole


def main(arguments: Sequence[str]) -> None:
    """Runs the jobs that the arguments describe.

    Raises:
        ConfigError: Hydra does not understand them; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    search_path.register()
    _failures.clear()
    try:
        with in_one_line("nasbench-suite run", search_arguments(arguments)), composing_once(), sweeping() as sweep:
            _main()
    except FirstProcessError:
        sys.exit(2)
    except ValueError as error:  # of Optuna, when it looks for the best of them
        if "No trials are completed yet" not in str(error):
            raise
        raise _summary(sweep) or SweepError("no trial has a value, for in each some search found nothing") from error
    if _failures:
        raise _failures[0]
    failure = _summary(sweep)
    if failure is not None:
        raise failure from getattr(failure, "__cause__", None)


# of the one job that is no sweep's: Hydra would say a line of its own about an exception that passes through it
_failures: list[NasBenchSuiteError | OSError] = []


@hydra.main(version_base="1.3", config_path="pkg://nasbench_suite.conf", config_name="config")
def _main(config: DictConfig) -> float | None:
    """Runs one job; returns what an optimising sweeper maximises, None where there is nothing."""
    die_with_launcher()
    hydra_config: Any = HydraConfig.get()
    swept = hydra_config.mode == RunMode.MULTIRUN
    try:
        root, command = Path(hydra_config.sweep.dir), command_line(hydra_config.overrides.task, hydra_config)
    except OmegaConfBaseException as error:  # an override refers to what is left open, or not there
        if swept:
            raise
        _failures.append(as_suite_error(error))
        return None
    job: Job | None = None
    try:
        job = from_first(lambda: _prepare(config, command))
        value = run_and_show(job, wait=LEAVE_BUSY not in os.environ)
        if swept and rank() == 0:
            _note_skipped(root, job)
        return value
    except FolderBusyError:
        raise
    except (NasBenchSuiteError, HydraException, OmegaConfBaseException, OSError) as error:
        # of the system's errors what is left here is that of our own output, which the command line puts into words
        ours = error if isinstance(error, OSError) else as_suite_error(error)
        if swept and not isinstance(ours, BrokenPipeError | FirstProcessError):
            _note_failed(root, command, job, ours)
        # of processes that search as one, the others would wait for this one
        if swept or processes() > 1:
            raise ours from error
        _failures.append(ours)
        return None


def _note_failed(root: Path, command: str, job: Job | None, error: Exception) -> None:
    with suppress(OSError):  # the failure itself is what matters
        write_note(root, JobNote(command, None if job is None else job.id, " ".join(str(error).split())))


def _note_skipped(root: Path, job: Job) -> None:
    """Notes which folder a job's results are in, where that names another command."""
    assert job.command is not None
    found = read_description(job.folder)["command"]
    try:
        if found is None or job_key(found) != job_key(job.command):
            write_note(root, JobNote(job.command, job.id, None))
        else:
            drop_note(root, job.command)
    except OSError as error:
        raise cannot_write(root, error, "choose another results=") from error


def _summary(sweep: SweepRecord) -> Exception | None:
    """Returns what the outermost command says of the jobs that failed; None where none did."""
    if not sweep.failures:
        return None
    first = sweep.failures[0]
    if isinstance(first.error, BrokenPipeError):
        return first.error
    many = len(sweep.failures) > 1
    kind = "" if isinstance(first.error, NasBenchSuiteError) else f"{type(first.error).__name__}: "
    failure = SweepError(
        f"{len(sweep.failures)} of {sweep.jobs} jobs failed{'; the first' if many else ''}: {kind}{first.error}; "
        f"the job alone: {first.command}"
    )
    failure.__cause__ = first.error
    return failure


def run_and_show(job: Job, wait: bool = True) -> float | None:
    """Runs a job, prints what it found, and logs it.

    Args:
        job: to run.
        wait: whether another process that works in its folder is waited for.

    Returns:
        The mean of the final incumbents' validation accuracies on the searched data set, in percent; of an error, its
        negative; of several objectives, the mean hypervolume. None where some search found nothing.
    """
    tracked = tracking.mode(job.config["tracking"]) != "disabled"
    left: list[int] = []
    folder = run_job(job, tracked, wait, left.extend)
    if rank() > 0:
        return None
    report = make_report([folder])
    print(to_console(report))
    if note := _only_first_population(job, report):
        print(f"  note: {note}")
    print(f"results: {_shown(folder)}{'' if left else ' (was there: nothing was left to search)'}", flush=True)
    objective = _objective(report)
    logged = tracking.log_job(folder, job.config, objective, _given_run()) if tracked else None
    if logged:
        print(logged, flush=True)
    return objective


def _prepare(config: DictConfig, command: str) -> Job:
    chosen = HydraConfig.get()
    choices = {key: value for key, value in chosen.runtime.choices.items() if not key.startswith("hydra/")}
    container: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    plain = {str(key): value for key, value in container.items()}
    job = prepare(plain, choices, command, commit())
    tracking.mode(job.config["tracking"])  # complains now, not when the job has ended
    return job


def run_job(job: Job, tracked: bool, wait: bool = True, begun: Callable[[Sequence[int]], None] | None = None) -> Path:
    """Runs a job and returns its folder; one that fails is a failed run in W&B, unless its folder is the trouble.

    Args:
        job: what to run.
        tracked: whether W&B is to hear of it.
        wait: whether another process that works in its folder is waited for.
        begun: is told the seeds that are left to search.
    """
    try:
        return run(job, tracking.live_supernet if tracked else None, wait=wait, begun=begun)
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
    if len(row.objectives) > 1:
        return row.hypervolume_mean
    if row.objectives == ("test_error",):
        return None if row.test_mean is None else row.test_mean - 100
    return row.valid_mean


def _only_first_population(job: Job, report: Report) -> str | None:
    """Says that searches ended before anything was selected, where they did."""
    algorithm, mean = job.config["algorithm"], report.configurations[0].row.evaluations_mean
    population, drawn = algorithm.get("population"), "chosen by the column" if algorithm.get("column") else "random"
    if not is_whole(population) or mean is None or mean > population:
        return None
    return (
        f"algorithm.population={population}, and a search has {mean:,.0f} evaluations: all of them are {drawn}, for "
        "the first population is; lower it, or raise the budget"
    )


def _shown(folder: Path) -> Path:
    """Returns the folder relative to here, where it is below."""
    here, folder = Path.cwd(), folder.resolve()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder

"""Hydra's launchers, whichever it is, as a sweep of ours needs them.

A sweep's plan is written when it starts. A job that another process has in hand is left to it, and looked after when
all others have ended, so that two launches of one sweep share its jobs. A failed job ends neither the sweep nor an
optimising sweeper, to which it is a failed trial; the outermost command hears of it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.errors import HydraException
from hydra.plugins.launcher import Launcher
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite.configuration.extras import missing_extra
from nasbench_suite.configuration.provenance import command_line, sweep_command_line
from nasbench_suite.distributed import processes
from nasbench_suite.errors import ConfigError, FolderBusyError, NasBenchSuiteError, ProcessKilledError
from nasbench_suite.sweeps.plan import PlannedJob, SweepPlan, write_plan

LEAVE_BUSY = "NASBENCH_SUITE_LEAVE_BUSY"
"""Environment variable of a job that does not wait where another process has its folder."""


class FailedJob(NamedTuple):
    """A job of a sweep that failed.

    Attributes:
        command: that runs it alone.
        error: what it raised.
    """

    command: str
    error: Exception


class SweepRecord:
    """What the outermost command learns of a sweep.

    Attributes:
        jobs: how many ended.
        failures: those of them that failed.
    """

    def __init__(self) -> None:
        """Nothing has run yet."""
        self.jobs = 0
        self.failures: list[FailedJob] = []


@contextmanager
def sweeping() -> Iterator[SweepRecord]:
    """Lets a Hydra application that starts inside use its launchers as this module does.

    Hydra has no place to hand in a launcher that wraps another.
    """
    record = SweepRecord()
    hydra: Any = Plugins
    make_sweeper, make_launcher = hydra.instantiate_sweeper, hydra.instantiate_launcher
    made: list[SweepLauncher] = []

    def sweeper_of(plugins: Any, **arguments: Any) -> Any:
        _check_installed(arguments["config"].hydra.sweeper, "sweeper")
        sweeper = make_sweeper(plugins, **arguments)
        for launcher in made:
            launcher.sweeper = sweeper
        return sweeper

    def launcher_of(plugins: Any, **arguments: Any) -> Any:
        _check_installed(arguments["config"].hydra.launcher, "launcher")
        made.append(SweepLauncher(make_launcher(plugins, **arguments), arguments["config"], record))
        return made[-1]

    hydra.instantiate_sweeper, hydra.instantiate_launcher = sweeper_of, launcher_of
    try:
        yield record
    finally:
        hydra.instantiate_sweeper, hydra.instantiate_launcher = make_sweeper, make_launcher


class SweepLauncher(Launcher):
    """A launcher of Hydra's, and what a sweep of ours does around it.

    Attributes:
        sweeper: that asks for the jobs; None until it is made.
    """

    def __init__(self, launcher: Any, config: DictConfig, record: SweepRecord) -> None:
        """
        Args:
            launcher: that carries the jobs out; set up.
            config: of the whole sweep.
            record: where jobs are counted and failures are kept.
        """
        self._launcher, self._config, self._record = launcher, config, record
        self.sweeper: Any = None

    def setup(self, **arguments: Any) -> None:
        """Leaves setting up to the launcher that it wraps, which Hydra has set up before."""

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Runs jobs; returns what each of them returned, in order.

        Raises:
            ConfigError: machines of a Ray cluster would each take `results` for a folder of its own.
        """
        self._check_shared()
        self._write_plan(job_overrides, initial_job_idx)
        with self._leaving_busy():
            returns = self._run(job_overrides, initial_job_idx)
        busy = [at for at, one in enumerate(returns) if isinstance(_error_of(one), FolderBusyError)]
        if busy:
            waited = self._run([job_overrides[at] for at in busy], initial_job_idx)
            for at, one in zip(busy, waited, strict=True):
                returns[at] = one
        self._record.jobs += len(returns)
        return [self._heard(one, overrides) for one, overrides in zip(returns, job_overrides, strict=True)]

    def _check_shared(self) -> None:
        address = OmegaConf.select(self._config, "hydra.launcher.ray.init.address")
        results = str(self._config.results)
        if address not in (None, "local") and not Path(results).expanduser().is_absolute():
            raise ConfigError(
                f"results: expected a path from the root, of a folder that all nodes of the Ray cluster share, got "
                f"{results}; such as results=/shared/{results}"
            )

    @contextmanager
    def _leaving_busy(self) -> Iterator[None]:
        """Lets the jobs that are launched inside leave a folder to the process that has it."""
        if processes() > 1:  # those that search as one must wait alike
            yield
            return
        # every launcher composes its jobs with these
        overrides = self._config.hydra.overrides.hydra
        overrides.append(f"+hydra.job.env_set.{LEAVE_BUSY}=yes")
        try:
            yield
        finally:
            overrides.pop()

    def _run(self, jobs: Sequence[Sequence[str]], first: int) -> list[JobReturn]:
        try:
            return list(self._launcher.launch(jobs, initial_job_idx=first))
        except (NasBenchSuiteError, HydraException, OmegaConfBaseException, OSError, MemoryError):
            raise
        except Exception as error:  # each launcher has its own for a worker that was killed
            name = type(self._launcher).__name__
            said = " ".join(str(error).split())[:300]
            raise ProcessKilledError(
                f"{name}: a job did not come back ({type(error).__name__}: {said}); what is finished is kept: start "
                "again to go on"
            ) from error

    def _write_plan(self, job_overrides: Sequence[Sequence[str]], first: int) -> None:
        # of later batches, too, where the sweeper knows them
        jobs = list(chain.from_iterable(self.sweeper.overrides)) if _tries_all(self.sweeper) else job_overrides
        planned = tuple(self._planned(overrides) for overrides in jobs)
        folder = Path(self._config.hydra.sweep.dir)
        write_plan(folder, SweepPlan(sweep_command_line(self._config.hydra), planned), add=first > 0)

    def _planned(self, overrides: Sequence[str]) -> PlannedJob:
        said = dict(word.lstrip("+").partition("=")[::2] for word in overrides)
        first, count = (int(said.get(key, self._config[key])) for key in ("seed", "seeds"))
        return PlannedJob(command_line(overrides, self._config.hydra), first, count)

    def _heard(self, one: JobReturn, overrides: Sequence[str]) -> JobReturn:
        """Keeps a failure, and returns what the sweeper is to learn of a job."""
        error, optimises = _error_of(one), not _tries_all(self.sweeper)
        if error is not None:
            self._record.failures.append(FailedJob(command_line(overrides, self._config.hydra), error))
        elif optimises and one.return_value is None:
            error = ConfigError("some search found nothing, so that there is nothing to optimise")
        if error is None:
            return one
        return _FailedTrial(error) if optimises else JobReturn(status=JobStatus.COMPLETED)


class _FailedTrial(JobReturn):
    """What an optimising sweeper sees of a failed job: it raises, and prints nothing."""

    def __init__(self, error: Exception) -> None:
        super().__init__(status=JobStatus.FAILED)
        self._error = error

    @property
    def return_value(self) -> Any:
        raise self._error

    @return_value.setter
    def return_value(self, value: Any) -> None:
        raise AttributeError("a failed trial has no value")


def _tries_all(sweeper: Any) -> bool:
    """Whether a sweeper is Hydra's own, which tries every combination and optimises nothing."""
    # by name, for Hydra loads the modules of its plugins a second time
    return type(sweeper).__name__ == "BasicSweeper"


def _error_of(one: JobReturn) -> Exception | None:
    return one._return_value if one.status == JobStatus.FAILED else None


def _check_installed(node: Any, kind: str) -> None:
    """Raises ConfigError where the package of a launcher or sweeper is not installed."""
    target = str(OmegaConf.select(node, "_target_") or "") if node is not None else ""
    package = ".".join(target.split(".")[:2])
    if target.startswith("hydra_plugins.") and not _is_there(package):
        raise missing_extra(f"hydra/{kind}", package.partition(".")[2])


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False

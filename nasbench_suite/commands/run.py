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

from nasbench_suite import job, search_path, tracking
from nasbench_suite.errors import ConfigError, NasBenchSuiteError, ResultsError
from nasbench_suite.report.summary import summarise
from nasbench_suite.report.text import one_job


def main(arguments: Sequence[str]) -> None:
    """Runs the jobs that the arguments describe.

    Raises:
        ConfigError: Hydra does not understand them; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    full_error = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"  # hands Hydra's exceptions to us instead of printing them
    # Hydra's parser wants options before overrides; people write `algorithm=rea -m` as well
    ordered = sorted(arguments, key=lambda word: "=" in word and not word.startswith("-"))
    sys.argv = ["nasbench-suite run", *ordered]
    search_path.register()
    _failures.clear()
    try:
        _main()
    except (HydraException, OmegaConfBaseException) as error:
        raise _as_ours(error) from error
    finally:
        if full_error is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full_error
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
        folder = _run(job.prepare(plain, choices))
    except (NasBenchSuiteError, HydraException, OmegaConfBaseException) as error:
        ours = _as_ours(error)
        if os.getpid() != _PROCESS:  # on a cluster the launcher brings it back
            raise ours from error
        _failures.append(ours)
        return
    print(one_job(summarise([folder])))
    print(f"results: {_shown(folder)}", flush=True)
    logged = tracking.log_job(folder, plain)
    if logged:
        print(logged, flush=True)


def _run(prepared: job.Job) -> Path:
    """Runs a job; one that fails is a failed run in W&B, unless its folder is the trouble."""
    try:
        return job.run(prepared)
    except ResultsError:
        raise
    except Exception as error:
        tracking.log_failure(prepared.folder, prepared.config, error)
        raise


def _as_ours(error: Exception) -> NasBenchSuiteError:
    """Returns an error of ours for one of Hydra's, without the search path that Hydra appends."""
    for known in (error, error.__cause__):
        if isinstance(known, NasBenchSuiteError):
            return known
    return ConfigError(str(error).partition("\nConfig search path")[0])


def _shown(folder: Path) -> Path:
    """Returns the folder relative to here, where it is below."""
    here, folder = Path.cwd(), folder.resolve()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder

"""Hydra's complaints as ours."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite.errors import ConfigError, NasBenchSuiteError


@contextmanager
def plainly(program: str, arguments: Sequence[str]) -> Iterator[None]:
    """Runs a Hydra application inside with these arguments; what Hydra raises becomes an error of ours.

    Raises:
        ConfigError: Hydra does not understand the arguments; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    full_error = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"  # hands Hydra's exceptions to us instead of printing them
    # Hydra's parser wants options before overrides; people write `algorithm=rea -m` as well
    ordered = sorted(arguments, key=lambda word: "=" in word and not word.startswith("-"))
    sys.argv = [program, *ordered]
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise as_ours(error) from error
    finally:
        if full_error is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full_error


def as_ours(error: Exception) -> NasBenchSuiteError:
    """Returns an error of ours for one of Hydra's, without the search path that Hydra appends."""
    for known in (error, error.__cause__):
        if isinstance(known, NasBenchSuiteError):
            return known
    text = str(error).partition("\nConfig search path")[0]
    missing = re.match(r"Interpolation key 'protocol\.([^']+)' not found", text)
    if missing:
        return ConfigError(
            f"protocol: expected one that has {missing[1]}, for the algorithm takes a setting from there; choose "
            "another protocol="
        )
    return ConfigError(text)

"""Hydra's complaints as ours, in one line."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from difflib import get_close_matches
from traceback import walk_tb

from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from nasbench_suite.configuration.extras import has_extra, missing_extra
from nasbench_suite.configuration.schema import BuildConfig, SearchConfig
from nasbench_suite.configuration.typed import unknown_key
from nasbench_suite.errors import ConfigError, NasBenchSuiteError


@contextmanager
def in_one_line(program: str, arguments: Sequence[str]) -> Iterator[None]:
    """Runs a Hydra application inside with these arguments; what Hydra raises becomes an error of ours.

    Raises:
        ConfigError: Hydra does not understand the arguments; `HYDRA_FULL_ERROR=1` shows its own traceback.
    """
    full_error = os.environ.get("HYDRA_FULL_ERROR")
    os.environ["HYDRA_FULL_ERROR"] = "1"  # hands Hydra's exceptions to us instead of printing them
    sys.argv = [program, *arguments]
    try:
        yield
    except (HydraException, OmegaConfBaseException, YAMLError) as error:
        raise as_suite_error(error) from error
    except RecursionError as error:
        raise ConfigError("the configuration is nested without an end") from error
    except (ValueError, TypeError, AttributeError, LookupError, AssertionError) as error:
        if not _is_theirs(error):
            raise
        raise as_suite_error(error) from error
    finally:
        if full_error is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full_error


def _is_theirs(error: Exception) -> bool:
    """Whether an error was raised while a configuration was read and composed, so that it is about that."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    return modules[-1].partition(".")[0] in _COMPOSERS and "hydra.core.utils" not in modules


def as_suite_error(error: Exception) -> NasBenchSuiteError:
    """Returns an error of ours for one of Hydra's, without the search path that Hydra appends."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NasBenchSuiteError):
            return cause
        cause = cause.__cause__
    text = str(error).partition("\nConfig search path")[0]
    for pattern, answer in _ANSWERS:
        match = re.search(pattern, text, flags=re.DOTALL)
        if match:
            return answer(match)
    return ConfigError(" ".join(text.split()))


def _not_in_struct(match: re.Match[str]) -> ConfigError:
    key = match[1]
    groups = ("experiment",)
    known = {*groups, *(field.name for schema in (SearchConfig, BuildConfig) for field in fields(schema))}
    return unknown_key(key, key, sorted(known)) if "." not in key else ConfigError(f"{key}: there is no such key")


def _not_in_group(match: re.Match[str]) -> ConfigError:
    group, name, options = match[1], match[2], match[3].split()
    close = get_close_matches(name, options, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there is: {', '.join(options)}"
    return ConfigError(f"{group}: there is no {name!r}; {hint}")


def _no_plugin(match: re.Match[str]) -> ConfigError:
    kind, name, options = match[1], match[2].rpartition("/")[2], (match[3] or "").split()
    if has_extra(match[2]):
        return missing_extra(f"hydra/{kind}", "optuna" if "sampler" in match[2] else name)
    close = get_close_matches(name, options, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there is: {', '.join(options)}"
    return ConfigError(f"hydra/{kind}: there is no {name!r}; {hint}")


def _no_group(match: re.Match[str]) -> ConfigError:
    return ConfigError(f"{match[1]}: there is no {match[2]!r}")


def _there_already(match: re.Match[str]) -> ConfigError:
    return ConfigError(f"{match[1]}: is there already; leave out the +")


# the packages that read and compose configurations; `hydra.core.utils` is where what was composed is run
_COMPOSERS = ("hydra", "omegaconf", "yaml", "antlr4")
_ANSWERS = (
    (r"Could not find 'hydra/(launcher|sweeper)/([^']+)'(?:\s+Available options in '[^']+':\s+(.*))?", _no_plugin),
    (r"Could not override '([^']+)'", _not_in_struct),
    (r"Could not find '([^'/]+)/([^']+)'\s+Available options in '[^']+':\s+(.*)", _not_in_group),
    (r"Could not find '([^'/]+)/([^']+)'", _no_group),
    (r"Could not append to config. An item is already at '([^']+)'", _there_already),
)

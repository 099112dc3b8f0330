"""Hydra's complaints as ours, in one line."""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from traceback import walk_tb
from typing import Any

from hydra.errors import HydraException
from omegaconf import Container, DictConfig
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, OmegaConfBaseException
from yaml import YAMLError

from nasbench_suite.configuration.extras import installable, missing_extra
from nasbench_suite.configuration.typed import unknown_key
from nasbench_suite.configuration.usual_names import suggestion
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
        raise _of(program, error) from error
    except RecursionError as error:  # a RuntimeError too
        raise ConfigError("the configuration is nested without an end") from error
    except (ValueError, TypeError, AttributeError, LookupError, AssertionError, RuntimeError, OSError) as error:
        if not _is_theirs(error):
            raise
        raise _of(program, error) from error
    finally:
        if full_error is None:
            del os.environ["HYDRA_FULL_ERROR"]
        else:
            os.environ["HYDRA_FULL_ERROR"] = full_error


def _of(program: str, error: Exception) -> NasBenchSuiteError:
    """Returns an error of ours; several values for one key are no sweep of a program that has none."""
    several = re.search(_SEVERAL, str(error))
    if several is None or program not in _WITHOUT_SWEEPS:
        return as_suite_error(error)
    key, value = several[1].lstrip("+"), several[2]
    hint = f"; a list is written '{key}=[{value}]'" if key in _LISTS else ""
    return ConfigError(f"{key}={value}: expected one value, for {program} starts no sweep{hint}")


def _is_theirs(error: Exception) -> bool:
    """Whether an error was raised while a configuration was read and composed, so that it is about that."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    if isinstance(error, OSError):  # of a file that a configuration names, looked for by one of Hydra's sources
        return any(module.startswith(_SOURCES) for module in modules)
    return modules[-1].partition(".")[0] in _COMPOSERS and "hydra.core.utils" not in modules


def as_suite_error(error: Exception) -> NasBenchSuiteError:
    """Returns an error of ours for one of Hydra's, without the search path that Hydra appends."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NasBenchSuiteError):
            return cause
        if isinstance(cause, ConfigAttributeError | ConfigKeyError) and cause.parent_node is not None:
            return _not_in(cause.parent_node, str(cause.full_key))
        if isinstance(cause, MissingMandatoryValue):
            return _left_open(str(cause.full_key))
        cause = cause.__cause__
    if isinstance(error, OSError) and error.filename is not None:  # Hydra has OSErrors of its own, of no file
        file = Path(str(error.filename))
        return ConfigError(f"{file.parent.name}: there is no {file.stem[:40]!r} ({error.strerror})")
    text = str(error).partition("\nConfig search path")[0]
    for pattern, answer in _ANSWERS:
        match = re.search(pattern, text, flags=re.DOTALL)
        if match:
            return answer(match)
    return ConfigError(shorten(" ".join(text.split()), 500))


def _not_in(node: Container, key: str) -> ConfigError:
    """Answers for a key that a configuration lacks; one of the same name further down is what was meant."""
    *_, name = key.split(".")
    root = node._get_root()
    elsewhere = [path for path in _paths(root) if path.endswith(f".{name}") and not path.startswith("hydra.")]
    if elsewhere:
        return ConfigError(f"{key}: there is no such key; did you mean {' or '.join(elsewhere[:3])}?")
    known = {"experiment", *map(str, node)} - {"hydra"} if node is root else map(str, node)
    return unknown_key(key, name, sorted(known))


def _paths(node: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(node, DictConfig) and not (node._is_none() or node._is_missing() or node._is_interpolation()):
        for key in node:
            yield f"{prefix}{key!s}"
            yield from _paths(node._get_node(key), f"{prefix}{key!s}.")


def _not_in_group(match: re.Match[str]) -> ConfigError:
    group, name, options = match[1], match[2], match[3].split()
    if not name:
        return ConfigError(f"{group}: expected a name, got nothing; there is: {', '.join(options)}")
    return ConfigError(f"{group}: there is no {name!r}; {suggestion(group, name, options)}")


def _no_plugin(match: re.Match[str]) -> ConfigError:
    kind, name, options = match[1], match[2].rpartition("/")[2], (match[3] or "").split()
    if "sampler" in match[2] and not options:
        return missing_extra(f"hydra/{kind}", "optuna")
    known = dict.fromkeys([*options, *(() if "sampler" in match[2] else installable(kind))])
    if name in known:
        return missing_extra(f"hydra/{kind}", name)
    return ConfigError(f"hydra/{kind}: there is no {name!r}; {suggestion(f'hydra/{kind}', name, known)}")


def _no_group(match: re.Match[str]) -> ConfigError:
    return ConfigError(f"{match[1]}: there is no {match[2]!r}")


def _left_open(key: str) -> ConfigError:
    return ConfigError(f"{key}: expected a value, got none; say {key}=VALUE")


def _there_already(match: re.Match[str]) -> ConfigError:
    return ConfigError(f"{match[1]}: is there already; leave out the +")


def _sweep(match: re.Match[str]) -> ConfigError:
    key, value = match[1].lstrip("+"), match[2]
    many = f"; several searches of one job are seeds={len(value.split(','))}" if key == "seed" else ""
    many = f"; a list is written {key}=[{value}]" if key in _LISTS else many
    return ConfigError(
        f"{key}={value}: several values are a sweep, which -m starts: nasbench-suite run -m {key}={value}{many}"
    )


# the packages that read and compose configurations; `hydra.core.utils` is where what was composed is run
_COMPOSERS = ("hydra", "omegaconf", "yaml", "antlr4")
_LISTS = (
    *("objectives", "constraints", "fidelities", "ladder"),
    *("architectures", "datasets", "schedules", "trials", "scores"),  # of build and score
)
_SEVERAL = r"Ambiguous value for argument '([^=]+)=([^\n]*)'\n"
_WITHOUT_SWEEPS = ("nasbench-suite build", "nasbench-suite score")
_SOURCES = "hydra._internal.core_plugins"
_ANSWERS = (
    (r"Could not find 'hydra/(launcher|sweeper)/([^']+)'(?:\s+Available options in '[^']+':\s+(.*))?", _no_plugin),
    (r"Could not find '([^'/]+)/([^']*)'\s+Available options in '[^']+':\s+(.*)", _not_in_group),
    (r"Could not find '([^'/]+)/([^']+)'", _no_group),
    (_SEVERAL, _sweep),
    (r"Could not append to config. An item is already at '([^']+)'", _there_already),
    (r"resolving interpolation: Missing mandatory value: (\S+)", lambda match: _left_open(match[1])),
)

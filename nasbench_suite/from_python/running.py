"""Runs a search as the command line does."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nasbench_suite import tracking
from nasbench_suite.commands.run import run_job
from nasbench_suite.configuration import search_path
from nasbench_suite.configuration.arguments import search_arguments
from nasbench_suite.configuration.hydra_errors import as_suite_error, in_one_line
from nasbench_suite.configuration.provenance import command_line, commit, sweep_command_line
from nasbench_suite.distributed import from_first, rank
from nasbench_suite.errors import ConfigError
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.report.load import load
from nasbench_suite.report.results import Results

# what Hydra's grammar reads as a text without quotes; a number, true or null in a text needs them
_PLAIN = re.compile(r"(?!(?:true|false|null|none|nan|inf)$)[A-Za-z_/][\w./+-]*", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z_][\w.]*")


def run(*overrides: str, config_dir: str | Path | None = None, **settings: Any) -> Results:
    """Searches as `nasbench-suite run` does: the same configuration, job folder, identity and logging.

        nbs.run(space="nb201", algorithm="rea", seeds=20)
        nbs.run(algorithm="bohb", protocol="nb201", budget={"seconds": 3000}, results="results/short")
        nbs.run("algorithm=rea", "algorithm.population=20")

    What is finished in the folder is not searched again. A script that asks for several `cores` calls this below
    `if __name__ == "__main__":`, for each process imports the script.

    Args:
        overrides: as on the command line, `key=value`.
        config_dir: folder of configuration files of your own, `--config-dir` on the command line.
        settings: the same as keywords; a mapping sets the keys within a key.

    Returns:
        What was found under every finished seed.

    Raises:
        ConfigError: a key or a value makes no sense; names the closest.
        NasBenchSuiteError: as the command does.
    """
    words = [_checked(word) for word in overrides] + list(_words("", settings))
    job = from_first(lambda: _prepare(words, config_dir))
    tracked = tracking.mode(job.config["tracking"]) != "disabled"
    folder = run_job(job, tracked)
    if tracked and rank() == 0:
        tracking.log_job(folder, job.config)
    (found,) = from_first(lambda: load([folder])).results
    return found


def _prepare(words: Sequence[str], config_dir: str | Path | None) -> Job:
    flags = [] if config_dir is None else ["--config-dir", str(_folder(config_dir))]
    search_path.register()
    program = list(sys.argv)
    try:
        with in_one_line("nbs.run", []):
            chosen = search_arguments([*flags, *words])[len(flags) :]
            composed = _compose(chosen, config_dir)
    finally:
        sys.argv[:] = program
    if composed.hydra.sweeper.params:
        swept = ", ".join(composed.hydra.sweeper.params)
        raise ConfigError(
            f"expected one job, got an experiment that sweeps {swept}; "
            f"`{sweep_command_line(composed.hydra)}` runs all of it"
        )
    choices = {key: value for key, value in composed.hydra.runtime.choices.items() if not key.startswith("hydra/")}
    ours = OmegaConf.masked_copy(composed, [key for key in composed if key != "hydra"])
    try:
        container: Any = OmegaConf.to_container(ours, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise as_suite_error(error) from error
    return prepare(
        {str(key): value for key, value in container.items()}, choices, command_line(chosen, composed.hydra), commit()
    )


def _compose(words: Sequence[str], config_dir: str | Path | None) -> Any:
    """Composes beside a Hydra application that may call this."""
    own = [] if config_dir is None else [f"hydra.searchpath=['file://{_folder(config_dir)}']"]
    outer = GlobalHydra.instance().hydra
    GlobalHydra.instance().hydra = None
    try:
        with initialize_config_module("nasbench_suite.conf", version_base="1.3"):
            return compose("config", [*words, *own], return_hydra_config=True)
    finally:
        GlobalHydra.instance().hydra = outer


def _folder(path: object) -> Path:
    if not isinstance(path, str | Path) or not Path(path).expanduser().is_dir():
        raise ConfigError(f"config_dir: expected a folder that is there, got {path!r:.200}")
    return Path(path).expanduser().resolve()


def _checked(word: object) -> str:
    if not isinstance(word, str) or "=" not in word or word.startswith("-"):
        raise ConfigError(f"expected key=value, as on the command line, or keywords; got {word!r:.80}")
    return word


def _words(within: str, settings: Mapping[Any, object]) -> Iterator[str]:
    """Yields settings as the command line has them."""
    for key, value in settings.items():
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise ConfigError(f"expected a key of the configuration, got {key!r:.80}")
        if isinstance(value, Mapping) and value:
            yield from _words(f"{within}{key}.", value)
        else:
            yield f"{within}{key}={_written(value, within + key)}"


def _written(value: object, key: str) -> str:
    """Writes a value so that Hydra's grammar reads the same."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int():
            return repr(int(value))
        case float():
            return repr(float(value))  # NumPy's own repr names its type
        case str() | Path():
            return _quoted(str(value))
        case list() | tuple():
            return f"[{','.join(_written(each, key) for each in value)}]"
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:  # a number of NumPy's
        return _written(item(), key)
    raise ConfigError(f"{key}: expected a name, a number, a list or a mapping, got {value!r:.80}")


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return "'" + re.sub(r"(\\*)'", r"\1\1\\'", re.sub(r"(\\+)$", r"\1\1", text)) + "'"

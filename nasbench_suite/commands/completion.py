"""`nasbench-suite completion SHELL`: lets bash, zsh and fish complete commands, keys, names and architectures.

The script that it prints concerns the command `nasbench-suite` alone, and asks it (through argcomplete) at each tab.
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import argcomplete
import yaml
from argcomplete.shell_integration import shellcode

from nasbench_suite.configuration.files import ConfigFiles
from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.folders import table_paths
from nasbench_suite.registry.spaces import find_space, space_names

PROGRAM = "nasbench-suite"
# a space may have hundreds of thousands of architectures: so many are looked at, and so many shown
_LOOKED_AT, _SHOWN = 20_000, 50


def script(shell: str) -> str:
    """Returns what the shell is to read.

    Args:
        shell: bash, zsh or fish.
    """
    return shellcode([PROGRAM], shell=shell)


def complete(parser: argparse.ArgumentParser) -> None:
    """Answers the shell, which has put the line into the environment, and ends the process."""
    _add_completers(parser)
    argcomplete.autocomplete(parser, append_space=False)


def overrides(primary: str, prefix: str, typed: Sequence[str]) -> Iterator[str]:
    """Lists how an override may go on.

    Args:
        primary: config, build or score.
        prefix: what was typed of it.
        typed: the overrides before it.
    """
    files = ConfigFiles()
    key, equals, _ = prefix.partition("=")
    groups = {group for group in _groups(files) if group != "settings"}
    if equals:
        names = files.names(key) if key in groups else _values(key)
        yield from (f"{key}={name}" for name in names)
        return
    yield from (f"{group}=" for group in sorted(groups))
    yield from (f"{name}=" for name in _leaves(_composed(primary, typed)) if not name.startswith("settings"))


def _groups(files: ConfigFiles) -> Iterator[str]:
    for folder in files.folders:
        if folder.is_dir():
            yield from (path.name for path in folder.iterdir() if path.is_dir() and any(path.glob("*.yaml")))


def _values(key: str) -> Iterable[str]:
    if key == "table":
        return table_paths()
    if key == "dataset":
        from nasbench_suite.commands.list_names import KINDS

        return KINDS["datasets"]()
    return ()


def _composed(primary: str, typed: Sequence[str]) -> Mapping[str, Any]:
    """Composes what was typed so far; what cannot be composed is left out."""
    from hydra import compose, initialize_config_module
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from nasbench_suite.configuration import search_path

    search_path.register()
    with initialize_config_module("nasbench_suite.conf", version_base="1.3"):
        for words in (list(typed), []):
            try:
                found = OmegaConf.to_container(compose(primary, words), resolve=False)
                assert isinstance(found, dict)
                return {str(key): value for key, value in found.items()}
            except (HydraException, OmegaConfBaseException, yaml.YAMLError, NasBenchSuiteError):
                continue
    return {}


def _leaves(node: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in node.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{prefix}{key}.")
        elif key != "_target_":
            yield f"{prefix}{key}"


def _architectures(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
    try:
        space = find_space(parsed_args.space)
    except NasBenchSuiteError:
        return []
    texts = map(space.format, islice(space.enumerate(), _LOOKED_AT))
    return list(islice((text for text in texts if text.startswith(prefix)), _SHOWN))


def _add_completers(parser: argparse.ArgumentParser) -> None:
    """Tells argcomplete who knows the values of an argument."""

    def override_completer(primary: str) -> Any:
        def completer(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
            return list(overrides(primary, prefix, parsed_args.overrides or []))

        return completer

    tables = lambda **_: list(table_paths())  # noqa: E731
    known = {"space": lambda **_: space_names(), "arch": _architectures, "table": tables, "name": tables}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                _add_completers(command)
                for argument in command._actions:
                    if argument.dest == "overrides":
                        argument.completer = override_completer("config" if name == "run" else name)
        elif action.dest in known:
            action.completer = known[action.dest]  # type: ignore[attr-defined]

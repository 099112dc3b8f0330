"""The command line of `run`, before Hydra sees it: experiments, the protocol that nobody named, what nobody may set."""

import re
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from itertools import zip_longest
from typing import Any, NoReturn

from hydra._internal.utils import get_args_parser
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType, QuotedString
from hydra.errors import HydraException

from nasbench_suite.closest import closest
from nasbench_suite.configuration.files import ConfigFiles, chosen_groups
from nasbench_suite.configuration.protocols import Named, choose_protocol
from nasbench_suite.configuration.schema import BuildConfig, ScoreConfig, SearchConfig
from nasbench_suite.configuration.usual_names import suggestion
from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import table_paths
from nasbench_suite.objective import parse_constraint
from nasbench_suite.table.reader import read_metadata

_EXPERIMENT = "experiment"
# Hydra's own folders: results go where `results` says, and nothing else is written
_FOLDERS = ("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir", "hydra.output_subdir")
_GROUPS = ("space", "protocol", "evaluator", "budget", "tracking", "algorithm", "training", "executor", _EXPERIMENT)
_KEYS = tuple({field.name for schema in (SearchConfig, BuildConfig, ScoreConfig) for field in fields(schema)})
_KEY = re.compile(r"[+~]{0,2}[\w/.@:$-]+")
_RANGES = re.compile(r"(architectures)=((?=[\d,]*-)[\d,-]*,[\d,-]*)")
_LISTS = {"constraints": "[pixel3_latency<5]", "objectives": "[valid_accuracy,pixel3_latency]"}
# keys whose values are read below them, where any name may stand
_OPEN = ("measurement_seconds",)
_CONSTRAINT = re.compile(r"[^,\[\]\s][^,\[\]]*[<>][^,\[\]]*")
_HOME = re.compile(r"([^=]+)=(~(?:/.*)?)")


def search_arguments(arguments: Sequence[str]) -> list[str]:
    """Returns what Hydra is to be called with.

    Raises:
        ConfigError: an argument is not understood, or not one that a user sets.
    """
    options, words, arguments = _read(arguments)
    flags = _without(arguments, options.overrides)
    files = ConfigFiles(options.config_dir)
    if options.config_name and options.config_path is None and not _is_primary(files, options.config_name):
        words.insert(0, f"{_EXPERIMENT}={options.config_name}")
        flags = _without_config_name(flags)
        options.config_name = None
    overrides, words = _understood(words)
    _check_experiments(files, overrides)
    protocol = choose_protocol(files, named) if (named := _named(files, overrides, options.config_name)) else None
    return [*flags, *words, *([] if protocol is None else [f"protocol={protocol}"])]


def build_arguments(arguments: Sequence[str]) -> list[str]:
    """Returns what Hydra is to be called with for a build; the training that is a space's own is chosen for it.

    Raises:
        ConfigError: an argument is not understood, or not one that a user sets.
    """
    options, words, arguments = _read(arguments)
    _refuse_sweep("build", options)
    overrides, handed = _understood([_quote_ranges(word) for word in words])
    training = _own_training(ConfigFiles(options.config_dir), overrides) if options.config_name is None else []
    return [*_without(arguments, options.overrides), *handed, *training]


def score_arguments(arguments: Sequence[str]) -> list[str]:
    """Returns what Hydra is to be called with for scores; a table that is named brings its space.

    Raises:
        ConfigError: an argument is not understood, or not one that a user sets.
        TableNotFoundError: there is no such table.
    """
    options, words, arguments = _read(arguments)
    _refuse_sweep("score", options)
    overrides, handed = _understood([_quote_ranges(word) for word in words])
    space = _space_of_table(ConfigFiles(options.config_dir), overrides) if options.config_name is None else []
    return [*_without(arguments, options.overrides), *handed, *space]


def _space_of_table(files: ConfigFiles, overrides: Sequence[Override]) -> list[str]:
    chosen = {one.key_or_group: values_of(one) for one in overrides if one.type != OverrideType.DEL}
    tables = [name for name in chosen.get("table", []) if name != "None"]
    if "space" in chosen or len(tables) != 1:
        return []
    path = table_paths().get(tables[0])
    space = None if path is None else read_metadata(path).space
    return [f"space={space}"] if space is not None and files.find(f"space/{space}") is not None else []


def _own_training(files: ConfigFiles, overrides: Sequence[Override]) -> list[str]:
    """Returns the choice of the training that has the space's name, where a space is named and a training is not."""
    chosen = {one.key_or_group: values_of(one) for one in overrides if one.type != OverrideType.DEL}
    space = chosen.get("space", [])
    own = "training" not in chosen and len(space) == 1 and files.find(f"training/{space[0]}") is not None
    return [f"training={space[0]}"] if own else []


def _quote_ranges(word: str) -> str:
    """Returns an override with the quotes that keep Hydra from taking index ranges for a sweep."""
    return _RANGES.sub(r"\1='\2'", word) if _RANGES.fullmatch(word) else word


def _read(arguments: Sequence[str]) -> tuple[Namespace, list[str], list[str]]:
    """Returns Hydra's options, the overrides, and all arguments in the order that Hydra takes."""
    # its parser wants options before overrides; people write `algorithm=rea -m` as well
    ordered = sorted(arguments, key=lambda word: word.startswith("~") or ("=" in word and word[0] != "-"))
    parser = get_args_parser()
    # Hydra's own complaint is its whole usage
    parser.error = partial(_refuse, ordered)  # type: ignore[method-assign]
    options = parser.parse_args(ordered)
    return options, [quoted(word) for word in options.overrides], ordered


def _refuse(arguments: Sequence[str], message: str) -> NoReturn:
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        key, equals, value = word.lstrip("-").partition("=")
        value = value if equals else following
        if word.startswith("-") and key.partition(".")[0] in (*_GROUPS, *_KEYS) and value:
            raise ConfigError(f"{word}: keys are written without dashes; did you mean {key}={value}?")
        if word == "--force":
            raise ConfigError(
                "--force: what is finished stays, for a repetition has the same numbers; results=FOLDER searches anew"
            )
    raise ConfigError(f"{message}; `nasbench-suite run --help` shows how")


def _refuse_sweep(command: str, options: Namespace) -> None:
    if options.multirun:
        raise ConfigError(f"-m: expected a {command} of one configuration, and lists as [A,B]; `run -m` sweeps")


def _understood(words: Sequence[str]) -> tuple[list[Override], list[str]]:
    """Returns the overrides, parsed and as they are handed on."""
    overrides = parse(words)
    for override in overrides:
        _check(override)
    return overrides, [_forced(word, override) for word, override in zip(words, overrides, strict=True)]


def quoted(word: str) -> str:
    """Returns an override with the quotes that Hydra's grammar wants, where people leave them out."""
    return quote_constraints(quote_home(word))


def quote_home(word: str) -> str:
    """Returns an override with the quotes that Hydra's grammar wants around a path that begins with `~`."""
    return _HOME.sub(r"\1='\2'", word) if _HOME.fullmatch(word) else word


def quote_constraints(word: str) -> str:
    """Returns an override with the quotes that Hydra's grammar wants around constraints, such as `pixel3_latency<5`."""
    key, equals, value = word.partition("=")
    if key.lstrip("+") != "constraints" or "'" in value or '"' in value:
        return word
    return key + equals + _CONSTRAINT.sub(lambda found: f"'{found[0]}'", value)


def parse(words: Sequence[str]) -> list[Override]:
    """Parses overrides as Hydra does.

    Raises:
        ConfigError: one is not understood.
    """
    parser = OverridesParser.create()
    found = []
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        try:
            found.append(parser.parse_override(word))
        except HydraException as error:
            raise _unreadable(word, following) from error
    return found


def _unreadable(word: str, following: str) -> ConfigError:
    key, sign, value = re.fullmatch(r"([^=:]*)([=:]*)(.*)", word, flags=re.DOTALL).groups()  # type: ignore[union-attr]
    value = value if sign else following
    if sign != "=" and key in (*_GROUPS, *_KEYS) and re.fullmatch(r"[\w.-]+", value):
        return ConfigError(f"{word}: expected KEY=VALUE; did you mean {key}={value}?")
    key, equals, value = word.partition("=")
    if not equals:
        return ConfigError(f"{word}: expected KEY=VALUE{_meant(word)}")
    if not _KEY.fullmatch(key):
        return ConfigError(f"{word}: expected KEY=VALUE, got the key {key!r}")
    if value.count("[") != value.count("]"):
        lacking, there = sorted("[]", key=value.count)
        typed = value.replace("'", "")
        raise ConfigError(f"{key}={typed}: the value has a {there} and no {lacking} that belongs to it")
    name = key.lstrip("+~")
    if name == "constraints":
        for one in value.strip("[]'\"").split(","):
            parse_constraint(one)  # which says what is wrong
    known = (*_GROUPS, *_KEYS)
    if name.partition(".")[0].partition("/")[0] not in (*known, "hydra") and (close := closest(name, known)):
        return ConfigError(f"{name}: there is no such key; did you mean {close}?")
    escaped = re.sub(r'(\\*)"', r"\1\1\"", value)
    quoted = f'{key}="{escaped}"'.replace("'", "'\\''")
    return ConfigError(f"{word}: the value cannot be read; a text with such characters is written '{quoted}'")


def _meant(name: str) -> str:
    """Returns the hint for a word that names a file of some group."""
    files = ConfigFiles(None)
    groups = [group for group in _GROUPS if files.find(f"{group}/{name}") is not None]
    return f"; did you mean {' or '.join(f'{group}={name}' for group in groups)}?" if groups else ""


def values_of(override: Override) -> list[str]:
    """Lists the values that an override stands for, several of a sweep."""
    if override.is_sweep_override():
        return [str(value).strip("'\"") for value in override.sweep_string_iterator()]
    return [str(override.value())]


def _without(arguments: Sequence[str], overrides: Sequence[str]) -> list[str]:
    left, kept = list(overrides), []
    for word in arguments:
        if word in left:
            left.remove(word)
        else:
            kept.append(word)
    return kept


def _without_config_name(flags: Sequence[str]) -> list[str]:
    kept: list[str] = []
    words = iter(flags)
    for word in words:
        if word in ("-cn", "--config-name"):
            next(words, None)
        elif not word.startswith(("-cn", "--config-name=")):
            kept.append(word)
    return kept


def _is_primary(files: ConfigFiles, name: str) -> bool:
    """Whether a name is a whole configuration of the user's or ours, and not an experiment."""
    stem = name.removesuffix(".yaml")
    if files.find(f"{_EXPERIMENT}/{stem}") is not None:
        return False
    return files.find(stem) is not None


def _check(override: Override) -> None:
    key = override.key_or_group
    if key == "settings" or key.startswith("settings/"):
        raise ConfigError(
            "settings: expected nothing, for protocol and algorithm decide; change a value by its own key, e.g. "
            "algorithm.population=20, or name another protocol="
        )
    if key in _FOLDERS:
        raise ConfigError(f"{key}: expected nothing, for results decides where files go; say results=FOLDER")
    if key in _GROUPS and override.type == OverrideType.CHANGE and not override.is_sweep_override():
        name = override.value()
        if not isinstance(name, str | QuotedString) and not (key == _EXPERIMENT and name is None):
            raise ConfigError(f"{key}: expected the name of a file, got {override.get_value_element_as_str()}")
    if key in _LISTS and override.type == OverrideType.CHANGE and isinstance(override.value(), dict):
        raise ConfigError(f"{key}: expected a list, such as {_LISTS[key]}; got {override.get_value_element_as_str()}")
    if key == "hydra.searchpath":
        raise ConfigError(f"{key}: expected nothing; name the folder of your own files with --config-dir")
    if key == _EXPERIMENT and override.type in (OverrideType.ADD, OverrideType.FORCE_ADD):
        raise ConfigError(f"+{_EXPERIMENT}: the group is always there; say {_EXPERIMENT}={override.value()}, without +")


def _check_experiments(files: ConfigFiles, overrides: Sequence[Override]) -> None:
    for override in overrides:
        if override.key_or_group == _EXPERIMENT and override.type == OverrideType.CHANGE:
            for name in values_of(override):
                if name != "None" and files.find(f"{_EXPERIMENT}/{name}") is None:
                    known = files.names(_EXPERIMENT)
                    hint = _meant(name) or f"; {suggestion(_EXPERIMENT, name, known)}"
                    raise ConfigError(f"{_EXPERIMENT}: there is no {name!r}{hint}")
                if name != "None":
                    _check_folders(name, files.read(f"{_EXPERIMENT}/{name}").get("hydra"))


def _check_folders(name: str, hydra: object) -> None:
    """Raises ConfigError where an experiment sets Hydra's own folders."""
    for key in ("run", "sweep", "output_subdir"):
        if isinstance(hydra, Mapping) and key in hydra:
            raise ConfigError(
                f"{name}: hydra.{key}: expected nothing, for results decides where files go; say results:"
            )


def _forced(word: str, override: Override) -> str:
    """Returns an override that Hydra always takes, so that all unknown keys meet the same answer: the schema's."""
    key = override.key_or_group
    plain = override.type == OverrideType.CHANGE and override.package is None
    is_below = "." in key and not key.startswith("hydra.")
    return f"++{word}" if plain and (is_below or key in _OPEN) else word


def _named(files: ConfigFiles, overrides: Sequence[Override], primary: str | None) -> Named | None:
    """Returns the spaces and data sets that were named; None where a protocol was."""
    said: dict[str, list[str]] = {}
    for override in overrides:
        if override.type != OverrideType.DEL and override.key_or_group in ("space", "dataset", "protocol", _EXPERIMENT):
            said[override.key_or_group] = values_of(override)
    written = [f"{_EXPERIMENT}/{name}" for name in said.get(_EXPERIMENT, []) if name != "None"]
    if primary is not None and primary != "config" and files.find(primary.removesuffix(".yaml")):
        written.append(primary.removesuffix(".yaml"))
    inside: dict[str, list[str]] = {}
    for name in written:
        for key, value in _said_in(files.read(name)):
            inside.setdefault(key, []).extend(value)
    said = {**inside, **said}
    if "protocol" in said:
        return None
    return Named(said.get("space", []), said.get("dataset", []))


def _said_in(content: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Lists what an experiment or a user's own configuration says of space, data set and protocol."""
    swept: Any = content
    for key in ("hydra", "sweeper", "params"):
        swept = swept.get(key) if isinstance(swept, Mapping) else None
    swept = swept if isinstance(swept, Mapping) else {}
    for key, value in chosen_groups(content):
        if key in ("space", "protocol") and key not in swept:
            yield key, [str(value)]
    if "dataset" in content and "dataset" not in swept:
        yield "dataset", [str(content["dataset"])]
    for key in ("space", "dataset", "protocol"):
        if key in swept:
            yield key, values_of(parse([f"{key}={swept[key]}"])[0])

"""Whose settings a pair takes: those of its protocol and algorithm, or of the ones that these derive from.

Hydra composes the entry `optional settings: ${protocol}_${algorithm}`. What it finds there is decided here: a variant
of an algorithm (a file whose defaults list begins with `rea`, say) under a variant of a protocol takes the settings of
the nearest pair that has some, and the configuration says which: `settings: nb201_rea`. What the variant's own file
says holds against settings that it inherits.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import PurePosixPath
from typing import NamedTuple

from hydra.core.global_hydra import GlobalHydra
from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigResult, ConfigSource
from omegaconf import DictConfig, OmegaConf

from nasbench_suite.errors import ConfigError

GROUP = "settings"


class SettingsSource(ConfigSource):
    """Answers for the group `settings`, out of what the other sources have."""

    @staticmethod
    def scheme() -> str:
        """Returns the scheme under which Hydra finds this source."""
        return "nasbench-suite-settings"

    def available(self) -> bool:
        """Says that it is always there."""
        return True

    def is_group(self, config_path: str) -> bool:
        """Leaves groups to the other sources."""
        return False

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """Leaves listing to the other sources."""
        return []

    def is_config(self, config_path: str) -> bool:
        """Whether the pair, or one that it derives from, has settings."""
        path = PurePosixPath(config_path)
        return path.parent.name == GROUP and len(path.parts) == 2 and _nearest(path.stem) is not None

    def load_config(self, config_path: str) -> ConfigResult:
        """Returns the settings, and their name under the key `settings`."""
        found = _nearest(PurePosixPath(config_path).stem)
        assert found is not None
        result = _load(f"{GROUP}/{found.name}")
        own = [_own_part(variant) for variant in reversed(found.variants)]
        merged = OmegaConf.merge(result.config, *own, {GROUP: found.name})
        assert isinstance(merged, DictConfig)
        if own and "_self_" not in merged.get("defaults", ["_self_"]):
            merged.defaults.append("_self_")
        result.config = merged
        return result


class _Found(NamedTuple):
    """Settings.

    Attributes:
        name: of their file.
        variants: the algorithms that inherit them, the one that was asked for first.
    """

    name: str
    variants: list[str]


def _nearest(pair: str) -> _Found | None:
    """Returns the settings that a pair takes."""
    for protocol, algorithm in _splits(pair):
        algorithms = _lineage("algorithm", algorithm)
        for names in product(_lineage("protocol", protocol), algorithms):
            name = "_".join(names)
            if _source_of(f"{GROUP}/{name}") is not None:
                return _Found(name, algorithms[: algorithms.index(names[1])])
    return None


def _own_part(algorithm: str) -> DictConfig:
    """Returns what a variant's file says itself, from the root of the configuration."""
    result = _load(f"algorithm/{algorithm}")
    config = _mapping(result)
    body = OmegaConf.masked_copy(config, [str(key) for key in config if key != "defaults"])
    return body if result.header["package"] == "_global_" else OmegaConf.create({"algorithm": body})


def _splits(pair: str) -> Iterator[tuple[str, str]]:
    """Lists the ways to read a pair's name; names may have a `_` themselves."""
    words = pair.split("_")
    for at in range(1, len(words)):
        protocol, algorithm = "_".join(words[:at]), "_".join(words[at:])
        if _source_of(f"protocol/{protocol}") and _source_of(f"algorithm/{algorithm}"):
            yield protocol, algorithm


def _lineage(group: str, name: str) -> list[str]:
    """Lists a file's name, that of the one it derives from, and so on."""
    found = [name]
    while (parent := _parent(group, found[-1])) is not None and parent not in found:
        found.append(parent)
    return found


def _parent(group: str, name: str) -> str | None:
    """Returns the first file of the same group in a file's defaults list."""
    for entry in _mapping(_load(f"{group}/{name}")).get("defaults", []):
        if isinstance(entry, str) and entry != "_self_":
            path = entry.removeprefix(f"/{group}/")
            if "/" not in path:
                return path
    return None


def _mapping(result: ConfigResult) -> DictConfig:
    if not isinstance(result.config, DictConfig):
        raise ConfigError(f"{result.path}: expected a mapping of keys to values, got a list")
    return result.config


def _load(path: str) -> ConfigResult:
    source = _source_of(path)
    if source is None:
        raise ConfigError(f"{path}.yaml: there is no such file; a file of the same group names it in its defaults")
    return source.load_config(path)


def _source_of(path: str) -> ConfigSource | None:
    for source in GlobalHydra.instance().config_loader().get_sources():
        if not isinstance(source, SettingsSource) and source.is_config(path):
            return source
    return None

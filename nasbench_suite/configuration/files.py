"""Configuration files by name, read without Hydra: those of the user's folder, ours, and third parties'."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

import nasbench_suite.conf
import nasbench_suite.experiments
from nasbench_suite.configuration.search_path import third_party_folders
from nasbench_suite.errors import ConfigError


class ConfigFiles:
    """The folders that Hydra searches, in its order.

    Attributes:
        folders: those folders.
    """

    def __init__(self, config_dir: str | None = None) -> None:
        """
        Args:
            config_dir: the user's folder, `--config-dir`.
        """
        own = [Path(folder.__file__ or "").parent for folder in (nasbench_suite.conf, nasbench_suite.experiments)]
        mine = [] if config_dir is None else [Path(config_dir)]
        self.folders: Sequence[Path] = (own[0], own[1], *third_party_folders().values(), *mine)

    def find(self, name: str) -> Path | None:
        """Returns the file of that name, such as `protocol/nb201`."""
        found = (folder / f"{name}.yaml" for folder in self.folders)
        return next((path for path in found if path.is_file()), None)

    def names(self, group: str) -> list[str]:
        """Lists the files of a group."""
        return sorted({path.stem for folder in self.folders for path in (folder / group).glob("*.yaml")})

    def read(self, name: str) -> Mapping[str, Any]:
        """Reads a file as it stands, its defaults list included.

        Raises:
            ConfigError: there is no such file, or it is no mapping in YAML.
        """
        path = self.find(name)
        if path is None:
            raise ConfigError(f"{name}.yaml: there is no such file")
        try:
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise ConfigError(f"{path}: cannot be read ({error})") from error
        if content is None:
            return {}
        if not isinstance(content, Mapping):
            raise ConfigError(f"{path}: expected a mapping of keys to values")
        _check_defaults(path, content.get("defaults"))
        return content


def _check_defaults(path: Path, defaults: object) -> None:
    """Raises ConfigError where a defaults list is not a list of groups and files."""
    if defaults is None:
        return
    if not isinstance(defaults, list):
        raise ConfigError(f"{path}: defaults: expected a list, got {str(defaults)[:60]!r}")
    for entry in defaults:
        if not isinstance(entry, str | Mapping):
            raise ConfigError(f"{path}: defaults: expected a file's name or GROUP: NAME, got {str(entry)[:60]!r}")


def chosen_groups(content: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Lists the groups that a file's defaults list chooses from, and what it chooses."""
    for entry in content.get("defaults") or ():
        if isinstance(entry, Mapping):
            for key, value in entry.items():
                yield str(key).removeprefix("override ").strip().removeprefix("/"), value

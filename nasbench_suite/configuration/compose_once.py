"""Composes once what Hydra composes twice or more: of two compositions with the same files, the second is a copy.

Hydra composes a single job twice (to find out whether it is a sweep, and to run it), and each job of a sweep twice (to
validate and to launch it). Which files are composed is decided by the overrides that choose files; those that set
values are applied to a copy.
"""

import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import uuid4

from hydra._internal import hydra as hydra_application
from hydra._internal.config_loader_impl import ConfigLoaderImpl, get_overrides_dirname
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import ConfigCompositionException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf import _utils as omegaconf_yaml
from omegaconf._utils import get_yaml_loader
from omegaconf.errors import OmegaConfBaseException
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

# what Hydra reads while it composes
_EARLY = ("hydra.searchpath", "hydra.job.env_copy")
_Memory = dict[tuple[str | None, tuple[str, ...]], bytes]


@cache
def _memory_of(loader: str) -> _Memory:
    """Returns what this process has composed for a loader, by the name of that; each job of a sweep brings a copy."""
    return {}


class RememberingLoader(ConfigLoaderImpl):
    """Hydra's loader, which remembers what it has composed; its copies in another process share one memory there."""

    def __init__(self, config_search_path: ConfigSearchPath) -> None:
        """Has composed nothing yet; see Hydra for the argument."""
        super().__init__(config_search_path)
        self._name = uuid4().hex
        self._composed: _Memory = {}

    def load_configuration(
        self,
        config_name: str | None,
        overrides: list[str],
        run_mode: RunMode,
        from_shell: bool = True,
        validate_sweep_overrides: bool = True,
    ) -> DictConfig:
        """Composes a configuration; see Hydra."""
        parsed: list[Override] = OverridesParser.create().parse_overrides(overrides)
        if any(override.key_or_group in _EARLY for override in parsed):
            return super().load_configuration(config_name, overrides, run_mode, from_shell, validate_sweep_overrides)
        if validate_sweep_overrides:
            self.validate_sweep_overrides_legal(parsed, run_mode, from_shell)
        files = [override for override in parsed if self._chooses_file(override)]
        config = self._compose(config_name, [str(override.input_line) for override in files], run_mode)
        values = [override for override in parsed if override not in files and not override.is_sweep_override()]
        try:
            self._apply_overrides_to_config(values, config)
        except OmegaConfBaseException as error:
            raise ConfigCompositionException() from error
        _describe(config, parsed)
        return config

    def _chooses_file(self, override: Override) -> bool:
        if override.is_sweep_override() or isinstance(override.value(), dict):
            return False
        return self.repository.group_exists(override.key_or_group)

    def _compose(self, config_name: str | None, files: list[str], run_mode: RunMode) -> DictConfig:
        """Composes files, or copies what was composed of them."""
        memory, key = self._composed, (config_name, tuple(files))
        if key in memory:
            remembered: DictConfig = pickle.loads(memory[key])
            choices = remembered.hydra.runtime.choices
            if run_mode == RunMode.MULTIRUN or not any(OmegaConf.is_missing(choices, group) for group in choices):
                return remembered
        config: DictConfig = super().load_configuration(config_name, files, run_mode)
        _without_classes(config)
        memory[key] = pickle.dumps(config)
        return config

    def __getstate__(self) -> dict[str, Any]:
        """Leaves what was composed behind when a launcher takes the loader to another process."""
        return {key: value for key, value in self.__dict__.items() if key != "_composed"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._composed = _memory_of(self._name)


@cache
def _fast_yaml_loader() -> type[Any]:
    """Returns OmegaConf's own loader of YAML, on libyaml's parser where that is there: it takes a tenth of the time."""
    slow: type[Any] = get_yaml_loader()
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        return slow

    class Loader(CParser, slow):  # type: ignore[misc]
        def __init__(self, stream: Any) -> None:
            CParser.__init__(self, stream)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)

    return Loader


@contextmanager
def composing_once() -> Iterator[None]:
    """Lets a Hydra application that starts inside compose and read as this module does.

    Hydra and OmegaConf have no place to hand in a loader of configurations or of YAML.
    """
    application: Any = hydra_application  # which imports the loader, and does not say that it exports it
    before = application.ConfigLoaderImpl, omegaconf_yaml.get_yaml_loader
    application.ConfigLoaderImpl = RememberingLoader
    omegaconf_yaml.get_yaml_loader = _fast_yaml_loader
    try:
        yield
    finally:
        application.ConfigLoaderImpl, omegaconf_yaml.get_yaml_loader = before


def _without_classes(config: DictConfig) -> None:
    """Turns what plugins declare by their own classes into plain values.

    Hydra loads the plugins' modules once more in the processes of a launcher, and what was made of the first loading
    does not pickle there.
    """
    with open_dict(config.hydra):
        for key in ("launcher", "sweeper"):
            if OmegaConf.is_config(config.hydra[key]):
                config.hydra[key] = OmegaConf.to_container(config.hydra[key], enum_to_str=True)


def _describe(config: DictConfig, overrides: Sequence[Override]) -> None:
    """Notes all overrides where Hydra notes those that it was called with."""
    job, tasks = config.hydra.job, [override for override in overrides if not override.is_hydra_override()]
    config.hydra.overrides.hydra = [override.input_line for override in overrides if override.is_hydra_override()]
    config.hydra.overrides.task = [override.input_line for override in tasks]
    job.override_dirname = get_overrides_dirname(
        overrides=tasks,
        kv_sep=job.config.override_dirname.kv_sep,
        item_sep=job.config.override_dirname.item_sep,
        exclude_keys=job.config.override_dirname.exclude_keys,
    )

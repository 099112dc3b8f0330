"""Composes each job of a sweep once, where Hydra does so twice: to validate it, and to launch it."""

from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.experimental.callback import Callback
from omegaconf import DictConfig

_MOST = 256
"""Jobs whose configuration is kept from validation to launch; those of longer sweeps are composed twice."""


class ComposeOnce(Callback):
    """Lets a sweep's launcher have the configurations that its sweeper has composed."""

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        """Stands between the sweep and Hydra's loader."""
        running = GlobalHydra.instance().hydra
        if running is not None:
            running.config_loader = _Remembering(running.config_loader)  # type: ignore[assignment]


class _Remembering:
    """A loader that hands out a job's configuration a second time without composing it."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader
        self._composed: dict[tuple[str, ...], DictConfig] = {}

    def load_sweep_config(self, master_config: DictConfig, sweep_overrides: list[str]) -> DictConfig:
        """Composes a job, or returns what was composed for the same overrides and not handed out since."""
        key = tuple(sweep_overrides)
        if key in self._composed:
            return self._composed.pop(key)
        made: DictConfig = self._loader.load_sweep_config(master_config, sweep_overrides)
        if len(self._composed) < _MOST:
            self._composed[key] = made
        return made

    def __getattr__(self, name: str) -> Any:
        """Leaves everything else to Hydra's loader."""
        if name.startswith("__") or name == "_loader":
            raise AttributeError(name)
        return getattr(self._loader, name)

    def __getstate__(self) -> dict[str, Any]:
        """Leaves the configurations behind when a launcher takes the loader to another process."""
        return {"_loader": self._loader, "_composed": {}}

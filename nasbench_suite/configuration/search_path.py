"""Lets Hydra find our experiments by name, from any folder, and the configurations of third parties' packages."""

import sys
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin

from nasbench_suite.configuration import resolvers
from nasbench_suite.configuration.settings_source import SettingsSource

GROUPS = ("nasbench_suite.algorithms", "nasbench_suite.spaces")

# apart from `conf`, whose files need no optional package
_ADAPTERS = Path(__file__).parents[1] / "adapters" / "conf"


class SuiteSearchPath(SearchPathPlugin):
    """Adds what the experiments bring along, and the `conf` folder of every package that registers something."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Appends after the main configuration, so that nobody replaces a file of ours."""
        search_path.prepend(provider="nasbench-suite", path=f"{SettingsSource.scheme()}://")
        search_path.append(provider="nasbench-suite", path="pkg://nasbench_suite.experiments")
        for package, folder in third_party_folders().items():
            search_path.append(provider=package, path=f"file://{folder}")


def third_party_folders() -> dict[str, Path]:
    """Returns the configuration folders of the adapters and of each package with an entry point of ours."""
    return dict(_folders(tuple(sys.path)))


@lru_cache(1)
def _folders(path: tuple[str, ...]) -> dict[str, Path]:
    """Looks through every installed package, which takes as long as a short search; so once for a path."""
    folders: dict[str, Path] = {"nasbench_suite.adapters": _ADAPTERS}
    everything = entry_points()
    for entry in (entry for group in GROUPS for entry in everything.select(group=group)):
        package = entry.module.partition(".")[0]
        found = find_spec(package)
        for place in (found.submodule_search_locations if found else None) or ():
            if (Path(place) / "conf").is_dir():
                folders[package] = Path(place) / "conf"
    return folders


def register() -> None:
    """Registers the plugins and the resolvers; to be called before Hydra starts."""
    Plugins.instance().register(SuiteSearchPath)
    Plugins.instance().register(SettingsSource)
    resolvers.register()
    # conf/hydra/sweeper/optuna.yaml is in its place: by the plugin's own, lower is better and the first failure the end
    sweepers = ConfigStore.instance().repo.get("hydra", {}).get("sweeper", {})
    sweepers.pop("optuna.yaml", None)

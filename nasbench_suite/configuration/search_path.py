"""Lets Hydra find our experiments by name, from any folder, and the configurations of third parties' packages."""

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin

GROUPS = ("nasbench_suite.algorithms", "nasbench_suite.spaces")


class SuiteSearchPath(SearchPathPlugin):
    """Adds `experiments/`, and the `conf` folder of every package that registers an algorithm or a space."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Appends behind the main configuration, so that nobody replaces a file of ours."""
        search_path.append(provider="nasbench-suite", path="pkg://nasbench_suite.experiments")
        for package, folder in third_party_folders().items():
            search_path.append(provider=package, path=f"file://{folder}")


def third_party_folders() -> dict[str, Path]:
    """Returns the configuration folder of each package with an entry point of ours; imports none of them."""
    folders: dict[str, Path] = {}
    for entry in (entry for group in GROUPS for entry in entry_points(group=group)):
        package = entry.module.partition(".")[0]
        found = find_spec(package)
        for place in (found.submodule_search_locations if found else None) or ():
            if (Path(place) / "conf").is_dir():
                folders[package] = Path(place) / "conf"
    return folders


def register() -> None:
    """Registers the plugin; to be called before Hydra starts."""
    Plugins.instance().register(SuiteSearchPath)

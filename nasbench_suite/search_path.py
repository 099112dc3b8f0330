"""Lets Hydra find our experiments by name, from any folder."""

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin


class ExperimentsSearchPath(SearchPathPlugin):
    """Adds `experiments/` to what Hydra searches."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Appends our experiments behind the main configuration."""
        search_path.append(provider="nasbench-suite", path="pkg://nasbench_suite.experiments")


def register() -> None:
    """Registers the plugin; to be called before Hydra starts."""
    Plugins.instance().register(ExperimentsSearchPath)

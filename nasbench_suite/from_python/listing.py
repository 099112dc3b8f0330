"""What is here, by name."""

from types import ModuleType

from nasbench_suite.folders import table_paths
from nasbench_suite.registry.spaces import space_names


class SpacesPackage(ModuleType):
    """The package of the spaces, which lists their names when it is called."""

    def __call__(self) -> list[str]:
        """Lists the spaces that `find_space` finds, third parties' among them."""
        return space_names()


class AlgorithmsPackage(ModuleType):
    """The package of the algorithms, which lists their names when it is called."""

    def __call__(self) -> list[str]:
        """Lists what `run(algorithm=...)` takes, third parties' among it."""
        from nasbench_suite.configuration.files import ConfigFiles  # Hydra

        return ConfigFiles().names("algorithm")


def tables() -> list[str]:
    """Lists the tables that `open_table` opens: the user's, and those that ship with the package."""
    return list(table_paths())

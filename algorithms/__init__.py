"""Search algorithms by name: `from nasbench_suite.algorithms import RegularizedEvolution`.

A name loads its module when it is first asked for, so that algorithms that query a table load no torch. The folder
lives at the root of the repository, so that people find it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasbench_suite.pytorch import is_without_pytorch, missing_pytorch

if __name__ != "nasbench_suite.algorithms":
    raise ImportError(f"import nasbench_suite.algorithms, not {__name__}")

if TYPE_CHECKING:
    from nasbench_suite.algorithms.alphas import AlphaSettings as AlphaSettings
    from nasbench_suite.algorithms.asha import ASHA as ASHA
    from nasbench_suite.algorithms.bananas import BANANAS as BANANAS
    from nasbench_suite.algorithms.bohb import BOHB as BOHB
    from nasbench_suite.algorithms.brackets import BracketSettings as BracketSettings
    from nasbench_suite.algorithms.controller import ControllerSettings as ControllerSettings
    from nasbench_suite.algorithms.darts import DARTS as DARTS
    from nasbench_suite.algorithms.density import DensitySettings as DensitySettings
    from nasbench_suite.algorithms.enas import ENAS as ENAS
    from nasbench_suite.algorithms.enas import ControllerTraining as ControllerTraining
    from nasbench_suite.algorithms.gdas import GDAS as GDAS
    from nasbench_suite.algorithms.hyperband import Hyperband as Hyperband
    from nasbench_suite.algorithms.local_search import LocalSearch as LocalSearch
    from nasbench_suite.algorithms.mo_rea import ParetoEvolution as ParetoEvolution
    from nasbench_suite.algorithms.networks import NetworkSettings as NetworkSettings
    from nasbench_suite.algorithms.nsga2 import NSGA2 as NSGA2
    from nasbench_suite.algorithms.random_search import RandomSearch as RandomSearch
    from nasbench_suite.algorithms.rea import RegularizedEvolution as RegularizedEvolution
    from nasbench_suite.algorithms.reinforce import Reinforce as Reinforce
    from nasbench_suite.algorithms.rsps import RSPS as RSPS
    from nasbench_suite.algorithms.selection import SelectionSettings as SelectionSettings
    from nasbench_suite.algorithms.setn import SETN as SETN
    from nasbench_suite.algorithms.successive_halving import SuccessiveHalving as SuccessiveHalving
    from nasbench_suite.algorithms.tpe import TPE as TPE
    from nasbench_suite.algorithms.warm_rea import WarmStartedEvolution as WarmStartedEvolution
    from nasbench_suite.algorithms.zero_cost import ZeroCostSearch as ZeroCostSearch

_MODULES = {
    "ASHA": "asha",
    "AlphaSettings": "alphas",
    "BANANAS": "bananas",
    "BOHB": "bohb",
    "BracketSettings": "brackets",
    "ControllerSettings": "controller",
    "ControllerTraining": "enas",
    "DARTS": "darts",
    "DensitySettings": "density",
    "ENAS": "enas",
    "GDAS": "gdas",
    "Hyperband": "hyperband",
    "LocalSearch": "local_search",
    "NSGA2": "nsga2",
    "NetworkSettings": "networks",
    "ParetoEvolution": "mo_rea",
    "RSPS": "rsps",
    "RandomSearch": "random_search",
    "RegularizedEvolution": "rea",
    "Reinforce": "reinforce",
    "SETN": "setn",
    "SelectionSettings": "selection",
    "SuccessiveHalving": "successive_halving",
    "TPE": "tpe",
    "WarmStartedEvolution": "warm_rea",
    "ZeroCostSearch": "zero_cost",
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    """Loads what is exported by a name."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    except ModuleNotFoundError as error:
        if is_without_pytorch(error):
            raise missing_pytorch(name) from error
        raise
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})

"""NAS benchmarks as tables, searched under one command.

    >>> import nasbench_suite as nbs
    >>> table = nbs.open_table("nb201")
    >>> arch = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|"
    >>> benchmark = nbs.Benchmark(table, "cifar10")
    >>> benchmark.query(arch, nbs.Fidelity(schedule=12, epoch=12), trial="mean")
    >>> benchmark.score(arch)["cifar10"].test_accuracy
    >>> nbs.run(space="nb201", algorithm="rea", seeds=20)

Importing this package loads neither torch nor wandb nor Hydra.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.benchmark import Benchmark, Observations
from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.from_python.listing import AlgorithmsPackage, SpacesPackage, tables
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Observation, Score
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.registry.tables import find_table, open_table
from nasbench_suite.search import search
from nasbench_suite.space import Space
from nasbench_suite.table import Table
from nasbench_suite.trajectory import Trajectory
from nasbench_suite.variables import Categorical
from nasbench_suite.version import __version__

if TYPE_CHECKING:
    from nasbench_suite.from_python.loading import load_results as load_results
    from nasbench_suite.from_python.loading import make_report as make_report
    from nasbench_suite.from_python.running import run as run
    from nasbench_suite.report.load import LoadedResults as LoadedResults
    from nasbench_suite.report.model import Report as Report
    from nasbench_suite.report.results import Results as Results

    def spaces() -> list[str]:
        """Lists the spaces that `find_space` finds; also the package that holds ours."""

    def algorithms() -> list[str]:
        """Lists what `run(algorithm=...)` takes; also the package that holds ours."""

else:
    from nasbench_suite import algorithms, spaces

    algorithms.__class__, spaces.__class__ = AlgorithmsPackage, SpacesPackage

# what is loaded when it is first asked for, for it needs more than a query does
_MODULES = {
    "LoadedResults": "report.load",
    "Report": "report.model",
    "Results": "report.results",
    "load_results": "from_python.loading",
    "make_report": "from_python.loading",
    "run": "from_python.running",
}

__all__ = [
    "Algorithm",
    "Benchmark",
    "Categorical",
    "Fidelity",
    "Ledger",
    "LoadedResults",
    "NasBenchSuiteError",
    "Observation",
    "Observations",
    "Proposal",
    "Report",
    "Results",
    "Score",
    "Space",
    "Table",
    "Trajectory",
    "__version__",
    "algorithms",
    "find_space",
    "find_table",
    "load_results",
    "make_report",
    "open_table",
    "run",
    "search",
    "spaces",
    "tables",
]


def __getattr__(name: str) -> Any:
    """Loads what is exported by a name."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})

"""NAS benchmarks as tables, searched under one command.

    >>> from nasbench_suite import Benchmark, Fidelity, open_table
    >>> table = open_table("nb201")
    >>> benchmark = Benchmark(table, "cifar10")
    >>> arch = table.space.parse("|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|")
    >>> benchmark.query(arch, Fidelity(schedule=12, epoch=12), trial="mean")
    >>> benchmark.score(arch)["cifar10"].test_accuracy

Importing this package loads neither torch nor wandb nor Hydra.
"""

from nasbench_suite.algorithm import Algorithm, Proposal
from nasbench_suite.benchmark import Benchmark, Observations
from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.fidelity import Fidelity
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

__all__ = [
    "Algorithm",
    "Benchmark",
    "Categorical",
    "Fidelity",
    "Ledger",
    "NasBenchSuiteError",
    "Observation",
    "Observations",
    "Proposal",
    "Score",
    "Space",
    "Table",
    "Trajectory",
    "__version__",
    "find_space",
    "find_table",
    "open_table",
    "search",
]

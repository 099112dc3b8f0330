"""NNI's query functions on its own databases (`nni.nas.benchmarks`), without NNI, peewee or a download.

They answer as NNI does, its databases' flaws, ids and order included. An import of such a database
(`nasbench-suite import nb101 nasbench101.db`) makes a table that holds the corrected figures.
"""

from nasbench_suite.compat.nni.nasbench101 import query_nb101_trial_stats
from nasbench_suite.compat.nni.nasbench201 import query_nb201_trial_stats
from nasbench_suite.compat.nni.nds import query_nds_trial_stats

__all__ = ["query_nb101_trial_stats", "query_nb201_trial_stats", "query_nds_trial_stats"]

"""The API of the package `nas-bench-201` (Dong and Yang 2020, arXiv:2001.00326) on this project's tables.

>>> from nasbench_suite.compat.nas_201_api import NASBench201API
>>> api = NASBench201API("NAS-Bench-201-v1_1-096897.pth", verbose=False)
"""

from nasbench_suite.compat.nas_201_api.api_201 import NASBench201API
from nasbench_suite.compat.nats_bench.arch_results import ArchResults
from nasbench_suite.compat.nats_bench.results_count import ResultsCount

__all__ = ["ArchResults", "NASBench201API", "ResultsCount"]

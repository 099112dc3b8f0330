"""NATS-Bench's API of the topology space, which is NAS-Bench-201."""

from typing import Any

from nasbench_suite.compat.nats_bench import strings
from nasbench_suite.compat.nats_bench.listing import Wording
from nasbench_suite.compat.nats_bench.nats_api import NATSBenchAPI
from nasbench_suite.spaces.nb201.architecture import OPERATIONS, parse
from nasbench_suite.spaces.nb201.canonical import unique_string


class NATStopology(NATSBenchAPI):
    """The topology space."""

    space = "nb201"
    base_name = "NATS-tss-v1_0-3ffb9"
    epochs = 200
    wording = Wording(" & ", tests_half=False)
    str2lists = staticmethod(strings.str2lists)
    str2matrix = staticmethod(strings.str2matrix)

    @property
    def is_topology(self) -> bool:
        """Whether it is the topology space."""
        return True

    def get_unique_str(self, arch: Any) -> str:
        """Returns an expression that is equal for architectures that compute the same function."""
        return unique_string(parse(self.meta_archs[self.query_index_by_arch(arch)]), OPERATIONS)

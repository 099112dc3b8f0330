"""NATS-Bench's API of the size space."""

from nasbench_suite.compat.nats_bench.listing import Wording
from nasbench_suite.compat.nats_bench.nats_api import NATSBenchAPI


class NATSsize(NATSBenchAPI):
    """The size space."""

    space = "nats_sss"
    base_name = "NATS-sss-v1_0-50262"
    epochs = 90
    wording = Wording(" & ", tests_half=True)

    @property
    def is_topology(self) -> bool:
        """Whether it is the topology space."""
        return False

"""The API of the package `nats_bench` (Dong et al. 2021, arXiv:2009.00437) on this project's tables.

    >>> from nasbench_suite.compat.nats_bench import create
    >>> api = create("NATS-tss-v1_0-3ffb9-simple", "tss", fast_mode=True, verbose=False)
    >>> api.get_more_info(0, "cifar10-valid", hp="12", is_random=False)["valid-accuracy"]

A folder or file is imported once; a table's name opens it at once.
"""

from typing import Any

from nasbench_suite.compat.nats_bench.api_size import NATSsize
from nasbench_suite.compat.nats_bench.api_topology import NATStopology
from nasbench_suite.compat.nats_bench.arch_results import ArchResults
from nasbench_suite.compat.nats_bench.meta_api import Source
from nasbench_suite.compat.nats_bench.results_count import ResultsCount
from nasbench_suite.spaces.nats_sss.architecture import LAYERS, WIDTHS
from nasbench_suite.spaces.nb201 import OPERATIONS

__all__ = ["ArchResults", "NATSsize", "NATStopology", "ResultsCount", "create", "search_space_info", "version"]

_SIZE, _TOPOLOGY = ("sss", "size"), ("tss", "topology")


def version() -> str:
    """Returns the version of the package whose answers these are."""
    return "v1.8"


def create(
    file_path_or_dict: Source, search_space: str, fast_mode: bool = False, verbose: bool = True
) -> NATSsize | NATStopology:
    """Opens one of NATS-Bench's spaces.

    Args:
        file_path_or_dict: what `NATSBenchAPI` takes.
        search_space: `tss` or `topology`, `sss` or `size`.
        fast_mode: as of `NATSBenchAPI`.
        verbose: whether calls are printed.

    Raises:
        ValueError: there is no such space.
    """
    if search_space in _TOPOLOGY:
        return NATStopology(file_path_or_dict, fast_mode, verbose)
    if search_space in _SIZE:
        return NATSsize(file_path_or_dict, fast_mode, verbose)
    raise ValueError(f"expected the search space tss or sss, got {search_space!r}")


def search_space_info(main_tag: str, aux_tag: str | None) -> dict[str, Any]:
    """Returns what a space is made of.

    Args:
        main_tag: `nats-bench` or `nas-bench-201`.
        aux_tag: `tss` or `sss` for `nats-bench`, None for the other.

    Raises:
        ValueError: there is no such pair.
    """
    topology = {"op_names": list(OPERATIONS), "num_nodes": 4}
    if (main_tag == "nats-bench" and aux_tag in _TOPOLOGY) or (main_tag, aux_tag) == ("nas-bench-201", None):
        return topology
    if main_tag == "nats-bench" and aux_tag in _SIZE:
        return {"candidates": list(WIDTHS), "num_layers": len(LAYERS)}
    raise ValueError(f"expected nats-bench with tss or sss, or nas-bench-201 with None, got {main_tag!r}, {aux_tag!r}")

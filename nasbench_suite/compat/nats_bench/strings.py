"""NAS-Bench-201's strings as tuples per node and as a matrix."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.spaces.nb201 import OPERATIONS


def str2lists(arch_str: str) -> list[tuple[tuple[str, int], ...]]:
    """Returns the (operation, source) pairs of each inner node, a tuple per node.

    Raises:
        ValueError: a part is no `operation~source`.
    """
    return [tuple(map(_edge, filter(None, node.split("|")))) for node in arch_str.split("+")]


def str2matrix(arch_str: str, search_space: Sequence[str] = OPERATIONS) -> NDArray[np.float64]:
    """Returns the (nodes, nodes) matrix of operation numbers: row and column are an edge's target and source.

    Raises:
        ValueError: a part is no `operation~source`, or an operation is not of the space.
    """
    nodes = str2lists(arch_str)
    matrix = np.zeros((len(nodes) + 1, len(nodes) + 1))
    for target, edges in enumerate(nodes, start=1):
        for operation, source in edges:
            if operation not in search_space:
                raise ValueError(f"expected one of the operations {', '.join(search_space)}, got {operation!r}")
            matrix[target, source] = list(search_space).index(operation)
    return matrix


def _edge(text: str) -> tuple[str, int]:
    parts: list[Any] = text.split("~")
    if len(parts) != 2 or not parts[1].isdecimal():
        raise ValueError(f"expected operation~source, got {text!r}")
    return parts[0], int(parts[1])

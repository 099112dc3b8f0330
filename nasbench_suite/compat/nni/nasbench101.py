"""NNI's `nasbench101`: its constants, the conversion of architectures, and the query.

An architecture of V vertices is a dictionary of `op1` to `op(V-2)`, and `input1` to `input(V-1)`, lists of vertices.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.compat.nni.query import query_trials
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101 import nni_architectures
from nasbench_suite.spaces.nb101.graphs import graph_hash

INPUT = "input"
OUTPUT = "output"
CONV3X3_BN_RELU = "conv3x3-bn-relu"
CONV1X1_BN_RELU = "conv1x1-bn-relu"
MAXPOOL3X3 = "maxpool3x3"
LABEL2ID = {INPUT: -1, OUTPUT: -2, CONV3X3_BN_RELU: 0, CONV1X1_BN_RELU: 1, MAXPOOL3X3: 2}


def query_nb101_trial_stats(
    arch: Mapping[str, Any] | None,
    num_epochs: int | None,
    isomorphism: bool = True,
    reduction: str | None = None,
    include_intermediates: bool = False,
    *,
    path: str | os.PathLike[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yields trainings of NAS-Bench-101: accuracies in percent, parameters in millions.

    Args:
        arch: None for all.
        num_epochs: 4, 12, 36 or 108; None for all.
        isomorphism: whether an isomorphic cell is the same.
        reduction: None or `none`; `mean` for the mean over each config's trainings.
        include_intermediates: whether to add what was measured after earlier epochs.
        path: `nasbench101.db` or its folder; None for the folder that `NASBENCHMARK_DIR` names.

    Raises:
        ArchitectureError: no such architecture.
        ConfigError: no such reduction, or no path.
        SourceError: no such database.
    """
    conditions: dict[str, Any] = {"num_epochs": num_epochs}
    if arch is not None:
        same = {"hash": hash_module(arch, infer_num_vertices(arch))} if isomorphism else {"arch": dict(arch)}
        conditions = same | conditions
    return query_trials("nb101", conditions, reduction, include_intermediates, path)


def infer_num_vertices(architecture: Mapping[str, Any]) -> int:
    """Returns how many vertices an architecture has, input and output included."""
    return len(nni_architectures.operations(architecture)) + 2


def hash_module(architecture: Mapping[str, Any], vertices: int) -> str:
    """Returns nasbench's hash of an architecture as it stands, without pruning.

    Raises:
        ArchitectureError: it has another number of vertices.
    """
    matrix, operations = nni_architectures.graph(architecture)
    if vertices != len(operations):
        raise ArchitectureError(f"expected an architecture of {vertices} vertices, got one of {len(operations)}")
    return graph_hash(matrix, [LABEL2ID[name] for name in operations])


def nasbench_format_to_architecture_repr(
    adjacency_matrix: NDArray[Any], labeling: Sequence[str]
) -> tuple[int, dict[str, Any]]:
    """Returns the number of vertices and the dictionary of a matrix and its operations, input and output included.

    Raises:
        ArchitectureError: there are more or fewer operations than vertices.
    """
    matrix = np.asarray(adjacency_matrix)
    if len(matrix) != len(labeling):
        raise ArchitectureError(f"expected one operation per vertex, got {len(labeling)} for {len(matrix)} vertices")
    inputs = {f"input{y}": np.flatnonzero(matrix[:y, y]).tolist() for y in range(1, len(matrix))}
    return len(matrix), {f"op{vertex}": labeling[vertex] for vertex in range(1, len(matrix) - 1)} | inputs

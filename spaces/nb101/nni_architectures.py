"""NNI's way of writing a cell: a dictionary of operations and inputs.

>>> graph({"op1": "maxpool3x3", "input1": [0], "input2": [0, 1]})
([[0, 1, 1], [0, 0, 1], [0, 0, 0]], ['input', 'maxpool3x3', 'output'])
"""

from collections.abc import Mapping
from typing import Any

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb101.definition import INPUT, OPERATIONS, OUTPUT


def operations(architecture: Mapping[str, Any]) -> list[str]:
    """Returns the operations of the inner vertices.

    Raises:
        ArchitectureError: they are not `op1`, `op2` and so on, or not the space's.
    """
    if not isinstance(architecture, Mapping):
        raise ArchitectureError(f"expected a dictionary of operations and inputs, got {architecture!r:.80}")
    count = sum(str(key).startswith("op") for key in architecture)
    names = [architecture.get(f"op{vertex}") for vertex in range(1, count + 1)]
    for vertex, name in enumerate(names, start=1):
        if name not in OPERATIONS:
            raise ArchitectureError(f"expected op{vertex} to be one of {', '.join(OPERATIONS)}; got {name!r:.50}")
    return [str(name) for name in names]


def graph(architecture: Mapping[str, Any]) -> tuple[list[list[int]], list[str]]:
    """Returns the adjacency matrix and the operations, input and output included.

    Raises:
        ArchitectureError: a key is missing or unknown, or an input does not come before its vertex.
    """
    inner = operations(architecture)
    vertices = len(inner) + 2
    wanted = {f"op{v}" for v in range(1, vertices - 1)} | {f"input{v}" for v in range(1, vertices)}
    if set(architecture) != wanted:
        differing = min(map(str, set(architecture) ^ wanted))
        raise ArchitectureError(
            f"expected {', '.join(sorted(wanted))}, each once; {differing!r:.50} is missing or unknown"
        )
    matrix = [[0] * vertices for _ in range(vertices)]
    for target in range(1, vertices):
        sources = architecture[f"input{target}"]
        if not isinstance(sources, list) or any(type(s) is not int or not 0 <= s < target for s in sources):
            raise ArchitectureError(f"expected input{target} to list vertices below {target}, got {sources!r:.50}")
        for source in sources:
            matrix[source][target] = 1
    return matrix, [INPUT, *inner, OUTPUT]

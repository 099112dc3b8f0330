"""An architecture of NAS-Bench-201 (Dong and Yang 2020, arXiv:2001.00326): the operation of each of six edges.

A cell has four nodes and an edge from every node to every later one. Edges are in the order of the architecture string:
those into node 1, then node 2, then node 3, each by source.
"""

from functools import cache
from itertools import product

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.variables import Categorical

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
NONE, SKIP_CONNECT, CONV_1X1, CONV_3X3, AVG_POOL = range(len(OPERATIONS))

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
"""(source, target) of each edge."""
EDGES_INTO = ((0,), (1, 2), (3, 4, 5))
"""The edges into each inner node, 1 to 3."""
PATHS = ((3,), (0, 4), (1, 5), (0, 2, 5))
"""The edges of each path from input to output."""
OUTPUT = 3
"""The last node."""

VARIABLES = tuple(Categorical(f"{source}->{target}", OPERATIONS) for source, target in EDGES)
EXAMPLE = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"

Architecture = tuple[int, ...]
"""Six indices into `OPERATIONS`, in the order of `EDGES`.

The order of the operations is NATS-Bench's. Other code bases, those of hardware costs and zero-cost scores among them,
number operations otherwise; their codes are translated through the operations' names.
"""

_TEMPLATE = "+".join("|" + "|".join(f"{{}}~{EDGES[edge][0]}" for edge in edges) + "|" for edges in EDGES_INTO)
_INDEX_OF = {name: index for index, name in enumerate(OPERATIONS)}


@cache
def numbers() -> dict[Architecture, int]:
    """Returns every architecture's number: its place in the product of the six operations, last edge fastest.

    A look-up tells in 60 ns whether a value is an architecture.
    """
    archs = product(range(len(OPERATIONS)), repeat=len(EDGES))
    return {arch: number for number, arch in enumerate(archs)}


def number(arch: Architecture) -> int:
    """Returns an architecture's number, from 0 to 15,624.

    Raises:
        ArchitectureError: it is not a tuple of six operation indices.
    """
    try:
        return numbers()[arch]
    except (KeyError, TypeError):
        raise ArchitectureError(
            f"nb201: expected a tuple of 6 operation indices in 0..{len(OPERATIONS) - 1}, got {arch!r}"
        ) from None


def check(arch: Architecture) -> Architecture:
    """Returns an architecture as it is.

    Raises:
        ArchitectureError: it is not a tuple of six operation indices.
    """
    number(arch)
    return arch


def parse(text: str) -> Architecture:
    """Reads `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`.

    Raises:
        ArchitectureError: says what is wrong.
    """
    nodes = [node.strip("|").split("|") for node in text.strip().split("+")]
    entries = [entry.partition("~") for node in nodes for entry in node]
    try:
        arch = tuple(_INDEX_OF[operation] for operation, _, _ in entries)
    except KeyError as error:
        raise ArchitectureError(
            f"nb201: unknown operation {error.args[0]!r} in {text!r}; expected one of {', '.join(OPERATIONS)}"
        ) from None
    if len(arch) != len(EDGES) or format(arch) != text.strip():
        raise ArchitectureError(f"nb201: expected a cell such as {EXAMPLE}, got {text!r}")
    return arch


def format(arch: Architecture) -> str:
    """Writes the official string.

    Raises:
        ArchitectureError: `arch` is not a tuple of six operation indices.
    """
    number(arch)
    try:
        return _TEMPLATE.format(*[OPERATIONS[operation] for operation in arch])
    except TypeError:  # 1.0 is equal to 1, and no index
        raise ArchitectureError(f"nb201: expected whole numbers as operation indices, got {arch!r:.100}") from None

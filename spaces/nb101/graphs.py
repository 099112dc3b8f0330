"""NAS-Bench-101's fingerprint of a labelled directed graph, and an exact test of isomorphism.

The fingerprint is nasbench's own key, to the bit: Weisfeiler-Lehman refinement by MD5. Isomorphic graphs
always agree on it; different cells of this space never do, but some larger graphs that are not isomorphic
share it.
"""

from collections.abc import Hashable, Sequence
from hashlib import md5

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.spaces.nb101.adjacency import Matrix
from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.pruning import prune


def graph_hash(matrix: Matrix, labels: Sequence[int]) -> str:
    """Returns the 32-digit fingerprint of a directed graph, cyclic or not.

    Args:
        matrix: (vertices, vertices), entry [x, y] nonzero where an edge goes from x to y.
        labels: one per vertex; nasbench's are -1 input, -2 output, 0 conv3x3, 1 conv1x1, 2 maxpool3x3.
    """
    rows = np.asarray(matrix, dtype=bool).tolist()
    span = range(len(labels))
    sources = [[x for x in span if rows[x][y]] for y in span]
    targets = [[y for y in span if rows[x][y]] for x in span]
    return _refine(sources, targets, labels)


def cell_hash(cell: Cell) -> str:
    """Returns nasbench's key of a cell: the fingerprint of what pruning leaves of it.

    Raises:
        ArchitectureError: no path leads from input to output.
    """
    vertices, edges, _ = pruned = prune(cell)
    sources: list[list[int]] = [[] for _ in range(vertices)]
    targets: list[list[int]] = [[] for _ in range(vertices)]
    for y in range(1, vertices):
        for x in range(y):
            if edges & 1:
                sources[y].append(x)
                targets[x].append(y)
            edges >>= 1
    return _refine(sources, targets, (-1, *pruned.digits, -2))


def is_isomorphic(
    matrix: Matrix, labels: Sequence[Hashable], other_matrix: Matrix, other_labels: Sequence[Hashable]
) -> bool:
    """Whether some renumbering of the vertices turns one labelled directed graph into the other.

    Exact for graphs of any kind; vertices are matched one by one, so large symmetric graphs take long.
    """
    ours, theirs = np.asarray(matrix, dtype=bool), np.asarray(other_matrix, dtype=bool)
    if ours.shape != theirs.shape:
        return False
    kinds, other_kinds = _kinds(ours, labels), _kinds(theirs, other_labels)

    def extend(chosen: list[int]) -> bool:
        vertex = len(chosen)
        if vertex == len(kinds):
            return True
        for twin in range(len(kinds)):
            images = [*chosen, twin]
            fits = (
                twin not in chosen
                and kinds[vertex] == other_kinds[twin]
                and (ours[vertex, : vertex + 1] == theirs[twin, images]).all()
                and (ours[: vertex + 1, vertex] == theirs[images, twin]).all()
            )
            if fits and extend(images):
                return True
        return False

    return extend([])


def _kinds(matrix: NDArray[np.bool_], labels: Sequence[Hashable]) -> list[tuple[Hashable, int, int]]:
    return list(zip(labels, matrix.sum(axis=1).tolist(), matrix.sum(axis=0).tolist(), strict=True))


def _refine(sources: list[list[int]], targets: list[list[int]], labels: Sequence[int]) -> str:
    span = range(len(labels))
    colours = [_digest(f"({len(targets[v])}, {len(sources[v])}, {labels[v]})") for v in span]
    for _ in span:
        colours = [
            _digest(
                "".join(sorted([colours[w] for w in sources[v]]))
                + "|"
                + "".join(sorted([colours[w] for w in targets[v]]))
                + "|"
                + colours[v]
            )
            for v in span
        ]
    return _digest(str(sorted(colours)))


def _digest(text: str) -> str:
    # a fingerprint, not a secret: builds of Python that forbid MD5 for security still allow this
    return md5(text.encode(), usedforsecurity=False).hexdigest()

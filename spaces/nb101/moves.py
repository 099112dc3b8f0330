"""How searches move in NAS-Bench-101: the published sampler and mutation, a uniform sampler, neighbours.

Moves act on the seven-vertex matrix, dead vertices included, as in nasbench's own experiments; a cell of
fewer vertices is padded with dead ones first.
"""

# annotations that are not evaluated spare the start numpy.random
from __future__ import annotations

from typing import Final

import numpy as np

from nasbench_suite.spaces.nb101.cell import Cell, edge_bit
from nasbench_suite.spaces.nb101.definition import MAX_VERTICES
from nasbench_suite.spaces.nb101.enumeration import cells
from nasbench_suite.spaces.nb101.pruning import is_valid, pad

EDGES: Final = edge_bit(0, MAX_VERTICES)
INNER: Final = MAX_VERTICES - 2
_WEIGHTS = 1 << np.arange(EDGES)


def sample(rng: np.random.Generator) -> Cell:
    """Draws as the paper does: 21 fair coins for edges, uniform operations, again until valid.

    Not uniform over cells: those that many matrices prune to are drawn more often.
    """
    labels = int(rng.integers(3**INNER))
    while True:
        edges = int(rng.integers(1 << EDGES))
        if is_valid(MAX_VERTICES, edges):
            return Cell(MAX_VERTICES, edges, labels)


def sample_uniformly(rng: np.random.Generator) -> Cell:
    """Draws each of the 423,624 cells with the same chance, pruned and in canonical form."""
    known = cells().representatives
    return Cell._make(known[rng.integers(len(known))].tolist())


def mutate(cell: Cell, rng: np.random.Generator, rate: float = 1.0) -> Cell:
    """Mutates as the paper's evolution does, again until valid.

    Each of the 21 possible edges flips with probability rate / 7, and each of the 5 operations becomes
    another one with probability rate / 5, on the unpruned matrix. Now and then nothing changes: at rate 1, in
    one draw of 78, valid or not.
    """
    _, old_edges, old_labels = pad(cell)
    edge_rate, operation_rate = rate / MAX_VERTICES, rate / INNER
    while True:
        draws = rng.random(EDGES + INNER)
        edges = old_edges ^ int(_WEIGHTS @ (draws[:EDGES] < edge_rate))
        if is_valid(MAX_VERTICES, edges):
            break
    # the lower half of the draws below the rate takes the next operation, the upper half the one after
    labels, rest, unit = 0, old_labels, 1
    for draw in draws[EDGES:].tolist():
        rest, digit = divmod(rest, 3)
        if draw < operation_rate:
            digit = (digit + (1 if draw < operation_rate / 2 else 2)) % 3
        labels += digit * unit
        unit *= 3
    return Cell(MAX_VERTICES, edges, labels)


def neighbours(cell: Cell) -> list[Cell]:
    """Lists every valid cell one edge or one operation away on seven vertices: edges first, 31 at most.

    Some are the same network in another guise: an edit among dead vertices changes nothing.
    """
    _, edges, labels = pad(cell)
    flipped = (edges ^ 1 << bit for bit in range(EDGES))
    rewired = [Cell(MAX_VERTICES, other, labels) for other in flipped if is_valid(MAX_VERTICES, other)]
    relabelled = []
    for place in range(INNER - 1, -1, -1):
        digit = labels // 3**place % 3
        relabelled += [
            Cell(MAX_VERTICES, edges, labels + (other - digit) * 3**place) for other in range(3) if other != digit
        ]
    return rewired + relabelled

import re
from collections import defaultdict
from itertools import permutations, product

import pytest

from nasbench_suite.spaces.nb201 import NB201, OPERATIONS, Architecture
from nasbench_suite.spaces.nb201.canonical import unique_string

SPACE = NB201()
ALL = list(product(range(5), repeat=6))
NONE, SKIP, CONV1, CONV3, POOL = range(5)


def test_there_are_6466_classes() -> None:
    assert len({SPACE.canonical(cell) for cell in ALL}) == 6466


def test_cells_share_a_representative_exactly_where_they_share_a_unique_string() -> None:
    classes = defaultdict(set)
    for cell in ALL:
        classes[unique_string(cell, OPERATIONS)].add(SPACE.canonical(cell))
    assert len(classes) == 6466
    assert all(len(representatives) == 1 for representatives in classes.values())


def test_a_representative_is_in_its_own_class_and_represents_itself() -> None:
    for cell in ALL[::7]:
        representative = SPACE.canonical(cell)
        assert unique_string(representative, OPERATIONS) == unique_string(cell, OPERATIONS)
        assert SPACE.canonical(representative) == representative


def test_341_cells_have_no_path_at_all() -> None:
    def connected(cell: Architecture) -> bool:
        edges = dict(zip([(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)], cell, strict=True))
        reached = {0}
        for source, target in sorted(edges):
            if source in reached and edges[source, target] != NONE:
                reached.add(target)
        return 3 in reached

    lost = [cell for cell in ALL if not connected(cell)]
    assert len(lost) == 341
    # the rule says so, too: the input is in none of their expressions
    assert all("0" not in unique_string(cell, OPERATIONS) for cell in lost)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # node 1 unused: what feeds it does not matter
        ((CONV1, CONV3, NONE, POOL, NONE, SKIP), (CONV3, CONV3, NONE, POOL, NONE, SKIP)),
        # a sum does not depend on the order of its terms
        ((CONV1, CONV3, SKIP, POOL, NONE, CONV3), (CONV3, CONV1, SKIP, POOL, NONE, CONV3)),
        # an edge from a zero node is a zero
        ((NONE, CONV3, CONV1, SKIP, POOL, CONV1), (NONE, CONV3, NONE, SKIP, NONE, CONV1)),
    ],
)
def test_isomorphic_cells_share_a_representative(one: Architecture, other: Architecture) -> None:
    assert SPACE.canonical(one) == SPACE.canonical(other)


def test_cells_that_differ_where_it_matters_do_not() -> None:
    assert SPACE.canonical((CONV1,) * 6) != SPACE.canonical((CONV3,) * 6)


def test_the_rule_written_with_substitution_gives_the_same_classes() -> None:
    """The definition again, by substituting strings, with no shared step."""

    def slow(cell: Architecture) -> str:
        names = [OPERATIONS[operation] for operation in cell]
        nodes = {0: "0"}
        for node, edges in ((1, [0]), (2, [1, 2]), (3, [3, 4, 5])):
            terms = []
            for source, edge in enumerate(edges):
                term = f"({nodes[source]})@{names[edge]}"
                if term.endswith("@none") or nodes[source] == "#":
                    term = "#"
                terms.append(re.sub(r"^\((.*)\)@skip_connect$", r"\1", term))
            nodes[node] = min("+".join(order) for order in permutations(terms))
        return nodes[3]

    pairs = {(slow(cell), SPACE.canonical(cell)) for cell in ALL}
    assert len(pairs) == 6466

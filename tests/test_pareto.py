from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_suite.pareto import ParetoArchive, dominates, dominates_constrained

POINTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)), max_size=25)


def test_dominance_needs_one_better_and_none_worse() -> None:
    assert dominates((1, 2), (1, 3))
    assert not dominates((1, 2), (1, 2))
    assert not dominates((0, 3), (1, 2))


def test_under_constraints_violation_comes_first() -> None:
    assert dominates_constrained((9, 9), 0.0, (0, 0), 0.1)
    assert dominates_constrained((9, 9), 0.1, (0, 0), 0.2)
    assert not dominates_constrained((0, 0), 0.1, (9, 9), 0.1)
    assert dominates_constrained((0, 0), 0.0, (9, 9), 0.0)


def test_what_enters_drives_out_what_it_dominates_and_the_first_of_equals_stays() -> None:
    archive = ParetoArchive()
    assert archive.add((2.0, 2.0))
    assert not archive.add((2.0, 2.0))
    assert not archive.add((2.0, 3.0))
    assert archive.add((1.0, 3.0))
    assert archive.front == [(2.0, 2.0), (1.0, 3.0)]
    assert archive.add((1.0, 1.0))
    assert archive.front == [(1.0, 1.0)]


@settings(deadline=None)
@given(points=POINTS)
def test_the_archive_is_what_nothing_dominates(points: list[tuple[float, ...]]) -> None:
    archive = ParetoArchive()
    for point in points:
        archive.add(point)
    wanted = {one for one in points if not any(dominates(other, one) for other in points)}
    assert len(archive.front) == len(wanted) and set(archive.front) == wanted

from itertools import product

import numpy as np
import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.path_numbers import count_paths, path_number
from nasbench_suite.registry.spaces import find_space

PAPER = [(3, 5, 0, 364), (3, 3, 0, 40), (5, 3, 1, 155)]


@pytest.mark.parametrize(("operations", "longest", "shortest", "count"), PAPER)
def test_paths_have_the_papers_count_and_numbers_of_their_own_the_shorter_first(
    operations: int, longest: int, shortest: int, count: int
) -> None:
    lengths = range(shortest, longest + 1)
    paths = [path for length in lengths for path in product(range(operations), repeat=length)]
    numbers = [path_number(path, operations, shortest) for path in paths]
    assert sorted(numbers) == list(range(count)) and count_paths(operations, longest, shortest) == count
    by_number = [len(path) for _, path in sorted(zip(numbers, paths, strict=True))]
    assert by_number == sorted(by_number)


def test_isomorphic_cells_of_nb101_have_the_same_paths() -> None:
    space = find_space("nb101")
    rng = np.random.default_rng(0)
    for _ in range(200):
        cell = space.sample(rng)
        assert space.paths(cell) == space.paths(space.canonical(cell))
        assert len(set(space.paths(cell))) == len(space.paths(cell))


def test_a_space_of_more_than_a_cell_says_that_it_has_none() -> None:
    space = find_space("nb_macro")
    assert space.path_count == 0
    with pytest.raises(ConfigError, match="nb_macro has no paths"):
        space.paths(next(iter(space)))

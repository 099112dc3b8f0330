import pytest
import torch

from nasbench_suite.edge_weights import EdgeWeights, Mixture, OneHot, Path, at_position

FORMS = [Mixture(torch.full((3, 2), 0.5)), OneHot(torch.eye(2), (0, 1)), Path((1, 0, 1))]


@pytest.mark.parametrize("one", FORMS, ids=lambda form: type(form).__name__)
def test_one_value_is_for_the_cells_of_all_positions(one: EdgeWeights) -> None:
    assert all(at_position(one, position) is one for position in range(3))


def test_a_sequence_has_a_value_for_each_position() -> None:
    assert [at_position(FORMS, position) for position in range(3)] == FORMS


def test_a_sequence_too_short_is_no_cell_of_another_position() -> None:
    with pytest.raises(IndexError):
        at_position([FORMS[0]], 1)

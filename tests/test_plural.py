import pytest

from nasbench_suite.plural import counted


@pytest.mark.parametrize(
    ("count", "what", "text"),
    [
        (1, "architectures", "1 architecture"),
        (0, "architectures", "0 architectures"),
        (15625, "architectures", "15,625 architectures"),
        (1, "rows_of_other_data_sets", "1 row of other data sets"),
        (1, "failed_trainings", "1 failed training"),
        (1, "rows_of_all_architectures", "1 row of all architectures"),
        (2, "architectures_that_the_table_lacks", "2 architectures that the table lacks"),
    ],
)
def test_one_is_in_the_singular(count: int, what: str, text: str) -> None:
    assert counted(count, what) == text

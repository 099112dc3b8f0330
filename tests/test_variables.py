from nasbench_suite.variables import Categorical


def test_variables_of_one_name_and_the_same_choices_are_one() -> None:
    assert Categorical("edge 0", ("none", "skip")) == Categorical("edge 0", ("none", "skip"))
    assert len({Categorical("a", ("0", "1")), Categorical("b", ("0", "1")), Categorical("a", ("1", "0"))}) == 3

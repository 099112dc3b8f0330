from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.variables import Categorical, check_codes

VARIABLES = (Categorical("colour", ("red", "blue")), Categorical("size", ("10", "20", "30")))


@pytest.mark.parametrize("codes", [(1, 2), [1, 2], np.array([1, 2]), (np.int8(1), np.uint64(2))])
def test_whole_numbers_of_python_and_numpy_are_plain_ints_afterwards(codes: Any) -> None:
    found = check_codes(codes, VARIABLES, "paint")
    assert found == (1, 2)
    assert {type(code) for code in found} == {int}


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ((1, 1.7), "paint: expected a whole number from 0 to 2 as the code of size, got 1.7"),
        ((1.0, 1), "as the code of colour, got 1.0"),
        ((True, 1), "as the code of colour, got True"),
        ((np.True_, 1), "as the code of colour"),
        ((1, "1"), "as the code of size, got '1'"),
        ((1, None), "as the code of size, got None"),
        ((np.float64(1), 1), "as the code of colour"),
        ((1, 3), "from 0 to 2 as the code of size, got 3"),
        ((-1, 0), "from 0 to 1 as the code of colour, got -1"),
        ((1,), "a code for each of 2 variables"),
        ((1, 1, 1), "a code for each of 2 variables"),
        (3, "a code for each of 2 variables, got 3"),
        (None, "a code for each of 2 variables, got None"),
    ],
)
def test_anything_else_is_refused_in_one_line(codes: Any, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message) as caught:
        check_codes(codes, VARIABLES, "paint")
    assert "\n" not in str(caught.value)

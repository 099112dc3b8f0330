from typing import Any

import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.whole_number import check_whole, is_whole


@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1], float("nan"), -1])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    assert not is_whole(value)
    with pytest.raises(ConfigError, match="seeds: expected a whole number of 0 or more, got"):
        check_whole("seeds", value)


def test_limits_are_inclusive_below_and_exclusive_above() -> None:
    assert [is_whole(value, 2, 4) for value in (1, 2, 3, 4)] == [False, True, True, False]
    assert check_whole("seed", 5, 0, 5) == 5
    with pytest.raises(ConfigError, match=r"^seed: expected at most 5, got 6$"):
        check_whole("seed", 6, 0, 5)
    assert is_whole(10**30) and check_whole("seeds", 3, 3) == 3

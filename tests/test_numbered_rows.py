import numpy as np
import pytest

from nasbench_suite.numbered_rows import number_locator, rows_by_number

NUMBERS = {"a": 0, "b": 1, "c": 2}


def number(arch: object) -> int:
    """A number also for what is no key; an error for what is no architecture."""
    if arch == ["c"]:
        return 2
    raise LookupError(arch)


def test_rows_are_by_number_and_the_absent_have_none() -> None:
    rows = rows_by_number([3, 0, 2], 5)
    assert rows.tolist() == [1, -1, 2, 0, -1] and rows.dtype == np.int32


def test_an_architecture_is_found_by_its_number_and_what_is_none_is_refused() -> None:
    locate = number_locator(rows_by_number([2, 0], 3).tolist(), NUMBERS, number)
    assert [locate(arch) for arch in "abc"] == [1, -1, 0]
    assert locate(["c"]) == 0
    with pytest.raises(LookupError):
        locate("d")

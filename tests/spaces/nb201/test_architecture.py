import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb201 import NB201, Architecture

cells = st.tuples(*[st.integers(0, 4)] * 6)


SPACE = NB201()


FIRST = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"


@given(cells)
def test_a_string_reads_back_as_the_cell_that_was_written(cell: Architecture) -> None:
    assert SPACE.parse(SPACE.format(cell)) == cell


def test_the_string_is_the_official_one() -> None:
    assert SPACE.format((4, 2, 1, 2, 1, 1)) == FIRST


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "unknown operation ''"),
        (FIRST.replace("avg_pool_3x3", "max_pool_3x3"), "unknown operation 'max_pool_3x3'.*expected one of none"),
        (FIRST.replace("~2", "~1"), "expected a cell such as"),
        (FIRST.replace("skip_connect~2", "skip_connect~2~2"), "expected a cell such as|unknown operation"),
        (FIRST[:-1], "expected a cell such as"),
        (FIRST.rpartition("+")[0], "expected a cell such as"),
        (FIRST + "+|none~0|none~1|none~2|none~3|", "expected a cell such as"),
        (FIRST.replace("~0|+|", "~0|", 1), "expected a cell such as"),
        ("none", "expected a cell such as"),
    ],
)
def test_what_is_no_cell_is_refused_and_told_why(text: str, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message) as caught:
        SPACE.parse(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    with pytest.raises(ArchitectureError):
        SPACE.parse(text)


def test_numbers_that_are_equal_to_codes_and_are_none_are_not_written() -> None:
    with pytest.raises(ArchitectureError, match="expected whole numbers as operation indices"):
        SPACE.format((0.0, 1.0, 2.0, 3.0, 4.0, 0.0))  # type: ignore[arg-type]

from itertools import product

import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nats_sss.architecture import WIDTHS, format, number, parse


def test_the_text_is_the_official_one() -> None:
    assert format((64, 40, 8, 16, 32)) == "64:40:8:16:32"
    assert parse("64:40:8:16:32") == (64, 40, 8, 16, 32)


def test_the_number_is_the_place_in_the_product_of_the_widths() -> None:
    assert [number(arch) for arch in product(WIDTHS, repeat=5)] == list(range(32_768))


@pytest.mark.parametrize(
    "text", ["8:8:8:8", "8:8:8:8:8:8", "8:8:8:8:7", "8:8:8:8:72", "08:8:8:8:8", "8:8:8:8:-8", "8:8:8:8:x", "٨:8:8:8:8"]
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ArchitectureError, match="five widths"):
        parse(text)


@pytest.mark.parametrize("value", [(8,) * 4, (8, 8, 8, 8, 9), [8] * 5, "8:8:8:8:8", None])
def test_another_value_is_refused(value: object) -> None:
    with pytest.raises(ArchitectureError, match="5 widths"):
        format(value)  # type: ignore[arg-type]

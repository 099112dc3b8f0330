"""A typing mistake is near to what was meant; another word is near to nothing."""

import pytest

from nasbench_suite.closest import closest


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("REA", "rea"),
        ("reaa", "rea"),
        ("Hyper-Band", "hyperband"),
        ("hyperband", "hyperband"),
        ("xyz", None),
        ("", None),
    ],
)
def test_the_nearest_name(name: str, meant: str | None) -> None:
    assert closest(name, ["rea", "random", "hyperband"]) == meant


def test_a_name_keeps_its_own_case() -> None:
    assert closest("imagenet16", ["cifar10", "ImageNet16-120"]) == "ImageNet16-120"
    assert closest("imagenet16", []) is None

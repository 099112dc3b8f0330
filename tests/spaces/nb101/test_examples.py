"""The worked examples in the docstrings of dense code are right."""

import doctest
from types import ModuleType

import pytest

from nasbench_suite.spaces.nb101 import batches, enumeration, lookup


@pytest.mark.parametrize("module", [batches, enumeration, lookup], ids=lambda module: module.__name__)
def test_a_modules_examples_are_right(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 2
    assert found.failed == 0

import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.spaces.nb201 import NB201


def test_a_space_is_found_by_name_and_an_unknown_one_answered_with_the_list() -> None:
    assert isinstance(find_space("nb201"), NB201)
    with pytest.raises(ConfigError, match=r"nb201.*got 'nb202'"):
        find_space("nb202")

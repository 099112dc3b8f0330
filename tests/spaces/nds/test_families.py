from nasbench_suite.spaces.nds import FAMILIES
from nasbench_suite.spaces.nds.families import FAMILY_NAMES


def test_every_family_that_files_are_named_after_has_a_space() -> None:
    assert tuple(FAMILIES) == FAMILY_NAMES

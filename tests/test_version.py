from importlib.metadata import version

import nasbench_suite


def test_the_package_says_the_version_that_was_installed() -> None:
    assert nasbench_suite.__version__ == version("nasbench-suite")

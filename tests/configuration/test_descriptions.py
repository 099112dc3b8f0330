"""A file's first sentence, whatever stands in it."""

from pathlib import Path

import pytest

from nasbench_suite.configuration.descriptions import description
from nasbench_suite.configuration.files import ConfigFiles


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("# Mine.\na: 1\n", "Mine"),
        ("# @package _global_\n# nasbench-suite run\n# Some et al. 2020, a:1. More\nb: 1", "Some et al. 2020, a:1"),
        ("# One line\n# and the next. Then another\n", "One line and the next"),
        ("# A budget that you name, e.g.\n#   nasbench-suite run\nx: 1\n", "A budget that you name"),
        ("a: 1  # not at the top\n", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_first_sentence(content: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(content)
    assert description(file) == expected


@pytest.mark.parametrize("group", ["algorithm", "space", "protocol", "experiment"])
def test_every_file_that_is_listed_says_what_it_is(group: str) -> None:
    files = ConfigFiles()
    for name in files.names(group):
        path = files.find(f"{group}/{name}")
        assert path is not None and len(description(path)) > 10, path

from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import ResultsError
from nasbench_suite.report.figure import draw, save
from nasbench_suite.report.summary import summarise


def test_a_png_is_written(by_hand: Path, tmp_path: Path) -> None:
    save(summarise([by_hand]), tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_each_configuration_is_a_line_with_a_band(by_hand: Path) -> None:
    valid, test = draw(summarise([by_hand])).axes
    assert [line.get_label() for line in valid.lines] == ["rea (3 seeds)"]
    assert len(valid.collections) == len(test.collections) == 1
    assert valid.lines[0].get_ydata()[-1] == 92.0 and test.lines[0].get_ydata()[-1] == 82.0


def test_a_place_or_format_that_cannot_be_written_is_told(by_hand: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "lost" / "curves.png", tmp_path / "curves.xyz"):
        with pytest.raises(ResultsError, match="cannot be written") as caught:
            save(summarise([by_hand]), path)
        assert "\n" not in str(caught.value)


def test_where_a_table_has_no_test_accuracy_the_picture_says_so(results: Callable, tmp_path: Path) -> None:
    summary = summarise([results("job", {0: [("a", 50.0, 10.0, True)]}, {"a": {"cifar10": (90.0, None)}})])
    save(summary, tmp_path / "curves.png")
    valid, test = draw(summary).axes
    assert (len(valid.lines), len(test.lines)) == (1, 0)
    assert [text.get_text() for text in test.texts] == ["not in the table"]

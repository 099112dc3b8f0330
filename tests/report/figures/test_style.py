from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.report.figures.incumbents import draw, save
from nasbench_suite.report.figures.style import LONGEST, styles
from nasbench_suite.report.model import make_report


def test_a_name_says_over_how_many_searches_its_lines_are(results: Callable, searches, scores) -> None:
    (group,) = make_report([results("job", {**searches, 4: [], 5: []}, scores)]).groups
    assert [style.name for style in styles(group)] == ["rea (3 of 5 searches)"]


@pytest.mark.parametrize("label", ["_mine", "50$ and $\\frac{", "a\nb\x00c", "x" * 5000])
def test_any_label_can_be_drawn_and_is_in_the_legend(
    results: Callable, searches, scores, label: str, tmp_path: Path
) -> None:
    report = make_report([results("job", searches, scores, label=label)])
    save(report, tmp_path / "curves.svg")
    (legend,) = draw(report).subfigs[0].legends
    (text,) = [text.get_text() for text in legend.get_texts()]
    assert text.endswith("(3 searches)") and len(text) < LONGEST + 30 and "\n" not in text

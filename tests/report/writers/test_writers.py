from pathlib import Path

import pytest

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers import ENDINGS, FORMATS, format_of, write

BEGINNINGS = {"markdown": "# NAS", "html": "<!DOCTYPE html>", "latex": "% needs", "json": "[", "csv": "space,algorithm"}


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written_of_one_model(by_hand: Path, format) -> None:
    text = write(make_report([by_hand]), format)
    assert text.startswith(BEGINNINGS[format]) and "rea" in text and "92.0" in text


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_names_what_was_found_and_how_many_found_nothing(results, searches, scores, format) -> None:
    named = {"the best": scores["c"], **scores}
    rows = {**searches, 1: [("the best", 55.0, 20.0, True)], 9: []}
    text = write(make_report([results("job", rows, named)]), format)
    assert "the best" in text
    assert {"json": '"without_incumbent": 1', "csv": ",4,1,"}.get(format, "4 (1 found nothing)") in text


def test_a_files_ending_names_its_format() -> None:
    assert {format_of(Path(f"r{ending}")) for ending in ENDINGS} == set(FORMATS)
    assert format_of(Path("R.HTML")) == "html" and format_of(Path("r.txt")) == "markdown"
    assert format_of(Path("r.docx")) is None

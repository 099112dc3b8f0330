from xml.etree import ElementTree

import pytest

from nasbench_suite.drawing.text_box import COLUMNS, LINES, draw_text

SVG = "{http://www.w3.org/2000/svg}"


def lines(text: str) -> list[str]:
    title, *found = ElementTree.fromstring(draw_text(text, "sizes")).iter(f"{SVG}text")
    assert title.text == "sizes"
    return [line.text or "" for line in found]


def test_a_text_is_broken_into_lines_and_nothing_of_it_is_lost() -> None:
    text = " ".join(f"w{at}=16:32:48" for at in range(12))
    found = lines(text)
    assert " ".join(found) == text and all(len(line) <= COLUMNS for line in found) and len(found) > 1


def test_a_text_without_end_is_cut() -> None:
    found = lines("x" * 100_000)
    assert len(found) == LINES and found[-1] == "..."


@pytest.mark.parametrize("text", ["", "a<b>&\"'", "\x00\ud800 a"])
def test_any_text_is_a_picture(text: str) -> None:
    assert len(lines(text)) == 1

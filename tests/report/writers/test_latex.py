import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.latex import escape, to_latex


@pytest.fixture
def text(results: Callable, searches, scores, by_hand: Path) -> str:
    other = results("other", {5: searches[1]}, scores, config_id="c1", algorithm="random", label="50% of_all")
    return to_latex(make_report([by_hand, other]))


def test_each_line_has_a_cell_a_column(text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip().endswith(r"\\")]
    assert [line.count("&") for line in lines[1:]] == [7, 7, 7]
    assert r"\multicolumn{2}{c}{cifar10} & \multicolumn{2}{c}{cifar100}" in lines[0]
    assert r"$92.00 \pm 2.00$ & $82.00 \pm 2.65$" in text
    assert r"50\% of\_all & $\mathbf{94.00}$ & $\mathbf{85.00}$" in text


def test_provenance_and_notes_are_comments(text: str) -> None:
    comments = [line for line in text.splitlines() if line.startswith("% ")]
    assert any("table t (abababababab)" in line for line in comments)
    assert "booktabs" in comments[0]


def test_every_special_sign_is_escaped() -> None:
    assert escape("a&b%c$d#e_f{g}h") == r"a\&b\%c\$d\#e\_f\{g\}h"
    assert escape("~^\\") == r"\textasciitilde{}\textasciicircum{}\textbackslash{}"
    assert escape("a|b<c>") == r"a\textbar{}b\textless{}c\textgreater{}"
    assert escape("one\ntwo\r\x1b[31m") == "one two [31m"


def test_braces_and_environments_are_balanced(text: str) -> None:
    plain = re.sub(r"\\[{}]", "", text)
    assert plain.count("{") == plain.count("}")
    assert re.findall(r"\\begin\{(.*?)\}", text) == re.findall(r"\\end\{(.*?)\}", text)[::-1]


def test_a_one_shot_line_counts_epochs_and_the_caption_says_whose_seconds(
    one_shot: Callable, record: Callable, scores, by_hand: Path
) -> None:
    text = to_latex(make_report([by_hand, one_shot("supernet", {0: [record(1), record(2)]}, scores)]))
    (line,) = [line for line in text.splitlines() if line.strip().startswith("darts1 &")]
    assert line.endswith(r"& 1 & 2 epochs & 20 \\")
    assert "for one-shot they are those of the machine that searched" in text


def test_no_text_of_a_folder_is_a_command(evil: Path) -> None:
    text = to_latex(make_report([evil]))
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    assert not any("\\input" in line.replace(r"\textbackslash{}input", "") for line in lines)
    assert not any(re.search(r"(?<!\\)[%&#]", line.replace(" & ", "")) for line in lines)
    assert all(ord(sign) >= 32 for line in text.splitlines() for sign in line)
    assert len(text.splitlines()) == len(to_latex(make_report([evil])).split("\n")) - 1


def test_searches_that_found_nothing_are_counted(results: Callable, searches, scores) -> None:
    text = to_latex(make_report([results("job", {**searches, 3: []}, scores)]))
    assert r"& 4 (1 found nothing) & 2.0 & 27 \\" in text and "% rea found c" in text


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_takes_it(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.tex").write_text(text)
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\\input{t}\\end{document}"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout

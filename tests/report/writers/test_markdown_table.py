import pytest

from nasbench_suite.report.writers.markdown_table import escape, escape_line, markdown_table


def test_columns_are_aligned() -> None:
    assert markdown_table(["", "mean"], [["rea", "92"], ["random", "9"]]).splitlines() == [
        "|        | mean |",
        "| ------ | ---- |",
        "| rea    | 92   |",
        "| random | 9    |",
    ]


def test_a_bar_or_a_line_end_in_a_cell_leaves_the_table_whole() -> None:
    table = markdown_table(["a"], [["x|y\nz"]])
    assert table.splitlines()[-1] == r"| x\|y z |"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("nds_resnet (population=50)", "nds_resnet (population=50)"),
        ("92.00±2.00, 2<-0", "92.00±2.00, 2&lt;-0"),
        ("<script>", "&lt;script&gt;"),
        ("&lt;", "&amp;lt;"),
        ("*a* _b_ `c` [d](e) ~f~", r"\*a\* \_b\_ \`c\` \[d\](e) \~f\~"),
        ("a\\", "a\\\\"),
        ("a\x1b[2Jb\u202ec", r"a \[2Jb c"),
    ],
)
def test_what_markdown_would_obey_is_written_out_and_plain_text_is_left_alone(text: str, written: str) -> None:
    assert escape(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# a", r"\# a"),
        ("### a", r"\### a"),
        ("- a", r"\- a"),
        ("---", r"\---"),
        ("===", r"\==="),
        ("1. a", "&#49;. a"),
        ("12) a", "&#49;2) a"),
        ("92.0 of 100", "92.0 of 100"),
        ("-0.5", "-0.5"),
    ],
)
def test_the_beginning_of_a_line_is_no_heading_or_list(text: str, written: str) -> None:
    assert escape_line(text) == written

"""Every kind of name, with what it is."""

from collections.abc import Callable
from typing import Any

import pytest

from nasbench_suite.folders import table_path


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("spaces", "nb101 Ying et al. 2019, arXiv:1902.09635"),
        ("algorithms", "rea Regularized evolution: Real et al. 2019, arXiv:1802.01548, section 4"),
        ("protocols", "free Nobody's: the highest fidelity of whatever table, and a budget that you name"),
        ("experiments", "nb201_table The comparison of NAS-Bench-201's paper (arXiv:2001.00326, table 5)"),
        ("datasets", "cifar10 protocol"),
    ],
)
def test_one_kind(cli: Callable[..., Any], kind: str, line: str) -> None:
    answer = cli("list", kind)
    assert answer.code == 0
    assert any(" ".join(found.split()).startswith(line) for found in answer.out.splitlines())
    assert answer.out.startswith(f"{kind}:")


def test_tables_that_are_here_and_one_that_is_damaged(cli: Callable[..., Any]) -> None:
    assert cli("list", "tables").out == "tables: none\n"
    path = table_path("broken")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * 100)
    answer = cli("list")
    assert answer.code == 0
    assert "  broken  DAMAGED: " in answer.out and "experiments:" in answer.out

from collections.abc import Callable

import pytest

from nasbench_suite.report import published
from nasbench_suite.report.model import make_report
from nasbench_suite.report.page.data import page_data

ROW = {"where": {}, "seeds": 4, "cifar10": [91.0, 2.0, 79.0, 1.0]}
ENTRY = {"source": "a paper", "space": "nb201", "dataset": "cifar10", "protocol": "nb201", "where": {}, "rows": [ROW]}


def test_our_means_stand_beside_theirs_with_both_deviations(
    results: Callable, searches, scores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "_entries", lambda: [ENTRY])
    (data,) = page_data(make_report([results("job", searches, scores)]))
    test, valid = sorted(data["published"], key=lambda each: each["column"])
    assert data["published_columns"] == ["cifar10 test", "cifar10 valid"]
    assert (valid["ours"], valid["theirs"]) == ([92, 2], [91, 2])  # ours: 92, 94 and 90
    assert (test["ours"], test["theirs"], test["source"]) == ([82, 2.646], [79, 1], "a paper")


def test_without_published_numbers_there_is_nothing(results: Callable, searches, scores) -> None:
    (data,) = page_data(make_report([results("job", searches, scores, protocol="mine")]))
    assert (data["published"], data["published_columns"]) == ([], [])

from collections.abc import Callable

import pytest

from nasbench_suite.report.model import make_report
from nasbench_suite.report.supernet_ranking import last_taus, ranking_note


def test_each_search_counts_with_its_last_measurement(one_shot: Callable, record: Callable, scores) -> None:
    searches = {
        0: [record(1, kendall_tau=0.9), record(2, kendall_tau=0.2), record(3)],
        1: [record(1, kendall_tau=0.4)],
        2: [record(1)],
    }
    (configuration,) = make_report([one_shot("job", searches, scores)]).configurations
    assert last_taus(configuration.results).tolist() == [0.2, 0.4]
    note = ranking_note(configuration.results)
    assert note == "Kendall's tau 0.30±0.14 between the supernet's accuracies and the true ones, 2 searches"
    assert configuration.row.kendall_tau_mean == pytest.approx(0.3)


def test_what_was_not_measured_is_not_said(one_shot: Callable, record: Callable, by_hand, scores) -> None:
    for folder in (one_shot("another", {0: [record(1)]}, scores), by_hand):
        (configuration,) = make_report([folder]).configurations
        assert ranking_note(configuration.results) is None
        assert configuration.row.kendall_tau_mean is None

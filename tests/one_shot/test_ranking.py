"""How well a supernet ranks, beside a search and without a trace in it."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet
from scipy.stats import kendalltau

import nasbench_suite
from nasbench_suite.errors import ConfigError
from nasbench_suite.jobs.folder import EPOCHS, SCORES
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.run import run
from nasbench_suite.one_shot.ranking import Ranking, RankingSettings, kendall_tau
from nasbench_suite.one_shot.trainer import SupernetTrainer
from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.html import to_html
from nasbench_suite.report.writers.markdown import to_markdown
from nasbench_suite.spaces.nb201 import NB201


def convolutions(arch: tuple[int, ...]) -> float:
    return float(10 * arch.count(3) + arch.count(2))


def make(tiny: ModuleType, settings: RankingSettings, truth: Callable[[Any], float | None]) -> SupernetTrainer[Any]:
    return SupernetTrainer(NB201(), tiny.Tiny(), tiny.digits(), tiny.SETTINGS, 0, ranking=settings, truth=truth)


def literal_tau(x: list[float], y: list[float]) -> float:
    """Concordant less discordant pairs, over the root of the pairs that are no tie in each."""
    pairs = [(np.sign(a - b), np.sign(c - d)) for (a, c), (b, d) in itertools.combinations(zip(x, y, strict=True), 2)]
    untied = [sum(pair[side] != 0 for pair in pairs) for side in (0, 1)]
    return float(sum(first * second for first, second in pairs) / np.sqrt(untied[0] * untied[1]))


def test_tau_counts_pairs_in_the_same_order_less_the_others() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = (rng.integers(0, 5, 12).astype(float).tolist() for _ in range(2))
        assert kendall_tau(x, y) == pytest.approx(literal_tau(x, y))
    assert kendall_tau([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == pytest.approx(1.0)
    assert kendall_tau([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None


def test_it_is_measured_every_few_epochs_and_after_the_last() -> None:
    settings = RankingSettings(5, every=3)
    assert [epoch for epoch in range(1, 9) if settings.due(epoch, 8)] == [3, 6, 8]
    assert not any(RankingSettings(0, 1).due(epoch, 3) for epoch in (1, 2, 3))


def test_the_ranking_is_of_different_architectures_drawn_once(tiny: ModuleType) -> None:
    asked: list[tuple[int, ...]] = []

    def truth(arch: tuple[int, ...]) -> float:
        asked.append(arch)
        return convolutions(arch)

    trainer = make(tiny, RankingSettings(12, every=2), truth)
    records = [trainer.run_epoch() for _ in range(3)]
    assert [record is not None and record.kendall_tau is not None for record in records] == [False, True, True]
    assert len(asked) == len(set(asked)) == 12
    session, supernet = trainer._session, trainer._supernet
    accuracies = []
    for arch in asked:
        (batch,) = trainer._batches.evaluation()
        accuracies.append(session.accuracy(batch, supernet.path(arch)))
    expected = kendalltau(accuracies, [convolutions(arch) for arch in asked]).statistic
    assert records[-1] is not None and records[-1].kendall_tau == pytest.approx(expected)


def test_measuring_leaves_no_trace_in_the_search(tiny: ModuleType) -> None:
    alone, beside = tiny.make(), make(tiny, RankingSettings(8, every=1), convolutions)
    for trainer in (alone, beside):
        trainer.run_epoch()
        trainer.run_epoch()
    shown = [
        [replace(record, seconds=0.0, memory_mib=0.0, kendall_tau=None) for record in trainer.records]
        for trainer in (alone, beside)
    ]
    assert shown[0] == shown[1]
    assert all(record.kendall_tau is not None for record in beside.records)


def test_what_nobody_knows_is_not_ranked() -> None:
    supernet = NB201().supernet(classes=10, in_channels=1, channels=1, cells=1)
    rng, seen = np.random.default_rng(0), []

    def accuracy(arch: tuple[int, ...]) -> float:
        seen.append(arch)
        return convolutions(arch)

    nobody = Ranking(supernet, RankingSettings(6), rng, lambda arch: None)
    assert nobody.tau(accuracy) is None and seen == []
    some = Ranking(supernet, RankingSettings(40), rng, lambda arch: convolutions(arch) if arch[0] == 3 else None)
    assert some.tau(accuracy) == pytest.approx(1.0)
    assert {arch[0] for arch in seen} == {3}


@pytest.mark.parametrize(("settings", "message"), [((1, 1), "0, or 2 or more"), ((5, 0), "ranking.every")])
def test_settings_that_make_no_sense_are_refused(settings: tuple[int, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RankingSettings(*settings)


DIGITS = Path(nasbench_suite.__file__).parent / "tables" / "nb201_digits.mdb"  # the table that comes with the package
RANKED = ("+ranking={architectures:6,every:2}",)


def test_a_job_ranks_by_the_judge_and_every_report_says_so(tiny_job: Callable[..., Job], tmp_path: Path) -> None:
    plain = tiny_job("evaluator=table", f"table={DIGITS}", results=tmp_path / "plain")
    job = tiny_job("evaluator=table", f"table={DIGITS}", *RANKED, results=tmp_path / "ranked")
    run(plain)
    run(job)
    taus = parquet.read_table(job.folder / EPOCHS)["kendall_tau"].to_pylist()
    assert [tau is None for tau in taus] == [True, False, False]  # after the second and the last
    scores = [set(parquet.read_table(each.folder / SCORES)["architecture"].to_pylist()) for each in (plain, job)]
    assert scores[0] == scores[1]  # what was drawn for the ranking was not found by the search
    report = make_report([job.folder])
    (row, *_) = report.rows
    assert (row.kendall_tau_mean, row.kendall_tau_std) == (pytest.approx(taus[-1]), None)
    assert row.record()["kendall_tau_mean"] == pytest.approx(taus[-1])
    assert f"Kendall's tau {taus[-1]:.2f} between" in to_markdown(report)
    assert f"tau {taus[-1]:.2f} between" in to_html(report)
    assert "kendall_tau_mean" not in make_report([plain.folder]).rows[0].record()


def test_without_a_judge_there_is_no_tau(tiny_job: Callable[..., Job]) -> None:
    job = tiny_job(*RANKED)
    run(job)
    assert parquet.read_table(job.folder / EPOCHS)["kendall_tau"].to_pylist() == [None] * 3

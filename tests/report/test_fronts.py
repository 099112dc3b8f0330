"""Fronts by hand: three architectures that three searches found, on a true front of two points."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.lines import Line2D

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.folder import JobFolder
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.report.figures import fronts as pictures
from nasbench_suite.report.fronts import Fronts
from nasbench_suite.report.model import Report, make_report
from nasbench_suite.report.tradeoff import read_tradeoff, scaled, unscaled
from nasbench_suite.report.writers import FORMATS, write
from nasbench_suite.report.writers.console import to_console

# the true front is 90% at 10 ms and 50% at 2 ms: a scaled loss of 0 and 1 in each
TRADEOFF: dict[str, Any] = {
    "figures": [
        {"name": "valid_accuracy", "unit": "%", "device": None, "direction": "max"},
        {"name": "slow", "unit": "ms", "device": "phone", "direction": "min"},
    ],
    "objectives": 2, "constraints": [], "measurement_seconds": 0.0, "split": "test",
    "ideal": [90.0, 2.0], "reference": [46.0, 10.8], "front": [["c", [50.0, 2.0]], ["a", [90.0, 10.0]]],
    "architectures": 5, "without": 1, "feasible": 4, "figures_sha256": "ab" * 32,
}  # fmt: skip
TEST = {"a": 90.0, "b": 70.0, "c": 50.0, "d": 60.0}
SLOW = {"a": 10.0, "b": 6.0, "c": 2.0, "d": 8.0}
# per search: architecture, accuracy seen, clock, whether it came on the front
SEARCHES = {
    0: [("d", 60.0, 10.0, True), ("b", 70.0, 20.0, True), ("a", 88.0, 30.0, True), ("d", 60.0, 40.0, False)],
    1: [("b", 70.0, 10.0, True), ("c", 55.0, 30.0, True), ("a", 80.0, 50.0, True)],
    2: [],
}
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path, description: dict[str, Any]) -> Write:
    """Writes the folder of such a job."""

    def write(name: str = "one", searches: Any = SEARCHES, **changes: Any) -> Path:
        said = {**description, "objectives": ["valid_accuracy", "slow"], "tradeoff": TRADEOFF, **changes}
        with JobFolder.open(tmp_path / name, said, {"algorithm": {"population": 10}}) as job:
            job.begin()
            for seed, rows in searches.items():
                columns = {
                    "seconds": [clock for _, _, clock, _ in rows],
                    "schedule": [12] * len(rows),
                    "epoch": [12] * len(rows),
                    "trial": [None] * len(rows),
                    "architecture": [arch for arch, *_ in rows],
                    "valid_accuracy": [accuracy for _, accuracy, _, _ in rows],
                    "incumbent": [at == 0 for at in range(len(rows))],
                    "front": [on for *_, on in rows],
                    "figure_slow": [SLOW[arch] for arch, *_ in rows],
                }
                scores = {arch: {"cifar10": [200, TEST[arch], TEST[arch]]} for arch, *_ in rows}
                job.append(SeedRecord(seed, columns, scores))
            job.compact()
        return tmp_path / name

    return write


def fronts(report: Report) -> Fronts:
    return report.groups[0].fronts[0].fronts[0]


def test_scaling_maps_the_true_front_to_0_and_1_and_the_reference_to_1_1() -> None:
    tradeoff = read_tradeoff({"tradeoff": TRADEOFF})
    assert tradeoff is not None
    values = np.array([[90.0, 10.0], [50.0, 2.0], [46.0, 10.8]])
    assert scaled(tradeoff, values) == pytest.approx(np.array([[0, 1], [1, 0], [1.1, 1.1]]))
    assert unscaled(tradeoff, scaled(tradeoff, values)) == pytest.approx(values)


def test_hypervolume_by_hand(folder: Write) -> None:
    found = fronts(make_report([folder()]))
    # a is at (0, 1), b at (0.5, 0.5), c at (1, 0), d at (0.75, 0.75), and the reference point at (1.1, 1.1)
    d, b = 0.35**2, 0.6**2
    assert found.volumes[0] == pytest.approx([d, b, b + 0.5 * 0.1])
    assert found.volumes[1] == pytest.approx([b, b + 0.1 * 0.5, b + 0.1 * 0.5 + 0.5 * 0.1])
    assert len(found.volumes[2]) == 0
    assert found.best_hypervolume == pytest.approx(1.1 * 0.1 + 0.1 * 1.0)


def test_a_front_drops_what_a_later_evaluation_dominates(folder: Write) -> None:
    first, second = fronts(make_report([folder()])).ends
    assert (first.seed, first.architectures, first.values) == (0, ("b", "a"), ((70.0, 6.0), (90.0, 10.0)))
    assert second.architectures == ("c", "b", "a")


def test_the_distance_to_the_true_front_by_hand(folder: Write) -> None:
    first, second = fronts(make_report([folder()])).ends
    # of c, (1, 0): from b, (0.5, 0.5), it is 0.5 in the second objective alone; of a it is 0
    assert first.igd_plus == pytest.approx((0 + 0.5) / 2)
    assert second.igd_plus == 0


def test_the_report_has_means_over_the_searches_that_found_something(folder: Write) -> None:
    row = make_report([folder()]).rows[0]
    ends = (0.36 + 0.05, 0.36 + 0.1)
    assert row.hypervolume_mean == pytest.approx(np.mean(ends)) and row.hypervolume_std == pytest.approx(
        np.std(ends, ddof=1)
    )
    assert row.igd_plus_mean == pytest.approx(0.125)
    assert (row.without_incumbent, row.seeds) == (1, 3)
    assert [arch for arch, _ in row.front] == ["c", "b", "a"]
    record = row.record()
    assert record["reference_point"] == [46.0, 10.8] and record["hypervolume_best"] == pytest.approx(0.21)


def test_hypervolume_over_time_is_0_before_the_first_evaluation(folder: Write) -> None:
    found = fronts(make_report([folder()]))
    times = np.array([0.0, 10.0, 25.0, 60.0])
    volumes = found.on_grid(found.results.trajectory["seconds"], times)
    assert volumes == pytest.approx(np.array([[0, 0.35**2, 0.36, 0.41], [0, 0.36, 0.36, 0.46]]))
    assert found.at(25.0, "seconds") == pytest.approx({0: 0.36, 1: 0.36, 2: 0.0})
    mean, low, high = found.curves(20).band
    assert mean[-1] == pytest.approx(0.435) and low[-1] < mean[-1] < high[-1]


def test_half_of_the_searches_attain_what_both_fronts_share(folder: Write) -> None:
    found = fronts(make_report([folder()]))
    attained = found.attainment([50, 100])
    assert attained[50] == pytest.approx(np.array([[0, 1], [0.5, 0.5], [1, 0]]))
    assert attained[100] == pytest.approx(np.array([[0, 1], [0.5, 0.5]]))


def test_hypervolumes_are_tested_as_accuracies_are(folder: Write) -> None:
    good = dict.fromkeys(range(8), SEARCHES[1])
    bad = {seed: [("d", 60.0, 10.0, True)] for seed in range(8)}
    paths = [folder("good", good, label="good"), folder("bad", bad, label="bad", config_id="c1")]
    report = make_report(paths, at=[40.0])
    (compared,) = report.groups[0].fronts
    assert compared.labels == ("good", "bad") and compared.at_end is not None
    assert compared.at_end.best == "good" and compared.at_end.pairs[0].separates
    text = write(report, "markdown")
    assert "hypervolume of the fronts: good has the highest mean; the tests set it above every other" in text
    assert "At 40 simulated seconds: hypervolume, fronts of valid_accuracy, slow, on cifar10" in text.replace("\\", "")


def test_other_objectives_constraints_or_tables_are_not_compared(folder: Write) -> None:
    held = {**TRADEOFF, "constraints": ["slow<9"], "feasible": 3}
    paths = [folder("one", label="one"), folder("held", label="held", config_id="c1", tradeoff=held)]
    compared = [each for group in make_report(paths).groups for each in group.fronts]
    assert [each.labels for each in compared] == [("one",), ("held",)]
    assert "under slow<9" in compared[1].title and "3 meet the constraints" in compared[1].scale


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_the_fronts(folder: Write, format: Any) -> None:
    text = write(make_report([folder()]), format).replace("\\", "")
    assert "0.4350" in text or "0.435" in text
    if format in ("markdown", "html", "latex"):
        assert "a tenth of that front's range beyond its worst" in text.replace("&#39;", "'")
        assert "test accuracy (%) 90 and 46, slow (ms) 2 and 10.8" in text
        assert "1 lack a figure or a score" in text


def test_arrow_has_fronts_beside_searches_of_one_objective_and_other_trials(folder: Write) -> None:
    paths = [folder(), folder("plain", tradeoff=None, objectives=["valid_accuracy"], config_id="c1", trial=777)]
    report = make_report(paths)
    table = report.to_arrow()
    assert table["trial"].to_pylist() == ["777", "mean"]
    assert table["objectives"].to_pylist() == [["valid_accuracy"], ["valid_accuracy", "slow"]]
    plain, front = table["front"].to_pylist()
    assert plain is None and front[0] == {"architecture": "c", "values": [50.0, 2.0]}
    assert table["reference_point"].to_pylist() == [None, [46.0, 10.8]]
    assert [row.record()["scored_on"] for row in report.rows] == table["scored_on"].to_pylist()
    pandas = pytest.importorskip("pandas")
    frame = report.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and frame["front"][1][1]["architecture"] == "b"


def test_a_true_front_of_a_small_part_of_the_range_is_said_and_no_front_of_zeros_is_named(folder: Write) -> None:
    # 4 of 100 points of accuracy, 2 of 40 ms: below 5%, and not
    narrow = {
        **TRADEOFF,
        "ideal": [98.0, 0.5], "reference": [93.6, 2.7], "front": [["x", [94.0, 0.5]], ["y", [98.0, 2.5]]],
        "spans": [100.0, 40.0],
    }  # fmt: skip
    report = make_report([folder(tradeoff=narrow)])
    said = "small part of the range of what is feasible (4% of that of test accuracy (%)), for these objectives"
    assert report.rows[0].hypervolume_mean == 0 and report.rows[0].front == ()
    for format in ("markdown", "html", "latex"):
        text = write(report, format).replace("\\", "")
        assert said in text and "front of the largest hypervolume" not in text
    assert said in to_console(report)
    wide = {**narrow, "spans": [50.0, 20.0]}
    assert "small part" not in write(make_report([folder("wide", tradeoff=wide)]), "markdown")


def test_the_console_says_how_near_the_searches_came(folder: Write) -> None:
    assert "fronts: hypervolume 0.4350±0.0354 of the table's 0.2100, IGD+ 0.1250±0.1768" in to_console(
        make_report([folder()])
    )


def test_the_picture_has_fronts_and_curves(folder: Write, tmp_path: Path) -> None:
    report = make_report([folder()])
    left, right = pictures.draw(report).axes
    assert left.get_xlabel() == "slow (ms)" and left.get_ylabel() == "test accuracy (%)"
    assert len(right.lines) == 2  # the true front's, and the configuration's
    assert [line.get_marker() for line in left.lines][-1] == "+"
    (legend,) = pictures.draw(report).subfigs[0].legends
    truth, mine = legend.legend_handles
    assert isinstance(truth, Line2D) and truth.get_marker() == "+"
    # one line style: of each search's front, of what half attain, over time, and in the legend
    assert isinstance(mine, Line2D)
    assert {line.get_linestyle() for line in left.lines[:-1]} == {right.lines[1].get_linestyle(), mine.get_linestyle()}
    pictures.save(report, tmp_path / "fronts.png")
    assert (tmp_path / "fronts.png").stat().st_size > 1000
    assert not pictures.has_any(make_report([folder("plain", tradeoff=None, objectives=["valid_accuracy"])]))


@pytest.mark.parametrize(
    "change",
    [
        {"ideal": [90.0]}, {"ideal": [90.0, "2"]}, {"front": []}, {"objectives": 0}, {"objectives": 7},
        {"split": "train"}, {"reference": [95.0, 10.8]}, {"figures": [{"name": "x"}]}, {"figures": None},
        {"ideal": [float("nan"), 2.0]}, {"more": 1}, {"constraints": [1]}, {"spans": [1.0]}, {"spans": None},
    ],
)  # fmt: skip
def test_a_strangers_tradeoff_is_checked(folder: Write, change: dict[str, Any]) -> None:
    path = folder()
    said = json.loads((path / "job.json").read_text())
    with pytest.raises(ResultsError, match="tradeoff: expected figures"):
        read_tradeoff({**said, "tradeoff": {**said["tradeoff"], **change}})

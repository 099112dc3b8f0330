"""The paper's numbers, from the real measurements: `experiments/nb201_table.yaml`, and NATS-Bench's protocol."""

from collections.abc import Callable
from math import sqrt
from pathlib import Path

import pytest

from nasbench_suite.job import run
from nasbench_suite.report.summary import Row, summarise

SCORED = ("cifar10", "cifar100", "ImageNet16-120")
# (mean, deviation) of validation and test accuracy on each set, found by programs that share no code with this one
# on the same measurements: 6,000 runs of a simulation under nb201, 1,000 of the published code under nats
EXPECTED = {
    ("nb201", "random", 6000): (
        ((90.965, 0.346), (93.749, 0.346)), ((71.059, 1.055), (71.167, 1.039)), ((44.592, 1.065), (44.765, 1.202)),
    ),
    ("nb201", "rea", 6000): (
        ((91.143, 0.441), (93.911, 0.436)), ((71.730, 1.296), (71.822, 1.263)), ((45.058, 1.201), (45.361, 1.342)),
    ),
    ("nats", "random", 1000): (
        ((91.09, 0.26), (93.87, 0.26)), ((71.43, 0.98), (71.52, 0.95)), ((44.93, 0.98), (45.16, 1.07)),
    ),
    ("nats", "rea", 1000): (
        ((91.32, 0.27), (94.09, 0.29)), ((72.32, 1.03), (72.39, 0.97)), ((45.44, 0.88), (45.84, 0.92)),
    ),
}  # fmt: skip
EVALUATIONS = {("nb201", "random"): 105.8, ("nb201", "rea"): 99.2, ("nats", "random"): 178, ("nats", "rea"): 165}


@pytest.mark.parametrize(("protocol", "algorithm", "runs"), EXPECTED)
def test_means_and_deviations_are_the_papers(
    protocol: str, algorithm: str, runs: int, real_installed: Path, make_job: Callable
) -> None:
    folder = run(make_job(f"protocol={protocol}", f"algorithm={algorithm}", "seeds=500", "cores=2"))
    rows: dict[str, Row] = {row.scored_on: row for row in summarise([folder]).rows}
    assert {row.seeds for row in rows.values()} == {500}
    for dataset, expected in zip(SCORED, EXPECTED[protocol, algorithm, runs], strict=True):
        row = rows[dataset]
        found = ((row.valid_mean, row.valid_std), (row.test_mean, row.test_std))
        for (mean, deviation), (expected_mean, expected_deviation) in zip(found, expected, strict=True):
            assert mean is not None and deviation is not None
            error = sqrt(deviation**2 / 500 + expected_deviation**2 / runs)
            # the published code's figures are known to two decimals
            assert abs(mean - expected_mean) <= 4 * error + (0.005 if protocol == "nats" else 0), dataset
            assert abs(deviation / expected_deviation - 1) <= 0.2, (dataset, deviation, expected_deviation)
    assert rows["cifar10"].evaluations_mean == pytest.approx(EVALUATIONS[protocol, algorithm], rel=0.01)


def test_the_experiment_runs_what_is_compared_here(composed: Callable) -> None:
    config = composed("algorithm=rea", name="nb201_table").config
    assert (config["seeds"], config["seed"], config["protocol"]["name"]) == (500, 0, "nb201")

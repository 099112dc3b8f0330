"""The claim that matters: on the real measurements, the numbers of the published code and of the papers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.jobs.run import run
from nasbench_suite.report.model import make_report
from nasbench_suite.report.published import PublishedComparison

CODE = "the authors' code (AutoDL-Projects), run on the measurements of NAS-Bench-201"
PAPER = "NAS-Bench-201's paper (arXiv:2001.00326, table 5)"
# (overrides, whether the row is one of the paper's)
ROWS = [
    (("protocol=nb201", "algorithm=random"), True),
    (("protocol=nb201", "algorithm=rea"), True),
    (("protocol=nb201", "algorithm=reinforce"), True),
    (("protocol=nb201", "algorithm=reinforce_documented"), False),
    (("protocol=nb201", "algorithm=bohb"), True),
    pytest.param(("protocol=nb201", "algorithm=bohb", "budget=unlimited"), False, marks=pytest.mark.slow),
    (("protocol=nats", "algorithm=random"), False),
    (("protocol=nats", "algorithm=rea"), False),
    (("protocol=nats", "algorithm=reinforce"), False),
]


@pytest.mark.parametrize(
    ("overrides", "of_the_paper"), ROWS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_the_published_code_and_the_paper_find_the_same(
    overrides: tuple[str, ...], of_the_paper: bool, real_installed: Path, make_job: Callable
) -> None:
    seeds = 300 if "budget=unlimited" in overrides else 500
    folder = run(make_job(*overrides, f"seeds={seeds}", "cores=2"))
    found = {c.source: c for c in make_report([folder]).groups[0].published}
    code = found[CODE]
    _means_agree(code)
    assert all(0.75 <= d.std_ratio <= 1.25 for d in code.differences if d.std_ratio is not None), code
    assert code.evaluations is not None
    assert code.evaluations_here == pytest.approx(code.evaluations, rel=0.05)
    if of_the_paper:
        _means_agree(found[PAPER])


def _means_agree(comparison: PublishedComparison) -> None:
    assert len(comparison.differences) == 6
    assert comparison.agreeing == 6, comparison


def test_the_documented_learning_rate_does_not_give_the_papers_row(real_installed: Path, make_job: Callable) -> None:
    folder = run(make_job("algorithm=reinforce_documented", "seeds=300"))
    (paper,) = [c for c in make_report([folder]).groups[0].published if c.source == PAPER]
    assert paper.agreeing == 0


@pytest.mark.parametrize(
    ("name", "datasets", "algorithms"),
    [
        ("nb201_table", "cifar10", {"random", "rea", "reinforce", "reinforce_documented", "bohb"}),
        ("nats_table", "cifar10,cifar100,ImageNet16-120", {"random", "rea", "reinforce", "bohb"}),
    ],
)
def test_the_experiments_run_what_is_compared_here(
    name: str, datasets: str, algorithms: set[str], composed: Callable
) -> None:
    from hydra import compose

    made = composed(f"experiment={name}")
    assert made.config["seeds"] == 500
    assert made.choices["protocol"] == name.removesuffix("_table")
    params = compose("config", [f"experiment={name}"], return_hydra_config=True).hydra.sweeper.params
    assert set(params.algorithm.split(",")) == algorithms
    assert params.get("dataset", "cifar10") == datasets

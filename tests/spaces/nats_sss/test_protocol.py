"""Every query algorithm searches the size space, under the budgets of the papers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

import nasbench_suite.conf
from nasbench_suite import cli as command_line
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.folder import TRAJECTORY
from nasbench_suite.jobs.run import run
from nasbench_suite.spaces.nats_sss import NATSSizeSpace
from nasbench_suite.table import Dataset, Source
from nasbench_suite.table.writer import TableWriter

FILES = Path(nasbench_suite.conf.__file__).parent.glob("algorithm/*.yaml")
# those that query, and need no column that somebody has to add
QUERYING = sorted(path.stem for path in FILES if not any(word in path.read_text() for word in ("/supernet", "column:")))
QUICK = {"bananas": ("algorithm.networks.epochs=2", "algorithm.networks.layers=2")}
BUDGETS = {"cifar10": 20_000, "cifar100": 40_000, "ImageNet16-120": 60_000}


def write_table(path: Path) -> None:
    """A made-up measurement of every architecture: wide ones are better and slower."""
    space = NATSSizeSpace()
    archs = list(space.enumerate())
    total = np.array(archs).sum(axis=1, keepdims=True)
    datasets = {"cifar10": Dataset("cifar10-valid", "cifar10")}
    units = {"valid_accuracy": "percent", "test_accuracy": "percent", "train_seconds_per_epoch": "s"}
    with TableWriter(path, space, units, Source("made", "made", "0" * 64), datasets) as writer:
        writer.set_architectures(archs)
        for trial_set, metric in (("cifar10-valid", "valid_accuracy"), ("cifar10", "test_accuracy")):
            for schedule in (12, 90):
                writer.add_series(trial_set, schedule, [777])
                final = Fidelity(schedule, schedule)
                writer.add_column(trial_set, final, metric, 40 + total / 8 + schedule / 10)
                writer.add_column(trial_set, final, "train_seconds_per_epoch", 3 + total / 100)
        for epoch in (1, 4):
            writer.add_column("cifar10-valid", Fidelity(12, epoch), "valid_accuracy", 20 + total / 8 + epoch)
        writer.finish()


@pytest.fixture
def installed(once: Callable[..., Path], home: Path) -> None:
    (home / "tables").mkdir(parents=True)
    made = once("sss-full", lambda folder: write_table(folder / "nats_sss.mdb")) / "nats_sss.mdb"
    (home / "tables" / "nats_sss.mdb").symlink_to(made)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("algorithm", QUERYING)
@pytest.mark.parametrize("protocol", ["nats_sss", "nb201"])
def test_every_query_algorithm_finds_wide_architectures(
    algorithm: str, protocol: str, make_job: Callable[..., Any]
) -> None:
    job = make_job(
        "space=nats_sss", f"protocol={protocol}", f"algorithm={algorithm}", *QUICK.get(algorithm, ()), "seeds=2"
    )
    rows = parquet.read_table(run(job) / TRAJECTORY).to_pydict()
    assert set(rows["seed"]) == {0, 1}
    space, found = NATSSizeSpace(), zip(rows["architecture"], rows["incumbent"], strict=True)
    *_, last = [arch for arch, incumbent in found if incumbent]
    assert sum(space.parse(last)) > 5 * 36  # the mean of the space


@pytest.mark.parametrize("dataset", BUDGETS)
def test_the_budget_is_the_published_one(dataset: str, composed: Callable[..., Any]) -> None:
    config = composed("space=nats_sss", "protocol=nats_sss", f"dataset={dataset}", "algorithm=rea").config
    assert config["budget"]["seconds"] == BUDGETS[dataset]
    assert config["budget"]["overstep"] == "keep"
    assert config["settings"] == "nats_rea"
    assert config["algorithm"]["population"] == 10


@pytest.mark.usefixtures("installed")
def test_the_space_alone_names_its_protocol(tmp_path: Path) -> None:
    command_line.main(["run", "space=nats_sss", "seeds=1", f"results={tmp_path / 'results'}"])
    (config,) = (tmp_path / "results").rglob("config.yaml")
    assert "name: nats_sss" in config.read_text()

"""NNI's database of NDS: the trainings of a family, with what the database holds of each."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing.nni_database import NNIDatabase
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.spaces.nds.space import FAMILIES
from nasbench_suite.table import Table


@pytest.fixture(scope="module")
def database(data: Path) -> Path:
    return data / "nni" / "nds.db"


@pytest.mark.parametrize("family", list(FAMILIES))
def test_every_training_of_a_family_is_there_to_the_bit(family: str, database: Path, tmp_path: Path) -> None:
    space = FAMILIES[family]()
    metadata = import_file(space, database, tmp_path / "made.mdb")
    table = Table(tmp_path / "made.mdb", space)
    with NNIDatabase(database, "nds") as opened:
        trials = list(opened.trials("WHERE config.proposer = ? ORDER BY stats.id", [family.lower()]))
        measured = {trial["id"]: [m for _, m in opened.intermediates(trial["id"])] for trial in trials}
    found = {}
    for series in metadata.series:
        for row in range(len(table)):
            for trial, curves in table.curves(series.trial_set, series.schedule, row).items():
                values = {name: curve.values for name, curve in curves.items()}
                for name in ("job_id", "parameters", "flops", "train_seconds_per_step"):
                    if name not in values:
                        metric = table.metric(series.trial_set, Fidelity(series.schedule, series.schedule), name)
                        assert metric is not None
                        values[name] = [metric.value(row, (series.trials.index(trial),))]
                found[round(float(values["job_id"][0]))] = values
    assert sorted(found) == [trial["id"] for trial in trials]
    nulls = 0
    for trial in trials:
        values, epochs = found[trial["id"]], measured[trial["id"]]
        assert values["test_accuracy"].tolist() == [epoch["test_acc"] for epoch in epochs]
        assert values["train_accuracy"].tolist() == [epoch["train_acc"] for epoch in epochs]
        losses = [np.nan if epoch["train_loss"] is None else epoch["train_loss"] for epoch in epochs]
        assert np.array_equal(values["train_loss"], losses, equal_nan=True)
        nulls += int(np.isnan(losses).sum())
        assert (values["parameters"][0], values["flops"][0]) == (trial["parameters"], trial["flops"])
        assert values["train_seconds_per_step"][0] == trial["iter_time"]
    assert metadata.counts["losses_null_for_nan"] == nulls
    assert metadata.counts["trainings"] == len(trials)


def test_accuracies_are_percent_for_everyone_outside(database: Path, tmp_path: Path) -> None:
    space = find_space("nds_amoeba")
    import_file(space, database, tmp_path / "made.mdb")
    table = Table(tmp_path / "made.mdb", space)
    metric = table.metric("cifar10", Fidelity(100, 100), "test_accuracy")
    assert metric is not None and metric.value(0, metric.known(0)) == 89.471


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "DELETE FROM ndsintermediatestats WHERE id = 7",
            "trial 1: expected what it measured after each of 100 epochs",
        ),
        (
            "UPDATE ndstrialconfig SET generator = 'other' WHERE id = 1",
            "unknown data set 'cifar10' or generator 'other'",
        ),
        ("UPDATE ndstrialconfig SET model_family = 'other' WHERE id = 1", "expected a model family among nas_cell"),
        ("UPDATE ndsintermediatestats SET test_acc = 101 WHERE id = 7", "expected test_acc in percent"),
        ("UPDATE ndstrialconfig SET cell_spec = '{}' WHERE id = 1", "trial 1: there is no normal_0_op_x"),
        ("UPDATE ndstrialconfig SET proposer = 'nobody'", "expected at least one training of Amoeba"),
    ],
)
def test_what_cannot_be_is_refused(
    statement: str, says: str, database: Path, altered: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=says):
        import_file(find_space("nds_amoeba"), altered(database, statement), tmp_path / "made.mdb")

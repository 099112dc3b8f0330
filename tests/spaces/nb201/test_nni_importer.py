"""NNI's database as a table, held against the official files that it was made from."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table


def test_every_figure_is_the_official_files(data: Path, tmp_path: Path) -> None:
    counts = import_file(NB201(), data / "nni" / "nasbench201.db", tmp_path / "nni.mdb").counts
    import_file(NB201(), data / "nats_bench" / "NATS-tss-v1_0-3ffb9-simple", tmp_path / "official.mdb")
    ours, official = Table(tmp_path / "nni.mdb", NB201()), Table(tmp_path / "official.mdb", NB201())
    assert (counts["cifar10_trainings_with_the_test_accuracy_as_validation"], counts["trainings"]) == (8, 34)
    assert ours.architectures(range(2)) == official.architectures(range(2))
    compared = 0
    for series in ours.metadata.series:
        theirs = official.series(series.trial_set, series.schedule)
        assert series.trials == theirs.trials
        for row in range(2):
            curves = official.curves(series.trial_set, series.schedule, row)
            for trial, metrics in ours.curves(series.trial_set, series.schedule, row).items():
                for name, curve in metrics.items():
                    assert np.array_equal(curve.epochs, curves[trial][name].epochs), name
                    assert np.array_equal(curve.values, curves[trial][name].values), name
                    compared += 1
        for name in series.columns[series.schedule]:
            found, known = (
                table.metric(series.trial_set, Fidelity(series.schedule, series.schedule), name)
                for table in (ours, official)
            )
            assert found is not None and known is not None
            for mine, official_values in zip(found.matrix(np.arange(2)), known.matrix(np.arange(2)), strict=True):
                # seconds were multiplied by the epochs, and latency is the first of several measurements
                tolerance = 1e-12 if name.endswith("seconds_per_epoch") else 0.5 if name == "latency" else 0
                assert np.allclose(mine, official_values, rtol=tolerance, atol=0), (series.trial_set, name)
    assert compared > 100


def test_cifar10_has_no_validation_accuracy(data: Path, tmp_path: Path) -> None:
    import_file(NB201(), data / "nni" / "nasbench201.db", tmp_path / "nni.mdb")
    table = Table(tmp_path / "nni.mdb", NB201())
    assert table.metric("cifar10", Fidelity(200, 200), "valid_accuracy") is None
    assert table.metric("cifar10-valid", Fidelity(200, 200), "valid_accuracy") is not None
    assert table.metadata.datasets["cifar10"] == ("cifar10-valid", "cifar10")


@pytest.fixture
def changed(data: Path, altered: Callable[[Path, str], Path]) -> Callable[[str], Path]:
    """The database after an SQL statement."""
    return partial(altered, data / "nni" / "nasbench201.db")


def test_a_loss_that_is_null_beside_an_accuracy_is_nan_again(changed: Callable[[str], Path], tmp_path: Path) -> None:
    path = changed("UPDATE nb201intermediatestats SET train_loss = NULL WHERE trial_id = 1 AND current_epoch IN (5,12)")
    metadata = import_file(NB201(), path, tmp_path / "made.mdb")
    assert metadata.counts["losses_null_for_nan"] == 2
    table = Table(tmp_path / "made.mdb", NB201())
    losses = table.curves("cifar10-valid", 12, 0)[777]["train_loss"].values
    assert np.flatnonzero(np.isnan(losses)).tolist() == [4, 11]


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE nb201trialstats SET valid_acc = 1 WHERE id = 3", "validation accuracy on cifar10 to be the test"),
        ("UPDATE nb201trialstats SET train_acc = 1 WHERE id = 1", "its figures are not those of its last epoch"),
        ("DELETE FROM nb201intermediatestats WHERE trial_id = 1", "expected epochs that rise from 1, got"),
        ("UPDATE nb201trialconfig SET dataset = 'svhn'", "expected a data set among cifar10-valid"),
        ("UPDATE nb201trialconfig SET arch = '{}'", "expected an operation for each of 0_1"),
        ("DELETE FROM nb201trialstats", "the database is empty"),
    ],
)
def test_what_cannot_be_is_refused(statement: str, says: str, changed: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=says):
        import_file(NB201(), changed(statement), tmp_path / "made.mdb")

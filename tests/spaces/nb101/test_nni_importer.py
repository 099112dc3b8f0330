"""NNI's database as a table, held against the official file that it was made from."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.table import Metadata, Table


@pytest.fixture(scope="module")
def database(data: Path) -> Path:
    return data / "nni" / "nasbench101.db"


def imported(path: Path, folder: Path) -> Metadata:
    return import_file(NB101(), path, folder / "made.mdb")


def test_figures_are_the_official_files_and_seconds_are_put_right(database: Path, data: Path, tmp_path: Path) -> None:
    metadata = imported(database, tmp_path)
    import_file(NB101(), data / "nb101" / "ecnas_4v9e.tfrecord", tmp_path / "official.mdb")
    ours, official = Table(tmp_path / "made.mdb", NB101()), Table(tmp_path / "official.mdb", NB101())
    assert metadata.source.format == "nb101-nni"
    assert metadata.counts == {
        "trainings": 1092, "missing_trainings": 0, "trainings_whose_seconds_were_60_times_too_large": 1092,
    }  # fmt: skip
    assert sorted(ours.hashes) == sorted(official.hashes)
    rows = [official.row_of_hash(key) for key in ours.hashes]
    for schedule in (4, 12, 36, 108):
        # NNI writes half of the schedule where this file was evaluated after its first epoch
        for mine, theirs in ((schedule, schedule), (schedule // 2, 1)):
            for metric in ("train_accuracy", "valid_accuracy", "test_accuracy", "train_seconds"):
                found = ours.metric("cifar10", Fidelity(schedule, mine), metric)
                known = official.metric("cifar10", Fidelity(schedule, theirs), metric)
                assert found is not None and known is not None
                assert np.array_equal(found.matrix(np.arange(91))[0], known.matrix(np.array(rows))[0])
        parameters = [
            table.metric("cifar10", Fidelity(schedule, schedule), "parameters").matrix(np.array(at))[0]
            for table, at in ((ours, range(91)), (official, rows))
        ]
        assert np.array_equal(*parameters)
    ours.verify()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "DELETE FROM nb101intermediatestats WHERE id = 3",
            "trial 2: expected what it measured half-way and at the end",
        ),
        ("UPDATE nb101trialstats SET valid_acc = 1 WHERE id = 5", "trial 5: its accuracies are not those of its last"),
        (
            "UPDATE nb101trialconfig SET hash = 'f' WHERE id = 1",
            "trial 1: the cell's hash is 5529e.*, the record says 'f'",
        ),
        ("UPDATE nb101trialconfig SET arch = '[]' WHERE id = 1", "trial 1: expected a dictionary of operations"),
        ("UPDATE nb101trialstats SET parameters = 'many' WHERE id = 1", "a value is no number"),
        ("UPDATE nb101intermediatestats SET training_time = -1 WHERE id = 1", "trial 1: expected seconds of 0 or more"),
        ("DELETE FROM nb101trialstats", "expected at least one training, the database is empty"),
    ],
)
def test_what_cannot_be_is_refused(
    change: str, says: str, database: Path, altered: Callable[[Path, str], Path], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=says):
        imported(altered(database, change), tmp_path)
    assert not (tmp_path / "made.mdb").exists()

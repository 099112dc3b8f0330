from pathlib import Path

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import table_path
from nasbench_suite.importing.datasets import pair_datasets
from nasbench_suite.importing.gathering import Trials
from nasbench_suite.registry.importers import import_file, sha256
from nasbench_suite.spaces.nb201 import NB201


def test_a_missing_file_is_told() -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        import_file(NB201(), Path("nowhere.csv"), table_path("t"))


def test_a_foreign_file_is_answered_with_the_formats_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    with pytest.raises(SourceError, match=r"expected .*a CSV, plain or gzip"):
        import_file(NB201(), path, table_path("t"))


def test_an_unknown_format_is_answered_with_the_list(small_csv: Path) -> None:
    with pytest.raises(SourceError, match="tidy; got 'xlsx'"):
        import_file(NB201(), small_csv, table_path("t"), format="xlsx")


def test_a_named_format_is_taken(small_csv: Path) -> None:
    assert import_file(NB201(), small_csv, table_path("t"), format="tidy").source.format == "tidy"


def test_a_folders_hash_covers_names_and_contents_and_not_its_place(tmp_path: Path) -> None:
    def folder(name: str, **files: str) -> Path:
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(content)
        return tmp_path / name

    first = sha256(folder("one", a="1", b="2"))
    assert first == sha256(folder("two", b="2", a="1"))
    assert len({first, sha256(folder("three", a="2", b="1")), sha256(folder("four", a="1", c="2"))}) == 3


def test_a_pair_needs_both_of_its_trial_sets() -> None:
    assert pair_datasets(NB201(), ["cifar10-valid"]) == {"cifar10-valid": ("cifar10-valid", "cifar10-valid")}


def test_a_training_is_gathered_once() -> None:
    trials, at = Trials(), ("a", Fidelity(12, 12), 777)
    assert trials.add(0, *at, {"valid_accuracy": 1.0})
    assert trials.add(0, *at, {"test_accuracy": 1.0})
    assert not trials.add(0, *at, {"valid_accuracy": 2.0})


def test_a_mean_beside_its_own_trials_is_refused() -> None:
    trials = Trials()
    trials.add(4, "a", Fidelity(12, 12), 777, {"valid_accuracy": 1.0})
    trials.add(4, "a", Fidelity(12, 12), None, {"valid_accuracy": 1.0})
    with pytest.raises(SourceError, match="architecture 4 has both trials and a mean of valid_accuracy"):
        trials.check_means("x.csv")

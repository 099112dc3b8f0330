"""NNI's own answers, 192 of them, and what a stranger's database may be."""

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.compat import nni
from nasbench_suite.compat.nni.query import find_database
from nasbench_suite.errors import ConfigError, SourceError


@pytest.fixture(scope="module")
def folder(data: Path) -> Path:
    return data / "nni"


@pytest.fixture(scope="module")
def calls(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gzip.decompress((folder / "nni_answers.json.gz").read_bytes()))
    return found


def test_all_calls_are_answered_as_nni_does(folder: Path, calls: list[dict], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASBENCHMARK_DIR", str(folder))
    for call in calls:
        answers = list(getattr(nni, call["function"])(*call["args"], **call["kwargs"]))
        assert len(answers) == call["count"], call
        assert answers[:6] == call["answers"], call
    assert len(calls) == 192


def test_a_path_counts_before_the_variable(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NASBENCHMARK_DIR", str(tmp_path))
    for path in (folder, folder / "nasbench101.db", str(folder)):
        assert next(nni.query_nb101_trial_stats(None, 12, path=path))["config"]["num_epochs"] == 12
    with pytest.raises(SourceError, match=r"expected one nasbench101\.db, also with a checksum .*; there is: none"):
        next(nni.query_nb101_trial_stats(None, 12))
    monkeypatch.delenv("NASBENCHMARK_DIR")
    with pytest.raises(ConfigError, match=r"expected the path of NNI's nds\.db, or its folder in NASBENCHMARK_DIR"):
        next(nni.query_nds_trial_stats(None, None, None, None, None, None))


def test_nnis_downloads_are_found_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "nds-5745c235.db").touch()
    assert find_database("nds", tmp_path).name == "nds-5745c235.db"
    (tmp_path / "nds-5745c236.db").touch()
    with pytest.raises(SourceError, match=r"there is: nds-5745c235\.db, nds-5745c236\.db"):
        find_database("nds", tmp_path)
    (tmp_path / "nds.db").touch()
    assert find_database("nds", tmp_path).name == "nds.db"


def test_a_mean_has_no_intermediates(folder: Path) -> None:
    (mean, *_) = nni.query_nb101_trial_stats(None, 108, reduction="mean", include_intermediates=True, path=folder)
    assert mean["id"] is None and mean["intermediates"] == []


def test_what_there_is_not_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Unsupported reduction: expected None, 'none' or 'mean', got 'median'"):
        next(nni.query_nb201_trial_stats(None, None, None, reduction="median", path=folder))
    with pytest.raises(SourceError, match="expected NNI's database of nb101, it has no table nb101trialconfig"):
        next(nni.query_nb101_trial_stats(None, None, path=folder / "nasbench201.db"))
    with pytest.raises(SourceError, match="there is no such file"):
        next(nni.query_nb101_trial_stats(None, None, path=tmp_path / "nowhere.db"))


def test_the_database_is_only_read(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "nasbench101.db"
    copy.write_bytes((folder / copy.name).read_bytes())
    copy.chmod(0o444)
    list(nni.query_nb101_trial_stats(None, 108, path=copy))
    assert [path.name for path in tmp_path.iterdir()] == ["nasbench101.db"]
    assert copy.read_bytes() == (folder / copy.name).read_bytes()


@pytest.mark.parametrize("damage", ["text", "cut", "column", "json", "view"])
def test_a_damaged_or_foreign_database_ends_in_one_line(damage: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "nasbench101.db"
    path.write_bytes((folder / path.name).read_bytes())
    if damage == "text":
        path.write_text("<html>not found</html>" * 100)
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:20_000])
    else:
        changes = {
            "column": "ALTER TABLE nb101trialstats RENAME COLUMN valid_acc TO accuracy",
            "json": "UPDATE nb101trialconfig SET arch = '{' WHERE id = 1",
            "view": "DROP TABLE nb101trialstats; CREATE VIEW nb101trialstats AS SELECT 1 AS id",
        }
        connection = sqlite3.connect(path)
        connection.executescript(changes[damage])
        connection.close()
    with pytest.raises(SourceError) as caught:
        list(nni.query_nb101_trial_stats(None, None, path=path))
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)

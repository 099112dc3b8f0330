"""Whatever the constructors are given: a folder, a file, a table's name, a loaded dict, or nothing."""

import bz2
import copy
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite import find_table, open_table
from nasbench_suite import tables as table_names
from nasbench_suite.compat.nats_bench import NATSsize, NATStopology, create
from nasbench_suite.errors import ConfigError, MissingValueError, TableNotFoundError
from nasbench_suite.folders import table_path
from nasbench_suite.importing import convert

from .conftest import INDEXES

COSTS = (284, "cifar100", "12")


@pytest.fixture(scope="session")
def loaded(folders: dict[str, Path]) -> dict[str, Any]:
    """The topology space as one official dict."""
    folder = folders["tss"]
    read = {
        name: pickle.loads(bz2.decompress((folder / name).read_bytes()))
        for name in sorted(p.name for p in folder.iterdir())
    }
    infos = {index: read[f"{index:06d}.pickle.pbz2"] for index in INDEXES}
    return {**read["meta.pickle.pbz2"], "arch2infos": infos, "evaluated_indexes": set(INDEXES)}


@pytest.fixture
def costs(tables: dict[str, Path]) -> dict[str, Any]:
    return create(tables["tss"], "tss", verbose=False).get_cost_info(*COSTS)


def test_a_folder_and_a_file_are_imported_once(
    folders: dict[str, Path],
    loaded: dict[str, Any],
    costs: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "NATS-tss-v1_0-3ffb9.pickle.pbz2"
    file.write_bytes(bz2.compress(pickle.dumps(loaded, 4), 1))
    for source in (folders["tss"], file):
        assert NATStopology(str(source), verbose=False).get_cost_info(*COSTS) == costs
    monkeypatch.setattr(convert, "sha256", None)  # nothing is read again
    for source in (folders["tss"], file):
        api = create(str(source), "tss", fast_mode=True, verbose=False)
        assert api.get_cost_info(*COSTS) == costs
        assert api.filename == source.name
    with pytest.raises(TableNotFoundError, match="no table of space nb201 has data set 'cifar100'"):
        find_table("nb201", "cifar100")  # it is nobody else's
    (name,) = table_names()[-1:]
    assert open_table(name).space.name == "nb201"


def test_a_plain_script_imports_a_folder(folders: dict[str, Path], costs: dict[str, Any], tmp_path: Path) -> None:
    script = tmp_path / "plain.py"
    script.write_text(
        "from nasbench_suite.compat.nats_bench import create\n"
        f"api = create({str(folders['tss'])!r}, 'tss', fast_mode=True, verbose=False)\n"
        f"print(api.get_cost_info(*{COSTS!r}))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == (f"{costs}\n", "")


def test_a_tables_name_and_the_one_table_of_the_space(
    tables: dict[str, Path], home: Path, costs: dict[str, Any]
) -> None:
    (home / "tables").mkdir(parents=True)
    table_path("mine").symlink_to(tables["tss"])
    for source in ("mine", None):
        api = NATStopology(source, verbose=False)
        assert api.get_cost_info(*COSTS) == costs
        assert api.evaluated_indexes == set(INDEXES)


def test_a_path_where_nothing_is_and_nothing_at_all(
    tables: dict[str, Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.setenv("USERPROFILE", "/nowhere")
    with pytest.raises(
        TableNotFoundError, match=r"nowhere.x\.pth: there is no such file, folder or table \(there are no"
    ):
        create("~/x.pth", "tss")
    with pytest.raises(TableNotFoundError, match=r"\(there are no tables of nats_sss\); give the path"):
        create("x.pth", "sss")
    with pytest.raises(TableNotFoundError, match="no table of space nats_sss; pass the path of the benchmark's file"):
        create(None, "sss")
    (home / "tables").mkdir(parents=True)
    for name in ("mine", "yours"):
        table_path(name).symlink_to(tables["tss"])
    with pytest.raises(TableNotFoundError, match=r"nb201: mine, yours; pass the path of .* or a table's name"):
        create(None, "tss")


@pytest.mark.parametrize("source", ["", 3])
def test_what_is_no_source_is_named(source: Any) -> None:
    with pytest.raises(ConfigError, match="expected the path of nb201's file or folder, or a table or its name; got"):
        create(source, "tss")


def test_a_loaded_dict(loaded: dict[str, Any], costs: dict[str, Any]) -> None:
    before = copy.deepcopy(loaded["arch2infos"][0]["12"]["dataset_seed"])
    api = NATStopology(loaded, verbose=False)
    assert api.get_cost_info(*COSTS) == costs
    api.arch2infos_dict[0]["12"].dataset_seed.clear()
    assert loaded["arch2infos"][0]["12"]["dataset_seed"] == before
    with pytest.raises(ValueError, match="arch2infos"):
        NATStopology({"meta_archs": [], "evaluated_indexes": []}, verbose=False)


def test_the_whole_space_is_listed_and_what_is_absent_is_named(tables: dict[str, Path]) -> None:
    api = NATSsize(tables["sss"], verbose=False)
    assert len(api) == 32_768
    with pytest.raises(ValueError, match="no results of architecture 1"):
        api.get_more_info(1, "cifar10", is_random=False)
    with pytest.raises(ValueError, match="no results of architecture -1"):
        api.get_more_info("nothing", "cifar10", is_random=False)
    with pytest.warns(UserWarning, match="no results"):
        assert api.query_info_str_by_arch(1) is None
    with pytest.raises(ValueError, match="not 200"):
        api.query_by_index(0, hp="200")
    with pytest.raises(ValueError, match="data sets"):
        api.query_by_index(0, "svhn")
    with pytest.raises(ValueError, match="fast mode"):
        api.find_best("cifar10", "valid", enforce_all=True)


def test_verbose_calls_are_printed(tables: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    api = NATSsize(tables["sss"])
    api.get_latency(0, "cifar10")
    assert "Call get_latency with index=0, dataset=cifar10, hp=12" in capsys.readouterr().out


def test_a_stored_mean_answers_and_what_a_csv_lacks_is_none(full_table: Path) -> None:
    api = NATStopology(full_table, verbose=False)
    info = api.get_more_info(0, "cifar10-valid", hp="12")
    assert info["valid-accuracy"] > 0 and info["train-accuracy"] is None
    accuracy, latency, seconds, clock = api.simulate_train_eval(0, "cifar10", hp="12")
    assert accuracy == info["valid-accuracy"] and latency is None
    assert seconds == clock > 12
    index, best = api.find_best("cifar10", "valid", hp="12")
    assert best == api.get_more_info(index, "cifar10-valid", hp="12", is_random=False)["valid-accuracy"]


def test_what_a_csv_lacks_is_a_dash_and_no_limit(full_table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    api = NATStopology(full_table, verbose=False)
    api.show(1)
    shown = capsys.readouterr().out
    assert "FLOP=- M, Params=" in shown and "latency=None ms." in shown
    accuracy = api.get_more_info(1, "cifar10-valid", hp="12", is_random=False)["valid-accuracy"]
    text = api.query_info_str_by_arch(1)
    assert text is not None and f"valid : [loss = - & top1 = {accuracy:.2f}%]" in text
    assert ", FLOP=-M, " in str(api.query_by_index(1, "cifar10-valid"))
    with pytest.raises(MissingValueError, match=r"has no FLOPs of architecture 0 on cifar10-valid after 12 epochs, so"):
        api.find_best("cifar10", "valid", flop_max=50)
    with pytest.raises(MissingValueError, match=r"has no accuracy of architecture 0 on cifar10-valid's train after"):
        api.find_best("cifar10-valid", "train")

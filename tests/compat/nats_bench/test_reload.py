"""An architecture read again from a folder, with its networks' parameters."""

import bz2
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from nasbench_suite.compat.nats_bench import NATStopology
from nasbench_suite.errors import SourceError
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201


@pytest.fixture
def changed(folders: dict[str, Path], tmp_path: Path) -> Path:
    """A folder in which architecture 0 has another latency."""
    states = pickle.loads(bz2.decompress((folders["tss"] / "000000.pickle.pbz2").read_bytes()))
    for state in states.values():
        for result in state["all_results"].values():
            result["latency"] = [1.25]
    (tmp_path / "000000.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(states, 4)))
    return tmp_path


def test_one_architecture_is_overwritten_and_the_others_stay(changed: Path, tables: dict[str, Path]) -> None:
    api = NATStopology(tables["tss"], verbose=False)
    other, best = api.get_latency(284, "cifar10"), api.find_best("cifar10", "valid")
    api.reload(str(changed), 0)
    assert (api.get_latency(0, "cifar10"), api.get_latency(284, "cifar10")) == (1.25, other)
    assert api.find_best("cifar10", "valid") == best


def test_the_folder_that_the_api_was_given_is_the_default(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TORCH_HOME", raising=False)
    api: Any = NATStopology(folders["tss"], verbose=False)
    before = api.get_cost_info(0, "cifar10")
    api.reload(index=0)
    assert api.get_cost_info(0, "cifar10") == before
    assert api.archive_dir == str(folders["tss"])


def test_what_is_not_there_is_refused(tables: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TORCH_HOME", raising=False)
    api = NATStopology(tables["tss"], verbose=False)
    for folder, index in ((str(tmp_path / "none"), 0), (str(tmp_path), 0), (str(tmp_path), 15_625), (None, 0)):
        with pytest.raises(ValueError):
            api.reload(folder, index)
    (tmp_path / "000000.pickle.pbz2").write_bytes(bz2.compress(b"cposix\nsystem\n(S'true'\ntR."))
    with pytest.raises(SourceError):
        api.reload(str(tmp_path), 0)


def test_parameters_of_a_full_folder_are_given_as_tensors_and_let_go(
    folders: dict[str, Path], tables: dict[str, Path], tmp_path: Path
) -> None:
    network = NB201().network((3, 2, 1, 4, 0, 3), classes=10, channels=4, cells=1)
    states = pickle.loads(bz2.decompress((folders["tss"] / "000000.pickle.pbz2").read_bytes()))
    states["200"]["all_results"]["cifar10", 777]["net_state_dict"] = network.official_state_dict()
    (tmp_path / "000000.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(states, 4)))
    api = NATStopology(tables["tss"], verbose=False)
    assert api.get_net_param(0, "cifar10", 777, "200") is None
    api.reload(str(tmp_path), 0)
    given = api.get_net_param(0, "cifar10", 777, "200")
    assert all(torch.equal(given[name], value) for name, value in network.official_state_dict().items())
    assert api.get_net_param(0, "cifar10", None, "200") == {777: given, 888: None, 999: None}
    with pytest.raises(ValueError, match="expected one of"):
        api.get_net_param(0, "cifar10", 5, "200")
    api.clear_params(0)
    assert api.get_net_param(0, "cifar10", 777, "200") is None


@pytest.fixture
def full_folder(folders: dict[str, Path], tmp_path: Path) -> Path:
    """The genuine folder, with a network in one trial of architecture 0."""
    folder = tmp_path / "NATS-tss-v1_0-3ffb9-full"
    folder.mkdir()
    for file in folders["tss"].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    states = pickle.loads(bz2.decompress((folder / "000000.pickle.pbz2").read_bytes()))
    network = NB201().network((3, 2, 1, 4, 0, 3), classes=10, channels=4, cells=1)
    states["200"]["all_results"]["cifar10", 888]["net_state_dict"] = network.official_state_dict()
    (folder / "000000.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(states, 4)))
    return folder


@pytest.mark.parametrize("kept", [True, False])
def test_parameters_are_those_beside_the_table_or_in_the_folder_that_was_given(
    kept: bool, full_folder: Path, tmp_path: Path
) -> None:
    source = full_folder
    if kept:
        source = tmp_path / "kept.mdb"
        import_file(NB201(), full_folder, source, parameters=True)
    api: Any = NATStopology(source, verbose=False)
    given = api.get_net_param(0, "cifar10", None, "200")
    assert {seed: state is not None for seed, state in given.items()} == {777: False, 888: True, 999: False}
    network = NB201().network((3, 2, 1, 4, 0, 3), classes=10, channels=4, cells=1)
    network.load_official_state_dict(given[888])
    assert api.get_net_param(284, "cifar10", 777, "200") is None
    assert api.query_by_index(0, "cifar10", "200")[888].get_net_param().keys() == given[888].keys()
    api.clear_params(0)
    assert api.get_net_param(0, "cifar10", 888, "200") is None

"""Networks' parameters come out of the official files as torch itself reads them, and nothing in a file is run."""

import bz2
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb201.network import NB201Network
from nasbench_suite.spaces.nb201.official.parameters import read_with_parameters

PLACES = {"full": "000001.pickle.pbz2", "archives": "000001-FULL.pth", "legacy archives": "000001-FULL.pth"}


def as_torch_reads(path: Path) -> Any:
    if path.suffix == ".pbz2":
        return pickle.loads(bz2.decompress(path.read_bytes()))
    return torch.load(path, weights_only=False)


@pytest.mark.parametrize("layout", PLACES)
def test_every_tensor_is_the_one_that_torch_reads(layout: str, files: dict[str, Path]) -> None:
    path, compared = files[layout] / PLACES[layout], 0
    ours, theirs = read_with_parameters(path), as_torch_reads(path)
    assert ours.keys() == theirs.keys()
    for schedule, state in theirs.items():
        for key, result in state["all_results"].items():
            found = ours[schedule]["all_results"][key]["net_state_dict"]
            assert found.keys() == result["net_state_dict"].keys()
            for name, tensor in result["net_state_dict"].items():
                assert torch.equal(torch.from_numpy(found[name]), tensor.detach())
                compared += 1
    assert compared > 100


def test_files_without_parameters_have_none(files: dict[str, Path]) -> None:
    states = read_with_parameters(files["simple"] / PLACES["full"])
    assert {result["net_state_dict"] for state in states.values() for result in state["all_results"].values()} == {None}


@pytest.mark.parametrize("new", [True, False])
def test_transposed_and_shared_tensors_are_read(new: bool, tmp_path: Path) -> None:
    base = torch.arange(12.0).reshape(3, 4)
    tensors = {"base": base, "turned": base.T, "row": base[1], "scalar": torch.tensor(5), "half": base.half()}
    tensors["empty"] = torch.ones(0, 3)
    state = {"12": {"all_results": {("cifar10", 777): {"net_state_dict": tensors}}}}
    torch.save(state, tmp_path / "000000-FULL.pth", _use_new_zipfile_serialization=new)
    read = read_with_parameters(tmp_path / "000000-FULL.pth")["12"]["all_results"]["cifar10", 777]["net_state_dict"]
    for name, tensor in tensors.items():
        assert torch.equal(torch.from_numpy(read[name]), tensor)


def test_a_networks_parameters_go_from_an_official_file_into_a_network(tmp_path: Path) -> None:
    arch, settings = (3, 2, 1, 4, 0, 3), {"classes": 10, "channels": 4, "cells": 1}
    one, other = NB201Network(arch, **settings), NB201Network(arch, **settings)
    state = {"full": {"all_results": {("cifar10", 777): {"net_state_dict": one.official_state_dict()}}}}
    torch.save(state, tmp_path / "000000-FULL.pth")
    read = read_with_parameters(tmp_path / "000000-FULL.pth")["full"]["all_results"]["cifar10", 777]["net_state_dict"]
    other.load_official_state_dict({name: torch.from_numpy(array) for name, array in read.items()})
    images = torch.rand(2, 3, 16, 16)
    assert torch.equal(one.eval()(images), other.eval()(images))


@pytest.mark.parametrize("layout", PLACES)
def test_a_file_that_is_cut_short_is_refused(layout: str, files: dict[str, Path], tmp_path: Path) -> None:
    content = (files[layout] / PLACES[layout]).read_bytes()
    for share in (0.3, 0.9):
        (tmp_path / PLACES[layout]).write_bytes(content[: int(len(content) * share)])
        with pytest.raises(SourceError):
            read_with_parameters(tmp_path / PLACES[layout])


class Beyond:
    """Pickles as a tensor that reaches beyond its storage."""

    def __reduce__(self) -> Any:
        return torch._utils._rebuild_tensor_v2, (torch.ones(4).storage(), 2, (3,), (1,), False, OrderedDict())


class Runs:
    """Pickles as a call."""

    def __reduce__(self) -> Any:
        return print, ("run",)


@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")
@pytest.mark.parametrize("hostile", [Beyond(), Runs(), 3])
def test_what_is_no_tensor_is_refused(hostile: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = {"12": {"all_results": {("cifar10", 777): {"net_state_dict": {"stem": hostile}}}}}
    (tmp_path / "000000.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(state, 4)))
    with pytest.raises(SourceError):
        read_with_parameters(tmp_path / "000000.pickle.pbz2")
    assert capsys.readouterr().out == ""

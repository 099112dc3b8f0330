"""Networks take and give parameters under the official names."""

from pathlib import Path
from typing import Any

import pytest
import torch

from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.network import NB201Network
from nasbench_suite.spaces.nb201.official_names import load_official_state_dict, official_name, official_state_dict

ARCH = (3, 2, 1, 4, 0, 3)
SETTINGS = {"classes": 10, "channels": 4, "cells": 2}


@pytest.mark.parametrize("name", ["000", "001"])
def test_official_parameters_give_the_official_networks_logits(name: str, data: Path) -> None:
    saved: dict[str, Any] = torch.load(data / "nb201_weights" / f"{name}.pth", weights_only=True)
    space = NB201()
    settings = {key: saved[key] for key in ("classes", "channels", "cells")}
    network = space.network(space.parse(saved["arch"]), **settings)
    network.load_official_state_dict(saved["state_dict"])
    with torch.inference_mode():
        logits = network.eval()(saved["images"])
    torch.testing.assert_close(logits, saved["logits"], rtol=0, atol=1e-5)
    written = network.official_state_dict()
    assert written.keys() == saved["state_dict"].keys()
    assert all(torch.equal(written[key], value) for key, value in saved["state_dict"].items())


def test_the_names_are_those_of_the_official_code() -> None:
    names = {
        "stem.0.weight": "stem.0.weight",
        "body.2.edges.1.convolution.weight": "cells.2.layers.1.op.1.weight",
        "body.2.edges.1.normalisation.running_var": "cells.2.layers.1.op.2.running_var",
        "body.5.first.convolution.weight": "cells.5.conv_a.op.1.weight",
        "body.5.second.normalisation.bias": "cells.5.conv_b.op.2.bias",
        "body.5.shortcut.1.weight": "cells.5.downsample.1.weight",
        "normalisation.weight": "lastact.0.weight",
        "classifier.bias": "classifier.bias",
    }
    assert {name: official_name(name) for name in names} == names


def test_what_one_network_writes_another_reads() -> None:
    one, other = NB201Network(ARCH, **SETTINGS), NB201Network(ARCH, **SETTINGS)
    one(torch.rand(8, 3, 16, 16))  # moves the running statistics
    load_official_state_dict(other, official_state_dict(one))
    images = torch.rand(2, 3, 16, 16)
    assert torch.equal(one.eval()(images), other.eval()(images))


def test_a_state_without_counts_of_batches_is_taken() -> None:
    network = NB201Network(ARCH, **SETTINGS)
    state = {key: value for key, value in network.official_state_dict().items() if "num_batches" not in key}
    network.load_official_state_dict(state)


@pytest.mark.parametrize("wrong", ["absent", "unknown", "shape"])
def test_a_state_of_another_network_is_refused_and_nothing_is_copied(wrong: str) -> None:
    network = NB201Network(ARCH, **SETTINGS)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    state = {key: torch.ones_like(value) for key, value in network.official_state_dict().items()}
    if wrong == "absent":
        del state["lastact.0.weight"]
    elif wrong == "unknown":
        state["cells.0.layers.2.op.1.weight"] = torch.ones(4, 4, 1, 1)
    else:
        state["classifier.weight"] = torch.ones(100, 16)
    with pytest.raises(ConfigError, match={"absent": "lacks", "unknown": "has", "shape": "shape"}[wrong]):
        network.load_official_state_dict(state)
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())


def test_replicas_have_no_official_names() -> None:
    with pytest.raises(ConfigError, match="2 replicas"):
        NB201Network(ARCH, replicas=2, **SETTINGS).official_state_dict()


def test_arrays_are_taken_as_tensors_are() -> None:
    one, other = NB201Network(ARCH, **SETTINGS), NB201Network(ARCH, **SETTINGS)
    other.load_official_state_dict({name: value.numpy() for name, value in one.official_state_dict().items()})
    assert all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))
    with pytest.raises(ConfigError, match="got list"):
        other.load_official_state_dict({**one.official_state_dict(), "stem.0.weight": [1.0]})  # type: ignore[dict-item]

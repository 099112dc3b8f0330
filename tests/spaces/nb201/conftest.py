"""Small files in every official format, and what is in them."""

import bz2
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch

from performance.generators import nb201_files

CELLS = 3
SIMPLE = "nats_bench/NATS-tss-v1_0-3ffb9-simple"


@pytest.fixture(scope="session")
def benchmark_dict() -> dict[str, Any]:
    """Three cells as nas-bench-201 loads them."""
    return nb201_files.benchmark(CELLS)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, benchmark_dict: dict[str, Any]) -> dict[str, Path]:
    """The same three cells in every format, by the format's nickname."""
    root = tmp_path_factory.mktemp("official")
    torch.save(benchmark_dict, root / "new.pth")
    torch.save(benchmark_dict, root / "old.pth", _use_new_zipfile_serialization=False)
    nb201_files.write_pth(root / "parts.pth", CELLS)
    nb201_files.write_nats_file(root / "parts.pickle.pbz2", CELLS)
    nats = {**benchmark_dict, "arch2infos": OrderedDict(), "evaluated_indexes": set(range(CELLS))}
    for name in ("new", "old", "simple", "full"):
        (root / name).mkdir()
    for index, infos in benchmark_dict["arch2infos"].items():
        cell = OrderedDict({"12": infos["less"], "200": infos["full"]})
        nats["arch2infos"][index] = cell
        (root / "simple" / f"{index:06d}.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(cell, 4)))
        heavy = OrderedDict({"12": with_weights(infos["less"]), "200": with_weights(infos["full"])})
        (root / "full" / f"{index:06d}.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(heavy, 4)))
        archive = {"less": with_weights(infos["less"]), "full": with_weights(infos["full"])}
        torch.save(archive, root / "new" / f"{index:06d}-FULL.pth")
        torch.save(archive, root / "old" / f"{index:06d}-FULL.pth", _use_new_zipfile_serialization=False)
    (root / "one.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(nats, 4)))
    meta = bz2.compress(pickle.dumps({**benchmark_dict, "arch2infos": None, "evaluated_indexes": set()}, 4))
    for name in ("simple", "full"):
        (root / name / "meta.pickle.pbz2").write_bytes(meta)
    return {
        "pth": root / "new.pth",
        "legacy pth": root / "old.pth",
        "pth in parts": root / "parts.pth",
        "nats": root / "one.pickle.pbz2",
        "nats in parts": root / "parts.pickle.pbz2",
        "simple": root / "simple",
        "full": root / "full",
        "archives": root / "new",
        "legacy archives": root / "old",
    }


def with_weights(state: dict[str, Any]) -> dict[str, Any]:
    """The state with a network's parameters in every trial."""
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4))
    parameters = {**network.state_dict(), "parameter": torch.nn.Parameter(torch.ones(40, 40))}
    results = {
        trial: {**result, "net_state_dict": OrderedDict(parameters)} for trial, result in state["all_results"].items()
    }
    return {**state, "all_results": results}


@pytest.fixture(scope="session")
def real_folder(data: Path) -> Path:
    """Two genuine cells."""
    return data / SIMPLE


@pytest.fixture(scope="session")
def nats_api(real_folder: Path) -> Any:
    """NATS-Bench's own answers about them."""
    nats_bench = pytest.importorskip("nats_bench", reason="nats_bench is not installed")
    return nats_bench.create(str(real_folder), "tss", fast_mode=True, verbose=False)

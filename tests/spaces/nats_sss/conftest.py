"""The genuine size-space files, in the layouts that they are published in."""

import bz2
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch

from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nats_sss import NATSSizeSpace

INDEXES = (0, 284)


@pytest.fixture(scope="session")
def real_folder(data: Path) -> Path:
    """Two genuine architectures."""
    return data / "nats_bench" / "NATS-sss-v1_0-50262-simple"


@pytest.fixture(scope="session")
def states(real_folder: Path) -> dict[int, dict[str, Any]]:
    """What they hold, by index and schedule."""
    return {at: pickle.loads(bz2.decompress((real_folder / f"{at:06d}.pickle.pbz2").read_bytes())) for at in INDEXES}


@pytest.fixture(scope="session")
def layouts(
    real_folder: Path, states: dict[int, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The same two as a whole file and as a `-full` folder with parameters."""
    root = tmp_path_factory.mktemp("sss")
    meta = pickle.loads(bz2.decompress((real_folder / "meta.pickle.pbz2").read_bytes()))
    whole = {**meta, "arch2infos": states, "evaluated_indexes": set(INDEXES)}
    (root / "whole.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(whole, 4)))
    (root / "full").mkdir()
    (root / "full" / "meta.pickle.pbz2").write_bytes((real_folder / "meta.pickle.pbz2").read_bytes())
    for index, infos in states.items():
        heavy = pickle.loads(pickle.dumps(infos))
        for state in heavy.values():
            for result in state["all_results"].values():
                result["net_state_dict"] = {"stem.0.weight": torch.ones(8, 3, 3, 3)}
        (root / "full" / f"{index:06d}.pickle.pbz2").write_bytes(bz2.compress(pickle.dumps(heavy, 4)))
    return {"simple": real_folder, "full": root / "full", "whole": root / "whole.pickle.pbz2"}


@pytest.fixture(scope="session")
def real_table(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two, imported."""
    place = tmp_path_factory.mktemp("sss-table") / "nats_sss.mdb"
    import_file(NATSSizeSpace(), real_folder, place)
    return place

"""The genuine architectures, as the package `nats_bench` and as this project opens them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from nasbench_suite.compat import nats_bench as ours
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space

FOLDERS = {"tss": "NATS-tss-v1_0-3ffb9-simple", "sss": "NATS-sss-v1_0-50262-simple"}
SPACES = {"tss": "nb201", "sss": "nats_sss"}
INDEXES = (0, 284)


class Pair(NamedTuple):
    """The two APIs of one space."""

    space: str
    theirs: Any
    ours: Any

    def both(self, call: Callable[[Any], Any]) -> tuple[Any, Any]:
        """What each says."""
        return call(self.theirs), call(self.ours)


@pytest.fixture(scope="session")
def folders(data: Path) -> dict[str, Path]:
    """The genuine folders, by space."""
    return {space: data / "nats_bench" / name for space, name in FOLDERS.items()}


@pytest.fixture(scope="session")
def tables(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tables made from them."""
    root = tmp_path_factory.mktemp("nats-tables")
    for space, folder in folders.items():
        import_file(find_space(SPACES[space]), folder, root / f"{space}.mdb")
    return {space: root / f"{space}.mdb" for space in folders}


@pytest.fixture(params=FOLDERS)
def pair(request: pytest.FixtureRequest, folders: dict[str, Path], tables: dict[str, Path]) -> Pair:
    """Both APIs of one space in fast mode."""
    theirs = pytest.importorskip("nats_bench", reason="nats_bench is not installed")
    space = request.param
    other = theirs.create(str(folders[space]), space, fast_mode=True, verbose=False)
    return Pair(space, other, ours.create(tables[space], space, fast_mode=True, verbose=False))

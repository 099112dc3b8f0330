"""Files of NDS's layout, written by the project's generator: every number in them is made up."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nasbench_suite.folders import table_path
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nds import FAMILIES
from nasbench_suite.table import Table

GENERATOR = Path(__file__).parents[3] / "performance" / "generators" / "nds_archive.py"


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nds_archive", GENERATOR)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def archive(generator: ModuleType, once: Callable[..., Path]) -> Path:
    """A folder of all 34 files, with few trainings each."""
    return once("nds", lambda folder: generator.write(folder / "nds_data", 0.004)) / "nds_data"


@pytest.fixture(scope="session")
def members(archive: Path) -> Callable[[str], list[Any]]:
    """Lists the architectures of a family's CIFAR-10 file."""

    def read(family: str) -> list[Any]:
        space = FAMILIES[family]()
        jobs = json.loads((archive / f"{family}.json").read_text())
        return list(dict.fromkeys(space.from_source(job["net"], job["optim"]) for job in jobs))

    return read


@pytest.fixture
def nds_table(archive: Path, home: Path) -> Callable[[str], Table]:
    """Imports a family into the test's home, and opens its table."""

    def make(name: str) -> Table:
        if not table_path(name).exists():
            import_file(find_space(name), archive, table_path(name))
        return open_table(name)

    return make

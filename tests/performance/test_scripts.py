"""The scripts of `performance/` name what there is; whether they are fast is for them to say."""

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "performance"
SCRIPTS = sorted(FOLDER.rglob("*.py"))


def exists(module: str, name: str) -> bool:
    found = importlib.import_module(module)
    if hasattr(found, name) or not hasattr(found, "__path__"):
        return hasattr(found, name)
    return importlib.util.find_spec(f"{module}.{name}") is not None  # a module that its package does not import


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_what_a_script_imports_from_the_package_is_there(script: Path) -> None:
    nodes = [node for node in ast.walk(ast.parse(script.read_text())) if isinstance(node, ast.ImportFrom)]
    names = [(str(node.module), each.name) for node in nodes for each in node.names]
    missing = [pair for pair in names if pair[0].startswith("nasbench_suite") and not exists(*pair)]
    assert missing == []


def test_the_index_lists_every_script() -> None:
    index = (FOLDER / "README.md").read_text()
    assert SCRIPTS
    assert [path.name for path in FOLDER.glob("*.py") if f"`{path.name}`" not in index] == []

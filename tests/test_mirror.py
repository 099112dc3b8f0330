"""The tests mirror the tree: a module's tests are where a stranger looks for them.

`python tests/test_mirror.py` prints the modules without a test file in the mirrored place, and the test files that
import them.
"""

import ast
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
import yaml

import nasbench_suite

PACKAGE = Path(nasbench_suite.__file__).parent
TESTS = Path(__file__).parent
LINKED = ("algorithms", "spaces")
MODULES = {
    path.relative_to(PACKAGE)
    for path in chain(PACKAGE.rglob("*.py"), *((PACKAGE / name).rglob("*.py") for name in LINKED))
    if path.name not in ("__init__.py", "__main__.py")
}
# module: the test file that covers it
ELSEWHERE: dict[str, str] = yaml.safe_load((TESTS / "tested_elsewhere.yaml").read_text())


def mirrored(module: Path) -> Path:
    return TESTS / module.with_name(f"test_{module.name}")


@cache
def imports(test: Path) -> set[str]:
    """The names, modules and others, that a test file imports from the package."""
    nodes = [node for node in ast.walk(ast.parse(test.read_text())) if isinstance(node, ast.ImportFrom) and node.module]
    return {str(node.module) for node in nodes} | {
        f"{node.module}.{each.name}" for node in nodes for each in node.names
    }


def importers(module: str) -> list[str]:
    """Lists the test files that import a module."""
    name = "nasbench_suite." + module.removesuffix(".py").replace("/", ".")
    return [test.relative_to(TESTS).as_posix() for test in sorted(TESTS.rglob("test_*.py")) if name in imports(test)]


def without_a_file() -> list[str]:
    return sorted(module.as_posix() for module in MODULES if not mirrored(module).exists())


def test_every_module_has_a_test_file_or_a_word_where_it_is_tested() -> None:
    assert [module for module in without_a_file() if module not in ELSEWHERE] == []


def test_no_word_is_stale() -> None:
    assert [module for module in ELSEWHERE if module not in without_a_file()] == []


@pytest.mark.parametrize("place", sorted(set(ELSEWHERE.values())))
def test_the_places_named_have_tests(place: str) -> None:
    text = (TESTS / place).read_text()
    assert "def test_" in text or "class Test" in text


if __name__ == "__main__":
    for module in without_a_file():
        print(f"{module}: {', '.join(importers(module))}")

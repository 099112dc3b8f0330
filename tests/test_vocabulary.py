"""One word, one meaning: a public class name occurs once, and names that misled stay gone."""

import ast
from collections import defaultdict
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

import nasbench_suite

PACKAGE = Path(nasbench_suite.__file__).parent
ROOT = PACKAGE.parent
LINKED = ("algorithms", "spaces", "conf", "experiments")  # a glob from above does not follow links
MODULES = sorted({*PACKAGE.rglob("*.py"), *chain.from_iterable((PACKAGE / name).rglob("*.py") for name in LINKED)})
MODULES_GONE = {"searchers", "asking", "pool", "lines", "tidy", "population"}
CLASSES_GONE = {"Way", "Crew", "Death", "Orders", "SeedPolicy"}
FUNCTIONS_GONE = {"hire", "plainly", "as_ours", "step_weights"}
ARGUMENTS_GONE = {"weights_first", "weightless", "seed_policy"}
KEYS_GONE = {"benchmark", "objective", "seed_policy", "weights_first"}
PHRASES_GONE = ("likewise", "it is none", "what becomes of", "a row an epoch", "a row an evaluation", "behind every")


@cache
def trees() -> list[tuple[str, ast.Module]]:
    return [(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text())) for path in MODULES]


def test_the_links_are_followed() -> None:
    names = {path.relative_to(PACKAGE).as_posix() for path in MODULES}
    assert {"ledger.py", "algorithms/rea.py", "spaces/nb201/space.py"} <= names


def test_a_public_class_name_occurs_once() -> None:
    places = defaultdict(list)
    for name, tree in trees():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_module_names_that_misled_stay_gone() -> None:
    assert {path.stem for path in MODULES} & MODULES_GONE == set()


def test_other_names_that_misled_stay_gone() -> None:
    found = []
    for module, tree in trees():
        for node in ast.walk(tree):
            match node:
                case ast.ClassDef(name=name) if name in CLASSES_GONE:
                    found.append((module, name))
                case ast.FunctionDef(name=name) if name in FUNCTIONS_GONE:
                    found.append((module, name))
                case ast.arg(arg=name) if name in ARGUMENTS_GONE:
                    found.append((module, name))
                case ast.AnnAssign(target=ast.Name(id=name)) if name in ARGUMENTS_GONE:
                    found.append((module, name))
    assert found == []


def test_keys_and_folders_that_misled_stay_gone() -> None:
    found = []
    for path in sorted(chain((ROOT / "conf").rglob("*.yaml"), (ROOT / "experiments").rglob("*.yaml"))):
        keys = {line.partition(":")[0].strip().strip("-/ ") for line in path.read_text().splitlines()}
        found += [(path.name, key) for key in keys & KEYS_GONE]
    assert found == []
    assert not (ROOT / "conf" / "benchmark").exists()
    assert not (ROOT / "benchmarks").exists()


@pytest.mark.parametrize("phrase", PHRASES_GONE)
def test_phrases_that_nobody_says_stay_gone(phrase: str) -> None:
    texts = [*MODULES, *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "conf").rglob("*.yaml")]
    found = [
        path.relative_to(ROOT).as_posix() for path in texts if phrase in " ".join(path.read_text().lower().split())
    ]
    assert sorted(found) == []

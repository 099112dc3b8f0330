import ast
import subprocess
import sys
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nasbench_suite.algorithms as algorithms
from nasbench_suite.algorithm import Algorithm
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.one_shot.algorithm import OneShotAlgorithm
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.testing import columns

QUERYING = [
    "ASHA",
    "BANANAS",
    "BOHB",
    "Hyperband",
    "LocalSearch",
    "NSGA2",
    "ParetoEvolution",
    "RandomSearch",
    "RegularizedEvolution",
    "Reinforce",
    "SuccessiveHalving",
    "TPE",
    "WarmStartedEvolution",
    "ZeroCostSearch",
]
ONE_SHOT = ["DARTS", "ENAS", "GDAS", "RSPS", "SETN"]
SETTINGS = [
    "AlphaSettings",
    "BracketSettings",
    "ControllerSettings",
    "ControllerTraining",
    "DensitySettings",
    "NetworkSettings",
    "SelectionSettings",
]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_every_algorithm_and_its_settings_are_exported_by_name() -> None:
    assert sorted(algorithms.__all__) == sorted([*QUERYING, *ONE_SHOT, *SETTINGS])
    for name in algorithms.__all__:
        assert getattr(algorithms, name).__name__ == name
        assert name in dir(algorithms)


def test_a_name_that_is_none_of_them_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Darts'"):
        algorithms.Darts  # noqa: B018


def test_what_type_checkers_see_is_what_is_there() -> None:
    tree = ast.parse(Path(algorithms.__file__).read_text())
    (seen,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imports = {
        alias.asname: (node.module, alias.name)
        for node in seen.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imports == {name: (getattr(algorithms, name).__module__, name) for name in algorithms.__all__}


def test_algorithms_that_query_load_no_torch() -> None:
    names = ", ".join(QUERYING)
    assert run(f"import sys; from nasbench_suite.algorithms import {names}; print('torch' in sys.modules)") == "False"


@pytest.mark.parametrize("name", QUERYING)
@pytest.mark.parametrize("offered", [[Fidelity(12, 12)], [Fidelity(12, 1), Fidelity(12, 4), Fidelity(12, 12)]])
def test_three_lines_of_python_run_a_search(name: str, offered: Sequence[Fidelity]) -> None:
    kind, space = getattr(algorithms, name), NB201()
    given = {"columns": columns(space)} if kind.uses_columns else {}
    algorithm: Algorithm[Any] = kind(space, offered, np.random.default_rng(0), **given)
    for _ in range(25 if name == "BANANAS" else 150):
        proposal = algorithm.ask()
        assert proposal is not None
        algorithm.tell(proposal, Observation(proposal.fidelity, float(sum(proposal.arch)), 1.0, None))


@pytest.mark.parametrize("name", ONE_SHOT)
def test_one_shot_algorithms_need_no_settings(name: str) -> None:
    assert isinstance(getattr(algorithms, name)(), OneShotAlgorithm)


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_frozen_and_have_defaults(name: str) -> None:
    settings = getattr(algorithms, name)()
    field = next(iter(typing.get_type_hints(type(settings))))
    with pytest.raises(AttributeError, match="cannot assign"):
        setattr(settings, field, 1)
    assert settings == getattr(algorithms, name)()

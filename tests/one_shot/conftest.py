"""What the tests of weight sharing have in common."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from nasbench_suite.jobs.job import Job

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture(autouse=True)
def plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the tests' own algorithm importable, here and in other processes."""
    monkeypatch.syspath_prepend(str(PLUGINS))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(PLUGINS), os.environ.get("PYTHONPATH")])))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def tiny(plugins: None) -> ModuleType:
    """The module of a tiny search."""
    import tiny_search

    return tiny_search


@pytest.fixture
def overrides(tiny: ModuleType) -> Callable[..., list[str]]:
    """Makes a configuration one of a tiny search; changes of the supernet's settings by name."""

    def make(*changes: str, **supernet: Any) -> list[str]:
        settings = asdict(tiny.SETTINGS) | {"batch": 100} | supernet
        return [
            "protocol=digits",
            "evaluator=none",
            "budget=unlimited",
            "algorithm._target_=tiny_one_shot.Tiny",
            "seeds=1",
            f"+supernet={text(settings)}",
            *changes,
        ]

    return make


def text(value: Any) -> str:
    """Writes a value as Hydra reads it on the command line."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{text(inner)}" for key, inner in value.items()) + "}"
    return json.dumps(value).strip('"')


@pytest.fixture
def tiny_job(make_job: Callable[..., Job], overrides: Callable[..., list[str]]) -> Callable[..., Job]:
    """Prepares a job of a tiny search."""

    def make(*changes: str, results: Path | None = None, **supernet: Any) -> Job:
        where = {} if results is None else {"results": results}
        return make_job(*overrides(*changes, **supernet), **where)

    return make

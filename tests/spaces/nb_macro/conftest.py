"""A small file of the published layout: every accuracy in it is made up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.spaces.nb_macro import NBMacro
from nasbench_suite.spaces.nb_macro.complexity import flops, parameters

TEXTS = ("00000000", "12000000", "10200000", "22212220")


def record(text: str, accuracy: float) -> dict[str, Any]:
    arch = NBMacro().parse(text)
    accuracies = [accuracy, accuracy + 0.5, accuracy - 0.5]
    return {
        "test_acc": accuracies,
        "mean_acc": sum(accuracies) / 3,
        "std": 0.41,
        "params": parameters(arch),
        "flops": flops(arch, 32),
    }


@pytest.fixture
def records() -> dict[str, dict[str, Any]]:
    return {text: record(text, 80.0 + at) for at, text in enumerate(TEXTS)}


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes a file of the published name."""

    def write(content: Any) -> Path:
        path = tmp_path / "nas-bench-macro_cifar10.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write

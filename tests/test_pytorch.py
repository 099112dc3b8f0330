"""Without PyTorch, which is an extra: tables are searched, and what needs it says in a line how to install it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.pytorch import INSTALL, is_without_pytorch, need_pytorch

WITHOUT = """
import sys
sys.modules["torch"] = None  # an import raises ModuleNotFoundError
"""
COMMAND = WITHOUT + "from nasbench_suite.cli import main\nmain({arguments!r})\n"
ANYWHERE = (
    "from nasbench_suite.algorithms import DARTS",
    "find_space('nb101').network(find_space('nb101').sample(np.random.default_rng(0)))",
    "find_space('nb201').network(find_space('nb201').sample(np.random.default_rng(0)))",
    "find_space('nb201').supernet()",
    "find_space('nats_sss').network(find_space('nats_sss').sample(np.random.default_rng(0)))",
    "find_space('nb_macro').network(find_space('nb_macro').sample(np.random.default_rng(0)))",
    "find_space('nds_darts').supernet()",
    "from nasbench_suite import run; run(space='nb201', algorithm='enas')",
)


def test_what_is_installed_is_found() -> None:
    need_pytorch("this test")


def test_what_is_missing_is_named_with_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ConfigError) as caught:
        need_pytorch("build")
    assert str(caught.value) == f"build needs PyTorch, which is not installed; {INSTALL}"


def test_an_error_that_comes_from_a_missing_pytorch_is_told_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    try:
        try:
            import torch.nn  # noqa: F401
        except ImportError as error:
            raise ValueError from error
    except ValueError as error:
        assert is_without_pytorch(error)
    assert not is_without_pytorch(ModuleNotFoundError(name="torchvision"))
    assert not is_without_pytorch(ValueError())


@pytest.mark.parametrize(
    "words",
    [
        "run algorithm=darts1",
        "run algorithm=enas evaluator=none",
        "run evaluator=train",
        "build name=nets",
        "score table=nb201_digits architectures=2",
    ],
)
def test_what_needs_it_ends_in_one_line(words: str, python: Callable, tmp_path: Path) -> None:
    done = python("-c", COMMAND.format(arguments=[*words.split(), "results=lost"]))
    assert done.code == 2 and done.err.startswith("nasbench-suite: ") and done.err.endswith(f"{INSTALL}\n"), done.err
    assert done.err.count("\n") == 1 and not (tmp_path / "lost").exists()


def test_jobs_of_a_sweep_that_need_it_fail_and_the_others_run(python: Callable, tmp_path: Path) -> None:
    words = ["run", "-m", "algorithm=random,rsps", "seeds=1", "tracking=disabled", "results=sweep"]
    done = python("-c", COMMAND.format(arguments=words))
    assert done.code == 2 and done.err.splitlines()[-1].startswith("nasbench-suite: 1 of 2 jobs failed: "), done.err
    assert INSTALL in done.err and len(done.err.splitlines()) == 1 and list(tmp_path.rglob("trajectory.parquet"))


@pytest.mark.parametrize("statement", ANYWHERE)
def test_from_python_it_is_an_error_of_ours(statement: str, python: Callable) -> None:
    program = WITHOUT + "import numpy as np\nfrom nasbench_suite import find_space\n"
    program += "from nasbench_suite.errors import ConfigError\n"
    program += (
        f"try:\n    {statement.replace('; ', chr(10) + '    ')}\nexcept ConfigError as error:\n    print(error)\n"
    )
    done = python("-c", program)
    assert done.code == 0 and INSTALL in done.out, done


@pytest.mark.parametrize("words", ["list", "tables --verify", "run --help", "run --cfg job algorithm=darts1"])
def test_what_reads_needs_nothing(words: str, python: Callable) -> None:
    done = python("-c", COMMAND.format(arguments=words.split()))
    assert done.code == 0, done.err

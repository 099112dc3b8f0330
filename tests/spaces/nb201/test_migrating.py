"""Every line of docs/migrating.md does what it says, beside the APIs that it starts from."""

import random
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.folders import table_path
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201

PAGE = Path(__file__).parents[3] / "docs/migrating.md"
ROW = re.compile(r"^\| (?:`(.*?)`)? ?\| `(.*)` \|$")
INDEX = 284
# another number or another text for the same thing
NOT_COMPARED = {
    "len(api)", "api.query_index_by_arch(arch)", "api.random()", "api.str2lists(arch)", "api.get_unique_str(index)",
    "api.reset_time()", 'api.simulate_train_eval(arch, "cifar10", hp="12")[0]', "api.used_time",
}  # fmt: skip
# NATS-Bench alone has it
NATS_ONLY = {"api.get_unique_str(index)", 'api.simulate_train_eval(arch, "cifar10", iepoch=3, hp="12")[2]'}


def lines(setup: bool) -> list[tuple[str, str]]:
    """The page's rows: what was called and what to call; those without the former set up."""
    found = [match.groups() for line in PAGE.read_text().splitlines() if (match := ROW.match(line))]
    return [(old or "", new) for old, new in found if (not old) == setup]


def test_the_page_is_read() -> None:
    assert len(lines(setup=True)) == 5
    assert len(lines(setup=False)) >= 30
    assert {old for old, _ in lines(setup=False)} >= NOT_COMPARED | NATS_ONLY


def run(code: str, names: dict[str, Any]) -> Any:
    """The value of an expression; a statement leaves its names."""
    try:
        return eval(code, names)
    except SyntaxError:
        exec(code, names)
        return None


def names_of(row: int) -> dict[str, Any]:
    """What the page's code may name."""
    names: dict[str, Any] = {"np": np}
    for _, code in lines(setup=True):
        run(code, names)
    arch = names["table"].architecture(row)
    return {**names, "row": row, "arch": arch, "cell": names["space"].parse(arch)}


def check(old: str, new: str, names: dict[str, Any]) -> None:
    ours = run(new, names)
    theirs = run(old, names)
    if old not in NOT_COMPARED:
        if isinstance(theirs, list):
            ours, theirs = sorted(ours), sorted(theirs)
        assert ours == (pytest.approx(theirs, rel=1e-12) if isinstance(theirs, float) else theirs)


def in_code() -> list[tuple[str, str]]:
    return [line for line in lines(setup=False) if not line[1].startswith("nasbench-suite ")]


@pytest.mark.extra
def test_code_answers_as_nats_bench(real_folder: Path, nats_api: Any) -> None:
    import_file(NB201(), real_folder, table_path("nb201"))
    nats_api.evaluated_indexes.update({0, INDEX})
    names = {**names_of(1), "api": nats_api, "index": INDEX}
    for old, new in in_code():
        random.seed(0)
        if "find_best" in old:  # over the cells that are there
            old = old.replace("hp=", "enforce_all=False, hp=")
        check(old, new, names)


@pytest.mark.extra
def test_code_answers_as_nas_bench_201(files: dict[str, Path]) -> None:
    nas_201_api = pytest.importorskip("nas_201_api", reason="nas-bench-201 is not installed")
    torch = pytest.importorskip("torch")
    import_file(NB201(), files["pth"], table_path("nb201"))
    api = nas_201_api.NASBench201API(torch.load(files["pth"], weights_only=False), verbose=False)
    names = {**names_of(1), "api": api, "index": 1}
    for old, new in in_code():
        if old not in NATS_ONLY:
            check(old, new, names)


def test_commands_answer(real_folder: Path, cli: Callable[..., Any]) -> None:
    assert cli("import", "nb201", real_folder).code == 0
    arch = names_of(1)["arch"]
    commands = [new for _, new in lines(setup=False) if new.startswith("nasbench-suite ")]
    assert len(commands) == 3
    for command in commands:
        words = [arch if word == "ARCH" else word for word in shlex.split(command)[1:]]
        answer = cli(*words)
        assert answer.code == 0
        assert "777" in answer.out

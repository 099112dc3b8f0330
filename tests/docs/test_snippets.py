"""README.md and docs/: every command and Python snippet is run, a page at a time, in a folder and home of its own."""

import gzip
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from docs import generated_pages
from nasbench_suite.commands.parser import make_parser
from nasbench_suite.configuration.arguments import parse, quoted, values_of
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.spaces.nb101.tfrecord import frame
from nasbench_suite.spaces.nb_macro import MacroArchitecture, NBMacro
from nasbench_suite.spaces.nb_macro.complexity import flops, parameters
from performance.generators import nb101_tfrecord, nds_archive
from tests.docs.snippets import ROOT, Snippet, commands, snippets

Once = Callable[[str, Callable[[Path], object]], Path]
DOCS = ROOT / "docs"
PAGES = ["README", *sorted(page.stem for page in DOCS.glob("*.md"))]
# pages that a test of their own runs whole
ELSEWHERE = {"algorithms": "test_algorithms.py", "migrating": "test_migrating.py"}
LANGUAGES = {"sh", "python", "text", "yaml", "toml"}
INLINE = re.compile(r"`(nasbench-suite [^`]+)`")
CELLS = 91  # those of NAS-Bench-101 with at most four vertices
# tables that a page's reader has made before, and files that she has downloaded or written
TABLES: Mapping[str, tuple[str, ...]] = {
    "annotate": ("nb201", "nb101"),
    "cluster": ("nb201",),
    "comparing": ("nb201", "nb101"),
    "sweeps": ("nb201",),
}
FILES: Mapping[str, tuple[str, ...]] = {
    "annotate": ("nas_bench_201_hardware.csv.gz", "zero_cost_cifar10.csv", "costs.csv"),
    "import": ("my_numbers.csv.gz",),
    "nb-macro": ("nas-bench-macro_cifar10.json",),
    "nb101": ("nasbench_full.tfrecord", "nasbench_only108.tfrecord"),
    "nds": ("nds_data.zip",),
}


def place(page: str) -> Path:
    return (ROOT if page == "README" else DOCS) / f"{page}.md"


def outside_blocks(page: str) -> str:
    return re.sub(r"^```.*?^```$", "", place(page).read_text(), flags=re.MULTILINE | re.DOTALL)


def _macro_record(arch: MacroArchitecture) -> dict[str, Any]:
    accuracies = {"test_acc": [90.0, 91.0, 92.0], "mean_acc": 91.0, "std": 0.82}
    return {**accuracies, "params": parameters(arch), "flops": flops(arch, 32)}


@pytest.fixture(scope="session")
def given(once: Once, full_csv: Path) -> Path:
    """Small files under the names of the official ones."""

    def make(folder: Path) -> None:
        rng = np.random.default_rng(0)
        rows = [row for cell in islice(NB101().enumerate(), CELLS) for row in nb101_tfrecord.rows(cell, True, rng)]
        for name in ("nasbench_full.tfrecord", "nasbench_only108.tfrecord"):
            (folder / name).write_bytes(b"".join(map(frame, rows)))
        (folder / "my_numbers.csv.gz").write_bytes(gzip.compress(full_csv.read_bytes()))
        nds_archive.write(folder / "nds_data", 0.002)
        shutil.make_archive(str(folder / "nds_data"), "zip", folder / "nds_data")
        hardware = "net,dataset,edgegpu_latency\n" + '"(0, 0, 0, 0, 0, 0)",cifar10,5.8\n'
        (folder / "nas_bench_201_hardware.csv.gz").write_bytes(gzip.compress(hardware.encode()))
        (folder / "zero_cost_cifar10.csv").write_text('net,synflow\n"(0, 0, 0, 0, 0, 0)",1.5\n')
        (folder / "costs.csv").write_text("arch,latency [ms@pixel3]\n" + f'"{next(iter(NB101().enumerate()))}",1.5\n')
        macro = {NBMacro().format(arch): _macro_record(arch) for arch in NBMacro().enumerate()}
        (folder / "nas-bench-macro_cifar10.json").write_text(json.dumps(macro))

    return once("docs", make)


@pytest.fixture(scope="session")
def nb101_table(once: Once, given: Path) -> Path:
    """A table of the smallest cells of NAS-Bench-101."""
    source = given / "nasbench_full.tfrecord"
    return once("docs-nb101", lambda folder: import_file(NB101(), source, folder / "nb101.mdb")) / "nb101.mdb"


@pytest.fixture
def page_home(request: pytest.FixtureRequest, home: Path, full_table: Path, nb101_table: Path) -> Path:
    """The home of a page's reader."""
    (home / "tables").mkdir(parents=True)
    for name in TABLES.get(request.getfixturevalue("page"), ()):
        place = full_table if name == "nb201" else nb101_table
        (home / "tables" / f"{name}.mdb").symlink_to(place)
    return home


@pytest.fixture
def environment(tmp_path: Path, page_home: Path) -> dict[str, str]:
    """Variables under which `nasbench-suite` and `python` are this interpreter's."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, arguments in (("nasbench-suite", "-m nasbench_suite "), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments}"$@"\n')
        (programs / name).chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    # the last is what SLURM says to the first task of an array
    return {**os.environ, "PATH": path, "NASBENCH_SUITE_HOME": str(page_home), "SLURM_ARRAY_TASK_ID": "0"}


@pytest.mark.docs
@pytest.mark.parametrize("page", [page for page in PAGES if page not in ELSEWHERE])
def test_a_page_does_what_it_says(page: str, tmp_path: Path, given: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    for name in FILES.get(page, ()):
        (folder / name).symlink_to(given / name)
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "docs" / "snippets.py", place(page)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=560,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def not_run() -> Iterator[tuple[str, Snippet]]:
    for page in PAGES:
        for snippet in snippets(place(page)):
            if snippet.reason:
                yield page, snippet


def one_job(words: list[str]) -> Iterator[str]:
    """Returns the first job of a sweep, without what is of Hydra's plugins, which need not be here."""
    for word in words:
        if "=" not in word:
            yield from [] if word in ("-m", "--multirun") else [word]
        elif not word.startswith(("hydra/", "hydra.")):
            (override,) = parse([quoted(word)])
            yield f"{override.key_or_group}={values_of(override)[0]}" if override.is_sweep_override() else word


def check(words: list[str], environment: Mapping[str, str]) -> None:
    """Says whether a command is understood, without running it."""
    if words[0] not in ("run", "build", "score"):
        make_parser().parse_args(words)
        return
    command = [sys.executable, "-m", "nasbench_suite", *one_job(words), "--cfg", "job"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{words}\n{done.stderr}"


@pytest.mark.docs
@pytest.mark.parametrize(("page", "snippet"), [pytest.param(*one, id=f"{one[0]}:{one[1].line}") for one in not_run()])
def test_what_is_not_run_is_well_formed(page: str, snippet: Snippet, environment: dict[str, str]) -> None:
    print(f"{page}.md:{snippet.line} is not run: {snippet.reason}")
    if snippet.language == "python":
        compile(snippet.text, page, "exec")
    for words in filter(None, commands(snippet) if snippet.language == "sh" else ()):  # alone it lists the commands
        check(words, environment)


@pytest.mark.docs
@pytest.mark.parametrize("page", PAGES)
def test_commands_within_a_sentence_are_well_formed(page: str, environment: dict[str, str]) -> None:
    for code in INLINE.findall(outside_blocks(page)):
        words = shlex.split(code)[1:]
        if len(words) > 1:
            check(words, environment)
        else:
            assert words[0] in ("run", "build", "score", *generated_pages.commands())


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_fenced_and_names_its_language(page: str) -> None:
    text = place(page).read_text()
    assert {snippet.language for snippet in snippets(place(page))} <= LANGUAGES
    assert re.findall(r"\n\n( {4}\S.*)", outside_blocks(page)) == []
    assert len(re.findall(r"^<!-- (?:not run|run with)", text, re.MULTILINE)) == sum(
        1 for _ in re.finditer(r"^<!-- (?:not run|run with): .+ -->\n```", text, re.MULTILINE)
    )

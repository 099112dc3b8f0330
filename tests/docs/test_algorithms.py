"""docs/algorithms.md: the package is built as the page says, installed, and every command on the page is run."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.docs.snippets import snippets

PAGE = Path(__file__).parents[2] / "docs" / "algorithms.md"
FILE = re.compile(r"^`(?P<name>[\w./-]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"^```sh\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path, home: Path, installed: Path) -> dict[str, str]:
    """Variables under which the page's commands use an interpreter of their own, which sees our packages."""
    pytest.importorskip("setuptools", reason="builds a package")
    pytest.importorskip("pip", reason="installs a package")
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv" / "lib").glob("*/site-packages")
    ours = [path for path in sys.path if path.endswith("site-packages")]
    (site / "ours.pth").write_text("".join(f"import site; site.addsitedir({path!r})\n" for path in ours))
    offline = "--no-build-isolation --no-deps --no-index --disable-pip-version-check"
    for name, command in {
        "nasbench-suite": f'{python} -W error -m nasbench_suite "$@"',
        "pytest": f'{python} -m pytest -q -p no:cacheprovider "$@"',
        "pip": f'{sys.executable} -m pip --python {python} "$@" {offline}',
    }.items():
        script = python.with_name(name)
        script.write_text(f"#!/bin/sh\nexec {command}\n")
        script.chmod(0o755)
    return {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}", "NASBENCH_SUITE_HOME": str(home)}


@pytest.mark.docs
def test_the_page_does_what_it_says(tmp_path: Path, environment: dict[str, str]) -> None:
    package, page = tmp_path / "package", PAGE.read_text()
    for match in FILE.finditer(page):
        path = package / match["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(match["text"])
    assert len(list(package.rglob("*.*"))) == 13

    outputs = []
    for match in SHELL.finditer(page):
        for command in match["text"].splitlines():
            done = subprocess.run(
                command, shell=True, cwd=package, env=environment, capture_output=True, text=True, timeout=560
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            outputs.append(done.stdout)
    assert len(outputs) == 13
    for snippet in snippets(PAGE):
        if snippet.language == "python" and not snippet.file:
            done = subprocess.run([sys.executable, "-c", snippet.text], env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
    report = (package / "report.md").read_text()
    assert all(f"| {name} " in report for name in ("greedy", "random", "rea"))
    assert "search on cifar10" in outputs[-1] and all(name in outputs[-1] for name in ("greedy", "tpe", "local_search"))
    searched = [path.name for path in (package / "results").iterdir()]
    assert sum("-greedy-" in name for name in searched) == 3 and sum("-eager-" in name for name in searched) == 1
    assert sum("-keeper-" in name for name in searched) == 1


def test_the_algorithm_is_about_thirty_lines() -> None:
    (text,) = (match["text"] for match in FILE.finditer(PAGE.read_text()) if match["name"] == "my_nas/greedy.py")
    assert len(text.splitlines()) <= 30

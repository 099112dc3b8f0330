"""The site's reference has every configuration key with a meaning, every command, and every public name."""

import dataclasses
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hydra.utils import get_object

import nasbench_suite
from docs import generated_pages
from nasbench_suite import algorithms
from nasbench_suite.configuration.files import ConfigFiles
from nasbench_suite.configuration.schema import BuildConfig, ScoreConfig, SearchConfig

ROOT = Path(__file__).parents[2]
# keys that are groups, whose own keys follow
GROUPS = {
    "space",
    "protocol",
    "evaluator",
    "budget",
    "tracking",
    "algorithm",
    "supernet",
    "ranking",
    "training",
    "executor",
}
NAMED = [(title, key) for title, _, keys in generated_pages.sections() for key in keys]


def test_every_key_has_a_type_and_a_meaning() -> None:
    assert [(title, key.name) for title, key in NAMED if not key.meaning] == []
    assert [key.name for _, key in NAMED if not key.type and ".network." not in key.name] == []
    assert len(NAMED) > 200


@pytest.mark.parametrize(
    ("schema", "title"), [(SearchConfig, "A search"), (BuildConfig, "A build"), (ScoreConfig, "Scores")]
)
def test_every_key_of_the_schema_is_there(schema: type, title: str) -> None:
    listed = {key.name for where, key in NAMED if where == title}
    assert {field.name for field in dataclasses.fields(schema)} - GROUPS == listed


@pytest.mark.parametrize("name", ConfigFiles().names("algorithm"))
def test_every_argument_of_an_algorithm_is_there(name: str) -> None:
    def arguments(node: Mapping[str, Any], prefix: str) -> Iterator[str]:
        for each in inspect.signature(get_object(node["_target_"])).parameters.values():
            if isinstance(value := node.get(each.name), dict) and "_target_" in value:
                yield from arguments(value, f"{prefix}.{each.name}")
            elif each.name not in ("space", "fidelities", "rng") and each.kind is not each.VAR_KEYWORD:
                yield f"{prefix}.{each.name}"

    node = {"_target_": None, **ConfigFiles().read(f"algorithm/{name}").get("algorithm", {})}
    if node["_target_"] is None:
        pytest.skip("derives from another file")
    assert set(arguments(node, "algorithm")) <= {key.name for title, key in NAMED if title == f"algorithm={name}"}


def test_defaults_and_sources_are_those_of_the_file() -> None:
    found = {key.name: key for title, key in NAMED if title == "algorithm=rea"}
    assert found["algorithm.population"].default == "100" and found["algorithm.tournament"].default == "25"
    assert found["algorithm.replacement"].source == "algorithm 1"
    assert {
        key.default for title, key in NAMED if key.name == "algorithm.population" and title == "algorithm=mo_rea"
    } == {"100"}


def test_every_command_is_there_with_its_help() -> None:
    page = generated_pages.commands_page()
    for name, parser in generated_pages.commands().items():
        assert f"## {name}\n" in page
        if name not in ("run", "build", "score"):
            assert all(action.help for action in parser._actions) and f"usage: nasbench-suite {name}" in page


def test_every_public_name_is_there() -> None:
    pages = generated_pages.pages()
    apart = {"__version__", "algorithms", "spaces"}
    for name in set(nasbench_suite.__all__) - apart:
        assert f"::: nasbench_suite.{name}\n" in pages["python"]
    for name in algorithms.__all__:
        assert f"::: nasbench_suite.algorithms.{name}\n" in pages["algorithms"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built without a warning."""
    pytest.importorskip("mkdocs", reason="nasbench-suite[docs] is not installed")
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "--strict", "-d", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=560)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.docs
def test_a_reader_finds_a_word_on_the_site_from_the_disk(site: Path, request: pytest.FixtureRequest) -> None:
    if shutil.which("chromedriver") is None:
        pytest.skip("needs Chromium and chromedriver")
    browser = request.getfixturevalue("browser")
    browser.set_window_size(1400, 900)  # a phone has the search behind a button
    browser.get((site / "reference" / "commands.html").as_uri())
    box = browser.find_element("css selector", "input.md-search__input")
    box.click()
    box.send_keys("hyperband")
    found = wait_for(browser, ".md-search-result__item a")
    assert "Hyperband" in " ".join(one.get_attribute("href") for one in found)
    assert [entry["message"] for entry in browser.get_log("browser")] == []


def wait_for(browser: Any, selector: str) -> list[Any]:
    from selenium.webdriver.support.ui import WebDriverWait

    found: list[Any] = WebDriverWait(browser, 60).until(lambda there: there.find_elements("css selector", selector))
    return found


@pytest.mark.docs
def test_the_site_loads_nothing_and_shows_no_markup(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    loads = r"<(?:script|link|img)[^>]+(?:src|href)=\"?https?://"
    assert len(pages) > 30 and [page.name for page in pages if re.search(loads, page.read_text())] == []
    # a backslash before a bar; a list or a table that is shown as it was typed
    raw = r"<code>[^<]*\\\||<p>[^<]*\n(?:- |\d+\. |\|)"
    assert [page.name for page in pages if re.search(raw, page.read_text())] == []

import base64
import hashlib
import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.html import to_html

VOID = {"meta", "br", "img", "link", "hr", "input"}
BEST = {"cifar10": [95.0, 86.0], "cifar100": [None, 64.0]}


class Page(HTMLParser):
    """Checks nesting, and gathers what a page refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.count: dict[str, int] = {}
        self.words: list[str] = []
        self.events: list[str] = []
        self.scripts: list[str] = []
        self.scopes: list[str] = []
        self.live = 0
        self.feed(text)
        assert self.open == []

    @property
    def data(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.scripts[0])
        return found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]
        self.references += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]
        self.events += [name for name, _ in attrs if name.startswith("on")]
        self.scopes += [value or "" for name, value in attrs if name == "scope"]
        self.live += dict(attrs).get("aria-live") == "polite"
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts.append(data)
        elif data.strip():
            self.words.append(data.strip())


@pytest.fixture
def page(results: Callable, searches, scores) -> Page:
    one = results("one", searches, scores, best=BEST)
    two = results(
        "two",
        searches,
        scores,
        best=BEST,
        config_id="c1",
        label="<script>mine</script>",
        config={"algorithm": {"p": 7}},
    )
    return Page(to_html(make_report([one, two])))


def test_the_page_needs_nothing_from_elsewhere(page: Page) -> None:
    assert page.references and all(reference.startswith("#") for reference in page.references)
    assert {reference[1:] for reference in page.references} <= set(page.ids)
    assert "link" not in page.count and "iframe" not in page.count
    assert "default-src 'none'" in page.policy


def test_a_browser_runs_the_two_scripts_that_the_page_names_and_no_other(page: Page) -> None:
    assert page.count["script"] == len(page.scripts) == 3  # the first holds values, which no browser runs
    for script in page.scripts[1:]:
        assert f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}" in page.policy
    assert "unsafe" not in page.policy.partition("style-src")[0]


def test_tables_curves_and_provenance_are_there(page: Page) -> None:
    assert (page.count["table"], page.count["details"]) == (2, 2)
    assert {"92.00", "82.00", "72.00", "62.00"} <= set(page.words)
    assert "t, content " + "ab" * 32 in page.words
    assert "0 to 2" in page.words
    assert "cifar10 valid 95.00, test 86.00; cifar100 test 64.00" in page.words
    assert any("p: 7" in words for words in page.words)
    (group,) = page.data
    assert group["curves"]["seconds"][0]["test"][0][-1] == 82.0
    assert {"accuracy", "regret", "mean rank", "Every search", "Critical differences"} <= set(page.words)


def test_rows_say_what_they_are_to_a_screen_reader(page: Page) -> None:
    assert page.scopes.count("row") == 2 + 1  # two configurations, and one test
    assert page.count["caption"] == 1 and page.live == 2


def test_labels_are_shown_as_they_are(page: Page) -> None:
    assert "<script>mine</script>" in page.words


def test_no_text_of_a_folder_is_markup(evil: Path) -> None:
    found = Page(to_html(make_report([evil], at=[50.0])))
    assert found.count["script"] == 3 and not {"img", "link", "iframe"} & found.count.keys()
    assert found.data[0]["configurations"][0]["label"].startswith('<script>alert(1)</script>"><img src=x')
    assert not {"<", ">", "&"} & set(found.scripts[0])
    assert all(reference.startswith("#") for reference in found.references)
    assert found.events == []
    assert any("<script>alert(1)</script>" in words for words in found.words)  # shown, as text
    assert any("{{ 7*7 }}" in words for words in found.words)


def test_the_same_results_are_the_same_page(by_hand: Path) -> None:
    assert to_html(make_report([by_hand])) == to_html(make_report([by_hand]))


def test_searches_that_found_nothing_and_what_was_found_are_shown(results: Callable, searches, scores) -> None:
    words = Page(to_html(make_report([results("job", {**searches, 5: []}, scores)]))).words
    assert {"4 (1 found nothing)", "0 to 2, 5 (1 found nothing)"} <= set(words)
    assert any(word.startswith("c (1 of 4 searches ended with it") for word in words)


def test_tests_and_published_numbers_are_tables(results: Callable, searches, scores) -> None:
    folders = [results(name, searches, scores, config_id=name, algorithm=name) for name in ("one", "two")]
    page = Page(to_html(make_report(folders, at=[50.0])))
    assert page.count["table"] == 4 and "At 50 simulated seconds: test accuracy on cifar10" in page.words


def test_notes_are_shown(results: Callable, searches, scores, by_hand: Path) -> None:
    begun = results("begun", searches, scores, finish=False)
    assert any(
        f"{begun.resolve()} is not finished" in words for words in Page(to_html(make_report([by_hand, begun]))).words
    )


def test_one_shot_searches_have_charts_of_their_own(
    one_shot: Callable, record: Callable, scores, by_hand: Path
) -> None:
    edge_weights = (0.2, 0.3, 0.5) * 2
    epochs = [
        record(1, parametric_edges=0, edge_weights=edge_weights),
        record(2, "b", parametric_edges=0, edge_weights=edge_weights),
    ]
    page = Page(to_html(make_report([by_hand, one_shot("supernet", {0: epochs}, scores)])))
    supernets = next(group["supernets"] for group in page.data if group["supernets"])
    assert "edges with skip_connect" in supernets["metrics"] and "2 epochs" in page.words
    edges = next(each for each in supernets["edges"] if each)
    assert edges["edges"] == ["1<-0", "2<-0"] and edges["y"][0] == [[0.2, 0.3, 0.5]] * 2
    assert any(
        words.startswith("1 of 1 searches of darts1 ended in an architecture without any parameters")
        for words in page.words
    )
    assert any("share an axis, not the hardware" in words for words in page.words)
    assert all(page.ids.count(reference[1:]) == 1 for reference in page.references)


def test_the_found_architecture_is_drawn(results: Callable) -> None:
    arch = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|"
    page = Page(to_html(make_report([results("job", {0: [(arch, 1.0, 1.0, True)]}, {arch: {"cifar10": (9.0, 8.0)}})])))
    assert page.count["svg"] == 1 and {"avg-pool 3x3", "conv 1x1", "Architectures that were found"} <= set(page.words)

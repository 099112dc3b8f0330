from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from nasbench_suite.report import found
from nasbench_suite.report.found import isomorphism_class, picture, searches_ending_alike
from nasbench_suite.report.load import load
from nasbench_suite.report.model import make_report

# one network: which of the first two nodes has the convolution does not matter
SKIPPED = "|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|"
LATER = "|skip_connect~0|+|none~0|nor_conv_3x3~1|+|none~0|none~1|nor_conv_1x1~2|"
OTHER = "|avg_pool_3x3~0|+|none~0|skip_connect~1|+|none~0|none~1|nor_conv_1x1~2|"
SCORES = {SKIPPED: {"cifar10": (93.0, 94.0)}, LATER: {"cifar10": (92.5, 93.5)}, OTHER: {"cifar10": (80.0, None)}}
SEARCHES = {seed: [(arch, 1.0, 1.0, True)] for seed, arch in enumerate((SKIPPED, LATER, OTHER, SKIPPED))}


def test_searches_that_ended_with_an_isomorphic_architecture_count(results: Callable) -> None:
    (row,) = make_report([results("job", {**SEARCHES, 4: []}, SCORES)]).rows
    assert (row.found, row.found_searches, row.found_valid, row.found_test) == (SKIPPED, 3, 93.0, 94.0)


def test_without_the_space_searches_that_ended_with_the_same_text_count(results: Callable) -> None:
    (row,) = make_report([results("job", SEARCHES, SCORES, space="of_nobody")]).rows
    assert (row.found, row.found_searches) == (SKIPPED, 2)


def test_a_space_that_cannot_be_imported_stops_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise RuntimeError(f"{name} needs another release of something")

    monkeypatch.setattr(found, "find_space", broken)
    assert isomorphism_class("theirs", SKIPPED) == SKIPPED and picture("theirs", SKIPPED) is None


def test_what_is_no_architecture_of_its_space_is_its_own_class_and_has_no_picture(results: Callable) -> None:
    folder = results("job", {0: [("a", 1.0, 1.0, True)], 1: [("a", 1.0, 1.0, True)]}, {"a": {"cifar10": (1.0, 2.0)}})
    assert searches_ending_alike(load([folder]).results[0], "a") == 2
    assert picture("nb201", "a") is None


def test_a_found_architecture_has_a_picture() -> None:
    svg = picture("nb201", SKIPPED)
    assert svg is not None and SKIPPED in ElementTree.fromstring(svg).attrib["aria-label"]


def test_what_was_found_in_words(results: Callable) -> None:
    (configuration,) = make_report([results("job", SEARCHES, SCORES)]).configurations
    ended = "3 of 4 searches ended with it or an isomorphic one"
    assert configuration.found == f"{SKIPPED} ({ended}, cifar10 valid 93.00 test 94.00)"
    (alone,) = make_report([results("alone", {0: SEARCHES[2]}, SCORES)]).configurations
    assert alone.found == f"{OTHER} (1 of 1 search ended with it or an isomorphic one, cifar10 valid 80.00)"

import csv
import gzip
import random
from itertools import islice
from pathlib import Path

import pytest

from nasbench_suite.compat.nats_bench.strings import str2lists, str2matrix
from nasbench_suite.compat.nni import query_nb201_trial_stats
from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb201 import NB201

SPACE = NB201()
ARCHS = random.Random(0).sample(list(SPACE.enumerate()), 200)


def test_lists_and_matrices_are_those_of_nats_bench() -> None:
    for arch in ARCHS:
        text = SPACE.format(arch)
        for form, written in (("lists", str2lists(text)), ("matrix", str2matrix(text))):
            for value in (written, str(written) if form == "lists" else repr(written), written):
                assert SPACE.parse_as(value) == (arch, form)


def test_naslibs_codes_are_those_of_the_published_scores(data: Path) -> None:
    with gzip.open(data / "zero_cost" / "nb201_cifar10.csv.gz", "rt") as file:
        lines = [line for line in islice(csv.DictReader(file), 500) if line.get("net_str")]
    with gzip.open(data / "zero_cost" / "nb201_ImageNet16-120.csv.gz", "rt") as file:
        lines += [line for line in islice(csv.DictReader(file), 500) if line.get("net_str")]
    assert lines
    for line in lines:
        assert SPACE.format(SPACE.parse(f"naslib:{line['net']}")) == line["net_str"]


def test_nnis_dictionaries_are_those_of_its_database(data: Path) -> None:
    found = query_nb201_trial_stats(None, None, None, path=data / "nni" / "nasbench201.db")
    archs = {SPACE.format(SPACE.parse_as(one["config"]["arch"]).arch) for one in islice(found, 30)}
    official = [SPACE.format(arch) for arch in SPACE.enumerate()]
    assert archs <= {official[0], official[284]}


def test_nasbench_201s_names_are_no_nni() -> None:
    wrong = {"0_1": "nor_conv_1x1", "0_2": "none", "1_2": "none", "0_3": "none", "1_3": "none", "2_3": "none"}
    with pytest.raises(ArchitectureError, match="expected operations among none, skip_connect, conv_1x1"):
        SPACE.parse_as(wrong)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ([[0, 4, 2, 2], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]], "targets as rows and sources as columns"),
        ([[0, 0, 0, 0], [5, 0, 0, 0], [2, 1, 0, 0], [2, 1, 1, 0]], "codes of operations"),
        ([(("none", 0),), (("none", 0), ("none", 0)), (("none", 0), ("none", 1), ("none", 2))], "each once"),
        ([(("nine", 0),), (("none", 0), ("none", 1)), (("none", 0), ("none", 1), ("none", 2))], "'nine'"),
        ("Structure(5 nodes with |none~0|)", "Structure"),
        ("Structure(4 nodes with |none~0|+|none~0|)", "expected a cell"),
    ],
)
def test_a_form_that_is_wrong_says_what_is(written: object, message: str) -> None:
    with pytest.raises(ArchitectureError, match=message):
        SPACE.parse_as(written)

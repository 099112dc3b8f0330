import bz2
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare

from nasbench_suite.space import Complexity, Space
from nasbench_suite.spaces.nats_sss import WIDTHS, NATSSizeSpace
from nasbench_suite.testing import SpaceContract

SPACE = NATSSizeSpace()


class TestContract(SpaceContract):
    def make_space(self) -> Space[Any]:
        return NATSSizeSpace()


def test_the_list_is_in_the_order_of_the_official_files(real_folder: Path) -> None:
    meta = pickle.loads(bz2.decompress((real_folder / "meta.pickle.pbz2").read_bytes()))
    assert [SPACE.format(arch) for arch in SPACE.enumerate()] == meta["meta_archs"]


def test_a_mutant_has_one_width_drawn_anew_which_may_be_the_old_one() -> None:
    rng, parent = np.random.default_rng(0), (8, 16, 24, 32, 64)
    mutants = np.array([SPACE.mutate(parent, rng) for _ in range(4000)])
    changed = mutants != parent
    assert changed.sum(axis=1).max() == 1
    assert chisquare([(~changed.any(axis=1)).sum(), changed.any(axis=1).sum()], [500, 3500]).pvalue > 0.001
    assert chisquare(changed.sum(axis=0)).pvalue > 0.001
    for layer in range(5):
        assert set(mutants[changed[:, layer], layer]) == set(WIDTHS) - {parent[layer]}


def test_samples_are_uniform_in_every_layer() -> None:
    rng = np.random.default_rng(0)
    for layer in np.array([SPACE.sample(rng) for _ in range(4000)]).T:
        assert chisquare(np.bincount(layer // 8 - 1, minlength=8)).pvalue > 0.001


def test_an_architecture_has_35_neighbours_each_one_width_away() -> None:
    arch = (8, 16, 24, 32, 64)
    neighbours = SPACE.neighbours(arch)
    assert len(set(neighbours)) == 35
    assert all(sum(a != b for a, b in zip(arch, other, strict=True)) == 1 for other in neighbours)


def test_codes_are_places_among_the_widths() -> None:
    assert SPACE.encode((8, 16, 24, 32, 64)) == (0, 1, 2, 3, 7)


def test_complexity_and_known_parameters_are_those_of_the_benchmark() -> None:
    assert SPACE.complexity((8,) * 5, 32, classes=10, in_channels=3) == Complexity(11_714, 4_481_114)
    assert SPACE.known_parameters((8,) * 5, "cifar10") == pytest.approx(0.011714)
    assert SPACE.known_parameters((8,) * 5, "mine") is None


def test_there_is_no_supernet() -> None:
    with pytest.raises(Exception, match="no supernet"):
        SPACE.supernet()

from itertools import combinations

import pytest

from nasbench_suite.report.figures.colours import ALGORITHMS, looks

TABLE = ("random", "rea", "reinforce", "bohb", "hyperband", "local_search", "tpe", "asha", "successive_halving")
ONE_SHOT = ("darts1", "darts2", "gdas", "setn", "enas", "rsps")


@pytest.mark.parametrize("names", [TABLE, ONE_SHOT])
def test_an_algorithm_keeps_its_colour_whichever_others_are_beside_it(names: tuple[str, ...]) -> None:
    whole = dict(zip(names, looks(names), strict=True))
    for pair in combinations(names, 2):
        assert looks(pair) == [whole[name] for name in pair]
    assert [colour for _, colour in whole.values()] == [ALGORITHMS[name] for name in names]


def test_an_algorithm_of_somebody_else_keeps_its_colour_too() -> None:
    (_, alone), _ = looks(["theirs", "rea"])
    assert looks(["random", "tpe", "theirs"])[2] == ("-", alone)


def test_all_algorithms_in_one_picture_differ() -> None:
    found = looks([*ALGORITHMS, "one", "two", "three"])
    assert len(set(found)) == len(found)


def test_configurations_of_one_algorithm_share_its_colour_and_differ_in_dashes_then_shades() -> None:
    *reas, (dash, colour) = looks([*["rea"] * 10, "random"])
    assert len(set(reas)) == 10 and (dash, colour) == ("-", "#000000")
    assert [found for found, _ in reas[:4]] == ["-", "--", ":", "-."] and {colour for _, colour in reas[:4]} == {
        "#0072B2"
    }


def test_where_all_are_of_one_algorithm_each_has_a_colour() -> None:
    found = looks(["rea"] * 7)
    assert len({colour for _, colour in found}) == 7 and {dash for dash, _ in found} == {"-"}

from xml.etree import ElementTree

import pytest

from nasbench_suite.errors import ArchitectureError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.architecture import NONE, numbers

SVG = "{http://www.w3.org/2000/svg}"
CELL = "|avg_pool_3x3~0|+|nor_conv_1x1~0|none~1|+|nor_conv_1x1~0|skip_connect~1|nor_conv_3x3~2|"


def test_a_picture_names_the_nodes_and_the_operations_between_them() -> None:
    space = NB201()
    picture = ElementTree.fromstring(space.draw(space.parse(CELL)))
    assert [text.text for text in picture.iter(f"{SVG}text")] == [
        "input", "avg-pool 3x3", "1", "conv 1x1", "2", "conv 1x1", "skip", "conv 3x3", "output",
    ]  # fmt: skip
    assert CELL in picture.attrib["aria-label"]


def test_every_architecture_has_a_picture_of_its_operations() -> None:
    space = NB201()
    for arch in list(numbers())[::97]:
        picture = ElementTree.fromstring(space.draw(arch))
        operations = sum(operation != NONE for operation in arch)
        assert len(list(picture.iter(f"{SVG}rect"))) == 4 + operations
        assert len(list(picture.iter(f"{SVG}path"))) == 2 * 2 * operations


def test_what_is_no_architecture_is_refused() -> None:
    with pytest.raises(ArchitectureError, match="6 operation"):
        NB201().draw((0, 1))

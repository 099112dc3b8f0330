import pickle

import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.notebook import Svg, as_pandas, facts, grid
from nasbench_suite.space import Space
from nasbench_suite.spaces.nb201 import NB201


def test_every_text_is_escaped() -> None:
    for html in (facts("<b>", [("<i>", "<script>")]), grid("<b>", ["<i>"], [["<script>", None]])):
        assert "<script>" not in html
        assert html.count("&lt;") == 3


def test_a_drawing_is_text_that_a_notebook_shows(space: NB201) -> None:
    drawing = space.draw((3, 3, 0, 1, 2, 4))
    assert isinstance(drawing, Svg)
    assert drawing._repr_svg_() == drawing
    assert pickle.loads(pickle.dumps(drawing)) == drawing
    assert str(drawing) in facts("found", [("it", drawing)])


@pytest.mark.parametrize("arch", [(3, 3, 0, 1, 2, 4), "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"])
def test_a_space_shows_a_value_and_a_text(space: NB201, arch: object) -> None:
    assert space.show(arch).startswith("<svg")  # type: ignore[arg-type]


def test_without_pandas_to_pandas_says_so() -> None:
    class Table:
        def to_pandas(self) -> None:
            raise ModuleNotFoundError("No module named 'pandas'")

    with pytest.raises(ConfigError, match="pip install pandas"):
        as_pandas(Table())


def test_a_space_is_what_it_lists(space: NB201) -> None:
    assert len(space) == len(list(space)) == 15_625
    assert repr(space) == "<space nb201: 15,625 architectures>"
    assert "nor_conv_3x3" in space._repr_html_()
    assert next(iter(space)) in space
    assert "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|" in space
    for other in ("x", (1, 2), None, 5, [3, 3, 0, 1, 2, 4], float("nan")):
        assert other not in space


def test_a_space_that_cannot_be_listed_has_no_length() -> None:
    from nasbench_suite.registry.spaces import find_space

    space: Space = find_space("nds_darts")
    assert space
    assert "cannot be listed" in repr(space)
    with pytest.raises(ConfigError, match="confined_to"):
        len(space)

from xml.etree import ElementTree

from nasbench_suite.spaces.nds import NDSDARTS, NDSResNet
from nasbench_suite.spaces.nds.stages import EXAMPLE

SVG = "{http://www.w3.org/2000/svg}"
CELL = (
    "sep_conv_3x3~0+skip_connect~1|sep_conv_3x3~0+sep_conv_5x5~1|skip_connect~0+max_pool_3x3~2|"
    "dil_conv_3x3~1+sep_conv_3x3~4:2,3,4,5"
)
DARTS = f"normal={CELL} reduce={CELL} depth=20 width=36 aux=1 drop=0.0 lr=0.1 wd=0.0005"


def texts(picture: str) -> list[str | None]:
    return [text.text for text in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def test_both_cells_are_drawn_with_their_operations_and_sizes() -> None:
    space = NDSDARTS()
    found = texts(space.draw(space.parse(DARTS)))
    assert found.count("sep conv 3x3") == 2 * 3 and found.count("+") == 2 * 4 and found.count("concat") == 2
    assert {"normal cell", "reduction cell", "20 cells, 36 channels, auxiliary head"} <= set(found)


def test_an_edge_goes_from_each_source_to_its_operation_on_to_its_node_and_to_the_output() -> None:
    space = NDSDARTS()
    picture = ElementTree.fromstring(space.draw(space.parse(DARTS)))
    assert len(list(picture.iter(f"{SVG}path"))) == 2 * 2 * (8 + 8 + 4)


def test_stages_are_a_chain_of_their_sizes() -> None:
    space = NDSResNet()
    assert texts(space.draw(space.parse(EXAMPLE))) == [
        "res basic block", "stem: 1 x 16 channels", "9 x 16 channels", "9 x 32 channels, stride 2",
        "9 x 64 channels, stride 2",
    ]  # fmt: skip

from xml.etree import ElementTree

from nasbench_suite.drawing.graph import Graph, Vertex, draw_graphs

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("input", "kept", "fed but unused", "used but unfed", "output")
GRAPH = Graph(tuple(Vertex(name, "#eeeeee") for name in NAMES), ((0, 1), (1, 4), (0, 2), (3, 4)))


def test_what_is_on_no_way_from_input_to_output_is_not_alive() -> None:
    assert GRAPH.alive == {0, 1, 4}


def test_a_picture_has_a_box_and_a_name_per_vertex_and_a_line_and_a_head_per_edge() -> None:
    picture = ElementTree.fromstring(draw_graphs([GRAPH], "a graph"))
    assert [text.text for text in picture.iter(f"{SVG}text")] == list(NAMES)
    boxes, paths = list(picture.iter(f"{SVG}rect")), list(picture.iter(f"{SVG}path"))
    assert len(boxes) == 5 and len(paths) == 2 * 4
    assert ["stroke-dasharray" in box.attrib for box in boxes] == [False, False, True, True, False]
    assert sum("stroke-dasharray" in path.attrib for path in paths) == 2


def test_everything_is_within_the_picture() -> None:
    wide = Graph((Vertex("in", "#eee"), *[Vertex("a long name of an operation", "#eee")] * 5, Vertex("out", "#eee")),
                 tuple((0, at) for at in range(1, 7)) + tuple((at, 6) for at in range(1, 6)), title="wide")  # fmt: skip
    picture = ElementTree.fromstring(draw_graphs([GRAPH, wide], "two", "a caption"))
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for box in picture.iter(f"{SVG}rect"):
        x, y, w, h = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height


def test_a_picture_needs_nothing_beside_it_and_texts_do_nothing() -> None:
    evil = '<script>alert(1)</script>&"\x00\x1b'
    graph = Graph((Vertex(evil, "#eee"), Vertex("out", "#eee")), ((0, 1),), title=evil)
    text = draw_graphs([graph], evil, evil)
    picture = ElementTree.fromstring(text)
    assert {element.tag.removeprefix(SVG) for element in picture.iter()} == {"svg", "rect", "path", "text"}
    assert "<script" not in text and "href" not in text and "url(" not in text
    assert picture.attrib["aria-label"].startswith("<script>alert(1)</script>")

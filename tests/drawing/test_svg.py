from xml.etree import ElementTree

from nasbench_suite.drawing import svg


def test_a_text_is_text_wherever_it_stands() -> None:
    evil = "\"><script>'\x00\x1b\ufffe"
    picture = ElementTree.fromstring(svg.document(10, 20, evil, [svg.text((1, 2), evil, 12)]))
    assert len(list(picture.iter())) == 2
    assert picture.attrib["aria-label"] == "\"><script>'   " and picture[0].text == "\"><script>'   "


def test_an_arrow_ends_in_its_last_point() -> None:
    text = svg.arrow([(0.0, 0.0), (10.0, 40.0)])
    assert text.endswith('<path d="M10.0 40.0l-3.5 -7h7z" fill="currentColor"/>')

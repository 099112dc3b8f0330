import xml.etree.ElementTree as ElementTree

import pytest

from nasbench_suite.report.critical_difference import CriticalDifference
from nasbench_suite.report.page.rank_diagram import rank_diagram

FOUND = CriticalDifference((("rea", 1.5), ("<b>&", 2.0), ("random", 2.5)), 10, 0.7, 0.01, ((0, 1), (1, 2)))


def test_the_diagram_names_every_configuration_with_its_rank() -> None:
    drawn = ElementTree.fromstring(rank_diagram(FOUND))
    texts = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"rea  1.50", "<b>&  2.00", "2.50  random", "critical difference 0.70"} <= set(texts)
    assert "rea 1.50" in drawn.attrib["aria-label"]


def test_bars_that_share_a_configuration_have_rows_of_their_own() -> None:
    drawn = ElementTree.fromstring(rank_diagram(FOUND))
    bars = [each.attrib["d"] for each in drawn.iter() if each.attrib.get("stroke-width") == "4"]
    assert len({bar.split("H")[0].split()[-1] for bar in bars}) == 2


@pytest.mark.parametrize("count", [2, 60])
def test_any_number_of_configurations_has_room(count: int) -> None:
    ranks = tuple((f"{at} rea", 1 + at * (count - 1) / count) for at in range(count))
    drawn = ElementTree.fromstring(rank_diagram(CriticalDifference(ranks, 10, 500.0, None, ((0, count - 1),))))
    height = float(drawn.attrib["viewBox"].split()[3])
    texts = [float(each.attrib["y"]) for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert min(texts) > 0 and max(texts) < height

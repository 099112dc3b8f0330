"""The form of what the project links to; whether it is there `make links` asks, which needs a network."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "links.py"


@pytest.fixture
def checked() -> ModuleType:
    spec = spec_from_file_location("links", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_links_are_https_of_one_spelling_and_an_arxiv_number_is_always_one_paper(checked: ModuleType) -> None:
    assert checked.complaints() == []
    assert len(checked.links()) > 25 and len({paper.number for paper in checked.papers()}) > 30
    assert {"CITATIONS.bib", "docs/nb101.md", "algorithms/rea.py"} <= {paper.file for paper in checked.papers()}


def test_another_author_year_scheme_or_spelling_is_told(checked: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """Real et al. 2019 (arXiv:1802.01548), as http://a.org/x and https://A.org/x/ say.
    Liu, Simonyan and Yang 2029, arXiv:1806.09055; Dong and Yang
    # 2019, [arXiv:1802.01548](https://arxiv.org/abs/1802.01584)."""
    monkeypatch.setattr(checked, "texts", lambda: [("a.md", text)])
    assert checked.complaints() == [
        "a.md: http://a.org/x: expected https",
        "one address in several spellings: http://a.org/x, https://A.org/x/",
        "a.md: arXiv:1802.01548 links to 1802.01584",
        "a.md: Liu 2029: arXiv:1806.09055 is of 2018",
        "arXiv:1802.01548 is by Dong and by Real",
    ]


def test_an_address_that_is_not_there_is_named(checked: ModuleType) -> None:
    assert checked.broken((SCRIPT.parent / "none.html").as_uri()).startswith("file:///")
    assert checked.broken(SCRIPT.as_uri()) is None

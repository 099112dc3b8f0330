from importlib.metadata import version
from pathlib import Path

import pytest

from nasbench_suite.folders import home
from nasbench_suite.report.page.script import charting_library


@pytest.fixture(autouse=True)
def _anew() -> None:
    charting_library.cache_clear()


def test_the_library_is_kept_in_the_users_folder() -> None:
    script = charting_library()
    assert "vegaEmbed" in script
    kept = home() / "scripts" / f"vega-{version('vl-convert-python')}.js"
    assert kept.read_text(encoding="utf-8") == script


def test_where_nothing_can_be_written_it_is_put_together_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way of a folder")
    monkeypatch.setenv("NASBENCH_SUITE_HOME", str(tmp_path / "file"))
    assert "vegaEmbed" in charting_library()

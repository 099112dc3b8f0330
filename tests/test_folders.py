from pathlib import Path

from nasbench_suite.folders import relative_path


def test_a_path_is_written_as_its_reader_needs_it(tmp_path: Path) -> None:
    assert relative_path(tmp_path / "a" / "b.png", tmp_path) == "a/b.png"
    assert relative_path(tmp_path / "b.png", tmp_path / "a") == str(tmp_path / "b.png")

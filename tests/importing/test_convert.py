from pathlib import Path

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.folders import table_path
from nasbench_suite.importing.convert import sha256
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201


def test_a_missing_file_is_told() -> None:
    with pytest.raises(SourceError, match="there is no such file"):
        import_file(NB201(), Path("nowhere.csv"), table_path("t"))


def test_a_foreign_file_is_answered_with_the_formats_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    with pytest.raises(SourceError, match=r"expected .*a CSV, plain or gzip"):
        import_file(NB201(), path, table_path("t"))


def test_an_unknown_format_is_answered_with_the_list(small_csv: Path) -> None:
    with pytest.raises(SourceError, match="tidy; got 'xlsx'"):
        import_file(NB201(), small_csv, table_path("t"), format="xlsx")


def test_a_named_format_is_taken(small_csv: Path) -> None:
    assert import_file(NB201(), small_csv, table_path("t"), format="tidy").source.format == "tidy"


def test_a_folders_hash_covers_names_and_contents_and_not_its_place(tmp_path: Path) -> None:
    def folder(name: str, **files: str) -> Path:
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(content)
        return tmp_path / name

    first = sha256(folder("one", a="1", b="2"))
    assert first == sha256(folder("two", b="2", a="1"))
    assert len({first, sha256(folder("three", a="2", b="1")), sha256(folder("four", a="1", c="2"))}) == 3

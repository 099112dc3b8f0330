"""A damaged file ends in a table or in one line; never in a crash, a hang or something half-made."""

import random
from pathlib import Path

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201


@pytest.mark.parametrize("seed", range(24))
def test_a_changed_byte_gives_a_table_or_one_line(seed: int, files: dict[str, Path], tmp_path: Path) -> None:
    draw = random.Random(seed)
    data = bytearray(files["legacy pth"].read_bytes())  # the one format without checksums
    for _ in range(draw.choice((1, 4))):
        data[draw.randrange(15, len(data))] = draw.randrange(256)
    (tmp_path / "file.pth").write_bytes(bytes(data))
    try:
        import_file(NB201(), tmp_path / "file.pth", tmp_path / "home" / "table.mdb")
    except SourceError as error:
        assert "\n" not in str(error)
        assert not list((tmp_path / "home").glob("*"))
    else:
        assert [path.name for path in (tmp_path / "home").iterdir()] == ["table.mdb"]

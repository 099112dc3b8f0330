import bz2
import zipfile
from pathlib import Path

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.archives import bounded_bz2, open_zip

MIB = 1 << 20


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def names(path: Path) -> list[str]:
    with path.open("rb") as file, open_zip(file, path) as archive:
        return [member.filename for member in archive.infolist() if archive.read(member) is not None]


def test_a_zip_file_of_data_is_opened(tmp_path: Path) -> None:
    assert names(zipped(tmp_path / "x.zip", {"a": b"a" * 9999, "b": bytes(range(256)) * 100})) == ["a", "b"]


def test_a_member_that_expands_a_thousandfold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'big' says that it expands to 41,943,040 bytes"):
        names(zipped(tmp_path / "x.zip", {"small": b"", "big": bytes(40 * MIB)}))


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a": bytes(range(256)) * 999})
    content = path.read_bytes()
    at = content.rindex(b"PK\x01\x02")
    entry, end = content[at:-22], bytearray(content[-22:])
    end[8:12] = (200).to_bytes(2, "little") * 2
    end[12:16] = (200 * len(entry)).to_bytes(4, "little")
    path.write_bytes(content[:at] + entry * 200 + end)
    with pytest.raises(SourceError, match="members overlap"):
        names(path)


def test_a_member_under_another_name_than_the_directorys_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"archive/data.pkl": b"x" * 50})
    content = path.read_bytes()
    path.write_bytes(content.replace(b"archive/data.pkl", b"archive/evil.pkl", 1))
    with pytest.raises(zipfile.BadZipFile):
        names(path)


def test_a_bz2_file_that_expands_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.pickle.pbz2"
    path.write_bytes(bz2.compress(bytes(200 * MIB), 9))
    read = 0
    with path.open("rb") as file, bz2.BZ2File(file) as data:
        take = bounded_bz2(data, file, path)
        with pytest.raises(SourceError, match="expands to more than 300 times its size"):
            while block := take(MIB):
                read += len(block)
    assert read < 40 * MIB

import bz2
import gzip
import io
import lzma
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.folders import home, table_path
from nasbench_suite.importing.foreign_files import check_arrived
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.spaces.nb101.tfrecord import frame
from nasbench_suite.table import Metadata
from performance.generators import nb101_tfrecord, nb201_files, nds_archive

CELL = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
CSV = f"arch,dataset,epochs,valid_accuracy\n{CELL},a,12,50.5\n".encode()
PAGE = b"\n<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head></html>"


def taken(path: Path, space: str = "nb201") -> Metadata:
    metadata = import_file(find_space(space), path, table_path("mine"), force=True)
    assert not list((home() / "unpacked").glob("source-*"))
    return metadata


def refused(path: Path, message: str, space: str = "nb201") -> None:
    with pytest.raises(SourceError, match=message) as caught:
        taken(path, space)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)
    assert "source-" not in str(caught.value)
    assert not list((home() / "unpacked").glob("source-*"))


def tarred(path: Path, source: Path, mode: str) -> Path:
    with tarfile.open(path, mode) as archive:
        archive.add(source, source.name)
    return path


def zipped(path: Path, source: Path) -> Path:
    files = sorted(source.rglob("*")) if source.is_dir() else [source]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(source.parent))
    return path


PACK: dict[str, Callable[[Path, Path], Path]] = {
    ".tar": lambda path, source: tarred(path, source, "w"),
    ".tar.gz": lambda path, source: tarred(path, source, "w:gz"),
    ".tgz": lambda path, source: tarred(path, source, "w:gz"),
    ".tar.bz2": lambda path, source: tarred(path, source, "w:bz2"),
    ".tar.xz": lambda path, source: tarred(path, source, "w:xz"),
    ".zip": zipped,
}
ALONE: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, Path]]:
    """A source of each format: the name of its space, and its place."""
    folder = tmp_path_factory.mktemp("sources")
    (folder / "mine.csv").write_bytes(CSV)
    nb201_files.write_nats_folder(folder / "NATS-tss-v1_0-3ffb9-simple", 1)
    nb201_files.write_nats_file(folder / "NATS-tss.pickle.pbz2", 1)
    cells, rng = islice(NB101().enumerate(), 5), np.random.default_rng(0)
    records = [frame(row) for cell in cells for row in nb101_tfrecord.rows(cell, True, rng)]
    (folder / "few.tfrecord").write_bytes(b"".join(records))
    nds_archive.write(folder / "nds_data", 0.0005, ["ResNet"])
    return {
        "tidy": ("nb201", folder / "mine.csv"),
        "nats-tss-folder": ("nb201", folder / "NATS-tss-v1_0-3ffb9-simple"),
        "nats-tss-pickle": ("nb201", folder / "NATS-tss.pickle.pbz2"),
        "nb101-tfrecord": ("nb101", folder / "few.tfrecord"),
        "nds": ("nds_resnet", folder / "nds_data"),
    }


Sources = dict[str, tuple[str, Path]]


FORMATS = ("tidy", "nats-tss-folder", "nats-tss-pickle", "nb101-tfrecord", "nds")


@pytest.mark.parametrize(
    ("format", "ending"),
    [
        *(("tidy", ending) for ending in sorted(PACK)),
        *(("nb101-tfrecord", ending) for ending in (".tar.gz", ".zip")),
        *(("nats-tss-folder", ending) for ending in (".tar", ".zip")),
        ("nats-tss-pickle", ".tar.bz2"),
        *(("nds", ending) for ending in (".tar.xz", ".zip")),
    ],
)
def test_an_archive_is_what_is_in_it(sources: Sources, tmp_path: Path, format: str, ending: str) -> None:
    space, source = sources[format]
    plain = taken(source, space)
    packed = taken(PACK[ending](tmp_path / f"download{ending}", source), space)
    assert packed.content_sha256 == plain.content_sha256
    if space != "nds_resnet" or ending != ".zip":  # which has a reader of its own
        assert packed.source == plain.source


@pytest.mark.parametrize("ending", sorted(ALONE))
@pytest.mark.parametrize("format", ["tidy", "nats-tss-pickle", "nb101-tfrecord"])
def test_a_file_that_is_compressed_alone_is_read(sources: Sources, tmp_path: Path, format: str, ending: str) -> None:
    space, source = sources[format]
    packed = tmp_path / f"{source.name}{ending}"
    packed.write_bytes(ALONE[ending](source.read_bytes()))
    assert taken(packed, space).content_sha256 == taken(source, space).content_sha256


@pytest.mark.parametrize("format", FORMATS)
def test_a_folder_one_level_up_is_the_one_source_in_it(sources: Sources, tmp_path: Path, format: str) -> None:
    space, source = sources[format]
    above = tmp_path / "downloads"
    above.mkdir()
    (above / "README.md").write_text("what this is")
    (shutil.copytree if source.is_dir() else shutil.copy)(source, above / source.name)
    assert taken(above, space).content_sha256 == taken(above / source.name, space).content_sha256


def test_an_archive_in_an_archive_is_opened(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(CSV)
    inner = tarred(tmp_path / "mine.tar.gz", tmp_path / "mine.csv", "w:gz")
    assert taken(zipped(tmp_path / "mine.zip", inner)).source.file == "mine.csv"


def test_a_folder_or_archive_of_several_sources_asks_for_one(tmp_path: Path) -> None:
    above = tmp_path / "downloads"
    above.mkdir()
    for name in ("a.csv", "b.csv"):
        (above / name).write_bytes(CSV)
    refused(above, r"has 2 files or folders to import, a\.csv, b\.csv; name one of them")
    refused(zipped(tmp_path / "both.zip", above), r"has 2 files or folders to import.*name one")


def test_an_archive_of_something_else_says_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    refused(zipped(tmp_path / "x.zip", tmp_path / "notes.txt"), r"not a format .*\(it has notes\.txt\); expected")


def test_what_is_wrong_in_an_archive_is_named_after_the_archive(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(CSV.replace(b"50.5", b"many"))
    refused(zipped(tmp_path / "x.zip", tmp_path / "mine.csv"), r"x\.zip, mine\.csv, line 2: expected a number")


@pytest.mark.parametrize("name", ["x.csv", "x.pth", "x.tfrecord", "x.json", "x.pickle.pbz2", "x.zip"])
@pytest.mark.parametrize("space", ["nb101", "nb201", "nds_resnet", "nb_macro", "nats_sss"])
def test_a_web_page_says_so_whatever_it_is_called(tmp_path: Path, name: str, space: str) -> None:
    (tmp_path / name).write_bytes(PAGE)
    refused(tmp_path / name, "a web page, not the file", space)


def test_a_web_page_in_an_archive_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(PAGE)
    refused(zipped(tmp_path / "x.zip", tmp_path / "x.csv"), r"x\.zip, x\.csv: a web page")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (bytes(5000), "nothing but zeros"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "pointer of Git LFS"),
        ("arch,dataset".encode("utf-16"), "UTF-16; save it in UTF-8"),
        (b"PAR1....", "a Parquet file; write it as CSV"),
        (b"7z\xbc\xaf\x27\x1c", "7z archive; unpack it first"),
    ],
)
def test_what_is_no_data_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    refused(tmp_path / "x.csv", message)


def test_an_empty_folder_and_an_unfinished_download_say_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    refused(tmp_path / "folder", "the folder is empty")
    (tmp_path / "mine.csv.crdownload").write_bytes(CSV)
    refused(tmp_path / "mine.csv.crdownload", "half a download")


@pytest.mark.parametrize("ending", sorted({*PACK, *ALONE}))
def test_half_a_download_says_so_at_any_length(sources: Sources, tmp_path: Path, ending: str) -> None:
    space, source = sources["nb101-tfrecord"]
    packed = tmp_path / f"x{ending}"
    if ending in PACK:
        PACK[ending](packed, source)
    else:
        packed.write_bytes(ALONE[ending](source.read_bytes()))
    whole = packed.read_bytes()
    end = len(whole.rstrip(b"\0")) if ending == ".tar" else len(whole)  # blocks of zeros follow a tar's end
    for length in (*range(1, 600, 83), end // 2, (end // 1024) * 512, end - 600):
        packed.write_bytes(whole[:length])
        with pytest.raises(SourceError) as caught:
            taken(packed, space)
        assert str(caught.value).startswith(str(packed)) and "\n" not in str(caught.value)
    assert "fetch it again" in str(caught.value)


def test_columns_come_in_archives_too(write_small: Callable[..., Any], tmp_path: Path) -> None:
    from nasbench_suite.importing.annotate import annotate
    from nasbench_suite.importing.tidy_columns import TidyColumnReader
    from nasbench_suite.registry.tables import open_table

    write_small(table_path("mine"))
    text = open_table("mine").architecture(3)
    (tmp_path / "costs.csv").write_text(f"arch,size [MB]\n{text},7.25\n")
    packed = tarred(tmp_path / "costs.tar.xz", tmp_path / "costs.csv", "w:xz")
    added = annotate(open_table("mine"), [TidyColumnReader()], packed)
    assert added.annotation.source.file == "costs.csv"
    assert open_table("mine").columns.find("size", "cifar10").value(3) == 7.25
    (tmp_path / "costs.csv").write_bytes(PAGE)
    with pytest.raises(SourceError, match="a web page"):
        annotate(open_table("mine"), [TidyColumnReader()], tmp_path / "costs.csv")


def member(name: str, content: bytes = CSV, **attributes: Any) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, content


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([member("../mine.csv")], "leads elsewhere"),
        ([member("/etc/mine.csv")], "leads elsewhere"),
        ([member("a/../../mine.csv")], "leads elsewhere"),
        ([member("mine.csv", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "a link or no plain file"),
        ([member("mine.csv", b"", type=tarfile.LNKTYPE, linkname="/etc/passwd")], "a link or no plain file"),
        ([member("mine.csv", b"", type=tarfile.FIFOTYPE)], "a link or no plain file"),
        ([member("mine.csv"), member("mine.csv")], "is in it twice"),
        ([member("mine.csv"), member("mine.csv/x.csv")], "is in it twice"),
    ],
)
def test_members_that_lead_elsewhere_are_refused(
    tmp_path: Path, members: list[tuple[tarfile.TarInfo, bytes]], message: str
) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    refused(tmp_path / "x.tar", message)


@pytest.mark.parametrize("name", ["../mine.csv", "/mine.csv", "a\\..\\mine.csv"])
def test_zip_members_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(name, CSV)
    refused(tmp_path / "x.zip", "leads elsewhere")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("mine.csv")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    refused(tmp_path / "x.zip", "a link or no file")


@pytest.mark.parametrize("ending", [*sorted(ALONE), ".tar.gz", ".zip"])
def test_a_bomb_is_refused_before_it_fills_the_disk(tmp_path: Path, ending: str) -> None:
    bomb = bytes(64 << 20)
    packed = tmp_path / f"x{ending}"
    if ending in ALONE:
        packed.write_bytes(ALONE[ending](bomb))
    else:
        (tmp_path / "x").write_bytes(bomb)
        PACK[ending](packed, tmp_path / "x")
    refused(packed, "expands to")


def test_a_tar_header_of_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    info = tarfile.TarInfo("PaxHeaders")
    info.type, info.size = tarfile.XHDTYPE, 1 << 33
    (tmp_path / "x.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    refused(tmp_path / "x.tar", "has a header of 8,589,934,592 bytes")


def test_what_a_killed_import_left_is_cleared_away(tmp_path: Path) -> None:
    left = home() / "unpacked" / "source-left"
    left.mkdir(parents=True)
    (left / "big").write_bytes(b"x")
    left.with_name("source-left.lock").touch()
    (tmp_path / "mine.csv").write_bytes(CSV)
    taken(zipped(tmp_path / "x.zip", tmp_path / "mine.csv"))
    assert not left.exists()


def test_an_empty_csv_is_told_what_a_csv_begins_with(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_bytes(b"")
    with pytest.raises(SourceError, match="the file is empty; expected a line of headings, arch among them"):
        check_arrived(tmp_path / "own.csv")

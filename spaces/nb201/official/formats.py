"""Which official format a file or folder is in, judged by its content and not by its name."""

from pathlib import Path

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb201.official.folders import Folder, index_in_name
from nasbench_suite.spaces.nb201.official.release import ARCHIVES, PTH, TOPOLOGY, Release
from nasbench_suite.spaces.nb201.official.source import OfficialSource
from nasbench_suite.spaces.nb201.official.streams import BZ2, ZIP, magic
from nasbench_suite.spaces.nb201.official.whole import WholeFile
from nasbench_suite.unpickle.tensors import TORCH_LEGACY


def open_source(path: Path | str, processes: int | None = None, release: Release = TOPOLOGY) -> OfficialSource:
    """Recognises an official file or folder; nothing but its beginning is read yet.

    Args:
        path: a `.pth`, a `.pickle.pbz2`, a `-simple` or `-full` folder, or a folder of `NNNNNN-FULL.pth`.
        processes: how many read a folder; all cores unless said otherwise.
        release: the benchmark that it is expected to be of.

    Raises:
        SourceError: there is nothing, or something else.
    """
    path = Path(path)
    if path.is_dir():
        return Folder(path, _folder_format(path, release), release, processes)
    if not path.is_file():
        raise SourceError(f"{path}: expected a file or folder, found nothing")
    start = magic(path)
    if start == TORCH_LEGACY or start.startswith(ZIP):
        return WholeFile(path, PTH, release)
    if start.startswith(BZ2):
        return WholeFile(path, release.file, release)
    raise SourceError(
        f"{path}: expected an official NAS-Bench-201 file (.pth) or NATS-Bench file (.pickle.pbz2), "
        "found neither a torch file nor bz2"
    )


def _folder_format(path: Path, release: Release) -> str:
    # one file of each kind of name is looked into: a folder has 15,625
    examples = {file.name[-4:]: file for file in path.iterdir() if index_in_name(file) is not None}
    kinds = {magic(file)[:3] == BZ2 for file in examples.values()}
    if len(kinds) == 2:
        raise SourceError(f"{path}: expected files of one kind, found NATS-Bench's and NAS-Bench-201's")
    if not kinds:
        raise SourceError(f"{path}: expected a folder of NNNNNN.pickle.pbz2 or of NNNNNN-FULL.pth, found neither")
    return release.folder if kinds.pop() else ARCHIVES

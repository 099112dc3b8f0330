"""Several files of a job's folder replaced as one: a kill at any moment leaves all the old ones or all the new ones.

Each new file is written beside its place, as `.NAME.next`. The manifest, which names their checksums, is what makes
them count; then they are moved to their places, by the next process that opens the folder if this one is killed.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from nasbench_suite.atomic_write import atomic_write, sync_folder
from nasbench_suite.jobs import manifest

_NEXT = ".next"


def commit(folder: Path, contents: Mapping[str, bytes], seeds: Iterable[int]) -> None:
    """Replaces files of a folder.

    Args:
        folder: of the job; locked.
        contents: by name, all files that the manifest is to name.
        seeds: of the finished searches that they hold.

    Raises:
        OSError: the disk is full or fails; the old files count.
    """
    for name, content in contents.items():
        atomic_write(folder / f".{name}{_NEXT}", content)
    manifest.write(folder, {name: manifest.checksum(content) for name, content in contents.items()}, seeds)
    finish_commit(folder)


def finish_commit(folder: Path) -> None:
    """Moves the files of a commit to their places; those of one that never came to count are dropped.

    Raises:
        ResultsError: the manifest is damaged.
        OSError: the folder cannot be read or written.
    """
    staged = list(folder.glob(f".*{_NEXT}"))
    if not staged:
        return
    current = manifest.read(folder)
    for path in staged:
        name = path.name.removeprefix(".").removesuffix(_NEXT)
        wanted = None if current is None else current.files.get(name)
        if not path.is_symlink() and manifest.checksum(path.read_bytes()) == wanted:
            path.replace(folder / name)
        else:
            path.unlink()
    sync_folder(folder)

"""`nasbench-suite fetch`: official files, or where they are."""

from nasbench_suite.errors import ConfigError
from nasbench_suite.folders import home
from nasbench_suite.importing.convert import sha256
from nasbench_suite.importing.download import download
from nasbench_suite.importing.published_file import PublishedFile
from nasbench_suite.registry.published_files import find_published_file
from nasbench_suite.spaces.published_files import PUBLISHED_FILES


def show(name: str | None) -> None:
    """Fetches a file and prints its place; without a name, lists those that there are.

    Raises:
        ConfigError: there is none of that name, or it has no direct address; says where it is.
        SourceError: it did not come, or not whole.
    """
    if name is None:
        for one in PUBLISHED_FILES:
            print(f"{one.name}: {one.describes} (space {one.space})\n  " + "\n  ".join(_describe(one)))
        return
    published = find_published_file(name)
    if not published.direct:
        raise ConfigError(
            f"{published.file}: has no direct address; download it in a browser from {published.url} (its authors' "
            f"checksum: {published.checksum}), then `nasbench-suite import {published.space} PATH`"
        )
    path = download(published, home() / "downloads")
    print(f"{path}: SHA-256 {sha256(path)}{'' if published.sha256 else '; its authors state no checksum'}")
    print(f"next: nasbench-suite import '{published.space}' {path}")


def _describe(published: PublishedFile) -> list[str]:
    size = "" if published.size is None else f", {published.size}"
    return [
        f"{'from' if published.direct else 'by hand, from'} {published.url}{size}",
        f"SHA-256 {published.sha256}" if published.sha256 else f"its authors' checksum: {published.checksum}",
    ]

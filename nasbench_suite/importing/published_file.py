"""What is known of a file that a benchmark's authors published: where it is, and how to tell that it came whole."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedFile:
    """One file of a benchmark.

    Attributes:
        name: that `nasbench-suite fetch` takes.
        file: its own name.
        space: whose importer reads it; a pattern where several do.
        describes: what is in it.
        url: where it is.
        direct: whether the address is that of the file, and not of a page to click through.
        size: about how much it is, in words.
        sha256: of the file; None where its authors state none.
        checksum: what its authors state instead, in words.
    """

    name: str
    file: str
    space: str
    describes: str
    url: str
    direct: bool
    size: str | None = None
    sha256: str | None = None
    checksum: str | None = None

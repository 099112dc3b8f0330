"""What the project links to: `links.py` checks its form, `links.py --online` also whether each address is there.

A paper's arXiv number goes with the same first author wherever both are named, and with a year that can be its.
"""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
_KINDS = ("*.md", "*.py", "*.yaml", "*.yml", "*.toml", "*.bib")
# tests have addresses that are made up
_WITHOUT = ("tests/", "performance/")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\|{}()\[\],]+")
# names of XML, and addresses of which another part comes in the code
_NO_PAGES = ("http://www.w3.org/", "http://www.example", "https://git-lfs")
_NUMBER = r"(?P<number>\d{4}\.\d{4,5})"
_NAMED = re.compile(
    r"(?P<author>[A-Z][\w'-]+)(?:(?:, [A-Z]\w+)* and [A-Z]\w+| et al\.)?,? (?P<year>(?:19|20)\d\d),? \(?\[?"
    rf"arXiv:{_NUMBER}"
)
_LINKED = re.compile(r"\[(?:arXiv:)?(\d{4}\.\d{4,5}(?:v\d)?)\]\(https://arxiv\.org/abs/([^)]*)\)")
_ENTRY = re.compile(r"^@\w+\{.*?^\}", re.MULTILINE | re.DOTALL)


class Link(NamedTuple):
    """An address, and the file that has it."""

    address: str
    file: str


class Paper(NamedTuple):
    """A paper as a text names it."""

    number: str
    author: str
    year: int
    file: str


def texts() -> Iterator[tuple[str, str]]:
    """Yields the name and the text of every file of the project that may link."""
    listed = subprocess.run(["git", "ls-files", *_KINDS], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        if not name.startswith(_WITHOUT) and not (ROOT / name).is_symlink():
            yield name, (ROOT / name).read_text()


def links() -> list[Link]:
    """Lists every address, once a file."""
    found = {Link(match[0].rstrip(".:;"), name) for name, text in texts() for match in _ADDRESS.finditer(text)}
    return sorted(link for link in found if not link.address.startswith(_NO_PAGES))


def papers() -> list[Paper]:
    """Lists every paper that is named with its first author, its year and its arXiv number."""
    found = []
    for name, text in texts():
        if name.endswith(".bib"):
            found += [paper for entry in _ENTRY.findall(text) if (paper := _of_entry(entry, name)) is not None]
        else:
            flat = re.sub(r"\s*\n[\s#]*", " ", text)
            found += [Paper(one["number"], one["author"], int(one["year"]), name) for one in _NAMED.finditer(flat)]
    return found


def _of_entry(entry: str, name: str) -> Paper | None:
    number, author = re.search(rf"arXiv:{_NUMBER}", entry), re.search(r"author\s*=\s*\{([^,]+),", entry)
    year = re.search(r"year\s*=\s*\{(\d{4})\}", entry)
    if number is None or author is None or year is None:
        return None
    return Paper(number["number"], author[1], int(year[1]), name)


def complaints() -> list[str]:
    """Lists what is wrong with the form of links and papers, a line each."""
    found, spellings = [], defaultdict(set)
    for link in links():
        if not link.address.startswith("https://"):
            found.append(f"{link.file}: {link.address}: expected https")
        spellings[re.sub(r"^https?://(?:www\.)?|(?:\.git)?/?(?:#.*)?$", "", link.address.lower())].add(
            link.address.partition("#")[0]
        )
    found += [
        f"one address in several spellings: {', '.join(sorted(some))}" for some in spellings.values() if len(some) > 1
    ]
    for name, text in texts():
        wrong = [match for match in _LINKED.finditer(text) if match[1] != match[2]]
        found += [f"{name}: arXiv:{match[1]} links to {match[2]}" for match in wrong]
    authors = defaultdict(set)
    for paper in papers():
        authors[paper.number].add(paper.author)
        submitted = 2000 + int(paper.number[:2])
        if not submitted <= paper.year <= submitted + 3:
            found.append(f"{paper.file}: {paper.author} {paper.year}: arXiv:{paper.number} is of {submitted}")
    found += [
        f"arXiv:{number} is by {' and by '.join(sorted(some))}" for number, some in authors.items() if len(some) > 1
    ]
    return found


def broken(address: str) -> str | None:
    """Returns what an address answers where it is not there."""
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (nasbench-suite, links.py)"})
    try:
        with urllib.request.urlopen(request, timeout=30):
            return None
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"{address}: {error}"


if __name__ == "__main__":
    wrong = complaints()
    if "--online" in sys.argv[1:]:
        with ThreadPoolExecutor(8) as pool:
            answers = pool.map(broken, sorted({link.address for link in links()}))
            wrong += [answer for answer in answers if answer is not None]
    sys.exit("\n".join(wrong))

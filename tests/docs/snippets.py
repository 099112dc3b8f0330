"""The commands and Python snippets of a page of docs/, and how each is run.

A block is run as it stands, but for what an HTML comment in the line above it says:

    <!-- not run: REASON -->           it cannot run here; its commands must parse all the same
    <!-- run with: KEY=VALUE ... -->   the words added to its `run`, `build`, `score` and `distributions` commands,
                                       so that they take seconds, and small files are enough

A block below a line such as "`mine/protocol/short.yaml`:" is that file, and is written.

`python snippets.py PAGE` runs a page in the current folder: its blocks in order, Python in one namespace.
"""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?:^`(?P<file>[\w./-]+)`:\n\n)?"
    r"(?:^<!-- (?P<how>not run|run with): (?P<said>[^\n]*?) -->\n)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"(?:nasbench-suite|-m nasbench_suite) (?:run|build|distributions|score)\b[^#&|;\n]*")
_EXTRA = re.compile(r"pip install '?nasbench-suite\[([\w,]+)\]'?")


class Snippet(NamedTuple):
    """A block of a page.

    Attributes:
        language: as its fence names it.
        text: as it is run.
        line: of the page, where the text begins.
        reason: why it is not run; empty where it is.
        file: its name, where the block is a file.
    """

    language: str
    text: str
    line: int
    reason: str
    file: str


def snippets(page: Path) -> Iterator[Snippet]:
    """Lists the blocks of a page, in order."""
    text = page.read_text()
    for block in _BLOCK.finditer(text):
        line = text.count("\n", 0, block.start("text")) + 1
        code = block["text"].replace("\\\n", "  ") if block["language"] == "sh" else block["text"]
        if block["how"] == "run with":
            code = _COMMAND.sub(lambda found, said=block["said"]: f"{found[0].rstrip()} {said} ", code)
        yield Snippet(
            block["language"], code, line, block["said"] if block["how"] == "not run" else "", block["file"] or ""
        )


def commands(snippet: Snippet) -> Iterator[list[str]]:
    """Lists the calls of `nasbench-suite` in a block of shell commands, as words."""
    for line in snippet.text.splitlines():
        for part in re.split(r" && | \| ", line):
            words = shlex.split(part, comments=True)
            while words and re.fullmatch(r"\w+=.*", words[0]):
                words = words[1:]
            if words[:1] == ["nasbench-suite"]:
                yield words[1:]
            elif "nasbench_suite" in words:
                yield words[words.index("nasbench_suite") + 1 :]


def check_extras(text: str) -> None:
    """Says whether the extras that a block installs are ones of ours."""
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for named in _EXTRA.findall(text):
        assert set(named.split(",")) <= set(known), f"pip install nasbench-suite[{named}]: there is no such extra"


def run(page: Path) -> None:
    """Runs a page in the current folder."""
    names: dict[str, object] = {"__name__": "__main__"}
    for snippet in snippets(page):
        if snippet.reason:
            continue
        print(f"{page.name}:{snippet.line}", flush=True)
        if snippet.file:
            path = Path(snippet.file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(snippet.text)
        elif snippet.language == "python":
            # so many empty lines before it that a traceback names the page's own
            exec(compile("\n" * (snippet.line - 1) + snippet.text, str(page), "exec"), names)
        elif snippet.language == "sh":
            check_extras(snippet.text)
            # what a page installs is here
            lines = (line for line in snippet.text.splitlines() if not _EXTRA.match(line))
            subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(lines)], check=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]))

"""What the keys of a configuration file mean: the comments beside them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_KEY = re.compile(r"( *)(\w+):(?: +(.*?))?(?: +# (.*)| *# (.*))?$")
# what addresses Hydra
_NOT_KEYS = ("defaults", "hydra")


class KeyMeaning(NamedTuple):
    """A key of a file.

    Attributes:
        name: dotted, from the file's top.
        default: as the file has it; empty where keys follow below it.
        meaning: the comment beside it; empty where there is none.
    """

    name: str
    default: str
    meaning: str


def key_meanings(path: Path) -> Iterator[KeyMeaning]:
    """Lists the keys of a configuration file, in its order.

    Args:
        path: of a YAML file of ours: one key per line, comments beside the keys.
    """
    above: list[tuple[int, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        found = _KEY.match(line)
        if found is None:
            continue
        indent, name, default, *comments = found.groups()
        while above and above[-1][0] >= len(indent):
            above.pop()
        above.append((len(indent), name))
        if above[0][1] not in _NOT_KEYS and name != "_target_":
            yield KeyMeaning(".".join(one for _, one in above), default or "", comments[0] or comments[1] or "")

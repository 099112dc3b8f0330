"""What a configuration file says of itself: the comment at its top."""

import re
from pathlib import Path

_COMMAND = re.compile(r"(Then: )?nasbench-suite ")
_SENTENCE = re.compile(r"(?<!et al)\.(?: (?=[A-Z])|$)")


def description(path: Path) -> str:
    """Returns the first sentence of a file's opening comment.

    Args:
        path: of a YAML file. Lines that address Hydra (`@package`) or show a command are passed over.

    Returns:
        The sentence, without the full stop at its end; empty where the file opens with no comment.
    """
    said: list[str] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if not line.startswith("#"):
            break
        text = line.removeprefix("#").strip()
        if not text.startswith("@package") and not _COMMAND.match(text):
            said.append(text)
    return _SENTENCE.split(" ".join(said), maxsplit=1)[0].removesuffix(", e.g")

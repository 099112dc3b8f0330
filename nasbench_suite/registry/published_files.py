"""Published files by name."""

from difflib import get_close_matches

from nasbench_suite.errors import ConfigError
from nasbench_suite.importing.published_file import PublishedFile
from nasbench_suite.spaces.published_files import PUBLISHED_FILES


def find_published_file(name: str) -> PublishedFile:
    """Returns the file of a name; its own file name is one, too.

    Raises:
        ConfigError: there is none; names the closest.
    """
    known = {one.name: one for one in PUBLISHED_FILES}
    found = known.get(name) or next((one for one in PUBLISHED_FILES if one.file == name), None)
    if found is None:
        close = get_close_matches(name, known, 1)
        guess = f"; did you mean {close[0]}?" if close else ""
        raise ConfigError(f"fetch: expected one of {', '.join(known)}; got {name!r:.80}{guess}")
    return found

"""Published files by name."""

from nasbench_suite.closest import closest
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
        close = closest(name, known)
        guess = f"; did you mean {close}?" if close else ""
        raise ConfigError(f"fetch: expected one of {', '.join(known)}; got {name!r:.80}{guess}")
    return found

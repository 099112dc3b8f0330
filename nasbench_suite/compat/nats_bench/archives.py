"""The official file of one architecture, in a folder of them."""

from pathlib import Path
from typing import Any

from nasbench_suite.spaces.nb201.official.streams import check_end, open_pickle


def read_states(folder: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Returns the states of an architecture by schedule; nothing in the file is run.

    Args:
        folder: that has the file.
        names: that the file may have, the first one first.

    Raises:
        ValueError: there is no such folder or file.
        SourceError: the file is damaged or something else.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ValueError(f"{folder}: expected a folder with a file for each architecture")
    paths = [root / name for name in names if (root / name).is_file()]
    if not paths:
        raise ValueError(f"{folder}: expected a file {names[0]}")
    with open_pickle(paths[0]) as (pickle, _):
        states: Any = pickle.load()
        check_end(pickle, paths[0])
    if not isinstance(states, dict):
        raise ValueError(f"{paths[0]}: expected the states of an architecture by schedule")
    return states

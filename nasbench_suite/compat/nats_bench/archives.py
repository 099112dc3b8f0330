"""The official file of one architecture, in a folder of them."""

from pathlib import Path
from typing import Any

from nasbench_suite.pytorch import need_pytorch
from nasbench_suite.spaces.nb201.official.parameters import read_with_parameters


def read_states(folder: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Returns the states of an architecture by schedule; networks' parameters, where the file has them, as tensors.

    Nothing in the file is run.

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
    states = read_with_parameters(paths[0])
    for state in states.values():
        for result in state["all_results"].values():
            if result["net_state_dict"] is not None:
                result["net_state_dict"] = as_tensors(result["net_state_dict"])
    return states


def as_tensors(arrays: dict[str, Any]) -> dict[str, Any]:
    """Returns arrays by name as tensors."""
    need_pytorch("what holds parameters")
    import torch  # only parameters need it

    return {name: torch.from_numpy(array) for name, array in arrays.items()}

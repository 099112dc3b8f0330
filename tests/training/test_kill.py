"""A training that is killed goes on."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import torch

from nasbench_suite.spaces.nb201.network import NB201Network
from nasbench_suite.training import checkpoint_file
from nasbench_suite.training.digits import load_digits
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.train import train

EPOCHS = 4
PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_kill import go
go(Path(sys.argv[2]))
"""


def go(state: Path) -> None:
    torch.set_num_threads(1)
    build = partial(NB201Network, (3, 0, 1, 1, 0, 3), 10, 4, 1, 1, 0.1, True)
    recipe = Recipe(EPOCHS, 64, 0.1, 0.9, 5e-4, False, 1, "float32", True, False, False, 256, 5)
    train(build, load_digits(), recipe, [0, 1], name="cell", checkpoint_file=state)


@pytest.mark.skipif(os.name != "posix", reason="kills by SIGKILL")
def test_a_killed_training_ends_in_the_parameters_of_one_that_was_not(
    tmp_path: Path, killed: Callable[..., None]
) -> None:
    state = tmp_path / "killed.pt"
    killed("-c", PROGRAM, Path(__file__).parent, state, at=state.name, number=3)
    done = len(checkpoint_file.read(state)["epochs"][0])
    assert done == 2
    go(state)
    go(tmp_path / "whole.pt")
    resumed, whole = (checkpoint_file.read(path) for path in (state, tmp_path / "whole.pt"))
    assert len(resumed["epochs"][0]) == EPOCHS
    assert resumed["state"]["network"].keys() == whole["state"]["network"].keys()
    for name, value in whole["state"]["network"].items():
        assert torch.equal(resumed["state"]["network"][name], value), name

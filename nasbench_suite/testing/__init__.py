"""Contract tests for spaces, algorithms and supernets, ours and yours.

They need pytest (`pip install nasbench-suite[test]`). Subclass a contract in a test file, give it your plugin, and run
pytest:

    class TestMySpace(SpaceContract):
        def make_space(self):
            return MySpace()

`columns(space)` are made-up columns for an algorithm whose constructor takes some.

`SupernetContract` stands in `nasbench_suite.testing.supernets`, for it loads torch.
"""

from nasbench_suite.testing.algorithms import AlgorithmContract, columns
from nasbench_suite.testing.spaces import SpaceContract

__all__ = ["AlgorithmContract", "SpaceContract", "columns"]

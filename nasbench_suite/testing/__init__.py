"""Contract tests for spaces and algorithms, ours and yours; needs pytest (`pip install nasbench-suite[test]`).

Subclass a contract in a test file, give it your plugin, and run pytest:

    class TestMySpace(SpaceContract):
        def make_space(self):
            return MySpace()
"""

from nasbench_suite.testing.algorithms import AlgorithmContract
from nasbench_suite.testing.spaces import SpaceContract

__all__ = ["AlgorithmContract", "SpaceContract"]

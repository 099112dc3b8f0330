"""What NAS-Bench-101's cells are made of, and how large they are (Ying et al. 2019, section 2.1)."""

from typing import Final

INPUT: Final = "input"
OUTPUT: Final = "output"
OPERATIONS: Final = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")
MAX_VERTICES: Final = 7
MAX_EDGES: Final = 9
CELLS: Final = 423_624  # up to isomorphism
HASH_BYTES: Final = 16

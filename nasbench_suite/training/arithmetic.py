"""How PyTorch computes a pass in the precision of the settings."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from nasbench_suite.training.precision import Precision


@contextmanager
def float32_products(precision: Precision) -> Iterator[None]:
    """Multiplies float32 within a `with` block as a precision says: as it is, or for `tf32` with factors of 11 bits.

    Left alone, PyTorch rounds the factors of convolutions on a GPU, and those of matrix products not.
    """
    rounded = precision == "tf32"
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("high" if rounded else "highest")
    torch.backends.cudnn.allow_tf32 = rounded
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]


def autocast(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """Returns the context of a forward pass, which on a step's way back PyTorch remembers."""
    return torch.autocast(device.type, torch.bfloat16) if precision == "bfloat16" else nullcontext()

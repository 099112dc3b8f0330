"""What of a supernet is compiled, and what is recorded as CUDA graphs."""

from collections.abc import Callable

import torch
from torch import Tensor

from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.supernet import Supernet
from nasbench_suite.variables import ArchT

GRAPHS = 128  # of one function, before PyTorch gives up compiling it; NAS-Bench-201's widths, kernels, batches: half


def compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Compiles a function, anew for every shape that it meets."""
    config = torch._dynamo.config
    config.cache_size_limit = max(config.cache_size_limit, GRAPHS)  # by the name that PyTorch 2.6 knows
    return torch.compile(function, dynamic=False)


def for_mixtures(supernet: Supernet[ArchT], settings: SupernetSettings) -> Callable[..., Tensor]:
    """Returns what computes the supernet for mixtures, as the settings say."""
    if settings.cuda_graphs and settings.compile:
        return torch.compile(supernet, dynamic=False, options={"triton.cudagraphs": True})
    if settings.cuda_graphs:
        return torch.compile(supernet, dynamic=False, backend="cudagraphs")
    return supernet.compile_mixtures(compiled) if settings.compile else supernet

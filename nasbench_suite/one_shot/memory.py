"""What a search takes of memory, and what would fit where it takes too much."""

import gc
import sys
from collections.abc import Callable

import torch


def peak_mib(device: torch.device) -> float | None:
    """Returns the largest use of memory so far in MiB: of the process on a CPU, of the device else.

    None on systems that do not tell (Windows).
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10  # bytes there, KiB elsewhere


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory was asked for and not there, on a GPU or a CPU."""
    # PyTorch's allocator of the CPU has no error type of its own
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or (
        isinstance(error, RuntimeError) and "can't allocate memory" in str(error)
    )


def fits(size: int, attempt: Callable[[int], object]) -> bool:
    """Whether there is memory for what `attempt` does with a size."""
    release()
    try:
        attempt(size)
        return True
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return False


def largest_half_that_fits(size: int, attempt: Callable[[int], object]) -> int | None:
    """Returns half of a size that does not fit, or half of that, and so on; None where not even 1 fits."""
    while size > 1:
        size //= 2
        if fits(size, attempt):
            return size
    return None


def release() -> None:
    """Gives back what nothing refers to any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

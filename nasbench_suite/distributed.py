"""Several processes that search as one, started by `torchrun`; the first of them writes, prints and judges.

Loading this module loads no torch, so that a search that is not spread over processes can ask.
"""

import atexit
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from nasbench_suite.errors import NasBenchSuiteError

_T = TypeVar("_T")

# the first process may train what it judges while the others wait
_PATIENCE = timedelta(days=7)


class FirstProcessError(NasBenchSuiteError):
    """What the first process could not do, and reports; the others end quietly."""


def launched() -> bool:
    """Whether `torchrun` started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def rank() -> int:
    """Returns this process's number, from 0; the first one's is 0."""
    return int(os.environ["RANK"]) if launched() else 0


def processes() -> int:
    """Returns how many there are."""
    return int(os.environ["WORLD_SIZE"]) if launched() else 1


def local_device(device: str) -> str:
    """Returns the device of this process: of several GPUs, each process of a machine takes its own."""
    return f"cuda:{os.environ['LOCAL_RANK']}" if launched() and device == "cuda" else device


def from_first(compute: Callable[[], _T]) -> _T:
    """Returns in every process what the first computes; a plain value, that pickles.

    Raises:
        FirstProcessError: in the others, where it raised.
    """
    if processes() == 1:
        return compute()
    from torch import distributed

    _join()
    parcel: list[Any] = [None, None]
    problem: Exception | None = None
    if rank() == 0:
        try:
            parcel[0] = compute()
        except Exception as error:
            problem, parcel[1] = error, str(error)
    distributed.broadcast_object_list(parcel)
    if problem is not None:
        raise problem
    if parcel[1] is not None:
        raise FirstProcessError(parcel[1])
    value: _T = parcel[0]
    return value


def _join() -> None:
    """Meets the other processes, once."""
    import torch
    from torch import distributed

    if distributed.is_initialized():
        return
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        backend = "cpu:gloo,cuda:nccl"
    else:
        backend = "gloo"
    distributed.init_process_group(backend, timeout=_PATIENCE)
    atexit.register(distributed.destroy_process_group)

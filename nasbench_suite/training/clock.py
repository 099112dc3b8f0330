"""The seconds that a training is charged."""

import time
from collections.abc import Callable

import torch


def clock(device: torch.device) -> Callable[[], float]:
    """Returns the clock of a device, in seconds; only differences mean anything.

    On a CPU it is the processor time of this process over all its threads: with one thread a training's seconds are
    then its own even where other processes share the machine. On a GPU it is wall-clock time, once the work queued so
    far is done.
    """
    if device.type == "cpu":
        return time.process_time

    def synchronised() -> float:
        torch.cuda.synchronize(device)
        return time.perf_counter()

    return synchronised

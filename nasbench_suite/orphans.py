"""Processes that must not outlive the one that started them."""

import multiprocessing
import os
from multiprocessing.connection import wait


def die_with_parent() -> None:
    """Waits for the parent's end, however it comes, and ends this process at once; run it in a thread."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)

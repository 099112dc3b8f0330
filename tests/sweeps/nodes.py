"""Nodes of a Ray cluster on this machine, each of which can be killed as a machine dies. Linux."""

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

# what Ray allows its own parts to start in, before it is imported; a busy machine may need more
os.environ |= {
    "RAY_raylet_start_wait_time_s": "300",
    "RAY_agent_register_timeout_ms": "300000",
    "RAY_DASHBOARD_STARTUP_TIMEOUT_S": "300",
}
from ray.cluster_utils import Cluster

MEMORY = 78_643_200  # Ray's least, in bytes


def start_cluster(cpus: int) -> Any:
    """Starts the first node, with so many CPUs."""
    head = {"num_cpus": cpus, "include_dashboard": False, "object_store_memory": MEMORY}
    return _patiently(lambda: Cluster(initialize_head=True, head_node_args=head))


def another_node(cluster: Any) -> Any:
    """Adds a node of one CPU."""
    return _patiently(lambda: cluster.add_node(num_cpus=1, object_store_memory=MEMORY))


def _patiently(start: Callable[[], Any]) -> Any:
    """Starts a node; a busy machine may need more than the 15 and 30 s that Ray gives it, after which it may exit."""
    for _ in range(3):
        with contextlib.suppress(Exception, SystemExit):
            return start()
    return start()


def kill_node(cluster: Any, node: Any) -> None:
    """Kills a node with all that runs on it."""
    for process in (raylet := raylet_of(node), *children(raylet)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    cluster.remove_node(node, allow_graceful=False)


def raylet_of(node: Any) -> int:
    """The process that is the parent of all workers of a node."""
    process: int = node.all_processes["raylet"][0].process.pid
    return process


def children(process: int) -> list[int]:
    """Processes that a process has started."""
    return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def working(raylet: int, task: bytes) -> list[int]:
    """Workers of a node that have a task of this name at this moment; Ray names its processes after that."""
    with contextlib.suppress(FileNotFoundError):  # one has just ended
        return [one for one in children(raylet) if task in Path(f"/proc/{one}/cmdline").read_bytes()]
    return []

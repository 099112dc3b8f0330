"""Nodes of a Ray cluster on this machine, each of which can be killed as a machine dies. Linux."""

import contextlib
import inspect
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

# what Ray allows its own parts to start in, before it is imported; a busy machine may need more
os.environ |= {
    "RAY_raylet_start_wait_time_s": "300",
    "RAY_agent_register_timeout_ms": "300000",
    "RAY_DASHBOARD_STARTUP_TIMEOUT_S": "300",
}
from ray._private import services
from ray._raylet import persist_port
from ray.cluster_utils import Cluster

MEMORY = 78_643_200  # Ray's least, in bytes
# those that a node's agents choose; it dies where they have not within 15 s, which a busy machine may need
PORTS = ("metrics_agent_port", "metrics_export_port", "runtime_env_agent_port", "dashboard_agent_listen_port")


def start_cluster(cpus: int) -> Any:
    """Starts the first node, with so many CPUs."""
    return _patiently(lambda: Cluster(initialize_head=True, head_node_args={**_node(cpus), "include_dashboard": False}))


def another_node(cluster: Any) -> Any:
    """Adds a node of one CPU."""
    return _patiently(lambda: cluster.add_node(**_node(1)))


def _node(cpus: int) -> dict[str, int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("", 0))) for _ in PORTS]
        ports = [one.getsockname()[1] for one in sockets]
    return {"num_cpus": cpus, "object_store_memory": MEMORY, **dict(zip(PORTS, ports, strict=True))}


def _knowing_ports(start_raylet: Callable[..., Any]) -> Callable[..., Any]:
    """Tells a node the ports of its agents before they do."""

    def start(*arguments: Any, **named: Any) -> Any:
        given = inspect.signature(start_raylet).bind(*arguments, **named).arguments
        for name in PORTS:
            persist_port(given["session_dir"], given["node_id"], name, given[name])
        return start_raylet(*arguments, **named)

    return start


services.start_raylet = _knowing_ports(services.start_raylet)


def _patiently(start: Callable[[], Any]) -> Any:
    """Starts a node; a busy machine may need more than the 30 s that Ray gives it, after which it may exit."""
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

"""Runs a command on a Ray cluster of two nodes on this machine, and kills the second in the middle.

python two_nodes.py run ...           a sweep; the first node has one CPU, and the second dies when a job has ended
python two_nodes.py build ...         a build; the second dies as it trains, when one training is noted
python two_nodes.py --late build ...  the same, but the first node has no CPU, and a third joins when the second is dead
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
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


def main(words: Sequence[str]) -> int:
    late = words[0] == "--late"
    head = {"num_cpus": 0 if late else 1, "include_dashboard": False, "object_store_memory": MEMORY}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        doomed = another_node(cluster)
        carry_out = build if "build" in words else sweep
        return carry_out(cluster, doomed, words[late:], late)
    finally:
        cluster.shutdown()


def another_node(cluster: Any) -> Any:
    try:
        return cluster.add_node(num_cpus=1, object_store_memory=MEMORY)
    except Exception:  # Ray gives a node 30 s to be found, which a busy machine may need
        return cluster.add_node(num_cpus=1, object_store_memory=MEMORY)


def kill(cluster: Any, node: Any) -> None:
    """Kills a node with all that runs on it, as a machine dies."""
    for process in (raylet := raylet_of(node), *children(raylet)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    cluster.remove_node(node, allow_graceful=False)
    print("the second node is dead", flush=True)


def raylet_of(node: Any) -> int:
    process: int = node.all_processes["raylet"][0].process.pid
    return process


def children(process: int) -> list[int]:
    return list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def sweep(cluster: Any, doomed: Any, words: Sequence[str], _: bool) -> int:
    command = [sys.executable, "-m", "nasbench_suite", *words, f"hydra.launcher.ray.init.address={cluster.address}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    alive = True
    for line in process.stdout:
        print(line, end="")
        if alive and "results: " in line:
            alive = False
            kill(cluster, doomed)
    return process.wait()


def build(cluster: Any, doomed: Any, words: Sequence[str], late: bool) -> int:
    command = [sys.executable, "-m", "nasbench_suite", *words, f"executor.address={cluster.address}"]
    process = subprocess.Popen(command)
    raylet = raylet_of(doomed)
    while process.poll() is None and not (any_noted() and trains(raylet)):
        time.sleep(0.02)
    if process.poll() is None:
        kill(cluster, doomed)
        if late:
            another_node(cluster)
    return process.wait()


def any_noted() -> bool:
    """Whether a training of the build is noted as finished, of whatever folder below this one."""
    return any(log.stat().st_size for log in Path.cwd().glob("broken/*/finished.log"))


def trains(raylet: int) -> bool:
    """Whether a worker of a node has a task at this moment; Ray names its processes after that."""
    with contextlib.suppress(FileNotFoundError):
        return any(b"ray::_train" in Path(f"/proc/{one}/cmdline").read_bytes() for one in children(raylet))
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs a command on a Ray cluster of two nodes on this machine, and kills the second in the middle.

python two_nodes.py run ...           a sweep; the first node has one CPU, and the second dies when a job has ended
python two_nodes.py build ...         a build; the second dies as it trains, when one training is noted
python two_nodes.py --late build ...  the same, but the first node has no CPU, and a third joins when the second is dead
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nodes import another_node, kill_node, raylet_of, start_cluster, working


def main(words: Sequence[str]) -> int:
    late = words[0] == "--late"
    cluster = start_cluster(0 if late else 1)
    try:
        doomed = another_node(cluster)
        carry_out = build if "build" in words else sweep
        return carry_out(cluster, doomed, words[late:], late)
    finally:
        cluster.shutdown()


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
    while process.poll() is None and not (any_noted() and working(raylet, b"ray::_train")):
        time.sleep(0.02)
    if process.poll() is None:
        kill(cluster, doomed)
        if late:
            another_node(cluster)
    return process.wait()


def kill(cluster: Any, node: Any) -> None:
    kill_node(cluster, node)
    print("the second node is dead", flush=True)


def any_noted() -> bool:
    """Whether a training of the build is noted as finished."""
    return any(log.stat().st_size for log in Path.cwd().glob("broken/*/finished.log"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

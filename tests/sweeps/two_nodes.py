"""Runs a sweep on a Ray cluster of two nodes on this machine, and kills the second when the first job has ended.

python two_nodes.py run ...
"""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from ray.cluster_utils import Cluster

MEMORY = 78_643_200  # Ray's least, in bytes


def main(words: Sequence[str]) -> int:
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False, "object_store_memory": MEMORY},
    )
    try:
        doomed = second_node(cluster)
        return sweep(cluster, doomed, [*words, f"hydra.launcher.ray.init.address={cluster.address}"])
    finally:
        cluster.shutdown()


def second_node(cluster: Any) -> Any:
    try:
        return cluster.add_node(num_cpus=1, object_store_memory=MEMORY)
    except Exception:  # Ray gives a node 30 s to start, which a busy machine may need
        return cluster.add_node(num_cpus=1, object_store_memory=MEMORY)


def sweep(cluster: Any, doomed: Any, words: Sequence[str]) -> int:
    process = subprocess.Popen([sys.executable, "-m", "nasbench_suite", *words], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    alive = True
    for line in process.stdout:
        print(line, end="")
        if alive and "results: " in line:
            alive = False
            cluster.remove_node(doomed, allow_graceful=False)
            print("the second node is dead")
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

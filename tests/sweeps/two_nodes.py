"""Runs a command on a Ray cluster of two nodes on this machine, and kills the second as soon as there is a result.

python two_nodes.py run ...    a sweep; the node dies when the first job says where its results are
python two_nodes.py build ...  a build; the node dies when the first training has come back
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
        if words[0] == "run":
            return sweep(cluster, doomed, [*words, f"hydra.launcher.ray.init.address={cluster.address}"])
        return build(cluster, doomed, [*words, f"executor.address={cluster.address}"])
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


def build(cluster: Any, doomed: Any, words: Sequence[str]) -> int:
    from nasbench_suite.building.ray_executor import RayExecutor
    from nasbench_suite.cli import main as command_line

    wait = RayExecutor.wait
    alive = [True]

    def wait_and_kill(executor: RayExecutor) -> Any:
        answers = wait(executor)
        if alive.pop() if alive else False:
            cluster.remove_node(doomed, allow_graceful=False)
            print("the second node is dead")
        return answers

    RayExecutor.wait = wait_and_kill  # type: ignore[method-assign]
    command_line(list(words))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

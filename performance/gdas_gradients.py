"""What GDAS's gradient says of the operations, beside the gradient that it stands for, on a supernet of the digits.

The supernet is trained under uniform draws, as RSPS trains it. Then, for many draws and validation batches, the
gradient of each edge's weights is taken twice: as GDAS has it, of the operation that was drawn and a constant in place
of the others, and with all operations computed. Of each it prints how many standard errors an operation is better than
the mean of its edge's operations, and the cell of the best.

python performance/gdas_gradients.py [--seed 100] [--epochs 60] [--batches 400] [--images 128]
"""

import argparse
from typing import Any

import numpy as np
import torch
from hydra import compose, initialize_config_module
from hydra.utils import instantiate
from numpy.typing import NDArray
from omegaconf import OmegaConf
from torch.nn.functional import one_hot

from nasbench_suite import Benchmark, open_table
from nasbench_suite.edge_weights import EdgeWeights, Mixture, OneHot
from nasbench_suite.one_shot.data import load_search_data
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.one_shot.trainer import SupernetTrainer
from nasbench_suite.spaces.nb201 import NB201


def trained(seed: int, epochs: int) -> SupernetTrainer[Any]:
    """Trains a supernet under uniform draws, with protocol digits's settings."""
    overrides = ["algorithm=rsps", f"supernet.epochs={epochs}", "algorithm.selection.select=1"]
    with initialize_config_module("nasbench_suite.conf", version_base=None):
        config = compose("config", overrides=overrides)
    settings: Any = OmegaConf.to_container(config.supernet, resolve=True)
    data = load_search_data(NB201(), "digits", None, True)
    trainer = SupernetTrainer(NB201(), instantiate(config.algorithm), data, SupernetSettings(**settings), seed)
    for _ in range(epochs):
        trainer.run_epoch()
    return trainer


def gradients(trainer: SupernetTrainer[Any], batches: int, images: int) -> dict[str, NDArray[np.float64]]:
    """Returns (batches, edges, operations) of each kind, of the same draws and batches."""
    session, rng = trainer._session, np.random.default_rng(0)
    session.supernet.train()
    valid = session.valid_batches(images, augmented=True)
    found: dict[str, list[Any]] = {"as GDAS has it": [], "all operations computed": []}
    for _ in range(batches):
        batch, chosen = next(valid), session.supernet.draw(rng)
        for kind, taken in found.items():
            values = one_hot(torch.tensor(chosen), len(session.supernet.operations)).float().requires_grad_()
            edge_weights: EdgeWeights = OneHot(values, chosen) if kind == "as GDAS has it" else Mixture(values)
            loss, _ = session.loss(batch, edge_weights)
            taken.append(torch.autograd.grad(loss, [values])[0].double().numpy())
    return {kind: np.array(taken) for kind, taken in found.items()}


def main() -> None:
    """Prints both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batches", type=int, default=400)
    parser.add_argument("--images", type=int, default=128)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    trainer, benchmark = trained(arguments.seed, arguments.epochs), Benchmark(open_table("nb201_digits"), "digits")
    for kind, found in gradients(trainer, arguments.batches, arguments.images).items():
        better = found.mean(2, keepdims=True) - found
        errors = better.std(0) / np.sqrt(len(better))
        cell = tuple(int(operation) for operation in better.mean(0).argmax(1))
        score = benchmark.score(cell)["digits"].valid_accuracy
        print(f"{kind}: {benchmark.table.space.format(cell)}, valid {score:.1f} in the table")
        print("  " + " ".join(f"{name:>13}" for name in trainer._supernet.operations))
        for row in better.mean(0) / errors:
            print("  " + " ".join(f"{value:13.1f}" for value in row))


if __name__ == "__main__":
    main()

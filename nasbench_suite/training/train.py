"""Training of one network from scratch, to its end: attempts, limit, interruption."""

from pathlib import Path

import torch

from nasbench_suite.training import checkpoint
from nasbench_suite.training.clock import clock
from nasbench_suite.training.images import ImageDataset
from nasbench_suite.training.metrics import Training
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.trainer import Build, NotFiniteError, Trainer


def train(
    build: Build,
    data: ImageDataset,
    recipe: Recipe,
    seed: int,
    *,
    name: str,
    checkpoint_file: Path | None = None,
    seconds_limit: float | None = None,
) -> Training:
    """Trains a network from scratch, measuring it after every epoch.

    The same arguments give the same weights on a given device and number of threads, whether or not the training was
    interrupted and went on from its checkpoint.

    Args:
        build: makes the network.
        data: on the device to train on.
        recipe: how to train.
        seed: of initial weights, order and augmentation; at least 0.
        name: of the network, so that no other's checkpoint is taken for this one's.
        checkpoint_file: where the state is kept after every epoch, and from where to go on if it is there; it stays
            when the training ends, holding the trained weights.
        seconds_limit: stop after the first epoch that ends beyond it, on the device's clock; None for no limit.

    Raises:
        ResultsError: the checkpoint is damaged or another training's.
    """
    identity = f"{name} on {data.name} ({data.checksum[:12]}), seed {seed}, {recipe.as_dict()}"
    now = clock(data.train.pixels.device)
    started = now()
    attempt, resumed, reason = 0, None, ""
    if checkpoint_file is not None and checkpoint_file.exists():
        resumed = checkpoint.load(checkpoint_file, identity)
        attempt, started = resumed.attempt, started - resumed.seconds
    while attempt < recipe.attempts:
        trainer = Trainer(build, data, recipe, seed, attempt)
        if resumed is not None:
            trainer.restore(resumed.state, resumed.epochs)
            resumed = None
        try:
            while len(trainer.epochs) < recipe.epochs:
                if seconds_limit is not None and trainer.epochs and now() - started > seconds_limit:
                    reason = f"limit of {seconds_limit} s reached after epoch {len(trainer.epochs)}"
                    return Training("stopped", reason, seed, attempt, tuple(trainer.epochs), now() - started)
                trainer.run_epoch()
                if checkpoint_file is not None:
                    checkpoint.save(
                        checkpoint_file,
                        identity,
                        checkpoint.Checkpoint(attempt, now() - started, trainer.state(), trainer.epochs),
                    )
            return Training("finished", None, seed, attempt, tuple(trainer.epochs), now() - started)
        except NotFiniteError as error:
            reason = f"{error}, attempt {attempt + 1} of {recipe.attempts}"
            attempt += 1
    return Training("failed", reason, seed, attempt - 1, tuple(trainer.epochs), now() - started)

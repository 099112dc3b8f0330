"""Training of one architecture from scratch, from one or several seeds, to its end: attempts, limit, interruption."""

from collections.abc import Sequence
from pathlib import Path

from nasbench_suite.training import checkpoint
from nasbench_suite.training.checkpoint import TrainingCheckpoint
from nasbench_suite.training.clock import clock
from nasbench_suite.training.images import ImageDataset
from nasbench_suite.training.metrics import Status, TrainingResult
from nasbench_suite.training.recipe import Recipe
from nasbench_suite.training.replicas import Build
from nasbench_suite.training.trainer import Trainer


def train(
    build: Build,
    data: ImageDataset,
    recipe: Recipe,
    seeds: Sequence[int],
    *,
    name: str,
    checkpoint_file: Path | None = None,
    seconds_limit: float | None = None,
    last_epoch: int | None = None,
) -> list[TrainingResult]:
    """Trains a network from scratch from each seed, all at once, measuring after every epoch.

    The same arguments give the same weights on a given device and number of threads, whether or not the training was
    interrupted and went on from its checkpoint. Trained with other seeds beside it, a seed's weights differ by rounding
    alone, which training amplifies.

    Args:
        build: makes the network.
        data: on the device to train on.
        recipe: how to train.
        seeds: of initial weights, order and augmentation; different, at least 0.
        name: of the network, so that no other's checkpoint is taken for this one's.
        checkpoint_file: where the state is kept after every epoch, and from where to go on if it is there; it stays
            when the training ends, holding the trained weights.
        seconds_limit: stop after the first epoch that ends beyond it, on the device's clock, over all seeds; None for
            no limit.
        last_epoch: stop after this epoch of the schedule, which counts as finished; None for the schedule's end.

    Returns:
        The training of each seed, in order.

    Raises:
        ResultsError: the checkpoint is damaged or another training's.
    """
    identity = f"{name} on {data.name} ({data.checksum[:12]}), seeds {list(seeds)}, {recipe.as_dict()}"
    now = clock(data.train.pixels.device)
    started = now()
    resumed: TrainingCheckpoint | None = None
    if checkpoint_file is not None and checkpoint_file.exists():
        resumed = checkpoint.load(checkpoint_file, identity)
        started -= resumed.seconds
    done = {} if resumed is None else {training.seed: training for training in resumed.done}
    end = recipe.epochs if last_epoch is None else min(last_epoch, recipe.epochs)
    attempt = 0 if resumed is None else resumed.attempt
    while waiting := [seed for seed in seeds if seed not in done]:
        trainer = Trainer(build, data, recipe, waiting, attempt)
        if resumed is not None:
            trainer.restore(resumed.state, resumed.epochs)
            resumed = None
        stopped = None
        while len(trainer.epochs[0]) < end and len(trainer.diverged) < len(waiting):
            if seconds_limit is not None and trainer.epochs[0] and now() - started > seconds_limit:
                stopped = f"limit of {seconds_limit} s reached after epoch {len(trainer.epochs[0])}"
                break
            trainer.run_epoch()
            if checkpoint_file is not None:
                state = TrainingCheckpoint(
                    attempt, now() - started, list(done.values()), trainer.state(), trainer.epochs
                )
                checkpoint.save(checkpoint_file, identity, state)
        attempt += 1
        share = (now() - started) / len(seeds)
        for seed, epochs in zip(waiting, trainer.epochs, strict=True):
            reason = trainer.diverged.get(seed)
            if reason is None:
                status: Status = "finished" if stopped is None else "stopped"
                done[seed] = TrainingResult(status, stopped, seed, attempt, tuple(epochs), share)
            elif attempt == recipe.attempts or stopped is not None:
                reason = f"{reason}, attempt {attempt} of {recipe.attempts}"
                done[seed] = TrainingResult("failed", reason, seed, attempt, tuple(epochs), share)
    return [done[seed] for seed in seeds]

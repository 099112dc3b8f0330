"""Training of one architecture from scratch, one or several trials, to its end: attempts, limit, interruption."""

from collections.abc import Callable, Sequence
from pathlib import Path

from torch import Tensor

from nasbench_suite.progress import TrainingProgress
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
    trials: Sequence[int],
    *,
    name: str,
    checkpoint_file: Path | None = None,
    seconds_limit: float | None = None,
    last_epoch: int | None = None,
    keep: Callable[[int, dict[str, Tensor]], None] | None = None,
    told: Callable[[TrainingProgress], None] | None = None,
) -> list[TrainingResult]:
    """Trains a network from scratch, all trials at once, measuring after every epoch.

    The same arguments give the same parameters on a given device and number of threads, whether or not the training was
    interrupted and went on from its checkpoint. With other trials beside it, a trial's parameters differ by rounding
    alone, which training amplifies.

    Args:
        build: makes the network.
        data: on the device to train on.
        recipe: how to train.
        trials: training seeds, of initial parameters, order and augmentation; different, at least 0.
        name: of the network, so that no other's checkpoint is taken for this one's.
        checkpoint_file: where the state is kept after every epoch, and from where to go on if it is there; it stays
            when the training ends, holding the trained parameters.
        seconds_limit: stop after the first epoch that ends beyond it, on the device's clock, over all trials; None for
            no limit.
        last_epoch: stop after this epoch of the schedule, which counts as finished; None for the schedule's end.
        keep: called with each finished trial and its network's parameters and buffers.
        told: called after every epoch; an attempt that follows one that diverged begins again.

    Returns:
        The training of each trial, in order.

    Raises:
        ResultsError: the checkpoint is damaged or another training's.
    """
    identity = f"{name} on {data.name} ({data.checksum[:12]}), trials {list(trials)}, {recipe.as_dict()}"
    now = clock(data.train.pixels.device)
    started = now()
    resumed: TrainingCheckpoint | None = None
    if checkpoint_file is not None and checkpoint_file.exists():
        resumed = checkpoint.load(checkpoint_file, identity)
        started -= resumed.seconds
    done = {} if resumed is None else {training.trial: training for training in resumed.done}
    end = recipe.epochs if last_epoch is None else min(last_epoch, recipe.epochs)
    attempt = 0 if resumed is None else resumed.attempt
    while waiting := [trial for trial in trials if trial not in done]:
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
            if told is not None:
                told(TrainingProgress(len(trainer.epochs[0]), end, now() - started))
            if checkpoint_file is not None:
                state = TrainingCheckpoint(
                    attempt, now() - started, list(done.values()), trainer.state(), trainer.epochs
                )
                checkpoint.save(checkpoint_file, identity, state)
        attempt += 1
        share = (now() - started) / len(trials)
        for trial, epochs in zip(waiting, trainer.epochs, strict=True):
            reason = trainer.diverged.get(trial)
            if reason is None:
                status: Status = "finished" if stopped is None else "stopped"
                done[trial] = TrainingResult(status, stopped, trial, attempt, tuple(epochs), share)
                if keep is not None and stopped is None:
                    keep(trial, trainer.parameters(trial))
            elif attempt == recipe.attempts or stopped is not None:
                reason = f"{reason}, attempt {attempt} of {recipe.attempts}"
                done[trial] = TrainingResult("failed", reason, trial, attempt, tuple(epochs), share)
    return [done[trial] for trial in trials]

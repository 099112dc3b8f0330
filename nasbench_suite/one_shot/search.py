"""A whole one-shot search: epoch after epoch, to its end, its budget's or an interruption's."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nasbench_suite.distributed import from_first, processes, rank
from nasbench_suite.errors import ConfigError
from nasbench_suite.ledger import Ledger
from nasbench_suite.one_shot import checkpoint
from nasbench_suite.one_shot.checkpoint import SearchCheckpoint
from nasbench_suite.one_shot.memory import fits, is_out_of_memory, largest_half_that_fits
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.one_shot.trainer import SupernetTrainer

Make = Callable[[SupernetSettings], SupernetTrainer[Any]]


def search(
    make: Make,
    settings: SupernetSettings,
    ledger: Ledger,
    checkpoint_file: Path,
    identity: str,
    tell: Callable[[EpochRecord], None],
    skip: Callable[[int], None] = lambda steps: None,
) -> SupernetTrainer[Any]:
    """Trains a supernet to the end of its epochs, or through the first epoch that reaches a limit of the budget.

    The state is kept after every epoch: a search that was interrupted goes on from there, and ends in the same
    parameters as one that was not. The file stays when the search ends.

    Args:
        make: begins the search with some settings, anew.
        settings: of the supernet's training.
        ledger: of the budget; an epoch counts as an evaluation.
        checkpoint_file: of this search.
        identity: of this search, so that no other's checkpoint is taken for its own.
        tell: called with every epoch's record, those from before an interruption first.
        skip: called with how many steps were done before an interruption.

    Returns:
        The trainer, with all records; where a loss was not finite, `failure` says so, and the search ended there.

    Raises:
        ConfigError: a batch does not fit in memory; says which does.
        ResultsError: the checkpoint is damaged, another search's, or cannot be written.
    """
    try:
        trainer = make(settings)
        resumed = from_first(lambda: checkpoint.load(checkpoint_file, identity))
        if resumed is not None:
            trainer.restore(resumed.state, resumed.records)
            skip(len(resumed.records) * trainer.steps)
            for done in resumed.records:
                tell(done)
        while not _ended(trainer.records, settings, ledger):
            record = trainer.run_epoch()
            if record is None:
                break
            if rank() == 0:
                checkpoint.save(checkpoint_file, identity, SearchCheckpoint(trainer.state(), trainer.records))
            tell(record)
        return trainer
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        reason = str(error).partition("\n")[0]
    # the error and all that it held on to are gone by now, and so is the search
    trainer = resumed = None  # type: ignore[assignment]
    raise _too_large(make, settings, reason)


def _ended(records: list[EpochRecord], settings: SupernetSettings, ledger: Ledger) -> bool:
    if records:
        ledger.seconds, ledger.epochs, ledger.evaluations = records[-1].seconds, len(records), len(records)
        # the clock of the first process decides for all
        return len(records) >= settings.epochs or from_first(lambda: ledger.exhausted)
    return False


def _too_large(make: Make, settings: SupernetSettings, reason: str) -> ConfigError:
    """Says which batch does not fit in memory, and which does."""

    def train(images: int) -> None:
        make(replace(settings, batch=images)).step_once()

    def evaluate(images: int) -> None:
        make(replace(settings, evaluation_batch=images)).evaluate_once()

    if processes() > 1:
        return ConfigError(f"supernet.batch: does not fit in memory with {settings.batch} images; halve it ({reason})")
    for name, images, attempt in (
        ("batch", settings.batch, train),
        ("evaluation_batch", settings.evaluation_batch, evaluate),
    ):
        if not fits(images, attempt):
            fitting = largest_half_that_fits(images, attempt)
            advice = "not even 1 does; use a smaller supernet.network" if fitting is None else f"{fitting} would"
            return ConfigError(f"supernet.{name}: {images} images do not fit in memory, {advice} ({reason})")
    return ConfigError(
        f"memory ran out, though {settings.batch} images fit in it for a step: for what the algorithm does besides, or "
        f"because somebody else took it; lower the algorithm's own batches, or start again to go on ({reason})"
    )

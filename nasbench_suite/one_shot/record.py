"""What a supernet's search was like after an epoch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EpochRecord:
    """One epoch of a one-shot search; a row of `epochs.parquet`, see docs/results.md.

    Attributes:
        epoch: done, from 1.
        seconds: since the search began, on this machine: processor seconds on a CPU, else wall-clock.
        architecture: text form of what the algorithm would stop with now.
        train_loss: mean cross-entropy of the parameters' steps.
        train_accuracy: percent of the training images rightly classified in them.
        valid_loss: mean cross-entropy of the architecture's steps; None where there are none.
        valid_accuracy: percent of the validation images that the supernet classifies rightly as that architecture.
        entropy: of the edge weights' rows, their mean in nats, from 0 to the logarithm of the number of operations;
            None where no edge weights are learned.
        operation_counts: how many edges of the architecture have each operation, in the order of `supernet.operations`.
        parametric_edges: how many have an operation with parameters; 0 is a collapsed architecture.
        memory_mib: largest so far, of the process on a CPU, of the device else; None where the system does not say.
        edge_weights: learned probabilities, row after row; None where there are none.
        kendall_tau: between the supernet's accuracy of drawn architectures, on all validation images, and their true
            test accuracy, in [-1, 1]; None after an epoch in which it is not measured, and where no truth is known.
    """

    epoch: int
    seconds: float
    architecture: str
    train_loss: float
    train_accuracy: float
    valid_loss: float | None
    valid_accuracy: float
    entropy: float | None
    operation_counts: tuple[int, ...]
    parametric_edges: int
    memory_mib: float | None
    edge_weights: tuple[float, ...] | None
    kendall_tau: float | None = None

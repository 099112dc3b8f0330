"""What a one-shot algorithm works with: a supernet, the optimiser of its parameters, and validation images."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, Literal

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (the name that PyTorch's own documentation uses)
from torch import Tensor, distributed, nn

from nasbench_suite.edge_weights import EdgeWeights, Mixture
from nasbench_suite.one_shot.batch import Batch
from nasbench_suite.one_shot.batch_norm import is_distributed
from nasbench_suite.one_shot.compilation import compiled, for_mixtures
from nasbench_suite.one_shot.settings import SupernetSettings
from nasbench_suite.supernet import Supernet
from nasbench_suite.training.arithmetic import autocast
from nasbench_suite.variables import ArchT

ValidBatches = Callable[[int, bool], Iterator[Batch]]
Statistics = Literal["batch", "running"]


class Session(Generic[ArchT]):
    """A supernet in training; an algorithm decides what each step computes and updates.

    Every sum over images is one over the images of all processes: losses, gradients and statistics of batches. All
    processes draw the same random numbers, so they do the same steps.

    Attributes:
        supernet: the network.
        parameters: of the supernet, in a fixed order.
        optimizer: of these.
        rng: for everything that an algorithm draws as numbers; the same in every process.
        noise: for what it draws as tensors; on the CPU, so that it is the same on every device and in every process.
        epoch: under way, from 0.
        epochs: of the whole search.
        steps: of an epoch.
        device: of the supernet.
    """

    def __init__(
        self,
        supernet: Supernet[ArchT],
        settings: SupernetSettings,
        rng: np.random.Generator,
        noise: torch.Generator,
        steps: int,
        valid_batches: ValidBatches,
    ) -> None:
        """
        Args:
            supernet: on its device.
            settings: of its training.
            rng: see the attribute.
            noise: see the attribute.
            steps: of an epoch.
            valid_batches: yields batches of validation images without end: how many (over all processes; at most all
                of them), and whether augmented. Without replacement until all were seen, then all of them again.
        """
        self.supernet = supernet
        self.parameters = list(supernet.parameters())
        self.device = self.parameters[0].device
        self.rng, self.noise, self.steps = rng, noise, steps
        self.epoch, self.epochs = 0, settings.epochs
        self.optimizer = torch.optim.SGD(
            self.parameters,
            lr=settings.learning_rate,
            momentum=settings.momentum,
            weight_decay=settings.weight_decay,
            nesterov=settings.momentum > 0,
            fused=True,
        )
        self._settings = settings
        self._valid_batches = valid_batches
        self._mixed = for_mixtures(supernet, settings)
        if settings.compile_operations:
            supernet.compile_operations(compiled)
        # the parameters of each layer that no pass has used yet; a layer is used as a whole
        own = (list(module.parameters(recurse=False)) for module in supernet.modules())
        self._unused = [layer for layer in own if layer]

    def logits(self, images: Tensor, edge_weights: EdgeWeights) -> Tensor:
        """(B, C, H, W) -> float32 (B, classes), in the precision of the settings."""
        is_mixture = isinstance(edge_weights, Mixture)
        call = self._mixed if is_mixture else self.supernet
        if is_mixture and self._settings.cuda_graphs:
            # whatever the pass before returned has been used, or is held as a copy
            torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        with autocast(self._settings.precision, self.device):
            out: Tensor = call(images, edge_weights)
        return self._own(out.float())

    def loss(self, batch: Batch, edge_weights: EdgeWeights) -> tuple[Tensor, Tensor]:
        """Returns this process's part of the batch's mean cross-entropy, and the logits."""
        logits = self.logits(batch.images, edge_weights)
        return F.cross_entropy(logits, batch.labels, reduction="sum") / batch.total, logits

    @torch.no_grad()
    def look_at(self, batch: Batch, edge_weights: EdgeWeights) -> Tensor:
        """Returns the loss alone, of which nothing is learned but running statistics of batch normalisation."""
        return self.loss(batch, edge_weights)[0]

    def step_parameters(self, loss: Tensor, limited_with: Tensor | None = None) -> None:
        """Moves the supernet's parameters against the gradient of a loss, clipped as the settings say.

        As in PyTorch when the papers were written, a parameter that no pass has used has no gradient, and stays as it
        is; one that this step alone does not use has a gradient of zero, and so goes on with its momentum and decays.

        Args:
            loss: of this process.
            limited_with: a tensor that may have the gradient of another loss; that of this one is added, and the sum
                counts in the norm that is limited, and is scaled with the rest.
        """
        before = None if limited_with is None else limited_with.grad
        limited = self.parameters if limited_with is None else [*self.parameters, limited_with]
        if limited_with is not None:
            limited_with.grad = None
        self.optimizer.zero_grad(set_to_none=False)
        # to these PyTorch gives the tensors of the pass itself, to the others it adds them
        given = [tensor for tensor in limited if tensor.grad is None]
        torch.autograd.backward(loss, inputs=limited)
        for tensor in given:
            tensor.grad = None if tensor.grad is None else self._own(tensor.grad)
        self._note_used()
        add_over_processes(tensor.grad for tensor in limited if tensor.grad is not None)
        if before is not None and limited_with is not None:
            limited_with.grad = before if limited_with.grad is None else limited_with.grad + before
        if self._settings.clip is not None:
            nn.utils.clip_grad_norm_(limited, self._settings.clip)
        self.optimizer.step()

    def gradients(self, loss: Tensor, of: Sequence[Tensor]) -> list[Tensor]:
        """Returns the gradients of a loss, over all processes; zeros for what it does not depend on.

        Layers that the loss depends on count as used, for the published code's backward pass fills all gradients.
        """
        unused = [layer[0] for layer in self._unused]
        found = torch.autograd.grad(loss, [*of, *unused], allow_unused=True)
        for parameter, gradient in zip(unused, found[len(of) :], strict=True):
            if gradient is not None:
                parameter.grad = torch.zeros_like(parameter)
        self._note_used()
        dense = [torch.zeros_like(x) if g is None else self._own(g) for x, g in zip(of, found, strict=False)]
        add_over_processes(dense)
        return dense

    def valid_batches(self, images: int, augmented: bool = False) -> Iterator[Batch]:
        """Yields validation images without end, so many over all processes, all there are where more are asked for.

        Each image once, in a new order, before any comes again; the last batch before that may be smaller.
        """
        return self._valid_batches(images, augmented)

    def state(self) -> dict[str, Any]:
        """Returns the optimiser's state, and which parameters have a gradient."""
        used = [parameter.grad is not None for parameter in self.parameters]
        return {"optimizer": self.optimizer.state_dict(), "used": used}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes back to what `state` returned."""
        for parameter, used in zip(self.parameters, state["used"], strict=True):
            parameter.grad = torch.zeros_like(parameter) if used else None
        self._note_used()
        self.optimizer.load_state_dict(state["optimizer"])

    @torch.no_grad()
    def accuracy(self, batch: Batch, edge_weights: EdgeWeights, statistics: Statistics = "batch") -> float:
        """Returns percent of the batch rightly classified.

        Args:
            batch: of images.
            edge_weights: under which the supernet computes.
            statistics: those of the batch, or the running ones. The latter are of all the architectures trained so
                far, and so of none, but published code evaluates under them; either way they stay as they are.
        """
        with batch_statistics(self.supernet) if statistics == "batch" else running_statistics(self.supernet):
            correct = (self.logits(batch.images, edge_weights).argmax(1) == batch.labels).sum()
        add_over_processes([correct])
        return 100.0 * correct.item() / batch.total

    def _own(self, result: Tensor) -> Tensor:
        """Returns what a pass has computed, to be held: the next replay of a CUDA graph writes over its results."""
        return result.clone() if self._settings.cuda_graphs else result

    def _note_used(self) -> None:
        """Gives all parameters of a layer a gradient where one has one; then the layer counts as used."""
        used = [any(parameter.grad is not None for parameter in layer) for layer in self._unused]
        for layer in (layer for layer, is_used in zip(self._unused, used, strict=True) if is_used):
            for parameter in layer:
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
                if self._settings.momentum:
                    # what PyTorch would begin with; its fused SGD cannot begin with some parameters later than others
                    self.optimizer.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
        self._unused = [layer for layer, is_used in zip(self._unused, used, strict=True) if not is_used]


@contextmanager
def batch_statistics(network: nn.Module) -> Iterator[None]:
    """Normalises by the batch's own statistics within a `with` block, without a trace in the running ones."""
    layers = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in layers]
    with running_statistics(network):
        for layer in layers:
            layer.training, layer.momentum = True, 0.0
        try:
            yield
        finally:
            for layer, momentum in zip(layers, momenta, strict=True):
                layer.momentum = momentum


@contextmanager
def running_statistics(network: nn.Module) -> Iterator[None]:
    """Normalises by the running statistics within a `with` block, where a layer keeps them."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)


def add_over_processes(tensors: Iterable[Tensor]) -> None:
    """Adds tensors up over all processes, in place; one message for all of a type."""
    if not is_distributed():
        return
    by_type: dict[torch.dtype, list[Tensor]] = {}
    for tensor in tensors:
        by_type.setdefault(tensor.dtype, []).append(tensor)
    for some in by_type.values():
        flat = torch.cat([tensor.flatten() for tensor in some])
        distributed.all_reduce(flat)
        for tensor, total in zip(some, torch.split(flat, [tensor.numel() for tensor in some]), strict=True):
            tensor.copy_(total.view_as(tensor))

"""BANANAS's ensemble of small networks that predict an error (White et al. 2021, arXiv:1910.11858), in NumPy.

Each is fully connected with ReLU and is trained by Adam on the mean absolute error, as in the authors' code. All train
at once: every array has the networks as its first axis. (scikit-learn's regressor knows the squared error alone.)
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError

Array = NDArray[np.float64]
# of Adam, as the authors set them
_DECAYS = (0.9, 0.99)
_EPSILON = 1e-7


@check_settings
@dataclass(frozen=True)
class NetworkSettings:
    """Of the networks and their training; defaults are those of the authors' code.

    Attributes:
        count: networks in the ensemble.
        layers: hidden ones.
        width: of a hidden layer.
        epochs: over the architectures evaluated so far.
        batch: architectures per step.
        learning_rate: of Adam.
    """

    count: int = 5
    layers: int = 10
    width: int = 20
    epochs: int = 150
    batch: int = 32
    learning_rate: float = 0.01

    def __post_init__(self) -> None:
        sizes = {name: getattr(self, name) for name in ("count", "layers", "width", "epochs", "batch")}
        for name, value in sizes.items():
            if value < 1:
                raise ConfigError(f"networks.{name}: expected 1 or more, got {value}")
        if not self.learning_rate > 0:
            raise ConfigError(f"networks.learning_rate: expected more than 0, got {self.learning_rate}")


class Networks:
    """An ensemble that starts from random parameters."""

    def __init__(self, settings: NetworkSettings, inputs: int, rng: np.random.Generator) -> None:
        """
        Args:
            settings: of the networks.
            inputs: features of an architecture.
            rng: draws the parameters, and later the order of the architectures in every epoch.
        """
        self._settings, self._rng = settings, rng
        widths = [inputs, *[settings.width] * settings.layers, 1]
        shapes = list(pairwise(widths))
        total = settings.count * sum(inward * outward + outward for inward, outward in shapes)
        self._flat, self._slopes = np.zeros(total), np.zeros(total)  # one array each, so that Adam is a few steps
        self._layers = list(_layers(self._flat, settings.count, shapes))
        self._slope_layers = list(_layers(self._slopes, settings.count, shapes))
        for matrix, _ in self._layers:
            bound = np.sqrt(6.0 / (matrix.shape[1] + matrix.shape[2]))  # Glorot's uniform, Keras's default
            matrix[...] = rng.uniform(-bound, bound, matrix.shape)

    def fit(self, features: Array, errors: Array) -> None:
        """Trains.

        Args:
            features: (architectures, inputs).
            errors: (architectures,), in percent.
        """
        settings, moments, step = self._settings, (np.zeros_like(self._flat), np.zeros_like(self._flat)), 0
        for _ in range(settings.epochs):
            order = self._rng.permuted(np.tile(np.arange(len(errors)), (settings.count, 1)), axis=1)
            for start in range(0, len(errors), settings.batch):
                rows = order[:, start : start + settings.batch]
                self._differentiate(features[rows], errors[rows])
                step += 1
                self._move(*moments, step)

    def predict(self, features: Array) -> Array:
        """Returns predicted errors in percent: (networks, architectures)."""
        return self._forward(np.broadcast_to(features, (self._settings.count, *features.shape)))[-1][..., 0]

    def _forward(self, inputs: Array) -> list[Array]:
        """Returns the inputs of every layer and the output: (networks, batch, width)."""
        values = [inputs]
        for matrix, bias in self._layers[:-1]:
            values.append(np.maximum(values[-1] @ matrix + bias, 0.0))
        matrix, bias = self._layers[-1]
        return [*values, values[-1] @ matrix + bias]

    def _differentiate(self, inputs: Array, errors: Array) -> None:
        """Puts the derivative of each network's mean absolute error beside its parameters."""
        *values, output = self._forward(inputs)
        slope = np.sign(output - errors[..., None]) / errors.shape[1]
        for at in reversed(range(len(self._layers))):
            matrix_slope, bias_slope = self._slope_layers[at]
            np.matmul(values[at].transpose(0, 2, 1), slope, out=matrix_slope)
            slope.sum(axis=1, keepdims=True, out=bias_slope)
            if at:
                slope = (slope @ self._layers[at][0].transpose(0, 2, 1)) * (values[at] > 0)

    def _move(self, first: Array, second: Array, step: int) -> None:
        """Takes a step of Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1)."""
        for moment, decay, value in zip((first, second), _DECAYS, (self._slopes, self._slopes**2), strict=True):
            moment *= decay
            moment += (1 - decay) * value
        rate = self._settings.learning_rate * np.sqrt(1 - _DECAYS[1] ** step) / (1 - _DECAYS[0] ** step)
        self._flat -= rate * first / (np.sqrt(second) + _EPSILON)


def _layers(flat: Array, count: int, shapes: list[tuple[int, int]]) -> Iterator[tuple[Array, Array]]:
    """Yields views of each layer: matrix (networks, in, out) and bias (networks, 1, out)."""
    at = 0
    for inward, outward in shapes:
        size = count * inward * outward
        yield (
            flat[at : at + size].reshape(count, inward, outward),
            flat[at + size :][: count * outward].reshape(count, 1, outward),
        )
        at += size + count * outward

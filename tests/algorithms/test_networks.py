"""Against PyTorch's derivative and its Adam, for one network at a time."""

import numpy as np
import pytest
import torch

from nasbench_suite.algorithms.networks import Networks, NetworkSettings
from nasbench_suite.errors import ConfigError

SETTINGS = NetworkSettings(count=3, layers=2, width=4, epochs=7, batch=5)


def as_torch(networks: Networks, at: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    return [tuple(torch.tensor(part[at], requires_grad=True) for part in layer) for layer in networks._layers]


def predict(layers: list[tuple[torch.Tensor, torch.Tensor]], features: torch.Tensor) -> torch.Tensor:
    for matrix, bias in layers[:-1]:
        features = torch.relu(features @ matrix + bias)
    return (features @ layers[-1][0] + layers[-1][1])[:, 0]


def test_training_is_that_of_the_authors_network_by_network() -> None:
    rng = np.random.default_rng(0)
    features, errors = rng.integers(2, size=(13, 6)).astype(float), rng.uniform(5, 20, 13)
    networks = Networks(SETTINGS, 6, np.random.default_rng(1))
    layers = [as_torch(networks, at) for at in range(3)]
    orders = np.random.default_rng(1)
    for matrix, _ in networks._layers:
        orders.uniform(size=matrix.shape)  # the parameters' draws come first
    networks.fit(features, errors)
    adams = [torch.optim.Adam([part for layer in each for part in layer], 0.01, (0.9, 0.99), 1e-7) for each in layers]
    for _ in range(SETTINGS.epochs):
        order = orders.permuted(np.tile(np.arange(13), (3, 1)), axis=1)
        for start in range(0, 13, 5):
            for at in range(3):
                rows = order[at, start : start + 5]
                adams[at].zero_grad()
                loss = (predict(layers[at], torch.tensor(features[rows])) - torch.tensor(errors[rows])).abs().mean()
                loss.backward()
                adams[at].step()
    told = networks.predict(features)
    for at in range(3):
        wanted = predict(layers[at], torch.tensor(features)).detach().numpy()
        assert told[at] == pytest.approx(wanted, rel=1e-3, abs=1e-5)


def test_an_ensemble_learns_and_its_networks_disagree() -> None:
    rng = np.random.default_rng(0)
    features = rng.integers(2, size=(60, 8)).astype(float)
    errors = 10 + features @ np.arange(8.0)
    networks = Networks(NetworkSettings(layers=3), 8, rng)
    networks.fit(features, errors)
    told = networks.predict(features)
    assert np.abs(told.mean(axis=0) - errors).mean() < 1.5 < errors.std()
    assert told.std(axis=0).min() > 0


def test_settings_of_nothing_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"networks.width: expected 1 or more, got 0"):
        NetworkSettings(width=0)
    with pytest.raises(ConfigError, match=r"networks.learning_rate"):
        NetworkSettings(learning_rate=0.0)

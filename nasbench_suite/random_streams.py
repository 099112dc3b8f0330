"""The random streams of a search: changing what one consumer draws leaves the others' draws as they were."""

from typing import NamedTuple

import numpy as np


class SearchStreams(NamedTuple):
    """Independent generators, all from one seed.

    Attributes:
        algorithm: what the algorithm draws from.
        trials: draws the trial that answers, where the trial policy is random.
        workers: kept for the simulated workers, which draw nothing today.
    """

    algorithm: np.random.Generator
    trials: np.random.Generator
    workers: np.random.Generator


def search_streams(seed: int) -> SearchStreams:
    """Splits a search's seed into its streams."""
    return SearchStreams(*map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3)))

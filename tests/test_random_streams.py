import numpy as np

from nasbench_suite.random_streams import search_streams

DRAWN = [[305, 797, 203, 53], [681, 480, 399, 59], [396, 632, 785, 486]]


def test_the_streams_never_change() -> None:
    drawn = [stream.integers(1000, size=4).tolist() for stream in search_streams(7)]
    spawned = [
        np.random.default_rng(part).integers(1000, size=4).tolist() for part in np.random.SeedSequence(7).spawn(3)
    ]
    assert drawn == spawned == DRAWN


def test_what_one_consumer_draws_changes_no_other() -> None:
    one, other = search_streams(3), search_streams(3)
    one.algorithm.random(100)
    assert one.trials.random() == other.trials.random() and one.workers.random() == other.workers.random()

import threading

import torch

from nasbench_suite.training.clock import clock


def test_on_a_cpu_waiting_costs_less_than_work() -> None:
    """Processor time: a process that only waits for an event is charged (nearly) nothing."""
    now = clock(torch.device("cpu"))
    start = now()
    threading.Event().wait(0.3)
    waited = now() - start
    start = now()
    while now() - start <= 2 * waited:
        sum(range(1000))
    assert 0 <= waited < 0.3


def test_on_a_cpu_the_clock_only_goes_forward() -> None:
    now = clock(torch.device("cpu"))
    seen = [now() for _ in range(100)]
    assert seen == sorted(seen)

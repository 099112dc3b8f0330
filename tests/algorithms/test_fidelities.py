"""Rungs from the configuration to the trajectory: what is on offer is honoured and charged, and nothing else is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.run import run
from nasbench_suite.report.load import load

RUNGS = ["bohb", "hyperband", "successive_halving", "asha"]


@pytest.mark.parametrize("algorithm", RUNGS)
def test_rungs_on_offer_are_honoured_and_each_pays_from_epoch_0(
    algorithm: str, installed: Path, make_job: Callable[..., Job]
) -> None:
    # the table has no curves, so epoch 1 of 12 is not on offer
    limits = ("budget.seconds=40000", "seeds=3", "fidelities=[[12,1],[12,12],[200,200]]")
    job = make_job(f"algorithm={algorithm}", *limits)
    assert job.fidelities == (Fidelity(12, 12), Fidelity(200, 200))
    (results,) = load([run(job)]).results
    trajectory = results.trajectory
    for rows in results.searches:
        schedule, clock = trajectory["schedule"][rows], trajectory["seconds"][rows]
        # two rungs of which one in three goes on
        assert set(schedule[:3]) == {12} and set(schedule) == {12, 200}
        cost = np.diff(clock, prepend=0.0)
        paces = (cost - 2.5) / schedule
        assert (paces > 4.9).all() and (paces < 15).all()
        assert set(schedule[trajectory["incumbent"][rows]]) == {200}


@pytest.mark.parametrize("algorithm", RUNGS)
def test_without_lower_fidelities_every_rung_is_at_full_cost(
    algorithm: str, installed: Path, make_job: Callable[..., Job]
) -> None:
    job = make_job(f"algorithm={algorithm}", "protocol=nats", "budget.seconds=5000", "seeds=2")
    assert job.fidelities == (Fidelity(12, 12),) and job.plan.multi_fidelity
    (results,) = load([run(job)]).results
    assert set(results.trajectory["schedule"]) == set(results.trajectory["epoch"]) == {12}


@pytest.mark.parametrize("algorithm", ["random", "rea", "reinforce", "local_search", "tpe"])
def test_the_others_query_the_highest_fidelity_alone(
    algorithm: str, installed: Path, make_job: Callable[..., Job]
) -> None:
    job = make_job(f"algorithm={algorithm}", "fidelities=[[12,12],[200,200]]", "budget.seconds=40000", "seeds=1")
    assert not job.plan.multi_fidelity
    (results,) = load([run(job)]).results
    assert set(results.trajectory["schedule"]) == {200}

import pytest

from nasbench_suite.algorithm import Proposal
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.observation import Observation
from nasbench_suite.trajectory import Trajectory

NAN = float("nan")


def of(*accuracies: float, screens: tuple[int, ...] = ()) -> Trajectory:
    trajectory = Trajectory()
    for at, accuracy in enumerate(accuracies):
        proposal = Proposal(at, f"arch{at}", Fidelity(12, 12), at not in screens)
        trajectory.add(proposal, Observation(Fidelity(12, 12), accuracy, 10.0, 777), 10.0 * (at + 1))
    return trajectory


@pytest.mark.parametrize(
    ("accuracies", "leaders"),
    [
        ((50.0, 40.0, 60.0), [True, False, True]),
        ((50.0, 50.0), [True, False]),  # the first of equals stays
        ((NAN, 0.0, NAN), [False, True, False]),  # a diverged training never leads
        ((), []),
    ],
)
def test_the_incumbent_is_the_best_so_far(accuracies: tuple[float, ...], leaders: list[bool]) -> None:
    assert of(*accuracies).columns(str)["incumbent"] == leaders


def test_an_evaluation_that_only_screens_never_leads() -> None:
    assert of(50.0, 90.0, 60.0, screens=(1,)).columns(str)["incumbent"] == [True, False, True]


def test_every_leader_is_listed_once_in_order() -> None:
    assert of(10.0, 5.0, 20.0, 30.0).found() == ["arch0", "arch2", "arch3"]


def test_columns_are_plain_values_a_row_an_evaluation() -> None:
    assert of(10.0, 5.0).columns(str.upper) == {
        "seconds": [10.0, 20.0],
        "schedule": [12, 12],
        "epoch": [12, 12],
        "trial": [777, 777],
        "architecture": ["ARCH0", "ARCH1"],
        "valid_accuracy": [10.0, 5.0],
        "incumbent": [True, False],
    }

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing.gathering import Trials


def test_a_training_is_gathered_once() -> None:
    trials, at = Trials(), ("a", Fidelity(12, 12), 777)
    assert trials.add(0, *at, {"valid_accuracy": 1.0})
    assert trials.add(0, *at, {"test_accuracy": 1.0})
    assert not trials.add(0, *at, {"valid_accuracy": 2.0})


def test_a_mean_beside_its_own_trials_is_refused() -> None:
    trials = Trials()
    trials.add(4, "a", Fidelity(12, 12), 777, {"valid_accuracy": 1.0})
    trials.add(4, "a", Fidelity(12, 12), None, {"valid_accuracy": 1.0})
    with pytest.raises(SourceError, match="architecture 4 has both trials and a mean of valid_accuracy"):
        trials.check_means("x.csv")

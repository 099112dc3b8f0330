from nasbench_suite.importing.datasets import pair_datasets
from nasbench_suite.spaces.nb201 import NB201


def test_a_pair_needs_both_of_its_trial_sets() -> None:
    assert pair_datasets(NB201(), ["cifar10-valid"]) == {"cifar10-valid": ("cifar10-valid", "cifar10-valid")}

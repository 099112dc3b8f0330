from nasbench_suite.fidelity import Fidelity


def test_an_epoch_within_a_longer_schedule_is_another_fidelity() -> None:
    assert Fidelity(200, 12) != Fidelity(12, 12)
    assert len({Fidelity(200, 12), Fidelity(12, 12), Fidelity(12, 12)}) == 2


def test_only_the_last_epoch_of_a_schedule_is_final() -> None:
    assert [epoch for epoch in range(1, 13) if Fidelity(12, epoch).is_final] == [12]


def test_fidelities_sort_by_schedule_and_then_by_epoch() -> None:
    long, short = Fidelity(200, 1), Fidelity(12, 12)
    assert sorted([long, short, Fidelity(12, 4)]) == [Fidelity(12, 4), short, long]


def test_it_is_written_as_an_epoch_of_a_schedule() -> None:
    assert str(Fidelity(schedule=200, epoch=12)) == "epoch 12 of 200"

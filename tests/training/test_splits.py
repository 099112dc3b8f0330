import hashlib

from nasbench_suite.training.splits import cifar10_halves, digits_parts, evaluation_halves


def digest(indices: list[int]) -> str:
    return hashlib.sha256(",".join(map(str, indices)).encode()).hexdigest()[:16]


def test_cifar10_halves_are_the_published_list() -> None:
    train, valid = cifar10_halves()
    assert train[:10] == [0, 5, 7, 11, 13, 15, 16, 17, 20, 24]
    assert sorted(train + valid) == list(range(50_000))
    assert (len(train), len(valid)) == (25_000, 25_000)
    assert digest(train) == "b32573c51d975768"


def test_halves_of_an_evaluation_set_never_change() -> None:
    assert [digest(half) for half in evaluation_halves(10_000)] == ["11241f9aa9a8e5e4", "a9967fc8b5ea4c4a"]
    assert [digest(half) for half in evaluation_halves(6_000)] == ["23aae3226b4ce633", "6c7c6f0fb3e46b95"]


def test_the_parts_of_the_digits_are_disjoint_and_never_change() -> None:
    parts = digits_parts(1797, 397, 600)
    assert sorted(index for part in parts for index in part) == list(range(1797))
    assert [len(part) for part in parts] == [397, 600, 800]
    assert [digest(part) for part in parts] == ["9f027d7ea4646af8", "b092a5e209d33f39", "a08359a7d43a1614"]

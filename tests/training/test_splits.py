import hashlib

import pytest

from nasbench_suite.training.splits import cifar10_halves, digits_parts, evaluation_halves


def digest(indices: list[int]) -> str:
    return hashlib.sha256(",".join(map(str, indices)).encode()).hexdigest()[:16]


def test_cifar10_halves_are_the_published_list() -> None:
    train, valid = cifar10_halves()
    assert train[:10] == [0, 5, 7, 11, 13, 15, 16, 17, 20, 24]
    assert sorted(train + valid) == list(range(50_000))
    assert (len(train), len(valid)) == (25_000, 25_000)
    assert digest(train) == "b32573c51d975768"


@pytest.mark.parametrize(
    ("dataset", "images", "first", "digests"),
    [
        ("cifar100", 10_000, [1, 3, 4, 5, 8, 10, 13, 14, 15, 16], ["156797fd0d0b32af", "6dad6139c248a3ed"]),
        ("ImageNet16-120", 6_000, [1, 2, 3, 6, 7, 8, 9, 12, 16, 18], ["7859ce235eea793f", "effac827470ee172"]),
    ],
)
def test_halves_of_an_evaluation_set_are_the_published_lists(
    dataset: str, images: int, first: list[int], digests: list[str]
) -> None:
    valid, test = evaluation_halves(dataset)
    assert valid[:10] == first
    assert sorted(valid + test) == list(range(images))
    assert len(valid) == len(test) == images // 2
    assert [digest(half) for half in (valid, test)] == digests


def test_the_parts_of_the_digits_are_disjoint_and_never_change() -> None:
    parts = digits_parts(1797, 397, 600)
    assert sorted(index for part in parts for index in part) == list(range(1797))
    assert [len(part) for part in parts] == [397, 600, 800]
    assert [digest(part) for part in parts] == ["9f027d7ea4646af8", "b092a5e209d33f39", "a08359a7d43a1614"]

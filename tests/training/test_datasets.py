import hashlib
import io
import os
import pickle
import tarfile
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch

from nasbench_suite.errors import DatasetError, UnknownDatasetError
from nasbench_suite.training import cifar, imagenet16
from nasbench_suite.training.cifar import load_cifar10, load_cifar10_nb101, load_cifar10_valid, load_cifar100
from nasbench_suite.training.datasets import DATASETS, datasets_folder, load_dataset
from nasbench_suite.training.files import Published, read
from nasbench_suite.training.imagenet16 import load_imagenet16_120
from nasbench_suite.training.images import ImageDataset, Images
from nasbench_suite.training.splits import cifar10_halves, evaluation_halves
from nasbench_suite.training.unpickling import unpickle


def rows(start: int, count: int, width: int) -> np.ndarray:
    """Images that tell which they are: the first four bytes hold the number."""
    data = np.zeros((count, width), np.uint8)
    data[:, :4] = np.arange(start, start + count, dtype="<u4").view(np.uint8).reshape(-1, 4)
    return data


def numbers(images: Images) -> list[int]:
    found: list[int] = images.pixels.flatten(1)[:, :4].contiguous().numpy().view("<u4")[:, 0].tolist()
    return found


def write(path: Path, content: dict[bytes, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(content, protocol=4))


@pytest.fixture(scope="module")
def cifar_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("datasets")
    folder = root / "cifar-10-batches-py"
    for number in range(5):
        labels = [(number * 10_000 + at) % 10 for at in range(10_000)]
        write(folder / f"data_batch_{number + 1}", {b"data": rows(number * 10_000, 10_000, 3072), b"labels": labels})
    write(folder / "test_batch", {b"data": rows(50_000, 10_000, 3072), b"labels": [at % 10 for at in range(10_000)]})
    folder = root / "cifar-100-python"
    for name, count in (("train", 50_000), ("test", 10_000)):
        labels = {b"fine_labels": [at % 100 for at in range(count)], b"coarse_labels": [0] * count}
        write(folder / name, {b"data": rows(0, count, 3072)} | labels)
    return root


def test_cifar10_valid_has_the_published_halves(cifar_root: Path) -> None:
    data = load_cifar10_valid(cifar_root, official=False)
    assert data.valid is not None
    assert (numbers(data.train), numbers(data.valid)) == cifar10_halves()
    assert numbers(data.test) == list(range(50_000, 60_000))
    assert data.train.labels.tolist() == [number % 10 for number in cifar10_halves()[0]]
    assert (data.in_channels, data.size, data.classes) == (3, 32, 10)


def test_nb101_validates_on_the_fifth_training_file(cifar_root: Path) -> None:
    data = load_cifar10_nb101(cifar_root, official=False)
    assert data.valid is not None
    assert (numbers(data.train), numbers(data.valid)) == (list(range(40_000)), list(range(40_000, 50_000)))
    assert numbers(data.test) == list(range(50_000, 60_000))


def test_cifar10_trains_on_everything_and_has_no_validation(cifar_root: Path) -> None:
    data = load_cifar10(cifar_root, official=False)
    assert data.valid is None
    assert numbers(data.train) == list(range(50_000))


def test_cifar100_halves_its_test_set_and_takes_the_fine_labels(cifar_root: Path) -> None:
    data = load_cifar100(cifar_root, official=False)
    assert data.valid is not None
    assert (numbers(data.valid), numbers(data.test)) == evaluation_halves(10_000)
    assert data.train.labels.max() == 99


def test_other_files_are_told_from_the_official_ones(cifar_root: Path) -> None:
    with pytest.raises(DatasetError, match="expected the published file with MD5 c99cafc152244af753f735de768cd75f"):
        load_cifar10(cifar_root)


def test_an_archive_reads_as_its_folder(tmp_path: Path) -> None:
    write(tmp_path / "source" / "one", {b"data": rows(5, 2, 8)})
    published = Published("folder", "published.tar.gz", "https://example.org", {"one": ""})
    with tarfile.open(tmp_path / "published.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "source", "folder")
    (content,) = read(published, tmp_path, official=False)
    assert np.array_equal(content[b"data"], rows(5, 2, 8))


def test_an_archive_without_a_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "source" / "one", {b"data": rows(5, 2, 8)})
    published = Published("folder", "published.tar.gz", "https://example.org", {"one": "", "two": ""})
    with tarfile.open(tmp_path / "published.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "source", "folder")
    with pytest.raises(DatasetError, match="folder/two"):
        read(published, tmp_path, official=False)


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cifar-100-python.tar.gz").write_bytes(b"\x1f\x8b\x08")
    with pytest.raises(DatasetError, match="download it again"):
        load_cifar100(tmp_path, official=False)


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "digits"])
def test_a_missing_data_set_says_where_to_get_it_and_where_to_put_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NASBENCH_SUITE_HOME", str(tmp_path))
    with pytest.raises(DatasetError, match="get it from https://") as error:
        load_dataset(name)
    assert str(datasets_folder()) in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_data_set_is_answered_with_those_there_are() -> None:
    with pytest.raises(UnknownDatasetError, match="digits to train on, got 'mnist'"):
        load_dataset("mnist")


def test_digits_are_disjoint_and_whole() -> None:
    data = load_dataset("digits")
    assert data.valid is not None
    parts = [data.train, data.valid, data.test]
    assert [len(part) for part in parts] == [397, 600, 800]
    assert (data.in_channels, data.size, data.classes) == (1, 8, 10)
    # scikit-learn's digits hold no image twice, so a shared one would show
    assert len({pixels.numpy().tobytes() for part in parts for pixels in part.pixels}) == 1797
    assert data.checksum == load_dataset("digits").checksum


def test_imagenet16_120_keeps_the_first_120_classes_counted_from_0(tmp_path: Path) -> None:
    for at, name in enumerate(imagenet16.IMAGENET16.files):
        labels = [1 + (at + number) % 1000 for number in range(0, 1000, 7)]
        write(tmp_path / "ImageNet16" / name, {b"data": rows(at * 1000, len(labels), 768), b"labels": labels})
    data = load_imagenet16_120(tmp_path, official=False)
    assert data.valid is not None
    assert data.train.labels.min() == 0
    assert data.train.labels.max() <= 119
    first = [number for number in range(0, 1000, 7) if number < 120]
    assert numbers(data.train)[: len(first)] == list(range(len(first)))
    assert data.train.labels[: len(first)].tolist() == first
    assert abs(len(data.valid) - len(data.test)) <= 1
    assert not set(numbers(data.valid)) & set(numbers(data.test))


@pytest.mark.parametrize("wrong", [{b"data": rows(0, 2, 3072)}, {b"data": rows(0, 2, 3071), b"labels": [0, 1]}])
def test_a_batch_that_is_none_is_refused(tmp_path: Path, wrong: dict[bytes, object]) -> None:
    for name in cifar.CIFAR10.files:
        write(tmp_path / name, wrong)
    with pytest.raises(DatasetError, match="download it again"):
        load_cifar10(tmp_path, official=False)


class Attack:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo attacked",)


@pytest.mark.parametrize("evil", [Attack(), torch.Size([1]), io.BytesIO])
def test_a_pickle_may_ask_for_arrays_alone(evil: object, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DatasetError, match="is not allowed"):
        unpickle(pickle.dumps({b"data": evil}), "file")
    assert "attacked" not in capfd.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\x80\x02", pickle.dumps([1]), b"nonsense"])
def test_what_is_no_pickled_dictionary_is_refused(content: bytes) -> None:
    with pytest.raises(DatasetError, match="expected a pickled dictionary"):
        unpickle(content, "file")


def test_a_published_checksum_is_checked(tmp_path: Path) -> None:
    write(tmp_path / "one", {b"data": rows(0, 1, 8)})
    good = hashlib.md5((tmp_path / "one").read_bytes(), usedforsecurity=False).hexdigest()
    read(Published("folder", None, "https://example.org", {"one": good}), tmp_path, official=True)
    with pytest.raises(DatasetError, match=f"got {good}"):
        read(Published("folder", None, "https://example.org", {"one": "0" * 32}), tmp_path, official=True)


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its text."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_text(self, text: bytes) -> None:
        self.write(pickle.BINSTRING + len(text).to_bytes(4, "little") + text)
        self.memoize(text)

    dispatch[bytes] = save_text


def test_the_layout_that_python_2_wrote_is_read() -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump({b"data": array, b"labels": [1, 2], b"batch_label": b"one of 5"})
    content = unpickle(file.getvalue().replace(b"numpy._core", b"numpy.core"), "file")
    assert np.array_equal(content[b"data"], array)
    assert content[b"labels"] == [1, 2]
    assert content[b"batch_label"] == b"one of 5"


def test_images_of_another_kind_are_refused() -> None:
    with pytest.raises(DatasetError, match="uint8"):
        Images(torch.zeros(1, 3, 4, 4), torch.zeros(1, dtype=torch.int64))
    with pytest.raises(DatasetError, match="labels must be int64"):
        Images(torch.zeros(2, 3, 4, 4, dtype=torch.uint8), torch.zeros(1, dtype=torch.int64))


def test_a_label_out_of_range_is_refused() -> None:
    images = Images(torch.zeros(2, 3, 4, 4, dtype=torch.uint8), torch.tensor([0, 10]))
    with pytest.raises(DatasetError, match="expected labels from 0 to 9, got 0 to 10"):
        images.check(10)


def test_moving_a_data_set_moves_all_of_it() -> None:
    data = load_dataset("digits").to(torch.device("meta"))
    assert isinstance(data, ImageDataset)
    assert data.valid is not None
    assert {part.pixels.device.type for part in (data.train, data.valid, data.test)} == {"meta"}

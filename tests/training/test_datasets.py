import gzip
import hashlib
import io
import pickle
import tarfile
import tracemalloc
from pathlib import Path

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
    assert (numbers(data.valid), numbers(data.test)) == evaluation_halves("cifar100")
    assert data.train.labels.max() == 99


def test_other_files_are_distinguished_from_the_official_ones(cifar_root: Path) -> None:
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
        # of the 1,000 classes in the validation file, as there, every one has 50 images
        count = 50_000 if name == "val_data" else 143
        labels = [1 + (at + number) % 1000 for number in range(0, 7 * count, 7)]
        write(tmp_path / "ImageNet16" / name, {b"data": rows(at * 1000, len(labels), 768), b"labels": labels})
    data = load_imagenet16_120(tmp_path, official=False)
    assert data.valid is not None
    assert data.train.labels.min() == 0
    assert data.train.labels.max() <= 119
    first = [at for at, number in enumerate(range(0, 1000, 7)) if number < 120]
    assert numbers(data.train)[: len(first)] == first
    assert data.train.labels[: len(first)].tolist() == [7 * at for at in first]
    assert (len(data.valid), len(data.test)) == (3_000, 3_000)
    kept = sorted(numbers(data.valid) + numbers(data.test))
    assert numbers(data.valid) == [kept[at] for at in evaluation_halves("ImageNet16-120")[0]]


def test_another_number_of_evaluation_images_is_refused(tmp_path: Path) -> None:
    for name in imagenet16.IMAGENET16.files:
        write(tmp_path / "ImageNet16" / name, {b"data": rows(0, 2, 768), b"labels": [1, 2]})
    with pytest.raises(DatasetError, match="expected 6000 validation images, got 2"):
        load_imagenet16_120(tmp_path, official=False)


@pytest.mark.parametrize("wrong", [{b"data": rows(0, 2, 3072)}, {b"data": rows(0, 2, 3071), b"labels": [0, 1]}])
def test_a_batch_of_something_else_is_refused(tmp_path: Path, wrong: dict[bytes, object]) -> None:
    for name in cifar.CIFAR10.files:
        write(tmp_path / name, wrong)
    with pytest.raises(DatasetError, match="download it again"):
        load_cifar10(tmp_path, official=False)


def test_a_published_checksum_is_checked(tmp_path: Path) -> None:
    write(tmp_path / "one", {b"data": rows(0, 1, 8)})
    good = hashlib.md5((tmp_path / "one").read_bytes(), usedforsecurity=False).hexdigest()
    read(Published("folder", None, "https://example.org", {"one": good}), tmp_path, official=True)
    with pytest.raises(DatasetError, match=f"got {good}"):
        read(Published("folder", None, "https://example.org", {"one": "0" * 32}), tmp_path, official=True)


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


def archive_of(tmp_path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Published:
    with tarfile.open(tmp_path / "published.tar.gz", "w:gz") as tar:
        for info, content in members:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return Published("folder", "published.tar.gz", "https://example.org", {"one": ""})


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_member_that_is_no_plain_file_is_refused(kind: bytes, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(pickle.dumps({b"data": 1}))
    info = tarfile.TarInfo("folder/one")
    info.type, info.linkname = kind, str(secret)
    with pytest.raises(DatasetError, match=r"folder/one.*no plain file|found no such file"):
        read(archive_of(tmp_path, (info, b"")), tmp_path, official=False)


def test_a_member_elsewhere_is_not_taken_for_the_file(tmp_path: Path) -> None:
    for name in ("other/one", "/folder/one/x", "folder/../folder/one", "one"):
        with pytest.raises(DatasetError, match="found no such file"):
            read(archive_of(tmp_path, (tarfile.TarInfo(name), pickle.dumps({}))), tmp_path, official=False)


def test_an_archive_of_a_header_or_a_member_that_expands_a_thousandfold_takes_little_memory(tmp_path: Path) -> None:
    published = archive_of(tmp_path)
    for kind, size in ((tarfile.XHDTYPE, 400 << 20), (tarfile.GNUTYPE_LONGNAME, 400 << 20), (tarfile.REGTYPE, 5 << 30)):
        info = tarfile.TarInfo("folder/one")
        info.type, info.size = kind, size
        with gzip.open(tmp_path / "published.tar.gz", "wb", 1) as file:
            file.write(info.tobuf(tarfile.GNU_FORMAT))
            for _ in range(40):
                file.write(bytes(1 << 20))
        tracemalloc.start()
        try:
            with pytest.raises(DatasetError) as caught:
                read(published, tmp_path, official=False)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert "\n" not in str(caught.value) and peak < 20 << 20


def test_a_pickle_that_asks_for_more_than_arrays_is_a_data_set_error(tmp_path: Path) -> None:
    write(tmp_path / "one", {b"data": io.BytesIO})
    with pytest.raises(DatasetError, match=r"names '_io\.BytesIO'.*nothing was run"):
        read(Published("folder", None, "https://example.org", {"one": ""}), tmp_path, official=False)

import gc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table, seal
from nasbench_suite.table.environment import open_shared

FINAL = Fidelity(200, 200)


def test_one_file_is_mapped_once_a_process(small) -> None:
    assert open_shared(small.path) is open_shared(small.path)


def test_arrays_outlive_the_table_that_gave_them(small, tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    path.write_bytes(small.path.read_bytes())
    metric = Table(path, NB201()).metric("cifar10", FINAL, "test_accuracy")
    gc.collect()
    assert metric.value(0, (0,)) == small.columns["cifar10", FINAL, "test_accuracy"][0][None]


def test_an_array_that_the_file_lacks_or_has_in_another_size_is_told(small) -> None:
    shared = open_shared(small.path)
    assert shared.array(b"architectures/ends", "<u4", (12,)).shape == (12,)
    for key, dtype, shape in ((b"nothing", "<u4", (12,)), (b"architectures/ends", "<u4", (13,))):
        with pytest.raises(TableError, match="is damaged"):
            shared.array(key, dtype, shape)


def test_a_value_that_was_changed_and_sealed_again_is_found_by_verify(
    small, with_record: Callable[[bytes], Path]
) -> None:
    path = with_record(small.open().metadata.to_json())
    content, value = path.read_bytes(), np.float64(small.columns["cifar10", FINAL, "test_accuracy"][4][None]).tobytes()
    assert value in content
    pages = seal.read(path).pages
    path.write_bytes(content[:pages].replace(value, np.float64(99.9).tobytes()))
    seal.append(path, small.open().metadata.to_json())
    with pytest.raises(TableError, match="does not agree with its hash"):
        Table(path, NB201()).verify()

"""nasbench's own answers, to the bit: figures, draws, counters and errors."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.compat.nasbench import api
from nasbench_suite.errors import TableError
from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.graphs import cell_hash

MATRIX = [
    [0, 1, 1, 1, 0, 1, 0],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 1],
    [0, 0, 0, 0, 0, 0, 0],
]
C1, C3, POOL = "conv1x1-bn-relu", "conv3x3-bn-relu", "maxpool3x3"
OPS = ["input", C1, C3, C3, C3, POOL, "output"]


@pytest.fixture(scope="module")
def real(data: Path) -> Path:
    return data / "nb101"


@pytest.fixture(scope="module")
def answers(real: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gzip.decompress((real / "ecnas_4v9e_answers.json.gz").read_bytes()))
    return found


@pytest.fixture(scope="module")
def source(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The file, and a home for the whole module, so that it is imported once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NASBENCH_SUITE_HOME", str(tmp_path_factory.mktemp("home")))
        yield real / "ecnas_4v9e.tfrecord"


@pytest.fixture
def nasbench(source: Path) -> api.NASBench:
    return api.NASBench(str(source), seed=0)


def spec(cell: dict[str, Any]) -> api.ModelSpec:
    return api.ModelSpec(cell["adjacency"], cell["operations"])


def test_every_metric_by_hash_is_nasbenchs(nasbench: api.NASBench, answers: dict[str, Any]) -> None:
    assert nasbench.valid_epochs == set(answers["valid_epochs"])
    assert sorted(nasbench.hash_iterator()) == sorted(answers["cells"])
    for key, cell in answers["cells"].items():
        fixed, computed = nasbench.get_metrics_from_hash(key)
        assert fixed["module_adjacency"].tolist() == cell["adjacency"]
        assert fixed["module_adjacency"].dtype == np.int8
        assert fixed["module_operations"] == cell["operations"]
        assert fixed["trainable_parameters"] == cell["trainable_parameters"]
        assert computed == {int(epochs): repeats for epochs, repeats in cell["metrics"].items()}


def test_sixty_queries_draw_answer_and_charge_as_nasbench_does(nasbench: api.NASBench, answers: dict[str, Any]) -> None:
    for query in answers["queries"]:
        cell = answers["cells"][query["hash"]]
        seen = nasbench.query(spec(cell), query["epochs"], stop_halfway=query["stop_halfway"])
        for name in ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy"):
            assert seen[name] == query[name]
        assert list(seen)[:3] == ["module_adjacency", "module_operations", "trainable_parameters"]
        assert nasbench.get_budget_counters() == (query["seconds_spent"], query["epochs_spent"])
    assert len(answers["queries"]) == 60
    nasbench.reset_budget_counters()
    assert nasbench.get_budget_counters() == (0.0, 0)


def test_draws_come_from_pythons_own_generator(nasbench: api.NASBench, answers: dict[str, Any]) -> None:
    key, cell = next(iter(answers["cells"].items()))
    random.seed(5)
    expected = [cell["metrics"]["108"][random.randint(0, 2)]["final_validation_accuracy"] for _ in range(20)]
    random.seed(5)
    assert [nasbench.query(spec(cell))["validation_accuracy"] for _ in range(20)] == expected
    assert len(set(expected)) > 1 and key in nasbench.fixed_statistics


def test_a_file_is_imported_once_and_opened_after_that(
    source: Path, monkeypatch: pytest.MonkeyPatch, nasbench: api.NASBench
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("read once more")

    monkeypatch.setattr("nasbench_suite.compat.opening.import_file", refuse)
    monkeypatch.setattr("nasbench_suite.compat.opening.sha256", refuse)
    again = api.NASBench(source)
    assert list(again.hash_iterator()) == list(nasbench.hash_iterator())


def test_the_same_content_elsewhere_is_the_same_table(
    source: Path, monkeypatch: pytest.MonkeyPatch, nasbench: api.NASBench, tmp_path: Path
) -> None:
    copy = tmp_path / "another_name.tfrecord"
    copy.write_bytes(source.read_bytes())
    monkeypatch.setattr("nasbench_suite.compat.opening.import_file", None)
    assert len(api.NASBench(copy).fixed_statistics) == len(nasbench.fixed_statistics) == 91


def test_the_mappings_are_lazy_and_know_what_they_lack(nasbench: api.NASBench, answers: dict[str, Any]) -> None:
    key = next(iter(answers["cells"]))
    assert len(nasbench.computed_statistics) == 91 and key in nasbench.computed_statistics
    assert "f" * 32 not in nasbench.fixed_statistics and 3 not in nasbench.fixed_statistics
    with pytest.raises(KeyError, match=r"f{32}"):
        nasbench.fixed_statistics["f" * 32]
    with pytest.raises(KeyError):
        nasbench.get_metrics_from_hash("no hash")


def test_a_valid_cell_that_the_file_lacks_is_a_key_error_with_its_hash(nasbench: api.NASBench) -> None:
    inception = api.ModelSpec(MATRIX, OPS)
    assert nasbench.is_valid(inception)
    state = random.getstate()
    with pytest.raises(KeyError, match=r"[0-9a-f]{32}") as caught:
        nasbench.query(inception)
    assert caught.value.args == (cell_hash(Cell.of(MATRIX, OPS)),) == (nasbench._hash_spec(inception),)
    assert random.getstate() == state and nasbench.get_budget_counters() == (0.0, 0)


def chain(length: int, op: str = C1, first: str = "input", last: str = "output") -> api.ModelSpec:
    return api.ModelSpec(np.eye(length, k=1, dtype=int), [first, *[op] * (length - 2), last])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (api.ModelSpec([[0, 0], [0, 0]], ["input", "output"]), "invalid spec, provided graph is disconnected"),
        (chain(8), r"too many vertices, got 8 \(max vertices = 7\)"),
        (api.ModelSpec(np.triu(np.ones((7, 7), int), 1), OPS), r"too many edges, got 21 \(max edges = 9\)"),
        (chain(3, op="conv5x5"), "unsupported op 'conv5x5'"),
        (chain(3, first="in"), "first operation should be 'input'"),
        (chain(3, last="out"), "last operation should be 'output'"),
    ],
)
def test_what_is_outside_of_the_space_is_refused(nasbench: api.NASBench, wrong: api.ModelSpec, says: str) -> None:
    assert not nasbench.is_valid(wrong)
    for ask in (nasbench.query, nasbench.get_metrics_from_spec, nasbench._check_spec):
        with pytest.raises(api.OutOfDomainError, match=says):
            ask(wrong)


def test_epochs_that_nothing_was_trained_for_are_refused(nasbench: api.NASBench) -> None:
    with pytest.raises(api.OutOfDomainError, match=r"invalid number of epochs, must be one of .*108.*, got 50"):
        nasbench.query(chain(3), epochs=50)


@pytest.mark.usefixtures("source")
def test_what_is_no_table_of_this_space_is_refused(write_small: Callable, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="nasbench_nowhere: there is no such file, folder or table"):
        api.NASBench("nasbench_nowhere")
    with pytest.raises(TableError, match="expected a table of space nb101, got one of nb201"):
        api.NASBench(write_small(tmp_path / "mine.mdb").path)

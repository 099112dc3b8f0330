from pathlib import Path

import pytest

from nasbench_suite import journal
from nasbench_suite.errors import ResultsError
from nasbench_suite.planned_folder import LOG
from nasbench_suite.scoring.folder import Scored, ScoreFolder


def test_scores_are_there_again(tmp_path: Path) -> None:
    with ScoreFolder.open(tmp_path, {"seed": 0}) as folder:
        folder.append("a", {"nwot": Scored(1.5, 0.25)})
        folder.append("a", {"zen": Scored(None, 1.0)})
    with ScoreFolder.open(tmp_path, {"seed": 0}) as folder:
        assert folder.results == {"a": {"nwot": Scored(1.5, 0.25), "zen": Scored(None, 1.0)}}


def test_a_damaged_line_costs_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ScoreFolder.open(tmp_path, {}) as folder:
        for name in "abc":
            folder.append(name, {"nwot": Scored(1.5, 0.25)})
    log = tmp_path / LOG
    log.write_bytes(log.read_bytes().replace(b'"b"', b'"x"'))
    with ScoreFolder.open(tmp_path, {}) as folder:
        assert set(folder.results) == {"a", "c"}
    assert "damaged in line" in capsys.readouterr().err


@pytest.mark.parametrize("record", [{"seed": 1}, ["a", {"nwot": [1.5]}], ["a", {"nwot": ["x", 1.0]}], ["a", 3], 4])
def test_another_log_is_refused(tmp_path: Path, record: object) -> None:
    (tmp_path / LOG).write_bytes(journal.seal(record))
    with pytest.raises(ResultsError, match="expected scored architectures, got another log"):
        ScoreFolder.open(tmp_path, {})

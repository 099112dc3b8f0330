"""What docs/nb101.md says to those who come from google-research/nasbench."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import table_path
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.spaces.nb101.graphs import cell_hash

DOCS = Path(__file__).parents[3] / "docs" / "nb101.md"
CELL = "0101001000010000|input,conv3x3-bn-relu,conv3x3-bn-relu,output"


def test_the_calls_that_replace_nasbenchs_do_what_they_say(imported: Callable, training: Callable) -> None:
    one = "010001000|input,conv3x3-bn-relu,output"
    made = imported(training(one), *[training(CELL, epochs=epochs) for epochs in (36, 108, 108, 108)])
    table_path("nb101").parent.mkdir(parents=True, exist_ok=True)
    made.path.rename(table_path("nb101"))
    (section,) = re.findall(r"## Coming from google-research/nasbench\n.*?```python\n(.*?)```", DOCS.read_text(), re.S)
    known: dict[str, Any] = {"cell": NB101().parse(CELL)}  # of an earlier block of the page
    exec(section, known)
    assert known["valid"] is True
    assert (known["accuracy"], known["seconds"]) == (62.5, 600.0)
    assert known["seen"].valid_accuracy == 87.5
    assert known["spent"] == (600.0 + 1200.0, 18 + 108)
    assert isinstance(known["benchmark"], Benchmark) and known["benchmark"].ledger.evaluations == 0
    assert known["row"] == known["hashes"].index(cell_hash(known["cell"])) == 1
    assert round(known["parameters"] * 1e6) == 1234567
    assert known["tests"] == [50.0] * 3
    assert list(known["schedules"]) == [36, 108]
    assert Fidelity(36, 18) in known["benchmark"].fidelities()
    assert sum(p.numel() for p in known["network"].parameters() if p.requires_grad) > 1e6
